/* Making a twin, computing it again, and handing a field over. */
#include "outward/twin/twin_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/past_reader.h"
#include "history/history.h"
#include "history/sshsig.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct twin_making {
	struct release *r; /* NULL: only the root is wanted */
	int of_disputes;   /* what two copies say of a field is a leaf too, as in twins of an earlier genba */
	struct buf *out;
	json_t *ids;
	unsigned char key[TWIN_HASH];
	struct twin_leaves leaves;
	crypto_hash_sha256_state content;
	uint64_t disclosed;
	size_t records;
	struct err *err;
};

static void add_string(struct buf *out, const char *text)
{
	json_t *string = json_string(text);
	char *quoted = json_dumps(string, JSON_ENCODE_ANY);
	buf_adds(out, quoted ? quoted : "\"\"");
	free(quoted);
	json_decref(string);
}

/* What a field may say outside: what leaves as it is. A label, a name that has become a pseudonym, a text that was altered stay. */
static int may_say(const json_t *leaving, const json_t *record, const char *name)
{
	return leaving && strcmp(name, "label") != 0 && strcmp(name, "author") != 0 &&
	       json_equal(json_object_get((json_t *)(uintptr_t)leaving, name), json_object_get(record, name));
}

static void add_field(struct twin_making *m, const char *id, const char *name, const char *value, int open, int first)
{
	unsigned char salt[TWIN_HASH];
	unsigned char leaf[TWIN_HASH];
	twin_salt(m->key, id, name, salt);
	twin_leaf(salt, id, name, value, leaf);
	twin_leaves_add(&m->leaves, leaf);
	twin_content(&m->content, id, name, leaf);
	if (!m->out)
		return;
	buf_adds(m->out, first ? "" : ",");
	add_string(m->out, name);
	buf_adds(m->out, open ? ":{\"salt\":\"" : ":{\"digest\":\"");
	buf_addhex(m->out, open ? salt : leaf, TWIN_HASH);
	if (open) {
		buf_adds(m->out, "\",\"value\":");
		add_string(m->out, value);
		buf_addc(m->out, '}');
		m->disclosed++;
	} else {
		buf_adds(m->out, "\"}");
	}
}

static int add_record(void *ctx, json_t *record)
{
	struct twin_making *m = ctx;
	const char *id = json_get_string(record, "id");
	size_t count;
	char **names = json_names(record, &count);
	json_t *leaving = m->r ? release_one(m->r, record) : NULL;
	int first = 1;
	if (m->out) {
		buf_adds(m->out, m->records++ ? ",\n{\"id\":" : "\n{\"id\":");
		add_string(m->out, id);
		buf_adds(m->out, ",\"fields\":{");
	}
	for (size_t i = 0; i < count; i++) {
		char *value = m->of_disputes && strcmp(names[i], "disputed_values") == 0
		                  ? json_dumps(json_object_get(record, names[i]), JSON_COMPACT | JSON_SORT_KEYS)
		                  : twin_value(m->ids, record, names[i]);
		if (value) {
			add_field(m, id, names[i], value, may_say(leaving, record, names[i]), first);
			first = 0;
		}
		free(value);
	}
	if (m->out)
		buf_adds(m->out, "}}");
	json_names_free(names, count);
	json_decref(leaving);
	return m->r ? release_flush(m->r, m->out, m->err) : 0;
}

static int sign(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return identity_sign(ctx, message, n, signature);
}

static int add_signature(struct twin_making *m, const char *commit, const char *time, struct twin_made *made,
                         struct err *err)
{
	struct case_file *c = release_case(m->r);
	const struct identity *id = case_identity(c);
	struct history_signer signer = {sign, (void *)(uintptr_t)id, {0}};
	struct buf text = BUF_INIT;
	struct buf armour = BUF_INIT;
	struct buf line = BUF_INIT;
	memcpy(signer.public_key, id->public_key, sizeof signer.public_key);
	twin_statement(case_id(c), commit, time, made->leaves, made->root, made->content, &text);
	ssh_public_line(id->public_key, "", &line);
	int rc = sshsig_sign(TWIN_NAMESPACE, text.data, text.len, &signer, &armour, err);
	buf_addf(m->out, "\n],\n\"leaves\":%llu,\n\"root\":\"%s\",\n\"key\":", (unsigned long long)made->leaves,
	         made->root);
	add_string(m->out, line.data);
	buf_adds(m->out, ",\n\"signature\":");
	add_string(m->out, armour.data);
	buf_adds(m->out, "}\n");
	buf_release(&text);
	buf_release(&armour);
	buf_release(&line);
	return rc;
}

static void tell_root(struct twin_making *m, struct twin_made *made)
{
	unsigned char root[TWIN_HASH];
	crypto_hash_sha256_final(&m->content, root);
	sodium_bin2hex(made->content, sizeof made->content, root, sizeof root);
	twin_root(&m->leaves, root);
	sodium_bin2hex(made->root, sizeof made->root, root, sizeof root);
	made->leaves = m->leaves.count;
	made->disclosed = m->disclosed;
}

int twin_write(struct release *r, struct buf *out, struct twin_made *made, struct err *err)
{
	struct case_file *c = release_case(r);
	struct twin_making m = {.r = r, .out = out, .err = err};
	char commit[HISTORY_ID];
	char now[CLOCK_TEXT];
	if (!case_identity(c))
		return err_set(err, ERR_USAGE, _("a twin is signed: your identity is needed"));
	if (history_head(case_history(c), commit, err) < 0 || !(m.ids = twin_ids(c, NULL, err)))
		return -1;
	clock_format(clock_now(), now);
	crypto_hash_sha256_init(&m.content);
	randombytes_buf(m.key, sizeof m.key);
	sodium_bin2hex(made->key, sizeof made->key, m.key, sizeof m.key);
	buf_addf(out, "{\"format\":\"%s\",\n\"case\":\"%s\",\n\"commit\":\"%s\",\n\"time\":\"%s\",\n\"records\":[",
	         TWIN_FORMAT, case_id(c), commit, now);
	int rc = record_each(c, NULL, RECORD_WITH_RETRACTED, add_record, &m, err);
	if (rc == 0) {
		tell_root(&m, made);
		rc = add_signature(&m, commit, now, made, err);
	}
	sodium_memzero(m.key, sizeof m.key);
	twin_leaves_release(&m.leaves);
	json_decref(m.ids);
	return rc < 0 ? -1 : rc;
}

/* ---- again, from the full case */

struct twin_search {
	const char *sha256;
	char label[LABEL_TEXT];
};

static int is_that_release(void *ctx, json_t *record)
{
	struct twin_search *s = ctx;
	if (json_is(record, "sha256", s->sha256))
		snprintf(s->label, sizeof s->label, "%s", record_label(record));
	return 0;
}

static int key_of(struct case_file *c, const char *release, unsigned char key[TWIN_HASH], struct err *err)
{
	json_t *record = record_get(c, release, RECORD_REVEAL, err);
	const char *hex = json_get_string(record, "twin_key");
	size_t n = 0;
	int rc = record ? 0 : -1;
	if (record && (!hex || sodium_hex2bin(key, TWIN_HASH, hex, strlen(hex), NULL, &n, NULL) < 0 || n != TWIN_HASH))
		rc = err_set(err, ERR_NOT_FOUND, _("%s is no twin, or its key is not in this copy of the case"),
		             release);
	json_decref(record);
	return rc;
}

/* The root of the state that the twin is of. */
static int root_again(struct case_file *c, struct twin_making *m, const struct twin_checked *checked,
                      struct twin_made *made, struct err *err)
{
	crypto_hash_sha256_init(&m->content);
	int rc = past_reader_each(c, NULL, checked->commit, RECORD_WITH_RETRACTED, add_record, m, err);
	if (rc == 0)
		tell_root(m, made);
	twin_leaves_release(&m->leaves);
	return rc;
}

int twin_against(struct case_file *c, const struct twin_checked *checked, struct err *err)
{
	struct twin_search s = {checked->sha256, ""};
	struct twin_making m = {.r = NULL};
	struct twin_made made = {.leaves = 0};
	struct twin_made earlier = {.leaves = 0};
	if (strcmp(checked->case_id, case_id(c)) != 0)
		return err_set(err, ERR_DAMAGED, _("the twin is of another case: %s"), checked->case_id);
	if (record_each(c, "release", 0, is_that_release, &s, err) < 0)
		return -1;
	if (!*s.label)
		return err_set(err, ERR_NOT_FOUND, _("no release of this case has these bytes"));
	if (key_of(c, s.label, m.key, err) < 0 || !(m.ids = twin_ids(c, checked->commit, err)))
		return -1;
	int rc = root_again(c, &m, checked, &made, err);
	m.of_disputes = 1;
	if (rc == 0 && strcmp(made.root, checked->root) != 0)
		rc = root_again(c, &m, checked, &earlier, err);
	if (rc == 0 && strcmp(made.root, checked->root) != 0 && strcmp(earlier.root, checked->root) != 0)
		rc = err_set(err, ERR_DAMAGED, _("the case says something else than its twin: root %s, not %s"),
		             made.root, checked->root);
	sodium_memzero(m.key, sizeof m.key);
	json_decref(m.ids);
	return rc < 0 ? -1 : rc;
}

json_t *twin_disclose(struct case_file *c, const char *release, const char *label, const char *field, struct err *err)
{
	unsigned char key[TWIN_HASH];
	unsigned char salt[TWIN_HASH];
	char hex[2 * TWIN_HASH + 1];
	json_t *result = NULL;
	json_t *twin = record_get(c, release, 0, err);
	const char *commit = json_get_string(twin, "commit");
	char full[HISTORY_ID] = "";
	if (!twin || key_of(c, release, key, err) < 0 ||
	    (commit && history_resolve(case_history(c), commit, full, err) < 0)) {
		json_decref(twin);
		return NULL;
	}
	json_t *ids = twin_ids(c, full, err);
	json_t *record = ids ? record_get_at(c, label, full, RECORD_WITH_RETRACTED, err) : NULL;
	char *value = record ? twin_value(ids, record, field) : NULL;
	if (value) {
		twin_salt(key, json_get_string(record, "id"), field, salt);
		sodium_bin2hex(hex, sizeof hex, salt, sizeof salt);
		result = json_pack("{s:O, s:s, s:s, s:s}", "id", json_object_get(record, "id"), "field", field, "salt",
		                   hex, "value", value);
	} else if (record) {
		err_set(err, ERR_NOT_FOUND, _("%s had no field '%s' when the twin was made"), label, field);
	}
	free(value);
	json_decref(record);
	json_decref(ids);
	json_decref(twin);
	sodium_memzero(key, sizeof key);
	return result;
}
