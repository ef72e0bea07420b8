/* A line of a script or behind `:`, split into words, and the words taken for each command's options and operands. */
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "tui/command/command.h"
#include "tui/routes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void take(const struct command *command, const struct words *words)
{
	struct args args;
	struct err err = ERR_INIT;
	if (args_parse(&args, command->options, (int)words->count - 1, words->items + 1, &err) < 0) {
		if (!*err.message)
			abort();
		return;
	}
	if (args.count + args.option_count > words->count)
		abort();
	for (size_t i = 0; i < args.option_count; i++)
		if (!args.options[i].value || !args.options[i].length)
			abort();
	args_release(&args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = xstrndup((const char *)data, size);
	struct words words;
	struct err err = ERR_INIT;
	routes_begin();
	if (words_split(&words, line, &err) == 0) {
		const struct command *command = NULL;
		while (words.count > 0 && (command = command_next(command)))
			take(command, &words);
		words_release(&words);
	} else if (!*err.message) {
		abort();
	}
	free(line);
	return 0;
}
