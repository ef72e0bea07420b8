/* play, step and playbook: runs of playbooks without the screen. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "playbook/load/export.h"
#include "playbook/run/run.h"

#include <stdlib.h>
#include <string.h>

static void print_text(FILE *out, const char *prefix, const char *text)
{
	struct buf safe = BUF_INIT;
	struct buf wrapped = BUF_INIT;
	if (!*text)
		return;
	printable_add(&safe, text, strlen(text), PRINTABLE_KEEP_NEWLINES);
	text_wrap(&wrapped, safe.data, 96, 4);
	printable_printf(out, "%s%s\n", prefix, wrapped.data);
	buf_release(&wrapped);
	buf_release(&safe);
}

/* What the variables or the clock add to the playbook's own warnings, a line each. */
static void print_warnings(struct session *s, const struct run *run, const struct waiting *w)
{
	struct buf lines = BUF_INIT;
	run_warnings(s->c, run, w, &lines);
	for (char *line = lines.data; *line;) {
		size_t n = strcspn(line, "\n");
		char *one = xstrndup(line, n);
		print_text(s->out, "    ! ", one);
		free(one);
		line += n + (line[n] == '\n');
	}
	buf_release(&lines);
}

static void print_expanded(struct session *s, const struct run *run, const struct waiting *w, const json_t *text)
{
	struct buf words = BUF_INIT;
	run_expand(run, w, playbook_text(text), &words);
	print_text(s->out, "    ", words.data);
	buf_release(&words);
}

/* How it is run so that what it says is evidence; quoted for the shell, whatever the playbook wrote. */
static void print_capture(struct session *s, const struct run *run, const char *command)
{
	struct buf line = BUF_INIT;
	const char *on = json_string_value(json_array_get(json_object_get(run->record, "on"), 0));
	if (strncmp(command, "genba ", 6) == 0) /* puts on record itself what it finds */
		return;
	buf_adds(&line, "genba capture ");
	if (on)
		buf_addf(&line, "--on %s ", on);
	buf_adds(&line, "-- bash -c ");
	words_quote(&line, command);
	printable_printf(s->out, "      %s\n",
	                 _("to run it here, its output on record (then: step … done evidence=LABEL):"));
	print_text(s->out, "      $ ", line.data);
	buf_release(&line);
}

/* Instructions, and commands that are only offered: whole, as they would be typed. */
static void print_commands(struct session *s, const struct run *run, const struct waiting *w)
{
	struct buf text = BUF_INIT;
	const char *about;
	const char *type;
	for (size_t i = 0; run_instruction(run, w, i, &text, &type) == 0; i++) {
		char *prefix = strcmp(type, "manual") == 0 ? xstrdup("    ") : xasprintf("    (%.20s) ", type);
		print_text(s->out, prefix, text.data);
		free(prefix);
		buf_clear(&text);
	}
	buf_clear(&text);
	for (size_t i = 0; run_offer(run, w, i, &text, &about) == 0; i++) {
		printable_printf(s->out, "    %s ", _("offered, not run:"));
		print_text(s->out, "", *about ? about : _("a command"));
		print_text(s->out, "      $ ", text.data);
		print_capture(s, run, text.data);
		buf_clear(&text);
	}
	buf_release(&text);
}

static void print_answers(struct session *s, const struct run *run, const struct waiting *w)
{
	struct err why = ERR_INIT;
	const char *name;
	json_t *to;
	if (w->what == WAITING_QUESTION)
		printable_printf(s->out, "    %s\n", _("answer: step yes, or step no"));
	json_object_foreach(json_object_get(w->step, "cases"), name, to) {
		char *safe = printable_dup(name);
		printable_printf(s->out, "    %s step %s\n", _("answer:"), safe);
		free(safe);
	}
	if (w->what != WAITING_ACTION && run->playbook->foreign && !engine_decided(run->engine, w, &why))
		print_text(s->out, "    ! ", why.message);
}

static void print_waiting(struct session *s, const struct run *run, const struct waiting *w)
{
	const char *name = playbook_text(json_object_get(w->step, "name"));
	const char *why = playbook_text(playbook_step_extra(w->step, "why"));
	const json_t *need;
	size_t i;
	char *id = printable_dup(w->id);
	printable_printf(s->out, "\n");
	print_text(s->out, w->what == WAITING_ACTION ? "▶ " : "? ", *name ? name : w->id);
	printable_printf(s->out, "    [%s]\n", id);
	print_expanded(s, run, w, json_object_get(w->step, "description"));
	if (*why) {
		printable_printf(s->out, "    %s:\n", _("why"));
		print_text(s->out, "    ", why);
	}
	json_array_foreach(playbook_step_extra(w->step, "warnings"), i, need)
		print_text(s->out, "    ! ", playbook_text(need));
	print_warnings(s, run, w);
	print_commands(s, run, w);
	json_array_foreach(playbook_step_extra(w->step, "records"), i, need) {
		struct buf line = BUF_INIT;
		run_requirement_text(need, &line);
		printable_printf(s->out, "    %s %s\n", _("to record:"), line.data);
		buf_release(&line);
	}
	if (run_called_playbook(w)) {
		char *called = printable_dup(run_called_playbook(w));
		struct buf word = BUF_INIT; /* a stranger's playbook may call it anything */
		words_quote_needed(&word, called);
		printable_printf(s->out, "    %s genba play %s\n", _("start it:"), word.data);
		buf_release(&word);
		free(called);
	}
	print_answers(s, run, w);
	free(id);
}

static int print_run(struct session *s, const char *label, struct err *err)
{
	struct run run;
	if (run_load(s->c, label, &run, err) < 0)
		return -1;
	char *title = record_title(run.record);
	printable_printf(s->out, "%s  %s", run.label, title);
	const json_t *on = json_object_get(run.record, "on");
	for (size_t i = 0; i < json_array_size(on); i++)
		printable_printf(s->out, "%s%s", i ? ", " : "  → ", json_string_value(json_array_get(on, i)));
	printable_printf(
	    s->out, P_("  (%zu step on record)\n", "  (%zu steps on record)\n", (unsigned long long)run.done_count),
	    run.done_count);
	free(title);
	for (size_t i = 0; i < run.waiting_count; i++)
		print_waiting(s, &run, &run.waiting[i]);
	const char *state = json_get_string(run.record, "state");
	if (state && strcmp(state, "paused") == 0)
		print_text(s->out, "    ‖ ",
		           json_get_string(run.record, "reason") ? json_get_string(run.record, "reason") : "");
	if (run.waiting_count == 0)
		printable_printf(s->out, "    %s\n",
		                 state && strcmp(state, "abandoned") == 0 ? _("abandoned") : _("finished"));
	run_release(&run);
	return 0;
}

static int print_runs(struct session *s, int json, struct err *err)
{
	json_t *labels = run_open_labels(s->c, err);
	if (!labels)
		return -1;
	int rc = 0;
	if (json) {
		json_t *array = json_array();
		for (size_t i = 0; i < json_array_size(labels); i++)
			json_array_append_new(array,
			                      record_get(s->c, json_string_value(json_array_get(labels, i)), 0, NULL));
		cmd_print_json(s, array);
	} else if (json_array_size(labels) == 0) {
		fputs(_("no playbook is running; there are: "), s->out);
		for (size_t i = 0; playbook_builtin_name(i); i++)
			printable_printf(s->out, "%s%s", i ? ", " : "", playbook_builtin_name(i));
		json_t *own = playbook_own_names();
		for (size_t i = 0; i < json_array_size(own); i++)
			printable_printf(s->out, ", %s", json_string_value(json_array_get(own, i)));
		json_decref(own);
		fputc('\n', s->out);
	}
	for (size_t i = 0; !json && i < json_array_size(labels) && rc == 0; i++)
		rc = print_run(s, json_string_value(json_array_get(labels, i)), err);
	json_decref(labels);
	return rc;
}

/* `play pause|resume|abandon RUN`: 1 if it was one of these; *rc then says how it went. */
static int change_state(struct session *s, const struct args *args, int *rc, struct err *err)
{
	const char *verb = args->words[0];
	const char *reason = args_option(args, "reason");
	int pause = strcmp(verb, "pause") == 0;
	int resume = strcmp(verb, "resume") == 0;
	if (!pause && !resume && strcmp(verb, "abandon") != 0)
		return 0;
	if (args->count != 2)
		*rc = cmd_usage("play", err);
	else if (pause)
		*rc = run_pause(s->c, args->words[1], reason, err);
	else
		*rc = resume ? run_resume(s->c, args->words[1], err) : run_abandon(s->c, args->words[1], reason, err);
	if (*rc == 0 && resume && !s->in_script)
		*rc = print_run(s, args->words[1], err);
	return 1;
}

/* `play account RUN`: what was done, as Markdown or JSON. */
static int print_report(struct session *s, const struct args *args, struct err *err)
{
	struct run run;
	if (args->count != 2)
		return cmd_usage("play", err);
	if (run_load(s->c, args->words[1], &run, err) < 0)
		return -1;
	json_t *report = run_report(s->c, &run);
	if (args_option(args, "json")) {
		cmd_print_json(s, json_pack("[o]", report));
	} else {
		struct buf text = BUF_INIT;
		run_report_markdown(&run, report, &text);
		fputs(text.data, s->out);
		buf_release(&text);
		json_decref(report);
	}
	run_release(&run);
	return 0;
}

static int is_run(struct session *s, const char *word)
{
	json_t *record = record_get(s->c, word, 0, NULL);
	const char *kind = record ? json_get_string(record, "kind") : NULL;
	int is = kind_has(kind, KIND_RUN);
	json_decref(record);
	return is;
}

static int start_run(struct session *s, const struct args *args, const char *on, char label[LABEL_TEXT],
                     struct err *err)
{
	char *words[20];
	size_t count = 0;
	struct assign *variables;
	char **names;
	for (; count < sizeof words / sizeof *words && args_option_at(args, "var", count); count++)
		words[count] = xstrdup(args_option_at(args, "var", count));
	int rc = cmd_assigns(words, count, &variables, &names, err);
	struct playbook *p = NULL;
	if (rc == 0) {
		rc = case_may_write(s->c, err);
		p = rc == 0 ? playbook_find(args->words[0], err) : NULL;
		rc = p ? run_start_with(s->c, p, on, variables, count, label, err) : -1;
		cmd_assigns_free(variables, names, count);
	}
	if (p && rc == 0 && json_array_size(p->departures) + json_array_size(p->unsupported) > 0)
		printable_printf(
		    s->log,
		    P_("%s: %zu departure from the standard, and %zu only shown by genba: genba playbook check %s\n",
		       "%s: %zu departures from the standard, and %zu only shown by genba: genba playbook check %s\n",
		       json_array_size(p->departures)),
		    args->words[0], json_array_size(p->departures), json_array_size(p->unsupported), args->words[0]);
	playbook_free(p);
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	return rc;
}

int cmd_play(struct session *s, const struct args *args, struct err *err)
{
	int rc = 0;
	if (args->count == 0)
		return print_runs(s, args_option(args, "json") != NULL, err);
	if (change_state(s, args, &rc, err))
		return rc;
	if (strcmp(args->words[0], "account") == 0)
		return print_report(s, args, err);
	if (args->count == 1 && !args_option(args, "on") && is_run(s, args->words[0]))
		return print_run(s, args->words[0], err);
	struct buf on = BUF_INIT;
	for (size_t i = 0; args_option_at(args, "on", i); i++)
		buf_addf(&on, "%s%s", i ? "," : "", args_option_at(args, "on", i));
	for (size_t i = 1; i < args->count; i++) /* play isolate --on A1 A2 A3 */
		buf_addf(&on, "%s%s", on.len ? "," : "", args->words[i]);
	char label[LABEL_TEXT];
	rc = start_run(s, args, on.data, label, err);
	buf_release(&on);
	if (rc < 0)
		return -1;
	cmd_print_label(s, label);
	if (!s->in_script)
		rc = print_run(s, label, err);
	return rc;
}

static int is_outcome(const char *word, enum outcome *outcome, const char **answer)
{
	static const struct {
		const char *word;
		enum outcome outcome;
		const char *answer;
	} words[] = {
	    {"done", OUTCOME_DONE, NULL},       {"failed", OUTCOME_FAILED, NULL},     {"skip", OUTCOME_SKIPPED, NULL},
	    {"skipped", OUTCOME_SKIPPED, NULL}, {"na", OUTCOME_NOT_APPLICABLE, NULL}, {"yes", OUTCOME_DONE, "yes"},
	    {"no", OUTCOME_DONE, "no"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i].word) == 0) {
			*outcome = words[i].outcome;
			if (words[i].answer)
				*answer = words[i].answer;
			return 1;
		}
	return 0;
}

/* A word that is no outcome may be a case of the switch that waits. */
static int is_case(struct session *s, const char *label, const char *word)
{
	json_t *labels = label ? json_pack("[s]", label) : run_open_labels(s->c, NULL);
	int found = 0;
	for (size_t i = 0; i < json_array_size(labels) && !found; i++) {
		struct run run;
		if (run_load(s->c, json_string_value(json_array_get(labels, i)), &run, NULL) < 0)
			continue;
		for (size_t k = 0; k < run.waiting_count; k++)
			found |= json_object_get(json_object_get(run.waiting[k].step, "cases"), word) != NULL;
		run_release(&run);
	}
	json_decref(labels);
	return found;
}

/* The run meant: the one named, or the newest open one that waits for the step. */
static int choose_run(struct session *s, const char *label, const char *step, const char *answer, struct run *run,
                      size_t *which, struct err *err)
{
	json_t *labels = label ? json_pack("[s]", label) : run_open_labels(s->c, err);
	if (!labels)
		return -1;
	int found = 0;
	for (size_t i = 0; i < json_array_size(labels) && !found; i++) {
		if (run_load(s->c, json_string_value(json_array_get(labels, i)), run, err) < 0) {
			json_decref(labels);
			return -1;
		}
		for (size_t k = 0; k < run->waiting_count && !found; k++)
			if ((!step &&
			     (!answer || json_object_get(json_object_get(run->waiting[k].step, "cases"), answer))) ||
			    (step && (strcmp(step, run->waiting[k].id) == 0 ||
			              strcmp(step, run->waiting[k].invocation) == 0))) {
				*which = k;
				found = 1;
			}
		if (!found)
			run_release(run);
	}
	json_decref(labels);
	if (found)
		return 0;
	return step ? err_set(err, ERR_USAGE,
	                      _("no run waits for the step '%s'; `genba play` shows where the runs stand"), step)
	            : err_set(err, ERR_USAGE, _("no playbook is running; start one: genba play isolate --on LABEL"));
}

int cmd_step(struct session *s, const struct args *args, struct err *err)
{
	struct step_outcome what = {.reason = args_option(args, "reason"), .answer = args_option(args, "answer")};
	const char *step = NULL;
	size_t first = 0;
	const char *chosen = NULL;
	if (args->count > 0 && !is_outcome(args->words[0], &what.outcome, &what.answer)) {
		if (args->count == 1 && is_case(s, args_option(args, "run"), args->words[0]))
			chosen = args->words[0];
		else
			step = args->words[first++];
	}
	if (first >= args->count)
		return cmd_usage("step", err);
	if (!chosen && !is_outcome(args->words[first], &what.outcome, &what.answer)) {
		if (first + 1 != args->count || !is_case(s, args_option(args, "run"), args->words[first]))
			return cmd_usage("step", err);
		chosen = args->words[first];
	}
	if (chosen)
		what.answer = chosen;
	first++;
	struct assign *fields;
	char **names;
	size_t count = args->count - first;
	if (cmd_assigns(args->words + first, count, &fields, &names, err) < 0)
		return -1;
	what.fields = fields;
	what.field_count = count;
	struct run run;
	size_t which = 0;
	int rc = choose_run(s, args_option(args, "run"), step, chosen, &run, &which, err);
	if (rc == 0) {
		char label[LABEL_TEXT];
		int finished = 0;
		rc = run_step(s->c, &run, &run.waiting[which], &what, label, &finished, err);
		if (rc == 0) {
			cmd_print_label(s, label);
			char awaiting[LABEL_TEXT];
			if (!s->in_script && finished)
				printable_printf(s->log, "%s\n", _("the playbook is finished"));
			if (!s->in_script && finished && run_awaiting(s->c, &run, awaiting))
				printable_printf(s->log, _("%s waits for it: genba step --run %s\n"), awaiting,
				                 awaiting);
			else if (!s->in_script && !finished)
				print_waiting(s, &run, &run.waiting[0]);
		}
		run_release(&run);
	}
	cmd_assigns_free(fields, names, count);
	return rc;
}

static void print_list(struct session *s, const char *prefix, const json_t *lines)
{
	size_t i;
	json_t *line;
	json_array_foreach(lines, i, line)
		printable_printf(s->out, "  %s%s\n", prefix, json_string_value(line));
}

static int check_files(struct session *s, const struct args *args, struct err *err)
{
	int rc = 0;
	for (size_t i = 1; i < args->count; i++) {
		struct err why = ERR_INIT;
		struct playbook *p = playbook_find(args->words[i], &why);
		if (p) {
			char *name = printable_dup(playbook_text(json_object_get(p->tree, "name")));
			char *file = printable_dup(args->words[i]);
			printable_printf(
			    s->out,
			    P_("%s: good: %s, %zu step, sha256 %s\n", "%s: good: %s, %zu steps, sha256 %s\n",
			       (unsigned long long)(json_object_size(json_object_get(p->tree, "workflow")))),
			    file, name, json_object_size(json_object_get(p->tree, "workflow")), p->digest);
			free(file);
			free(name);
			print_list(s, "", p->departures);
			print_list(s, _("not acted on: "), p->unsupported);
		} else {
			printable_printf(s->log, "%s\n", why.message);
			rc = -1;
		}
		playbook_free(p);
	}
	return rc < 0 ? err_set(err, ERR_FAILED, _("not every playbook is good")) : 0;
}

/* DIR/NAME.json for FILE: its last part without what is behind the dot. */
static char *export_path(const char *folder, const char *file)
{
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	const char *dot = strrchr(base, '.');
	return xasprintf("%s/%.*s.json", folder, (int)(dot && dot > base ? dot - base : (long)strlen(base)), base);
}

static int export_file(struct session *s, const char *file, const char *folder, struct err *err)
{
	struct playbook *p = playbook_find(file, err);
	if (!p)
		return -1;
	struct buf text = BUF_INIT;
	json_t *lost = json_array();
	json_t *strict = playbook_export(p, lost);
	int rc = 0;
	size_t i;
	json_t *line;
	playbook_export_text(strict, &text);
	if (folder) {
		char *path = export_path(folder, file);
		rc = path_write_file(path, text.data, text.len, 0, err);
		if (rc == 0)
			printable_printf(s->out, "%s\n", path);
		free(path);
	} else {
		fputs(text.data, s->out);
	}
	json_array_foreach(lost, i, line)
		printable_printf(s->log, _("%s: not in the export: %s\n"), file, json_string_value(line));
	buf_release(&text);
	json_decref(lost);
	json_decref(strict);
	playbook_free(p);
	return rc;
}

int cmd_playbook(struct session *s, const struct args *args, struct err *err)
{
	const char *to = args_option(args, "to");
	if (args->count >= 2 && strcmp(args->words[0], "check") == 0)
		return check_files(s, args, err);
	if (args->count < 2 || strcmp(args->words[0], "export") != 0)
		return cmd_usage("playbook", err);
	if (args->count > 2 && !to)
		return err_set(err, ERR_USAGE, _("several playbooks need a folder: --to DIR"));
	int rc = 0;
	for (size_t i = 1; i < args->count && rc == 0; i++)
		rc = export_file(s, args->words[i], to, err);
	return rc;
}
