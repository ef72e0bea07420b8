#include "case/store/blob.h"

#include "case/store/case_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static void sha256_hex(const void *bytes, size_t n, char hex[65])
{
	unsigned char digest[32];
	crypto_hash_sha256(digest, bytes, n);
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

int blob_get(struct case_file *c, const char *sha256, struct buf *out, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_BLOB_GET, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, sha256, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	int result = -1;
	sqlite3_int64 size = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	if (rc == SQLITE_DONE || (rc == SQLITE_ROW && sqlite3_column_type(s, 1) == SQLITE_NULL)) {
		err_set(err, ERR_NOT_FOUND,
		        _("the content %.16s… is not in this copy of the case (purged, or left behind)"), sha256);
	} else if (rc != SQLITE_ROW) {
		case_sql_error(c, _("read a file kept in the case"), err);
	} else if (size < 0 || size > (sqlite3_int64)BLOB_LIMIT) {
		err_set(err, ERR_DAMAGED, _("the content %.16s… claims to have %lld bytes"), sha256, (long long)size);
	} else {
		size_t start = out->len;
		buf_grow(out, (size_t)size);
		size_t got = ZSTD_decompress(out->data + start, (size_t)size, sqlite3_column_blob(s, 1),
		                             (size_t)sqlite3_column_bytes(s, 1));
		char hex[65] = "";
		if (!ZSTD_isError(got) && got == (size_t)size)
			sha256_hex(out->data + start, got, hex);
		if (strcmp(hex, sha256) == 0) {
			out->len = start + got;
			if (out->cap)
				out->data[out->len] = '\0';
			result = 0;
		} else {
			err_set(err, ERR_DAMAGED, _("the content %.16s… does not fit its digest"), sha256);
		}
	}
	sqlite3_reset(s);
	return result;
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
