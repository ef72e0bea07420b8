#include "case/action/custody.h"

#include "base/err.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "case/store/case_internal.h"
#include "case/trust/authorship.h"

#include <stdlib.h>
#include <string.h>

struct moment {
	json_t *record;
	struct edtf_instant when;
	size_t n; /* order of entry */
};

static int take_transfer(void *ctx, json_t *record, const char *field)
{
	const struct kind *kind = record_kind(record);
	(void)field;
	if (kind && (kind->traits & KIND_CUSTODY) && !record_is_retracted(record))
		json_array_append(ctx, record);
	return 0;
}

/* A time that says nothing stands where it was entered: last. */
static struct edtf_instant moment_of(const json_t *record)
{
	const char *text = json_get_string(record, "when");
	struct edtf time;
	struct edtf_instant first;
	struct edtf_instant last;
	if (!text || edtf_parse(text, &time, NULL) < 0 || edtf_span(&time, NULL, NULL, &first, &last) < 0)
		return (struct edtf_instant){INT64_MAX, 0};
	return first;
}

static int by_time(const void *one, const void *other)
{
	const struct moment *a = one;
	const struct moment *b = other;
	int order = edtf_instant_compare(a->when, b->when);
	if (order)
		return order;
	return a->n < b->n ? -1 : a->n > b->n;
}

/* Of an array of transfers in order of entry, an array of the same in order of time. */
static json_t *in_order(const json_t *found)
{
	size_t count = json_array_size(found);
	struct moment *moments = xcalloc(count + 1, sizeof *moments);
	json_t *chain = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *record = json_array_get(found, i);
		moments[i] = (struct moment){record, moment_of(record), i};
	}
	qsort(moments, count, sizeof *moments, by_time);
	for (size_t i = 0; i < count; i++)
		json_array_append(chain, moments[i].record);
	free(moments);
	return chain;
}

json_t *custody_chain(struct case_file *c, const char *item, struct err *err)
{
	json_t *found = json_array();
	int rc = record_each_referring_by(c, item, "items", take_transfer, found, err);
	json_t *chain = rc == 0 ? in_order(found) : NULL;
	json_decref(found);
	return chain;
}

static int differ(const char *one, const char *other)
{
	return one && other && strcmp(one, other) != 0;
}

/* The same hands once more: what was handed over is handed over again, since a file was lost or lacked something. */
static int goes_again(const json_t *before, const json_t *t)
{
	const char *from = json_get_string(t, "from");
	const char *to = json_get_string(t, "to");
	return from && to && json_is(before, "from", from) && json_is(before, "to", to);
}

unsigned custody_doubts(const json_t *chain, size_t i)
{
	const json_t *t = json_array_get(chain, i);
	const json_t *before = i ? json_array_get(chain, i - 1) : NULL;
	const char *intact = json_get_string(t, "seal_intact");
	const char *hash = json_get_string(t, "hash_checked");
	unsigned doubts = 0;
	if (differ(json_get_string(before, "to"), json_get_string(t, "from")) && !goes_again(before, t))
		doubts |= CUSTODY_HANDS;
	if (differ(json_get_string(before, "seal_after"), json_get_string(t, "seal_before")) ||
	    (intact && strcmp(intact, "no") == 0))
		doubts |= CUSTODY_SEAL;
	if (hash && strcmp(hash, "different") == 0)
		doubts |= CUSTODY_HASH;
	if (!json_object_get(t, "accepted"))
		doubts |= CUSTODY_OPEN;
	return doubts;
}

/* ---- the last transfer of each item */

json_t *custody_last(const json_t *transfers)
{
	json_t *chain = in_order(transfers);
	json_t *last = json_object();
	size_t i;
	size_t j;
	json_t *transfer;
	json_t *item;
	json_array_foreach(chain, i, transfer)
		json_array_foreach(json_object_get(transfer, "items"), j, item)
			if (json_is_string(item))
				json_object_set(last, json_string_value(item), transfer);
	json_decref(chain);
	return last;
}

static int is_open(const json_t *last, const char *to, const char *holder)
{
	return last && to && holder && strcmp(to, holder) == 0 && !json_object_get(last, "accepted") &&
	       (json_is(last, "action", "handed_over") || json_is(last, "action", "shipped"));
}

int custody_was_pending(const json_t *last, const json_t *item)
{
	const json_t *transfer = json_object_get(last, record_label(item));
	return is_open(transfer, json_get_string(transfer, "to"), json_get_string(item, "holder"));
}

/* Kept of an open case: one transfer may name a thousand items, and is not read for each of them. As stored, since labels may
 * be given anew. */
struct last_transfers {
	uint64_t generation; /* of the transfers, and one; 0: not read */
	json_t *last;        /* id of an item -> its last transfer */
};

static void last_transfers_free(void *kept)
{
	struct last_transfers *k = kept;
	json_decref(k->last);
	free(k);
}

static int take_stored(void *ctx, json_t *transfer)
{
	return take_transfer(ctx, transfer, NULL);
}

/* The item's last transfer as stored: borrowed until the next call. NULL: none. */
static const json_t *last_of(struct case_file *c, const json_t *item)
{
	void **slot = case_memory_of(c, "last transfers", last_transfers_free);
	struct last_transfers *k = *slot ? *slot : (*slot = xcalloc(1, sizeof *k));
	uint64_t now = case_kind_generation(c, "transfer") + 1;
	if (k->generation != now || case_is_changing(c)) {
		json_t *found = json_array();
		int rc = record_each(c, "transfer", RECORD_RAW, take_stored, found, NULL);
		json_decref(k->last);
		k->last = custody_last(found);
		k->generation = rc < 0 || case_is_changing(c) ? 0 : now;
		json_decref(found);
	}
	const char *id = json_get_string(item, "id");
	return id ? json_object_get(k->last, id) : NULL;
}

int custody_is_pending(struct case_file *c, const json_t *item)
{
	const char *holder = json_get_string(item, "holder");
	const json_t *last = holder ? last_of(c, item) : NULL;
	const char *to = json_get_string(last, "to");
	return is_open(last, to ? record_label_of(c, to, NULL) : NULL, holder);
}

int custody_is_gone(struct case_file *c, const json_t *item)
{
	const json_t *last = json_object_get(item, "holder") ? last_of(c, item) : NULL;
	return last && (json_is(last, "action", "returned") || json_is(last, "action", "destroyed"));
}

/* "R1 Responder One" without the mark. */
static char *responder_of(struct case_file *c, const char *mark)
{
	char *person = authorship_person_of_mark(c, mark);
	const char *name = strchr(person, ' ');
	char *alone = xstrdup(name ? name + 1 : person);
	free(person);
	return alone;
}

char *custody_person(struct case_file *c, const json_t *item, const char *field)
{
	const char *label = json_get_string(item, field);
	int held = strcmp(field, "holder") == 0;
	if (label) {
		json_t *party = record_get(c, label, 0, NULL);
		char *name = party ? record_title(party) : printable_dup(label);
		json_decref(party);
		return name;
	}
	if (held) {
		char *collector = custody_person(c, item, "collected_by");
		if (collector)
			return collector;
	} else if (strcmp(field, "collected_by") != 0 || json_is(item, "method", "provided")) {
		return NULL;
	}
	if (!json_get_string(item, "started"))
		return NULL;
	return responder_of(c, json_get_string(item, "author"));
}

static int follow_item(struct action *a, struct case_file *c, const char *item, struct err *err)
{
	struct err gone = ERR_INIT;
	json_t *record = record_get(c, item, RECORD_RAW, &gone);
	const struct kind *kind = record ? record_kind(record) : NULL;
	const struct field *field = kind ? kind_field(kind, "holder") : NULL;
	int follows = field && field->machine;
	json_decref(record);
	if (!follows)
		return 0;
	json_t *chain = custody_chain(c, item, err);
	if (!chain)
		return -1;
	size_t count = json_array_size(chain);
	const char *to = count ? json_get_string(json_array_get(chain, count - 1), "to") : NULL;
	struct assign holder = {"holder", to ? to : ""};
	int rc = action_set(a, item, &holder, 1, RECORD_MACHINE | RECORD_WITH_RETRACTED, err);
	json_decref(chain);
	return rc;
}

static int follow_all(struct action *a, struct case_file *c, const json_t *transfer, struct err *err)
{
	size_t i;
	json_t *item;
	json_array_foreach(json_object_get(transfer, "items"), i, item)
		if (json_is_string(item) && follow_item(a, c, json_string_value(item), err) < 0)
			return -1;
	return 0;
}

int custody_follow(struct action *a, struct case_file *c, const json_t *before, const json_t *after, struct err *err)
{
	if (before && follow_all(a, c, before, err) < 0)
		return -1;
	return follow_all(a, c, after, err);
}
