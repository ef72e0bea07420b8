/* `genba help`: the list of commands, one command or one kind in full, and what is generated for other programs. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/kind/kinds.h"
#include "case/store/rules.h"
#include "tui/command/command_help.h"

#include <stdio.h>
#include <string.h>

#define CELLS 78

static void cmd_help_section(FILE *out, const char *title)
{
	fprintf(out, "\n%s\n", title);
}

static void line_of(FILE *out, const struct command *command)
{
	struct buf line = BUF_INIT;
	text_pad(&line, command->name, 12);
	fprintf(out, "  %s %s\n", line.data, i18n_text(command->summary));
	buf_release(&line);
}

static void help_all(FILE *out)
{
	fprintf(out, "%s\n",
	        _("genba: workbench for incident response on site\n\n"
	          "  genba SITE.genba                       open the workbench\n"
	          "  genba -c SITE.genba COMMAND …          run one command (or set GENBA_CASE)\n\n"
	          "Anywhere: --passphrase-file FILE, --read-only, --lang en|ja, --data FOLDER"));
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		if (command_section(command))
			cmd_help_section(out, i18n_text(command_section(command)));
		line_of(out, command);
	}
	fprintf(out, "\n%s\n", _("`genba help COMMAND` tells one in full; `man genba` tells all."));
}

void cmd_print_first_steps(FILE *out)
{
	fprintf(out, "%s\n",
	        _("genba: workbench for incident response on site\n\n"
	          "  genba key new                  once: your signing key, sealed by a passphrase\n"
	          "  genba new SITE.genba           make a case\n"
	          "  genba SITE.genba               open the workbench; ? shows its keys\n"
	          "  genba -c SITE.genba COMMAND …  run one command (or set GENBA_CASE)\n"
	          "  genba demo                     look around in a practice case\n\n"
	          "`genba help` lists all commands, `genba help COMMAND` tells one in full;\n"
	          "`man genba` tells all."));
}

static void wrapped(FILE *out, const char *text, size_t indent)
{
	struct buf lines = BUF_INIT;
	text_wrap(&lines, text, CELLS - indent, indent);
	fprintf(out, "%*s%s\n", (int)indent, "", lines.data);
	buf_release(&lines);
}

static void help_command(FILE *out, const struct command *command)
{
	const struct command_help *help = command_help_find(command->name);
	struct buf usage = BUF_INIT;
	command_usage(command, &usage);
	fprintf(out, "genba %s\n\n%s\n", usage.data, i18n_text(command->summary));
	buf_release(&usage);
	if (help) {
		fputc('\n', out);
		wrapped(out, i18n_text(help->text), 0);
		cmd_help_section(out, _("Example"));
		for (const char *p = help->example; *p;) {
			size_t n = strcspn(p, "\n");
			fprintf(out, "  %.*s\n", (int)n, p);
			p += n + (p[n] == '\n');
		}
	}
	cmd_help_section(out, _("Exit status"));
	if (help && *help->status)
		wrapped(out, i18n_text(help->status), 2);
	wrapped(out,
	        _("0 done · 1 could not do it · 2 usage · 3 cannot unlock · 4 something is wrong with the case or the "
	          "evidence · 5 the case is open elsewhere"),
	        2);
	if (*command->keys) {
		fputc('\n', out);
		fprintf(out, _("In the workbench: key %s\n"), command->keys);
	}
}

#define FIELD_CELLS 25 /* where the text beside a field's name begins */

static void help_field(FILE *out, const struct field *field)
{
	struct buf text = BUF_INIT;
	buf_addf(&text, "%s · %s", field_label(field), field_type_name(field->type));
	if (field->ref_kind)
		buf_addf(&text, " → %s", field->ref_kind);
	if (field->required)
		buf_addf(&text, " · %s", _("required"));
	if (field->machine)
		buf_addf(&text, " · %s", _("written by genba"));
	for (size_t i = 0; i < field->value_count; i++)
		buf_addf(&text, "%s%s", i ? ", " : ": ", field->values[i].name);
	if (*field_help(field))
		buf_addf(&text, ". %s", field_help(field));
	struct buf lines = BUF_INIT;
	buf_adds(&lines, "  ");
	text_pad(&lines, field->name, FIELD_CELLS - 3);
	buf_addc(&lines, ' ');
	text_wrap(&lines, text.data, CELLS - FIELD_CELLS, FIELD_CELLS);
	fprintf(out, "%s\n", lines.data);
	buf_release(&lines);
	buf_release(&text);
}

static void help_kind(FILE *out, const struct kind *kind)
{
	fprintf(out, "%s · %s\n\n", kind->name, kind_label(kind));
	if (!rule_machine_kind(kind))
		fprintf(out, "genba add %s FIELD=VALUE…\n\n", kind->name);
	for (size_t i = 0; i < kind_field_count(kind); i++)
		help_field(out, kind_field_at(kind, i));
}

int cmd_help(struct session *s, const struct args *args, struct err *err)
{
	const char *manual = args_option(args, "manual");
	const char *shell = args_option(args, "completion");
	if (args->count > 1 || ((manual || shell) && args->count > 0) || (manual && shell))
		return cmd_usage("help", err);
	if (manual)
		return manual_write(s->out, manual, err);
	if (shell)
		return completion_write(s->out, shell, err);
	if (args->count == 0) {
		help_all(s->out);
		return 0;
	}
	const struct command *command = command_find(args->words[0]);
	const struct kind *kind = kind_find(args->words[0]);
	if (!command && !kind)
		return err_set(err, ERR_USAGE,
		               command_by_keys(s)
		                   ? _("there is no command and no kind '%s'; `:help` lists the commands")
		                   : _("there is no command and no kind '%s'; `genba help` lists the commands"),
		               args->words[0]);
	if (command)
		help_command(s->out, command);
	if (command && kind && rule_machine_kind(kind)) /* `step`: what it holds is not typed as fields */
		return 0;
	if (command && kind) /* `note` */
		fputc('\n', s->out);
	if (kind)
		help_kind(s->out, kind);
	return 0;
}
