/* The case of the test's program on a screen of the usual size: opened, and left. */
#ifndef GENBA_TESTS_HELP_CASE_SCREEN_H
#define GENBA_TESTS_HELP_CASE_SCREEN_H

#include "help_screen.h"

/* 24 rows, 80 columns; its board is shown. */
struct terminal *terminal_open_case(void);

/* By the command, with exit status 0. Frees `t`. */
void terminal_quit(struct terminal *t);

#endif
