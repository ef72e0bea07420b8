/*
 * The caged worker: where parsers of foreign data run.
 *
 * Mails, archives, registry hives and file systems under investigation are made
 * by an attacker, and parsers have bugs. A parser therefore never runs in the
 * process that holds the keys. genba executes itself anew (a merely forked child
 * could read its parent's memory); the new process keeps one descriptor to read
 * and one to write (and an input file, if one is handed over), gives up files,
 * network, processes and programs (seccomp) and is limited in memory, processor
 * time and output (rlimits). It writes JSON lines, which the parent reads as
 * hostile text: strictly parsed, bounded in number of bytes and in time.
 *
 * A parser is a row of a table that the program hands to worker_main(), the
 * first thing that main() does:
 *
 *     static int count_run(struct worker *w, struct err *err)    // in the cage
 *     {
 *         char piece[4096];
 *         long long total = 0;
 *         ssize_t n;
 *         while ((n = worker_read(w, piece, sizeof piece, err)) > 0)
 *             total += n;
 *         return n < 0 ? -1 : worker_emit_take(w, json_pack("{s:I}", "bytes", total), err);
 *     }
 *     const struct worker_job count_job = {.name = "count", .run = count_run};
 *
 *     static const struct worker_job *const jobs[] = {&count_job, NULL};
 *     int main(int argc, char **argv)
 *     {
 *         worker_main(argc, argv, jobs);       // comes back only in an ordinary process
 *         …
 *     }
 *
 * and is called from any layer by its name:
 *
 *     struct worker_call call = {.job = "count", .input = fd, .line = on_line, .ctx = &sum};
 *     struct worker_result result;
 *     if (worker_run(&call, &result, err) < 0)
 *         return -1;                                             // not even begun, or cancelled
 *     if (result.end != WORKER_DONE)
 *         record_finding(result.reason);                         // "could not be parsed: …", on record
 *
 * The worker's messages are in the interface's language, its time zone is UTC, and
 * its environment holds nothing else.
 *
 * A parser whose result is bytes (a disk image taken out of its container) hands
 * them over with worker_emit_raw(); they come to worker_call.raw in their order
 * between the lines. A library that opens its input by name, possibly several
 * files, gets worker_input_name(): in the cage these names open the descriptors
 * that were handed over, and no other name opens anything.
 *
 * Media that only the parent can read (a sealed container, an E01, a set of parts:
 * keys and files stay with it) are handed over as worker_call.media. The parser
 * asks for ranges of them with worker_media_read(), the parent reads and answers.
 * One that stands for itself, such as a raw image, is better handed over as a file.
 *
 * What came before a bad end is delivered as far as it was whole: it is a part,
 * and a caller that keeps it says so. A bad end is never "clean".
 *
 * A test program that starts workers calls worker_main() in its own main().
 * Built with AddressSanitizer, the address space cannot be limited (its shadow
 * takes terabytes): the parent then watches the worker's resident memory instead,
 * and reports of the sanitizer go to standard error. Under valgrind the worker
 * runs outside of it, so --trace-children=yes is not supported. Counters of gcov
 * are lost in the cage, since it cannot write files.
 */
#ifndef GENBA_BASE_WORKER_WORKER_H
#define GENBA_BASE_WORKER_WORKER_H

#include "base/progress.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct worker;

struct worker_job {
	const char *name; /* a word without spaces, as it stands in `ps` */
	/* Opens what a library wants to read from disk (conversion tables, magic files). Runs before the cage is
	 * closed and sees no foreign byte. May be NULL. */
	int (*prepare)(struct err *err);
	/* The parser. 0, or -1 with what is wrong with the input. */
	int (*run)(struct worker *w, struct err *err);
};

/* ---- in the worker */

/* Runs the job and ends the process if this process was started as a worker; otherwise returns. `jobs` ends with NULL. */
void worker_main(int argc, char **argv, const struct worker_job *const *jobs);

/* What worker_call.request held, or NULL. Borrowed for the run. */
const json_t *worker_request(const struct worker *w);

/* Reads up to n bytes of the input. Their number, 0 at the end, -1. */
ssize_t worker_read(struct worker *w, void *bytes, size_t n, struct err *err);

/* The descriptor of the input file, for libraries that seek or map; -1 if the input is a stream. */
int worker_input(const struct worker *w);

/* The descriptor of file `i` of those that were handed over, likewise. */
int worker_input_at(const struct worker *w, size_t i);

/* How many files were handed over, and a name under which a library in the cage opens one of them once, for reading.
 * The caller frees. */
size_t worker_input_count(const struct worker *w);
char *worker_input_name(size_t i);

/* The media that the parent reads, and ranges of them: all n bytes (at most WORKER_RANGE) at `offset`, or -1 (beyond the end; or
 * the parent cannot read there, and err says why). */
#define WORKER_RANGE (1U << 20)
size_t worker_media_count(const struct worker *w);
uint64_t worker_media_size(const struct worker *w, size_t i);
int worker_media_read(struct worker *w, size_t i, uint64_t offset, void *bytes, size_t n, struct err *err);

/* Writes one line, and takes the reference over (NULL: an error). -1 if the value is too long, or the parent is gone. */
int worker_emit_take(struct worker *w, json_t *value, struct err *err);

/* Hands n bytes (at most WORKER_RAW) to the parent as they are. */
#define WORKER_RAW (1U << 20)
int worker_emit_raw(struct worker *w, const void *bytes, size_t n, struct err *err);

/* ---- in the parent */

struct worker_limits {        /* 0 anywhere: the default, in brackets */
	size_t memory;        /* bytes of address space [512 MiB] */
	size_t output;        /* bytes of lines in all [64 MiB]; raw bytes are the caller's to count */
	size_t line;          /* bytes of a line, at most JSON_LIMIT [1 MiB] */
	unsigned cpu_seconds; /* processor time [60] */
	unsigned seconds;     /* time from start to end, or to the next raw bytes or range [120] */
};

/* What the worker may read ranges of. `read` gives all n bytes at `offset`, which lie inside, or -1. */
struct worker_media {
	uint64_t size;
	int (*read)(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err);
	void *ctx;
};

struct worker_call {
	const char *job;
	const json_t *request; /* options of the job, an object; may be NULL */
	int input; /* an open file the worker reads from its present offset; used if `bytes` is NULL; -1: no input */
	const int *files; /* or several open files, borrowed */
	size_t file_count;
	const struct worker_media *media; /* beside `files`, or instead of any input; borrowed */
	size_t media_count;
	const void *bytes; /* or the input itself, which never touches a disk */
	size_t n;
	struct worker_limits limits;
	/* Takes each line, borrowed for the call. -1 stops the worker, and worker_run() fails with `err`. */
	int (*line)(void *ctx, const json_t *value, struct err *err);
	/* Takes raw bytes, borrowed for the call; -1 as with lines. NULL: raw bytes are no result. */
	int (*raw)(void *ctx, const void *bytes, size_t n, struct err *err);
	void *ctx;
	const struct progress *progress; /* asked while waiting; may be NULL */
	const char *what;                /* for the progress line; NULL: the job's name */
};

enum worker_end {
	WORKER_DONE,    /* the parser came to its end */
	WORKER_REFUSED, /* it says what is wrong with the input */
	WORKER_CRASHED,
	WORKER_FORBIDDEN, /* it tried what a parser may not do: the input may have taken it over */
	WORKER_TIMEOUT,
	WORKER_LIMIT,   /* memory, processor time or output */
	WORKER_GARBLED, /* what it wrote is not what a worker writes */
};

struct worker_result {
	enum worker_end end;
	uint64_t lines;   /* delivered */
	char reason[512]; /* unless DONE: "could not be parsed: …", printable, in the interface's language */
};

/*
 * Runs a job to its end, whatever that is. 0 with *result filled; -1 if the worker could not be started or caged
 * (nothing was parsed then), if the person cancelled (ERR_CANCELLED), or if `line` said so. No process is left behind.
 */
int worker_run(const struct worker_call *call, struct worker_result *result, struct err *err);

/* The word by which `worker_end` goes on record: "done", "refused", "crashed", … */
const char *worker_end_name(enum worker_end end);

/* A job that counts the bytes of its input: {"bytes": n}. Shows that the cage works in a program. */
extern const struct worker_job worker_probe_job;

#endif
