/*
 * Texts that are never lost: while one is typed, it is a draft of the case
 * (case/draft.h), written when typing pauses, before a lock and when the terminal
 * goes away. Asked for again, it goes on where it was.
 *
 *     char *text = draft_prompt_text(wb, "paste", _("Paste a text"));
 *     if (text && *text && … the action that puts it on record …)
 *             draft_prompt_drop(wb, "note:R1-A1");             best inside that action
 *
 * A text of several lines that is left with Esc stays a draft; one line that is
 * left with Esc is thrown away.
 */
#ifndef GENBA_TUI_WORKBENCH_DRAFT_PROMPT_H
#define GENBA_TUI_WORKBENCH_DRAFT_PROMPT_H

#include "base/time/clock.h"
#include "tui/workbench/prompt.h"

struct workbench;
struct field;

/* When what was typed is to be written: not for each key, and not much later. Steady seconds; 0: nothing is unsaved. */
struct unsaved {
	double first;
	double last;
};

void unsaved_touch(struct unsaved *u);
void unsaved_done(struct unsaved *u);
/* Milliseconds until it is to be written; 0: now; -1: nothing is unsaved. */
int unsaved_wait(const struct unsaved *u);

/* A text of several lines, with the draft under `key`. The caller frees it; NULL: left. */
char *draft_prompt_text(struct workbench *wb, const char *key, const char *question);

/* The same that begins with `initial`, or its draft, and is read from its top. */
char *draft_prompt_page(struct workbench *wb, const char *key, const char *question, const char *initial);

/* One line with a draft, which is checked. NULL: left. */
char *draft_prompt_checked(struct workbench *wb, const char *key, const char *question, prompt_check_fn *check,
                           void *ctx);

/* The same, where Tab puts in what may follow. */
char *draft_prompt_completed(struct workbench *wb, const char *key, const char *question, prompt_check_fn *check,
                             prompt_complete_fn *complete, void *ctx);

/* A reason, which is one line and must not be empty, for something that is done with it: asked for until `act` takes it (0), or
 * the person leaves. What `act` refuses stays to be mended, with why not above it. 1: it is done, and the draft is gone. */
int draft_prompt_reason(struct workbench *wb, const char *key, const char *question, prompt_check_fn *act, void *ctx);

/* A check: a reason must not be empty. */
int draft_prompt_is_reason(void *none, const char *text, struct err *err);

/* How a note is meant, which Ctrl-T changes while it is typed. */
struct note_stance {
	const struct field *field; /* `stance` of the kind note */
	size_t at;                 /* the value chosen, of the field's */
	const char *draft;         /* the key of the note's draft */
};

/* The same for a note: several lines, and the question says how it is meant. */
char *draft_prompt_note(struct workbench *wb, const char *question, const char *initial, struct note_stance *stance);

/* 1 if there is a draft; when[] gets its time, RFC 3339. */
int draft_prompt_is_there(struct workbench *wb, const char *key, char when[32]);

/* What was typed is on record. */
void draft_prompt_drop(struct workbench *wb, const char *key);

/* The moment at which a draft was written, from its time. What was typed then is read by that clock. */
struct clock_time draft_prompt_moment(const char when[32]);

#endif
