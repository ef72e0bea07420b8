/*
 * Trees in the cage: volumes of an image, a zip of a collector. A tree is walked
 * once, each file in it a row or more; then each file that a parser knows is
 * parsed, read from where it lies.
 *
 * The job takes {"form": "image" or "zip", "media": n or -1, "ewf": bool, "only":
 * names or "", "recover": bool, "vss": bool, "key": text or "", "from": n, "lost": [n, …]} and answers with rows
 * (raw) and lines
 *
 *     {"begin": unit, "path": …, "parser": …}         or "opens": what (enum tree_opening), for a parser
 *     {"end": unit, "facts": {…}, "problems": […], "failed": …}
 *     {"uncovered": reason, "path": …}
 *
 * A unit is the opening of a volume, the walk of a tree, or one file in it; they
 * are numbered alike in every run over the same bytes. Whoever ends the worker is its last unit that
 * began: the parent starts it again "from" the next, and tells which openings
 * and walks were "lost", so that they are not tried again.
 */
#ifndef GENBA_FINDING_TRIAGE_TREE_TREE_H
#define GENBA_FINDING_TRIAGE_TREE_TREE_H

#include "base/buf.h"
#include "base/worker/worker.h"
#include "finding/triage/parse/file_rows.h"
#include "finding/triage/parse/opening.h"
#include "finding/triage/parse/parser.h"

struct tree_run {
	struct worker *w;
	const char *only; /* "": all */
	int recover;      /* files that were deleted are parsed, too */
	struct tree_once
	    *once; /* rows of shadow copies are told where they are not those of the volume; NULL: none are read */
	json_int_t from;
	const json_t *lost;
	json_int_t unit; /* the next */
};

/* A file that a parser knows, kept from the walk for later. */
struct tree_found {
	char *path;
	const struct triage_parser *parser;
	uint64_t place; /* the tree's own */
	uint64_t size;
	int64_t modified;
	int recovered;
};

struct tree_files {
	struct tree_found *files;
	size_t count;
	struct tree_found *beside; /* files that belong to others, without a parser */
	size_t beside_count;
	uint64_t more; /* files with a parser beyond the limit */
};

struct tree {
	const char *name; /* "vol2:", or "" where there is one */
	/* Gives a row for each time of each file (tree_file), and collects what parsers know. 0, or -1. */
	int (*walk)(struct tree *t, struct err *err);
	/* Opens one of them: fills size, read and ctx. */
	int (*open)(struct tree *t, const struct tree_found *found, struct triage_file *f, struct err *err);
	void (*close)(struct tree *t);
	void *ctx;
	int has_table;  /* its files are rows already: its own $MFT is not parsed */
	int64_t copied; /* of a shadow copy: when it was made; its rows say so (shadow_copy) */
	/* of the run */
	struct tree_run *run;
	struct triage_out *out; /* NULL: it was told before */
	struct triage_file file;
	struct tree_files found;
	uint64_t entries; /* files, known to a parser or not */
};

/* Walks and parses one tree. -1: whoever listens wants no more. */
int tree_run(struct tree_run *run, struct tree *t, struct err *err);

/* Around an opening: whoever ends the worker in it is named, and what is behind it goes on. 1: open it; 0: it was lost; -1. */
int tree_open_begin(struct tree_run *run, const char *path, enum tree_opening what, struct err *err);
int tree_open_end(struct tree_run *run, struct err *err);

/* What of the evidence cannot be opened, and why. */
int tree_uncovered(struct tree_run *run, const char *path, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- for walks */

struct tree_item {
	const char *path; /* without the tree's name */
	const char *type; /* "file", "folder", "link", … */
	uint64_t size;
	uint64_t place;
	struct file_times times;
	uint8_t clock;
	int deleted;
	const struct buf *more; /* fields besides; NULL: none */
};

int tree_item(struct tree *t, const struct tree_item *e, struct err *err);

/* A stream of that file which a parser knows by PATH:NAME, without a row of its own. 0. */
int tree_stream(struct tree *t, const struct tree_item *e, const char *name);

/* The trees there are. -1: whoever listens wants no more. What is no tree is told. */
int tree_image(struct tree_run *run, struct err *err);
int tree_zip(struct tree_run *run, struct err *err);

/* Reads all n bytes of the evidence at `offset`. */
struct tree_media {
	struct worker *w;
	struct ewf_caged *ewf;
	int fd;
	size_t media;
	uint64_t size;
	struct tree_disk *disk; /* a virtual disk: its content is what is read (tree_disk.h) */
	char why[256];          /* why what it holds cannot be opened; "": nothing is wrong */
	int vss;                /* shadow copies are read, too */
	int64_t copied;         /* when the one that is read was made; the volume itself: OBSERVATION_NO_TIME */
	const char *key;        /* for volumes that are encrypted; NULL: none */
};
int tree_media_open(struct tree_media *m, struct tree_run *run, struct err *err);
int tree_media_read(struct tree_media *m, uint64_t offset, void *bytes, size_t n, struct err *err);
void tree_media_close(struct tree_media *m);

#endif
