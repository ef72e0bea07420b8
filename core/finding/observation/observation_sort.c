#include "finding/observation/observation_sort.h"

#include "base/err.h"
#include "base/i18n.h"
#include "evidence/image/gev.h"
#include "finding/observation/observation_block.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IN_MEMORY (64U << 20)

struct sort_place {
	int64_t when;
	uint32_t at; /* of the packed row in `rows` */
};

/* A sorted run in a file, and the row of it that comes next. */
struct sort_run {
	int fd;
	off_t length;
	struct gev container;
	int open;
	uint64_t block;
	unsigned char *bytes;
	struct block_reader reader;
	struct observation next;
	int has_next;
};

struct observation_sorter {
	char *folder;
	char *case_id;
	struct buf rows;
	size_t whole; /* bytes of `rows` that are whole rows */
	struct sort_place *places;
	size_t count;
	size_t room;
	uint64_t all;
	struct sort_run *runs;
	size_t run_count;
	unsigned char key[GEV_KEY];
};

struct observation_sorter *observation_sorter_new(const char *folder, const char *case_id)
{
	struct observation_sorter *s = xcalloc(1, sizeof *s);
	s->folder = xstrdup(folder);
	s->case_id = xstrdup(case_id);
	buf_init(&s->rows);
	randombytes_buf(s->key, sizeof s->key);
	return s;
}

static void run_release(struct sort_run *r)
{
	if (r->open) {
		block_reader_close(&r->reader);
		gev_close(&r->container);
	}
	free(r->bytes);
	if (r->fd >= 0)
		close(r->fd);
}

void observation_sorter_free(struct observation_sorter *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->run_count; i++)
		run_release(&s->runs[i]);
	free(s->runs);
	free(s->places);
	buf_release(&s->rows);
	free(s->folder);
	free(s->case_id);
	sodium_memzero(s->key, sizeof s->key);
	free(s);
}

uint64_t observation_sorter_count(const struct observation_sorter *s)
{
	return s->all;
}

/* ---- in memory */

static struct observation row_at(const struct observation_sorter *s, uint32_t at)
{
	return observation_decode(s->rows.data + at);
}

static int compare_places(const void *a, const void *b, void *sorter)
{
	const struct sort_place *one = a;
	const struct sort_place *other = b;
	if (one->when != other->when)
		return one->when < other->when ? -1 : 1;
	struct observation x = row_at(sorter, one->at);
	struct observation y = row_at(sorter, other->at);
	return observation_compare(&x, &y);
}

static void sort_rows(struct observation_sorter *s)
{
	if (s->count)
		qsort_r(s->places, s->count, sizeof *s->places, compare_places, s);
}

/* ---- runs */

/* Where a file system has no files without a name: one that loses it at once. */
static int unnamed_file(const char *folder)
{
	char *path = xasprintf("%s/.genba-XXXXXX", folder);
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

static int scratch_file(const char *folder, struct err *err)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = unnamed_file(folder);
	if (fd < 0)
		err_set_errno(err, ERR_FAILED, errno, _("cannot make a scratch file in '%s'"), folder);
	return fd;
}

static ssize_t read_run(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	return pread(((struct sort_run *)ctx)->fd, bytes, n, (off_t)offset);
}

static int write_block(struct block_writer *b, struct gev_writer *w, unsigned char *block, struct err *err)
{
	block_writer_finish(b, block);
	return gev_writer_add(w, block, OBSERVATION_BLOCK, err);
}

/* The rows in memory become a run. */
static int spill(struct observation_sorter *s, struct err *err)
{
	struct gev_writer w;
	struct block_writer b;
	struct digest_result none = {.pieces = BUF_INIT};
	int fd = scratch_file(s->folder, err);
	if (fd < 0)
		return -1;
	sort_rows(s);
	unsigned char *block = xmalloc(OBSERVATION_BLOCK);
	block_writer_init(&b);
	int rc = gev_writer_begin(&w, NULL, fd, s->key, s->case_id, err);
	for (size_t i = 0; i < s->count && rc == 0; i++) {
		struct observation o = row_at(s, s->places[i].at);
		if (!block_writer_add(&b, &o)) {
			rc = write_block(&b, &w, block, err);
			block_writer_add(&b, &o);
		}
	}
	if (rc == 0 && b.row_count)
		rc = write_block(&b, &w, block, err);
	memset(none.sha256, '0', 64); /* nobody asks a run for its digest */
	memset(none.piece_root, '0', 64);
	if (rc == 0)
		rc = gev_writer_finish(&w, &none, err);
	off_t length = lseek(fd, 0, SEEK_END);
	gev_writer_release(&w);
	block_writer_release(&b);
	free(block);
	if (rc < 0) {
		close(fd);
		return err_prefix(err, _("scratch file for %zu rows"), s->count);
	}
	s->runs = xrealloc(s->runs, (s->run_count + 1) * sizeof *s->runs);
	struct sort_run *r = &s->runs[s->run_count++];
	memset(r, 0, sizeof *r);
	r->fd = fd;
	r->length = length;
	buf_clear(&s->rows);
	s->whole = s->count = 0;
	return 0;
}

/* The next row of a run. */
static int run_step(struct sort_run *r, struct err *err)
{
	for (;;) {
		int rc = r->open == 2 ? block_reader_next(&r->reader, &r->next, err) : 0;
		if (rc != 0) {
			r->has_next = rc > 0;
			return rc < 0 ? -1 : 0;
		}
		size_t n = 0;
		r->has_next = 0;
		block_reader_close(&r->reader);
		if (r->block >= r->container.count)
			return 0;
		if (gev_piece(&r->container, r->block++, r->bytes, &n, err) < 0 ||
		    block_reader_open(&r->reader, r->bytes, n, err) < 0)
			return -1;
		r->open = 2;
	}
}

static int run_open(struct observation_sorter *s, struct sort_run *r, struct err *err)
{
	if (gev_open(&r->container, read_run, r, (uint64_t)r->length, s->key, s->case_id, err) < 0)
		return -1;
	r->open = 1;
	r->reader.paths = NULL;
	r->bytes = xmalloc(OBSERVATION_BLOCK);
	return run_step(r, err);
}

/* ---- adding */

static void note_row(struct observation_sorter *s, const struct observation *o)
{
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 4096;
		s->places = xrealloc(s->places, s->room * sizeof *s->places);
	}
	s->places[s->count++] = (struct sort_place){o->when, (uint32_t)s->whole};
	s->all++;
}

int observation_sorter_add(struct observation_sorter *s, const void *bytes, size_t n, struct err *err)
{
	buf_add(&s->rows, bytes, n);
	for (;;) {
		struct observation o;
		size_t size = 0;
		int rc = observation_unpack(s->rows.data + s->whole, s->rows.len - s->whole, &o, &size, err);
		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
		note_row(s, &o);
		s->whole += size;
	}
	if (s->whole < IN_MEMORY)
		return 0;
	size_t rest = s->rows.len - s->whole; /* of a row that is not whole yet */
	char *kept = xmalloc(rest + 1);
	memcpy(kept, s->rows.data + s->whole, rest);
	int rc = spill(s, err);
	buf_add(&s->rows, kept, rc == 0 ? rest : 0);
	free(kept);
	return rc;
}

int observation_sorter_add_row(struct observation_sorter *s, const struct observation *o, struct err *err)
{
	struct buf row = BUF_INIT;
	int rc = observation_pack(o, &row, err);
	if (rc == 0)
		rc = observation_sorter_add(s, row.data, row.len, err);
	buf_release(&row);
	return rc;
}

/* ---- giving */

static int give_from_memory(struct observation_sorter *s, observation_fn fn, void *ctx, struct err *err)
{
	sort_rows(s);
	for (size_t i = 0; i < s->count; i++) {
		struct observation o = row_at(s, s->places[i].at);
		if (fn(ctx, &o, err) < 0)
			return -1;
	}
	return 0;
}

int observation_sorter_each(struct observation_sorter *s, observation_fn fn, void *ctx, struct err *err)
{
	if (s->whole != s->rows.len)
		return err_set(err, ERR_INVALID, _("the last row has no end"));
	if (s->run_count == 0)
		return give_from_memory(s, fn, ctx, err);
	if (s->count && spill(s, err) < 0)
		return -1;
	for (size_t i = 0; i < s->run_count; i++)
		if (run_open(s, &s->runs[i], err) < 0)
			return -1;
	for (;;) {
		struct sort_run *first = NULL;
		for (size_t i = 0; i < s->run_count; i++) {
			struct sort_run *r = &s->runs[i];
			if (r->has_next && (!first || observation_compare(&r->next, &first->next) < 0))
				first = r;
		}
		if (!first)
			return 0;
		if (fn(ctx, &first->next, err) < 0 || run_step(first, err) < 0)
			return -1;
	}
}
