/*
 * The workbench: the case on a screen, as a view sees it.
 *
 * A view (view.h) fills its rows from the case and answers keys. What it needs
 * besides its rows it asks for here: the case as the person looks at it, going to
 * another view, running a command, a line of status. Questions are prompt.h's,
 * texts that must not be lost kept.h's. What is inside the workbench is no
 * view's business.
 *
 *     static void add(struct view *v)
 *     {
 *             struct err err = ERR_INIT;
 *             char label[LABEL_TEXT];
 *             if (record_add(workbench_case(v->wb), "note", fields, 1, 0, label, &err) < 0)
 *                     workbench_tell_error(v->wb, &err);
 *             else
 *                     workbench_show(v->wb, "detail", label);
 *     }
 *
 * Keys come one at a time. A function that asks (prompts, workbench_run_over(),
 * workbench_await()) waits for further keys itself; the view it was called for
 * stays for that time, the rows of others may be made anew.
 */
#ifndef GENBA_TUI_WORKBENCH_WORKBENCH_H
#define GENBA_TUI_WORKBENCH_WORKBENCH_H

#include "case/store/record.h"
#include "tui/session/session.h"
#include "tui/workbench/view.h"

struct buf;
struct background_task;
struct events;
struct route;
struct record_cache;
struct workbench;

/* Opens the session's case (asking for the passphrase on its screen) and runs until the person leaves. 0 or -1. */
int workbench_run(struct session *s, struct err *err);

/* ---- the case. Views read it as the person looks at it, now or as of a commit: not by record_each() itself. */

int workbench_each(struct workbench *wb, const char *kind, unsigned flags, record_fn fn, void *ctx, struct err *err);
json_t *workbench_get(struct workbench *wb, const char *label, unsigned flags, struct err *err);

/* The case as it is now, for what is written and for what is asked for by commit. NULL while it is closed by the lock. */
struct case_file *workbench_case(const struct workbench *wb);
struct session *workbench_session(struct workbench *wb);

/* The commit as of which the case is shown (full id); "": now. */
const char *workbench_as_of(const struct workbench *wb);

/* Takes over what is too large to be freed between two keys: a hundred thousand records take a tenth of a second. `fn` frees
 * some of it when no key comes, until the steady time `deadline`. 1: there is more, 0: it is gone. */
void workbench_later(struct workbench *wb, void *thing, int (*fn)(void *thing, double deadline));

/* Shows the case as of a commit (full id), or as it is now (NULL). */
void workbench_look_at(struct workbench *wb, const char *commit);

/* Grows whenever views must be filled anew: the case was changed, or is looked at in another way. */
uint64_t workbench_generation(const struct workbench *wb);

/* What views show was changed beside the records: a draft. Each is filled anew when it is seen. */
void workbench_revise(struct workbench *wb);

/* 0, or -1 with the reason: a case opened for reading, or shown as of an earlier commit. */
int workbench_may_write(const struct workbench *wb, struct err *err);

/* The same as a view key's `refuses`. */
const char *workbench_refuses_writing(struct view *v);

/* Records held in memory (table.h): those of a kind, now (commit NULL or "") or as of a commit. Give it back with
 * record_cache_drop(). */
struct record_cache *workbench_table(struct workbench *wb, const struct kind *kind, const char *commit);

/* What records are called (names.h): by label, as read, and a field with its references named. */
const char *workbench_name(struct workbench *wb, const char *label); /* borrowed until the next call */
char *workbench_name_of_record(struct workbench *wb, const json_t *record);
void workbench_name_field(struct workbench *wb, const struct field *field, const json_t *value, struct buf *out);
/* `R1-P2 Responder Two, R1-D1 …`: each of the labels in a list with commas between, and its name behind it. */
void workbench_name_labels(struct workbench *wb, const char *list, struct buf *out);
/* A member of a conflict (case/query/conflict_words.h). */
int workbench_conflict_words(struct workbench *wb, const json_t *conflict, const char *member, struct buf *out);

/* ---- views on the stack */

struct view *workbench_top(struct workbench *wb);

/* Goes to what the table of views (route.h) has under this name, about `argument` (may be NULL). */
void workbench_show(struct workbench *wb, const char *name, const char *argument);

/* Opens the record under a label in its own view. */
void workbench_open(struct workbench *wb, const char *label);

/* Shows text in a view of its own. */
void workbench_show_text(struct workbench *wb, const char *title, const char *text);

/* Puts a view on top. NULL-safe: an error was told by whoever made it. */
void workbench_push(struct workbench *wb, struct view *view);

/* Frees the view on top, unless it is the last, or somebody waits for what is above it. */
void workbench_pop(struct workbench *wb);

/* The record was judged in a list or over one: in all that are open it stays (view_is_judged()). */
void workbench_judged(struct workbench *wb, const char *label);

/* Only the first view stays. 0: somebody waits for what is above one of the others, which is told. */
int workbench_home(struct workbench *wb);

/* The topmost view of that name, leaving out `but` (may be NULL); NULL: there is none. */
struct view *workbench_find_view(struct workbench *wb, const char *name, const struct view *but);

/* Rows of the view on top that are seen. */
int workbench_height(struct workbench *wb);

/* Puts a view on top and answers keys until it is gone, or the person leaves. The views below it stay. */
void workbench_run_over(struct workbench *wb, struct view *view);

/* ---- the status line: shown until the next key */

__attribute__((format(printf, 3, 4))) void workbench_tell(struct workbench *wb, enum tone tone, const char *format,
                                                          ...);
void workbench_tell_error(struct workbench *wb, const struct err *err);
/* What is done, and behind it the trouble that was told since the last key, if there was any. */
__attribute__((format(printf, 2, 3))) void workbench_tell_with_trouble(struct workbench *wb, const char *format, ...);
int workbench_has_told(const struct workbench *wb);

/* 1 the first time in a session that it is asked of this text: for what need not be told again. */
int workbench_is_new(struct workbench *wb, const char *text);

/* Draws what was told last, wrapped, so that its last line stands in that row. The rows it took. */
int workbench_draw_status(struct workbench *wb, int row);

/* The same with any text. */
int workbench_draw_upwards(int row, enum tone tone, const char *text);

/* ---- commands */

/* Goes where the command line leads, or runs it; one line of output goes to the status, more into a view. 0 or -1. */
int workbench_command(struct workbench *wb, const char *line);

/* The same; why it was refused is not told but handed to the caller, who asks again (form/questions.h). What a long command
 * meets later is told as ever. */
int workbench_begin(struct workbench *wb, const char *line, struct err *err);

/* The same, and waits for the end of a long one, answering keys. */
int workbench_try(struct workbench *wb, const char *line, struct err *err);

/* The same from a view that shows what comes of it: what it says is told in one line, and no page of it covers the view. */
int workbench_try_here(struct workbench *wb, const char *line, struct err *err);

/* The labels that the last command told at the beginning of its lines, of records that it made or found, parted by a space.
 * Borrowed until the next command. */
const char *workbench_made(const struct workbench *wb);

/* The last line that the last command told, printable; "" if it told nothing. */
const char *workbench_said(const struct workbench *wb);

/* Asks for a command line, beginning with `initial` (may be NULL), and does what it says. One that is refused stays to be
 * mended, with the reason above it, so that what is typed on never becomes keys. */
void workbench_ask_command(struct workbench *wb, const char *initial);

/* The long command that is under way, typed here or in another shell; NULL: none (background_task.h). */
struct background_task *workbench_task(const struct workbench *wb);

/* Waits until the long command that was begun here has ended, answering keys. The view on top and those below it stay. */
void workbench_await(struct workbench *wb);

/* The long command is paused or gone on with; stopped, if the person says so. Each tells what was done. */
void workbench_toggle_task(struct workbench *wb);
void workbench_ask_stop(struct workbench *wb);

/* Keys that mean the same in every view, as a table of keys. */
extern const struct view_key workbench_keys[];

/* Asks for a note on the record (its label, or ""), beginning with `text` (may be NULL), and puts it on record. */
void workbench_note(struct workbench *wb, const char *on, const char *text);

/* ---- for whoever asks: prompts. What waits draws the workbench, then itself over it, and takes keys. */

void workbench_draw(struct workbench *wb); /* header, view and footer; the caller shows it */
int workbench_key(struct workbench *wb);   /* events_wait() */
struct events *workbench_events(struct workbench *wb);

/* 1: the person has left, or the terminal is gone; everything comes to its end. */
int workbench_is_leaving(const struct workbench *wb);

#endif
