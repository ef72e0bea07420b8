/* One mail of a source once more: a part of it, or all with the content of its archives. */
#include "finding/mail/mails_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/unpack/unpack.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

struct mail_asking {
	const void *source;
	size_t n;
	size_t number;
	json_t *request; /* owned */
	int (*line)(void *ctx, const json_t *value, struct err *err);
	int (*raw)(void *ctx, const void *bytes, size_t n, struct err *err);
	void *ctx;
};

/* Asks the reader of mails about one mail. 0 with the worker's end, or -1. */
static int ask(struct mail_asking *a, struct worker_result *result, struct err *err)
{
	int fd = memfd_create("mail", MFD_CLOEXEC);
	if (fd < 0 || write(fd, a->source, a->n) != (ssize_t)a->n) {
		if (fd >= 0)
			close(fd);
		json_decref(a->request);
		return err_set_errno(err, ERR_FAILED, errno, _("cannot hold the mails"));
	}
	json_object_set_new(a->request, "items", json_pack("[[i, I]]", 0, (json_int_t)a->n));
	json_object_set_new(a->request, "from", json_integer((json_int_t)a->number));
	json_object_set_new(a->request, "only", json_true());
	struct worker_call call = {.job = "mail-look",
	                           .request = a->request,
	                           .input = fd,
	                           .limits = {.memory = ((size_t)512 << 20) + a->n, .line = JSON_LIMIT, .seconds = 30},
	                           .line = a->line,
	                           .raw = a->raw,
	                           .ctx = a->ctx};
	int rc = worker_run(&call, result, err);
	close(fd);
	json_decref(a->request);
	return rc;
}

struct mail_content {
	struct buf *out;
	int none;
	int other;
};

static int take_bytes(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct mail_content *c = ctx;
	(void)err;
	buf_add(c->out, bytes, n);
	return 0;
}

static int take_none(void *ctx, const json_t *value, struct err *err)
{
	struct mail_content *c = ctx;
	(void)err;
	c->none = 1;
	c->other = json_is_true(json_object_get(value, "other"));
	return 0;
}

static int part_of(const void *source, size_t n, size_t number, const char *part, json_t *request, struct buf *out,
                   struct err *err)
{
	struct mail_content content = {out, 0, 0};
	struct worker_result result;
	json_object_set_new(request, "part", json_string(part));
	struct mail_asking a = {source, n, number, request, take_none, take_bytes, &content};
	int rc = ask(&a, &result, err);
	if (rc == 0 && result.end != WORKER_DONE)
		rc = err_set(err, ERR_FAILED, "%s", result.reason);
	if (rc == 0 && content.other)
		rc = err_set(err, ERR_NOT_FOUND,
		             _("the mail on record is not found in its evidence: it may lie in a locked file "
		               "(--password-file)"));
	if (rc == 0 && content.none)
		rc = err_set(err, ERR_NOT_FOUND, _("the mail has no part %s"), part);
	return rc;
}

int mails_part(const struct mails_part *asked, struct buf *out, struct err *err)
{
	json_t *request = json_pack("{s:b s:s* s:O*}", "forwarded", asked->forwarded, "sha256", asked->sha256,
	                            "passwords", (json_t *)(uintptr_t)asked->passwords);
	return part_of(asked->source, asked->n, asked->number, asked->part, request, out, err);
}

static int take_object(void *ctx, const json_t *value, struct err *err)
{
	json_t **object = ctx;
	(void)err;
	if (json_is_object(value)) {
		json_decref(*object);
		*object = json_deep_copy(value);
	}
	return 0;
}

static int take_head(void *ctx, const void *bytes, size_t n, struct err *err)
{
	(void)ctx;
	(void)bytes;
	(void)n;
	(void)err;
	return 0;
}

int mails_look_deeper(const struct mails *m, const void *source, size_t n, size_t number, json_t **object,
                      struct err *err)
{
	size_t i;
	json_t *wanted;
	struct worker_result result;
	json_t *contents = json_object();
	json_t *fresh = NULL;
	json_t *options = m->request ? m->request : json_object();
	int rc = 0;
	json_array_foreach(json_object_get(*object, "content_wanted"), i, wanted) {
		struct buf bytes = BUF_INIT;
		struct err why = ERR_INIT;
		const char *part = json_string_value(json_array_get(wanted, 0));
		json_int_t format = json_integer_value(json_array_get(wanted, 1));
		json_t *entries = NULL;
		if (part && format > 0 && format < FORMAT_COUNT &&
		    part_of(source, n, number, part, json_copy(options), &bytes, &why) == 0)
			entries = mail_unpack((enum file_format)format, bytes.data, bytes.len,
			                      json_object_get(options, "passwords"), &why);
		if (part)
			json_object_set_new(contents, part,
			                    entries ? entries : json_pack("[{s:s}]", "unread", why.message));
		buf_release(&bytes);
		if (why.code == ERR_CANCELLED)
			rc = err_take(err, &why);
	}
	json_t *request = json_copy(options);
	json_object_set_new(request, "contents", contents);
	struct mail_asking a = {source, n, number, request, take_object, take_head, &fresh};
	if (rc == 0)
		rc = ask(&a, &result, err);
	else
		json_decref(request);
	if (rc == 0 && fresh) {
		json_decref(*object);
		*object = fresh;
		fresh = NULL;
	}
	json_object_del(*object, "content_wanted");
	json_decref(fresh);
	if (!m->request)
		json_decref(options);
	return rc;
}
