#include "tui/command/args.h"

#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Finds `name` (n bytes) in the spec: its place there, and whether it takes a value. */
static const char *find_option(const char *spec, const char *name, size_t n, int *takes_value)
{
	while (*spec) {
		size_t word = strcspn(spec, " ");
		size_t key = strcspn(spec, ": ");
		if (key == n && strncmp(spec, name, n) == 0) {
			*takes_value = spec[key] == ':';
			return spec;
		}
		spec += word + (spec[word] == ' ');
	}
	return NULL;
}

/* An option whose value the help calls so: people know it by the name on the screen. NULL: none is. */
static const char *option_of_value(const char *spec, const char *name, size_t n)
{
	while (*spec) {
		size_t word = strcspn(spec, " ");
		size_t key = strcspn(spec, ": ");
		if (key < word && word - key - 1 == n && strncasecmp(spec + key + 1, name, n) == 0)
			return spec;
		spec += word + (spec[word] == ' ');
	}
	return NULL;
}

static int refuse_option(const struct args *args, const char *word, size_t n, struct err *err)
{
	const char *meant = option_of_value(args->spec, word, n);
	if (meant)
		return err_set(err, ERR_USAGE, _("unknown option --%.*s: --%.*s says which"), (int)n, word,
		               (int)strcspn(meant, ":"), meant);
	return err_set(err, ERR_USAGE, _("unknown option --%.*s"), (int)n, word);
}

static int add_option(struct args *args, const char *name, size_t n, const char *value, struct err *err)
{
	if (args->option_count == sizeof args->options / sizeof *args->options)
		return err_set(err, ERR_USAGE, _("too many options"));
	args->options[args->option_count].name = name;
	args->options[args->option_count].length = n;
	args->options[args->option_count++].value = value;
	return 0;
}

static int parse_option(struct args *args, int argc, char **argv, int *i, struct err *err)
{
	const char *word = argv[*i] + 2;
	size_t n = strcspn(word, "=");
	int takes_value = 0;
	const char *name = find_option(args->spec, word, n, &takes_value);
	if (!name)
		return refuse_option(args, word, n, err);
	if (!takes_value && word[n] == '=')
		return err_set(err, ERR_USAGE, _("option --%.*s takes no value"), (int)n, word);
	if (!takes_value)
		return add_option(args, name, n, "", err);
	if (word[n] == '=')
		return add_option(args, name, n, word + n + 1, err);
	if (*i + 1 >= argc)
		return err_set(err, ERR_USAGE, _("option --%.*s needs a value"), (int)n, word);
	return add_option(args, name, n, argv[++*i], err);
}

int args_parse(struct args *args, const char *spec, int argc, char **argv, struct err *err)
{
	memset(args, 0, sizeof *args);
	args->spec = spec;
	args->words = xcalloc((size_t)argc + 1, sizeof *args->words);
	int ended = 0;
	for (int i = 0; i < argc; i++) {
		if (!ended && strcmp(argv[i], "--") == 0) {
			ended = 1;
			args->ended = args->count == 0;
		} else if (!ended && argv[i][0] == '-' && argv[i][1] == '-') {
			if (parse_option(args, argc, argv, &i, err) < 0) {
				args_release(args);
				return -1;
			}
		} else {
			args->words[args->count++] = argv[i];
		}
	}
	return 0;
}

void args_release(struct args *args)
{
	free(args->words);
	args->words = NULL;
	args->count = 0;
}

const char *args_option_at(const struct args *args, const char *name, size_t i)
{
	size_t n = strlen(name);
	for (size_t k = 0; k < args->option_count; k++)
		if (args->options[k].length == n && strncmp(args->options[k].name, name, n) == 0 && i-- == 0)
			return args->options[k].value;
	return NULL;
}

const char *args_option(const struct args *args, const char *name)
{
	const char *value = NULL;
	const char *found;
	for (size_t i = 0; (found = args_option_at(args, name, i)) != NULL; i++)
		value = found;
	return value;
}
