/*
 * The lock: keys and texts are wiped and the screen is cleared, until the passphrase is given.
 *
 * The case is suspended: its data key, the pages that were read and everything made of them go. Views are closed and opened
 * again afterwards where they were; what a view or a question holds that somebody waits for stays, as it is being typed, and
 * lies sealed in the case as a draft besides. A long command that is under way keeps the case open.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/secret.h"
#include "case/query/title_cache.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/background_verify.h"
#include "tui/workbench/events.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/record_cache.h"
#include "tui/workbench/remote_command.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define STACK_BYTES (256 * 1024) /* of the calls that have returned; the deepest ones draw views and read records */

/* A view that was closed for the lock, and is opened again. */
struct closed_view {
	const struct view_ops *ops;
	char *argument;
	char *filter;
	char label[48];
	size_t selected;
	size_t top;
};

/* Views that keep texts of their own beside their rows; only where nobody further down waits for one of them. */
static int is_closed(const struct workbench *wb, const struct view *v)
{
	return wb->waiting == 0 && v->ops->open && !(v->lazy && v->lazy->row);
}

/* Closes what can be opened again; NULL in the stack. */
static struct closed_view *close_views(struct workbench *wb)
{
	struct closed_view *places = xcalloc(STACK_LIMIT, sizeof *places);
	for (size_t i = 0; i < wb->depth; i++) {
		struct view *v = wb->stack[i];
		view_forget(v);
		if (!is_closed(wb, v))
			continue;
		places[i] = (struct closed_view){.ops = v->ops, .selected = v->selected, .top = v->top};
		places[i].argument = v->argument ? xstrdup(v->argument) : NULL;
		places[i].filter = v->filter ? xstrdup(v->filter) : NULL;
		snprintf(places[i].label, sizeof places[i].label, "%s", view_label(v));
		view_free(v);
		wb->stack[i] = NULL;
	}
	return places;
}

static struct view *open_place(struct workbench *wb, struct closed_view *p)
{
	struct view *v = p->ops->open(wb, p->argument);
	if (!v)
		return NULL;
	v->filter = p->filter;
	p->filter = NULL;
	view_refresh(v);
	if (*p->label)
		view_seek(v, p->label);
	if (p->selected < v->count)
		v->selected = p->selected;
	v->top = p->top;
	return v;
}

/* In their order, without those that cannot be opened any more. */
static void open_views(struct workbench *wb, struct closed_view *places)
{
	size_t kept = 0;
	for (size_t i = 0; i < wb->depth; i++) {
		struct view *v = wb->stack[i] ? wb->stack[i] : open_place(wb, &places[i]);
		if (v)
			wb->stack[kept++] = v;
		free(places[i].argument);
		free(places[i].filter);
	}
	wb->depth = kept;
	free(places);
	if (kept == 0)
		workbench_go(wb, route_next(NULL), NULL);
}

static void free_places(struct workbench *wb, struct closed_view *places)
{
	size_t kept = 0;
	for (size_t i = 0; i < wb->depth; i++) {
		if (wb->stack[i])
			wb->stack[kept++] = wb->stack[i];
		free(places[i].argument);
		free(places[i].filter);
	}
	wb->depth = kept;
	free(places);
}

/* What the workbench itself remembers of the case and of what was typed. */
static void forget_rest(struct workbench *wb)
{
	tables_forget(wb->tables);
	workbench_free_rest(wb);
	title_cache_free(&wb->names);
	buf_release(&wb->status);
	buf_release(&wb->made);
	buf_release(&wb->said);
	trail_release(&wb->trail);
	free(wb->search);
	wb->search = NULL;
	json_decref(wb->lines);
	wb->lines = json_array();
	wb->turn++;
}

/* Dots stand for its characters; what is typed lies in memory that is wiped. 0, or -1 when left. */
static int ask_passphrase(struct workbench *wb, const char *question, struct secret *passphrase)
{
	char *line = secret_alloc(SECRET_LIMIT + 1);
	size_t n = 0;
	size_t shown = 0;
	int rc = -1;
	for (;;) {
		workbench_draw(wb);
		struct buf dots = BUF_INIT;
		for (size_t i = 0; i < shown; i++)
			buf_adds(&dots, "•");
		screen_put(screen_rows() - 1, 0, screen_columns(), TONE_HEADING, question);
		int column = (int)text_width(question);
		screen_put(screen_rows() - 1, column, screen_columns() - column, TONE_PLAIN, dots.data);
		screen_cursor(screen_rows() - 1, column + (int)shown);
		screen_show();
		buf_release(&dots);
		int key = workbench_key(wb);
		utf8proc_uint8_t bytes[4];
		if (key == KEY_RETURN) {
			secret_set(passphrase, line, n);
			rc = 0;
			break;
		}
		if (key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c'))
			break;
		if (key == CTRL('u')) {
			n = shown = 0;
		} else if (key == KEY_BACK && n > 0) {
			while (n > 0 && ((unsigned char)line[--n] & 0xC0) == 0x80)
				;
			shown--;
		} else if (key >= 0x20 && key < 0x110000 && key != 127 && n + 4 < SECRET_LIMIT) {
			utf8proc_ssize_t size = utf8proc_encode_char(key, bytes);
			memcpy(line + n, bytes, size > 0 ? (size_t)size : 0);
			n += size > 0 ? (size_t)size : 0;
			shown++;
		}
	}
	secret_free(line);
	return rc;
}

void workbench_lock(void *ctx)
{
	struct workbench *wb = ctx;
	struct err why = ERR_INIT;
	if (wb->locked)
		return;
	screen_wipe(); /* at once: closing the case may take a moment */
	if (wb->task && (case_is_still(wb->s->c) || !case_identity(wb->s->c)))
		workbench_stop_task(wb); /* it would use a key that is wiped, or a case that is closed */
	background_verify_free(wb->verifying);
	wb->verifying = NULL;
	events_flush(wb->events);
	wb->locked = 1;
	struct closed_view *places = close_views(wb);
	forget_rest(wb);
	if (session_lock(wb->s, workbench_task(wb) != NULL, &why) < 0)
		workbench_tell(wb, TONE_ALARM, "%s", why.message);
	screen_wipe();
	sodium_stackzero(STACK_BYTES);
	if (events_is_suspending(wb->events))
		screen_suspend();
	int escapes = 0;
	while (wb->locked && !workbench_is_leaving(wb)) {
		struct secret passphrase = SECRET_INIT;
		struct err err = ERR_INIT;
		if (ask_passphrase(wb, _("Passphrase: "), &passphrase) < 0) {
			if (workbench_is_leaving(wb) || ++escapes >= 2)
				workbench_leave(wb);
			continue;
		}
		escapes = 0;
		if (session_unlock(wb->s, &passphrase, &err) == 0) {
			wb->locked = 0;
			wb->verifying = background_verify_new(wb);
			workbench_tell(wb, TONE_GOOD, "%s", _("unlocked"));
		} else {
			workbench_tell(wb, TONE_ALARM, "%s", err.message);
		}
		secret_release(&passphrase);
	}
	if (wb->locked)
		free_places(wb, places);
	else
		open_views(wb, places);
	if (!wb->task && !workbench_is_leaving(wb))
		remote_command_ended(wb); /* those that waited for a background task that the lock ended */
}
