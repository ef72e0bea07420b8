/* The table of kinds, in the order in which lists and help name them. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

const struct kind *const kind_table[] = {
	&kind_case,
	&kind_asset,
	&kind_evidence,
	&kind_event,
	&kind_note,
	&kind_indicator,
	&kind_measure,
	&kind_decision,
	&kind_party,
	&kind_contact,
	&kind_mail,
	&kind_flow,
	&kind_account,
	&kind_check,
	&kind_site,
	&kind_logsource,
	&kind_transfer,
	&kind_media,
	&kind_use,
	&kind_lead,
	&kind_consultation,
	&kind_run,
	&kind_step,
	&kind_responder,
	&kind_conflict,
};

const size_t kind_table_count = sizeof kind_table / sizeof *kind_table;
