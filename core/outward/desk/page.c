#include "outward/desk/page.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/kind/kinds.h"
#include "outward/desk/shares.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SHARES_MOST 9 /* in one row */

struct composing {
	const struct activity *a;
	const struct page_options *options;
	struct page *page;
};

/* ---- blocks */

static struct page_block *block(struct page *page, enum page_block_sort sort, const char *text)
{
	page->blocks = xrealloc(page->blocks, (page->count + 1) * sizeof *page->blocks);
	struct page_block *one = &page->blocks[page->count++];
	*one = (struct page_block){.sort = sort, .text = printable_dup(text), .keys = 1};
	return one;
}

__attribute__((format(printf, 2, 3))) static void say(struct page *page, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	block(page, PAGE_BLOCK_TEXT, text.data);
	buf_release(&text);
}

static void cell(struct page_block *table, const char *text)
{
	if (table->count == table->cap) {
		table->cap = table->cap ? table->cap * 2 : 32;
		table->cells = xrealloc(table->cells, table->cap * sizeof *table->cells);
	}
	table->cells[table->count++] = printable_dup(text);
}

static void heads(struct page_block *table, const char *const *names, size_t count)
{
	table->columns = count;
	for (size_t i = 0; i < count; i++)
		cell(table, names[i]);
}

static int hidden(const struct composing *k, long n)
{
	return n < k->options->suppress;
}

static void number(const struct composing *k, long n, struct buf *out)
{
	if (hidden(k, n))
		buf_addf(out, "<%ld", k->options->suppress);
	else
		buf_addf(out, "%ld", n);
}

static void number_cell(const struct composing *k, struct page_block *table, long n)
{
	struct buf text = BUF_INIT;
	number(k, n, &text);
	cell(table, text.data);
	buf_release(&text);
}

/* Numbers with their shares: "31 (82 %)"; no share where one of them is hidden. */
static void share_cells(const struct composing *k, struct page_block *table, const long *counts, size_t n)
{
	int percent[SHARES_MOST];
	int shown = 1;
	long total = 0;
	shares_of(counts, n, percent);
	for (size_t i = 0; i < n; i++) {
		shown &= !hidden(k, counts[i]);
		total += counts[i];
	}
	for (size_t i = 0; i < n; i++) {
		struct buf text = BUF_INIT;
		number(k, counts[i], &text);
		if (shown && total)
			buf_addf(&text, " (%d %%)", percent[i]);
		cell(table, text.data);
		buf_release(&text);
	}
}

/* ---- periods in words */

static const char *unknown_label(void)
{
	const struct field *field = activity_lead_field();
	return field_value_label(&field->values[field->value_count - 1]);
}

static char *period_label(const struct composing *k, size_t i)
{
	const struct period *p = &k->a->periods[i];
	if (p->sort == PERIOD_UNKNOWN)
		return xstrdup(unknown_label());
	if (p->sort == PERIOD_FISCAL)
		return xasprintf(_("fiscal year %ld"), p->from / 12);
	if (p->sort == PERIOD_RANGE)
		return xasprintf("%s (%04ld-%02ld/%04ld-%02ld)", p->name, p->from / 12, p->from % 12 + 1, p->until / 12,
		                 p->until % 12 + 1);
	return xstrdup(p->name);
}

static void period_cell(const struct composing *k, struct page_block *table, size_t i)
{
	char *label = period_label(k, i);
	cell(table, label);
	free(label);
}

/* ---- the parts of the page */

static void put_head(struct composing *k, const struct desk_cases *cases)
{
	char day[CLOCK_TEXT];
	clock_format(clock_now(), day);
	day[10] = '\0';
	char *said = edtf_said(day);
	k->page->title = k->a->from == PERIOD_NONE
	                     ? xstrdup(_("Activity of the desk"))
	                     : xasprintf(_("Activity of the desk, %04ld-%02ld to %04ld-%02ld"), k->a->from / 12,
	                                 k->a->from % 12 + 1, k->a->until / 12, k->a->until % 12 + 1);
	say(k->page, P_("Made on %s of %zu case or register.", "Made on %s of %zu cases and registers.", cases->count),
	    said, cases->count);
	free(said);
	if (cases->copies)
		say(k->page,
		    P_("%zu file is a copy of one that is counted.", "%zu files are copies of such as are counted.",
		       cases->copies),
		    cases->copies);
	if (cases->not_counted)
		say(k->page, P_("%zu file is not counted.", "%zu files are not counted.", cases->not_counted),
		    cases->not_counted);
	say(k->page,
	    k->a->by == ACTIVITY_BY_ACT
	        ? _("Consultations count by the day they were received, rescues by the day they began, support on site "
	            "by the day it began: each in the quarter in which it happened, by local dates.")
	        : _("Rescues and support on site count in the quarter of the consultation that led to them, by local "
	            "dates."));
	say(k->page,
	    _("Each case counts once, whatever copies there are of it. What has no date, or one that is not within one "
	      "quarter, counts as unknown. Fiscal years and ranges are counted, not added: they may overlap."));
	if (k->options->suppress)
		say(k->page, _("Numbers below %ld are not shown."), k->options->suppress);
}

#define QUARTERS_ALL 8 /* so many are told one by one, whatever is in them */

/* Of a report over many years: a quarter or a fiscal year in which nothing happened. None where small numbers are hidden: that one
 * is told would say that they are not all 0. */
static int is_left_out(const struct composing *k, size_t i)
{
	static const struct activity_counts nothing;
	return !k->options->suppress && k->a->quarters > QUARTERS_ALL && k->a->periods[i].sort <= PERIOD_FISCAL &&
	       memcmp(&k->a->counts[i], &nothing, sizeof nothing) == 0;
}

static void tell_left_out(struct composing *k)
{
	unsigned long count = 0;
	for (size_t i = 0; i < k->a->quarters; i++)
		count += (unsigned long)is_left_out(k, i);
	if (count)
		say(k->page,
		    P_("%lu quarter in which nothing is on record is left out.",
		       "%lu quarters in which nothing is on record are left out.", count),
		    count);
}

static void put_activity(struct composing *k)
{
	const char *const names[] = {_("Period"), _("Consultations"), _("Rescues"), _("Support on site")};
	block(k->page, PAGE_BLOCK_HEADING, _("Consultations, rescues, support on site"));
	struct page_block *table = block(k->page, PAGE_BLOCK_TABLE, _("Activity"));
	heads(table, names, 4);
	for (size_t i = 0; i < k->a->count; i++) {
		if (is_left_out(k, i))
			continue;
		period_cell(k, table, i);
		number_cell(k, table, k->a->counts[i].consultations);
		number_cell(k, table, k->a->counts[i].rescues);
		number_cell(k, table, k->a->counts[i].on_site);
	}
	tell_left_out(k);
	if (k->a->quarters == 0)
		return;
	struct page_block *bars = block(k->page, PAGE_BLOCK_BARS, _("Activity by quarter"));
	heads(bars, names, 4);
	for (size_t i = 0; i < k->a->quarters; i++) {
		if (is_left_out(k, i))
			continue;
		period_cell(k, bars, i);
		number_cell(k, bars, k->a->counts[i].consultations);
		number_cell(k, bars, k->a->counts[i].rescues);
		number_cell(k, bars, k->a->counts[i].on_site);
	}
}

static void put_organisations(struct composing *k)
{
	const char *const names[] = {_("Period"),
	                             _("incorporated administrative agencies"),
	                             _("associations and foundations"),
	                             _("companies"),
	                             _("other public bodies"),
	                             unknown_label()};
	block(k->page, PAGE_BLOCK_HEADING, _("Kinds of organisation that were given a rescue"));
	struct page_block *table = block(k->page, PAGE_BLOCK_TABLE, _("Kinds of organisation"));
	heads(table, names, 6);
	for (size_t i = 0; i < k->a->count; i++) {
		if (is_left_out(k, i))
			continue;
		period_cell(k, table, i);
		share_cells(k, table, k->a->counts[i].organisation, ORG_GROUPS);
	}
	say(k->page, _("Shares are of all rescues of the period, the unknown ones included, rounded so that they add "
	               "up to 100."));
}

static void put_durations(struct composing *k)
{
	const char *const names[] = {_("Period"), _("within a month"), _("longer"), _("running"), unknown_label()};
	static const char *const titles[] = {N_("Duration of the rescues"),
	                                     N_("Duration of the rescues with support on site")};
	for (size_t of = 0; of < OF_COUNT; of++) {
		block(k->page, PAGE_BLOCK_HEADING, i18n_text(titles[of]));
		struct page_block *table = block(k->page, PAGE_BLOCK_TABLE, i18n_text(titles[of]));
		heads(table, names, 5);
		for (size_t i = 0; i < k->a->count; i++) {
			if (is_left_out(k, i))
				continue;
			period_cell(k, table, i);
			share_cells(k, table, k->a->counts[i].duration[of], 2);
			number_cell(k, table, k->a->counts[i].duration[of][RUNNING]);
			number_cell(k, table, k->a->counts[i].duration[of][DURATION_UNKNOWN]);
		}
	}
	say(k->page, _("Within a month: ended no later than one calendar month after it began. Shares are of those "
	               "whose duration "
	               "is known."));
	for (size_t i = 0; i < k->a->count; i++) {
		const struct activity_counts *n = &k->a->counts[i];
		if (!n->on_site_known || hidden(k, n->on_site_known) || hidden(k, n->on_site_days) ||
		    hidden(k, n->on_site))
			continue;
		char *label = period_label(k, i);
		say(k->page,
		    P_("%s: %ld day on site; the days are known of %ld in %ld.",
		       "%s: %ld days on site; the days are known of %ld in %ld.", (unsigned long)n->on_site_days),
		    label, n->on_site_days, n->on_site_known, n->on_site);
		free(label);
	}
}

static void put_leads(struct composing *k)
{
	const char *const names[] = {_("Period"), _("Type"), _("Leads found"), _("Contacted"), _("Rescues")};
	const struct field *field = activity_lead_field();
	block(k->page, PAGE_BLOCK_HEADING, _("Leads from public sources"));
	struct page_block *table = block(k->page, PAGE_BLOCK_TABLE, _("Leads"));
	heads(table, names, 5);
	table->keys = 2;
	for (size_t i = 0; i < k->a->count; i++)
		for (size_t type = 0; type < field->value_count; type++) {
			const struct activity_counts *n = &k->a->counts[i];
			if (!n->leads[type] && !n->lead_rescues[type])
				continue;
			period_cell(k, table, i);
			cell(table, field_value_label(&field->values[type]));
			number_cell(k, table, n->leads[type]);
			number_cell(k, table, n->contacted[type]);
			number_cell(k, table, n->lead_rescues[type]);
		}
	for (size_t i = k->a->quarters; i + 1 < k->a->count; i++) {
		long rescues = 0;
		for (size_t type = 0; type < field->value_count; type++)
			rescues += k->a->counts[i].lead_rescues[type];
		char *label = period_label(k, i);
		if (!hidden(k, rescues))
			say(k->page,
			    P_("%s: %ld rescue began from public sources.",
			       "%s: %ld rescues began from public sources.", (unsigned long)rescues),
			    label, rescues);
		free(label);
	}
}

static void put_chain(struct composing *k)
{
	const char *const names[] = {_("Period"), _("Organisations"), _("Contacted")};
	block(k->page, PAGE_BLOCK_HEADING, _("Attack chain"));
	struct page_block *table = block(k->page, PAGE_BLOCK_TABLE, _("Attack chain"));
	heads(table, names, 3);
	for (size_t i = 0; i < k->a->count; i++) {
		if (is_left_out(k, i))
			continue;
		period_cell(k, table, i);
		number_cell(k, table, k->a->counts[i].chain);
		number_cell(k, table, k->a->counts[i].chain_contacted);
	}
}

/* ---- suspicious mails: Table 1 and figures */

static const char *mail_label(const char *field, const char *value)
{
	const struct field *f = kind_field(kind_find("mail"), field);
	const struct field_value *known = f ? field_value_find(f, value) : NULL;
	return known ? field_value_label(known) : value;
}

static struct page_block *mail_table(struct composing *k, const char *title, const char *const *names, size_t columns)
{
	block(k->page, PAGE_BLOCK_HEADING, title);
	struct page_block *table = block(k->page, PAGE_BLOCK_TABLE, title);
	heads(table, names, columns);
	return table;
}

static void mail_shares(const struct composing *k, struct page_block *table, const size_t *counts, size_t n)
{
	long numbers[SHARES_MOST];
	for (size_t i = 0; i < n; i++)
		numbers[i] = (long)counts[i];
	share_cells(k, table, numbers, n);
}

static void put_mail_kinds(struct composing *k)
{
	const char *names[MAIL_CLASSES + 3] = {_("Period"), _("Mails"), _("With attachment")};
	for (size_t i = 0; i < MAIL_CLASSES; i++)
		names[i + 3] = mail_label("class", mail_class_keys[i]);
	struct page_block *table = mail_table(k, _("Suspicious mails by kind (Table 1, A-1)"), names, MAIL_CLASSES + 3);
	for (size_t i = 0; i < k->a->count; i++) {
		const struct mail_counts *n = &k->a->counts[i].mails;
		if (!n->mails)
			continue;
		period_cell(k, table, i);
		number_cell(k, table, (long)n->mails);
		number_cell(k, table, (long)(n->classes[0] + n->classes[1]));
		mail_shares(k, table, n->classes, MAIL_CLASSES);
	}
}

static void put_mail_senders(struct composing *k)
{
	const char *names[MAIL_SENDERS + 2] = {_("Period")};
	for (size_t i = 0; i + 1 < MAIL_SENDERS; i++)
		names[i + 1] = mail_label("sender_class", mail_sender_keys[i]);
	names[MAIL_SENDERS] = mail_label("sender_basis", mail_sender_keys[MAIL_SENDERS - 1]);
	names[MAIL_SENDERS + 1] = _("Sender not known");
	struct page_block *table = mail_table(k, _("Senders of the suspicious mails (A-2)"), names, MAIL_SENDERS + 2);
	for (size_t i = 0; i < k->a->count; i++) {
		const struct mail_counts *n = &k->a->counts[i].mails;
		if (!n->mails)
			continue;
		period_cell(k, table, i);
		mail_shares(k, table, n->senders, MAIL_SENDERS);
		number_cell(k, table, (long)n->no_sender);
	}
}

static void put_mail_archives(struct composing *k)
{
	const char *names[MAIL_ARCHIVES + 1] = {_("Period")};
	for (size_t i = 0; i < MAIL_ARCHIVES; i++)
		names[i + 1] = mail_label("class", mail_archive_keys[i]);
	struct page_block *table = mail_table(k, _("Formats of attached archives (A-3)"), names, MAIL_ARCHIVES + 1);
	for (size_t i = 0; i < k->a->count; i++)
		if (k->a->counts[i].mails.mails) {
			period_cell(k, table, i);
			mail_shares(k, table, k->a->counts[i].mails.archives, MAIL_ARCHIVES);
		}
}

static void put_mail_files(struct composing *k)
{
	const char *names[MAIL_FILES + 2] = {_("Period")};
	for (size_t i = 0; i < MAIL_FILES; i++)
		names[i + 1] =
		    strcmp(mail_file_keys[i], "office") == 0 ? "Office" : mail_label("class", mail_file_keys[i]);
	names[MAIL_FILES + 1] = "exe+scr+cpl";
	struct page_block *table = mail_table(k, _("Types of suspicious files (A-4)"), names, MAIL_FILES + 2);
	for (size_t i = 0; i < k->a->count; i++) {
		const size_t *files = k->a->counts[i].mails.files;
		if (!k->a->counts[i].mails.mails)
			continue;
		period_cell(k, table, i);
		mail_shares(k, table, files, MAIL_FILES);
		number_cell(k, table, (long)(files[0] + files[2] + files[4]));
	}
}

/* Where there are any. */
static void put_mails(struct composing *k)
{
	size_t all = 0;
	for (size_t i = 0; i < k->a->count; i++)
		all += k->a->counts[i].mails.mails;
	if (all == 0)
		return;
	put_mail_kinds(k);
	put_mail_senders(k);
	put_mail_archives(k);
	put_mail_files(k);
	say(k->page, _("Mails count by the day they were received, else by the day they say they were sent; genuine "
	               "ones that an "
	               "attack altered do not count. Shares are of the mails of the period, of those whose sender is "
	               "known, of the "
	               "archives, of the suspicious files; each adds up to 100."));
}

/* ---- a paragraph for each quarter */

static void list_values(struct composing *k, const struct field *field, const long *counts, struct buf *out)
{
	char taken[ACTIVITY_VALUES] = "";
	size_t listed = 0;
	for (;;) {
		size_t best = field->value_count;
		for (size_t i = 0; i < field->value_count; i++)
			if (counts[i] && !taken[i] && (best == field->value_count || counts[i] > counts[best]))
				best = i;
		if (best == field->value_count)
			break;
		taken[best] = 1;
		buf_addf(out, "%s%s ", listed++ ? _(", ") : "", field_value_label(&field->values[best]));
		number(k, counts[best], out);
	}
	if (listed == 0)
		buf_adds(out, _("none on record"));
}

static void list_new(const struct field *field, const long *before, const long *now, struct buf *out)
{
	size_t listed = 0;
	for (size_t i = 0; i + 1 < field->value_count; i++)
		if (now[i] && !before[i])
			buf_addf(out, "%s%s", listed++ ? _(", ") : "", field_value_label(&field->values[i]));
	if (listed == 0)
		buf_adds(out, _("nothing"));
}

/* How many times the average of the quarters before. */
static void put_factor(struct composing *k, size_t quarter)
{
	long sum = 0;
	long now = k->a->counts[quarter].on_site;
	size_t before = quarter < 4 ? quarter : 4;
	for (size_t i = quarter - before; i < quarter; i++) {
		if (hidden(k, k->a->counts[i].on_site))
			return;
		sum += k->a->counts[i].on_site;
	}
	if (sum == 0 || hidden(k, now))
		return;
	double average = (double)sum / (double)before;
	say(k->page,
	    P_("Support on site: %ld, %.2f times the average of the quarter before it (%.2f).",
	       "Support on site: %ld, %.2f times the average of the quarters before it (%.2f).", before),
	    now, (double)now / average, average);
}

static void put_quarter(struct composing *k, size_t i)
{
	const struct activity_counts *n = &k->a->counts[i];
	struct buf text = BUF_INIT;
	block(k->page, PAGE_BLOCK_HEADING, k->a->periods[i].name);
	buf_adds(&text, _("Kinds of incident by frequency: "));
	list_values(k, activity_incident_field(), n->incident, &text);
	buf_adds(&text, _(". "));
	if (i > 0) {
		buf_adds(&text, _("New against the quarter before: "));
		list_new(activity_incident_field(), k->a->counts[i - 1].incident, n->incident, &text);
		buf_adds(&text, _(". "));
	}
	buf_adds(&text, _("How it was noticed: "));
	list_values(k, activity_trigger_field(), n->trigger, &text);
	buf_adds(&text, _("."));
	block(k->page, PAGE_BLOCK_TEXT, text.data);
	buf_release(&text);
	if (i > 0)
		put_factor(k, i);
}

/* The average of a fiscal year's quarters. */
static void put_averages(struct composing *k)
{
	for (size_t i = k->a->quarters; i < k->a->count; i++) {
		const struct period *p = &k->a->periods[i];
		const struct activity_counts *n = &k->a->counts[i];
		if (p->sort != PERIOD_FISCAL || is_left_out(k, i) || hidden(k, n->on_site) || hidden(k, n->rescues) ||
		    hidden(k, n->consultations))
			continue;
		char *label = period_label(k, i);
		say(k->page,
		    _("%s, a quarter on average: %.2f consultations, %.2f rescues, %.2f times support on site."), label,
		    (double)n->consultations / 4, (double)n->rescues / 4, (double)n->on_site / 4);
		free(label);
	}
}

static void put_names(struct composing *k)
{
	const struct desk_affairs *all = k->options->names;
	const char *const names[] = {_("Case"), _("Organisation"), _("Rescue began"), _("Support on site began")};
	block(k->page, PAGE_BLOCK_HEADING, _("Rescues by name: not for passing on"));
	struct page_block *table = block(k->page, PAGE_BLOCK_TABLE, _("Rescues by name"));
	heads(table, names, 4);
	for (size_t i = 0; i < all->count; i++) {
		const struct affair *one = &all->items[i];
		if (!one->rescue)
			continue;
		cell(table, one->title ? one->title : one->id);
		cell(table, one->organisation ? one->organisation : unknown_label());
		cell(table, one->dates[AFFAIR_RESCUE_FROM] ? one->dates[AFFAIR_RESCUE_FROM] : unknown_label());
		cell(table, one->dates[AFFAIR_ON_SITE_FROM] ? one->dates[AFFAIR_ON_SITE_FROM]
		            : one->on_site                  ? unknown_label()
		                                            : "");
	}
}

void page_make(const struct activity *a, const struct desk_cases *cases, const struct page_options *options,
               struct page *page)
{
	struct composing k = {a, options, page};
	memset(page, 0, sizeof *page);
	put_head(&k, cases);
	put_activity(&k);
	put_averages(&k);
	for (size_t i = 0; i < a->quarters; i++)
		if (!is_left_out(&k, i))
			put_quarter(&k, i);
	put_organisations(&k);
	put_durations(&k);
	put_leads(&k);
	put_chain(&k);
	put_mails(&k);
	if (options->names)
		put_names(&k);
}

void page_release(struct page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		for (size_t k = 0; k < page->blocks[i].count; k++)
			free(page->blocks[i].cells[k]);
		free(page->blocks[i].cells);
		free(page->blocks[i].text);
	}
	free(page->blocks);
	free(page->title);
	memset(page, 0, sizeof *page);
}
