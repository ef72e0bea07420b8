/*
 * E01 images (Expert Witness Compression Format), written and read through libewf.
 *
 * An image is a set of segment files NAME.E01, NAME.E02, … Its media are cut into
 * chunks of 32 KiB, each compressed with deflate or stored as it is with a
 * checksum; MD5 and SHA-1 of the media, the sectors that could not be read, and a
 * few words about case and examiner stand beside them. Format: libewf's
 * documentation "Expert Witness Compression Format (EWF)", variant EnCase 6.
 *
 * Writing: chunks are compressed by the pipeline's workers, all processors at
 * once, and handed to libewf finished. An unfinished set is named NAME.part.E01, …
 * libewf cannot go on with a set that was cut off in the middle, so work on an
 * image that was interrupted begins anew.
 *
 * Reading: whoever made an image may have made it to hurt, and libewf parses it.
 * It therefore runs in the cage (base/worker.h) and streams the media out of it;
 * struct ewf is a source's layer over that stream. What follows front to back is
 * read once; a step back starts the stream anew.
 *
 *     struct ewf_set set;
 *     if (ewf_set_open(&set, "disk.E01", &err) == 0) {
 *         struct ewf *image = ewf_open(&set, &err);
 *         source_from_layer(&source, ewf_read, image, ewf_about(image)->size);
 */
#ifndef GENBA_EVIDENCE_IMAGE_EWF_H
#define GENBA_EVIDENCE_IMAGE_EWF_H

#include "base/worker/worker.h"
#include "evidence/image/pipeline.h"

#include <jansson.h>

struct err;

#define EWF_CHUNK    32768U
#define EWF_SEGMENTS 900         /* at most in a set: each is an open descriptor */
#define EWF_SEGMENT  2146435072U /* bytes of a segment if nothing is said: 2047 MiB, which FAT takes */

/* ---- the files of a set */

struct ewf_set {
	char *first; /* path of the first segment, ending in .E01 */
	int *fds;
	size_t count;
};

/* The path of segment `i`, counted from 0, for a first segment ending in .E01 or .e01 (E01 … E99, EAA … EZZ, FAA … ZZZ). NULL
 * if there is none. The caller frees. */
char *ewf_segment_path(const char *first, size_t i);

/* 1 if the bytes begin an E01 image's first segment. */
int ewf_is_image(const void *bytes, size_t n);

/* Opens all segments that are there, up to a gap. */
int ewf_set_open(struct ewf_set *set, const char *first, struct err *err);
void ewf_set_close(struct ewf_set *set);

/* Lines (printable, each with its end) that name what can be told from the files alone: segments that are missing, cut short
 * or in another's place. Nothing for a whole set. */
void ewf_set_explain(const struct ewf_set *set, struct buf *lines);

int ewf_set_drop_cache(struct ewf_set *set); /* 1 if no byte is left in memory */

/* The unfinished form of a set's first segment: NAME.part.E01. The caller frees. */
char *ewf_unfinished(const char *first);

/* Syncs an unfinished set and gives it its final names; removes one. */
int ewf_set_finish(const char *first, struct err *err);
void ewf_set_discard(const char *first);

/* ---- writing: a sink of acquire() */

enum ewf_compression { EWF_NONE, EWF_FAST, EWF_BEST };

struct ewf_options {
	enum ewf_compression compression;
	uint64_t segment; /* bytes of a segment file */
	uint64_t size;    /* of the source, or SOURCE_UNKNOWN */
	int device;       /* physical media, not a file's content */
	const char *case_number;
	const char *evidence_number;
	const char *examiner;
	const char *description;
	const char *notes;
	const char *software; /* that writes */
};

struct ewf_writer;

/* Begins the image whose first segment will be `first`; its unfinished form must not be there. Text is made printable. */
struct ewf_writer *ewf_writer_begin(const char *first, const struct ewf_options *options, struct err *err);

/* Writes digests (MD5 must be among them), unreadable ranges and the end; the files are closed then, but not synced. */
int ewf_writer_finish(struct ewf_writer *w, const struct digest_result *digests, const struct ranges *unreadable,
                      struct err *err);
void ewf_writer_free(struct ewf_writer *w);

extern const struct sink_ops ewf_sink;

/* ---- reading */

struct ewf_about {
	uint64_t size; /* bytes of the media */
	char md5[33];  /* as the image states them; "" if it does not */
	char sha1[41];
	json_t *words;            /* an object: what the image says about itself, by libewf's names; hostile text */
	struct ranges unreadable; /* that its maker could not read */
	uint64_t more;            /* such ranges beyond those, which are too many to be told one by one */
	int corrupted;            /* libewf found the files damaged when it opened them */
};

struct ewf;

/* Opens the image; the set is borrowed and used by nobody else meanwhile. ERR_DAMAGED: it is none, or too damaged. */
struct ewf *ewf_open(const struct ewf_set *set, struct err *err);
const struct ewf_about *ewf_about(const struct ewf *image);

/* The media's bytes, as a source takes them as its layer; EBADMSG for what is damaged. */
ssize_t ewf_read(void *image, void *bytes, size_t n, uint64_t offset);

/* Why the stream ended before its end, printable; NULL if it did not. Borrowed. */
const char *ewf_failure(const struct ewf *image);
void ewf_close(struct ewf *image);

/* libewf in the cage; a row of the program's table of workers. */
extern const struct worker_job ewf_job;

/* ---- in the cage: media of the set whose segments are the worker's input files, read anywhere */

struct ewf_caged;

struct ewf_caged *ewf_caged_open(struct worker *w, struct err *err); /* NULL with the error */
uint64_t ewf_caged_size(const struct ewf_caged *e);
int ewf_caged_read(struct ewf_caged *e, uint64_t offset, void *bytes, size_t n,
                   struct err *err); /* all n bytes, or -1 */
void ewf_caged_close(struct ewf_caged *e);

#endif
