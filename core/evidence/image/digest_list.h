/*
 * Lists of digests as sha256sum and its like write them: a line says a digest, and of which file.
 *
 *     1abac1eccbc071d16376de822e613d56  disk.dd              md5sum, sha1sum, sha256sum ("*" before the name: binary)
 *     1abac1eccbc071d16376de822e613d56 disk.dd               md5 -r of the BSDs
 *     MD5 (disk.dd) = 1abac1eccbc071d16376de822e613d56       sha256sum --tag, the BSDs
 *     SHA2-256(disk.dd)= 5c693ab8…                           openssl dgst
 *     %%%% size,md5,sha256,filename                          hashdeep: this line says what the next ones hold
 *     1048576,1abac1ec…,5c693ab8…,/cases/disk.dd
 *
 * Sources: GNU coreutils manual, "md5sum invocation" (the backslash that begins a line whose name is escaped); FreeBSD
 * md5(1); hashdeep(1). A line of another form is none of a list.
 */
#ifndef GENBA_EVIDENCE_IMAGE_DIGEST_LIST_H
#define GENBA_EVIDENCE_IMAGE_DIGEST_LIST_H

#include "base/buf.h"
#include "evidence/image/image_log.h"

#define DIGEST_LIST_COLUMNS 16

/* What hashdeep's last line of columns said. Zeroed at the beginning of a text. */
struct digest_list {
	size_t columns;                                    /* 0: no such line yet; the last one is the file's name */
	enum stated_algorithm column[DIGEST_LIST_COLUMNS]; /* STATED_OTHER: nothing that is compared */
};

struct digest_line {
	struct stated stated[3];
	size_t count;    /* 0: of algorithms that are not compared */
	struct buf name; /* of the file, as bytes; release it after each line */
};

/* 1 if the line (without its end) is of a list and names a file; 0 if it is not. */
int digest_list_line(struct digest_list *list, const char *line, size_t n, struct digest_line *out);

/* How many names at the end of two paths are the same, from the last on: 0 if the files have different names. Both `/` and
 * `\` stand between names in `listed`. */
size_t digest_list_agreement(const char *listed, const char *path);

#endif
