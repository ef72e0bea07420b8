/*
 * `:handover` in the workbench asks for what the command takes: whose key, the
 * whole case or what is new, where to, the evidence; and shows the brief, to be edited before it is recorded.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/words.h"
#include "outward/brief/brief.h"
#include "tui/command/cmd.h"
#include "tui/form/questions.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define BRIEF_DRAFT "handover:brief"

static void add_option(struct buf *line, const char *option, const char *value)
{
	buf_addf(line, " --%s ", option);
	words_quote(line, value);
}

static char *handover_brief(struct workbench *wb)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	char when[32];
	char *edited = NULL;
	int goes_on = draft_prompt_is_there(wb, BRIEF_DRAFT, when);
	if (goes_on) { /* the case may have moved on since: the person decides */
		char *question = xasprintf(_("Go on with the brief edited at %.16s? n makes it anew (y/n) "), when);
		goes_on = prompt_yes(wb, question);
		free(question);
	}
	if (!goes_on)
		draft_prompt_drop(wb, BRIEF_DRAFT);
	if (brief_of_handover(workbench_case(wb), &text, &err) < 0)
		workbench_tell_error(wb, &err);
	else
		edited = draft_prompt_text(
		    wb, BRIEF_DRAFT, _("The brief that goes along and on record: Ctrl-S hands over, Esc gives up"),
		    goes_on ? NULL : text.data, 1);
	buf_release(&text);
	return edited;
}

/* Of whom the copy is for: the key, which is read when it was typed. */
struct handover_key {
	struct workbench *wb;
	struct buf print; /* its fingerprint */
	int known;
};

static int handover_check_key(void *ctx, const char *typed, struct err *err)
{
	struct handover_key *k = ctx;
	char *path = prompt_path_in_full(typed);
	buf_clear(&k->print);
	int rc = cmd_handover_key(workbench_session(k->wb), path, &k->print, &k->known, err);
	free(path);
	return rc;
}

/* A key that is new to the case is confirmed before anything else is asked, and long before anything is written. */
static int key_is_theirs(struct workbench *wb, const struct handover_key *k)
{
	if (k->known)
		return 1;
	char *question = xasprintf(_("%s: read out to you? (y/n) "), k->print.data);
	int good = prompt_yes(wb, question);
	if (!good)
		workbench_tell(wb, TONE_ATTENTION, "%s",
		               _("nothing was written: call, have the fingerprint read out, and begin again"));
	free(question);
	return good;
}

/* The key as the command takes it, known or confirmed; NULL: left. */
static char *ask_key(struct workbench *wb, const struct question *q, const char *before)
{
	struct handover_key k = {.wb = wb, .print = BUF_INIT};
	struct prompt_line line = {.question =
	                               _("Colleague's key (file or line of genba key export, or a known mark): "),
	                           .initial = before,
	                           .check = handover_check_key,
	                           .ctx = &k};
	int left;
	char *typed = prompt_edit(wb, &line, &left);
	char *key = !left && key_is_theirs(wb, &k) ? prompt_path_in_full(typed) : NULL;
	(void)q;
	buf_release(&k.print);
	free(typed);
	return key;
}

/* Whoever is known to the case may have it already. The key is the answer before this one. */
static char *ask_what(struct workbench *wb, const struct question *q, const char *before)
{
	const char *ways[] = {_("the whole case, as a copy under their key"),
	                      _("what is new, for the copy that they have (a delta)")};
	struct buf print = BUF_INIT;
	int known = 0;
	int delta = before && *before;
	cmd_handover_key(workbench_session(wb), q[-1].answer, &print, &known, NULL);
	buf_release(&print);
	int chosen = known ? prompt_choice(wb, _("What goes: "), ways, 2, delta, NULL) : 0;
	return chosen < 0 ? NULL : xstrdup(chosen ? "--delta" : "");
}

static int handover_is_delta(const char *what)
{
	return *what != '\0';
}

/* With what is new neither evidence nor a brief goes along. */
static char *ask_folder(struct workbench *wb, const struct question *q, const char *before)
{
	return handover_is_delta(q[-2].answer) ? xstrdup("") : question_path(wb, q, before);
}

static char *ask_brief(struct workbench *wb, const struct question *q, const char *before)
{
	if (handover_is_delta(q[-3].answer))
		return xstrdup("");
	(void)before; /* its draft is what it begins with */
	return handover_brief(wb);
}

static int hand_over(void *ctx, struct question *all, struct err *err)
{
	struct workbench *wb = ctx;
	struct buf line = BUF_INIT;
	int delta = handover_is_delta(all[1].answer);
	buf_addf(&line, "handover%s", delta ? " --delta" : "");
	add_option(&line, "to", all[0].answer);
	add_option(&line, "out", all[2].answer);
	if (*all[3].answer)
		add_option(&line, "with-evidence", all[3].answer);
	workbench_session(wb)->brief = delta ? NULL : all[4].answer;
	int rc = workbench_try(wb, line.data, err);
	workbench_session(wb)->brief = NULL;
	if (rc == 0 && !delta)
		draft_prompt_drop(wb, BRIEF_DRAFT);
	buf_release(&line);
	return rc;
}

void handover_ask(struct workbench *wb, const char *none)
{
	static const enum prompt_path_wanted new_file = PROMPT_PATH_NEW;
	static const enum prompt_path_wanted folder = PROMPT_PATH_FOLDER_OR_NONE;
	struct err err = ERR_INIT;
	(void)none;
	if (workbench_may_write(wb, &err) < 0) {
		workbench_tell_error(wb, &err);
		return;
	}
	struct question asked[] = {
	    {.name = "to", .label = _("Colleague's key"), .ask = ask_key},
	    {.name = "delta", .label = _("What goes"), .ask = ask_what},
	    {.name = "out", .label = _("New file for the colleague"), .ask = question_path, .ctx = &new_file},
	    {.name = "with-evidence",
	     .label = _("Folder for the evidence (empty: it stays here)"),
	     .ask = ask_folder,
	     .ctx = &folder},
	    {.name = "brief", .label = _("The brief"), .ask = ask_brief},
	};
	struct questions q = {asked, sizeof asked / sizeof *asked, hand_over, wb};
	questions_ask(wb, &q);
	questions_release(&q);
}
