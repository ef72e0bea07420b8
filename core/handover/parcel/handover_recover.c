#include "handover/parcel/handover_recover.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/identity/identity.h"
#include "case/identity/own.h"
#include "case/store/meta.h"
#include "case/store/record.h"
#include "vault/open_with_key.h"

#include <dirent.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char note_key[] = "local.handover"; /* {"path": …, "to": [{"key": hex, "transfer": label}, …]}; "": none */

static const char note_signature[] =
    "local.handover.signature"; /* by whoever noted it: it leads to actions and removals */

static int store_note(struct case_file *c, const char *value, struct err *err)
{
	struct buf hex = BUF_INIT;
	struct own_place place = {case_id(c), note_key};
	int rc = own_sign(case_identity(c), &place, value, &hex, err);
	if (rc == 0)
		rc = case_meta_set(c, note_key, value, err);
	if (rc == 0)
		rc = case_meta_set(c, note_signature, hex.data, err);
	buf_release(&hex);
	return rc;
}

static int is_own_note(struct case_file *c, const char *value)
{
	struct buf hex = BUF_INIT;
	struct own_place place = {case_id(c), note_key};
	int own =
	    case_meta_get(c, note_signature, &hex, NULL) == 0 && own_check(case_identity(c), &place, value, hex.data);
	buf_release(&hex);
	return own;
}

static char *absolute(const char *path)
{
	char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	char *whole = here ? xasprintf("%s/%s", here, path) : xstrdup(path);
	free(here);
	return whole;
}

/* A name is no key: whose receipt is taken for this transfer. */
static int note_recipient(struct case_file *c, const char *label, const unsigned char key[32], struct err *err)
{
	char name[64];
	struct buf hex = BUF_INIT;
	snprintf(name, sizeof name, "local.to.%s", label);
	buf_addhex(&hex, key, 32);
	int rc = case_meta_set(c, name, hex.data, err);
	buf_release(&hex);
	return rc;
}

int handover_recover_recipient(struct case_file *c, const char *label, unsigned char key[32])
{
	char name[64];
	size_t n = 0;
	struct buf hex = BUF_INIT;
	snprintf(name, sizeof name, "local.to.%s", label);
	int known = case_meta_get(c, name, &hex, NULL) == 0 &&
	            sodium_hex2bin(key, 32, hex.data, hex.len, NULL, &n, NULL) == 0 && n == 32;
	buf_release(&hex);
	return known;
}

int handover_recover_note(struct case_file *c, const char *path, const struct handover_recipient *to,
                          const char (*labels)[LABEL_TEXT], size_t count, struct err *err)
{
	char *whole = absolute(path);
	struct buf escaped = BUF_INIT; /* a name need not be UTF-8 */
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		struct buf hex = BUF_INIT;
		buf_addhex(&hex, to[i].key, 32);
		json_array_append_new(list, json_pack("{s:s s:s}", "key", hex.data, "transfer", labels[i]));
		buf_release(&hex);
	}
	buf_addhex(&escaped, (const unsigned char *)whole, strlen(whole));
	json_t *note = json_pack("{s:s s:o}", "path", escaped.data, "to", list);
	char *text = json_dumps(note, JSON_COMPACT);
	int rc = store_note(c, text, err);
	for (size_t i = 0; i < count && rc == 0; i++)
		if (!sodium_is_zero(to[i].key, sizeof to[i].key))
			rc = note_recipient(c, labels[i], to[i].key, err);
	free(text);
	json_decref(note);
	buf_release(&escaped);
	free(whole);
	return rc;
}

static int read_note(const json_t *note, char path[PATH_MAX])
{
	size_t n = 0;
	const char *hex = json_get_string(note, "path");
	if (!hex || sodium_hex2bin((unsigned char *)path, PATH_MAX - 1, hex, strlen(hex), NULL, &n, NULL) != 0)
		return -1;
	path[n] = '\0';
	return 0;
}

/* Whether there is a case file. That of a handover without a slot of one's own does not open, but is one. */
static int lies_there(const struct case_file *c, const char *path)
{
	unsigned char key[32];
	struct err why = ERR_INIT;
	const struct identity *id = case_identity(c);
	struct vault_identity keys = {.public_key = id->public_key, .secret_key = id->secret_key};
	struct vault_unlock unlock = {.identity = &keys};
	int rc = access(path, F_OK) == 0 ? vault_file_key(path, &unlock, key, &why) : -1;
	sodium_memzero(key, sizeof key);
	return rc == 0 || why.code == ERR_UNLOCK;
}

/* ---- what was being written */

/* A copy that is being written is called NAME.handover.part, or NAME.<12 hex>.part, or the one of the other, and its log. */
static int is_part(const char *name, const char *base)
{
	static const char first[] = ".handover.part";
	static const char last[] = ".part";
	static const char log[] = "-wal";
	size_t n = strlen(base);
	if (strncmp(name, base, n) != 0)
		return 0;
	const char *at = name + n;
	int some = strncmp(at, first, sizeof first - 1) == 0;
	at += some ? sizeof first - 1 : 0;
	if (*at == '.' && strspn(at + 1, "0123456789abcdef") == 12 && strncmp(at + 13, last, sizeof last - 1) == 0) {
		at += 13 + sizeof last - 1;
		some = 1;
	}
	return some && (!*at || strcmp(at, log) == 0);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash > path ? xstrndup(path, (size_t)(slash - path)) : xstrdup("/");
}

static void remove_parts(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = folder_of(path);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir && (entry = readdir(dir)) != NULL)
		if (is_part(entry->d_name, slash ? slash + 1 : path))
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	free(folder);
}

/* ---- settling */

/* The first copy that somebody gets is what they begin with; whether a later one was ever opened is known when they answer. */
static int handover_recover_remember(struct case_file *c, const json_t *note, struct err *err)
{
	char head[HISTORY_ID];
	char known[HISTORY_ID];
	size_t i;
	json_t *one;
	int rc = history_head(case_history(c), head, err);
	json_array_foreach(json_object_get(note, "to"), i, one) {
		unsigned char key[32];
		size_t n = 0;
		const char *hex = json_get_string(one, "key");
		if (rc < 0 || !hex || sodium_hex2bin(key, sizeof key, hex, strlen(hex), NULL, &n, NULL) != 0 || n != 32)
			continue;
		if (!sodium_is_zero(key, sizeof key) && handover_known(c, key, known, NULL) < 0)
			rc = handover_set_known(c, key, head, err);
	}
	return rc;
}

static int stands(struct case_file *c, const char *label)
{
	json_t *record = label ? record_get(c, label, RECORD_WITH_RETRACTED, NULL) : NULL;
	int stands = record && !record_is_retracted(record);
	json_decref(record);
	return stands;
}

/* The first of its transfers that was not retracted; NULL: none. */
static const char *transfer_that_stands(struct case_file *c, const json_t *note)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(note, "to"), i, one)
		if (stands(c, json_get_string(one, "transfer")))
			return json_get_string(one, "transfer");
	return NULL;
}

/* All of them and the note in one action: it may be cut short, too. */
static int take_back(struct case_file *c, const json_t *note, struct err *err)
{
	size_t i;
	json_t *one;
	struct action *a = action_begin(c, "retract", err);
	int rc = a ? 0 : -1;
	json_array_foreach(json_object_get(note, "to"), i, one) {
		const char *label = json_get_string(one, "transfer");
		if (rc == 0 && stands(c, label))
			rc = action_retract(a, label, _("the copy was not written"), err);
	}
	if (rc == 0)
		rc = case_meta_set(c, note_key, "", err);
	if (rc == 0)
		return action_commit(a, err);
	action_cancel(a);
	return -1;
}

static int handover_recover_settle(struct case_file *c, const json_t *note, struct buf *told, struct err *err)
{
	char path[PATH_MAX];
	const char *transfer = transfer_that_stands(c, note);
	if (!transfer || read_note(note, path) < 0)
		return case_meta_set(c, note_key, "", err);
	char *folder = folder_of(path);
	char *safe = printable_dup(path);
	int rc = 0;
	if (lies_there(c, path)) {
		rc = handover_recover_remember(c, note, err);
		if (rc == 0)
			rc = case_meta_set(c, note_key, "", err);
	} else if (access(folder, F_OK) < 0) { /* a stick that is not plugged in */
		buf_addf(
		    told,
		    _("The handover to '%s' was cut short, and whether the copy is whole cannot be seen now: bring "
		      "its folder back, or retract %s.\n"),
		    safe, transfer);
	} else {
		rc = take_back(c, note, err);
		if (rc == 0)
			buf_addf(told,
			         _("The handover to '%s' was cut short before the copy was whole: its transfer is "
			           "retracted.\n"),
			         safe);
	}
	remove_parts(path);
	free(safe);
	free(folder);
	return rc;
}

int handover_settle(struct case_file *c, struct buf *told, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *note = NULL;
	int rc = 0;
	if (case_may_write(c, NULL) == 0 && case_meta_get(c, note_key, &text, NULL) == 0 && text.len > 0) {
		note = json_parse(text.data, text.len, NULL);
		if (is_own_note(c, text.data)) {
			rc = handover_recover_settle(c, note, told, err);
		} else {
			buf_adds(
			    told,
			    _("A handover is noted as unfinished in this file, and not by you: it was not acted on. "
			      "Look at the last transfers (genba list transfer).\n"));
			rc = case_meta_set(c, note_key, "", err);
		}
	}
	json_decref(note);
	buf_release(&text);
	return rc;
}
