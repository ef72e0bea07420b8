#include "handover/parcel/keys.h"

#include "base/err.h"
#include "base/json.h"
#include "base/printable.h"

#include <string.h>

void known_keys_init(struct known_keys *k, struct history *h)
{
	memset(k, 0, sizeof *k);
	k->h = h;
	k->keys = json_object();
	k->marks = json_object();
}

void known_keys_release(struct known_keys *k)
{
	json_decref(k->keys);
	json_decref(k->marks);
	k->keys = k->marks = NULL;
}

static void key_name(const unsigned char key[32], struct buf *hex)
{
	buf_addhex(hex, key, 32);
}

static int read_responder(void *ctx, const char *path, const void *text, size_t n)
{
	struct known_keys *k = ctx;
	(void)path;
	json_t *record = json_parse(text, n, NULL);
	const char *line = json_get_string(record, "key");
	const char *mark = json_get_string(record, "mark");
	unsigned char key[32];
	if (line && ssh_public_parse(line, key, NULL) == 0) {
		struct buf hex = BUF_INIT;
		key_name(key, &hex);
		int counts = !json_object_get(record, "revoked");
		json_t *old = json_object_get(k->keys, hex.data);
		/* one person entered twice: a revocation of either counts */
		json_object_set_new(k->keys, hex.data, json_integer(counts && (!old || json_integer_value(old))));
		if (!json_object_get(k->marks, hex.data))
			json_object_set_new(k->marks, hex.data, json_object());
		if (mark)
			json_object_set_new(json_object_get(k->marks, hex.data), mark, json_true());
		buf_release(&hex);
	}
	json_decref(record);
	return 0;
}

/* Responders change rarely: they are read again only when their folder is another one. */
static void load(struct known_keys *k, const char *commit)
{
	char folder[HISTORY_ID] = "";
	if (history_folder(k->h, commit, "responder", folder, NULL) < 0)
		folder[0] = '\0';
	if (strcmp(folder, k->folder) == 0 && *folder)
		return;
	memcpy(k->folder, folder, sizeof folder);
	json_object_clear(k->keys);
	json_object_clear(k->marks);
	if (*folder)
		history_folder_walk(k->h, commit, "responder", read_responder, k, NULL);
}

int known_keys_has(struct known_keys *k, const char *commit, const unsigned char key[32])
{
	struct buf hex = BUF_INIT;
	load(k, commit);
	key_name(key, &hex);
	int counts = json_integer_value(json_object_get(k->keys, hex.data)) == 1;
	buf_release(&hex);
	return counts;
}

int known_keys_is_revoked(struct known_keys *k, const char *commit, const unsigned char key[32])
{
	struct buf hex = BUF_INIT;
	load(k, commit);
	key_name(key, &hex);
	const json_t *counts = json_object_get(k->keys, hex.data);
	int revoked = counts && json_integer_value(counts) == 0;
	buf_release(&hex);
	return revoked;
}

int known_keys_is_mark(struct known_keys *k, const char *commit, const unsigned char key[32], const char *mark)
{
	struct buf hex = BUF_INIT;
	load(k, commit);
	key_name(key, &hex);
	int is = json_object_get(json_object_get(k->marks, hex.data), mark) != NULL;
	buf_release(&hex);
	return is;
}
