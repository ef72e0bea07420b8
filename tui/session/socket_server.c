/* The workbench's side of the session socket. */
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "tui/session/socket.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_LIMIT (1U << 20)
#define WORDS         4096
#define PATIENCE      60 /* seconds in which an answer is fetched by whoever holds the last place */

struct client {
	int fd; /* -1: free */
	struct buf in;
	struct buf out;
	size_t sent;
	int fds[SOCKET_FIRST_FILE + SOCKET_FILES];
	size_t fd_count;
	int put_off; /* its command is under way, or waits */
	int gone;    /* it hung up meanwhile */
	int answered;
	double since; /* clock_steady() of its call */
};

struct socket_server {
	int fd;
	char *path;
	struct client clients[SOCKET_CLIENTS];
	struct client *asking; /* whose request is being carried out */
	json_t *request;
	char *words[WORDS + 1];
	size_t files[SOCKET_FILES];
};

static void drop(struct client *c)
{
	for (size_t i = 0; i < c->fd_count; i++)
		close(c->fds[i]);
	close(c->fd);
	buf_release(&c->in);
	buf_release(&c->out);
	memset(c, 0, sizeof *c);
	buf_init(&c->in);
	buf_init(&c->out);
	c->fd = -1;
}

/* Nobody listens there any more: a workbench that was killed. */
static int is_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int stale =
	    fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return stale;
}

static int listen_at(int fd, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	int rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
	if (rc < 0 && errno == EADDRINUSE && is_stale(&address) && unlink(path) == 0)
		rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
	return rc < 0 ? -1 : listen(fd, SOCKET_CLIENTS);
}

struct socket_server *socket_server_open(const char *case_path, struct err *err)
{
	char *path = socket_path(case_path, (unsigned)geteuid(), 1);
	if (!path) {
		err_set(err, ERR_FAILED,
		        _("no private folder for the session's socket: other shells cannot use this workbench"));
		return NULL;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || listen_at(fd, path) < 0) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot listen for other shells"));
		if (fd >= 0)
			close(fd);
		free(path);
		return NULL;
	}
	struct socket_server *server = xcalloc(1, sizeof *server);
	server->fd = fd;
	server->path = path;
	for (size_t i = 0; i < SOCKET_CLIENTS; i++) {
		buf_init(&server->clients[i].in);
		buf_init(&server->clients[i].out);
		server->clients[i].fd = -1;
	}
	return server;
}

void socket_server_stop_listening(struct socket_server *server)
{
	if (server->fd < 0)
		return;
	unlink(server->path);
	close(server->fd);
	server->fd = -1;
}

void socket_server_close(struct socket_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < SOCKET_CLIENTS; i++)
		if (server->clients[i].fd >= 0)
			drop(&server->clients[i]);
	json_decref(server->request);
	socket_server_stop_listening(server);
	free(server->path);
	free(server);
}

/* Whose place the next caller gets when all are taken: of those that have not said what they want, or do not fetch their
 * answer, the one that came first. Whose command is under way keeps its place. NULL: nobody's. */
static struct client *to_give_way(const struct socket_server *server)
{
	const struct client *first = NULL;
	for (size_t i = 0; i < SOCKET_CLIENTS; i++) {
		const struct client *c = &server->clients[i];
		int may = !c->put_off && (!c->answered || clock_steady() - c->since > PATIENCE);
		if (c->fd < 0)
			return NULL; /* there is a place */
		if (may && (!first || c->since < first->since))
			first = c;
	}
	return (struct client *)(uintptr_t)first;
}

size_t socket_server_fds(const struct socket_server *server, struct pollfd *fds)
{
	size_t count = 0;
	if (!server)
		return 0;
	for (size_t i = 0; i < SOCKET_CLIENTS; i++) {
		const struct client *c = &server->clients[i];
		if (c->fd >= 0 && !c->gone)
			fds[count++] = (struct pollfd){c->fd,
			                               c->answered  ? POLLOUT
			                               : c->put_off ? POLLRDHUP
			                                            : POLLIN,
			                               0};
	}
	if (count < SOCKET_CLIENTS || to_give_way(server)) /* else the next one waits in the queue */
		fds[count++] = (struct pollfd){server->fd, POLLIN, 0};
	return count;
}

static void take_callers(struct socket_server *server)
{
	for (size_t i = 0; i < SOCKET_CLIENTS; i++) {
		struct ucred who;
		socklen_t size = sizeof who;
		struct client *late = to_give_way(server);
		if (server->clients[i].fd >= 0 && !late)
			continue;
		int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0 ||
		    (who.uid != geteuid() && who.uid != 0)) {
			close(fd);
			continue;
		}
		struct client *place = &server->clients[i];
		if (late)
			drop(place = late);
		place->fd = fd;
		place->since = clock_steady();
	}
}

static void keep_descriptors(struct client *c, struct msghdr *message)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
			if (c->fd_count < sizeof c->fds / sizeof *c->fds)
				c->fds[c->fd_count++] = fd;
			else
				close(fd);
		}
	}
}

/* Takes what has come. -1: the client is gone, or says too much. */
static int take_bytes(struct client *c)
{
	char piece[16384];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * (SOCKET_FIRST_FILE + SOCKET_FILES))];
	} control;
	for (;;) {
		struct iovec bytes = {piece, sizeof piece};
		struct msghdr message = {.msg_iov = &bytes,
		                         .msg_iovlen = 1,
		                         .msg_control = control.bytes,
		                         .msg_controllen = sizeof control.bytes};
		ssize_t n = recvmsg(c->fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		if (n == 0)
			return -1;
		keep_descriptors(c, &message);
		buf_add(&c->in, piece, (size_t)n);
		if (c->in.len > REQUEST_LIMIT)
			return -1;
	}
}

static size_t length_of(const char *bytes)
{
	return bytes_be32(bytes);
}

static int is_whole(const struct client *c)
{
	return c->in.len >= 4 && c->in.len - 4 >= length_of(c->in.data);
}

/* The request of a client, or -1 if it has a wrong form. */
static int understand(struct socket_server *server, struct client *c, struct socket_request *request)
{
	size_t i;
	const json_t *item;
	json_decref(server->request);
	server->request = json_parse(c->in.data + 4, length_of(c->in.data), NULL);
	const json_t *words = json_object_get(server->request, "words");
	const json_t *files = json_object_get(server->request, "files");
	const char *ask = json_string_value(json_object_get(server->request, "ask"));
	const char *language = json_string_value(json_object_get(server->request, "language"));
	size_t count = json_array_size(words);
	if ((count == 0) == !ask || count > WORDS || json_array_size(files) > SOCKET_FILES ||
	    c->fd_count != SOCKET_FIRST_FILE + json_array_size(files))
		return -1;
	json_array_foreach(words, i, item) {
		if (!json_is_string(item))
			return -1;
		server->words[i] = (char *)(uintptr_t)json_string_value(item);
	}
	server->words[count] = NULL;
	json_array_foreach(files, i, item) {
		json_int_t word = json_integer_value(item);
		if (word < 0 || (size_t)word >= count)
			return -1;
		server->files[i] = (size_t)word;
	}
	*request = (struct socket_request){.ask = ask,
	                                   .words = server->words,
	                                   .count = count,
	                                   .language = language ? language : "",
	                                   .environment = json_object_get(server->request, "environment"),
	                                   .fds = c->fds,
	                                   .fd_count = c->fd_count,
	                                   .files = server->files,
	                                   .file_count = json_array_size(files)};
	return 0;
}

static void send_answer(struct client *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			break;
		c->sent += (size_t)n;
	}
	drop(c);
}

void socket_request_keep(struct socket_request *kept, const struct socket_request *request, const char *language,
                         size_t files[SOCKET_FILES])
{
	*kept = *request;
	kept->ask = NULL;
	kept->environment = NULL;
	kept->language = language;
	kept->words = xcalloc(request->count + 1, sizeof *kept->words);
	for (size_t i = 0; i < request->count; i++)
		kept->words[i] = xstrdup(request->words[i]);
	memcpy(files, request->files, request->file_count * sizeof *files);
	kept->files = files;
}

void socket_request_release(struct socket_request *kept)
{
	for (size_t i = 0; i < kept->count; i++)
		free(kept->words[i]);
	free(kept->words);
	kept->words = NULL;
}

int socket_server_next(struct socket_server *server, struct socket_request *request)
{
	if (!server)
		return 0;
	take_callers(server);
	for (size_t i = 0; i < SOCKET_CLIENTS; i++) {
		struct client *c = &server->clients[i];
		if (c->fd < 0)
			continue;
		if (c->answered) {
			send_answer(c);
			continue;
		}
		if (c->put_off) {
			char byte;
			c->gone |= recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
			continue;
		}
		int gone = take_bytes(c) < 0;
		if (is_whole(c) && understand(server, c, request) == 0) {
			server->asking = c;
			return 1;
		}
		if (gone || is_whole(c))
			drop(c);
	}
	return 0;
}

static void add_frame(struct buf *out, char letter, const void *bytes, size_t n)
{
	char head[5] = {letter};
	bytes_put_be32(head + 1, (uint32_t)n);
	buf_add(out, head, sizeof head);
	buf_add(out, bytes, n);
}

int socket_server_put_off(struct socket_server *server)
{
	struct client *c = server->asking;
	server->asking = NULL;
	c->put_off = 1;
	return (int)(c - server->clients);
}

int socket_server_is_gone(const struct socket_server *server, int ticket)
{
	return server->clients[ticket].gone;
}

static void answer(struct client *c, const struct buf *out, const struct buf *log, int status)
{
	char byte = (char)status;
	c->put_off = c->gone = 0;
	if (out->len)
		add_frame(&c->out, 'o', out->data, out->len);
	if (log->len)
		add_frame(&c->out, 'e', log->data, log->len);
	add_frame(&c->out, 's', &byte, 1);
	c->answered = 1;
	c->since = clock_steady();
	send_answer(c);
}

void socket_server_answer(struct socket_server *server, const struct buf *out, const struct buf *log, int status)
{
	struct client *c = server->asking;
	server->asking = NULL;
	answer(c, out, log, status);
}

void socket_server_answer_late(struct socket_server *server, int ticket, const struct buf *out, const struct buf *log,
                               int status)
{
	answer(&server->clients[ticket], out, log, status);
}
