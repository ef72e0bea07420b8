/*
 * What a reader of a format in the cage gives to the parent: records it proposes, rows of a time line, and what it cannot take.
 *
 * Everything in the file is an *item*; each item is taken or named, so that taken + named = items. What is named is counted by
 * what it is and why, and told once at the end.
 *
 *     intake_item(out);                                              // an item begins
 *     json_t *fields = json_object(); …
 *     intake_record(out, "indicator", fields);                       // of which become records, one or several
 *     intake_taken(out, id, line, err);  or  intake_named(out, "malware", _("genba has no kind for it"));
 */
#ifndef GENBA_OUTWARD_INTAKE_INTAKE_OUT_H
#define GENBA_OUTWARD_INTAKE_INTAKE_OUT_H

#include "base/buf.h"
#include "base/worker/worker.h"

#include <stdint.h>

struct observation;

struct intake_count {
	char *kind; /* "" of an item */
	char *what;
	char *reason;
	uint64_t records;
};

/* Where it goes: from the cage to the parent; a fuzz target takes it itself. */
struct intake_sink {
	int (*line)(void *ctx, json_t *line, struct err *err); /* takes the reference; NULL is an error */
	int (*raw)(void *ctx, const void *bytes, size_t n, struct err *err);
	void *ctx;
};

struct intake_out {
	struct intake_sink to;
	const json_t *request;
	uint64_t items;
	uint64_t rows; /* that were handed over as observations */
	json_t *records;
	struct buf packed;
	struct intake_count *counts;
	size_t count;
	size_t last;   /* the one that was counted last */
	json_t *hosts; /* machines that rows name: an object, its keys; NULL: none */
};

void intake_item(struct intake_out *out);

/* A record of the kind with these fields, of the present item. Takes the reference. */
void intake_record(struct intake_out *out, const char *kind, json_t *fields);

/* Ends an item: its records, by what id the file knows it ("" or NULL: none), and on which line it stands. */
int intake_taken(struct intake_out *out, const char *id, size_t line, struct err *err);

/* Ends an item that is not taken. */
void intake_named(struct intake_out *out, const char *what, const char *reason);

/* A field of what was taken that is not. */
void intake_lost_field(struct intake_out *out, const char *kind, const char *field, const char *reason);

/* Ends an item that is a row of a time line. */
int intake_row(struct intake_out *out, const struct observation *o, struct err *err);

/* A machine that a row names. */
void intake_host(struct intake_out *out, const char *host);

/* Tells the counts. */
int intake_finish(struct intake_out *out, struct err *err);
void intake_release(struct intake_out *out);

/* ---- helpers for fields */

/* Sets it if there is a text of at least one character; what is no line is made one. */
void intake_set(json_t *fields, const char *name, const char *text);

/* A string member, or NULL where it is none or empty. */
const char *intake_text(const json_t *object, const char *key);

/* Names every member of the object that is not among the words of `known` ("type id name"). */
void intake_lost_members(struct intake_out *out, const char *kind, const json_t *object, const char *known);

/* The TLP of a word such as "tlp:amber+strict" or "AMBER"; NULL: it is none. "RED" for what begins with tlp: and is not known. */
const char *intake_tlp(const char *word);

/* Reads what the job was given, from its beginning again: the file. */
struct intake_source {
	int fd;
	uint64_t at;
	uint64_t limit; /* bytes; 0: none */
};
ssize_t intake_read(struct intake_source *source, void *bytes, size_t n, struct err *err);

#endif
