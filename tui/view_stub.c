#include "tui/view.h"
#include "tui/workbench_private.h"

static int none(struct view *v, int columns, struct err *err)
{
	(void)columns;
	(void)err;
	view_add(v, TONE_PLAIN, NULL, v->argument ? v->argument : "");
	return 0;
}

static const struct view_ops stub_ops = {.name = "stub", .title = "", .hints = "", .text = 1, .fill = none};

struct view *view_kinds(struct workbench *wb)
{
	return view_new(wb, &stub_ops, "kinds");
}

struct view *view_list(struct workbench *wb, const char *k)
{
	return view_new(wb, &stub_ops, k);
}

struct view *view_detail(struct workbench *wb, const char *k)
{
	return view_new(wb, &stub_ops, k);
}

struct view *view_found(struct workbench *wb, const char *k)
{
	return view_new(wb, &stub_ops, k);
}

struct view *view_form(struct workbench *wb, const char *k, const char *l)
{
	(void)l;
	return view_new(wb, &stub_ops, k);
}
