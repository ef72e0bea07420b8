/*
 * Playbooks: CACAO 2.0, written in YAML or JSON.
 *
 * Two conveniences beside the standard: step ids may be readable words, and any
 * text may be a map of language to text. What genba needs of a step stands in
 * its extension, the key `genba`:
 *
 *     isolate:
 *       type: action
 *       name: {en: Cut the network, ja: ネットワークから切り離す}
 *       on_completion: verify-isolation
 *       genba:
 *         why: {en: …, ja: …}
 *         warnings: [{en: …, ja: …}]
 *         preserving: false
 *         records:                      what must be on record before "done"
 *           - {field: isolation_method} a field of the asset
 *           - {evidence: [memory]}      evidence of one of these types, hashed
 *           - {decision: true}          a decision, given as decision=LABEL
 *           - {note: true, optional: true}
 *         captures: [memory]            done: the asset's "preserved" says so
 *         effect: [isolates]            isolates, powers_off: warned of what would be lost
 *         sets: {containment: isolated} fields of the asset that "done" sets
 *         remind: PT1H                  a reminder, never a failure
 *         playbook: preserve            of a playbook-action: its name here
 *         sources: [RFC 3227]
 *
 * genba-playbook(5) tells all of it to those who write one.
 *
 * A file is checked in two ways. What cannot be played is refused: the error
 * reads `file:line:col: message`, or `file: /pointer: message` for the meaning
 * of a JSON file. What departs from the standard and can be played all the same
 * is listed in `departures`, what genba will show but never act on in `inert`:
 * nothing that a file says is dropped in silence. JSON files are taken to come
 * from elsewhere and get more leniency than YAML, which only genba reads.
 *
 * A playbook is data from outside: its texts are made printable where they are
 * shown, its commands never run by themselves.
 *
 * Source: OASIS CACAO Security Playbooks Version 2.0; YAML 1.1 by libyaml.
 */
#ifndef GENBA_PLAYBOOK_LOAD_PLAYBOOK_H
#define GENBA_PLAYBOOK_LOAD_PLAYBOOK_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;
struct source_map;

#define PLAYBOOK_LIMIT   (2U << 20) /* bytes of a file */
#define PLAYBOOK_DEPTH   64
#define PLAYBOOK_NODES   50000 /* keys and values */
#define PLAYBOOK_KEY     250   /* bytes of a key */
#define PLAYBOOK_STEPS   2000
#define PLAYBOOK_STEP_ID 120  /* bytes of a step's id */
#define ENGINE_BRANCHES  1000 /* steps that can be current at once; more is refused when it is loaded */

/* genba's own extension in strict CACAO files, and who wrote the definition. */
#define PLAYBOOK_EXTENSION "extension-definition--7d0f5c2e-93b4-4c6a-8e1f-2b6a9d3c5e70"

struct playbook {
	char *file; /* as named in errors */
	char *text; /* the bytes it was loaded from */
	size_t size;
	json_t *tree;              /* the whole playbook, in the form of CACAO 2.0 with genba's conveniences */
	struct source_map *places; /* where its parts were written; for errors */
	json_t *root;              /* what `places` knows: the tree as it was read */
	int foreign;               /* JSON: from elsewhere */
	unsigned numbers;          /* that were put behind ids of steps that were made */
	json_t *departures;        /* array of lines */
	json_t *unsupported;       /* array of lines */
	char digest[65];           /* SHA-256 of the text */
};

/* From memory; `file` names it in errors. NULL with ERR_INVALID. */
struct playbook *playbook_load(const char *file, const char *text, size_t n, struct err *err);
void playbook_free(struct playbook *p);

/* The same by the caged worker (base/worker.h): a file that is not built in is foreign data. The program hands
 * playbook_worker_job to worker_main(). The text of the result is JSON, as the worker understood the file; departures,
 * inert and digest are those of the file itself. */
struct worker_job;
extern const struct worker_job playbook_worker_job;
struct playbook *playbook_load_caged(const char *path, struct err *err);

/* The playbooks inside the program: their names, NULL after the last. */
const char *playbook_builtin_name(size_t i);

/* The responder's own, which playbook_find() takes by these names: JSON array of strings, sorted. Their files were not read. */
json_t *playbook_own_names(void);

/* By name: a built-in one, one of the responder's own (`$XDG_DATA_HOME/genba/playbooks/NAME.yaml`), or a path. */
struct playbook *playbook_find(const char *name, struct err *err);

/* The name under which playbook_find() finds the built-in playbook with that CACAO id, or NULL. */
const char *playbook_builtin_by_id(const char *id);

const json_t *playbook_step(const struct playbook *p, const char *id);
int playbook_step_is(const json_t *step, const char *type);

/* A text that may be a map of language to text, in the interface's language, else in English, else any. "" if absent. */
const char *playbook_text(const json_t *text);

/* The same for what goes on record: English if it has that, whatever the interface's language. */
const char *playbook_text_stored(const json_t *text);

/* 1 if the value is a text or a map of language to text. */
int playbook_is_text(const json_t *value);

/* Members of the step's extension. */
const json_t *playbook_step_extra(const json_t *step, const char *member);

/* Calls `fn` for every step that `step` refers to: (member, index or case or NULL, id). Nonzero stops and is returned. */
typedef int (*playbook_way_fn)(void *ctx, const char *member, const char *key, const json_t *to);
int playbook_each_way(const json_t *step, playbook_way_fn fn, void *ctx);

#endif
