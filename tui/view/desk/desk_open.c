#include "tui/view/desk/desk_open.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/words.h"
#include "outward/desk/escalate.h"
#include "tui/form/questions.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

char *desk_reason_of(const char *what)
{
	return xasprintf("%s · %s", what, _("Reason: "));
}

int desk_goes_on(struct workbench *wb, const struct err *lacking)
{
	char *where = xasprintf("%s (%s)", lacking->message,
	                        _("O, then e, changes an organisation; `:set case party=LABEL` names the case's"));
	char *question = xasprintf(_("%s. Go on all the same? (y/n) "), where);
	free(where);
	int yes = prompt_yes(wb, question);
	free(question);
	return yes;
}

/* Beside the register, called as the consultation. */
static char *suggested_path(struct workbench *wb, const char *label)
{
	const char *path = case_path(workbench_case(wb));
	const char *slash = strrchr(path, '/');
	return xasprintf("%.*s%s.genba", slash ? (int)(slash - path + 1) : 0, path, label);
}

static const char *const stages_of_opening[] = {"consultation", "advice", "rescue", "on_site"};

static char *ask_stage(struct workbench *wb, const struct question *q, const char *before)
{
	const char *labels[sizeof stages_of_opening / sizeof *stages_of_opening];
	size_t count = sizeof labels / sizeof *labels;
	int now = 0;
	for (size_t i = 0; i < count; i++) {
		labels[i] = field_value_label(field_value_find(q->field, stages_of_opening[i]));
		if (before && strcmp(before, stages_of_opening[i]) == 0)
			now = (int)i;
	}
	int chosen = prompt_choice_named(wb, _("Stage"), labels, stages_of_opening, count, now, NULL);
	return chosen >= 0 ? xstrdup(stages_of_opening[chosen]) : NULL;
}

/* The draft is what it begins with. */
static char *ask_reason(struct workbench *wb, const struct question *q, const char *before)
{
	(void)before;
	char *question = desk_reason_of(_("make a case"));
	char *reason = draft_prompt_checked(wb, q->ctx, question, draft_prompt_is_reason, NULL);
	free(question);
	return reason;
}

struct desk_opening {
	struct workbench *wb;
	char label[LABEL_TEXT];
	char *path; /* of the case that was made, and what there is to think about; owned */
	char *warnings;
};

static int open_case_file(void *ctx, struct question *all, struct err *err)
{
	struct desk_opening *o = ctx;
	char id[37];
	struct buf warnings = BUF_INIT;
	int other = strcmp(all[1].answer, "consultation") != 0;
	struct consultation_case spec = {
	    .path = all[0].answer, .stage = other ? all[1].answer : NULL, .reason = all[2].answer};
	if (other && consultation_may_begin(workbench_case(o->wb), o->label, spec.stage, err) < 0) {
		spec.anyway = err->code == ERR_FAILED && desk_goes_on(o->wb, err);
		if (!spec.anyway)
			return -1;
		err_clear(err);
	}
	int rc = consultation_open(workbench_case(o->wb), o->label, &spec, workbench_session(o->wb)->identity,
	                           &warnings, id, err);
	if (rc == 0) {
		workbench_judged(o->wb, o->label);
		buf_truncate(&warnings, warnings.len ? warnings.len - 1 : 0); /* its line ends */
		o->path = xstrdup(all[0].answer);
		o->warnings = xasprintf("%s%s", warnings.len ? " · " : "", warnings.data);
	}
	buf_release(&warnings);
	return rc;
}

/* The case that was made is gone to with the key that made it, if the person wants to. */
static void offer_to_go(const struct desk_opening *o)
{
	struct buf line = BUF_INIT;
	struct buf word = BUF_INIT; /* as the command takes it, whatever is in the path */
	char *safe = printable_dup(o->path);
	char *name = prompt_path_name(o->path);
	words_quote_needed(&word, safe);
	char *question = xasprintf(_("%s has become the case %s%s. Open it now? (y/n) "), o->label, name, o->warnings);
	buf_adds(&line, "open ");
	words_quote(&line, o->path);
	if (prompt_yes(o->wb, question))
		workbench_command(o->wb, line.data);
	else
		workbench_tell(o->wb, *o->warnings ? TONE_ATTENTION : TONE_GOOD,
		               _("`:open %s` opens the case that %s has become%s"), word.data, o->label, o->warnings);
	free(question);
	free(name);
	free(safe);
	buf_release(&word);
	buf_release(&line);
}

void desk_open_case(struct workbench *wb, const char *label)
{
	static const enum prompt_path_wanted wanted = PROMPT_PATH_NEW;
	struct desk_opening o = {.wb = wb};
	char draft[80];
	snprintf(o.label, sizeof o.label, "%s", label);
	snprintf(draft, sizeof draft, "desk:%s", o.label);
	char *suggested = suggested_path(wb, label);
	struct question asked[] = {
	    {.name = "path", .label = _("Case file"), .ask = question_path, .initial = suggested, .ctx = &wanted},
	    {.name = "stage", .field = kind_field(kind_find("case"), "stage"), .ask = ask_stage},
	    {.name = "reason", .label = _("Reason"), .ask = ask_reason, .ctx = draft},
	};
	struct questions q = {asked, sizeof asked / sizeof *asked, open_case_file, &o};
	if (questions_ask(wb, &q)) {
		draft_prompt_drop(wb, draft);
		offer_to_go(&o);
	}
	questions_release(&q);
	free(suggested);
	free(o.path);
	free(o.warnings);
}
