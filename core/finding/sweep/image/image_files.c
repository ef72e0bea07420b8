#include "finding/sweep/image/image_files.h"

#include "base/err.h"
#include "base/i18n.h"
#include "finding/sweep/image/image_fs.h"

#include <stdlib.h>

struct image_file_run {
	uint64_t raw;
	uint64_t size;
	uint64_t at;
};

struct image_file {
	size_t number;
	TSK_FS_FILE *file;
	const TSK_FS_ATTR *content;
	uint64_t at; /* the next byte to read */
	struct image_file_run *runs;
	size_t run_count;
};

struct files_walk {
	const struct image_map *map;
	size_t from;
	image_file_fn see;
	void *ctx;
	uint32_t number; /* of the volume */
};

size_t image_file_number(const struct image_file *f)
{
	return f->number;
}

ssize_t image_file_read(void *file, void *bytes, size_t n, struct err *err)
{
	struct image_file *f = file;
	uint64_t size = (uint64_t)f->content->size;
	if (f->at >= size)
		return 0;
	if (n > size - f->at)
		n = (size_t)(size - f->at);
	tsk_error_reset();
	ssize_t got = tsk_fs_attr_read(f->content, (TSK_OFF_T)f->at, bytes, n, TSK_FS_FILE_READ_FLAG_NONE);
	if (got <= 0 || (size_t)got > n)
		return err_set(err, ERR_DAMAGED, _("the file cannot be read at byte %llu"), (unsigned long long)f->at);
	f->at += (uint64_t)got;
	return got;
}

int image_file_place(const struct image_file *f, uint64_t at, uint64_t *raw, uint64_t *before, uint64_t *behind)
{
	for (size_t i = 0; i < f->run_count; i++) {
		const struct image_file_run *r = &f->runs[i];
		if (at < r->at || at - r->at >= r->size)
			continue;
		*before = at - r->at;
		*behind = r->size - *before;
		*raw = r->raw + *before;
		return 1;
	}
	return 0;
}

static void add_run(void *ctx, uint64_t raw, uint64_t size, uint64_t at)
{
	struct image_file *f = ctx;
	if (f->run_count % 64 == 0)
		f->runs = xrealloc(f->runs, (f->run_count + 64) * sizeof *f->runs);
	f->runs[f->run_count++] = (struct image_file_run){raw, size, at};
}

static int see_one(struct files_walk *w, const struct image_fs *v, size_t number, struct err *err)
{
	const struct image_map_file *known = &w->map->files[number];
	struct image_file f = {.number = number};
	tsk_error_reset();
	f.file = tsk_fs_file_open_meta(v->fs, NULL, known->inode);
	int count = f.file && f.file->meta ? tsk_fs_file_attr_getsize(f.file) : 0;
	if (known->attribute < (uint32_t)(count > 0 ? count : 0))
		f.content = image_fs_content(f.file, (int)known->attribute);
	if (f.content)
		image_fs_runs(v, f.file, f.content, add_run, &f);
	int rc = w->see(w->ctx, &f, f.content ? NULL : _("the file cannot be opened"), err);
	if (f.file)
		tsk_fs_file_close(f.file);
	free(f.runs);
	return rc;
}

static int see_volume(void *ctx, TSK_FS_INFO *fs, const char *name, struct err *err)
{
	struct files_walk *w = ctx;
	struct image_fs v;
	int rc = 0;
	(void)name;
	image_fs_open(&v, fs);
	for (size_t i = w->from; i < w->map->head->files && rc == 0; i++)
		if (w->map->files[i].volume == w->number && w->map->files[i].flags & IMAGE_MAP_SWEPT)
			rc = see_one(w, &v, i, err);
	image_fs_close(&v);
	w->number++;
	return rc;
}

int image_files_each(struct tree_media *media, const struct image_map *map, size_t from, image_file_fn see, void *ctx,
                     struct err *err)
{
	static const struct tree_volume_ops ops = {.volume = see_volume};
	struct files_walk w = {.map = map, .from = from, .see = see, .ctx = ctx};
	return tree_volume_each(media, &ops, &w, err);
}
