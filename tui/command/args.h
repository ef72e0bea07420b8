/*
 * The words of one command: options and operands.
 *
 * Options may stand before or after operands; `--` ends them. Which options a
 * command takes is a string in the command table, `"on:LABEL json"`: a name and,
 * behind a colon, what its value is called. `--name VALUE` and `--name=VALUE`
 * are the same.
 */
#ifndef GENBA_TUI_COMMAND_ARGS_H
#define GENBA_TUI_COMMAND_ARGS_H

#include <stddef.h>

struct err;

struct args {
	const char *spec;
	char **words; /* operands, borrowed */
	size_t count;
	struct {
		const char *name; /* points into the spec; its length is `length` */
		size_t length;
		const char *value;
	} options[24];
	size_t option_count;
	int ended; /* `--` stood before the first operand */
};

/* Splits argv (without the command's name). 0, or -1 with ERR_USAGE. Free with args_release(). */
int args_parse(struct args *args, const char *spec, int argc, char **argv, struct err *err);
void args_release(struct args *args);

/* The option's value (the last one given; "" for an option without a value), or NULL. */
const char *args_option(const struct args *args, const char *name);

/* All values of an option that may be repeated: the i-th one, or NULL. */
const char *args_option_at(const struct args *args, const char *name, size_t i);

#endif
