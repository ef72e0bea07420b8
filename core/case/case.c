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
	if (tokenizer_register(c->db, err) < 0 || case_upgrade(c, err) < 0 || schema_check(c, err) < 0 ||
	    search_open(c, err) < 0)
		return -1;
	return c->history ? 0 : case_open_history(c, err);
}

struct case_file *case_open(const char *path, const struct case_unlock *unlock, unsigned flags, struct err *err)
{
	struct case_file *c = case_alloc(path, unlock->identity);
	struct vault_identity keys;
	struct vault_unlock how = {NULL, unlock->passphrase};
	if (unlock->identity) {
		keys = (struct vault_identity){unlock->identity->public_key, unlock->identity->secret_key};
		how.identity = &keys;
	}
	c->flags = flags;
	if (vault_open(&c->vault, path, &how, flags & CASE_READ_ONLY ? VAULT_READ_ONLY : 0, err) < 0) {
		case_release(c, NULL);
		return NULL;
	}
	c->db = vault_db(c->vault);
	if (open_tables(c, err) < 0 || case_refresh(c, err) < 0) {
		err_prefix(err, _("cannot open '%s'"), path);
		case_release(c, NULL);
		return NULL;
	}
	notice_from_opening(c);
	if (high_water_mark_check(c) == 0 && !(flags & CASE_READ_ONLY))
		high_water_mark_update(c);
	if (!(flags & CASE_READ_ONLY))
		header_copy_keep(c);
	return c;
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
	char *path = c->identity && c->vault && !(c->flags & CASE_READ_ONLY) ? xstrdup(vault_path(c->vault)) : NULL;
	if (path)
		memcpy(key, c->identity->public_key, sizeof key);
	int rc = case_release(c, err);
	if (rc == 0 && path)
		known_left(path, key);
	free(path);
	return rc;
}
