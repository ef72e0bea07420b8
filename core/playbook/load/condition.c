#include "playbook/load/condition.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/time/edtf.h"
#include "playbook/load/pattern.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NEST 32

enum value_type { VALUE_UNSET, VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL };

struct value {
	enum value_type type;
	char *text; /* owned; also of numbers and booleans */
	double number;
	int truth;
};

struct values {
	struct value *items;
	size_t count;
};

struct condition_reader {
	const char *begin;
	const char *p;
	const json_t *variables; /* NULL: reading only */
	struct err *err;
	int failed;
	int depth;
};

static void condition_fail(struct condition_reader *r, const char *expected)
{
	if (!r->failed)
		err_set(r->err, ERR_INVALID, _("column %zu of the condition: %s"), (size_t)(r->p - r->begin) + 1,
		        expected);
	r->failed = 1;
}

static void blanks(struct condition_reader *r)
{
	while (*r->p && strchr(" \t\r\n", *r->p))
		r->p++;
}

static int is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int condition_word(struct condition_reader *r, const char *name)
{
	size_t n = strlen(name);
	blanks(r);
	if (strncasecmp(r->p, name, n) != 0 || is_word_byte(r->p[n]))
		return 0;
	r->p += n;
	return 1;
}

static int sign(struct condition_reader *r, const char *name)
{
	size_t n = strlen(name);
	blanks(r);
	if (strncmp(r->p, name, n) != 0)
		return 0;
	r->p += n;
	return 1;
}

/* ---- values */

static void value_release(struct value *v)
{
	free(v->text);
	memset(v, 0, sizeof *v);
}

static void values_release(struct values *list)
{
	for (size_t i = 0; i < list->count; i++)
		value_release(&list->items[i]);
	free(list->items);
	memset(list, 0, sizeof *list);
}

size_t condition_variable_length(const char *text)
{
	if (strncmp(text, "__", 2) != 0)
		return 0;
	size_t n = 2;
	while (is_word_byte(text[n]))
		n++;
	/* the name is as long as possible, and ends with two underscores */
	while (n >= 5 && !(text[n - 1] == '_' && text[n - 2] == '_'))
		n--;
	return n >= 5 && n <= 204 && (text[2] < '0' || text[2] > '9') && text[2] != '-' ? n : 0;
}

/* Text that is a number counts as one: CACAO variables are all text. */
static void value_from_text(struct value *v, char *text)
{
	char *end;
	v->text = text;
	v->type = VALUE_TEXT;
	if (strspn(text, "+-0123456789.eE") != strlen(text) || !*text)
		return;
	errno = 0;
	double number = strtod(text, &end);
	if (*end || end == text || errno)
		return;
	v->type = VALUE_NUMBER;
	v->number = number;
}

static void read_variable(struct condition_reader *r, size_t n, struct value *v)
{
	char *name = xstrndup(r->p, n);
	r->p += n;
	if (strncmp(r->p, ":value", 6) != 0) {
		condition_fail(r, _("':value' is expected behind the name of a variable"));
	} else {
		r->p += 6;
		const char *text = json_string_value(json_object_get(r->variables, name));
		if (text)
			value_from_text(v, xstrdup(text));
		else if (r->variables && !r->failed)
			err_set(r->err, ERR_NOT_FOUND, _("%s has no value"), name);
	}
	free(name);
}

static void read_quoted(struct condition_reader *r, struct value *v)
{
	struct buf text = BUF_INIT;
	for (r->p++; *r->p && *r->p != '\''; r->p++) {
		if (*r->p == '\\' && r->p[1])
			r->p++;
		buf_addc(&text, *r->p);
	}
	if (*r->p != '\'')
		condition_fail(r, _("a text without its closing quote"));
	else
		r->p++;
	value_from_text(v, buf_take(&text, NULL));
}

static void read_value(struct condition_reader *r, struct value *v)
{
	memset(v, 0, sizeof *v);
	blanks(r);
	size_t n = condition_variable_length(r->p);
	if (n) {
		read_variable(r, n, v);
	} else if (*r->p == '\'') {
		read_quoted(r, v);
	} else if ((*r->p == 't' || *r->p == 'h' || *r->p == 'b') &&
	           r->p[1] == '\'') { /* STIX time, hex, binary literals */
		r->p++;
		read_quoted(r, v);
		v->type = VALUE_TEXT;
	} else if (condition_word(r, "true") || condition_word(r, "false")) {
		v->type = VALUE_BOOL;
		v->truth = strncasecmp(r->p - 4, "true", 4) == 0;
		v->text = xstrdup(v->truth ? "true" : "false");
	} else {
		n = strspn(r->p, "+-0123456789.eE");
		value_from_text(v, xstrndup(r->p, n));
		r->p += n;
		if (v->type != VALUE_NUMBER)
			condition_fail(r, _("a variable (__name__:value), a 'text' or a number is expected"));
	}
}

/* (1, 2, 3); also a single value, and a text that lists values with commas. */
static void read_list(struct condition_reader *r, struct values *list)
{
	int bracket = sign(r, "(");
	do {
		list->items = xrealloc(list->items, (list->count + 1) * sizeof *list->items);
		read_value(r, &list->items[list->count++]);
	} while (!r->failed && bracket && sign(r, ","));
	if (bracket && !r->failed && !sign(r, ")"))
		condition_fail(r, _("')' is expected"));
}

/* ---- comparing */

static enum truth truth_of(int yes)
{
	return yes ? TRUTH_YES : TRUTH_NO;
}

static enum truth negate(enum truth t)
{
	return t == TRUTH_UNKNOWN ? t : truth_of(t == TRUTH_NO);
}

/* "true" and "yes", "false" and "no": 1, 0; -1: neither. */
static int as_bool(const struct value *v)
{
	static const char *const words[] = {"false", "no", "0", "true", "yes", "1"};
	for (int i = 0; i < 6; i++)
		if (v->text && strcasecmp(v->text, words[i]) == 0)
			return i >= 3;
	return -1;
}

static enum truth equal(const struct value *a, const struct value *b)
{
	if (a->type == VALUE_UNSET || b->type == VALUE_UNSET)
		return TRUTH_UNKNOWN;
	if (a->type == VALUE_BOOL || b->type == VALUE_BOOL) {
		int x = as_bool(a);
		int y = as_bool(b);
		return x < 0 || y < 0 ? TRUTH_UNKNOWN : truth_of(x == y);
	}
	if (a->type == VALUE_NUMBER && b->type == VALUE_NUMBER)
		return truth_of(!(a->number < b->number) && !(a->number > b->number));
	return truth_of(strcmp(a->text, b->text) == 0);
}

/* The instant of a time of day with its zone. 0, or -1: it is none. */
static int instant_of(const char *text, struct edtf_instant *first)
{
	struct edtf time;
	struct edtf_instant last;
	if (edtf_parse(text, &time, NULL) < 0 || time.form != EDTF_POINT || !time.from.zone || time.from.qualifier)
		return -1;
	return edtf_span(&time, NULL, NULL, first, &last);
}

/* Numbers by value, times by their instant, whatever zone they are written in, other texts by bytes; a number and a text
 * cannot be ordered. */
static enum truth less(const struct value *a, const struct value *b, int or_equal)
{
	if (a->type == VALUE_UNSET || b->type == VALUE_UNSET || a->type != b->type || a->type == VALUE_BOOL)
		return TRUTH_UNKNOWN;
	if (a->type == VALUE_NUMBER)
		return truth_of(or_equal ? a->number <= b->number : a->number < b->number);
	struct edtf_instant x;
	struct edtf_instant y;
	int timed = instant_of(a->text, &x) == 0 && instant_of(b->text, &y) == 0;
	int order = timed ? edtf_instant_compare(x, y) : strcmp(a->text, b->text);
	return truth_of(or_equal ? order <= 0 : order < 0);
}

struct network {
	unsigned char address[16];
	int family;
	unsigned prefix; /* bits */
};

static int network_parse(const char *text, struct network *n)
{
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	if (length >= sizeof address)
		return -1;
	memcpy(address, text, length);
	address[length] = '\0';
	n->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	memset(n->address, 0, sizeof n->address);
	if (inet_pton(n->family, address, n->address) != 1)
		return -1;
	unsigned most = n->family == AF_INET6 ? 128 : 32;
	n->prefix = most;
	if (!text[length])
		return 0;
	const char *digits = text + length + 1;
	size_t count = strspn(digits, "0123456789");
	if (count == 0 || count > 3 || digits[count])
		return -1;
	n->prefix = (unsigned)strtoul(digits, NULL, 10);
	return n->prefix <= most ? 0 : -1;
}

/* Every address of `inner` is one of `outer`. */
static enum truth subset(const struct value *inner, const struct value *outer)
{
	struct network in;
	struct network out;
	if (inner->type == VALUE_UNSET || outer->type == VALUE_UNSET || network_parse(inner->text, &in) < 0 ||
	    network_parse(outer->text, &out) < 0)
		return TRUTH_UNKNOWN;
	if (in.family != out.family || in.prefix < out.prefix)
		return TRUTH_NO;
	for (unsigned bit = 0; bit < out.prefix; bit++)
		if ((in.address[bit / 8] ^ out.address[bit / 8]) & (0x80 >> bit % 8))
			return TRUTH_NO;
	return TRUTH_YES;
}

static enum truth condition_matches(struct condition_reader *r, const struct value *a, const struct value *b, int like)
{
	if (a->type == VALUE_UNSET || b->type == VALUE_UNSET)
		return TRUTH_UNKNOWN;
	int found = like ? pattern_like(b->text, a->text) : pattern_search(b->text, a->text, strlen(a->text));
	if (found < 0)
		err_set(r->err, ERR_INVALID, _("the pattern '%s' is not understood"), b->text);
	return found < 0 ? TRUTH_UNKNOWN : truth_of(found);
}

static enum truth among(const struct value *a, const struct values *list)
{
	enum truth all = TRUTH_NO;
	for (size_t i = 0; i < list->count; i++) {
		enum truth one = equal(a, &list->items[i]);
		if (one == TRUTH_YES)
			return one;
		if (one == TRUTH_UNKNOWN)
			all = one;
	}
	return all;
}

enum comparison { EQ, NE, LE, GE, LT, GT, IN, LIKE, MATCHES, SUBSET, SUPERSET, NONE };

static enum comparison read_comparison(struct condition_reader *r)
{
	static const struct {
		const char *name;
		enum comparison is;
	} signs[] = {{"==", EQ}, {"=", EQ}, {"!=", NE}, {"<>", NE}, {"<=", LE}, {">=", GE}, {"<", LT}, {">", GT}},
	  words[] = {{"IN", IN}, {"LIKE", LIKE}, {"MATCHES", MATCHES}, {"ISSUBSET", SUBSET}, {"ISSUPERSET", SUPERSET}};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (sign(r, signs[i].name))
			return signs[i].is;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (condition_word(r, words[i].name))
			return words[i].is;
	condition_fail(r, _("a comparison is expected: = != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET"));
	return NONE;
}

static enum truth condition_compare(struct condition_reader *r, enum comparison how, const struct value *a,
                                    const struct value *b)
{
	switch (how) {
	case EQ:
		return equal(a, b);
	case NE:
		return negate(equal(a, b));
	case LE:
		return less(a, b, 1);
	case GE:
		return less(b, a, 1);
	case LT:
		return less(a, b, 0);
	case GT:
		return less(b, a, 0);
	case LIKE:
		return condition_matches(r, a, b, 1);
	case MATCHES:
		return condition_matches(r, a, b, 0);
	case SUBSET:
		return subset(a, b);
	case SUPERSET:
		return subset(b, a);
	case IN:
	case NONE:
		break;
	}
	return TRUTH_UNKNOWN;
}

/* ---- the grammar */

static enum truth read_or(struct condition_reader *r);

static enum truth read_comparison_of(struct condition_reader *r)
{
	struct value a;
	struct values list = {NULL, 0};
	enum truth result = TRUTH_UNKNOWN;
	read_value(r, &a);
	blanks(r);
	if (!r->failed && (!*r->p || strchr(")]", *r->p))) { /* a variable alone: is it true? */
		int truth = as_bool(&a);
		value_release(&a);
		return truth < 0 ? TRUTH_UNKNOWN : truth_of(truth);
	}
	int negated = !r->failed && condition_word(r, "NOT");
	enum comparison how = r->failed ? NONE : read_comparison(r);
	if (how == IN) {
		read_list(r, &list);
		if (!r->failed)
			result = a.type == VALUE_UNSET ? TRUTH_UNKNOWN : among(&a, &list);
	} else if (how != NONE) {
		struct value b;
		read_value(r, &b);
		if (!r->failed)
			result = condition_compare(r, how, &a, &b);
		value_release(&b);
	}
	values_release(&list);
	value_release(&a);
	return negated ? negate(result) : result;
}

static enum truth read_not(struct condition_reader *r)
{
	if (r->failed)
		return TRUTH_UNKNOWN;
	if (++r->depth > NEST) {
		condition_fail(r, _("brackets nested too deeply (32 at most)"));
		return TRUTH_UNKNOWN;
	}
	enum truth result;
	if (condition_word(r, "NOT")) {
		result = negate(read_not(r));
	} else if (sign(r, "(")) {
		result = read_or(r);
		if (!r->failed && !sign(r, ")"))
			condition_fail(r, _("')' is expected"));
	} else if (sign(r, "[")) {
		result = read_or(r);
		if (!r->failed && !sign(r, "]"))
			condition_fail(r, _("']' is expected"));
	} else {
		result = read_comparison_of(r);
	}
	r->depth--;
	return result;
}

static enum truth read_and(struct condition_reader *r)
{
	enum truth all = read_not(r);
	while (!r->failed && condition_word(r, "AND")) {
		enum truth one = read_not(r);
		all = all == TRUTH_NO || one == TRUTH_NO             ? TRUTH_NO
		      : all == TRUTH_UNKNOWN || one == TRUTH_UNKNOWN ? TRUTH_UNKNOWN
		                                                     : TRUTH_YES;
	}
	return all;
}

static enum truth read_or(struct condition_reader *r)
{
	enum truth any = read_and(r);
	while (!r->failed && condition_word(r, "OR")) {
		enum truth one = read_and(r);
		any = any == TRUTH_YES || one == TRUTH_YES           ? TRUTH_YES
		      : any == TRUTH_UNKNOWN || one == TRUTH_UNKNOWN ? TRUTH_UNKNOWN
		                                                     : TRUTH_NO;
	}
	return any;
}

static enum truth read_all(struct condition_reader *r, const char *text)
{
	r->begin = r->p = text;
	if (strlen(text) > CONDITION_LIMIT) {
		condition_fail(r, _("longer than 16 KiB"));
		return TRUTH_UNKNOWN;
	}
	enum truth result = read_or(r);
	blanks(r);
	if (!r->failed && *r->p)
		condition_fail(r, _("the end, AND or OR is expected"));
	return r->failed ? TRUTH_UNKNOWN : result;
}

enum truth condition_evaluate(const char *text, const json_t *variables, struct err *why)
{
	struct err own = ERR_INIT;
	json_t *none = variables ? NULL : json_object();
	struct condition_reader r = {.variables = variables ? variables : none, .err = &own};
	enum truth result = read_all(&r, text);
	if (result == TRUTH_UNKNOWN)
		err_set(why, own.code ? own.code : ERR_FAILED, "%s",
		        own.code ? own.message : _("the two sides cannot be compared"));
	json_decref(none);
	return result;
}

int condition_check(const char *text, struct err *err)
{
	struct condition_reader r = {.variables = NULL, .err = err};
	read_all(&r, text);
	return r.failed ? -1 : 0;
}
