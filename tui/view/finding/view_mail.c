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

enum mail_column { LABEL, DAY, SUBJECT, SENDER, CLASS, CONTENT, FINDING, ALIKE, REACH, MAIL_COLUMNS };

struct mail_line {
	char *label;
	char *cells[MAIL_COLUMNS]; /* printable, a line each */
	enum tone tone;
};

struct mail_lines {
	json_t *alike; /* label -> number */
	struct mail_line *all;
	size_t count;
	size_t cap;
};

/*
 * Cells of the columns. Those of few values get what stands in them and the texts what is left, the subject half of it;
 * on a narrow screen a text keeps its least, and what is widest of the others gives way.
 */
static void lay_out(const struct mail_lines *l, const char *const *names, int columns, size_t *cells)
{
	static const size_t least[MAIL_COLUMNS] = {7, 5, 15, 10, 6, 8, 11, 2, 6};
	static const enum mail_column few[] = {CLASS, CONTENT, REACH};
	size_t room = columns > 0 ? (size_t)columns - 1 : 0;
	size_t others = MAIL_COLUMNS - 1; /* blanks between them */
	memcpy(cells, least, sizeof least);
	for (size_t k = 0; k < sizeof few / sizeof *few; k++) {
		size_t *cell = &cells[few[k]];
		*cell = text_width(names[few[k]]) > *cell ? text_width(names[few[k]]) : *cell;
		for (size_t i = 0; i < l->count; i++) {
			size_t width = text_width(l->all[i].cells[few[k]]);
			*cell = width > *cell ? width : *cell;
		}
	}
	for (size_t k = 0; k < MAIL_COLUMNS; k++)
		others += cells[k];
	while (others > room) {
		size_t *widest = NULL;
		for (size_t k = 0; k < sizeof few / sizeof *few; k++)
			if (cells[few[k]] > least[few[k]] && (!widest || cells[few[k]] > *widest))
				widest = &cells[few[k]];
		if (!widest)
			return;
		(*widest)--, others--;
	}
	cells[SUBJECT] += (room - others) * 2 / 4;
	cells[SENDER] += (room - others) / 4;
	cells[FINDING] += (room - others) / 4;
}

static const char *value_label(const json_t *record, const char *name)
{
	const struct field *field = kind_field(record_kind(record), name);
	const char *value = json_get_string(record, name);
	const struct field_value *known = value ? field_value_find(field, value) : NULL;
	return known && strcmp(value, "unknown") != 0 ? field_value_label(known) : "?";
}

static void add_line(struct buf *line, const char *const *texts, const size_t *cells)
{
	buf_addc(line, ' ');
	for (size_t i = 0; i + 1 < MAIL_COLUMNS; i++) {
		text_pad(line, texts[i], cells[i]);
		buf_addc(line, ' ');
	}
	buf_adds(line, texts[MAIL_COLUMNS - 1]);
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
	char day[6] = "";
	when = when ? when : sent;
	if (when && strlen(when) >= 10 && *when >= '0' && *when <= '9')
		snprintf(day, sizeof day, "%.5s", when + 5);
	if (n)
		snprintf(alike, sizeof alike, "\xC3\x97%lld", (long long)n);
	const char *const cells[MAIL_COLUMNS] = {
	    [LABEL] = record_label(record),
	    [DAY] = day,
	    [SUBJECT] = json_get_string(record, "subject"),
	    [SENDER] = name ? name : address,
	    [CLASS] = value_label(record, "sender_class"),
	    [CONTENT] = value_label(record, corrected ? "class_override" : "class"),
	    [FINDING] = rule ? strchr(rule->id, '.') + 1 : "",
	    [ALIKE] = alike,
	    [REACH] = value_label(record, "reach"),
	};
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->all = xrealloc(l->all, l->cap * sizeof *l->all);
	}
	struct mail_line *line = &l->all[l->count++];
	*line = (struct mail_line){.label = xstrdup(record_label(record)),
	                           .tone = rule && rule->weight == RULE_HIGH ? TONE_ATTENTION : TONE_PLAIN};
	for (size_t i = 0; i < MAIL_COLUMNS; i++) {
		line->cells[i] = printable_dup(cells[i] ? cells[i] : "");
		line->cells[i][strcspn(line->cells[i], "\n")] = '\0';
	}
	return 0;
}

/* What came last stands first: somebody waits for its answer. */
static int last_first(const void *a, const void *b)
{
	return strverscmp(((const struct mail_line *)b)->label, ((const struct mail_line *)a)->label);
}

static int fill_mails(struct view *v, int columns, struct err *err)
{
	const char *const names[MAIL_COLUMNS] = {_("label"),   _("day"),     _("subject"), _("sender"), _("class"),
	                                         _("content"), _("finding"), "\xC3\x97",   _("reach")};
	struct mail_lines l = {.alike = mail_similar_counts(workbench_case(v->wb), NULL)};
	struct buf heading = BUF_INIT;
	size_t cells[MAIL_COLUMNS];
	/* raw: their texts, which are most of a mail, are not asked for */
	int rc = workbench_each(v->wb, "mail", RECORD_RAW, add_mail_line, &l, err);
	if (l.count)
		qsort(l.all, l.count, sizeof *l.all, last_first);
	lay_out(&l, names, columns, cells);
	for (size_t i = 0; i < l.count; i++) {
		struct buf line = BUF_INIT;
		add_line(&line, (const char *const *)l.all[i].cells, cells);
		view_add(v, l.all[i].tone, l.all[i].label, line.data);
		buf_release(&line);
		free(l.all[i].label);
		for (size_t k = 0; k < MAIL_COLUMNS; k++)
			free(l.all[i].cells[k]);
	}
	if (l.count == 0)
		view_add(v, TONE_FAINT, NULL, _("no mail is on record: i takes a folder, file or zip of mails in"));
	add_line(&heading, names, cells);
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
