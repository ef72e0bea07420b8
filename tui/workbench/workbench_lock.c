/* The lock: the keys are wiped and the screen is cleared, until the passphrase is given. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/background_verify.h"
#include "tui/workbench/events.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/record_cache.h"
#include "tui/workbench/title_cache.h"
#include "tui/workbench/workbench_private.h"
#include "tui/workbench/workbench_visit.h"

/* Nothing of the case stays in the views' rows, nor on the screen. */
static void forget_views(struct workbench *wb)
{
	for (size_t i = 0; i < wb->depth; i++)
		view_forget(wb->stack[i]);
	tables_forget(wb->tables);
	title_cache_free(&wb->names);
	wb->turn++;
}

void workbench_lock(void *ctx)
{
	struct workbench *wb = ctx;
	struct err why = ERR_INIT;
	if (wb->locked)
		return;
	if (wb->errand && (case_is_still(wb->s->c) || !case_identity(wb->s->c)))
		workbench_stop_errand(wb); /* it would use a key that is wiped, or a case that is closed */
	background_verify_free(wb->verifying);
	wb->verifying = NULL;
	events_flush(wb->events);
	if (session_lock(wb->s, &why) < 0) {
		workbench_tell_error(wb, &why);
		return;
	}
	wb->locked = 1;
	forget_views(wb);
	buf_clear(&wb->status);
	screen_wipe();
	int escapes = 0;
	while (wb->locked && !workbench_is_leaving(wb)) {
		struct secret passphrase = SECRET_INIT;
		struct err err = ERR_INIT;
		if (prompt_passphrase(wb, _("Passphrase: "), &passphrase) < 0) {
			if (workbench_is_leaving(wb) || ++escapes >= 2)
				workbench_leave(wb);
			continue;
		}
		escapes = 0;
		if (session_unlock(wb->s, &passphrase, &err) == 0) {
			wb->locked = 0;
			wb->verifying = background_verify_new(wb);
			workbench_tell(wb, TONE_GOOD, "%s", _("unlocked"));
		} else {
			workbench_tell(wb, TONE_ALARM, "%s", err.message);
		}
		secret_release(&passphrase);
	}
	if (!wb->errand && !workbench_is_leaving(wb))
		visit_ended(wb); /* those that waited for an errand that the lock ended */
}
