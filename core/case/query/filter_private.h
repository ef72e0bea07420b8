/* A parsed filter, shared by filter.c (text to terms), filter_value.c (values) and filter_match.c (terms and records). */
#ifndef GENBA_CASE_QUERY_FILTER_PRIVATE_H
#define GENBA_CASE_QUERY_FILTER_PRIVATE_H

#include "base/time/edtf.h"
#include "case/query/filter.h"

#include <stdint.h>

enum filter_op { OP_EQUAL, OP_LESS, OP_LESS_EQUAL, OP_GREATER, OP_GREATER_EQUAL, OP_CONTAINS, OP_IS_SET };

/* What a term looks at. */
enum filter_scope {
	SCOPE_FIELD,
	SCOPE_ALL_TEXT,  /* `text`, a bare word */
	SCOPE_ALL_TIMES, /* `seen` */
};

/* Finds the times of other records, for relative ones. */
struct filter_resolver {
	edtf_resolver fn; /* or NULL */
	void *ctx;        /* borrowed */
};

/* A time as the instants that it may be, both ends included. */
struct filter_span {
	struct edtf_instant first; /* of the clock time as written */
	struct edtf_instant last;
	struct edtf_instant first_utc; /* the same in UTC, if has_zone */
	struct edtf_instant last_utc;
	int has_zone;
};

/* One of the values A|B|C, in each form that some type of field compares. */
struct filter_value {
	char *folded; /* owned */
	size_t folded_len;
	int is_unknown; /* `unknown` or its label */
	int64_t number; /* INT, SIZE; DURATION in seconds */
	struct filter_span time;
};

/* The field of one kind that a term looks at. */
struct filter_target {
	const struct field *field; /* NULL: this kind has none of that name */
	uint64_t choices;          /* ENUM, ENUMS, TRI: bit i is set if values[i] is meant */
};

struct filter_term {
	char *text; /* owned: as it was written */
	enum filter_scope scope;
	enum filter_op op;
	int is_negated;
	struct filter_value *values; /* owned; none for OP_IS_SET */
	size_t value_count;
	struct filter_target *targets; /* owned; SCOPE_FIELD: one for each kind of the filter */
};

struct filter {
	const struct kind **kinds; /* owned: the kind, or all kinds */
	size_t kind_count;
	const struct field ***text_fields; /* owned; for each kind those that bare words look at, NULL at the end */
	struct filter_term *terms;         /* owned */
	size_t term_count;
	struct filter_resolver resolver;
};

/* The fields that `seen` looks at. */
#define FILTER_TIMES 4
extern const char *const filter_times[FILTER_TIMES];

/* 1 if a term compares text as a search does, variants as one: `~`, `text` and bare words. */
int filter_is_loose(const struct filter_term *term);

/* 1 if bare words are looked for in fields of this type. */
int filter_is_text(enum field_type type);

/* 1 if fields of this type hold one of `field->values`, or several. */
int filter_is_choice(enum field_type type);

/*
 * What people and records write, as what can be compared; 0, or -1 if it is
 * nothing of the kind.
 *   number:   "12", "-3"; with is_size as value_size_parse() reads it: "64KiB", "2 GB"
 *   duration: ISO 8601, "PT5M", "-P1DT2H", in microseconds; a month counts 30.436875 days
 *   time:     EDTF, of a record. `resolver` NULL: relative times are nothing of the kind
 *   typed:    EDTF, or what edtf_from_people() understands
 */
int filter_number(const char *text, int is_size, int64_t *number);
int filter_duration(const char *text, int64_t *microseconds);
int filter_time(const char *text, const struct filter_resolver *resolver, struct filter_span *span);
int filter_time_typed(const char *text, struct filter_span *span);

/* -1 if `a` is wholly before `b`, 1 if wholly after, else 0. */
int filter_time_order(const struct filter_span *a, const struct filter_span *b);

#endif
