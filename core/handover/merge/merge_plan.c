#include "handover/merge/merge_plan.h"

#include "base/err.h"
#include "base/i18n.h"
#include "handover/merge/merge_private.h"
#include "handover/parcel/open_parcel.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct merge_plan *merge_plan_open(struct case_file *c, const char *path, const struct progress *progress,
                                   struct err *err)
{
	struct merge_plan *plan = xcalloc(1, sizeof *plan);
	plan->report = &plan->shown;
	plan->p = &plan->came;
	if (handover_open_parcel(c, path, &plan->plain, &plan->came, progress, err) == 0)
		return plan;
	merge_plan_free(plan);
	return NULL;
}

/* The call that is under way; the case may have been closed and opened again since the last one. */
static void merge_plan_begin(struct merge_plan *plan, struct case_file *c, const struct progress *progress,
                             struct err *err)
{
	plan->c = c;
	plan->h = case_history(c);
	plan->progress = progress;
	plan->err = err;
}

static void merge_plan_end(struct merge_plan *plan)
{
	record_origins_free(plan->origins);
	plan->origins = NULL;
	merge_plan_begin(plan, plan->c, NULL, NULL);
}

int merge_plan_make(struct merge_plan *plan, struct case_file *c, const char *reason, const struct progress *progress,
                    struct err *err)
{
	merge_report_release(plan->report);
	merge_plan_begin(plan, c, progress, err);
	int rc = merge_begin(plan, reason);
	if (rc == 0)
		rc = merge_attempt(plan, 0);
	merge_plan_end(plan);
	return rc;
}

const struct merge_report *merge_plan_report(const struct merge_plan *plan)
{
	return plan->report;
}

int merge_plan_has_revoked(const struct merge_plan *plan)
{
	return plan->has_revoked;
}

int merge_plan_write(struct merge_plan *plan, struct case_file *c, const struct progress *progress, struct err *err)
{
	char head[HISTORY_ID];
	if (history_head(case_history(c), head, err) < 0)
		return -1;
	if (!plan->planned || strcmp(head, plan->head) != 0)
		return err_set(err, ERR_FAILED,
		               _("the case was changed since this was looked at: leave, and look again"));
	merge_plan_begin(plan, c, progress, err);
	int rc = merge_attempt(plan, 1);
	if (rc == 0)
		plan->planned = 0;
	merge_plan_end(plan);
	return rc;
}

const struct parcel *merge_plan_parcel(const struct merge_plan *plan)
{
	return &plan->came;
}

void merge_plan_free(struct merge_plan *plan)
{
	if (!plan)
		return;
	merge_end(plan);
	merge_report_release(&plan->shown);
	parcel_release(&plan->came);
	if (plan->plain.cap)
		sodium_memzero(plan->plain.data, plan->plain.len);
	buf_release(&plan->plain);
	free(plan);
}
