#include "case/identity/identity.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/passphrase.h"
#include "base/printable.h"
#include "base/secret.h"
#include "history/sshsig.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT 16384
#define MEMORY_MAX (1024U << 20) /* a hostile file cannot ask for more than libsodium's SENSITIVE */
#define OPS_MAX    16

static const char magic_1[] =
    "genba-identity-1"; /* also the associated data of the seal: name and mark were outside it */
static const char magic[] =
    "genba-identity-2"; /* the associated data is this, the name and the mark; the key is in the seal */

char *identity_default_path(void)
{
	char *home = path_data_home();
	char *path = xasprintf("%s/identity.json", home);
	free(home);
	return path;
}

int identity_check_mark(const char *mark, struct err *err)
{
	size_t n = strlen(mark);
	int ok = n >= 1 && n < MARK_TEXT && ((mark[0] >= 'A' && mark[0] <= 'Z') || (mark[0] >= 'a' && mark[0] <= 'z'));
	for (size_t i = 1; i < n && ok; i++)
		ok = (mark[i] >= '0' && mark[i] <= '9') || (mark[i] >= 'A' && mark[i] <= 'Z') ||
		     (mark[i] >= 'a' && mark[i] <= 'z');
	if (ok)
		return 0;
	return err_set(err, ERR_USAGE,
	               _("mark '%s': a letter, then letters or digits, at most %d in all (for example R1)"), mark,
	               MARK_TEXT - 1);
}

struct sealing {
	unsigned char salt[crypto_pwhash_SALTBYTES];
	unsigned char nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	unsigned char sealed[32 + crypto_aead_xchacha20poly1305_ietf_ABYTES]; /* the Ed25519 seed */
	unsigned long long ops;
	size_t memory;
};

static unsigned char *derive_key(const struct sealing *s, const struct secret *passphrase, struct err *err)
{
	unsigned char *key = secret_alloc(32);
	if (crypto_pwhash(key, 32, passphrase->data ? passphrase->data : "", passphrase->len, s->salt, s->ops,
	                  s->memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
		secret_free(key);
		err_set(err, ERR_FAILED, _("not enough memory to derive a key (%zu MiB are needed)"), s->memory >> 20);
		return NULL;
	}
	return key;
}

static void add_base64(json_t *object, const char *name, const void *bytes, size_t n)
{
	char text[256];
	sodium_bin2base64(text, sizeof text, bytes, n, sodium_base64_VARIANT_ORIGINAL);
	json_object_set_new(object, name, json_string(text));
}

static int get_base64(const json_t *object, const char *name, unsigned char *bytes, size_t n)
{
	const char *text = json_get_string(object, name);
	size_t got = 0;
	return text &&
	               sodium_base642bin(bytes, n, text, strlen(text), NULL, &got, NULL,
	                                 sodium_base64_VARIANT_ORIGINAL) == 0 &&
	               got == n
	           ? 0
	           : -1;
}

/* What the seal vouches for beside the key. */
static void associated_data(const char *format, const char *name, const char *mark, struct buf *data)
{
	buf_adds(data, format);
	if (strcmp(format, magic_1) != 0)
		buf_addf(data, "\n%s\n%s", name, mark);
}

/* The file's text for an unlocked identity. */
static int seal_to_text(const struct identity *id, const struct secret *passphrase, enum vault_kdf kdf,
                        struct buf *text, struct err *err)
{
	struct sealing s;
	struct passphrase_forms forms;
	if (passphrase_check(passphrase, err) < 0)
		return -1;
	randombytes_buf(s.salt, sizeof s.salt);
	randombytes_buf(s.nonce, sizeof s.nonce);
	uint32_t passes;
	uint32_t kib;
	vault_kdf_cost(kdf, &passes, &kib);
	s.ops = passes;
	s.memory = (size_t)kib << 10;
	passphrase_forms_init(&forms, passphrase);
	unsigned char *key = derive_key(&s, &forms.form[0], err);
	passphrase_forms_release(&forms);
	if (!key)
		return -1;
	unsigned char *seed = secret_alloc(32);
	crypto_sign_ed25519_sk_to_seed(seed, id->secret_key);
	struct buf line = BUF_INIT;
	struct buf data = BUF_INIT;
	identity_public_line(id, &line);
	associated_data(magic, id->name, id->mark, &data);
	crypto_aead_xchacha20poly1305_ietf_encrypt(s.sealed, NULL, seed, 32, (const unsigned char *)data.data, data.len,
	                                           NULL, s.nonce, key);
	buf_release(&data);
	secret_free(seed);
	secret_free(key);
	json_t *file = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "format", magic, "name", id->name, "mark", id->mark,
	                         "kdf", "argon2id", "ops", (json_int_t)s.ops, "memory", (json_int_t)s.memory);
	json_object_set_new(file, "public", json_string(line.data));
	buf_release(&line);
	add_base64(file, "salt", s.salt, sizeof s.salt);
	add_base64(file, "nonce", s.nonce, sizeof s.nonce);
	add_base64(file, "sealed", s.sealed, sizeof s.sealed);
	int rc = json_canonical(file, text, err);
	json_decref(file);
	return rc;
}

struct identity *identity_ephemeral(const char *name, const char *mark)
{
	struct identity *id = xcalloc(1, sizeof *id);
	id->name = xstrdup(name);
	snprintf(id->mark, sizeof id->mark, "%s", mark);
	id->secret_key = secret_alloc(64);
	crypto_sign_keypair(id->public_key, id->secret_key);
	return id;
}

int identity_create(const char *path, const char *name, const char *mark, const struct secret *passphrase,
                    enum vault_kdf kdf, struct err *err)
{
	if (identity_check_mark(mark, err) < 0)
		return -1;
	if (!*name || strlen(name) > 200 || !text_is_utf8(name, strlen(name)))
		return err_set(err, ERR_USAGE, _("a responder's name is 1 to 200 bytes of UTF-8"));
	if (access(path, F_OK) == 0)
		return err_set(err, ERR_EXISTS, _("there is an identity already in '%s'; it is not overwritten"), path);
	if (path_make_parents(path, err) < 0)
		return -1;
	struct identity *id = identity_ephemeral(name, mark);
	struct buf text = BUF_INIT;
	int rc = seal_to_text(id, passphrase, kdf, &text, err);
	if (rc == 0)
		rc = path_write_file(path, text.data, text.len, 0, err);
	buf_release(&text);
	identity_free(id);
	return rc;
}

static json_t *read_file(const char *path, struct err *err)
{
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		err_set(err, ERR_NOT_FOUND,
		        _("no identity in '%s': make one with `genba key new --name NAME --mark R1`"), path);
		return NULL;
	}
	struct buf text = BUF_INIT;
	json_t *file = NULL;
	if (buf_read_file(&text, path, FILE_LIMIT, err) == 0) {
		struct err parse = ERR_INIT;
		file = json_parse(text.data, text.len, &parse);
		const char *format = json_get_string(file, "format");
		if (!file || !format || strncmp(format, "genba-identity-", 15) != 0) {
			err_set(err, ERR_DAMAGED, _("'%s' is not a genba identity, or it is damaged"), path);
			json_decref(file);
			file = NULL;
		} else if (strcmp(format, magic) != 0 && strcmp(format, magic_1) != 0) {
			err_set(err, ERR_FAILED, _("'%s' is of a later version (%s): use a newer genba"), path, format);
			json_decref(file);
			file = NULL;
		}
	}
	buf_release(&text);
	return file;
}

static struct identity *from_file(const json_t *file, const char *path, struct err *err)
{
	const char *name = json_get_string(file, "name");
	const char *mark = json_get_string(file, "mark");
	const char *line = json_get_string(file, "public");
	struct identity *id = xcalloc(1, sizeof *id);
	if (name && mark && line && identity_check_mark(mark, NULL) == 0 &&
	    ssh_public_parse(line, id->public_key, NULL) == 0) {
		id->name = xstrdup(name);
		snprintf(id->mark, sizeof id->mark, "%s", mark);
		return id;
	}
	free(id);
	err_set(err, ERR_DAMAGED, _("the identity in '%s' is damaged: name, mark or public key cannot be read"), path);
	return NULL;
}

struct identity *identity_load(const char *path, struct err *err)
{
	json_t *file = read_file(path, err);
	struct identity *id = file ? from_file(file, path, err) : NULL;
	json_decref(file);
	return id;
}

static int read_sealing(const json_t *file, struct sealing *s)
{
	json_int_t ops = json_integer_value(json_object_get(file, "ops"));
	json_int_t memory = json_integer_value(json_object_get(file, "memory"));
	if (ops < 1 || ops > OPS_MAX || memory < (json_int_t)crypto_pwhash_MEMLIMIT_MIN ||
	    memory > (json_int_t)MEMORY_MAX)
		return -1;
	s->ops = (unsigned long long)ops;
	s->memory = (size_t)memory;
	return get_base64(file, "salt", s->salt, sizeof s->salt) < 0 ||
	               get_base64(file, "nonce", s->nonce, sizeof s->nonce) < 0 ||
	               get_base64(file, "sealed", s->sealed, sizeof s->sealed) < 0
	           ? -1
	           : 0;
}

/* 1: the seed, by one of the forms of the passphrase; 0: by none; -1. */
static int open_seal(const struct sealing *s, const struct buf *data, const struct secret *passphrase,
                     unsigned char seed[32], struct err *err)
{
	struct passphrase_forms forms;
	int rc = 0;
	passphrase_forms_init(&forms, passphrase);
	for (unsigned i = 0; rc == 0 && i < forms.count; i++) {
		unsigned char *key = derive_key(s, &forms.form[i], err);
		if (!key)
			rc = -1;
		else if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed, NULL, NULL, s->sealed, sizeof s->sealed,
		                                                    (const unsigned char *)data->data, data->len,
		                                                    s->nonce, key) == 0)
			rc = 1;
		secret_free(key);
	}
	passphrase_forms_release(&forms);
	return rc;
}

int identity_unlock(struct identity *id, const char *path, const struct secret *passphrase, struct err *err)
{
	json_t *file = read_file(path, err);
	if (!file)
		return -1;
	struct sealing s;
	struct buf data = BUF_INIT;
	int rc = read_sealing(file, &s);
	associated_data(json_get_string(file, "format"), id->name, id->mark, &data);
	json_decref(file);
	if (rc < 0) {
		buf_release(&data);
		return err_set(err, ERR_DAMAGED, _("the identity in '%s' is damaged: its seal cannot be read"), path);
	}
	unsigned char *seed = secret_alloc(32);
	rc = open_seal(&s, &data, passphrase, seed, err);
	buf_release(&data);
	if (rc < 0) {
		secret_free(seed);
		return -1;
	}
	if (rc == 0) {
		secret_free(seed);
		return err_set(err, ERR_UNLOCK,
		               _("cannot unlock the identity of %s: wrong passphrase, or its file was altered"),
		               id->name);
	}
	unsigned char public_key[32];
	unsigned char *secret_key = secret_alloc(64);
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	secret_free(seed);
	if (memcmp(public_key, id->public_key, 32) != 0) {
		secret_free(secret_key);
		return err_set(err, ERR_DAMAGED,
		               _("the identity in '%s' was altered: its public key is not that of the sealed one"),
		               path);
	}
	identity_lock(id);
	id->secret_key = secret_key;
	return 0;
}

void identity_lock(struct identity *id)
{
	if (id && id->secret_key) {
		secret_free(id->secret_key);
		id->secret_key = NULL;
	}
}

void identity_free(struct identity *id)
{
	if (!id)
		return;
	identity_lock(id);
	free(id->name);
	free(id);
}

int identity_passwd(const char *path, const struct secret *old_passphrase, const struct secret *new_passphrase,
                    enum vault_kdf kdf, struct err *err)
{
	struct identity *id = identity_load(path, err);
	if (!id)
		return -1;
	struct buf text = BUF_INIT;
	int rc = identity_unlock(id, path, old_passphrase, err);
	if (rc == 0)
		rc = seal_to_text(id, new_passphrase, kdf, &text, err);
	if (rc == 0)
		rc = path_write_file(path, text.data, text.len, PATH_REPLACE, err);
	buf_release(&text);
	identity_free(id);
	return rc;
}

int identity_copy(const char *from, const char *to, struct err *err)
{
	struct identity *id = identity_load(from, err);
	if (!id)
		return -1;
	identity_free(id);
	struct buf text = BUF_INIT;
	int rc = buf_read_file(&text, from, FILE_LIMIT, err);
	if (rc == 0)
		rc = path_make_parents(to, err);
	if (rc == 0)
		rc = path_write_file(to, text.data, text.len, 0, err);
	buf_release(&text);
	return rc;
}

void identity_public_line(const struct identity *id, struct buf *out)
{
	char *comment = xasprintf("%s (%s)", id->name, id->mark);
	for (char *p = comment; *p; p++) /* the line stays one line whatever the name is */
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			*p = ' ';
	ssh_public_line(id->public_key, comment, out);
	free(comment);
}

void identity_fingerprint(const struct identity *id, struct buf *out)
{
	ssh_fingerprint(id->public_key, out);
}

int identity_sign(const struct identity *id, const void *message, size_t n, unsigned char signature[64])
{
	return id->secret_key ? crypto_sign_detached(signature, NULL, message, n, id->secret_key) : -1;
}

void identity_line_parts(const char *line, char **name, char mark[MARK_TEXT])
{
	const char *comment = strchr(line, ' ');
	comment = comment ? strchr(comment + 1, ' ') : NULL;
	comment = comment ? comment + 1 : "recovery";
	size_t n = strcspn(comment, "\r\n");
	const char *open = NULL;
	for (size_t i = 0; i + 2 < n; i++)
		if (comment[i] == ' ' && comment[i + 1] == '(')
			open = comment + i;
	snprintf(mark, MARK_TEXT, "RC");
	if (open && comment[n - 1] == ')' && n - (size_t)(open - comment) - 3 < MARK_TEXT) {
		char text[MARK_TEXT];
		snprintf(text, sizeof text, "%.*s", (int)(n - (size_t)(open - comment) - 3), open + 2);
		if (identity_check_mark(text, NULL) == 0)
			snprintf(mark, MARK_TEXT, "%s", text);
		n = (size_t)(open - comment);
	}
	*name = xstrndup(comment, n);
}
