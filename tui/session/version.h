/*
 * What runs here: genba's own version, the libraries it found, and the formats
 * it writes and reads. For bug reports, and to tell whether two sites can read
 * each other's files before a stick is carried between them.
 */
#ifndef GENBA_TUI_SESSION_VERSION_H
#define GENBA_TUI_SESSION_VERSION_H

#include <stdio.h>

/* The first line is `genba VERSION`, or `genba VERSION (COMMIT)` where the build knew it; formats and libraries follow,
 * a line each. */
void version_print(FILE *out);

#endif
