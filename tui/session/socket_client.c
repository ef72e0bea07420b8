/* The other shell's side of the session socket: hands a command over, prints what comes back. */
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/file/standard_fds.h"
#include "base/i18n.h"
#include "base/json.h"
#include "tui/session/socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define INPUT_LIMIT ((size_t)64 << 20)

/* A connection to the process of that user, who must really be at the other end; -1: none. */
static int connect_at(const char *path, uid_t uid)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct ucred who;
	socklen_t size = sizeof who;
	int fd = -1;
	if (path && strlen(path) < sizeof address.sun_path && access(path, F_OK) == 0) {
		memcpy(address.sun_path, path, strlen(path) + 1);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
			if (errno == ECONNREFUSED)
				unlink(path); /* of one that was killed */
			close(fd);
			fd = -1;
		}
	}
	if (fd >= 0 && (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0 || who.uid != uid)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int connect_to(const char *case_path, uid_t uid)
{
	char *path = socket_path(case_path, (unsigned)uid, 0);
	int fd = connect_at(path, uid);
	free(path);
	return fd;
}

/* One's own process that has it open; for root also that of the case's owner. */
static int find_holder(const char *case_path)
{
	struct stat st;
	int fd = connect_to(case_path, geteuid());
	if (fd < 0 && geteuid() == 0 && stat(case_path, &st) == 0 && st.st_uid != 0)
		fd = connect_to(case_path, st.st_uid);
	return fd;
}

/* Standard input to its end, in memory, unless it may be larger than that. */
static int whole_input(enum socket_files files, struct err *err)
{
	struct stat st;
	struct buf bytes = BUF_INIT;
	if (standard_input(err) < 0)
		return -1;
	if (files == SOCKET_LARGE_INPUT || (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode)))
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (buf_read_fd(&bytes, STDIN_FILENO, INPUT_LIMIT, err) < 0)
		return err_prefix(err, _("standard input"));
	int fd = memfd_create("input", MFD_CLOEXEC);
	size_t done = 0;
	while (fd >= 0 && done < bytes.len) {
		ssize_t n = write(fd, bytes.data + done, bytes.len - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd < 0 || done < bytes.len || lseek(fd, 0, SEEK_SET) < 0) {
		err_set_errno(err, ERR_FAILED, errno, _("standard input"));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	buf_release(&bytes);
	return fd;
}

static int has_dash(char **words, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(words[i], "-") == 0)
			return 1;
	return 0;
}

/* Opens the words that are files; the descriptors are the caller's to close. */
static size_t open_files(char **words, size_t count, json_t *files, int *fds)
{
	size_t opened = 0;
	for (size_t i = 1; i < count && opened < SOCKET_FILES; i++) {
		struct stat st;
		if (stat(words[i], &st) < 0 || S_ISDIR(st.st_mode) || S_ISFIFO(st.st_mode))
			continue;
		int fd = open(words[i], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd < 0)
			continue;
		fds[opened++] = fd;
		json_array_append_new(files, json_integer((json_int_t)i));
	}
	return opened;
}

static int send_request(int fd, const struct buf *text, const int *fds, size_t fd_count)
{
	size_t n = text->len;
	char head[4];
	bytes_put_be32(head, (uint32_t)n);
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * (SOCKET_FIRST_FILE + SOCKET_FILES))];
	} control;
	struct iovec bytes = {head, sizeof head};
	struct msghdr message = {.msg_iov = &bytes,
	                         .msg_iovlen = 1,
	                         .msg_control = control.bytes,
	                         .msg_controllen = CMSG_SPACE(sizeof(int) * fd_count)};
	memset(&control, 0, sizeof control);
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
	memcpy(CMSG_DATA(part), fds, sizeof(int) * fd_count);
	if (sendmsg(fd, &message, MSG_NOSIGNAL) != (ssize_t)sizeof head)
		return -1;
	for (size_t done = 0; done < n;) {
		ssize_t sent = send(fd, text->data + done, n - done, MSG_NOSIGNAL);
		if (sent <= 0)
			return -1;
		done += (size_t)sent;
	}
	return 0;
}

/* Ctrl-C says there that it is to be cancelled, and the answer is waited for all the same. */
static int read_exactly(int fd, void *bytes, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = read(fd, (char *)bytes + done, n - done);
		if (got < 0 && errno == EINTR) {
			shutdown(fd, SHUT_WR);
			continue;
		}
		if (got <= 0)
			return -1;
		done += (size_t)got;
	}
	return 0;
}

/* Prints the frames as they come, to the status; what is asked for (`kept`) is kept instead. */
static int print_answer(int fd, struct buf *kept, int *status)
{
	unsigned char head[5];
	while (read_exactly(fd, head, sizeof head) == 0) {
		size_t n = bytes_be32(head + 1);
		while (n > 0) {
			char piece[16384];
			size_t part = n < sizeof piece ? n : sizeof piece;
			if (read_exactly(fd, piece, part) < 0)
				return -1;
			if (head[0] == 's') {
				*status = (unsigned char)piece[0];
				return 0;
			}
			if (kept)
				buf_add(kept, piece, part);
			else
				fwrite(piece, 1, part, head[0] == 'e' ? stderr : stdout);
			n -= part;
		}
		fflush(stdout);
	}
	return -1;
}

/* What is handed over: a command, or a question, with the terminal that goes with it. */
struct call {
	const char *ask;
	char **words;
	size_t count;
	enum socket_files passes;
	json_t *environment; /* taken */
	struct buf *kept;
	int is_lock; /* it is not waited for in vain */
};

static void signal_if_silent(int fd);

static int socket_client_call(int fd, const struct call *call, int *status, struct err *err)
{
	char **words = call->words;
	size_t count = call->count;
	enum socket_files passes = call->passes;
	int fds[SOCKET_FIRST_FILE + SOCKET_FILES] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, -1};
	size_t fd_count = SOCKET_FIRST_FILE;
	json_t *list = json_array();
	json_t *files = json_array();
	struct buf text = BUF_INIT;
	int rc = 0;
	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, json_string(words[i])) < 0)
			rc = err_set(err, ERR_USAGE, _("a word of the command is not UTF-8: run it in the workbench"));
	fds[SOCKET_FOLDER] = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int input = call->environment                  ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
	            : passes && has_dash(words, count) ? whole_input(passes, err)
	                                               : open("/dev/null", O_RDONLY | O_CLOEXEC);
	fds[SOCKET_IN] = input;
	if (passes)
		fd_count += open_files(words, count, files, fds + SOCKET_FIRST_FILE);
	json_t *request = json_pack("{s:o s:o s:s}", "words", list, "files", files, "language", i18n_language());
	if (call->ask)
		json_object_set_new(request, "ask", json_string(call->ask));
	if (call->environment)
		json_object_set_new(request, "environment", call->environment);
	if (rc == 0 && (input < 0 || fds[SOCKET_FOLDER] < 0))
		rc = err_set(err, ERR_FAILED, _("cannot open what the command needs"));
	if (rc == 0)
		rc = json_canonical(request, &text, err);
	int sent = rc == 0 && send_request(fd, &text, fds, fd_count) == 0;
	if (sent && call->is_lock)
		signal_if_silent(fd);
	if (rc == 0 && (!sent || print_answer(fd, call->kept, status) < 0))
		rc = err_set(err, ERR_FAILED,
		             _("the genba that has the case open did not answer to the end: look whether it was done"));
	json_decref(request);
	buf_release(&text);
	close(input);
	for (size_t i = SOCKET_FOLDER; i < fd_count; i++)
		close(fds[i]);
	return rc < 0 ? -1 : 1;
}

int socket_client_run(const char *case_path, char **words, size_t count, enum socket_files passes, int *status,
                      struct err *err)
{
	const struct call call = {.words = words, .count = count, .passes = passes};
	int fd = find_holder(case_path);
	if (fd < 0)
		return 0;
	int rc = socket_client_call(fd, &call, status, err);
	close(fd);
	return rc;
}

int socket_client_finds(const char *case_path)
{
	int fd = find_holder(case_path);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

#define PATIENCE 5 /* seconds for an answer of one that is busy */

/* The process at the other end, as a descriptor, so that a signal never reaches another one that got its number later; -1. It
 * is that process for certain as long as the connection stands after it was opened. */
static int process_at(int fd)
{
	struct ucred who;
	socklen_t size = sizeof who;
	struct pollfd there = {fd, 0, 0};
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		return -1;
	int process = (int)syscall(SYS_pidfd_open, who.pid, 0U);
	if (process >= 0 && poll(&there, 1, 0) > 0 && there.revents & (POLLHUP | POLLERR)) {
		close(process);
		return -1;
	}
	return process;
}

static void signal_process(int process, int number)
{
	if (process >= 0)
		syscall(SYS_pidfd_send_signal, process, number, NULL, 0U);
}

/* Asked to lock, it answers soon, unless a command of a third shell waits there for a pager or a pipe: then it is signalled, which
 * locks a workbench and takes the pager from under the command of what `unlock` left. */
static void signal_if_silent(int fd)
{
	int process = process_at(fd);
	struct pollfd there = {fd, POLLIN, 0};
	int rc;
	while ((rc = poll(&there, 1, PATIENCE * 1000)) < 0 && errno == EINTR)
		;
	if (rc == 0)
		signal_process(process, SIGUSR1);
	if (process >= 0)
		close(process);
}

int socket_client_ask(const char *case_path, const char *ask, struct buf *answer, int *status, struct err *err)
{
	const struct call call = {.ask = ask, .kept = answer, .is_lock = strcmp(ask, "lock") == 0};
	int fd = find_holder(case_path);
	if (fd < 0)
		return 0;
	int rc = socket_client_call(fd, &call, status, err);
	close(fd);
	return rc;
}

/* ---- a terminal that is lent */

static volatile sig_atomic_t holder = -1; /* its process, as a descriptor */

/* Signals that come here, since the terminal is ours, are meant for the workbench there. */
static void pass_on(int number)
{
	int before = errno;
	signal_process((int)holder, number);
	errno = before;
}

static void pass_signals_on(int process)
{
	static const int numbers[] = {SIGWINCH, SIGUSR1};
	struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	holder = (sig_atomic_t)process;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

static json_t *environment_of_screen(void)
{
	json_t *list = json_array();
	for (const char *const *name = socket_screen_names; *name; name++) {
		const char *value = getenv(*name);
		char *line = xasprintf("%s%s%s", *name, value ? "=" : "", value ? value : "");
		json_array_append_new(list, json_string(line));
		free(line);
	}
	return list;
}

int socket_client_screen(const char *case_path, int *status, struct err *err)
{
	struct buf said = BUF_INIT;
	struct call call = {.ask = "screen", .kept = &said};
	int fd = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? find_holder(case_path) : -1;
	if (fd < 0)
		return 0;
	pass_signals_on(process_at(fd)); /* open until genba ends */
	call.environment = environment_of_screen();
	int rc = socket_client_call(fd, &call, status, err);
	close(fd);
	if (rc > 0 && said.len)
		err_set(err, (enum err_code) * status, "%s", said.data);
	buf_release(&said);
	return rc;
}

/* ---- all that is open */

void socket_client_each(void (*each)(void *ctx, const json_t *state), void *ctx)
{
	char *folder = socket_folder((unsigned)geteuid(), 0);
	DIR *dir = folder ? opendir(folder) : NULL;
	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		const struct timeval patience = {PATIENCE, 0};
		struct buf said = BUF_INIT;
		const struct call call = {.ask = "state", .kept = &said};
		int status = 1;
		char *path = xasprintf("%s/%s", folder, entry->d_name);
		int fd = *entry->d_name == '.' ? -1 : connect_at(path, geteuid());
		free(path);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		json_t *state = NULL;
		if (socket_client_call(fd, &call, &status, NULL) > 0 && status == 0)
			state = json_parse(said.data, said.len, NULL);
		if (state)
			each(ctx, state);
		json_decref(state);
		buf_release(&said);
		close(fd);
	}
	if (dir)
		closedir(dir);
	free(folder);
}
