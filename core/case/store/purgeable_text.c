/*
 * Texts that must be purgeable: they lie here, history keeps SHA-256(salt ‖ text).
 * The salt keeps a short text from being guessed after it was purged.
 */
#include "case/store/case_internal.h"

#include <sodium.h>
#include <string.h>

static const char prefix_text[] = "text:sha256:";
static const char prefix_secret[] = "secret:sha256:";

int purgeable_text_is_digest(const char *stored, int *secret)
{
	const char *rest = NULL;
	int is_secret = 0;
	if (!stored)
		return 0;
	if (strncmp(stored, prefix_text, sizeof prefix_text - 1) == 0) {
		rest = stored + sizeof prefix_text - 1;
	} else if (strncmp(stored, prefix_secret, sizeof prefix_secret - 1) == 0) {
		rest = stored + sizeof prefix_secret - 1;
		is_secret = 1;
	}
	if (!rest || strlen(rest) != 64 || strspn(rest, "0123456789abcdef") != 64)
		return 0;
	if (secret)
		*secret = is_secret;
	return 1;
}

static void salted_digest(const void *salt, const char *value, size_t n, struct buf *hex)
{
	crypto_hash_sha256_state state;
	unsigned char digest[32];
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, salt, TEXT_SALT);
	crypto_hash_sha256_update(&state, (const unsigned char *)value, n);
	crypto_hash_sha256_final(&state, digest);
	buf_addhex(hex, digest, sizeof digest);
}

static int put_row(struct case_file *c, const char *stored, int secret, const void *salt, const char *value, size_t n,
                   struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_TEXT_PUT, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, stored, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 2, secret);
	sqlite3_bind_blob(s, 3, salt, TEXT_SALT, SQLITE_STATIC);
	sqlite3_bind_blob64(s, 4, value, n, SQLITE_STATIC);
	return case_step(c, s, _("keep a text"), err);
}

int purgeable_text_put(struct case_file *c, const char *value, size_t n, int secret, struct buf *stored,
                       struct err *err)
{
	unsigned char salt[TEXT_SALT];
	randombytes_buf(salt, sizeof salt);
	size_t start = stored->len;
	buf_adds(stored, secret ? prefix_secret : prefix_text);
	salted_digest(salt, value, n, stored);
	return put_row(c, stored->data + start, secret, salt, value, n, err);
}

int purgeable_text_take(struct case_file *c, const char *stored, const unsigned char salt[TEXT_SALT], const char *value,
                        size_t n, struct err *err)
{
	int secret = 0;
	struct buf hex = BUF_INIT;
	salted_digest(salt, value, n, &hex);
	const char *digest = strrchr(stored, ':');
	int fits = purgeable_text_is_digest(stored, &secret) && digest && strcmp(digest + 1, hex.data) == 0;
	buf_release(&hex);
	if (!fits)
		return err_set(err, ERR_INVALID, _("a text that came does not fit its digest %.24s…"), stored);
	sqlite3_stmt *s = case_statement(c, CASE_TEXT_HAS, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, stored, -1, SQLITE_STATIC);
	int here = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_reset(s);
	return here ? 0 : put_row(c, stored, secret, salt, value, n, err);
}

int purgeable_text_get(struct case_file *c, const char *stored, struct buf *value, struct err *err)
{
	unsigned char salt[TEXT_SALT];
	return purgeable_text_get_salted(c, stored, salt, value, err);
}

int purgeable_text_get_salted(struct case_file *c, const char *stored, unsigned char salt[TEXT_SALT], struct buf *value,
                              struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_TEXT_GET, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, stored, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	int result = -1;
	if (rc == SQLITE_ROW && sqlite3_column_type(s, 1) != SQLITE_NULL && sqlite3_column_bytes(s, 0) == TEXT_SALT) {
		struct buf hex = BUF_INIT;
		size_t n = (size_t)sqlite3_column_bytes(s, 1);
		const char *bytes = sqlite3_column_blob(s, 1);
		salted_digest(sqlite3_column_blob(s, 0), bytes, n, &hex);
		const char *digest = strrchr(stored, ':');
		if (digest && strcmp(digest + 1, hex.data) == 0) {
			buf_add(value, bytes, n);
			memcpy(salt, sqlite3_column_blob(s, 0), TEXT_SALT);
			result = 0;
		} else {
			err_set(err, ERR_DAMAGED, _("a stored text does not fit its digest %.24s…"), stored);
		}
		buf_release(&hex);
	} else if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
		err_set(err, ERR_NOT_FOUND,
		        _("the text %.24s… is not in this copy of the case (purged, or left behind)"), stored);
	} else {
		case_sql_error(c, _("read a text"), err);
	}
	sqlite3_reset(s);
	return result;
}

json_t *purgeable_text_all_named(struct case_file *c, struct err *err)
{
	static const char sign[] = ":sha256:";
	json_t *names = json_object();
	sqlite3_stmt *s = case_prepare(c, err, "SELECT json FROM record WHERE instr(json, ?1)", "t", sign);
	int rc = s ? sqlite3_step(s) : SQLITE_ERROR;
	for (; rc == SQLITE_ROW; rc = sqlite3_step(s)) {
		const char *json = (const char *)sqlite3_column_text(s, 0);
		const char *from = json; /* behind the string before */
		for (const char *at = json ? strstr(json, sign) : NULL; at; at = strstr(at + 1, sign)) {
			char name[TEXT_STORED];
			const char *begin = at;
			while (begin > from && begin[-1] != '"')
				begin--;
			size_t n = (size_t)(at - begin) + sizeof sign - 1 + 64;
			if (n < sizeof name && strnlen(begin, n + 1) > n && begin[n] == '"') {
				memcpy(name, begin, n);
				name[n] = '\0';
				if (purgeable_text_is_digest(name, NULL))
					json_object_set_new(names, name, json_true());
			}
			from = at;
		}
	}
	if (s && rc != SQLITE_DONE)
		case_sql_error(c, _("read a record"), err);
	sqlite3_finalize(s);
	if (rc != SQLITE_DONE) {
		json_decref(names);
		return NULL;
	}
	return names;
}
