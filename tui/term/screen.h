/*
 * The terminal: started, drawn on, and given back.
 *
 * The only file that tells curses what to show. Text reaches the screen through
 * screen_put(), which takes printable text only (base/printable.h) and cuts it
 * by display width. Colour never carries meaning alone. Which colours: the
 * environment variable GENBA_THEME=dark|light|mono; NO_COLOR, or a terminal
 * without colours, is mono. The console of the Linux kernel has no kanji and few
 * symbols: there the interface speaks English, symbols become ASCII, and each
 * wide character of the case's own text is shown as `??`.
 */
#ifndef GENBA_TUI_TERM_SCREEN_H
#define GENBA_TUI_TERM_SCREEN_H

#include <stddef.h>
#include <stdint.h>

struct err;

enum tone {
	TONE_PLAIN,
	TONE_HEADING,
	TONE_ALARM,
	TONE_ATTENTION,
	TONE_GOOD,
	TONE_FAINT,
	TONE_BAR, /* header and footer */
	TONE_SELECTED,
	TONE_PAST, /* what marks a screen that does not show the present */
};

/* Keys that are no character. Characters are their code points. */
enum key {
	KEY_NOTHING = 0x200000, /* a signal or the clock */
	KEY_GO_UP,
	KEY_GO_DOWN,
	KEY_GO_LEFT,
	KEY_GO_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_FIRST,
	KEY_LAST,
	KEY_BACK,   /* backspace */
	KEY_REMOVE, /* delete */
	KEY_SIZE,   /* the terminal has another size now */
	KEY_HANGUP, /* the terminal is gone, or the program is asked to end */
	KEY_LOCK,   /* asked to lock by SIGUSR1 */
	KEY_PASTE_BEGIN,
	KEY_PASTE_END,
	KEY_WORK,  /* no key: slow work has more to show */
	KEY_KNOCK, /* no key: a watched descriptor has something */
};

#define KEY_ESCAPE   27
#define KEY_RETURN   '\n'
#define CTRL(letter) ((letter)&31)

int screen_start(struct err *err);
void screen_stop(void);

/* Gives the terminal back to the shell and stops; returns when the shell says `fg`. Where no shell controls the terminal it
 * returns at once. */
void screen_suspend(void); /* may be called when it was not started */

/* What the person must know of this terminal (no kanji on a Linux console), in the interface's language; "" if nothing. */
const char *screen_notice(void);
int screen_is_plain(void); /* 1: it has no kanji and few signs */

int screen_rows(void);
int screen_columns(void);

/* Descriptors that screen_key() waits for too, and answers KEY_KNOCK; copied, at most SCREEN_WATCHED. */
#define SCREEN_WATCHED 18
struct pollfd;
void screen_watch(const struct pollfd *fds, size_t count);

/* Waits for a key, at most `milliseconds` (-1: for ever). */
int screen_key(int milliseconds);

int screen_input(void); /* the descriptor that keys come from; -1: there is no screen */

/* 1 if Ctrl-C is among the keys that are there; the others are kept for screen_key(). For work that takes no other key. */
int screen_interrupted(void);

/* 1 if keys are waiting: drawing can be put off (a paste, a held key). */
int screen_pending(void);

void screen_clear(void);
/* Puts printable text at row and column, cut and padded to exactly `cells`. */
void screen_put(int row, int column, int cells, enum tone tone, const char *text);
void screen_cursor(int row, int column);  /* negative: hidden */
void screen_show(void);                   /* what was put appears */
uint64_t screen_digest(int from, int to); /* of the rows from … to - 1 as they were put, colours and all: to compare */
void screen_send(const char *bytes, size_t n); /* to the terminal as they are, beside what is drawn */
void screen_wipe(void);                        /* clears the terminal itself, at once */

#endif
