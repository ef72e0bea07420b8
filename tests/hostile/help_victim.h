/*
 * Somebody with a key and no scruples, and whoever opens what they made.
 *
 * Each has an own folder for XDG_DATA_HOME, as on two machines. The attacker writes any row of a case with SQL; the victim
 * opens the file through the gate, as the program does. The test's main() begins with victim_main(), since the gate starts
 * this very program as its caged process.
 */
#ifndef GENBA_TESTS_HOSTILE_HELP_VICTIM_H
#define GENBA_TESTS_HOSTILE_HELP_VICTIM_H

#include "base/buf.h"
#include "base/err.h"
#include "case/identity/identity.h"
#include "case/store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	char folder[200];
	char path[300];    /* the case */
	char victims[300]; /* the victim's XDG_DATA_HOME/genba */
	struct identity *attacker, *victim;
	struct case_file *c; /* open by whoever it is */
};

void victim_main(int argc, char **argv);

/* setup and teardown: *state is a struct scene; the attacker made the case, and the victim is a responder of it. */
int scene_begin(void **state);
int scene_end(void **state);

/* From now on this process is on the machine of `attacker` or `victim`. */
void scene_at(const struct scene *s, const char *who);

/* The attacker opens it and runs SQL; closed again afterwards. */
void attacker_sql(struct scene *s, const char *sql);

/* The victim opens it on a machine of their own. NULL with the error. */
struct case_file *victim_opens(struct scene *s, unsigned flags, struct err *err);

/* Everything outside the case that the victim has: names, sizes and bytes, as one text. The caller frees. */
char *victims_files(const struct scene *s);

#endif
