/* The field `swept` of the indicators follows from the checks on record. */
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/json.h"
#include "case/store/record.h"

#include <stdlib.h>
#include <string.h>

struct sweep_marking {
	struct sweep_pairs pairs; /* with the new checks */
	unsigned char *any;       /* indicators that were swept for somewhere */
	unsigned char *all;       /* everywhere */
};

static int count_place(void *ctx, json_t *record)
{
	struct sweep_marking *m = ctx;
	const char *form = json_get_string(record, "form");
	if (!json_get_string(record, "sha256") || !form || strcmp(form, "physical") == 0 ||
	    strcmp(form, "elsewhere") == 0)
		return 0;
	unsigned char *done = sweep_pairs_done(&m->pairs, record_label(record), NULL);
	for (size_t i = 0; i < m->pairs.bytes; i++) {
		m->any[i] |= done[i];
		m->all[i] &= done[i];
	}
	free(done);
	return 0;
}

int sweep_mark_indicators(struct sweep_work *w, struct action *a, struct err *err)
{
	const struct sweep_list *list = w->order->list;
	struct sweep_marking m = {.any = NULL};
	int rc = sweep_pairs_load(&m.pairs, w->c, list, err);
	if (rc == 0) {
		m.any = xcalloc(m.pairs.bytes + 1, 1);
		m.all = xmalloc(m.pairs.bytes + 1);
		memset(m.all, 0xFF, m.pairs.bytes + 1);
		rc = record_each(w->c, "evidence", 0, count_place, &m, err);
	}
	for (size_t i = 0; i < list->count && rc == 0; i++) {
		if (!*list->all[i].label || !(m.any[i / 8] >> (i % 8) & 1))
			continue;
		struct assign swept = {"swept", m.all[i / 8] >> (i % 8) & 1 ? "all" : "partly"};
		json_t *record = record_get(w->c, list->all[i].label, 0, err);
		if (!record)
			rc = -1;
		else if (!json_is(record, "swept", swept.value))
			rc = action_set(a, list->all[i].label, &swept, 1, 0, err);
		json_decref(record);
	}
	free(m.any);
	free(m.all);
	sweep_pairs_release(&m.pairs);
	return rc;
}
