/*
 * Asking the person: one line, several lines, a choice, a passphrase.
 *
 * Each takes the keys until it is answered or left with Esc, and draws itself
 * over the lower part of the screen. Text is UTF-8, moved through by whole
 * characters, shown through printable text only.
 */
#ifndef GENBA_TUI_PROMPT_H
#define GENBA_TUI_PROMPT_H

#include "base/secret.h"

#include <stddef.h>

struct workbench;

#define PROMPT_LIMIT (16U << 20)

/* One line, or several (then Enter makes a new line and Ctrl-S keeps the text). A string that the caller frees, or NULL. */
char *prompt_text(struct workbench *wb, const char *question, const char *initial, int several_lines);

/* A command line behind `:`: Tab completes, the arrows recall what was typed before, and a line above says what may
 * follow. A string that the caller frees, or NULL. */
char *prompt_command(struct workbench *wb, const char *initial);

/* What is being pasted, up to its end (the key KEY_PASTE_BEGIN was read already). A string that the caller frees, or NULL. */
char *prompt_pasted(struct workbench *wb);

/* One of `count` choices, narrowed down by typing. The index, or -1. With `other` not NULL, what was typed may be none
 * of them: then -2, and the text (the caller frees it). */
int prompt_choice(struct workbench *wb, const char *question, const char *const *choices, size_t count, int selected,
                  char **other);

/* A passphrase; nothing of it is shown. 0, or -1 when left. */
int prompt_passphrase(struct workbench *wb, const char *question, struct secret *passphrase);

/* Yes (1) or no (0). */
int prompt_yes(struct workbench *wb, const char *question);

/* Draws a question and the line being typed on the last row, and puts the cursor there. */
struct editing;
void prompt_draw_line(const char *question, const struct editing *e);

#endif
