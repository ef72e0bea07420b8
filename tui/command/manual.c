/*
 * The generated parts of the manual: the commands and the kinds of record, as
 * mdoc(7), from the tables that the program itself uses. man/CMakeLists.txt
 * puts them into the hand-written pages when genba is built.
 */
#include "tui/command/command_help.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/kind/kinds.h"
#include "tui/command/command.h"

#include <stdio.h>
#include <string.h>

/* Text for roff: backslash and minus keep themselves, a control character at the start of a line loses its power. */
static void roff(FILE *out, const char *text, size_t n)
{
	int start = 1;
	for (size_t i = 0; i < n; i++) {
		if (start && (text[i] == '.' || text[i] == '\''))
			fputs("\\&", out);
		start = text[i] == '\n';
		if (text[i] == '\\')
			fputs("\\e", out);
		else if (text[i] == '-')
			fputs("\\-", out);
		else if (text[i] == '"')
			fputs("\\(dq", out); /* also as an argument of a macro */
		else
			fputc(text[i], out);
	}
}

/* A sentence a line, an empty line a new paragraph. */
static void paragraphs(FILE *out, const char *text)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t n = end ? (size_t)(end - text) : strlen(text);
		roff(out, text, n);
		fputs(end ? "\n.Pp\n" : "\n", out);
		text += n + (end ? 2 : 0);
	}
}

static void manual_section(FILE *out, const char *title, int *in_list)
{
	if (*in_list)
		fputs(".El\n", out);
	fputs(".Ss ", out);
	roff(out, title, strlen(title));
	fputs("\n.Bl -tag -width 4n\n", out);
	*in_list = 1;
}

static void manual_command(FILE *out, const struct command *command)
{
	const struct command_help *help = command_help_find(command->name);
	struct buf usage = BUF_INIT;
	command_usage(command, &usage);
	fputs(".It Ic \"", out);
	roff(out, usage.data, usage.len);
	fputs("\"\n", out);
	buf_release(&usage);
	paragraphs(out, i18n_text(help ? help->text : command->summary));
	if (help) {
		fputs(".Bd -literal -offset 2n\n", out);
		roff(out, help->example, strlen(help->example));
		fputs(".Ed\n", out);
	}
	if (help && *help->status) {
		fprintf(out, ".Pp\n%s: ", _("Exit status"));
		roff(out, i18n_text(help->status), strlen(i18n_text(help->status)));
		fputs(".\n", out);
	}
	if (*command->keys) {
		fprintf(out, ".Pp\n%s: ", _("Key in the workbench"));
		roff(out, command->keys, strlen(command->keys));
		fputs("\n", out);
	}
}

static void manual_commands(FILE *out)
{
	int in_list = 0;
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		if (command_section(command))
			manual_section(out, i18n_text(command_section(command)), &in_list);
		manual_command(out, command);
	}
	fputs(".El\n", out);
}

static void manual_field(FILE *out, const struct field *field)
{
	struct buf text = BUF_INIT;
	buf_addf(&text, "%s (%s%s%s%s%s). ", field_label(field), field_type_name(field->type),
	         field->ref_kind ? " → " : "", field->ref_kind ? field->ref_kind : "",
	         field->required ? ", required" : "", field->machine ? ", written by genba" : "");
	for (size_t i = 0; i < field->value_count; i++)
		buf_addf(&text, "%s%s", i ? ", " : "", field->values[i].name);
	if (field->value_count)
		buf_adds(&text, ". ");
	buf_adds(&text, field_help(field));
	fprintf(out, ".It Li %s\n", field->name);
	roff(out, text.data, text.len);
	fputc('\n', out);
	buf_release(&text);
}

static void manual_kinds(FILE *out)
{
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		fprintf(out, ".Ss %s\n%s.\n", kind->name, kind_label(kind));
		if (kind->letters)
			fprintf(out, "Labels: R1\\-%s1, R1\\-%s2, …\n", kind->letters, kind->letters);
		fputs(".Bl -tag -width 22n -compact\n", out);
		for (size_t k = 0; k < kind_field_count(kind); k++)
			if (!kind_field_at(kind, k)->common)
				manual_field(out, kind_field_at(kind, k));
		fputs(".El\n", out);
	}
	fputs(".Ss Fields of every kind\n.Bl -tag -width 22n -compact\n", out);
	const struct kind *any = kind_find("note");
	for (size_t k = 0; k < kind_field_count(any); k++)
		if (kind_field_at(any, k)->common)
			manual_field(out, kind_field_at(any, k));
	fputs(".El\n", out);
}

int manual_write(FILE *out, const char *part, struct err *err)
{
	if (strcmp(part, "commands") == 0)
		manual_commands(out);
	else if (strcmp(part, "kinds") == 0)
		manual_kinds(out);
	else
		return err_set(err, ERR_USAGE, _("--manual %s: allowed are commands, kinds"), part);
	return 0;
}
