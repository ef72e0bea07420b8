/*
 * What a merge would change, for people: record by record, field by field, with
 * what either side has and what both had before they parted.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_DETAIL_H
#define GENBA_HANDOVER_MERGE_MERGE_DETAIL_H

#include "case/case.h"
#include "history/history.h"

#include <jansson.h>

#define MERGE_DETAIL 500 /* records that are told */

/*
 * `files` (path -> canonical text) is what a merge of `theirs` into `ours` (full
 * ids) wrote, inside the action that is open; `base` is their ancestor, "" if
 * there is none. An array, records with something to decide first, then changed
 * ones, then new ones:
 *
 *     {"label": …, "title": …, "new": bool, "fields": [{"name": …, "base": …, "ours": …, "theirs": …, "becomes": …,
 *      "clash": bool}, …]}
 *
 * All strings are printable, values as a list of the record shows them; of a
 * new record only `becomes`. NULL on damage.
 */
json_t *merge_detail(struct case_file *c, const char *base, const char *ours, const char *theirs, const json_t *files,
                     struct err *err);

#endif
