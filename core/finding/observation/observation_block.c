#include "finding/observation/observation_block.h"

#include "base/err.h"
#include "base/i18n.h"
#include "finding/observation/observation_head_private.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_HEAD 16U
#define ROW_HEAD   40U /* in a block */
#define SLOTS      8192U

static const char magic[] = "GOB1";

/* ---- making one */

void block_writer_init(struct block_writer *w)
{
	memset(w, 0, sizeof *w);
	buf_init(&w->paths);
	buf_init(&w->rows);
	w->table = xcalloc(SLOTS, 2 * sizeof *w->table);
	w->first = INT64_MAX;
	w->last = INT64_MIN;
}

void block_writer_release(struct block_writer *w)
{
	buf_release(&w->paths);
	buf_release(&w->rows);
	free(w->table);
	w->table = NULL;
}

static uint32_t hash_of(const char *path)
{
	uint32_t h = 2166136261U;
	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 16777619U;
	return h;
}

/* The slot of the path: its own, or the empty one where it would stand; NULL: the table is as full as it may get. */
static uint32_t *slot_of(struct block_writer *w, const char *path)
{
	if (w->path_count > SLOTS / 4 * 3)
		return NULL;
	for (uint32_t i = hash_of(path);; i++) {
		uint32_t *slot = w->table + (size_t)(i % SLOTS) * 2;
		if (slot[1] == 0 || strcmp(w->paths.data + slot[0], path) == 0)
			return slot;
	}
}

int block_writer_add(struct block_writer *w, const struct observation *o)
{
	unsigned char head[ROW_HEAD] = {0};
	size_t path = strlen(o->path) + 1;
	size_t size = ROW_HEAD + o->fields_size;
	uint32_t *slot = slot_of(w, o->path);
	int is_new = slot && slot[1] == 0;
	if (!slot || BLOCK_HEAD + w->paths.len + w->rows.len + size + (is_new ? path : 0) > OBSERVATION_BLOCK)
		return 0;
	if (is_new) {
		slot[0] = (uint32_t)w->paths.len;
		slot[1] = ++w->path_count;
		buf_add(&w->paths, o->path, path);
	}
	observation_head_write(head, o, size);
	bytes_put_le32(head + 32, slot[1] - 1);
	bytes_put_le32(head + 36, (uint32_t)o->fields_size);
	buf_add(&w->rows, head, sizeof head);
	buf_add(&w->rows, o->fields, o->fields_size);
	w->row_count++;
	w->artefacts |= UINT64_C(1) << (o->artefact & 63);
	if (o->when != OBSERVATION_NO_TIME) {
		if (o->when < w->first)
			w->first = o->when;
		if (o->when > w->last)
			w->last = o->when;
	}
	return 1;
}

void block_writer_finish(struct block_writer *w, unsigned char *block)
{
	memcpy(block, magic, 4);
	bytes_put_le32(block + 4, w->row_count);
	bytes_put_le32(block + 8, w->path_count);
	bytes_put_le32(block + 12, (uint32_t)w->paths.len);
	memcpy(block + BLOCK_HEAD, w->paths.data, w->paths.len);
	memcpy(block + BLOCK_HEAD + w->paths.len, w->rows.data, w->rows.len);
	size_t used = BLOCK_HEAD + w->paths.len + w->rows.len;
	memset(block + used, 0, OBSERVATION_BLOCK - used);
	buf_clear(&w->paths);
	buf_clear(&w->rows);
	memset(w->table, 0, (size_t)SLOTS * 2 * sizeof *w->table);
	w->row_count = w->path_count = 0;
	w->artefacts = 0;
	w->first = INT64_MAX;
	w->last = INT64_MIN;
}

/* ---- reading one */

static int observation_block_damaged(struct err *err)
{
	return err_set(err, ERR_DAMAGED, _("a block of observations is not what was written"));
}

int block_reader_open(struct block_reader *r, const void *bytes, size_t n, struct err *err)
{
	*r = (struct block_reader){.bytes = bytes};
	if (n < BLOCK_HEAD || memcmp(bytes, magic, 4) != 0)
		return observation_block_damaged(err);
	r->row_count = bytes_le32(r->bytes + 4);
	r->path_count = bytes_le32(r->bytes + 8);
	size_t size = bytes_le32(r->bytes + 12);
	if (size > n - BLOCK_HEAD || r->path_count > size || r->row_count > n / ROW_HEAD)
		return observation_block_damaged(err);
	const char *at = (const char *)r->bytes + BLOCK_HEAD;
	const char *end = at + size;
	r->paths = xcalloc((size_t)r->path_count + 1, sizeof *r->paths);
	for (uint32_t i = 0; i < r->path_count; i++) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		if (!nul) {
			block_reader_close(r);
			return observation_block_damaged(err);
		}
		r->paths[i] = at;
		at = nul + 1;
	}
	r->at = (const unsigned char *)end;
	r->end = r->bytes + n;
	return 0;
}

void block_reader_close(struct block_reader *r)
{
	free(r->paths);
	r->paths = NULL;
}

int block_reader_next(struct block_reader *r, struct observation *o, struct err *err)
{
	const unsigned char *p = r->at;
	if (r->row >= r->row_count)
		return 0;
	if ((size_t)(r->end - p) < ROW_HEAD)
		return observation_block_damaged(err);
	size_t length = (size_t)bytes_le32(p) + 4;
	uint32_t path = bytes_le32(p + 32);
	uint32_t fields = bytes_le32(p + 36);
	if (length < ROW_HEAD || length > (size_t)(r->end - p) || fields != length - ROW_HEAD ||
	    path >= r->path_count || (fields && p[length - 1] != '\0'))
		return observation_block_damaged(err);
	*o = observation_head_read(p);
	o->path = r->paths[path];
	o->fields = (const char *)p + ROW_HEAD;
	o->fields_size = fields;
	r->at = p + length;
	r->row++;
	return 1;
}
