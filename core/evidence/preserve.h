/*
 * Preserving: bytes become evidence on record.
 *
 * A file, a block device or a directory tree is hashed in place, or copied, read
 * back from the medium and compared; then it is a record of the kind `evidence`,
 * one action each. What is not complete is on record as such, and told.
 */
#ifndef GENBA_EVIDENCE_PRESERVE_H
#define GENBA_EVIDENCE_PRESERVE_H

#include "base/progress.h"
#include "case/store/record.h"
#include "evidence/acquire/preserved.h"
#include "evidence/image/digest.h"
#include "evidence/image/ewf.h"

struct err;
struct evidence_known;
struct sink_ops;

enum evidence_form { EVIDENCE_HASH, EVIDENCE_RAW, EVIDENCE_SEALED, EVIDENCE_EWF };

/* The form's name, as in the record. */
const char *evidence_form_name(enum evidence_form form);

/* NULL is "hash"; -1 with what is allowed. */
int evidence_form_parse(const char *name, enum evidence_form *form, struct err *err);

/* "none", "fast" (also for NULL), "best". */
int evidence_compression_parse(const char *name, enum ewf_compression *compression, struct err *err);

struct preserve_options {
	enum evidence_form form;
	const char *to_dir;    /* copies: their folder, made if missing */
	int to_fd;             /* SEALED: a pipe that gets the container instead; 0: none */
	int source_fd;         /* an open source in the place of the path, which then only names it; 0: none */
	const char *for_label; /* the record that these bytes belong to (a digest was stated by others), or NULL */
	const char *log;       /* what another tool wrote when it made the source: its digests are compared; or NULL */
	int plain;             /* an image's file is taken as it is, not as an image */
	const char *changes;   /* why a writable mounted device is read all the same, or NULL */
	uint64_t split;        /* bytes of a part of a copy; 0: one file, of an E01 image EWF_SEGMENT */
	enum ewf_compression compression; /* of an E01 image */
	const char *on;                   /* label of the asset, or NULL */
	const char *type;                 /* value of the record's field, or NULL: guessed from the name */
	unsigned also;                    /* DIGEST_MD5, DIGEST_SHA1 */
	int one_file_system;              /* of a folder: what other file systems are mounted below it is left out */
	int verify_later; /* copies are not read back now: on record as pending until they are verified */
	struct evidence_known
	    *known; /* to tell of the same bytes (evidence_known.h), gets what is preserved; or NULL */
	int once;   /* hashed in place, and known by the same bytes, path and asset: no second record is made of it */
	const struct sink_ops *tap; /* of a file that is hashed in place: gets its bytes in the same read; or NULL */
	void *tap_ctx;
	const struct progress *progress;
	void (*trouble)(void *ctx, uint64_t more); /* told of so many more ranges or files that cannot be read; NULL */
	void *trouble_ctx;
	const char *sys; /* where the kernel describes devices, for tests; NULL: /sys */
};

/* What a file is called by its name alone: a value of the field `type`. */
const char *evidence_type_guess(const char *path, int folder);

/*
 * Preserves one path. 0 when a record was made, complete or not; -1 when nothing
 * was recorded (it does not exist, the medium is full, the record was refused).
 */
int evidence_preserve(struct case_file *c, const char *path, const struct preserve_options *options,
                      struct preserved *out, struct err *err);

struct evidence_report {
	uint64_t results;     /* records of which something can be put on record: read again, or found unreadable */
	uint64_t checked;     /* records whose bytes were read again and compared */
	uint64_t from_medium; /* of these, read past the cache */
	uint64_t
	    unreadable; /* not there, not readable, incomplete, or without bytes to compare (physical, held by another) */
};

/* What is verified, and how. */
struct evidence_verifying {
	const char *const *labels; /* NULL: all evidence */
	size_t count;
	int record; /* the result is put on record (verified_at, verified), in one action */
	const struct progress *progress;
	void (*finding)(void *ctx, const char *part, const char *text);
	void *ctx;
};

/*
 * Reads evidence again, past the cache where the kernel lets it, and
 * compares. A difference is a finding. ERR_NOT_FOUND or ERR_USAGE for a label
 * that is no evidence.
 */
int evidence_verify_some(struct case_file *c, const struct evidence_verifying *what, struct evidence_report *report,
                         struct err *err);

/* The same for all of it. */
int evidence_verify(struct case_file *c, int record, const struct progress *progress,
                    void (*finding)(void *ctx, const char *part, const char *text), void *ctx,
                    struct evidence_report *report, struct err *err);

enum extract_flags {
	EXTRACT_INTACT =
	    1, /* of a damaged container: what is intact, zeros for the rest, and an error that names the ranges */
};

/*
 * Writes the bytes of evidence (a file's copy, a sealed container, captured
 * output) to the new file `to`, or to standard output for "-", and compares
 * their SHA-256 with the record. ERR_DAMAGED: they differ, or pieces are
 * damaged; a file is then only left with EXTRACT_INTACT.
 */
int evidence_extract(struct case_file *c, const char *label, const char *to, unsigned flags,
                     const struct progress *progress, struct err *err);

/*
 * Writes the manifest of a folder, whose SHA-256 is the evidence's, to the new file `to`, and beside it two files for
 * `sha256sum -c`: TO.sha256 about the manifest, to be checked beside it, and TO.files.sha256 about all files, to be
 * checked where the folder lies. ERR_USAGE if the evidence is no folder.
 */
int evidence_extract_manifest(struct case_file *c, const char *label, const char *to, struct err *err);

#endif
