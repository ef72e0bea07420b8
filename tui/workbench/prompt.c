#include "tui/workbench/prompt.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "tui/command/complete_edit.h"
#include "tui/term/edit.h"
#include "tui/term/screen.h"
#include "tui/workbench/events.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* ---- one line */

#define ANSWER_CELLS 24 /* that a question leaves to its answer, where the screen is wide enough */

static void show_typed(const struct editing *e, int hidden, struct buf *line, struct buf *before)
{
	printable_add(before, e->text.data, e->at, PRINTABLE_LINE);
	printable_add(line, e->text.data, e->text.len, PRINTABLE_LINE);
	for (struct buf *b = line; hidden && b; b = b == line ? before : NULL) {
		size_t cells = text_width(b->data);
		buf_clear(b);
		for (size_t i = 0; i < cells; i++)
			buf_adds(b, "•");
	}
}

/* Of a long path the end: it is what tells one from another. */
static void show_offered(int row, int column, int cells, const char *text)
{
	char *offered = printable_dup(text);
	size_t wide = text_width(offered);
	size_t from = 0;
	if (wide > (size_t)cells && cells > 2) {
		from = text_fit(offered, wide - (size_t)cells + 2, NULL);
		screen_put(row, column++, 1, TONE_FAINT, "…");
		cells--;
	}
	screen_put(row, column, cells, TONE_FAINT, offered + from);
	free(offered);
}

static int draw_line(const char *question, const struct editing *e, const struct prompt_line *p)
{
	int row = screen_rows() - 1;
	int columns = screen_columns();
	struct buf before = BUF_INIT;
	struct buf line = BUF_INIT;
	show_typed(e, p && p->hidden, &line, &before);
	int asked = (int)text_width(question);
	int wanted = (int)text_width(line.data) + 2; /* and the cursor behind it */
	int above = 0;
	if (asked > (columns >= 2 * ANSWER_CELLS ? columns - ANSWER_CELLS : columns / 2) &&
	    asked + (p && p->offered ? ANSWER_CELLS : wanted) > columns) {
		above = workbench_draw_upwards(row - 1, TONE_HEADING, question);
		asked = 0;
	} else if (asked + wanted > columns) { /* a long question gives way to what is typed, down to its half */
		int left = columns - wanted > columns / 2 ? columns - wanted : columns / 2;
		asked = asked < left ? asked : left;
	}
	int room = columns - asked - 1;
	int cursor = (int)text_width(before.data);
	int skip = cursor >= room ? cursor - room + 1 : 0; /* the end of a long line stays in sight */
	size_t used;
	size_t from = text_fit(line.data, (size_t)skip, &used);
	if (!above)
		screen_put(row, 0, asked, TONE_HEADING, question);
	if (line.len == 0 && p && p->offered) {
		show_offered(row, asked, columns - asked, p->offered);
	} else {
		screen_put(row, asked, columns - asked, TONE_PLAIN, line.data + from);
	}
	screen_cursor(row, asked + cursor - (int)used);
	buf_release(&line);
	buf_release(&before);
	return above;
}

int prompt_draw_line(const char *question, const struct editing *e)
{
	return draw_line(question, e, NULL);
}

static void begin_editing(struct editing *e, const struct prompt_line *p)
{
	*e = (struct editing){.text = BUF_INIT};
	buf_adds(&e->text, p->initial ? p->initial : "");
	e->at = p->from_top ? 0 : e->text.len;
}

/* Tells whoever wants to know that keys changed the text. */
static void tell_changed(const struct prompt_line *p, struct editing *e)
{
	if (!p->changed || !e->changed)
		return;
	e->changed = 0;
	p->changed(p->ctx, e->text.data);
}

struct asked {
	const struct prompt_line *line;
	struct editing e;
};

static void flush_asked(void *ctx)
{
	struct asked *a = ctx;
	tell_changed(a->line, &a->e);
}

/* What was wrong with the last answer stands above the question. */
static void draw_message(struct workbench *wb, int row)
{
	if (workbench_has_told(wb))
		workbench_draw_status(wb, row);
}

/* The text, if it can be what is asked for; else NULL, and the reason is told. */
static char *prompt_accept(struct workbench *wb, const struct prompt_line *p, struct editing *e)
{
	struct err err = ERR_INIT;
	workbench_tell(wb, TONE_FAINT, "%s", ""); /* what was said of an answer before is settled */
	if (e->text.len == 0 && p->offered)
		buf_adds(&e->text, p->offered);
	if (p->check && p->check(p->ctx, e->text.data, &err) < 0) {
		workbench_tell(wb, TONE_ALARM, "%s", err.message);
		return NULL;
	}
	return buf_take(&e->text, NULL);
}

/* What was wrong with an answer goes with its question: below a form it would be read as about the form. */
static void prompt_leave(struct workbench *wb, int refused)
{
	if (refused)
		workbench_tell(wb, TONE_FAINT, "%s", "");
}

/* The line above: how it is answered where nothing is typed, else what may follow. Appended: nothing, if there is nothing to
 * say. */
static void add_help(const struct prompt_line *p, const struct editing *e, struct buf *out)
{
	const char *help = p->help ? p->help : "";
	if (p->offered && e->text.len == 0)
		help = _(" Enter takes what is offered · Tab to change it · Esc leaves");
	if (p->complete && (e->text.len || !*help)) {
		struct candidates c = {.words = NULL};
		struct buf list = BUF_INIT;
		char *front = xstrndup(e->text.data, e->at);
		p->complete(p->ctx, front, &c);
		complete_list(&c, &list);
		if (json_array_size(c.words)) {
			buf_adds(out, _(" Tab: "));
			printable_add(out, list.data, list.len, PRINTABLE_LINE);
		}
		free(front);
		buf_release(&list);
		candidates_release(&c);
	} else {
		buf_adds(out, help);
	}
}

static void draw_asked(struct workbench *wb, const struct prompt_line *p, const struct editing *e)
{
	struct buf help = BUF_INIT;
	workbench_draw(wb);
	int row = screen_rows() - 2 - draw_line(p->question, e, p);
	add_help(p, e, &help);
	if (help.len)
		screen_put(row--, 0, screen_columns(), TONE_BAR, help.data);
	draw_message(wb, row);
	buf_release(&help);
	draw_line(p->question, e, p); /* the cursor is there */
	screen_show();
}

/* 1 if it was taken: what is offered is brought in, or what may follow. */
static int complete_key(const struct prompt_line *p, struct editing *e, int key)
{
	if (p->offered && e->text.len == 0 && (key == '\t' || key == KEY_GO_RIGHT || key == KEY_LAST)) {
		edit_set(e, p->offered);
		e->changed = 1;
		return 1;
	}
	if (!p->complete || key != '\t')
		return 0;
	struct candidates c = {.words = NULL};
	char *front = xstrndup(e->text.data, e->at);
	p->complete(p->ctx, front, &c);
	complete_put(e, &c, 0);
	candidates_release(&c);
	free(front);
	return 1;
}

static char *ask_line(struct workbench *wb, const struct prompt_line *p, struct editing *e, int *left)
{
	int refused = 0;
	for (;;) {
		if (edit_may_draw(e)) {
			tell_changed(p, e);
			draw_asked(wb, p, e);
		}
		int key = workbench_key(wb);
		if (e->pasting && key < KEY_NOTHING)
			edit_insert(e, key == KEY_RETURN ? ' '
			                                 : key);  /* pasted lines become one; no pasted byte is a key */
		else if (key == KEY_RETURN || key == CTRL('s')) { /* as in several lines */
			char *text = prompt_accept(wb, p, e);
			if (text)
				return text;
			refused = 1;
		} else if (key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c')) {
			*left = 1;
			prompt_leave(wb, refused);
			return buf_take(&e->text, NULL);
		} else if (!complete_key(p, e, key) && (!p->key || !p->key(p->ctx, key)))
			edit_key(e, key);
	}
}

/* ---- several lines */

/* How several lines are ended, in full, or with what must not be missed. */
static const char *editor_keys(const struct prompt_line *p, int in_full)
{
	if (p->stays)
		return in_full ? _("Ctrl-S or Esc: done, the text stays · Enter new line")
		               : _("Ctrl-S or Esc: done, the text stays");
	return in_full ? _("Ctrl-S keeps it · Enter new line · Esc leaves it") : _("Ctrl-S keeps it · Esc leaves it");
}

static void draw_editor(const struct prompt_line *p, const struct editing *e)
{
	int height = screen_rows() / 2;
	int columns = screen_columns();
	int top = screen_rows() - height;
	struct buf rows = BUF_INIT;
	int cursor_row;
	int cursor_column;
	edit_lay_out(e, columns, &rows, &cursor_row, &cursor_column);
	struct buf heading = BUF_INIT;
	struct buf hint = BUF_INIT;
	buf_addf(&heading, " %s ", p->question);
	if (!strstr(p->question, "Ctrl-S")) /* else it says itself what the keys do */
		buf_addf(&hint, " %s ", editor_keys(p, 1));
	int asked = (int)text_width(heading.data);
	if (hint.len && asked + (int)text_width(hint.data) > columns) {
		buf_clear(&hint);
		buf_addf(&hint, " %s ", editor_keys(p, 0));
	}
	int wide = (int)text_width(hint.data);
	if (asked > columns - wide) /* how to end it stays in sight */
		asked = wide < columns ? columns - wide : 0;
	screen_put(top - 1, 0, asked, TONE_BAR, heading.data);
	screen_put(top - 1, asked, columns - asked, TONE_BAR, hint.data);
	buf_release(&hint);
	int first = cursor_row >= height ? cursor_row - height + 1 : 0;
	char *line = rows.data;
	for (int i = 0; i < first + height; i++) {
		size_t n = line ? strcspn(line, "\n") : 0;
		char *text = line ? xstrndup(line, n) : xstrdup("");
		if (i >= first)
			screen_put(top + i - first, 0, columns, TONE_PLAIN, text);
		free(text);
		line = line && line[n] ? line + n + 1 : NULL;
	}
	screen_cursor(top + cursor_row - first, cursor_column < columns ? cursor_column : columns - 1);
	buf_release(&heading);
	buf_release(&rows);
}

static char *ask_lines(struct workbench *wb, const struct prompt_line *p, struct editing *e, int *left)
{
	int refused = 0;
	for (;;) {
		if (edit_may_draw(e)) {
			tell_changed(p, e);
			workbench_draw(wb);
			draw_editor(p, e);
			draw_message(wb, screen_rows() - screen_rows() / 2 - 2);
			screen_show();
		}
		int key = workbench_key(wb);
		if (e->pasting && key < KEY_NOTHING)
			edit_insert(e, key == '\t' ? ' ' : key); /* no pasted byte is a key */
		else if (key == CTRL('s') || key == CTRL('d')) {
			char *text = prompt_accept(wb, p, e);
			if (text)
				return text;
			refused = 1;
		} else if (key == KEY_HANGUP || key == KEY_ESCAPE || key == CTRL('c')) {
			*left = 1;
			prompt_leave(wb, refused);
			return buf_take(&e->text, NULL);
		} else if (key == KEY_RETURN)
			edit_insert(e, '\n');
		else if (key == '\t')
			edit_insert(e, ' ');
		else if (!p->key || !p->key(p->ctx, key))
			edit_key(e, key);
	}
}

char *prompt_edit(struct workbench *wb, const struct prompt_line *line, int *left)
{
	struct asked a = {.line = line};
	struct event_source typing = {.flush = flush_asked, .ctx = &a};
	*left = 0;
	begin_editing(&a.e, line);
	events_add(workbench_events(wb), &typing);
	char *text = line->several_lines ? ask_lines(wb, line, &a.e, left) : ask_line(wb, line, &a.e, left);
	events_remove(workbench_events(wb), &typing);
	return text;
}

char *prompt_text(struct workbench *wb, const char *question)
{
	struct prompt_line p = {.question = question};
	int left;
	char *text = prompt_edit(wb, &p, &left);
	if (!left)
		return text;
	free(text);
	return NULL;
}

/* ---- pasted where nothing was asked */

char *prompt_pasted(struct workbench *wb)
{
	struct editing e = {.text = BUF_INIT};
	for (;;) {
		int key = workbench_key(wb);
		if (key == KEY_PASTE_END)
			return buf_take(&e.text, NULL);
		if (key == KEY_HANGUP)
			break;
		edit_insert(&e, key == KEY_RETURN ? '\n' : key == '\t' ? ' ' : key);
	}
	buf_release(&e.text);
	return NULL;
}

/* ---- yes or no */

int prompt_yes(struct workbench *wb, const char *question)
{
	int answer = -1;
	int told = 0; /* by this question, of a key that is no answer */
	while (answer < 0) {
		workbench_draw(wb);
		int rows = workbench_draw_upwards(screen_rows() - 1, TONE_ATTENTION, question);
		draw_message(wb, screen_rows() - 1 - rows);
		int columns = screen_columns();
		screen_cursor(screen_rows() - 1,
		              (int)text_width(question) < columns ? (int)text_width(question) : columns - 1);
		screen_show();
		int key = workbench_key(wb);
		if (key == 'y' || key == 'Y')
			answer = 1;
		else if (key == 'n' || key == 'N' || key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c'))
			answer = 0;
		else if (!told && key != KEY_NOTHING && key != KEY_SIZE && key != KEY_WORK) {
			workbench_tell(wb, TONE_ATTENTION, "%s", _("y for yes; n or Esc for no"));
			told = 1;
		}
	}
	if (told)
		workbench_tell(wb, TONE_FAINT, "%s", "");
	return answer;
}

int prompt_matches(const char *choice, const char *typed)
{
	if (!*typed)
		return 1;
	char *a = text_fold_for_find_dup(choice);
	char *b = text_fold_for_find_dup(typed);
	int found = strstr(a, b) != NULL;
	free(a);
	free(b);
	return found;
}

/* ---- a choice from a source */

struct prompt_choosing {
	const struct prompt_source *source;
	size_t count;
	size_t selected;
};

static void draw_choices(const struct prompt_choosing *c, const char *question, const struct editing *e)
{
	const struct prompt_source *source = c->source;
	int height = screen_rows() / 2;
	int columns = screen_columns();
	int top = screen_rows() - 1 - height;
	screen_put(top - 1, 0, columns, TONE_BAR, source->help);
	height -= draw_line(question, e, NULL);
	size_t first = c->selected >= (size_t)height ? c->selected - (size_t)height + 1 : 0;
	for (int i = 0; i < height; i++) {
		size_t k = first + (size_t)i;
		struct buf text = BUF_INIT;
		struct buf line = BUF_INIT;
		if (k < c->count) {
			source->text(source->ctx, k, &text);
			buf_adds(&line, k == c->selected ? "> " : "  ");
			if (source->is_marked)
				buf_adds(&line, source->is_marked(source->ctx, k) ? "[x] " : "[ ] ");
			printable_add(&line, text.data, text.len, PRINTABLE_LINE);
		}
		screen_put(top + i, 0, columns, k < c->count && k == c->selected ? TONE_SELECTED : TONE_PLAIN,
		           line.data);
		buf_release(&line);
		buf_release(&text);
	}
	draw_line(question, e, NULL); /* the cursor is there */
	if (source->fixed)
		screen_cursor(top + (int)(c->selected - first), 0);
}

static void choosing_key(struct prompt_choosing *c, struct editing *e, int key)
{
	const struct prompt_source *source = c->source;
	size_t page = (size_t)(screen_rows() / 2);
	if (key == KEY_GO_DOWN || (source->fixed && key == 'j'))
		c->selected++;
	else if (key == KEY_GO_UP || (source->fixed && key == 'k'))
		c->selected -= c->selected > 0;
	else if (key == KEY_PAGE_DOWN)
		c->selected += page;
	else if (key == KEY_PAGE_UP)
		c->selected -= c->selected > page ? page : c->selected;
	else if (source->fixed && (key == KEY_FIRST || key == 'g'))
		c->selected = 0;
	else if (source->fixed && (key == KEY_LAST || key == 'G'))
		c->selected = c->count ? c->count - 1 : 0;
	else if (source->toggle && (key == '\t' || (key == ' ' && (source->fixed || e->text.len == 0)))) {
		if (c->selected < c->count)
			source->toggle(source->ctx, c->selected);
	} else if (!source->fixed) {
		struct prompt_line typed = {.complete = source->other ? source->other->complete : NULL,
		                            .ctx = source->other ? source->other->ctx : NULL};
		e->changed = 0;
		if (!complete_key(&typed, e, key))
			edit_key(e, key);
		if (e->changed)
			c->selected = 0;
	}
}

/* What is none of the choices: 1 if that may be, and it can be what is asked for. Else it is told. */
static int prompt_takes_other(struct workbench *wb, struct prompt_other *other, const char *typed)
{
	struct err err = ERR_INIT;
	if (!other) {
		char *safe = printable_dup(typed);
		workbench_tell(wb, TONE_ALARM, _("nothing here is called '%s': type less of it, or Esc leaves"), safe);
		free(safe);
		return 0;
	}
	if (other->check && other->check(other->ctx, typed, &err) < 0) {
		workbench_tell(wb, TONE_ALARM, "%s", err.message);
		return 0;
	}
	workbench_tell(wb, TONE_FAINT, "%s", "");
	return 1;
}

int prompt_pick(struct workbench *wb, const char *question, const struct prompt_source *source, char **typed)
{
	struct prompt_choosing c = {.source = source, .selected = source->first};
	struct editing e = {.text = BUF_INIT};
	struct event_source slow = {.work = source->work, .slice = EVENT_SLICE, .ctx = source->ctx};
	int result = -1;
	int refused = 0;
	events_add(workbench_events(wb), &slow);
	for (;;) {
		int drawn = edit_may_draw(&e);
		if (drawn)
			c.count = source->find(source->ctx, e.text.data);
		if (c.selected >= c.count)
			c.selected = c.count ? c.count - 1 : 0;
		if (drawn) {
			workbench_draw(wb);
			draw_choices(&c, question, &e);
			draw_message(wb, screen_rows() - screen_rows() / 2 - 3);
			screen_show();
		}
		int key = workbench_key(wb);
		if (key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c')) {
			prompt_leave(wb, refused);
			break;
		}
		if (key == CTRL('s') && source->is_marked) {
			result = -2;
			break;
		}
		if ((key == KEY_RETURN || key == CTRL('s')) && !e.pasting) {
			if (!drawn)
				c.count = source->find(source->ctx, e.text.data);
			refused = c.count == 0 && e.text.len && !prompt_takes_other(wb, source->other, e.text.data);
			if (refused)
				continue;
			result = c.count ? (int)(c.selected < c.count ? c.selected : c.count - 1) : -2;
			break;
		}
		choosing_key(&c, &e, key);
	}
	events_remove(workbench_events(wb), &slow);
	if (typed)
		*typed = xstrdup(e.text.data);
	buf_release(&e.text);
	return result;
}

/* ---- a choice from a list */

struct listed {
	const char *const *choices;
	const char *const *names; /* that are typed as well, or NULL */
	size_t count;
	size_t *shown; /* indexes of those that match */
	size_t shown_count;
};

static size_t find_listed(void *ctx, const char *typed)
{
	struct listed *l = ctx;
	l->shown_count = 0;
	for (size_t i = 0; i < l->count; i++)
		if (prompt_matches(l->choices[i], typed) || (l->names && prompt_matches(l->names[i], typed)))
			l->shown[l->shown_count++] = i;
	return l->shown_count;
}

static void text_listed(void *ctx, size_t i, struct buf *out)
{
	const struct listed *l = ctx;
	buf_adds(out, l->choices[l->shown[i]]);
}

int prompt_choice(struct workbench *wb, const char *question, const char *const *choices, size_t count, int selected,
                  struct prompt_other *other)
{
	return prompt_choice_named(wb, question, choices, NULL, count, selected, other);
}

int prompt_choice_named(struct workbench *wb, const char *question, const char *const *choices,
                        const char *const *names, size_t count, int selected, struct prompt_other *other)
{
	struct listed l = {choices, names, count, xcalloc(count, sizeof *l.shown), 0};
	struct prompt_source source = {.ctx = &l,
	                               .find = find_listed,
	                               .text = text_listed,
	                               .first = selected > 0 ? (size_t)selected : 0,
	                               .other = other,
	                               .help = _(" Type to narrow down · ↑↓ choose · Enter takes it · Esc leaves")};
	if (other && other->complete)
		source.help = _(" ↑↓ choose · type to narrow down, or a path: Tab completes · Enter · Esc leaves");
	char *typed = NULL;
	int result = prompt_pick(wb, question, &source, &typed);
	if (result >= 0) {
		result = (int)l.shown[result];
	} else if (result == -2 && other && *typed && l.shown_count == 0) {
		other->typed = typed;
		typed = NULL;
	} else {
		result = -1;
	}
	free(typed);
	free(l.shown);
	return result;
}
