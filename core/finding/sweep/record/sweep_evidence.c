/* What a sweep reads of a case: evidence by label, by asset, by path, or all of it. */
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "evidence/preserve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct swept_evidence *sweep_evidence_of(struct sweep_work *w, const char *label)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->evidence[i]->label, label) == 0)
			return w->evidence[i];
	return NULL;
}

static char *name_of(const json_t *record)
{
	const char *path = json_get_string(record, "source_path");
	if (!path)
		path = json_get_string(record, "title");
	const char *slash = path ? strrchr(path, '/') : NULL;
	return xstrdup(slash && slash[1] ? slash + 1 : path ? path : record_label(record));
}

static void learn_record(const struct sweep_work *w, struct swept_evidence *e, const json_t *record)
{
	const char *on = json_get_string(record, "on");
	const char *sha256 = json_get_string(record, "sha256");
	const char *type = json_get_string(record, "type");
	const char *form = json_get_string(record, "form");
	snprintf(e->label, sizeof e->label, "%s", record_label(record));
	snprintf(e->asset, sizeof e->asset, "%s", on ? on : w->order->on ? w->order->on : "");
	snprintf(e->sha256, sizeof e->sha256, "%s", sha256 ? sha256 : "");
	e->is_mail = type && strcmp(type, "mail") == 0;
	e->is_log = type && strcmp(type, "log") == 0;
	e->is_text = e->is_mail || (type && strcmp(type, "document") == 0);
	e->is_disk = type && strcmp(type, "disk_image") == 0;
	e->is_raw = e->is_disk || (type && strcmp(type, "memory") == 0);
	e->is_elsewhere = !sha256 || !form || strcmp(form, "physical") == 0 || strcmp(form, "elsewhere") == 0;
}

/* Takes the name. */
static struct swept_evidence *new_evidence(struct sweep_work *w, char *name)
{
	struct swept_evidence *e = xcalloc(1, sizeof *e);
	e->name = name;
	e->pipe[0] = e->pipe[1] = e->map = -1;
	pthread_mutex_init(&e->reading, NULL);
	buf_init(&e->uncovered);
	buf_init(&e->rows);
	w->evidence = xrealloc(w->evidence, (w->count + 1) * sizeof *w->evidence);
	w->evidence[w->count++] = e;
	return e;
}

static void add_evidence(struct sweep_work *w, const json_t *record, const char *named)
{
	if (!sweep_evidence_of(w, record_label(record)))
		learn_record(w, new_evidence(w, named ? xstrdup(named) : name_of(record)), record);
}

/* ---- the words */

struct finding_evidence {
	struct sweep_work *w;
	const char *asset; /* NULL: any */
	size_t found;
};

static int take_evidence(void *ctx, json_t *record)
{
	struct finding_evidence *f = ctx;
	if (f->asset && !json_is(record, "on", f->asset))
		return 0;
	f->found++;
	add_evidence(f->w, record, NULL);
	return 0;
}

struct tapping {
	struct sweep_work *w;
	struct swept_evidence *e;
};

struct finding_path {
	const char *path; /* as records have it */
	uint64_t size;
	char label[LABEL_TEXT];
	char sha256[65];
};

static int take_same_path(void *ctx, json_t *record)
{
	struct finding_path *f = ctx;
	const char *sha256 = json_get_string(record, "sha256");
	if (sha256 && json_is(record, "form", "hash") && json_is(record, "source_path", f->path) &&
	    (uint64_t)json_integer_value(json_object_get(record, "source_size")) == f->size) {
		snprintf(f->label, sizeof f->label, "%s", record_label(record));
		snprintf(f->sha256, sizeof f->sha256, "%s", sha256);
	}
	return 0;
}

/* The evidence that this file is already, with the same bytes in the same place. */
static int is_on_record(struct sweep_work *w, const char *path, char label[LABEL_TEXT], struct err *err)
{
	struct stat st;
	struct buf text = BUF_INIT;
	char *full = realpath(path, NULL);
	struct finding_path f = {.path = ""};
	char sha256[65] = "";
	int rc = 0;
	if (full && stat(full, &st) == 0 && S_ISREG(st.st_mode)) {
		pathname_encode(full, &text);
		f.path = text.data;
		f.size = (uint64_t)st.st_size;
		rc = record_each(w->c, "evidence", 0, take_same_path, &f, err);
		if (rc == 0 && *f.label)
			rc = source_sha256(path, sha256, err);
	}
	*label = '\0';
	if (rc == 0 && *f.label && strcmp(f.sha256, sha256) == 0)
		memcpy(label, f.label, LABEL_TEXT);
	free(full);
	buf_release(&text);
	return rc < 0 ? -1 : *label != '\0';
}

static int preserve_pending(void *ctx, struct err *err);

static int add_path(struct sweep_work *w, const char *path, struct err *err)
{
	char label[LABEL_TEXT];
	struct preserve_options options = {.on = w->order->on, .progress = w->order->progress};
	struct preserved made = {.size = 0};
	struct stat st;
	int known = is_on_record(w, path, label, err);
	if (known < 0)
		return -1;
	if (!known && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		new_evidence(w, xstrdup(path))->pending = xstrdup(path);
		w->run.meanwhile = preserve_pending;
		return 0;
	}
	if (!known) {
		int rc = evidence_preserve(w->c, path, &options, &made, err);
		snprintf(label, sizeof label, "%s", made.label);
		preserved_release(&made);
		if (rc < 0)
			return -1;
	}
	if (w->order->preserved)
		w->order->preserved(w->order->ctx, label, path);
	json_t *record = record_get(w->c, label, 0, err);
	if (record)
		add_evidence(w, record, path);
	json_decref(record);
	return record ? 0 : -1;
}

static int add_word(struct sweep_work *w, const char *word, struct err *err)
{
	struct stat st;
	struct finding_evidence f = {w, word, 0};
	json_t *record = record_get(w->c, word, 0, NULL);
	const struct kind *kind = record ? record_kind(record) : NULL;
	struct err why = ERR_INIT; /* what cannot be read is told, and the rest is read */
	int rc = 0;
	if (kind && kind->traits & KIND_EVIDENCE)
		add_evidence(w, record, NULL);
	else if (kind && kind->traits & KIND_ASSET)
		rc = record_each(w->c, "evidence", 0, take_evidence, &f, err);
	else if (record)
		rc = err_set(err, ERR_USAGE, _("'%s' is no evidence and no asset of this case"), word);
	else if (stat(word, &st) < 0)
		rc = err_set(&why, ERR_NOT_FOUND,
		             _("no evidence and no asset of this case, and there is no file of that name"));
	else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISBLK(st.st_mode))
		rc = err_set(&why, ERR_NOT_FOUND, _("no file and no folder"));
	else if (access(word, R_OK) < 0)
		rc = err_set_errno(&why, ERR_NOT_FOUND, errno, _("cannot be opened"));
	else
		rc = add_path(w, word, err);
	if (rc == 0 && kind && kind->traits & KIND_ASSET && f.found == 0)
		rc = err_set(&why, ERR_NOT_FOUND, _("no evidence is on record that comes from it"));
	json_decref(record);
	if (why.code)
		return sweep_run_problem(&w->run, NULL, word, why.message, err);
	return rc < 0 ? -1 : 0;
}

/* ---- clocks and gaps, as logs and assets on record say */

static int take_log(void *ctx, json_t *record)
{
	struct sweep_work *w = ctx;
	const char *zone = json_get_string(record, "timezone");
	const char *gaps = json_get_string(record, "gaps");
	const json_t *label;
	size_t i;
	json_array_foreach(json_object_get(record, "preserved"), i, label) {
		struct swept_evidence *e =
		    json_is_string(label) ? sweep_evidence_of(w, json_string_value(label)) : NULL;
		if (e && zone && !e->timezone)
			e->timezone = xstrdup(zone);
		if (e && gaps && !e->gaps)
			e->gaps = xstrdup(gaps);
	}
	return 0;
}

static void learn_clock(struct sweep_work *w, struct swept_evidence *e)
{
	json_t *asset = *e->asset ? record_get(w->c, e->asset, 0, NULL) : NULL;
	const char *zone = json_get_string(asset, "timezone");
	const char *offset = json_get_string(asset, "clock_offset");
	if (zone && !e->timezone)
		e->timezone = xstrdup(zone);
	e->has_offset = offset && duration_parse(offset, &e->offset, NULL) == 0;
	json_decref(asset);
}

int sweep_find_evidence(struct sweep_work *w, struct err *err)
{
	struct finding_evidence all = {w, NULL, 0};
	int rc = 0;
	if (w->order->on) {
		json_t *asset = record_get(w->c, w->order->on, 0, NULL);
		const struct kind *kind = asset ? record_kind(asset) : NULL;
		rc = kind && kind->traits & KIND_ASSET
		         ? 0
		         : err_set(err, ERR_USAGE, _("--on %s: not an asset of this case"), w->order->on);
		json_decref(asset);
	}
	for (size_t i = 0; i < w->order->count && rc == 0; i++)
		rc = add_word(w, w->order->words[i], err);
	if (w->order->count == 0 && rc == 0)
		rc = record_each(w->c, "evidence", 0, take_evidence, &all, err);
	if (rc == 0)
		rc = record_each(w->c, "logsource", 0, take_log, w, err);
	for (size_t i = 0; i < w->count && rc == 0; i++)
		learn_clock(w, w->evidence[i]);
	return rc < 0 ? -1 : 0;
}

/* ---- opening */

static int has_missing(const unsigned char *wanted, size_t bytes)
{
	for (size_t i = 0; wanted && i < bytes; i++)
		if (wanted[i])
			return 1;
	return wanted == NULL;
}

/* What is not yet swept for; NULL: everything is asked for. */
static unsigned char *wanted_of(const struct sweep_work *w, const char *evidence, const struct sweep_since *since)
{
	if (!w->order->missing)
		return NULL;
	unsigned char *bits = sweep_pairs_done(&w->pairs, evidence, since);
	for (size_t i = 0; i < w->pairs.bytes; i++)
		bits[i] = (unsigned char)~bits[i];
	for (size_t i = w->order->list->count; i < w->pairs.bytes * 8; i++)
		bits[i / 8] &= (unsigned char)~(1U << (i % 8));
	return bits;
}

/* Any sweep of it counted what was sent to services. */
static int is_any_done(const struct sweep_work *w, const char *evidence)
{
	for (size_t i = 0; i < w->pairs.count; i++)
		if (json_object_get(w->pairs.checks[i].evidence, evidence))
			return 1;
	return 0;
}

struct swept_source *sweep_add_source(struct sweep_work *w, struct swept_evidence *e, struct swept_set *set,
                                      const struct sweep_since *since)
{
	unsigned char *wanted = wanted_of(w, e->label, since);
	if (!set)
		e->no_services = w->order->missing && is_any_done(w, e->label);
	if (!has_missing(wanted, w->pairs.bytes)) {
		free(wanted);
		return NULL;
	}
	struct swept_source *s = xcalloc(1, sizeof *s);
	s->of = e;
	s->set = set;
	s->wanted = wanted;
	s->target = (struct sweep_target){.evidence = e->label,
	                                  .source = set ? set->set.source : e->name,
	                                  .is_text = e->is_text,
	                                  .is_raw = e->is_raw,
	                                  .is_rows = set != NULL,
	                                  .wanted = wanted,
	                                  .no_services = e->no_services,
	                                  .own = s};
	if (!e->wanted)
		e->wanted = xcalloc(w->pairs.bytes + 1, 1);
	for (size_t i = 0; i < w->pairs.bytes; i++)
		e->wanted[i] |= wanted ? wanted[i] : 0xFF;
	w->sources = xrealloc(w->sources, (w->source_count + 1) * sizeof *w->sources);
	w->sources[w->source_count++] = s;
	return s;
}

/* What cannot be read is zeros, and told at the end. */
static int read_stored(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct swept_evidence *e = ctx;
	size_t got = 0;
	pthread_mutex_lock(&e->reading);
	int rc = source_read_at(&e->stored.source, e->name, offset, bytes, n, &e->unreadable, &got, err);
	pthread_mutex_unlock(&e->reading);
	if (rc < 0)
		return -1;
	memset((char *)bytes + got, 0, n - got);
	return 0;
}

/* The path of a plain file, which many workers may read at once. */
static char *plain_path(const struct stored *s)
{
	char link[64];
	char path[4096];
	struct stat st;
	if ((s->kind != STORED_FILE) || s->source.fd < 0 || fstat(s->source.fd, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	snprintf(link, sizeof link, "/proc/self/fd/%d", s->source.fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	return n > 0 && path[0] == '/' ? xstrndup(path, (size_t)n) : NULL;
}

const char *sweep_last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static int open_bytes(struct sweep_work *w, struct swept_source *s, json_t *record, struct err *err)
{
	struct swept_evidence *e = s->of;
	if (stored_open_record(&e->stored, w->c, record, err) < 0)
		return -1;
	char *path = plain_path(&e->stored);
	int rc = 0;
	if (path) {
		stored_close(&e->stored);
		rc = sweep_run_add_target(&w->run, &s->target, path, sweep_last_name(e->name), err);
		e->path = path;
	} else {
		e->is_open = 1;
		s->media = (struct worker_media){e->stored.source.size, read_stored, e};
		sweep_run_add_media(&w->run, &s->target, sweep_last_name(e->name), &s->media);
	}
	return rc;
}

/* ---- hashed and swept in one read */

/* Hands the bytes on to whoever sweeps them; if nobody does any more, hashing goes on alone. */
static int tap_write(void *sink, struct piece *p, struct err *err)
{
	struct tapping *t = sink;
	(void)err;
	for (size_t at = 0; at < p->n && t->e->pipe[0] >= 0;) {
		ssize_t put = send(t->e->pipe[0], p->bytes + at, p->n - at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put > 0) {
			at += (size_t)put;
			continue;
		}
		struct pollfd room = {t->e->pipe[0], POLLOUT, 0};
		if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			break;
		if (poll(&room, 1, 500) == 0 && sweep_run_is_over(&t->w->run, t->e->stream))
			break;
	}
	return 0;
}

static const struct sink_ops tap = {NULL, tap_write, NULL};

static void close_pipe(struct swept_evidence *e, int end)
{
	if (e->pipe[end] >= 0)
		close(e->pipe[end]);
	e->pipe[end] = -1;
}

/* What came before the place is told. Without a digest there is nothing that a check could speak of. */
static int tell_incomplete(struct sweep_work *w, struct swept_evidence *e, const struct preserved *made,
                           struct err *err)
{
	char *first =
	    xstrndup(made->note.len ? made->note.data : "", strcspn(made->note.len ? made->note.data : "", "\n"));
	int rc = 0;
	for (size_t i = 0; i < w->source_count && rc == 0; i++)
		if (w->sources[i]->of == e && !w->sources[i]->set)
			rc = sweep_run_problem(&w->run, &w->sources[i]->target, e->name,
			                       *first ? first : _("it could not be read to its end"), err);
	if (!*e->sha256) {
		e->unread = xstrdup("it could not be read to its end, and has no digest");
		free(e->wanted);
		e->wanted = NULL;
	}
	free(first);
	return rc;
}

static int preserve_pending(void *ctx, struct err *err)
{
	struct sweep_work *w = ctx;
	int rc = 0;
	for (size_t i = 0; i < w->count && rc == 0; i++) {
		struct swept_evidence *e = w->evidence[i];
		struct tapping t = {w, e};
		struct preserve_options options = {
		    .on = w->order->on, .tap = &tap, .tap_ctx = &t, .progress = w->order->progress};
		struct preserved made = {.size = 0};
		if (!e->pending)
			continue;
		rc = evidence_preserve(w->c, e->pending, &options, &made, err);
		close_pipe(e, 0);
		json_t *record = rc == 0 ? record_get(w->c, made.label, 0, err) : NULL;
		if (record) {
			learn_record(w, e, record);
			learn_clock(w, e);
			if (w->order->preserved)
				w->order->preserved(w->order->ctx, e->label, e->pending);
		}
		rc = record ? rc : -1;
		if (rc == 0 && !made.complete)
			rc = tell_incomplete(w, e, &made, err);
		json_decref(record);
		preserved_release(&made);
	}
	return rc;
}

static int open_pending(struct sweep_work *w, struct swept_evidence *e, struct err *err)
{
	struct swept_source *s = sweep_add_source(w, e, NULL, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, e->pipe) < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), e->pending);
	e->stream = sweep_run_add_stream(&w->run, &s->target, sweep_last_name(e->name), e->pipe[1]);
	return 0;
}

static int open_one(struct sweep_work *w, struct swept_evidence *e, struct err *err)
{
	struct buf manifest = BUF_INIT;
	struct buf path = BUF_INIT;
	struct err why = ERR_INIT;
	if (e->pending)
		return open_pending(w, e, err);
	json_t *record = record_get(w->c, e->label, RECORD_REVEAL, err);
	struct swept_source *s = record ? sweep_add_source(w, e, NULL, NULL) : NULL;
	int rc = record ? 0 : -1;
	if (s && e->is_elsewhere)
		err_set(&why, ERR_NOT_FOUND, _("its bytes are not here: it is an item, or held by another"));
	else if (s && stored_folder(w->c, record, &manifest, &path))
		sweep_run_add_target(&w->run, &s->target, path.data, "", &why);
	else if (s)
		open_bytes(w, s, record, &why);
	if (s && !why.code && e->is_disk && (e->path || e->is_open))
		rc = sweep_open_files(w, s, err);
	if (why.code) {
		e->unread = xstrdup(why.english);
		free(e->wanted);
		e->wanted = NULL;
		if (!e->is_elsewhere || w->order->count)
			rc = sweep_run_problem(&w->run, &s->target, sweep_last_name(e->name), why.message, err);
	}
	buf_release(&manifest);
	buf_release(&path);
	json_decref(record);
	return rc;
}

int sweep_open_evidence(struct sweep_work *w, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < w->count && rc == 0; i++)
		rc = open_one(w, w->evidence[i], err);
	return rc;
}

void sweep_close_evidence(struct sweep_work *w)
{
	for (size_t i = 0; i < w->source_count; i++) {
		if (w->sources[i]->set)
			swept_set_close(w->sources[i]->set);
		free(w->sources[i]->wanted);
		free(w->sources[i]);
	}
	for (size_t i = 0; i < w->count; i++) {
		struct swept_evidence *e = w->evidence[i];
		close_pipe(e, 0);
		close_pipe(e, 1);
		free(e->pending);
		free(e->path);
		if (e->map >= 0)
			close(e->map);
		buf_release(&e->uncovered);
		pthread_mutex_destroy(&e->reading);
		if (e->is_open)
			stored_close(&e->stored);
		ranges_release(&e->unreadable);
		buf_release(&e->rows);
		free(e->name);
		free(e->timezone);
		free(e->gaps);
		free(e->unread);
		free(e->wanted);
		free(e);
	}
	free(w->sources);
	free(w->evidence);
	w->sources = NULL;
	w->evidence = NULL;
	w->count = w->source_count = 0;
}
