/*
 * The log that an imaging tool left beside an image, or a list of digests: what it states of the image.
 *
 * dc3dd, FTK Imager, ewfacquire, Guymager and others write a line for each
 * digest that names the algorithm and gives the value in hexadecimal:
 *
 *     1abac1eccbc071d16376de822e613d56 (md5)
 *     MD5 checksum:    1abac1eccbc071d16376de822e613d56
 *     SHA1 checksum:   95bc457e75400e40cf2602773d5d98394f3afb70 : verified
 *
 * A list (digest_list.h) names the file of each digest: then only the lines of the image count; of several with its name,
 * those whose folders agree best. A list with one file alone is taken to be of the image, whatever that was called then.
 * Everything else is passed over, digests of single pieces too, which name no algorithm, and those of an image's own files
 * (disk.E01, disk.001), which are not those of its content. UTF-8, single-byte and UTF-16 (little-endian, with its mark)
 * text are read. A log is somebody else's file: it is read in the cage.
 */
#ifndef GENBA_EVIDENCE_IMAGE_IMAGE_LOG_H
#define GENBA_EVIDENCE_IMAGE_IMAGE_LOG_H

#include "base/worker/worker.h"

#include <stddef.h>

struct err;

#define IMAGE_LOG_LIMIT (8U << 20) /* bytes of a log */
#define STATED_MOST     16

enum stated_algorithm { STATED_MD5, STATED_SHA1, STATED_SHA256, STATED_OTHER /* in lists only */ };

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

/* The image that a log is asked about. */
struct image_log_of {
	const char *path; /* of the image, or of its first file; NULL: not known, every digest counts */
	int set; /* it is a set of files, or a container: a digest of a file of it is not that of the content */
};

struct image_log {
	struct stated_list stated;
	size_t others; /* digests that the log lists for other files */
	int mentions;  /* the image's name occurs in it */
};

/* Adds what the text states of the image. `log` is zeroed before. */
void image_log_scan(const char *text, size_t n, const struct image_log_of *image, struct image_log *log);

/* Reads a log in the cage. -1 if it cannot be opened or read, or the worker came to a bad end. */
int image_log_read(const char *path, const struct image_log_of *image, struct image_log *log, struct err *err);

extern const struct worker_job image_log_job;

#endif
