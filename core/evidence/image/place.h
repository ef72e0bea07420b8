/*
 * Where the bytes of evidence lie for this copy of the case.
 *
 * A record names the place at whoever preserved it. A copy that came with its evidence has it elsewhere, and perhaps in
 * another form (a folder in place came as a copy); writing that into the record would tell everybody. It is a setting of
 * this copy instead, which does not travel:
 *
 *     local.evidence = {"R1-E1": {"form": "sealed", "path": "/media/stick/taken/R1-E1-disk.gev"}, …}
 *
 * Whoever reads bytes goes through evidence_here() first:
 *
 *     json_t *record = record_get(c, label, RECORD_REVEAL, err);
 *     evidence_here(c, record);                  // copy_path and form are those of this copy now
 */
#ifndef GENBA_EVIDENCE_IMAGE_PLACE_H
#define GENBA_EVIDENCE_IMAGE_PLACE_H

#include <jansson.h>

struct case_file;
struct err;

/* The form of a raw image in parts, for evidence_lies(). The others are those of the field `form`. */
#define PLACE_PARTS "parts"

/* Changes a record in memory so that its bytes are read at the absolute `path`, in that form. */
void evidence_lies(json_t *record, const char *form, const char *path);

/* The same with what this copy of the case has on its own, if it has anything. 1 if so. */
int evidence_here(struct case_file *c, json_t *record);

/* Keeps places, an object as above; those of other records stay. Inside an action it is part of its transaction. */
int evidence_keep_places(struct case_file *c, const json_t *places, struct err *err);

#endif
