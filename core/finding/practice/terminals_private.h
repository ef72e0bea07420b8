/* What the two terminals have in common: the RAT, and what every Windows holds. */
#ifndef GENBA_FINDING_PRACTICE_TERMINALS_PRIVATE_H
#define GENBA_FINDING_PRACTICE_TERMINALS_PRIVATE_H

#include "finding/practice/machine.h"

#define TERMINAL_EXPLORER "C:\\Windows\\explorer.exe"
#define TERMINAL_CMD      "C:\\Windows\\System32\\cmd.exe"
#define TERMINAL_RAT      "C:\\ProgramData\\winup.exe"
#define TERMINAL_PACKER   "C:\\ProgramData\\rar.exe"

/* The RAT is put there and set to start: the same bytes on both. */
void practice_infect(struct machine *m, const char *made, const char *started);
/* Programs of Windows and of an office, and some days of ordinary work. */
void practice_ordinary(struct machine *m, const char *const *days);
/* A text as a file, made then and changed. */
void practice_text(struct machine *m, const char *path, const char *made, const char *changed, const char *text);

#endif
