/* Opening and closing: the vault, an upgrade if it is due, the check of the tables, what a person must know of it. */
#include "case/case.h"

#include "case/action/action.h"
#include "case/query/search.h"
#include "case/store/case_internal.h"
#include "case/store/header_copy.h"
#include "case/store/tokenizer.h"
#include "case/trust/high_water_mark.h"
#include "case/trust/known.h"
#include "case/upgrade.h"

#include <stdlib.h>
#include <string.h>

static int open_tables(struct case_file *c, struct err *err)
{
	if (tokenizer_register(c->db, err) < 0 || case_upgrade(c, err) < 0 || case_schema_check(c, err) < 0 ||
	    search_open(c, err) < 0)
		return -1;
	return c->history ? 0 : case_open_history(c, err);
}

static int is_content(const struct vault *v, const unsigned char *content, struct err *err)
{
	unsigned char now[VAULT_CONTENT];
	vault_content(v, now);
	return !content || memcmp(now, content, sizeof now) == 0
	           ? 0
	           : err_set(err, ERR_BUSY, _("'%s' was changed while it was checked: try again"), vault_path(v));
}

struct case_file *case_open_judged(const char *path, const struct case_unlock *unlock, unsigned flags,
                                   const unsigned char *content, struct err *err)
{
	struct case_file *c = case_alloc(path, unlock->identity);
	struct vault_identity keys;
	struct vault_unlock how = {NULL, unlock->passphrase};
	if (unlock->identity) {
		keys = (struct vault_identity){unlock->identity->public_key, unlock->identity->secret_key};
		how.identity = &keys;
	}
	c->flags = flags;
	if (vault_open(&c->vault, path, &how, flags & CASE_READ_ONLY ? VAULT_READ_ONLY : 0, err) < 0 ||
	    is_content(c->vault, content, err) < 0) {
		case_release(c, NULL);
		return NULL;
	}
	c->db = vault_db(c->vault);
	if (open_tables(c, err) < 0 || case_refresh(c, err) < 0) {
		err_prefix(err, _("cannot open '%s'"), path);
		case_release(c, NULL);
		return NULL;
	}
	high_water_mark_notice(c);
	if (high_water_mark_check(c) == 0 && !(flags & CASE_READ_ONLY))
		high_water_mark_update(c);
	if (!(flags & (CASE_READ_ONLY | CASE_PASSING)))
		header_copy_keep(c);
	return c;
}

struct case_file *case_open(const char *path, const struct case_unlock *unlock, unsigned flags, struct err *err)
{
	return case_open_judged(path, unlock, flags, NULL, err);
}

/* The key of the identity that knows this file, for known_left(): 1; 0: nobody is to remember how it was left. */
static int known_key(const struct case_file *c, unsigned char key[VAULT_KEY])
{
	if (!c->identity || !c->vault || c->flags & CASE_READ_ONLY)
		return 0;
	memcpy(key, c->identity->public_key, VAULT_KEY);
	return 1;
}

int case_suspend(struct case_file *c, struct err *err)
{
	unsigned char key[VAULT_KEY];
	int known = known_key(c, key);
	if (c->suspended)
		return 0;
	if (c->db && !(c->flags & CASE_READ_ONLY))
		search_catch_up(c, 0, NULL);
	int rc = case_let_go(c, err);
	c->suspended = 1;
	if (rc == 0 && known)
		known_left(c->path, key);
	if (rc == 0 && vault_state_of_file(c->path, c->left) < 0)
		rc = err_set(err, ERR_FAILED, _("cannot read '%s'"), c->path);
	return rc;
}

int case_resume(struct case_file *c, const struct case_unlock *unlock, struct err *err)
{
	unsigned char state[VAULT_STATE];
	struct vault_identity keys;
	struct vault_unlock how = {NULL, unlock->passphrase};
	if (!c->suspended)
		return 0;
	if (vault_state_of_file(c->path, state) < 0 || memcmp(state, c->left, VAULT_STATE) != 0)
		return err_set(err, ERR_BUSY,
		               _("'%s' was changed while genba was locked: leave genba, and open it again"), c->path);
	if (c->identity) {
		keys = (struct vault_identity){c->identity->public_key, c->identity->secret_key};
		how.identity = &keys;
	}
	if (vault_open(&c->vault, c->path, &how, c->flags & CASE_READ_ONLY ? VAULT_READ_ONLY : 0, err) < 0)
		return -1;
	c->db = vault_db(c->vault);
	c->suspended = 0;
	if (open_tables(c, err) < 0 || case_refresh(c, err) < 0) {
		case_let_go(c, NULL);
		c->suspended = 1;
		return err_prefix(err, _("cannot open '%s'"), c->path);
	}
	if (known_key(c, (unsigned char[VAULT_KEY]){0}))
		known_watch(c);
	generations_note_all(&c->generations);
	return 0;
}

struct case_file *case_open_vault(struct vault *v, struct err *err)
{
	struct case_file *c = case_alloc(vault_path(v), NULL);
	c->flags = CASE_READ_ONLY;
	c->vault = v;
	c->db = vault_db(v);
	if (open_tables(c, err) < 0 || case_refresh(c, err) < 0) {
		case_release(c, NULL);
		return NULL;
	}
	return c;
}

int case_close(struct case_file *c, struct err *err)
{
	if (!c)
		return 0;
	action_cancel(c->action);
	if (c->db && !(c->flags & CASE_READ_ONLY))
		search_catch_up(c, 0, NULL);
	unsigned char key[VAULT_KEY];
	char *path = known_key(c, key) ? xstrdup(vault_path(c->vault)) : NULL;
	int rc = case_release(c, err);
	if (rc == 0 && path)
		known_left(path, key);
	free(path);
	return rc;
}
