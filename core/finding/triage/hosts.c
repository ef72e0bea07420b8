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
	const json_t *finding; /* that `first` is of; NULL: there is no `first` */
	size_t count;          /* of its findings, without those that were dismissed */
	int is_open;           /* nobody has judged the finding */
};

struct matrix_rule {
	const char *name;
	const char *level;
	const char *title;
	size_t hosts; /* on which it stands */
};

struct host_matrix {
	json_t *findings; /* those that count */
	json_t *cells;    /* "HOST RULE" -> the one that stands there */
	json_t *numbers;  /* "h" and the host, or "r" and the rule -> its place */
	json_t *set_back; /* observation of a file whose time was set back -> true */
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
	char *key = xasprintf("%s %s", host, rule);
	const json_t *found = json_object_get(m->cells, key);
	free(key);
	return found;
}

/* Of several the first that was not dismissed. */
static void add_cell(struct host_matrix *m, json_t *f)
{
	const json_t *found = cell_of(m, asset_of(f), text_of(f, "rule"));
	if (found && !is_dismissed(found))
		return;
	char *key = xasprintf("%s %s", asset_of(f), text_of(f, "rule"));
	json_object_set(m->cells, key, f);
	free(key);
}

/* The number of the host ('h') or rule ('r'); of one that is not known `next`. */
static size_t known_number(const struct host_matrix *m, char what, const char *name, size_t next)
{
	char *key = xasprintf("%c%s", what, name);
	const json_t *number = json_object_get(m->numbers, key);
	free(key);
	return number ? (size_t)json_integer_value(number) : next;
}

static void set_number(struct host_matrix *m, char what, const char *name, size_t number)
{
	char *key = xasprintf("%c%s", what, name);
	json_object_set_new(m->numbers, key, json_integer((json_int_t)number));
	free(key);
}

/* The same; one that is not known has `next` from now on. */
static size_t number_of(struct host_matrix *m, char what, const char *name, size_t next)
{
	size_t known = known_number(m, what, name, next);
	if (known == next)
		set_number(m, what, name, next);
	return known;
}

/* ---- since when */

/* The id of an observation that stands there, with `o:` or without, to the end of its line. */
static const char *id_of(const char *line, size_t *n)
{
	line += strncmp(line, "o:", 2) == 0 ? 2 : 0;
	*n = strcspn(line, "\n");
	return line;
}

/* The observation that a finding begins with, "": none. It has a list of them if it was made anew, a text if it is a record. */
static const char *first_observation(const json_t *f, size_t *n)
{
	const json_t *ids = json_object_get(f, "observations");
	const char *text = json_string_value(json_is_array(ids) ? json_array_get(ids, 0) : ids);
	return id_of(text ? text : "", n);
}

static void note_set_back(struct host_matrix *m, const json_t *f)
{
	const json_t *ids = json_object_get(f, "observations");
	const json_t *id;
	size_t i;
	size_t n;
	json_array_foreach(ids, i, id)
		if (json_is_string(id))
			json_object_set_new(m->set_back, id_of(json_string_value(id), &n), json_true());
	for (const char *at = json_is_string(ids) ? json_string_value(ids) : ""; *at; at += *at == '\n') {
		at = id_of(at, &n);
		char *key = xstrndup(at, n);
		json_object_set_new(m->set_back, key, json_true());
		free(key);
		at += n;
	}
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
	size_t n;
	const char *id = first_observation(f, &n);
	char *key = xstrndup(id, n);
	int is_false = is_of_false_times(f) || (n && json_object_get(m->set_back, key));
	free(key);
	return is_false;
}

static void add_first(struct host_matrix *m, const json_t *f)
{
	const char *when = text_of(f, "when");
	struct matrix_host *host = &m->hosts[number_of(m, 'h', asset_of(f), 0)];
	if (is_dismissed(f))
		return;
	host->count++;
	if (!*when || has_false_time(m, f))
		return;
	int order = *host->first ? strcmp(when, host->first) : -1;
	int is_open = !json_is(f, "status", "confirmed");
	if (order < 0)
		host->first = when;
	if (order < 0 || (order == 0 && !is_open)) { /* of one time, that which is sure */
		host->is_open = is_open;
		host->finding = f;
	}
}

static void add_host(struct host_matrix *m, const json_t *f)
{
	if (number_of(m, 'h', asset_of(f), m->host_count) < m->host_count)
		return;
	m->hosts = xrealloc(m->hosts, (m->host_count + 1) * sizeof *m->hosts);
	m->hosts[m->host_count++] = (struct matrix_host){.label = asset_of(f), .first = ""};
}

static void add_rule(struct host_matrix *m, const json_t *f)
{
	if (number_of(m, 'r', text_of(f, "rule"), m->rule_count) < m->rule_count)
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
	m->cells = json_object();
	m->numbers = json_object();
	m->set_back = json_object();
	json_array_foreach((json_t *)(uintptr_t)findings, i, f) {
		const char *state = text_of(f, "state"); /* a record has none: it was seen */
		if (!*asset_of(f) || (*state && strcmp(state, "seen") != 0))
			continue;
		json_array_append(m->findings, f);
		add_host(m, f);
		add_rule(m, f);
		add_cell(m, f);
		if (is_of_false_times(f))
			note_set_back(m, f);
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
	for (size_t h = 0; h < m->host_count; h++)
		set_number(m, 'h', m->hosts[h].label, h);
	if (m->rule_count)
		qsort(m->rules, m->rule_count, sizeof *m->rules, by_hosts);
	return m;
}

void host_matrix_free(struct host_matrix *m)
{
	if (!m)
		return;
	json_decref(m->findings);
	json_decref(m->cells);
	json_decref(m->numbers);
	json_decref(m->set_back);
	free(m->hosts);
	free(m->rules);
	free(m);
}

size_t host_matrix_hosts(const struct host_matrix *m)
{
	return m->host_count;
}

size_t host_matrix_findings(const struct host_matrix *m, const char *label, const json_t **first)
{
	size_t h = known_number(m, 'h', label, m->host_count);
	*first = h < m->host_count ? m->hosts[h].finding : NULL;
	return h < m->host_count ? m->hosts[h].count : 0;
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

/* What the sign behind the host's time means: its row at the end of the table may be out of sight. */
static void tell_open(const struct host_matrix *m, const char *label, host_line_fn line, void *ctx)
{
	struct buf text = BUF_INIT;
	buf_addf(&text, "  ?  %s", _("by a finding that nobody has judged yet"));
	for (size_t h = 0; h < m->host_count; h++)
		if (m->hosts[h].is_open && strcmp(m->hosts[h].label, label) == 0)
			line(ctx, HOST_LINE_RULE, "", text.data);
	buf_release(&text);
}

void host_matrix_tell(const struct host_matrix *m, const char *label, host_line_fn line, void *ctx)
{
	tell_open(m, label, line, ctx);
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
