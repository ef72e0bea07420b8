#include "tui/workbench_visit.h"

#include "base/err.h"
#include "base/i18n.h"
#include "tui/command.h"
#include "tui/screen.h"
#include "tui/socket.h"
#include "tui/workbench_private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STREAMS 3

static void watch(struct workbench *wb)
{
	struct pollfd fds[SOCKET_CLIENTS + 1];
	size_t count = socket_server_fds(wb->server, fds);
	screen_watch(fds, count);
}

void visit_open(struct workbench *wb)
{
	struct err err = ERR_INIT;
	wb->server = socket_server_open(wb->s->path, &err);
	if (!wb->server)
		workbench_tell(wb, TONE_ATTENTION, "%s", err.message);
	watch(wb);
}

void visit_close(struct workbench *wb)
{
	socket_server_close(wb->server);
	wb->server = NULL;
	watch(wb);
}

/* The caller's streams and folder for the time of a command. */
struct place {
	int streams[STREAMS];
	int folder;
};

static int enter(struct place *place, const struct socket_request *r)
{
	int good = 1;
	place->folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < STREAMS; i++)
		place->streams[i] = fcntl(i, F_DUPFD_CLOEXEC, STREAMS);
	for (int i = 0; i < STREAMS; i++)
		good = good && place->streams[i] >= 0 && dup2(r->fds[i], i) == i;
	return place->folder >= 0 && good && fchdir(r->fds[SOCKET_FOLDER]) == 0 ? 0 : -1;
}

static void leave(struct place *place)
{
	for (int i = 0; i < STREAMS; i++) {
		if (place->streams[i] >= 0) {
			dup2(place->streams[i], i);
			close(place->streams[i]);
		}
	}
	if (place->folder >= 0) {
		if (fchdir(place->folder) < 0) { /* it was removed: what follows names files by whole paths */
		}
		close(place->folder);
	}
}

static int refuse(const struct workbench *wb, const struct command *command, struct err *err)
{
	if (wb->locked || !wb->s->c)
		return err_set(err, ERR_UNLOCK, _("the workbench that has this case open is locked: unlock it there"));
	if (!command || !(command->flags & COMMAND_CASE) || (command->flags & (COMMAND_TERMINAL | COMMAND_SCREEN)))
		return err_set(err, ERR_USAGE, _("this command cannot be done by the open workbench"));
	return 0;
}

static int carry_out(struct workbench *wb, const struct socket_request *r, struct buf *out, struct buf *log,
                     struct err *err)
{
	struct session *s = wb->s;
	struct place place;
	char *text[2] = {NULL, NULL};
	size_t size[2] = {0, 0};
	FILE *before[2] = {s->out, s->log};
	struct session_file files[SOCKET_FILES];
	for (size_t i = 0; i < r->file_count; i++)
		files[i] = (struct session_file){r->words[r->files[i]], r->fds[SOCKET_FIRST_FILE + i]};
	int rc = enter(&place, r);
	s->out = open_memstream(&text[0], &size[0]);
	s->log = open_memstream(&text[1], &size[1]);
	if (rc < 0 || !s->out || !s->log) {
		rc = err_set(err, ERR_FAILED, _("cannot use the other shell's files"));
	} else {
		s->visit = 1;
		s->files = files;
		s->file_count = r->file_count;
		rc = command_run(s, (int)r->count, r->words, err);
		s->files = NULL;
		s->file_count = 0;
		s->visit = 0;
	}
	if (s->out)
		fclose(s->out);
	if (s->log)
		fclose(s->log);
	s->out = before[0];
	s->log = before[1];
	leave(&place);
	buf_add(out, text[0], size[0]);
	buf_add(log, text[1], size[1]);
	free(text[0]);
	free(text[1]);
	return rc;
}

static void tell(struct workbench *wb, const struct socket_request *r, int rc, const struct buf *out)
{
	struct buf line = BUF_INIT;
	for (size_t i = 0; i < r->count && line.len < 200; i++)
		buf_addf(&line, "%s%s", i ? " " : "", r->words[i]);
	if (rc < 0)
		buf_addf(&line, " → %s", _("not done"));
	else if (out->len)
		buf_addf(&line, " → %.*s", (int)strcspn(out->data, "\n"), out->data);
	workbench_tell(wb, rc < 0 ? TONE_ATTENTION : TONE_GOOD, _("another shell: %s"), line.data);
	buf_release(&line);
}

static void serve_one(struct workbench *wb, const struct socket_request *r)
{
	struct buf out = BUF_INIT;
	struct buf log = BUF_INIT;
	struct err err = ERR_INIT;
	int refused = refuse(wb, command_find(r->words[0]), &err) < 0;
	int rc = refused ? -1 : carry_out(wb, r, &out, &log, &err);
	if (rc < 0 && *err.message)
		buf_addf(&log, "genba: %s\n", err.message);
	if (!wb->locked)
		tell(wb, r, rc, &out);
	socket_server_answer(wb->server, &out, &log, rc < 0 ? err_status(&err) : 0);
	buf_release(&out);
	buf_release(&log);
}

int visit_serve(struct workbench *wb)
{
	struct socket_request request;
	int served = 0;
	while (socket_server_next(wb->server, &request)) {
		workbench_before_anew(wb, request.words[0]);
		serve_one(wb, &request);
		workbench_after_anew(wb, request.words[0]);
		served = 1;
	}
	watch(wb);
	return served;
}
