/*
 * What archives hold, member by member: zip, tar, 7z, RAR, CAB, ISO 9660.
 *
 *     struct sweep_archive archive = {.input = &input, .member = take_member, .ctx = ctx};
 *     sweep_archive_each(&archive, &why);
 *
 * In the cage, by libarchive. Only the formats that are named are switched on. A member's name is text and never opened as a
 * path. What is encrypted is told, and read if a password that
 * was given opens it: of zips, ZipCrypto and AES; libarchive decrypts no other form. What decodes to more than `ratio` times
 * what was taken for it, beyond SWEEP_FREE, ends there, and the next member goes on.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_ARCHIVE_H
#define GENBA_FINDING_SWEEP_SWEEP_ARCHIVE_H

#include "finding/sweep/sweep_source.h"

#include <jansson.h>
#include <stdint.h>

#define SWEEP_MEMBERS 100000U     /* of an archive that are read */
#define SWEEP_DEPTH   3U          /* archives in one another */
#define SWEEP_HELD    (64U << 20) /* bytes of an archive in an archive that are held, to read it in any order */

#define SWEEP_ARCHIVE_HEAD (33U << 10) /* bytes that tell of all */

/* By its first bytes. */
int sweep_archive_is(const unsigned char *bytes, size_t n);

struct sweep_archive {
	/* Bytes in order; or, if `read_at` is there, at any offset of `size`. */
	const struct sweep_input *input;
	ssize_t (*read_at)(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err);
	uint64_t size;
	uint64_t ratio;          /* 0: SWEEP_RATIO */
	const json_t *passwords; /* array of texts that are tried on locked members of zips; may be NULL */
	/* A member: its bytes come from `input`; NULL: `problem` says why they do not. -1 stops. */
	int (*member)(void *ctx, const char *name, const struct sweep_input *input, const char *problem,
	              struct err *err);
	void *ctx; /* of both */
};

/* 0; 1 with why it cannot be read to its end; -1: a call said so. */
int sweep_archive_each(const struct sweep_archive *archive, struct err *err);

#endif
