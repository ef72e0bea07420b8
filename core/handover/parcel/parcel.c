#include "handover/parcel/parcel.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/identity/identity.h"
#include "case/store/blob.h"
#include "case/store/labels.h"
#include "case/store/purgeable_text.h"
#include "case/store/record.h"
#include "handover/parcel/bundle_compress.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char name_space[] = "genba-parcel";

/* ---- what the new commits name */

static const struct parcel_room *const *parcel_rooms;

void parcel_set_rooms(const struct parcel_room *const *rooms)
{
	parcel_rooms = rooms;
}

struct gathering {
	struct case_file *c;
	const char *const *secrets;
	json_t *digests;                /* stored names of texts -> true; SHA-256 -> false */
	json_t *records;                /* ids -> true */
	const char (*have)[HISTORY_ID]; /* commits that the other side has */
	size_t have_count;
	int is_merge; /* the commit that is looked at */
	struct err *err;
};

static int may_go(const struct gathering *g, const char *label)
{
	for (size_t i = 0; g->secrets && g->secrets[i]; i++)
		if (label && strcmp(g->secrets[i], label) == 0)
			return 1;
	return 0;
}

static int is_digest(const char *text)
{
	int secret = 0;
	return purgeable_text_is_digest(text, &secret) ||
	       (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64);
}

static void gather_string(struct gathering *g, const char *text, const char *label)
{
	int secret = 0;
	if (purgeable_text_is_digest(text, &secret)) {
		if (!secret || may_go(g, label))
			json_object_set_new(g->digests, text, json_true());
	} else if (is_digest(text)) {
		json_object_set_new(g->digests, text, json_false());
	}
}

/* The record as the other side has it, at the i-th commit that is there: NULL if it has none. */
static json_t *theirs_at(const struct gathering *g, size_t i, const char *path, struct buf *text)
{
	buf_clear(text);
	return history_read(case_history(g->c), g->have[i], path, text, NULL) == 0
	           ? json_parse(text->data, text->len, NULL)
	           : NULL;
}

/* The record says so at the other side too: they have the bytes, or purged them. */
static int is_theirs(const struct gathering *g, const char *path, const char *field, const char *digest)
{
	struct buf text = BUF_INIT;
	int found = 0;
	for (size_t i = 0; i < g->have_count && !found; i++) {
		json_t *object = theirs_at(g, i, path, &text);
		const char *said = json_get_string(object, field);
		found = said && strcmp(said, digest) == 0;
		json_decref(object);
	}
	buf_release(&text);
	return found;
}

/* A merge of what came from them changes here what is there already. */
static int is_as_theirs(const struct gathering *g, const char *path, const struct buf *text)
{
	struct buf theirs = BUF_INIT;
	int same = 0;
	for (size_t i = 0; i < g->have_count && !same; i++) {
		buf_clear(&theirs);
		same = history_read(case_history(g->c), g->have[i], path, &theirs, NULL) == 0 &&
		       theirs.len == text->len && memcmp(theirs.data, text->data, text->len) == 0;
	}
	buf_release(&theirs);
	return same;
}

static int gather_file(void *ctx, const char *path, const struct buf *old_text, const struct buf *new_text)
{
	struct gathering *g = ctx;
	const char *name;
	json_t *value;
	(void)old_text;
	if (!new_text || (g->is_merge && is_as_theirs(g, path, new_text)))
		return 0;
	json_t *object = json_parse(new_text->data, new_text->len, NULL);
	if (json_get_string(object, "id"))
		json_object_set_new(g->records, json_get_string(object, "id"), json_true());
	json_object_foreach(object, name, value) {
		const char *text = json_string_value(value);
		if (text && is_digest(text) && !is_theirs(g, path, name, text))
			gather_string(g, text, json_get_string(object, "label"));
	}
	json_decref(object);
	return 0;
}

static int look_at_parents(void *ctx, const struct history_entry *entry)
{
	((struct gathering *)ctx)->is_merge = entry->parent_count > 1;
	return 0;
}

static int gather_commit(void *ctx, const char *commit, const char *parent)
{
	struct gathering *g = ctx;
	g->is_merge = 0;
	if (g->have_count && history_entry_of(case_history(g->c), commit, look_at_parents, g, g->err) < 0)
		return -1;
	return history_diff(case_history(g->c), parent, commit, gather_file, g, g->err);
}

/* Secrets that are named go along, also those of records that the other side has for long. */
static int gather_named(struct gathering *g)
{
	for (size_t i = 0; g->secrets && g->secrets[i]; i++) {
		const char *name;
		json_t *value;
		json_t *record = record_get(g->c, g->secrets[i], RECORD_RAW | RECORD_WITH_RETRACTED, g->err);
		if (!record)
			return -1;
		json_object_foreach(record, name, value)
			if (json_is_string(value))
				gather_string(g, json_string_value(value), g->secrets[i]);
		json_decref(record);
	}
	return 0;
}

static void add_u32(struct buf *out, size_t n)
{
	unsigned char bytes[4];
	bytes_put_be32(bytes, (uint32_t)n);
	buf_add(out, bytes, sizeof bytes);
}

static void add_piece(struct buf *out, const void *bytes, size_t n)
{
	add_u32(out, n);
	buf_add(out, bytes, n);
}

/* A text: its stored name, its salt, its bytes. What was purged here stays away. */
static void add_text(struct gathering *g, const char *stored, struct buf *out)
{
	unsigned char salt[TEXT_SALT];
	struct buf value = BUF_INIT;
	if (purgeable_text_get_salted(g->c, stored, salt, &value, NULL) == 0) {
		add_piece(out, stored, strlen(stored));
		buf_add(out, salt, sizeof salt);
		add_piece(out, value.data, value.len);
	}
	buf_release(&value);
}

static void add_file(struct gathering *g, const char *sha256, struct buf *out)
{
	struct buf value = BUF_INIT;
	if (blob_get(g->c, sha256, &value, NULL) == 0)
		add_piece(out, value.data, value.len);
	buf_release(&value);
}

static void add_digests(struct gathering *g, struct buf *texts, struct buf *files)
{
	const char *digest;
	json_t *is_text;
	json_object_foreach(g->digests, digest, is_text) {
		if (json_is_true(is_text))
			add_text(g, digest, texts);
		else
			add_file(g, digest, files);
	}
}

/* A section for each room that has something for these records. */
static int add_rooms(struct gathering *g, json_t *head, struct buf *out)
{
	json_t *sections = json_array();
	int rc = 0;
	for (size_t i = 0; parcel_rooms && parcel_rooms[i] && rc == 0; i++) {
		size_t before = out->len;
		rc = parcel_rooms[i]->write(g->c, g->records, out, g->err);
		if (out->len > before)
			json_array_append_new(sections, json_pack("{s:s s:I}", "name", parcel_rooms[i]->name, "size",
			                                          (json_int_t)(out->len - before)));
	}
	if (json_array_size(sections)) {
		json_object_set_new(head, "version", json_integer(PARCEL_VERSION));
		json_object_set(head, "rooms", sections);
	}
	json_decref(sections);
	return rc;
}

static int sign_parcel(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return identity_sign(ctx, message, n, signature);
}

static int add_signature(struct case_file *c, struct buf *out, struct err *err)
{
	const struct identity *id = case_identity(c);
	if (!id || !id->secret_key)
		return 0;
	struct history_signer signer = {sign_parcel, (void *)(uintptr_t)id, {0}};
	struct buf armour = BUF_INIT;
	memcpy(signer.public_key, id->public_key, 32);
	int rc = sshsig_sign(name_space, out->data, out->len, &signer, &armour, err);
	if (rc == 0)
		buf_add(out, armour.data, armour.len);
	buf_release(&armour);
	return rc;
}

static json_t *make_head(struct case_file *c, const char *tip, const char (*have)[HISTORY_ID], size_t count,
                         size_t bundle, size_t texts, size_t files)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	json_t *needs = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(needs, json_string(have[i]));
	return json_pack("{s:s s:i s:s s:s s:o s:s s:s s:I s:I s:I}", "format", "genba-parcel", "version", 1, "case",
	                 case_id(c), "tip", tip, "needs", needs, "from", case_mark(c), "made", now, "bundle",
	                 (json_int_t)bundle, "texts", (json_int_t)texts, "files", (json_int_t)files);
}

int parcel_write_records(struct case_file *c, const char (*have)[HISTORY_ID], size_t have_count,
                         const char *const *secrets, json_t *records, struct buf *out, struct err *err)
{
	char tip[HISTORY_ID];
	struct history *h = case_history(c);
	struct gathering g = {c, secrets, json_object(), records, have, have_count, 0, err};
	struct buf rooms = BUF_INIT;
	struct buf bundle = BUF_INIT;
	struct buf texts = BUF_INIT;
	struct buf files = BUF_INIT;
	int rc = have_count > PARCEL_NEEDS ? err_set(err, ERR_INVALID, _("too many commits are said to be known")) : 0;
	if (rc == 0)
		rc = history_head(h, tip, err);
	if (rc == 0)
		rc = history_bundle(h, tip, have, have_count, &bundle, err);
	if (rc == 0)
		rc = history_each_new(h, tip, have, have_count, gather_commit, &g, err);
	if (rc == 0)
		rc = gather_named(&g);
	if (rc == 0) {
		bundle_compress(&bundle);
		add_digests(&g, &texts, &files);
		json_t *head = make_head(c, tip, have, have_count, bundle.len, texts.len, files.len);
		rc = add_rooms(&g, head, &rooms);
		char *line = json_dumps(head, JSON_COMPACT | JSON_SORT_KEYS);
		buf_addf(out, "%s\n", line);
		buf_add(out, bundle.data, bundle.len);
		buf_add(out, texts.data, texts.len);
		buf_add(out, files.data, files.len);
		buf_add(out, rooms.data, rooms.len);
		if (rc == 0)
			rc = out->len > PARCEL_LIMIT
			         ? err_set(err, ERR_INVALID,
			                   _("there is too much for one parcel: hand the whole case over"))
			         : add_signature(c, out, err);
		free(line);
		json_decref(head);
	}
	json_decref(g.digests);
	if (rooms.cap)
		sodium_memzero(rooms.data, rooms.len);
	buf_release(&rooms);
	buf_release(&bundle);
	buf_release(&texts);
	buf_release(&files);
	return rc;
}

int parcel_write(struct case_file *c, const char (*have)[HISTORY_ID], size_t have_count, const char *const *secrets,
                 struct buf *out, struct err *err)
{
	json_t *records = json_object();
	int rc = parcel_write_records(c, have, have_count, secrets, records, out, err);
	json_decref(records);
	return rc;
}

/* ---- reading */

static int parcel_bad(struct err *err, const char *why)
{
	return err_set(err, ERR_INVALID, _("what came is not a sound parcel: %s"), why);
}

static int copy_string(const json_t *head, const char *name, char *to, size_t size, int length)
{
	const char *text = json_get_string(head, name);
	if (!text || strlen(text) >= size || (length && strlen(text) != (size_t)length))
		return -1;
	snprintf(to, size, "%s", text);
	return 0;
}

static int read_head(struct parcel *p, const char *line, size_t n, struct err *err)
{
	p->head = json_parse(line, n, err);
	if (!p->head)
		return -1;
	const char *format = json_get_string(p->head, "format");
	json_int_t version = json_integer_value(json_object_get(p->head, "version"));
	if (!format || strcmp(format, "genba-parcel") != 0)
		return parcel_bad(err, _("it has another format"));
	if (version > PARCEL_VERSION)
		return err_set(err, ERR_FAILED, _("the parcel is of a later version (%lld): use a newer genba"),
		               (long long)version);
	if (json_get_string(p->head, "from") && *json_get_string(p->head, "from") &&
	    identity_check_mark(json_get_string(p->head, "from"), NULL) < 0)
		return parcel_bad(err, _("its sender's mark has a wrong form"));
	if (copy_string(p->head, "case", p->case_id, sizeof p->case_id, 36) < 0 ||
	    copy_string(p->head, "tip", p->tip, sizeof p->tip, 40) < 0 ||
	    copy_string(p->head, "from", p->from, sizeof p->from, 0) < 0)
		return parcel_bad(err, _("its head is incomplete"));
	size_t i;
	json_t *need;
	json_array_foreach(json_object_get(p->head, "needs"), i, need) {
		const char *text = json_string_value(need);
		if (!text || strlen(text) != 40 || p->need_count == PARCEL_NEEDS)
			return parcel_bad(err, _("its head is incomplete"));
		snprintf(p->needs[p->need_count++], HISTORY_ID, "%s", text);
	}
	return 0;
}

static int take_section(const struct parcel *p, const char *name, const unsigned char **at, size_t *left,
                        const unsigned char **section, size_t *size)
{
	json_int_t n = json_integer_value(json_object_get(p->head, name));
	if (n < 0 || (size_t)n > *left)
		return -1;
	*section = *at;
	*size = (size_t)n;
	*at += n;
	*left -= (size_t)n;
	return 0;
}

/* All sections of rooms together; parcel_store_rooms() tells them apart. */
static int take_rooms(struct parcel *p, const unsigned char **at, size_t *left)
{
	size_t i;
	json_t *section;
	p->rooms = *at;
	json_array_foreach(json_object_get(p->head, "rooms"), i, section) {
		json_int_t n = json_integer_value(json_object_get(section, "size"));
		if (n < 0 || (size_t)n > *left)
			return -1;
		*at += n;
		*left -= (size_t)n;
		p->rooms_size += (size_t)n;
	}
	return 0;
}

static int read_parts(struct parcel *p, const void *bytes, size_t n, struct err *err)
{
	const char *newline = n < PARCEL_LIMIT ? memchr(bytes, '\n', n < 65536 ? n : 65536) : NULL;
	if (!newline)
		return parcel_bad(err, _("its head is incomplete"));
	if (read_head(p, bytes, (size_t)(newline - (const char *)bytes), err) < 0)
		return -1;
	const unsigned char *at = (const unsigned char *)newline + 1;
	size_t left = n - (size_t)(newline + 1 - (const char *)bytes);
	if (take_section(p, "bundle", &at, &left, &p->bundle, &p->bundle_size) < 0 ||
	    take_section(p, "texts", &at, &left, &p->texts, &p->texts_size) < 0 ||
	    take_section(p, "files", &at, &left, &p->files, &p->files_size) < 0 || take_rooms(p, &at, &left) < 0)
		return parcel_bad(err, _("it is cut short"));
	if (left == 0)
		return 0;
	if (sshsig_verify(name_space, bytes, n - left, (const char *)at, left, p->signer, err) < 0)
		return -1;
	p->is_signed = 1;
	return 0;
}

void parcel_release(struct parcel *p)
{
	json_decref(p->head);
	p->head = NULL;
	free(p->path);
	p->path = NULL;
}

int parcel_read(struct parcel *p, const void *bytes, size_t n, struct err *err)
{
	memset(p, 0, sizeof *p);
	int rc = read_parts(p, bytes, n, err);
	if (rc < 0)
		parcel_release(p);
	return rc;
}

static int take_piece(const unsigned char **at, const unsigned char *end, const unsigned char **piece, size_t *n)
{
	if (end - *at < 4)
		return -1;
	*n = bytes_be32(*at);
	*at += 4;
	if (*n > (size_t)(end - *at))
		return -1;
	*piece = *at;
	*at += *n;
	return 0;
}

/* 1: a record names the text, which came with it or is older: secrets may be handed over later than their records. */
static int is_wanted(struct case_file *c, const json_t *named, json_t **older, const char *stored, struct err *err)
{
	if (json_object_get(named, stored))
		return 1;
	if (!*older)
		*older = purgeable_text_all_named(c, err);
	return *older ? json_object_get(*older, stored) != NULL : -1;
}

static int store_texts(struct case_file *c, const struct parcel *p, const json_t *named, json_t **older,
                       struct err *err)
{
	const unsigned char *at = p->texts;
	const unsigned char *end = p->texts + p->texts_size;
	const unsigned char *piece;
	size_t n;
	while (at < end) {
		char stored[TEXT_STORED];
		const unsigned char *salt;
		if (take_piece(&at, end, &piece, &n) < 0 || n >= sizeof stored || end - at < TEXT_SALT)
			return parcel_bad(err, _("it is cut short"));
		memcpy(stored, piece, n);
		stored[n] = '\0';
		salt = at;
		at += TEXT_SALT;
		if (take_piece(&at, end, &piece, &n) < 0)
			return parcel_bad(err, _("it is cut short"));
		int wanted = is_wanted(c, named, older, stored, err);
		if (wanted < 0 || (wanted && purgeable_text_take(c, stored, salt, (const char *)piece, n, err) < 0))
			return -1;
	}
	return 0;
}

int parcel_store(struct case_file *c, const struct parcel *p, const json_t *named, struct err *err)
{
	json_t *older = NULL;
	const unsigned char *at = p->files;
	const unsigned char *end = p->files + p->files_size;
	const unsigned char *piece;
	size_t n;
	int rc = store_texts(c, p, named, &older, err);
	json_decref(older);
	if (rc < 0)
		return -1;
	while (at < end) {
		char sha256[65];
		if (take_piece(&at, end, &piece, &n) < 0)
			return parcel_bad(err, _("it is cut short"));
		struct buf hex = BUF_INIT;
		unsigned char digest[32];
		crypto_hash_sha256(digest, piece, n);
		buf_addhex(&hex, digest, sizeof digest);
		int wanted = json_object_get(named, hex.data) != NULL && !blob_is_purged(c, hex.data);
		buf_release(&hex);
		if (wanted && blob_put(c, piece, n, sha256, err) < 0)
			return -1;
	}
	return 0;
}

static const struct parcel_room *room_of(const char *name)
{
	for (size_t i = 0; name && parcel_rooms && parcel_rooms[i]; i++)
		if (strcmp(parcel_rooms[i]->name, name) == 0)
			return parcel_rooms[i];
	return NULL;
}

int parcel_store_rooms(struct case_file *c, const struct parcel *p, int keep, json_t *notes, struct err *err)
{
	const unsigned char *at = p->rooms;
	size_t i;
	json_t *section;
	json_array_foreach(json_object_get(p->head, "rooms"), i, section) {
		size_t n = (size_t)json_integer_value(json_object_get(section, "size"));
		const struct parcel_room *room = room_of(json_get_string(section, "name"));
		struct parcel_arrival came = {at, n, p->path, keep, notes};
		if (room && room->take(c, &came, err) < 0)
			return -1;
		at += n;
	}
	return 0;
}
