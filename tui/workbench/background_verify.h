/*
 * The check behind the first screen: the whole case is verified while the person
 * works, in slices of a few milliseconds when no key waits.
 *
 * The header says how far it is, and what it came to; the status line says what
 * is checked and what is not yet, until the first key. GENBA_CHECK_AT_OPENING=0
 * leaves it out (a case on a very slow stick; screens that are compared).
 */
#ifndef GENBA_TUI_WORKBENCH_BACKGROUND_VERIFY_H
#define GENBA_TUI_WORKBENCH_BACKGROUND_VERIFY_H

#include "base/buf.h"

struct background_verify;
struct workbench;

/* Begins with the case as it is. NULL if it is left out. */
struct background_verify *background_verify_new(struct workbench *wb);
void background_verify_free(struct background_verify *v); /* NULL is fine */

/* Works until the steady time `deadline`. 1: there is more. *show is set when the screen should be drawn anew. */
int background_verify_work(struct background_verify *v, double deadline, int *show);

/* A few cells for the header: " 43%", " ✓", " ✗2"; nothing if v is NULL. */
void background_verify_badge(const struct background_verify *v, struct buf *out);

/* Around a command: one that writes the file anew ends the check, which begins anew after it. Nothing for other commands. */
void background_verify_before(struct workbench *wb, const char *command);
void background_verify_after(struct workbench *wb, const char *command);

#endif
