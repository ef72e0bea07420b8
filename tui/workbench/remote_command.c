#include "tui/workbench/remote_command.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "tui/command/command.h"
#include "tui/session/socket.h"
#include "tui/term/screen.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/background_verify.h"
#include "tui/workbench/workbench_private.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STREAMS 3

/* The caller's streams for the time of a command. */
struct streams {
	int before[STREAMS];
	int borrowed;
};

/* A command of another shell that is not answered at once: it waits for another one, or is carried out as a background task. */
struct remote_command {
	int ticket;
	const char *language;
	struct socket_request request; /* words are its own; the rest is the client's until it is answered */
	size_t files[SOCKET_FILES];
	struct session_file opened[SOCKET_FILES];
	struct streams streams;
	struct remote_command *next;
};

/* The holder's, while its workbench shows another case than the one it keeps open: NULL otherwise. */
static struct socket_server *left_server(const struct workbench *wb)
{
	return wb->s->server != wb->server ? wb->s->server : NULL;
}

static void watch(struct workbench *wb)
{
	struct pollfd fds[2 * (SOCKET_CLIENTS + 1)];
	size_t count = socket_server_fds(wb->server, fds);
	count += socket_server_fds(left_server(wb), fds + count);
	screen_watch(fds, count);
}

void remote_command_open(struct workbench *wb)
{
	struct err err = ERR_INIT;
	int is_held = wb->s->server && !wb->s->before_path;
	wb->server = is_held ? wb->s->server : socket_server_open(wb->s->path, &err);
	if (!wb->server)
		workbench_tell(wb, TONE_ATTENTION, "%s", err.message);
	watch(wb);
}

/* ---- whose streams, whose folder */

/* Few commands read or write the caller's streams themselves: the others print through the session. */
static int needs_streams(const struct socket_request *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->words[i], "-") == 0)
			return 1;
	const struct command *command = command_find(r->words[0]);
	return command && (command->flags & COMMAND_STREAMS);
}

static int borrow_streams(struct streams *s, const struct socket_request *r)
{
	int good = 1;
	s->borrowed = needs_streams(r);
	for (int i = 0; s->borrowed && i < STREAMS; i++)
		s->before[i] = fcntl(i, F_DUPFD_CLOEXEC, STREAMS);
	for (int i = 0; s->borrowed && i < STREAMS; i++)
		good = good && s->before[i] >= 0 && dup2(r->fds[i], i) == i;
	return good ? 0 : -1;
}

static void return_streams(struct streams *s)
{
	for (int i = 0; s->borrowed && i < STREAMS; i++)
		if (s->before[i] >= 0) {
			dup2(s->before[i], i);
			close(s->before[i]);
		}
	s->borrowed = 0;
}

static int enter_folder(int folder)
{
	int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (before >= 0 && fchdir(folder) < 0) {
		close(before);
		return -1;
	}
	return before;
}

static void leave_folder(int before)
{
	if (before < 0)
		return;
	if (fchdir(before) < 0) { /* it was removed: what follows names files by whole paths */
	}
	close(before);
}

static size_t open_files(const struct socket_request *r, struct session_file files[SOCKET_FILES])
{
	for (size_t i = 0; i < r->file_count; i++)
		files[i] = (struct session_file){r->words[r->files[i]], r->fds[SOCKET_FIRST_FILE + i]};
	return r->file_count;
}

/* ---- short commands: done at once */

/* The keys must not wait for another shell: what a command reads between two keys is there already (a file, or memory), not
 * a pipe that may be silent. genba itself sends no other. */
static int is_at_hand(const struct socket_request *r)
{
	struct stat st;
	for (size_t i = 0; i < r->fd_count; i++) {
		int reads = i == SOCKET_IN || i >= SOCKET_FIRST_FILE;
		if (reads && (fstat(r->fds[i], &st) < 0 || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
		              (S_ISCHR(st.st_mode) && isatty(r->fds[i]))))
			return 0;
	}
	return 1;
}

static int remote_command_refuse(const struct workbench *wb, const struct socket_request *r, struct err *err)
{
	const struct command *command = command_find(r->words[0]);
	if (wb->locked || !wb->s->c)
		return err_set(err, ERR_UNLOCK, _("the workbench that has this case open is locked: unlock it there"));
	int has_case =
	    command && ((command->flags & COMMAND_OF_FILES) || command_needs_case(command, (int)r->count, r->words));
	if (!has_case || (command->flags & (COMMAND_TERMINAL | COMMAND_SCREEN)))
		return err_set(err, ERR_USAGE, _("this command cannot be done by the open workbench"));
	return 0;
}

static int carry_out(struct workbench *wb, const struct socket_request *r, struct buf *out, struct buf *log,
                     struct err *err)
{
	struct session *s = wb->s;
	struct streams streams;
	char *text[2] = {NULL, NULL};
	size_t size[2] = {0, 0};
	FILE *before[2] = {s->out, s->log};
	struct session_file files[SOCKET_FILES];
	int folder = enter_folder(r->fds[SOCKET_FOLDER]);
	int rc = borrow_streams(&streams, r);
	s->out = open_memstream(&text[0], &size[0]);
	s->log = open_memstream(&text[1], &size[1]);
	if (folder < 0 || rc < 0 || !s->out || !s->log) {
		rc = err_set(err, ERR_FAILED, _("cannot use the other shell's files"));
	} else {
		s->remote_command = 1;
		s->files = files;
		s->file_count = open_files(r, files);
		rc = command_run(s, (int)r->count, r->words, err);
		s->files = NULL;
		s->file_count = 0;
		s->remote_command = 0;
	}
	if (s->out)
		fclose(s->out);
	if (s->log)
		fclose(s->log);
	s->out = before[0];
	s->log = before[1];
	return_streams(&streams);
	leave_folder(folder);
	buf_add(out, text[0], size[0]);
	buf_add(log, text[1], size[1]);
	free(text[0]);
	free(text[1]);
	return rc;
}

static void remote_command_tell(struct workbench *wb, const struct socket_request *r, int rc, const struct buf *out)
{
	struct buf line = BUF_INIT;
	if (wb->locked)
		return;
	for (size_t i = 0; i < r->count && line.len < 200; i++)
		buf_addf(&line, "%s%s", i ? " " : "", r->words[i]);
	if (rc < 0)
		buf_addf(&line, " → %s", _("not done"));
	else if (out->len)
		buf_addf(&line, " → %.*s", (int)strcspn(out->data, "\n"), out->data);
	workbench_tell(wb, rc < 0 ? TONE_ATTENTION : TONE_GOOD, _("another shell: %s"), line.data);
	buf_release(&line);
}

/* What the caller reads is in the caller's language; what is told here in that of the screen, which is returned. */
static const char *speak(const char *language)
{
	const char *before = i18n_language();
	if (*language)
		i18n_set_language(language);
	return before;
}

static void serve_one(struct workbench *wb, const struct socket_request *r)
{
	struct buf out = BUF_INIT;
	struct buf log = BUF_INIT;
	struct err err = ERR_INIT;
	const char *mine = speak(r->language);
	int refused = remote_command_refuse(wb, r, &err) < 0;
	if (!refused && !is_at_hand(r))
		refused = err_set(&err, ERR_USAGE,
		                  _("a command of another shell reads files and memory, not a pipe or a terminal")) < 0;
	int rc = refused ? -1 : carry_out(wb, r, &out, &log, &err);
	if (rc < 0 && *err.message)
		buf_addf(&log, "genba: %s\n", err.message);
	i18n_set_language(mine);
	remote_command_tell(wb, r, rc, &out);
	socket_server_answer(wb->server, &out, &log, rc < 0 ? err_status(&err) : 0);
	buf_release(&out);
	buf_release(&log);
}

/* ---- long ones: carried out as background tasks, one after the other */

static struct remote_command *remote_command_keep(struct workbench *wb, const struct socket_request *r)
{
	struct remote_command *v = xcalloc(1, sizeof *v);
	const char *mine = speak(r->language);
	v->language = i18n_language();
	i18n_set_language(mine);
	socket_request_keep(&v->request, r, v->language, v->files);
	open_files(&v->request, v->opened);
	v->ticket = socket_server_put_off(wb->server);
	return v;
}

static void remote_command_free(struct remote_command *v)
{
	socket_request_release(&v->request);
	free(v);
}

static void remote_command_answer(struct workbench *wb, struct remote_command *v, struct background_task_ended *e)
{
	if (e->rc < 0 && *e->err.message)
		buf_addf(&e->log, "genba: %s\n", e->err.message);
	remote_command_tell(wb, &v->request, e->rc, &e->out);
	socket_server_answer_late(wb->server, v->ticket, &e->out, &e->log, e->rc < 0 ? err_status(&e->err) : 0);
	buf_release(&e->out);
	buf_release(&e->log);
	remote_command_free(v);
}

static void remote_command_begin(struct workbench *wb, struct remote_command *v)
{
	struct background_task_ended refused = {.out = BUF_INIT, .log = BUF_INIT, .err = ERR_INIT};
	const struct command *command = command_find(v->request.words[0]);
	const char *mine = speak(v->language);
	refused.rc = remote_command_refuse(wb, &v->request, &refused.err);
	if (refused.rc == 0 && borrow_streams(&v->streams, &v->request) < 0) {
		return_streams(&v->streams);
		refused.rc = err_set(&refused.err, ERR_FAILED, _("cannot use the other shell's files"));
	}
	if (refused.rc < 0) {
		i18n_set_language(mine);
		remote_command_answer(wb, v, &refused);
		return;
	}
	struct background_task_spec spec = {.words = v->request.words,
	                                    .count = v->request.count,
	                                    .beside = (command->flags & COMMAND_BESIDE) != 0,
	                                    .folder = v->request.fds[SOCKET_FOLDER],
	                                    .remote_command = 1,
	                                    .files = v->opened,
	                                    .file_count = v->request.file_count};
	background_verify_before(wb, command->name);
	wb->task = background_task_begin(wb->s, &spec);
	i18n_set_language(mine);
	wb->remote_command = v;
}

/* It has to wait until the background task is over: another long one, or one that needs the streams that are lent. */
static int must_wait(const struct workbench *wb, const struct socket_request *r)
{
	const struct command *command = command_find(r->words[0]);
	int is_long = command && (command->flags & (COMMAND_BESIDE | COMMAND_ALONE));
	return wb->task &&
	       (is_long || (wb->remote_command && wb->remote_command->streams.borrowed && needs_streams(r)));
}

/* What waits begins, oldest first. */
static void begin_next(struct workbench *wb)
{
	while (wb->remote_waiting && !wb->task) {
		struct remote_command *v = wb->remote_waiting;
		wb->remote_waiting = v->next;
		if (socket_server_is_gone(wb->server, v->ticket)) {
			struct background_task_ended none = {
			    .out = BUF_INIT, .log = BUF_INIT, .rc = -1, .err = ERR_INIT};
			err_set(&none.err, ERR_CANCELLED, _("cancelled before it began"));
			remote_command_answer(wb, v, &none);
		} else {
			remote_command_begin(wb, v);
		}
	}
}

void remote_command_ended(struct workbench *wb)
{
	struct remote_command *v = wb->remote_command;
	struct background_task_ended ended;
	if (v) {
		wb->remote_command = NULL;
		background_task_end(wb->task, &ended);
		wb->task = NULL;
		background_verify_after(wb, v->request.words[0]);
		return_streams(&v->streams);
		remote_command_answer(wb, v, &ended);
	}
	begin_next(wb);
	watch(wb);
}

/* Who has the case open; the lock, which takes the screen over and so waits for its turn as a key does. */
static void answer_question(const struct workbench *wb, struct socket_server *server, const char *path,
                            const struct socket_request *r)
{
	struct buf out = BUF_INIT;
	struct buf log = BUF_INIT;
	enum err_code status = ERR_NONE;
	const char *mine = speak(r->language);
	if (strcmp(r->ask, "state") == 0) {
		json_t *state = json_pack("{s:s s:s s:b}", "case", path, "by", "workbench", "locked", wb->locked);
		json_canonical(state, &out, NULL);
		json_decref(state);
	} else if (strcmp(r->ask, "lock") == 0) {
		raise(SIGUSR1);
	} else {
		status = ERR_BUSY;
		buf_addf(&log, _("'%s' is shown by a workbench on another terminal already"), path);
	}
	i18n_set_language(mine);
	socket_server_answer(server, &out, &log, (int)status);
	buf_release(&out);
	buf_release(&log);
}

/* Of the case that the holder keeps, and that was left for the one on the screen: it is closed until that one is left. */
static int answer_of_left(const struct workbench *wb)
{
	struct socket_request request;
	int served = 0;
	while (socket_server_next(left_server(wb), &request)) {
		struct buf none = BUF_INIT;
		struct buf log = BUF_INIT;
		served = 1;
		if (request.ask) {
			answer_question(wb, wb->s->server, wb->s->before_path, &request);
			continue;
		}
		const char *mine = speak(request.language);
		buf_addf(&log,
		         _("genba: '%s' is closed while its workbench shows another case: `:quit` there comes back\n"),
		         wb->s->before_path);
		i18n_set_language(mine);
		socket_server_answer(wb->s->server, &none, &log, ERR_BUSY);
		buf_release(&log);
	}
	return served;
}

int remote_command_serve(struct workbench *wb)
{
	struct socket_request request;
	int served = 0;
	while (socket_server_next(wb->server, &request)) {
		const struct command *command = request.ask ? NULL : command_find(request.words[0]);
		served = 1;
		if (request.ask) {
			answer_question(wb, wb->server, wb->s->path, &request);
			continue;
		}
		if (must_wait(wb, &request)) {
			struct remote_command **last = &wb->remote_waiting;
			while (*last)
				last = &(*last)->next;
			*last = remote_command_keep(wb, &request);
		} else if (command && (command->flags & (COMMAND_BESIDE | COMMAND_ALONE))) {
			remote_command_begin(wb, remote_command_keep(wb, &request));
		} else {
			serve_one(wb, &request);
		}
	}
	served |= answer_of_left(wb);
	if (wb->s->server && socket_server_is_gone(wb->s->server, wb->s->screen))
		workbench_leave(wb); /* the terminal that was lent is gone */
	if (wb->remote_command && socket_server_is_gone(wb->server, wb->remote_command->ticket))
		background_task_cancel(wb->task);
	watch(wb);
	return served;
}

void remote_command_close(struct workbench *wb)
{
	while (wb->remote_waiting) {
		struct remote_command *v = wb->remote_waiting;
		struct background_task_ended none = {.out = BUF_INIT, .log = BUF_INIT, .rc = -1, .err = ERR_INIT};
		wb->remote_waiting = v->next;
		err_set(&none.err, ERR_FAILED, _("the workbench was left"));
		remote_command_answer(wb, v, &none);
	}
	if (wb->server != wb->s->server)
		socket_server_close(wb->server);
	wb->server = NULL;
	const struct pollfd none = {-1, 0, 0};
	screen_watch(&none, 0);
}
