/*
 * The one filter language: `list --where`, `set --where`, the filter line of
 * every view.
 *
 *     status=infected|suspected seen>2014-12 text~"rar" -tag:noise 人事部
 *
 * Terms are separated by spaces and all must hold.
 *
 *     FIELD=VALUE   equal; for a set: has that member     FIELD!=VALUE  not so (also true where unset)
 *     FIELD<VALUE   < <= > >= for numbers, sizes, durations, times and text
 *     FIELD~VALUE   contains                              FIELD:VALUE   contains for text, else equal
 *     FIELD:        is set                                -TERM         the term does not hold
 *     WORD          some text field, tag or the label contains it
 *
 * FIELD is a field's name or its label in either language, or one of
 *     label, id, kind, author, modified   of every record
 *     disputed                            the names of fields under an open conflict
 *     tag                                 short for tags
 *     text                                every text field, like a bare word (unless the kind has a field of that name)
 *     seen                                any of when, first_seen, last_seen, found
 * VALUE may be several, A|B|C: any of them. Text is compared folded
 * (base/fold.h). "…" quotes spaces and signs; a backslash keeps a following
 * quote, backslash, bar or space. Full-width signs and spaces, as an input
 * method types them, are the same as ASCII ones outside quotes.
 *
 * What is not known: an unset ENUM or TRI equals `unknown`, never its default;
 * `unknown` for a time, number or reference means unset. An unset field is
 * neither less nor greater than anything.
 *
 * A disputed field may be either of its two values, so a term and its opposite
 * may both hold; but what reassures (disputed_value_reassures()) holds only if both say it.
 *
 * Times are spans: 2014-12 is a month, 2014-12~ somewhat more (edtf_bounds()).
 * Wholly before is <, wholly after is >, all else is =, so exactly one holds
 * and <= is "< or =". If both times have a zone the instants are compared, else
 * the clock times as written. A time may be typed as people do: 昨日, 2014/12/5.
 */
#ifndef GENBA_CASE_QUERY_FILTER_H
#define GENBA_CASE_QUERY_FILTER_H

#include "base/time/edtf.h"
#include "case/kind/kinds.h"

#include <jansson.h>

struct buf;
struct err;
struct filter;

#define FILTER_LIMIT 4096 /* bytes of a filter's text */

/*
 * Parses a filter for records of `kind`, or of all kinds if NULL (a term then
 * holds only for records whose kind has the field). The empty text matches
 * everything. NULL with ERR_INVALID; the message names the part that is wrong
 * and lists what is allowed. Nothing of `text` is kept.
 */
struct filter *filter_parse(const struct kind *kind, const char *text, struct err *err);
void filter_free(struct filter *filter); /* NULL is allowed */

/* Relative times (`after R1-V2 ~P6M`) are compared only if the times of other records can be found: see timeline.h. */
void filter_resolve_with(struct filter *filter, edtf_resolver resolver, void *ctx);

/* 1 if the record (a flat object as record.h describes it) matches, else 0. */
int filter_match(const struct filter *filter, const json_t *record);

/*
 * Filtering as one types, over very many records: a view keeps for each record
 * the words that filter_words() gives and what the fields hold, and asks term by
 * term, so that a term that was there before the last key is not asked again.
 * Only for filters of one kind.
 */
struct filter_row {
	void *ctx;
	/* A field's value as record.h describes it, borrowed until the next call; NULL if it is unset. */
	const json_t *(*value)(void *ctx, const char *field);
	/* The record's words, borrowed until the next call, and their number of bytes. */
	const char *(*words)(void *ctx, size_t *n);
};

/* Appends what bare words are looked for in: the label and every text of the record, folded, each ended by a NUL. */
void filter_words(const struct kind *kind, const json_t *record, struct buf *out);

size_t filter_term_count(const struct filter *filter);

/* 1 if term i of `a` was written as term i of `b`. */
int filter_term_same(const struct filter *a, const struct filter *b, size_t i);

/* 1 if term i of `a` holds for no record for which that of `b` does not: one letter more of the same word. 0: perhaps not. */
int filter_term_narrows(const struct filter *a, const struct filter *b, size_t i);

/* 1 if the term holds for the record. */
int filter_term_match(const struct filter *filter, size_t term, const struct filter_row *row);

/* 1 if the filter has no term: it matches every record. */
int filter_is_empty(const struct filter *filter);

#endif
