/*
 * A folder of what was collected, an entry for each machine: sixty zips of a collector, each called as the host it is of.
 *
 *     size_t count;
 *     char **paths = collections_list("/media/usb/collections", &count, err);
 *     for (size_t i = 0; i < count; i++)
 *             if (collections_asset(c, paths[i], label) == 1)
 *                     …preserve paths[i] on `label`…
 *     collections_free(paths, count);
 */
#ifndef GENBA_EVIDENCE_COLLECTIONS_H
#define GENBA_EVIDENCE_COLLECTIONS_H

#include "case/store/record.h"

#include <stddef.h>

struct err;

#define COLLECTIONS_MOST 10000 /* entries of one folder */

/* Every entry of the folder, by name: its path. NULL: it cannot be read, or holds more than COLLECTIONS_MOST. */
char **collections_list(const char *folder, size_t *count, struct err *err);
void collections_free(char **paths, size_t count);

/* The asset that is called as the file, without its endings: HQ-PC-017 for HQ-PC-017.tar.gz, in large letters or small. Never
 * a part of the name: PC-01 is not PC-01-old. 0: none is, 1: one, 2: several. */
int collections_asset(struct case_file *c, const char *path, char label[LABEL_TEXT]);

#endif
