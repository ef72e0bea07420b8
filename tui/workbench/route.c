#include "tui/workbench/route.h"

#include "case/kind/kinds.h"
#include "tui/command/command.h"

#include <string.h>

static const struct route *all;

void routes_use(const struct route *routes)
{
	all = routes;
}

const struct route *route_next(const struct route *after)
{
	const struct route *next = after ? after + 1 : all;
	return next && next->name ? next : NULL;
}

const struct route *route_find(const char *name)
{
	const struct route *route = NULL;
	while ((route = route_next(route)))
		if (strcmp(route->name, name) == 0)
			return route;
	return NULL;
}

/* `history [LABEL]`: the length of the name, and what is behind it. */
static const char *operand_of(const char *opens, size_t *name)
{
	*name = strcspn(opens, " ");
	return opens[*name] ? opens + *name + 1 : "";
}

static int opens_it(const struct command *command, const struct route *route)
{
	size_t n;
	operand_of(command->opens, &n);
	return strlen(route->name) == n && memcmp(route->name, command->opens, n) == 0;
}

int route_key(const struct route *route, struct view_key *key)
{
	*key = (struct view_key){.key = route->key, .summary = route->summary};
	const struct command *command = NULL;
	while (route->key == KEY_OF_COMMAND && (command = command_next(command)))
		if (*command->keys && opens_it(command, route)) {
			key->name = command->name;
			return 1;
		}
	return route->key != 0 && route->key != KEY_OF_COMMAND;
}

/* A word that is an option is never the argument: such a line is run. */
static int route_fits(const char *operand, char *const *words, size_t count)
{
	if (count == 1)
		return !*operand || *operand == '[';
	if (count != 2 || !*operand || *words[1] == '-')
		return 0;
	return strcmp(operand, "KIND") != 0 || kind_find(words[1]) != NULL;
}

const struct route *route_of_line(char *const *words, size_t count, const char **argument)
{
	const struct command *command = count > 0 ? command_find(words[0]) : NULL;
	const struct route *route = NULL;
	*argument = count > 1 ? words[1] : NULL;
	if (!command || !*command->opens)
		return NULL;
	size_t n;
	if (!route_fits(operand_of(command->opens, &n), words, count))
		return NULL;
	while ((route = route_next(route)))
		if (opens_it(command, route))
			return route;
	return NULL;
}
