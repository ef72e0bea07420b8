/* Rows against the rules. An atom is asked at most once a row, whichever rules ask. */
#include "finding/sigma/sigma_private.h"

#include "base/buf.h"
#include "base/printable.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define SOURCES_OF_ROW 16
#define VALUE          200U /* bytes of a value in a reason */

/* ---- the row's values, by the names that rules use */

static void add_value(struct sigma *s, uint32_t field, const char *text, size_t n)
{
	if (field == UINT32_MAX || s->value_count == SIGMA_VALUES)
		return;
	struct sigma_name *name = &s->names[field];
	struct sigma_value *v = &s->values[s->value_count++];
	v->text = text;
	v->n = n;
	v->folded = NULL;
	v->has_grams = 0;
	v->field = field;
	v->next = name->row == s->row ? name->value : 0;
	name->row = s->row;
	name->value = s->value_count;
}

/* What 4688 calls what Sysmon calls otherwise. */
static const char *process_name(const char *name, size_t n)
{
	static const char *const names[][2] = {
	    {"NewProcessName", "Image"},         {"ParentProcessName", "ParentImage"}, {"NewProcessId", "ProcessId"},
	    {"ProcessId", "ParentProcessId"},    {"SubjectUserName", "User"},          {"SubjectLogonId", "LogonId"},
	    {"MandatoryLabel", "IntegrityLevel"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i][0]) == n && memcmp(names[i][0], name, n) == 0)
			return names[i][1];
	return NULL;
}

static void add_field(struct sigma *s, const char *at, int is_4688)
{
	static const char *const heads[][2] = {
	    {"event_id", "EventID"},  {"channel", "Channel"}, {"provider", "Provider_Name"},
	    {"computer", "Computer"}, {"level", "Level"},     {"keywords", "Keywords"},
	    {"task", "Task"},         {"user", "UserID"}};
	const char *sign = strchr(at, '=');
	size_t n = sign ? (size_t)(sign - at) : 0;
	const char *value = at + n + 1;
	if (n == 0)
		return;
	size_t size = strlen(value);
	add_value(s, SIGMA_KEYWORD, value, size);
	if (strncmp(at, "data.", 5) != 0) {
		for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
			if (strlen(heads[i][0]) == n && memcmp(heads[i][0], at, n) == 0)
				add_value(s, sigma_find_field(s, heads[i][1], strlen(heads[i][1])), value, size);
		return;
	}
	at += 5;
	n -= 5;
	if (n > 5 && strncmp(at, "Data_", 5) == 0)
		n = 4; /* one of several without a name */
	add_value(s, sigma_find_field(s, at, n), value, size);
	const char *other = is_4688 ? process_name(at, n) : NULL;
	if (other)
		add_value(s, sigma_find_field(s, other, strlen(other)), value, size);
	for (size_t i = n; i > 0; i--) /* of UserData: by its last name, too */
		if (at[i - 1] == '.') {
			add_value(s, sigma_find_field(s, at + i, n - i), value, size);
			break;
		}
}

static const char *folded(struct sigma *s, struct sigma_value *v)
{
	if (v->folded)
		return v->folded;
	char *to = s->arena + s->arena_used;
	s->arena_used += v->n + 1;
	for (size_t i = 0; i < v->n; i++)
		to[i] = v->text[i] >= 'A' && v->text[i] <= 'Z' ? (char)(v->text[i] | 0x20) : v->text[i];
	to[v->n] = '\0';
	v->folded = to;
	return to;
}

/* ---- atoms */

/* Whether the atom's text can be in the value: hundreds of rules ask, and most are answered here. */
static int may_contain(const struct sigma_atom *a, struct sigma_value *v)
{
	if (!v->has_grams) {
		memset(v->grams, 0, sizeof v->grams);
		for (size_t i = 0; i + 3 <= v->n; i++) {
			uint16_t gram = sigma_gram(v->folded + i);
			v->grams[gram / 64] |= UINT64_C(1) << gram % 64;
		}
		v->has_grams = 1;
	}
	for (unsigned i = 0; i < a->gram_count; i++)
		if (!(v->grams[a->grams[i] / 64] >> a->grams[i] % 64 & 1))
			return 0;
	return 1;
}

static int pattern_fits(const char *p, size_t pn, const char *t, size_t tn)
{
	size_t i = 0;
	size_t k = 0;
	size_t star = SIZE_MAX;
	size_t back = 0;
	while (k < tn) {
		if (i < pn && p[i] == SIGMA_ANY) {
			star = i++;
			back = k;
		} else if (i < pn && (p[i] == SIGMA_ONE || p[i] == t[k])) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++back;
		} else {
			return 0;
		}
	}
	while (i < pn && p[i] == SIGMA_ANY)
		i++;
	return i == pn;
}

static int in_network(const struct sigma_atom *a, const struct sigma_value *v)
{
	unsigned char address[16];
	char text[64];
	const char *from =
	    v->n > 7 && strncasecmp(v->text, "::ffff:", 7) == 0 && a->family == AF_INET ? v->text + 7 : v->text;
	snprintf(text, sizeof text, "%s", from);
	if (inet_pton(a->family, text, address) != 1)
		return 0;
	unsigned whole = a->bits / 8;
	unsigned rest = a->bits % 8;
	if (memcmp(address, a->network, whole) != 0)
		return 0;
	return rest == 0 || ((address[whole] ^ a->network[whole]) >> (8 - rest)) == 0;
}

static int number_fits(const struct sigma_atom *a, const struct sigma_value *v)
{
	char *end;
	int64_t number = strtoll(v->text, &end, 0);
	if (v->n == 0 || *end)
		return 0;
	switch (a->test) {
	case SIGMA_LT:
		return number < a->number;
	case SIGMA_LTE:
		return number <= a->number;
	case SIGMA_GT:
		return number > a->number;
	default:
		return number >= a->number;
	}
}

static int equals_other(struct sigma *s, const struct sigma_atom *a, const struct sigma_value *v)
{
	const struct sigma_name *other = &s->names[a->other];
	for (uint32_t i = other->row == s->row ? other->value : 0; i; i = s->values[i - 1].next)
		if (s->values[i - 1].n == v->n && strncasecmp(s->values[i - 1].text, v->text, v->n) == 0)
			return 1;
	return 0;
}

static int value_fits(struct sigma *s, const struct sigma_atom *a, struct sigma_value *v)
{
	const char *text = a->cased ? v->text : NULL;
	if (a->test <= SIGMA_ENDS && v->n < a->n)
		return 0;
	if (!text)
		text = folded(s, v);
	switch (a->test) {
	case SIGMA_EQUAL:
		return v->n == a->n && memcmp(text, a->text, a->n) == 0;
	case SIGMA_CONTAINS:
		return (a->cased || may_contain(a, v)) && memmem(text, v->n, a->text, a->n) != NULL;
	case SIGMA_STARTS:
		return memcmp(text, a->text, a->n) == 0;
	case SIGMA_ENDS:
		return memcmp(text + v->n - a->n, a->text, a->n) == 0;
	case SIGMA_PATTERN:
		return pattern_fits(a->text, a->n, text, v->n);
	case SIGMA_REGEX:
		return pcre2_match(a->regex, (PCRE2_SPTR)v->text, v->n, 0, 0, s->match, s->match_limits) >= 0;
	case SIGMA_CIDR:
		return in_network(a, v);
	case SIGMA_FIELD:
		return equals_other(s, a, v);
	case SIGMA_EXISTS:
		return 1;
	default:
		return number_fits(a, v);
	}
}

static int atom_is(struct sigma *s, uint32_t number)
{
	struct sigma_atom *a = &s->atoms[number];
	if (a->row == s->row)
		return a->is;
	const struct sigma_name *name = &s->names[a->field];
	a->row = s->row;
	a->is = 0;
	for (uint32_t i = name->row == s->row ? name->value : 0; i && !a->is; i = s->values[i - 1].next)
		a->is = value_fits(s, a, &s->values[i - 1]);
	return a->is;
}

static int node_is(struct sigma *s, uint32_t number)
{
	const struct sigma_node *n = &s->nodes[number];
	const uint32_t *children = s->children + n->first;
	uint32_t yes = 0;
	switch (n->op) {
	case SIGMA_ATOM:
		return atom_is(s, n->first);
	case SIGMA_NOT:
		return !node_is(s, children[0]);
	case SIGMA_AND:
		for (uint32_t i = 0; i < n->count; i++)
			if (!node_is(s, children[i]))
				return 0;
		return 1;
	case SIGMA_OR:
		for (uint32_t i = 0; i < n->count; i++)
			if (node_is(s, children[i]))
				return 1;
		return 0;
	case SIGMA_OF:
		for (uint32_t i = 0; i < n->count && yes < n->least; i++)
			yes += (uint32_t)node_is(s, children[i]);
		return yes >= n->least;
	}
	return 0;
}

/* ---- what fired */

static char *reason_of(const struct sigma *s, const struct sigma_rule *rule)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < rule->field_count; i++) {
		const struct sigma_name *name = &s->names[rule->fields[i]];
		if (name->row != s->row)
			continue;
		const struct sigma_value *v = &s->values[name->value - 1];
		size_t n = v->n;
		if (n > VALUE)
			for (n = VALUE; n > 0 && ((unsigned char)v->text[n] & 0xC0) == 0x80;)
				n--;
		buf_addf(&out, "%s%s=", out.len ? " " : "", name->text);
		printable_add(&out, v->text, n, 0);
		buf_adds(&out, n < v->n ? "…" : "");
	}
	return out.data ? buf_take(&out, NULL) : xstrdup("");
}

static void fire(struct sigma *s, struct sigma_rule *rule, const struct observation *o, const char *sha256)
{
	size_t most = sizeof rule->reasons / sizeof *rule->reasons;
	rule->count++;
	observation_seen_add(&rule->span, o);
	if (!rule->ids)
		rule->ids = xcalloc(SIGMA_IDS, sizeof *rule->ids);
	if (rule->id_count < SIGMA_IDS) {
		rule->ids[rule->id_count].when = o->when;
		observation_id(o, sha256, rule->ids[rule->id_count++].id);
	}
	if (rule->reason_count == most)
		return;
	char *reason = reason_of(s, rule);
	for (size_t i = 0; i < rule->reason_count; i++)
		if (strcmp(rule->reasons[i], reason) == 0) {
			free(reason);
			return;
		}
	rule->reasons[rule->reason_count++] = reason;
}

static void begin_row(struct sigma *s, const struct observation *o, int is_4688)
{
	if (++s->row == 0) { /* it came round: what is remembered of row 0 is of no row */
		for (uint32_t i = 0; i < s->atom_count; i++)
			s->atoms[i].row = 0;
		for (uint32_t i = 0; i < s->name_count; i++)
			s->names[i].row = 0;
		s->row = 1;
	}
	s->value_count = 0;
	s->arena_used = 0;
	/* each value may be there under four names */
	size_t need = 4 * (o->fields_size + SIGMA_VALUES);
	if (need > s->arena_size) {
		s->arena = xrealloc(s->arena, need);
		s->arena_size = need;
	}
	for (const char *at = o->fields; at < o->fields + o->fields_size; at += strlen(at) + 1)
		add_field(s, at, is_4688);
}

void sigma_row(struct sigma *s, const struct observation *o, const char *sha256)
{
	size_t sources[SOURCES_OF_ROW];
	const char *number = observation_value(o, "event_id");
	const char *channel = observation_value(o, "channel");
	if (o->artefact != OBSERVATION_evtx || !number || !channel)
		return;
	unsigned event = (unsigned)strtoul(number, NULL, 10);
	size_t count =
	    sigma_sources_of(channel, event, observation_value(o, "data.EventType"), sources, SOURCES_OF_ROW);
	int begun = 0;
	for (size_t i = 0; i < count; i++) {
		s->rows_of[sources[i]]++;
		for (uint32_t r = s->of_source[sources[i]]; r; r = s->rules[r - 1].next) {
			if (!begun)
				begin_row(s, o, event == 4688 && strcmp(channel, "Security") == 0);
			begun = 1;
			if (node_is(s, s->rules[r - 1].root))
				fire(s, &s->rules[r - 1], o, sha256);
		}
	}
}
