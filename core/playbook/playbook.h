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
 *         sources: [RFC 3227]
 *
 * Loading is strict: at most 2 MiB and 64 levels, UTF-8, no aliases, anchors,
 * tags or duplicate keys. Errors read `file:line:col: message`. A playbook is
 * data from outside: its texts are made printable where they are shown, its
 * commands never run by themselves.
 *
 * Source: OASIS CACAO Security Playbooks Version 2.0; YAML 1.1 by libyaml.
 */
#ifndef GENBA_PLAYBOOK_PLAYBOOK_H
#define GENBA_PLAYBOOK_PLAYBOOK_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

#define PLAYBOOK_LIMIT (2U << 20) /* bytes of a file */
#define PLAYBOOK_DEPTH 64
#define PLAYBOOK_NODES 50000

struct playbook {
	char *file;      /* as named in errors */
	char *text;      /* the bytes it was loaded from */
	size_t size;
	json_t *tree;    /* the whole playbook */
	json_t *places;  /* JSON pointer -> "line:col" */
	char digest[65]; /* SHA-256 of the text */
};

/* From memory; `file` names it in errors. NULL with ERR_INVALID. */
struct playbook *playbook_load(const char *file, const char *text, size_t n, struct err *err);
struct playbook *playbook_load_file(const char *path, struct err *err);
void playbook_free(struct playbook *p);

/* The playbooks inside the program: their names, NULL after the last. */
const char *playbook_builtin_name(size_t i);

/* By name: a built-in one, one of the responder's own (`$XDG_DATA_HOME/genba/playbooks/NAME.yaml`), or a path. */
struct playbook *playbook_find(const char *name, struct err *err);

/* Semantic check: 0, or -1 with the first thing wrong. playbook_load() has done it already. */
int playbook_check(const struct playbook *p, struct err *err);

const json_t *playbook_step(const struct playbook *p, const char *id);

/* A text that may be a map of language to text, in the interface's language, else in English, else any. "" if absent. */
const char *playbook_text(const json_t *text);

/* Members of the step's extension. */
const json_t *playbook_step_extra(const json_t *step, const char *member);

/* Composes YAML (compose.c): the tree and the places of its nodes. */
json_t *playbook_compose(const char *file, const char *text, size_t n, json_t **places, struct err *err);

#endif
