/* The activity report against the numbers that J-CRAT printed of its first fifteen months, with copies and without.
 * GENBA_DESK_PAGE=FILE writes the page in HTML there: the README's picture is one of it. */
#include "help_desk.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "case/store/record.h"
#include "catalogue.h"
#include "outward/desk/activity.h"
#include "outward/desk/page.h"
#include "outward/desk/shares.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
	struct desk_cases cases;
	struct desk_affairs affairs;
	struct activity activity;
	json_t *array;
	struct buf told;
	int faults;
};

static void hear(void *ctx, int fault, const char *line)
{
	struct reading *r = ctx;
	r->faults += fault;
	buf_addf(&r->told, "%s\n", line);
}

static void read_desk(struct reading *r, int copies, enum activity_by by)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {desk_owner, NULL};
	struct desk_source source = {.unlock = &unlock, .tell = hear, .ctx = r};
	struct period_range first_year = {"first", 5, 2014 * 12 + 6, 2015 * 12 + 5};
	struct period_wish wish = {PERIOD_NONE, PERIOD_NONE, 4, &first_year, 1};
	char *paths[] = {desk_folder, desk_copies};
	*r = (struct reading){.told = BUF_INIT};
	assert_int_equal(desk_gather(&source, paths, copies ? 2 : 1, &r->cases, &err), 0);
	affairs_make(&r->cases, hear, r, &r->affairs);
	activity_count(&r->affairs, &wish, by, &r->activity);
	r->array = activity_json(&r->activity, 0);
}

static void release(struct reading *r)
{
	json_decref(r->array);
	activity_release(&r->activity);
	affairs_release(&r->affairs);
	desk_cases_release(&r->cases);
	buf_release(&r->told);
}

/* The number of the object of that kind, period and value (NULL: any); several are added. */
static int number(const struct reading *r, const char *kind, const char *period, const char *key, const char *value,
                  const char *name)
{
	int sum = 0;
	size_t i;
	json_t *one;
	json_array_foreach(r->array, i, one)
		if (strcmp(json_string_value(json_object_get(one, "kind")), kind) == 0 &&
		    strcmp(json_string_value(json_object_get(one, "period")), period) == 0 &&
		    (!key || strcmp(json_string_value(json_object_get(one, key)), value) == 0))
			sum += (int)json_integer_value(json_object_get(one, name));
	return sum;
}

static void check_numbers(const struct reading *r)
{
	static const struct {
		const char *period;
		int consultations, rescues, on_site;
	} table[] = {{"2014-04/2014-06", 16, 7, 4},   {"2014-07/2014-09", 25, 10, 2},
	             {"2014-10/2014-12", 32, 14, 3},  {"2015-01/2015-03", 34, 7, 2},
	             {"2015-04/2015-06", 77, 35, 18}, {"FY2014", 107, 38, 11},
	             {"first", 168, 66, 25},          {"unknown", 0, 0, 0}};
	static const struct {
		const char *group;
		int rescues;
	} groups[] = {{"iaa", 12}, {"association", 24}, {"company", 19}, {"other_public", 11}, {"unknown", 0}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int got[] = {number(r, "activity", table[i].period, NULL, NULL, "consultations"),
		             number(r, "activity", table[i].period, NULL, NULL, "rescues"),
		             number(r, "activity", table[i].period, NULL, NULL, "on_site")};
		if (got[0] != table[i].consultations || got[1] != table[i].rescues || got[2] != table[i].on_site)
			fail_msg("%s: %d %d %d, not %d %d %d\n%s", table[i].period, got[0], got[1], got[2],
			         table[i].consultations, table[i].rescues, table[i].on_site, r->told.data);
	}
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		assert_int_equal(number(r, "organisation", "first", "value", groups[i].group, "rescues"),
		                 groups[i].rescues);
	assert_int_equal(number(r, "duration", "FY2014", "of", "rescue", "within_month"), 31);
	assert_int_equal(number(r, "duration", "FY2014", "of", "rescue", "longer"), 7);
	assert_int_equal(number(r, "duration", "FY2014", "of", "on_site", "within_month"), 5);
	assert_int_equal(number(r, "duration", "FY2014", "of", "on_site", "longer"), 6);
	assert_int_equal(number(r, "duration", "2015-04/2015-06", "of", "rescue", "running"), 1);
	assert_int_equal(number(r, "osint", "FY2014", NULL, NULL, "rescues"), 5);
	assert_int_equal(number(r, "osint", "2014-04/2014-06", NULL, NULL, "leads"), 4);
	assert_int_equal(number(r, "osint", "2014-07/2014-09", "type", "social", "leads"), 1);
	/* each organisation once, when it was told first, whatever cases it is in */
	assert_int_equal(number(r, "chain", "2014-07/2014-09", NULL, NULL, "organisations"), 2);
	assert_int_equal(number(r, "chain", "2014-10/2014-12", NULL, NULL, "organisations"), 0);
	assert_int_equal(number(r, "chain", "2015-04/2015-06", NULL, NULL, "organisations"), 0);
	assert_int_equal(number(r, "chain", "first", NULL, NULL, "contacted"), 2);
	assert_int_equal(number(r, "mails", "FY2014", "key", "mails", "n"), 609);
	assert_int_equal(number(r, "mails", "FY2014", "key", "compressed", "n"), 364);
	assert_int_equal(number(r, "mails", "FY2014", "key", "zip", "n"), 364);
	assert_int_equal(number(r, "mails", "unknown", "key", "mails", "n"), 0);
	assert_int_equal(r->faults, 0);
}

static void numbers_of_the_report(void **state)
{
	(void)state;
	struct reading r;
	read_desk(&r, 0, ACTIVITY_BY_ACT);
	check_numbers(&r);
	assert_non_null(strstr(r.told.data, "older copy"));
	assert_non_null(strstr(r.told.data, "went on separately"));
	assert_non_null(strstr(r.told.data, "trigger was changed differently"));
	assert_int_equal(number(&r, "incident", "2014-10/2014-12", "value", "rat_found", "cases"), 1);
	assert_int_equal(number(&r, "incident", "2014-10/2014-12", "value", "leak", "cases"), 1);
	assert_int_equal(number(&r, "incident", "2014-10/2014-12", "value", "spread", "cases"), 1);
	release(&r);
}

static void the_same_with_copies(void **state)
{
	(void)state;
	struct reading r;
	read_desk(&r, 1, ACTIVITY_BY_ACT);
	check_numbers(&r);
	assert_int_equal(r.cases.files, 16);
	assert_int_equal(r.cases.count, 9);
	release(&r);
}

static void cohorts(void **state)
{
	(void)state;
	struct reading r;
	read_desk(&r, 0, ACTIVITY_BY_CONSULTATION);
	/* the rescue that began at 00:15 goes to the consultation at 23:40 the evening before */
	assert_int_equal(number(&r, "activity", "2014-04/2014-06", NULL, NULL, "rescues"), 8);
	assert_int_equal(number(&r, "activity", "2015-04/2015-06", NULL, NULL, "rescues"), 34);
	release(&r);
}

/* ---- the page */

static void make_pages(const struct reading *r, long suppress, const struct desk_affairs *names, struct buf *out)
{
	struct page page;
	struct page_options options = {suppress, names};
	page_make(&r->activity, &r->cases, &options, &page);
	page_text(&page, out);
	page_markdown(&page, out);
	page_html(&page, out);
	page_csv(&page, out);
	page_release(&page);
}

/* A date of a day, other than that on which the page is made. */
static const char *find_day(const char *text, const char *but)
{
	for (const char *p = text; *p; p++)
		if (isdigit((unsigned char)p[0]) && p[4] == '-' && isdigit((unsigned char)p[5]) && p[7] == '-' &&
		    isdigit((unsigned char)p[8]) && strncmp(p, but, 10) != 0)
			return p;
	return NULL;
}

static void check_anonymous(const struct reading *r)
{
	struct buf out = BUF_INIT;
	char *entered = xstrdup(desk_entered.data);
	make_pages(r, 0, NULL, &out);
	for (char *text = strtok(entered, "\n"); text; text = strtok(NULL, "\n"))
		if (strstr(out.data, text))
			fail_msg("'%s' is on the page", text);
	assert_null(strstr(out.data, desk_folder));
	assert_null(strstr(out.data, "Hidden"));
	assert_null(find_day(out.data, "2016-01-02"));
	for (size_t i = 0; i < r->cases.count; i++)
		assert_null(strstr(out.data, r->cases.items[i].id));
	free(entered);
	buf_release(&out);
}

static void page_holds_nothing_that_was_entered(void **state)
{
	(void)state;
	struct reading r;
	struct clock_time now = {1451692800, 0, 540}; /* 2016-01-02 */
	clock_set(&now, 0);
	read_desk(&r, 1, ACTIVITY_BY_ACT);
	check_anonymous(&r);
	i18n_set_language("ja");
	i18n_use(catalogue_ja, catalogue_ja_size);
	check_anonymous(&r);
	i18n_set_language("en");
	i18n_use(NULL, 0);
	struct buf out = BUF_INIT;
	make_pages(&r, 0, &r.affairs, &out);
	assert_non_null(strstr(out.data, "Organisation-001-Hidden")); /* and with --names it does */
	buf_release(&out);
	clock_set(NULL, 0);
	release(&r);
}

/* For the picture: as a person sees it. */
static void write_page(const struct reading *r, const char *path)
{
	struct page page;
	struct buf out = BUF_INIT;
	struct page_options options = {0, NULL};
	page_make(&r->activity, &r->cases, &options, &page);
	page_html(&page, &out);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(out.data, 1, out.len, f), out.len);
	fclose(f);
	page_release(&page);
	buf_release(&out);
}

static void page_tells_shares_and_averages(void **state)
{
	(void)state;
	struct reading r;
	struct buf out = BUF_INIT;
	read_desk(&r, 0, ACTIVITY_BY_ACT);
	make_pages(&r, 0, NULL, &out);
	if (getenv("GENBA_DESK_PAGE"))
		write_page(&r, getenv("GENBA_DESK_PAGE"));
	assert_non_null(strstr(out.data, "31 (82 %)"));
	/* Table 1 and A-1: rounded one by one they would be 101 */
	assert_non_null(strstr(out.data, "| 609 | 532 | 364 (60 %) | 168 (27 %) | 36 (6 %) | 19 (3 %) | 22 (4 %) |"));
	assert_non_null(strstr(out.data, "7 (18 %)"));
	assert_non_null(strstr(out.data, "2.75 times support on site"));
	assert_non_null(
	    strstr(out.data, "Support on site: 18, 6.55 times the average of the quarters before it (2.75)"));
	buf_release(&out);
	release(&r);
}

/* In either language each line of the text, tables included, fits a terminal of 80 cells. */
static void the_text_fits_the_terminal(void **state)
{
	(void)state;
	struct reading r;
	read_desk(&r, 0, ACTIVITY_BY_ACT);
	for (int ja = 0; ja < 2; ja++) {
		struct page page;
		struct page_options options = {0, NULL};
		struct buf out = BUF_INIT;
		i18n_set_language(ja ? "ja" : "en");
		i18n_use(ja ? catalogue_ja : NULL, ja ? catalogue_ja_size : 0);
		page_make(&r.activity, &r.cases, &options, &page);
		page_text(&page, &out);
		for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
			if (text_width(line) > 79)
				fail_msg("%zu cells: %s", text_width(line), line);
		page_release(&page);
		buf_release(&out);
	}
	i18n_set_language("en");
	i18n_use(NULL, 0);
	release(&r);
}

/* Of a report over many years what was empty is counted, not told one by one; over two years all is. */
static void empty_quarters_are_left_out(void **state)
{
	(void)state;
	struct reading r;
	struct page_options options = {0, NULL};
	struct page_options hiding = {3, NULL};
	read_desk(&r, 0, ACTIVITY_BY_ACT);
	for (int years = 1; years <= 10; years += 9) {
		struct period_wish wish = {2015 * 12 + 6 - 12L * years, 2015 * 12 + 5, 4, NULL, 0};
		struct page page;
		struct buf out = BUF_INIT;
		activity_release(&r.activity);
		activity_count(&r.affairs, &wish, ACTIVITY_BY_ACT, &r.activity);
		page_make(&r.activity, &r.cases, &options, &page);
		page_text(&page, &out);
		assert_int_equal(strstr(out.data, "in which nothing is on record are left out.") != NULL, years == 10);
		assert_null(strstr(out.data, "2009-01/2009-03"));
		assert_non_null(strstr(out.data, "2015-04/2015-06"));
		page_release(&page);
		buf_release(&out);
		/* where small numbers are hidden, so is which of them are 0 */
		page_make(&r.activity, &r.cases, &hiding, &page);
		page_text(&page, &out);
		assert_null(strstr(out.data, "in which nothing is on record"));
		assert_int_equal(strstr(out.data, "2009-01/2009-03") != NULL, years == 10);
		page_release(&page);
		buf_release(&out);
	}
	release(&r);
}

static void small_numbers_can_be_hidden(void **state)
{
	(void)state;
	struct reading r;
	struct buf out = BUF_INIT;
	read_desk(&r, 0, ACTIVITY_BY_ACT);
	make_pages(&r, 3, NULL, &out);
	assert_non_null(strstr(out.data, "2014-07/2014-09,Support on site,<3"));
	json_t *array = activity_json(&r.activity, 3);
	char *text = json_dumps(array, 0);
	assert_null(strstr(text, "\"on_site\": 2,"));
	assert_non_null(strstr(text, "\"<3\""));
	free(text);
	json_decref(array);
	buf_release(&out);
	release(&r);
}

static void shares_add_up(void **state)
{
	(void)state;
	static const long mails[] = {364, 168, 36, 19, 22}; /* of 609: plain rounding gives 101 */
	static const int printed[] = {60, 27, 6, 3, 4};
	int percent[5];
	shares_of(mails, 5, percent);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(percent[i], printed[i]);
	static const long none[] = {0, 0};
	shares_of(none, 2, percent);
	assert_int_equal(percent[0] + percent[1], 0);
}

/* ---- files that cannot be read */

static void put_file(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void what_cannot_be_read_is_named(void **state)
{
	(void)state;
	struct reading r = {.told = BUF_INIT};
	struct err err = ERR_INIT;
	struct case_unlock unlock = {desk_owner, NULL};
	struct desk_source source = {.unlock = &unlock, .tell = hear, .ctx = &r};
	char folder[100];
	char *paths[6];
	snprintf(folder, sizeof folder, "%s/bad", desk_folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < 6; i++)
		paths[i] = xasprintf("%s/%s", folder,
		                     (const char *const[]){"none.genba", "text.genba", "empty.genba", "pipe.genba",
		                                           "cut.genba", "../case-running.genba"}[i]);
	put_file(paths[1], "no case", 7);
	put_file(paths[2], "", 0);
	assert_int_equal(mkfifo(paths[3], 0600), 0);
	char *command = xasprintf("head -c 20000 '%s' >'%s'", paths[5], paths[4]);
	assert_int_equal(system(command), 0);
	free(command);
	assert_int_equal(desk_gather(&source, paths, 6, &r.cases, &err), 0);
	assert_int_equal(r.cases.not_counted, 5);
	assert_int_equal(r.faults, 5);
	assert_int_equal(r.cases.count, 1);
	assert_non_null(strstr(r.told.data, "text.genba"));
	desk_cases_release(&r.cases);
	/* the same by way of the folder, and one that has no case in it */
	char *folders[] = {folder, (char *)(uintptr_t) "/proc/self/task"};
	assert_int_equal(desk_gather(&source, folders, 2, &r.cases, &err), 0);
	assert_int_equal(r.cases.not_counted, 5);
	desk_cases_release(&r.cases);
	buf_release(&r.told);
	for (size_t i = 0; i < 6; i++)
		free(paths[i]);
}

/* ---- dates */

static void span_is(const char *edtf, const char *first, const char *last)
{
	struct day_span got;
	struct day_span want[2];
	day_span_of(edtf, &got);
	if (!first) {
		assert_false(got.known);
		return;
	}
	day_span_of(first, &want[0]);
	day_span_of(last, &want[1]);
	assert_true(got.known);
	if (got.first != want[0].first || got.last != want[1].last)
		fail_msg("%s is not %s to %s", edtf, first, last);
}

static void dates_are_local_and_no_more_exact_than_recorded(void **state)
{
	(void)state;
	span_is("2014-07-01T00:20:00+09:00", "2014-07-01", "2014-07-01");
	span_is("2014-06-30T23:40:00-11:00", "2014-06-30", "2014-06-30");
	span_is("2014-08~", "2014-08-01", "2014-08-31");
	span_is("2014", "2014-01-01", "2014-12-31");
	span_is("2014-1X", "2014-10-01", "2014-12-31");
	span_is("201X", "2010-01-01", "2019-12-31");
	span_is("2014-06/2014-07", "2014-06-01", "2014-07-31");
	span_is("2014-06/..", NULL, NULL);
	span_is("after R1-V2 P1D", NULL, NULL);
	span_is(NULL, NULL, NULL);
}

/* What a year holds and no quarter does is of the year, and unknown among the quarters; days on site count both ends. */
static void what_no_quarter_holds_is_unknown_there(void **state)
{
	(void)state;
	struct period_range year = {"year", 4, 2014 * 12, 2014 * 12 + 11};
	struct period_wish wish = {2014 * 12, 2014 * 12 + 11, 1, &year, 1};
	struct affair affair = {.id = "a", .rescue = 1, .on_site = 1, .has_file = 1};
	struct desk_affairs all = {.items = &affair, .count = 1};
	struct activity a;
	affair.dates[AFFAIR_RESCUE_FROM] = "2014";
	affair.dates[AFFAIR_ON_SITE_FROM] = "2014-05-30";
	affair.dates[AFFAIR_ON_SITE_UNTIL] = "2014-06-02";
	activity_count(&all, &wish, ACTIVITY_BY_ACT, &a);
	assert_int_equal(a.count, 7); /* four quarters, the fiscal year, the range, unknown */
	for (size_t i = 0; i < a.count; i++) {
		assert_int_equal(a.counts[i].rescues, i >= 4);
		assert_int_equal(a.counts[i].on_site, i == 1 || i == 4 || i == 5);
		assert_int_equal(a.counts[i].on_site_days, a.counts[i].on_site * 4);
	}
	activity_release(&a);
}

/* What took place and has no date, or that of its end alone, is unknown, never nothing: of case files, of registers, and of a
 * case that is its own register. */
static void what_has_no_date_is_unknown(void **state)
{
	(void)state;
	static const struct {
		const char *of_case;         /* fields of the case's record */
		const char *of_consultation; /* of one in the same file; NULL: there is none */
		int consultations, rescues, on_site, incidents;
	} registers[] = {
	    {"'stage': 'on_site'", NULL, 0, 1, 1, 1},
	    {"'stage': 'on_site'", "'summary': 'x'", 1, 1, 1, 2},
	    {"'stage': 'rescue'", "'summary': 'x'", 1, 1, 0, 2},
	    {"'stage': 'rescue', 'route': 'desk'", NULL, 1, 1, 0, 1},
	    {"'stage': 'advice', 'route': 'desk'", NULL, 1, 0, 0, 1},
	    {"'stage': 'advice'", NULL, 0, 0, 0, 0},
	    {"'stage': 'closed', 'rescue_until': '2014-05-02'", NULL, 0, 1, 0, 1},
	    {"'stage': 'closed', 'on_site_until': '2014-05-02'", "'summary': 'x'", 1, 1, 1, 2},
	    {"'stage': 'unknown'", "'summary': 'x'", 1, 0, 0, 1},
	    {"'stage': 'unknown'", "'became': 'rescue'", 1, 1, 0, 1},
	    {"'stage': 'unknown'", "'became': 'on_site'", 1, 1, 1, 1},
	    {"'stage': 'unknown'", "'on_site_until': '2014-05-02'", 1, 1, 1, 1},
	    {"'stage': 'on_site', 'rescue_from': '..', 'on_site_from': '2014-06/2014-07'", NULL, 0, 1, 1, 1},
	};
	static const char id[] = "11111111-1111-4111-8111-111111111111";
	for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
		char *text = xasprintf(
		    "{'%s': {'kind': 'case', 'label': 'R1-C1', %s}%s%s%s}", id, registers[i].of_case,
		    registers[i].of_consultation ? ", 'q': {'kind': 'consultation', 'id': 'q', 'label': 'R1-Q1', " : "",
		    registers[i].of_consultation ? registers[i].of_consultation : "",
		    registers[i].of_consultation ? "}" : "");
		for (char *p = text; (p = strchr(p, '\'')); p++)
			*p = '"';
		struct desk_case one = {.records = json_loads(text, 0, NULL)};
		struct reading r = {.cases = {.items = &one, .count = 1}, .told = BUF_INIT};
		struct period_wish wish = {2014 * 12 + 3, 2014 * 12 + 8, 4, NULL, 0};
		assert_non_null(one.records);
		memcpy(one.id, id, sizeof id);
		affairs_make(&r.cases, hear, &r, &r.affairs);
		activity_count(&r.affairs, &wish, ACTIVITY_BY_ACT, &r.activity);
		r.array = activity_json(&r.activity, 0);
		const struct activity_counts *unknown = &r.activity.counts[r.activity.count - 1];
		long incidents = 0;
		for (size_t k = 0; k < ACTIVITY_VALUES; k++)
			incidents += unknown->incident[k];
		if (unknown->consultations != registers[i].consultations || unknown->rescues != registers[i].rescues ||
		    unknown->on_site != registers[i].on_site || incidents != registers[i].incidents)
			fail_msg("%s: %ld %ld %ld, %ld kinds", text, unknown->consultations, unknown->rescues,
			         unknown->on_site, incidents);
		for (size_t of = 0; of < OF_COUNT; of++) /* one whose beginning is on record, and no end, is running */
			assert_int_equal(unknown->duration[of][DURATION_UNKNOWN] + unknown->duration[of][RUNNING],
			                 of == OF_RESCUE ? registers[i].rescues : registers[i].on_site);
		assert_int_equal(unknown->organisation[ORG_UNKNOWN], registers[i].rescues);
		for (size_t k = 0; k + 1 < r.activity.count; k++)
			assert_int_equal(r.activity.counts[k].rescues + r.activity.counts[k].on_site, 0);
		json_decref(r.array);
		activity_release(&r.activity);
		affairs_release(&r.affairs);
		buf_release(&r.told);
		json_decref(one.records);
		free(text);
	}
}

static void a_month_later(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {{"2015-01-31", "2015-02-28"},
	                                       {"2016-01-31", "2016-02-29"},
	                                       {"2014-12-31", "2015-01-31"},
	                                       {"2014-08-31", "2014-09-30"},
	                                       {"2014-06-30", "2014-07-30"}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct day_span from;
		struct day_span to;
		day_span_of(pairs[i][0], &from);
		day_span_of(pairs[i][1], &to);
		assert_int_equal(period_one_month_on(from.first), to.first);
	}
}

static void periods_of_other_fiscal_years(void **state)
{
	(void)state;
	struct period_wish wish = {2014 * 12 + 4, 2015 * 12 + 5, 1, NULL, 0}; /* 2014-05 to 2015-06, from January */
	size_t count;
	struct period *all = periods_make(&wish, &count);
	assert_string_equal(all[0].name, "2014-05/2014-06"); /* cut at the end */
	assert_string_equal(all[1].name, "2014-07/2014-09");
	assert_int_equal(count, 6); /* five quarters, no whole year, unknown */
	assert_string_equal(all[5].name, "unknown");
	free(all);
	wish.until = 2015 * 12 + 11;
	wish.from = 2014 * 12;
	all = periods_make(&wish, &count);
	assert_string_equal(all[8].name, "FY2014");
	assert_string_equal(all[9].name, "FY2015");
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dates_are_local_and_no_more_exact_than_recorded),
	    cmocka_unit_test(what_no_quarter_holds_is_unknown_there),
	    cmocka_unit_test(what_has_no_date_is_unknown),
	    cmocka_unit_test(a_month_later),
	    cmocka_unit_test(periods_of_other_fiscal_years),
	    cmocka_unit_test(shares_add_up),
	    cmocka_unit_test(numbers_of_the_report),
	    cmocka_unit_test(the_same_with_copies),
	    cmocka_unit_test(cohorts),
	    cmocka_unit_test(page_holds_nothing_that_was_entered),
	    cmocka_unit_test(page_tells_shares_and_averages),
	    cmocka_unit_test(the_text_fits_the_terminal),
	    cmocka_unit_test(empty_quarters_are_left_out),
	    cmocka_unit_test(small_numbers_can_be_hidden),
	    cmocka_unit_test(what_cannot_be_read_is_named),
	};
	return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
