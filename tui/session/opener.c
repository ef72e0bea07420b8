#include "tui/session/opener.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/words.h"
#include "tui/session/session.h"
#include "tui/term/install_path.h"
#include "tui/term/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MOST   16
#define ANSWER_LIMIT 4200

int opener_is_needed(const char *path, const char *how)
{
	struct stat st;
	if (access(path, R_OK) == 0 || (errno != EACCES && errno != EPERM))
		return 0;
	return how || (stat(path, &st) == 0 && S_ISBLK(st.st_mode));
}

/* ---- who becomes root */

static int is_there(const char *program)
{
	const char *folders = getenv("PATH");
	int found = 0;
	while (folders && *folders && !found) {
		size_t n = strcspn(folders, ":");
		char *path = xasprintf("%.*s/%s", (int)n, folders, program);
		found = n > 0 && access(path, X_OK) == 0;
		free(path);
		folders += n + (folders[n] == ':');
	}
	return found;
}

static const char *any_opener(void)
{
	static const char *const programs[] = {"sudo", "doas", "pkexec"};
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (is_there(programs[i]))
			return programs[i];
	return NULL;
}

/* Those that can be asked to fail instead of asking for a password. */
static int knows_silence(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	return strcmp(name, "sudo") == 0 || strcmp(name, "doas") == 0;
}

/* ---- running it */

/* What came over the socket: the answer, and the descriptor or -1. */
static int receive(int fd, char answer[ANSWER_LIMIT])
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec text = {answer, ANSWER_LIMIT - 1};
	struct msghdr message = {
	    .msg_iov = &text, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	int passed = -1;
	ssize_t n;
	do {
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	answer[n > 0 ? n : 0] = '\0';
	struct cmsghdr *part = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
	    part->cmsg_len == CMSG_LEN(sizeof passed))
		memcpy(&passed, CMSG_DATA(part), sizeof passed);
	return passed;
}

/* Runs the words with a socket as standard input. The exit status, or -1: it could not be started. */
static int opener_run(const char *const *words, int silent, int *passed, char answer[ANSWER_LIMIT])
{
	int pair[2];
	pid_t child = 0;
	int status = -1;
	posix_spawn_file_actions_t actions;
	*passed = -1;
	*answer = '\0';
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (silent)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	int failed = posix_spawnp(&child, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pair[1]);
	if (!failed) {
		*passed = receive(pair[0], answer);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 126;
	}
	close(pair[0]);
	return status;
}

/* What an answer without a descriptor means. */
static int refused(const char *path, const char *how, const char *answer, struct err *err)
{
	if (*answer == 'e')
		return err_set_errno(err, ERR_FAILED, atoi(answer + 1), _("cannot open '%s'"), path);
	if (*answer == 't')
		return err_set(err, ERR_INVALID,
		               _("'%s' is neither a file nor a block device: it holds no bytes to preserve"), path);
	if (*answer == 'm')
		return err_set(err, ERR_USAGE,
		               _("'%s' is mounted writable on '%s': unmount it or mount it read-only; if it must "
		                 "be read as it is, say why with "
		                 "--reason"),
		               path, answer + 1);
	return err_set(err, ERR_FAILED, _("'%s': root is needed to open it, and %s did not let it be opened"), path,
	               how);
}

/* Only what was asked for: bytes to read, and nothing that could be written to. */
static int check_passed(int fd, const char *path, struct err *err)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY && fstat(fd, &st) == 0 &&
	    (S_ISBLK(st.st_mode) || S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	return err_set(err, ERR_FAILED, _("'%s': what was opened is not what was asked for"), path);
}

static int may_ask(const struct session *s)
{
	int terminal = s->remote_command ? -1 : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal >= 0)
		close(terminal);
	return terminal >= 0;
}

/* A password is asked for on the terminal, which the workbench has: it is given away meanwhile. */
static int run_asking(const struct session *s, const char *const *words, int *passed, char answer[ANSWER_LIMIT])
{
	struct err ignored = ERR_INIT;
	if (s->in_workbench)
		screen_stop();
	int status = opener_run(words, 0, passed, answer);
	if (s->in_workbench)
		screen_start(&ignored);
	return status;
}

/* The words of the whole command; `silent`: with the option not to ask for a password. */
static void opener_compose(const struct words *how, const char *helper, const char *path, int mounted, int silent,
                           const char *words[WORDS_MOST + 8])
{
	struct stat st;
	size_t n = 0;
	for (size_t i = 0; i < how->count && n < WORDS_MOST; i++) {
		words[n++] = how->items[i];
		if (i == 0 && silent)
			words[n++] = "-n";
	}
	words[n++] = helper;
	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode)) /* for devices a narrow rule of sudo's will do */
		words[n++] = "--file";
	if (mounted)
		words[n++] = "--mounted";
	words[n++] = path;
	words[n] = NULL;
}

/* First without asking, where that can be said; then asking, where there is somebody to ask. */
static int run_both(const struct session *s, const struct words *how, const char *path, int mounted,
                    char answer[ANSWER_LIMIT])
{
	const char *words[WORDS_MOST + 8];
	char *helper = install_path_program("genba-open-device");
	int passed = -1;
	int silent = knows_silence(how->items[0]);
	int asks = may_ask(s);
	*answer = '\0';
	if (silent || !asks) {
		opener_compose(how, helper, path, mounted, silent, words);
		opener_run(words, 1, &passed, answer);
	}
	if (asks && !*answer) {
		opener_compose(how, helper, path, mounted, 0, words);
		run_asking(s, words, &passed, answer);
	}
	free(helper);
	return passed;
}

int opener_open(struct session *s, const char *path, const char *how, int mounted, struct err *err)
{
	char answer[ANSWER_LIMIT];
	struct words words;
	if (!how && !(how = any_opener()))
		return err_set(err, ERR_FAILED,
		               _("'%s': root is needed to open it, and neither sudo nor doas nor pkexec is here: name "
		                 "another with --opener"),
		               path);
	if (words_split(&words, how, err) < 0)
		return -1;
	int fd = -1;
	if (words.count == 0)
		err_set(err, ERR_USAGE, _("--opener: a command is wanted, for example sudo"));
	else if ((fd = run_both(s, &words, path, mounted, answer)) < 0)
		refused(path, how, answer, err);
	else
		fd = check_passed(fd, path, err);
	words_release(&words);
	return fd;
}
