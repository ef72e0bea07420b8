/*
 * What changed since the person last looked: field by field, with who and when.
 * Up to where somebody has looked is a setting of this copy, for each key.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "case/action/changes.h"
#include "case/identity/identity.h"
#include "case/store/meta.h"
#include "history/exchange.h"
#include "tui/command/named.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define NEWS_MOST 2000 /* rows */

struct view_diff_telling {
	struct view *v;
	struct title_cache *names;
	char label[LABEL_TEXT]; /* of the record whose changes are being told */
};

static int setting(struct case_file *c, char name[96])
{
	struct buf hex = BUF_INIT;
	const struct identity *id = case_identity(c);
	if (!id)
		return -1;
	buf_addhex(&hex, id->public_key, 32);
	snprintf(name, 96, "local.looked.%s", hex.data);
	buf_release(&hex);
	return 0;
}

/* The commit up to which was looked; 0 if that is not known, or not in this history. */
static int looked(struct case_file *c, char commit[HISTORY_ID])
{
	char name[96];
	struct buf value = BUF_INIT;
	int known = setting(c, name) == 0 && case_meta_get(c, name, &value, NULL) == 0 && value.len == HISTORY_ID - 1 &&
	            history_has(case_history(c), value.data);
	if (known)
		memcpy(commit, value.data, HISTORY_ID);
	buf_release(&value);
	return known;
}

static int add_change(void *ctx, const struct record_change *change)
{
	struct view_diff_telling *t = ctx;
	struct view *v = t->v;
	char when[CLOCK_TEXT];
	if (strcmp(t->label, change->label) != 0) {
		snprintf(t->label, sizeof t->label, "%s", change->label);
		view_addf(v, TONE_HEADING, change->label, "%s  %s%s", change->label, change->title,
		          change->added ? _("  (new)") : "");
	}
	char *before = named_change(&t->names, workbench_case(v->wb), change, 0);
	char *after = named_change(&t->names, workbench_case(v->wb), change, 1);
	char *old_text = printable_dup(before);
	char *new_text = printable_dup(after);
	free(before);
	free(after);
	clock_format(change->when, when);
	if (change->added)
		view_addf(v, TONE_PLAIN, change->label, "    %s: %s", change_field_label(change), new_text);
	else
		view_addf(v, TONE_PLAIN, change->label, "    %s: %s → %s", change_field_label(change),
		          *old_text ? old_text : "-", *new_text ? new_text : "-");
	struct buf day = BUF_INIT;
	time_cell(when, TIME_CELL_MINUTE, &day);
	view_addf(v, TONE_FAINT, change->label, "        %s  %s", change->person, day.data);
	buf_release(&day);
	free(old_text);
	free(new_text);
	return v->count >= NEWS_MOST;
}

static int fill_news(struct view *v, int columns, struct err *err)
{
	char from[HISTORY_ID];
	char head[HISTORY_ID];
	struct view_diff_telling t = {.v = v};
	struct case_file *c = workbench_case(v->wb);
	(void)columns;
	if (!looked(c, from)) {
		view_add(v, TONE_PLAIN, NULL, _("You have not marked yet up to where you have looked: m does."));
		return 0;
	}
	v->heading = xasprintf(_("since %.10s"), from);
	int rc = history_head(case_history(c), head, err);
	if (rc == 0)
		rc = changes_between(c, from, head, add_change, &t, err);
	title_cache_free(&t.names);
	if (rc >= 0 && v->count == 0)
		view_add(v, TONE_PLAIN, NULL, _("Nothing has changed since you last looked."));
	if (v->count >= NEWS_MOST)
		view_add(v, TONE_ATTENTION, NULL, _("… and more records, which are not told one by one here"));
	return rc < 0 ? -1 : 0;
}

static enum redraw mark(struct view *v)
{
	char name[96];
	char head[HISTORY_ID];
	struct err err = ERR_INIT;
	struct case_file *c = workbench_case(v->wb);
	if (history_head(case_history(c), head, &err) < 0 || setting(c, name) < 0 ||
	    case_meta_set(c, name, head, &err) < 0)
		workbench_tell_error(v->wb, &err);
	else
		workbench_tell(v->wb, TONE_GOOD, _("looked at up to %.10s"), head);
	view_stale(v);
	return REDRAW_ALL;
}

static const struct view_key news_keys[] = {
    {'m', NULL, N_("mark as seen"), N_("mark all of it as looked at"), mark, workbench_refuses_writing},
    {0},
};

static struct view *open_news(struct workbench *wb, const char *none)
{
	(void)none;
	return view_new(wb, &news_view, NULL);
}

const struct view_ops news_view = {
    .name = "news", .title = N_("What changed"), .fill = fill_news, .keys = news_keys, .open = open_news};
