/*
 * The twin: proof of what a case says, without saying it.
 *
 * Every field of every record at a commit becomes a digest; their root is signed. The file holds value and salt of what may
 * leave, and the bare digest of everything else, so that a field can be disclosed later by handing over its value and salt:
 * whoever has the twin sees that it stood there, at that time, and was not changed since. Record ids stay; labels and names do
 * not. Its format is told in genba-exchange(5), with a check in thirty lines of Python:
 *
 *     salt   HMAC-SHA-256(key, id NUL field); the key stays in the case, a secret of the release
 *     leaf   SHA-256(00 salt u32 |id| id u32 |field| field u32 |value| value), big-endian; value is compact JSON
 *     content  SHA-256 of u32 |id| id u32 |field| field leaf of each field, in the file's order: what is signed beside the root
 *     root   RFC 6962's tree over the leaves in the order of their bytes: SHA-256(01 left right), one left over is passed on
 *
 *     struct twin_made made;
 *     if (twin_write(r, &bytes, &made, &err) == 0)
 *         release_key(r, made.key);
 */
#ifndef GENBA_OUTWARD_TWIN_TWIN_H
#define GENBA_OUTWARD_TWIN_TWIN_H

#include "base/progress.h"
#include "base/worker/worker.h"
#include "outward/release/release.h"

struct buf;

#define TWIN_HASH 32

struct twin_made {
	char key[2 * TWIN_HASH + 1]; /* hexadecimal; for the record of the release */
	char root[2 * TWIN_HASH + 1];
	char content[2 * TWIN_HASH + 1]; /* digest of what stands where */
	uint64_t leaves;
	uint64_t disclosed; /* with value and salt */
};

/* Appends the file. ERR_USAGE if nobody's key is there to sign it. */
int twin_write(struct release *r, struct buf *out, struct twin_made *made, struct err *err);

/* What a twin says of itself, found true or not. */
struct twin_checked {
	char case_id[40];
	char commit[64];
	char time[40];
	char root[2 * TWIN_HASH + 1];
	char signer[64];                /* SHA256:… */
	char sha256[2 * TWIN_HASH + 1]; /* of the file */
	uint64_t leaves;
	uint64_t disclosed;
	uint64_t proven; /* of the fields that were handed over beside it */
};

/*
 * Checks the file in the cage: digests, root, signature. `handed` (or NULL): array of {"id", "field", "salt", "value"} that were
 * handed over later. ERR_DAMAGED says what was altered; ERR_INVALID: it is no twin.
 */
int twin_check(int fd, const json_t *handed, const struct progress *progress, struct twin_checked *checked,
               struct err *err);

/* Computes the root again from the full case. ERR_DAMAGED: it is another; ERR_NOT_FOUND: the case did not release it. */
int twin_against(struct case_file *c, const struct twin_checked *checked, struct err *err);

/* A field as it is handed over later: {"id", "field", "salt", "value"}. `release`: label of the twin's. NULL with the error. */
json_t *twin_disclose(struct case_file *c, const char *release, const char *label, const char *field, struct err *err);

extern const struct worker_job twin_job;

#endif
