#include "case/kind/conflict.h"

#include "base/json.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hash_part(crypto_generichash_state *state, const char *text)
{
	crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

void conflict_id(const char *record, const char *field, const json_t *one, const json_t *other, char id[37])
{
	crypto_generichash_state state;
	unsigned char d[16];
	const json_t *const values[2] = {one, other};
	crypto_generichash_init(&state, NULL, 0, sizeof d);
	hash_part(&state, "genba conflict 1");
	hash_part(&state, record);
	hash_part(&state, field);
	for (int i = 0; i < 2; i++) {
		char *text = values[i] ? json_dumps(values[i], JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS) : NULL;
		hash_part(&state, text ? text : "");
		free(text);
	}
	crypto_generichash_final(&state, d, sizeof d);
	d[6] = (unsigned char)(0x40 | (d[6] & 0x0F));
	d[8] = (unsigned char)(0x80 | (d[8] & 0x3F));
	snprintf(id, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1], d[2], d[3],
	         d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
}

json_t *conflict_text(const json_t *value)
{
	if (!value || json_is_string(value))
		return json_incref((json_t *)(uintptr_t)value);
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	json_t *string = json_string(text ? text : "");
	free(text);
	return string;
}

/* What a text may stand for: the string itself, or the JSON of something that is no string. Returns how many. */
static int readings(const json_t *text, json_t *values[2])
{
	values[0] = json_incref((json_t *)(uintptr_t)text);
	values[1] = text ? json_loads(json_string_value(text), JSON_DECODE_ANY, NULL) : NULL;
	if (!values[1] || json_is_string(values[1])) {
		json_decref(values[1]);
		values[1] = NULL;
		return 1;
	}
	return 2;
}

int conflict_fits(const json_t *conflict)
{
	const char *record = json_get_string(conflict, "record");
	const char *field = json_get_string(conflict, "field");
	const char *wanted = json_get_string(conflict, "id");
	const json_t *texts[2] = {json_object_get(conflict, "one"), json_object_get(conflict, "other")};
	json_t *one[2];
	json_t *other[2];
	int fits = 0;
	if (!record || !field || !wanted)
		return 0;
	for (int i = 0; i < 2; i++)
		if (texts[i] && !json_is_string(texts[i]))
			return 0;
	int n = readings(texts[0], one);
	int m = readings(texts[1], other);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < m; k++) {
			char id[37];
			conflict_id(record, field, one[i], other[k], id);
			fits |= strcmp(id, wanted) == 0;
		}
	for (int i = 0; i < 2; i++) {
		json_decref(i < n ? one[i] : NULL);
		json_decref(i < m ? other[i] : NULL);
	}
	return fits;
}
