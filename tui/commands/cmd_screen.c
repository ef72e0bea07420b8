/* Commands of the workbench itself. They leave a wish in the session, which the workbench fulfils. */
#include "base/buf.h"
#include "base/err.h"
#include "tui/command/cmd.h"

#include <stdio.h>
#include <string.h>

int cmd_at(struct session *s, const struct args *args, struct err *err)
{
	if (args->count == 0) {
		s->request = REQUEST_NOW;
		return 0;
	}
	struct buf when = BUF_INIT;
	for (size_t i = 0; i < args->count; i++) /* at yesterday 18:00 */
		buf_addf(&when, "%s%s", i ? " " : "", args->words[i]);
	int rc = cmd_when(s, when.data, s->request_commit, err);
	buf_release(&when);
	if (rc == 0)
		s->request = REQUEST_PAST;
	return rc;
}

int cmd_work(struct session *s, const struct args *args, struct err *err)
{
	static const char *const names[] = {"pause", "resume", "stop"};
	static const enum session_request requests[] = {REQUEST_PAUSE, REQUEST_RESUME, REQUEST_STOP};
	for (size_t i = 0; args->count == 1 && i < sizeof names / sizeof *names; i++)
		if (strcmp(args->words[0], names[i]) == 0) {
			s->request = requests[i];
			return 0;
		}
	return cmd_usage("work", err);
}

int cmd_open(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 1)
		return cmd_usage("open", err);
	if (session_prepare(s, args->words[0], err) < 0)
		return -1;
	s->request = REQUEST_OTHER;
	return 0;
}

int cmd_quit(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 0)
		return cmd_usage("quit", err);
	s->request = REQUEST_LEAVE;
	return 0;
}
