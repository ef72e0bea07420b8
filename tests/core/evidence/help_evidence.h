/* Shared by the tests of evidence: a scratch folder, a case in it, files with known content. */
#ifndef GENBA_TESTS_EVIDENCE_HELP_H
#define GENBA_TESTS_EVIDENCE_HELP_H

#include "base/err.h"
#include "case/case.h"
#include "case/identity/identity.h"
#include "case/store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A fresh folder under TMPDIR or /tmp, and paths in it (the last 64 stay valid). For cmocka's setup and teardown. */
int scratch_begin(void **state);
int scratch_end(void **state);
const char *scratch_path(const char *name);

/* The same bytes for the same seed; never zeros for a whole sector. */
void fill(unsigned char *bytes, size_t n, uint64_t seed);
void make_file(const char *path, size_t n, uint64_t seed);
void write_text(const char *path, const char *text);
unsigned char *read_whole(const char *path, size_t *n); /* the caller frees */
void assert_same_file(const char *a, const char *b);
void sha256_text_of(const void *bytes, size_t n, char hex[65]);
int exists(const char *path);

/* A case in the scratch folder with one asset, R1-A1; opened anew by case_again(). */
struct case_file *case_begin(void);
struct case_file *case_again(struct case_file *c);
void case_end(struct case_file *c);

/* A field of a record as text; "" if unset. Static memory. */
const char *field_of(struct case_file *c, const char *label, const char *field);

#define assert_ok(rc, err)                             \
	do {                                           \
		if ((rc) < 0)                          \
			fail_msg("%s", (err).message); \
	} while (0)

#endif
