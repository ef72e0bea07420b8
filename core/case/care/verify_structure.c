/*
 * SQLite's own check of the structure: all of it, or table by table.
 *
 * SQLite cannot pause it, and a large table takes it a tenth of a second and
 * more. Somebody who types meanwhile does not wait for that: a thread watches
 * the descriptor that keys come from and interrupts the check of the one
 * table, which is then checked from its beginning when it is quiet again.
 */
#include "case/care/verify_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct watch {
	sqlite3 *db;
	int fd, end[2]; /* what is watched; a pipe whose closed end says that the check is done */
	int interrupted;
	pthread_t thread;
};

static void *watch_run(void *ctx)
{
	struct watch *w = ctx;
	struct pollfd fds[] = {{w->fd, POLLIN, 0}, {w->end[0], POLLIN, 0}};
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[0].revents && !fds[1].revents) {
		w->interrupted = 1;
		sqlite3_interrupt(w->db);
	}
	return NULL;
}

/* 1: it watches. 0: nothing to watch, or it cannot: then the check takes as long as it takes. */
static int watch_begin(struct watch *w, sqlite3 *db, int fd)
{
	*w = (struct watch){.db = db, .fd = fd, .end = {-1, -1}};
	if (fd < 0 || pipe2(w->end, O_CLOEXEC) < 0)
		return 0;
	if (pthread_create(&w->thread, NULL, watch_run, w) == 0)
		return 1;
	close(w->end[0]);
	close(w->end[1]);
	return 0;
}

static void watch_end(struct watch *w)
{
	close(w->end[1]);
	pthread_join(w->thread, NULL);
	close(w->end[0]);
}

/* 1 checked (what is wrong was told), 0 it was interrupted and nothing was told. */
static int integrity_check(struct verify *v, const char *table)
{
	struct watch watch;
	int watched = watch_begin(&watch, v->c->db, table ? v->heeded : -1);
	sqlite3_stmt *s = NULL;
	char **found = NULL;
	size_t count = 0;
	char *sql = sqlite3_mprintf(table ? "PRAGMA integrity_check(%Q)" : "PRAGMA integrity_check", table);
	int rc = sqlite3_prepare_v2(v->c->db, sql, -1, &s, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
		if (text && strcmp(text, "ok") != 0) {
			found = xrealloc(found, (count + 1) * sizeof *found);
			found[count++] = xstrdup(text);
		}
	}
	if (watched)
		watch_end(&watch);
	int whole = !watched || !watch.interrupted; /* a check that was cut off may have named what is not wrong */
	for (size_t i = 0; i < count; i++) {
		if (whole)
			verify_found(v, _("SQLite: %s"), found[i]);
		free(found[i]);
	}
	free(found);
	if (whole && rc != SQLITE_DONE) {
		struct err why = ERR_INIT;
		case_sql_error(v->c, _("check the structure"), &why);
		verify_found(v, "%s", why.message);
	}
	sqlite3_finalize(s);
	sqlite3_free(sql);
	return whole;
}

static int list_tables(struct verify *v, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(v->c->db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0", -1, &s,
	                       NULL) != SQLITE_OK)
		return case_sql_error(v->c, _("read the case"), err);
	while (sqlite3_step(s) == SQLITE_ROW) {
		v->names = xrealloc(v->names, (v->name_count + 1) * sizeof *v->names);
		v->names[v->name_count++] = xstrdup((const char *)sqlite3_column_text(s, 0));
	}
	sqlite3_finalize(s);
	v->stage = 1;
	v->parts[VERIFY_STRUCTURE].total = v->name_count;
	return 1;
}

int verify_structure_slice(struct verify *v, struct err *err)
{
	if (v->whole) {
		integrity_check(v, NULL);
		return 0;
	}
	if (v->stage == 0)
		return list_tables(v, err);
	if (v->name_count == 0)
		return 0;
	if (!integrity_check(v, v->names[v->name_count - 1]))
		return 1;
	free(v->names[--v->name_count]);
	v->parts[VERIFY_STRUCTURE].done++;
	return 1;
}
