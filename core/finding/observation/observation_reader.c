/* Reading the blocks of a set: of a blob of the case, or of a container beside it. */
#include "finding/observation/observation_set.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/blob.h"
#include "case/store/labels.h"
#include "case/store/record.h"
#include "evidence/image/digest.h"
#include "evidence/image/gev.h"
#include "finding/observation/observation_block.h"
#include "finding/observation/observation_set_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct observation_reader {
	struct observation_set set;
	struct observation_span *spans;
	struct buf blob;
	struct gev container;
	int fd;
};

static int load_spans(struct case_file *c, struct observation_reader *r, struct err *err)
{
	sqlite3_stmt *s =
	    observation_set_prepare(c,
	                            "SELECT first, last, artefacts, rows FROM observation_block WHERE set_id = ?1"
	                            " ORDER BY block",
	                            err);
	uint64_t n = 0;
	uint64_t room = 0;
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, r->set.id, -1, SQLITE_STATIC);
	while (sqlite3_step(s) == SQLITE_ROW && n < r->set.blocks) {
		if (n == room) { /* as many as there are rows, whatever the row of the set says */
			room = 2 * room + 16;
			r->spans = xrealloc(r->spans, room * sizeof *r->spans);
		}
		r->spans[n++] = (struct observation_span){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
		                                          (uint64_t)sqlite3_column_int64(s, 2),
		                                          (uint64_t)sqlite3_column_int64(s, 3)};
	}
	sqlite3_finalize(s);
	return n == r->set.blocks
	           ? 0
	           : err_set(err, ERR_DAMAGED, _("the table of the set of observations %s is not whole"), r->set.check);
}

int observation_set_key(struct case_file *c, const char *id, unsigned char key[GEV_KEY], struct err *err)
{
	sqlite3_stmt *s = observation_set_prepare(c, "SELECT key FROM observation_set WHERE id = ?1", err);
	int rc = -1;
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_bytes(s, 0) == GEV_KEY) {
		memcpy(key, sqlite3_column_blob(s, 0), GEV_KEY);
		rc = 0;
	} else {
		err_set(err, ERR_NOT_FOUND, _("this set of observations was purged"));
	}
	sqlite3_finalize(s);
	return rc;
}

static ssize_t read_file(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	return pread(((struct observation_reader *)ctx)->fd, bytes, n, (off_t)offset);
}

static int open_container(struct case_file *c, struct observation_reader *r, struct err *err)
{
	unsigned char key[GEV_KEY];
	struct stat st;
	char *path = observation_set_path(c, r->set.id, err);
	int rc = -1;
	r->fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	if (path && r->fd < 0)
		err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, errno,
		              _("the observations of %s cannot be read; they can be made again from the evidence (%s)"),
		              r->set.check, path);
	else if (path && (fstat(r->fd, &st) < 0 || !S_ISREG(st.st_mode)))
		err_set(err, ERR_DAMAGED, _("'%s' is no file"), path);
	else if (path && observation_set_key(c, r->set.id, key, err) == 0)
		rc = gev_open(&r->container, read_file, r, (uint64_t)st.st_size, key, case_id(c), err);
	if (rc == 0 && r->container.count < r->set.blocks) {
		gev_close(&r->container);
		rc = err_set(err, ERR_DAMAGED, _("'%s' is cut off"), path);
	}
	sodium_memzero(key, sizeof key);
	free(path);
	return rc;
}

struct observation_reader *observation_reader_open(struct case_file *c, const struct observation_set *set,
                                                   struct err *err)
{
	struct observation_reader *r = xcalloc(1, sizeof *r);
	r->set = *set;
	r->fd = -1;
	buf_init(&r->blob);
	int rc = load_spans(c, r, err);
	if (rc == 0 && set->in_case)
		rc = blob_get(c, set->sha256, &r->blob, err);
	if (rc == 0 && set->in_case && r->blob.len != set->blocks * OBSERVATION_BLOCK)
		rc = err_set(err, ERR_DAMAGED, _("the set of observations of %s is not whole"), set->check);
	if (rc == 0 && !set->in_case && (rc = open_container(c, r, err)) < 0) {
		if (r->fd >= 0)
			close(r->fd);
		r->fd = -1;
	}
	if (rc < 0) {
		observation_reader_close(r);
		return NULL;
	}
	return r;
}

void observation_reader_close(struct observation_reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0) {
		gev_close(&r->container);
		close(r->fd);
	}
	buf_release(&r->blob);
	free(r->spans);
	free(r);
}

const struct observation_span *observation_reader_span(const struct observation_reader *r, uint64_t block)
{
	return &r->spans[block];
}

uint64_t observation_reader_blocks(const struct observation_reader *r)
{
	return r->set.blocks;
}

int observation_reader_block(struct observation_reader *r, uint64_t block, unsigned char *bytes, struct err *err)
{
	size_t n = OBSERVATION_BLOCK;
	if (r->set.in_case)
		memcpy(bytes, r->blob.data + block * OBSERVATION_BLOCK, OBSERVATION_BLOCK);
	else if (gev_piece(&r->container, block, bytes, &n, err) < 0)
		return err_prefix(err, _("observations of %s, block %llu"), r->set.check, (unsigned long long)block);
	return n == OBSERVATION_BLOCK ? 0 : err_set(err, ERR_DAMAGED, _("a block of observations is cut off"));
}

void observation_span_add(struct observation_span *span, const struct observation *o)
{
	span->artefacts |= UINT64_C(1) << (o->artefact & 63);
	span->rows++;
	if (o->when == OBSERVATION_NO_TIME)
		return;
	span->first = o->when < span->first ? o->when : span->first;
	span->last = o->when > span->last ? o->when : span->last;
}

int observation_set_is_on_record(struct case_file *c, const struct observation_set *set)
{
	json_t *check = record_get(c, set->check, RECORD_WITH_RETRACTED, NULL);
	const char *limits = json_get_string(check, "limits");
	int named = limits && label_is_named(limits, set->sha256) &&
	            (!*set->evidence_sha256 || label_is_named(limits, set->evidence_sha256)) &&
	            (!*set->evidence || label_is_named(limits, set->evidence));
	json_decref(check);
	return named;
}

/* A line of a table says what may be passed over in a search: it must be what is there. */
static int is_same_span(const struct observation_span *a, const struct observation_span *b)
{
	return a->rows == b->rows && a->artefacts == b->artefacts && a->first == b->first && a->last == b->last;
}

/* *all grows by what is in the block. */
static int verify_block(const struct observation_reader *r, uint64_t block, const unsigned char *bytes,
                        struct observation_span *all, struct err *err)
{
	struct observation_span is = OBSERVATION_SPAN_INIT;
	struct block_reader b;
	struct observation o;
	int more = 1;
	if (block_reader_open(&b, bytes, OBSERVATION_BLOCK, err) < 0)
		return -1;
	while ((more = block_reader_next(&b, &o, err)) == 1) {
		observation_span_add(&is, &o);
		observation_span_add(all, &o);
	}
	block_reader_close(&b);
	if (more == 0 && !is_same_span(&r->spans[block], &is))
		return err_set(err, ERR_DAMAGED,
		               _("the table of the set of observations %s does not say what is in block %llu"),
		               r->set.check, (unsigned long long)block);
	return more;
}

static int verify_blocks(struct observation_reader *r, struct digest *d, struct err *err)
{
	struct observation_span all = OBSERVATION_SPAN_INIT;
	const struct observation_set *set = &r->set;
	unsigned char *bytes = xmalloc(OBSERVATION_BLOCK);
	int rc = 0;
	for (uint64_t i = 0; rc == 0 && i < set->blocks; i++) {
		rc = observation_reader_block(r, i, bytes, err);
		if (rc == 0) {
			digest_add(d, bytes, OBSERVATION_BLOCK);
			rc = verify_block(r, i, bytes, &all, err);
		}
	}
	free(bytes);
	if (rc == 0 && !is_same_span(&all, &(struct observation_span){set->first, set->last, all.artefacts, set->rows}))
		rc = err_set(err, ERR_DAMAGED, _("the line of the set of observations %s does not say what is in it"),
		             set->check);
	return rc;
}

int observation_set_verify(struct case_file *c, const struct observation_set *set, struct err *err)
{
	struct digest_result result;
	if (!observation_set_is_on_record(c, set))
		return err_set(
		    err, ERR_DAMAGED,
		    _("a set of observations is said to be that of %s, which does not name its digest or what "
		      "it was made of: do not rely on its rows; make it again from the evidence (triage, "
		      "sweep)"),
		    set->check);
	struct observation_reader *r = observation_reader_open(c, set, err);
	struct digest *d = digest_new(0);
	int rc = r ? verify_blocks(r, d, err) : -1;
	digest_end(d, &result);
	if (rc == 0 && strcmp(result.sha256, set->sha256) != 0)
		rc = err_set(err, ERR_DAMAGED, _("the observations of %s have another digest than on record"),
		             set->check);
	digest_result_release(&result);
	digest_free(d);
	observation_reader_close(r);
	return rc;
}
