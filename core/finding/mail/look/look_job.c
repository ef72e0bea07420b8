/*
 * The caged process that looks at mails: many of them, one line each. Before each mail it says by raw bytes which one
 * comes, so that the parent knows whose fault a bad end is, and begins behind it.
 */
#include "finding/mail/look/look_job.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/look/look.h"
#include "finding/mail/look/mailbox.h"
#include "finding/mail/read/charset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct look_work {
	struct worker *w;
	struct err *err;
	struct look_options options;
	const json_t *request;
	size_t count; /* mails so far, also those that are skipped */
	size_t from;
	const char *part; /* its bytes are wanted, not the look */
};

static int send_content(struct look_work *r, struct look *l)
{
	struct buf content = BUF_INIT;
	int rc = look_content(l, r->part, &content);
	if (rc < 0)
		rc = worker_emit_take(r->w, json_pack("{s:s}", "error", "none"), r->err);
	for (size_t at = 0; rc == 0 && at < content.len; at += WORKER_RAW) {
		size_t n = content.len - at < WORKER_RAW ? content.len - at : WORKER_RAW;
		rc = worker_emit_raw(r->w, content.data + at, n, r->err);
	}
	buf_release(&content);
	return rc;
}

static int one_mail(struct look_work *r, size_t item, const struct mailbox_mail *mail)
{
	char head[128];
	struct look l;
	int n = snprintf(head, sizeof head, "%zu %zu %zu %d\n", item, mail->offset, mail->n, mail->is_member);
	size_t number = r->count++;
	if (number < r->from || (r->part && number != r->from))
		return 0;
	if (!r->part && worker_emit_raw(r->w, head, (size_t)n, r->err) < 0)
		return -1;
	look_begin(&l, &r->options, mail->bytes, mail->n);
	look_all(&l);
	int rc = r->part ? send_content(r, &l) : worker_emit_take(r->w, look_json(&l), r->err);
	look_release(&l);
	return rc;
}

static int all_mails(struct look_work *r, const char *bytes, size_t n)
{
	size_t i;
	json_t *item;
	const json_t *items = json_object_get(r->request, "items");
	json_array_foreach(items, i, item) {
		size_t offset = (size_t)json_integer_value(json_array_get(item, 0));
		size_t size = (size_t)json_integer_value(json_array_get(item, 1));
		struct mailbox box;
		struct mailbox_mail mail;
		if (offset > n || size > n - offset)
			return err_set(r->err, ERR_INVALID, _("the mail is shorter than it was"));
		mailbox_begin(&box, bytes + offset, size);
		while (mailbox_next(&box, &mail))
			if (one_mail(r, i, &mail) < 0)
				return -1;
	}
	return 0;
}

static int look_run(struct worker *w, struct err *err)
{
	struct stat st;
	struct look_work r = {.w = w, .err = err, .request = worker_request(w)};
	r.options = (struct look_options){.own = json_object_get(r.request, "own"),
	                                  .trust = json_object_get(r.request, "trust"),
	                                  .parties = json_object_get(r.request, "parties"),
	                                  .forwarded = json_is_true(json_object_get(r.request, "forwarded"))};
	r.from = (size_t)json_integer_value(json_object_get(r.request, "from"));
	r.part = json_get_string(r.request, "part");
	if (fstat(worker_input(w), &st) < 0)
		return err_set(err, ERR_FAILED, _("cannot read the input"));
	size_t n = (size_t)st.st_size;
	void *bytes = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, worker_input(w), 0) : NULL;
	if (bytes == MAP_FAILED)
		return err_set(err, ERR_FAILED, _("cannot read the input"));
	int rc = all_mails(&r, n ? bytes : "", n);
	if (n)
		munmap(bytes, n);
	return rc;
}

const struct worker_job mail_look_job = {.name = "mail-look", .prepare = charset_prepare, .run = look_run};
