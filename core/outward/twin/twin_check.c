/* Checking a twin: its digests and root in the cage, its signature outside. */
#include "outward/twin/twin_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "history/sshsig.h"
#include "outward/intake/json_walk.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- in the cage */

struct twin_reading {
	struct worker *w;
	json_t *head; /* members beside the records */
	json_t *handed;
	json_t *ids; /* of the records that were read */
	struct twin_leaves leaves;
	uint64_t disclosed;
	uint64_t proven;
	crypto_hash_sha256_state file;
	crypto_hash_sha256_state content;
};

static ssize_t read_file(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct twin_reading *r = ctx;
	ssize_t got = worker_read(r->w, bytes, n, err);
	if (got > 0)
		crypto_hash_sha256_update(&r->file, bytes, (size_t)got);
	return got;
}

static enum json_walk_what begin(void *ctx, const struct json_walk_path *path, char first)
{
	(void)ctx;
	if (path->depth == 0)
		return JSON_WALK_ENTER;
	return path->depth == 1 && path->keys[0] && strcmp(path->keys[0], "records") == 0 && first == '['
	           ? JSON_WALK_ENTER
	           : JSON_WALK_TAKE;
}

static int from_hex(const char *hex, unsigned char bytes[TWIN_HASH])
{
	size_t n = 0;
	return hex && strlen(hex) == 2 * TWIN_HASH &&
	               sodium_hex2bin(bytes, TWIN_HASH, hex, strlen(hex), NULL, &n, NULL) == 0 && n == TWIN_HASH
	           ? 0
	           : -1;
}

/* The leaf of what the file or the person says in clear. */
static int leaf_of(const char *id, const char *name, const json_t *said, unsigned char leaf[TWIN_HASH])
{
	unsigned char salt[TWIN_HASH];
	const char *value = json_get_string(said, "value");
	if (!value || from_hex(json_get_string(said, "salt"), salt) < 0)
		return -1;
	twin_leaf(salt, id, name, value, leaf);
	return 0;
}

static void compare_handed(struct twin_reading *r, const char *id, const char *name,
                           const unsigned char leaf[TWIN_HASH])
{
	size_t i;
	json_t *one;
	unsigned char other[TWIN_HASH];
	json_array_foreach(r->handed, i, one)
		if (json_is(one, "id", id) && json_is(one, "field", name) && leaf_of(id, name, one, other) == 0 &&
		    memcmp(leaf, other, TWIN_HASH) == 0)
			r->proven++;
}

static int take_record(struct twin_reading *r, const struct json_walk_path *path, const json_t *record, struct err *err)
{
	const char *id = json_get_string(record, "id");
	const char *name;
	json_t *field;
	unsigned char leaf[TWIN_HASH];
	if (!id || !json_is_object(json_object_get(record, "fields")))
		return err_set(err, ERR_INVALID, _("line %zu: this is no record of a twin"), path->line);
	/* else its signer might have promised two values of one field, and hand over either */
	if (json_object_get(r->ids, id))
		return err_set(err, ERR_INVALID, _("line %zu: a record stands in it twice"), path->line);
	json_object_set_new(r->ids, id, json_null());
	json_object_foreach(json_object_get(record, "fields"), name, field) {
		int open = json_object_get(field, "value") != NULL;
		if (open ? leaf_of(id, name, field, leaf) < 0 : from_hex(json_get_string(field, "digest"), leaf) < 0)
			return err_set(err, ERR_INVALID, _("line %zu: this is no record of a twin"), path->line);
		r->disclosed += open ? 1U : 0U;
		compare_handed(r, id, name, leaf);
		twin_leaves_add(&r->leaves, leaf);
		twin_content(&r->content, id, name, leaf);
	}
	return 0;
}

static int take_part(void *ctx, const struct json_walk_path *path, const json_t *value, const char *why,
                     struct err *err)
{
	struct twin_reading *r = ctx;
	if (!value)
		return err_set(err, ERR_INVALID, _("line %zu: %s"), path->line, why);
	if (path->depth == 2)
		return take_record(r, path, value, err);
	if (path->depth == 1 && path->keys[0])
		json_object_set(r->head, path->keys[0], (json_t *)(uintptr_t)value);
	return 0;
}

static int run_twin(struct worker *w, struct err *err)
{
	unsigned char root[TWIN_HASH];
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[2 * TWIN_HASH + 1];
	struct twin_reading r = {.w = w,
	                         .head = json_object(),
	                         .handed = json_object_get(worker_request(w), "handed"),
	                         .ids = json_object()};
	struct json_walk walk = {.read = read_file, .begin = begin, .value = take_part, .ctx = &r};
	crypto_hash_sha256_init(&r.file);
	crypto_hash_sha256_init(&r.content);
	int rc = json_walk(&walk, err);
	if (rc == 0) {
		twin_root(&r.leaves, root);
		sodium_bin2hex(hex, sizeof hex, root, sizeof root);
		json_object_set_new(r.head, "computed", json_string(hex));
		crypto_hash_sha256_final(&r.file, digest);
		sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
		json_object_set_new(r.head, "sha256", json_string(hex));
		crypto_hash_sha256_final(&r.content, digest);
		sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
		json_object_set_new(r.head, "content", json_string(hex));
		json_object_set_new(r.head, "counted", json_integer((json_int_t)r.leaves.count));
		json_object_set_new(r.head, "disclosed", json_integer((json_int_t)r.disclosed));
		json_object_set_new(r.head, "proven", json_integer((json_int_t)r.proven));
		rc = worker_emit_take(w, json_incref(r.head), err);
	}
	twin_leaves_release(&r.leaves);
	json_decref(r.head);
	json_decref(r.ids);
	return rc;
}

const struct worker_job twin_job = {.name = "twin", .run = run_twin};

/* ---- outside */

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	(void)err;
	json_object_update(ctx, (json_t *)(uintptr_t)value);
	return 0;
}

static int copy(const json_t *said, const char *name, char *to, size_t size, struct err *err)
{
	const char *text = json_get_string(said, name);
	if (!text || strlen(text) >= size || text[strcspn(text, "\n")])
		return err_set(err, ERR_INVALID, _("this is no twin: it does not say '%s'"), name);
	memcpy(to, text, strlen(text) + 1);
	return 0;
}

static int check_signature(const json_t *said, const struct twin_checked *c, char signer[64], struct err *err)
{
	const char *armour = json_get_string(said, "signature");
	unsigned char key[32];
	unsigned char named[32];
	struct buf text = BUF_INIT;
	struct buf print = BUF_INIT;
	const char *content = json_get_string(said, "content");
	twin_statement(c->case_id, c->commit, c->time, c->leaves, c->root, content ? content : "", &text);
	int rc = armour && strlen(armour) <= SSHSIG_LIMIT
	             ? sshsig_verify(TWIN_NAMESPACE, text.data, text.len, armour, strlen(armour), key, err)
	             : err_set(err, ERR_DAMAGED, _("it is not signed"));
	const char *line = json_get_string(said, "key");
	if (rc == 0 && (!line || ssh_public_parse(line, named, err) < 0 || memcmp(key, named, sizeof key) != 0))
		rc = err_set(err, ERR_DAMAGED, _("the key that is named did not sign it"));
	if (rc == 0) {
		ssh_fingerprint(key, &print);
		snprintf(signer, 64, "%s", print.data);
	}
	buf_release(&text);
	buf_release(&print);
	return rc;
}

static int check_said(const json_t *said, const json_t *handed, struct twin_checked *c, struct err *err)
{
	if (!json_is(said, "format", TWIN_FORMAT))
		return err_set(err, ERR_INVALID, _("this is no twin of a version that this genba knows"));
	if (copy(said, "case", c->case_id, sizeof c->case_id, err) < 0 ||
	    copy(said, "commit", c->commit, sizeof c->commit, err) < 0 ||
	    copy(said, "time", c->time, sizeof c->time, err) < 0 ||
	    copy(said, "root", c->root, sizeof c->root, err) < 0 ||
	    copy(said, "sha256", c->sha256, sizeof c->sha256, err) < 0)
		return -1;
	c->leaves = (uint64_t)json_integer_value(json_object_get(said, "leaves"));
	c->disclosed = (uint64_t)json_integer_value(json_object_get(said, "disclosed"));
	c->proven = (uint64_t)json_integer_value(json_object_get(said, "proven"));
	if (!json_is(said, "computed", c->root) ||
	    c->leaves != (uint64_t)json_integer_value(json_object_get(said, "counted")))
		return err_set(err, ERR_DAMAGED, _("it was altered: its fields do not give the root that it names"));
	if (check_signature(said, c, c->signer, err) < 0)
		return -1;
	if (c->proven != json_array_size(handed))
		return err_set(err, ERR_DAMAGED,
		               P_("%zu field was handed over, of which %llu stand in the twin",
		                  "%zu fields were handed over, of which %llu stand in the twin",
		                  json_array_size(handed)),
		               json_array_size(handed), (unsigned long long)c->proven);
	return 0;
}

int twin_check(int fd, const json_t *handed, const struct progress *progress, struct twin_checked *checked,
               struct err *err)
{
	struct worker_result result;
	json_t *said = json_object();
	json_t *request = json_pack("{s:O?}", "handed", (json_t *)(uintptr_t)handed);
	struct worker_call call = {.job = twin_job.name,
	                           .request = request,
	                           .input = fd,
	                           .line = take_line,
	                           .ctx = said,
	                           .progress = progress,
	                           .what = _("checking the twin")};
	memset(checked, 0, sizeof *checked);
	int rc = worker_run(&call, &result, err);
	if (rc == 0 && result.end != WORKER_DONE)
		rc = err_set(err, ERR_INVALID, "%s", result.reason);
	if (rc == 0)
		rc = check_said(said, handed, checked, err);
	json_decref(request);
	json_decref(said);
	return rc;
}
