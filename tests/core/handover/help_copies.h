/*
 * Copies of one case, for tests of merging: the first person makes the case, the
 * others get copies of it, and everybody works alone.
 */
#ifndef GENBA_TESTS_HELP_COPIES_H
#define GENBA_TESTS_HELP_COPIES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "case/identity/identity.h"
#include "case/store/record.h"
#include "handover/merge/merge.h"
#include "handover/parcel/handover.h"
#include "history/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COPIES 3

extern char folder[64];
extern struct identity *people[COPIES];
extern struct case_file *copies[COPIES];

/* For cmocka: the folder, the people, a clock that only moves when told. */
int set_up(void **state);
int tear_down(void **state);

void begin(size_t n); /* makes copies[0 … n-1] */
void end(size_t n);
void open_as(size_t copy, size_t person); /* opens a copy anew as somebody else of its slots */
char *path_of(const char *name);          /* a fresh path; the caller frees */
struct case_file *open_copy(const char *path, const struct identity *who);

void ok(int rc, const struct err *err);
void add(struct case_file *c, const char *kind, const char *field, const char *value, char label[LABEL_TEXT]);
void set(struct case_file *c, const char *label, const char *field, const char *value);

/* One commit of these files on top of the copy's history, past all that the case would have said about them. */
typedef int (*signing_fn)(void *ctx, const void *message, size_t n, unsigned char signature[64]);
int sign_well(void *ctx, const void *message, size_t n, unsigned char signature[64]);
void commit_files(struct case_file *c, const struct identity *who, signing_fn how, const struct history_change *files,
                  size_t count);

/* The same for one record, as it is. */
void commit_object(struct case_file *c, const struct identity *who, const json_t *object);

/* Merges all of `from` into `to`: what `from` would send to somebody of whom it knows nothing. */
int try_merge(struct case_file *to, struct case_file *from, struct merge_report *report, struct err *err);
struct merge_report merge(struct case_file *to, struct case_file *from);

/* `to` does not take what `from` has, names the reason, and stays as it was and whole. */
void assert_refused(struct case_file *to, struct case_file *from, const char *reason);

/* Both merge what the other had, neither having seen the other's merge. */
void cross(size_t a, size_t b);

void tree_digest(struct case_file *c, unsigned char digest[32]);
void assert_same_trees(size_t n);
void assert_verifies(struct case_file *c);
char *field_of(struct case_file *c, const char *label, const char *field); /* the caller frees */
void assert_field(struct case_file *c, const char *label, const char *field, const char *wanted);
uint64_t count(struct case_file *c, const char *kind);

/* What a query of one number answers. */
long sql_number(struct case_file *c, const char *sql);

#endif
