/* Every command has its long help, and every long help its command; help, manual and completions come from the tables. */
#include "base/buf.h"
#include "base/err.h"
#include "case/kind/kinds.h"
#include "tui/command/command.h"
#include "tui/command/command_help.h"
#include "tui/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_command_has_help(void **state)
{
	(void)state;
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		const struct command_help *help = command_help_find(command->name);
		if (!help)
			fail_msg("'%s' has no long help: add a row to tui/command/command_help.def", command->name);
		size_t n = strlen(help->example);
		if (strlen(help->text) < 40 || n == 0 || help->example[n - 1] != '\n' ||
		    !strstr(help->example, "genba"))
			fail_msg("the long help of '%s' says nothing, or its example is no shell line", help->name);
		if (!strstr(help->example, command->name))
			fail_msg("the example of '%s' does not show it", help->name);
	}
}

static void every_help_has_a_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < command_help_count; i++) {
		const struct command *command = command_find(command_help_table[i].name);
		if (!command || strcmp(command->name, command_help_table[i].name) != 0)
			fail_msg("tui/command/command_help.def tells of '%s', which is no command",
			         command_help_table[i].name);
		if (command_help_find(command_help_table[i].name) != &command_help_table[i])
			fail_msg("tui/command/command_help.def has two rows for '%s'", command_help_table[i].name);
	}
}

/* Every option word that an example uses must be one that the command knows. */
static void examples_use_options_that_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < command_help_count; i++) {
		const struct command *command = command_find(command_help_table[i].name);
		char *named = xasprintf("genba %s ", command->name);
		for (const char *p = strstr(command_help_table[i].example, named); p && *p && *p != '\n' && *p != '|';
		     p++) {
			if (strncmp(p, " --", 3) != 0 || p[3] == ' ')
				continue;
			size_t n = strcspn(p + 3, " =\n)");
			struct buf option = BUF_INIT;
			buf_addf(&option, " %s ", command->options);
			char *plain = xasprintf(" %.*s ", (int)n, p + 3);
			char *valued = xasprintf(" %.*s:", (int)n, p + 3);
			if (!strstr(option.data, plain) && !strstr(option.data, valued))
				fail_msg("the example of '%s' uses --%.*s, which it does not know", command->name,
				         (int)n, p + 3);
			free(plain);
			free(valued);
			buf_release(&option);
		}
		free(named);
	}
}

static char *written(int (*write)(FILE *, const char *, struct err *), const char *what)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	struct err err = ERR_INIT;
	assert_int_equal(write(out, what, &err), 0);
	fclose(out);
	return text;
}

static void the_manual_tells_every_command_and_field(void **state)
{
	(void)state;
	char *text = written(manual_write, "commands");
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		char *heading = xasprintf(".It Ic \"%s", command->name);
		if (!strstr(text, heading))
			fail_msg("the manual leaves out '%s'", command->name);
		free(heading);
	}
	free(text);
	text = written(manual_write, "kinds");
	for (size_t i = 0; i < kind_count(); i++)
		for (size_t k = 0; k < kind_field_count(kind_at(i)); k++) {
			char *item = xasprintf(".It Li %s\n", kind_field_at(kind_at(i), k)->name);
			if (!strstr(text, item))
				fail_msg("the manual leaves out %s.%s", kind_at(i)->name,
				         kind_field_at(kind_at(i), k)->name);
			free(item);
		}
	free(text);
}

static void completions_know_every_command_and_kind(void **state)
{
	(void)state;
	static const char *const shells[] = {"bash", "zsh", "fish"};
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		char *text = written(completion_write, shells[i]);
		const struct command *command = NULL;
		while ((command = command_next(command)))
			assert_non_null(strstr(text, command->name));
		for (size_t k = 0; k < kind_count(); k++)
			assert_non_null(strstr(text, kind_at(k)->name));
		free(text);
	}
	struct err err = ERR_INIT;
	assert_int_equal(completion_write(stdout, "tcsh", &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.message, "bash, zsh, fish"));
}

int main(void)
{
	routes_begin();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_command_has_help),
	    cmocka_unit_test(every_help_has_a_command),
	    cmocka_unit_test(examples_use_options_that_exist),
	    cmocka_unit_test(the_manual_tells_every_command_and_field),
	    cmocka_unit_test(completions_know_every_command_and_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
