/* The board's row on indicators that were not swept for yet: a new one makes earlier sweeps stale for it alone. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "finding/sweep/record/sweep_pairs.h"

#include <stdlib.h>

int board_add_sweep(struct building *k)
{
	struct sweep_waiting waiting;
	if (k->commit) /* what was missing then is nothing to do now */
		return 0;
	int rc = sweep_waiting_ahead(k->c, k->deadline, &waiting, k->err);
	if (rc == 1)
		board_add_being_counted(k, _("Sweep"), "sweep");
	if (rc)
		return rc < 0 ? -1 : 0;
	if (waiting.indicators == 0 && waiting.stale == 0)
		return 0;
	board_add(k->b, BOARD_HEADING, NULL, _("Sweep"));
	if (waiting.stale)
		board_addf(k->b, BOARD_ATTENTION, waiting.stale_first,
		           P_("%zu check found an indicator that changed since",
		              "%zu checks found indicators that changed since", waiting.stale),
		           waiting.stale);
	if (waiting.indicators == 0)
		return 0;
	char *evidence =
	    xasprintf(P_("%zu piece of evidence", "%zu pieces of evidence", waiting.evidence), waiting.evidence);
	board_addf(k->b, BOARD_ATTENTION, waiting.first,
	           P_("%zu indicator not swept over %s", "%zu indicators not swept over %s", waiting.indicators),
	           waiting.indicators, evidence);
	board_lead_now(k, "command", "sweep --missing ", NULL);
	free(evidence);
	return 0;
}
