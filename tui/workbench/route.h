/*
 * Where the workbench can go: its views, each a row.
 *
 * The workbench knows no view and no command. At the start main.c hands it two
 * tables (routes.c): the commands (command.h), and these. A row gives a view the
 * name by which a command's row (`opens`) and workbench_show() ask for it, and
 * the key that goes to it from everywhere. Switching, the help of keys and the
 * manual follow from the rows.
 *
 *     {.name = "list", .view = &asset_list_view, .key = '3', .argument = "asset", .summary = N_("Assets")},
 *
 * Several rows may have one name: they differ in what their keys show.
 */
#ifndef GENBA_TUI_WORKBENCH_ROUTE_H
#define GENBA_TUI_WORKBENCH_ROUTE_H

#include "tui/workbench/view.h"

struct route {
	const char *name;
	const struct view_ops *view; /* opened by its `open`; NULL: `ask` */
	/* Asks first, and shows what comes of it. */
	void (*ask)(struct workbench *wb, const char *argument);
	int key; /* goes to it from everywhere; KEY_OF_COMMAND: that of the command that opens it; 0: none */
	const char *argument; /* what the key shows: a kind; NULL: the whole */
	const char *summary;  /* of the key, for the help, English */
};

/* The rows, the first of them the view that a session begins with; a row without a name ends them. Kept, not copied. */
void routes_use(const struct route *routes);

/* The first row with this name, or NULL. */
const struct route *route_find(const char *name);

/* All rows, in their order: NULL begins; NULL ends. */
const struct route *route_next(const struct route *after);

/* The key that goes to it, as a row of a table of keys (without what it does). 0: there is none. */
int route_key(const struct route *route, struct view_key *key);

/* The row that shows what this command line asks for, as its command's `opens` says; NULL: it is run. *argument is borrowed
 * from the words, or NULL. */
const struct route *route_of_line(char *const *words, size_t count, const char **argument);

#endif
