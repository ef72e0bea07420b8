/* A text of several lines: the output of a command, an error that lists things, an explanation. */
#include "base/err.h"
#include "base/printable.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* A page that was made for this width is not wrapped a second time for the sake of a margin. */
static int fills_the_screen(const char *text, int columns)
{
	size_t widest = 0;
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t width = text_width_n(at, strcspn(at, "\n"));
		widest = width > widest ? width : widest;
	}
	return widest + 2 > (size_t)columns && widest <= (size_t)columns;
}

static int fill_text(struct view *v, int columns, struct err *err)
{
	(void)err;
	v->heading = xstrdup(v->data);
	if (fills_the_screen(v->argument, columns))
		view_add_page(v, v->argument);
	else
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
