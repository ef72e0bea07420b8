/* demo: opens the practice case, made when it is not there yet. */
#include "tui/command/cmd.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "tui/command/demo.h"
#include "tui/command/demo_large.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int cmd_demo(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 0)
		return cmd_usage("demo", err);
	const char *folder = args_option(args, "dir");
	char *home = path_data_home();
	int is_large = args_option(args, "large") != NULL;
	char *dir = folder ? xstrdup(folder) : xasprintf("%s/%s", home, is_large ? "practice-large" : "practice");
	int rc = session_close(s, err);
	if (rc == 0 && isatty(STDOUT_FILENO))
		fputs(_("Opening the practice case; the first time, making it takes some seconds …\n"), s->log);
	if (rc == 0)
		rc = demo_make(s, dir, is_large, err);
	if (rc == 0)
		printable_printf(s->log, _("Practice case: %s (its passphrase is: practice)\n"), s->path);
	free(home);
	free(dir);
	if (rc < 0)
		return -1;
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		s->request = REQUEST_WORKBENCH;
		return is_large ? demo_large_summary(s, folder, 1, err) : 0;
	}
	char *board[] = {(char *)(uintptr_t) "board", NULL};
	char *verify[] = {(char *)(uintptr_t) "verify", (char *)(uintptr_t) "--evidence", NULL};
	rc = command_run(s, 1, board, err);
	if (rc == 0) {
		fputc('\n', s->out);
		rc = command_run(s, 2, verify, err);
	}
	return rc < 0 || !is_large ? rc : demo_large_summary(s, folder, 0, err);
}
