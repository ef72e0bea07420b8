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
#include "finding/mail/read/sha256.h"

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
	int only;         /* that one mail is wanted */
	const char **passwords;
	size_t item; /* whose zip is being read */
	int torn;    /* the file of it that is read ends at a tear */
	int failed;
};

static int send_content(struct look_work *r, struct look *l)
{
	struct buf content = BUF_INIT;
	const char *sha256 = json_get_string(r->request, "sha256");
	int other = sha256 && strcmp(sha256, l->sha256) != 0;
	int rc = other ? -1 : look_content(l, r->part, &content);
	if (rc < 0)
		rc = worker_emit_take(r->w, json_pack("{s:s s:b}", "error", "none", "other", other), r->err);
	for (size_t at = 0; rc == 0 && at < content.len; at += WORKER_RAW) {
		size_t n = content.len - at < WORKER_RAW ? content.len - at : WORKER_RAW;
		rc = worker_emit_raw(r->w, content.data + at, n, r->err);
	}
	buf_release(&content);
	return rc;
}

/* A mail: `member` is its name in a zip, or NULL. */
static int one_mail(struct look_work *r, size_t item, const struct mailbox_mail *mail, const char *member)
{
	char head[256];
	char sha256[65] = "";
	struct look l;
	size_t number = r->count++;
	if (number < r->from || ((r->part || r->only) && number != r->from))
		return 0;
	if (member)
		mail_sha256(mail->bytes, mail->n, sha256);
	int n = snprintf(head, sizeof head, "%zu %zu %zu %d %s\n", item, member ? (size_t)0 : mail->offset,
	                 member ? (size_t)0 : mail->n, mail->is_member || member, sha256);
	if (!r->part && worker_emit_raw(r->w, head, (size_t)n, r->err) < 0)
		return -1;
	look_begin(&l, &r->options, mail->bytes, mail->n);
	look_all(&l);
	if (r->torn)
		look_find(&l, "damaged.archive", "", member ? member : "");
	int rc;
	if (r->part) {
		rc = send_content(r, &l);
	} else {
		json_t *object = look_json(&l);
		if (member)
			json_object_set_new(object, "member", json_string(member));
		rc = worker_emit_take(r->w, object, r->err);
	}
	look_release(&l);
	return rc;
}

static int each_mail(struct look_work *r, size_t item, const char *bytes, size_t n, const char *member)
{
	struct mailbox box;
	struct mailbox_mail mail;
	size_t i = 0;
	mailbox_begin(&box, bytes, n);
	while (mailbox_next(&box, &mail)) {
		char *name = NULL;
		if (member)
			name = mail.is_member ? xasprintf("%s:%zu", member, ++i) : xstrdup(member);
		int rc = one_mail(r, item, &mail, name);
		free(name);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static void take_member(void *ctx, const struct inside *entry, const void *bytes, size_t n)
{
	struct look_work *r = ctx;
	r->torn = entry->torn;
	if (!r->failed && each_mail(r, r->item, bytes, n, entry->name) < 0)
		r->failed = 1;
	r->torn = 0;
}

/* How many files of a zip are no mails here, since nothing of them could be read. */
static void tell_unread(struct look_work *r, const struct listing *list)
{
	size_t locked = 0;
	size_t other = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct inside *entry = &list->all[i];
		int is_read = entry->torn || *entry->sha256;
		locked += !is_read && entry->locked;
		other += !is_read && !entry->locked;
	}
	int full = list->count >= LISTING_ENTRIES;
	if ((locked || other || full) &&
	    worker_emit_take(r->w,
	                     json_pack("{s:I s:I s:I s:b}", "unread", (json_int_t)r->item, "locked", (json_int_t)locked,
	                               "other", (json_int_t)other, "full", full),
	                     r->err) < 0)
		r->failed = 1;
}

/* A zip of mails: 1 if it is one, and each was told; 0: it is none, or nothing of it could be opened; -1. */
static int zip_of_mails(struct look_work *r, size_t item, const char *bytes, size_t n)
{
	struct pool pool = {0};
	struct listing list = {
	    .passwords = (const char *const *)r->passwords, .content = take_member, .ctx = r, .depth = LISTING_DEPTH};
	size_t before = r->count;
	r->item = item;
	if (file_format_of(bytes, n, NULL) != FORMAT_ZIP)
		return 0;
	listing_read(&list, &pool, FORMAT_ZIP, bytes, n);
	if (!r->failed && r->count > before && !r->part && !r->only)
		tell_unread(r, &list);
	pool_release(&pool);
	return r->failed ? -1 : r->count > before;
}

static int all_mails(struct look_work *r, const char *bytes, size_t n)
{
	size_t i;
	json_t *item;
	const json_t *items = json_object_get(r->request, "items");
	json_array_foreach(items, i, item) {
		size_t offset = (size_t)json_integer_value(json_array_get(item, 0));
		size_t size = (size_t)json_integer_value(json_array_get(item, 1));
		if (offset > n || size > n - offset)
			return err_set(r->err, ERR_INVALID, _("the mail is shorter than it was"));
		int rc = zip_of_mails(r, i, bytes + offset, size);
		if (rc < 0 || (rc == 0 && each_mail(r, i, bytes + offset, size, NULL) < 0))
			return -1;
	}
	return 0;
}

/* The texts of an array, ended by NULL. The caller frees. */
static const char **texts_of(const json_t *array)
{
	size_t i;
	json_t *text;
	const char **all = xcalloc(json_array_size(array) + 1, sizeof *all);
	size_t n = 0;
	json_array_foreach(array, i, text)
		if (json_is_string(text))
			all[n++] = json_string_value(text);
	return all;
}

static int look_run(struct worker *w, struct err *err)
{
	struct stat st;
	struct look_work r = {.w = w, .err = err, .request = worker_request(w)};
	r.options = (struct look_options){.own = json_object_get(r.request, "own"),
	                                  .trust = json_object_get(r.request, "trust"),
	                                  .parties = json_object_get(r.request, "parties"),
	                                  .contents = json_object_get(r.request, "contents"),
	                                  .forwarded = json_is_true(json_object_get(r.request, "forwarded"))};
	r.from = (size_t)json_integer_value(json_object_get(r.request, "from"));
	r.part = json_get_string(r.request, "part");
	r.only = json_is_true(json_object_get(r.request, "only"));
	if (fstat(worker_input(w), &st) < 0)
		return err_set(err, ERR_FAILED, _("cannot read the input"));
	size_t n = (size_t)st.st_size;
	void *bytes = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, worker_input(w), 0) : NULL;
	if (bytes == MAP_FAILED)
		return err_set(err, ERR_FAILED, _("cannot read the input"));
	r.passwords = texts_of(json_object_get(r.request, "passwords"));
	r.options.passwords = (const char *const *)r.passwords;
	int rc = all_mails(&r, n ? bytes : "", n);
	free(r.passwords);
	if (n)
		munmap(bytes, n);
	return rc;
}

const struct worker_job mail_look_job = {.name = "mail-look", .prepare = charset_prepare, .run = look_run};
