#include "tui/cmd.h"

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
	FILE *in = strcmp(args->words[0], "-") == 0 ? stdin : fopen(args->words[0], "re");
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
			fprintf(s->log, "genba: %s\n", inner.message);
		if (rc == 0 && err)
			*err = inner;
		rc = -1;
		if (!args_option(args, "keep-going"))
			break;
	}
	s->in_script = 0;
	free(line);
	if (in != stdin)
		fclose(in);
	return rc;
}

static void help_section(FILE *out, const char *title)
{
	fprintf(out, "\n%s\n", title);
}

static void help_line(FILE *out, const struct command *command)
{
	struct buf line = BUF_INIT;
	text_pad(&line, command->name, 10);
	fprintf(out, "  %s %s\n", line.data, i18n_text(command->summary));
	buf_release(&line);
}

static void help_all(FILE *out)
{
	fprintf(out, "%s\n",
	        _("genba: workbench for incident response on site\n\n"
	          "  genba SITE.genba                       open the workbench\n"
	          "  genba -c SITE.genba COMMAND …          run one command (or set GENBA_CASE)\n\n"
	          "Anywhere: --passphrase-file FILE, --read-only, --lang en|ja"));
	size_t i = 0;
#define SECTION(title) help_section(out, i18n_text(title));
#define COMMAND(name, operands, options, summary, keys, views, flags, function) help_line(out, &command_table[i++]);
#include "tui/command.def"
#undef COMMAND
#undef SECTION
	fprintf(out, "\n%s\n", _("`genba help COMMAND` tells one in full; `man genba` tells all."));
}

int cmd_help(struct session *s, const struct args *args, struct err *err)
{
	if (args->count > 1)
		return cmd_usage("help", err);
	if (args->count == 0) {
		help_all(s->out);
		return 0;
	}
	const struct command *command = command_find(args->words[0]);
	if (!command)
		return err_set(err, ERR_USAGE, _("there is no command '%s'; `genba help` lists them"), args->words[0]);
	struct buf usage = BUF_INIT;
	command_usage(command, &usage);
	fprintf(s->out, "genba %s\n\n%s\n", usage.data, i18n_text(command->summary));
	if (*command->keys)
		fprintf(s->out, _("In the workbench: key %s\n"), command->keys);
	buf_release(&usage);
	return 0;
}
