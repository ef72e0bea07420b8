/* Volumes of an image through libtsk, which opens nothing itself. */
#include "finding/triage/tree/tree_volume.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/triage/tree/tree_disk.h"

#include <stdlib.h>
#include <string.h>

#define VOLUMES 1024U

struct tree_layer {
	TSK_IMG_INFO info; /* first: libtsk hands it back */
	struct tree_bytes bytes;
};

struct volume_walk {
	struct tree_media *media;
	const struct tree_volume_ops *ops;
	void *ctx;
};

struct volume_part { /* of the bytes of a layer */
	const struct tree_bytes *bytes;
	uint64_t start;
};

static ssize_t layer_read(TSK_IMG_INFO *info, TSK_OFF_T offset, char *bytes, size_t n)
{
	struct tree_layer *l = (struct tree_layer *)info;
	struct err err = ERR_INIT;
	if (offset < 0 || (uint64_t)offset >= l->bytes.size)
		return -1;
	if (n > l->bytes.size - (uint64_t)offset)
		n = (size_t)(l->bytes.size - (uint64_t)offset);
	if (l->bytes.read(l->bytes.ctx, (uint64_t)offset, bytes, n, &err) < 0) {
		tsk_error_reset();
		tsk_error_set_errno(TSK_ERR_IMG_READ);
		tsk_error_set_errstr("%s", err.message);
		return -1;
	}
	return (ssize_t)n;
}

static void layer_close(TSK_IMG_INFO *info)
{
	(void)info;
}

static struct tree_layer *layer_new(const struct tree_bytes *bytes)
{
	struct tree_layer *l = xcalloc(1, sizeof *l);
	l->bytes = *bytes;
	l->info.tag = TSK_IMG_INFO_TAG;
	l->info.itype = TSK_IMG_TYPE_EXTERNAL;
	l->info.size = (TSK_OFF_T)bytes->size;
	l->info.sector_size = 512;
	l->info.read = layer_read;
	l->info.close = layer_close;
	return l;
}

static int read_media(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	return tree_media_read(ctx, offset, bytes, n, err);
}

static int read_part(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct volume_part *p = ctx;
	return p->bytes->read(p->bytes->ctx, p->start + offset, bytes, n, err);
}

/* What lies there, of the forms that are not read; NULL: nothing known. Their marks, from their specifications. */
static const char *form_of(const struct tree_bytes *b)
{
	static const struct {
		size_t at;
		const char *mark;
		const char *name;
	} forms[] = {
	    {3, "NTFS    ", N_("NTFS, of which its own files cannot be read: it is damaged, or cut off")},
	    {0, "LUKS\xBA\xBE", N_("LUKS: it is encrypted. Open it by cryptsetup, and take an image of what it holds")},
	    {0, "XFSB", N_("XFS: no parser reads it. Mount it for reading only, and read the folder")},
	    {3, "ReFS", N_("ReFS: no parser reads it. Open it on Windows, and collect the files there")},
	    {0x10040, "_BHRfS_M", N_("Btrfs: no parser reads it. Mount it for reading only, and read the folder")},
	    {512, "LABELONE", N_("LVM: no parser reads it. Activate it for reading only, and read its volumes")},
	    {4086, "SWAPSPACE2", N_("swap space")},
	    {0, "QFI\xfb", N_("QCOW: no parser reads it. Make it raw (qemu-img convert -O raw), and read that")},
	    {0x40, "\x7f\x10\xda\xbe",
	     N_("VDI: no parser reads it. Make it raw (qemu-img convert -O raw), and read that")}};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		char bytes[16] = "";
		size_t n = strlen(forms[i].mark);
		struct err ignored = ERR_INIT;
		if (b->size > forms[i].at + n && b->read(b->ctx, forms[i].at, bytes, n, &ignored) == 0 &&
		    memcmp(bytes, forms[i].mark, n) == 0)
			return _(forms[i].name);
	}
	return NULL;
}

static int uncovered(struct volume_walk *w, const char *name, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static int uncovered(struct volume_walk *w, const char *name, struct err *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = printable_vdup(format, args);
	va_end(args);
	int rc = w->ops->uncovered ? w->ops->uncovered(w->ctx, name, text, err) : 0;
	free(text);
	return rc;
}

/* 1: it may be opened. 0: it ended a worker before. -1. */
static int begin(struct volume_walk *w, const char *name, enum tree_opening what, struct err *err)
{
	return w->ops->begin ? w->ops->begin(w->ctx, name, what, err) : 1;
}

static int end(struct volume_walk *w, struct err *err)
{
	return w->ops->end ? w->ops->end(w->ctx, err) : 0;
}

/* ---- shadow copies */

static int see_shadow(struct volume_walk *w, struct tree_shadows *s, int number, const char *volume, struct err *err)
{
	struct err why = ERR_INIT;
	struct tree_bytes bytes;
	int64_t made = OBSERVATION_NO_TIME;
	char name[64];
	snprintf(name, sizeof name, "%svss%d:", volume, number + 1);
	int go = begin(w, name, TREE_OPENS_SHADOWS, err);
	if (go <= 0)
		return go;
	int is_open = tree_shadows_at(s, number, &bytes, &made, &why) == 0;
	struct tree_layer *l = is_open ? layer_new(&bytes) : NULL;
	tsk_error_reset();
	TSK_FS_INFO *fs = l ? tsk_fs_open_img(&l->info, 0, TSK_FS_TYPE_DETECT) : NULL;
	int rc = end(w, err);
	w->media->copied = made;
	if (rc == 0 && fs)
		rc = w->ops->volume(w->ctx, fs, name, err);
	else if (rc == 0)
		rc = uncovered(w, name, err, "%s",
		               is_open ? _("the shadow copy has no file system that is known") : why.message);
	w->media->copied = OBSERVATION_NO_TIME;
	if (fs)
		tsk_fs_close(fs);
	free(l);
	return rc;
}

/* The latest first: what is gone from the volume is told of the copy in which it was last. */
static int see_shadows(struct volume_walk *w, const struct tree_bytes *volume, const char *name, struct err *err)
{
	struct err why = ERR_INIT;
	int count = 0;
	int go = begin(w, name, TREE_OPENS_SHADOWS, err);
	if (go <= 0)
		return go;
	struct tree_shadows *s = tree_shadows_open(volume, &count, &why);
	int rc = end(w, err);
	if (rc < 0) {
		tree_shadows_close(s);
		return -1;
	}
	if (!s)
		return why.code == ERR_NONE ? 0 : uncovered(w, name, err, "%s", why.message);
	if (!w->media->vss)
		rc = uncovered(w, name, err, _("its %d shadow copies (VSS) were not read: --vss reads them"), count);
	else
		for (int i = count; rc == 0 && i-- > 0;)
			rc = see_shadow(w, s, i, name, err);
	tree_shadows_close(s);
	return rc;
}

/* ---- volumes */

/* The volume begins at `start` of the layer, so that who sees it can tell where its bytes lie in the image. 0: no file system is
 * there. 1: it was seen, or told. -1. */
static int see_system(struct volume_walk *w, struct tree_layer *l, uint64_t start, const struct tree_bytes *volume,
                      const char *name, struct err *err)
{
	int go = begin(w, name, TREE_OPENS_SYSTEM, err);
	if (go <= 0)
		return go < 0 ? -1 : 1;
	tsk_error_reset();
	TSK_FS_INFO *fs = tsk_fs_open_img(&l->info, (TSK_OFF_T)start, TSK_FS_TYPE_DETECT);
	int rc = end(w, err);
	if (!fs)
		return rc;
	int ntfs = TSK_FS_TYPE_ISNTFS(fs->ftype) != 0;
	if (rc == 0 && fs->last_block_act < fs->last_block)
		rc = uncovered(w, name, err,
		               _("the image ends before its file system does: %llu of %llu bytes are there"),
		               (unsigned long long)(fs->last_block_act + 1) * fs->block_size,
		               (unsigned long long)(fs->last_block + 1) * fs->block_size);
	if (rc == 0)
		rc = w->ops->volume(w->ctx, fs, name, err);
	tsk_fs_close(fs);
	if (rc == 0 && ntfs && (w->media->vss || w->ops->uncovered)) /* else nobody hears of them */
		rc = see_shadows(w, volume, name, err);
	return rc < 0 ? -1 : 1;
}

static int see_unlocked(struct volume_walk *w, const struct tree_bytes *volume, const char *name, struct err *err)
{
	struct err why = ERR_INIT;
	struct tree_bytes bytes;
	int go = begin(w, name, TREE_OPENS_BITLOCKER, err);
	if (go <= 0)
		return go;
	struct tree_unlocked *u = tree_unlocked_open(volume, w->media->key, &bytes, &why);
	int rc = end(w, err);
	if (!u)
		return rc < 0 ? -1 : uncovered(w, name, err, "%s", why.message);
	struct tree_layer *l = layer_new(&bytes);
	if (rc == 0)
		rc = see_system(w, l, 0, &bytes, name, err);
	free(l);
	if (rc == 0)
		rc = uncovered(w, name, err, _("BitLocker: what it holds is no file system that is known"));
	tree_unlocked_close(u);
	return rc < 0 ? -1 : 0;
}

static int see_part(struct volume_walk *w, struct tree_layer *l, const TSK_VS_PART_INFO *part, unsigned number,
                    struct err *err)
{
	char name[32];
	const struct tree_bytes *image = &l->bytes;
	struct volume_part p = {.bytes = image, .start = part->start * part->vs->block_size};
	uint64_t length = (uint64_t)part->len * part->vs->block_size;
	snprintf(name, sizeof name, "vol%u:", number);
	if (p.start >= image->size)
		return uncovered(w, name, err, _("the volume lies beyond the end of the image"));
	struct tree_bytes volume = {
	    .size = length < image->size - p.start ? length : image->size - p.start, .read = read_part, .ctx = &p};
	if (tree_is_bitlocker(&volume))
		return see_unlocked(w, &volume, name, err);
	int rc = see_system(w, l, p.start, &volume, name, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	const char *form = form_of(&volume);
	return uncovered(w, name, err, _("a volume that could not be opened (%s, %llu bytes at byte %llu): %s"),
	                 part->desc ? part->desc : "?", (unsigned long long)length, (unsigned long long)p.start,
	                 form ? form : _("no file system that is known"));
}

/* It begins as a text does: lines, and no byte that no text has. */
static int is_text(const struct tree_bytes *image)
{
	unsigned char bytes[4096];
	size_t n = image->size < sizeof bytes ? (size_t)image->size : sizeof bytes;
	int lines = 0;
	if (n == 0 || image->read(image->ctx, 0, bytes, n, NULL) < 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == 0x7F || (bytes[i] < 0x20 && !memchr("\t\n\r\f\033", bytes[i], 5)))
			return 0;
		lines += bytes[i] == '\n';
	}
	return lines > 0;
}

static int see_parts(struct volume_walk *w, const struct tree_bytes *image, struct err *err)
{
	unsigned number = 0;
	if (*w->media->why)
		return uncovered(w, "", err, "%s", w->media->why);
	if (tree_is_bitlocker(image))
		return see_unlocked(w, image, "", err);
	struct tree_layer *l = layer_new(image);
	int rc = see_system(w, l, 0, image, "", err);
	if (rc != 0) {
		free(l);
		return rc < 0 ? -1 : 0;
	}
	rc = begin(w, "", TREE_OPENS_PARTITIONS, err);
	if (rc <= 0) {
		free(l);
		return rc;
	}
	tsk_error_reset();
	TSK_VS_INFO *vs = tsk_vs_open(&l->info, 0, TSK_VS_TYPE_DETECT);
	rc = end(w, err);
	if (!vs && rc == 0 && is_text(image)) {
		rc = uncovered(
		    w, "", err, "%s",
		    _("this is a text, such as a log, and no image: a sweep looks for indicators in it (sweep; "
		      "s in Evidence, Triage and Sweep)"));
	} else if (!vs && rc == 0) {
		const char *form = form_of(image);
		rc = uncovered(w, "", err, _("the image could not be opened: %s"),
		               form ? form : _("it has no partitions and no file system that are known"));
	}
	for (TSK_PNUM_T i = 0; vs && rc == 0 && i < vs->part_count; i++) {
		const TSK_VS_PART_INFO *part = tsk_vs_part_get(vs, i);
		if (part && part->flags & TSK_VS_PART_FLAG_ALLOC && number++ < VOLUMES)
			rc = see_part(w, l, part, number, err);
	}
	if (vs && rc == 0 && number > VOLUMES)
		rc = uncovered(
		    w, "", err,
		    _("the image has %u volumes: those behind the first %u were not read. Take an image of what "
		      "lies there, and read that"),
		    number, VOLUMES);
	if (vs && rc == 0 && number == 0)
		rc = uncovered(w, "", err, "%s", _("the image has no volume"));
	if (vs)
		tsk_vs_close(vs);
	free(l);
	return rc;
}

int tree_volume_each(struct tree_media *media, const struct tree_volume_ops *ops, void *ctx, struct err *err)
{
	struct volume_walk w = {.media = media, .ops = ops, .ctx = ctx};
	struct tree_bytes image = {.size = media->size, .read = read_media, .ctx = media};
	return see_parts(&w, &image, err);
}
