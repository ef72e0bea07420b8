/*
 * References that were chosen a while ago: the records may have been retracted since (by undo, by somebody else), or be gone. They
 * are left out of what goes on, and told.
 *
 *     char *list = references_there(wb, "R1-P3,R1-P5", &gone);      "R1-P5"; gone: "R1-P3 Organisation B (retracted)"
 */
#ifndef GENBA_TUI_FORM_REFERENCES_THERE_H
#define GENBA_TUI_FORM_REFERENCES_THERE_H

struct buf;
struct workbench;

/* The comma list without those; they are appended to `gone` with their names, printable. The caller frees it. What is no label
 * (a name that becomes a record when it is saved) stays. */
char *references_there(struct workbench *wb, const char *list, struct buf *gone);

#endif
