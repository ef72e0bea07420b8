/*
 * Mails in files and folders, looked at in the cage.
 *
 *     struct mails m = {.options = request, .found = on_mail, .trouble = on_trouble, .ctx = &c};
 *     mails_look(&m, paths, count, err);
 *
 * Files are handed to a worker many at a time; one that brings it down, or keeps it silent for MAILS_SILENCE seconds, is
 * found as `parsed: no` with the reason, and the next worker begins behind it: no mail takes its neighbours along.
 *
 * A folder may hold other things beside mails. With `only_mails` a file that lies in one, is not called as mails are, and has
 * none of the fields by which a mail is known (From, To, Subject, Date, Received, Message-ID), is left, and counted. What is
 * named by itself is always looked at.
 */
#ifndef GENBA_FINDING_MAIL_MAILS_H
#define GENBA_FINDING_MAIL_MAILS_H

#include "base/progress.h"

#include <jansson.h>
#include <stddef.h>

struct err;

#define MAILS_SILENCE 5

/* One mail. Borrowed for the call; `object` may be changed. */
struct mail_found {
	const char *path;   /* as given, or walked to */
	const void *source; /* the bytes of that file */
	size_t source_n;
	size_t number;  /* of the mail in the file, from 0 */
	size_t offset;  /* where it begins there */
	int is_member;  /* one of several in the file */
	json_t *object; /* as `mail look --json` has it */
};

struct mails {
	json_t *request; /* options of the job (look/look_job.h), or NULL */
	int (*open)(void *ctx, const char *path,
	            struct err *err); /* of a path that was given: a descriptor; NULL: open(2) */
	int (*found)(void *ctx, const struct mail_found *found, struct err *err); /* -1 ends it */
	void (*trouble)(void *ctx, const char *path, const char *why); /* a path that could not be read; may be NULL */
	void *ctx;
	const struct progress *progress;
	int only_mails;
	/* what came of it */
	size_t count;
	size_t not_whole;
	size_t unread; /* paths */
	size_t left;   /* files that are no mails */
};

/* Looks at all mails of the paths, in the order of the paths and, in folders, of names. 0 or -1. */
int mails_look(struct mails *m, const char *const *paths, size_t count, struct err *err);

/* One part of one mail (of `number` in the source). */
struct mails_part {
	const void *source;
	size_t n;
	size_t number;
	const char *part;
	int forwarded;
	const char *sha256;      /* of the mail: another one is not given out; NULL: whichever it is */
	const json_t *passwords; /* array of texts for what is locked, or NULL */
};

/* Its bytes, appended. ERR_NOT_FOUND: there is no such part, or the mail is another one. */
struct buf;
int mails_part(const struct mails_part *asked, struct buf *out, struct err *err);

/* Adds to each finding its weight, technique and text in the interface's language. */
void mails_explain(json_t *object);

#endif
