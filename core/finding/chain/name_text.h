/*
 * Text as the names of organisations are compared in it.
 *
 * A mail's text becomes an array of folded code points (fold_for_find() of base/fold.h: widths, case, old and new Han
 * characters, long marks are one) without what people leave out at will: spaces, middle dots, full stops, commas, hyphens.
 * Of each is kept what its script was, whether something was left out before it, and where in the source it stands, since
 * where a name ends is told by that:
 *
 *     struct name_text text = {0};
 *     name_text_read(&text, folder, "㈱ 青葉工業の件", n);
 *     // ( 株 ) 青 葉 工 業 の 件, a soft break before 青, the script of の is hiragana
 *     name_text_release(&text);
 *
 * Mail and web addresses are left out whole, as if a line ended there: their parts are no names.
 */
#ifndef GENBA_FINDING_CHAIN_NAME_TEXT_H
#define GENBA_FINDING_CHAIN_NAME_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct buf;

enum name_script { SCRIPT_OTHER, SCRIPT_HAN, SCRIPT_KATAKANA, SCRIPT_HIRAGANA, SCRIPT_LATIN };
enum name_break { BREAK_NONE, BREAK_SOFT, BREAK_HARD }; /* a space or sign; a line's end or punctuation */

struct name_point {
	int32_t point;
	uint8_t script;
	uint8_t gap;     /* enum name_break: what was left out before it */
	uint8_t capital; /* was an upper-case letter */
	uint32_t from;   /* bytes of the source */
	uint32_t to;
};

struct name_text {
	struct name_point *points; /* owned; used again by the next reading */
	size_t count;
	size_t cap;
	uint8_t end; /* enum name_break behind the last: always hard */
};

/* What code points become, worked out once for each. One for a thread. */
struct name_folder;
struct name_folder *name_folder_new(void);
void name_folder_free(struct name_folder *folder);

/* Reads n bytes (at most 1 MiB of them; the rest is not looked at). Invalid bytes are hard breaks. */
void name_text_read(struct name_text *text, struct name_folder *folder, const char *bytes, size_t n);
void name_text_release(struct name_text *text);

/* What stands before point i (i == count: behind the last); hard at both ends. */
enum name_break name_text_gap(const struct name_text *text, size_t i);

/* Appends the points [from, to) as UTF-8: the core of a name, by which names are compared. */
void name_text_key(const struct name_text *text, size_t from, size_t to, struct buf *out);

#endif
