/*
 * Objects as rows: (id, type, size, base row, depth, zstd data).
 *
 * A delta is zstd with the raw base as prefix. Chains are at most HISTORY_DEPTH
 * deep and a base always has a smaller row number than what is built on it, so
 * a hostile database can make no cycle.
 */
/* The plain structures are deprecated in favour of EVP, which looks its method up at each call. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "history/history_private.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const statement_sql[HISTORY_STATEMENT_COUNT] = {
#define X(name, sql) [HISTORY_##name] = (sql),
    HISTORY_STATEMENTS(X)
#undef X
};

int history_sql_error(struct history *h, const char *doing, struct err *err)
{
	int code = sqlite3_errcode(h->db) & 0xFF;
	enum err_code what = ERR_FAILED;
	struct err cause = ERR_INIT;
	if ((code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB) && h->explain &&
	    h->explain(h->explain_ctx, &cause))
		return err_set(err, cause.code, _("cannot %s the history: %s"), doing, cause.message);
	if (code == SQLITE_FULL || code == SQLITE_READONLY)
		what = ERR_NO_SPACE;
	else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		what = ERR_DAMAGED;
	return err_set(err, what, _("cannot %s the history: %s"), doing, sqlite3_errmsg(h->db));
}

sqlite3_stmt *history_statement(struct history *h, enum history_statement which, struct err *err)
{
	sqlite3_stmt **slot = &h->statements[which];
	if (!*slot &&
	    sqlite3_prepare_v3(h->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL) != SQLITE_OK) {
		history_sql_error(h, _("read"), err);
		return NULL;
	}
	sqlite3_reset(*slot);
	sqlite3_clear_bindings(*slot);
	return *slot;
}

/* ---- ids */

void object_id(git_object_t type, const void *raw, size_t n, git_oid *id)
{
	char head[32];
	SHA_CTX state;
	int size = snprintf(head, sizeof head, "%s %zu", git_object_type2string(type), n);
	SHA1_Init(&state);
	SHA1_Update(&state, head, (size_t)size + 1);
	SHA1_Update(&state, raw, n);
	SHA1_Final(id->id, &state);
}

/* ---- reading */

struct objects_row {
	int64_t n;
	git_object_t type;
	size_t size;
	int64_t base; /* 0: none */
	int depth;
	const void *data; /* valid until the statement is reset */
	size_t data_size;
};

static int objects_damaged(struct err *err, int64_t row, const char *why)
{
	return err_set(err, ERR_DAMAGED, _("history object in row %lld: %s"), (long long)row, why);
}

/* Takes the row that the statement stands on apart, and refuses what cannot be. */
static int row_columns(sqlite3_stmt *s, struct objects_row *row, struct err *err)
{
	row->n = sqlite3_column_int64(s, 0);
	int type = sqlite3_column_int(s, 1);
	sqlite3_int64 size = sqlite3_column_int64(s, 2);
	row->base = sqlite3_column_int64(s, 3);
	row->depth = sqlite3_column_int(s, 4);
	row->data = sqlite3_column_blob(s, 5);
	row->data_size = (size_t)sqlite3_column_bytes(s, 5);
	if (type < GIT_OBJECT_COMMIT || type > GIT_OBJECT_TAG)
		return objects_damaged(err, row->n, _("unknown type"));
	if (size < 0 || size > (sqlite3_int64)HISTORY_LIMIT)
		return objects_damaged(err, row->n, _("impossible size"));
	if (row->base < 0 || row->base >= row->n || row->depth < 0 || row->depth > HISTORY_DEPTH ||
	    (row->base == 0) != (row->depth == 0))
		return objects_damaged(err, row->n, _("impossible chain of deltas"));
	row->type = (git_object_t)type;
	row->size = (size_t)size;
	return 0;
}

/* Steps to the one row. 0, 1 when there is none, or -1. */
static int take_row(struct history *h, sqlite3_stmt *s, struct objects_row *row, struct err *err)
{
	int rc = sqlite3_step(s);
	if (rc == SQLITE_DONE)
		return 1;
	return rc == SQLITE_ROW ? row_columns(s, row, err) : history_sql_error(h, _("read"), err);
}

/*
 * The delta's base is zstd's prefix. It is handed over as a dictionary without a
 * header, which needs no tables of its own; bytes that would be taken for a
 * header are handed over the long way.
 */
static size_t unpack_delta(ZSTD_DCtx *d, struct object_raw *raw, const struct objects_row *row,
                           const struct object_raw *base)
{
	static const char magic[] = "\x37\xA4\x30\xEC"; /* ZSTD_MAGIC_DICTIONARY */
	if (base->size < 4 || memcmp(base->data, magic, 4) != 0)
		return ZSTD_decompress_usingDict(d, raw->data, raw->size, row->data, row->data_size, base->data,
		                                 base->size);
	ZSTD_DCtx_reset(d, ZSTD_reset_session_and_parameters);
	ZSTD_DCtx_refPrefix(d, base->data, base->size);
	size_t got = ZSTD_decompressDCtx(d, raw->data, raw->size, row->data, row->data_size);
	ZSTD_DCtx_reset(d, ZSTD_reset_session_and_parameters);
	return got;
}

static struct object_raw *objects_unpack(struct history *h, const struct objects_row *row,
                                         const struct object_raw *base, struct err *err)
{
	struct object_raw *raw = object_raw_new(row->n, row->type, row->size);
	size_t got = base ? unpack_delta(h->decompress, raw, row, base)
	                  : ZSTD_decompressDCtx(h->decompress, raw->data, raw->size, row->data, row->data_size);
	if (ZSTD_isError(got) || got != row->size) {
		object_raw_drop(raw);
		objects_damaged(err, row->n, _("it cannot be unpacked"));
		return NULL;
	}
	return raw;
}

static struct object_raw *hold_row(struct history *h, int64_t n, int depth, struct err *err);

/* A row's object from its columns. Recursion ends, since a base has a smaller depth and row. */
static struct object_raw *unpack_row(struct history *h, const struct objects_row *row, struct object_raw **base,
                                     struct err *err)
{
	*base = NULL;
	if (row->base && !(*base = hold_row(h, row->base, row->depth, err)))
		return NULL;
	struct object_raw *raw = objects_unpack(h, row, *base, err);
	if (raw)
		object_cache_put(&h->cache, raw);
	return raw;
}

/* The object of a row whose depth is less than `depth`. */
static struct object_raw *hold_row(struct history *h, int64_t n, int depth, struct err *err)
{
	struct object_raw *raw = object_cache_find(&h->cache, n);
	sqlite3_stmt *s = raw ? NULL : history_statement(h, HISTORY_OBJECT_BY_ROW, err);
	if (raw || !s)
		return raw;
	sqlite3_bind_int64(s, 1, n);
	struct objects_row row;
	struct object_raw *base = NULL;
	struct buf data = BUF_INIT;
	int rc = take_row(h, s, &row, err);
	if (rc == 1 || (rc == 0 && row.depth >= depth))
		objects_damaged(err, n, _("the base of a delta is missing or out of order"));
	else if (rc == 0) {
		if (row.base) { /* the statement is used again for the base */
			buf_add(&data, row.data, row.data_size);
			sqlite3_reset(s); /* a statement left half-way would keep VACUUM and checkpoints out */
			row.data = data.data;
		}
		raw = unpack_row(h, &row, &base, err);
	}
	sqlite3_reset(s);
	object_raw_drop(base);
	buf_release(&data);
	return raw;
}

struct object_raw *object_unpack(struct history *h, sqlite3_stmt *s, struct object_raw **base, struct err *err)
{
	struct objects_row row;
	struct object_raw *from = NULL;
	struct object_raw *raw = row_columns(s, &row, err) < 0 ? NULL : unpack_row(h, &row, &from, err);
	if (base)
		*base = from;
	else
		object_raw_drop(from);
	return raw;
}

static struct object_known *known_place(struct history *h, const git_oid *id)
{
	return &h->known[id->id[0] % OBJECTS_KNOWN];
}

static void know_row(struct history *h, const git_oid *id, const struct objects_row *row)
{
	*known_place(h, id) = (struct object_known){*id, row->n, row->type, row->size, row->depth};
}

void objects_forget(struct history *h)
{
	object_cache_clear(&h->cache);
	memset(h->known, 0, sizeof h->known);
}

/* Where an object lies, and what it is; not its data. 0, 1 when there is none, or -1. */
static int find_row(struct history *h, const git_oid *id, struct objects_row *row, struct err *err)
{
	const struct object_known *known = known_place(h, id);
	if (known->row && git_oid_equal(&known->id, id)) {
		*row = (struct objects_row){
		    .n = known->row, .type = known->type, .size = known->size, .depth = known->depth};
		return 0;
	}
	sqlite3_stmt *s = history_statement(h, HISTORY_OBJECT_BY_ID, err);
	if (!s)
		return -1;
	sqlite3_bind_blob(s, 1, id->id, GIT_OID_RAWSZ, SQLITE_STATIC);
	int rc = take_row(h, s, row, err);
	sqlite3_reset(s);
	if (rc == 0)
		know_row(h, id, row);
	return rc;
}

static int find_object(struct history *h, const git_oid *id, struct objects_row *row, struct err *err)
{
	int rc = h->index && object_index_find(h->index, id, &row->n, &row->type) ? 0 : find_row(h, id, row, err);
	if (rc == 1) {
		char hex[GIT_OID_HEXSZ + 1];
		return err_set(err, ERR_NOT_FOUND, _("history object %s is missing"),
		               git_oid_tostr(hex, sizeof hex, id));
	}
	return rc;
}

struct object_raw *object_hold(struct history *h, const git_oid *id, struct err *err)
{
	struct objects_row row = {0};
	return find_object(h, id, &row, err) < 0 ? NULL : hold_row(h, row.n, HISTORY_DEPTH + 1, err);
}

int object_read(struct history *h, const git_oid *id, git_object_t *type, struct buf *raw, struct err *err)
{
	struct objects_row row = {0};
	if (find_object(h, id, &row, err) < 0)
		return -1;
	if (type)
		*type = row.type;
	if (!raw)
		return 0;
	struct object_raw *held = hold_row(h, row.n, HISTORY_DEPTH + 1, err);
	if (held)
		buf_add(raw, held->data, held->size);
	object_raw_drop(held);
	return held ? 0 : -1;
}

int object_header(struct history *h, const git_oid *id, git_object_t *type, size_t *size)
{
	struct objects_row row = {0};
	int rc = find_row(h, id, &row, NULL);
	if (rc == 0 && type)
		*type = row.type;
	if (rc == 0 && size)
		*size = row.size;
	return rc < 0 ? -1 : rc == 0;
}

/* ---- writing */

static void cache_new(struct history *h, const git_oid *id, const struct objects_row *row, const void *bytes)
{
	know_row(h, id, row);
	if (row->size > OBJECT_CACHED)
		return;
	struct object_raw *raw = object_raw_new(row->n, row->type, row->size);
	memcpy(raw->data, bytes, row->size);
	object_cache_put(&h->cache, raw);
	object_raw_drop(raw);
}

/* One that is there already stays as it is. */
static int insert_row(struct history *h, git_object_t type, const void *raw, size_t n, const struct objects_row *base,
                      const struct object_raw *prefix, const git_oid *id, struct err *err)
{
	struct objects_row row = {
	    .type = type, .size = n, .base = base ? base->n : 0, .depth = base ? base->depth + 1 : 0};
	size_t bound = ZSTD_compressBound(n);
	void *packed = xmalloc(bound);
	ZSTD_CCtx_reset(h->compress, ZSTD_reset_session_only);
	if (prefix)
		ZSTD_CCtx_refPrefix(h->compress, prefix->data, prefix->size);
	size_t size = ZSTD_compress2(h->compress, packed, bound, raw, n);
	int rc = -1;
	sqlite3_stmt *s = NULL;
	if (ZSTD_isError(size))
		err_set(err, ERR_FAILED, _("cannot compress a history object: %s"), ZSTD_getErrorName(size));
	else if ((s = history_statement(h, HISTORY_OBJECT_PUT, err)) != NULL) {
		sqlite3_bind_blob(s, 1, id->id, GIT_OID_RAWSZ, SQLITE_STATIC);
		sqlite3_bind_int(s, 2, type);
		sqlite3_bind_int64(s, 3, (sqlite3_int64)n);
		sqlite3_bind_int64(s, 4, row.base);
		sqlite3_bind_int(s, 5, row.depth);
		sqlite3_bind_blob64(s, 6, packed, size, SQLITE_STATIC);
		rc = sqlite3_step(s) == SQLITE_DONE ? 0 : history_sql_error(h, _("write"), err);
		sqlite3_reset(s);
		if (rc == 0 && sqlite3_changes(h->db) == 1) {
			row.n = sqlite3_last_insert_rowid(h->db);
			cache_new(h, id, &row, raw);
		}
	}
	free(packed);
	return rc;
}

int object_write(struct history *h, git_object_t type, const void *raw, size_t n, const git_oid *base, git_oid *id,
                 struct err *err)
{
	if (n > HISTORY_LIMIT)
		return err_set(err, ERR_INVALID, _("%zu bytes are too many for one object of the history"), n);
	if (git_odb_hash(id, raw, n, type) < 0)
		return history_git_error(err, _("hash an object"));
	const struct object_known *known = known_place(h, id);
	if (known->row && git_oid_equal(&known->id, id))
		return 0;
	struct objects_row row;
	struct object_raw *prefix = NULL;
	if (base && find_row(h, base, &row, NULL) == 0 && row.depth < HISTORY_DEPTH && row.type == type)
		prefix = hold_row(h, row.n, row.depth + 1, NULL);
	int rc = insert_row(h, type, raw, n, prefix ? &row : NULL, prefix, id, err);
	object_raw_drop(prefix);
	return rc;
}

/* ---- ids by their beginning */

int object_prefix(struct history *h, enum history_statement which, const char *text, git_oid *id, struct err *err)
{
	size_t n = strlen(text);
	char low[GIT_OID_HEXSZ + 1];
	char high[GIT_OID_HEXSZ + 1];
	git_oid from;
	git_oid to;
	if (n < 4 || n > GIT_OID_HEXSZ || strspn(text, "0123456789abcdef") != n)
		return err_set(err, ERR_USAGE, _("'%s' is not a commit: 4 to 40 hexadecimal digits"), text);
	memset(low, '0', GIT_OID_HEXSZ);
	memset(high, 'f', GIT_OID_HEXSZ);
	memcpy(low, text, n);
	memcpy(high, text, n);
	low[GIT_OID_HEXSZ] = high[GIT_OID_HEXSZ] = '\0';
	if (git_oid_fromstr(&from, low) < 0 || git_oid_fromstr(&to, high) < 0)
		return err_set(err, ERR_USAGE, _("'%s' is not a commit: 4 to 40 hexadecimal digits"), text);
	sqlite3_stmt *s = history_statement(h, which, err);
	if (!s)
		return -1;
	sqlite3_bind_blob(s, 1, from.id, GIT_OID_RAWSZ, SQLITE_STATIC);
	sqlite3_bind_blob(s, 2, to.id, GIT_OID_RAWSZ, SQLITE_STATIC);
	int found = 0;
	int rc = SQLITE_DONE;
	while (found < 2 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (sqlite3_column_bytes(s, 0) == GIT_OID_RAWSZ)
			git_oid_fromraw(id, sqlite3_column_blob(s, 0));
		found++;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		history_sql_error(h, _("read"), err); /* the first error wins */
	sqlite3_reset(s);
	if (found == 1)
		return 0;
	if (found == 0)
		return err_set(err, ERR_NOT_FOUND, _("no commit of this case begins with '%s'"), text);
	return err_set(err, ERR_USAGE, _("several commits begin with '%s': give more digits"), text);
}
