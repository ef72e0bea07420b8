/* script: commands from a file, one a line. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cmd_script(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 1)
		return cmd_usage("script", err);
	int fd = session_input(s, args->words[0], err);
	if (fd < 0)
		return -1;
	FILE *in = fdopen(fd, "r");
	if (!in)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), args->words[0]);
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	unsigned long number = 0;
	int rc = 0;
	s->in_script = 1;
	while ((n = getline(&line, &cap, in)) >= 0) {
		number++;
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			line[--n] = '\0';
		struct err inner = ERR_INIT;
		if (command_run_line(s, line, NULL, &inner) == 0)
			continue;
		err_prefix(&inner, _("line %lu"), number);
		if (args_option(args, "keep-going"))
			printable_printf(s->log, "genba: %s\n", inner.message);
		if (rc == 0 && err)
			*err = inner;
		rc = -1;
		if (!args_option(args, "keep-going"))
			break;
	}
	s->in_script = 0;
	free(line);
	fclose(in);
	return rc;
}
