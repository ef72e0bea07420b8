/*
 * The bytes of evidence where they lie: in place, as a copy, in a sealed container, in the case itself.
 *
 *     struct stored s;
 *     if (stored_open(&s, c, "R1-E4", &err) == 0) {
 *         … acquire() from &s.source …
 *         stored_close(&s);
 *     }
 */
#ifndef GENBA_EVIDENCE_IMAGE_STORED_H
#define GENBA_EVIDENCE_IMAGE_STORED_H

#include "evidence/image/ewf.h"
#include "evidence/image/gev.h"
#include "evidence/image/parts.h"
#include "evidence/image/source.h"
#include "evidence/image/volume.h"

#include <jansson.h>

struct case_file;

enum stored_kind { STORED_FILE, STORED_VOLUME, STORED_SEALED, STORED_EWF, STORED_PARTS, STORED_BLOB };

struct stored {
	enum stored_kind kind;
	struct source source; /* read it through this */
	struct volume volume;
	struct gev sealed;
	struct ewf_set set;
	struct ewf *image;
	struct parts parts;
	struct buf blob;
};

/* Opens the bytes of a record, where this copy of the case has them (place.h). ERR_NOT_FOUND if it has none that could be read
 * (physical, held by another, unfinished). */
int stored_open(struct stored *s, struct case_file *c, const char *label, struct err *err);

/* The same of a record that was read with RECORD_REVEAL. The key of a container is wiped in it. */
int stored_open_record(struct stored *s, struct case_file *c, json_t *record, struct err *err);

/* How the files at a place hold the bytes. */
enum stored_shape { STORED_ONE_FILE, STORED_SEGMENTS, STORED_FOREIGN_PARTS, STORED_SPLIT };

/* The shape of a record's bytes at `path`; a folder is STORED_ONE_FILE. Of a split copy the parts must be there. */
enum stored_shape stored_shape(const json_t *record, const char *path);

/* The path of file `i` of that shape, counted from 0; NULL if there can be none. The caller frees. */
char *stored_member(enum stored_shape shape, const char *path, size_t i);

/* Lines (printable, each with its end) that name files of it that are missing, cut short, or one another's; `record` says how
 * much there was. Nothing for what is whole, and for what is one file. */
void stored_explain(const struct stored *s, const json_t *record, struct buf *lines);

/* 1 if as a file, or as parts of one, it has not as many bytes as the record says: then it is altered, whatever of it can be
 * read. */
int stored_has_other_size(const struct stored *s, const json_t *record);

/* 1 if no byte is left in memory, so that the medium will be read. */
int stored_drop_cache(struct stored *s);
void stored_close(struct stored *s);

/*
 * 1 if the record is of a folder, whatever stands in its place by now, with its manifest (appended) and where it lies
 * (appended; empty if the record does not say); 0 if it is of anything else.
 */
int stored_folder(struct case_file *c, const json_t *record, struct buf *manifest, struct buf *path);

/* The absolute path that a record names by `field`, as bytes. -1 if it has none. */
int stored_path(const json_t *record, const char *field, struct buf *path);

#endif
