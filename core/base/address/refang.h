/*
 * A text as it is meant, though it was written so that nobody clicks on it.
 *
 *     hxxps://evil[.]example/a        https://evil.example/a
 *     taro[at]mail(dot)example        taro@mail.example
 *     198.51.100 [.] 7                198.51.100 . 7
 *
 * Read are dots, at signs, colons and slashes between brackets of any kind, as signs or as words, and schemes that no
 * program opens (hxxp, h**p, fxp, …); loosely also full-width letters, the yen sign of Japanese Windows, and characters
 * that nobody sees. Where each byte comes from is kept, so that what is found can be shown in the source.
 *
 *     struct plain plain;
 *     plain_init(&plain, text, n, PLAIN_LOOSE);
 *     …plain.text, plain.n bytes; byte i stands at plain.from[i] of the source…
 *     plain_release(&plain);
 */
#ifndef GENBA_BASE_ADDRESS_REFANG_H
#define GENBA_BASE_ADDRESS_REFANG_H

#include <stddef.h>
#include <stdint.h>

/* The text as it is meant, and for each byte where it comes from. Behind the last byte is a NUL. */
struct plain {
	char *text; /* owned */
	size_t n;
	uint32_t *from;     /* owned, n + 1: where in the source byte i comes from; the last is the source's end */
	const char *source; /* borrowed */
};

enum plain_flags {
	PLAIN_LOOSE =
	    1, /* for scanning: full-width letters become ASCII, ¥ a backslash, zero-width characters nothing */
};

void plain_init(struct plain *plain, const char *text, size_t n, unsigned flags);
void plain_release(struct plain *plain);

/* 1 if the bytes [start, end) were written otherwise in the source. */
int plain_is_changed(const struct plain *plain, size_t start, size_t end);

#endif
