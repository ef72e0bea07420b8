/*
 * Completion for bash, zsh and fish, from the tables of commands and kinds.
 *
 * bash and zsh share small functions that map a command to its options and
 * operands, a kind to its fields and a field to its values; fish gets the same
 * as declarations. A completion never runs genba: it must not ask for a
 * passphrase.
 */
#include "tui/command/command_help.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/kind/kinds.h"
#include "tui/command/command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The words of an operand text that are typed as they are: "git DIR" → git, "new|show|backup FILE" → new, show, backup. */
static void literals(const char *operands, struct buf *out)
{
	while (*operands) {
		size_t n = strcspn(operands, " |[]…");
		int literal = n > 0;
		for (size_t i = 0; i < n; i++)
			literal = literal && islower((unsigned char)operands[i]);
		if (literal)
			buf_addf(out, "%s%.*s", out->len ? " " : "", (int)n, operands);
		operands += n ? n : 1;
	}
}

static int names_files(const char *operands)
{
	return strstr(operands, "FILE") || strstr(operands, "PATH") || strstr(operands, "DIR") ||
	       strstr(operands, "SITE") || strstr(operands, "OUT") || strstr(operands, "OTHER");
}

/* What an option's value may be: words, or "" for files, or NULL for free text. */
static const char *option_values(const char *type, size_t n)
{
	static const struct {
		const char *type;
		const char *values;
	} table[] = {{"TLP", "RED AMBER AMBER+STRICT GREEN CLEAR"},
	             {"COST", "interactive moderate sensitive"},
	             {"FORM", "hash raw sealed ewf"},
	             {"TIMES", "absolute relative corrected utc local"},
	             {"STANCE", "fact hearsay hypothesis question lesson"},
	             {"SHELL", "bash zsh fish"},
	             {"PART", "commands kinds"},
	             {"FILE", ""},
	             {"KEYFILE", ""},
	             {"DIR", ""}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strlen(table[i].type) == n && strncmp(table[i].type, type, n) == 0)
			return table[i].values;
	return NULL;
}

/* Calls `each` for every option of a command: its name, and the name of its value ("" if it takes none). */
typedef void (*each_option)(FILE *out, const char *command, const char *name, size_t n, const char *type, size_t m);

static void options_of(FILE *out, const struct command *command, each_option each)
{
	for (const char *spec = command->options; *spec;) {
		size_t word = strcspn(spec, " ");
		size_t key = strcspn(spec, ": ");
		size_t type = key < word ? word - key - 1 : 0;
		each(out, command->name, spec, key, spec + key + (key < word), type);
		spec += word + (spec[word] == ' ');
	}
}

static void option_word(FILE *out, const char *command, const char *name, size_t n, const char *type, size_t m)
{
	(void)command;
	(void)type;
	(void)m;
	fprintf(out, " --%.*s", (int)n, name);
}

static void option_case(FILE *out, const char *command, const char *name, size_t n, const char *type, size_t m)
{
	const char *values = m ? option_values(type, m) : NULL;
	if (m)
		fprintf(out, "\t%s:--%.*s) echo '%s' ;;\n", command, (int)n, name,
		        values ? (*values ? values : "@files") : "@text");
}

/* ---- what bash and zsh share */

static void shared_commands(FILE *out)
{
	fputs("_genba_commands='", out);
	const struct command *command = NULL;
	for (const char *blank = ""; (command = command_next(command)); blank = " ")
		fprintf(out, "%s%s", blank, command->name);
	fputs("'\n_genba_kinds='", out);
	for (size_t i = 0; i < kind_count(); i++)
		fprintf(out, "%s%s", i ? " " : "", kind_at(i)->name);
	fputs("'\n\n_genba_options() {\n\tcase $1 in\n", out);
	while ((command = command_next(command)))
		if (*command->options) {
			fprintf(out, "\t%s) echo '", command->name);
			options_of(out, command, option_word);
			fputs("' ;;\n", out);
		}
	fputs("\tesac\n}\n\n_genba_option_values() {\n\tcase $1:$2 in\n", out);
	while ((command = command_next(command)))
		options_of(out, command, option_case);
	fputs("\t*:-c | *:--passphrase-file | *:--data) echo @files ;;\n\t*:--lang) echo 'en ja' ;;\n\tesac\n}\n\n"
	      "_genba_operands() {\n\tcase $1 in\n",
	      out);
	while ((command = command_next(command))) {
		struct buf words = BUF_INIT;
		literals(command->operands, &words);
		if (strstr(command->operands, "KIND"))
			buf_adds(&words, " @kinds");
		if (strstr(command->operands, "[COMMAND"))
			buf_adds(&words, " @commands");
		if (names_files(command->operands))
			buf_adds(&words, " @files");
		if (words.len)
			fprintf(out, "\t%s) echo '%s' ;;\n", command->name, words.data);
		buf_release(&words);
	}
	fputs("\tesac\n}\n\n", out);
}

static void shared_kinds(FILE *out)
{
	fputs("_genba_kind_of_label() {\n\tcase $1 in\n\tcase) echo case ;;\n", out);
	for (size_t i = 0; i < kind_count(); i++)
		if (kind_at(i)->letters)
			fprintf(out, "\t*-%s[0-9]*) echo %s ;;\n", kind_at(i)->letters, kind_at(i)->name);
	fputs("\tesac\n}\n\n_genba_fields() {\n\tcase $1 in\n", out);
	for (size_t i = 0; i < kind_count(); i++) {
		fprintf(out, "\t%s) echo '", kind_at(i)->name);
		for (size_t k = 0; k < kind_field_count(kind_at(i)); k++)
			if (!kind_field_at(kind_at(i), k)->machine)
				fprintf(out, " %s=", kind_field_at(kind_at(i), k)->name);
		fputs("' ;;\n", out);
	}
	fputs("\tesac\n}\n\n_genba_values() {\n\tcase $1:$2 in\n", out);
	for (size_t i = 0; i < kind_count(); i++)
		for (size_t k = 0; k < kind_field_count(kind_at(i)); k++) {
			const struct field *field = kind_field_at(kind_at(i), k);
			if (field->machine || field->value_count == 0)
				continue;
			fprintf(out, "\t%s:%s) echo '", kind_at(i)->name, field->name);
			for (size_t v = 0; v < field->value_count; v++)
				fprintf(out, "%s%s", v ? " " : "", field->values[v].name);
			fputs("' ;;\n", out);
		}
	fputs("\tesac\n}\n\n", out);
}

/*
 * What may stand at the word under the cursor, from the words before it: the
 * first line is the word as far as it is typed (behind `=`, the value alone),
 * the second what it may be.
 */
static const char shared_driver[] =
    "_genba_at() { # CURRENT WORD…: the words before it, without genba itself\n"
    "\tlocal current=$1 command='' kind='' previous='' word skip=''\n"
    "\tshift\n"
    "\tfor word; do\n"
    "\t\tprevious=$word\n"
    "\t\tif [ -n \"$skip\" ]; then skip=''; continue; fi\n"
    "\t\tcase $word in\n"
    "\t\t-c | --passphrase-file | --lang | --data) skip=1 ;;\n"
    "\t\t--*=*) ;;\n"
    "\t\t--*) [ -n \"$(_genba_option_values \"$command\" \"$word\")\" ] && skip=1 ;;\n"
    "\t\t*)\n"
    "\t\t\tif [ -z \"$command\" ]; then command=$word\n"
    "\t\t\telif [ -z \"$kind\" ]; then\n"
    "\t\t\t\tcase $command in\n"
    "\t\t\t\tadd | list) kind=$word ;;\n"
    "\t\t\t\tset) kind=$(_genba_kind_of_label \"$word\") ;;\n"
    "\t\t\t\tesac\n"
    "\t\t\tfi ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "\tif [ -n \"$skip\" ]; then\n"
    "\t\techo \"$current\"; _genba_option_values \"$command\" \"$previous\"; return\n"
    "\tfi\n"
    "\tcase $current in\n"
    "\t-*) echo \"$current\"; echo \"$(_genba_options \"$command\") --read-only --lang --passphrase-file --data\"; "
    "return ;;\n"
    "\t*=*) echo \"${current#*=}\"; _genba_values \"$kind\" \"${current%%=*}\"; return ;;\n"
    "\tesac\n"
    "\techo \"$current\"\n"
    "\tcase $command:$kind in\n"
    "\t:*) echo \"$_genba_commands @files\" ;;\n"
    "\tadd:?* | set:?*) _genba_fields \"$kind\" ;;\n"
    "\tlist:?*) ;;\n"
    "\t*) _genba_operands \"$command\" ;;\n"
    "\tesac\n"
    "}\n\n";

static const char bash_driver[] =
    "_genba() {\n"
    "\t# the line up to the cursor, split at blanks: bash itself splits at = and : too\n"
    "\tlocal line=${COMP_LINE:0:COMP_POINT} words current answer candidates word\n"
    "\tread -r -a words <<<\"$line\"\n"
    "\tcurrent=\n"
    "\tif [[ $line != *[[:space:]] ]]; then\n"
    "\t\tcurrent=${words[-1]}\n"
    "\t\tunset 'words[-1]'\n"
    "\tfi\n"
    "\tanswer=$(_genba_at \"$current\" \"${words[@]:1}\")\n"
    "\tcurrent=${answer%%$'\\n'*}\n"
    "\tcandidates=\n"
    "\t[[ $answer == *$'\\n'* ]] && candidates=${answer#*$'\\n'}\n"
    "\tCOMPREPLY=()\n"
    "\tfor word in $candidates; do\n"
    "\t\tcase $word in\n"
    "\t\t@files) while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -f -- \"$current\") ;;\n"
    "\t\t@kinds) while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -W \"$_genba_kinds\" -- "
    "\"$current\") ;;\n"
    "\t\t@commands)\n"
    "\t\t\twhile IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -W \"$_genba_commands\" -- "
    "\"$current\") ;;\n"
    "\t\t@text) ;;\n"
    "\t\t\"$current\"*) COMPREPLY+=(\"$word\") ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "\t[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null\n"
    "\treturn 0\n"
    "}\n"
    "complete -F _genba genba\n";

static const char zsh_driver[] = "_genba() {\n"
                                 "\tlocal answer current word\n"
                                 "\tlocal -a candidates plain\n"
                                 "\tanswer=$(_genba_at \"${words[CURRENT]}\" \"${(@)words[2,CURRENT-1]}\")\n"
                                 "\tcurrent=${answer%%$'\\n'*}\n"
                                 "\t[[ $answer == *$'\\n'* ]] && candidates=(${=${answer#*$'\\n'}})\n"
                                 "\t[[ ${words[CURRENT]} == *=* && ${words[CURRENT]} != -* ]] && compset -P '*='\n"
                                 "\tfor word in $candidates; do\n"
                                 "\t\tcase $word in\n"
                                 "\t\t@files) _files ;;\n"
                                 "\t\t@kinds) compadd -- ${=_genba_kinds} ;;\n"
                                 "\t\t@commands) compadd -- ${=_genba_commands} ;;\n"
                                 "\t\t@text) ;;\n"
                                 "\t\t*=) compadd -S '' -- $word ;;\n"
                                 "\t\t*) plain+=($word) ;;\n"
                                 "\t\tesac\n"
                                 "\tdone\n"
                                 "\tcompadd -a plain\n"
                                 "}\n"
                                 "compdef _genba genba 2>/dev/null\n"
                                 "[[ ${funcstack[1]-} == _genba ]] && _genba \"$@\"\n";

static void posix(FILE *out, const char *heading, const char *driver)
{
	fputs(heading, out);
	shared_commands(out);
	shared_kinds(out);
	fputs(shared_driver, out);
	fputs(driver, out);
}

/* ---- fish */

/* In single quotes, as fish reads them. */
static void fish_text(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

static void fish_option(FILE *out, const char *command, const char *name, size_t n, const char *type, size_t m)
{
	const char *values = m ? option_values(type, m) : NULL;
	fprintf(out, "complete -c genba -n '__fish_seen_subcommand_from %s' -l %.*s", command, (int)n, name);
	if (m && values && !*values)
		fputs(" -r -F", out);
	else if (m)
		fprintf(out, " -x -a '%s'", values ? values : "");
	fputc('\n', out);
}

static void fish(FILE *out)
{
	fputs("# fish completion for genba, written by `genba help --completion fish`\n"
	      "complete -c genba -s c -r -F\ncomplete -c genba -l passphrase-file -r -F\ncomplete -c genba -l data -r "
	      "-F\n"
	      "complete -c genba -l read-only\ncomplete -c genba -l lang -x -a 'en ja'\n",
	      out);
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		fprintf(out, "complete -c genba -n __fish_use_subcommand -a %s -d ", command->name);
		fish_text(out, i18n_text(command->summary));
		fputc('\n', out);
		options_of(out, command, fish_option);
		struct buf words = BUF_INIT;
		literals(command->operands, &words);
		if (strstr(command->operands, "KIND"))
			for (size_t k = 0; k < kind_count(); k++)
				buf_addf(&words, " %s", kind_at(k)->name);
		if (words.len)
			fprintf(out, "complete -c genba -n '__fish_seen_subcommand_from %s' -a '%s'\n", command->name,
			        words.data);
		if (!names_files(command->operands))
			fprintf(out, "complete -c genba -n '__fish_seen_subcommand_from %s' -f\n", command->name);
		buf_release(&words);
	}
	for (size_t i = 0; i < kind_count(); i++) {
		fprintf(
		    out,
		    "complete -c genba -n '__fish_seen_subcommand_from add; and __fish_seen_subcommand_from %s' -a '",
		    kind_at(i)->name);
		for (size_t k = 0; k < kind_field_count(kind_at(i)); k++) {
			const struct field *field = kind_field_at(kind_at(i), k);
			for (size_t v = 0; !field->machine && v < field->value_count; v++)
				fprintf(out, " %s=%s", field->name, field->values[v].name);
			if (!field->machine && field->value_count == 0)
				fprintf(out, " %s=", field->name);
		}
		fputs("'\n", out);
	}
}

int completion_write(FILE *out, const char *shell, struct err *err)
{
	if (strcmp(shell, "bash") == 0)
		posix(out, "# bash completion for genba, written by `genba help --completion bash`\n", bash_driver);
	else if (strcmp(shell, "zsh") == 0)
		posix(out, "#compdef genba\n# zsh completion for genba, written by `genba help --completion zsh`\n",
		      zsh_driver);
	else if (strcmp(shell, "fish") == 0)
		fish(out);
	else
		return err_set(err, ERR_USAGE, _("--completion %s: allowed are bash, zsh, fish"), shell);
	return 0;
}
