/*
 * The mail desk: the suspicious mails on record, a line each, the last that came first; what weighs most of what was found, how many
 * others are like it, what was done with it. Enter shows one on one screen.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "finding/mail/similar.h"
#include "finding/mail/summary.h"
#include "tui/list/related.h"
#include "tui/view/finding/mail_actions.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct mail_line {
	char *label;
	char *text;
	enum tone tone;
};

struct mail_lines {
	struct view *v;
	json_t *alike; /* label -> number */
	struct mail_line *all;
	size_t count;
	size_t cap;
};

/* Cells of the columns; what the screen has beyond 80 goes to those that are cut. */
struct mail_widths {
	size_t subject;
	size_t sender;
	size_t finding;
};

static struct mail_widths widths_of(int columns)
{
	size_t more = columns > 80 ? (size_t)columns - 80 : 0;
	return (struct mail_widths){15 + more * 2 / 4, 10 + more / 4, 11 + more / 4};
}

static const char *value_label(const json_t *record, const char *name)
{
	const struct field *field = kind_field(record_kind(record), name);
	const char *value = json_get_string(record, name);
	const struct field_value *known = value ? field_value_find(field, value) : NULL;
	return known && strcmp(value, "unknown") != 0 ? field_value_label(known) : "?";
}

static void add_cell(struct buf *line, const char *text, size_t cells)
{
	char *safe = printable_dup(text ? text : "");
	safe[strcspn(safe, "\n")] = '\0';
	text_pad(line, safe, cells);
	buf_addc(line, ' ');
	free(safe);
}

static void add_columns(struct buf *line, int columns, const char *const *cells)
{
	struct mail_widths w = widths_of(columns);
	const size_t sizes[] = {7, 5, w.subject, w.sender, 6, 8, w.finding, 2};
	buf_addc(line, ' ');
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		add_cell(line, cells[i], sizes[i]);
	buf_adds(line, cells[8]);
}

static int add_mail_line(void *ctx, json_t *record)
{
	struct mail_lines *l = ctx;
	char alike[24] = "";
	const char *when = json_get_string(record, "when");
	const char *sent = json_get_string(record, "sent");
	const char *name = json_get_string(record, "from");
	const char *address = json_get_string(record, "from_addr");
	const char *corrected = json_get_string(record, "class_override");
	const struct mail_rule *rule = mail_weightiest(record);
	json_int_t n = json_integer_value(json_object_get(l->alike, record_label(record)));
	struct buf line = BUF_INIT;
	char day[6] = "";
	when = when ? when : sent;
	if (when && strlen(when) >= 10 && *when >= '0' && *when <= '9')
		snprintf(day, sizeof day, "%.5s", when + 5);
	if (n)
		snprintf(alike, sizeof alike, "\xC3\x97%lld", (long long)n);
	const char *const cells[] = {record_label(record),
	                             day,
	                             json_get_string(record, "subject"),
	                             name ? name : address,
	                             value_label(record, "sender_class"),
	                             value_label(record, corrected ? "class_override" : "class"),
	                             rule ? strchr(rule->id, '.') + 1 : "",
	                             alike,
	                             value_label(record, "reach")};
	add_columns(&line, l->v->columns, cells);
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->all = xrealloc(l->all, l->cap * sizeof *l->all);
	}
	l->all[l->count++] = (struct mail_line){xstrdup(record_label(record)), buf_take(&line, NULL),
	                                        rule && rule->weight == RULE_HIGH ? TONE_ATTENTION : TONE_PLAIN};
	return 0;
}

/* What came last stands first: somebody waits for its answer. */
static int last_first(const void *a, const void *b)
{
	return strverscmp(((const struct mail_line *)b)->label, ((const struct mail_line *)a)->label);
}

static int fill_mails(struct view *v, int columns, struct err *err)
{
	const char *const names[] = {_("label"),   _("day"),     _("subject"), _("sender"), _("class"),
	                             _("content"), _("finding"), "\xC3\x97",   _("reach")};
	struct mail_lines l = {.v = v, .alike = mail_similar_counts(workbench_case(v->wb), NULL)};
	struct buf heading = BUF_INIT;
	/* raw: their texts, which are most of a mail, are not asked for */
	int rc = workbench_each(v->wb, "mail", RECORD_RAW, add_mail_line, &l, err);
	if (l.count)
		qsort(l.all, l.count, sizeof *l.all, last_first);
	for (size_t i = 0; i < l.count; i++) {
		view_add(v, l.all[i].tone, l.all[i].label, l.all[i].text);
		free(l.all[i].label);
		free(l.all[i].text);
	}
	if (l.count == 0)
		view_add(v, TONE_FAINT, NULL, _("no mail is on record: i takes a folder, file or zip of mails in"));
	add_columns(&heading, columns, names);
	v->names = l.count ? xstrdup(heading.data) : NULL;
	v->heading = xasprintf(P_("%zu mail", "%zu mails", l.count), l.count);
	free(l.all);
	json_decref(l.alike);
	buf_release(&heading);
	return rc < 0 ? -1 : 0;
}

static enum redraw open_mail(struct view *v)
{
	if (*view_label(v))
		workbench_show(v->wb, "mailpage", view_label(v));
	return REDRAW_ALL;
}

static const struct view_key mail_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("one"), N_("the mail on one screen; Esc comes back"), open_mail, NULL},
    {KEY_GO_RIGHT, N_("→"), NULL, N_("the mail on one screen; Esc comes back"), open_mail, NULL},
    {'i', NULL, N_("import"), N_("take a folder, file or zip of mails in"), mail_take_in, workbench_refuses_writing},
    MAIL_KEYS,
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_mails(struct workbench *wb, const char *none)
{
	(void)none;
	return view_new(wb, &mail_view, NULL);
}

/* At the mail, or at the one that belongs to what was under the cursor. */
static int begin_mail_at(struct view *v, const char *label)
{
	return related_begin_at(v, label, "mail");
}

const struct view_ops mail_view = {.name = "mail",
                                   .title = N_("Mail desk"),
                                   .fill = fill_mails,
                                   .keys = mail_keys,
                                   .begin_at = begin_mail_at,
                                   .open = open_mails};
