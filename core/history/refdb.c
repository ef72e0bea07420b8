/* The reference store that libgit2 sees: rows of git_ref. There are no reflogs: the history itself says what happened. */
#include "history/history_private.h"

#include <fnmatch.h>
#include <git2/sys/refs.h>
#include <stdlib.h>
#include <string.h>

struct refdb_backend {
	git_refdb_backend parent;
	struct history *history;
};

struct ref_iterator {
	git_reference_iterator parent;
	struct history *history;
	char *glob;
	char *last; /* the name given last */
};

static struct history *history_of(git_refdb_backend *backend)
{
	return ((struct refdb_backend *)(void *)backend)->history;
}

static int look_up(struct history *h, git_reference **out, const char *name)
{
	sqlite3_stmt *s = history_statement(h, HISTORY_REF_GET, NULL);
	if (!s)
		return GIT_ERROR;
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	int rc = GIT_ENOTFOUND;
	if (sqlite3_step(s) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(s, 0);
		const char *target = (const char *)sqlite3_column_text(s, 1);
		git_oid id;
		rc = 0;
		if (out && target)
			*out = git_reference__alloc_symbolic(name, target);
		else if (out && text && git_oid_fromstr(&id, text) == 0)
			*out = git_reference__alloc(name, &id, NULL);
		else if (out)
			rc = GIT_ERROR;
		if (rc == 0 && out && !*out)
			rc = GIT_ERROR;
	}
	sqlite3_reset(s);
	return rc;
}

static int ref_exists(int *exists, git_refdb_backend *backend, const char *name)
{
	int rc = look_up(history_of(backend), NULL, name);
	*exists = rc == 0;
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

static int ref_lookup(git_reference **out, git_refdb_backend *backend, const char *name)
{
	return look_up(history_of(backend), out, name);
}

static int ref_next(git_reference **ref, git_reference_iterator *iterator)
{
	struct ref_iterator *i = (struct ref_iterator *)(void *)iterator;
	for (;;) {
		sqlite3_stmt *s = history_statement(i->history, HISTORY_REF_AT, NULL);
		if (!s)
			return GIT_ERROR;
		sqlite3_bind_text(s, 1, i->last, -1, SQLITE_STATIC);
		char *name = sqlite3_step(s) == SQLITE_ROW ? xstrdup((const char *)sqlite3_column_text(s, 0)) : NULL;
		sqlite3_reset(s);
		if (!name)
			return GIT_ITEROVER;
		free(i->last);
		i->last = name;
		if (strncmp(name, "refs/", 5) == 0 && (!i->glob || fnmatch(i->glob, name, 0) == 0))
			return look_up(i->history, ref, name);
	}
}

static int ref_next_name(const char **name, git_reference_iterator *iterator)
{
	struct ref_iterator *i = (struct ref_iterator *)(void *)iterator;
	git_reference *ref = NULL;
	int rc = ref_next(&ref, iterator);
	git_reference_free(ref);
	*name = rc == 0 ? i->last : NULL;
	return rc;
}

static void ref_iterator_free(git_reference_iterator *iterator)
{
	struct ref_iterator *i = (struct ref_iterator *)(void *)iterator;
	free(i->glob);
	free(i->last);
	free(i);
}

static int ref_iterator(git_reference_iterator **out, git_refdb_backend *backend, const char *glob)
{
	struct ref_iterator *i = xcalloc(1, sizeof *i);
	i->history = history_of(backend);
	i->glob = glob ? xstrdup(glob) : NULL;
	i->last = xstrdup("");
	i->parent.next = ref_next;
	i->parent.next_name = ref_next_name;
	i->parent.free = ref_iterator_free;
	*out = &i->parent;
	return 0;
}

/* 0 if the reference is what the caller believes it to be, GIT_EMODIFIED if not. */
static int check_old(git_refdb_backend *backend, const char *name, const git_oid *old, const char *old_target)
{
	if (!old && !old_target)
		return 0;
	git_reference *ref = NULL;
	int rc = ref_lookup(&ref, backend, name);
	if (rc == 0 && old && (!git_reference_target(ref) || !git_oid_equal(old, git_reference_target(ref))))
		rc = GIT_EMODIFIED;
	if (rc == 0 && old_target &&
	    (!git_reference_symbolic_target(ref) || strcmp(old_target, git_reference_symbolic_target(ref)) != 0))
		rc = GIT_EMODIFIED;
	git_reference_free(ref);
	return rc;
}

static int refdb_put(struct history *h, const git_reference *ref, const char *name)
{
	char hex[HISTORY_ID] = "";
	sqlite3_stmt *s = history_statement(h, HISTORY_REF_PUT, NULL);
	if (!s)
		return GIT_ERROR;
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if (git_reference_type(ref) == GIT_REFERENCE_DIRECT)
		sqlite3_bind_text(s, 2, git_oid_tostr(hex, sizeof hex, git_reference_target(ref)), -1, SQLITE_STATIC);
	else
		sqlite3_bind_text(s, 3, git_reference_symbolic_target(ref), -1, SQLITE_STATIC);
	int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : GIT_ERROR;
	sqlite3_reset(s);
	return rc;
}

static int ref_write(git_refdb_backend *backend, const git_reference *ref, int force, const git_signature *who,
                     const char *message, const git_oid *old, const char *old_target)
{
	(void)who;
	(void)message;
	int exists;
	int rc = ref_exists(&exists, backend, git_reference_name(ref));
	if (rc == 0 && !force && exists && !old && !old_target)
		rc = GIT_EEXISTS;
	if (rc == 0)
		rc = check_old(backend, git_reference_name(ref), old, old_target);
	return rc == 0 ? refdb_put(history_of(backend), ref, git_reference_name(ref)) : rc;
}

static int ref_del(git_refdb_backend *backend, const char *name, const git_oid *old, const char *old_target)
{
	int rc = check_old(backend, name, old, old_target);
	if (rc < 0)
		return rc;
	sqlite3_stmt *s = history_statement(history_of(backend), HISTORY_REF_DELETE, NULL);
	if (!s)
		return GIT_ERROR;
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	rc = sqlite3_step(s) == SQLITE_DONE ? 0 : GIT_ERROR;
	sqlite3_reset(s);
	return rc;
}

static int ref_rename(git_reference **out, git_refdb_backend *backend, const char *old_name, const char *new_name,
                      int force, const git_signature *who, const char *message)
{
	(void)who;
	(void)message;
	git_reference *ref = NULL;
	int exists;
	int rc = ref_exists(&exists, backend, new_name);
	if (rc == 0 && exists && !force)
		rc = GIT_EEXISTS;
	if (rc == 0)
		rc = ref_lookup(&ref, backend, old_name);
	if (rc == 0)
		rc = refdb_put(history_of(backend), ref, new_name);
	git_reference_free(ref);
	if (rc == 0)
		rc = ref_del(backend, old_name, NULL, NULL);
	return rc == 0 ? ref_lookup(out, backend, new_name) : rc;
}

static int no_log(git_refdb_backend *backend, const char *name)
{
	(void)backend;
	(void)name;
	return 0;
}

static int log_read(git_reflog **out, git_refdb_backend *backend, const char *name)
{
	(void)backend;
	(void)name;
	*out = NULL;
	return GIT_ENOTFOUND;
}

static int log_write(git_refdb_backend *backend, git_reflog *reflog)
{
	(void)backend;
	(void)reflog;
	return 0;
}

static int log_rename(git_refdb_backend *backend, const char *old_name, const char *new_name)
{
	(void)backend;
	(void)old_name;
	(void)new_name;
	return 0;
}

static void ref_free(git_refdb_backend *backend)
{
	free(backend);
}

int refdb_backend_new(git_refdb_backend **out, struct history *h)
{
	struct refdb_backend *backend = xcalloc(1, sizeof *backend);
	if (git_refdb_init_backend(&backend->parent, GIT_REFDB_BACKEND_VERSION) < 0) {
		free(backend);
		return -1;
	}
	backend->history = h;
	backend->parent.exists = ref_exists;
	backend->parent.lookup = ref_lookup;
	backend->parent.iterator = ref_iterator;
	backend->parent.write = ref_write;
	backend->parent.rename = ref_rename;
	backend->parent.del = ref_del;
	backend->parent.has_log = no_log;
	backend->parent.ensure_log = no_log;
	backend->parent.free = ref_free;
	backend->parent.reflog_read = log_read;
	backend->parent.reflog_write = log_write;
	backend->parent.reflog_rename = log_rename;
	backend->parent.reflog_delete = no_log;
	*out = &backend->parent;
	return 0;
}
