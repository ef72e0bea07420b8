#include "finding/mail/mails.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/files/listing.h"
#include "finding/mail/look/rules.h"
#include "finding/mail/mails_private.h"
#include "finding/mail/places.h"
#include "finding/mail/read/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH_BYTES ((size_t)8 << 20) /* what two processes have of it in memory */
#define BATCH_FILES 500
#define FILE_LIMIT  ((size_t)1 << 30) /* bytes of a mbox */
#define DEPTH       32                /* of folders */

struct mail_item {
	char *path;
	int in_folder;
	size_t offset;
	size_t n;
	int is_told; /* that not all of it was read */
};

struct mail_held {
	size_t item;
	size_t number;
	size_t offset;
	int is_member;
	json_t *object;
};

struct mail_batch {
	struct mails *m;
	struct err *err;
	int fd; /* memfd */
	size_t bytes;
	struct mail_item *items;
	size_t count;
	const char *map;
	/* the run */
	size_t first; /* item that the worker's item 0 is */
	size_t skip;  /* mails of it that are done */
	size_t item;  /* announced */
	size_t offset;
	size_t n;
	int is_member;
	int begun;
	char sha256[65]; /* of a mail in a zip, which has no place in the file */
	char said[256];  /* of an announcement, so far */
	size_t said_n;
	size_t item_before; /* of the mail before, and its number in its file */
	size_t number;
	size_t done; /* mails delivered by this run */
	struct mail_held *held;
	size_t held_count;
};

static void trouble(struct mails *m, const char *path, const char *why)
{
	m->unread++;
	if (m->trouble)
		m->trouble(m->ctx, path, why);
}

/* ---- what the worker says */

/* Nothing of it was read as a mail, or a line or two that only look like fields, as those of a web server's log
 * ("#Software: …"), with nothing attached. */
static int has_no_header(const json_t *object)
{
	return json_is(object, "parsed", "no") ||
	       (json_is(object, "parsed", "partly") && json_array_size(json_object_get(object, "parts")) < 2 &&
	        json_integer_value(json_object_get(object, "attachments")) == 0);
}

/* What lies beside mails: neither called nor written as one. One that the worker could not read is told, whatever it is. */
static int is_no_mail(const struct mail_item *item, const json_t *object)
{
	static const char *const known[] = {"from", "from_addr", "to", "cc", "subject", "sent", "when", "message_id"};
	const char *member = json_get_string(object, "member"); /* its name in a zip */
	if (!item->in_folder || !has_no_header(object) || mail_name_tells(member ? member : item->path) ||
	    json_array_size(json_object_get(object, "hops")))
		return 0;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (json_object_get(object, known[i]))
			return 0;
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(object, "findings"), i, finding)
		if (json_is(finding, "id", "limit.crash"))
			return 0;
	return 1;
}

/* One of the batch that waits for what is behind it in the order, or for its archives to be read. */
static int hand_on(struct mail_batch *b, const struct mail_held *held)
{
	const struct mail_item *item = &b->items[held->item];
	struct mail_found found = {.path = item->path,
	                           .source = b->map + item->offset,
	                           .source_n = item->n,
	                           .number = held->number,
	                           .offset = held->offset,
	                           .is_member = held->is_member,
	                           .object = held->object};
	int is_of_mailbox = held->is_member && !json_object_get(held->object, "member");
	if (b->m->only_mails && !is_of_mailbox && is_no_mail(item, held->object)) {
		b->m->left++;
		return 0;
	}
	if (progress_step(b->m->progress, _("reading mails"), ++b->m->count, 0, b->err) < 0)
		return -1;
	const char *parsed = json_get_string(held->object, "parsed");
	b->m->not_whole += !parsed || strcmp(parsed, "whole") != 0;
	json_object_set_new(held->object, "file", json_string(item->path));
	if (held->is_member && !json_object_get(held->object, "member")) {
		char member[32];
		snprintf(member, sizeof member, "%zu", held->number + 1);
		json_object_set_new(held->object, "member", json_string(member));
	}
	return b->m->found(b->m->ctx, &found, b->err);
}

static int deliver(struct mail_batch *b, json_t *object)
{
	b->number = b->item == b->item_before ? b->number + 1 : 0;
	b->item_before = b->item;
	b->begun = 0;
	b->done++;
	struct mail_held held = {b->item, b->number, b->offset, b->is_member, object};
	if (b->held_count == 0 && !json_object_get(object, "content_wanted"))
		return hand_on(b, &held);
	if (b->held_count % 64 == 0)
		b->held = xrealloc(b->held, (b->held_count + 64) * sizeof *b->held);
	held.object = json_incref(object);
	b->held[b->held_count++] = held;
	return 0;
}

/* Those that wait: archives are read by libraries now, in cages of their own. */
static int release_held(struct mail_batch *b, int rc)
{
	for (size_t i = 0; i < b->held_count; i++) {
		struct mail_held *held = &b->held[i];
		const struct mail_item *item = &b->items[held->item];
		if (rc == 0 && json_object_get(held->object, "content_wanted"))
			rc = mails_look_deeper(b->m, b->map + item->offset, item->n, held->number, &held->object,
			                       b->err);
		if (rc == 0)
			rc = hand_on(b, held);
		json_decref(held->object);
	}
	free(b->held);
	b->held = NULL;
	b->held_count = 0;
	return rc;
}

static int announced(struct mail_batch *b, const char *text, struct err *err)
{
	size_t item;
	b->sha256[0] = '\0';
	if (b->begun ||
	    sscanf(text, "%zu %zu %zu %d %64[0-9a-f]", &item, &b->offset, &b->n, &b->is_member, b->sha256) < 4 ||
	    item >= b->count - b->first)
		return err_set(err, ERR_INVALID, _("the process that reads mails said what it may not say"));
	b->item = b->first + item;
	const struct mail_item *is = &b->items[b->item];
	if (b->offset > is->n || b->n > is->n - b->offset)
		return err_set(err, ERR_INVALID, _("the process that reads mails said what it may not say"));
	b->begun = 1;
	return 0;
}

/* Raw bytes come as the pipe has them: one announcement may come in two pieces. */
static int take_raw(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct mail_batch *b = ctx;
	const char *p = bytes;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n') {
			b->said[b->said_n] = '\0';
			b->said_n = 0;
			if (announced(b, b->said, err) < 0)
				return -1;
		} else if (b->said_n + 1 < sizeof b->said) {
			b->said[b->said_n++] = p[i];
		} else {
			return err_set(err, ERR_INVALID, _("the process that reads mails said what it may not say"));
		}
	}
	return 0;
}

/* Files of a zip of mails that could not be read: {"unread": item, "locked": …, "other": …, "full": …}. */
static int take_unread(struct mail_batch *b, const json_t *value, struct err *err)
{
	json_int_t number = json_integer_value(json_object_get(value, "unread"));
	if (b->begun || number < 0 || (size_t)number >= b->count - b->first)
		return err_set(err, ERR_INVALID, _("the process that reads mails said what it may not say"));
	struct mail_item *item = &b->items[b->first + (size_t)number];
	size_t locked = (size_t)json_integer_value(json_object_get(value, "locked"));
	size_t other = (size_t)json_integer_value(json_object_get(value, "other"));
	struct buf why = BUF_INIT;
	if (item->is_told) /* by a worker before this one */
		return 0;
	item->is_told = 1;
	if (locked)
		buf_addf(&why,
		         P_("%zu file in it is locked and was not read (--password-file opens it)",
		            "%zu files in it are locked and were not read (--password-file opens them)", locked),
		         locked);
	if (other)
		buf_addf(&why,
		         P_("%s%zu file in it was not read: it is damaged, over a limit, or packed in a way that is "
		            "not read "
		            "here",
		            "%s%zu files in it were not read: they are damaged, over a limit, or packed in a way that "
		            "is not "
		            "read here",
		            other),
		         why.len ? "; " : "", other);
	if (json_is_true(json_object_get(value, "full")))
		buf_addf(&why, _("%sit holds more than %d files: those behind them were not read"), why.len ? "; " : "",
		         LISTING_ENTRIES);
	trouble(b->m, item->path, why.data);
	buf_release(&why);
	return 0;
}

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct mail_batch *b = ctx;
	if (json_is_object(value) && json_object_get(value, "unread"))
		return take_unread(b, value, err);
	if (!b->begun || !json_is_object(value))
		return err_set(err, ERR_INVALID, _("the process that reads mails said what it may not say"));
	json_t *object = json_incref((json_t *)(uintptr_t)value);
	int rc = deliver(b, object);
	json_decref(object);
	return rc;
}

/* A mail that cannot be read: the record of that. */
static int deliver_bad(struct mail_batch *b, const char *why)
{
	char hex[65];
	if (*b->sha256)
		snprintf(hex, sizeof hex, "%s", b->sha256);
	else
		mail_sha256(b->map + b->items[b->item].offset + b->offset, b->n, hex);
	json_t *object = json_pack("{s:s s:s s:s s:I s:s s:s s:s s:s s:i s:[] s:[] s:[{s:s s:s s:s}]}", "label", "",
	                           "kind", "mail", "sha256", hex, "size", (json_int_t)b->n, "parsed", "no", "why", why,
	                           "class", "other", "sender_class", "unknown", "attachments", 0, "parts", "hops",
	                           "findings", "id", "limit.crash", "part", "", "detail", "");
	int rc = deliver(b, object);
	json_decref(object);
	return rc;
}

static json_t *request_of(const struct mail_batch *b)
{
	json_t *request = b->m->request ? json_copy(b->m->request) : json_object();
	json_t *items = json_array();
	for (size_t i = b->first; i < b->count; i++)
		json_array_append_new(items,
		                      json_pack("[I, I]", (json_int_t)b->items[i].offset, (json_int_t)b->items[i].n));
	json_object_set_new(request, "items", items);
	json_object_set_new(request, "from", json_integer((json_int_t)b->skip));
	return request;
}

/* Runs workers until every mail has its line. */
static int run_workers(struct mail_batch *b)
{
	b->first = b->skip = 0;
	b->item_before = SIZE_MAX;
	for (int rc = 0; rc == 0;) {
		struct worker_result result;
		json_t *request = request_of(b);
		struct worker_call call = {.job = "mail-look",
		                           .request = request,
		                           .input = b->fd,
		                           .limits = {.memory = ((size_t)512 << 20) + b->bytes,
		                                      .output = (size_t)1 << 30,
		                                      .line = JSON_LIMIT,
		                                      .seconds = MAILS_SILENCE,
		                                      .cpu_seconds = 600},
		                           .line = take_line,
		                           .raw = take_raw,
		                           .ctx = b,
		                           .progress = b->m->progress,
		                           .what = _("reading mails")};
		b->done = 0;
		b->begun = 0;
		b->said_n = 0;
		rc = worker_run(&call, &result, b->err);
		json_decref(request);
		if (rc < 0 || result.end == WORKER_DONE)
			return rc;
		if (b->begun) { /* the one that it had begun */
			rc = deliver_bad(b, result.reason);
			b->skip += b->done;
		} else { /* the file itself: it is left, with the mails behind */
			b->item = b->done ? b->item_before + 1 : b->first;
			if (b->item >= b->count)
				return 0;
			b->offset = 0;
			b->n = b->items[b->item].n;
			b->is_member = 0;
			rc = deliver_bad(b, result.reason);
			b->first = b->item + 1;
			b->skip = 0;
		}
		if (b->first >= b->count)
			return rc;
	}
	return -1;
}

static int run_batch(struct mail_batch *b)
{
	b->map = b->bytes ? mmap(NULL, b->bytes, PROT_READ, MAP_SHARED, b->fd, 0) : "";
	if (b->map == MAP_FAILED)
		return err_set_errno(b->err, ERR_FAILED, errno, _("cannot read the mails"));
	int rc = release_held(b, run_workers(b));
	if (b->bytes)
		munmap((void *)(uintptr_t)b->map, b->bytes);
	return rc;
}

static int flush(struct mail_batch *b)
{
	int rc = b->count ? run_batch(b) : 0;
	for (size_t i = 0; i < b->count; i++)
		free(b->items[i].path);
	b->count = 0;
	b->bytes = 0;
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	return rc;
}

/* ---- files and folders */

static int copy_in(struct mail_batch *b, int from, size_t *n)
{
	char piece[65536];
	ssize_t got;
	*n = 0;
	while ((got = read(from, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR)) {
		if (progress_step(b->m->progress, _("reading mails"), b->m->count, 0, b->err) < 0)
			return -1;
		if (got < 0)
			continue;
		if (*n + (size_t)got > FILE_LIMIT)
			return err_set(b->err, ERR_INVALID, _("it is larger than %zu MiB"), FILE_LIMIT >> 20);
		if (pwrite(b->fd, piece, (size_t)got, (off_t)(b->bytes + *n)) != got)
			return err_set_errno(b->err, ERR_FAILED, errno, _("cannot hold the mails"));
		*n += (size_t)got;
	}
	return got < 0 ? err_set_errno(b->err, ERR_FAILED, errno, _("cannot be read")) : 0;
}

static int add_file(struct mail_batch *b, const char *path, int fd, int in_folder)
{
	size_t n;
	struct err why = ERR_INIT;
	struct err *err = b->err;
	if (b->fd < 0 && (b->fd = memfd_create("mails", MFD_CLOEXEC)) < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot hold the mails"));
	b->err = &why;
	int rc = copy_in(b, fd, &n);
	b->err = err;
	if (rc < 0 && why.code == ERR_CANCELLED)
		return err_take(err, &why);
	if (rc < 0) {
		trouble(b->m, path, why.message);
		return ftruncate(b->fd, (off_t)b->bytes);
	}
	if (b->count % 64 == 0)
		b->items = xrealloc(b->items, (b->count + 64) * sizeof *b->items);
	b->items[b->count++] = (struct mail_item){xstrdup(path), in_folder, b->bytes, n, 0};
	b->bytes += n;
	return b->bytes >= BATCH_BYTES || b->count >= BATCH_FILES ? flush(b) : 0;
}

static int add(struct mail_batch *b, const char *path, int fd, int depth);

static int compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In a Maildir, mails being delivered lie in tmp: they are none yet. */
static int is_unfinished(int folder, const char *name)
{
	return strcmp(name, "tmp") == 0 && faccessat(folder, "cur", F_OK, 0) == 0 &&
	       faccessat(folder, "new", F_OK, 0) == 0;
}

static int add_folder(struct mail_batch *b, const char *path, int fd, int depth)
{
	struct dirent **names;
	int n = scandirat(fd, ".", &names, is_wanted, compare);
	int rc = 0;
	if (n < 0) {
		trouble(b->m, path, err_system_text(errno));
		return 0;
	}
	for (int i = 0; i < n; i++) {
		char *full = xasprintf("%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", names[i]->d_name);
		if (rc == 0 && !is_unfinished(fd, names[i]->d_name)) {
			int inner =
			    openat(fd, names[i]->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
			if (inner < 0)
				trouble(b->m, full, err_system_text(errno));
			else
				rc = add(b, full, inner, depth + 1);
		}
		free(full);
		free(names[i]);
	}
	free(names);
	return rc;
}

/* Takes what an open descriptor is; closes it. */
static int add(struct mail_batch *b, const char *path, int fd, int depth)
{
	struct stat st;
	int rc = 0;
	if (fstat(fd, &st) < 0)
		trouble(b->m, path, err_system_text(errno));
	else if (S_ISDIR(st.st_mode) && depth < DEPTH)
		rc = add_folder(b, path, fd, depth);
	else if (S_ISDIR(st.st_mode))
		trouble(b->m, path, _("folders too deep within each other"));
	else if (S_ISREG(st.st_mode) || depth == 0)
		rc = add_file(b, path, fd, depth > 0);
	else
		trouble(b->m, path, _("not a file"));
	close(fd);
	return rc;
}

int mails_look(struct mails *m, const char *const *paths, size_t count, struct err *err)
{
	struct mail_batch b = {.m = m, .err = err, .fd = -1};
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct err why = ERR_INIT;
		int fd = m->open ? m->open(m->ctx, paths[i], &why)
		                 : open(paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			trouble(m, paths[i], m->open ? why.message : err_system_text(errno));
		else
			rc = add(&b, paths[i], fd, 0);
	}
	if (rc == 0)
		rc = flush(&b);
	else
		flush(&(struct mail_batch){.m = m, .fd = b.fd});
	free(b.items);
	return rc;
}

/* Why a mail was not read whole: what was damaged, or beyond a limit. */
static void explain_why(json_t *object)
{
	size_t i;
	json_t *finding;
	struct buf why = BUF_INIT;
	const char *parsed = json_get_string(object, "parsed");
	if (!parsed || strcmp(parsed, "whole") == 0 || json_get_string(object, "why"))
		return;
	json_array_foreach(json_object_get(object, "findings"), i, finding) {
		const char *id = json_get_string(finding, "id");
		const struct mail_rule *rule = id ? mail_rule_find(id) : NULL;
		if (rule &&
		    (strncmp(id, "limit.", 6) == 0 || strncmp(id, "damaged.", 8) == 0 ||
		     strcmp(id, "archive.locked") == 0) &&
		    !strstr(why.data, i18n_text(rule->text)))
			buf_addf(&why, "%s%s", why.len ? "; " : "", i18n_text(rule->text));
	}
	if (!why.len)
		buf_adds(&why, _("it does not begin as a mail does"));
	json_object_set_new(object, "why", json_string(why.data));
	buf_release(&why);
}

void mails_explain(json_t *object)
{
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(object, "findings"), i, finding) {
		const char *id = json_get_string(finding, "id");
		const struct mail_rule *rule = id ? mail_rule_find(id) : NULL;
		const char *detail = json_get_string(finding, "detail");
		json_object_set_new(finding, "weight", json_string(rule ? mail_rule_weight(rule->weight) : "low"));
		json_object_set_new(finding, "technique", json_string(rule ? rule->technique : ""));
		char *text = xasprintf("%s%s%s", rule ? i18n_text(rule->text) : "", detail && *detail ? ": " : "",
		                       detail ? detail : "");
		json_object_set_new(finding, "text", json_string(text));
		free(text);
	}
	explain_why(object);
}
