/*
 * The log that an imaging tool left beside an image: which digests it stated.
 *
 * dc3dd, FTK Imager, ewfacquire, Guymager and others write a line for each
 * digest that names the algorithm and gives the value in hexadecimal:
 *
 *     1abac1eccbc071d16376de822e613d56 (md5)
 *     MD5 checksum:    1abac1eccbc071d16376de822e613d56
 *     SHA1 checksum:   95bc457e75400e40cf2602773d5d98394f3afb70 : verified
 *
 * Everything else is passed over, digests of single pieces too, which name no
 * algorithm. UTF-8, single-byte and UTF-16 (little-endian, with its mark) text are read. A log is
 * somebody else's file: it is read in the cage.
 */
#ifndef GENBA_EVIDENCE_IMAGE_LOG_H
#define GENBA_EVIDENCE_IMAGE_LOG_H

#include "base/worker.h"

#include <stddef.h>

struct err;

#define IMAGE_LOG_LIMIT (8U << 20) /* bytes of a log */
#define STATED_MOST     16

enum stated_algorithm { STATED_MD5, STATED_SHA1, STATED_SHA256 };

struct stated {
	enum stated_algorithm algorithm;
	char hex[65]; /* lower case */
};

struct stated_list {
	struct stated items[STATED_MOST]; /* in the order of the log, each once */
	size_t count;
};

const char *stated_name(enum stated_algorithm algorithm); /* "MD5" */

/* Adds one, unless it is there or the list is full. */
void stated_add(struct stated_list *list, enum stated_algorithm algorithm, const char *hex);

/* Adds what the text states. 1 if `name` (may be NULL) occurs in it, else 0. */
int image_log_scan(const char *text, size_t n, const char *name, struct stated_list *list);

/*
 * Reads a log in the cage. With `name`, a log that does not mention it states nothing. -1 if it cannot be opened or
 * read, or the worker came to a bad end.
 */
int image_log_read(const char *path, const char *name, struct stated_list *list, struct err *err);

extern const struct worker_job image_log_job;

#endif
