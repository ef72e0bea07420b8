#include "tui/view/desk/desk_settle.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/consultation.h"
#include "outward/desk/escalate.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct desk_asked {
	const char *party; /* of the case, or NULL */
	char label[LABEL_TEXT];
	size_t count;
};

static int take_asked(void *ctx, json_t *record)
{
	struct desk_asked *asked = ctx;
	const char *from = json_get_string(record, "from");
	if (asked->party && (!from || strcmp(from, asked->party) != 0))
		return 0;
	snprintf(asked->label, sizeof asked->label, "%s", record_label(record));
	asked->count++;
	return 0;
}

int desk_settle_asked(struct workbench *wb, const char *stage, struct buf *said)
{
	int rc = 0;
	json_t *record = workbench_get(wb, "case", 0, NULL);
	struct desk_asked asked = {.party = json_get_string(record, "party")};
	const char *reason = json_get_string(record, "stage_reason");
	struct err err = ERR_INIT;
	if (reason && consultation_each_waiting(workbench_case(wb), take_asked, &asked, NULL) == 0 &&
	    asked.count == 1) {
		char *question = xasprintf(_("%s still waits here: has it become this case? (y/n) "), asked.label);
		if (prompt_yes(wb, question)) {
			rc = consultation_is_this_case(workbench_case(wb), asked.label, stage, reason, &err);
			if (rc == 0) {
				workbench_judged(wb, asked.label);
				buf_addf(said, _("%s has become this case"), asked.label);
			} else {
				buf_adds(said, err.message);
			}
		}
		free(question);
	}
	json_decref(record);
	return rc;
}
