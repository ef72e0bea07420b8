#include "tui/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "playbook/run.h"

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
	fprintf(out, "%s%s\n", prefix, wrapped.data);
	buf_release(&wrapped);
	buf_release(&safe);
}

static void print_waiting(struct session *s, struct run *run, const struct waiting *w)
{
	const char *name = playbook_text(json_object_get(w->step, "name"));
	const json_t *need;
	size_t i;
	fprintf(s->out, "\n");
	print_text(s->out, w->what == WAITING_ACTION ? "▶ " : "? ", *name ? name : w->id);
	fprintf(s->out, "    [%s]\n", w->id);
	print_text(s->out, "    ", playbook_text(json_object_get(w->step, "description")));
	if (*playbook_text(playbook_step_extra(w->step, "why"))) {
		fprintf(s->out, "    %s:\n", _("why"));
		print_text(s->out, "    ", playbook_text(playbook_step_extra(w->step, "why")));
	}
	json_array_foreach(playbook_step_extra(w->step, "warnings"), i, need)
		print_text(s->out, "    ! ", playbook_text(need));
	json_array_foreach(playbook_step_extra(w->step, "records"), i, need) {
		struct buf line = BUF_INIT;
		run_requirement_text(need, &line);
		fprintf(s->out, "    %s %s\n", _("to record:"), line.data);
		buf_release(&line);
	}
	if (w->what == WAITING_QUESTION)
		fprintf(s->out, "    %s\n", _("answer: step yes, or step no"));
	(void)run;
}

static int print_run(struct session *s, const char *label, struct err *err)
{
	struct run run;
	if (run_load(s->c, label, &run, err) < 0)
		return -1;
	char *title = record_title(run.record);
	fprintf(s->out, "%s  %s", run.label, title);
	const json_t *on = json_object_get(run.record, "on");
	for (size_t i = 0; i < json_array_size(on); i++)
		fprintf(s->out, "%s%s", i ? ", " : "  → ", json_string_value(json_array_get(on, i)));
	fprintf(s->out, _("  (%zu steps on record)\n"), run.done_count);
	free(title);
	for (size_t i = 0; i < run.waiting_count; i++)
		print_waiting(s, &run, &run.waiting[i]);
	if (run.waiting_count == 0)
		fprintf(s->out, "    %s\n", _("finished"));
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
			fprintf(s->out, "%s%s", i ? ", " : "", playbook_builtin_name(i));
		fputc('\n', s->out);
	}
	for (size_t i = 0; !json && i < json_array_size(labels) && rc == 0; i++)
		rc = print_run(s, json_string_value(json_array_get(labels, i)), err);
	json_decref(labels);
	return rc;
}

int cmd_play(struct session *s, const struct args *args, struct err *err)
{
	if (args->count == 0)
		return print_runs(s, args_option(args, "json") != NULL, err);
	struct buf on = BUF_INIT;
	for (size_t i = 0; args_option_at(args, "on", i); i++)
		buf_addf(&on, "%s%s", i ? "," : "", args_option_at(args, "on", i));
	for (size_t i = 1; i < args->count; i++) /* play isolate --on A1 A2 A3 */
		buf_addf(&on, "%s%s", on.len ? "," : "", args->words[i]);
	char label[LABEL_TEXT];
	int rc = case_may_write(s->c, err);
	struct playbook *p = rc == 0 ? playbook_find(args->words[0], err) : NULL;
	rc = p ? run_start(s->c, p, on.data, label, err) : -1;
	playbook_free(p);
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

/* The run meant: the one named, or the newest open one that waits for the step. */
static int choose_run(struct session *s, const char *label, const char *step, struct run *run, size_t *which,
                      struct err *err)
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
			if (!step || strcmp(step, run->waiting[k].id) == 0 ||
			    strcmp(step, run->waiting[k].invocation) == 0) {
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
	if (args->count > 0 && !is_outcome(args->words[0], &what.outcome, &what.answer))
		step = args->words[first++];
	if (first >= args->count || !is_outcome(args->words[first], &what.outcome, &what.answer))
		return cmd_usage("step", err);
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
	int rc = choose_run(s, args_option(args, "run"), step, &run, &which, err);
	if (rc == 0) {
		char label[LABEL_TEXT];
		int finished = 0;
		rc = run_step(s->c, &run, &run.waiting[which], &what, label, &finished, err);
		if (rc == 0) {
			cmd_print_label(s, label);
			if (!s->in_script && finished)
				fprintf(s->log, "%s\n", _("the playbook is finished"));
			else if (!s->in_script)
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
		fprintf(s->out, "  %s%s\n", prefix, json_string_value(line));
}

int cmd_playbook(struct session *s, const struct args *args, struct err *err)
{
	if (args->count < 2 || strcmp(args->words[0], "check") != 0)
		return cmd_usage("playbook", err);
	int rc = 0;
	for (size_t i = 1; i < args->count; i++) {
		struct err why = ERR_INIT;
		struct playbook *p = playbook_find(args->words[i], &why);
		if (p) {
			char *name = printable_dup(playbook_text(json_object_get(p->tree, "name")));
			fprintf(s->out, _("%s: good: %s, %zu steps, sha256 %s\n"), args->words[i], name,
			        json_object_size(json_object_get(p->tree, "workflow")), p->digest);
			free(name);
			print_list(s, "", p->departures);
			print_list(s, _("not acted on: "), p->inert);
		} else {
			fprintf(s->log, "%s\n", why.message);
			rc = -1;
		}
		playbook_free(p);
	}
	return rc < 0 ? err_set(err, ERR_FAILED, _("not every playbook is good")) : 0;
}
