/* In the cage: where the content of a file lies in the image. Shared by who makes the map and who reads the files. */
#ifndef GENBA_FINDING_SWEEP_IMAGE_IMAGE_FS_H
#define GENBA_FINDING_SWEEP_IMAGE_IMAGE_FS_H

#include "finding/triage/tree/tree_volume.h"

/* A file system, and of NTFS what is needed to say where small files lie. */
struct image_fs {
	TSK_FS_INFO *fs;
	TSK_FS_FILE *mft; /* NULL: not NTFS */
	const TSK_FS_ATTR *mft_data;
	size_t record; /* bytes of one of its records */
};

void image_fs_open(struct image_fs *v, TSK_FS_INFO *fs);
void image_fs_close(struct image_fs *v);

/* Content `i` of the file, of at most 100: its data or a named stream; NULL: it is something else. */
const TSK_FS_ATTR *image_fs_content(TSK_FS_FILE *f, int i);

/* Calls `run` for each piece of the content that lies in the image as it is. */
typedef void (*image_run_fn)(void *ctx, uint64_t raw, uint64_t size, uint64_t at);
void image_fs_runs(const struct image_fs *v, const TSK_FS_FILE *f, const TSK_FS_ATTR *a, image_run_fn run, void *ctx);

#endif
