/* The board's row on findings that nobody has judged: what evidence may say of machines of which nothing is known yet. */
#include "outward/report/board_private.h"

#include "base/i18n.h"
#include "case/query/record_kept.h"
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

static int is_high(const json_t *finding)
{
	return record_may_be(finding, "status", "open") && record_may_be(finding, "level", "high");
}

static int count_high(void *ctx, json_t *finding)
{
	((struct building *)ctx)->findings_high += is_high(finding) != 0;
	return 0;
}

/* Kept of each finding: whether it is one. */
static void take_finding(json_t *finding, void *item)
{
	*(int *)item = is_high(finding);
}

static const struct record_kept_spec kept_findings = {"findings high", "finding", 0, sizeof(int), take_finding, NULL};

int board_work_findings(struct case_file *c, double deadline, struct err *err)
{
	struct record_kept *kept;
	return record_kept_work(c, &kept_findings, deadline, &kept, err);
}

/* 1: they are being counted. */
static int count_high_now(struct building *k)
{
	struct record_kept *kept;
	int rc = record_kept_work(k->c, &kept_findings, k->deadline, &kept, k->err);
	for (size_t i = 0; rc == 0 && i < record_kept_count(kept); i++) {
		const int *high = record_kept_item(kept, i);
		k->findings_high += high && *high;
	}
	return rc;
}

int board_add_findings(struct building *k)
{
	int rc = k->commit ? board_each(k, "finding", count_past, k)
	                   : record_summary_each(k->c, "finding", count_open, k, k->err);
	if (rc == 0)
		rc = k->commit ? board_each(k, "finding", count_high, k) : count_high_now(k);
	if (rc == 1)
		board_add_being_counted(k, _("Triage"), "triage");
	if (rc || k->findings == 0)
		return rc < 0 ? -1 : 0;
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
