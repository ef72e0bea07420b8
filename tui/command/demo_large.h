/*
 * The large practice case (`genba demo --large`): section 3.1 of the report. Its
 * files are those of finding/large/; demo_large.script is what a responder types. What
 * is on record as found was found by the rooms themselves, in these files.
 */
#ifndef GENBA_TUI_COMMAND_DEMO_LARGE_H
#define GENBA_TUI_COMMAND_DEMO_LARGE_H

#include "tui/session/session.h"

extern const char demo_large_script[];

/* Writes list, collections, logs and mails into `dir`. 0 or -1. */
int demo_large_files(const char *dir, int japanese, struct err *err);

/* Carries out a line of the script that begins with '@'. 0 or -1. */
int demo_large_step(struct session *s, const char *step, const char *dir, struct err *err);

/* Says what was found, by asking the case, and what to type next: `folder` is what --dir said, or NULL; `opens`: the screen opens
 * now. */
int demo_large_summary(struct session *s, const char *folder, int opens, struct err *err);

#endif
