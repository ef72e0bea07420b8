/*
 * genba-open-device: the only part of genba that root must run.
 *
 *     sudo genba-open-device [--file] [--mounted] PATH        with a socket as its standard input
 *
 * Opens a block device (with --file also a regular file) for reading only, passes the descriptor to who started it over
 * that socket (SCM_RIGHTS, unix(7)), and ends. It reads nothing, writes nothing and links nothing but the C library. A
 * device that a file system may write to is refused, unless --mounted says otherwise.
 *
 * The answer is one message: 'o' with the descriptor; 'e' and errno in decimal; 't': it is neither; 'm' and where it is
 * mounted. Exit status: 0 passed, 1 refused as the message says, 2 not called like this.
 */
#include "base/file/standard_fds.h"
#include "evidence/acquire/mounted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct answer {
	char text[MOUNTED_WHERE + 16]; /* what it says */
	int fd;                        /* -1: none */
};

static void refuse(struct answer *a, int error)
{
	snprintf(a->text, sizeof a->text, "e%d", error);
}

/* Looked at before it is opened: opening a tape or a FIFO would do something already. */
static void open_source(const char *path, int files, int mounted, struct answer *a)
{
	char where[MOUNTED_WHERE];
	char name[64];
	char whole[PATH_MAX];
	struct stat st;
	int look = open(path, O_PATH | O_CLOEXEC);
	if (look < 0 || fstat(look, &st) < 0) {
		refuse(a, errno);
	} else if (!S_ISBLK(st.st_mode) && !(files && S_ISREG(st.st_mode))) {
		snprintf(a->text, sizeof a->text, "t");
	} else if (!mounted &&
	           mounted_writable(st.st_rdev, S_ISREG(st.st_mode) ? realpath(path, whole) : NULL, where)) {
		snprintf(a->text, sizeof a->text, "m%s", where);
	} else {
		snprintf(name, sizeof name, "/proc/self/fd/%d", look);
		a->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOATIME);
		if (a->fd < 0 && errno == EPERM) /* O_NOATIME is for the owner and root */
			a->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (a->fd < 0)
			refuse(a, errno);
		else
			snprintf(a->text, sizeof a->text, "o");
	}
	if (look >= 0)
		close(look);
}

static int answer(const struct answer *a)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec text = {(void *)(size_t)a->text, strlen(a->text)};
	struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1};
	if (a->fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof control.bytes;
		struct cmsghdr *part = CMSG_FIRSTHDR(&message);
		part->cmsg_level = SOL_SOCKET;
		part->cmsg_type = SCM_RIGHTS;
		part->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(part), &a->fd, sizeof a->fd);
	}
	return sendmsg(STDIN_FILENO, &message, MSG_NOSIGNAL) == (ssize_t)text.iov_len ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct answer a = {.fd = -1};
	struct stat st;
	int files = 0;
	int mounted = 0;
	int i = 1;
	if (standard_fds_ensure() < 0)
		return 1;
	for (; i < argc - 1; i++) {
		if (strcmp(argv[i], "--file") == 0)
			files = 1;
		else if (strcmp(argv[i], "--mounted") == 0)
			mounted = 1;
		else
			break;
	}
	if (i != argc - 1 || fstat(STDIN_FILENO, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		fputs("usage: genba-open-device [--file] [--mounted] PATH\n"
		      "It is started by genba, which gets the descriptor over the socket that is standard input.\n",
		      stderr);
		return 2;
	}
	open_source(argv[i], files, mounted, &a);
	if (answer(&a) < 0) {
		perror("genba-open-device");
		return 1;
	}
	return a.fd >= 0 ? 0 : 1;
}
