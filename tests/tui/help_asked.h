/* A prompt that is typed wrong once, in a case of two machines: test_prompts.c says what for. */
#ifndef GENBA_TESTS_TUI_HELP_ASKED_H
#define GENBA_TESTS_TUI_HELP_ASKED_H

#include "help_program.h"

#include <stddef.h>

#define ASKED_WAY 22

struct asked {
	const char *of;       /* FILE:FUNCTION that asks, and those through which it does */
	const char *question; /* in the last row */
	const char *wrong;
	const char *told; /* above it */
	const char *mended;
	const char *then;           /* is seen when it went on */
	const char *way[ASKED_WAY]; /* from the Board on: keys, and what is to be seen then, in turns */
};

/* Where asked_set_up() made the case; the working directory is its folder. */
extern struct program asked_program;

int asked_set_up(void **state);
int asked_tear_down(void **state);

/* Types each of them wrong, and goes on. */
void asked_type_all(const struct asked *rows, size_t count);

#define TYPE_ALL(rows) asked_type_all(rows, sizeof(rows) / sizeof *(rows))

#endif
