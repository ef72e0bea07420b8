/*
 * Punycode (RFC 3492): a label of a host's name in letters of any script, as what follows "xn--".
 *
 *     bücher  ->  bcher-kva
 */
#ifndef GENBA_BASE_ADDRESS_PUNYCODE_H
#define GENBA_BASE_ADDRESS_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

struct buf;

#define PUNYCODE_LABEL 63 /* characters of a label of a host's name (RFC 1035) */

/* Appends the form of `count` code points (section 6.3), of which there are so few that nothing overflows: a label's. */
void punycode_encode(struct buf *out, const int32_t *points, uint32_t count);

/* The code points of a form of n bytes (section 6.2). How many there are; 0: it is none, or longer than a label. */
size_t punycode_decode(const char *text, size_t n, uint32_t points[PUNYCODE_LABEL]);

/* 1 if the letter or digit may stand in what is encoded. */
int punycode_is_digit(char c);

#endif
