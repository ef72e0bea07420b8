/* Files of the volumes of an image, as rows, through The Sleuth Kit's libtsk. */
#include "finding/triage/tree/tree.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "finding/triage/parse/whole.h"
#include "finding/triage/tree/tree_volume.h"

#include <stdlib.h>
#include <string.h>

#define ZONE_IDENTIFIER 4096U /* bytes of the mark of the web that are read */

struct image_volume {
	TSK_FS_INFO *fs;
	TSK_FS_FILE *open;
	const TSK_FS_ATTR *stream; /* of the open file; NULL: its content */
	struct tree *tree;
	struct err *err;
	uint8_t clock;
};

static int64_t when_of(time_t seconds, uint32_t nanoseconds)
{
	return seconds == 0 ? OBSERVATION_NO_TIME
	                    : observation_from_unix(seconds, nanoseconds < 1000000000 ? nanoseconds : 0);
}

static const char *type_of(const TSK_FS_FILE *f)
{
	if (!f->meta)
		return f->name->type == TSK_FS_NAME_TYPE_DIR ? "folder" : "file";
	switch (f->meta->type) {
	case TSK_FS_META_TYPE_DIR:
	case TSK_FS_META_TYPE_VIRT_DIR:
		return "folder";
	case TSK_FS_META_TYPE_LNK:
		return "link";
	case TSK_FS_META_TYPE_REG:
	case TSK_FS_META_TYPE_VIRT:
	case TSK_FS_META_TYPE_UNDEF:
		return "file";
	default:
		return "device";
	}
}

/* ---- what NTFS knows besides */

static void add_time(struct buf *fields, const char *name, time_t seconds, time_t nanoseconds, int64_t unless)
{
	char text[32];
	int64_t when = when_of(seconds, (uint32_t)nanoseconds);
	if (when == OBSERVATION_NO_TIME || when == unless)
		return;
	observation_when(when, text);
	observation_field(fields, name, text);
}

/* The mark of the web: where a file came from. */
static void add_zone(struct buf *fields, TSK_FS_FILE *f, const TSK_FS_ATTR *a)
{
	static const char *const names[][2] = {
	    {"ZoneId=", "zone_id"}, {"HostUrl=", "host_url"}, {"ReferrerUrl=", "referrer_url"}};
	char text[ZONE_IDENTIFIER + 1];
	size_t want = a->size > 0 && a->size < (TSK_OFF_T)ZONE_IDENTIFIER ? (size_t)a->size : ZONE_IDENTIFIER;
	ssize_t n = tsk_fs_attr_read(a, 0, text, want, TSK_FS_FILE_READ_FLAG_NONE);
	(void)f;
	if (n <= 0 || (size_t)n > want)
		return;
	text[n] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *at = strstr(text, names[i][0]);
		if (at) {
			at += strlen(names[i][0]);
			observation_field_n(fields, names[i][1], at, strcspn(at, "\r\n"));
		}
	}
}

static void add_streams(struct buf *fields, TSK_FS_FILE *f)
{
	struct buf streams = BUF_INIT;
	int count = tsk_fs_file_attr_getsize(f);
	for (int i = 0; i < count && i < 100; i++) {
		const TSK_FS_ATTR *a = tsk_fs_file_attr_get_idx(f, i);
		if (!a || a->type != TSK_FS_ATTR_TYPE_NTFS_DATA || !a->name || !*a->name ||
		    strcmp(a->name, "$Data") == 0)
			continue;
		buf_addf(&streams, "%s%s", streams.len ? "," : "", a->name);
		if (strcmp(a->name, "Zone.Identifier") == 0)
			add_zone(fields, f, a);
	}
	observation_field_n(fields, "streams", streams.len ? streams.data : "", streams.len);
	buf_release(&streams);
}

/* ---- walking */

static TSK_WALK_RET_ENUM see_file(TSK_FS_FILE *f, const char *folder, void *ctx)
{
	struct image_volume *v = ctx;
	const TSK_FS_META *meta = f->meta;
	struct tree_item e = {.clock = v->clock, .type = type_of(f)};
	struct buf path = BUF_INIT;
	struct buf more = BUF_INIT;
	if (!f->name || !f->name->name || TSK_FS_ISDOT(f->name->name) || f->name->type == TSK_FS_NAME_TYPE_VIRT_DIR)
		return TSK_WALK_CONT;
	if (*v->tree->name)
		buf_addc(&path, '/');
	pathname_escape(folder ? folder : "", &path);
	pathname_escape(f->name->name, &path);
	e.path = path.data;
	e.place = f->name->meta_addr;
	e.deleted = (f->name->flags & TSK_FS_NAME_FLAG_UNALLOC) != 0;
	e.times = (struct file_times){OBSERVATION_NO_TIME, OBSERVATION_NO_TIME, OBSERVATION_NO_TIME,
	                              OBSERVATION_NO_TIME, OBSERVATION_NO_TIME};
	observation_field_number(&more, "inode", (int64_t)f->name->meta_addr);
	/* of a name whose entry was given to another file since, times and size are not its own */
	int own = meta && (!e.deleted || meta->flags & TSK_FS_META_FLAG_UNALLOC);
	if (own) {
		e.size = meta->size > 0 ? (uint64_t)meta->size : 0;
		e.times.modified = when_of(meta->mtime, meta->mtime_nano);
		e.times.accessed = when_of(meta->atime, meta->atime_nano);
		e.times.changed = when_of(meta->ctime, meta->ctime_nano);
		e.times.created = when_of(meta->crtime, meta->crtime_nano);
		if (TSK_FS_TYPE_ISEXT(v->fs->ftype))
			e.times.deleted = when_of(meta->time2.ext2.dtime, meta->time2.ext2.dtime_nano);
		if (TSK_FS_TYPE_ISNTFS(v->fs->ftype)) {
			add_time(&more, "fn_created", meta->time2.ntfs.fn_crtime, meta->time2.ntfs.fn_crtime_nano,
			         e.times.created);
			add_time(&more, "fn_modified", meta->time2.ntfs.fn_mtime, meta->time2.ntfs.fn_mtime_nano,
			         e.times.modified);
			/* made later than it says, and to the second: somebody set its time */
			int64_t named = when_of(meta->time2.ntfs.fn_crtime, (uint32_t)meta->time2.ntfs.fn_crtime_nano);
			if (named != OBSERVATION_NO_TIME && e.times.created < named && meta->crtime_nano == 0)
				observation_field(&more, "stomped", "true");
			add_streams(&more, f);
		}
		if (meta->link)
			observation_field(&more, "target", meta->link);
	}
	e.more = &more;
	int rc = tree_item(v->tree, &e, v->err);
	if (rc == 0 && strcmp(f->name->name, "$UsnJrnl") == 0 && TSK_FS_TYPE_ISNTFS(v->fs->ftype))
		rc = tree_stream(v->tree, &e, "$J");
	buf_release(&path);
	buf_release(&more);
	return rc < 0 ? TSK_WALK_ERROR : TSK_WALK_CONT;
}

static const char *tsk_reason(void)
{
	const char *text = tsk_error_get();
	return text ? text : "";
}

static int walk_volume(struct tree *t, struct err *err)
{
	struct image_volume *v = t->ctx;
	struct err trouble = ERR_INIT;
	unsigned flags = TSK_FS_DIR_WALK_FLAG_RECURSE | TSK_FS_DIR_WALK_FLAG_ALLOC | TSK_FS_DIR_WALK_FLAG_UNALLOC;
	if (!t->run->recover)
		flags |= TSK_FS_DIR_WALK_FLAG_NOORPHAN;
	v->err = &trouble;
	tsk_error_reset();
	if (tsk_fs_dir_walk(v->fs, v->fs->root_inum, (TSK_FS_DIR_WALK_FLAG_ENUM)flags, see_file, v) == 0)
		return 0;
	return err_set(err, ERR_DAMAGED, "%s", *trouble.message ? trouble.message : tsk_reason());
}

static int read_in_volume(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct image_volume *v = ctx;
	tsk_error_reset();
	ssize_t got = v->stream ? tsk_fs_attr_read(v->stream, (TSK_OFF_T)offset, bytes, n, TSK_FS_FILE_READ_FLAG_NONE)
	                        : tsk_fs_file_read(v->open, (TSK_OFF_T)offset, bytes, n, TSK_FS_FILE_READ_FLAG_NONE);
	if (got == (ssize_t)n)
		return 0;
	return err_set(err, ERR_DAMAGED, _("the file cannot be read at byte %llu: %s"), (unsigned long long)offset,
	               got < 0 ? tsk_reason() : _("it ends before its size"));
}

static const TSK_FS_ATTR *stream_of(TSK_FS_FILE *f, const char *name)
{
	int count = tsk_fs_file_attr_getsize(f);
	for (int i = 0; i < count && i < 100; i++) {
		const TSK_FS_ATTR *a = tsk_fs_file_attr_get_idx(f, i);
		if (a && a->type == TSK_FS_ATTR_TYPE_NTFS_DATA && a->name && strcmp(a->name, name) == 0 && a->size > 0)
			return a;
	}
	return NULL;
}

static int open_in_volume(struct tree *t, const struct tree_found *found, struct triage_file *f, struct err *err)
{
	struct image_volume *v = t->ctx;
	tsk_error_reset();
	v->open = tsk_fs_file_open_meta(v->fs, NULL, found->place);
	if (!v->open || !v->open->meta)
		return err_set(err, ERR_DAMAGED, _("the file cannot be opened: %s"), tsk_reason());
	f->size = v->open->meta->size > 0 ? (uint64_t)v->open->meta->size : 0;
	if (triage_path_ends(found->path, ":$J")) {
		v->stream = stream_of(v->open, "$J");
		if (!v->stream)
			return err_set(err, ERR_DAMAGED, _("the file cannot be opened: %s"), "$J");
		f->size = (uint64_t)v->stream->size;
	}
	f->read = read_in_volume;
	f->ctx = v;
	return 0;
}

static void close_in_volume(struct tree *t)
{
	struct image_volume *v = t->ctx;
	if (v->open)
		tsk_fs_file_close(v->open);
	v->open = NULL;
	v->stream = NULL;
}

struct image_run {
	struct tree_run *run;
	struct tree_media media;
};

static int run_volume(void *ctx, TSK_FS_INFO *fs, const char *name, struct err *err)
{
	struct image_run *r = ctx;
	struct image_volume v = {.fs = fs, .clock = OBSERVATION_CLOCK_utc};
	struct tree t = {.name = name,
	                 .walk = walk_volume,
	                 .open = open_in_volume,
	                 .close = close_in_volume,
	                 .ctx = &v,
	                 .copied = r->media.copied,
	                 .has_table = TSK_FS_TYPE_ISNTFS(fs->ftype)};
	if (TSK_FS_TYPE_ISFAT(fs->ftype))
		v.clock = OBSERVATION_CLOCK_local;
	v.tree = &t;
	return tree_run(r->run, &t, err);
}

static int begin_opening(void *ctx, const char *name, enum tree_opening what, struct err *err)
{
	return tree_open_begin(((struct image_run *)ctx)->run, name, what, err);
}

static int end_opening(void *ctx, struct err *err)
{
	return tree_open_end(((struct image_run *)ctx)->run, err);
}

static int tell_uncovered(void *ctx, const char *name, const char *reason, struct err *err)
{
	return tree_uncovered(((struct image_run *)ctx)->run, name, err, "%s", reason);
}

int tree_image(struct tree_run *run, struct err *err)
{
	static const struct tree_volume_ops ops = {run_volume, tell_uncovered, begin_opening, end_opening};
	struct image_run r = {.run = run};
	if (tree_media_open(&r.media, run, err) < 0)
		return -1;
	int rc = tree_volume_each(&r.media, &ops, &r, err);
	tree_media_close(&r.media);
	return rc;
}
