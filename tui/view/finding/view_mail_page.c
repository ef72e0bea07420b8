/* One mail on one screen: who says he sent it, how it came, what it carries, what was found, what could not be looked into. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/mail/import.h"
#include "finding/mail/mails.h"
#include "finding/mail/page.h"
#include "finding/mail/propose.h"
#include "finding/mail/similar.h"
#include "tui/view/finding/mail_actions.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static void add_page_line(void *ctx, enum mail_page_tone tone, const char *text)
{
	struct view *v = ctx;
	static const enum tone tones[] = {TONE_PLAIN, TONE_HEADING, TONE_ALARM, TONE_ATTENTION, TONE_FAINT};
	view_add(v, tones[tone], v->argument, text);
}

static int fill_page(struct view *v, int columns, struct err *err)
{
	struct buf title = BUF_INIT;
	json_t *record = workbench_get(v->wb, v->argument, 0, err);
	if (!record)
		return -1;
	json_t *analysis = mail_analysis(workbench_case(v->wb), v->argument, NULL);
	json_t *alike =
	    *workbench_as_of(v->wb) ? NULL : mail_similar(workbench_case(v->wb), v->argument, NULL); /* of now */
	json_t *known =
	    *workbench_as_of(v->wb) ? NULL : mail_known(workbench_case(v->wb), v->argument, NULL); /* of now, too */
	mail_page_title(record, analysis, &title);
	v->heading = xasprintf("%s  %s", v->argument, title.data);
	mail_page(record, analysis, alike, known, (size_t)columns - 1, add_page_line, v);
	json_decref(known);
	json_decref(alike);
	json_decref(analysis);
	json_decref(record);
	buf_release(&title);
	return 0;
}

static enum redraw open_record(struct view *v)
{
	workbench_show(v->wb, "detail", v->argument);
	return REDRAW_ALL;
}

static const struct view_key page_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("record"), N_("all fields of the record"), open_record, NULL},
    MAIL_KEYS,
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_page(struct workbench *wb, const char *label)
{
	struct err err = ERR_INIT;
	json_t *record = mail_record(workbench_case(wb), label ? label : "", &err);
	if (!record) {
		workbench_tell_error(wb, &err);
		return NULL;
	}
	struct view *v = view_new(wb, &mail_page_view, record_label(record));
	json_decref(record);
	return v;
}

const struct view_ops mail_page_view = {.name = "mailpage",
                                        .title = N_("Mail"),
                                        .text = 1,
                                        .comes_back = 1,
                                        .opens_at_top = 1,
                                        .fill = fill_page,
                                        .keys = page_keys,
                                        .open = open_page};
