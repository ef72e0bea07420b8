/*
 * What was worked out of the mails of an open case is kept in memory, so that a look after one new mail reads that mail only.
 *
 * It stands for one generation of the case and one language. What changed since is asked for by id (case_changed_since()):
 * new suspicious mails are added to it, decisions are read anew; anything else that the chain is worked out of throws it away.
 *
 * It is made in slices (chain_load_ahead()), of one generation of the case: what changes meanwhile begins it anew. What was
 * thrown away is given back in slices too, before anything is read: thousands of records take longer than a key may wait.
 */
#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/timeline.h"
#include "case/store/case_file.h"
#include "finding/chain/chain_load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GIVEN_BACK_AT_LEAST 200 /* records, however busy the machine is */

#define NEW_MOST 100 /* records, which are taken in at one go: for more all is worked out anew */

/* Of the memory, and of those that hold it. */
struct chain_told {
	struct chain chain; /* the first member: who holds it has this */
	size_t users;
};

struct chain_memory {
	struct chain_told *told; /* NULL: not told since the last change */
	struct case_file *c;
	uint64_t generation;
	char language[8];
	json_t *read[CHAIN_KINDS];     /* what it was worked out of; of suspicious mails without their texts */
	json_t *mails;                 /* ids of them -> true */
	int relative;                  /* a time of it is told by another record */
	struct chain_reading *reading; /* NULL: all is read */
	struct chain_work *work;       /* NULL: not begun, or given back */
	size_t noted;                  /* mails */
	json_t *watched;               /* watched_labels(); NULL: not whole yet */
	int is_whole;
	struct chain_memory *before; /* what it stands for now, to be given back; NULL */
};

void chain_let_go(const struct chain *chain)
{
	struct chain_told *told = (struct chain_told *)(uintptr_t)chain;
	if (!told || --told->users > 0)
		return;
	chain_release(&told->chain);
	free(told);
}

static void forget_told(struct chain_memory *m)
{
	chain_let_go(m->told ? &m->told->chain : NULL);
	m->told = NULL;
}

static void end_reading(struct chain_memory *m)
{
	chain_reading_take(m->reading, m->read);
	chain_reading_free(m->reading);
	m->reading = NULL;
}

/* 1: there is more to give back. The work goes first, for it borrows the records. */
static int give_back_one(struct chain_memory *m, double deadline)
{
	size_t done = 0;
	forget_told(m);
	chain_work_free(m->work);
	m->work = NULL;
	if (m->reading)
		end_reading(m);
	for (size_t i = 0; i < CHAIN_KINDS; i++)
		for (size_t n = json_array_size(m->read[i]); n > 0; n--) {
			if (done++ >= GIVEN_BACK_AT_LEAST && clock_steady() >= deadline)
				return 1;
			json_array_remove(m->read[i], n - 1);
		}
	for (size_t i = 0; i < CHAIN_KINDS; i++)
		json_decref(m->read[i]);
	json_decref(m->watched);
	json_decref(m->mails);
	return 0;
}

/* 1: there is more to do. */
static int give_back(struct chain_memory **m, double deadline)
{
	while (*m) {
		struct chain_memory *one = *m;
		if (give_back_one(one, deadline))
			return 1;
		*m = one->before;
		free(one);
	}
	return 0;
}

static void chain_memory_free(void *kept)
{
	struct chain_memory *m = kept;
	give_back(&m, HUGE_VAL);
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

static struct chain_memory *chain_memory_new(struct case_file *c)
{
	struct chain_memory *m = xcalloc(1, sizeof *m);
	*m = (struct chain_memory){.c = c, .generation = case_generation(c), .mails = json_object()};
	snprintf(m->language, sizeof m->language, "%s", i18n_language());
	m->reading = chain_reading_new(c);
	return m;
}

static void begin_work(struct chain_memory *m)
{
	struct chain_records records;
	chain_records_of(m->read, &records);
	records.resolver = resolve;
	records.resolver_ctx = m;
	m->work = chain_work_new(&records);
}

/* Of the machines and organisations of which nobody said since when, and of the acts that tell it: label -> true. Made once, so
 * that a look after many changes asks for each by its label. */
static json_t *watched_labels(const struct chain_memory *m)
{
	static const enum chain_kind kinds[] = {CHAIN_ASSET, CHAIN_PARTY};
	json_t *watched = json_object();
	size_t i;
	json_t *record;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		json_array_foreach(m->read[kinds[k]], i, record) {
			const char *act = json_get_string(record, CHAIN_FIRST_ACT);
			if (act)
				json_object_set_new(watched, act, json_true());
			if (chain_lacks_first_act(record))
				json_object_set_new(watched, record_label(record), json_true());
		}
	return watched;
}

/* 1: there is more to do; 0: it is whole; -1. */
static int go_on(struct chain_memory *m, double deadline, struct err *err)
{
	if (give_back(&m->before, deadline))
		return 1;
	int rc = m->reading ? chain_reading_work(m->reading, deadline, err) : 0;
	if (rc)
		return rc;
	if (m->reading) {
		end_reading(m);
		if (json_array_size(m->read[CHAIN_PARTY]) >= CHAIN_AT_LEAST && clock_steady() >= deadline)
			return 1; /* the organisations are read in one piece */
	}
	if (!m->work)
		begin_work(m);
	if (chain_work_go_on(m->work, deadline))
		return 1;
	while (m->noted < json_array_size(m->read[CHAIN_MAIL])) {
		note_mail(m, json_array_get(m->read[CHAIN_MAIL], m->noted++));
		if (m->noted >= CHAIN_AT_LEAST && clock_steady() >= deadline)
			return 1;
	}
	m->watched = watched_labels(m);
	m->is_whole = 1;
	return 0;
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

/* An event or an edge by which something is compromised of which nobody said since when, before the change or after it. */
static int tells_first_act(const struct chain_memory *m, const json_t *act)
{
	return json_object_get(m->watched, record_label(act)) || chain_act_names_any(act, m->watched);
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
		k->is_other |= k->m->relative || (kind->traits & KIND_CONFLICT) || tells_first_act(k->m, record);
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

/* 1: it stands, or will when it is whole, for the case as it is now. 0: it cannot. */
static int bring_up(struct chain_memory *m)
{
	uint64_t now = case_generation(m->c);
	struct chain_changes k = {.m = m, .ids = json_object(), .mails = json_array()};
	const char *id;
	json_t *yes;
	int good = strcmp(m->language, i18n_language()) == 0 && (m->is_whole || now == m->generation);
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
	if (k.is_decided || json_array_size(k.mails))
		forget_told(m);
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

int chain_load_ahead(struct case_file *c, double deadline, struct err *err)
{
	void **slot = case_memory_of(c, "chain", chain_memory_free);
	struct chain_memory *m = *slot;
	if (!m || !bring_up(m)) {
		struct chain_memory *before = m;
		*slot = m = chain_memory_new(c);
		m->before = before;
	}
	int rc = m->is_whole ? 0 : go_on(m, deadline, err);
	if (rc < 0) {
		chain_memory_free(m);
		*slot = NULL;
	}
	return rc;
}

int chain_load_percent(struct case_file *c)
{
	const struct chain_memory *m = *case_memory_of(c, "chain", chain_memory_free);
	if (!m || m->reading)
		return m ? chain_reading_percent(m->reading) / 2 : 0;
	return 50 + (m->work ? chain_work_percent(m->work) / 2 : 0);
}

int chain_load_now(struct case_file *c, struct chain *chain, struct err *err)
{
	*chain = (struct chain){0};
	if (chain_load_ahead(c, HUGE_VAL, err) < 0)
		return -1;
	struct chain_memory *m = *case_memory_of(c, "chain", chain_memory_free);
	chain_work_tell(m->work, m->read[CHAIN_PIVOT], chain);
	return 0;
}

const struct chain *chain_hold(struct case_file *c, struct err *err)
{
	if (chain_load_ahead(c, HUGE_VAL, err) < 0)
		return NULL;
	struct chain_memory *m = *case_memory_of(c, "chain", chain_memory_free);
	if (!m->told) {
		m->told = xcalloc(1, sizeof *m->told);
		m->told->users = 1;
		chain_work_tell(m->work, m->read[CHAIN_PIVOT], &m->told->chain);
	}
	m->told->users++;
	return &m->told->chain;
}
