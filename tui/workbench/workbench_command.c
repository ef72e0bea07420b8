/* Commands that are typed, or that keys mean: where they lead, and those that take long. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/words.h"
#include "case/store/disputed.h"
#include "tui/command/command.h"
#include "tui/command/named.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/background_verify.h"
#include "tui/workbench/events.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/remote_command.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLICE 0.05 /* of a command typed here: most long ones are over by then */

static int nothing(struct workbench *wb)
{
	if (workbench_task(wb))
		return 0;
	workbench_tell(wb, TONE_ATTENTION, "%s", _("nothing is under way"));
	return 1;
}

static void pause_task(struct workbench *wb, int pause)
{
	if (nothing(wb))
		return;
	background_task_pause(wb->task, pause);
	workbench_tell(wb, pause ? TONE_ATTENTION : TONE_GOOD, "%s",
	               pause ? _("paused: the source stays open; z goes on") : _("it goes on"));
}

/* What a command left for the workbench to do. */
static void do_request(struct workbench *wb)
{
	enum session_request request = wb->s->request;
	wb->s->request = REQUEST_NOTHING;
	if (request == REQUEST_LEAVE)
		workbench_quit(wb);
	else if (request == REQUEST_OTHER)
		workbench_change(wb);
	else if (request == REQUEST_PAUSE || request == REQUEST_RESUME)
		pause_task(wb, request == REQUEST_PAUSE);
	else if (request == REQUEST_STOP)
		workbench_ask_stop(wb);
	else if (request == REQUEST_LOCK)
		events_lock(wb->events);
	else if (request == REQUEST_NOW)
		workbench_look_at(wb, NULL);
	else if (request == REQUEST_PAST)
		workbench_look_at(wb, wb->s->request_commit);
	else if (request == REQUEST_LIST)
		workbench_show(wb, "import", wb->s->request_list);
}

static int may_run(struct workbench *wb, const char *name, struct err *err)
{
	const struct command *command = command_find(name);
	return command && (command->flags & COMMAND_WRITES) ? workbench_may_write(wb, err) : 0;
}

/* Whether the view on top is the one that the command is shown by: what it printed stands there. */
static int is_shown(struct workbench *wb, const char *line)
{
	char *name = xstrndup(line, strcspn(line, " "));
	const struct command *command = command_find(name);
	const struct view *top = workbench_top(wb);
	free(name);
	return wb->shown_here ||
	       (command && command->flags & COMMAND_SHOWN && top && strcmp(command->opens, top->ops->name) == 0);
}

/* `R1-A1 JINJI-PC-03  Finding: suspected, Isolated by: R1-P2 Tanaka`: what stands on record now of the fields that `set` named,
 * in their order. */
static void say_set(struct workbench *wb, const char *line, struct buf *out)
{
	struct words words;
	int count = 0;
	if (words_split(&words, line, NULL) < 0)
		return;
	struct title_cache *names = NULL;
	char named[LABEL_TEXT];
	const char *label = words.count > 2 && strcmp(words.items[0], "set") == 0
	                        ? named_record(wb->s, words.items[1], named, NULL)
	                        : NULL;
	json_t *record = label ? workbench_get(wb, label, 0, NULL) : NULL;
	for (size_t i = 2; record && i < words.count; i++) {
		char *name = xstrndup(words.items[i], strcspn(words.items[i], "+-="));
		const struct field *field = kind_field(record_kind(record), name);
		struct buf value = BUF_INIT;
		if (field && words.items[i][strlen(name)]) {
			if (record_is_disputed(record, field->name))
				record_field_text(record, field, &value);
			else if (json_object_get(record, field->name))
				name_field_labelled(&names, wb->s->c, field, json_object_get(record, field->name),
				                    &value);
			char *safe = printable_dup(value.len ? value.data : "—");
			if (!count++)
				buf_addf(out, "%s %s", record_label(record), workbench_name(wb, record_label(record)));
			buf_addf(out, "%s%s: %s", count > 1 ? _(", ") : "  ", field_label(field), safe);
			free(safe);
		}
		buf_release(&value);
		free(name);
	}
	title_cache_free(&names);
	json_decref(record);
	words_release(&words);
}

/* The first line that is a label: the record that was made. "": none is. */
static char *label_told(const char *output)
{
	while (*output) {
		char *line = xstrndup(output, strcspn(output, "\n"));
		if (!strchr(line, ' ') && kind_of_label(line))
			return line;
		output += strlen(line) + (output[strlen(line)] == '\n');
		free(line);
	}
	return xstrdup("");
}

/* The labels that lines of the output begin with. */
static void keep_made(struct workbench *wb, const char *output)
{
	buf_clear(&wb->made);
	while (*output) {
		size_t n = strcspn(output, "\n");
		char *word = xstrndup(output, strcspn(output, " \n"));
		if (kind_of_label(word))
			buf_addf(&wb->made, "%s%s", wb->made.len ? " " : "", word);
		free(word);
		output += n + (output[n] == '\n');
	}
}

static void keep_said(struct workbench *wb, const struct buf *all)
{
	size_t end = all->len;
	while (end > 0 && all->data[end - 1] == '\n')
		end--;
	size_t begin = end;
	while (begin > 0 && all->data[begin - 1] != '\n')
		begin--;
	buf_clear(&wb->said);
	printable_add(&wb->said, all->data + begin, end - begin, PRINTABLE_LINE);
}

const char *workbench_said(const struct workbench *wb)
{
	return wb->said.data;
}

const char *workbench_made(const struct workbench *wb)
{
	return wb->made.data;
}

/* A page of its own, called as the line, but for a mark at its end that only says that no more options follow. */
static void show_output(struct workbench *wb, const char *line, const char *text)
{
	static const char end[] = " --";
	size_t n = strlen(line);
	size_t marked = n >= sizeof end && strcmp(line + n - (sizeof end - 1), end) == 0 ? sizeof end - 1 : 0;
	char *title = xstrndup(line, n - marked);
	workbench_show_text(wb, title, text);
	free(title);
}

/* What it said on standard error comes first: counts and troubles, before the records it made. */
static void tell_output(struct workbench *wb, const char *line, const struct buf *output, const struct buf *log)
{
	struct buf set = BUF_INIT;
	struct buf all = BUF_INIT;
	keep_made(wb, output->data);
	buf_add(&all, log->data, log->len);
	buf_add(&all, output->data, output->len);
	keep_said(wb, &all);
	size_t n = strcspn(all.data, "\n");
	if (all.len > n + 1 && is_shown(wb, line)) { /* the record it made, and how much it was */
		const struct buf *last_of = log->len ? log : output;
		size_t last = last_of->len - (last_of->data[last_of->len - 1] == '\n');
		size_t begin = last;
		while (begin > 0 && last_of->data[begin - 1] != '\n')
			begin--;
		char *made = label_told(output->data);
		workbench_tell(wb, TONE_GOOD, "%s%s%.*s", made, *made ? "  " : "", (int)(last - begin),
		               last_of->data + begin);
		free(made);
	} else if (all.len > n + 1) {
		show_output(wb, line, all.data);
	} else {
		if (!all.len)
			say_set(wb, line, &set);
		workbench_tell(wb, TONE_GOOD, "%s", all.len ? all.data : set.len ? set.data : _("done"));
	}
	buf_release(&all);
	buf_release(&set);
}

/* What answered and then says that something is wrong (a report that leaves a file out, mails of which some cannot be read) is
 * done all the same: its answer is shown, and the trouble told. 0; -1: it only failed, and what it said of that is shown. */
static int tell_answered(struct workbench *wb, const char *line, const struct buf *output, const struct buf *log,
                         struct err *err)
{
	if (!output->len && log->len && !wb->refused)
		show_output(wb, line, log->data);
	if (!output->len || err->code == ERR_CANCELLED)
		return -1;
	buf_clear(&wb->status);
	tell_output(wb, line, output, log);
	char *answer = wb->status.len ? xstrdup(wb->status.data) : NULL; /* of one line */
	workbench_tell_error(wb, err);
	if (answer && !strchr(err->message, '\n'))
		workbench_tell_with_trouble(wb, "%s", answer);
	free(answer);
	err_clear(err);
	return 0;
}

/* A list that shows what was made goes to the first of it, unless the person has gone on in the list meanwhile. */
static void seek_made(struct workbench *wb, const struct view *from, size_t row)
{
	struct view *v = workbench_top(wb);
	char label[LABEL_TEXT];
	snprintf(label, sizeof label, "%.*s", (int)strcspn(wb->made.data, " "), wb->made.data);
	const struct kind *kind = kind_of_label(label);
	size_t n = kind ? strlen(kind->name) : 0;
	if (n && v == from && v->selected == row && v->argument && strncmp(v->argument, kind->name, n) == 0 &&
	    (v->argument[n] == '\0' || v->argument[n] == ' '))
		view_seek(v, label);
}

/* ---- long commands */

static void end_task(struct workbench *wb)
{
	struct background_task_ended ended;
	struct background_task_progress at; /* who stopped it stays where the list shows how far it came */
	char *line = wb->background_task_line;
	wb->background_task_line = NULL;
	background_task_look(wb->task, &at);
	background_task_end(wb->task, &ended);
	wb->task = NULL;
	wb->task_rc = ended.rc < 0 && !at.cancelled ? tell_answered(wb, line, &ended.out, &ended.log, &ended.err)
	              : ended.rc < 0                ? -1
	                                            : 0;
	if (ended.rc < 0 && wb->task_rc == 0)
		;
	else if (ended.rc < 0 && wb->refused)
		err_take(wb->refused, &ended.err);
	else if (ended.rc < 0)
		workbench_tell_error(wb, &ended.err);
	else if (wb->s->request == REQUEST_NOTHING) {
		tell_output(wb, line, &ended.out, &ended.log);
		seek_made(wb, wb->task_from, wb->task_row);
	}
	buf_release(&ended.out);
	buf_release(&ended.log);
	free(line);
	remote_command_ended(wb);
}

void workbench_tell_task(struct workbench *wb)
{
	if (wb->task && !wb->remote_command && background_task_has_ended(wb->task))
		end_task(wb);
}

void workbench_stop_task(struct workbench *wb)
{
	if (!wb->task)
		return;
	background_task_cancel(wb->task);
	struct remote_command *waiting = wb->remote_waiting;
	wb->remote_waiting = NULL; /* none of them begins now */
	if (wb->remote_command)
		remote_command_ended(wb);
	else
		end_task(wb);
	wb->remote_waiting = waiting;
}

static int begin_task(struct workbench *wb, const char *line, struct words *words, struct err *err)
{
	int beside = (command_find(words->items[0])->flags & COMMAND_BESIDE) != 0;
	struct background_task_spec spec = {
	    .words = words->items, .count = words->count, .beside = beside, .folder = -1};
	int show;
	if (wb->task)
		return err_set(err, ERR_FAILED,
		               _("another long command is under way: wait for its end, or Ctrl-C cancels it"));
	wb->background_task_line = xstrdup(line);
	wb->escape_told = 0;
	wb->task_from = workbench_top(wb);
	wb->task_row = wb->task_from ? wb->task_from->selected : 0;
	wb->task = background_task_begin(wb->s, &spec);
	if (background_task_work(wb->task, clock_steady() + FIRST_SLICE, &show) == 0) {
		end_task(wb);
		return wb->task_rc;
	}
	return 0;
}

static int is_long(const char *name)
{
	const struct command *command = command_find(name);
	return command && (command->flags & (COMMAND_BESIDE | COMMAND_ALONE)) &&
	       !(command->flags & (COMMAND_NO_SCRIPT | COMMAND_TERMINAL));
}

static int run_command(struct workbench *wb, const char *line, struct words *words, struct err *err)
{
	const char *name = words->items[0];
	struct buf output = BUF_INIT;
	const struct buf nothing_said = BUF_INIT;
	int rc = may_run(wb, name, err);
	buf_clear(&wb->made);
	buf_clear(&wb->said);
	background_verify_before(wb, name);
	if (rc == 0 && is_long(name))
		rc = begin_task(wb, line, words, err); /* it tells its end itself */
	else if (rc == 0 && (rc = command_run_line(wb->s, line, &output, err)) < 0)
		rc = tell_answered(wb, line, &output, &nothing_said, err);
	else if (rc == 0 && wb->s->request == REQUEST_NOTHING)
		tell_output(wb, line, &output, &nothing_said);
	background_verify_after(wb, name);
	do_request(wb);
	buf_release(&output);
	return rc;
}

static int workbench_command_do(struct workbench *wb, const char *line, struct err *err)
{
	struct words words;
	if (words_split(&words, line, err) < 0)
		return -1;
	static const char *const leaving[] = {"q", "q!",    "wq",  "wq!",
	                                      "x", "quit!", "exit"}; /* each is on record at once */
	for (size_t i = 0; words.count == 1 && i < sizeof leaving / sizeof *leaving; i++)
		if (strcmp(words.items[0], leaving[i]) == 0) {
			words_release(&words);
			return workbench_command_do(wb, "quit", err);
		}
	const char *argument;
	const struct route *route = route_of_line(words.items, words.count, &argument);
	int rc = 0;
	if (words.count > 0 && !(route && workbench_go(wb, route, argument)))
		rc = run_command(wb, line, &words, err);
	words_release(&words);
	return rc;
}

/* The row of the key that asks for what the command needs, of the view on top or of every view; NULL: none does. */
static const struct view_key *row_that_asks(struct workbench *wb, const struct command *command)
{
	const struct view_ops *ops = workbench_top(wb)->ops;
	const struct view_key *const tables[] = {ops->own_keys, ops->keys, workbench_keys};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct view_key *row = tables[i]; row && row->key; row++)
			if (row->key == KEY_OF_COMMAND && strcmp(row->name, command->name) == 0)
				return row;
	return NULL;
}

/* A command typed alone that cannot do without words is what its key is, which asks for them. 1: it was asked, or said why not. */
static int ask_instead(struct workbench *wb, const char *line)
{
	const char *name = line + strspn(line, " ");
	size_t n = strcspn(name, " ");
	char *alone = name[n + strspn(name + n, " ")] ? NULL : xstrndup(name, n);
	const struct command *command = alone ? command_find(alone) : NULL;
	int needs = command && *command->operands && *command->operands != '[';
	const struct view_key *row = needs ? row_that_asks(wb, command) : NULL;
	struct view *v = workbench_top(wb);
	const char *why = row && row->refuses ? row->refuses(v) : NULL;
	free(alone);
	if (why)
		workbench_tell(wb, TONE_ATTENTION, "%s", why);
	else if (row)
		row->run(v);
	return row != NULL;
}

int workbench_command(struct workbench *wb, const char *line)
{
	struct err err = ERR_INIT;
	if (ask_instead(wb, line))
		return 0;
	int rc = workbench_command_do(wb, line, &err);
	if (rc < 0 && err.code)
		workbench_tell_error(wb, &err);
	return rc;
}

int workbench_begin(struct workbench *wb, const char *line, struct err *err)
{
	struct err *before = wb->refused;
	wb->refused = err;
	int rc = workbench_command_do(wb, line, err);
	wb->refused = before;
	return rc;
}

int workbench_try(struct workbench *wb, const char *line, struct err *err)
{
	int others = wb->task != NULL;
	int rc = workbench_begin(wb, line, err);
	if (rc == 0 && !others && wb->task && !wb->remote_command) {
		struct err *before = wb->refused;
		wb->refused = err;
		workbench_await(wb);
		wb->refused = before;
		rc = wb->task_rc;
	}
	return rc;
}

int workbench_try_here(struct workbench *wb, const char *line, struct err *err)
{
	wb->shown_here = 1;
	int rc = workbench_try(wb, line, err);
	wb->shown_here = 0;
	return rc;
}

void workbench_ask_command(struct workbench *wb, const char *initial)
{
	char *line = prompt_command(wb, initial);
	while (line && *line) {
		struct view *here = workbench_top(wb);
		int rc = workbench_command(wb, line);
		if (rc == 0 || workbench_top(wb) != here || workbench_is_leaving(wb))
			break;
		char *before = line;
		line = prompt_command(wb, before);
		free(before);
	}
	free(line);
}

/* ---- steering */

void workbench_toggle_task(struct workbench *wb)
{
	pause_task(wb, !wb->task || !background_task_is_held(wb->task));
}

void workbench_ask_stop(struct workbench *wb)
{
	if (nothing(wb) || !prompt_yes(wb, _("Stop this work? It can be gone on with later. (y/n) ")))
		return;
	if (nothing(wb)) /* it ended while the question stood there */
		return;
	background_task_cancel(wb->task);
	workbench_tell(wb, TONE_ATTENTION, "%s",
	               _("stopping: what was done is kept, and the same command goes on with it"));
}

/* ---- leaving */

void workbench_quit(struct workbench *wb)
{
	if (workbench_task(wb) && !prompt_yes(wb, _("A long command is under way: cancel it and leave? (y/n) ")))
		return;
	wb->changes = 1;
	workbench_leave(wb);
}
