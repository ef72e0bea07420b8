/* capture: runs a program and preserves what it printed. */
#include "tui/command/cmd.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/capture/capture.h"

#include <stdio.h>
#include <stdlib.h>

int cmd_capture(struct session *s, const struct args *args, struct err *err)
{
	if (args->count < 1)
		return cmd_usage("capture", err);
	char **argv = xcalloc(args->count + 1, sizeof *argv);
	for (size_t i = 0; i < args->count; i++)
		argv[i] = args->words[i];
	char on[LABEL_TEXT];
	struct capture_options options = {.argv = argv,
	                                  .on = cmd_asset(s, args_option(args, "on"), on),
	                                  .masks = args_option(args, "mask"),
	                                  .progress = &s->progress};
	struct preserved done;
	int rc = evidence_capture(s->c, &options, &done, err);
	if (rc == 0) {
		printable_printf(s->out, "%s %s\n", done.label, done.sha256);
		fflush(s->out);
		fputs(done.note.data, s->log);
		if (!done.complete)
			rc = err_set(err, ERR_FAILED,
			             _("the program was interrupted; what it said until then is on record"));
	}
	preserved_release(&done);
	free(argv);
	return rc;
}
