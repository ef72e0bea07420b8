/*
 * Mails on record looked at again, with the rules of today: their class, findings and analysis are brought up to date in
 * one action. What a person entered stays.
 */
#ifndef GENBA_FINDING_MAIL_AGAIN_H
#define GENBA_FINDING_MAIL_AGAIN_H

#include "base/progress.h"
#include "case/store/case_file.h"

#include <jansson.h>

#include <stddef.h>

struct mail_again {
	struct case_file *c;
	const struct progress *progress;
	const json_t *passwords; /* array of texts for what is locked, or NULL */
	/* Told of each mail whose record changed. */
	void (*label)(void *ctx, const char *label);
	void (*trouble)(void *ctx, const char *label, const char *why);
	void *ctx;
	size_t looked;
	size_t changed;
};

/* All mails that have an analysis, or those named. 0 or -1. */
int mail_look_again(struct mail_again *again, const char *const *labels, size_t count, struct err *err);

#endif
