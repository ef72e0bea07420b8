/* The board's row on findings that nobody has judged: what evidence may say of machines of which nothing is known yet. */
#include "outward/report/board_private.h"

#include "base/i18n.h"
#include "case/store/disputed.h"
#include "case/store/record_summary.h"

#include <string.h>

static int count_open(void *ctx, const struct record_summary *group)
{
	struct building *k = ctx;
	if (group->status && strcmp(group->status, "open") == 0)
		k->findings += group->count;
	return 0;
}

static int count_past(void *ctx, json_t *finding)
{
	struct building *k = ctx;
	k->findings += record_may_be(finding, "status", "open") != 0;
	return 0;
}

static int count_high(void *ctx, json_t *finding)
{
	struct building *k = ctx;
	k->findings_high += record_may_be(finding, "status", "open") && record_may_be(finding, "level", "high");
	return 0;
}

int board_add_findings(struct building *k)
{
	int rc = k->commit ? board_each(k, "finding", count_past, k)
	                   : record_summary_each(k->c, "finding", count_open, k, k->err);
	if (rc < 0 ||
	    board_pick(k, "finding", "status = 'open' AND json_extract(json, '$.level') = 'high'", 0, count_high) < 0)
		return -1;
	if (k->findings == 0)
		return 0;
	board_add(k->b, BOARD_HEADING, NULL, _("Triage"));
	if (k->findings_high)
		board_addf(k->b, BOARD_ATTENTION, NULL,
		           P_("%zu finding to judge, of level high: %zu", "%zu findings to judge, of level high: %zu",
		              k->findings),
		           k->findings, k->findings_high);
	else
		board_addf(k->b, BOARD_PLAIN, NULL, P_("%zu finding to judge", "%zu findings to judge", k->findings),
		           k->findings);
	board_lead(k, "triage", "open", NULL);
	return 0;
}
