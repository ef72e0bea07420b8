/*
 * Which key may have signed a commit: one of a responder that the state before
 * it knows and has not revoked. Where histories were merged, a commit may stand
 * beside the revocation of its key: standing.h says whether it counts.
 */
#include "base/json.h"
#include "case/care/verify_private.h"
#include "case/trust/standing.h"
#include "history/sshsig.h"
#include "history/tables.h"

#include <stdlib.h>
#include <string.h>

static int take_key(void *ctx, const char *path, const void *text, size_t n)
{
	struct verify_keys *keys = ctx;
	unsigned char key[32];
	(void)path;
	json_t *record = json_parse(text, n, NULL);
	const char *line = record ? json_get_string(record, "key") : NULL;
	if (line && ssh_public_parse(line, key, NULL) == 0) {
		keys->keys = xrealloc(keys->keys, (keys->count + 1) * sizeof *keys->keys);
		memcpy(keys->keys[keys->count].key, key, sizeof key);
		keys->keys[keys->count++].revoked = json_object_get(record, "revoked") != NULL;
	}
	json_decref(record);
	return 0;
}

static int load_keys(struct verify *v, const char *commit)
{
	char folder[HISTORY_ID];
	struct verify_keys *keys = &v->keys;
	if (history_folder(v->c->history, commit, "responder", folder, NULL) < 0)
		return -1;
	if (strcmp(folder, keys->folder) == 0)
		return 0;
	keys->count = 0;
	keys->folder[0] = '\0';
	if (history_folder_walk(v->c->history, commit, "responder", take_key, keys, NULL) < 0)
		return -1;
	snprintf(keys->folder, sizeof keys->folder, "%s", folder);
	return 0;
}

/* ---- merged histories */

static int has_merges(struct verify *v)
{
	if (v->keys.has_merges < 0)
		v->keys.has_merges = history_has_merges(v->c->db);
	return v->keys.has_merges;
}

/* In a line of commits the state before one tells all. Beside a merge, a commit may not know of the revocation yet. */
static int counts(struct verify *v, uint64_t number)
{
	struct err err = ERR_INIT;
	if (!has_merges(v))
		return 1;
	if (!v->keys.standing && !v->keys.no_standing && !(v->keys.standing = standing_new(v->c, NULL, &err))) {
		v->keys.no_standing = 1;
		verify_found(v, _("it cannot be told which commits count: %s"), err.message);
	}
	return !v->keys.standing || standing_counts(v->keys.standing, number);
}

int verify_key_is_known(void *ctx, uint64_t number, const char *commit, const char *parent, const unsigned char key[32])
{
	struct verify *v = ctx;
	/* the first commit of all makes its own signer known */
	if (load_keys(v, parent ? parent : commit) < 0)
		return 0;
	for (size_t i = 0; i < v->keys.count; i++)
		if (!v->keys.keys[i].revoked && memcmp(v->keys.keys[i].key, key, 32) == 0)
			return counts(v, number);
	return 0;
}
