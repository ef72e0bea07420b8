/* Verifying evidence: what is on record is read again where it lies and compared, and the result goes on record. */
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/blob.h"
#include "evidence/acquire/acquire.h"
#include "evidence/acquire/tree.h"
#include "evidence/compare.h"
#include "evidence/image/place.h"
#include "evidence/image/stored.h"
#include "evidence/preserve.h"
#include "evidence/readable.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct evidence_verify_checking {
	struct case_file *c;
	const struct evidence_verifying *what;
	struct evidence_report *report;
	struct err *err;
	const char *label; /* of the record in hand */
	int reread;        /* of the record in hand: the cache could be dropped */
	int weighed;       /* of the record in hand: it is altered, whatever of it cannot be read */
	json_t *results;   /* label -> "ok", "failed", "unreadable" */
};

__attribute__((format(printf, 3, 4))) static void found(struct evidence_verify_checking *k, const json_t *record,
                                                        const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&b, format, args);
	va_end(args);
	k->what->finding(k->what->ctx, record_label(record), b.data);
	buf_release(&b);
}

struct piece_search {
	struct case_file *c;
	const char *root;
	const struct digest_result *is;
	int64_t piece; /* the first that differs, or -1 */
};

static int match_pieces(void *ctx, const char *sha256)
{
	struct piece_search *search = ctx;
	struct buf kept = BUF_INIT;
	if (blob_get(search->c, sha256, &kept, NULL) == 0 && digest_root_is(&kept, search->root))
		search->piece = digest_first_difference(&search->is->pieces, &kept);
	buf_release(&kept);
	return search->piece >= 0;
}

/* The kept digests of the pieces tell which MiB differs. */
static void name_piece(struct evidence_verify_checking *k, const json_t *record, const struct digest_result *is)
{
	const char *root = json_get_string(record, "piece_root");
	struct piece_search search = {k->c, root, is, -1};
	/* the list is named by its own SHA-256, which is not on record; the root over it is */
	int64_t size =
	    (int64_t)(((uint64_t)json_integer_value(json_object_get(record, "source_size")) + DIGEST_PIECE - 1) /
	              DIGEST_PIECE * 32);
	if (root)
		blob_each_of_size(k->c, size, match_pieces, &search);
	int64_t piece = search.piece;
	if (piece >= 0)
		found(k, record,
		      _("the content is not what was preserved; first difference in MiB %lld (from byte %lld)"),
		      (long long)piece, (long long)piece * DIGEST_PIECE);
	else
		found(k, record, _("the content is not what was preserved"));
}

static void name_damage(void *ctx, const char *text)
{
	struct evidence_verify_checking *k = ctx;
	k->what->finding(k->what->ctx, k->label, text);
}

/* A container: every byte of it is looked at, not only the pieces. */
static const char *check_sealed(struct evidence_verify_checking *k, const json_t *record, struct stored *s)
{
	struct digest *d = digest_new(0);
	struct digest_result is;
	struct err why = ERR_INIT;
	const char *result = "ok";
	uint64_t damages = gev_check(&s->sealed, d, k->what->progress, name_damage, k);
	int stopped = progress_step(k->what->progress, k->label, 0, 0, &why) < 0;
	digest_end(d, &is);
	if (stopped) {
		err_take(k->err, &why);
		result = NULL;
	} else if (damages) {
		result = "failed";
	} else if (!json_is(record, "sha256", is.sha256)) {
		found(k, record, _("the content is not what was preserved"));
		result = "failed";
	}
	digest_result_release(&is);
	digest_free(d);
	return result;
}

/* An image: what of it is damaged, place by place. */
static const char *check_image(struct evidence_verify_checking *k, const json_t *record, struct stored *s)
{
	struct err why = ERR_INIT;
	struct acquisition a = {
	    .source = &s->source, .label = k->label, .progress = k->what->progress, .retry = 1, .no_pieces = 1};
	struct digest_result is;
	const char *result = "ok";
	int rc = acquire(&a, &is, &why);
	if (rc < 0) {
		err_take(k->err, &why);
		result = NULL;
	} else if (a.unreadable.count || !json_is(record, "sha256", is.sha256)) {
		if (ewf_failure(s->image))
			found(k, record, "%s", ewf_failure(s->image));
		for (size_t i = 0; i < a.unreadable.count; i++)
			found(k, record, _("damaged: %llu bytes from byte %llu"),
			      (unsigned long long)a.unreadable.items[i].length,
			      (unsigned long long)a.unreadable.items[i].offset);
		if (!a.unreadable.count)
			found(k, record, _("the content is not what was preserved"));
		result = "failed";
	}
	ranges_release(&a.unreadable);
	digest_result_release(&is);
	return result;
}

/* What could not be read when it was preserved, as the record says it in English; an earlier genba said it in its own language,
 * and then nothing is known of it. */
static void ranges_on_record(const json_t *record, struct ranges *out)
{
	static const char said[] = "zeros stand there: ";
	const char *at = json_get_string(record, "unread");
	while (at && (at = strstr(at, said))) {
		unsigned long long length;
		unsigned long long offset;
		at += strlen(said);
		if (sscanf(at, "%llu bytes from byte %llu", &length, &offset) == 2 &&
		    (!out->count || offset >= out->items[out->count - 1].offset + out->items[out->count - 1].length))
			ranges_add(out, offset, length);
	}
}

/* Whether the same bytes cannot be read now as then: all others were compared. */
static int is_unread_as_then(const json_t *record, const struct ranges *now)
{
	struct ranges then = RANGES_INIT;
	ranges_on_record(record, &then);
	int same = then.count == now->count;
	for (size_t i = 0; same && i < then.count; i++)
		same = then.items[i].offset == now->items[i].offset && then.items[i].length == now->items[i].length;
	ranges_release(&then);
	return same;
}

/* The bytes are not as on record: whether that says that they are others, or only that some of them cannot be read now. */
static int is_altered(const json_t *record, const struct stored *s, const struct acquisition *a, uint64_t size)
{
	const json_t *was = json_object_get(record, "source_size");
	return !a->unreadable.count || stored_has_other_size(s, record) ||
	       (json_is_integer(was) && (uint64_t)json_integer_value(was) != size) ||
	       is_unread_as_then(record, &a->unreadable);
}

static const char *check_bytes(struct evidence_verify_checking *k, const json_t *record, struct stored *s)
{
	struct err why = ERR_INIT;
	struct acquisition a = {
	    .source = &s->source, .label = k->label, .progress = k->what->progress, .retry = s->kind == STORED_FILE};
	struct digest_result is;
	const char *result = "ok";
	int rc = acquire(&a, &is, &why);
	if (rc < 0 && why.code == ERR_CANCELLED) {
		err_take(k->err, &why);
		result = NULL;
	} else if (rc < 0 && stored_has_other_size(s, record)) {
		found(k, record, _("the content is not what was preserved"));
		k->weighed = 1;
		result = "failed";
	} else if (rc < 0) {
		found(k, record, "%s", why.message);
		result = "unreadable";
	} else if (json_is(record, "sha256", is.sha256)) {
		; /* what could not be read then cannot be read now */
	} else if (is_altered(record, s, &a, is.size)) {
		name_piece(k, record, &is);
		k->weighed = a.unreadable.count > 0; /* else it is read a second time, to see whether it can be */
		result = "failed";
	} else {
		found(k, record,
		      _("parts of it cannot be read: whether its content is what was preserved is not known"));
		result = "unreadable";
	}
	ranges_release(&a.unreadable);
	digest_result_release(&is);
	return result;
}

/* The files to blame come with what is wrong. */
static void explain(struct evidence_verify_checking *k, const json_t *record, const struct stored *s)
{
	struct buf lines = BUF_INIT;
	stored_explain(s, record, &lines);
	for (char *line = lines.data; *line;) {
		size_t n = strcspn(line, "\n");
		found(k, record, "%.*s", (int)n, line);
		line += n + (line[n] == '\n');
	}
	buf_release(&lines);
}

static const char *check_file(struct evidence_verify_checking *k, const json_t *record)
{
	struct stored s;
	struct err why = ERR_INIT;
	if (stored_open(&s, k->c, k->label, &why) < 0) {
		found(k, record, "%s", why.message);
		return why.code == ERR_DAMAGED ? "failed" : "unreadable";
	}
	k->reread = s.kind == STORED_BLOB || stored_drop_cache(&s); /* the case itself is checked by its own means */
	const char *result = s.kind == STORED_SEALED ? check_sealed(k, record, &s)
	                     : s.kind == STORED_EWF  ? check_image(k, record, &s)
	                                             : check_bytes(k, record, &s);
	if (result && strcmp(result, "ok") != 0)
		explain(k, record, &s);
	stored_close(&s);
	return result;
}

struct tree_finding {
	struct evidence_verify_checking *k;
	const json_t *record;
	size_t different;
	size_t unread;
};

static void name_difference(void *ctx, const char *path, const struct remark *what, int unread)
{
	struct tree_finding *f = ctx;
	found(f->k, f->record, "%s: %s", path, what->shown.data);
	f->different += !unread;
	f->unread += unread != 0;
}

static const char *check_tree(struct evidence_verify_checking *k, const json_t *record, const struct buf *manifest,
                              const char *path)
{
	struct err why = ERR_INIT;
	struct tree_finding findings = {k, record, 0, 0};
	struct tree_comparing how = {.progress = k->what->progress,
	                             .in_place = json_is(record, "form", "hash"),
	                             .finding = name_difference,
	                             .ctx = &findings};
	if (tree_verify(manifest->data, path, &how, &k->reread, &why) == 0)
		return findings.different ? "failed" : findings.unread ? "unreadable" : "ok";
	if (why.code == ERR_CANCELLED) {
		err_take(k->err, &why);
		return NULL;
	}
	found(k, record, "%s", why.message);
	return "unreadable";
}

/* Where the bytes lie: 0 with the path (empty: in the case), or -1. What came or went through a pipe lies nowhere. */
static int find_place(const json_t *record, struct buf *path)
{
	const char *form = json_get_string(record, "form");
	if (!evidence_has_bytes(form) || !json_get_string(record, "sha256"))
		return -1;
	if (strcmp(form, "blob") == 0)
		return 0;
	return stored_path(record, strcmp(form, "hash") == 0 ? "source_path" : "copy_path", path);
}

/* What "failed" is worth: a medium that does not give the bytes has not shown that they are others. NULL: cancelled. */
static const char *weigh_failed(struct evidence_verify_checking *k, const json_t *record, const char *path)
{
	struct err why = ERR_INIT;
	if (k->weighed || !*path || readable_stored(stored_shape(record, path), path, k->what->progress, &why) == 0)
		return "failed";
	if (why.code == ERR_CANCELLED) {
		err_take(k->err, &why);
		return NULL;
	}
	found(k, record, _("%s; whether its bytes are those on record is not known"), why.message);
	return "unreadable";
}

static int check_one(void *ctx, json_t *record)
{
	struct evidence_verify_checking *k = ctx;
	struct buf path = BUF_INIT;
	struct buf manifest = BUF_INIT;
	const char *result;
	k->label = record_label(record);
	k->reread = 0;
	k->weighed = 0;
	evidence_here(k->c, record);
	if (find_place(record, &path) < 0) {
		k->report->unreadable++;
		buf_release(&path);
		return 0;
	}
	struct buf folder = BUF_INIT;
	if (stored_folder(k->c, record, &manifest, &folder))
		result = check_tree(k, record, &manifest, folder.data);
	else if ((result = check_file(k, record)) && strcmp(result, "failed") == 0)
		result = weigh_failed(k, record, path.data);
	buf_release(&folder);
	buf_release(&manifest);
	buf_release(&path);
	if (!result)
		return -1;
	if (strcmp(result, "unreadable") == 0)
		k->report->unreadable++;
	else
		k->report->checked++;
	k->report->from_medium += strcmp(result, "unreadable") != 0 && k->reread;
	json_object_set_new(k->results, k->label, json_string(result));
	return 0;
}

/* A copy that was not read back when it was made is compared now. */
static int was_pending(struct evidence_verify_checking *k, const char *label)
{
	json_t *record = record_get(k->c, label, 0, NULL);
	int pending = record && json_is(record, "match", "pending");
	json_decref(record);
	return pending;
}

static int record_results(struct evidence_verify_checking *k)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	struct action *a = action_begin(k->c, "verify", k->err);
	if (!a)
		return -1;
	const char *label;
	json_t *result;
	json_object_foreach(k->results, label, result) {
		const char *said = json_string_value(result);
		struct assign fields[] = {{"verified_at", now},
		                          {"verified", said},
		                          {"match", strcmp(said, "ok") == 0 ? "same" : "different"}};
		size_t count = strcmp(said, "unreadable") != 0 && was_pending(k, label) ? 3 : 2;
		if (action_set(a, label, fields, count, RECORD_MACHINE, k->err) < 0) {
			action_cancel(a);
			return -1;
		}
	}
	return action_commit(a, k->err);
}

static int check_label(struct evidence_verify_checking *k, const char *label)
{
	json_t *record = record_get(k->c, label, 0, k->err);
	const struct kind *kind = record ? record_kind(record) : NULL;
	int rc = record ? 0 : -1;
	if (rc == 0 && (!kind || !(kind->traits & KIND_EVIDENCE)))
		rc = err_set(k->err, ERR_USAGE, _("%s is not evidence"), label);
	if (rc == 0)
		rc = check_one(k, record);
	json_decref(record);
	return rc;
}

int evidence_verify_some(struct case_file *c, const struct evidence_verifying *what, struct evidence_report *report,
                         struct err *err)
{
	struct evidence_verify_checking k = {
	    .c = c, .what = what, .report = report, .err = err, .results = json_object()};
	memset(report, 0, sizeof *report);
	int rc = what->labels ? 0 : record_each(c, "evidence", 0, check_one, &k, err);
	for (size_t i = 0; rc == 0 && what->labels && i < what->count; i++)
		rc = check_label(&k, what->labels[i]);
	report->results = json_object_size(k.results);
	if (rc == 0 && what->record && report->results > 0)
		rc = record_results(&k);
	json_decref(k.results);
	return rc < 0 ? -1 : 0;
}

int evidence_verify(struct case_file *c, int record, const struct progress *progress,
                    void (*finding)(void *ctx, const char *part, const char *text), void *ctx,
                    struct evidence_report *report, struct err *err)
{
	struct evidence_verifying all = {.record = record, .progress = progress, .finding = finding, .ctx = ctx};
	return evidence_verify_some(c, &all, report, err);
}
