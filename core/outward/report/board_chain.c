/* The board's sections on the mail desk and on the attack chain: which mails, how many organisations wait for a decision. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "finding/chain/chain.h"
#include "finding/mail/waiting.h"
#include "finding/sweep/record/sweep_pairs.h"

#define MAILS_MOST 2000 /* beyond, reading them and working the chain out takes longer than a glance */

int board_work(struct case_file *c, double deadline, struct err *err)
{
	struct mail_waiting mails;
	struct sweep_waiting sweep;
	int rc = board_work_conflicts(c, deadline, err);
	if (rc == 0)
		rc = board_work_measures(c, deadline, err);
	if (rc == 0)
		rc = board_work_machines(c, deadline, err);
	if (rc == 0)
		rc = board_work_findings(c, deadline, err);
	if (rc == 0)
		rc = board_work_evidence(c, deadline, err);
	if (rc == 0)
		rc = sweep_waiting_ahead(c, deadline, &sweep, err);
	if (rc == 0)
		rc = mail_waiting_ahead(c, deadline, &mails, err);
	return rc ? rc : chain_load_ahead(c, deadline, err);
}

int board_add_chain(struct building *k)
{
	struct chain past = {.org_count = 0};
	const struct chain *kept = NULL;
	size_t waiting = 0;
	size_t renewed = 0;
	size_t uncovered = 0;
	uint64_t mails = k->commit ? 1 : record_count(k->c, "mail", 0);
	if (!k->commit && mails == 0 && record_count(k->c, "lead", 0) == 0)
		return 0;
	if (mails > MAILS_MOST) {
		board_add(k->b, BOARD_HEADING, NULL, _("Attack chain"));
		board_addf(k->b, BOARD_PLAIN, NULL, _("%llu mails: what they propose is not counted here"),
		           (unsigned long long)mails);
		board_lead(k, "chain", NULL, NULL);
		return 0;
	}
	int rc = k->commit ? 0 : chain_load_ahead(k->c, k->deadline, k->err);
	if (rc == 1) {
		k->is_waiting = 1;
		board_add(k->b, BOARD_HEADING, NULL, _("Attack chain"));
		board_add(k->b, BOARD_PLAIN, NULL, _("what is proposed is being worked out"));
		board_lead(k, "chain", NULL, NULL);
	}
	if (rc)
		return rc == 1 ? 0 : -1;
	if (!k->commit)
		kept = chain_hold(k->c, k->err);
	else if (chain_load(k->c, k->commit, &past, k->err) == 0)
		kept = &past;
	if (!kept)
		return -1;
	for (size_t i = 0; i < kept->org_count; i++)
		for (size_t p = 0; p < kept->orgs[i].proposal_count; p++) {
			const struct chain_proposal *it = &kept->orgs[i].proposals[p];
			waiting += it->status == CHAIN_OPEN && it->score >= CHAIN_SHOWN;
			renewed += it->status == CHAIN_REJECTED && it->new_count > 0;
		}
	for (size_t i = 0; i < kept->coverage_count; i++)
		uncovered += kept->coverage[i].pivot == PIVOT_OUTBOUND && kept->coverage[i].result != COVERAGE_COVERED;
	if (kept != &past)
		chain_let_go(kept);
	chain_release(&past);
	if (waiting || renewed)
		board_add(k->b, BOARD_HEADING, NULL, _("Attack chain"));
	if (waiting)
		board_addf(k->b, BOARD_ATTENTION, NULL,
		           P_("%zu proposal waits for a decision", "%zu proposals wait for a decision", waiting),
		           waiting),
		    board_lead(k, "chain", NULL, NULL);
	if (renewed)
		board_addf(k->b, BOARD_ATTENTION, NULL,
		           P_("%zu rejected one has new reasons", "%zu rejected ones have new reasons", renewed),
		           renewed),
		    board_lead(k, "chain", NULL, NULL);
	if (waiting && uncovered)
		board_add(k->b, BOARD_PLAIN, NULL, _("mails sent from infected machines: unknown in part")),
		    board_lead(k, "chain", NULL, NULL);
	return 0;
}

int board_add_mail(struct building *k)
{
	struct mail_waiting w = {0};
	if (!k->commit && record_count(k->c, "mail", 0) > MAILS_MOST) {
		board_add(k->b, BOARD_HEADING, NULL, _("Mail desk"));
		board_addf(k->b, BOARD_PLAIN, NULL, _("%llu mails: what waits is not counted here"),
		           (unsigned long long)record_count(k->c, "mail", 0));
		board_lead(k, "mail", NULL, NULL);
		return 0;
	}
	int rc = k->commit ? board_each(k, "mail", mail_waiting_count, &w)
	                   : mail_waiting_ahead(k->c, k->deadline, &w, k->err);
	if (rc == 1)
		board_add_being_counted(k, _("Mail desk"), "mail");
	if (rc)
		return rc < 0 ? -1 : 0;
	if (w.unknown || w.partly)
		board_add(k->b, BOARD_HEADING, NULL, _("Mail desk"));
	if (w.high)
		board_addf(k->b, BOARD_ATTENTION, w.first,
		           P_("%zu mail weighs much; opened or not: unknown",
		              "%zu mails weigh much; opened or not: unknown", w.high),
		           w.high),
		    board_lead(k, "mail", NULL, NULL);
	if (w.unknown > w.high)
		board_addf(k->b, BOARD_PLAIN, NULL,
		           P_("%zu other mail; opened or not: unknown", "%zu other mails; opened or not: unknown",
		              w.unknown - w.high),
		           w.unknown - w.high),
		    board_lead(k, "mail", NULL, NULL);
	if (w.partly)
		board_addf(k->b, BOARD_PLAIN, NULL,
		           P_("%zu mail could only be read in part", "%zu mails could only be read in part", w.partly),
		           w.partly),
		    board_lead(k, "mail", NULL, NULL);
	return 0;
}
