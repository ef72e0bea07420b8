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

/* Appends the subject in the interface's language. */
void commit_subject_text(const char *subject, struct buf *out);

#endif
