/*
 * The session socket: commands of another shell, done by the process that has the case open.
 *
 * A case can be open in one process only. While that is a workbench, or what
 * `genba unlock` left in the background (its holder), `genba COMMAND` for the
 * same case hands its words over to it and gets output and exit status back; no
 * passphrase is asked twice.
 *
 *     workbench                                  genba note - (another shell)
 *     socket_server_open(path)
 *     … poll …                            <---   socket_client_run(): words, descriptors
 *     socket_server_next() == 1
 *     socket_server_answer(out, log, status) --> printed; exit status
 *
 * The socket lies in $XDG_RUNTIME_DIR/genba, or in /tmp/genba-UID where there is
 * none: folders of mode 0700 of one's own. Only the same user and root are
 * listened to (SO_PEERCRED). Standard input, output and error, the folder the
 * command was called in and the files it reads are opened by the command and
 * passed as descriptors (SCM_RIGHTS): so root can hand a disk to the workbench
 * of a user. The server never waits for a client: it reads and writes what can be
 * had without blocking, from the loop that waits for keys.
 *
 * The messages: 4 bytes of length (big-endian) and a JSON object, {"words": […],
 * "files": [index of a word…], "language": "ja"}; answers are a letter (o, e, s: output, error
 * output, status), 4 bytes of length, and the bytes. {"ask": "state"} instead of words asks who has the case open (JSON:
 * case, by, locked, until), {"ask": "lock"} asks it to lock, {"ask": "screen", "environment": [NAME=VALUE…]} asks the
 * holder to show the workbench on the caller's terminal, whose key stays where it is.
 */
#ifndef GENBA_TUI_SESSION_SOCKET_H
#define GENBA_TUI_SESSION_SOCKET_H

#include <jansson.h>
#include <poll.h>
#include <stddef.h>

struct buf;
struct err;

#define SOCKET_CLIENTS 8
#define SOCKET_FILES   16 /* that one command can pass */

enum { SOCKET_IN, SOCKET_OUT, SOCKET_LOG, SOCKET_FOLDER, SOCKET_FIRST_FILE };

/* The socket's path for a case file, for the user `uid`; with `make` the folder is made. NULL if there is no safe folder.
 * The caller frees. */
char *socket_path(const char *case_path, unsigned uid, int make);

/* What of the environment a workbench goes by, and comes along with a terminal that is lent; NULL ends. */
extern const char *const socket_screen_names[];

/* The folder that the sockets of that user lie in, as above. */
char *socket_folder(unsigned uid, int make);

/* ---- the workbench's side */

struct socket_server;

/* A command that came in; borrowed until it is answered. */
struct socket_request {
	const char *ask; /* what is asked instead of a command, or NULL */
	char **words;
	size_t count;
	const char *language; /* of the caller: what is answered is in it. "" if it does not say */
	const json_t *environment;
	const int *fds; /* SOCKET_IN … and files */
	size_t fd_count;
	const size_t *files; /* of fds[SOCKET_FIRST_FILE + i] the word */
	size_t file_count;
};

/*
 * A request that is carried out later, after socket_server_put_off(): its words are copied, which of its descriptors are files is
 * kept in `files`, what is asked and the environment are not. `language` is the one its answer is in, of i18n.h.
 */
void socket_request_keep(struct socket_request *kept, const struct socket_request *request, const char *language,
                         size_t files[SOCKET_FILES]);
void socket_request_release(struct socket_request *kept);

/* Listens; a stale socket is taken over. NULL with the reason (a workbench works without it). */
struct socket_server *socket_server_open(const char *case_path, struct err *err);
void socket_server_stop_listening(struct socket_server *server); /* takes no more callers; the socket is removed */
void socket_server_close(struct socket_server *server); /* answers what was begun with status 1; removes the socket */

/* What to wait for: fills at most SOCKET_CLIENTS + 1 entries; their number. When all places are taken, the next caller gets
 * that of one who has called and not asked. */
size_t socket_server_fds(const struct socket_server *server, struct pollfd *fds);

/* Takes what is there and sends what can be sent. 1 with a whole request, to be answered before the next call; 0. */
int socket_server_next(struct socket_server *server, struct socket_request *request);
void socket_server_answer(struct socket_server *server, const struct buf *out, const struct buf *log, int status);

/* Instead of answering at once: the ticket of the client, whose descriptors stay open until it is answered. What else the
 * request holds is borrowed as before. */
int socket_server_put_off(struct socket_server *server);
int socket_server_is_gone(const struct socket_server *server, int ticket); /* it has hung up meanwhile */
void socket_server_answer_late(struct socket_server *server, int ticket, const struct buf *out, const struct buf *log,
                               int status);

/* ---- the other shell's side */

/* Whether words of the command name files that this side opens, and how much may come on standard input. */
enum socket_files {
	SOCKET_NO_FILES,
	SOCKET_INPUT,       /* what fits into memory is read first: the workbench does not wait for a slow pipe */
	SOCKET_LARGE_INPUT, /* it may be larger than memory, and is read beside the keys: it goes as it is */
};

/* 1 if one's own process has the case open and listens. */
int socket_client_finds(const char *case_path);

/* Asks who has the case open (see above); its answer is appended. 1 with its status; 0: nobody has; -1: it went away. */
int socket_client_ask(const char *case_path, const char *ask, struct buf *answer, int *status, struct err *err);

/* Lends this terminal to the holder of the case until the workbench there is left. As above; 2: it shows it already elsewhere. */
int socket_client_screen(const char *case_path, int *status, struct err *err);

/* Calls `each` with the state of every case that the user has open. */
void socket_client_each(void (*each)(void *ctx, const json_t *state), void *ctx);

/* Hands a command to the workbench that has the case open. 1 with its exit status, its output printed; 0: there is none;
 * -1: it went away in the middle. Words that name files are opened here. */
int socket_client_run(const char *case_path, char **words, size_t count, enum socket_files files, int *status,
                      struct err *err);

#endif
