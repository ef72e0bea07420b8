/*
 * Records and actions.
 *
 * A record is a flat JSON object: "id", "kind", "label", "author" (mark),
 * "entered", "modified" and the fields of its kind that are set, by the names of
 * kinds.h. Text, enum, time, hash, … are strings; sets (enums, refs, tags) are
 * sorted arrays of strings; int and size are integers; references are labels
 * ("R1-A1") when read and written here, and ids in history.
 *
 * What is stored and versioned is the record's canonical JSON. Fields of the
 * types `long` and `secret` are not in it: their bytes lie in the case's text
 * store, from which they can be purged, and the JSON names them by a salted
 * digest ("text:sha256:…", "secret:sha256:…"). Reading a record puts `long`
 * texts back; secrets stay masked unless asked for. Records as read also say which fields a conflict makes doubtful
 * (disputed.h); the two values of a conflict are read like the field that they are about.
 *
 * A change is an action. The short forms (record_add, …) are one action each;
 * several changes in one commit are made between action_begin() and
 * action_commit():
 *
 *     struct action *a = action_begin(c, "step", &err);
 *     action_add(a, "evidence", fields, n, RECORD_MACHINE, label, &err);
 *     action_set(a, "R1-A1", more, m, 0, &err);
 *     if (action_commit(a, &err) < 0) …      // frees `a` in any case; nothing happened on error
 *
 * Any error inside an action makes action_commit() fail: no half action is
 * ever written.
 */
#ifndef GENBA_CASE_STORE_RECORD_H
#define GENBA_CASE_STORE_RECORD_H

#include "case/kind/kinds.h"
#include "case/store/case_file.h"

#include <jansson.h>

struct assign {
	const char *name; /* a field's name */
	/* as a person writes it; "" unsets. Sets: comma separated; "+x" adds, "-x" removes one member */
	const char *value;
};

enum record_flags {
	RECORD_MACHINE = 1, /* fields that only genba writes ('^') may be given */
	RECORD_WITH_RETRACTED = 2,
	RECORD_REVEAL = 4,    /* secrets in clear */
	RECORD_RAW = 8,       /* as stored: ids and digests, not labels and texts */
	RECORD_TWICE = 32,    /* an indicator that is on record already is added all the same */
	RECORD_NO_PARTY = 16, /* an unknown name in a reference is an error, no party is created from it */
};

struct action;

/* Begins an action of the kind `verb` ("add", "set", "note", "preserve", "step", …: the Genba-Action trailer). One at a time. */
struct action *action_begin(struct case_file *c, const char *verb, struct err *err);

/* The label of the playbook step this belongs to (Genba-Step trailer). */
void action_step(struct action *a, const char *label);

int action_add(struct action *a, const char *kind, const struct assign *fields, size_t count, unsigned flags,
               char label[LABEL_TEXT], struct err *err);
/* As action_add(), but a record that is refused leaves the action as it was before, and going on: for lists of which
 * some rows are wrong. */
int action_try_add(struct action *a, const char *kind, const struct assign *fields, size_t count, unsigned flags,
                   char label[LABEL_TEXT], struct err *err);
int action_set(struct action *a, const char *label, const struct assign *fields, size_t count, unsigned flags,
               struct err *err);
int action_retract(struct action *a, const char *label, const char *reason, struct err *err);

/* Writes records, search queue and the signed commit in one transaction. Frees `a`. An action that changed nothing
 * succeeds without a commit. */
int action_commit(struct action *a, struct err *err);
void action_cancel(struct action *a); /* rolls back and frees; NULL is allowed */

/* One action each. */
int record_add(struct case_file *c, const char *kind, const struct assign *fields, size_t count, unsigned flags,
               char label[LABEL_TEXT], struct err *err);
int record_set(struct case_file *c, const char *label, const struct assign *fields, size_t count, unsigned flags,
               struct err *err);
int record_retract(struct case_file *c, const char *label, const char *reason, struct err *err);

/* Whether there is something to retract: 0, or -1 with why not, so that nobody is asked for a reason in vain. */
int record_may_retract(struct case_file *c, const char *label, struct err *err);

/* The record with that label (or alias, or id; "case" is the case itself). New reference; NULL with ERR_NOT_FOUND. */
json_t *record_get(struct case_file *c, const char *label, unsigned flags, struct err *err);

/* The record as it was at a commit (full id). */
json_t *record_get_at(struct case_file *c, const char *label, const char *commit, unsigned flags, struct err *err);

/*
 * All records of a kind (NULL: of every kind), oldest first. The callback
 * borrows the object; nonzero stops and is returned.
 */
typedef int (*record_fn)(void *ctx, json_t *record);
int record_each(struct case_file *c, const char *kind, unsigned flags, record_fn fn, void *ctx, struct err *err);

/* At most `limit` labels that begin with `prefix`, of a kind (NULL: of all), the newest first, retracted ones behind all
 * others: for completion. Nonzero from the callback stops and is returned. */
int record_each_label(struct case_file *c, const char *kind, const char *prefix, size_t limit,
                      int (*fn)(void *ctx, const char *label, int is_retracted), void *ctx);

/* Number of records of a kind (NULL: all), without retracted ones unless asked for. */
uint64_t record_count(struct case_file *c, const char *kind, unsigned flags);

/* Records that refer to `label` through any field: (record, field name). */
int record_each_referring(struct case_file *c, const char *label,
                          int (*fn)(void *ctx, json_t *record, const char *field), void *ctx, struct err *err);
/* The same through the field of that name only (NULL: any); what refers to it through others, a thousand notes, is not read. */
int record_each_referring_by(struct case_file *c, const char *label, const char *field,
                             int (*fn)(void *ctx, json_t *record, const char *field), void *ctx, struct err *err);

/* What names the record in one line: its title field, or its label. Printable; the caller frees. */
char *record_title(const json_t *record);

/* One field for people, in the interface's language: enum labels, display times, 不明 where unset, "(disputed)" where a
 * conflict about it is open (disputed.h). Printable. */
void record_field_text(const json_t *record, const struct field *field, struct buf *out);

/* Whether there is anything to show of the field: it is set, or disputed. */
int record_shows(const json_t *record, const char *field);

const struct kind *record_kind(const json_t *record);
const char *record_label(const json_t *record);
int record_is_retracted(const json_t *record);

/* The path of a record in the history's tree: KIND/n/n/n/ID.json. */
void record_path(const char *kind, const char *id, struct buf *path);

/* Stored canonical text -> record as read (labels, texts). For history views. `commit` NULL: labels as of now. */
json_t *record_from_stored(struct case_file *c, const char *text, size_t n, unsigned flags, struct err *err);

/* The id of the one record of the kind whose title is `text`. 0 none, 1 one, 2 several. */
int record_find_by_title(struct case_file *c, const struct kind *kind, const char *text, char id[37]);

#endif
