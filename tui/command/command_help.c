#include "tui/command/command_help.h"

#include "base/i18n.h"

#include <string.h>

const struct command_help command_help_table[] = {
#define HELP(name, text, example, status) {name, text, example, status},
#include "tui/command/command_help.def"
#undef HELP
};
const size_t command_help_count = sizeof command_help_table / sizeof *command_help_table;

const struct command_help *command_help_find(const char *name)
{
	for (size_t i = 0; i < command_help_count; i++)
		if (strcmp(command_help_table[i].name, name) == 0)
			return &command_help_table[i];
	return NULL;
}
