#include "tui/form/retract_ask.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/store/record.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>

struct retract_asked {
	struct workbench *wb;
	char *label;
};

static int retract_one(void *ctx, const char *reason, struct err *err)
{
	const struct retract_asked *r = ctx;
	return record_retract(workbench_case(r->wb), r->label, reason, err);
}

void retract_ask(struct workbench *wb, const char *label)
{
	struct err err = ERR_INIT;
	if (record_may_retract(workbench_case(wb), label, &err) < 0) {
		workbench_tell_error(wb, &err);
		return;
	}
	struct retract_asked asked = {wb, xstrdup(label)}; /* the rows that it comes from are drawn anew */
	char *question = xasprintf(_("Retract %s; reason: "), asked.label);
	char *draft = xasprintf("retract:%s", asked.label);
	if (draft_prompt_reason(wb, draft, question, retract_one, &asked))
		workbench_tell(wb, TONE_GOOD, _("%s is retracted; it stays visible, with the reason"), asked.label);
	free(draft);
	free(question);
	free(asked.label);
}
