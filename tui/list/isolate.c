#include "tui/list/isolate.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/store/record.h"
#include "case/store/rules.h"
#include "tui/form/questions.h"
#include "tui/list/view_list.h"
#include "tui/workbench/workbench.h"

struct isolating {
	struct view *v;
	char **labels;
	size_t count;
};

#define NAMES 3 /* of machines that are named one by one */

/* `HR-PC-03, HR-PC-04`, or with how many more there are. */
static void name_machines(const struct isolating *i, struct buf *out)
{
	size_t named = i->count > NAMES + 1 ? NAMES : i->count;
	for (size_t k = 0; k < named; k++)
		buf_addf(out, "%s%s", k ? _(", ") : "", workbench_name(i->v->wb, i->labels[k]));
	if (named < i->count)
		buf_addf(out, _(" and %zu more"), i->count - named);
}

/* One action for all of them. */
static int write_isolation(void *ctx, struct question *all, struct err *err)
{
	const struct isolating *i = ctx;
	struct workbench *wb = i->v->wb;
	const struct assign fields[] = {{"containment", "isolated"},
	                                {all[0].name, all[0].answer},
	                                {all[1].name, all[1].answer},
	                                {all[2].name, all[2].answer}};
	struct action *a = action_begin(workbench_case(wb), "set", err);
	for (size_t k = 0; a && k < i->count; k++)
		if (action_set(a, i->labels[k], fields, sizeof fields / sizeof *fields, 0, err) < 0)
			break;
	if (!a || action_commit(a, err) < 0)
		return -1;
	struct buf names = BUF_INIT;
	struct buf left = BUF_INIT;
	int ahead = rule_lies_ahead(kind_of_label(i->labels[0]), all[0].field, all[0].answer);
	name_machines(i, &names);
	view_list_changed(i->v, i->labels, i->count, &left);
	workbench_tell(wb, ahead ? TONE_ATTENTION : TONE_GOOD,
	               ahead ? _("isolated: %zu, in the future: check the time%s: %s")
	                     : _("isolated: %zu, in one action%s: %s"),
	               i->count, left.data, names.data);
	buf_release(&left);
	buf_release(&names);
	return 0;
}

enum redraw isolate_marked(struct view *v)
{
	struct isolating i = {.v = v};
	i.labels = view_list_chosen(v, &i.count);
	const struct kind *kind = i.count ? kind_of_label(i.labels[0]) : NULL;
	if (kind) {
		struct question asked[] = {
		    {.name = "isolation_done", .ask = question_field, .initial = C_("typed", "now")},
		    {.name = "isolation_by", .ask = question_field},
		    {.name = "isolation_method", .ask = question_field},
		};
		for (size_t k = 0; k < sizeof asked / sizeof *asked; k++)
			asked[k].field = kind_field(kind, asked[k].name);
		struct buf names = BUF_INIT;
		name_machines(&i, &names);
		workbench_tell(
		    v->wb, TONE_ATTENTION,
		    P_("isolated is %zu machine: %s", "isolated are %zu machines: %s", (unsigned long long)i.count),
		    i.count, names.data); /* above the first question */
		buf_release(&names);
		struct questions q = {asked, sizeof asked / sizeof *asked, write_isolation, &i};
		if (!questions_ask(v->wb, &q))
			workbench_tell(v->wb, TONE_ATTENTION, "%s", _("left: nothing was changed"));
		questions_release(&q);
	}
	view_list_chosen_free(i.labels, i.count);
	view_list_redo(v);
	return REDRAW_ALL;
}
