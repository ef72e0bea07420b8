/*
 * Asking the person: one line, several lines, a choice.
 *
 * Each takes the keys until it is answered or left with Esc, and draws itself
 * over the lower part of the screen. Text is UTF-8, moved through by whole
 * characters, shown through printable text only.
 */
#ifndef GENBA_TUI_WORKBENCH_PROMPT_H
#define GENBA_TUI_WORKBENCH_PROMPT_H

#include <stddef.h>

struct buf;
struct err;
struct workbench;

/* Whether what was typed can be what is asked for: 0, or -1 with why not. It may do what is asked for, too. Then the text
 * stays in the prompt, to be mended, with the reason above it. `ctx` is that of the prompt. */
typedef int prompt_check_fn(void *ctx, const char *text, struct err *err);

struct candidates;
typedef void prompt_complete_fn(void *ctx, const char *front, struct candidates *c);

/* One line. A string that the caller frees, or NULL. What must not be lost is asked for by draft_prompt_text() (kept.h). */
char *prompt_text(struct workbench *wb, const char *question);

/* The same with more to say about it. Of several lines Enter makes a new one, and Ctrl-S keeps the text. */
struct prompt_line {
	const char *question;
	const char *help; /* one line above, or NULL */
	const char *initial;
	/* Shown faintly where nothing is typed: Enter takes it, Tab or the right arrow brings it in to be changed, typing takes its
	 * place. NULL: there is none. */
	const char *offered;
	int several_lines;
	int from_top; /* the cursor stands before the initial text, which is to be read first */
	int hidden;   /* shown as dots */
	int stays;    /* what was typed is kept by who asks, left with Esc or not: the line of keys says so */
	/* Told after keys that changed the text, and before a lock; may be NULL. */
	void (*changed)(void *ctx, const char *text);
	/* What may follow what is typed in front of the cursor: in the line above, and put in by Tab. May be NULL. */
	prompt_complete_fn *complete;
	/* A key that means something to whoever asks: 1 if it was taken. May be NULL. */
	int (*key)(void *ctx, int key);
	prompt_check_fn *check; /* asked with Enter, or Ctrl-S; may be NULL */
	void *ctx;
};

/* The text, which the caller frees. *left is 1 if it was left with Esc or the terminal went away: the text is given all
 * the same, so that nothing typed is lost. */
char *prompt_edit(struct workbench *wb, const struct prompt_line *line, int *left);

/* Choices from a source that is asked anew for what is typed. */
struct prompt_source {
	void *ctx;
	size_t (*find)(void *ctx, const char *typed);       /* how many there are */
	void (*text)(void *ctx, size_t i, struct buf *out); /* the i-th of them, of any text */
	int (*is_marked)(void *ctx, size_t i);              /* NULL: nothing can be marked */
	void (*toggle)(void *ctx, size_t i);                /* with Tab; with the space bar where nothing is typed */
	const char *help;                                   /* which keys do what */
	/* Slow work between the keys, as events.h says; may be NULL. */
	int (*work)(void *ctx, double deadline, int *show);
	size_t first; /* the one to begin with */
	int fixed;    /* 1: typing does not narrow down */
	/* NULL, or: what was typed may be none of them, if this agrees. */
	struct prompt_other *other;
};

/* The index of the one taken with Enter, or -1 (Esc), or -2: Ctrl-S where several can be marked, or Enter where there is
 * none and nothing was typed, or what was typed may be none of them. Else Enter stays where nothing fits, and says so.
 * What was typed goes to *typed (the caller frees it) unless that is NULL. */
int prompt_pick(struct workbench *wb, const char *question, const struct prompt_source *source, char **typed);

/* A command line behind `:`: Tab completes, the arrows recall what was typed before (but no line that gives a secret),
 * and a line above says what may follow. A string that the caller frees, or NULL. */
char *prompt_command(struct workbench *wb, const char *initial);

/* What is being pasted, up to its end (the key KEY_PASTE_BEGIN was read already). A string that the caller frees, or NULL. */
char *prompt_pasted(struct workbench *wb);

/* What is typed where none of the choices fits. */
struct prompt_other {
	prompt_check_fn *check;
	prompt_complete_fn *complete; /* Tab puts in what may follow; or NULL */
	void *ctx;
	char *typed; /* the caller frees it */
};

/* Whether a choice stays when that is typed. */
int prompt_matches(const char *choice, const char *typed);

/* One of `count` choices, narrowed down by typing. The index, or -1. With `other` not NULL, what was typed may be none
 * of them: then -2, and the text. */
int prompt_choice(struct workbench *wb, const char *question, const char *const *choices, size_t count, int selected,
                  struct prompt_other *other);

/* The same, where a choice is also found by its name, which is not shown: with Japanese labels nobody needs to switch the
 * keyboard. */
int prompt_choice_named(struct workbench *wb, const char *question, const char *const *choices,
                        const char *const *names, size_t count, int selected, struct prompt_other *other);

/* Yes (1) or no (0): y, or n or Esc. Any other key is told and the question stays. */
int prompt_yes(struct workbench *wb, const char *question);

/* Draws a question and the line being typed on the last row, and puts the cursor there. A question that leaves no room for an
 * answer stands above, whole: the number of rows that it takes there. */
struct editing;
int prompt_draw_line(const char *question, const struct editing *e);

#endif
