/*
 * Walking through JSON of any size without holding it: who walks says for each value that begins whether it is entered, taken
 * whole, or passed over.
 *
 *     {"objects": [ {…}, {…} ]}      enter the object, enter the array, take each element
 *
 * Runs in the cage. What is nested deeper than JSON_DEPTH, or is no JSON, ends the walk with line and column; a value that is
 * taken is at most JSON_WALK_TAKEN bytes: a larger one, or one that jansson refuses, is handed out as NULL with the reason.
 */
#ifndef GENBA_OUTWARD_INTAKE_JSON_WALK_H
#define GENBA_OUTWARD_INTAKE_JSON_WALK_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

struct err;

#define JSON_WALK_TAKEN  ((size_t)4 << 20)
#define JSON_WALK_LEVELS 8 /* that can be entered */

enum json_walk_what { JSON_WALK_PASS, JSON_WALK_TAKE, JSON_WALK_ENTER };

/* Where a value stands: of each container that was entered its key, or NULL in an array. */
struct json_walk_path {
	size_t depth;
	const char *keys[JSON_WALK_LEVELS];
	size_t line; /* where the value begins */
};

struct json_walk {
	ssize_t (*read)(void *ctx, void *bytes, size_t n, struct err *err);
	/* `first` is the value's first character: only '{' and '[' can be entered. */
	enum json_walk_what (*begin)(void *ctx, const struct json_walk_path *path, char first);
	/* A value that was taken, borrowed; NULL: it could not be, and `why` says it. -1 ends the walk. */
	int (*value)(void *ctx, const struct json_walk_path *path, const json_t *value, const char *why,
	             struct err *err);
	void *ctx;
	int lines; /* values one behind the other (JSON lines), not one */
};

/* A line longer than this is handed out as one that cannot be read. */
#define JSON_LINE JSON_WALK_TAKEN

/* 0 at the end; -1: ERR_INVALID with the place. */
int json_walk(const struct json_walk *walk, struct err *err);

/* Whether the beginning of a file has a line that is an object by itself: then each line is a value, and a damaged one costs
 * itself. A stream of values that go over several lines has none. */
int json_lines_is(const char *text, size_t n);

/* The values of such a file: `begin` is not asked, `value` gets each line's, or NULL where it cannot be read. */
int json_lines(const struct json_walk *walk, struct err *err);

#endif
