/*
 * What is locked in a mail on record, tried with the passwords that mails give: those of its own text, and of the mails that
 * belong with it (the same sender, an answer, or like it in similar.h), since many a password comes in a mail of its own. They are
 * tried in the cage, as all passwords are (again.h). What opens is on record, in one action; the passwords are not.
 *
 *     struct mail_unlock unlock = {.c = c, .mail = "R1-L7"};
 *     json_t *words = mail_given_passwords(c, "R1-L7", err);
 *     mail_unlock(&unlock, words, err);             // unlock.opened of unlock.locked
 */
#ifndef GENBA_FINDING_MAIL_UNLOCK_H
#define GENBA_FINDING_MAIL_UNLOCK_H

#include "base/progress.h"
#include "case/store/case_file.h"

#include <jansson.h>

#include <stddef.h>

struct mail_unlock {
	struct case_file *c;
	const char *mail; /* its label */
	const struct progress *progress;
	/* what came of it */
	size_t locked; /* files, before */
	size_t opened;
};

/* Words that may be the password, its own first; there may be none. New reference: an array of texts, which are secrets as far as
 * the mails are; or NULL. */
json_t *mail_given_passwords(struct case_file *c, const char *label, struct err *err);

/* 0 if something of it is locked that can be opened here (zips); -1 with ERR_NOT_FOUND if nothing is locked, or with ERR_FAILED. */
int mail_is_locked(struct case_file *c, const char *mail, struct err *err);

/* Tries them. 0 if something opened; -1 as mail_is_locked(), or with ERR_FAILED if none of them opens anything, which says what to
 * do next. */
int mail_unlock(struct mail_unlock *unlock, const json_t *passwords, struct err *err);

#endif
