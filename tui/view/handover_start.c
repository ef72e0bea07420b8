/*
 * `:handover` in the workbench asks for what the command takes: whose key, the
 * whole case or what is new, where to, the evidence; and shows the brief, to be edited before it is recorded.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/safe_name.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "base/words.h"
#include "case/identity/identity.h"
#include "case/store/responders.h"
#include "handover/evidence/evidence_beside.h"
#include "handover/evidence/evidence_copy.h"
#include "outward/brief/brief.h"
#include "tui/command/cmd.h"
#include "tui/command/complete.h"
#include "tui/form/questions.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdint.h>
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
		char *said = edtf_said(when);
		char *question = xasprintf(_("Go on with the brief edited at %s? n makes it anew (y/n) "), said);
		goes_on = prompt_yes(wb, question);
		free(question);
		free(said);
	}
	if (!goes_on)
		draft_prompt_drop(wb, BRIEF_DRAFT);
	if (brief_of_handover(workbench_case(wb), &text, &err) < 0)
		workbench_tell_error(wb, &err);
	else
		edited = draft_prompt_page(
		    wb, BRIEF_DRAFT, _("The brief that goes along and on record: Ctrl-S hands over, Esc gives up"),
		    goes_on ? NULL : text.data);
	buf_release(&text);
	return edited;
}

/* Of whom the copy is for: the key, which is read when it was typed. */
struct handover_key {
	struct workbench *wb;
	struct buf print; /* its fingerprint */
	enum key_standing standing;
	struct candidates *marks; /* that fit to what is typed, while it is completed */
	const char *front;
	struct buf names; /* of those who are known, for the help */
};

static int handover_check_key(void *ctx, const char *typed, struct err *err)
{
	struct handover_key *k = ctx;
	char *path = prompt_path_in_full(typed);
	buf_clear(&k->print);
	int rc = cmd_handover_key(workbench_session(k->wb), path, &k->print, &k->standing, err);
	free(path);
	return rc;
}

/* A key that is new to the case is confirmed before anything else is asked, and long before anything is written. */
static int key_is_theirs(struct workbench *wb, const struct handover_key *k)
{
	if (k->standing != KEY_IS_NEW)
		return 1;
	char *question = xasprintf(_("%s: read out to you? (y/n) "), k->print.data);
	int good = prompt_yes(wb, question);
	if (!good)
		workbench_tell(wb, TONE_ATTENTION, "%s",
		               _("nothing was written: call, have the fingerprint read out, and begin again"));
	free(question);
	return good;
}

/* Those who can get it by their mark: everybody who is known, but oneself. */
static int look_at_mark(void *ctx, const struct responder *r)
{
	struct handover_key *k = ctx;
	const struct identity *me = case_identity(workbench_case(k->wb));
	if (!r->has_key || r->revoked || r->is_retracted || (me && memcmp(me->public_key, r->key, sizeof r->key) == 0))
		return 0;
	buf_addf(&k->names, "%s%s %s", k->names.len ? _(", ") : "", r->mark, r->name ? r->name : "");
	if (k->marks && strncmp(r->mark, k->front, strlen(k->front)) == 0)
		json_array_append_new(k->marks->words, json_string(r->mark));
	return 0;
}

static void complete_key(void *ctx, const char *front, struct candidates *c)
{
	struct handover_key *k = ctx;
	complete_path(front, 0, c);
	k->marks = c;
	k->front = front;
	responder_each(workbench_case(k->wb), look_at_mark, k, NULL);
	k->marks = NULL;
}

/* How a key is named, and who has one that is known. */
static char *key_help(struct handover_key *k)
{
	responder_each(workbench_case(k->wb), look_at_mark, k, NULL);
	char *names = printable_dup(k->names.data ? k->names.data : "");
	char *help = *names ? xasprintf(_(" Tab completes · file or line of `genba key export`, or mark: %s"), names)
	                    : xstrdup(_(" Tab completes · file or line of their `genba key export`"));
	free(names);
	return help;
}

/* The key as the command takes it, known or confirmed; NULL: left. Its fingerprint, which the question's ctx keeps, goes along:
 * a file that says another key by then is refused, and nobody is asked to have this one read out again. */
static char *ask_key(struct workbench *wb, const struct question *q, const char *before)
{
	struct handover_key k = {.wb = wb, .print = BUF_INIT, .names = BUF_INIT};
	char *help = key_help(&k);
	struct prompt_line line = {.question = _("Colleague's key: "),
	                           .help = help,
	                           .initial = before,
	                           .complete = complete_key,
	                           .check = handover_check_key,
	                           .ctx = &k};
	int left;
	char *typed = prompt_edit(wb, &line, &left);
	char *key = !left && key_is_theirs(wb, &k) ? prompt_path_in_full(typed) : NULL;
	struct buf *print = (struct buf *)(uintptr_t)q->ctx;
	if (key) {
		buf_clear(print);
		buf_adds(print, k.print.data);
	}
	buf_release(&k.print);
	buf_release(&k.names);
	free(help);
	free(typed);
	return key;
}

/* Whoever is known to the case may have it already: then what is new comes first. The key is the answer before this one. */
static char *ask_what(struct workbench *wb, const struct question *q, const char *before)
{
	const char *ways[] = {_("the whole case, as a copy under their key"),
	                      _("what is new, for the copy that they have (a delta)")};
	struct buf print = BUF_INIT;
	enum key_standing standing = KEY_IS_NEW;
	cmd_handover_key(workbench_session(wb), q[-1].answer, &print, &standing, NULL);
	buf_release(&print);
	int delta = before ? *before != '\0' : standing == KEY_HAS_COPY;
	int chosen = standing == KEY_IS_NEW ? 0 : prompt_choice(wb, _("What goes: "), ways, 2, delta, NULL);
	return chosen < 0 ? NULL : xstrdup(chosen ? "--delta" : "");
}

static int handover_is_delta(const char *what)
{
	return *what != '\0';
}

/* For whom a new file is, as a part of its name: the mark; of a key that is new its file's name, or its comment. */
static char *word_of_key(const char *key)
{
	const char *last = strrchr(key, *key && strncmp(key, "ssh-", 4) == 0 ? ' ' : '/');
	char *stem = xstrdup(last ? last + 1 : key);
	char *dot = strrchr(stem, '.');
	if (dot && dot > stem)
		*dot = '\0';
	char *word = safe_name_from(stem, "colleague");
	free(stem);
	return word;
}

static char *ask_out(struct workbench *wb, const struct question *q, const char *before)
{
	char *word = word_of_key(q[-2].answer);
	char *what = xasprintf("for-%s", word);
	char *path = prompt_path_new(wb, _("New file for the colleague: "), before, what,
	                             handover_is_delta(q[-1].answer) ? "delta" : "genba");
	free(what);
	free(word);
	return path;
}

/* Where the evidence that goes along is put: a new name beside the case is suggested, and never where one's own lies. */
struct handover_folder {
	char *suggested;
	json_t *own;
};

static int is_own(const struct handover_folder *f, const char *path)
{
	char *in_full = prompt_path_in_full(path);
	char *whole = realpath(in_full, NULL);
	int is = whole && json_object_get(f->own, whole);
	free(whole);
	free(in_full);
	return is;
}

static void complete_folder(void *ctx, const char *front, struct candidates *c)
{
	const struct handover_folder *f = ctx;
	complete_path(front, 1, c);
	if (!*front) {
		json_array_clear(c->words);
		json_array_append_new(c->words, json_string(f->suggested));
	}
	for (size_t i = json_array_size(c->words); i-- > 0;)
		if (is_own(f, json_string_value(json_array_get(c->words, i))))
			json_array_remove(c->words, i);
}

static int check_folder(void *ctx, const char *path, struct err *err)
{
	enum prompt_path_wanted wanted = PROMPT_PATH_FOLDER_OR_NONE;
	if (*path && is_own(ctx, path))
		return err_set(err, ERR_USAGE, _("your own evidence lies in '%s': name another folder for the copy"),
		               path);
	return prompt_path_check(&wanted, path, err);
}

/* With what is new neither evidence nor a brief goes along. */
static char *ask_folder(struct workbench *wb, const struct question *q, const char *before)
{
	if (handover_is_delta(q[-2].answer))
		return xstrdup("");
	char *word = word_of_key(q[-3].answer);
	char *what = xasprintf("evidence-for-%s", word);
	char *asked = xasprintf("%s: ", q->label);
	struct handover_folder f = {prompt_path_suggest(wb, what, NULL), evidence_own_folders(workbench_case(wb))};
	char *help = xasprintf(_(" Tab suggests %s · nothing: it stays here"), f.suggested);
	struct prompt_line line = {.question = asked,
	                           .help = help,
	                           .initial = before,
	                           .complete = complete_folder,
	                           .check = check_folder,
	                           .ctx = &f};
	int left;
	char *typed = prompt_edit(wb, &line, &left);
	char *path = left ? NULL : prompt_path_in_full(typed);
	json_decref(f.own);
	free(f.suggested);
	free(help);
	free(asked);
	free(what);
	free(word);
	free(typed);
	return path;
}

/* What is sealed nobody can read without its key: where some goes along, it is asked whether the keys do. */
static char *ask_keys(struct workbench *wb, const struct question *q, const char *before)
{
	json_t *sealed = json_array();
	struct err err = ERR_INIT;
	int chosen = 1;
	if (*q[-1].answer && evidence_with_key(workbench_case(wb), sealed, &err) < 0) {
		workbench_tell_error(wb, &err);
		chosen = -1;
	} else if (json_array_size(sealed)) {
		size_t n = json_array_size(sealed);
		char *ways[] = {
		    xasprintf(P_("the key of %zu sealed container goes along: it can be read and verified there",
		                 "the keys of %zu sealed containers go along: they can be read and verified there",
		                 (unsigned long long)n),
		              n),
		    xstrdup(_("no key goes along: nobody can read or verify what is sealed there"))};
		chosen = prompt_choice(wb, _("Encrypted evidence: "), (const char *const *)ways, 2, before && !*before,
		                       NULL);
		free(ways[0]);
		free(ways[1]);
	}
	json_decref(sealed);
	return chosen < 0 ? NULL : xstrdup(chosen == 0 ? "--with-keys" : "");
}

static char *ask_brief(struct workbench *wb, const struct question *q, const char *before)
{
	if (handover_is_delta(q[-4].answer))
		return xstrdup("");
	(void)before; /* its draft is what it begins with */
	return handover_brief(wb);
}

struct handing_over {
	struct workbench *wb;
	struct buf print; /* of the key that was asked for */
};

static int hand_over(void *ctx, struct question *all, struct err *err)
{
	struct workbench *wb = ((struct handing_over *)ctx)->wb;
	struct buf line = BUF_INIT;
	int delta = handover_is_delta(all[1].answer);
	buf_addf(&line, "handover%s", delta ? " --delta" : "");
	add_option(&line, "to", all[0].answer);
	add_option(&line, "fingerprint", ((struct handing_over *)ctx)->print.data);
	add_option(&line, "out", all[2].answer);
	if (*all[3].answer)
		add_option(&line, "with-evidence", all[3].answer);
	if (*all[4].answer)
		buf_addf(&line, " %s", all[4].answer);
	workbench_session(wb)->brief = delta ? NULL : all[5].answer;
	int rc = workbench_try(wb, line.data, err);
	workbench_session(wb)->brief = NULL;
	if (rc == 0 && !delta)
		draft_prompt_drop(wb, BRIEF_DRAFT);
	buf_release(&line);
	return rc;
}

void handover_ask(struct workbench *wb, const char *none)
{
	struct err err = ERR_INIT;
	(void)none;
	if (workbench_may_write(wb, &err) < 0) {
		workbench_tell_error(wb, &err);
		return;
	}
	struct handing_over h = {.wb = wb, .print = BUF_INIT};
	struct question asked[] = {
	    {.name = "to", .label = _("Colleague's key"), .ask = ask_key, .ctx = &h.print},
	    {.name = "delta", .label = _("What goes"), .ask = ask_what},
	    {.name = "out", .label = _("New file for the colleague"), .ask = ask_out},
	    {.name = "with-evidence",
	     .label = _("Folder for the evidence that goes along (empty: it stays here)"),
	     .ask = ask_folder},
	    {.name = "with-keys", .label = _("Encrypted evidence"), .ask = ask_keys},
	    {.name = "brief", .label = _("The brief"), .ask = ask_brief},
	};
	struct questions q = {asked, sizeof asked / sizeof *asked, hand_over, &h};
	questions_ask(wb, &q);
	questions_release(&q);
	buf_release(&h.print);
}
