#include "finding/mail/again.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/action/action.h"
#include "finding/mail/import.h"
#include "finding/mail/mails.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct again_work {
	struct mail_again *again;
	struct action *a;
	json_t *labels; /* of mails */
};

static int keep_label(void *ctx, json_t *record)
{
	if (json_get_string(record, "analysis"))
		json_array_append_new(ctx, json_string(record_label(record)));
	return 0;
}

/* The file of a mail on record, for the worker. */
static int open_source(void *ctx, const char *label, struct err *err)
{
	struct again_work *w = ctx;
	struct buf bytes = BUF_INIT;
	size_t number;
	int forwarded;
	int fd = -1;
	if (mail_source(w->again->c, label, &bytes, &number, &forwarded, err) == 0 &&
	    (fd = memfd_create("mail", MFD_CLOEXEC)) >= 0 &&
	    (write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = err_set(err, ERR_FAILED, _("cannot hold the mails"));
	}
	buf_release(&bytes);
	return fd;
}

/* What a password opened is not given up because it is not at hand now. */
static int would_lose(struct again_work *w, const char *label, const json_t *object)
{
	json_t *before = mail_analysis(w->again->c, label, NULL);
	int loses = before && mail_analysis_locked(object) > mail_analysis_locked(before);
	json_decref(before);
	if (loses && w->again->trouble)
		w->again->trouble(w->again->ctx, label,
		                  _("left as it is: what a password opened is locked now (--password-file)"));
	return loses;
}

static int take_again(void *ctx, const struct mail_found *found, struct err *err)
{
	struct again_work *w = ctx;
	const char *label = found->path; /* its name as a source */
	json_t *record = record_get(w->again->c, label, 0, err);
	if (!record)
		return -1;
	const char *sha256 = json_get_string(record, "sha256");
	const char *is = json_get_string(found->object, "sha256");
	int changed = 0;
	int same = sha256 && is && strcmp(sha256, is) == 0;
	int rc = same && !would_lose(w, label, found->object)
	             ? mail_renew(w->again->c, w->a, record, found->object, &changed, err)
	             : 0; /* another mail of the same mbox */
	if (same)
		w->again->looked++;
	if (rc == 0 && changed) {
		w->again->changed++;
		if (w->again->label)
			w->again->label(w->again->ctx, label);
	}
	json_decref(record);
	return rc;
}

static void tell(void *ctx, const char *label, const char *why)
{
	struct again_work *w = ctx;
	if (w->again->trouble)
		w->again->trouble(w->again->ctx, label, why);
}

int mail_look_again(struct mail_again *again, const char *const *labels, size_t count, struct err *err)
{
	struct again_work w = {.again = again, .labels = json_array()};
	int rc = 0;
	if (count == 0)
		rc = record_each(again->c, "mail", 0, keep_label, w.labels, err);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(w.labels, json_string(labels[i]));
	size_t n = json_array_size(w.labels);
	const char **paths = xcalloc(n + 1, sizeof *paths);
	for (size_t i = 0; i < n && rc == 0; i++) {
		json_t *record = mail_record(again->c, json_string_value(json_array_get(w.labels, i)), err);
		rc = record ? 0 : -1;
		paths[i] = json_string_value(json_array_get(w.labels, i));
		json_decref(record);
	}
	struct mails m = {
	    .open = open_source, .found = take_again, .trouble = tell, .ctx = &w, .progress = again->progress};
	json_t *parties = rc == 0 ? mail_parties(again->c, err) : NULL;
	if (rc == 0)
		rc = parties && (w.a = action_begin(again->c, "set", err)) ? 0 : -1;
	m.request = json_pack("{s:O* s:O*}", "parties", parties, "passwords", (json_t *)(uintptr_t)again->passwords);
	if (rc == 0)
		rc = mails_look(&m, paths, n, err);
	if (rc == 0)
		rc = action_commit(w.a, err);
	else
		action_cancel(w.a);
	json_decref(parties);
	json_decref(m.request);
	json_decref(w.labels);
	free(paths);
	return rc;
}
