/*
 * The mail desk: the suspicious mails on record, a line each, the last that came first; what weighs most of what was found,
 * how many others are like it, what was done with it. Enter shows one on one screen.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "case/query/record_kept.h"
#include "finding/mail/similar.h"
#include "finding/mail/similar_ahead.h"
#include "finding/mail/summary.h"
#include "history/history.h"
#include "tui/list/related.h"
#include "tui/view/finding/mail_actions.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

enum mail_column { LABEL, DAY, SUBJECT, SENDER, CLASS, CONTENT, FINDING, ALIKE, REACH, MAIL_COLUMNS };

/* What a line tells of a mail. */
struct mail_line {
	char label[LABEL_TEXT];
	char day[6];
	char *subject, *sender;                     /* owned */
	const char *sender_class, *content, *reach; /* values of their fields, known by name; NULL: another, or none */
	const struct mail_rule *rule;
};

/* Which mail a row is of: a number among those that are kept, where another may stand when the case has changed. */
struct mail_desk_row {
	char label[LABEL_TEXT];
	size_t at;
};

struct mail_desk {
	struct mail_line *past; /* of a commit; owned */
	size_t past_count;
	struct mail_desk_row *order; /* as they are shown */
	size_t count, cap;
	size_t cells[MAIL_COLUMNS];
	uint64_t version; /* of the mails that the order is of */
	json_t *alike;    /* label -> number */
	json_t
	    *known; /* label -> the role of the indicator on record that it holds, or null; of mails that were drawn */
	char known_at[HISTORY_ID]; /* the commit that this is of */
	int is_reading;
	char wanted[VIEW_LABELS]; /* the mail to begin at when all is read, or "" */
	double told_at;           /* how far it is */
};

static struct mail_desk *mail_desk_of(const struct view *v)
{
	return v->data;
}

static const struct field *mail_field(const char *name)
{
	return kind_field(kind_find("mail"), name);
}

/* The value's name that outlives the record; NULL: nothing that is known. */
static const char *value_of(const json_t *record, const char *name)
{
	const char *value = json_get_string(record, name);
	const struct field_value *known = value ? field_value_find(mail_field(name), value) : NULL;
	return known && strcmp(value, "unknown") != 0 ? known->name : NULL;
}

#define NARROW 100 /* cells of a screen on which the values have short words */

/* The values in so few letters that none is cut; what stands not here is short already. */
static const struct {
	const char *value;
	const char *word;
} short_words[] = {
    {"free_mail", N_("free")},    {"no_such_domain", N_("unreal")}, {"iaa", N_("agency")}, {"university", N_("univ.")},
    {"compressed", N_("packed")}, {"uncompressed", N_("plain")},    {"url", N_("link")},   {"neither", N_("none")},
    {"executed", N_("executed")}, {"forwarded", N_("sent on")},
};

static const char *value_label(const char *name, const char *value, int columns)
{
	for (size_t i = 0; value && columns < NARROW && i < sizeof short_words / sizeof *short_words; i++)
		if (*short_words[i].value == *value && strcmp(short_words[i].value, value) == 0)
			return _(short_words[i].word);
	return value ? field_value_label(field_value_find(mail_field(name), value)) : "?";
}

static void add_line(struct buf *line, const char *const *texts, const size_t *cells)
{
	buf_addc(line, ' ');
	for (size_t i = 0; i + 1 < MAIL_COLUMNS; i++) {
		char *safe = printable_dup(texts[i]);
		safe[strcspn(safe, "\n")] = '\0';
		text_pad(line, safe, cells[i]);
		buf_addc(line, ' ');
		free(safe);
	}
	buf_adds(line, texts[MAIL_COLUMNS - 1]);
}

static void take_mail(json_t *record, void *item)
{
	struct mail_line *line = item;
	const char *when = json_get_string(record, "when");
	const char *name = json_get_string(record, "from");
	const char *subject = json_get_string(record, "subject");
	const char *corrected = json_get_string(record, "class_override");
	when = when ? when : json_get_string(record, "sent");
	name = name ? name : json_get_string(record, "from_addr");
	snprintf(line->label, sizeof line->label, "%s", record_label(record));
	struct buf day = BUF_INIT;
	if (when && time_cell(when, TIME_CELL_NO_YEAR, &day))
		snprintf(line->day, sizeof line->day, "%s", day.data);
	buf_release(&day);
	line->subject = xstrdup(subject ? subject : "");
	line->sender = xstrdup(name ? name : "");
	line->sender_class = value_of(record, "sender_class");
	line->content = value_of(record, corrected ? "class_override" : "class");
	line->reach = value_of(record, "reach");
	line->rule = mail_weightiest(record);
}

static void release_mail(void *item)
{
	struct mail_line *line = item;
	free(line->subject);
	free(line->sender);
}

/* raw: their texts, which are most of a mail, are not asked for */
static const struct record_kept_spec mail_lines = {"mail lines", "mail",      RECORD_RAW, sizeof(struct mail_line),
                                                   take_mail,    release_mail};

/* ---- of which mails */

static void forget_past(struct mail_desk *s)
{
	for (size_t i = 0; i < s->past_count; i++)
		release_mail(&s->past[i]);
	free(s->past);
	s->past = NULL;
	s->past_count = 0;
}

static int take_past(void *ctx, json_t *record)
{
	struct mail_desk *s = ctx;
	if (s->past_count % 64 == 0)
		s->past = xrealloc(s->past, (s->past_count + 64) * sizeof *s->past);
	s->past[s->past_count] = (struct mail_line){.subject = NULL};
	take_mail(record, &s->past[s->past_count++]);
	return 0;
}

static void add_place(struct mail_desk *s, const char *label, size_t at)
{
	if (s->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		s->order = xrealloc(s->order, s->cap * sizeof *s->order);
	}
	s->order[s->count].at = at;
	snprintf(s->order[s->count++].label, LABEL_TEXT, "%s", label);
}

/* What came last stands first: somebody waits for its answer. */
static int last_first(const void *a, const void *b)
{
	return strverscmp(((const struct mail_desk_row *)b)->label, ((const struct mail_desk_row *)a)->label);
}

static int order_past(struct view *v, struct err *err)
{
	struct mail_desk *s = mail_desk_of(v);
	forget_past(s);
	s->count = 0;
	s->version = 0;
	s->is_reading = 0;
	json_decref(s->alike);
	s->alike = mail_similar_counts(workbench_case(v->wb), NULL);
	if (workbench_each(v->wb, "mail", RECORD_RAW, take_past, s, err) < 0)
		return -1;
	for (size_t i = 0; i < s->past_count; i++)
		add_place(s, s->past[i].label, i);
	if (s->count)
		qsort(s->order, s->count, sizeof *s->order, last_first);
	return 0;
}

/* As far as they are read until the deadline. */
static int order_now(struct view *v, double deadline, struct err *err)
{
	struct mail_desk *s = mail_desk_of(v);
	struct case_file *c = workbench_case(v->wb);
	struct record_kept *kept;
	const json_t *alike = NULL;
	forget_past(s);
	int rc = record_kept_work(c, &mail_lines, deadline, &kept, err);
	if (rc >= 0 && s->version != record_kept_version(kept)) {
		s->count = 0;
		for (size_t i = 0; i < record_kept_count(kept); i++)
			if (record_kept_item(kept, i))
				add_place(s, record_kept_label(kept, i), i);
		if (s->count)
			qsort(s->order, s->count, sizeof *s->order, last_first);
		s->version = record_kept_version(kept);
	}
	if (rc == 0) {
		rc = mail_similar_ahead(c, deadline, &alike, err);
		json_decref(s->alike);
		s->alike = json_incref((json_t *)(uintptr_t)alike);
	}
	if (rc < 0)
		s->count = 0;
	s->is_reading = rc == 1;
	return rc;
}

static int percent_of(struct view *v)
{
	const struct record_kept *kept = record_kept_so_far(workbench_case(v->wb), &mail_lines);
	int read = kept ? record_kept_percent(kept) : 0;
	return read < 100 ? read / 2 : 50 + mail_similar_percent(workbench_case(v->wb)) / 2;
}

/* ---- its lines */

/* NULL: the mail is not as it was when the order was made, which will be made anew. */
static const struct mail_line *line_of(struct view *v, const struct mail_desk_row *place)
{
	const struct mail_desk *s = mail_desk_of(v);
	if (s->past_count)
		return &s->past[place->at];
	const struct record_kept *kept = record_kept_so_far(workbench_case(v->wb), &mail_lines);
	if (!kept || place->at >= record_kept_count(kept) ||
	    strcmp(record_kept_label(kept, place->at), place->label) != 0)
		return NULL;
	return record_kept_item(kept, place->at);
}

static const char *mail_row_label(struct view *v, size_t i)
{
	return mail_desk_of(v)->order[i].label;
}

/* Of the columns of few values the names; they stand as the enum has them. */
static const char *value_in(const struct mail_line *line, enum mail_column column, int columns)
{
	return column == CLASS     ? value_label("sender_class", line->sender_class, columns)
	       : column == CONTENT ? value_label("class", line->content, columns)
	                           : value_label("reach", line->reach, columns);
}

/*
 * Cells of the columns. Those of few values get what stands in them and the texts what is left, the subject half of it;
 * on a narrow screen a text keeps its least, and what is widest of the others gives way.
 */
static void lay_out(struct view *v, const char *const *names, int columns)
{
	static const size_t least[MAIL_COLUMNS] = {7, 5, 13, 9, 6, 6, 11, 2, 6};
	static const enum mail_column few[] = {CLASS, CONTENT, REACH};
	struct mail_desk *s = mail_desk_of(v);
	size_t *cells = s->cells;
	size_t room = columns > 0 ? (size_t)columns - 1 : 0;
	size_t others = MAIL_COLUMNS - 1; /* blanks between them */
	memcpy(cells, least, sizeof least);
	if (text_width(names[ALIKE]) > cells[ALIKE])
		cells[ALIKE] = text_width(names[ALIKE]);
	for (size_t k = 0; k < sizeof few / sizeof *few; k++) {
		size_t *cell = &cells[few[k]];
		const char *before = NULL; /* most stand like the one before */
		*cell = text_width(names[few[k]]) > *cell ? text_width(names[few[k]]) : *cell;
		for (size_t i = 0; i < s->count; i++) {
			const struct mail_line *line = line_of(v, &s->order[i]);
			const char *text = line ? value_in(line, few[k], columns) : before;
			size_t width = text == before ? 0 : text_width(text);
			before = text;
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

/* mail_known_role(); NULL: nothing, or the view is of the past. Asked for a row when it is drawn, and kept until something goes on
 * record. */
static const char *known_role(struct view *v, const char *label)
{
	struct mail_desk *s = mail_desk_of(v);
	struct case_file *c = workbench_case(v->wb);
	if (*workbench_as_of(v->wb))
		return NULL;
	if (!s->known || strcmp(s->known_at, case_head(c)) != 0) {
		json_decref(s->known);
		s->known = json_object();
		snprintf(s->known_at, sizeof s->known_at, "%s", case_head(c));
	}
	if (!json_object_get(s->known, label)) {
		char *role = mail_known_role(c, label);
		json_object_set_new(s->known, label, role ? json_string(role) : json_null());
		free(role);
	}
	return json_get_string(s->known, label);
}

static void mail_row(struct view *v, size_t i, struct row *row)
{
	const struct mail_desk *s = mail_desk_of(v);
	const struct mail_line gone = {.subject = (char *)(uintptr_t) "", .sender = (char *)(uintptr_t) ""};
	const struct mail_line *line = line_of(v, &s->order[i]);
	const char *label = s->order[i].label;
	json_int_t n = json_integer_value(json_object_get(s->alike, label));
	char alike[24] = "";
	struct buf text = BUF_INIT;
	const char *role = known_role(v, label);
	line = line ? line : &gone;
	char *finding = mail_finding_told(line->rule, role);
	if (n)
		snprintf(alike, sizeof alike, "\xC3\x97%lld", (long long)n);
	const char *const texts[MAIL_COLUMNS] = {
	    [LABEL] = label,
	    [DAY] = line->day,
	    [SUBJECT] = line->subject,
	    [SENDER] = line->sender,
	    [CLASS] = value_in(line, CLASS, v->columns),
	    [CONTENT] = value_in(line, CONTENT, v->columns),
	    [FINDING] = finding,
	    [ALIKE] = alike,
	    [REACH] = value_in(line, REACH, v->columns),
	};
	add_line(&text, texts, s->cells);
	row->text = buf_take(&text, NULL);
	row->tone = role || (line->rule && line->rule->weight == RULE_HIGH) ? TONE_ATTENTION : TONE_PLAIN;
	free(finding);
	snprintf(row->label, sizeof row->label, "%s", label);
}

static int fill_mails(struct view *v, int columns, struct err *err)
{
	const char *const names[MAIL_COLUMNS] = {_("label"),   _("day"),     _("subject"), _("sender"), _("class"),
	                                         _("content"), _("finding"), _("alike"),   _("reach")};
	struct mail_desk *s = mail_desk_of(v);
	struct buf heading = BUF_INIT;
	int rc = *workbench_as_of(v->wb) ? order_past(v, err) : order_now(v, clock_steady() + VIEW_SLICE, err);
	v->count = s->count;
	v->empty = xstrdup(_("no mail is on record: i takes a folder, file or zip of mails in"));
	lay_out(v, names, columns);
	add_line(&heading, names, s->cells);
	v->names = v->count ? xstrdup(heading.data) : NULL;
	view_head(v, xasprintf(P_("%zu mail", "%zu mails", v->count), v->count), s->is_reading ? percent_of(v) : -1);
	buf_release(&heading);
	return rc < 0 ? -1 : 0;
}

static int begin_mail_at(struct view *v, const char *labels);

static int work(struct view *v, double deadline, int *show)
{
	struct mail_desk *s = mail_desk_of(v);
	struct err err = ERR_INIT;
	char wanted[VIEW_LABELS];
	if (!s->is_reading)
		return -1;
	int rc = order_now(v, deadline, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	v->count = s->count;
	*show = rc <= 0 || view_may_tell(&s->told_at);
	if (*show)
		view_stale(v);
	memcpy(wanted, s->wanted, sizeof wanted);
	if (rc == 0 && *wanted) {
		*s->wanted = '\0';
		begin_mail_at(v, wanted);
	}
	return rc == 1 ? 0 : -1;
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

static const struct view_lazy mail_lazy = {.row = mail_row, .label = mail_row_label, .work = work};

static struct view *open_mails(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &mail_view, NULL);
	v->data = xcalloc(1, sizeof(struct mail_desk));
	v->lazy = &mail_lazy;
	return v;
}

/* At the mail, or at the one that belongs to what was under the cursor. Which mails hold an indicator is read of each when it is
   drawn: that none does is not said of one. */
static int begin_mail_at(struct view *v, const char *labels)
{
	struct mail_desk *s = mail_desk_of(v);
	const struct kind *of = kind_of_label(labels);
	int found = related_begin_at(v, labels, "mail");
	if (!found && s->is_reading)
		snprintf(s->wanted, sizeof s->wanted, "%s", labels);
	else if (!found && !(of && (of->traits & KIND_INDICATOR)))
		related_tell_none(v, labels);
	return found;
}

/* The lines are the case's, which the lock closes. */
static void forget_mails(struct view *v)
{
	struct mail_desk *s = mail_desk_of(v);
	forget_past(s);
	json_decref(s->alike);
	s->alike = NULL;
	json_decref(s->known);
	s->known = NULL;
	s->count = v->count = 0;
	s->version = 0;
	*s->wanted = '\0';
}

static void release_mails(struct view *v)
{
	forget_mails(v);
	free(mail_desk_of(v)->order);
	free(v->data);
}

const struct view_ops mail_view = {.name = "mail",
                                   .title = N_("Mail desk"),
                                   .fill = fill_mails,
                                   .keys = mail_keys,
                                   .begin_at = begin_mail_at,
                                   .release = release_mails,
                                   .forget = forget_mails,
                                   .open = open_mails};
