/* A text of several lines: the output of a command, an error that lists things, an explanation. */
#include "base/err.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>

static int fill_text(struct view *v, int columns, struct err *err)
{
	(void)columns;
	(void)err;
	v->heading = xstrdup(v->data);
	view_add_output(v, TONE_PLAIN, v->argument, 1);
	return 0;
}

static void release_text(struct view *v)
{
	free(v->data);
}

static const struct view_ops text_ops = {
    .name = "text", .title = "", .text = 1, .fill = fill_text, .release = release_text};

struct view *view_text(struct workbench *wb, const char *title, const char *text)
{
	struct view *v = view_new(wb, &text_ops, text);
	v->data = xstrdup(title);
	return v;
}
