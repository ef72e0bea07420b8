/*
 * Images for who only looks, whose bytes are no evidence of a case: E01 and parts, swept as the medium that they hold, and
 * raw ones, which are known by their names; all with their files as files, too.
 *
 *     struct sweep_media media = {.count = 0};
 *     int is_image = sweep_media_add(&media, &run, "disk.E01", &err);      // 1; 0: sweep_run_add_path() takes it
 *     sweep_run_go(&run, &err);
 *     sweep_run_release(&run);
 *     sweep_media_release(&media);
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_MEDIUM_H
#define GENBA_FINDING_SWEEP_SWEEP_MEDIUM_H

#include "finding/sweep/sweep_run.h"

struct sweep_medium;

struct sweep_media {
	struct sweep_medium **all;
	size_t count;
};

/* Adds the medium of the image whose first file is at `path`, and its files as files, too. 1; 0: it is no such image; -1. */
int sweep_media_add(struct sweep_media *media, struct sweep_run *run, const char *path, struct err *err);
void sweep_media_release(struct sweep_media *media); /* after the run */

#endif
