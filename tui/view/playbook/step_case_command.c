/*
 * A command of genba that a step offers: it works on this case, so the workbench carries it out itself. It was on the screen whole,
 * stands in the line behind `:` to be changed, and runs by Enter there. What it puts on record is given to the step, and what the
 * step still lacks is said.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "base/words.h"
#include "case/store/draft.h"
#include "evidence/preserve.h"
#include "tui/command/args.h"
#include "tui/command/command.h"
#include "tui/form/questions.h"
#include "tui/view/playbook/step.h"
#include "tui/view/views.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define TAKEN 50 /* labels for one need, at most: more is a list to choose from, and no answer */

/* `LABEL`, `PATH`: stands for what the person types. */
static int step_case_stands_for(const char *word)
{
	return strlen(word) > 1 && strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == strlen(word);
}

/* A pipe, a redirection, a variable: only a shell understands it. Between single quotes all is as it stands. */
static int step_case_wants_shell(const char *command)
{
	char quote = 0;
	for (; *command; command++) {
		if (*command == quote)
			quote = 0;
		else if (!quote && (*command == '\'' || *command == '"'))
			quote = *command;
		else if (strchr(quote == '\'' ? "\n" : quote ? "$`\n" : "|&;<>$`\n", *command))
			return 1;
	}
	return 0;
}

/* Without the words in capitals at its end, which the person types. */
static size_t step_case_length(const char *command)
{
	size_t size = strlen(command);
	for (;;) {
		size_t begin = size;
		while (begin > 0 && command[begin - 1] != ' ')
			begin--;
		char *word = xstrndup(command + begin, size - begin);
		int stands = begin > 6 && step_case_stands_for(word);
		free(word);
		if (!stands)
			return size;
		size = begin - 1;
	}
}

char *step_case_line(const char *command)
{
	struct words words;
	if (step_case_wants_shell(command) || words_split(&words, command, NULL) < 0)
		return NULL;
	int own = words.count > 1 && strcmp(words.items[0], "genba") == 0 && strncmp(command, "genba ", 6) == 0;
	size_t size = own ? step_case_length(command) : 0;
	char *line = own ? xasprintf("%.*s%s", (int)(size - 6), command + 6, command[size] ? " " : "") : NULL;
	words_release(&words);
	return line;
}

/* A word in capitals of the offer that still stands in the line: it means nothing. The caller frees it; NULL: none. */
static char *step_case_left(const char *offered, const char *line)
{
	struct words all;
	struct words typed;
	char *left = NULL;
	if (words_split(&all, offered, NULL) < 0)
		return NULL;
	if (words_split(&typed, line, NULL) == 0) {
		for (size_t i = 0; i < all.count; i++)
			for (size_t k = 0; !left && k < typed.count && step_case_stands_for(all.items[i]); k++)
				if (strcmp(all.items[i], typed.items[k]) == 0)
					left = xstrdup(typed.items[k]);
		words_release(&typed);
	}
	words_release(&all);
	return left;
}

/* Whether genba itself is the tool that made the copy: where it only hashes, another one did. */
static int step_case_is_imaging(const char *line)
{
	static const char name[] = "preserve";
	enum evidence_form form;
	struct words words;
	struct args args;
	int images = 0;
	if (words_split(&words, line, NULL) < 0)
		return 0;
	if (words.count > 1 && strcmp(words.items[0], name) == 0 &&
	    args_parse(&args, command_find(name)->options, (int)words.count - 1, words.items + 1, NULL) == 0) {
		const char *as = args_option(&args, "as"); /* however it is written */
		images = as && evidence_form_parse(as, &form, NULL) == 0 && form != EVIDENCE_HASH;
		args_release(&args);
	}
	words_release(&words);
	return images;
}

/* Those of the labels that the need takes, as a comma list; of the step's result, what was said last; of its tool, genba where
 * it made the copy. NULL: none, or too many to be meant. */
static char *step_case_fitting(struct workbench *wb, const json_t *need, const char *labels, const char *line)
{
	if (json_is(need, "step", "result"))
		return *workbench_said(wb) ? xstrdup(workbench_said(wb)) : NULL;
	if (json_is(need, "step", "tool") && step_case_is_imaging(line))
		return xstrdup("genba");
	if (json_is(need, "step", "tool_version") && step_case_is_imaging(line))
		return xstrdup(GENBA_VERSION);
	const char *kind = run_requirement_kind(need);
	struct buf list = BUF_INIT;
	size_t count = 0;
	for (const char *p = labels; kind && *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");
		char *label = xstrndup(p, n);
		json_t *record = workbench_get(wb, label, 0, NULL);
		if (record && json_is(record, "kind", kind) &&
		    (!kind_has(kind, KIND_EVIDENCE) || step_accepts(need, json_get_string(record, "type"))))
			buf_addf(&list, "%s%s", count++ ? "," : "", label);
		json_decref(record);
		free(label);
		p += n;
	}
	if (count > 0 && count <= TAKEN)
		return buf_take(&list, NULL);
	buf_release(&list);
	return NULL;
}

/* Puts them where the form of the step keeps what was filled in. How many needs got something. */
static size_t step_case_give(struct workbench *wb, const struct run *run, const struct waiting *w, const char *labels,
                             const char *line)
{
	json_t *needs = run_requirements(w);
	char *key = step_draft_key(run->label, w->invocation);
	char when[CLOCK_TEXT];
	json_t *draft = draft_load(workbench_case(wb), key, when);
	json_t *values = json_incref(json_object_get(draft, "values"));
	size_t given = 0;
	size_t i;
	json_t *need;
	if (json_array_size(values) != json_array_size(needs)) {
		json_decref(values);
		values = json_array();
		json_array_foreach(needs, i, need)
			json_array_append_new(values, json_null());
	}
	json_array_foreach(needs, i, need) {
		char *list = json_is_null(json_array_get(values, i)) ? step_case_fitting(wb, need, labels, line) : NULL;
		if (list && json_array_set_new(values, i, json_string(list)) == 0)
			given++;
		free(list);
	}
	json_t *kept = json_pack("{s:o}", "values", values);
	if (given)
		draft_save(workbench_case(wb), key, kept, NULL);
	workbench_revise(wb); /* the Board lists the drafts */
	json_decref(kept);
	json_decref(draft);
	json_decref(needs);
	free(key);
	return given;
}

/* After the command: its records go to the step, and what is lacking is said. An answer of one line of which the step takes
 * nothing was what it was asked for, and what is said now would hide it: it is shown as a longer one is. Where nothing else is
 * shown, the form of the step opens. */
static void step_case_took(struct workbench *wb, const char *label, const char *invocation, const struct view *before,
                           const char *line)
{
	struct run run;
	size_t which;
	struct buf lacks = BUF_INIT;
	if (step_find(wb, label, invocation, &run, &which) < 0)
		return;
	const struct waiting *w = &run.waiting[which];
	char *made = xstrdup(workbench_made(wb));
	size_t given = step_case_give(wb, &run, w, made, line);
	int lacking = step_lacks(wb, &run, w, &lacks);
	int is_action = w->what == WAITING_ACTION;
	run_release(&run);
	if (workbench_top(wb) == before && !given && *workbench_said(wb))
		workbench_show_text(wb, line, workbench_said(wb));
	else if (workbench_top(wb) == before && is_action)
		workbench_push(wb, view_step(wb, label, invocation));
	const char *came = given && *made ? made
	                   : given        ? workbench_said(wb)
	                                  : _("nothing that the step takes by itself came of it");
	if (lacking)
		workbench_tell(wb, TONE_ATTENTION, _("%s; this does not suffice for the step, still missing: %s"), came,
		               lacks.data);
	else
		workbench_tell(wb, TONE_GOOD, _("%s; nothing is missing for the step now"), came);
	buf_release(&lacks);
	free(made);
}

struct step_case_line {
	struct workbench *wb;
	const char *offered;
	char *ran;                 /* the line as it was run last; owned */
	const struct view *before; /* the view on top when it ran; NULL: it did not yet */
};

static char *ask_line(struct workbench *wb, const struct question *q, const char *before)
{
	char *typed = prompt_command(wb, before);
	(void)q;
	if (typed && *typed)
		return typed;
	free(typed);
	return NULL;
}

static int run_line(void *ctx, struct question *all, struct err *err)
{
	struct step_case_line *l = ctx;
	char *left = step_case_left(l->offered, all->answer);
	if (left) {
		err_set(err, ERR_USAGE, _("%s only stands for something: type what is meant in its place"), left);
		free(left);
		return -1;
	}
	if (!l->before) { /* the view that showed it, and the form, which comes again when it has run */
		workbench_pop(l->wb);
		if (workbench_top(l->wb)->ops == &step_view)
			workbench_pop(l->wb);
	}
	l->before = workbench_top(l->wb);
	free(l->ran);
	l->ran = xstrdup(all->answer);
	return workbench_try(l->wb, all->answer, err);
}

void step_case_run(struct workbench *wb, const char *line, const char *label, const char *invocation)
{
	struct step_case_line l = {wb, line, NULL, NULL};
	struct question asked = {.ask = ask_line, .initial = line};
	struct questions q = {&asked, 1, run_line, &l};
	if (questions_ask(wb, &q))
		step_case_took(wb, label, invocation, l.before, l.ran);
	else
		workbench_tell(wb, TONE_ATTENTION, "%s",
		               l.before ? _("it failed: nothing of it goes with the step") : _("it was not run"));
	free(l.ran);
	questions_release(&q);
}
