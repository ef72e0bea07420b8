/* The caged side of the map: every file of every volume, and where its bytes lie. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "finding/sweep/image/image_fs.h"
#include "finding/sweep/image/image_kinds.h"
#include "finding/sweep/image/image_map.h"

#include <stdlib.h>
#include <string.h>

#define FILES_MOST 1000000U
#define RUNS_MOST  8000000U
#define TEXT_MOST  (256U << 20)
#define INODE_MOST (1U << 27) /* up to here a file with several names is known again */
#define CONTENTS   100

struct map_walk {
	struct worker *w;
	struct image_map_run *runs;
	size_t run_count;
	struct image_map_file *files;
	size_t file_count;
	int is_full; /* not all files are in it */
	struct buf text;
	uint64_t swept;
	uint64_t bytes;
	/* the volume: */
	uint32_t number;
	const char *name;
	struct image_fs volume;
	unsigned char *seen; /* a bit for each inode */
	uint64_t first;      /* of the content at hand */
};

static void add_run(void *ctx, uint64_t raw, uint64_t size, uint64_t at)
{
	struct map_walk *m = ctx;
	if (m->run_count == RUNS_MOST) {
		m->is_full = 1;
		return;
	}
	if (m->run_count % 4096 == 0)
		m->runs = xrealloc(m->runs, (m->run_count + 4096) * sizeof *m->runs);
	if (at == 0)
		m->first = raw;
	m->runs[m->run_count++] = (struct image_map_run){raw, size, at, m->file_count};
}

static int is_swept(TSK_FS_FILE *f, const TSK_FS_ATTR *a)
{
	char head[IMAGE_FILE_HEAD];
	int kind = image_kind_of_name(f->name->name);
	size_t n = (uint64_t)a->size < sizeof head ? (size_t)a->size : sizeof head;
	if (a->size < 4 || a->size > (TSK_OFF_T)IMAGE_FILE_MOST || f->name->name[0] == '$')
		return 0;
	if (kind >= 0)
		return kind;
	ssize_t got = tsk_fs_attr_read(a, 0, head, n, TSK_FS_FILE_READ_FLAG_NONE);
	return got > 0 && image_kind_of_head((const unsigned char *)head, (size_t)got < n ? (size_t)got : n);
}

static void add_content(struct map_walk *m, TSK_FS_FILE *f, const char *folder, int number, const TSK_FS_ATTR *a)
{
	if (m->file_count == FILES_MOST || m->text.len > TEXT_MOST || m->run_count == RUNS_MOST) {
		m->is_full = 1;
		return;
	}
	if (m->file_count % 1024 == 0)
		m->files = xrealloc(m->files, (m->file_count + 1024) * sizeof *m->files);
	struct image_map_file file = {.inode = f->meta->addr,
	                              .size = (uint64_t)a->size,
	                              .volume = m->number,
	                              .attribute = (uint32_t)number,
	                              .path = (uint32_t)m->text.len,
	                              .flags = is_swept(f, a) ? IMAGE_MAP_SWEPT : 0};
	buf_addf(&m->text, "%s%s", m->name, *m->name ? "/" : "");
	pathname_escape(folder ? folder : "", &m->text);
	pathname_escape(f->name->name, &m->text);
	if (a->name && *a->name && strcmp(a->name, "$Data") != 0) {
		buf_addc(&m->text, ':');
		pathname_escape(a->name, &m->text);
	}
	buf_addc(&m->text, '\0');
	m->first = UINT64_MAX;
	image_fs_runs(&m->volume, f, a, add_run, m);
	file.first = m->first;
	m->swept += file.flags & IMAGE_MAP_SWEPT;
	m->bytes += file.flags & IMAGE_MAP_SWEPT ? file.size : 0;
	m->files[m->file_count++] = file;
}

/* A file with several names is one file. */
static int is_new(struct map_walk *m, TSK_INUM_T inode)
{
	if (!m->seen || inode > m->volume.fs->last_inum)
		return 1;
	int known = m->seen[inode / 8] >> (inode % 8) & 1;
	m->seen[inode / 8] |= (unsigned char)(1U << (inode % 8));
	return !known;
}

static TSK_WALK_RET_ENUM see_file(TSK_FS_FILE *f, const char *folder, void *ctx)
{
	struct map_walk *m = ctx;
	if (!f->name || !f->name->name || !f->meta || TSK_FS_ISDOT(f->name->name) ||
	    f->name->flags & TSK_FS_NAME_FLAG_UNALLOC || f->meta->flags & TSK_FS_META_FLAG_UNALLOC ||
	    f->meta->type != TSK_FS_META_TYPE_REG || !is_new(m, f->meta->addr))
		return TSK_WALK_CONT;
	int count = tsk_fs_file_attr_getsize(f);
	for (int i = 0; i < count && i < CONTENTS; i++) {
		const TSK_FS_ATTR *a = image_fs_content(f, i);
		if (a)
			add_content(m, f, folder, i, a);
	}
	return TSK_WALK_CONT;
}

static int tell_uncovered(void *ctx, const char *name, const char *reason, struct err *err)
{
	struct map_walk *m = ctx;
	(void)reason;
	return worker_emit_take(m->w, json_pack("{s:s}", "uncovered", name), err);
}

/* What a walk says before it breaks is kept: the rest of the volume was read raw. */
static int see_volume(void *ctx, TSK_FS_INFO *fs, const char *name, struct err *err)
{
	struct map_walk *m = ctx;
	unsigned flags = TSK_FS_DIR_WALK_FLAG_RECURSE | TSK_FS_DIR_WALK_FLAG_ALLOC | TSK_FS_DIR_WALK_FLAG_NOORPHAN;
	m->name = name;
	m->seen = fs->last_inum < INODE_MOST ? xcalloc(fs->last_inum / 8 + 1, 1) : NULL;
	image_fs_open(&m->volume, fs);
	tsk_error_reset();
	int rc = tsk_fs_dir_walk(fs, fs->root_inum, (TSK_FS_DIR_WALK_FLAG_ENUM)flags, see_file, m) == 0
	             ? 0
	             : tell_uncovered(m, name, "", err);
	image_fs_close(&m->volume);
	free(m->seen);
	m->seen = NULL;
	m->number++;
	return rc;
}

/* ---- the map */

static int compare_runs(const void *a, const void *b)
{
	const struct image_map_run *x = a;
	const struct image_map_run *y = b;
	if (x->raw != y->raw)
		return x->raw < y->raw ? -1 : 1;
	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return (x->file > y->file) - (x->file < y->file);
}

static void put_run(struct buf *out, struct image_map_run run)
{
	if (run.size)
		buf_add(out, &run, sizeof run);
}

/* The part of a run from `raw` on. */
static struct image_map_run from_there(struct image_map_run run, uint64_t raw)
{
	uint64_t by = raw - run.raw < run.size ? raw - run.raw : run.size;
	return (struct image_map_run){run.raw + by, run.size - by, run.at + by, run.file};
}

/* Runs in order, without overlap: a small file that lies in its record is the inner one of two. */
static void flatten(struct map_walk *m, struct buf *out)
{
	struct image_map_run outer = {0};
	if (m->run_count)
		qsort(m->runs, m->run_count, sizeof *m->runs, compare_runs);
	for (size_t i = 0; i < m->run_count; i++) {
		struct image_map_run next = m->runs[i];
		uint64_t outer_end = outer.raw + outer.size;
		if (outer.size && next.raw < outer_end) {
			if (next.raw < outer.raw)
				continue; /* two files claim it */
			struct image_map_run before = outer;
			before.size = next.raw - outer.raw;
			put_run(out, before);
			if (next.size > outer_end - next.raw)
				next.size = outer_end - next.raw;
			put_run(out, next);
			outer = from_there(outer, next.raw + next.size);
			continue;
		}
		put_run(out, outer);
		outer = next;
	}
	put_run(out, outer);
}

static int emit(struct worker *w, const void *bytes, size_t n, struct err *err)
{
	const char *at = bytes;
	while (n > 0) {
		size_t piece = n < WORKER_RAW ? n : WORKER_RAW;
		if (worker_emit_raw(w, at, piece, err) < 0)
			return -1;
		at += piece;
		n -= piece;
	}
	return 0;
}

static int emit_map(struct map_walk *m, struct err *err)
{
	struct buf runs = BUF_INIT;
	struct image_map_head head = {.magic = "GIMAP 1", .files = m->file_count};
	flatten(m, &runs);
	buf_addc(&m->text, '\0');
	head.runs = runs.len / sizeof *m->runs;
	head.text = m->text.len;
	int rc = emit(m->w, &head, sizeof head, err);
	if (rc == 0)
		rc = emit(m->w, runs.data, runs.len, err);
	if (rc == 0)
		rc = emit(m->w, m->files, m->file_count * sizeof *m->files, err);
	if (rc == 0)
		rc = emit(m->w, m->text.data, m->text.len, err);
	buf_release(&runs);
	if (rc == 0)
		rc = worker_emit_take(m->w,
		                      json_pack("{s:I, s:I, s:b}", "files", (json_int_t)m->swept, "bytes",
		                                (json_int_t)m->bytes, "full", m->is_full),
		                      err);
	return rc;
}

static int map_job_run(struct worker *w, struct err *err)
{
	static const struct tree_volume_ops ops = {.volume = see_volume, .uncovered = tell_uncovered};
	struct map_walk m = {.w = w, .text = BUF_INIT};
	struct tree_media media = {.w = w, .fd = -1};
	if (worker_media_count(w)) {
		media.size = worker_media_size(w, 0);
	} else {
		off_t end = lseek(worker_input_at(w, 0), 0, SEEK_END);
		media.fd = worker_input_at(w, 0);
		media.size = end > 0 ? (uint64_t)end : 0;
	}
	int rc = tree_volume_each(&media, &ops, &m, err);
	if (rc == 0)
		rc = emit_map(&m, err);
	free(m.runs);
	free(m.files);
	buf_release(&m.text);
	return rc;
}

const struct worker_job sweep_map_job = {.name = "sweep_map", .run = map_job_run};
