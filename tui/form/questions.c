#include "tui/form/questions.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/kind/first_line.h"
#include "case/kind/kinds.h"
#include "tui/form/form.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *question_label(const struct question *q)
{
	return q->label ? q->label : field_label(q->field);
}

char *question_field(struct workbench *wb, const struct question *q, const char *before)
{
	return form_ask_value_from(wb, q->field, before);
}

char *question_path(struct workbench *wb, const struct question *q, const char *before)
{
	char *asked = xasprintf("%s: ", q->label);
	struct prompt_path p = {.question = asked, .wanted = *(const enum prompt_path_wanted *)q->ctx};
	if (before == q->initial && p.wanted == PROMPT_PATH_NEW)
		p.offered = before; /* a name that nobody typed: it gives way to one that is */
	else
		p.initial = before;
	char *path = prompt_path_ask(wb, &p);
	free(asked);
	return path;
}

/* 1 if there is an answer now; one that was there stays when the question is left. */
static int answer(struct workbench *wb, struct question *q)
{
	char *given = q->ask(wb, q, q->answer ? q->answer : q->initial);
	if (given) {
		free(q->answer);
		q->answer = given;
	}
	return given != NULL;
}

/* `Isolated by: Responder One` */
static char *answer_line(struct workbench *wb, const struct question *q)
{
	struct buf shown = BUF_INIT;
	struct buf line = BUF_INIT;
	const struct field_value *value =
	    q->field && q->field->value_count ? field_value_find(q->field, q->answer) : NULL;
	json_t *text = json_string(q->answer);
	if (value)
		buf_adds(&shown, field_value_label(value));
	else if (q->field && text)
		workbench_name_field(wb, q->field, text, &shown);
	else
		buf_adds(&shown, q->answer);
	first_line_keep(&shown);
	buf_addf(&line, "%s: ", question_label(q));
	printable_add(&line, shown.data, shown.len, PRINTABLE_LINE);
	json_decref(text);
	buf_release(&shown);
	return buf_take(&line, NULL);
}

/* Which answer to change; `count`: none, it is done once more; -1: left. */
static int choose_answer(struct workbench *wb, const struct questions *q)
{
	char **lines = xcalloc(q->count + 1, sizeof *lines);
	for (size_t i = 0; i < q->count; i++)
		lines[i] = answer_line(wb, &q->all[i]);
	lines[q->count] = xstrdup(_("once more, as it stands"));
	int chosen = prompt_choice(wb, _("Change which answer: "), (const char *const *)lines, q->count + 1,
	                           (int)q->count, NULL);
	for (size_t i = 0; i <= q->count; i++)
		free(lines[i]);
	free(lines);
	return chosen;
}

static int is_answered(const struct questions *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (!q->all[i].answer)
			return 0;
	return q->count > 0;
}

void questions_release(const struct questions *q)
{
	for (size_t i = 0; i < q->count; i++) {
		free(q->all[i].answer);
		q->all[i].answer = NULL;
	}
}

static int answer_all(struct workbench *wb, const struct questions *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (!answer(wb, &q->all[i])) {
			questions_release(q);
			return 0;
		}
	return 1;
}

/* The question that the refusal is about; -1: it names none of several. */
static int refused_one(const struct questions *q, const struct err *err)
{
	for (size_t i = 0; *err->field && i < q->count; i++)
		if (q->all[i].name && strcmp(q->all[i].name, err->field) == 0)
			return (int)i;
	return q->count == 1 ? 0 : -1;
}

/* Why it was refused: of several lines a page of its own, else above what is asked next. */
static void tell_refusal(struct workbench *wb, const struct questions *q, int which, const struct err *err)
{
	if (strchr(err->message, '\n'))
		workbench_run_over(wb, view_text(wb, _("Not done"), err->message));
	else if (which >= 0 && *err->field)
		workbench_tell(wb, TONE_ALARM, "%s: %s", question_label(&q->all[which]), err_reason(err));
	else
		workbench_tell(wb, TONE_ALARM, "%s", err->message);
}

int questions_ask(struct workbench *wb, const struct questions *q)
{
	int change = is_answered(q) ? choose_answer(wb, q) : answer_all(wb, q) ? (int)q->count : -1;
	while (change >= 0) {
		struct err err = ERR_INIT;
		int told = (size_t)change == q->count || answer(wb, &q->all[change]);
		if (told && q->act(q->ctx, q->all, &err) == 0) {
			questions_release(q);
			return 1;
		}
		change = told ? refused_one(q, &err) : -1;
		if (told)
			tell_refusal(wb, q, change, &err);
		if (workbench_is_leaving(wb))
			return 0;
		if (change < 0 && (told || q->count > 1)) /* left one of several: the others are there still */
			change = choose_answer(wb, q);
	}
	return 0;
}
