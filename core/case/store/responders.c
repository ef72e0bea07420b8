#include "case/store/responders.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "case/store/record.h"
#include "history/sshsig.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "responder"

void responder_read(struct responder *r, const char *path, const json_t *record)
{
	memset(r, 0, sizeof *r);
	r->path = path;
	r->label = record_label(record);
	r->mark = json_get_string(record, "mark");
	r->mark = r->mark ? r->mark : "";
	r->name = json_get_string(record, "name");
	r->name = r->name ? r->name : "";
	r->line = json_get_string(record, "key");
	r->has_key = r->line && ssh_public_parse(r->line, r->key, NULL) == 0;
	r->revoked = json_get_string(record, "revoked");
	r->is_retracted = record_is_retracted(record);
	r->record = record;
}

struct each {
	responder_fn fn;
	void *ctx;
};

static int each_record(void *ctx, json_t *record)
{
	struct each *e = ctx;
	struct responder r;
	struct buf path = BUF_INIT;
	record_path(FOLDER, json_get_string(record, "id"), &path);
	responder_read(&r, path.data, record);
	int rc = e->fn(e->ctx, &r);
	buf_release(&path);
	return rc;
}

int responder_each(struct case_file *c, responder_fn fn, void *ctx, struct err *err)
{
	struct each e = {fn, ctx};
	return record_each(c, FOLDER, RECORD_RAW | RECORD_WITH_RETRACTED, each_record, &e, err);
}

static int each_file(void *ctx, const char *path, const void *text, size_t n)
{
	struct each *e = ctx;
	struct responder r;
	json_t *record = json_parse(text, n, NULL);
	int rc = 0;
	if (record) {
		responder_read(&r, path, record);
		rc = e->fn(e->ctx, &r);
	}
	json_decref(record);
	return rc;
}

static int responder_each_at(struct history *h, const char *commit, responder_fn fn, void *ctx, struct err *err)
{
	struct each e = {fn, ctx};
	return history_folder_walk(h, commit, FOLDER, each_file, &e, err);
}

/* ---- states */

struct responders_known {
	unsigned char key[32];
	char mark[MARK_TEXT];
	int revoked;
};

struct responders {
	struct history *h;
	char commit[HISTORY_ID]; /* whose responders `known` are, and the folder that holds them */
	char folder[HISTORY_ID];
	struct responders_known *known;
	size_t count;
	json_t *names; /* hex key -> {name: true}: all that were met so far */
};

struct responders *responders_new(struct history *h)
{
	struct responders *s = xcalloc(1, sizeof *s);
	s->h = h;
	s->names = json_object();
	return s;
}

void responders_free(struct responders *s)
{
	if (!s)
		return;
	json_decref(s->names);
	free(s->known);
	free(s);
}

/* A name as a commit can say it: git's header has no room for controls and angle brackets. */
static char *clean_name(const char *name)
{
	struct buf b = BUF_INIT;
	for (; *name; name++)
		if ((unsigned char)*name >= 0x20 && *name != 0x7F && !strchr("<>", *name))
			buf_addc(&b, *name);
	if (b.len == 0)
		buf_addc(&b, '?');
	return buf_take(&b, NULL);
}

static json_t *names_of(struct responders *s, const unsigned char key[32])
{
	char hex[65];
	sodium_bin2hex(hex, sizeof hex, key, 32);
	if (!json_object_get(s->names, hex))
		json_object_set_new(s->names, hex, json_object());
	return json_object_get(s->names, hex);
}

static void note_name(struct responders *s, const struct responder *r)
{
	char *name = clean_name(r->name);
	json_object_set_new(names_of(s, r->key), name, json_true());
	free(name);
}

static int take_responder(void *ctx, const struct responder *r)
{
	struct responders *s = ctx;
	if (!r->has_key)
		return 0;
	s->known = xrealloc(s->known, (s->count + 1) * sizeof *s->known);
	struct responders_known *k = &s->known[s->count++];
	memcpy(k->key, r->key, 32);
	snprintf(k->mark, sizeof k->mark, "%s", r->mark);
	k->revoked = r->revoked != NULL;
	note_name(s, r);
	return 0;
}

/* Responders change rarely: they are read again only when their folder is another one. */
static void responders_load(struct responders *s, const char *commit)
{
	char folder[HISTORY_ID] = "";
	if (*s->commit && strcmp(commit, s->commit) == 0)
		return;
	snprintf(s->commit, sizeof s->commit, "%s", commit);
	if (history_folder(s->h, commit, FOLDER, folder, NULL) < 0)
		folder[0] = '\0';
	if (*folder && strcmp(folder, s->folder) == 0)
		return;
	memcpy(s->folder, folder, sizeof folder);
	s->count = 0;
	if (*folder)
		responder_each_at(s->h, commit, take_responder, s, NULL);
}

/* Of the records of that key: how many count, and how many are revoked. */
static void look_up(struct responders *s, const char *commit, const unsigned char key[32], size_t *found,
                    size_t *revoked)
{
	responders_load(s, commit);
	*found = *revoked = 0;
	for (size_t i = 0; i < s->count; i++)
		if (memcmp(s->known[i].key, key, 32) == 0) {
			++*found;
			*revoked += (size_t)s->known[i].revoked;
		}
}

int responders_counts(struct responders *s, const char *commit, const unsigned char key[32])
{
	size_t found;
	size_t revoked;
	look_up(s, commit, key, &found, &revoked);
	return found > 0 && revoked == 0; /* one person entered twice: a revocation of either counts */
}

int responders_is_revoked(struct responders *s, const char *commit, const unsigned char key[32])
{
	size_t found;
	size_t revoked;
	look_up(s, commit, key, &found, &revoked);
	return revoked > 0;
}

int responders_has_mark(struct responders *s, const char *commit, const unsigned char key[32], const char *mark)
{
	responders_load(s, commit);
	for (size_t i = 0; i < s->count; i++)
		if (memcmp(s->known[i].key, key, 32) == 0 && strcmp(s->known[i].mark, mark) == 0)
			return 1;
	return 0;
}

int responders_mark_is_held(struct responders *s, const char *commit, const unsigned char key[32], const char *mark)
{
	responders_load(s, commit);
	for (size_t i = 0; i < s->count; i++)
		if (memcmp(s->known[i].key, key, 32) != 0 && strcmp(s->known[i].mark, mark) == 0)
			return 1;
	return 0;
}

int responders_mark_is_anothers(struct responders *s, const char *commit, const unsigned char key[32], const char *mark)
{
	char settled[MARK_TEXT];
	responders_load(s, commit);
	for (size_t i = 0; i < s->count; i++) {
		responder_mark_settled(mark, s->known[i].key, settled);
		int was = strcmp(s->known[i].mark, settled) == 0;
		if (was || (memcmp(s->known[i].key, key, 32) != 0 && strcmp(s->known[i].mark, mark) == 0))
			return 1;
	}
	return 0;
}

/* ---- names that somebody had before */

struct remembering {
	struct responders *s;
	const unsigned char *key;
	const char *path;
};

static int remember_version(void *ctx, const struct history_entry *entry)
{
	struct remembering *m = ctx;
	struct buf text = BUF_INIT;
	if (history_read(m->s->h, entry->id, m->path, &text, NULL) == 0) {
		json_t *record = json_parse(text.data, text.len, NULL);
		struct responder r;
		responder_read(&r, m->path, record);
		if (r.has_key && memcmp(r.key, m->key, 32) == 0)
			note_name(m->s, &r);
		json_decref(record);
	}
	buf_release(&text);
	return 0;
}

struct path_list {
	const unsigned char *key;
	char **paths;
	size_t count;
};

static int list_path(void *ctx, const struct responder *r)
{
	struct path_list *list = ctx;
	if (!r->has_key || memcmp(r->key, list->key, 32) != 0)
		return 0;
	list->paths = xrealloc(list->paths, (list->count + 1) * sizeof *list->paths);
	list->paths[list->count++] = xstrdup(r->path);
	return 0;
}

int responders_has_name(struct responders *s, const char *commit, const unsigned char key[32], const char *name)
{
	responders_load(s, commit);
	if (json_object_get(names_of(s, key), name))
		return 1;
	struct path_list list = {.key = key};
	responder_each_at(s->h, commit, list_path, &list, NULL);
	for (size_t i = 0; i < list.count; i++) {
		struct remembering m = {s, key, list.paths[i]};
		history_log(s->h, commit, list.paths[i], 0, remember_version, &m, NULL);
		free(list.paths[i]);
	}
	free(list.paths);
	return json_object_get(names_of(s, key), name) != NULL;
}

/* ---- marks */

void responder_mark_settled(const char *mark, const unsigned char key[32], char settled[MARK_TEXT])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* none that is taken for another */
	unsigned char d[16];
	char tail[5] = "";
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof d);
	crypto_generichash_update(&state, (const unsigned char *)mark, strlen(mark) + 1);
	crypto_generichash_update(&state, key, 32);
	crypto_generichash_final(&state, d, sizeof d);
	for (size_t i = 0; i < sizeof tail - 1; i++)
		tail[i] = letters[d[i] % (sizeof letters - 1)];
	snprintf(settled, MARK_TEXT, "%.4s%s", mark, tail);
}
