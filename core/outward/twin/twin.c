#include "outward/twin/twin.h"
#include "outward/twin/twin_private.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/json.h"
#include "case/query/past_reader.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void twin_leaves_add(struct twin_leaves *l, const unsigned char leaf[TWIN_HASH])
{
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 1024;
		l->all = xrealloc(l->all, l->cap * sizeof *l->all);
	}
	memcpy(l->all[l->count++], leaf, TWIN_HASH);
}

void twin_leaves_release(struct twin_leaves *l)
{
	free(l->all);
	memset(l, 0, sizeof *l);
}

void twin_salt(const unsigned char key[TWIN_HASH], const char *id, const char *field, unsigned char salt[TWIN_HASH])
{
	crypto_auth_hmacsha256_state h;
	crypto_auth_hmacsha256_init(&h, key, TWIN_HASH);
	crypto_auth_hmacsha256_update(&h, (const unsigned char *)id, strlen(id) + 1);
	crypto_auth_hmacsha256_update(&h, (const unsigned char *)field, strlen(field));
	crypto_auth_hmacsha256_final(&h, salt);
}

static void add_sized(crypto_hash_sha256_state *h, const char *text)
{
	size_t n = strlen(text);
	unsigned char size[4];
	bytes_put_be32(size, (uint32_t)n);
	crypto_hash_sha256_update(h, size, sizeof size);
	crypto_hash_sha256_update(h, (const unsigned char *)text, n);
}

void twin_leaf(const unsigned char salt[TWIN_HASH], const char *id, const char *field, const char *value,
               unsigned char leaf[TWIN_HASH])
{
	static const unsigned char kind = 0;
	crypto_hash_sha256_state h;
	crypto_hash_sha256_init(&h);
	crypto_hash_sha256_update(&h, &kind, 1);
	crypto_hash_sha256_update(&h, salt, TWIN_HASH);
	add_sized(&h, id);
	add_sized(&h, field);
	add_sized(&h, value);
	crypto_hash_sha256_final(&h, leaf);
}

void twin_content(crypto_hash_sha256_state *content, const char *id, const char *field,
                  const unsigned char leaf[TWIN_HASH])
{
	add_sized(content, id);
	add_sized(content, field);
	crypto_hash_sha256_update(content, leaf, TWIN_HASH);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, TWIN_HASH);
}

void twin_root(struct twin_leaves *l, unsigned char root[TWIN_HASH])
{
	static const unsigned char kind = 1;
	memset(root, 0, TWIN_HASH);
	if (l->count == 0)
		return;
	qsort(l->all, l->count, sizeof *l->all, by_bytes);
	unsigned char(*level)[TWIN_HASH] = xmalloc(l->count * sizeof *level);
	memcpy(level, l->all, l->count * sizeof *level);
	for (size_t n = l->count; n > 1; n = (n + 1) / 2)
		for (size_t i = 0; i < n; i += 2) {
			crypto_hash_sha256_state h;
			if (i + 1 == n) {
				memmove(level[i / 2], level[i], TWIN_HASH);
				continue;
			}
			crypto_hash_sha256_init(&h);
			crypto_hash_sha256_update(&h, &kind, 1);
			crypto_hash_sha256_update(&h, level[i], TWIN_HASH);
			crypto_hash_sha256_update(&h, level[i + 1], TWIN_HASH);
			crypto_hash_sha256_final(&h, level[i / 2]);
		}
	memcpy(root, level[0], TWIN_HASH);
	free(level);
}

void twin_statement(const char *case_id, const char *commit, const char *time, uint64_t leaves, const char *root,
                    const char *content, struct buf *out)
{
	buf_addf(out, "%s\ncase %s\ncommit %s\ntime %s\nleaves %llu\nroot %s\ncontent %s\n", TWIN_FORMAT, case_id,
	         commit, time, (unsigned long long)leaves, root, content);
}

/* ---- fields */

static json_t *id_of(const json_t *ids, const json_t *label)
{
	json_t *id = json_is_string(label) ? json_object_get(ids, json_string_value(label)) : NULL;
	return id ? json_incref(id) : json_incref((json_t *)(uintptr_t)label);
}

char *twin_value(const json_t *ids, const json_t *record, const char *name)
{
	const struct kind *kind = record_kind(record);
	const struct field *field = kind ? kind_field(kind, name) : NULL;
	json_t *value = json_object_get(record, name);
	size_t i;
	json_t *label;
	if (!value || strcmp(name, "id") == 0 || strcmp(name, "disputed") == 0 || strcmp(name, "disputed_values") == 0)
		return NULL; /* what the case makes of the record, and no field of it */
	json_t *plain;
	if (field && field->type == FIELD_REF) {
		plain = id_of(ids, value);
	} else if (field && field->type == FIELD_REFS) {
		plain = json_array();
		json_array_foreach(value, i, label)
			json_array_append_new(plain, id_of(ids, label));
	} else {
		plain = json_incref(value);
	}
	char *text = json_dumps(plain, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	json_decref(plain);
	return text;
}

static int keep_id(void *ctx, json_t *record)
{
	json_object_set(ctx, record_label(record), json_object_get(record, "id"));
	return 0;
}

json_t *twin_ids(struct case_file *c, const char *commit, struct err *err)
{
	json_t *ids = json_object();
	int rc = commit ? past_reader_each(c, NULL, commit, RECORD_WITH_RETRACTED, keep_id, ids, err)
	                : record_each(c, NULL, RECORD_WITH_RETRACTED, keep_id, ids, err);
	if (rc == 0)
		return ids;
	json_decref(ids);
	return NULL;
}
