#include "tui/workbench.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/secret.h"
#include "case/search.h"
#include "tui/command.h"
#include "tui/prompt.h"
#include "tui/workbench_private.h"

#include <stdlib.h>
#include <string.h>

#define IDLE_MINUTES  15
#define WORK_SLICE    0.008 /* seconds that a key may have to wait for */
#define SMALL_ROWS    8
#define SMALL_COLUMNS 40

struct view *workbench_top(struct workbench *wb)
{
	return wb->stack[wb->depth - 1];
}

void workbench_push(struct workbench *wb, struct view *view)
{
	if (!view)
		return;
	if (wb->depth == STACK_LIMIT) { /* a long walk along references: the oldest but the first is given up */
		view_free(wb->stack[1]);
		memmove(&wb->stack[1], &wb->stack[2], (STACK_LIMIT - 2) * sizeof *wb->stack);
		wb->depth--;
	}
	wb->stack[wb->depth++] = view;
}

void workbench_pop(struct workbench *wb)
{
	if (wb->depth > 1)
		view_free(wb->stack[--wb->depth]);
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
}

void workbench_tell_error(struct workbench *wb, const struct err *err)
{
	if (strchr(err->message, '\n'))
		workbench_show_text(wb, _("Not done"), err->message);
	else
		workbench_tell(wb, TONE_ALARM, "%s", err->message);
}

void workbench_show_text(struct workbench *wb, const char *title, const char *text)
{
	workbench_push(wb, view_text(wb, title, text));
}

int workbench_command(struct workbench *wb, const char *line)
{
	struct buf output = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = command_run_line(wb->s, line, &output, &err);
	size_t n = strcspn(output.data, "\n");
	if (rc < 0)
		workbench_tell_error(wb, &err);
	else if (output.len > n + 1)
		workbench_show_text(wb, line, output.data);
	else
		workbench_tell(wb, TONE_GOOD, "%s", output.len ? output.data : _("done"));
	buf_release(&output);
	return rc;
}

/* ---- drawing */

/* `14:05+09:00 (05:05Z)`, or `14:05Z` where the machine's zone is UTC. */
static void add_clock(struct buf *out)
{
	struct clock_time now = clock_now();
	char local[CLOCK_TEXT];
	char utc[CLOCK_TEXT];
	clock_format(now, local);
	clock_format_utc(now, utc);
	if (clock_is_set())
		buf_adds(out, _("TEST CLOCK "));
	if (now.offset == 0)
		buf_addf(out, "%.5sZ", utc + 11);
	else
		buf_addf(out, "%.5s%s (%.5sZ)", local + 11, local + 19, utc + 11);
}

/* Case, TLP, clock, responder, last commit. Where room is scarce the title gives way first, down to a third. */
static void draw_header(struct workbench *wb)
{
	struct case_file *c = wb->s->c;
	int columns = screen_columns();
	struct buf right = BUF_INIT;
	struct buf head = BUF_INIT;
	struct buf left = BUF_INIT;
	const struct identity *me = wb->s->identity;
	buf_addf(&right, " TLP:%s  ", case_tlp(c));
	add_clock(&right);
	buf_addf(&right, "  %s ", me && *case_mark(c) ? case_mark(c) : _("read only"));
	buf_addf(&head, " ⎇ %s ", case_head(c));
	if ((int)(text_width(right.data) + text_width(head.data)) <= columns * 2 / 3)
		buf_add(&right, head.data, head.len);
	int wide = (int)text_width(right.data);
	buf_adds(&left, " 現場 ");
	printable_add(&left, case_title(c), strlen(case_title(c)), PRINTABLE_LINE);
	if (wide > columns * 2 / 3)
		wide = columns * 2 / 3;
	screen_put(0, 0, columns - wide, TONE_BAR, left.data);
	screen_put(0, columns - wide, wide, TONE_BAR, right.data);
	buf_release(&head);
	buf_release(&left);
	buf_release(&right);
}

static void draw_title(struct workbench *wb, const struct view *v)
{
	struct buf line = BUF_INIT;
	const char *title = i18n_text(v->ops->title);
	buf_adds(&line, *v->ops->title ? title : "");
	if (v->heading)
		buf_addf(&line, "%s%s", *v->ops->title ? "  " : "", v->heading);
	if (v->filter)
		buf_addf(&line, "  [%s]", v->filter);
	if (*case_notice(wb->s->c) && strstr(case_notice(wb->s->c), _("WARNING")))
		buf_addf(&line, "  %s", _("! WARNING at opening: see the board"));
	char *safe = printable_dup(line.data);
	screen_put(1, 0, screen_columns(), TONE_HEADING, safe);
	free(safe);
	buf_release(&line);
}

static int body_top(const struct view *v)
{
	return v->names ? 3 : 2;
}

static int body_height(const struct view *v)
{
	int height = screen_rows() - 2 - body_top(v);
	return height > 1 ? height : 1;
}

int workbench_height(struct workbench *wb)
{
	return body_height(workbench_top(wb));
}

static void draw_rows(struct view *v)
{
	int height = body_height(v);
	int first = body_top(v);
	if (v->names)
		screen_put(2, 0, screen_columns(), TONE_HEADING, v->names);
	if (v->selected < v->top)
		v->top = v->selected;
	if (v->selected >= v->top + (size_t)height)
		v->top = v->selected - (size_t)height + 1;
	for (int i = 0; i < height; i++) {
		size_t k = v->top + (size_t)i;
		if (k >= v->count)
			break;
		int here = k == v->selected && !v->ops->text;
		struct row row;
		view_row(v, k, &row);
		screen_put(first + i, 0, screen_columns(), here ? TONE_SELECTED : row.tone, row.text);
		free(row.text);
	}
	screen_cursor(first + (int)(v->selected - v->top), 0);
}

static void draw_footer(struct workbench *wb, const struct view *v)
{
	int rows = screen_rows();
	int columns = screen_columns();
	char place[48];
	snprintf(place, sizeof place, " %zu/%zu ", v->count ? v->selected + 1 : 0, v->count);
	int wide = (int)text_width(place);
	screen_put(rows - 2, 0, columns - wide, TONE_BAR, i18n_text(v->ops->hints));
	screen_put(rows - 2, columns - wide, wide, TONE_BAR, place);
	screen_put(rows - 1, 0, columns, wb->status_tone, wb->status.data);
}

static void draw_locked(void)
{
	int row = screen_rows() / 2;
	screen_put(row > 1 ? row - 1 : 0, 2, screen_columns() - 2, TONE_HEADING, _("genba is locked"));
	screen_put(row, 2, screen_columns() - 2, TONE_PLAIN,
	           _("Enter the passphrase of your identity. Esc twice leaves genba."));
}

void workbench_draw(struct workbench *wb)
{
	screen_clear();
	if (wb->locked) {
		draw_locked();
		return;
	}
	if (screen_rows() < SMALL_ROWS || screen_columns() < SMALL_COLUMNS) {
		screen_put(0, 0, screen_columns(), TONE_PLAIN, _("Window too small"));
		screen_put(1, 0, screen_columns(), TONE_PLAIN, _("80x24 is good"));
		screen_cursor(0, 0);
		return;
	}
	struct view *v = workbench_top(wb);
	view_refresh(v);
	draw_header(wb);
	draw_title(wb, v);
	draw_footer(wb, v);
	draw_rows(v);
}

/* ---- locking */

static void lock(struct workbench *wb)
{
	if (!wb->s->identity || wb->locked)
		return;
	session_lock(wb->s);
	wb->locked = 1;
	buf_clear(&wb->status);
	int escapes = 0;
	while (wb->locked && !wb->leaving) {
		struct secret passphrase = SECRET_INIT;
		struct err err = ERR_INIT;
		if (prompt_passphrase(wb, _("Passphrase: "), &passphrase) < 0) {
			if (wb->leaving || ++escapes >= 2)
				wb->leaving = 1;
			continue;
		}
		escapes = 0;
		if (session_unlock(wb->s, &passphrase, &err) == 0) {
			wb->locked = 0;
			workbench_tell(wb, TONE_GOOD, "%s", _("unlocked"));
		} else {
			workbench_draw(wb);
			screen_put(screen_rows() / 2 + 1, 2, screen_columns() - 2, TONE_ALARM, err.message);
			screen_show();
			screen_key(1500);
		}
		secret_release(&passphrase);
	}
	wb->last_key = clock_steady();
}

/* Milliseconds until the minute on the clock changes: the only regular wake-up. */
static int until_minute(void)
{
	int64_t seconds = clock_now().seconds;
	return (int)(60 - seconds % 60) * 1000;
}

/* Waits for a key until the minute is over, and does the view's slow work in slices while none is there. */
static int wait_for_key(struct workbench *wb)
{
	double minute = clock_steady() + until_minute() / 1000.0;
	int key = screen_key(0);
	while (key == KEY_NOTHING) {
		double now = clock_steady();
		if (now >= minute)
			return KEY_NOTHING;
		int wait = (int)((minute - now) * 1000) + 1;
		struct view *v = wb->locked || wb->depth == 0 ? NULL : workbench_top(wb);
		if (v && v->lazy && v->lazy->work) {
			int show = 0;
			int again = v->lazy->work(v, now + WORK_SLICE, &show);
			if (show)
				return KEY_WORK;
			if (again >= 0 && again < wait)
				wait = again;
		}
		key = screen_key(wait);
	}
	return key;
}

int workbench_key(struct workbench *wb)
{
	for (;;) {
		int key = wb->leaving ? KEY_HANGUP : wait_for_key(wb);
		if (key == KEY_HANGUP) {
			wb->leaving = 1;
			return key;
		}
		int idle = clock_steady() - wb->last_key > IDLE_MINUTES * 60;
		if (!wb->locked && (key == KEY_LOCK || key == CTRL('l') || (key == KEY_NOTHING && idle))) {
			lock(wb);
			return KEY_NOTHING;
		}
		if (key == KEY_NOTHING || key == KEY_SIZE || key == KEY_WORK)
			return key; /* the caller draws anew */
		wb->last_key = clock_steady();
		return key;
	}
}

/* ---- keys that mean the same in every view */

static void ask_command(struct workbench *wb, const char *initial)
{
	char *line = prompt_text(wb, ":", initial, 0);
	if (line && (strcmp(line, "quit") == 0 || strcmp(line, "q") == 0))
		wb->leaving = 1;
	else if (line && strcmp(line, "lock") == 0)
		lock(wb);
	else if (line && *line)
		workbench_command(wb, line);
	free(line);
}

/* Words are looked for in the whole case; in a text, the next place of it. */
static void ask_search(struct workbench *wb)
{
	struct view *v = workbench_top(wb);
	char *words = prompt_text(wb, "/", NULL, 0);
	if (!words || !*words) {
		free(words);
		return;
	}
	free(wb->search);
	wb->search = words;
	if (v->ops->text) {
		if (!view_search(v, words))
			workbench_tell(wb, TONE_ATTENTION, _("'%s' is not in this text"), words);
		return;
	}
	workbench_push(wb, view_found(wb, words));
}

/* What a new note is about: the record under the cursor. */
static void write_note(struct workbench *wb)
{
	struct err err = ERR_INIT;
	if (case_may_write(wb->s->c, &err) < 0) {
		workbench_tell_error(wb, &err);
		return;
	}
	struct view *v = workbench_top(wb);
	char on[LABEL_TEXT];
	snprintf(on, sizeof on, "%.31s", view_label(v));
	json_t *record = *on ? record_get(wb->s->c, on, RECORD_RAW, NULL) : NULL;
	struct buf question = BUF_INIT;
	buf_adds(&question, _("Note"));
	if (record)
		buf_addf(&question, " → %s", on);
	char *text = prompt_text(wb, question.data, NULL, 1);
	if (text && *text) {
		struct assign fields[2] = {{"text", text}, {"on", on}};
		char label[LABEL_TEXT];
		if (record_add(wb->s->c, "note", fields, record ? 2 : 1, 0, label, &err) == 0)
			workbench_tell(wb, TONE_GOOD, _("%s is on record"), label);
		else
			workbench_tell_error(wb, &err);
	}
	free(text);
	json_decref(record);
	buf_release(&question);
}

static void undo(struct workbench *wb)
{
	struct err err = ERR_INIT;
	struct buf summary = BUF_INIT;
	char *reason = prompt_text(wb, _("Undo your last action; reason: "), NULL, 0);
	if (reason && *reason) {
		if (record_undo(wb->s->c, reason, &summary, &err) == 0)
			workbench_tell(wb, TONE_GOOD, "%s", summary.data);
		else
			workbench_tell_error(wb, &err);
	}
	buf_release(&summary);
	free(reason);
}

static struct view *view_of_key(struct workbench *wb, int key)
{
	switch (key) {
	case '1':
		return view_board(wb);
	case '2':
		return view_playbook(wb);
	case '3':
		return view_list(wb, "asset");
	case '4':
		return view_list(wb, "evidence");
	case '5':
		return view_timeline(wb);
	case '6':
		return view_list(wb, "note");
	case '7':
		return view_list(wb, "indicator");
	case '8':
		return view_list(wb, "measure");
	case '9':
		return view_history(wb, NULL);
	case '0':
		return view_kinds(wb);
	default:
		return NULL;
	}
}

/* A view switched to by its number stands alone on the board. */
static void switch_to(struct workbench *wb, int key)
{
	while (wb->depth > 1)
		workbench_pop(wb);
	if (key != '1')
		workbench_push(wb, view_of_key(wb, key));
}

static void open_row(struct workbench *wb)
{
	const char *label = view_label(workbench_top(wb));
	if (!*label)
		return;
	struct err err = ERR_INIT;
	json_t *record = record_get(wb->s->c, label, RECORD_RAW, &err);
	if (record)
		workbench_push(wb, view_detail(wb, label));
	else
		workbench_tell_error(wb, &err);
	json_decref(record);
}

static void common_key(struct workbench *wb, int key)
{
	switch (key) {
	case ':':
		ask_command(wb, NULL);
		break;
	case '/':
		ask_search(wb);
		break;
	case 'n':
		write_note(wb);
		break;
	case 'u':
		undo(wb);
		break;
	case '?':
		workbench_push(wb, view_help(wb, workbench_top(wb)->ops->name));
		break;
	case KEY_RETURN:
	case 'l':
	case KEY_GO_RIGHT:
		open_row(wb);
		break;
	case KEY_ESCAPE:
	case 'h':
	case KEY_GO_LEFT:
	case KEY_BACK:
		workbench_pop(wb);
		break;
	case 'q':
		if (wb->depth > 1)
			workbench_pop(wb);
		else if (prompt_yes(wb, _("Leave genba? (y/n) ")))
			wb->leaving = 1;
		break;
	case CTRL('c'):
		workbench_tell(wb, TONE_FAINT, "%s", _(":quit leaves genba, Esc goes back"));
		break;
	default:
		if (key >= '0' && key <= '9')
			switch_to(wb, key);
		else if (key >= 0x20 && key < 0x110000)
			workbench_tell(wb, TONE_FAINT, "%s", _("no such key here; ? shows the keys"));
	}
}

static void run(struct workbench *wb)
{
	wb->last_key = clock_steady();
	while (!wb->leaving) {
		workbench_draw(wb);
		screen_show();
		int key = workbench_key(wb);
		if (key == KEY_HANGUP)
			break;
		if (key == KEY_WORK)
			continue;
		if (key == KEY_NOTHING || key == KEY_SIZE || wb->leaving) {
			search_catch_up(wb->s->c, 500, NULL);
			continue;
		}
		buf_clear(&wb->status);
		struct view *v = workbench_top(wb);
		if (v->ops->key && v->ops->key(v, key))
			continue;
		if (!view_move(v, key, body_height(v)))
			common_key(wb, key);
	}
}

int workbench_run(struct session *s, struct err *err)
{
	if (session_open(s, err) < 0)
		return -1;
	struct workbench wb = {.s = s, .status = BUF_INIT};
	if (screen_start(err) < 0)
		return -1;
	s->in_workbench = 1;
	workbench_push(&wb, view_board(&wb));
	if (*case_notice(s->c))
		workbench_tell(&wb, TONE_ATTENTION, "%s", case_notice(s->c));
	else
		workbench_tell(&wb, TONE_FAINT, "%s", _("? shows the keys"));
	run(&wb);
	while (wb.depth > 0)
		view_free(wb.stack[--wb.depth]);
	buf_release(&wb.status);
	free(wb.search);
	screen_stop();
	s->in_workbench = 0;
	return 0;
}
