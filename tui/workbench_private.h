/* What the files of the workbench share: the stack of views, the status line, the loop. */
#ifndef GENBA_TUI_WORKBENCH_PRIVATE_H
#define GENBA_TUI_WORKBENCH_PRIVATE_H

#include "base/buf.h"
#include "tui/session.h"
#include "tui/view.h"

#define STACK_LIMIT 32

struct workbench {
	struct session *s;
	struct view *stack[STACK_LIMIT];
	size_t depth;
	struct buf status; /* one line, printable; shown until the next key */
	enum tone status_tone;
	char *search;      /* what was looked for last */
	double last_key;   /* steady seconds, for the idle lock */
	int locked;
	int leaving;
};

/* Draws header, view and footer; the caller shows it. */
void workbench_draw(struct workbench *wb);

/* Rows of the view on top that are seen. */
int workbench_height(struct workbench *wb);

/* The next key; resizing, locking and the slow work of the view on top are done inside. KEY_WORK: draw anew. */
int workbench_key(struct workbench *wb);

struct view *workbench_top(struct workbench *wb);

/* Puts a view on top. NULL-safe: an error was told by whoever made it. */
void workbench_push(struct workbench *wb, struct view *view);
void workbench_pop(struct workbench *wb);

__attribute__((format(printf, 3, 4))) void workbench_tell(struct workbench *wb, enum tone tone, const char *format, ...);
void workbench_tell_error(struct workbench *wb, const struct err *err);

/* Runs a command line; one line of output goes to the status, more into a view. 0 or -1. */
int workbench_command(struct workbench *wb, const char *line);

/* Shows text in a view of its own. */
void workbench_show_text(struct workbench *wb, const char *title, const char *text);

#endif
