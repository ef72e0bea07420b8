/*
 * Help, made from the tables: the keys of the view that it was asked from, the
 * keys of every view, and all commands. What cannot be done now says why.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "tui/command/command.h"
#include "tui/command/command_help.h"
#include "tui/view/views.h"
#include "tui/workbench/route.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define KEY_CELLS 18

/* The view below the help, whose keys it tells. */
static struct view *view_below(const struct view *help)
{
	return workbench_find_view(help->wb, help->argument, help);
}

/* A first column of fixed width, and a text that is broken beside it. */
static void add_pair(struct view *v, enum tone tone, const char *label, const char *first, const char *text)
{
	struct buf safe = BUF_INIT;
	struct buf wrapped = BUF_INIT;
	int cells = v->columns - KEY_CELLS - 4;
	printable_add(&safe, text, strlen(text), PRINTABLE_LINE);
	text_wrap(&wrapped, safe.data, cells > 20 ? (size_t)cells : 20, 0);
	for (const char *line = wrapped.data; *line;) {
		size_t n = strcspn(line, "\n");
		struct buf row = BUF_INIT;
		buf_adds(&row, "  ");
		text_pad(&row, line == wrapped.data ? first : "", KEY_CELLS);
		buf_addf(&row, " %.*s", (int)n, line);
		view_add(v, tone, label, row.data);
		buf_release(&row);
		line += n + (line[n] == '\n');
	}
	buf_release(&wrapped);
	buf_release(&safe);
}

/* Why not now. Where the summary says it already, the reason is empty. */
static void add_refusal(struct buf *text, const char *why)
{
	if (why)
		buf_addf(text, "%s%s", *why ? _("  — not now: ") : _("  — not now"), why);
}

static void add_keys(struct view *v, struct view *of, const struct view_key *keys)
{
	for (const struct view_key *row = keys; row && row->key; row++) {
		struct buf name = BUF_INIT;
		struct buf text = BUF_INIT;
		const char *why = of && row->refuses ? row->refuses(of) : NULL;
		/* several keys for the same thing stand in one row */
		int again = row != keys && strcmp(row[-1].summary, row->summary) == 0;
		for (const struct view_key *same = row; same->key && strcmp(same->summary, row->summary) == 0; same++) {
			if (of && view_key_is_hidden(of, keys, same))
				continue;
			buf_adds(&name, name.len ? " " : "");
			view_key_name(same, &name);
		}
		buf_adds(&text, i18n_text(row->summary));
		add_refusal(&text, why);
		if (!again && name.len)
			add_pair(v, why ? TONE_FAINT : TONE_PLAIN, NULL, name.data, text.data);
		buf_release(&text);
		buf_release(&name);
	}
}

static void add_routes(struct view *v)
{
	struct view_key keys[2] = {{.key = 0}};
	const struct route *route = NULL;
	while ((route = route_next(route)))
		if (route_key(route, keys))
			add_keys(v, NULL, keys);
}

static void add_moving(struct view *v)
{
	static const struct {
		const char *keys;
		const char *what;
	} rows[] = {{N_("↑ ↓ k j"), N_("a row up or down")},
	            {N_("PgUp PgDn"), N_("a page up or down (also Ctrl-B, Ctrl-F, space)")},
	            {N_("g G"), N_("to the first row that Enter takes, or to the last (also Home, End)")}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		add_pair(v, TONE_PLAIN, NULL, i18n_text(rows[i].keys), i18n_text(rows[i].what));
}

static void add_command(struct view *v, const struct command *command)
{
	struct err why = ERR_INIT;
	struct buf text = BUF_INIT;
	const char *refusal = command_refusal(workbench_session(v->wb), command, &why);
	if (!refusal && (command->flags & COMMAND_WRITES) && workbench_may_write(v->wb, &why) < 0)
		refusal = why.message;
	buf_adds(&text, i18n_text(command->summary));
	if (*command->keys)
		buf_addf(&text, _("  (key %s)"), command->keys);
	add_refusal(&text, refusal);
	add_pair(v, refusal ? TONE_FAINT : TONE_PLAIN, command->name, command->name, text.data);
	buf_release(&text);
}

static void add_section(struct view *v, const char *title)
{
	if (v->count > 0)
		view_add(v, TONE_PLAIN, NULL, "");
	view_addf(v, TONE_HEADING, NULL, " %s", title);
}

static int fill_help(struct view *v, int columns, struct err *err)
{
	(void)columns;
	(void)err;
	struct view *of = view_below(v);
	if (of && (of->ops->keys || of->ops->hints)) {
		add_section(v, *of->ops->title ? i18n_text(of->ops->title) : _("This view"));
		add_keys(v, of, of->ops->own_keys);
		add_keys(v, of, of->ops->keys);
		if (!of->ops->keys)
			view_add_text(v, TONE_PLAIN, NULL, i18n_text(of->ops->hints), 2);
	}
	add_section(v, _("Keys of every view"));
	add_moving(v);
	add_keys(v, of, workbench_keys);
	add_routes(v);
	add_section(v, _("Commands, typed behind : (Enter tells one in full)"));
	const struct command *command = NULL;
	while ((command = command_next(command)))
		add_command(v, command);
	return 0;
}

static enum redraw tell_command(struct view *v)
{
	const char *name = view_label(v);
	if (!*name)
		return REDRAW_ALL;
	struct buf line = BUF_INIT;
	buf_addf(&line, "help %s", name);
	workbench_command(v->wb, line.data);
	buf_release(&line);
	return REDRAW_ALL;
}

static const struct view_key help_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("in full"), N_("tell the selected command in full"), tell_command, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_help(struct workbench *wb, const char *of)
{
	return view_new(wb, &help_view, of ? of : workbench_top(wb)->ops->name);
}

const struct view_ops help_view = {
    .name = "help", .title = N_("Help"), .searched = 1, .fill = fill_help, .keys = help_keys, .open = open_help};
