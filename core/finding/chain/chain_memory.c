/*
 * What was worked out of the mails of an open case is kept in memory, so that a look after one new mail reads that mail only.
 *
 * It stands for one generation of the case and one language. What changed since is asked for by id (case_changed_since()):
 * new suspicious mails are added to it, decisions are read anew; anything else that the chain is worked out of throws it away.
 */
#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/timeline.h"
#include "case/store/case_file.h"
#include "finding/chain/chain_load.h"

#include <stdlib.h>
#include <string.h>

#define NEW_MOST 500 /* mails: for more all is worked out anew */

struct chain_memory {
	struct case_file *c;
	uint64_t generation;
	char language[8];
	json_t *read[CHAIN_KINDS]; /* what it was worked out of; of suspicious mails without their texts */
	json_t *mails;             /* ids of them -> true */
	int relative;              /* a time of it is told by another record */
	struct chain_work *work;
};

static void chain_memory_free(void *kept)
{
	struct chain_memory *m = kept;
	chain_work_free(m->work);
	for (size_t i = 0; i < CHAIN_KINDS; i++)
		json_decref(m->read[i]);
	json_decref(m->mails);
	free(m);
}

static int resolve(void *ctx, const char *label, struct edtf *out)
{
	struct chain_memory *m = ctx;
	m->relative = 1;
	return timeline_resolve(m->c, label, out);
}

/* Mails are most of it, and their texts most of them: they were read. Originals are compared with what comes. */
static void drop_texts(json_t *mail)
{
	static const char *const texts[] = {"body", "headers", "urls", "attachment_names"};
	for (size_t i = 0; mail_is_suspicious(mail) && i < sizeof texts / sizeof *texts; i++)
		json_object_del(mail, texts[i]);
}

static void note_mail(struct chain_memory *m, json_t *mail)
{
	const char *id = json_get_string(mail, "id");
	if (id)
		json_object_set_new(m->mails, id, json_true());
	drop_texts(mail);
}

static struct chain_memory *chain_memory_make(struct case_file *c, struct err *err)
{
	struct chain_memory *m = xcalloc(1, sizeof *m);
	struct chain_records records;
	size_t i;
	json_t *mail;
	*m = (struct chain_memory){.c = c, .generation = case_generation(c), .mails = json_object()};
	snprintf(m->language, sizeof m->language, "%s", i18n_language());
	if (chain_read(c, NULL, m->read, err) < 0) {
		chain_memory_free(m);
		return NULL;
	}
	chain_records_of(m->read, &records);
	records.resolver = resolve;
	records.resolver_ctx = m;
	m->work = chain_work_new(&records);
	json_array_foreach(m->read[CHAIN_MAIL], i, mail)
		note_mail(m, mail);
	return m;
}

/* ---- what changed since */

struct chain_changes {
	struct chain_memory *m;
	json_t *ids;
	json_t *mails;  /* new ones */
	int is_decided; /* decisions */
	int is_other;   /* what it cannot go on from */
};

static void take_id(void *ctx, const char *id)
{
	struct chain_changes *k = ctx;
	json_object_set_new(k->ids, id, json_true());
}

static int is(const json_t *record, const char *field, const char *value)
{
	const char *text = json_get_string(record, field);
	return text && strcmp(text, value) == 0;
}

static int is_known_asset(const struct chain_memory *m, const char *id)
{
	size_t i;
	json_t *known;
	json_array_foreach(m->read[CHAIN_ASSET], i, known)
		if (is(known, "id", id))
			return 1;
	return 0;
}

/* A new one that changes nothing of what was worked out before. */
static int is_only_added(const struct chain_memory *m, const json_t *mail, const char *id)
{
	return !json_object_get(m->mails, id) && !record_is_retracted(mail) && mail_is_suspicious(mail) &&
	       !is(mail, "purpose", "payload") && !json_array_size(json_object_get(mail, "sent_from"));
}

static void judge_change(struct chain_changes *k, json_t *record)
{
	const struct kind *kind = record_kind(record);
	const char *id = json_get_string(record, "id");
	if (!kind || !id) {
		k->is_other = 1;
		return;
	}
	switch (chain_kind_of(record)) {
	case CHAIN_MAIL:
		if (is_only_added(k->m, record, id))
			json_array_append(k->mails, record);
		else
			k->is_other = 1;
		break;
	case CHAIN_PIVOT:
		k->is_decided = 1;
		k->is_other |= is(record, "pivot", "same_organisation");
		break;
	case CHAIN_ASSET:
		k->is_other |=
		    is(record, "status", "infected") || is(record, "status", "compromised") || is_known_asset(k->m, id);
		break;
	case CHAIN_KINDS: /* of no kind that it is worked out of: it may tell a time, or settle a field */
		k->is_other |= k->m->relative || (kind->traits & KIND_CONFLICT);
		break;
	default:
		k->is_other = 1;
	}
}

static int compare_labels(const void *a, const void *b)
{
	const char *x = record_label(*(json_t *const *)a);
	const char *y = record_label(*(json_t *const *)b);
	size_t n = strlen(x);
	size_t k = strlen(y);
	return n != k ? (n < k ? -1 : 1) : strcmp(x, y);
}

/* In the order in which they would be read. */
static void add_mails(struct chain_memory *m, const json_t *mails)
{
	size_t count = json_array_size(mails);
	json_t **sorted = xcalloc(count + 1, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = json_array_get(mails, i);
	qsort(sorted, count, sizeof *sorted, compare_labels);
	for (size_t i = 0; i < count; i++) {
		json_array_append(m->read[CHAIN_MAIL], sorted[i]);
		chain_work_add(m->work, sorted[i]);
		note_mail(m, sorted[i]);
	}
	free(sorted);
}

/* 1: it stands for the case as it is now. 0: it cannot. */
static int bring_up(struct chain_memory *m)
{
	uint64_t now = case_generation(m->c);
	struct chain_changes k = {.m = m, .ids = json_object(), .mails = json_array()};
	const char *id;
	json_t *yes;
	int good = strcmp(m->language, i18n_language()) == 0;
	if (good && now != m->generation)
		good = case_changed_since(m->c, m->generation, take_id, &k) == 0 && json_object_size(k.ids) <= NEW_MOST;
	json_object_foreach(k.ids, id, yes) {
		json_t *record = good ? record_get(m->c, id, 0, NULL) : NULL;
		judge_change(&k, record);
		json_decref(record);
		good = good && !k.is_other;
		if (!good)
			break;
	}
	if (good && k.is_decided)
		good = chain_read_kind(m->c, CHAIN_PIVOT, NULL, m->read, NULL) == 0;
	if (good) {
		add_mails(m, k.mails);
		m->generation = now;
	}
	json_decref(k.ids);
	json_decref(k.mails);
	return good;
}

int chain_load_now(struct case_file *c, struct chain *chain, struct err *err)
{
	void **slot = case_memory_of(c, "chain", chain_memory_free);
	struct chain_memory *m = *slot;
	*chain = (struct chain){0};
	if (m && !bring_up(m)) {
		chain_memory_free(m);
		*slot = m = NULL;
	}
	if (!m)
		*slot = m = chain_memory_make(c, err);
	if (!m)
		return -1;
	chain_work_tell(m->work, m->read[CHAIN_PIVOT], chain);
	return 0;
}
