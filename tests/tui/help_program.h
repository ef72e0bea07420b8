/*
 * The built program, run by a test in a home of its own.
 *
 *     struct program p;
 *     program_init(&p);                                       a scratch folder, a fixed environment
 *     program_case(&p, "Slow terminal in personnel");         identity R1 and case, opened by p's passphrase file
 *     program_good(&p, "add", "asset", "hostname=HR-PC-03", NULL);
 *     assert_string_equal(p.out.data, "R1-A1\n");
 *     program_release(&p);
 *
 * What the program is told: LC_ALL=C.UTF-8, TZ=UTC, XDG_DATA_HOME and
 * XDG_RUNTIME_DIR inside the scratch folder, GENBA_CASE, GENBA_PASSPHRASE_FILE,
 * and GENBA_TEST_CLOCK, so that what it prints is the same at every run but for
 * ids. The path of the program comes from the environment variable GENBA.
 */
#ifndef GENBA_TESTS_TUI_HELP_PROGRAM_H
#define GENBA_TESTS_TUI_HELP_PROGRAM_H

#include "base/buf.h"

#define PROGRAM_PASSPHRASE "correct horse battery staple"
#define PROGRAM_CLOCK      "2026-11-23T14:05:00Z"

struct program {
	char dir[64];   /* scratch; removed by program_release() */
	struct buf out; /* standard output of the last run */
	struct buf log; /* standard error of it */
};

void program_init(struct program *p);
void program_release(struct program *p);

/* The program's path. */
const char *program_path(void);

/* A path inside the scratch folder; borrowed until the fourth call after. */
const char *program_file(const struct program *p, const char *name);

/* Writes a file in the scratch folder. */
void program_write(const struct program *p, const char *name, const char *text);

/* Runs it with these words (NULL ends them); its exit status. 128 + n: ended by signal n. */
int program_run(struct program *p, ...) __attribute__((sentinel));

/* Runs it and fails the test unless the status is 0. */
void program_good(struct program *p, ...) __attribute__((sentinel));

/* An identity (mark R1, the cheapest derivation) and an empty case, which GENBA_CASE names from now on. */
void program_case(struct program *p, const char *title);

/* Runs a shell line without any way to a passphrase and with nothing to read; its exit status and output ($GENBA is the
 * program). */
int program_shell(const char *line, char *output, size_t size);

/* Runs it and fails the test unless it ends with the status and says `wanted`. */
void assert_gives(const char *line, int status, const char *wanted);

/* The practice case, made in the scratch folder; GENBA_CASE, GENBA_PASSPHRASE_FILE and the identity are its own. */
void program_demo(struct program *p, const char *language);

#endif
