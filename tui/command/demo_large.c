#include "tui/command/demo_large.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "case/store/record.h"
#include "finding/large/large_site.h"
#include "finding/sweep/record/sweep_found.h"
#include "tui/command/command.h"

#include <stdlib.h>
#include <string.h>

__asm__(".section .rodata\n"
        ".globl demo_large_script\n"
        "demo_large_script:\n"
        ".incbin \"" GENBA_LARGE_SCRIPT "\"\n"
        ".byte 0\n"
        ".previous\n");

#define RAT_INDICATOR "R1-I3" /* of demo_large.script */
#define C2_INDICATOR  "R1-I1"

/* ---- the files */

static int put_file(const char *dir, const char *name, struct buf *bytes, struct err *err)
{
	char *path = xasprintf("%s/%s", dir, name);
	int rc = path_write_file(path, bytes->data, bytes->len, PATH_SAME, err);
	free(path);
	buf_release(bytes);
	return rc;
}

static int put_collections(const char *dir, struct err *err)
{
	char *folder = xasprintf("%s/collections", dir);
	int rc = path_make(folder, err);
	for (unsigned i = 0; i < LARGE_MACHINES && rc == 0; i++) {
		struct large_machine m = large_machine_at(i);
		struct buf bytes = BUF_INIT;
		char name[40];
		if (!m.collected)
			continue;
		snprintf(name, sizeof name, "%s.zip", m.name);
		large_collection(&m, &bytes);
		rc = put_file(folder, name, &bytes, err);
	}
	free(folder);
	return rc;
}

int demo_large_files(const char *dir, int japanese, struct err *err)
{
	struct buf bytes = BUF_INIT;
	large_site_list(japanese, &bytes);
	int rc = put_file(dir, "machines.csv", &bytes, err);
	if (rc == 0)
		rc = put_collections(dir, err);
	for (unsigned i = 0; i < LARGE_EXITS && rc == 0; i++) {
		char name[24];
		snprintf(name, sizeof name, "exit-%u.log", i + 1);
		large_exit_log(i, &bytes);
		rc = put_file(dir, name, &bytes, err);
	}
	large_vpn_log(&bytes);
	if (rc == 0)
		rc = put_file(dir, "vpn.log", &bytes, err);
	large_webmail_log(&bytes);
	if (rc == 0)
		rc = put_file(dir, "webmail.log", &bytes, err);
	for (unsigned i = 0; i < LARGE_MAILS && rc == 0; i++) {
		char name[24];
		snprintf(name, sizeof name, "mail-%u.eml", i);
		large_mail(i, japanese, &bytes);
		rc = put_file(dir, name, &bytes, err);
	}
	buf_release(&bytes);
	return rc;
}

/* ---- what the script asks for */

/* Each collection becomes evidence of its machine; then they are read, all together. */
static int take_collections(struct session *s, const char *dir, struct err *err)
{
	struct buf labels = BUF_INIT;
	int rc = 0;
	buf_adds(&labels, "triage");
	for (unsigned i = 0; i < LARGE_MACHINES && rc == 0; i++) {
		struct large_machine m = large_machine_at(i);
		struct buf line = BUF_INIT;
		struct buf label = BUF_INIT;
		char *path = xasprintf("%s/collections/%s.zip", dir, m.name);
		if (m.collected) {
			buf_addf(&line, "preserve --on R1-A%u --type triage -- ", i + 1); /* in the order of the list */
			words_quote(&line, path);
			rc = command_run_line(s, line.data, &label, err);
			const char *made = rc == 0 ? strstr(label.data, "R1-E") : NULL; /* behind its digest */
			if (made)
				buf_addf(&labels, " %.*s", (int)strcspn(made, " \n"), made);
		}
		free(path);
		buf_release(&line);
		buf_release(&label);
	}
	struct buf output = BUF_INIT;
	if (rc == 0)
		rc = command_run_line(s, labels.data, &output, err);
	buf_release(&output);
	buf_release(&labels);
	return rc;
}

/* The assets on which the sweep found the malware, by what it put on record of its indicator. New reference. */
static json_t *infected_assets(struct session *s, struct err *err)
{
	json_t *rat = record_get(s->c, RAT_INDICATOR, 0, err);
	json_t *seen = rat ? json_incref(json_object_get(rat, "seen_on")) : NULL;
	json_decref(rat);
	return seen ? seen : json_array();
}

/* Puts fields on record for each of them, in one action; domain controllers get `special`. */
static int record_on_infected(struct session *s, const struct assign *fields, size_t count,
                              const struct assign *special, size_t special_count, struct err *err)
{
	size_t i;
	json_t *label;
	json_t *seen = infected_assets(s, err);
	struct action *a = action_begin(s->c, "set", err);
	int rc = a ? 0 : -1;
	json_array_foreach(seen, i, label) {
		json_t *asset = rc == 0 ? record_get(s->c, json_string_value(label), 0, err) : NULL;
		int is_special = json_is(asset, "type", "domain_controller");
		if (rc == 0)
			rc = action_set(a, json_string_value(label), is_special ? special : fields,
			                is_special ? special_count : count, 0, err);
		json_decref(asset);
	}
	if (a && rc == 0)
		rc = action_commit(a, err);
	else if (a)
		action_cancel(a);
	json_decref(seen);
	return rc;
}

static int record_infected(struct session *s, struct err *err)
{
	static const struct assign found[] = {{"status", "infected"}, {"basis", "tool_output"}};
	return record_on_infected(s, found, 2, found, 2, err);
}

/* Terminals were unplugged; the domain controllers, on which everybody depends, were watched. */
static int record_isolated(struct session *s, struct err *err)
{
	static const struct assign unplugged[] = {{"containment", "isolated"},
	                                          {"isolation_requested", "2014-09-09T11:00+09:00"},
	                                          {"isolation_done", "2014-09-09T12:30+09:00"},
	                                          {"isolation_method", "cable"},
	                                          {"isolation_decision", "R1-D1"}};
	static const struct assign watched[] = {{"containment", "monitored"}, {"isolation_decision", "R1-D1"}};
	return record_on_infected(s, unplugged, 5, watched, 2, err);
}

struct wanted_finding {
	char rule[64];
	char on[LABEL_TEXT];
	char row[32]; /* the first that it rests on */
};

static int find_finding(void *ctx, json_t *record)
{
	struct wanted_finding *w = ctx;
	const char *rows = json_get_string(record, "observations");
	if (!rows || !json_is(record, "rule", w->rule) || !json_is(record, "on", w->on))
		return 0;
	snprintf(w->row, sizeof w->row, "%.*s", (int)strcspn(rows, " ,\n"), rows);
	return 1;
}

/* RULE ASSET FIELD=VALUE…: the first row of that finding becomes an event. */
static int promote(struct session *s, const char *words, struct err *err)
{
	struct wanted_finding w = {.row = ""};
	size_t rule = strcspn(words, " ");
	size_t on = strcspn(words + rule + 1, " ");
	struct buf line = BUF_INIT;
	struct buf output = BUF_INIT;
	snprintf(w.rule, sizeof w.rule, "%.*s", (int)rule, words);
	snprintf(w.on, sizeof w.on, "%.*s", (int)on, words + rule + 1);
	int rc = record_each(s->c, "finding", 0, find_finding, &w, err) < 0 ? -1 : 0;
	if (rc == 0 && !*w.row)
		rc = err_set(err, ERR_NOT_FOUND, _("%s has no finding %s"), w.on, w.rule);
	buf_addf(&line, "promote %s%s event%s", strncmp(w.row, "o:", 2) == 0 ? "" : "o:", w.row, words + rule + 1 + on);
	if (rc == 0)
		rc = command_run_line(s, line.data, &output, err);
	buf_release(&line);
	buf_release(&output);
	return rc;
}

int demo_large_step(struct session *s, const char *step, const char *dir, struct err *err)
{
	if (strcmp(step, "@collections") == 0)
		return take_collections(s, dir, err);
	if (strcmp(step, "@infected") == 0)
		return record_infected(s, err);
	return strncmp(step, "@promote ", 9) == 0 ? promote(s, step + 9, err) : record_isolated(s, err);
}

/* ---- what was found */

/* Names in the order in which they come, each once. */
static void add_once(json_t *names, const char *name)
{
	if (!json_object_get(names, name))
		json_object_set_new(names, name, json_integer((json_int_t)json_object_size(names)));
}

static void add_joined(const json_t *names, struct buf *out)
{
	const char *name;
	json_t *value;
	size_t count = 0;
	json_object_foreach((json_t *)(uintptr_t)names, name, value)
		buf_addf(out, "%s%s", count++ ? ", " : "", name);
}

/* Where the C2 was found: at exits, and in mails. */
static int look_at_hits(struct session *s, json_t *exits, json_t *mails, struct err *err)
{
	struct sweep_found found;
	int rc = sweep_found_load(&found, s->c, err);
	for (size_t i = 0; i < found.count && rc == 0; i++)
		for (size_t j = 0; strcmp(found.all[i].label, C2_INDICATOR) == 0 && j < found.all[i].count; j++) {
			const char *label = found.all[i].lines[j].evidence;
			json_t *evidence = record_get(s->c, label, 0, NULL);
			const char *on = json_get_string(evidence, "on");
			json_t *asset = on ? record_get(s->c, on, 0, NULL) : NULL;
			const char *type = json_get_string(evidence, "type");
			if (json_is(asset, "is_exit", "yes"))
				add_once(exits, json_get_string(asset, "hostname"));
			if (type && strcmp(type, "mail") == 0)
				add_once(mails, label);
			json_decref(asset);
			json_decref(evidence);
		}
	sweep_found_release(&found);
	return rc;
}

struct counted {
	struct session *s;
	size_t assets;
	size_t infected;
	json_t *shells; /* machines with a web shell */
};

static int count_asset(void *ctx, json_t *record)
{
	struct counted *n = ctx;
	n->assets++;
	n->infected += (size_t)json_is(record, "status", "infected");
	return 0;
}

static int count_finding(void *ctx, json_t *record)
{
	struct counted *n = ctx;
	const char *rule = json_get_string(record, "rule");
	const char *on = json_get_string(record, "on");
	json_t *asset =
	    rule && on && strncmp(rule, "persistence.webshell", 20) == 0 ? record_get(n->s->c, on, 0, NULL) : NULL;
	if (asset)
		add_once(n->shells, json_get_string(asset, "hostname"));
	json_decref(asset);
	return 0;
}

int demo_large_summary(struct session *s, const char *folder, int opens, struct err *err)
{
	struct counted n = {.s = s, .shells = json_object()};
	json_t *exits = json_object();
	json_t *mails = json_object();
	struct buf names = BUF_INIT;
	struct buf shells = BUF_INIT;
	int rc = record_each(s->c, "asset", 0, count_asset, &n, err) < 0 ||
	                 record_each(s->c, "finding", 0, count_finding, &n, err) < 0 ||
	                 look_at_hits(s, exits, mails, err) < 0
	             ? -1
	             : 0;
	add_joined(exits, &names);
	add_joined(n.shells, &shells);
	if (rc == 0) {
		printable_printf(
		    s->out, P_("%zu machine, %zu of them infected\n", "%zu machines, %zu of them infected\n", n.assets),
		    n.assets, n.infected);
		printable_printf(s->out,
		                 P_("the C2 was reached by %zu exit: %s\n", "the C2 was reached by %zu exits: %s\n",
		                    (unsigned long long)(json_object_size(exits))),
		                 json_object_size(exits), names.data);
		printable_printf(s->out, _("web shell: %s\n"), shells.len ? shells.data : "-");
		printable_printf(s->out, _("mails that lead to the same C2: %zu\n"), json_object_size(mails));
		struct buf dir = BUF_INIT;
		if (folder) {
			buf_adds(&dir, " --dir ");
			words_quote(&dir, folder);
		}
		printable_printf(
		    s->out,
		    opens ? _("on the screen: 1 board, T triage, W sweep, K mails. genba demo --large%s opens "
		              "it again\n")
		          : _("next: genba demo --large%s on a terminal opens it: 1 board, T triage, W "
		              "sweep, K mails\n"),
		    dir.len ? dir.data : "");
		buf_release(&dir);
	}
	buf_release(&names);
	buf_release(&shells);
	json_decref(n.shells);
	json_decref(exits);
	json_decref(mails);
	return rc;
}
