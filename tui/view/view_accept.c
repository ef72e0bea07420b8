/* Taking a case over: what did not come with it and the brief are read first, then signed for. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/words.h"
#include "handover/evidence/evidence_beside.h"
#include "handover/parcel/transfer.h"
#include "outward/acceptance/acceptance.h"
#include "tui/view/views.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* Where the evidence lies that came along: found beside the case file, or named; NULL: nowhere yet. */
struct accept_state {
	char *folder;
};

static int fill_accept(struct view *v, int columns, struct err *err)
{
	const struct accept_state *a = v->data;
	struct buf text = BUF_INIT;
	(void)columns;
	int rc = acceptance_text(workbench_case(v->wb), v->argument, a->folder, &text, err);
	v->heading = xstrdup(_("read it, then Ctrl-S signs the receipt"));
	if (rc == 0)
		view_add_page(v, text.data); /* of 80 cells already */
	buf_release(&text);
	return rc;
}

static enum redraw sign(struct view *v)
{
	struct workbench *wb = v->wb;
	struct session *s = workbench_session(wb);
	const struct accept_state *a = v->data;
	struct buf line = BUF_INIT;
	buf_adds(&line, "accept");
	if (a->folder) {
		buf_adds(&line, " --evidence ");
		words_quote(&line, a->folder);
	}
	buf_adds(&line, " --"); /* without the marks this view would open again */
	s->brief = "";          /* it was read here */
	int rc = workbench_command(wb, line.data);
	s->brief = NULL;
	buf_release(&line);
	if (rc == 0 && workbench_top(wb) == v)
		workbench_pop(wb);
	return REDRAW_ALL;
}

/* It came in a folder that does not lie beside the case, or is called otherwise there. */
static enum redraw name_folder(struct view *v)
{
	struct accept_state *a = v->data;
	struct prompt_path asked = {.question = _("Folder with the evidence that came along: "),
	                            .initial = a->folder,
	                            .wanted = PROMPT_PATH_FOLDER_THERE};
	char *folder = prompt_path_ask(v->wb, &asked);
	if (folder) {
		free(a->folder);
		a->folder = folder;
		view_stale(v);
	}
	return REDRAW_ALL;
}

static const struct view_key accept_keys[] = {
    {CTRL('s'), NULL, N_("sign and take over"), N_("accept the case: sign the receipt"), sign,
     workbench_refuses_writing},
    {'f', NULL, N_("folder"), N_("say in which folder the evidence lies that came along"), name_folder,
     workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static void release_accept(struct view *v)
{
	struct accept_state *a = v->data;
	free(a->folder);
	free(a);
}

static struct view *open_accept(struct workbench *wb, const char *none)
{
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	(void)none;
	if (transfer_pending(workbench_case(wb), label, &err) == 0) {
		struct view *v = view_new(wb, &accept_view, label);
		struct accept_state *a = xcalloc(1, sizeof *a);
		a->folder = evidence_beside(workbench_case(wb), &err);
		v->data = a;
		return v;
	}
	workbench_tell_error(wb, &err);
	return NULL;
}

const struct view_ops accept_view = {.name = "acceptance",
                                     .title = N_("Take over"),
                                     .is_of_now = 1,
                                     .text = 1,
                                     .fill = fill_accept,
                                     .release = release_accept,
                                     .keys = accept_keys,
                                     .open = open_accept};
