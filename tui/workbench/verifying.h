/*
 * The check behind the first screen: the whole case is verified while the person
 * works, in slices of a few milliseconds when no key waits.
 *
 * The header says how far it is, and what it came to; the status line says what
 * is checked and what is not yet, until the first key. GENBA_CHECK_AT_OPENING=0
 * leaves it out (a case on a very slow stick; screens that are compared).
 */
#ifndef GENBA_TUI_WORKBENCH_VERIFYING_H
#define GENBA_TUI_WORKBENCH_VERIFYING_H

#include "base/buf.h"

struct verifying;
struct workbench;

/* Begins with the case as it is. NULL if it is left out. */
struct verifying *verifying_new(struct workbench *wb);
void verifying_free(struct verifying *v); /* NULL is fine */

/* Works until the steady time `deadline`. 1: there is more. *show is set when the screen should be drawn anew. */
int verifying_work(struct verifying *v, double deadline, int *show);

/* A few cells for the header: " 43%", " ✓", " ✗2"; nothing if v is NULL. */
void verifying_mark(const struct verifying *v, struct buf *out);

/* Around a command: one that writes the file anew ends the check, which begins anew after it. Nothing for other commands. */
void verifying_before(struct workbench *wb, const char *command);
void verifying_after(struct workbench *wb, const char *command);

#endif
