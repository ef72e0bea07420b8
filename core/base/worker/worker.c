/*
 * The parent's side of a worker: start it, feed it, read it, end it.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/worker/worker_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIECE (1U << 18) /* read at once */
#define TICK  100        /* milliseconds between two looks at cancellation and (with a sanitizer) memory */

struct running {
	const struct worker_call *call;
	struct worker_limits limits;
	struct worker_result *result;
	pid_t pid;
	int to;           /* the worker's input; -1: all is sent */
	int from;         /* its lines */
	struct buf head;  /* sent before the input; later the answer to the range that was asked for last */
	size_t sent;      /* of head and input together */
	struct buf lines; /* read, not yet whole */
	size_t read;      /* bytes of lines in all */
	char *piece;      /* PIECE bytes of room */
	size_t raw_left;  /* of the raw bytes that are announced */
	int caged;        /* its first line was seen: what it does from now on is a parser's doing */
	int ended;        /* its last line was seen */
	double deadline;
};

static const char *const end_names[] = {"done", "refused", "crashed", "forbidden", "timeout", "limit", "garbled"};

const char *worker_end_name(enum worker_end end)
{
	return end_names[end];
}

/* Sets the result; the first end wins. */
static void __attribute__((format(printf, 3, 4)))
end_with(struct running *r, enum worker_end end, const char *format, ...)
{
	if (r->result->end != WORKER_DONE)
		return;
	struct buf why = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&why, format, args);
	va_end(args);
	struct err text = ERR_INIT; /* makes it printable */
	err_set(&text, ERR_FAILED, _("could not be parsed: %s"), why.data);
	buf_release(&why);
	r->result->end = end;
	text_copy(r->result->reason, sizeof r->result->reason, text.message);
}

/* ---- starting */

/*
 * The program file of this very process, whatever lies at its path by now. Under
 * valgrind /proc/self/exe is valgrind, but readlink() names the program.
 */
static int open_program(struct err *err)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	struct stat by_link;
	struct stat by_path;
	if (n > 0) {
		path[n] = '\0';
		if (fd < 0 || (fstat(fd, &by_link) == 0 && stat(path, &by_path) == 0 &&
		               (by_link.st_ino != by_path.st_ino || by_link.st_dev != by_path.st_dev))) {
			int other = open(path, O_RDONLY | O_CLOEXEC);
			if (other >= 0 && fd >= 0)
				close(fd);
			fd = other >= 0 ? other : fd;
		}
	}
	if (fd < 0)
		err_set_errno(err, ERR_FAILED, errno, _("cannot find genba's own program through /proc/self/exe"));
	return fd;
}

/* Between fork and exec: nothing but system calls. */
static _Noreturn void become_worker(int program, int in, int out, int *files, int count, char *const *argv,
                                    char *const *env)
{
	int above = WORKER_FILE + count;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	struct rlimit open_files;
	if (getrlimit(RLIMIT_NOFILE, &open_files) == 0) { /* each file is open twice for a moment */
		open_files.rlim_cur = open_files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &open_files);
	}
	/* out of the way of the new numbers first */
	program = fcntl(program, F_DUPFD_CLOEXEC, above);
	in = fcntl(in, F_DUPFD_CLOEXEC, above);
	out = fcntl(out, F_DUPFD_CLOEXEC, above);
	for (int i = 0; i < count; i++)
		files[i] = fcntl(files[i], F_DUPFD_CLOEXEC, above);
	if (!WORKER_SANITIZED) {
		int null = open("/dev/null", O_WRONLY);
		if (null < 0 || dup2(null, STDERR_FILENO) < 0)
			_exit(WORKER_STATUS_START);
	}
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(WORKER_STATUS_START);
	for (int i = 0; i < count; i++)
		if (dup2(files[i], WORKER_FILE + i) < 0)
			_exit(WORKER_STATUS_START);
	if (worker_close_from(above, 1) < 0)
		_exit(WORKER_STATUS_START);
	fexecve(program, argv, env);
	_exit(WORKER_STATUS_START);
}

static size_t file_count(const struct worker_call *call)
{
	return call->bytes ? 0 : call->file_count ? call->file_count : call->input >= 0;
}

static int worker_start(struct running *r, struct err *err)
{
	int in[2] = {-1, -1};
	int out[2] = {-1, -1};
	int rc = -1;
	size_t count = file_count(r->call);
	int *files = xcalloc(count + 1, sizeof *files);
	for (size_t i = 0; i < count; i++)
		files[i] = r->call->file_count ? r->call->files[i] : r->call->input;
	char *words[4];
	int ja = strcmp(i18n_language(), "ja") == 0;
	char *env[4] = {xstrdup(ja ? "LC_ALL=ja_JP.UTF-8" : "LC_ALL=C.UTF-8"), xstrdup("TZ=UTC0"), NULL, NULL};
	const char *sanitizer = getenv("ASAN_OPTIONS");
	if (WORKER_SANITIZED && sanitizer)
		env[2] = xasprintf("ASAN_OPTIONS=%s", sanitizer);
	words[0] = xstrdup("genba");
	words[1] = xstrdup(WORKER_WORD);
	words[2] = xstrdup(r->call->job);
	words[3] = NULL;
	int program = open_program(err);
	if (program < 0)
		goto out;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) < 0 || pipe2(out, O_CLOEXEC) < 0) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot make a pipe for a parser"));
		goto out;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	if (r->call->raw)
		fcntl(out[0], F_SETPIPE_SZ, 1 << 20); /* fewer turns; a smaller one will do */
	r->pid = fork();
	if (r->pid == 0)
		become_worker(program, in[0], out[1], files, (int)count, words, env);
	if (r->pid < 0) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot start a process for a parser"));
		goto out;
	}
	r->to = in[1];
	r->from = out[0];
	in[1] = out[0] = -1;
	rc = 0;
out:
	for (int i = 0; i < 2; i++) {
		if (in[i] >= 0)
			close(in[i]);
		if (out[i] >= 0)
			close(out[i]);
	}
	if (program >= 0)
		close(program);
	free(files);
	for (int i = 0; i < 3; i++) {
		free(words[i]);
		free(env[i]);
	}
	return rc;
}

static int make_head(struct running *r, struct err *err)
{
	const struct worker_limits *l = &r->limits;
	json_t *media = json_array();
	for (size_t i = 0; i < r->call->media_count; i++)
		json_array_append_new(media, json_integer((json_int_t)r->call->media[i].size));
	json_t *head = json_pack("{s:I, s:I, s:I, s:I, s:o, s:O?}", "memory", (json_int_t)l->memory, "line",
	                         (json_int_t)l->line, "cpu", (json_int_t)l->cpu_seconds, "files",
	                         (json_int_t)file_count(r->call), "media", media, "request", r->call->request);
	char *text = head ? json_dumps(head, JSON_COMPACT) : NULL;
	json_decref(head);
	int rc = text && strlen(text) <= WORKER_HEAD
	             ? 0
	             : err_set(err, ERR_INVALID, _("the options of a parser are too long"));
	if (rc == 0)
		buf_addf(&r->head, "%08zx%s", strlen(text), text);
	free(text);
	return rc;
}

/* ---- feeding and reading */

static void stop_feeding(struct running *r)
{
	close(r->to);
	r->to = -1;
}

/* Whether the worker is to be sent something. */
static int has_to_feed(const struct running *r)
{
	return r->to >= 0 && (r->call->media_count == 0 || r->sent < r->head.len);
}

static void feed(struct running *r)
{
	for (;;) {
		size_t total = r->head.len + (r->call->bytes ? r->call->n : 0);
		const char *bytes = r->head.data + r->sent;
		size_t n = r->head.len - r->sent;
		if (r->sent >= r->head.len && r->call->bytes) {
			bytes = (const char *)r->call->bytes + (r->sent - r->head.len);
			n = total - r->sent;
		}
		if (r->sent == total) {
			if (r->call->media_count == 0)
				stop_feeding(r);
			return;
		}
		ssize_t put = send(r->to, bytes, n < 65536 ? n : 65536, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				stop_feeding(r); /* it wants no more, or is gone: its end will say */
			return;
		}
		r->sent += (size_t)put;
	}
}

/* Reads the range that the worker asks for; the answer is fed to it. */
static void answer_range(struct running *r, const json_t *range)
{
	json_int_t which = json_integer_value(json_array_get(range, 0));
	json_int_t offset = json_integer_value(json_array_get(range, 1));
	json_int_t n = json_integer_value(json_array_get(range, 2));
	const struct worker_media *m =
	    which >= 0 && (size_t)which < r->call->media_count ? &r->call->media[which] : NULL;
	if (json_array_size(range) != 3 || !m || offset < 0 || n <= 0 || n > (json_int_t)WORKER_RANGE ||
	    (uint64_t)offset > m->size || (uint64_t)n > m->size - (uint64_t)offset || has_to_feed(r) || r->to < 0) {
		end_with(r, WORKER_GARBLED, "%s", _("the parser wrote what is not a result"));
		return;
	}
	struct err why = ERR_INIT;
	buf_clear(&r->head);
	r->sent = 0;
	buf_addf(&r->head, "b%08llx", (unsigned long long)n);
	buf_grow(&r->head, (size_t)n);
	if (m->read(m->ctx, (uint64_t)offset, r->head.data + r->head.len, (size_t)n, &why) == 0) {
		r->head.len += (size_t)n;
	} else {
		buf_clear(&r->head);
		buf_addf(&r->head, "e%08zx%s", strlen(why.message), why.message);
	}
	r->deadline = clock_steady() + r->limits.seconds;
	feed(r);
}

/* One whole line from the worker. -1 only if the caller's function said so. */
static int take_line(struct running *r, const char *text, size_t n, struct err *err)
{
	json_t *object = json_parse(text, n, NULL);
	const json_t *value = json_object_get(object, "line");
	const json_t *end = json_object_get(object, "end");
	json_int_t raw = json_integer_value(json_object_get(object, "raw"));
	int rc = 0;
	if (!r->caged && json_object_size(object) == 1 && json_is_true(json_object_get(object, "caged"))) {
		r->caged = 1;
	} else if (r->caged && !r->ended && json_object_size(object) == 1 && json_object_get(object, "range")) {
		r->read -= n; /* its number is bounded by time, not as a result is */
		answer_range(r, json_object_get(object, "range"));
	} else if (json_object_size(object) == 1 && !r->ended && r->call->raw && raw > 0 && raw <= WORKER_RAW) {
		r->raw_left = (size_t)raw;
	} else if (json_object_size(object) != 1 || r->ended ||
	           (!value && !json_is_null(end) && !json_is_string(end))) {
		end_with(r, WORKER_GARBLED, "%s", _("the parser wrote what is not a result"));
	} else if (value) {
		rc = r->call->line ? r->call->line(r->call->ctx, value, err) : 0;
		r->result->lines++;
		if (rc < 0)
			err_set(err, ERR_FAILED, _("a result of the parser was not taken"));
	} else {
		r->ended = 1;
		if (json_is_string(end))
			end_with(r, WORKER_REFUSED, "%s", json_string_value(end));
	}
	json_decref(object);
	return rc < 0 ? -1 : 0;
}

static int take_raw(struct running *r, const char *bytes, size_t n, struct err *err)
{
	r->raw_left -= n;
	if (r->call->raw(r->call->ctx, bytes, n, err) < 0)
		return err_set(err, ERR_FAILED, _("a result of the parser was not taken"));
	r->deadline = clock_steady() + r->limits.seconds; /* it lives; the caller may have waited, too */
	return 0;
}

/* Reads what is there. 1: more may come; 0: this worker is through; -1. */
static int read_lines(struct running *r, struct err *err)
{
	ssize_t n = read(r->from, r->piece, PIECE);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return 0;
	const char *p = r->piece;
	const char *stop = p + n;
	while (p < stop) {
		if (r->raw_left) {
			size_t take = (size_t)(stop - p) < r->raw_left ? (size_t)(stop - p) : r->raw_left;
			if (take_raw(r, p, take, err) < 0)
				return -1;
			p += take;
			continue;
		}
		const char *newline = memchr(p, '\n', (size_t)(stop - p));
		size_t length = (size_t)((newline ? newline : stop) - p);
		if (r->lines.len + length > r->limits.line) {
			end_with(r, WORKER_GARBLED, _("the parser wrote a line of more than %zu bytes"),
			         r->limits.line);
			return 0;
		}
		r->read += length;
		if (r->read > r->limits.output) {
			end_with(r, WORKER_LIMIT, _("the parser wrote more than %zu MiB"), r->limits.output >> 20);
			return 0;
		}
		buf_add(&r->lines, p, length);
		p += length;
		if (!newline)
			break;
		p++;
		if (take_line(r, r->lines.data, r->lines.len, err) < 0)
			return -1;
		buf_clear(&r->lines);
		if (r->result->end == WORKER_GARBLED)
			return 0;
	}
	return 1;
}

/* Whether it is the parser already, and no copy of this process with all that it holds. */
static int is_begun(const struct running *r)
{
	char path[64];
	char words[4096];
	snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)r->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, words, sizeof words);
	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(words, (size_t)n, WORKER_WORD, sizeof WORKER_WORD) != NULL;
}

/* With a sanitizer the address space has no limit: look at the memory really used instead. */
static int is_too_big(const struct running *r)
{
	if (!WORKER_SANITIZED || !is_begun(r))
		return 0;
	char path[64];
	char text[128] = "";
	snprintf(path, sizeof path, "/proc/%ld/statm", (long)r->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	unsigned long long resident = 0;
	return n > 0 && sscanf(text, "%*s %llu", &resident) == 1 &&
	       resident * (unsigned long long)sysconf(_SC_PAGESIZE) > r->limits.memory;
}

static void say_memory(struct running *r)
{
	end_with(r, WORKER_LIMIT, _("the parser wanted more memory than its limit of %zu MiB"), r->limits.memory >> 20);
}

/* Until the worker has closed its pipe, a limit is met, or the caller wants no more (-1). */
static int attend(struct running *r, struct err *err)
{
	const char *what = r->call->what ? r->call->what : r->call->job;
	int watched = WORKER_SANITIZED || (r->call->progress && r->call->progress->step);
	for (;;) {
		double left = r->deadline - clock_steady();
		if (left <= 0) {
			end_with(r, WORKER_TIMEOUT, _("the parser did not end within %u s"), r->limits.seconds);
			return 0;
		}
		if (progress_step(r->call->progress, what, 0, 0, err) < 0)
			return -1;
		if (is_too_big(r)) {
			say_memory(r);
			return 0;
		}
		struct pollfd fds[2] = {{r->from, POLLIN, 0}, {r->to, POLLOUT, 0}};
		int wait = watched ? TICK : left > 60 ? 60000 : (int)(left * 1000) + 1;
		int n = poll(fds, has_to_feed(r) ? 2 : 1, wait);
		if (n < 0 && errno != EINTR)
			return err_set_errno(err, ERR_FAILED, errno, _("cannot wait for a parser"));
		if (n <= 0)
			continue;
		if (has_to_feed(r) && fds[1].revents)
			feed(r);
		if (fds[0].revents) {
			int more = read_lines(r, err);
			if (more <= 0)
				return more;
		}
	}
}

/* ---- ending */

/* What an end without a last line means. -1: nothing was parsed at all. */
static int worker_judge(struct running *r, int status, const struct rusage *used, struct err *err)
{
	int exited = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (!r->caged && exited == WORKER_STATUS_UNCAGED)
		return err_set(err, ERR_FAILED,
		               _("this kernel does not let a parser be caged (seccomp): nothing was parsed; use a "
		                 "kernel that has it"));
	if (!r->caged && exited == WORKER_STATUS_NO_JOB)
		return err_set(err, ERR_FAILED, _("genba has no parser '%s'"), r->call->job);
	if (!r->caged && exited == WORKER_STATUS_START)
		return err_set(err, ERR_FAILED, _("the process for a parser could not begin: nothing was parsed"));
	/* A failed allocation ends most libraries by abort() or a null pointer. */
	int full = (size_t)used->ru_maxrss * 1024 > r->limits.memory / 5 * 4;
	if (exited == WORKER_STATUS_MEMORY || (number && number != SIGSYS && number != SIGXCPU && full))
		say_memory(r);
	else if (number == SIGSYS)
		end_with(r, WORKER_FORBIDDEN, "%s",
		         _("the parser tried what a parser may not do (network, process or program); treat the input "
		           "as hostile"));
	else if (number == SIGXCPU ||
	         (number == SIGKILL && used->ru_utime.tv_sec + used->ru_stime.tv_sec >= (time_t)r->limits.cpu_seconds))
		end_with(r, WORKER_LIMIT, _("the parser used more than %u s of processor time"), r->limits.cpu_seconds);
	else if (number)
		end_with(r, WORKER_CRASHED, _("the parser crashed (%s)"), strsignal(number));
	else
		end_with(r, WORKER_CRASHED, _("the parser stopped before its end (status %d)"), exited);
	return 0;
}

static int worker_finish(struct running *r, int rc, struct err *err)
{
	int status = 0;
	struct rusage used;
	memset(&used, 0, sizeof used);
	kill(r->pid, SIGKILL); /* it has said all that is read of it */
	pid_t got;
	do
		got = wait4(r->pid, &status, 0, &used);
	while (got < 0 && errno == EINTR);
	if (rc < 0 || (r->ended && !r->raw_left) || r->result->end != WORKER_DONE)
		return rc;
	if (got < 0) {
		end_with(r, WORKER_CRASHED, "%s", _("the parser ended, nobody knows how"));
		return 0;
	}
	return worker_judge(r, status, &used, err);
}

static struct worker_limits with_defaults(struct worker_limits l)
{
	l.memory = l.memory ? l.memory : (size_t)512 << 20;
	l.output = l.output ? l.output : (size_t)64 << 20;
	l.line = l.line ? l.line : 1U << 20;
	if (l.line > JSON_LIMIT)
		l.line = JSON_LIMIT;
	l.cpu_seconds = l.cpu_seconds ? l.cpu_seconds : 60;
	l.seconds = l.seconds ? l.seconds : 120;
	return l;
}

int worker_run(const struct worker_call *call, struct worker_result *result, struct err *err)
{
	struct running r = {.call = call,
	                    .limits = with_defaults(call->limits),
	                    .result = result,
	                    .to = -1,
	                    .from = -1,
	                    .head = BUF_INIT,
	                    .lines = BUF_INIT};
	*result = (struct worker_result){.end = WORKER_DONE};
	int rc = -1;
	if (make_head(&r, err) < 0 || worker_start(&r, err) < 0)
		goto out;
	r.deadline = clock_steady() + r.limits.seconds;
	r.piece = xmalloc(PIECE);
	rc = attend(&r, err);
	rc = worker_finish(&r, rc, err);
out:
	if (r.to >= 0)
		close(r.to);
	if (r.from >= 0)
		close(r.from);
	free(r.piece);
	buf_release(&r.head);
	buf_release(&r.lines);
	return rc;
}
