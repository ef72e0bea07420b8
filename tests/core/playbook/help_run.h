/* A case in a folder of its own, and a person who records whatever a step asks for. */
#ifndef GENBA_TEST_HELP_RUN_H
#define GENBA_TEST_HELP_RUN_H

#include "playbook/run/run.h"

struct scene {
	char folder[64];
	char path[96];
	struct identity *identity;
	struct case_file *c;
	unsigned indicators; /* that were given a value of their own */
};

/* R1 with the assets R1-A1, R1-A2, R1-A3, switched on. The clock stands at 2026-11-23T14:05:00+09:00 and goes on by a
 * second each time it is asked. */
void scene_open(struct scene *s);
void scene_close(struct scene *s);

/* Closes the case and opens it again, as after a crash. */
void scene_reopen(struct scene *s);

/* A record of the kind with all required fields, about the asset; its label. */
void scene_add(struct scene *s, const char *kind, const char *asset, char label[LABEL_TEXT]);

/* Hashed evidence of the type. */
void scene_preserve(struct scene *s, const char *type, const char *asset, char label[LABEL_TEXT]);

/* Puts on record what the step needs as records of their own, and does it with values for the rest. */
void scene_do(struct scene *s, struct run *run, const struct waiting *w);

/* Answers a question or choice; skips, with a reason. */
void scene_answer(struct scene *s, struct run *run, const struct waiting *w, const char *answer);
void scene_skip(struct scene *s, struct run *run, const struct waiting *w);

#endif
