/* The texts and files that records name, against their digests. */
#include "case/care/verify_private.h"
#include "case/store/blob.h"

#define SLICE_BYTES (1U << 20) /* of texts and files in one slice */

static void told_of(struct verify *v, const char *digest, int is_blob, int whole, const struct err *why)
{
	if (whole)
		*(is_blob ? &v->report.files : &v->report.texts) += 1;
	else if (why->code != ERR_NOT_FOUND)
		verify_found(v, "%s", digest ? why->message : _("a digest is missing"));
	else if (is_blob)
		v->report.absent++;
}

/* The next texts, up to a number and a size. 1: there may be more, 0: there are none. */
static int texts_slice(struct verify *v, unsigned rows, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(v->c->db, "SELECT n, digest FROM text WHERE n > ?1 ORDER BY n LIMIT ?2", -1, &s, NULL) !=
	    SQLITE_OK)
		return case_sql_error(v->c, _("read the case"), err);
	sqlite3_bind_int64(s, 1, v->at);
	sqlite3_bind_int64(s, 2, rows);
	int rc = SQLITE_ROW;
	unsigned done = 0;
	size_t bytes = 0;
	while (bytes < SLICE_BYTES && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *digest = (const char *)sqlite3_column_text(s, 1);
		struct buf text = BUF_INIT;
		struct err why = ERR_INIT;
		v->at = sqlite3_column_int64(s, 0);
		done++;
		told_of(v, digest, 0, digest && purgeable_text_get(v->c, digest, &text, &why) == 0, &why);
		bytes += text.len;
		buf_release(&text);
	}
	int failed = rc != SQLITE_DONE && rc != SQLITE_ROW && case_sql_error(v->c, _("read the case"), err) < 0;
	sqlite3_finalize(s);
	return failed ? -1 : done > 0;
}

/* Begins with the next file. 1: there is one, 0: there is none. */
static int next_blob(struct verify *v, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(v->c->db, "SELECT n, sha256 FROM blob WHERE n > ?1 ORDER BY n LIMIT 1", -1, &s, NULL) !=
	    SQLITE_OK)
		return case_sql_error(v->c, _("read the case"), err);
	sqlite3_bind_int64(s, 1, v->at);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		const char *digest = (const char *)sqlite3_column_text(s, 1);
		struct err why = ERR_INIT;
		v->at = sqlite3_column_int64(s, 0);
		v->blob = digest ? blob_check_begin(v->c, digest, &why) : NULL;
		if (!v->blob)
			told_of(v, digest, 1, 0, &why);
	}
	int failed = rc != SQLITE_DONE && rc != SQLITE_ROW && case_sql_error(v->c, _("read the case"), err) < 0;
	sqlite3_finalize(s);
	return failed ? -1 : rc == SQLITE_ROW;
}

static int blobs_slice(struct verify *v, struct err *err)
{
	struct err why = ERR_INIT;
	if (!v->blob)
		return next_blob(v, err);
	int more = blob_check_step(v->blob, SLICE_BYTES, &why);
	if (more == 1)
		return 1;
	told_of(v, "", 1, more == 0, &why);
	blob_check_end(v->blob);
	v->blob = NULL;
	return 1;
}

int verify_texts_slice(struct verify *v, unsigned rows, struct err *err)
{
	if (v->stage == 1)
		return blobs_slice(v, err);
	int more = texts_slice(v, rows, err);
	if (more != 0)
		return more;
	v->stage = 1;
	v->at = 0;
	return 1;
}
