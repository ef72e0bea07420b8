#include "tui/command/holder.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "tui/command/command.h"
#include "tui/command/output_pump.h"
#include "tui/session/session.h"
#include "tui/session/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define CUT_OFF _("the case was locked before the output was written to its end: look whether it was done")

#define STREAMS    3
#define LOOK_EVERY 0.2 /* seconds between two looks at the socket while a command is under way */

/* A command that came in, or waits for its turn. */
struct held_command {
	int ticket;
	struct socket_request
	    request; /* words are its own; descriptors and places of files the client's until it is answered */
	size_t files[SOCKET_FILES];
	const char *language;
	struct output_pump *pumps[2]; /* of its output and its errors, while they are read; NULL: none, or the same */
	struct buf log;               /* of its end */
	int status;
	struct held_command *next;
};

/* Who said `lock`: answered when the case is closed and nobody can call any more, so that what they do next finds it so. */
struct holder_lockers {
	int tickets[SOCKET_CLIENTS];
	size_t count;
};

struct holder {
	struct session *s;
	struct holder_lockers *lockers;
	const struct holder_limits *limits;
	struct holder_clock begun;
	double last;  /* when a command began, had done something, or ended */
	int sleeping; /* a timer that wakes when the machine did, or -1 */
	int read;     /* an eventfd that wakes when a caller has read all of its output, or -1 */
	int over;     /* it is to end */
	struct held_command *waiting;
	struct held_command *done; /* whose output is still being read */
	const struct held_command *running;
	double looked;
	uint64_t progressed;   /* as the command last told */
	struct progress shown; /* the program's own display, on the caller's terminal */
};

static volatile sig_atomic_t told_to_end;
static volatile sig_atomic_t lent;             /* streams of a caller are in the places of one's own */
static volatile sig_atomic_t nowhere = -1;     /* descriptor of /dev/null */
static volatile sig_atomic_t taken_from_under; /* the command lost its caller's streams */
static const struct holder *volatile held;     /* whose time the alarm looks at; NULL: no command is under way */

static struct holder_clock clocks(void)
{
	return (struct holder_clock){clock_steady(), clock_asleep()};
}

static int is_time_over(const struct holder *h)
{
	const struct holder_clock now = clocks();
	return holder_judge(h->limits, &h->begun, h->last, &now) != HOLDER_GOES_ON;
}

/* A terminal that does not read on, or a pipe that says nothing, must not keep the case open: what waits for it goes on at
 * once with /dev/null. The alarm comes while a command is under way, and counts only when the time is over. */
static void holder_on_signal(int number)
{
	int before = errno;
	if (number == SIGALRM && !(held && is_time_over(held))) {
		errno = before;
		return;
	}
	told_to_end = 1;
	for (int i = 0; lent && nowhere >= 0 && i < STREAMS; i++)
		dup2(nowhere, i);
	taken_from_under |= lent;
	errno = before;
}

/* ---- what it is asked */

static void add_state(const struct holder *h, struct buf *out)
{
	double left = holder_left(h->limits, &h->begun, h->last, clock_steady());
	json_t *state = json_pack("{s:s s:s s:b}", "case", h->s->path, "by", "unlock", "locked", 0);
	if (left >= 0) {
		char text[CLOCK_TEXT];
		struct clock_time until = clock_now();
		until.seconds += (int64_t)left;
		clock_format(until, text);
		json_object_set_new(state, "until", json_string(text));
	}
	json_canonical(state, out, NULL);
	json_decref(state);
}

static const char *holder_speak(const char *language)
{
	const char *before = i18n_language();
	if (*language)
		i18n_set_language(language);
	return before;
}

static void answer_at_once(struct holder *h, const struct socket_request *r)
{
	struct buf out = BUF_INIT;
	struct buf log = BUF_INIT;
	int status = 0;
	const char *before = holder_speak(r->language);
	if (strcmp(r->ask, "state") == 0) {
		add_state(h, &out);
	} else if (strcmp(r->ask, "lock") == 0) {
		h->over = 1;
		i18n_set_language(before);
		if (h->lockers->count < SOCKET_CLIENTS)
			h->lockers->tickets[h->lockers->count++] = socket_server_put_off(h->s->server);
		return;
	} else {
		status = ERR_BUSY;
		buf_addf(&log, "%s", _("another command is under way there: wait for its end"));
	}
	i18n_set_language(before);
	socket_server_answer(h->s->server, &out, &log, status);
	buf_release(&out);
	buf_release(&log);
}

/* ---- one command */

static struct held_command *held_command_keep(struct holder *h, const struct socket_request *r)
{
	struct held_command *c = xcalloc(1, sizeof *c);
	const char *before = holder_speak(r->language);
	c->language = i18n_language();
	i18n_set_language(before);
	socket_request_keep(&c->request, r, c->language, c->files);
	c->ticket = socket_server_put_off(h->s->server);
	buf_init(&c->log);
	return c;
}

static void held_command_free(struct held_command *c)
{
	socket_request_release(&c->request);
	free(c);
}

/* Takes what other shells ask meanwhile; their commands wait. */
static void take_requests(struct holder *h)
{
	struct socket_request request;
	struct held_command **last = &h->waiting;
	while (*last)
		last = &(*last)->next;
	while (socket_server_next(h->s->server, &request)) {
		if (request.ask && (h->running || strcmp(request.ask, "screen") != 0)) {
			answer_at_once(h, &request);
			continue;
		}
		json_t *environment = request.ask ? json_deep_copy(request.environment) : NULL;
		int is_screen = request.ask != NULL;
		*last = held_command_keep(h, &request);
		(*last)->request.ask = is_screen ? "screen" : NULL;
		(*last)->request.environment = environment;
		last = &(*last)->next;
	}
}

/* While a command is under way the socket is looked at: its caller may have gone, another shell may say `genba lock`. */
static int holder_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct holder *h = ctx;
	double now = clock_steady();
	if (now - h->looked >= LOOK_EVERY) {
		h->looked = now;
		take_requests(h);
	}
	if (told_to_end || h->over || is_time_over(h) ||
	    (h->running && socket_server_is_gone(h->s->server, h->running->ticket)))
		return 1;
	if (done != h->progressed) /* it works; what waits for its caller is idle */
		h->last = now;
	h->progressed = done;
	return h->shown.step ? h->shown.step(h->shown.ctx, what, done, total) : 0;
}

/* While a command is under way the time is looked at every second, whatever it waits for. */
static void watch_time(const struct holder *h, int on)
{
	const struct itimerval every = {{on, 0}, {on, 0}};
	held = on ? h : NULL;
	setitimer(ITIMER_REAL, &every, NULL);
}

struct borrowed {
	int streams[STREAMS];
	int folder;
};

static void end_pumps(struct held_command *c)
{
	for (int i = 0; i < 2; i++)
		if (c->pumps[i])
			output_pump_end(c->pumps[i]);
}

/* 1: all of its output was read, or nobody is there to read it. */
static int is_read(const struct held_command *c)
{
	return (!c->pumps[0] || output_pump_is_done(c->pumps[0])) && (!c->pumps[1] || output_pump_is_done(c->pumps[1]));
}

/* The caller's streams and folder, for the time of a command. 0 or -1; borrowed_return() in any case. */
static int borrow(struct borrowed *b, const struct socket_request *r, const int fds[STREAMS])
{
	int good = 1;
	b->folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < STREAMS; i++)
		b->streams[i] = fcntl(i, F_DUPFD_CLOEXEC, STREAMS);
	for (int i = 0; i < STREAMS; i++)
		good = good && b->streams[i] >= 0 && dup2(fds[i], i) == i;
	return good && fchdir(r->fds[SOCKET_FOLDER]) == 0 ? 0 : -1;
}

static void borrowed_return(struct borrowed *b)
{
	fflush(stdout);
	fflush(stderr);
	clearerr(stdout);
	clearerr(stderr);
	for (int i = 0; i < STREAMS; i++)
		if (b->streams[i] >= 0) {
			dup2(b->streams[i], i);
			close(b->streams[i]);
		}
	if (b->folder >= 0) {
		if (fchdir(b->folder) < 0) { /* it was removed: what follows names files by whole paths */
		}
		close(b->folder);
	}
}

static int run_command(struct holder *h, const struct socket_request *r, struct err *err)
{
	struct session *s = h->s;
	struct session_file files[SOCKET_FILES];
	const struct command *command = command_find(r->words[0]);
	int has_case =
	    command && ((command->flags & COMMAND_OF_FILES) || command_needs_case(command, (int)r->count, r->words));
	if (!has_case || (command->flags & (COMMAND_TERMINAL | COMMAND_SCREEN)))
		return err_set(err, ERR_USAGE, _("this command cannot be done where the case is open"));
	for (size_t i = 0; i < r->file_count; i++)
		files[i] = (struct session_file){r->words[r->files[i]], r->fds[SOCKET_FIRST_FILE + i]};
	s->files = files;
	s->file_count = r->file_count;
	s->remote_command = 1;
	int rc = command_run(s, (int)r->count, r->words, err);
	s->remote_command = 0;
	s->files = NULL;
	s->file_count = 0;
	h->over |= s->request == REQUEST_LOCK;
	s->request = REQUEST_NOTHING;
	return rc;
}

/* With the caller's streams, which a signal may take away. */
static int run_lent(struct holder *h, const struct socket_request *r, struct err *err)
{
	taken_from_under = 0;
	lent = 1;
	watch_time(h, 1);
	int rc = run_command(h, r, err);
	fflush(stdout);
	fflush(stderr);
	watch_time(h, 0);
	lent = 0;
	if (rc == 0 && taken_from_under)
		rc = err_set(err, ERR_CANCELLED, "%s", CUT_OFF);
	return rc;
}

static void take_environment(const json_t *lines)
{
	size_t i;
	const json_t *item;
	json_array_foreach(lines, i, item) {
		const char *line = json_string_value(item);
		size_t n = line ? strcspn(line, "=") : 0;
		for (const char *const *name = socket_screen_names; line && *name; name++) {
			if (strlen(*name) != n || memcmp(*name, line, n) != 0)
				continue;
			if (line[n])
				setenv(*name, line + n + 1, 1);
			else
				unsetenv(*name);
		}
	}
	tzset(); /* times are typed and shown in the zone of who sits there */
}

static void catch_end(void)
{
	struct sigaction action = {.sa_handler = holder_on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGUSR1, &action, NULL); /* `genba lock`, when it was not answered */
	sigaction(SIGALRM, &action, NULL); /* watch_time() */
	signal(SIGWINCH, SIG_IGN);
}

/* The workbench on the terminal that was lent. Left locked, the holder ends with it. */
static int run_screen(struct holder *h, const struct held_command *c, struct err *err)
{
	struct session *s = h->s;
	take_environment(c->request.environment);
	s->screen = c->ticket;
	int rc = s->workbench(s, err);
	catch_end();
	if (!s->c || session_is_locked(s))
		h->over = 1;
	return rc;
}

/* Answers a command that has ended, and whose output was read or cannot be any more. */
static void finish(struct holder *h, struct held_command *c)
{
	struct buf none = BUF_INIT;
	const char *before = i18n_language();
	i18n_set_language(c->language);
	int lost = output_pump_free(c->pumps[0]) | output_pump_free(c->pumps[1]);
	if (lost && c->status == 0)
		c->status = ERR_CANCELLED;
	if (lost && !socket_server_is_gone(h->s->server, c->ticket)) {
		buf_addf(&c->log, "genba: %s\n", CUT_OFF);
	}
	i18n_set_language(before);
	socket_server_answer_late(h->s->server, c->ticket, &none, &c->log, c->status);
	buf_release(&c->log);
	json_decref((json_t *)(uintptr_t)c->request.environment);
	held_command_free(c);
}

/* With `all`, those too whose output is still being read. */
static void finish_done(struct holder *h, int all)
{
	struct held_command **at = &h->done;
	while (*at) {
		struct held_command *c = *at;
		if (!all && !is_read(c) && !socket_server_is_gone(h->s->server, c->ticket)) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		finish(h, c);
	}
}

static void serve(struct holder *h, struct held_command *c)
{
	struct borrowed borrowed;
	struct err err = ERR_INIT;
	int fds[STREAMS];
	const char *before = i18n_language();
	i18n_set_language(c->language);
	h->running = c;
	h->last = clock_steady();
	memcpy(fds, c->request.fds, sizeof fds);
	int rc = c->request.ask || h->read < 0
	             ? 0
	             : output_pump_both(c->request.fds + SOCKET_OUT, h->read, c->pumps, fds + SOCKET_OUT, &err);
	if (borrow(&borrowed, &c->request, fds) < 0 && rc == 0)
		rc = err_set(&err, ERR_FAILED, _("cannot use the other shell's files"));
	if (rc == 0 && socket_server_is_gone(h->s->server, c->ticket))
		rc = err_set(&err, ERR_CANCELLED, _("cancelled before it began"));
	else if (rc == 0 && c->request.ask)
		rc = run_screen(h, c, &err);
	else if (rc == 0)
		rc = run_lent(h, &c->request, &err);
	borrowed_return(&borrowed);
	end_pumps(c);
	if (rc < 0 && *err.message)
		buf_addf(&c->log, c->request.ask ? "%s" : "genba: %s\n", err.message);
	c->status = rc < 0 ? err_status(&err) : 0;
	h->running = NULL;
	h->last = clock_steady();
	i18n_set_language(before);
	c->next = h->done;
	h->done = c;
	finish_done(h, 0);
}

/* ---- from its beginning to its end */

static void wait_for_callers(struct holder *h)
{
	struct pollfd fds[SOCKET_CLIENTS + 3];
	uint64_t times;
	size_t count = socket_server_fds(h->s->server, fds);
	double left = holder_left(h->limits, &h->begun, h->last, clock_steady());
	if (h->sleeping >= 0)
		fds[count++] = (struct pollfd){h->sleeping, POLLIN, 0};
	if (h->read >= 0)
		fds[count++] = (struct pollfd){h->read, POLLIN, 0};
	poll(fds, (nfds_t)count, left < 0 ? -1 : left > INT_MAX / 2000 ? INT_MAX / 2 : (int)(left * 1000) + 1);
	clock_jump_take(h->sleeping);
	if (h->read >= 0 && read(h->read, &times, sizeof times) < 0) { /* nobody has come to the end */
	}
	finish_done(h, 0);
}

static int is_over(const struct holder *h)
{
	return told_to_end || h->over || is_time_over(h);
}

static void hold(struct session *s, const struct holder_limits *limits, struct holder_lockers *lockers)
{
	struct holder h = {.s = s,
	                   .lockers = lockers,
	                   .limits = limits,
	                   .begun = clocks(),
	                   .last = clock_steady(),
	                   .sleeping = clock_jump_open(),
	                   .read = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	                   .shown = s->progress};
	s->progress = (struct progress){holder_step, &h};
	while (!is_over(&h)) {
		wait_for_callers(&h);
		if (is_over(&h)) /* the machine slept, and a command has come meanwhile: it is not served any more */
			break;
		take_requests(&h);
		while (h.waiting && !is_over(&h)) {
			struct held_command *c = h.waiting;
			h.waiting = c->next;
			serve(&h, c);
			take_requests(&h);
		}
	}
	while (h.waiting) {
		struct held_command *c = h.waiting;
		struct buf none = BUF_INIT;
		struct buf log = BUF_INIT;
		h.waiting = c->next;
		buf_addf(&log, "genba: %s\n",
		         _("the case was locked before this command began; `genba unlock` opens it"));
		socket_server_answer_late(s->server, c->ticket, &none, &log, ERR_UNLOCK);
		buf_release(&log);
		json_decref((json_t *)(uintptr_t)c->request.environment);
		held_command_free(c);
	}
	finish_done(&h, 1);
	s->progress = h.shown;
	if (h.sleeping >= 0)
		close(h.sleeping);
	if (h.read >= 0)
		close(h.read);
}

/* What it says to the one that waits: a code, and the words of an error. */
static void report(int to, const struct err *err)
{
	const char code = (char)err->code;
	if (write(to, &code, 1) < 0 || write(to, err->message, strlen(err->message)) < 0) { /* nobody waits any more */
	}
	close(to);
}

/* Nothing of the shell that it was started from stays with it. */
static void detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	setsid();
	for (int i = 0; null >= 0 && i < STREAMS; i++)
		dup2(null, i);
	nowhere = null >= STREAMS ? null : -1;
}

static int holder_open(struct session *s, const void *ctx, struct err *err)
{
	(void)ctx;
	return session_open(s, err);
}

struct holder_case {
	int (*open)(struct session *s, const void *ctx, struct err *err);
	const void *ctx;
};

static int holder_main(struct session *s, const struct holder_limits *limits, const struct holder_case *what, int to)
{
	struct err err = ERR_INIT;
	if (to > STREAMS) /* of whoever called: this process may outlive it by hours */
		close_range(STREAMS, (unsigned)to - 1, 0);
	close_range((unsigned)to + 1, ~0U, 0);
	if (what->open(s, what->ctx, &err) == 0)
		s->server = socket_server_open(s->path, &err);
	char *real = s->server ? realpath(s->path, NULL) : NULL;
	if (real) { /* the folder changes with each command */
		free(s->path);
		s->path = real;
	}
	if (!s->server) {
		report(to, &err);
		return 1;
	}
	fflush(stderr);
	catch_end();
	detach();
	report(to, &err);
	struct holder_lockers lockers = {.count = 0};
	hold(s, limits, &lockers);
	struct err closing = ERR_INIT;
	struct buf none = BUF_INIT;
	session_close(s, &closing);
	socket_server_stop_listening(s->server);
	for (size_t i = 0; i < lockers.count; i++)
		socket_server_answer_late(s->server, lockers.tickets[i], &none, &none, 0);
	socket_server_close(s->server); /* last: whoever waits for its end finds the case closed */
	s->server = NULL;
	return 1;
}

int holder_start(struct session *s, const struct holder_limits *limits,
                 int (*open)(struct session *s, const void *ctx, struct err *err), const void *ctx, struct err *err)
{
	const struct holder_case what = {open ? open : holder_open, ctx};
	char said[sizeof err->message];
	size_t n = 0;
	ssize_t got;
	int ends[2];
	fflush(stdout);
	fflush(stderr);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot make a pipe"));
	pid_t pid = fork(); /* before the key is there: what is locked into memory stays with the process that did it */
	if (pid < 0) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot start a process"));
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (pid == 0) {
		close(ends[0]);
		return holder_main(s, limits, &what, ends[1]);
	}
	close(ends[1]);
	while (n < sizeof said - 1) {
		got = read(ends[0], said + n, sizeof said - 1 - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	close(ends[0]);
	said[n] = '\0';
	if (n == 0)
		return err_set(err, ERR_CANCELLED, _("it was not unlocked"));
	return said[0] == 0 ? 0 : err_set(err, (enum err_code)said[0], "%s", said + 1);
}
