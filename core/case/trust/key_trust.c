#include "case/trust/key_trust.h"

#include "base/json.h"
#include "base/time/edtf.h"
#include "case/store/case_internal.h"
#include "history/exchange.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>

#define KEYS    KEY_TRUST_REVOKED
#define WORD    64 /* keys have a bit each, in words */
#define NOBODY  (-1)
#define VOUCHES "\nGenba-Vouch: "

struct revoked {
	unsigned char key[32];
	int64_t since; /* second from which it does not count */
	char print[64];
};

/* The sets of keys that a commit has. */
enum {
	BEHIND,  /* of whose revocation it is an ancestor */
	VOUCHED, /* that a later commit vouches for by name */
	REVOKES, /* that it revokes */
	SETS
};

struct key_trust_node {
	char id[HISTORY_ID];
	int64_t witness; /* the earliest date of a later commit that counts */
	int by;          /* index of the revoked key that signed it, or NOBODY */
	unsigned char counts, seen, waits;
};

struct key_trust {
	struct case_file *c;
	struct revoked keys[KEYS];
	size_t key_count;
	size_t words;                 /* of a set of keys */
	json_t *paths;                /* of responders that are revoked: path -> index of the key */
	struct key_trust_node *nodes; /* by number */
	uint64_t *bits;               /* SETS of each node */
	uint64_t last;
	uint64_t below; /* commits from this number on were looked at */
	size_t waiting; /* parents that were named and not met, and that not every revocation is known to follow */
	struct err *err;
};

/* ---- sets of keys */

static uint64_t *bits_of(const struct key_trust *s, const struct key_trust_node *node, int set)
{
	return s->bits + ((size_t)(node - s->nodes) * SETS + (size_t)set) * s->words;
}

static void put_bit(uint64_t *bits, int key)
{
	bits[key / WORD] |= (uint64_t)1 << key % WORD;
}

static int has_bit(const uint64_t *bits, int key)
{
	return bits[key / WORD] >> key % WORD & 1;
}

static int has_all(const struct key_trust *s, const uint64_t *bits)
{
	for (size_t i = 0; i < s->key_count; i += WORD) {
		size_t here = s->key_count - i;
		if (bits[i / WORD] != (here < WORD ? ((uint64_t)1 << here) - 1 : UINT64_MAX))
			return 0;
	}
	return 1;
}

/* Adds `more` to `to`, but for one key (NOBODY: for none). */
static void add_bits(const struct key_trust *s, uint64_t *to, const uint64_t *more, int but)
{
	for (size_t i = 0; i < s->words; i++)
		to[i] |= more[i] & ~(but / WORD == (int)i && but >= 0 ? (uint64_t)1 << but % WORD : 0);
}

/* ---- who is revoked */

static int64_t effective(const char *text)
{
	struct edtf time;
	int64_t first;
	int64_t end;
	return edtf_parse(text, &time, NULL) == 0 && edtf_bounds(&time, NULL, NULL, &first, &end) == 0 ? first
	                                                                                               : INT64_MIN;
}

static int index_of(const struct key_trust *s, const unsigned char key[32])
{
	for (size_t i = 0; i < s->key_count; i++)
		if (memcmp(s->keys[i].key, key, 32) == 0)
			return (int)i;
	return NOBODY;
}

static int take_responder(void *ctx, const char *path, const void *text, size_t n)
{
	struct key_trust *s = ctx;
	unsigned char key[32];
	int rc = 0;
	json_t *record = json_parse(text, n, NULL);
	const char *since = json_get_string(record, "revoked");
	const char *line = json_get_string(record, "key");
	if (since && line && ssh_public_parse(line, key, NULL) == 0) {
		int64_t date = effective(since);
		int i = index_of(s, key);
		if (i == NOBODY && s->key_count == KEYS) {
			rc = err_set(s->err, ERR_FAILED,
			             _("more than %d keys are revoked: so many cannot be told apart from a flood that "
			               "somebody made up"),
			             KEYS);
		} else if (i == NOBODY) {
			struct buf print = BUF_INIT;
			i = (int)s->key_count++;
			memcpy(s->keys[i].key, key, 32);
			s->keys[i].since = date;
			ssh_fingerprint(key, &print);
			snprintf(s->keys[i].print, sizeof s->keys[i].print, "%s", print.data);
			buf_release(&print);
		}
		if (rc == 0) {
			s->keys[i].since = date < s->keys[i].since ? date : s->keys[i].since;
			json_object_set_new(s->paths, path, json_integer(i));
		}
	}
	json_decref(record);
	return rc;
}

static int is_revoked_at(struct key_trust *s, const char *commit, const char *path)
{
	struct buf text = BUF_INIT;
	int revoked = 0;
	if (history_read(s->c->history, commit, path, &text, NULL) == 0) {
		json_t *record = json_parse(text.data, text.len, NULL);
		revoked = json_object_get(record, "revoked") != NULL;
		json_decref(record);
	}
	buf_release(&text);
	return revoked;
}

struct searching {
	struct key_trust *s;
	const char *path;
	int key;
};

/* A merge brings a revocation that was made elsewhere: it makes none. */
static int find_revocation(void *ctx, const struct history_entry *entry)
{
	struct searching *f = ctx;
	if (entry->number <= f->s->last && entry->parent_count == 1 && is_revoked_at(f->s, entry->id, f->path) &&
	    !is_revoked_at(f->s, entry->parents[0], f->path))
		put_bit(bits_of(f->s, &f->s->nodes[entry->number], REVOKES), f->key);
	return 0;
}

static int find_revocations(struct key_trust *s)
{
	const char *path;
	json_t *key;
	int rc = 0;
	json_object_foreach(s->paths, path, key) {
		struct searching f = {s, path, (int)json_integer_value(key)};
		if (rc == 0)
			rc = history_log(s->c->history, NULL, path, 0, find_revocation, &f, s->err);
	}
	return rc;
}

/* ---- from the newest commit back */

/* The keys that the message vouches for, but for one. */
static void add_named(const struct key_trust *s, uint64_t *keys, const char *message, int but)
{
	const char *line = strstr(message, VOUCHES);
	if (!line)
		return;
	line += sizeof VOUCHES - 1;
	size_t n = strcspn(line, "\n");
	for (int i = 0; i < (int)s->key_count; i++)
		if (i != but && memmem(line, n, s->keys[i].print, strlen(s->keys[i].print)))
			put_bit(keys, i);
}

static int key_trust_judge(struct key_trust *s, struct key_trust_node *node, struct err *err)
{
	unsigned char key[32];
	const uint64_t *behind = bits_of(s, node, BEHIND);
	node->by = NOBODY;
	node->counts = 1;
	if (has_all(s, behind))
		return 0;
	if (history_signer_of(s->c->history, node->id, key, err) < 0)
		return -1;
	node->by = index_of(s, key);
	if (node->by == NOBODY)
		return 0;
	node->counts = has_bit(behind, node->by) || has_bit(bits_of(s, node, VOUCHED), node->by) ||
	               node->witness < s->keys[node->by].since;
	return 0;
}

static void hand_on(struct key_trust *s, const struct key_trust_node *node, const struct history_entry *entry)
{
	for (unsigned i = 0; i < entry->parent_count; i++) {
		uint64_t number;
		if (history_number(s->c->history, entry->parents[i], &number, NULL) < 0 || number >= entry->number)
			continue; /* reported where commits are checked */
		struct key_trust_node *parent = &s->nodes[number];
		uint64_t *behind = bits_of(s, parent, BEHIND);
		uint64_t *vouched = bits_of(s, parent, VOUCHED);
		s->waiting -= parent->waits;
		add_bits(s, behind, bits_of(s, node, BEHIND), NOBODY);
		add_bits(s, vouched, bits_of(s, node, VOUCHED), NOBODY);
		if (node->counts) {
			add_bits(s, behind, bits_of(s, node, REVOKES), node->by);
			add_named(s, vouched, entry->message, node->by);
		}
		if (node->witness < parent->witness)
			parent->witness = node->witness;
		if (node->counts && entry->when.seconds < parent->witness)
			parent->witness = entry->when.seconds;
		parent->waits = !parent->seen && !has_all(s, behind);
		s->waiting += parent->waits;
	}
}

/* A commit's children have greater numbers, so all that vouches for it was met before it. */
static int key_trust_visit(void *ctx, const struct history_entry *entry)
{
	struct key_trust *s = ctx;
	struct key_trust_node *node = &s->nodes[entry->number];
	if (entry->number > s->last)
		return 0;
	s->waiting -= node->waits;
	node->waits = 0;
	node->seen = 1;
	memcpy(node->id, entry->id, sizeof node->id);
	if (key_trust_judge(s, node, s->err) < 0)
		return -1;
	hand_on(s, node, entry);
	return s->waiting == 0 && entry->parent_count > 0; /* behind that, all of it counts */
}

static void wait_for(struct key_trust *s, const char *commit)
{
	uint64_t number;
	if (history_number(s->c->history, commit, &number, NULL) < 0 || number > s->last)
		return;
	s->waiting += !s->nodes[number].waits;
	s->nodes[number].waits = 1;
}

struct key_trust *key_trust_begin(struct case_file *c, const char *other, struct err *err)
{
	char head[HISTORY_ID];
	struct key_trust *s = xcalloc(1, sizeof *s);
	s->c = c;
	s->err = err;
	s->paths = json_object();
	int rc = history_head(c->history, head, err);
	if (rc == 0)
		rc = history_folder_walk(c->history, head, "responder", take_responder, s, err);
	size_t here = s->key_count;
	if (rc == 0 && other)
		rc = history_folder_walk(c->history, other, "responder", take_responder, s, err);
	if (rc == 0 && s->key_count - here > KEY_TRUST_AT_ONCE)
		rc =
		    err_set(err, ERR_FAILED,
		            _("not merged: it revokes %zu keys that are not revoked here, and more than %d at once are "
		              "not taken in. Ask whoever sent it, by phone, whom they revoked"),
		            s->key_count - here, KEY_TRUST_AT_ONCE);
	if (rc == 0 && s->key_count > 0) {
		s->words = (s->key_count + WORD - 1) / WORD;
		rc = history_count(c->history, &s->last, err);
		s->below = s->last + 1;
		s->nodes = xcalloc(s->last + 1, sizeof *s->nodes);
		s->bits = xcalloc(s->last + 1, SETS * s->words * sizeof *s->bits);
		for (uint64_t i = 0; i <= s->last; i++)
			s->nodes[i].witness = INT64_MAX;
		wait_for(s, head);
		if (other)
			wait_for(s, other);
		if (rc == 0)
			rc = find_revocations(s);
	}
	if (rc >= 0)
		return s;
	key_trust_free(s);
	return NULL;
}

int key_trust_step(struct key_trust *s, size_t commits, struct err *err)
{
	s->err = err;
	if (s->below == 0)
		return 0;
	int rc = history_log_below(s->c->history, &s->below, commits, key_trust_visit, s, err);
	if (rc > 0)
		s->below = 0;
	return rc < 0 ? -1 : s->below > 0;
}

struct key_trust *key_trust_new(struct case_file *c, const char *other, struct err *err)
{
	struct key_trust *s = key_trust_begin(c, other, err);
	int more = 1;
	while (s && (more = key_trust_step(s, 4096, err)) == 1)
		;
	if (more == 0 && s)
		return s;
	key_trust_free(s);
	return NULL;
}

void key_trust_free(struct key_trust *s)
{
	if (!s)
		return;
	json_decref(s->paths);
	free(s->nodes);
	free(s->bits);
	free(s);
}

/* ---- what came out */

int key_trust_counts(const struct key_trust *s, uint64_t number)
{
	return !s->nodes || number > s->last || !s->nodes[number].seen || s->nodes[number].counts;
}

static int is_vouched(const struct key_trust *s, const struct key_trust_node *node)
{
	return node->by != NOBODY && node->counts && !has_bit(bits_of(s, node, BEHIND), node->by);
}

int key_trust_each_void(const struct key_trust *s, key_trust_fn fn, void *ctx)
{
	int rc = 0;
	for (uint64_t i = s->nodes ? s->last : 0; i > 0 && rc == 0; i--)
		if (s->nodes[i].seen && !s->nodes[i].counts)
			rc = fn(ctx, i, s->nodes[i].id, s->keys[s->nodes[i].by].key);
	return rc;
}

int key_trust_each_vouched(const struct key_trust *s, key_trust_fn fn, void *ctx)
{
	int rc = 0;
	for (uint64_t i = s->nodes ? s->last : 0; i > 0 && rc == 0; i--)
		if (s->nodes[i].seen && is_vouched(s, &s->nodes[i]))
			rc = fn(ctx, i, s->nodes[i].id, s->keys[s->nodes[i].by].key);
	return rc;
}
