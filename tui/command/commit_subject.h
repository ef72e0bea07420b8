/*
 * The first line of a commit, for people.
 *
 * It is signed, and in English: `set R1-A2: containment isolation_method`. A
 * Japanese screen shows what it can of it in Japanese:
 * `変更 R1-A2: 隔離状況 隔離方法`. Titles and words that are not known stay.
 */
#ifndef GENBA_TUI_COMMAND_COMMIT_SUBJECT_H
#define GENBA_TUI_COMMAND_COMMIT_SUBJECT_H

struct buf;
struct err;

/* Appends the subject in the interface's language. */
void commit_subject_text(const char *subject, struct buf *out);

/* Puts the action that an error is about before the error's message, in the interface's language. "": none. */
void commit_subject_add_to_error(const char *subject, struct err *err);

#endif
