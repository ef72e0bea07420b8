#include "tui/command/output_pump.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536

struct output_pump {
	pthread_t thread;
	int from; /* the pipe's end to read from */
	int into; /* the other; -1: ended */
	int to;   /* the caller's */
	int told; /* a byte: no more will come; its other end is closed: it is to stop */
	int teller;
	int wake;
	struct buf waiting;
	size_t sent; /* of what waits */
	int ending;  /* the command has ended: what is in the pipe is all, whoever else has it open */
	int ended;   /* nothing more comes */
	int gone;    /* nobody reads */
	_Atomic int done;
};

static int output_pump_is_for(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static void take(struct output_pump *p)
{
	char piece[PIECE];
	ssize_t n = read(p->from, piece, sizeof piece);
	if (n > 0)
		buf_add(&p->waiting, piece, (size_t)n);
	else if (n == 0 || errno != EINTR)
		p->ended = 1;
	explicit_bzero(piece, sizeof piece);
}

/* A pipe that poll() calls writable takes PIPE_BUF bytes at once. */
static void hand_on(struct output_pump *p)
{
	size_t left = p->waiting.len - p->sent;
	ssize_t n = write(p->to, p->waiting.data + p->sent, left < PIPE_BUF ? left : PIPE_BUF);
	if (n > 0)
		p->sent += (size_t)n;
	else if (n < 0 && errno != EINTR && errno != EAGAIN)
		p->gone = 1;
	if (p->sent == p->waiting.len) {
		buf_clear(&p->waiting);
		p->sent = 0;
	}
}

static int is_waiting(const struct output_pump *p)
{
	return p->sent < p->waiting.len;
}

/* 0: it is to stop. */
static int take_word(struct output_pump *p)
{
	char byte;
	p->ending = 1;
	return read(p->told, &byte, 1) == 1;
}

static void *output_pump_run(void *ctx)
{
	struct output_pump *p = ctx;
	while (!p->gone && (!p->ended || is_waiting(p))) {
		int takes = !p->ended && p->waiting.len < OUTPUT_PUMP_LIMIT;
		struct pollfd fds[] = {
		    {p->told, POLLIN, 0}, {takes ? p->from : -1, POLLIN, 0}, {p->to, is_waiting(p) ? POLLOUT : 0, 0}};
		if (poll(fds, 3, takes && p->ending ? 0 : -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents && !take_word(p))
			break;
		if (fds[1].revents)
			take(p);
		else if (takes && p->ending && !fds[0].revents)
			p->ended = 1;
		if (fds[2].revents & (POLLERR | POLLNVAL))
			p->gone = 1;
		else if (fds[2].revents & POLLOUT)
			hand_on(p);
	}
	close(p->from); /* who writes on without a reader is told */
	p->from = -1;
	p->done = 1;
	const uint64_t one = 1;
	if (write(p->wake, &one, sizeof one) < 0) { /* it is awake already */
	}
	return NULL;
}

static int begin_thread(struct output_pump *p)
{
	sigset_t all;
	sigset_t before;
	sigfillset(&all); /* signals are for whoever waits elsewhere */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&p->thread, NULL, output_pump_run, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void close_if(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void release(struct output_pump *p)
{
	close_if(p->from);
	close_if(p->into);
	close_if(p->to);
	close_if(p->told);
	close_if(p->teller);
	buf_release(&p->waiting);
	free(p);
}

static struct output_pump *output_pump_new(int fd, int wake, struct err *err)
{
	struct output_pump *p = xcalloc(1, sizeof *p);
	int pipe_ends[2] = {-1, -1};
	int word[2] = {-1, -1};
	int good = pipe2(pipe_ends, O_CLOEXEC) == 0 && pipe2(word, O_CLOEXEC) == 0;
	*p = (struct output_pump){.from = pipe_ends[0],
	                          .into = pipe_ends[1],
	                          .to = fcntl(fd, F_DUPFD_CLOEXEC, 3),
	                          .told = word[0],
	                          .teller = word[1],
	                          .wake = wake};
	buf_init(&p->waiting);
	if (good && p->to >= 0 && begin_thread(p) == 0)
		return p;
	err_set_errno(err, ERR_FAILED, errno, _("cannot make a pipe"));
	release(p);
	return NULL;
}

static int is_same_file(int a, int b)
{
	struct stat x;
	struct stat y;
	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int output_pump_both(const int callers[2], int wake, struct output_pump *pumps[2], int fds[2], struct err *err)
{
	for (int i = 0; i < 2; i++) {
		fds[i] = callers[i];
		pumps[i] = NULL;
	}
	for (int i = 0; i < 2; i++) {
		if (i == 1 && pumps[0] && is_same_file(callers[0], callers[1])) {
			fds[1] = fds[0];
			continue;
		}
		if (!output_pump_is_for(callers[i]))
			continue;
		if (!(pumps[i] = output_pump_new(callers[i], wake, err)))
			return -1;
		fds[i] = pumps[i]->into;
	}
	return 0;
}

void output_pump_end(struct output_pump *p)
{
	close_if(p->into);
	p->into = -1;
	if (write(p->teller, "", 1) < 0) { /* one byte has room */
	}
}

int output_pump_is_done(const struct output_pump *p)
{
	return p->done;
}

int output_pump_free(struct output_pump *p)
{
	if (!p)
		return 0;
	close(p->teller);
	p->teller = -1;
	pthread_join(p->thread, NULL);
	int lost = !p->gone && (!p->ended || is_waiting(p));
	release(p);
	return lost;
}
