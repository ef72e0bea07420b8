/* The stack of views, the status line, and the case as the person looks at it. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "base/words.h"
#include "case/query/conflict_words.h"
#include "case/query/past_reader.h"
#include "case/query/search.h"
#include "case/query/title_cache.h"
#include "tui/command/command.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/events.h"
#include "tui/workbench/record_cache.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <stdlib.h>
#include <string.h>

#define TOLD_KEPT 50 /* messages */

struct view *workbench_top(struct workbench *wb)
{
	return wb->stack[wb->depth - 1];
}

struct view *workbench_find_view(struct workbench *wb, const char *name, const struct view *but)
{
	for (size_t i = wb->depth; i > 0; i--)
		if (wb->stack[i - 1] != but && strcmp(wb->stack[i - 1]->ops->name, name) == 0)
			return wb->stack[i - 1];
	return NULL;
}

/* So many views stay: somebody waits for what is above them. */
static size_t held_views(const struct workbench *wb)
{
	size_t i = wb->depth;
	while (i > 0 && !wb->stack[i - 1]->held)
		i--;
	return i;
}

void workbench_push(struct workbench *wb, struct view *view)
{
	if (!view)
		return;
	if (wb->depth == STACK_LIMIT && held_views(wb)) {
		view_free(view);
		workbench_tell(wb, TONE_ATTENTION, "%s", _("too many views are open: go back with Esc first"));
		return;
	}
	if (wb->depth == STACK_LIMIT) { /* a long walk along references: the oldest but the first is given up */
		view_free(wb->stack[1]);
		memmove(&wb->stack[1], &wb->stack[2], (STACK_LIMIT - 2) * sizeof *wb->stack);
		wb->depth--;
	}
	wb->stack[wb->depth++] = view;
	wb->redraw = REDRAW_ALL;
}

void workbench_pop(struct workbench *wb)
{
	if (wb->depth > 1 && wb->depth > held_views(wb)) {
		view_free(wb->stack[--wb->depth]);
		wb->redraw = REDRAW_ALL;
	}
}

void workbench_judged(struct workbench *wb, const char *label)
{
	for (size_t i = 0; i < wb->depth; i++) {
		struct view *v = wb->stack[i];
		if (!v->judged)
			v->judged = json_object();
		json_object_set_new(v->judged, label, json_true());
	}
}

int workbench_home(struct workbench *wb)
{
	if (held_views(wb)) {
		workbench_tell(wb, TONE_ATTENTION, "%s", _("a form is open: save it or leave it first"));
		return 0;
	}
	while (wb->depth > 1)
		workbench_pop(wb);
	return 1;
}

void workbench_tell(struct workbench *wb, enum tone tone, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	buf_clear(&wb->status);
	printable_add(&wb->status, text.data, strcspn(text.data, "\n"), PRINTABLE_LINE);
	wb->status_tone = tone;
	buf_release(&text);
	if (tone == TONE_FAINT || !wb->status.len)
		return;
	if (json_array_size(wb->told) >= TOLD_KEPT)
		json_array_remove(wb->told, 0);
	json_array_append_new(wb->told, json_string(wb->status.data));
}

void workbench_tell_error(struct workbench *wb, const struct err *err)
{
	if (strchr(err->message, '\n'))
		workbench_show_text(wb, _("Not done"), err->message);
	else
		workbench_tell(wb, TONE_ALARM, "%s", err->message);
}

void workbench_tell_with_trouble(struct workbench *wb, const char *format, ...)
{
	struct buf done = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&done, format, args);
	va_end(args);
	int trouble = wb->status.len > 0 && wb->status_tone == TONE_ALARM;
	char *told = trouble ? xstrdup(wb->status.data) : NULL;
	if (told)
		workbench_tell(wb, TONE_ALARM, "%s · %s", done.data, told);
	else
		workbench_tell(wb, TONE_GOOD, "%s", done.data);
	free(told);
	buf_release(&done);
}

void workbench_show_text(struct workbench *wb, const char *title, const char *text)
{
	workbench_push(wb, view_text(wb, title, text));
}

int workbench_go(struct workbench *wb, const struct route *route, const char *argument)
{
	struct view *view = NULL;
	if (route->ask)
		route->ask(wb, argument);
	else
		workbench_push(wb, view = route->view->open(wb, argument));
	return route->ask || view;
}

void workbench_show(struct workbench *wb, const char *name, const char *argument)
{
	workbench_go(wb, route_find(name), argument);
}

void workbench_open(struct workbench *wb, const char *label)
{
	if (*label)
		workbench_show(wb, "detail", label);
}

/* ---- the way back */

void trail_about(struct view *v, struct buf *out)
{
	size_t begins = out->len;
	buf_adds(out, "");
	if (v->ops->about)
		v->ops->about(v, out);
	if (!out->data[begins + strspn(out->data + begins, " ")])
		buf_adds(out, *view_label(v) ? view_label(v) : v->argument ? v->argument : "");
}

static void trail_place_release(struct trail_place *place)
{
	if (place->argument)
		explicit_bzero(place->argument, strlen(place->argument)); /* words that were looked for */
	free(place->argument);
	place->argument = NULL;
}

static void trail_drop_oldest(struct trail *t)
{
	size_t n = 1;
	while (n < t->count && !t->places[n].is_first)
		n++;
	for (size_t i = 0; i < n; i++)
		trail_place_release(&t->places[i]);
	memmove(t->places, t->places + n, (t->count - n) * sizeof *t->places);
	t->count -= n;
}

static void trail_add(struct trail *t, struct view *v, int is_first)
{
	struct buf about = BUF_INIT;
	while (t->count == TRAIL_MOST)
		trail_drop_oldest(t);
	trail_about(v, &about);
	struct trail_place *place = &t->places[t->count++];
	*place = (struct trail_place){.ops = v->ops,
	                              .argument = v->argument ? xstrdup(v->argument) : NULL,
	                              .row = v->selected,
	                              .is_first = is_first};
	snprintf(place->labels, sizeof place->labels, "%s", about.data);
	snprintf(place->label, sizeof place->label, "%s", view_label(v));
	buf_release(&about);
}

size_t trail_keep(struct trail *t, struct view *const *views, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (views[i]->ops->open && (views[i]->ops->begin_at || views[i]->ops->comes_back))
			trail_add(t, views[i], kept++ == 0);
	return kept;
}

void trail_drop_last(struct trail *t)
{
	for (int is_first = 0; t->count && !is_first;) {
		struct trail_place *place = &t->places[--t->count];
		is_first = place->is_first;
		trail_place_release(place);
	}
}

void trail_release(struct trail *t)
{
	while (t->count)
		trail_place_release(&t->places[--t->count]);
}

/* At the very row where it still stands there, else at its record or what belongs to it. */
static void trail_begin(struct view *v, const struct trail_place *place)
{
	view_refresh(v);
	if (place->row < v->count) {
		v->selected = place->row;
		if (strcmp(view_label(v), place->label) == 0)
			return;
		v->selected = 0;
	}
	if (v->ops->begin_at)
		v->ops->begin_at(v, place->labels);
	else
		view_begin_at(v, place->label);
}

int trail_back(struct trail *t, struct workbench *wb)
{
	size_t from = t->count;
	if (!t->count || !workbench_home(wb))
		return t->count > 0;
	while (!t->places[--from].is_first)
		;
	for (size_t i = from; i < t->count; i++) {
		const struct view *below = workbench_top(wb);
		workbench_push(wb, t->places[i].ops->open(wb, t->places[i].argument));
		if (workbench_top(wb) != below)
			trail_begin(workbench_top(wb), &t->places[i]);
		trail_place_release(&t->places[i]);
	}
	t->count = from;
	return 1;
}

/* ---- what views ask for */

struct session *workbench_session(struct workbench *wb)
{
	return wb->s;
}

struct case_file *workbench_case(const struct workbench *wb)
{
	return wb->s->c;
}

const char *workbench_as_of(const struct workbench *wb)
{
	return wb->as_of;
}

uint64_t workbench_generation(const struct workbench *wb)
{
	return (wb->s->c ? case_generation(wb->s->c) : 0) + (wb->turn << 40);
}

void workbench_revise(struct workbench *wb)
{
	wb->turn++;
}

int workbench_has_told(const struct workbench *wb)
{
	return wb->status.len > 0;
}

int workbench_is_new(struct workbench *wb, const char *text)
{
	int known = json_object_get(wb->told_once, text) != NULL;
	json_object_set_new(wb->told_once, text, json_true());
	return !known;
}

struct background_task *workbench_task(const struct workbench *wb)
{
	return wb->task && !background_task_has_ended(wb->task) ? wb->task : NULL;
}

struct record_cache *workbench_table(struct workbench *wb, const struct kind *kind, const char *commit)
{
	return record_cache_take(&wb->tables, wb->s->c, kind, commit);
}

const char *workbench_name(struct workbench *wb, const char *label)
{
	return name_of(&wb->names, wb->s->c, label);
}

char *workbench_name_of_record(struct workbench *wb, const json_t *record)
{
	return name_of_record(&wb->names, wb->s->c, record);
}

int workbench_conflict_words(struct workbench *wb, const json_t *conflict, const char *member, struct buf *out)
{
	return conflict_words(&wb->names, wb->s->c, conflict, member, out);
}

void workbench_name_field(struct workbench *wb, const struct field *field, const json_t *value, struct buf *out)
{
	name_field(&wb->names, wb->s->c, field, value, out);
}

void workbench_name_labels(struct workbench *wb, const char *list, struct buf *out)
{
	size_t before = out->len;
	while (*list) {
		list += strspn(list, ", ");
		size_t n = strcspn(list, ",");
		char *label = xstrndup(list, n);
		const char *name = workbench_name(wb, label);
		buf_adds(out, out->len > before ? _(", ") : "");
		printable_add(out, label, strlen(label), PRINTABLE_LINE);
		if (*name)
			buf_addf(out, " %s", name);
		free(label);
		list += n;
	}
}

int workbench_key(struct workbench *wb)
{
	wb->keys_read++;
	return events_wait(wb->events);
}

struct events *workbench_events(struct workbench *wb)
{
	return wb->events;
}

void workbench_leave(struct workbench *wb)
{
	events_leave(wb->events);
}

void workbench_change(struct workbench *wb)
{
	if (workbench_task(wb))
		workbench_tell(wb, TONE_ATTENTION, "%s",
		               _("another long command is under way: wait for its end, or Ctrl-C cancels it"));
	else if (held_views(wb))
		workbench_tell(wb, TONE_ATTENTION, "%s", _("a form is open: save it or leave it first"));
	else {
		wb->changes = 1;
		workbench_leave(wb);
		return;
	}
	session_forget(wb->s);
}

int workbench_is_leaving(const struct workbench *wb)
{
	return events_is_over(wb->events);
}

/* ---- the case now, or as of a commit */

int workbench_each(struct workbench *wb, const char *kind, unsigned flags, record_fn fn, void *ctx, struct err *err)
{
	if (*wb->as_of)
		return past_reader_each(wb->s->c, kind, wb->as_of, flags, fn, ctx, err);
	return record_each(wb->s->c, kind, flags, fn, ctx, err);
}

json_t *workbench_get(struct workbench *wb, const char *label, unsigned flags, struct err *err)
{
	if (*wb->as_of)
		return record_get_at(wb->s->c, label, wb->as_of, flags, err);
	return record_get(wb->s->c, label, flags, err);
}

int workbench_may_write(const struct workbench *wb, struct err *err)
{
	if (*wb->as_of) {
		char *said = edtf_said(wb->as_of_time);
		err_set(err, ERR_FAILED,
		        _("the case is shown as of %s and cannot be changed there: @ goes back to now"), said);
		free(said);
		return -1;
	}
	return case_may_write(wb->s->c, err);
}

const char *workbench_refuses_writing(struct view *v)
{
	static struct err err;
	err_clear(&err);
	return workbench_may_write(v->wb, &err) < 0 ? err.message : NULL;
}

static int keep_time(void *ctx, const struct history_entry *entry)
{
	struct workbench *wb = ctx;
	clock_format(entry->when, wb->as_of_time);
	return 0;
}

void workbench_look_at(struct workbench *wb, const char *commit)
{
	struct err err = ERR_INIT;
	*wb->as_of = '\0';
	wb->turn++;
	if (!commit)
		return;
	if (history_entry_of(case_history(wb->s->c), commit, keep_time, wb, &err) < 0)
		workbench_tell_error(wb, &err);
	else
		snprintf(wb->as_of, sizeof wb->as_of, "%s", commit);
}
