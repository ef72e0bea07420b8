/*
 * Sets of files that only together are an image: which of them is not there, and what looks like one of a set.
 *
 * A set ends where the next name is free. If a later name is taken, the end is a gap: what lies before it must not pass for
 * the whole. The lines made here name files and are printable.
 */
#ifndef GENBA_EVIDENCE_IMAGE_PART_NAMES_H
#define GENBA_EVIDENCE_IMAGE_PART_NAMES_H

#include "base/buf.h"

#include <stddef.h>

#define PART_NAMES_MOST 1000 /* so many names are tried */

/* The path of member `i`, counted from 0, of the set that `first` begins; NULL if there is none. The caller frees. */
typedef char *part_path_fn(const char *first, size_t i);

/* The first member behind the first `count` ones that is there although member `count` is not; 0 if there is none. */
size_t part_behind_gap(part_path_fn *path, const char *first, size_t count);

/* If there is such a gap, a line (with its end) that names both files. 1 if there is. */
int part_say_gap(part_path_fn *path, const char *first, size_t count, struct buf *lines);

/*
 * A file beside `path` by whose name the two look like parts of one image in a form that genba does not join: letters as
 * split(1) counts (.aa, .ab), numbers of two or of more than three digits (.01, .0001), .z01, .L01, .part1.rar, -s001.vmdk.
 * Single digits are no such sign: logs are rotated by them. NULL: none. The caller frees.
 */
char *part_sibling(const char *path);

#endif
