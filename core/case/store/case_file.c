#include "case/store/case_file.h"

#include "base/json.h"
#include "base/printable.h"
#include "base/uuid.h"
#include "case/store/case_internal.h"
#include "case/store/disputed.h"
#include "case/store/responders.h"
#include "history/sshsig.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- the struct, from before it is opened to after it is closed */

struct case_file *case_alloc(const char *path, const struct identity *identity)
{
	struct case_file *c = xcalloc(1, sizeof *c);
	c->path = xstrdup(path);
	c->title = xstrdup("");
	c->identity = identity;
	c->backup_every = -1;
	buf_init(&c->notice);
	buf_init(&c->foreign);
	buf_init(&c->warnings);
	return c;
}

void **case_memory_of(struct case_file *c, const char *room, void (*release)(void *kept))
{
	struct room_memory *m = c->rooms;
	while (m && strcmp(m->room, room) != 0)
		m = m->next;
	if (!m) {
		m = xcalloc(1, sizeof *m);
		*m = (struct room_memory){room, NULL, release, c->rooms};
		c->rooms = m;
	}
	return &m->kept;
}

static void release_rooms(struct case_file *c)
{
	while (c->rooms) {
		struct room_memory *m = c->rooms;
		c->rooms = m->next;
		if (m->kept)
			m->release(m->kept);
		free(m);
	}
}

static void forget_text(char **text)
{
	if (*text)
		sodium_memzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

int case_let_go(struct case_file *c, struct err *err)
{
	release_rooms(c);
	for (size_t i = 0; i < CASE_STATEMENT_COUNT; i++) {
		sqlite3_finalize(c->statements[i]);
		c->statements[i] = NULL;
	}
	history_free(c->history);
	c->history = NULL;
	sqlite3_close(c->memory);
	c->memory = NULL;
	c->db = NULL;
	int rc = c->vault ? vault_close(c->vault, err) : 0;
	c->vault = NULL;
	disputes_release(c);
	forget_text(&c->title);
	forget_text(&c->responder);
	forget_text(&c->responder_name);
	c->found_label[0] = '\0';
	return rc;
}

int case_release(struct case_file *c, struct err *err)
{
	int rc = case_let_go(c, err);
	generations_release(&c->generations);
	free(c->path);
	buf_release(&c->notice);
	buf_release(&c->foreign);
	buf_release(&c->warnings);
	free(c);
	return rc;
}

/* ---- what the records say of the case and of who works on it */

static int match_responder(void *ctx, const struct responder *r)
{
	struct case_file *c = ctx;
	if (!r->has_key || !*r->mark || r->revoked || r->is_retracted ||
	    memcmp(r->key, c->identity->public_key, 32) != 0)
		return 0;
	snprintf(c->mark, sizeof c->mark, "%s", r->mark);
	free(c->responder);
	free(c->responder_name);
	c->responder = xstrdup(r->label);
	c->responder_name = xstrdup(r->name);
	c->has_reserved = json_object_get(r->record, RESERVE_FIELD) != NULL;
	return 1;
}

int case_refresh(struct case_file *c, struct err *err)
{
	json_t *record = record_stored(c, "case", err);
	if (!record)
		return -1;
	record = record_with_disputes(c, NULL, record, 0);
	const char *title = json_get_string(record, "title");
	const char *own = json_get_string(record, "tlp");
	const char *tlp = record_tlp(record, own ? own : "AMBER");
	free(c->title);
	c->title = xstrdup(title ? title : "");
	char *safe = printable_dup(tlp); /* shown in every header */
	snprintf(c->tlp, sizeof c->tlp, "%s", safe);
	free(safe);
	const char *id = json_get_string(record, "id");
	int is_id = id && uuid_check(id);
	snprintf(c->id, sizeof c->id, "%s", is_id ? id : "");
	json_decref(record);
	if (!is_id)
		return err_set(err, ERR_DAMAGED, _("the id of the case is none: somebody else made or changed it"));
	char head[HISTORY_ID];
	if (history_head(c->history, head, err) < 0)
		return -1;
	snprintf(c->head, sizeof c->head, "%.10s", head);
	return case_find_responder(c, err);
}

int case_find_responder(struct case_file *c, struct err *err)
{
	c->mark[0] = '\0';
	free(c->responder);
	c->responder = NULL;
	free(c->responder_name);
	c->responder_name = NULL;
	c->has_reserved = 0;
	if (!c->identity)
		return 0;
	return responder_each(c, match_responder, c, err) < 0 ? -1 : 0;
}

/* ---- what is asked of it */

const char *case_path(const struct case_file *c)
{
	return c->path;
}

const char *case_id(const struct case_file *c)
{
	return c->id;
}

const char *case_title(const struct case_file *c)
{
	return c->title ? c->title : "";
}

const char *case_tlp(const struct case_file *c)
{
	return c->tlp;
}

const char *case_mark(const struct case_file *c)
{
	return c->mark;
}

const char *case_responder_name(const struct case_file *c)
{
	return c->responder_name ? c->responder_name : c->identity ? c->identity->name : "";
}

const struct identity *case_identity(const struct case_file *c)
{
	return c->identity;
}

int case_is_suspended(const struct case_file *c)
{
	return c->suspended;
}

struct vault *case_vault(struct case_file *c)
{
	return c->vault;
}

void case_cache(struct case_file *c, unsigned kib)
{
	char sql[64];
	snprintf(sql, sizeof sql, "PRAGMA cache_size=-%u", kib);
	if (c->db)
		sqlite3_exec(c->db, sql, NULL, NULL, NULL);
}

sqlite3 *case_db(struct case_file *c)
{
	return c->db;
}

struct history *case_history(struct case_file *c)
{
	return c->history;
}

const char *case_head(struct case_file *c)
{
	return c->head;
}

const char *case_responder(const struct case_file *c)
{
	return c->responder && *c->responder ? c->responder : NULL;
}

const char *case_warnings(const struct case_file *c)
{
	return c->warnings.data;
}

const char *case_notice(const struct case_file *c)
{
	return c->notice.data;
}

uint64_t case_generation(const struct case_file *c)
{
	return c->generations.now;
}

uint64_t case_kind_generation(const struct case_file *c, const char *kind)
{
	return generations_of_kind(&c->generations, kind);
}

int case_changed_since(const struct case_file *c, uint64_t generation, void (*fn)(void *ctx, const char *id), void *ctx)
{
	return generations_since(&c->generations, generation, fn, ctx);
}

int case_is_changing(const struct case_file *c)
{
	return c && (c->action || !sqlite3_get_autocommit(c->db));
}

int case_is_still(const struct case_file *c)
{
	return c && c->still;
}

void case_on_missing_key(struct case_file *c, void (*fn)(void *ctx), void *ctx)
{
	if (!c)
		return;
	c->missing_key = fn;
	c->missing_key_ctx = ctx;
}

int case_may_write(const struct case_file *c, struct err *err)
{
	if (c->suspended)
		return err_set(err, ERR_UNLOCK, _("genba is locked"));
	if (c->still)
		return err_set(err, ERR_FAILED, _("a copy of the case is being made: try again in a moment"));
	if (c->foreign.len)
		return err_set(err, c->foreign_code, "%s", c->foreign.data);
	if (c->flags & CASE_READ_ONLY)
		return err_set(
		    err, ERR_FAILED,
		    _("the case is open for reading only: to write, copy the case to where it can be written, and "
		      "open the copy without --read-only"));
	if (!c->identity || !c->identity->secret_key)
		return err_set(err, ERR_UNLOCK, _("no identity is unlocked: every change is signed by a responder"));
	if (!c->responder)
		return err_set(err, ERR_FAILED, _("%s is not a responder of this case: it can be read, not changed"),
		               c->identity->name);
	return 0;
}
