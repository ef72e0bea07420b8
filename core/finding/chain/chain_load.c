/* The chain of a case: reads the records, and finds an organisation by what a person calls it. */
#include "finding/chain/chain_load.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/past_reader.h"
#include "case/query/record_reader.h"
#include "case/query/timeline.h"
#include "case/store/disputed.h"
#include "finding/mail/import.h"

#include <stdlib.h>
#include <string.h>

static int take(void *ctx, json_t *record)
{
	return json_array_append(ctx, record);
}

/* Unless it is there already. */
static int take_once(void *ctx, json_t *record)
{
	size_t i;
	json_t *before;
	json_array_foreach((json_t *)ctx, i, before)
		if (strcmp(record_label(before), record_label(record)) == 0)
			return 0;
	return json_array_append(ctx, record);
}

/* Of the machines those that matter: infected ones (a case may have very many others), and those whose mail logs are known. */
#define INFECTED "status IN ('infected', 'compromised')"

/* Besides those for which INFECTED holds. */
static int add_assets(struct case_file *c, json_t *assets, const json_t *logs, struct err *err)
{
	size_t i;
	json_t *log;
	if (record_each_disputed(c, "asset", take_once, assets, err) < 0)
		return -1;
	json_array_foreach(logs, i, log) {
		const char *type = json_get_string(log, "type");
		const char *label = json_get_string(log, "asset");
		json_t *asset = type && label && strcmp(type, "mail") == 0 ? record_get(c, label, 0, NULL) : NULL;
		if (asset)
			take_once(assets, asset);
		json_decref(asset);
	}
	return 0;
}

static const char *const chain_kinds[CHAIN_KINDS] = {"party", "mail",  "lead", "logsource",
                                                     "check", "pivot", "case", "asset"};

enum chain_kind chain_kind_of(const json_t *record)
{
	const char *kind = json_get_string(record, "kind");
	int i = 0;
	while (i < CHAIN_KINDS && (!kind || strcmp(kind, chain_kinds[i]) != 0))
		i++;
	return (enum chain_kind)i;
}

int chain_read_kind(struct case_file *c, enum chain_kind kind, const char *commit, json_t *read[CHAIN_KINDS],
                    struct err *err)
{
	json_decref(read[kind]);
	read[kind] = json_array();
	if (commit && *commit)
		return past_reader_each(c, chain_kinds[kind], commit, 0, take, read[kind], err);
	return record_each(c, chain_kinds[kind], 0, take, read[kind], err);
}

static void add_digest(json_t *digests, const json_t *file)
{
	if (json_integer_value(json_object_get(file, "size")) > 0 && json_get_string(file, "sha256"))
		json_array_append(digests, json_object_get(file, "sha256"));
}

/* The digests of its files, those in archives too. */
static void add_digests(struct case_file *c, json_t *mail)
{
	json_t *digests = json_array();
	json_t *analysis = mail_analysis(c, record_label(mail), NULL);
	size_t i;
	size_t e;
	json_t *part;
	json_t *entry;
	json_array_foreach(json_object_get(analysis, "parts"), i, part) {
		if (json_is_true(json_object_get(part, "counted")))
			add_digest(digests, part);
		json_array_foreach(json_object_get(part, "inside"), e, entry)
			add_digest(digests, entry);
	}
	json_object_set_new(mail, CHAIN_DIGESTS, digests);
	json_decref(analysis);
}

/* What went out of a machine is compared with the attacks on record: analyses are read for those only. */
static int wants_digests(const json_t *mail, size_t sent)
{
	const char *purpose = json_get_string(mail, "purpose");
	return sent && json_get_string(mail, "analysis") &&
	       (json_array_size(json_object_get(mail, "sent_from")) || (purpose && strcmp(purpose, "payload") == 0));
}

static size_t count_sent(const json_t *mails)
{
	size_t i;
	json_t *mail;
	size_t sent = 0;
	json_array_foreach(mails, i, mail)
		sent += json_array_size(json_object_get(mail, "sent_from"));
	return sent;
}

/* Of a commit, in one go. The caller owns the arrays, also after an error. */
static int chain_read(struct case_file *c, const char *commit, json_t *read[CHAIN_KINDS], struct err *err)
{
	int rc = 0;
	size_t i;
	json_t *mail;
	for (int k = 0; k < CHAIN_KINDS; k++)
		read[k] = NULL;
	for (int k = 0; k < CHAIN_KINDS && rc == 0; k++)
		rc = chain_read_kind(c, (enum chain_kind)k, commit, read, err);
	if (rc == 0)
		rc = chain_read_first_acts_then(c, commit, read, err);
	size_t sent = rc == 0 ? count_sent(read[CHAIN_MAIL]) : 0;
	json_array_foreach(rc == 0 ? read[CHAIN_MAIL] : NULL, i, mail)
		if (wants_digests(mail, sent))
			add_digests(c, mail);
	return rc;
}

/* ---- of now, in slices */

struct chain_reading {
	struct case_file *c;
	struct record_reader *records;
	json_t *read[CHAIN_KINDS];
	int is_read;
	size_t acted; /* machines and organisations whose first act was asked for */
	size_t sent;
	size_t looked; /* mails whose digests were asked for */
};

static int take_kind(void *ctx, json_t *record)
{
	struct chain_reading *r = ctx;
	return json_array_append(r->read[chain_kind_of(record)], record);
}

struct chain_reading *chain_reading_new(struct case_file *c)
{
	struct chain_reading *r = xcalloc(1, sizeof *r);
	struct buf condition = BUF_INIT;
	r->c = c;
	for (int i = 0; i < CHAIN_KINDS; i++) {
		r->read[i] = json_array();
		buf_addf(&condition, "%s(kind = '%s'%s)", i ? " OR " : "", chain_kinds[i],
		         i == CHAIN_ASSET ? " AND " INFECTED : "");
	}
	r->records = record_reader_new(c, condition.data, 0, take_kind, r);
	buf_release(&condition);
	return r;
}

void chain_reading_free(struct chain_reading *r)
{
	if (!r)
		return;
	for (int i = 0; i < CHAIN_KINDS; i++)
		json_decref(r->read[i]);
	record_reader_free(r->records);
	free(r);
}

int chain_reading_work(struct chain_reading *r, double deadline, struct err *err)
{
	int rc = r->is_read ? 0 : record_reader_work(r->records, deadline, err);
	if (rc)
		return rc;
	if (!r->is_read && add_assets(r->c, r->read[CHAIN_ASSET], r->read[CHAIN_LOGSOURCE], err) < 0)
		return -1;
	if (!r->is_read)
		r->sent = count_sent(r->read[CHAIN_MAIL]);
	r->is_read = 1;
	size_t assets = json_array_size(r->read[CHAIN_ASSET]);
	while (r->acted < assets + json_array_size(r->read[CHAIN_PARTY])) {
		size_t i = r->acted++;
		json_t *record = i < assets ? json_array_get(r->read[CHAIN_ASSET], i)
		                            : json_array_get(r->read[CHAIN_PARTY], i - assets);
		if (chain_read_first_act(r->c, record, err) < 0)
			return -1;
		if (r->acted >= CHAIN_AT_LEAST && clock_steady() >= deadline)
			return 1;
	}
	while (r->sent && r->looked < json_array_size(r->read[CHAIN_MAIL])) {
		json_t *mail = json_array_get(r->read[CHAIN_MAIL], r->looked++);
		if (!wants_digests(mail, r->sent))
			continue;
		add_digests(r->c, mail);
		if (r->looked >= CHAIN_AT_LEAST && clock_steady() >= deadline)
			return 1;
	}
	return 0;
}

int chain_reading_percent(const struct chain_reading *r)
{
	return record_reader_percent(r->records);
}

void chain_reading_take(struct chain_reading *r, json_t *read[CHAIN_KINDS])
{
	for (int i = 0; i < CHAIN_KINDS; i++) {
		read[i] = r->read[i];
		r->read[i] = NULL;
	}
}

void chain_records_of(json_t *const read[CHAIN_KINDS], struct chain_records *records)
{
	*records = (struct chain_records){.parties = read[CHAIN_PARTY],
	                                  .mails = read[CHAIN_MAIL],
	                                  .leads = read[CHAIN_LEAD],
	                                  .logsources = read[CHAIN_LOGSOURCE],
	                                  .checks = read[CHAIN_CHECK],
	                                  .pivots = read[CHAIN_PIVOT],
	                                  .the_case = json_array_get(read[CHAIN_CASE], 0),
	                                  .assets = read[CHAIN_ASSET]};
}

int chain_load(struct case_file *c, const char *commit, struct chain *chain, struct err *err)
{
	json_t *read[CHAIN_KINDS];
	struct chain_records records;
	if (!commit || !*commit)
		return chain_load_now(c, chain, err);
	*chain = (struct chain){0};
	int rc = chain_read(c, commit, read, err);
	if (rc == 0) {
		chain_records_of(read, &records);
		records.resolver = timeline_resolve;
		records.resolver_ctx = c;
		chain_compute(&records, chain);
	}
	for (size_t i = 0; i < CHAIN_KINDS; i++)
		json_decref(read[i]);
	return rc;
}

struct chain_org *chain_find(const struct chain *chain, const char *who, struct err *err)
{
	struct buf those = BUF_INIT;
	for (size_t i = 0; i < chain->org_count; i++) {
		struct chain_org *org = &chain->orgs[i];
		if (strcmp(org->who, who) == 0 || strcmp(org->name, who) == 0 ||
		    (org->domain && strcmp(org->domain, who) == 0)) {
			buf_release(&those);
			return org;
		}
		if (org->score >= CHAIN_SHOWN && i < 20)
			buf_addf(&those, "%s%s", those.len ? ", " : "", org->who);
	}
	err_set(err, ERR_USAGE, _("chain: '%s' is not proposed; proposed are: %s"), who,
	        those.len ? those.data : _("none"));
	buf_release(&those);
	return NULL;
}
