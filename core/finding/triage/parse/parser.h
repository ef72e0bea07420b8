/*
 * A parser of triage: one form of file in, observations out.
 *
 * A parser is a row of the table in parsers.c. It runs in the cage and is handed
 * a file that it may read anywhere; where the bytes lie (a file, a file inside of
 * an image, of a container) it does not know.
 *
 *     static int tasks_recognise(const char *name, const unsigned char *head, size_t n);
 *     static int tasks_run(const struct triage_file *f, struct triage_out *out, struct err *err);
 *
 *     {"task", 1, tasks_recognise, tasks_run},
 *
 * It writes rows (triage_row), what could not be read (triage_problem), and what
 * has to be known of the whole file (triage_fact): the oldest record of a log, the
 * channel that it is of. Whatever it meets, it goes on behind it. Its version grows
 * whenever it would say something else of the same bytes.
 */
#ifndef GENBA_FINDING_TRIAGE_PARSE_PARSER_H
#define GENBA_FINDING_TRIAGE_PARSE_PARSER_H

#include "base/err.h"
#include "finding/observation/observation.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct triage_out;

#define TRIAGE_HEAD 64U /* bytes of a file by which it is recognised */

/* A small file beside it that belongs to it, in memory: a hive's log. */
struct triage_beside {
	const char *suffix; /* what follows the file's name: ".LOG1" */
	unsigned char *bytes;
	size_t n;
};

#define TRIAGE_BESIDE      2U          /* that a parser may want */
#define TRIAGE_BESIDE_MOST (96U << 20) /* bytes of one */

struct triage_file {
	const char *path; /* as the rows name it */
	uint64_t size;
	int64_t modified; /* its own time, in ticks; 0 or OBSERVATION_NO_TIME: not known */
	int recover;      /* what lies in slack is wanted, too, as recovered rows */
	uint8_t flags;    /* enum observation_flags: of every row of it */
	struct triage_beside beside[TRIAGE_BESIDE];
	size_t beside_count;
	const char *damaged; /* what is wrong with its bytes, which are read all the same; else NULL */
	uint64_t damaged_at;
	const char *unread; /* the suffix of one that is there and could not be read, or is too large; else NULL */
	/* All n bytes at `offset`, which lie inside, or -1. */
	int (*read)(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err);
	void *ctx;
};

struct triage_parser {
	const char *name; /* the word of --only */
	unsigned version;
	/* Whether a file of that path, which begins with these n bytes, is one of its. Compares, and nothing else: it runs
	 * outside of the cage, too. */
	int (*recognises)(const char *path, const unsigned char *head, size_t n);
	/* 0, or -1: nothing of the file could be read. */
	int (*run)(const struct triage_file *f, struct triage_out *out, struct err *err);
	const char *beside[TRIAGE_BESIDE]; /* suffixes of files that belong to it */
};

/* ---- for parsers: what they say */

/* Adds a row; its path is the file's. -1: whoever listens wants no more. A row that is too long is a problem, and no error. */
int triage_row(struct triage_out *out, struct observation *o, struct err *err);

/* The same of a row that is of another path than the file's: what the file tells of others. */
int triage_row_at(struct triage_out *out, const char *path, struct observation *o, struct err *err);

/* What could not be read, and where. At most 50 a file are told; how many more there were stands in the last. */
void triage_problem(struct triage_out *out, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A fact of the whole file. Steals the value. */
void triage_fact(struct triage_out *out, const char *name, json_t *value);

/* ---- for who runs them */

/* Takes packed rows, in pieces of at most a MiB. */
typedef int (*triage_rows_fn)(void *ctx, const void *bytes, size_t n, struct err *err);

/* What a run of a parser left: rows go to the function as they come. */
struct triage_done {
	uint64_t rows;
	json_t *facts;     /* an object */
	json_t *problems;  /* {"offset": n, "reason": "…"}, … */
	struct err failed; /* why nothing could be read */
};

/* Runs the parser. 0, or -1 if `rows` failed. Release *done in either case. */
int triage_parse(const struct triage_parser *parser, const struct triage_file *f, triage_rows_fn rows, void *ctx,
                 struct triage_done *done, struct err *err);
void triage_done_release(struct triage_done *done);

#endif
