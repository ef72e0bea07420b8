#include "case/store/blob.h"

#include "base/sha256.h"
#include "case/store/case_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static void sha256_hex(const void *bytes, size_t n, char hex[65])
{
	unsigned char digest[32];
	sha256_of(bytes, n, digest);
	sodium_bin2hex(hex, 65, digest, sizeof digest);
}

int blob_put(struct case_file *c, const void *bytes, size_t n, char sha256[65], struct err *err)
{
	if (n > BLOB_LIMIT)
		return err_set(err, ERR_INVALID, _("%zu bytes are too many to keep inside the case (at most %u)"), n,
		               BLOB_LIMIT);
	sha256_hex(bytes, n, sha256);
	sqlite3_stmt *s = case_statement(c, CASE_BLOB_HAS, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, sha256, -1, SQLITE_STATIC);
	int there = sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int(s, 0);
	sqlite3_reset(s);
	if (there)
		return 0;
	size_t bound = ZSTD_compressBound(n);
	void *packed = xmalloc(bound);
	size_t size = ZSTD_compress(packed, bound, bytes, n, 3);
	int rc = -1;
	if (ZSTD_isError(size))
		err_set(err, ERR_FAILED, _("cannot compress %zu bytes: %s"), n, ZSTD_getErrorName(size));
	else if ((s = case_statement(c, CASE_BLOB_PUT, err)) != NULL) {
		sqlite3_bind_text(s, 1, sha256, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, (sqlite3_int64)n);
		sqlite3_bind_blob64(s, 3, packed, size, SQLITE_STATIC);
		rc = case_step(c, s, _("keep a file in the case"), err);
	}
	free(packed);
	return rc;
}

int blob_forget(struct case_file *c, const char *sha256, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_BLOB_FORGET, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, sha256, -1, SQLITE_STATIC);
	return case_step(c, s, _("keep a file in the case"), err);
}

/* ---- reading */

/* The statement stands on the blob's packed bytes (column 1), and *size is what it claims to have. NULL: the error says why. */
static sqlite3_stmt *find_packed(struct case_file *c, const char *sha256, size_t *size, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_BLOB_GET, err);
	if (!s)
		return NULL;
	sqlite3_bind_text(s, 1, sha256, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	sqlite3_int64 claimed = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	if (rc == SQLITE_DONE || (rc == SQLITE_ROW && sqlite3_column_type(s, 1) == SQLITE_NULL))
		err_set(err, ERR_NOT_FOUND,
		        _("the content %.16s… is not in this copy of the case (purged, or left behind)"), sha256);
	else if (rc != SQLITE_ROW)
		case_sql_error(c, _("read a file kept in the case"), err);
	else if (claimed < 0 || claimed > (sqlite3_int64)BLOB_LIMIT)
		err_set(err, ERR_DAMAGED, _("the content %.16s… claims to have %lld bytes"), sha256,
		        (long long)claimed);
	else {
		*size = (size_t)claimed;
		return s;
	}
	sqlite3_reset(s);
	return NULL;
}

static int is_damaged(const char *sha256, struct err *err)
{
	return err_set(err, ERR_DAMAGED, _("the content %.16s… does not fit its digest"), sha256);
}

int blob_get(struct case_file *c, const char *sha256, struct buf *out, struct err *err)
{
	size_t size;
	size_t start = out->len;
	char hex[65] = "";
	sqlite3_stmt *s = find_packed(c, sha256, &size, err);
	if (!s)
		return -1;
	buf_grow(out, size);
	size_t got =
	    ZSTD_decompress(out->data + start, size, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
	sqlite3_reset(s);
	if (!ZSTD_isError(got) && got == size)
		sha256_hex(out->data + start, got, hex);
	if (strcmp(hex, sha256) != 0)
		return is_damaged(sha256, err);
	out->len = start + got;
	if (out->cap)
		out->data[out->len] = '\0';
	return 0;
}

struct blob_check {
	char sha256[65];
	struct buf packed;
	ZSTD_inBuffer in;
	ZSTD_DStream *stream;
	char *out; /* of the size that the library likes */
	size_t size, done;
	struct sha256 digest;
};

struct blob_check *blob_check_begin(struct case_file *c, const char *sha256, struct err *err)
{
	size_t size;
	sqlite3_stmt *s = find_packed(c, sha256, &size, err);
	if (!s)
		return NULL;
	struct blob_check *k = xcalloc(1, sizeof *k);
	snprintf(k->sha256, sizeof k->sha256, "%s", sha256);
	buf_init(&k->packed);
	buf_add(&k->packed, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
	sqlite3_reset(s);
	k->size = size;
	k->in = (ZSTD_inBuffer){k->packed.data, k->packed.len, 0};
	k->stream = ZSTD_createDStream();
	ZSTD_DCtx_setParameter(k->stream, ZSTD_d_windowLogMax, 26); /* of what a blob can have: BLOB_LIMIT */
	k->out = xmalloc(ZSTD_DStreamOutSize());
	sha256_begin(&k->digest);
	return k;
}

int blob_check_step(struct blob_check *k, size_t bytes, struct err *err)
{
	unsigned char digest[32];
	char hex[65];
	size_t more = 1;
	for (size_t end = k->done + bytes; k->done < end && more;) {
		ZSTD_outBuffer out = {k->out, ZSTD_DStreamOutSize(), 0};
		size_t before = k->in.pos;
		more = ZSTD_decompressStream(k->stream, &out, &k->in);
		if (ZSTD_isError(more) || (out.pos == 0 && k->in.pos == before && more))
			return is_damaged(k->sha256, err);
		k->done += out.pos;
		if (k->done > k->size)
			return is_damaged(k->sha256, err);
		sha256_add(&k->digest, k->out, out.pos);
	}
	if (more)
		return 1;
	sha256_end(&k->digest, digest);
	sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
	return k->done == k->size && k->in.pos == k->in.size && strcmp(hex, k->sha256) == 0
	           ? 0
	           : is_damaged(k->sha256, err);
}

void blob_check_end(struct blob_check *k)
{
	if (!k)
		return;
	ZSTD_freeDStream(k->stream);
	free(k->out);
	buf_release(&k->packed);
	free(k);
}

int blob_is_purged(struct case_file *c, const char *sha256)
{
	sqlite3_stmt *s = case_prepare(c, NULL, "SELECT 1 FROM blob WHERE sha256 = ?1 AND data IS NULL", "t", sha256);
	int purged = s && sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return purged;
}

int blob_each_of_size(struct case_file *c, int64_t size, int (*fn)(void *ctx, const char *sha256), void *ctx)
{
	sqlite3_stmt *s = case_prepare(c, NULL, "SELECT sha256 FROM blob WHERE size = ?1", "i", size);
	int answer = 0;
	while (s && answer == 0 && sqlite3_step(s) == SQLITE_ROW)
		answer = fn(ctx, (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return answer;
}
