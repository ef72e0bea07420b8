/* merge and resolve: what comes back from a colleague. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "handover/merge/merge.h"
#include "handover/merge/merge_plan.h"
#include "handover/merge/resolve.h"
#include "handover/parcel/handover.h"
#include "handover/parcel/open_parcel.h"
#include "handover/parcel/parcel_worker.h"
#include "handover/parcel/seal.h"
#include "handover/parcel/transfer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_report(struct session *s, const struct merge_report *r, int dry_run)
{
	size_t i;
	json_t *line;
	json_array_foreach(r->notes, i, line)
		printable_printf(s->out, "%s\n", json_string_value(line));
	json_array_foreach(r->lines, i, line)
		printable_printf(s->out, "%s\n", json_string_value(line));
	if (r->outcome == MERGE_NOTHING)
		printable_printf(s->out, "%s\n", _("nothing new: all of it is here already"));
	else
		printable_printf(
		    s->out,
		    P_("%s%zu action of the other side; records added or changed: %zu, to decide: %zu, renamed: %zu\n",
		       "%s%zu actions of the other side; records added or changed: %zu, to decide: %zu, renamed: %zu\n",
		       (unsigned long long)r->commits),
		    dry_run ? _("dry run, nothing is written: ") : "", r->commits, r->records, r->conflicts,
		    r->renamed);
	if (r->quarantined)
		printable_printf(s->out,
		                 P_("%zu action is set aside, since a revoked key signed it or what it builds on; to "
		                    "take it in, on record: --vouch REASON\n",
		                    "%zu actions are set aside, since a revoked key signed them or what they build on; "
		                    "to take them in, on record: --vouch REASON\n",
		                    (unsigned long long)r->quarantined),
		                 r->quarantined);
	if (r->conflicts && !dry_run)
		printable_printf(s->out, "%s\n",
		                 _("decide: genba list conflict, then genba resolve LABEL one|other|=VALUE"));
}

/* The other side's key is known to have what it sent, as far as it is here. */
static void remember_sender(struct session *s, const struct parcel *p, const char *tip)
{
	if (p->is_signed)
		handover_set_known(s->c, p->signer, tip, NULL);
}

/* What is shown nowhere before it is written. */
static int merge_unseen(struct session *s, const struct args *args, int dry_run, struct err *err)
{
	struct buf plain = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	int rc = handover_open_parcel(s->c, args->words[0], &plain, &p, &s->progress, err);
	if (rc == 0) {
		rc = case_merge(s->c, &p, args_option(args, "vouch"), dry_run, &s->progress, &report, err);
		if (rc == 0) {
			tell_report(s, &report, dry_run);
			if (!dry_run)
				remember_sender(s, &p, report.tip);
		}
		merge_report_release(&report);
	}
	parcel_release(&p);
	if (plain.cap)
		sodium_memzero(plain.data, plain.len);
	buf_release(&plain);
	return rc;
}

int cmd_merge(struct session *s, const struct args *args, struct err *err)
{
	int dry_run = args_option(args, "dry-run") != NULL;
	if (args->count != 1)
		return cmd_usage("merge", err);
	if (case_may_write(s->c, err) < 0)
		return -1;
	if (!s->merge || dry_run)
		return merge_unseen(s, args, dry_run, err);
	if (merge_plan_write(s->merge, s->c, &s->progress, err) < 0)
		return -1;
	tell_report(s, merge_plan_report(s->merge), 0);
	remember_sender(s, merge_plan_parcel(s->merge), merge_plan_report(s->merge)->tip);
	return 0;
}

/* ---- conflicts */

int cmd_resolve(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 2)
		return cmd_usage("resolve", err);
	if (conflict_resolve(s->c, args->words[0], args->words[1], args_option(args, "reason"), err) < 0)
		return -1;
	cmd_print_label(s, args->words[0]);
	return 0;
}
