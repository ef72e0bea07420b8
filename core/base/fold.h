/*
 * Text made comparable: NFKC with case folding.
 *
 * Two spellings that a person takes for the same compare equal afterwards:
 * ＨＲ and hr, half-width ｶﾞ and ガ, か with a combining mark (as some file
 * systems spell it) and が, a word with a zero-width space inside and without.
 * Invalid bytes never fail: each stands for one U+FFFD.
 *
 * A whole text is folded by text_fold(). Where the place in the source matters
 * (search, highlighting) it is walked cluster by cluster:
 *
 *     struct fold fold;
 *     fold_init(&fold, text, n);
 *     while (fold_next(&fold))
 *         for (int i = 0; i < fold.count; i++)
 *             …fold.points[i] comes from bytes fold.start to fold.end…
 *
 * For finding, more is one: 髙橋 and 高橋, さーばー and サーバ, naïve and naive. Nothing
 * is told apart by that form: `=` compares the first one, search and `~` the second.
 *
 * Source: Unicode Standard Annex #15 and section 3.13 (NFKC_Casefold).
 */
#ifndef GENBA_BASE_FOLD_H
#define GENBA_BASE_FOLD_H

#include <stddef.h>
#include <stdint.h>

struct buf;

#define FOLD_SOURCE 8   /* code points of one cluster; a longer pile of marks is cut */
#define FOLD_POINTS 256 /* room for what they become: at most 18 each */

struct fold {
	const unsigned char *text; /* borrowed */
	size_t n;
	size_t start; /* the current cluster: a base character with its marks, bytes [start, end) of the text */
	size_t end;
	int count; /* its folded code points; 0 for characters that are ignored, as zero-width ones */
	int32_t points[FOLD_POINTS];
};

void fold_init(struct fold *fold, const void *text, size_t n);

/* The next cluster. 1, or 0 at the end. */
int fold_next(struct fold *fold);

/* Appends the folded form of n bytes to `out`, in valid UTF-8. */
void text_fold(struct buf *out, const void *text, size_t n);

/* The folded form as a string that the caller frees. */
char *text_fold_dup(const char *text);

/*
 * What a search compares: the folded form, with old forms of Han characters as the new ones, hiragana as katakana,
 * and without long marks and accents. Of a cluster (its count may become 0), and of a whole text (which may become
 * empty).
 */
void fold_for_find(struct fold *fold);
void text_fold_for_find(struct buf *out, const void *text, size_t n);
char *text_fold_for_find_dup(const char *text);

#define SLIPS_LETTERS 32 /* what is longer is no slip of the finger */

/* How far two words are apart, in slips of the finger: letters (ASCII, of either case) left out, put in, put in the place
 * of another or exchanged with the next (optimal string alignment: Boytsov, "Indexing methods for approximate dictionary
 * searching", 2011, 2.1). Both are at most SLIPS_LETTERS bytes long. */
size_t fold_slips(const char *a, const char *b);

#endif
