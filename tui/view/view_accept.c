/* Taking a case over: what did not come with it and the brief are read first, then signed for. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "handover/parcel/transfer.h"
#include "outward/acceptance/acceptance.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static int fill_accept(struct view *v, int columns, struct err *err)
{
	struct buf text = BUF_INIT;
	(void)columns;
	int rc = acceptance_text(workbench_case(v->wb), v->argument, &text, err);
	v->heading = xstrdup(_("read it, then Ctrl-S signs the receipt"));
	if (rc == 0)
		view_add_text(v, TONE_PLAIN, NULL, text.data, 0); /* a page of 80 cells already */
	buf_release(&text);
	return rc;
}

static enum redraw sign(struct view *v)
{
	struct workbench *wb = v->wb;
	struct session *s = workbench_session(wb);
	s->brief = "";                               /* it was read here */
	int rc = workbench_command(wb, "accept --"); /* without the marks this view would open again */
	s->brief = NULL;
	if (rc == 0 && workbench_top(wb) == v)
		workbench_pop(wb);
	return REDRAW_ALL;
}

static const struct view_key accept_keys[] = {
    {CTRL('s'), NULL, N_("sign and take over"), N_("accept the case: sign the receipt"), sign,
     workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_accept(struct workbench *wb, const char *none)
{
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	(void)none;
	if (transfer_pending(workbench_case(wb), label, &err) == 0)
		return view_new(wb, &accept_view, label);
	workbench_tell_error(wb, &err);
	return NULL;
}

const struct view_ops accept_view = {.name = "acceptance",
                                     .title = N_("Take over"),
                                     .text = 1,
                                     .fill = fill_accept,
                                     .keys = accept_keys,
                                     .open = open_accept};
