/* Asking for the path of a file: one that cannot be what is wanted stays to be mended. */
#ifndef GENBA_TUI_WORKBENCH_PROMPT_PATH_H
#define GENBA_TUI_WORKBENCH_PROMPT_PATH_H

#include "tui/workbench/prompt.h"

enum prompt_path_wanted {
	PROMPT_PATH_THERE,          /* it is there */
	PROMPT_PATH_FOLDER,         /* a folder that is there, or a new one in a folder that is */
	PROMPT_PATH_FOLDER_THERE,   /* a folder that is there */
	PROMPT_PATH_FOLDER_OR_NONE, /* the same, or nothing */
	PROMPT_PATH_NEW,            /* a file that is not there yet, in a folder that is */
};

/* What is asked: `initial` stands in the line, `offered` faintly in its place until something is typed; either may be NULL. */
struct prompt_path {
	const char *question, *initial, *offered;
	enum prompt_path_wanted wanted;
};

/* The path, `~/` put in full, which the caller frees; NULL: left; "" where none is an answer. Tab completes. */
char *prompt_path_ask(struct workbench *wb, const struct prompt_path *p);
char *prompt_path(struct workbench *wb, const char *question, enum prompt_path_wanted wanted);

/* A new file. A name beside the case file is offered, or NAME-2 and so on where it is there already: `…/site-incident.html` of
 * `…/site.genba`, "incident" and "html" (NULL: no ending). */
char *prompt_path_new(struct workbench *wb, const char *question, const char *initial, const char *what,
                      const char *ending);

/* Such a name. The caller frees. */
char *prompt_path_suggest(struct workbench *wb, const char *what, const char *ending);

/* What may follow a path that is typed among others: `wanted` is an enum prompt_path_wanted. */
void prompt_path_complete(void *wanted, const char *front, struct candidates *c);

/* A check for prompts that take a path among others: `wanted` is an enum prompt_path_wanted. */
int prompt_path_check(void *wanted, const char *path, struct err *err);

/* `~/` put in full, as prompt_path() does. The caller frees it. */
char *prompt_path_in_full(const char *path);

/* What a path is called in a sentence: the last name in it, printable. The caller frees. */
char *prompt_path_name(const char *path);

#endif
