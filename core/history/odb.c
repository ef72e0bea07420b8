/* The object store that libgit2 sees. A callback here must never call git_odb_*: libgit2 holds its lock. */
#include "history/history_private.h"

#include <stdlib.h>
#include <string.h>

struct odb_backend {
	git_odb_backend parent;
	struct history *history;
};

static struct history *history_of(git_odb_backend *backend)
{
	return ((struct odb_backend *)(void *)backend)->history;
}

static int to_git(const struct err *err)
{
	if (err->code == ERR_NOT_FOUND)
		return GIT_ENOTFOUND;
	git_error_set_str(GIT_ERROR_ODB, err->message);
	return GIT_ERROR;
}

static int odb_read(void **data, size_t *size, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	struct buf raw = BUF_INIT;
	struct err err = ERR_INIT;
	if (object_read(history_of(backend), id, type, &raw, &err) < 0) {
		buf_release(&raw);
		return to_git(&err);
	}
	*data = git_odb_backend_data_alloc(backend, raw.len ? raw.len : 1);
	int rc = *data ? 0 : GIT_ERROR;
	if (*data)
		memcpy(*data, raw.data, raw.len);
	*size = raw.len;
	buf_release(&raw);
	return rc;
}

static int odb_read_header(size_t *size, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	int there = object_header(history_of(backend), id, type, size);
	return there == 1 ? 0 : there == 0 ? GIT_ENOTFOUND : GIT_ERROR;
}

static int odb_exists(git_odb_backend *backend, const git_oid *id)
{
	return object_header(history_of(backend), id, NULL, NULL) == 1;
}

static int odb_exists_prefix(git_oid *found, git_odb_backend *backend, const git_oid *id, size_t length)
{
	char text[GIT_OID_HEXSZ + 1];
	struct err err = ERR_INIT;
	git_oid_tostr(text, sizeof text, id);
	text[length < GIT_OID_HEXSZ ? length : GIT_OID_HEXSZ] = '\0';
	if (object_prefix(history_of(backend), HISTORY_OBJECT_PREFIX, text, found, &err) == 0)
		return 0;
	return err.code == ERR_USAGE ? GIT_EAMBIGUOUS : to_git(&err);
}

static int odb_read_prefix(git_oid *found, void **data, size_t *size, git_object_t *type, git_odb_backend *backend,
                           const git_oid *id, size_t length)
{
	int rc = odb_exists_prefix(found, backend, id, length);
	return rc == 0 ? odb_read(data, size, type, backend, found) : rc;
}

static int odb_write(git_odb_backend *backend, const git_oid *id, const void *data, size_t size, git_object_t type)
{
	git_oid made;
	struct err err = ERR_INIT;
	if (object_write(history_of(backend), type, data, size, NULL, &made, &err) < 0)
		return to_git(&err);
	return git_oid_equal(&made, id) ? 0 : GIT_ERROR;
}

static int odb_foreach(git_odb_backend *backend, git_odb_foreach_cb cb, void *payload)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(history_of(backend)->db, "SELECT id FROM git_object ORDER BY n", -1, &s, NULL) !=
	    SQLITE_OK)
		return GIT_ERROR;
	int rc = 0;
	while (rc == 0 && sqlite3_step(s) == SQLITE_ROW) {
		git_oid id;
		if (sqlite3_column_bytes(s, 0) != GIT_OID_RAWSZ)
			continue;
		git_oid_fromraw(&id, sqlite3_column_blob(s, 0));
		rc = cb(&id, payload);
	}
	sqlite3_finalize(s);
	return rc;
}

static int odb_freshen(git_odb_backend *backend, const git_oid *id)
{
	return odb_exists(backend, id) ? 0 : GIT_ENOTFOUND;
}

static void odb_free(git_odb_backend *backend)
{
	free(backend);
}

int odb_backend_new(git_odb_backend **out, struct history *h)
{
	struct odb_backend *backend = xcalloc(1, sizeof *backend);
	if (git_odb_init_backend(&backend->parent, GIT_ODB_BACKEND_VERSION) < 0) {
		free(backend);
		return -1;
	}
	backend->history = h;
	backend->parent.read = odb_read;
	backend->parent.read_prefix = odb_read_prefix;
	backend->parent.read_header = odb_read_header;
	backend->parent.write = odb_write;
	backend->parent.exists = odb_exists;
	backend->parent.exists_prefix = odb_exists_prefix;
	backend->parent.foreach = odb_foreach;
	backend->parent.freshen = odb_freshen;
	backend->parent.free = odb_free;
	*out = &backend->parent;
	return 0;
}
