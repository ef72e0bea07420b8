/* The chain of a case: reads the records, and finds an organisation by what a person calls it. */
#include "finding/chain/chain.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/query/timeline.h"

#include <stdlib.h>
#include <string.h>

static int take(void *ctx, json_t *record)
{
	return json_array_append(ctx, record);
}

int chain_load(struct case_file *c, const char *commit, struct chain *chain, struct err *err)
{
	static const char *const kinds[] = {"party", "mail", "lead", "asset", "logsource", "check", "pivot", "case"};
	json_t *read[sizeof kinds / sizeof *kinds];
	size_t count = sizeof kinds / sizeof *kinds;
	int rc = 0;
	*chain = (struct chain){0};
	for (size_t i = 0; i < count; i++) {
		read[i] = json_array();
		if (rc == 0)
			rc = commit && *commit ? record_each_at(c, kinds[i], commit, 0, take, read[i], err)
			                       : record_each(c, kinds[i], 0, take, read[i], err);
	}
	if (rc == 0) {
		struct chain_records records = {.parties = read[0],
		                                .mails = read[1],
		                                .leads = read[2],
		                                .assets = read[3],
		                                .logsources = read[4],
		                                .checks = read[5],
		                                .pivots = read[6],
		                                .the_case = json_array_get(read[7], 0),
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
