/* All kinds of record, with how many there are: the way to lists that have no key of their own. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/store/record_summary.h"
#include "case/store/rules.h"
#include "tui/form/form.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define LABEL_CELLS 10

static int sum(void *ctx, const struct record_summary *group)
{
	*(uint64_t *)ctx += group->count;
	return 0;
}

static void add_kind(struct view *v, const struct kind *kind, size_t width)
{
	struct buf line = BUF_INIT;
	uint64_t valid = 0;
	uint64_t retracted = record_count_retracted(workbench_case(v->wb), kind->name);
	record_summary_each(workbench_case(v->wb), kind->name, sum, &valid, NULL);
	struct buf label = BUF_INIT;
	if (kind->letters)
		buf_addf(&label, "%s-%s…", case_mark(workbench_case(v->wb)), kind->letters);
	buf_addc(&line, ' ');
	text_pad(&line, label.len ? label.data : "", LABEL_CELLS);
	text_pad(&line, kind_label(kind), width);
	buf_release(&label);
	buf_addf(&line, "  %8llu", (unsigned long long)valid);
	if (retracted)
		buf_addf(&line, _("   and %llu retracted"), (unsigned long long)retracted);
	view_add(v, valid || retracted ? TONE_PLAIN : TONE_FAINT, NULL, line.data);
	buf_release(&line);
}

static int fill(struct view *v, int columns, struct err *err)
{
	(void)columns;
	(void)err;
	size_t width = 0;
	for (size_t i = 0; i < kind_count(); i++)
		if (text_width(kind_label(kind_at(i))) > width)
			width = text_width(kind_label(kind_at(i)));
	struct buf names = BUF_INIT; /* "A" alone looked like a key */
	buf_addc(&names, ' ');
	text_pad(&names, _("Label"), LABEL_CELLS);
	text_pad(&names, _("Kind"), width);
	buf_addf(&names, "  %8s", "");
	free(v->names);
	v->names = buf_take(&names, NULL);
	for (size_t i = 0; i < kind_count(); i++)
		add_kind(v, kind_at(i), width);
	return 0;
}

static enum redraw open_kind(struct view *v)
{
	const struct kind *kind = kind_at(v->selected);
	if (kind && !kind->letters)
		workbench_show(v->wb, "detail", kind->name);
	else if (kind)
		workbench_show(v->wb, "list", kind->name);
	return REDRAW_ALL;
}

static enum redraw add_record(struct view *v)
{
	const struct kind *kind = kind_at(v->selected);
	if (kind)
		workbench_push(v->wb, form_new(v->wb, kind->name, NULL));
	return REDRAW_ALL;
}

static const struct view_key keys[] = {
    {KEY_RETURN, N_("Enter"), N_("list"), N_("list the records of this kind"), open_kind, NULL},
    {KEY_GO_RIGHT, N_("→"), NULL, N_("list the records of this kind"), open_kind, NULL},
    {'l', NULL, NULL, N_("list the records of this kind"), open_kind, NULL},
    {KEY_OF_COMMAND, "add", N_("add"), N_("add a record of this kind"), add_record, workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_kinds(struct workbench *wb, const char *none)
{
	(void)none;
	return view_new(wb, &kinds_view, "kinds");
}

const struct view_ops kinds_view = {
    .name = "kinds", .title = N_("Kinds of record"), .fill = fill, .keys = keys, .open = open_kinds};
