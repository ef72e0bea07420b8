#include "finding/mail/page.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "base/time/time_cell.h"
#include "case/store/record.h"
#include "finding/indicator/textscan.h"
#include "finding/mail/analysis.h"
#include "finding/mail/look/rules.h"
#include "finding/mail/similar.h"

#include <stdio.h>
#include <string.h>

#define NAME         9 /* cells of what a line is about */
#define PARTS        4 /* lines of files */
#define FINDINGS     7
#define WEIGHT_CELLS 6

struct mail_page_state {
	const json_t *record;
	const json_t *analysis;
	const json_t *known;
	size_t cells;
	mail_page_line line;
	void *ctx;
};

static const char *page_text(const json_t *o, const char *key)
{
	const char *text = json_get_string(o, key);
	return text ? text : "";
}

static void add_safe(struct buf *out, const char *text)
{
	struct buf safe = BUF_INIT;
	textscan_defang(text, strlen(text), &safe);
	printable_add(out, safe.data, safe.len, PRINTABLE_LINE);
	buf_release(&safe);
}

/* The label of an enum's value, "" for unknown. */
static const char *page_value(const json_t *record, const char *name)
{
	const char *value = json_get_string(record, name);
	const struct field_value *known = value ? field_value_find(kind_field(kind_find("mail"), name), value) : NULL;
	return known && strcmp(value, "unknown") != 0 ? field_value_label(known) : "";
}

/* A line about something, cut to the screen. */
static void tell(const struct mail_page_state *p, enum mail_page_tone tone, const char *name, const struct buf *text)
{
	struct buf line = BUF_INIT;
	struct buf whole = BUF_INIT;
	buf_addc(&whole, ' ');
	if (name)
		text_pad(&whole, name, NAME);
	buf_adds(&whole, name ? " " : "");
	buf_add(&whole, text->data, text->len);
	if (text_width(whole.data) > p->cells)
		text_pad(&line, whole.data, p->cells);
	else
		buf_add(&line, whole.data, whole.len);
	p->line(p->ctx, tone, line.data);
	buf_release(&line);
	buf_release(&whole);
}

void mail_page_title(const json_t *record, const json_t *analysis, struct buf *out)
{
	size_t locked = mail_analysis_locked(analysis);
	const char *corrected = page_value(record, "class_override");
	struct buf subject = BUF_INIT;
	add_safe(&subject, page_text(record, "subject"));
	if (text_width(subject.data) > 36)
		text_pad(out, subject.data, 36);
	else
		buf_add(out, subject.data, subject.len);
	buf_addf(out, "  %s  %s", *corrected ? corrected : page_value(record, "class"), page_value(record, "parsed"));
	if (locked)
		buf_addf(out, P_(", %zu file locked", ", %zu files locked", locked), locked);
	buf_release(&subject);
}

static void tell_from(const struct mail_page_state *p)
{
	struct buf line = BUF_INIT;
	const char *from = page_text(p->record, "from");
	from = *from ? from : page_text(p->record, "from_addr");
	add_safe(&line, *from ? from : _("unknown"));
	buf_addf(&line, "  %s", page_value(p->record, "sender_class"));
	if (*page_value(p->record, "sender_basis"))
		buf_addf(&line, " (%s)", page_value(p->record, "sender_basis"));
	tell(p, MAIL_PAGE_PLAIN, C_("mail", "From"), &line);
	buf_release(&line);
}

static void tell_path(const struct mail_page_state *p)
{
	struct buf line = BUF_INIT;
	const json_t *hops = json_object_get(p->analysis, "hops");
	add_safe(&line, page_text(p->record, "origin"));
	for (size_t i = json_array_size(hops); i > 0; i--) {
		const char *by = page_text(json_array_get(hops, i - 1), "by");
		if (!*by)
			continue;
		buf_adds(&line, line.len ? " > " : "");
		add_safe(&line, by);
	}
	if (*page_text(p->record, "authentication")) {
		buf_adds(&line, line.len ? "   " : "");
		add_safe(&line, page_text(p->record, "authentication"));
	}
	if (!line.len)
		buf_adds(&line, _("unknown: its header does not say"));
	tell(p, MAIL_PAGE_PLAIN, _("Path"), &line);
	buf_release(&line);
}

/* "2014-06-10 +0900 09:10" of a moment with its zone; without the day where `day` has it already. */
static void add_time(struct buf *out, const char *when, const char *day)
{
	struct edtf t;
	const struct edtf_point *p = &t.from;
	if (edtf_parse(when, &t, NULL) < 0 || t.form != EDTF_POINT || p->qualifier || p->hour < 0 || !p->zone) {
		if (*when)
			time_cell(when, TIME_CELL_MINUTE, out);
		else
			buf_addc(out, '?');
		return;
	}
	if (strncmp(when, day, 10) != 0) {
		time_cell(when, TIME_CELL_DAY, out);
		buf_addc(out, ' ');
	}
	unsigned offset = (unsigned)(p->offset < 0 ? -p->offset : p->offset);
	buf_addf(out, "%c%02u%02u %02d:%02d", p->offset < 0 ? '-' : '+', offset / 60, offset % 60, p->hour, p->minute);
}

static size_t count_of(const char *list)
{
	size_t n = *list != '\0';
	for (; *list; list++)
		n += *list == ',';
	return n;
}

static void tell_time(const struct mail_page_state *p)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, _("Date "));
	add_time(&line, page_text(p->record, "sent"), "");
	buf_adds(&line, _(", received "));
	add_time(&line, page_text(p->record, "when"), page_text(p->record, "sent"));
	buf_addf(&line, _("   To %zu, Cc %zu"), count_of(page_text(p->record, "to")),
	         count_of(page_text(p->record, "cc")));
	tell(p, MAIL_PAGE_PLAIN, _("Time"), &line);
	buf_release(&line);
}

static void add_size(struct buf *out, json_int_t n)
{
	if (n < 10240)
		buf_addf(out, "%lld B", (long long)n);
	else if (n < (json_int_t)10 << 20)
		buf_addf(out, "%lld KB", (long long)(n >> 10));
	else
		buf_addf(out, "%lld MB", (long long)(n >> 20));
}

static void tell_part(const struct mail_page_state *p, const json_t *part, const char *name)
{
	struct buf line = BUF_INIT;
	const json_t *inside = json_object_get(part, "inside");
	buf_addf(&line, _("part %s: "), page_text(part, "n"));
	add_safe(&line, page_text(part, "name"));
	buf_addc(&line, ' ');
	add_size(&line, json_integer_value(json_object_get(part, "size")));
	buf_addf(&line, " %s %s%.6s…", page_text(part, "format"),
	         json_is_true(json_object_get(part, "locked")) ? _("locked ") : "", page_text(part, "sha256"));
	if (json_array_size(inside)) {
		const json_t *first = json_array_get(inside, 0);
		buf_adds(&line, _("  inside "));
		add_safe(&line, page_text(first, "name"));
		buf_adds(&line, strcmp(page_text(first, "basis"), "name") == 0 ? _(" (by name)") : "");
		if (json_array_size(inside) > 1)
			buf_addf(&line, _(" and %zu more"), json_array_size(inside) - 1);
	}
	tell(p, MAIL_PAGE_PLAIN, name, &line);
	buf_release(&line);
}

static void tell_parts(const struct mail_page_state *p)
{
	size_t i;
	json_t *part;
	size_t told = 0;
	size_t more = 0;
	struct buf line = BUF_INIT;
	json_array_foreach(json_object_get(p->analysis, "parts"), i, part) {
		if (!json_is_true(json_object_get(part, "counted")))
			continue;
		if (told < PARTS)
			tell_part(p, part, told ? "" : _("Files"));
		told++;
		more += told > PARTS;
	}
	if (more)
		buf_addf(&line, _("and %zu more (t)"), more);
	else if (!told)
		buf_adds(&line, p->analysis ? _("none") : _("unknown: the mail was typed in"));
	if (line.len)
		tell(p, MAIL_PAGE_PLAIN, told ? "" : _("Files"), &line);
	buf_release(&line);
}

static void tell_links(const struct mail_page_state *p, const json_t *similar)
{
	struct buf line = BUF_INIT;
	const char *urls = page_text(p->record, "urls");
	size_t n = strcspn(urls, "\n");
	char first[200];
	snprintf(first, sizeof first, "%.*s", (int)text_whole(urls, n, 150), urls);
	if (*urls)
		add_safe(&line, first);
	else
		buf_adds(&line, _("none"));
	if (urls[n])
		buf_adds(&line, _(" and more (t)"));
	tell(p, MAIL_PAGE_PLAIN, _("Links"), &line);
	buf_clear(&line);
	for (size_t i = 0; i < json_array_size(similar) && i < 4; i++) {
		const json_t *row = json_array_get(similar, i);
		buf_addf(&line, "%s%s (", i ? _(", ") : "", page_text(row, "other"));
		mail_similar_told(page_text(row, "because"), 0, &line);
		buf_addc(&line, ')');
	}
	if (json_array_size(similar) > 4)
		buf_addf(&line, _(" and %zu more (s)"), json_array_size(similar) - 4);
	if (!line.len)
		buf_adds(&line, _("none on record"));
	tell(p, MAIL_PAGE_PLAIN, _("Similar"), &line);
	buf_release(&line);
}

static void tell_finding(const struct mail_page_state *p, const struct mail_rule *rule, const char *detail)
{
	static const enum mail_page_tone tones[] = {MAIL_PAGE_FAINT, MAIL_PAGE_ATTENTION, MAIL_PAGE_ALARM};
	struct buf line = BUF_INIT;
	text_pad(&line, mail_weight_shown(mail_rule_weight(rule->weight)), WEIGHT_CELLS);
	buf_addf(&line, " %s: ", i18n_text(rule->text));
	add_safe(&line, detail);
	if (!*detail)
		buf_truncate(&line, line.len - 2);
	tell(p, tones[rule->weight], NULL, &line);
	buf_release(&line);
}

/* An indicator of the case weighs more than what a rule thinks of the mail. */
static void tell_known(const struct mail_page_state *p, const json_t *item)
{
	const struct field *role = kind_field(kind_find("indicator"), "role");
	struct buf line = BUF_INIT;
	text_pad(&line, mail_weight_shown(mail_rule_weight(RULE_HIGH)), WEIGHT_CELLS);
	buf_addf(&line, " %s: ", _("an indicator on record"));
	add_safe(&line, page_text(item, "value"));
	buf_addf(&line, " (%s%s%s)", page_text(item, "known"), _(", "),
	         field_value_label(field_value_find(role, page_text(item, "role"))));
	tell(p, MAIL_PAGE_ALARM, NULL, &line);
	buf_release(&line);
}

static void tell_findings(const struct mail_page_state *p)
{
	size_t i;
	json_t *finding;
	size_t told = 0;
	size_t more = 0;
	json_array_foreach(p->known, i, finding) {
		if (told < FINDINGS)
			tell_known(p, finding);
		told++;
		more += told > FINDINGS;
	}
	const json_t *all = json_object_get(p->analysis, "findings");
	struct buf line = BUF_INIT;
	for (int weight = RULE_HIGH; weight >= RULE_LOW; weight--)
		json_array_foreach(all, i, finding) {
			const struct mail_rule *rule = mail_rule_find(page_text(finding, "id"));
			if (!rule || (int)rule->weight != weight)
				continue;
			if (told < FINDINGS) {
				tell_finding(p, rule, page_text(finding, "detail"));
				told++;
			} else {
				more++;
			}
		}
	if (more)
		buf_addf(&line, P_("and %zu more finding (t)", "and %zu more findings (t)", (unsigned long long)more),
		         more);
	else if (!told && p->analysis)
		buf_adds(&line, _("nothing that the rules know; that does not mean that it is harmless"));
	if (line.len)
		tell(p, MAIL_PAGE_FAINT, NULL, &line);
	buf_release(&line);
}

/* What nobody has looked into, so that silence is not taken for harmless. */
static void tell_limits(const struct mail_page_state *p)
{
	struct buf line = BUF_INIT;
	size_t locked = mail_analysis_locked(p->analysis);
	const char *parsed = page_text(p->record, "parsed");
	if (!p->analysis)
		buf_adds(&line, _("Not looked into: the mail itself is not here."));
	else if (locked)
		buf_addf(&line,
		         P_("Not looked into: %zu locked file (o tries its password).",
		            "Not looked into: %zu locked files (o tries its password).", locked),
		         locked);
	else if (*parsed && strcmp(parsed, "whole") != 0)
		buf_adds(&line, _("Not looked into: the mail could only be read in part."));
	if (line.len)
		tell(p, MAIL_PAGE_ATTENTION, NULL, &line);
	buf_release(&line);
}

void mail_page(const json_t *record, const json_t *analysis, const json_t *similar, const json_t *known, size_t cells,
               mail_page_line line, void *ctx)
{
	const struct mail_page_state p = {record, analysis, known, cells, line, ctx};
	struct buf reach = BUF_INIT;
	tell_from(&p);
	tell_path(&p);
	tell_time(&p);
	tell_parts(&p);
	tell_links(&p, similar);
	buf_adds(&reach, *page_value(record, "reach") ? page_value(record, "reach") : _("unknown (R says it)"));
	if (*page_text(record, "campaign")) {
		buf_adds(&reach, _("   campaign "));
		add_safe(&reach, page_text(record, "campaign"));
	}
	tell(&p, MAIL_PAGE_PLAIN, _("Reach"), &reach);
	line(ctx, MAIL_PAGE_PLAIN, "");
	tell_findings(&p);
	tell_limits(&p);
	buf_release(&reach);
}
