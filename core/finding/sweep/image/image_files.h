/*
 * In the cage: the files of an image that are read as files, one after the other.
 *
 * Of each byte is known where it lies in the image, if it lies there as it is: what was found there already is not found again.
 */
#ifndef GENBA_FINDING_SWEEP_IMAGE_IMAGE_FILES_H
#define GENBA_FINDING_SWEEP_IMAGE_IMAGE_FILES_H

#include "finding/sweep/image/image_map.h"

#include <sys/types.h>

struct tree_media;
struct image_file;

size_t image_file_number(const struct image_file *f);

/* Up to n bytes behind those that were read: their number, 0 at the end, -1. `file` is a struct image_file. */
ssize_t image_file_read(void *file, void *bytes, size_t n, struct err *err);

/* Where byte `at` of the file lies. 1; 0: nowhere as it is. */
int image_file_place(const struct image_file *f, uint64_t at, uint64_t *raw, uint64_t *before, uint64_t *behind);

/* Calls `see` for each from number `from` on. 0, or -1 of a call. What cannot be opened is told as `why`, else NULL. */
typedef int (*image_file_fn)(void *ctx, struct image_file *f, const char *why, struct err *err);
int image_files_each(struct tree_media *media, const struct image_map *map, size_t from, image_file_fn see, void *ctx,
                     struct err *err);

#endif
