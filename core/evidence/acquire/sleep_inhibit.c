#include "evidence/acquire/sleep_inhibit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits a moment for the holder's word ("held") that it has the lock; an inhibitor that cannot get it ends at once. */
static int hears(int fd)
{
	struct pollfd ready = {fd, POLLIN, 0};
	char word;
	int rc;
	do {
		rc = poll(&ready, 1, 3000);
	} while (rc < 0 && errno == EINTR);
	return rc == 1 && read(fd, &word, 1) == 1;
}

static int sleep_inhibit_start(struct sleep_inhibit *a, int in, int out)
{
	static const char *const words[] = {"systemd-inhibit",
	                                    "--what=sleep:idle",
	                                    "--mode=block",
	                                    "--who=genba",
	                                    "--why=preserving evidence",
	                                    "sh",
	                                    "-c",
	                                    "echo held; exec cat >&2",
	                                    NULL};
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_t attributes;
	posix_spawnattr_init(&attributes); /* a group of its own: Ctrl-C is for the work, not for the lock */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	int rc = posix_spawnp(&a->holder, words[0], &actions, &attributes, (char *const *)(uintptr_t)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return rc == 0 ? 0 : -1;
}

int sleep_inhibit_begin(struct sleep_inhibit *a)
{
	int in[2] = {-1, -1};
	int out[2] = {-1, -1};
	memset(a, 0, sizeof *a);
	a->pipe = -1;
	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && sleep_inhibit_start(a, in[0], out[1]) == 0) {
		close(out[1]);
		out[1] = -1;
		a->pipe = in[1];
		in[1] = -1;
		if (!hears(out[0]))
			sleep_inhibit_end(a);
	} else {
		a->holder = 0;
	}
	for (int i = 0; i < 2; i++) {
		if (in[i] >= 0)
			close(in[i]);
		if (out[i] >= 0)
			close(out[i]);
	}
	return a->holder != 0;
}

void sleep_inhibit_end(struct sleep_inhibit *a)
{
	if (a->pipe >= 0)
		close(a->pipe); /* its end is the holder's end */
	a->pipe = -1;
	if (a->holder)
		while (waitpid(a->holder, NULL, 0) < 0 && errno == EINTR)
			;
	a->holder = 0;
}
