/* Volumes of an image through libtsk, which opens nothing itself. */
#include "finding/triage/tree/tree_volume.h"

#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

#define VOLUMES 128U

struct tree_layer {
	TSK_IMG_INFO info; /* first: libtsk hands it back */
	struct tree_media *media;
};

static ssize_t layer_read(TSK_IMG_INFO *info, TSK_OFF_T offset, char *bytes, size_t n)
{
	struct tree_layer *m = (struct tree_layer *)info;
	struct err err = ERR_INIT;
	if (offset < 0 || (uint64_t)offset >= m->media->size)
		return -1;
	if (n > m->media->size - (uint64_t)offset)
		n = (size_t)(m->media->size - (uint64_t)offset);
	if (tree_media_read(m->media, (uint64_t)offset, bytes, n, &err) < 0) {
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

/* What lies there, of the forms that libtsk does not read; NULL: nothing known. Their marks, from their specifications. */
static const char *form_of(struct tree_media *m, uint64_t start)
{
	static const struct {
		size_t at;
		const char *mark;
		const char *name;
	} forms[] = {{3, "-FVE-FS-", N_("BitLocker: it is encrypted")},
	             {0, "LUKS\xBA\xBE", N_("LUKS: it is encrypted")},
	             {0, "XFSB", N_("XFS: no parser reads it")},
	             {3, "ReFS", N_("ReFS: no parser reads it")},
	             {0x10040, "_BHRfS_M", N_("Btrfs: no parser reads it")},
	             {512, "LABELONE", N_("LVM: no parser reads it")},
	             {4086, "SWAPSPACE2", N_("swap space")},
	             {0, "QFI\xfb", N_("QCOW: no parser reads it")},
	             {0, "conectix", N_("VHD: no parser reads it")},
	             {0, "vhdxfile", N_("VHDX: no parser reads it")},
	             {0, "KDMV", N_("VMDK: no parser reads it")},
	             {0, "# Disk Descr", N_("VMDK: no parser reads it")}};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		char bytes[16] = "";
		size_t n = strlen(forms[i].mark);
		struct err ignored = ERR_INIT;
		if (tree_media_read(m, start + forms[i].at, bytes, n, &ignored) == 0 &&
		    memcmp(bytes, forms[i].mark, n) == 0)
			return _(forms[i].name);
	}
	return NULL;
}

static int uncovered(const struct tree_volume_ops *ops, void *ctx, const char *name, struct err *err,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

static int uncovered(const struct tree_volume_ops *ops, void *ctx, const char *name, struct err *err,
                     const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return ops->uncovered ? ops->uncovered(ctx, name, text, err) : 0;
}

static int see_part(struct tree_layer *l, const TSK_VS_PART_INFO *part, unsigned number,
                    const struct tree_volume_ops *ops, void *ctx, struct err *err)
{
	char name[32];
	uint64_t start = part->start * part->vs->block_size;
	snprintf(name, sizeof name, "vol%u:", number);
	tsk_error_reset();
	TSK_FS_INFO *fs = tsk_fs_open_img(&l->info, (TSK_OFF_T)start, TSK_FS_TYPE_DETECT);
	if (!fs) {
		const char *form = form_of(l->media, start);
		return uncovered(ops, ctx, name, err,
		                 _("a volume that could not be opened (%s, %llu bytes at byte %llu): %s"),
		                 part->desc ? part->desc : "?", (unsigned long long)part->len * part->vs->block_size,
		                 (unsigned long long)start, form ? form : _("no file system that is known"));
	}
	int rc = ops->volume(ctx, fs, name, err);
	tsk_fs_close(fs);
	return rc;
}

static int see_parts(struct tree_layer *l, const struct tree_volume_ops *ops, void *ctx, struct err *err)
{
	int rc = 0;
	unsigned number = 0;
	TSK_FS_INFO *fs = tsk_fs_open_img(&l->info, 0, TSK_FS_TYPE_DETECT);
	if (fs) {
		rc = ops->volume(ctx, fs, "", err);
		tsk_fs_close(fs);
		return rc;
	}
	tsk_error_reset();
	TSK_VS_INFO *vs = tsk_vs_open(&l->info, 0, TSK_VS_TYPE_DETECT);
	if (!vs) {
		const char *form = form_of(l->media, 0);
		return uncovered(ops, ctx, "", err, _("the image could not be opened: %s"),
		                 form ? form : _("it has no partitions and no file system that are known"));
	}
	for (TSK_PNUM_T i = 0; rc == 0 && i < vs->part_count && number < VOLUMES; i++) {
		const TSK_VS_PART_INFO *part = tsk_vs_part_get(vs, i);
		if (part && part->flags & TSK_VS_PART_FLAG_ALLOC)
			rc = see_part(l, part, ++number, ops, ctx, err);
	}
	if (rc == 0 && number == 0)
		rc = uncovered(ops, ctx, "", err, "%s", _("the image has no volume"));
	tsk_vs_close(vs);
	return rc;
}

int tree_volume_each(struct tree_media *media, const struct tree_volume_ops *ops, void *ctx, struct err *err)
{
	struct tree_layer *l = xcalloc(1, sizeof *l);
	l->media = media;
	l->info.tag = TSK_IMG_INFO_TAG;
	l->info.itype = TSK_IMG_TYPE_EXTERNAL;
	l->info.size = (TSK_OFF_T)media->size;
	l->info.sector_size = 512;
	l->info.read = layer_read;
	l->info.close = layer_close;
	int rc = see_parts(l, ops, ctx, err);
	free(l);
	return rc;
}
