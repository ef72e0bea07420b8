#include "case/trust/record_origin.h"

#include "base/json.h"
#include "case/store/labels.h"
#include "case/store/record_validate.h"
#include "case/trust/record_origin_private.h"
#include "history/exchange.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 256

static const char *const digest_names[] = {"sha256", "md5", "sha1", "source_sha256", "piece_root"};

struct record_origins *record_origins_new(struct case_file *c, uint64_t held)
{
	struct record_origins *o = xcalloc(1, sizeof *o);
	o->c = c;
	o->held = held;
	o->responders = responders_new(c->history);
	o->cap = FIRST_SLOTS;
	o->slots = xcalloc(o->cap, sizeof *o->slots);
	o->kinds = json_object();
	o->renamed = json_object();
	o->remarked = json_object();
	return o;
}

void record_origins_free(struct record_origins *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->cap; i++) {
		if (!o->slots[i])
			continue;
		json_decref(o->slots[i]->digests);
		free(o->slots[i]->mark);
		free(o->slots[i]);
	}
	free(o->slots);
	free(o->now.author_name);
	free(o->now.author_mail);
	json_decref(o->kinds);
	json_decref(o->renamed);
	json_decref(o->remarked);
	responders_free(o->responders);
	free(o);
}

struct responders *record_origins_responders(struct record_origins *o)
{
	return o->responders;
}

/* ---- the table */

static void id_bytes(const char *id, unsigned char bytes[16])
{
	memset(bytes, 0, 16);
	sodium_hex2bin(bytes, 16, id, strlen(id), "-", NULL, NULL);
}

static struct origin **slot_of(struct origin **slots, size_t cap, const unsigned char id[16])
{
	uint64_t at;
	memcpy(&at, id, sizeof at);
	for (size_t i = (size_t)(at % cap);; i = (i + 1) % cap)
		if (!slots[i] || memcmp(slots[i]->id, id, 16) == 0)
			return &slots[i];
}

struct origin *origin_of_id(const struct record_origins *o, const char *id)
{
	unsigned char bytes[16];
	id_bytes(id, bytes);
	return *slot_of(o->slots, o->cap, bytes);
}

static struct origin *add_slot(struct record_origins *o, const unsigned char id[16])
{
	if (2 * (o->count + 1) > o->cap) {
		size_t cap = o->cap * 2;
		struct origin **slots = xcalloc(cap, sizeof *slots);
		for (size_t i = 0; i < o->cap; i++)
			if (o->slots[i])
				*slot_of(slots, cap, o->slots[i]->id) = o->slots[i];
		free(o->slots);
		o->slots = slots;
		o->cap = cap;
	}
	struct origin **slot = slot_of(o->slots, o->cap, id);
	if (!*slot) {
		*slot = xcalloc(1, sizeof **slot);
		memcpy((*slot)->id, id, 16);
		o->count++;
	}
	return *slot;
}

static const char *kept_kind(struct record_origins *o, const char *kind)
{
	json_t *kept = json_object_get(o->kinds, kind);
	if (!kept) {
		kept = json_string(kind);
		json_object_set_new(o->kinds, kind, kept);
	}
	return json_string_value(kept);
}

int origin_is_kind(const json_t *record, const char *name)
{
	const char *kind = json_get_string(record, "kind");
	return kind && strcmp(kind, name) == 0;
}

int origin_is_text(const json_t *record, const char *name, const char *wanted)
{
	const char *text = json_get_string(record, name);
	return text && strcmp(text, wanted) == 0;
}

/* What was once complete keeps its digests. */
static void note_digests(struct origin *past, const json_t *record, uint64_t number)
{
	if (!origin_is_text(record, "complete", "complete"))
		return;
	if (!past->digests)
		past->digests = json_object();
	if (!past->complete || number < past->complete)
		past->complete = number;
	for (size_t i = 0; i < sizeof digest_names / sizeof *digest_names; i++) {
		json_t *value = json_object_get(record, digest_names[i]);
		if (value && !json_object_get(past->digests, digest_names[i]))
			json_object_set(past->digests, digest_names[i], value);
	}
}

static struct origin *note_first(struct record_origins *o, const json_t *record, const char *commit)
{
	unsigned char id[16];
	id_bytes(json_get_string(record, "id"), id);
	struct origin *past = add_slot(o, id);
	past->kind = kept_kind(o, json_get_string(record, "kind"));
	snprintf(past->author, sizeof past->author, "%s", json_get_string(record, "author"));
	snprintf(past->label, sizeof past->label, "%s", json_get_string(record, "label"));
	snprintf(past->entered, sizeof past->entered, "%s", json_get_string(record, "entered"));
	snprintf(past->first, sizeof past->first, "%s", commit);
	if (kind_has(json_get_string(record, "kind"), KIND_RESPONDER)) {
		struct responder r;
		responder_read(&r, "", record);
		past->mark = xstrdup(r.mark);
		memcpy(past->key, r.key, 32);
		past->has_key = r.has_key;
	}
	return past;
}

/* ---- what the copy held already */

struct versions {
	struct record_origins *o;
	char (*commits)[HISTORY_ID];
	uint64_t *numbers;
	size_t count;
};

static int list_version(void *ctx, const struct history_entry *entry)
{
	struct versions *v = ctx;
	if (entry->number > v->o->held)
		return 0;
	v->commits = xrealloc(v->commits, (v->count + 1) * sizeof *v->commits);
	v->numbers = xrealloc(v->numbers, (v->count + 1) * sizeof *v->numbers);
	snprintf(v->commits[v->count], HISTORY_ID, "%s", entry->id);
	v->numbers[v->count++] = entry->number;
	return 0;
}

static struct origin *record_origin_recall(struct record_origins *o, const char *path)
{
	struct versions v = {.o = o};
	struct origin *past = NULL;
	history_log(o->c->history, NULL, path, 0, list_version, &v, NULL);
	for (size_t i = v.count; i-- > 0;) {
		struct buf text = BUF_INIT;
		json_t *record = history_read(o->c->history, v.commits[i], path, &text, NULL) == 0
		                     ? record_validate(path, text.data, text.len, NULL)
		                     : NULL;
		if (record && !past)
			past = note_first(o, record, v.commits[i]);
		if (record && kind_has(json_get_string(record, "kind"), KIND_EVIDENCE))
			note_digests(past, record, v.numbers[i]);
		json_decref(record);
		buf_release(&text);
	}
	free(v.commits);
	free(v.numbers);
	return past;
}

/* The id of a path KIND/n/n/n/ID.json. */
static const char *path_id(const char *path, char id[37])
{
	const char *name = strrchr(path, '/');
	snprintf(id, 37, "%.36s", name ? name + 1 : "");
	return id;
}

static struct origin *record_origin_find(struct record_origins *o, const char *path)
{
	char text[37];
	struct origin *past = origin_of_id(o, path_id(path, text));
	if (past)
		return past;
	past = o->held ? record_origin_recall(o, path) : NULL;
	const char *kind = NULL;
	if (!past && o->held && record_label_of(o->c, text, &kind)) { /* here, as a record of another kind */
		struct buf other = BUF_INIT;
		record_path(kind, text, &other);
		past = strcmp(other.data, path) != 0 ? record_origin_recall(o, other.data) : NULL;
		buf_release(&other);
	}
	return past;
}

int record_origin_of(struct record_origins *o, const char *path, char label[LABEL_TEXT], unsigned char key[32])
{
	const struct origin *past = record_origin_find(o, path);
	if (!past || history_signer_of(o->c->history, past->first, key, NULL) < 0)
		return -1;
	snprintf(label, LABEL_TEXT, "%s", past->label);
	return 0;
}

/* ---- the commit */

/* Name and mark are those of a responder whose key signed. The first commit brings its own responder. */
static int judge_author(struct record_origins *o, struct err *err)
{
	const struct commit_now *now = &o->now;
	const char *state = now->parent_count ? now->parents[0] : now->id;
	const char *at = strchr(now->author_mail, '@');
	char mark[MARK_TEXT];
	char *mail = NULL;
	int fits = at && at - now->author_mail < MARK_TEXT;
	if (fits) {
		snprintf(mark, sizeof mark, "%.*s", (int)(at - now->author_mail), now->author_mail);
		mail = xasprintf("%s@%.8s.genba.invalid", mark, o->c->id);
		fits = strcmp(mail, now->author_mail) == 0 &&
		       responders_has_mark(o->responders, state, now->key, mark) &&
		       responders_has_name(o->responders, state, now->key, now->author_name);
	}
	free(mail);
	return fits ? 0
	            : err_set(err, ERR_DAMAGED, _("it says that %s <%s> made it, which is not who signed it"),
	                      now->author_name, now->author_mail);
}

int record_origins_commit(struct record_origins *o, const struct history_signed *commit, struct err *err)
{
	struct commit_now *now = &o->now;
	free(now->author_name);
	free(now->author_mail);
	memset(now, 0, sizeof *now);
	memcpy(now->id, commit->id, sizeof now->id);
	memcpy(now->key, commit->key, 32);
	now->number = commit->number;
	now->parent_count = commit->parent_count;
	memcpy(now->parents, commit->parents, sizeof now->parents);
	now->author_name = xstrdup(commit->author_name);
	now->author_mail = xstrdup(commit->author_mail);
	return judge_author(o, err);
}

int record_origins_file(struct record_origins *o, const char *path, const json_t *record, struct err *err)
{
	struct origin *past = record_origin_find(o, path);
	int rc = past ? origin_judge_old(o, past, path, record, err) : origin_judge_new(o, record, err);
	if (!past)
		past = note_first(o, record, o->now.id);
	if (kind_has(json_get_string(record, "kind"), KIND_EVIDENCE))
		note_digests(past, record, o->now.number);
	return rc;
}

int record_origins_last(struct record_origins *o, const char *path, const json_t *record, struct err *err)
{
	const struct origin *past = record_origin_find(o, path);
	return past ? origin_judge_last(past, record, err) : 0;
}

/* ---- at the end: what was renamed had to be */

struct mark_count {
	const char *mark;
	const char *not_key; /* hex */
	int found;
};

static int count_mark(void *ctx, const struct responder *r)
{
	struct mark_count *k = ctx;
	char settled[MARK_TEXT];
	char hex[65];
	sodium_bin2hex(hex, sizeof hex, r->key, 32);
	if (!r->has_key || strcmp(hex, k->not_key) == 0)
		return 0;
	responder_mark_settled(k->mark, r->key, settled);
	k->found |= strcmp(r->mark, k->mark) == 0 || strcmp(r->mark, settled) == 0;
	return 0;
}

static void record_origin_say(void (*finding)(void *ctx, const char *text), void *ctx, char *line)
{
	finding(ctx, line);
	free(line);
}

/* A label that was given up is counted: how many have it, or had it. */
static void count_called(void *ctx, const char *label)
{
	json_t *count = json_object_get(ctx, label);
	if (count)
		json_integer_set(count, json_integer_value(count) + 1);
}

int record_origins_end(struct record_origins *o, size_t rows, void (*finding)(void *ctx, const char *text), void *ctx,
                       struct err *err)
{
	const char *name;
	json_t *value;
	if (o && json_object_size(o->renamed) > 0) {
		int more = label_each_called(o->c, &o->counted, rows, count_called, o->renamed, err);
		if (more != 0)
			return more;
	}
	if (!o)
		return 0;
	json_object_foreach(o->renamed, name, value)
		if (json_integer_value(value) < 2)
			record_origin_say(
			    finding, ctx,
			    xasprintf(_("%s was renamed in a merge, though no other record had that label"), name));
	json_object_foreach(o->remarked, name, value) {
		struct mark_count k = {name, json_string_value(value), 0};
		responder_each(o->c, count_mark, &k, NULL);
		if (!k.found)
			record_origin_say(
			    finding, ctx,
			    xasprintf(_("the mark %s was changed in a merge, though no other key had it"), name));
	}
	return 0;
}
