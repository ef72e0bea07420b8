#include "finding/triage/hosts.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/time_cell.h"

#include <stdlib.h>
#include <string.h>

#define NAME_WIDE 18
#define TIME_WIDE 19
#define CELL      3

struct matrix_host {
	const char *label;
	const char *first;
	int is_open; /* nobody has judged the finding that `first` is of */
};

struct matrix_rule {
	const char *name;
	const char *level;
	const char *title;
	size_t hosts; /* on which it stands */
};

struct host_matrix {
	json_t *findings; /* those that count */
	struct matrix_host *hosts;
	size_t host_count;
	struct matrix_rule *rules;
	size_t rule_count;
};

static const char *text_of(const json_t *f, const char *name)
{
	const char *text = json_get_string(f, name);
	return text ? text : "";
}

/* A record calls it `on`, a finding made anew `asset`. */
static const char *asset_of(const json_t *f)
{
	const char *asset = text_of(f, "asset");
	return *asset ? asset : text_of(f, "on");
}

static int is_dismissed(const json_t *f)
{
	return json_is(f, "status", "dismissed");
}

static const json_t *cell_of(const struct host_matrix *m, const char *host, const char *rule)
{
	const json_t *found = NULL;
	const json_t *f;
	size_t i;
	json_array_foreach(m->findings, i, f)
		if (strcmp(asset_of(f), host) == 0 && json_is(f, "rule", rule) && (!found || is_dismissed(found)))
			found = f;
	return found;
}

/* ---- since when */

/* Of a finding's observations the one from `i` on that is there, "" behind the last: a list of one made anew, text of a record. */
static const char *observation_at(const json_t *f, size_t i, size_t *n)
{
	const json_t *ids = json_object_get(f, "observations");
	const char *id = json_is_array(ids) ? json_string_value(json_array_get(ids, i)) : json_string_value(ids);
	for (size_t k = 0; id && !json_is_array(ids) && k < i; k++)
		id = strchr(id, '\n') ? strchr(id, '\n') + 1 : NULL;
	id = id ? id : "";
	id += strncmp(id, "o:", 2) == 0 ? 2 : 0;
	*n = strcspn(id, "\n");
	return id;
}

static int has_observation(const json_t *f, const char *id, size_t n)
{
	size_t of;
	const char *at;
	for (size_t i = 0; *(at = observation_at(f, i, &of)); i++)
		if (of == n && strncmp(at, id, n) == 0)
			return 1;
	return 0;
}

/* Files whose time was set back, by what the file's two records of its time say: `when` is what it was set to. An event that tells
 * of it has a time of its own. */
static int is_of_false_times(const json_t *f)
{
	return json_is(f, "rule", "defence.timestomp") && !is_dismissed(f) &&
	       strstr(text_of(f, "reason"), "fn_created=");
}

/* Whether the finding began with a row whose time was set back. */
static int has_false_time(const struct host_matrix *m, const json_t *f)
{
	const json_t *other;
	size_t i;
	size_t n;
	const char *id = observation_at(f, 0, &n);
	if (is_of_false_times(f))
		return 1;
	json_array_foreach(m->findings, i, other)
		if (n && is_of_false_times(other) && has_observation(other, id, n))
			return 1;
	return 0;
}

static void add_first(struct host_matrix *m, const json_t *f)
{
	const char *when = text_of(f, "when");
	size_t i = 0;
	while (i < m->host_count && strcmp(m->hosts[i].label, asset_of(f)) != 0)
		i++;
	if (i == m->host_count || !*when || is_dismissed(f) || has_false_time(m, f))
		return;
	struct matrix_host *host = &m->hosts[i];
	int order = *host->first ? strcmp(when, host->first) : -1;
	int is_open = !json_is(f, "status", "confirmed");
	if (order < 0)
		host->first = when;
	if (order < 0 || (order == 0 && !is_open)) /* of one time, that which is sure */
		host->is_open = is_open;
}

static void add_host(struct host_matrix *m, const json_t *f)
{
	size_t i = 0;
	while (i < m->host_count && strcmp(m->hosts[i].label, asset_of(f)) != 0)
		i++;
	if (i == m->host_count) {
		m->hosts = xrealloc(m->hosts, (i + 1) * sizeof *m->hosts);
		m->hosts[m->host_count++] = (struct matrix_host){.label = asset_of(f), .first = ""};
	}
}

static void add_rule(struct host_matrix *m, const json_t *f)
{
	for (size_t i = 0; i < m->rule_count; i++)
		if (strcmp(m->rules[i].name, text_of(f, "rule")) == 0)
			return;
	m->rules = xrealloc(m->rules, (m->rule_count + 1) * sizeof *m->rules);
	m->rules[m->rule_count++] = (struct matrix_rule){
	    .name = text_of(f, "rule"), .level = text_of(f, "level"), .title = text_of(f, "title")};
}

static int by_first(const void *a, const void *b)
{
	const struct matrix_host *x = a;
	const struct matrix_host *y = b;
	if (!*x->first != !*y->first)
		return *x->first ? -1 : 1;
	int when = strcmp(x->first, y->first);
	return when ? when : strverscmp(x->label, y->label);
}

static int level_rank(const char *level)
{
	static const char *const levels[] = {"high", "medium", "low", "info"};
	int rank = 0;
	while (rank < 4 && strcmp(levels[rank], level) != 0)
		rank++;
	return rank;
}

static int by_hosts(const void *a, const void *b)
{
	const struct matrix_rule *x = a;
	const struct matrix_rule *y = b;
	if (x->hosts != y->hosts)
		return x->hosts > y->hosts ? -1 : 1;
	int level = level_rank(x->level) - level_rank(y->level);
	return level ? level : strcmp(x->name, y->name);
}

struct host_matrix *host_matrix_new(const json_t *findings)
{
	struct host_matrix *m = xcalloc(1, sizeof *m);
	json_t *f;
	size_t i;
	m->findings = json_array();
	json_array_foreach((json_t *)(uintptr_t)findings, i, f) {
		const char *state = text_of(f, "state"); /* a record has none: it was seen */
		if (!*asset_of(f) || (*state && strcmp(state, "seen") != 0))
			continue;
		json_array_append(m->findings, f);
		add_host(m, f);
		add_rule(m, f);
	}
	json_array_foreach(m->findings, i, f)
		add_first(m, f);
	for (size_t r = 0; r < m->rule_count; r++)
		for (size_t h = 0; h < m->host_count; h++) {
			const json_t *cell = cell_of(m, m->hosts[h].label, m->rules[r].name);
			m->rules[r].hosts += cell && !is_dismissed(cell);
		}
	if (m->host_count)
		qsort(m->hosts, m->host_count, sizeof *m->hosts, by_first);
	if (m->rule_count)
		qsort(m->rules, m->rule_count, sizeof *m->rules, by_hosts);
	return m;
}

void host_matrix_free(struct host_matrix *m)
{
	if (!m)
		return;
	json_decref(m->findings);
	free(m->hosts);
	free(m->rules);
	free(m);
}

size_t host_matrix_hosts(const struct host_matrix *m)
{
	return m->host_count;
}

/* ---- for people */

/* Short, as the lists of findings name the levels. */
static const char *level_mark(const char *level)
{
	switch (level_rank(level)) {
	case 0:
		return C_("level", "H");
	case 1:
		return C_("level", "M");
	case 2:
		return C_("level", "L");
	case 3:
		return C_("level", "i");
	default:
		return "?";
	}
}

static const char *mark_of(const json_t *f)
{
	return !f ? "·" : is_dismissed(f) ? "x" : level_mark(text_of(f, "level"));
}

static void add_padded(struct buf *line, const char *text, size_t wide)
{
	char *safe = printable_dup(text);
	text_pad(line, safe, wide);
	free(safe);
}

static void host_row(const struct host_matrix *m, size_t h, size_t from, size_t until, const char *name,
                     host_line_fn line, void *ctx)
{
	struct buf text = BUF_INIT;
	const struct matrix_host *host = &m->hosts[h];
	struct buf when = BUF_INIT;
	time_cell(host->first, TIME_CELL_MINUTE, &when);
	if (when.len && host->is_open)
		buf_adds(&when, " ?");
	buf_addc(&text, ' ');
	add_padded(&text, host->label, 8);
	add_padded(&text, name, NAME_WIDE);
	buf_addc(&text, ' ');
	add_padded(&text, when.len ? when.data : "-", TIME_WIDE);
	buf_release(&when);
	for (size_t r = from; r < until; r++)
		text_pad(&text, mark_of(cell_of(m, host->label, m->rules[r].name)), CELL);
	line(ctx, HOST_LINE_HOST, host->label, text.data);
	buf_release(&text);
}

static void numbers_row(size_t from, size_t until, host_line_fn line, void *ctx)
{
	struct buf text = BUF_INIT;
	buf_addc(&text, ' ');
	text_pad(&text, _("host"), 8 + NAME_WIDE);
	buf_addc(&text, ' ');
	text_pad(&text, _("first trace"), TIME_WIDE);
	for (size_t r = from; r < until; r++) {
		char number[24];
		snprintf(number, sizeof number, "%zu", r + 1);
		text_pad(&text, number, CELL);
	}
	line(ctx, HOST_LINE_HEADING, "", text.data);
	buf_release(&text);
}

/* What the sign behind a time means, if it stands anywhere. */
static void open_row(const struct host_matrix *m, host_line_fn line, void *ctx)
{
	struct buf text = BUF_INIT;
	size_t h = 0;
	while (h < m->host_count && !m->hosts[h].is_open)
		h++;
	buf_addf(&text, "   ?  %s", _("by a finding that nobody has judged yet"));
	if (h < m->host_count)
		line(ctx, HOST_LINE_RULE, "", text.data);
	buf_release(&text);
}

void host_matrix_lines(const struct host_matrix *m, host_name_fn name, void *names, int columns, host_line_fn line,
                       void *ctx)
{
	int room = columns - (1 + 8 + NAME_WIDE + 1 + TIME_WIDE);
	size_t fit = room > 4 * CELL ? (size_t)room / CELL : 4;
	for (size_t from = 0; from < m->rule_count; from += fit) {
		size_t until = from + fit < m->rule_count ? from + fit : m->rule_count;
		numbers_row(from, until, line, ctx);
		for (size_t h = 0; h < m->host_count; h++)
			host_row(m, h, from, until, name(names, m->hosts[h].label), line, ctx);
		if (from == 0) /* beside the times; behind the rules a small screen has no room */
			open_row(m, line, ctx);
		for (size_t r = from; r < until; r++) {
			struct buf text = BUF_INIT;
			buf_addf(&text, " %3zu  ", r + 1);
			add_padded(&text, m->rules[r].name, 30);
			buf_addf(&text, P_(" %zu host   ", " %zu hosts  ", m->rules[r].hosts), m->rules[r].hosts);
			char *safe = printable_dup(i18n_text(m->rules[r].title));
			buf_adds(&text, safe);
			free(safe);
			line(ctx, HOST_LINE_RULE, "", text.data);
			buf_release(&text);
		}
	}
}

void host_matrix_tell(const struct host_matrix *m, const char *label, host_line_fn line, void *ctx)
{
	for (size_t r = 0; r < m->rule_count; r++) {
		const json_t *cell = cell_of(m, label, m->rules[r].name);
		struct buf text = BUF_INIT;
		if (!cell)
			continue;
		char *title = printable_dup(i18n_text(m->rules[r].title));
		buf_addf(&text, "%3zu %s  ", r + 1, mark_of(cell));
		time_cell(text_of(cell, "when"), TIME_CELL_MINUTE, &text);
		buf_addf(&text, "  %s", title);
		line(ctx, HOST_LINE_RULE, text_of(cell, "label"), text.data);
		free(title);
		buf_release(&text);
	}
}

json_t *host_matrix_json(const struct host_matrix *m, host_name_fn name, void *names)
{
	static const char *const copied[] = {"rule", "level", "technique", "title", "when", "until", "count", "status"};
	json_t *array = json_array();
	for (size_t h = 0; h < m->host_count; h++)
		for (size_t r = 0; r < m->rule_count; r++) {
			const json_t *f = cell_of(m, m->hosts[h].label, m->rules[r].name);
			if (!f)
				continue;
			json_t *cell =
			    json_pack("{s:s, s:s, s:s, s:s}", "label", text_of(f, "label"), "kind", "host_rule",
			              "asset", m->hosts[h].label, "hostname", name(names, m->hosts[h].label));
			for (size_t i = 0; cell && i < sizeof copied / sizeof *copied; i++) {
				json_t *value = json_object_get(f, copied[i]);
				json_object_set_new(cell, copied[i], value ? json_incref(value) : json_null());
			}
			json_array_append_new(array, cell);
		}
	return array;
}
