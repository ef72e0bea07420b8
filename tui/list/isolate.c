#include "tui/list/isolate.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "case/store/record.h"
#include "case/store/rules.h"
#include "tui/form/form.h"
#include "tui/list/view_list.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>

/* What is asked, in this order, and what an answer begins with. */
static const struct {
	const char *field;
	const char *initial;
} asked[] = {{"isolation_done", "now"}, {"isolation_by", NULL}, {"isolation_method", NULL}};

#define ASKED (sizeof asked / sizeof *asked)

/* 1: all are answered. */
static int ask_all(struct workbench *wb, const struct kind *kind, struct assign fields[ASKED], char *values[ASKED])
{
	for (size_t i = 0; i < ASKED; i++) {
		const struct field *field = kind_field(kind, asked[i].field);
		values[i] = form_ask_value_from(wb, field, asked[i].initial);
		if (!values[i])
			return 0;
		fields[i] = (struct assign){asked[i].field, values[i]};
	}
	return 1;
}

static void write_all(struct view *v, char **labels, size_t count, const struct assign fields[ASKED])
{
	struct err err = ERR_INIT;
	struct assign all[ASKED + 1] = {{"containment", "isolated"}, fields[0], fields[1], fields[2]};
	struct action *a = action_begin(workbench_case(v->wb), "set", &err);
	for (size_t i = 0; a && i < count; i++)
		if (action_set(a, labels[i], all, ASKED + 1, 0, &err) < 0)
			break;
	if (!a || action_commit(a, &err) < 0) {
		workbench_tell_error(v->wb, &err);
		return;
	}
	list_mark_none(view_list_of(v));
	const struct field *done = kind_field(kind_of_label(labels[0]), "isolation_done");
	int ahead = rule_lies_ahead(kind_of_label(labels[0]), done, fields[0].value);
	workbench_tell(v->wb, ahead ? TONE_ATTENTION : TONE_GOOD,
	               ahead ? _("isolated: %zu, in the future: check the time") : _("isolated: %zu, in one action"),
	               count);
}

enum redraw isolate_marked(struct view *v)
{
	size_t count;
	char **labels = view_list_chosen(v, &count);
	struct assign fields[ASKED];
	char *values[ASKED] = {NULL};
	if (count > 0 && ask_all(v->wb, kind_of_label(labels[0]), fields, values))
		write_all(v, labels, count, fields);
	else if (count > 0)
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("left: nothing was changed"));
	for (size_t i = 0; i < ASKED; i++)
		free(values[i]);
	view_list_chosen_free(labels, count);
	view_list_redo(v);
	return REDRAW_ALL;
}
