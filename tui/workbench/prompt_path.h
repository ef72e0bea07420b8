/* Asking for the path of a file: one that cannot be what is wanted stays to be mended. */
#ifndef GENBA_TUI_WORKBENCH_PROMPT_PATH_H
#define GENBA_TUI_WORKBENCH_PROMPT_PATH_H

struct workbench;

enum prompt_path_wanted {
	PROMPT_PATH_THERE,  /* it is there */
	PROMPT_PATH_FOLDER, /* a folder that is there, or a new one in a folder that is */
	PROMPT_PATH_NEW,    /* a file that is not there yet, in a folder that is */
};

/* The path, `~/` put in full, which the caller frees; NULL: left. */
char *prompt_path(struct workbench *wb, const char *question, enum prompt_path_wanted wanted);

#endif
