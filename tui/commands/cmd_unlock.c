/* unlock and lock: a case that stays open in the background (tui/command/holder.h). */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "base/words.h"
#include "tui/command/cmd.h"
#include "tui/command/holder.h"
#include "tui/session/socket.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* What the process that has the case open says of itself; NULL: there is none. */
static json_t *ask_state(const char *path)
{
	struct buf said = BUF_INIT;
	int status = 1;
	json_t *state = NULL;
	if (socket_client_ask(path, "state", &said, &status, NULL) > 0)
		state = status == 0 ? json_parse(said.data, said.len, NULL) : NULL;
	buf_release(&said);
	return state;
}

/* A case that is open: its path, by whom, until when. */
static void print_state(FILE *out, const json_t *state)
{
	const char *by = json_string_value(json_object_get(state, "by"));
	const char *until = json_string_value(json_object_get(state, "until"));
	const char *path = json_string_value(json_object_get(state, "case"));
	if (by && strcmp(by, "workbench") == 0)
		printable_printf(out,
		                 json_is_true(json_object_get(state, "locked")) ? _("%s: in a workbench, locked\n")
		                                                                : _("%s: in a workbench\n"),
		                 path);
	else if (until) {
		char *said = edtf_said(until);
		printable_printf(out, _("%s: unlocked until %s; `genba lock` locks it\n"), path, said);
		free(said);
	} else
		printable_printf(out, _("%s: unlocked; `genba lock` locks it\n"), path);
}

#define PATIENCE 10  /* seconds in which another `unlock` has the case open */
#define LOOK     100 /* milliseconds between two questions */

/* Another shell may be unlocking it at this moment: what that comes to is told. */
static json_t *await_other(const char *path)
{
	json_t *state = ask_state(path);
	for (int i = 0; !state && i < PATIENCE * 1000 / LOOK; i++) {
		poll(NULL, 0, LOOK);
		state = ask_state(path);
	}
	return state;
}

int cmd_unlock(struct session *s, const struct args *args, struct err *err)
{
	struct holder_limits limits;
	if (args->count > 1)
		return cmd_usage("unlock", err);
	if (args->count == 1) {
		free(s->path);
		s->path = xstrdup(args->words[0]);
	}
	if (holder_limits_parse(args_option(args, "for"), &limits, err) < 0)
		return -1;
	json_t *state = s->path ? ask_state(s->path) : NULL;
	if (state) {
		print_state(s->out, state);
		if (args_option(args, "for"))
			fputs(
			    _("It was open already, and --for changes nothing: lock it first, then unlock it again.\n"),
			    s->log);
		json_decref(state);
		return 0;
	}
	struct err why = ERR_INIT;
	int rc = holder_start(s, &limits, NULL, NULL, &why);
	if (rc == 0)
		cmd_print_unlocked(s);
	state = rc < 0 && why.code == ERR_BUSY ? await_other(s->path) : NULL;
	if (state)
		print_state(s->out, state);
	else if (rc < 0)
		return err_take(err, &why);
	json_decref(state);
	return 0;
}

void cmd_print_unlocked(struct session *s)
{
	json_t *state = ask_state(s->path);
	if (state)
		print_state(s->out, state);
	json_decref(state);
}

/* ---- lock */

struct open_cases {
	size_t count;
	char *path; /* of the last */
	struct buf lines;
};

static void note_open(void *ctx, const json_t *state)
{
	struct open_cases *open = ctx;
	const char *path = json_string_value(json_object_get(state, "case"));
	open->count++;
	free(open->path);
	open->path = path ? xstrdup(path) : NULL;
	struct buf word = BUF_INIT; /* as a shell takes it, whatever is in the path */
	char *safe = printable_dup(path ? path : "");
	words_quote(&word, safe);
	buf_addf(&open->lines, "%s  genba -c %s lock", open->lines.len ? "\n" : "", word.data);
	buf_release(&word);
	free(safe);
}

static int lock_at(struct session *s, const char *path, struct err *err)
{
	struct buf said = BUF_INIT;
	int status = 0;
	int rc = socket_client_ask(path, "lock", &said, &status, err);
	if (rc == 0)
		printable_printf(s->out, _("%s is not open: nothing to lock\n"), path);
	else if (rc > 0)
		printable_printf(s->out, _("%s is locked\n"), path);
	buf_release(&said);
	return rc < 0 ? -1 : 0;
}

int cmd_lock(struct session *s, const struct args *args, struct err *err)
{
	struct open_cases open = {.lines = BUF_INIT};
	int rc = 0;
	int is_here = s->in_workbench || s->server; /* a `:` line, or a line of a script in what unlock began */
	if (args->count > 1 || (args->count && is_here))
		return cmd_usage("lock", err);
	if (is_here) {
		s->request = REQUEST_LOCK;
		return 0;
	}
	const char *path = args->count ? args->words[0] : s->path;
	if (!path) {
		socket_client_each(note_open, &open);
		path = open.path;
	}
	if (open.count > 1)
		rc = err_set(err, ERR_USAGE, _("several cases are open; say which:\n%s"), open.lines.data);
	else if (!path)
		fprintf(s->out, "%s\n", _("no case is open"));
	else
		rc = lock_at(s, path, err);
	free(open.path);
	buf_release(&open.lines);
	return rc;
}

static void print_open(void *ctx, const json_t *state)
{
	print_state(ctx, state);
}

void cmd_print_open_cases(FILE *out)
{
	socket_client_each(print_open, out);
}
