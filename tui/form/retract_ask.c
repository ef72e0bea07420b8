#include "tui/form/retract_ask.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/store/record.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>

void retract_ask(struct workbench *wb, const char *label)
{
	struct err err = ERR_INIT;
	char *question = xasprintf(_("Retract %s; reason: "), label);
	char *draft = xasprintf("retract:%s", label);
	char *reason = draft_prompt_reason(wb, draft, question);
	if (reason && record_retract(workbench_case(wb), label, reason, &err) == 0)
		workbench_tell(wb, TONE_GOOD, _("%s is retracted; it stays visible, with the reason"), label);
	else if (reason)
		workbench_tell_error(wb, &err);
	if (reason)
		draft_prompt_drop(wb, draft);
	free(draft);
	free(reason);
	free(question);
}
