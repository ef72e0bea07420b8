/* A new case: its tables, its first records, and the first commit with a README for whoever exports the history. */
#include "base/json.h"
#include "case/action/action.h"
#include "case/case.h"
#include "case/store/case_internal.h"
#include "case/store/header_copy.h"
#include "case/store/tokenizer.h"
#include "case/trust/high_water_mark.h"
#include "case/trust/known.h"
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
	    case_schema_create(c, err) < 0 || case_open_history(c, err) < 0 ||
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
	struct vault_identity keys = {spec->owner->public_key, spec->owner->secret_key};
	if (vault_create(&c->vault, path, slots, count, &keys, err) < 0) {
		case_release(c, NULL);
		return NULL;
	}
	c->db = vault_db(c->vault);
	if (write_new_case(c, spec, err) < 0) {
		char *log = xasprintf("%s-wal", path);
		case_release(c, NULL);
		unlink(path);
		unlink(log); /* on a full disk it is not emptied at closing */
		free(log);
		return NULL;
	}
	high_water_mark_update(c);
	header_copy_keep(c);
	known_remember(c);
	return c;
}
