#include "finding/sweep/image/image_fs.h"

#include "base/bytes.h"

#include <string.h>

#define RECORD_MOST 65536U

void image_fs_open(struct image_fs *v, TSK_FS_INFO *fs)
{
	char boot[512];
	*v = (struct image_fs){.fs = fs};
	if (!TSK_FS_TYPE_ISNTFS(fs->ftype) || tsk_fs_read(fs, 0, boot, sizeof boot) != (ssize_t)sizeof boot)
		return;
	int clusters = (unsigned char)boot[0x40];
	clusters -= clusters > 127 ? 256 : 0; /* a negative one is the power of two of a size in bytes */
	size_t record = clusters > 0 ? (size_t)clusters * fs->block_size : clusters > -17 ? (size_t)1 << -clusters : 0;
	if (record < 512 || record > RECORD_MOST)
		return;
	v->mft = tsk_fs_file_open_meta(fs, NULL, 0);
	v->record = record;
	int count = v->mft ? tsk_fs_file_attr_getsize(v->mft) : 0;
	for (int i = 0; i < count && i < 100 && !v->mft_data; i++)
		v->mft_data = image_fs_content(v->mft, i);
	if (!v->mft_data)
		image_fs_close(v);
}

void image_fs_close(struct image_fs *v)
{
	if (v->mft)
		tsk_fs_file_close(v->mft);
	v->mft = NULL;
	v->mft_data = NULL;
}

const TSK_FS_ATTR *image_fs_content(TSK_FS_FILE *f, int i)
{
	const TSK_FS_ATTR *a = tsk_fs_file_attr_get_idx(f, i);
	int is_data = a && (a->type == TSK_FS_ATTR_TYPE_NTFS_DATA || a->type == TSK_FS_ATTR_TYPE_DEFAULT ||
	                    a->type == TSK_FS_ATTR_TYPE_HFS_DATA);
	return is_data && a->flags & TSK_FS_ATTR_INUSE && a->size > 0 ? a : NULL;
}

/* Where a byte of the $MFT lies in the image; UINT64_MAX: nowhere. */
static uint64_t mft_place(const struct image_fs *v, uint64_t offset)
{
	uint64_t block = v->fs->block_size;
	for (const TSK_FS_ATTR_RUN *r = v->mft_data->nrd.run; r; r = r->next)
		if (!(r->flags & (TSK_FS_ATTR_RUN_FLAG_FILLER | TSK_FS_ATTR_RUN_FLAG_SPARSE)) &&
		    offset >= r->offset * block && offset - r->offset * block < r->len * block)
			return (uint64_t)v->fs->offset + r->addr * block + (offset - r->offset * block);
	return UINT64_MAX;
}

/* Of a file that lies in its record: pieces between the last two bytes of each sector, which NTFS keeps elsewhere. */
static void resident_runs(const struct image_fs *v, const TSK_FS_FILE *f, const TSK_FS_ATTR *a, image_run_fn run,
                          void *ctx)
{
	unsigned char record[RECORD_MOST];
	uint64_t offset = f->meta->addr * v->record;
	uint64_t raw = v->mft_data ? mft_place(v, offset) : UINT64_MAX;
	if (raw == UINT64_MAX || tsk_fs_attr_read(v->mft_data, (TSK_OFF_T)offset, (char *)record, v->record,
	                                          TSK_FS_FILE_READ_FLAG_NONE) != (ssize_t)v->record)
		return;
	for (size_t at = bytes_le16(record + 0x14); at + 0x18 <= v->record;) {
		uint32_t type = bytes_le32(record + at);
		uint32_t length = bytes_le32(record + at + 4);
		if (type == 0xFFFFFFFF || length < 0x18 || length > v->record - at)
			return;
		size_t from = at + bytes_le16(record + at + 0x14);
		size_t size = bytes_le32(record + at + 0x10);
		if (type == 0x80 && !record[at + 8] && bytes_le16(record + at + 0xE) == a->id) {
			size_t end = size <= v->record && from + size <= v->record ? from + size : from;
			size_t begin = from;
			for (size_t i = from; i < end; i++) {
				if (i % 512 >= 510)
					begin = i + 1;
				else if (i % 512 == 509 || i + 1 == end)
					run(ctx, raw + begin, i + 1 - begin, begin - from);
			}
			return;
		}
		at += length;
	}
}

void image_fs_runs(const struct image_fs *v, const TSK_FS_FILE *f, const TSK_FS_ATTR *a, image_run_fn run, void *ctx)
{
	uint64_t block = v->fs->block_size;
	uint64_t size = (uint64_t)a->size;
	if (a->flags & TSK_FS_ATTR_RES) {
		resident_runs(v, f, a, run, ctx);
		return;
	}
	if (a->flags & (TSK_FS_ATTR_COMP | TSK_FS_ATTR_ENC) || a->nrd.skiplen)
		return;
	if (a->nrd.initsize > 0 && (uint64_t)a->nrd.initsize < size)
		size = (uint64_t)a->nrd.initsize; /* behind it lies what was there before */
	for (const TSK_FS_ATTR_RUN *r = a->nrd.run; r; r = r->next) {
		if (r->flags || r->offset > size / block || r->len > UINT64_MAX / block || r->addr > INT64_MAX / block)
			continue;
		uint64_t at = r->offset * block;
		uint64_t n = r->len * block < size - at ? r->len * block : size - at;
		if (n)
			run(ctx, (uint64_t)v->fs->offset + r->addr * block, n, at);
	}
}
