#include "evidence/acquire/checkpoint.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/work_store.h"
#include "evidence/image/digest.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* The head says what the job is about, so that it can be listed and gone on with; its key is only a digest of that. */
static void take_names(struct checkpoint *j)
{
	json_object_update(j->head, j->names);
}

static void keep_names(struct checkpoint *j, const char *source, const char *form, const char *folder, uint64_t split)
{
	struct buf text = BUF_INIT;
	j->names = json_object();
	pathname_encode(source, &text);
	json_object_set_new(j->names, "source", json_string(text.data));
	buf_clear(&text);
	pathname_encode(folder, &text);
	json_object_set_new(j->names, "folder", json_string(text.data));
	json_object_set_new(j->names, "form", json_string(form));
	json_object_set_new(j->names, "split", json_integer((json_int_t)split));
	buf_release(&text);
}

void checkpoint_init(struct checkpoint *j, struct case_file *c, const char *source, const char *form,
                     const char *folder, uint64_t split)
{
	unsigned char digest[32];
	struct buf name = BUF_INIT;
	memset(j, 0, sizeof *j);
	j->c = c;
	j->head = json_object();
	keep_names(j, source, form, folder, split);
	take_names(j);
	buf_add(&name, source, strlen(source) + 1);
	buf_add(&name, form, strlen(form) + 1);
	buf_add(&name, folder, strlen(folder) + 1);
	buf_addf(&name, "%llu", (unsigned long long)split);
	crypto_generichash(digest, sizeof digest, (const unsigned char *)name.data, name.len, NULL, 0);
	sodium_bin2hex(j->key, sizeof j->key, digest, sizeof digest);
	buf_release(&name);
}

void checkpoint_release(struct checkpoint *j)
{
	json_decref(j->head);
	json_decref(j->names);
	j->head = j->names = NULL;
}

struct loading_job {
	struct checkpoint *j;
	struct buf *data;
};

static int load_part(void *ctx, int64_t part, const void *bytes, size_t n)
{
	struct loading_job *l = ctx;
	struct checkpoint *j = l->j;
	j->there = 1;
	j->parts = part;
	if (part > 0) {
		buf_add(l->data, bytes, n);
		j->kept += n;
		return 0;
	}
	json_t *head = json_loadb(bytes, n, 0, NULL);
	if (json_is_object(head)) {
		json_decref(j->head);
		j->head = head;
		take_names(j);
	} else {
		json_decref(head);
	}
	return 0;
}

int checkpoint_load(struct checkpoint *j, struct buf *data, struct err *err)
{
	struct loading_job l = {j, data};
	return work_store_each_part(j->c, j->key, load_part, &l, err) < 0 ? -1 : j->there;
}

int checkpoint_keep_head(struct checkpoint *j, struct err *err)
{
	char *text = json_dumps(j->head, JSON_COMPACT | JSON_SORT_KEYS);
	int rc = work_store_put(j->c, j->key, 0, text, strlen(text), err);
	sodium_memzero(text, strlen(text)); /* a container's key may be in it */
	free(text);
	return rc;
}

int checkpoint_keep(struct checkpoint *j, const void *data, size_t n, struct err *err)
{
	if (work_store_begin(j->c, err) < 0)
		return -1;
	int rc = j->replace ? checkpoint_forget(j, err) : 0;
	if (rc == 0 && j->replace) {
		j->kept = 0;
		j->parts = 0;
	}
	if (rc == 0)
		rc = checkpoint_keep_head(j, err);
	if (rc == 0 && n > j->kept)
		rc = work_store_put(j->c, j->key, j->parts + 1, (const char *)data + j->kept, n - j->kept, err);
	if (rc == 0)
		rc = work_store_commit(j->c, err);
	if (rc < 0) {
		work_store_cancel(j->c);
		return -1;
	}
	j->there = 1;
	j->replace = 0;
	if (n > j->kept) {
		j->kept = n;
		j->parts++;
	}
	return 0;
}

int checkpoint_forget(struct checkpoint *j, struct err *err)
{
	return j->there ? work_store_forget(j->c, j->key, err) : 0;
}

int checkpoint_reset(struct checkpoint *j, struct err *err)
{
	if (work_store_begin(j->c, err) < 0)
		return -1;
	if (checkpoint_forget(j, err) < 0 || work_store_commit(j->c, err) < 0) {
		work_store_cancel(j->c);
		return -1;
	}
	json_decref(j->head);
	j->head = json_object();
	take_names(j);
	j->there = 0;
	j->kept = 0;
	j->parts = 0;
	return 0;
}

/* ---- all of them */

static const char *text_of(const json_t *head, const char *name)
{
	const char *text = json_get_string(head, name);
	return text ? text : "";
}

static int checkpoint_give(const json_t *head, uint64_t kept, int (*fn)(void *ctx, const struct unfinished *job),
                           void *ctx)
{
	struct unfinished u = {.source = text_of(head, "source"),
	                       .form = text_of(head, "form"),
	                       .folder = text_of(head, "folder"),
	                       .on = text_of(head, "on"),
	                       .label = text_of(head, "label"),
	                       .at = text_of(head, "at"),
	                       .why = text_of(head, "why"),
	                       .split = (uint64_t)json_integer_value(json_object_get(head, "split")),
	                       .also = (unsigned)json_integer_value(json_object_get(head, "also")),
	                       .one_file_system = json_is_true(json_object_get(head, "one_file_system")),
	                       .size = (uint64_t)json_integer_value(json_object_get(head, "size"))};
	if (!*u.at)
		u.at = text_of(head, "started");
	if (u.size) /* what is kept are the digests of its pieces; of a folder, its manifest */
		u.done = kept / DIGEST_PIECE_SIZE * DIGEST_PIECE;
	return fn(ctx, &u);
}

struct each_job {
	int (*fn)(void *ctx, const struct unfinished *job);
	void *ctx;
};

static int give_head(void *ctx, const void *head_bytes, size_t n, uint64_t kept)
{
	struct each_job *each = ctx;
	json_t *head = json_loadb(head_bytes, n, 0, NULL);
	int answer = json_is_object(head) ? checkpoint_give(head, kept, each->fn, each->ctx) : 0;
	json_decref(head);
	return answer;
}

int checkpoint_each(struct case_file *c, int (*fn)(void *ctx, const struct unfinished *job), void *ctx, struct err *err)
{
	struct each_job each = {fn, ctx};
	return work_store_each(c, give_head, &each, err);
}
