/* Values and their modifiers: Sigma specification 2.0, "Value Modifiers" and "Escaping". */
#include "finding/sigma/sigma_private.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define VARIANTS 64U
#define ITEMS    4096U

struct value_modifiers {
	enum sigma_test test;
	int all;
	int windash;
	int wide; /* 1 little-endian, 2 big-endian, 3 with a mark */
	int base64;
	int offset;
	int cased;
	int regex;
	uint32_t regex_flags;
};

uint32_t sigma_hash(const char *text, size_t n, uint32_t seed)
{
	uint32_t h = 2166136261U ^ seed; /* FNV-1a */
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619U;
	return h ^ h >> 15;
}

/* ---- atoms */

static uint32_t add_atom(struct sigma *s, struct sigma_atom *a)
{
	uint32_t h =
	    sigma_hash(a->text ? a->text : "", a->n, a->field * 31 + (uint32_t)a->test * 7 + (uint32_t)a->cased) %
	    SIGMA_HASH;
	for (uint32_t i = s->atom_hash[h]; i; i = s->atoms[i - 1].next) {
		const struct sigma_atom *b = &s->atoms[i - 1];
		if (b->field == a->field && b->test == a->test && b->cased == a->cased && b->n == a->n &&
		    b->other == a->other && b->number == a->number && !a->regex && !b->regex &&
		    (a->n == 0 || memcmp(b->text, a->text, a->n) == 0)) {
			free(a->text);
			return i - 1;
		}
	}
	if (s->atom_count % 1024 == 0)
		s->atoms = xrealloc(s->atoms, (s->atom_count + 1024) * sizeof *s->atoms);
	a->next = s->atom_hash[h];
	s->atoms[s->atom_count++] = *a;
	s->atom_hash[h] = s->atom_count;
	return s->atom_count - 1;
}

static uint32_t atom_node(struct sigma *s, struct sigma_atom *a)
{
	uint32_t atom = add_atom(s, a);
	uint32_t node = sigma_node(s, SIGMA_ATOM, NULL, 0, 0);
	s->nodes[node].first = atom;
	return node;
}

static void fold(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] | 0x20);
}

/* Text with * and ? to a test: * at both ends is contains, and so on; what is more is a pattern. */
static uint32_t text_node(struct sigma *s, uint32_t field, const char *p, size_t n, int cased)
{
	size_t from = 0;
	while (from < n && p[from] == SIGMA_ANY)
		from++;
	size_t to = n;
	while (to > from && p[to - 1] == SIGMA_ANY)
		to--;
	struct sigma_atom a = {.field = field, .cased = cased};
	int inner = memchr(p + from, SIGMA_ANY, to - from) || memchr(p + from, SIGMA_ONE, to - from);
	if (inner) {
		a.test = SIGMA_PATTERN;
		from = 0;
		to = n;
	} else if (from > 0 && to < n) {
		a.test = SIGMA_CONTAINS;
	} else if (from > 0) {
		a.test = from == n ? SIGMA_EXISTS : SIGMA_ENDS;
	} else if (to < n) {
		a.test = SIGMA_STARTS;
	} else {
		a.test = SIGMA_EQUAL;
	}
	a.n = to - from;
	a.text = xstrndup(p + from, a.n);
	if (!cased)
		fold(a.text, a.n);
	for (size_t i = 0; a.test == SIGMA_CONTAINS && a.n >= 3 && i < 4; i++)
		a.grams[a.gram_count++] = sigma_gram(a.text + i * (a.n - 3) / 3);
	return atom_node(s, &a);
}

/* ---- text */

/* Undoes the escapes: wildcards become SIGMA_ANY and SIGMA_ONE. */
static void unescape(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (*text == '\\' && (text[1] == '*' || text[1] == '?' || text[1] == '\\'))
			buf_addc(out, *++text);
		else if (*text == '*')
			buf_addc(out, SIGMA_ANY);
		else if (*text == '?')
			buf_addc(out, SIGMA_ONE);
		else
			buf_addc(out, *text);
	}
}

static void widen(struct buf *b, int wide)
{
	struct buf out = BUF_INIT;
	if (wide == 3)
		buf_add(&out, "\xFF\xFE", 2);
	for (size_t i = 0; i < b->len; i++) { /* rules' texts are ASCII where they are widened */
		if (wide == 2)
			buf_addc(&out, '\0');
		buf_addc(&out, b->data[i]);
		if (wide != 2)
			buf_addc(&out, '\0');
	}
	buf_release(b);
	*b = out;
}

static void encode(const char *bytes, size_t n, struct buf *out)
{
	size_t room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
	char *text = xmalloc(room);
	sodium_bin2base64(text, room, (const unsigned char *)bytes, n, sodium_base64_VARIANT_ORIGINAL);
	buf_adds(out, text);
	free(text);
}

/* The three ways in which the bytes can stand in a longer text of base64. */
static uint32_t offset_node(struct sigma *s, uint32_t field, const struct buf *bytes)
{
	static const size_t starts[] = {0, 2, 3};
	static const size_t ends[] = {0, 3, 2};
	uint32_t nodes[3];
	for (size_t i = 0; i < 3; i++) {
		struct buf padded = BUF_INIT;
		struct buf text = BUF_INIT;
		buf_add(&padded, "  ", i);
		buf_add(&padded, bytes->data, bytes->len);
		encode(padded.data, padded.len, &text);
		size_t cut = ends[padded.len % 3];
		struct buf pattern = BUF_INIT;
		buf_addc(&pattern, SIGMA_ANY);
		if (text.len > starts[i] + cut)
			buf_add(&pattern, text.data + starts[i], text.len - starts[i] - cut);
		buf_addc(&pattern, SIGMA_ANY);
		nodes[i] = text_node(s, field, pattern.data, pattern.len, 1);
		buf_release(&padded);
		buf_release(&text);
		buf_release(&pattern);
	}
	return sigma_node(s, SIGMA_OR, nodes, 3, 0);
}

static uint32_t plain_node(struct sigma *s, uint32_t field, const struct value_modifiers *m, const char *text, size_t n)
{
	struct buf p = BUF_INIT;
	if (m->test == SIGMA_CONTAINS || m->test == SIGMA_ENDS)
		buf_addc(&p, SIGMA_ANY);
	buf_add(&p, text, n);
	if (m->test == SIGMA_CONTAINS || m->test == SIGMA_STARTS)
		buf_addc(&p, SIGMA_ANY);
	uint32_t node = text_node(s, field, p.data ? p.data : "", p.len, m->cased || m->base64);
	buf_release(&p);
	return node;
}

/* Each "-" or "/" that begins a word may be any of the dashes that Windows takes for it. */
static uint32_t dash_node(struct sigma *s, uint32_t field, const struct value_modifiers *m, const char *text, size_t n)
{
	static const char *const dashes[] = {"-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};
	uint32_t nodes[5];
	for (size_t d = 0; d < 5; d++) {
		struct buf b = BUF_INIT;
		for (size_t i = 0; i < n; i++) {
			int begins = (text[i] == '-' || text[i] == '/') &&
			             (i == 0 || text[i - 1] == ' ' || text[i - 1] == SIGMA_ANY);
			if (begins)
				buf_adds(&b, dashes[d]);
			else
				buf_addc(&b, text[i]);
		}
		nodes[d] = plain_node(s, field, m, b.data ? b.data : "", b.len);
		buf_release(&b);
	}
	return sigma_node(s, SIGMA_OR, nodes, 5, 0);
}

/* ---- the rest */

static int regex_node(struct sigma_compiling *k, uint32_t field, const struct value_modifiers *m, const char *text,
                      uint32_t *node)
{
	int code;
	PCRE2_SIZE at;
	struct sigma_atom a = {.field = field, .test = SIGMA_REGEX, .cased = 1};
	a.regex = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	                        m->regex_flags | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (!a.regex)
		return sigma_needs(k, _("a regular expression that cannot be read: %.*s"), text_cut(text, 100), text);
	pcre2_jit_compile(a.regex, PCRE2_JIT_COMPLETE);
	a.text = xstrdup(text);
	a.n = strlen(text);
	*node = atom_node(k->s, &a);
	return 0;
}

static int cidr_node(struct sigma_compiling *k, uint32_t field, const char *text, uint32_t *node)
{
	struct sigma_atom a = {.field = field, .test = SIGMA_CIDR};
	const char *slash = strchr(text, '/');
	char *address = xstrndup(text, slash ? (size_t)(slash - text) : strlen(text));
	a.family = strchr(address, ':') ? AF_INET6 : AF_INET;
	unsigned most = a.family == AF_INET6 ? 128 : 32;
	a.bits = slash ? (unsigned)strtoul(slash + 1, NULL, 10) : most;
	int ok = inet_pton(a.family, address, a.network) == 1 && a.bits <= most;
	free(address);
	if (!ok)
		return sigma_needs(k, _("a network that cannot be read: %.*s"), text_cut(text, 100), text);
	a.text = xstrdup(text);
	a.n = strlen(text);
	*node = atom_node(k->s, &a);
	return 0;
}

static int number_node(struct sigma_compiling *k, uint32_t field, const struct value_modifiers *m, const char *text,
                       uint32_t *node)
{
	char *end;
	struct sigma_atom a = {.field = field, .test = m->test, .number = strtoll(text, &end, 0)};
	if (!*text || *end)
		return sigma_needs(k, _("a number that cannot be read: %.*s"), text_cut(text, 100), text);
	*node = atom_node(k->s, &a);
	return 0;
}

static uint32_t absent_node(struct sigma *s, uint32_t field)
{
	struct sigma_atom a = {.field = field, .test = SIGMA_EXISTS};
	uint32_t there = atom_node(s, &a);
	return sigma_node(s, SIGMA_NOT, &there, 1, 0);
}

static int text_value(struct sigma_compiling *k, uint32_t field, const struct value_modifiers *m, const char *text,
                      uint32_t *node)
{
	struct buf value = BUF_INIT;
	if (m->regex)
		return regex_node(k, field, m, text, node);
	if (m->test == SIGMA_CIDR)
		return cidr_node(k, field, text, node);
	if (m->test >= SIGMA_LT)
		return number_node(k, field, m, text, node);
	if (m->test == SIGMA_FIELD) {
		struct sigma_atom a = {
		    .field = field, .test = SIGMA_FIELD, .other = sigma_field(k->s, text, strlen(text))};
		*node = atom_node(k->s, &a);
		return 0;
	}
	if (!*text && field != SIGMA_KEYWORD && m->test == SIGMA_EQUAL) {
		*node = absent_node(k->s, field); /* empty values are left out of rows */
		return 0;
	}
	if (m->wide || m->base64)
		buf_adds(&value, text);
	else
		unescape(text, &value);
	if (m->wide)
		widen(&value, m->wide);
	if (m->base64 && !m->offset) {
		struct buf encoded = BUF_INIT;
		encode(value.data ? value.data : "", value.len, &encoded);
		buf_release(&value);
		value = encoded;
	}
	const char *p = value.data ? value.data : "";
	*node = m->offset    ? offset_node(k->s, field, &value)
	        : m->windash ? dash_node(k->s, field, m, p, value.len)
	                     : plain_node(k->s, field, m, p, value.len);
	buf_release(&value);
	return 0;
}

static int one_value(struct sigma_compiling *k, uint32_t field, const struct value_modifiers *m, const json_t *value,
                     uint32_t *node)
{
	char number[32];
	if (m->test == SIGMA_EXISTS) {
		struct sigma_atom a = {.field = field, .test = SIGMA_EXISTS};
		*node = json_is_true(value) ? atom_node(k->s, &a) : absent_node(k->s, field);
		return 0;
	}
	if (json_is_null(value)) {
		*node = absent_node(k->s, field);
		return 0;
	}
	if (json_is_integer(value))
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		snprintf(number, sizeof number, "%s", json_is_true(value) ? "true" : "false");
	else if (!json_is_string(value))
		return sigma_needs(k, "%s", _("a value that is neither text nor number"));
	return text_value(k, field, m, json_is_string(value) ? json_string_value(value) : number, node);
}

/* ---- modifiers */

static int modifier(struct sigma_compiling *k, const char *word, struct value_modifiers *m)
{
	static const struct {
		const char *name;
		enum sigma_test test;
	} tests[] = {{"contains", SIGMA_CONTAINS},
	             {"startswith", SIGMA_STARTS},
	             {"endswith", SIGMA_ENDS},
	             {"cidr", SIGMA_CIDR},
	             {"fieldref", SIGMA_FIELD},
	             {"exists", SIGMA_EXISTS},
	             {"lt", SIGMA_LT},
	             {"lte", SIGMA_LTE},
	             {"gt", SIGMA_GT},
	             {"gte", SIGMA_GTE}};
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		if (strcmp(word, tests[i].name) == 0) {
			m->test = tests[i].test;
			return 0;
		}
	if (strcmp(word, "all") == 0)
		m->all = 1;
	else if (strcmp(word, "windash") == 0)
		m->windash = 1;
	else if (strcmp(word, "cased") == 0)
		m->cased = 1;
	else if (strcmp(word, "re") == 0)
		m->regex = 1;
	else if (m->regex && strcmp(word, "i") == 0)
		m->regex_flags |= PCRE2_CASELESS;
	else if (m->regex && strcmp(word, "m") == 0)
		m->regex_flags |= PCRE2_MULTILINE;
	else if (m->regex && strcmp(word, "s") == 0)
		m->regex_flags |= PCRE2_DOTALL;
	else if (strcmp(word, "base64") == 0)
		m->base64 = 1;
	else if (strcmp(word, "base64offset") == 0)
		m->base64 = m->offset = 1;
	else if (strcmp(word, "wide") == 0 || strcmp(word, "utf16le") == 0)
		m->wide = 1;
	else if (strcmp(word, "utf16be") == 0)
		m->wide = 2;
	else if (strcmp(word, "utf16") == 0)
		m->wide = 3;
	else
		return sigma_needs(k, _("the modifier '%.*s'"), text_cut(word, 40), word);
	return 0;
}

static void note_field(struct sigma_rule *rule, uint32_t field)
{
	for (size_t i = 0; i < rule->field_count; i++)
		if (rule->fields[i] == field)
			return;
	if (field != SIGMA_KEYWORD && rule->field_count < sizeof rule->fields / sizeof *rule->fields)
		rule->fields[rule->field_count++] = field;
}

int sigma_item(struct sigma_compiling *k, const char *key, const json_t *value, uint32_t *node)
{
	struct value_modifiers m = {.test = SIGMA_EQUAL};
	size_t n = strcspn(key, "|");
	uint32_t field = n ? sigma_field(k->s, key, n) : SIGMA_KEYWORD;
	for (const char *at = key + n; *at;) {
		char *word = xstrndup(at + 1, strcspn(at + 1, "|"));
		at += 1 + strlen(word);
		int rc = modifier(k, word, &m);
		free(word);
		if (rc < 0)
			return -1;
	}
	if (field == SIGMA_KEYWORD && m.test == SIGMA_EQUAL)
		m.test = SIGMA_CONTAINS;
	note_field(k->rule, field);
	if (!json_is_array(value))
		return one_value(k, field, &m, value, node);
	size_t count = json_array_size(value);
	if (count == 0 || count > ITEMS)
		return sigma_needs(k, "%s", _("a list that is empty or too long"));
	uint32_t *nodes = xcalloc(count, sizeof *nodes);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = one_value(k, field, &m, json_array_get(value, i), &nodes[i]);
	if (rc == 0)
		*node = sigma_node(k->s, m.all ? SIGMA_AND : SIGMA_OR, nodes, count, 0);
	free(nodes);
	return rc;
}
