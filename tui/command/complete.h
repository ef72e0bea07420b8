/*
 * What may follow on a command line.
 *
 *     struct candidates c;
 *     complete_line(s, "add asset sta", &c);        c.words: status=        c.from: 10
 *     candidates_release(&c);
 *
 * From the tables of commands and kinds: names of commands, options and their
 * values, kinds, fields, values of fields, the labels on record, and names of files.
 */
#ifndef GENBA_TUI_COMMAND_COMPLETE_H
#define GENBA_TUI_COMMAND_COMPLETE_H

#include "tui/session/session.h"

#include <jansson.h>

struct candidates {
	size_t from;       /* byte offset in the line of the word that a candidate takes the place of */
	json_t *words;     /* array of strings, at most COMPLETE_LIMIT */
	json_t *retracted; /* the members of this object are labels among them of records that are retracted; or NULL */
};

#define COMPLETE_LIMIT 200

/* For the end of `line`. Release with candidates_release(). */
void complete_line(struct session *s, const char *line, struct candidates *c);

/* For a path alone: names in its folder, sorted, folders with a slash behind; those that begin with a dot where one is typed. */
void complete_path(const char *typed, int folders_only, struct candidates *c);
void candidates_release(struct candidates *c);

/* How much all candidates have in common, in bytes. */
size_t candidates_common(const struct candidates *c);

#endif
