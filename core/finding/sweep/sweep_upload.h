/*
 * Uploads by client and hour: POST, PUT and CONNECT of log lines to indicators of the role `upload`, and to services that keep
 * files (storage_services.def, and a person's own).
 *
 *     struct sweep_uploads *u = sweep_uploads_new(list);
 *     sweep_uploads_take(u, run, unit, line, err);             // what workers counted
 *     sweep_uploads_tell(u, run, err);                         // an object of the kind `upload` each
 *     sweep_uploads_free(u);
 *
 * The services stand behind the indicators in what the workers look for. They are no hits.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_UPLOAD_H
#define GENBA_FINDING_SWEEP_SWEEP_UPLOAD_H

#include "finding/sweep/sweep_list.h"

#include <jansson.h>

struct buf;
struct err;
struct sweep_run;
struct sweep_unit;
struct sweep_uploads;

struct sweep_uploads *sweep_uploads_new(const struct sweep_list *list);
void sweep_uploads_free(struct sweep_uploads *u); /* NULL is allowed */

/* Appends the services that are no indicators of the list, as sweep_list_write() has them. */
void sweep_uploads_write(const struct sweep_uploads *u, struct buf *out);
/* The numbers of the indicators in the list whose uploads are counted. New reference. */
json_t *sweep_uploads_numbers(const struct sweep_uploads *u);

/* A line of a worker, of the unit. 0; -1: it is none. */
int sweep_uploads_take(struct sweep_uploads *u, const struct sweep_run *run, size_t unit, const json_t *line,
                       struct err *err);
/* Tells them in order of time. */
int sweep_uploads_tell(struct sweep_uploads *u, struct sweep_run *run, struct err *err);

#endif
