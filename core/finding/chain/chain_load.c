/* The chain of a case: reads the records, and finds an organisation by what a person calls it. */
#include "finding/chain/chain.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/timeline.h"
#include "case/store/disputed.h"
#include "case/store/record_summary.h"

#include <stdlib.h>
#include <string.h>

static int take(void *ctx, json_t *record)
{
	return json_array_append(ctx, record);
}

/* Of the machines those that matter: infected ones (a case may have very many others), and those whose mail logs are known. */
static int read_assets(struct case_file *c, json_t *assets, const json_t *logs, struct err *err)
{
	size_t i;
	json_t *log;
	if (record_each_disputed(c, "asset", take, assets, err) < 0 ||
	    record_summary_pick(c, "asset", "status IN ('infected', 'compromised')", 0, take, assets, err) < 0)
		return -1;
	json_array_foreach(logs, i, log) {
		const char *type = json_get_string(log, "type");
		const char *label = json_get_string(log, "asset");
		json_t *asset = type && label && strcmp(type, "mail") == 0 ? record_get(c, label, 0, NULL) : NULL;
		if (asset)
			json_array_append_new(assets, asset);
	}
	return 0;
}

int chain_load(struct case_file *c, const char *commit, struct chain *chain, struct err *err)
{
	static const char *const kinds[] = {"party", "mail", "lead", "logsource", "check", "pivot", "case", "asset"};
	json_t *read[sizeof kinds / sizeof *kinds];
	size_t count = sizeof kinds / sizeof *kinds;
	int rc = 0;
	*chain = (struct chain){0};
	for (size_t i = 0; i < count; i++) {
		read[i] = json_array();
		if (rc == 0 && commit && *commit)
			rc = record_each_at(c, kinds[i], commit, 0, take, read[i], err);
		else if (rc == 0)
			rc = i + 1 < count ? record_each(c, kinds[i], 0, take, read[i], err)
			                   : read_assets(c, read[i], read[3], err);
	}
	if (rc == 0) {
		struct chain_records records = {.parties = read[0],
		                                .mails = read[1],
		                                .leads = read[2],
		                                .logsources = read[3],
		                                .checks = read[4],
		                                .pivots = read[5],
		                                .the_case = json_array_get(read[6], 0),
		                                .assets = read[7],
		                                .resolver = timeline_resolve,
		                                .resolver_ctx = c};
		chain_compute(&records, chain);
	}
	for (size_t i = 0; i < count; i++)
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
