/* The pack's own digest is SHA-1's plain structure, which is deprecated in favour of EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "history/export_pack.h"

#include "base/progress.h"
#include "history/git_delta.h"

#include <libdeflate.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL                  6
#define SLICE                  1024 /* objects between two looks at the progress */
#define PACK_TYPE_OFFSET_DELTA 6

struct packed_object {
	int64_t row;
	uint64_t offset;     /* in the pack */
	size_t links;        /* where the rows that it names begin; they end with those of the next */
	unsigned char found; /* from the head */
};

struct export_pack {
	struct history *h;
	struct err *err;
	git_indexer *indexer;
	git_indexer_progress stats;
	struct libdeflate_compressor *compressor;
	SHA_CTX digest;
	struct buf delta, packed;
	struct packed_object *objects; /* in the order of rows, so a row is found by halving */
	size_t count, total;
	int64_t last_row;
	int64_t *links; /* rows */
	size_t link_count, link_cap;
	uint64_t offset;
};

static int append(struct export_pack *x, const void *bytes, size_t n)
{
	x->offset += n;
	SHA1_Update(&x->digest, bytes, n);
	return git_indexer_append(x->indexer, bytes, n, &x->stats) < 0
	           ? history_git_error(x->err, _("write the repository"))
	           : 0;
}

/* Type and size of an object as its entry begins. */
static size_t entry_head(unsigned char head[16], unsigned type, size_t n)
{
	size_t used = 0;
	unsigned char c = (unsigned char)(type << 4 | (n & 0x0F));
	for (n >>= 4; n > 0; n >>= 7) {
		head[used++] = c | 0x80;
		c = n & 0x7F;
	}
	head[used++] = c;
	return used;
}

/* How far back a delta's base begins. */
static size_t base_distance(unsigned char bytes[12], uint64_t distance)
{
	unsigned char turned[12];
	size_t n = 0;
	turned[n++] = distance & 0x7F;
	while (distance >>= 7)
		turned[n++] = (unsigned char)(0x80 | (--distance & 0x7F));
	for (size_t i = 0; i < n; i++)
		bytes[i] = turned[n - 1 - i];
	return n;
}

static int deflated(struct export_pack *x, const void *bytes, size_t n)
{
	buf_clear(&x->packed);
	size_t bound = libdeflate_zlib_compress_bound(x->compressor, n);
	buf_grow(&x->packed, bound);
	size_t size = libdeflate_zlib_compress(x->compressor, bytes, n, x->packed.data, bound);
	return size ? append(x, x->packed.data, size) : err_set(x->err, ERR_FAILED, _("out of memory"));
}

/* The object of a row that was packed, or NULL. */
static struct packed_object *packed_of(const struct export_pack *x, int64_t row)
{
	size_t low = 0;
	size_t high = x->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (x->objects[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low < x->count && x->objects[low].row == row ? &x->objects[low] : NULL;
}

static int write_object(struct export_pack *x, const struct object_raw *raw, const struct object_raw *base)
{
	unsigned char head[32];
	const struct packed_object *from = base ? packed_of(x, base->row) : NULL;
	uint64_t begins = x->offset;
	buf_clear(&x->delta);
	if (from)
		git_delta_make(base->data, base->size, raw->data, raw->size, &x->delta);
	if (!from || x->delta.len > raw->size / 2) {
		size_t n = entry_head(head, (unsigned)raw->type, raw->size);
		return append(x, head, n) < 0 ? -1 : deflated(x, raw->data, raw->size);
	}
	size_t n = entry_head(head, PACK_TYPE_OFFSET_DELTA, x->delta.len);
	n += base_distance(head + n, begins - from->offset);
	return append(x, head, n) < 0 ? -1 : deflated(x, x->delta.data, x->delta.len);
}

/* ---- whether everything is what the head leads to */

static int add_link(struct export_pack *x, const git_oid *id)
{
	int64_t row;
	if (!object_index_find(x->h->index, id, &row, NULL))
		return err_set(x->err, ERR_DAMAGED, _("the history is not whole: an object that it names is missing"));
	if (x->link_count == x->link_cap) {
		x->link_cap = x->link_cap ? x->link_cap * 2 : 4096;
		x->links = xrealloc(x->links, x->link_cap * sizeof *x->links);
	}
	x->links[x->link_count++] = row;
	return 0;
}

static int add_links(struct export_pack *x, const struct object_raw *raw)
{
	int rc = 0;
	if (raw->type == GIT_OBJECT_TREE) {
		const char *p = raw->data;
		struct tree_entry entry;
		int more;
		while (rc == 0 && (more = tree_next(&p, raw->data + raw->size, &entry)) == 1)
			rc = add_link(x, &entry.id);
		if (rc == 0 && more < 0)
			rc = err_set(x->err, ERR_DAMAGED, _("a tree of the history has a wrong form"));
	} else if (raw->type == GIT_OBJECT_COMMIT) {
		struct commit_text c;
		if (commit_text_parse(&c, raw->data, raw->size, x->err) < 0)
			return -1;
		rc = add_link(x, &c.tree);
		for (unsigned i = 0; rc == 0 && i < c.parent_count; i++)
			rc = add_link(x, &c.parents[i]);
		commit_text_release(&c);
	}
	return rc;
}

/* 1 if every object is found from the head, else 0. */
static int all_found(struct export_pack *x, const git_oid *head)
{
	int64_t row;
	size_t found = 0;
	size_t waiting = 0;
	size_t *stack = xcalloc(x->count + 1, sizeof *stack);
	struct packed_object *first = object_index_find(x->h->index, head, &row, NULL) ? packed_of(x, row) : NULL;
	if (first) {
		first->found = 1;
		stack[waiting++] = (size_t)(first - x->objects);
	}
	while (waiting > 0) {
		size_t i = stack[--waiting];
		size_t end = i + 1 < x->count ? x->objects[i + 1].links : x->link_count;
		found++;
		for (size_t k = x->objects[i].links; k < end; k++) {
			struct packed_object *to = packed_of(x, x->links[k]);
			if (to && !to->found) {
				to->found = 1;
				stack[waiting++] = (size_t)(to - x->objects);
			}
		}
	}
	free(stack);
	return first && found == x->count;
}

/* ---- the pass */

static int take_ids(struct export_pack *x)
{
	sqlite3_stmt *s = history_statement(x->h, HISTORY_CHECK_IDS, x->err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, INT64_MIN);
	sqlite3_bind_int64(s, 2, INT64_MAX);
	sqlite3_bind_int64(s, 3, -1);
	int rc;
	size_t count = 0;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		count++;
		x->last_row = sqlite3_column_int64(s, 0);
		if (sqlite3_column_bytes(s, 1) == GIT_OID_RAWSZ)
			object_index_add(x->h->index, sqlite3_column_blob(s, 1), sqlite3_column_int64(s, 0),
			                 (git_object_t)sqlite3_column_int(s, 2));
	}
	int failed = rc != SQLITE_DONE && history_sql_error(x->h, _("read"), x->err) < 0;
	sqlite3_reset(s);
	x->total = count;
	return failed ? -1 : 0;
}

static int write_head(struct export_pack *x)
{
	unsigned char head[12] = {'P', 'A', 'C', 'K', 0, 0, 0, 2};
	for (int i = 0; i < 4; i++)
		head[8 + i] = (unsigned char)(x->total >> (24 - 8 * i));
	return append(x, head, sizeof head);
}

/* That the object is what the table calls it: the pack takes its name from its content. */
static int fits(struct export_pack *x, sqlite3_stmt *s, const struct object_raw *raw)
{
	git_oid is;
	if (x->count < x->total && sqlite3_column_bytes(s, 6) == GIT_OID_RAWSZ &&
	    git_odb_hash(&is, raw->data, raw->size, raw->type) == 0 &&
	    memcmp(is.id, sqlite3_column_blob(s, 6), GIT_OID_RAWSZ) == 0)
		return 1;
	err_set(x->err, ERR_DAMAGED, _("an object of the history does not fit its id"));
	return 0;
}

static int take_row(struct export_pack *x, sqlite3_stmt *s)
{
	struct object_raw *base = NULL;
	struct object_raw *raw = object_unpack(x->h, s, &base, x->err);
	int rc = raw && fits(x, s, raw) ? 0 : -1;
	if (rc == 0) {
		struct packed_object *o = &x->objects[x->count];
		*o = (struct packed_object){raw->row, x->offset, x->link_count, 0};
		rc = write_object(x, raw, base);
		x->count++;
		if (rc == 0)
			rc = add_links(x, raw);
	}
	object_raw_drop(base);
	object_raw_drop(raw);
	return rc;
}

/* A slice of rows behind `*at`; *rows tells how many. No statement stays open while the caller's progress is told. */
static int take_slice(struct export_pack *x, int64_t *at, unsigned *rows)
{
	sqlite3_stmt *s = history_statement(x->h, HISTORY_CHECK_OBJECTS, x->err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, *at);
	sqlite3_bind_int64(s, 2, x->last_row);
	sqlite3_bind_int64(s, 3, SLICE);
	int rc = 0;
	int step = SQLITE_DONE;
	*rows = 0;
	while (rc == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
		*at = sqlite3_column_int64(s, 0);
		++*rows;
		rc = take_row(x, s);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = history_sql_error(x->h, _("read"), x->err);
	sqlite3_reset(s);
	return rc;
}

static int take_rows(struct export_pack *x, const struct progress *progress)
{
	int64_t at = INT64_MIN;
	unsigned rows = 1;
	int rc = 0;
	x->objects = xcalloc(x->total + 1, sizeof *x->objects);
	while (rc == 0 && rows > 0) {
		rc = take_slice(x, &at, &rows);
		if (rc == 0)
			rc = progress_step(progress, _("packing"), x->count, x->total, x->err);
	}
	return rc;
}

static int finish(struct export_pack *x)
{
	unsigned char digest[SHA_DIGEST_LENGTH];
	SHA1_Final(digest, &x->digest);
	if (git_indexer_append(x->indexer, digest, sizeof digest, &x->stats) < 0 ||
	    git_indexer_commit(x->indexer, &x->stats) < 0)
		return history_git_error(x->err, _("write the repository"));
	return 1;
}

static int write_whole(struct export_pack *x, const git_oid *head, const char *folder, const struct progress *progress)
{
	git_indexer_options options;
	if (git_indexer_options_init(&options, GIT_INDEXER_OPTIONS_VERSION) < 0 ||
	    git_indexer_new(&x->indexer, folder, 0, NULL, &options) < 0)
		return history_git_error(x->err, _("write the repository"));
	if (!x->compressor)
		return err_set(x->err, ERR_FAILED, _("out of memory"));
	if (take_ids(x) < 0 || write_head(x) < 0 || take_rows(x, progress) < 0)
		return -1;
	return x->count == x->total && all_found(x, head) ? finish(x) : 0;
}

int export_whole_pack(struct history *h, const git_oid *head, const char *folder, const struct progress *progress,
                      struct err *err)
{
	struct export_pack x = {.h = h,
	                        .err = err,
	                        .compressor = libdeflate_alloc_compressor(LEVEL),
	                        .delta = BUF_INIT,
	                        .packed = BUF_INIT};
	struct object_index *before = h->index; /* of a check that is under way */
	SHA1_Init(&x.digest);
	h->index = object_index_new();
	struct err why = ERR_INIT;
	x.err = &why;
	int rc = write_whole(&x, head, folder, progress);
	if (rc < 0 && why.code == ERR_DAMAGED)
		rc = 0; /* perhaps what is damaged is nothing that the head leads to */
	else if (rc < 0)
		err_take(err, &why);
	object_index_free(h->index);
	h->index = before;
	git_indexer_free(x.indexer);
	libdeflate_free_compressor(x.compressor);
	buf_release(&x.delta);
	buf_release(&x.packed);
	free(x.objects);
	free(x.links);
	return rc;
}
