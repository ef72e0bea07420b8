/*
 * Which bytes of an image belong to which file.
 *
 *     int fd = image_map_make(&from, &sum, err);                      // outside of the cage: a worker walks the image
 *
 *     struct image_map map;                                           // in the cage of another one
 *     if (image_map_open(&map, fd) == 0 && image_map_find(&map, offset, &place))
 *         puts(image_map_path(&map, place.file));
 *
 * The map is a file in memory that workers make and workers read: it is foreign, and each number of it is checked where it
 * is used. Files that were deleted, and bytes that a file system has compressed or encrypted, are not in it.
 */
#ifndef GENBA_FINDING_SWEEP_IMAGE_IMAGE_MAP_H
#define GENBA_FINDING_SWEEP_IMAGE_IMAGE_MAP_H

#include "base/progress.h"
#include "base/worker/worker.h"

#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAP_MOST (1U << 30) /* bytes of a map */

enum image_map_flags { IMAGE_MAP_SWEPT = 1 }; /* the file is read as a file, too */

/* What the file holds of these. All numbers are those of the machine. */
struct image_map_head {
	char magic[8];
	uint64_t runs;
	uint64_t files;
	uint64_t text; /* bytes of paths, each with its NUL */
};

/* Runs lie in the order of `raw` and do not overlap. */
struct image_map_run {
	uint64_t raw; /* offset in the image */
	uint64_t size;
	uint64_t at; /* offset in the file */
	uint64_t file;
};

struct image_map_file {
	uint64_t inode;
	uint64_t size;
	uint64_t first;     /* offset in the image of its first byte; UINT64_MAX: it lies nowhere in one piece */
	uint32_t volume;    /* counted from 0, as tree_volume_each() gives them */
	uint32_t attribute; /* of libtsk, by its place */
	uint32_t path;      /* where it lies in the text */
	uint32_t flags;
};

struct image_map {
	void *bytes;
	size_t n;
	const struct image_map_head *head;
	const struct image_map_run *runs;
	const struct image_map_file *files;
	const char *text;
};

/* Where a byte of the image lies. */
struct image_place {
	size_t file;
	uint64_t at;     /* offset in the file */
	uint64_t before; /* bytes of the same run before it */
	uint64_t behind; /* and from it on */
};

/* 0; -1: it is no map. */
int image_map_open(struct image_map *map, int fd);
void image_map_close(struct image_map *map);
/* 1; 0: the byte is of no file. */
int image_map_find(const struct image_map *map, uint64_t raw, struct image_place *place);
/* "" if there is none. */
const char *image_map_path(const struct image_map *map, size_t file);

/* ---- making one */

/* Where the image lies: a file, or what only the parent can read. */
struct image_map_source {
	int fd; /* -1: */
	const struct worker_media *media;
	uint64_t size;
	const struct progress *progress;
	/* Told of each volume that is no file system that can be read. May be NULL. */
	void (*uncovered)(void *ctx, const char *volume);
	void *ctx;
};

struct image_map_sum {
	uint64_t files;    /* that are read as files, too */
	uint64_t bytes;    /* of these */
	int is_made;       /* else the worker ended, and there is no map */
	char problem[512]; /* why it is not whole; or "" */
};

/* A descriptor of the map. -1: no worker could be started, or the person cancelled. */
int image_map_make(const struct image_map_source *from, struct image_map_sum *sum, struct err *err);

#endif
