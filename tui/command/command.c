#include "tui/command/command.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/standard_fds.h"
#include "base/i18n.h"
#include "base/words.h"
#include "tui/command/missing.h"

#include <stdlib.h>
#include <string.h>

static const struct command *table;
static size_t table_rows;

void commands_use(const struct command *rows, size_t count)
{
	table = rows;
	table_rows = count;
}

const struct command *command_next(const struct command *after)
{
	size_t i = after ? (size_t)(after - table) + 1 : 0;
	while (i < table_rows && !table[i].name)
		i++;
	return i < table_rows ? &table[i] : NULL;
}

const char *command_section(const struct command *command)
{
	return command > table && !command[-1].name ? command[-1].summary : NULL;
}

const struct command *command_find(const char *name)
{
	const struct command *command = NULL;
	while ((command = command_next(command)))
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

void command_usage(const struct command *command, struct buf *out)
{
	buf_adds(out, command->name);
	for (const char *spec = command->options; *spec;) {
		size_t word = strcspn(spec, " ");
		size_t key = strcspn(spec, ": ");
		buf_addf(out, " [--%.*s%s%.*s]", (int)key, spec, key < word ? " " : "",
		         (int)(key < word ? word - key - 1 : 0), spec + key + (key < word));
		spec += word + (spec[word] == ' ');
	}
	if (*command->operands)
		buf_addf(out, " %s", command->operands);
}

static int command_refuse(const struct session *s, const struct command *command, struct err *err)
{
	if (s->in_workbench && (command->flags & COMMAND_TERMINAL))
		return err_set(err, ERR_USAGE, _("'%s' takes the terminal over: run it in a shell"), command->name);
	int may_ask = s->remote_command && !s->in_script && (command->flags & COMMAND_REMOTE);
	if ((s->in_script || s->in_workbench) && !may_ask && (command->flags & COMMAND_NO_SCRIPT))
		return err_set(err, ERR_USAGE, _("'%s' cannot run inside a session: run it in a shell"), command->name);
	if (!command_by_keys(s) && (command->flags & COMMAND_SCREEN))
		return err_set(err, ERR_USAGE, _("'%s' is a command of the workbench: genba SITE.genba opens it"),
		               command->name);
	return 0;
}

const char *command_refusal(const struct session *s, const struct command *command, struct err *err)
{
	if (command_refuse(s, command, err) < 0 ||
	    ((command->flags & COMMAND_WRITES) && s->c && case_may_write(s->c, err) < 0))
		return err->message;
	return NULL;
}

/* 1 if `word` is one of the words, "advise|decline", that the form begins with. */
static int begins_form(const char *form, const char *word)
{
	size_t n = strlen(word);
	for (;;) {
		size_t length = strcspn(form, "| ");
		if (length == n && memcmp(form, word, n) == 0)
			return 1;
		if (form[length] != '|')
			return 0;
		form += length + 1;
	}
}

/* Forms are written "[FILE…] | report FILE… | advise|decline Q". */
static int is_form_without_files(const char *operands, const char *word)
{
	for (const char *form = operands; form;) {
		const char *next = strstr(form, " | ");
		const char *files = strstr(form, "FILE");
		if (begins_form(form, word))
			return !files || (next && files > next);
		form = next ? next + 3 : NULL;
	}
	return 0;
}

/* Where the case is open already, it is asked there. */
static int is_form_that_opens(const struct command *command, int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], "--restore", 9) == 0)
			return 0;
	if (!strstr(command->operands, "slots"))
		return 1;
	return argc > 1 && strcmp(argv[1], "slots") == 0 &&
	       (argc == 2 || strcmp(argv[2], "list") == 0 || strncmp(argv[2], "--", 2) == 0);
}

int command_by_keys(const struct session *s)
{
	return s->in_workbench && !s->remote_command;
}

int command_needs_case(const struct command *command, int argc, char *const *argv)
{
	if (command->flags & COMMAND_OF_FILES)
		return argc > 1 && is_form_without_files(command->operands, argv[1]);
	if (command->flags & COMMAND_OPENS)
		return is_form_that_opens(command, argc, argv);
	for (int i = 1; (command->flags & COMMAND_LOOKS) && i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--look") == 0 || (i == 1 && strcmp(argv[i], "look") == 0))
			return 0;
	return (command->flags & COMMAND_CASE) != 0;
}

int command_run(struct session *s, int argc, char **argv, struct err *err)
{
	const struct command *command = command_find(argv[0]);
	if (!command)
		return err_set(err, ERR_USAGE,
		               command_by_keys(s) ? _("there is no command '%s'; `:help` lists them")
		                                  : _("there is no command '%s'; `genba help` lists them"),
		               argv[0]);
	if (command_refuse(s, command, err) < 0)
		return -1;
	struct args args;
	if (args_parse(&args, command->options, argc - 1, argv + 1, err) < 0)
		return -1;
	int rc = 0;
	int needs_case = command_needs_case(command, argc, argv);
	int looks = (command->flags & COMMAND_LOOKS) && !needs_case;
	s->writes =
	    ((command->flags & COMMAND_WRITES) && !looks) || ((command->flags & COMMAND_OF_FILES) && needs_case);
	if (needs_case)
		rc = session_open(s, err);
	if (rc == 0 && s->writes)
		rc = case_may_write(s->c, err);
	if (rc == 0)
		rc = command->run(s, &args, err);
	if (rc < 0)
		missing_tell(command, &args, err);
	if (rc == 0 && s->writes)
		session_backup_if_due(s);
	if ((fflush(s->out) != 0 || ferror(s->out)) && rc == 0 && !s->in_workbench &&
	    !(command->flags & COMMAND_TERMINAL))
		rc = standard_output_failed(err);
	args_release(&args);
	return rc;
}

int command_run_line(struct session *s, const char *line, struct buf *output, struct err *err)
{
	struct words words;
	if (words_split(&words, line, err) < 0)
		return -1;
	int rc = 0;
	if (words.count > 0 && !output) {
		rc = command_run(s, (int)words.count, words.items, err);
	} else if (words.count > 0) {
		char *text = NULL;
		size_t size = 0;
		FILE *before_out = s->out;
		FILE *before_log = s->log;
		s->out = s->log = open_memstream(&text, &size);
		if (s->out) {
			rc = command_run(s, (int)words.count, words.items, err);
			fclose(s->out);
			buf_add(output, text, size);
			free(text);
		} else {
			rc = err_set(err, ERR_FAILED, _("out of memory"));
		}
		s->out = before_out;
		s->log = before_log;
	}
	words_release(&words);
	return rc;
}
