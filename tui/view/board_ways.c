/* Where rows of the Board lead that are no view of their own: a new record, a draft, a command to be completed. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/store/draft.h"
#include "tui/form/form.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

void board_new_ask(struct workbench *wb, const char *kind)
{
	workbench_push(wb, form_new(wb, kind, NULL));
}

void board_message_ask(struct workbench *wb, const char *text)
{
	workbench_show_text(wb, _("At opening"), text);
}

void board_command_ask(struct workbench *wb, const char *line)
{
	workbench_ask_command(wb, line);
}

/* What begins elsewhere (a step, a reason) is shown, so that it can be read and typed again there. */
static void show_draft(struct workbench *wb, const char *key)
{
	char when[32];
	json_t *draft = draft_load(workbench_case(wb), key, when);
	char *text = json_dumps(draft, JSON_INDENT(2) | JSON_ENCODE_ANY);
	const char *typed = json_string_value(json_object_get(draft, "text"));
	workbench_show_text(wb, key, typed ? typed : text ? text : "");
	free(text);
	json_decref(draft);
}

/* A new record that begins with a value, `KIND:FIELD=VALUE`, as form_open() names its draft. 1 if it is one. */
static int go_on_from_value(struct workbench *wb, const char *about)
{
	const char *field = strchr(about, ':');
	const char *equal = field ? strchr(field, '=') : NULL;
	if (!equal)
		return 0;
	char *kind = xstrndup(about, (size_t)(field - about));
	char *name = xstrndup(field + 1, (size_t)(equal - field - 1));
	const struct kind *known = kind_find(kind);
	int is_one = known && kind_field(known, name);
	struct assign preset = {name, equal + 1};
	if (is_one)
		workbench_push(wb, form_open(wb, kind, &preset, 1, NULL, NULL));
	free(name);
	free(kind);
	return is_one;
}

void board_draft_ask(struct workbench *wb, const char *key)
{
	const char *about = strchr(key, ':');
	if (about && strncmp(key, "note:", 5) == 0)
		workbench_note(wb, about + 1, NULL);
	else if (about && strncmp(key, "form:", 5) == 0 && kind_find(about + 1))
		board_new_ask(wb, about + 1);
	else if (about && strncmp(key, "form:", 5) == 0 && !strchr(about + 1, ':'))
		workbench_push(wb, form_new(wb, NULL, about + 1));
	else if (!about || strncmp(key, "form:", 5) != 0 || !go_on_from_value(wb, about + 1))
		show_draft(wb, key);
}
