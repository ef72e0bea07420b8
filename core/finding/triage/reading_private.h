/* What reading files and reading trees share. */
#ifndef GENBA_FINDING_TRIAGE_READING_PRIVATE_H
#define GENBA_FINDING_TRIAGE_READING_PRIVATE_H

#include "base/buf.h"
#include "evidence/image/ewf.h"
#include "finding/triage/reading.h"

struct source;

int reading_problem(const struct triage_reading *r, struct triage_read_sum *sum, const char *path, uint64_t offset,
                    const char *reason, struct err *err);
/* The same of what a parser said: "could not be parsed: REASON", unless it says that it is not covered. */
int reading_unparsed(const struct triage_reading *r, struct triage_read_sum *sum, const char *path, uint64_t offset,
                     const char *reason, struct err *err);
int reading_rows(const struct triage_reading *r, struct buf *cut, const void *bytes, size_t n, struct err *err);
void reading_note_parser(struct triage_read_sum *sum, const char *name, unsigned version);

enum reading_form { READING_PLAIN, READING_IMAGE, READING_EWF, READING_ZIP };

/* By its first bytes and its name; `image`: what is nothing else is an image. */
enum reading_form reading_form_of(const char *path, const unsigned char *head, size_t n, int image);

/* Reads a tree whose bytes lie in a file (of an E01: beside the others of its set, by path), or behind a source. */
int reading_tree_file(const struct triage_reading *r, struct triage_read_sum *sum, int fd, enum reading_form form,
                      const char *path, struct err *err);
int reading_tree_source(const struct triage_reading *r, struct triage_read_sum *sum, struct source *source,
                        enum reading_form form, const char *path, struct err *err);
int reading_tree_set(const struct triage_reading *r, struct triage_read_sum *sum, const struct ewf_set *set,
                     uint64_t size, const char *path, struct err *err);

#endif
