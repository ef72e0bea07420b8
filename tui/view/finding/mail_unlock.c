/* What is locked in a mail: the passwords that mails give are tried, or one that is typed. */
#include "tui/view/finding/mail_actions.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "finding/mail/unlock.h"
#include "tui/form/questions.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>

struct mail_unlocking {
	struct workbench *wb;
	const char *mail;
	json_t *given;
};

/* One that is typed is shown as dots; of those that are given only how many there are. */
static char *ask_password(struct workbench *wb, const struct question *q, const char *before)
{
	const struct mail_unlocking *u = q->ctx;
	size_t n = json_array_size(u->given);
	int left = 0;
	char *help = n ? xasprintf(P_(" Enter tries the %zu word that the mails give, or type one · Esc leaves",
	                              " Enter tries the %zu words that the mails give, or type one · Esc leaves", n),
	                           n)
	               : xstrdup(_(" No mail here gives a password: type the one that you were told · Esc leaves"));
	char *question = xasprintf(_("Password of what is locked in %s: "), u->mail);
	struct prompt_line line = {.question = question, .help = help, .hidden = 1};
	(void)before; /* it opened nothing: the next one is typed anew */
	char *typed = prompt_edit(wb, &line, &left);
	free(question);
	free(help);
	if (!left)
		return typed;
	free(typed);
	return NULL;
}

static int try_answer(void *ctx, struct question *all, struct err *err)
{
	const struct mail_unlocking *u = ctx;
	struct mail_unlock unlock = {.c = workbench_case(u->wb), .mail = u->mail};
	json_t *passwords = *all->answer ? json_pack("[s]", all->answer) : json_incref(u->given);
	int rc = mail_unlock(&unlock, passwords, err);
	json_decref(passwords);
	if (rc == 0)
		workbench_tell(u->wb, TONE_GOOD,
		               P_("%s: %zu of %zu locked file is open, and what is in it on record: t shows it",
		                  "%s: %zu of %zu locked files are open, and what is in them on record: t shows it",
		                  (unsigned long long)unlock.locked),
		               u->mail, unlock.opened, unlock.locked);
	return rc;
}

enum redraw mail_open_locked(struct view *v)
{
	struct err err = ERR_INIT;
	const char *label = mail_actions_label(v);
	if (!label)
		return REDRAW_ALL;
	char *mail = xstrdup(label);
	struct mail_unlocking u = {v->wb, mail, NULL};
	struct question asked = {.ask = ask_password, .ctx = &u};
	struct questions q = {&asked, 1, try_answer, &u};
	if (mail_is_locked(workbench_case(v->wb), mail, &err) == 0)
		u.given = mail_given_passwords(workbench_case(v->wb), mail, &err);
	if (u.given)
		questions_ask(v->wb, &q);
	else
		workbench_tell_error(v->wb, &err);
	questions_release(&q);
	json_decref(u.given);
	free(mail);
	return REDRAW_ALL;
}
