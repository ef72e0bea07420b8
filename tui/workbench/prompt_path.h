/* Asking for the path of a file: one that cannot be what is wanted stays to be mended. */
#ifndef GENBA_TUI_WORKBENCH_PROMPT_PATH_H
#define GENBA_TUI_WORKBENCH_PROMPT_PATH_H

#include "tui/workbench/prompt.h"

enum prompt_path_wanted {
	PROMPT_PATH_THERE,          /* it is there */
	PROMPT_PATH_FOLDER,         /* a folder that is there, or a new one in a folder that is */
	PROMPT_PATH_FOLDER_OR_NONE, /* the same, or nothing */
	PROMPT_PATH_NEW,            /* a file that is not there yet, in a folder that is */
};

/* The path, `~/` put in full, which the caller frees; NULL: left, or nothing was typed; "" where none is an answer. */
char *prompt_path(struct workbench *wb, const char *question, enum prompt_path_wanted wanted);

/* The same, beginning with a path. */
char *prompt_path_from(struct workbench *wb, const char *question, const char *initial, enum prompt_path_wanted wanted);

/* A check for prompts that take a path among others: `wanted` is an enum prompt_path_wanted. */
int prompt_path_check(void *wanted, const char *path, struct err *err);

/* `~/` put in full, as prompt_path() does. The caller frees it. */
char *prompt_path_in_full(const char *path);

#endif
