/*
 * A raw image in parts, as other tools leave it: NAME.001, NAME.002, … or NAME.000, NAME.001, …
 *
 * The content is the parts one behind the other, of whatever sizes they are. For reading only; parts that genba
 * writes itself are a struct volume.
 */
#ifndef GENBA_EVIDENCE_IMAGE_PARTS_H
#define GENBA_EVIDENCE_IMAGE_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct err;

struct part {
	int fd;
	uint64_t start; /* of its first byte in the whole */
	struct stat before;
};

struct parts {
	struct part *items;
	size_t count;
	uint64_t size;
};

/* 1 if the name is that of a first part: it ends in .001 or .000. */
int parts_is_first(const char *path);

/* The path of part `i`, counted from 0, of the set that `first` begins. The caller frees. */
char *parts_path(const char *first, size_t i);

/* Opens all parts that are there, up to a gap. */
int parts_open(struct parts *p, const char *first, struct err *err);
void parts_close(struct parts *p);

/* 1 if other parts than the first are there, behind a gap or not. */
int parts_are_there(const char *first);

/* As pread(); the form that a source takes as its layer. */
ssize_t parts_read(void *parts, void *bytes, size_t n, uint64_t offset);

int parts_changed(const struct parts *p);    /* 1 if size or time of a part is not what it was */
int parts_drop_cache(const struct parts *p); /* 1 if no byte is left in memory */

#endif
