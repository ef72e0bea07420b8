/*
 * The gate: what leaves the case, to whom, with whose approval.
 *
 *     struct release_wish wish = {.to = "R1-P2", .tlp = "GREEN", .approved_by = "R1-D3"};
 *     struct release *r = release_open(c, &wish, &err);        // refuses what nobody has decided
 *     release_each(r, "indicator", write_one, out, &err);      // only what may leave, as it may leave
 *     release_finish(r, "stix", bytes, n, "alert.json", label, &err);
 *     release_close(r);
 *
 * A record may leave if its label of the Traffic Light Protocol (its own, else the case's) is not above what was asked for,
 * if it is neither retracted nor RED nor AMBER+STRICT, if an indicator's provider has approved that it is shared, and if a
 * sample belongs to such an indicator. Of a label that is disputed the higher one counts, and approved is what no copy of the
 * case says otherwise of. A kind, and a field, that this genba does not know stays. References to what stays are
 * taken out of what leaves, and so is a text that names a label of it. With `redacted` names of machines, accounts, persons
 * and organisations are pseudonyms, and addresses go.
 *
 * release_finish() looks for every name that must not leave in the finished bytes (forbidden.h) before the file gets its
 * name, and puts the release on record. What was left out is told in a loss statement.
 */
#ifndef GENBA_OUTWARD_RELEASE_RELEASE_H
#define GENBA_OUTWARD_RELEASE_RELEASE_H

#include "case/store/record.h"

struct buf;
struct release;

struct release_wish {
	const char *to;                  /* a party's label or name */
	const char *tlp;                 /* CLEAR, GREEN, AMBER */
	const char *approved_by;         /* a decision's label */
	const char *where;               /* a filter over all kinds, or NULL */
	const struct progress *progress; /* or NULL; borrowed */
	int redacted;
	int internal; /* for tools of those who hold the case: no gate, no secrets, on record as such; `to` and the rest are NULL */
};

/* ERR_USAGE: something is missing, or not allowed; ERR_FAILED: the decision is not one that allows it. */
struct release *release_open(struct case_file *c, const struct release_wish *wish, struct err *err);
void release_close(struct release *r); /* NULL is allowed */

struct case_file *release_case(const struct release *r);
const char *release_tlp(const struct release *r); /* of what leaves: as asked for; internal: the highest there is */
int release_case_leaves(const struct release *r); /* 0: what the record of the case itself says may not leave */
const char *release_case_title(const struct release *r); /* or a pseudonym; borrowed */

/* Whether the responder of that mark may be named: never in what is redacted; else by the label of the responder's record, though
 * that itself leaves no case. */
int release_names_responder(const struct release *r, const char *mark);

/* Each record of a kind (NULL: of all) that leaves, as it leaves, borrowed; nonzero of `fn` stops and is returned. */
int release_each(struct release *r, const char *kind, record_fn fn, void *ctx, struct err *err);

/* A record's label of the Traffic Light Protocol: its own, else the case's. */
const char *release_tlp_of(const struct release *r, const json_t *record);

/* ---- what is left out: {"what": "record"|"field", "kind", "label" or "field" and "records", "reason"} */

/* A writer names a record that its format cannot hold, or a field of it. */
void release_lose_record(struct release *r, const json_t *record, const char *reason);
void release_lose_field(struct release *r, const char *kind, const char *field, const char *reason);

/* Names every field of the record that is set and is not among the words of `known` ("type value"): the format has no place. */
void release_lose_rest(struct release *r, const json_t *record, const char *known);

/* The loss statement so far, item by item, borrowed; nonzero of `fn` stops and is returned. */
int release_each_loss(const struct release *r, int (*fn)(void *ctx, const json_t *item), void *ctx);
size_t release_lost_fields(const struct release *r);    /* how many of its items are fields */
uint64_t release_lost_records(const struct release *r); /* which might leave, and which the format does not take */
void release_counts(const struct release *r, uint64_t *records, uint64_t *left_out);

/* {kind: how many of its records stay}. New reference. */
json_t *release_stays(const struct release *r);

/* ---- what a writer notes: which of its own objects a record became (from 1), so that others can refer to it by the
 * record's UUID */

void release_note(struct release *r, const json_t *record, unsigned char note);
unsigned char release_noted(const struct release *r, const char *label, char uuid[37]); /* 0: it became none */
int release_each_noted(const struct release *r,
                       int (*fn)(void *ctx, const char *label, unsigned char note, const char *uuid), void *ctx);

/* Names every record that leaves and is of none of the kinds (their names, ended by NULL): the format has nothing for it. */
void release_lose_others(struct release *r, const char *const *kinds, const char *reason);

/* One record as it leaves, or NULL: it stays. New reference. */
json_t *release_one(struct release *r, const json_t *record);

/* ---- the file */

/*
 * Begins the file `path`, which is not there yet (NULL: a dry run, nothing is written). What a writer appends to its buffer is
 * taken out of it by release_flush(), line by line: names are looked for, then the lines are written to a temporary file.
 */
int release_begin(struct release *r, const char *path, struct err *err);

/* Takes whole lines out of `out` once they are many. A writer calls it after each record; without release_begin() it does
 * nothing. ERR_FAILED names record and field of a name that was found. */
int release_flush(struct release *r, struct buf *out, struct err *err);

/* A secret that belongs to the record of this release: its field twin_key. */
void release_keep_secret(struct release *r, const char *secret);

/*
 * Takes the rest of the bytes, looks for names in them, gives the file its name, whole or not at all, and puts the release on
 * record; `label` is its. ERR_FAILED names record and field of a name that was found; no file is made then. `path` as for
 * release_begin(), which this does where nobody has.
 */
int release_finish(struct release *r, const char *format, const void *bytes, size_t n, const char *path,
                   char label[LABEL_TEXT], struct err *err);

#endif
