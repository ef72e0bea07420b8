/*
 * Mails become records: each file once as evidence (type mail, inside the case), each mail in it once as a record of
 * the kind `mail`, its analysis as a blob. One action for all; what cannot be parsed is on record as that.
 *
 *     struct mail_import import = {.c = c, .label = print_label, .ctx = &out};
 *     mail_import(&import, paths, count, err);
 *
 * Bytes that are on record already give the label that they have. What lies in a folder and is no mail (mails.h) is left, and
 * counted. If the action fails, nothing is recorded.
 */
#ifndef GENBA_FINDING_MAIL_IMPORT_H
#define GENBA_FINDING_MAIL_IMPORT_H

#include "base/progress.h"
#include "case/store/record.h"
#include "finding/mail/analysis.h"

#include <jansson.h>

/* The subject on record of a mail that has none: as it is, in either language. */
#define MAIL_NO_SUBJECT "(no subject)"

struct mail_import {
	struct case_file *c;
	const char *on;           /* label of an asset, or NULL */
	const char *consultation; /* or NULL */
	const char *obtained;     /* value of the field, or NULL */
	const char *integrity;
	int forwarded;
	const json_t *passwords; /* array of texts for what is locked, or NULL */
	int dry_run;
	int (*open)(void *ctx, const char *path, struct err *err); /* as mails.h has it */
	/* Told in the order of the mails when they are on record: "" as label in a dry run. */
	void (*label)(void *ctx, const char *label, int is_new, const json_t *mail);
	void (*trouble)(void *ctx, const char *path, const char *why);
	void *ctx;
	const struct progress *progress;
	/* what came of it */
	size_t added;
	size_t known;
	size_t not_whole;
	size_t unread; /* paths */
	size_t left;   /* files in folders that are no mails */
};

int mail_import(struct mail_import *import, const char *const *paths, size_t count, struct err *err);

/* The bytes of the file that a mail came in, and its number in it. */
int mail_source(struct case_file *c, const char *label, struct buf *out, size_t *number, int *forwarded,
                struct err *err);

/* Brings a record up to date with a new look at the same mail, inside an action; *changed says whether anything is new. */
struct action;
int mail_renew(struct case_file *c, struct action *a, const json_t *record, json_t *object, int *changed,
               struct err *err);

/* A file that somebody got from a link of the mail becomes evidence (type sample, inside the case), one action. */
int mail_add_file(struct case_file *c, const char *mail, int fd, const char *path, const char *url,
                  char label[LABEL_TEXT], struct err *err);

/* What the case knows of domains: {"a.example": "company", …}, for the job's request. New reference. */
json_t *mail_parties(struct case_file *c, struct err *err);

#endif
