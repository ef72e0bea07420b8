/*
 * The workbench on a real pseudo-terminal, read through libvterm.
 *
 *     struct terminal *t = terminal_open(24, 80, NULL, "site.genba", NULL);
 *     terminal_await(t, "Infected and not isolated");      fails the test when the deadline is over
 *     terminal_type(t, "n端末を隔離" KEYS_CTRL_S);
 *     terminal_golden(t, "board-80x24");
 *     assert_int_equal(terminal_end(t), 0);                 exit status of the program
 *
 * Nothing here sleeps: each wait reads what the program writes until a
 * condition holds, for at most TERMINAL_DEADLINE seconds.
 *
 * Goldens are tests/data/screens/NAME.txt: the rows as text, then the places
 * that are not plain (bold, reverse, colour number), then the cursor. Ids of
 * commits, which differ at every run, stand as ##########; so does the end of the
 * scratch folder's name. To write them anew:
 *
 *     GENBA_GOLDEN=write ctest --test-dir build -R tui
 *
 * and review what `git diff tests/data/screens` shows.
 */
#ifndef GENBA_TESTS_TUI_HELP_SCREEN_H
#define GENBA_TESTS_TUI_HELP_SCREEN_H

#include "base/buf.h"

#include <stddef.h>
#include <sys/types.h>

#define TERMINAL_DEADLINE 180 /* seconds; generous, since the machine may be busy */

#define KEYS_ESCAPE    "\033"
#define KEYS_ENTER     "\r"
#define KEYS_TAB       "\t"
#define KEYS_UP        "\033OA"
#define KEYS_DOWN      "\033OB"
#define KEYS_RIGHT     "\033OC"
#define KEYS_LEFT      "\033OD"
#define KEYS_PAGE_UP   "\033[5~"
#define KEYS_PAGE_DOWN "\033[6~"
#define KEYS_BACKSPACE "\177"
#define KEYS_CTRL_C    "\003"
#define KEYS_CTRL_L    "\014"
#define KEYS_CTRL_S    "\023"
#define KEYS_CTRL_U    "\025"
#define KEYS_PAGES_UP  "\002\002\002\002\002\002\002\002" /* to the very first row, heading or not */

struct terminal;

struct terminal_cell {
	char text[32]; /* UTF-8; " " where nothing is; "" right of a wide character */
	int width;     /* 1, 2, or 0 right of a wide character */
	int bold, reverse, underline;
	int colour; /* index of the foreground, -1: the default */
};

/* Starts the program with these words on a terminal of that size. `environment`: NAME=VALUE lines parted by '\n' that
 * are added to the test's own (an empty value unsets), or NULL. */
struct terminal *terminal_open(int rows, int columns, const char *environment, ...) __attribute__((sentinel));

/* Waits until the program has ended: its exit status, 128 + n for signal n. Fails if it does not. Frees `t`. */
int terminal_end(struct terminal *t);
/* Closes the terminal under it (SIGHUP), or sends a signal. */
void terminal_hang_up(struct terminal *t);
void terminal_signal(struct terminal *t, int number);
pid_t terminal_pid(const struct terminal *t);

void terminal_type(struct terminal *t, const char *keys);            /* as typed: UTF-8, or KEYS_… */
void terminal_send(struct terminal *t, const void *bytes, size_t n); /* any bytes, as they are */
void terminal_paste(struct terminal *t, const char *text, size_t n); /* between the marks of bracketed paste */
void terminal_resize(struct terminal *t, int rows, int columns);

/* Waits for text to be seen, or gone; line breaks of the screen are not looked across. Fails with the screen. */
void terminal_await(struct terminal *t, const char *text);
void terminal_await_gone(struct terminal *t, const char *text);
/* Waits for the text in that row (negative: from below). */
void terminal_await_row(struct terminal *t, int row, const char *text);
/* Waits for `test` to answer 1. */
void terminal_await_that(struct terminal *t, int (*test)(struct terminal *t, void *ctx), void *ctx, const char *what);

/* Waits until the program has sent these bytes to the terminal since it was started (of the last 64 KiB). */
void terminal_await_bytes(struct terminal *t, const char *bytes);

int terminal_shows(struct terminal *t, const char *text);
int terminal_rows(const struct terminal *t);
int terminal_columns(const struct terminal *t);
void terminal_row(struct terminal *t, int row, struct buf *text); /* appended, trailing blanks cut */
void terminal_text(struct terminal *t, struct buf *text);         /* all rows */
struct terminal_cell terminal_cell(struct terminal *t, int row, int column);
void terminal_cursor_at(const struct terminal *t, int *row, int *column, int *visible);
int terminal_find(struct terminal *t, const char *text); /* the first row that holds it, or -1 */
const char *terminal_titled(const struct terminal *t);   /* the title that the program (or a hostile text) set, or "" */

/* Waits until the screen equals the golden, or writes it (see above). */
void terminal_golden(struct terminal *t, const char *name);

#endif
