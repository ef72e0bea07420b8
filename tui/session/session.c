#include "tui/session/session.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/standard_fds.h"
#include "base/i18n.h"
#include "base/outside_file.h"
#include "base/passphrase.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/words.h"
#include "case/care/backup.h"
#include "case/care/gate.h"
#include "case/care/purge.h"
#include "case/case.h"
#include "handover/parcel/handover_recover.h"
#include "tui/session/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDLE_SECONDS (15 * 60)

void session_init(struct session *s)
{
	memset(s, 0, sizeof *s);
	s->out = stdout;
	s->log = stderr;
}

void session_release(struct session *s)
{
	session_forget(s);
	case_close(s->c, NULL);
	identity_free(s->identity);
	free(s->identity_path);
	free(s->before_path);
	free(s->path);
	free(s->passphrase_file);
	free(s->request_list);
	session_init(s);
}

int session_input(struct session *s, const char *path, struct err *err)
{
	int fd = -1;
	if (strcmp(path, "-") == 0)
		return standard_input(err) < 0 ? -1 : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	for (size_t i = 0; fd < 0 && i < s->file_count; i++)
		if (strcmp(s->files[i].word, path) == 0)
			fd = fcntl(s->files[i].fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0)
		return fd;
	struct err why = ERR_INIT;
	fd = outside_open(path, &why);
	if (fd < 0 && s->in_workbench && !s->remote_command && strpbrk(path, "*?"))
		err_set(err, why.code, _("%s; no shell reads * and ? here: name the folder, or each file"),
		        why.message);
	else if (fd < 0)
		err_take(err, &why);
	return fd;
}

int session_input_or_folder(struct session *s, const char *path, struct err *err)
{
	int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	for (size_t i = 0; fd >= 0 && i < s->file_count; i++)
		if (strcmp(s->files[i].word, path) == 0) { /* another shell's, not what has that name here */
			close(fd);
			fd = -1;
		}
	return fd >= 0 ? fd : session_input(s, path, err);
}

int session_passphrase(struct session *s, const char *prompt, struct secret *passphrase, struct err *err)
{
	const struct passphrase_request ask = {
	    .file = s->passphrase_file, .prompt = prompt, .purpose = PASSPHRASE_OPEN};
	return session_read_passphrase(s, &ask, passphrase, err);
}

int session_read_passphrase(struct session *s, const struct passphrase_request *ask, struct secret *passphrase,
                            struct err *err)
{
	struct buf warning = BUF_INIT;
	if (!ask->file && s->in_workbench)
		return err_set(err, ERR_UNLOCK,
		               _("this command needs a passphrase: run it in a shell, or name its file"));
	int rc = passphrase_read(passphrase, ask, &warning, err);
	printable_printf(s->log, "%s", warning.data);
	buf_release(&warning);
	return rc;
}

/* The one that is open, of several the last that answers. */
static void session_note_open(void *ctx, const json_t *state)
{
	const char *path = json_string_value(json_object_get(state, "case"));
	if (path) {
		free(*(char **)ctx);
		*(char **)ctx = printable_dup(path);
	}
}

int session_refuse_unnamed(struct err *err)
{
	char *open = NULL;
	struct buf word = BUF_INIT; /* as a shell takes it, whatever is in the path */
	socket_client_each(session_note_open, &open);
	if (open)
		words_quote(&word, open);
	int rc = open ? err_set(err, ERR_USAGE, _("which case? '%s' is open: `genba -c %s COMMAND`, or set GENBA_CASE"),
	                        open, word.data)
	              : err_set(err, ERR_USAGE, _("which case? `genba -c SITE.genba COMMAND`, or set GENBA_CASE"));
	buf_release(&word);
	free(open);
	return rc;
}

/* Loads the identity once; a machine without one is no error (a passphrase slot may open the case). */
static int load_identity(struct session *s, struct err *err)
{
	if (s->identity)
		return 0;
	char *path = identity_default_path();
	struct err inner = ERR_INIT;
	s->identity = identity_load(path, &inner);
	free(path);
	if (!s->identity && inner.code != ERR_NOT_FOUND)
		return err_take(err, &inner);
	return 0;
}

static char *passphrase_prompt(const struct session *s)
{
	char *whose = printable_dup(s->identity ? s->identity->name : s->path);
	char *prompt = xasprintf(s->identity ? _("Passphrase of %s: ") : _("Passphrase of the case %s: "), whose);
	free(whose);
	return prompt;
}

#define TRIES 3

/*
 * Asks for a passphrase and does `open` with it. One that was mistyped on the terminal is asked for again, and why is told;
 * an empty one gives up.
 */
static int session_try(struct session *s, int (*open)(struct session *, const struct secret *, struct err *),
                       struct err *err)
{
	int rc = -1;
	int again = 1;
	char *prompt = passphrase_prompt(s);
	for (int i = 1; rc < 0 && again; i++) {
		struct secret passphrase = SECRET_INIT;
		struct err why = ERR_INIT;
		again = session_passphrase(s, prompt, &passphrase, &why) == 0;
		if (again) {
			rc = open(s, &passphrase, &why);
			again = rc < 0 && why.code == ERR_UNLOCK && !s->passphrase_file && passphrase.len && i < TRIES;
		}
		if (again)
			printable_printf(s->log, _("%s; once more (Enter alone gives up)\n"), why.message);
		else if (rc < 0)
			err_take(err, &why);
		err_clear(&why);
		secret_release(&passphrase);
	}
	free(prompt);
	return rc;
}

static int unlock_identity(struct session *s, const struct secret *passphrase, struct err *err)
{
	char *path = s->identity_path ? xstrdup(s->identity_path) : identity_default_path();
	int rc = identity_unlock(s->identity, path, passphrase, err);
	free(path);
	return rc;
}

int session_identity(struct session *s, int unlock, struct err *err)
{
	if (load_identity(s, err) < 0)
		return -1;
	if (!s->identity)
		return err_set(err, ERR_NOT_FOUND,
		               _("there is no identity yet: make one with `genba key new --name NAME --mark R1`"));
	if (!unlock || s->identity->secret_key)
		return 0;
	return session_try(s, unlock_identity, err);
}

/* A handover or a purge that was cut short comes to fit what there is; if that fails, it is tried again at the next opening. */
static void session_settle(struct session *s, struct case_file *c)
{
	struct buf told = BUF_INIT;
	struct err err = ERR_INIT;
	if (handover_settle(c, &told, &err) < 0)
		printable_printf(s->log, "%s\n", err.message);
	err_clear(&err);
	if (purge_settle(c, NULL, &s->progress, &told, &err) < 0)
		printable_printf(s->log, "%s\n", err.message);
	printable_printf(s->log, "%s", told.data);
	buf_release(&told);
}

static struct case_file *open_at(struct session *s, const char *path, const struct secret *passphrase, struct err *err)
{
	struct case_unlock unlock = {s->identity && s->identity->secret_key ? s->identity : NULL, passphrase};
	struct case_file *c = s->read_only ? case_open(path, &unlock, CASE_READ_ONLY, err)
	                                   : gate_open(path, &unlock, s->writes ? GATE_UPGRADE : 0, &s->progress, err);
	if (!c)
		return NULL;
	if (*case_notice(c))
		printable_printf(s->log, "%s", case_notice(c));
	session_settle(s, c);
	return c;
}

static int open_case(struct session *s, const struct secret *passphrase, struct err *err)
{
	s->c = open_at(s, s->path, passphrase, err);
	return s->c ? 0 : -1;
}

/*
 * With an identity: the passphrase is the identity's. If it is not, it may be
 * that of a passphrase slot of the case, which then opens for reading.
 */
static int session_open_with(struct session *s, const struct secret *passphrase, struct err *err)
{
	if (!s->path)
		return session_refuse_unnamed(err);
	if (load_identity(s, err) < 0)
		return -1;
	if (access(s->path, F_OK) < 0)
		return err_set(err, ERR_FAILED, _("there is no case file '%s'"), s->path);
	if (s->identity && !s->identity->secret_key) {
		struct err inner = ERR_INIT;
		if (unlock_identity(s, passphrase, &inner) < 0 && inner.code != ERR_UNLOCK)
			return err_take(err, &inner);
	}
	return open_case(s, passphrase, err);
}

/* Without an identity only a passphrase of the case's own can open it: if there is none, none is asked for. */
static int check_may_open(struct session *s, struct err *err)
{
	unsigned char raw[VAULT_HEADER];
	if (vault_header_load(s->path, raw, NULL) < 0) /* opening says what is the matter */
		return 0;
	char *path = identity_default_path();
	int may = vault_header_has_passphrase(raw);
	if (!may)
		err_set(err, ERR_UNLOCK,
		        _("no identity in '%s', and no passphrase alone opens this case; did you mean --data FOLDER? "
		          "`genba key import FILE` brings an identity back"),
		        path);
	else
		fprintf(s->log,
		        _("no identity in '%s' (did you mean --data FOLDER?): with the case's own passphrase it can be "
		          "read\n"),
		        path);
	free(path);
	return may ? 0 : -1;
}

static int refuse_busy(const char *path, struct err *err)
{
	return socket_client_finds(path)
	           ? err_set(err, ERR_BUSY,
	                     _("'%s' is open in another genba, and this command opens it itself: leave the workbench "
	                       "there, or `genba lock` first"),
	                     path)
	           : 0;
}

int session_refuse_busy(const struct session *s, struct err *err)
{
	return refuse_busy(s->path, err);
}

int session_open(struct session *s, struct err *err)
{
	if (s->c)
		return session_is_locked(s) ? err_set(err, ERR_UNLOCK, _("genba is locked")) : 0;
	if (!s->path)
		return session_refuse_unnamed(err);
	if (access(s->path, F_OK) < 0)
		return err_set(err, ERR_FAILED, _("there is no case file '%s'; make one with `genba new`"), s->path);
	if (session_refuse_busy(s, err) < 0)
		return -1;
	if (load_identity(s, err) < 0)
		return -1;
	if (s->identity && s->identity->secret_key)
		return open_case(s, NULL, err);
	if (!s->identity && check_may_open(s, err) < 0)
		return -1;
	return session_try(s, session_open_with, err);
}

int session_close(struct session *s, struct err *err)
{
	struct case_file *c = s->c;
	s->c = NULL;
	return case_close(c, err);
}

/* ---- from a case to another one */

static int is_path_of(const struct session *s, const char *real)
{
	char *mine = realpath(s->path, NULL);
	int same = mine && strcmp(mine, real) == 0;
	free(mine);
	return same;
}

int session_prepare(struct session *s, const char *path, struct err *err)
{
	char *real = realpath(path, NULL);
	session_forget(s);
	if (!real)
		err_set(err, ERR_FAILED, _("there is no case file '%s'; make one with `genba new`"), path);
	else if (is_path_of(s, real))
		err_set(err, ERR_EXISTS, _("'%s' is the case that is open here"), path);
	else if (!s->identity || !s->identity->secret_key)
		err_set(err, ERR_UNLOCK,
		        _("no key of yours is unlocked here: leave (:quit), and open '%s' with its own passphrase"),
		        path);
	else if (refuse_busy(real, err) == 0)
		s->other = open_at(s, real, NULL, err);
	if (s->other)
		s->other_path = real;
	else
		free(real);
	return s->other ? 0 : -1;
}

void session_forget(struct session *s)
{
	case_close(s->other, NULL);
	free(s->other_path);
	s->other = NULL;
	s->other_path = NULL;
}

int session_change(struct session *s, struct err *err)
{
	char *to = s->other ? s->other_path : s->before_path;
	if (!to)
		return 0;
	int rc = session_close(s, err);
	char *left = s->path;
	s->path = to;
	if (s->other) {
		s->c = s->other;
		s->other = NULL;
		s->other_path = NULL;
		int is_back = s->before_path && strcmp(s->before_path, to) == 0;
		if (is_back || !s->before_path) {
			free(s->before_path);
			s->before_path = is_back ? NULL : realpath(left, NULL);
		}
	} else {
		s->before_path = NULL;
		if (rc == 0)
			rc = open_case(s, NULL, err);
	}
	free(left);
	return rc < 0 ? -1 : 1;
}

double session_idle_limit(void)
{
	const char *text = getenv("GENBA_LOCK_AFTER");
	char *end;
	if (!text || !*text)
		return IDLE_SECONDS;
	double seconds = strtod(text, &end);
	return *end || seconds < 0 ? IDLE_SECONDS : seconds;
}

int session_lock(struct session *s, int in_use, struct err *err)
{
	session_forget(s);
	int rc = s->c && (!in_use || !case_identity(s->c)) ? case_suspend(s->c, err) : 0;
	if (s->identity)
		identity_lock(s->identity);
	return rc;
}

int session_is_locked(const struct session *s)
{
	return s->c && (case_is_suspended(s->c) || (s->identity && case_identity(s->c) && !s->identity->secret_key));
}

int session_unlock(struct session *s, const struct secret *passphrase, struct err *err)
{
	if (!s->c)
		return session_open_with(s, passphrase, err);
	struct case_unlock unlock = {NULL, passphrase};
	if (case_identity(s->c) && unlock_identity(s, passphrase, err) < 0)
		return -1;
	if (case_resume(s->c, &unlock, err) == 0)
		return 0;
	if (s->identity)
		identity_lock(s->identity);
	return -1;
}

void session_backup_if_due(struct session *s)
{
	struct backup_report report = {0};
	struct err err = ERR_INIT;
	int rc = s->c ? backup_if_due(s->c, NULL, &report, &err) : 0;
	if (rc < 0)
		printable_printf(s->log, _("Notice: %s\n"), err.message);
	else if (rc == 1 && report.file)
		printable_printf(s->log, _("A second copy was brought up to date: %s\n"), report.file);
	backup_report_release(&report);
}
