/* mail again: mails on record looked at anew, with the rules of today or with passwords for what is locked. */
#include "tui/commands/finding/cmd_mail.h"
#include "tui/commands/finding/passwords.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/mail/again.h"
#include "finding/mail/unlock.h"

static void again_label(void *ctx, const char *label)
{
	cmd_print_label(ctx, label);
}

static void again_trouble(void *ctx, const char *label, const char *why)
{
	printable_printf(((struct session *)ctx)->log, "%s: %s\n", label, why);
}

/* --password-in-mail: one mail, what is locked in it, what mails give. */
static int again_with_given(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 2 || args_option(args, "password-file"))
		return err_set(err, ERR_USAGE,
		               _("--password-in-mail is about one mail: genba mail again LABEL --password-in-mail"));
	struct mail_unlock unlock = {.c = s->c, .mail = args->words[1], .progress = &s->progress};
	if (mail_is_locked(s->c, unlock.mail, err) < 0)
		return -1;
	json_t *words = mail_given_passwords(s->c, unlock.mail, err);
	int rc = words ? mail_unlock(&unlock, words, err) : -1;
	json_decref(words);
	if (rc < 0)
		return -1;
	cmd_print_label(s, unlock.mail);
	printable_printf(s->log,
	                 P_("%zu of %zu locked file is open\n", "%zu of %zu locked files are open\n",
	                    (unsigned long long)unlock.locked),
	                 unlock.opened, unlock.locked);
	return 0;
}

int cmd_mail_again(struct session *s, const struct args *args, struct err *err)
{
	if (args_option(args, "password-in-mail"))
		return again_with_given(s, args, err);

	struct mail_again again = {
	    .c = s->c, .progress = &s->progress, .label = again_label, .trouble = again_trouble, .ctx = s};
	json_t *passwords;
	if (passwords_read(s, args, &passwords, err) < 0)
		return -1;
	again.passwords = passwords;
	int rc = mail_look_again(&again, (const char *const *)args->words + 1, args->count - 1, err);
	json_decref(passwords);
	if (rc < 0)
		return -1;
	printable_printf(s->log,
	                 P_("%zu mail looked at again, %zu changed\n", "%zu mails looked at again, %zu changed\n",
	                    (unsigned long long)again.looked),
	                 again.looked, again.changed);
	return 0;
}
