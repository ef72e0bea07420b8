/* What the files of this room share. */
#ifndef GENBA_FINDING_SIGMA_SIGMA_PRIVATE_H
#define GENBA_FINDING_SIGMA_SIGMA_PRIVATE_H

#include "base/err.h"
#include "finding/observation/observation_seen.h"
#include "finding/sigma/sigma.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define SIGMA_ANY '\1' /* in a pattern: any bytes */
#define SIGMA_ONE '\2' /* any one */
#define SIGMA_IDS 100U

enum sigma_test {
	SIGMA_EQUAL,
	SIGMA_CONTAINS,
	SIGMA_STARTS,
	SIGMA_ENDS,
	SIGMA_PATTERN,
	SIGMA_REGEX,
	SIGMA_CIDR,
	SIGMA_FIELD,  /* equal to another field */
	SIGMA_EXISTS, /* is there at all */
	SIGMA_LT,
	SIGMA_LTE,
	SIGMA_GT,
	SIGMA_GTE,
};

/* A test of a field. Equal ones of all rules are one, so that a row answers it once. */
struct sigma_atom {
	uint32_t field; /* SIGMA_KEYWORD: any field */
	enum sigma_test test;
	int cased;
	char *text; /* folded unless cased */
	size_t n;
	pcre2_code *regex;
	uint32_t other;            /* SIGMA_FIELD */
	unsigned char network[16]; /* SIGMA_CIDR */
	unsigned bits;
	int family;
	int64_t number;
	uint16_t grams[4]; /* SIGMA_CONTAINS: some of its own */
	unsigned gram_count;
	uint32_t row; /* that `is` was asked of */
	int is;
	uint32_t next; /* of the same hash, + 1 */
};

#define SIGMA_KEYWORD 0U

enum sigma_op { SIGMA_AND, SIGMA_OR, SIGMA_NOT, SIGMA_ATOM, SIGMA_OF };

struct sigma_node {
	enum sigma_op op;
	uint32_t first; /* of its children in `children`, or its atom */
	uint32_t count;
	uint32_t least; /* SIGMA_OF */
};

struct sigma_fired {
	int64_t when;
	char id[OBSERVATION_ID];
};

struct sigma_rule {
	char *name; /* of its file, without the ending */
	char *title;
	char *id;
	char level[8];
	char technique[16];
	char *needs; /* NULL: it is worked by */
	int foreign; /* it is for another system */
	uint32_t root;
	uint32_t fields[8]; /* whose values make the reason */
	size_t field_count;
	uint32_t next; /* of the same source, + 1 */
	size_t source;
	/* what it saw */
	uint64_t count;
	struct observation_seen span;
	struct sigma_fired *ids;
	size_t id_count;
	char *reasons[5];
	size_t reason_count;
};

struct sigma_name {
	char *text; /* folded */
	uint32_t next;
	uint32_t row;   /* that has it */
	uint32_t value; /* its first, in `values` */
};

#define SIGMA_GRAMS 4096U

static inline uint16_t sigma_gram(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;
	return (uint16_t)((b[0] * 961U + b[1] * 31U + b[2]) * 2654435761U >> 20);
}

struct sigma_value {
	const char *text;
	size_t n;
	char *folded; /* NULL: not yet */
	int has_grams;
	uint64_t grams[SIGMA_GRAMS / 64]; /* which three bytes in a row there are, hashed */
	uint32_t field;
	uint32_t next; /* of the same field, + 1 */
};

#define SIGMA_HASH    65536U
#define SIGMA_VALUES  512U
#define SIGMA_SOURCES 128U

struct sigma {
	struct sigma_rule *rules;
	size_t rule_count;
	struct sigma_atom *atoms;
	uint32_t atom_count;
	uint32_t *atom_hash;
	struct sigma_node *nodes;
	uint32_t node_count;
	uint32_t *children;
	uint32_t child_count;
	struct sigma_name *names;
	uint32_t name_count;
	uint32_t *name_hash;
	uint32_t of_source[SIGMA_SOURCES]; /* the first rule, + 1 */
	uint64_t rows_of[SIGMA_SOURCES];
	char digest[65];
	/* of the row that is looked at */
	uint32_t row;
	struct sigma_value values[SIGMA_VALUES];
	uint32_t value_count;
	char *arena;
	size_t arena_size;
	size_t arena_used;
	pcre2_match_data *match;
	pcre2_match_context *match_limits;
};

/* A rule being compiled. */
struct sigma_compiling {
	struct sigma *s;
	struct sigma_rule *rule;
	const json_t *detection;
	uint32_t *selections; /* nodes, in the order of `detection` */
	char needs[256];      /* what it needs that is not here; "": nothing */
};

void sigma_compile(struct sigma *s, struct sigma_rule *rule, const json_t *tree);
int sigma_needs(struct sigma_compiling *k, const char *format, ...) __attribute__((format(printf, 2, 3))); /* -1 */
uint32_t sigma_node(struct sigma *s, enum sigma_op op, const uint32_t *children, size_t count, uint32_t least);
uint32_t sigma_field(struct sigma *s, const char *name, size_t n);

/* The node of `FIELD|MODIFIERS: value`; -1: it needs what is not here. */
int sigma_item(struct sigma_compiling *k, const char *key, const json_t *value, uint32_t *node);

/* The node of the condition's text. */
int sigma_condition(struct sigma_compiling *k, const char *text, uint32_t *node);

/* Where a rule's rows come from; -1: unknown. What it is called. */
int sigma_source_of(const json_t *logsource);
const char *sigma_source_name(size_t source);
/* The sources whose rows have that channel, event and EventType (NULL: none). Their number, at most `most`. */
size_t sigma_sources_of(const char *channel, unsigned event, const char *type, size_t *sources, size_t most);

uint32_t sigma_hash(const char *text, size_t n, uint32_t seed);
uint32_t sigma_find_field(const struct sigma *s, const char *name, size_t n); /* UINT32_MAX: no rule names it */

#endif
