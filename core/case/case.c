#include "case/case.h"

#include "base/json.h"
#include "base/secret.h"
#include "case/action.h"
#include "case/case_private.h"
#include "case/reserve.h"
#include "case/search.h"
#include "case/seen.h"
#include "case/tokenizer.h"
#include "case/upgrade.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char readme[] =
    "# A genba case\n"
    "\n"
    "This repository is the history of one incident case, exported from an encrypted case file of genba.\n"
    "Each commit is one action of one responder, signed with an Ed25519 key (SSHSIG).\n"
    "\n"
    "- `KIND/n/n/n/ID.json` is a record: its `label` (for example R1-E4) is what people and paper call it.\n"
    "  References between records are ids; `git grep '\"id\": \"ID\"'` finds the record.\n"
    "- `Genba-Record:` trailers name what a commit changed and its SHA-256; `Genba-Prev:` is the SHA-256 of the\n"
    "  parent commit object, so the history is a SHA-256 chain beside git's SHA-1.\n"
    "- Long texts and secrets are not in here, since a history cannot be purged. A record names them by\n"
    "  `text:sha256:` or `secret:sha256:` and the SHA-256 of sixteen salt bytes followed by the text.\n"
    "- Evidence is not in here either: records of the kind `evidence` hold its digests.\n"
    "- A record with `retracted` was withdrawn, with the reason; nothing is ever deleted.\n"
    "\n"
    "Check all signatures with the file of allowed signers exported beside this repository:\n"
    "\n"
    "    git -c gpg.ssh.allowedSignersFile=FILE log --show-signature\n";

struct case_file *case_alloc(const char *path, const struct identity *identity)
{
	struct case_file *c = xcalloc(1, sizeof *c);
	c->path = xstrdup(path);
	c->title = xstrdup("");
	c->identity = identity;
	c->backup_every = -1;
	buf_init(&c->notice);
	buf_init(&c->warnings);
	return c;
}

int case_release(struct case_file *c, struct err *err)
{
	for (size_t i = 0; i < CASE_STATEMENT_COUNT; i++)
		sqlite3_finalize(c->statements[i]);
	history_free(c->history);
	sqlite3_close(c->memory);
	int rc = c->vault ? vault_close(c->vault, err) : 0;
	free(c->changes);
	free(c->path);
	free(c->title);
	free(c->responder);
	buf_release(&c->notice);
	buf_release(&c->warnings);
	free(c);
	return rc;
}

static void identity_keys(const struct identity *id, struct vault_identity *keys)
{
	keys->public_key = id->public_key;
	keys->secret_key = id->secret_key;
}

/* ---- what is known of an open case */

struct find_responder {
	struct case_file *c;
	int found;
};

static int match_responder(void *ctx, json_t *record)
{
	struct find_responder *find = ctx;
	struct case_file *c = find->c;
	const char *line = json_get_string(record, "key");
	const char *mark = json_get_string(record, "mark");
	unsigned char key[32];
	if (!line || !mark || strlen(mark) >= MARK_TEXT || json_object_get(record, "revoked") ||
	    ssh_public_parse(line, key, NULL) < 0 || memcmp(key, c->identity->public_key, 32) != 0)
		return 0;
	snprintf(c->mark, sizeof c->mark, "%s", mark);
	free(c->responder);
	c->responder = xstrdup(record_label(record));
	c->has_reserved = json_object_get(record, RESERVE_FIELD) != NULL;
	find->found = 1;
	return 1;
}

int case_refresh(struct case_file *c, struct err *err)
{
	json_t *record = record_stored(c, "case", err);
	if (!record)
		return -1;
	const char *title = json_get_string(record, "title");
	const char *tlp = json_get_string(record, "tlp");
	free(c->title);
	c->title = xstrdup(title ? title : "");
	snprintf(c->tlp, sizeof c->tlp, "%s", tlp ? tlp : "AMBER");
	snprintf(c->id, sizeof c->id, "%s", json_get_string(record, "id"));
	json_decref(record);
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
	c->has_reserved = 0;
	if (!c->identity)
		return 0;
	struct find_responder find = {c, 0};
	return record_each(c, "responder", RECORD_RAW, match_responder, &find, err) < 0 ? -1 : 0;
}

/* ---- creating */

static int add_responder(struct action *a, const char *name, const char *mark, const char *line, const char *role,
                         struct err *err)
{
	struct assign fields[] = {{"name", name}, {"mark", mark}, {"key", line}, {"role", role}};
	char label[LABEL_TEXT];
	return action_add(a, "responder", fields, 4, RECORD_MACHINE, label, err);
}

static int fill_new_case(struct case_file *c, const struct case_new *spec, struct action *a, struct err *err)
{
	char label[LABEL_TEXT];
	struct assign fields[3] = {{"title", spec->title}, {"tlp", spec->tlp ? spec->tlp : "AMBER"}};
	if (action_add(a, "case", fields, 2, RECORD_MACHINE, label, err) < 0)
		return -1;
	json_t *record = record_stored(c, "case", err);
	if (!record)
		return -1;
	snprintf(c->id, sizeof c->id, "%s", json_get_string(record, "id"));
	json_decref(record);
	struct buf line = BUF_INIT;
	identity_public_line(spec->owner, &line);
	int rc = add_responder(a, spec->owner->name, spec->owner->mark, line.data, "lead", err);
	buf_release(&line);
	if (rc == 0 && spec->recovery_key) {
		char *name;
		char mark[MARK_TEXT];
		identity_line_parts(spec->recovery_key, &name, mark);
		if (strcmp(mark, spec->owner->mark) == 0)
			snprintf(mark, sizeof mark, "RC");
		rc = add_responder(a, name, mark, spec->recovery_key, "recovery", err);
		free(name);
	}
	if (rc == 0 && spec->party && *spec->party) {
		struct assign party = {"party", spec->party};
		rc = action_set(a, "case", &party, 1, RECORD_MACHINE, err);
	}
	return rc == 0 ? case_meta_set(c, "case_id", c->id, err) : -1;
}

static int write_new_case(struct case_file *c, const struct case_new *spec, struct err *err)
{
	if (tokenizer_register(c->db, err) < 0 ||
	    case_step(c, case_statement(c, CASE_BEGIN, err), _("begin a change"), err) < 0 ||
	    schema_create(c, err) < 0 || history_open(&c->history, c->db, err) < 0 ||
	    case_step(c, case_statement(c, CASE_COMMIT, err), _("write the change"), err) < 0)
		return -1;
	snprintf(c->mark, sizeof c->mark, "%s", spec->owner->mark);
	c->responder = xstrdup("");
	struct action *a = action_begin(c, "new", err);
	if (!a)
		return -1;
	struct history_change extra = {"README.md", readme, sizeof readme - 1};
	if (fill_new_case(c, spec, a, err) < 0) {
		action_cancel(a);
		return -1;
	}
	action_also(a, &extra);
	return action_commit(a, err);
}

struct case_file *case_create(const char *path, const struct case_new *spec, struct err *err)
{
	if (!spec->title || !*spec->title) {
		err_set(err, ERR_USAGE, _("a new case needs a title: --title TEXT"));
		return NULL;
	}
	struct vault_new_slot slots[3];
	size_t count = 0;
	memset(slots, 0, sizeof slots);
	slots[count].type = VAULT_SLOT_RECIPIENT;
	memcpy(slots[count++].recipient, spec->owner->public_key, 32);
	if (spec->recovery_key) {
		slots[count].type = VAULT_SLOT_RECIPIENT;
		if (ssh_public_parse(spec->recovery_key, slots[count++].recipient, err) < 0)
			return NULL;
	}
	if (spec->passphrase) {
		slots[count].type = VAULT_SLOT_PASSPHRASE;
		slots[count].passphrase = spec->passphrase;
		slots[count++].kdf = spec->kdf;
	}
	struct case_file *c = case_alloc(path, spec->owner);
	struct vault_identity keys;
	identity_keys(spec->owner, &keys);
	if (vault_create(&c->vault, path, slots, count, &keys, err) < 0) {
		case_release(c, NULL);
		return NULL;
	}
	c->db = vault_db(c->vault);
	if (write_new_case(c, spec, err) < 0) {
		case_release(c, NULL);
		unlink(path);
		return NULL;
	}
	seen_update(c);
	return c;
}

/* ---- opening and closing */

static int open_tables(struct case_file *c, struct err *err)
{
	if (tokenizer_register(c->db, err) < 0 || case_upgrade(c, err) < 0 || schema_check(c, err) < 0 ||
	    search_open(c, err) < 0)
		return -1;
	return c->history ? 0 : history_open(&c->history, c->db, err);
}

struct case_file *case_open(const char *path, const struct case_unlock *unlock, unsigned flags, struct err *err)
{
	struct case_file *c = case_alloc(path, unlock->identity);
	struct vault_identity keys;
	struct vault_unlock how = {NULL, unlock->passphrase};
	if (unlock->identity) {
		identity_keys(unlock->identity, &keys);
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
	if (seen_check(c) == 0 && !(flags & CASE_READ_ONLY))
		seen_update(c);
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
	return case_release(c, err);
}

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
	return c->title;
}

const char *case_tlp(const struct case_file *c)
{
	return c->tlp;
}

const char *case_mark(const struct case_file *c)
{
	return c->mark;
}

const struct identity *case_identity(const struct case_file *c)
{
	return c->identity;
}

struct vault *case_vault(struct case_file *c)
{
	return c->vault;
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
	return c->generation;
}

void case_changed(struct case_file *c, const char *const *ids, size_t count)
{
	if (!c->changes)
		c->changes = xcalloc(CHANGES_KEPT, sizeof *c->changes);
	c->generation++;
	for (size_t i = 0; i < count; i++) {
		struct change *change = &c->changes[c->change_next];
		c->change_next = (c->change_next + 1) % CHANGES_KEPT;
		if (change->generation > c->changes_from)
			c->changes_from = change->generation;
		change->generation = c->generation;
		snprintf(change->id, sizeof change->id, "%s", ids[i]);
	}
}

int case_changed_since(const struct case_file *c, uint64_t generation, void (*fn)(void *ctx, const char *id), void *ctx)
{
	if (generation < c->changes_from)
		return -1;
	for (size_t i = 0; c->changes && i < CHANGES_KEPT; i++)
		if (c->changes[i].generation > generation)
			fn(ctx, c->changes[i].id);
	return 0;
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
	if (c->still)
		return err_set(err, ERR_FAILED, _("a copy of the case is being made: try again in a moment"));
	if (c->flags & CASE_READ_ONLY)
		return err_set(err, ERR_FAILED, _("the case is open for reading only"));
	if (!c->identity || !c->identity->secret_key)
		return err_set(err, ERR_UNLOCK, _("no identity is unlocked: every change is signed by a responder"));
	if (!c->responder)
		return err_set(err, ERR_FAILED, _("%s is not a responder of this case: it can be read, not changed"),
		               c->identity->name);
	return 0;
}
