/* Commands of the workbench itself. They leave a wish in the session, which the workbench fulfils. */
#include "base/buf.h"
#include "base/err.h"
#include "tui/cmd.h"

#include <stdio.h>

int cmd_at(struct session *s, const struct args *args, struct err *err)
{
	if (args->count == 0) {
		s->wish = WISH_NOW;
		return 0;
	}
	struct buf when = BUF_INIT;
	for (size_t i = 0; i < args->count; i++) /* at yesterday 18:00 */
		buf_addf(&when, "%s%s", i ? " " : "", args->words[i]);
	int rc = cmd_when(s, when.data, s->wish_commit, err);
	buf_release(&when);
	if (rc == 0)
		s->wish = WISH_PAST;
	return rc;
}

int cmd_lock(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 0)
		return cmd_usage("lock", err);
	s->wish = WISH_LOCK;
	return 0;
}

int cmd_quit(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 0)
		return cmd_usage("quit", err);
	s->wish = WISH_LEAVE;
	return 0;
}
