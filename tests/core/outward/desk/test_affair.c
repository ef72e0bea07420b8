/* Affairs and organisations of chains, put together from what case files and registers say: rule by rule, of records alone. */
#include "outward/desk/affair.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CASES 4

static struct desk_case files[CASES];
static struct desk_cases cases;
static struct desk_affairs all;
static struct buf told = BUF_INIT;

/* A file of the case `id`, with these records: an object in JSON, with ' for the quotes. */
static void file(const char *id, const char *records)
{
	struct buf text = BUF_INIT;
	for (const char *c = records; *c; c++)
		buf_addc(&text, *c == '\'' ? '"' : *c);
	struct desk_case *one = &files[cases.count++];
	assert_true(cases.count <= CASES);
	snprintf(one->id, sizeof one->id, "%s", id);
	one->records = json_loads(text.data, 0, NULL);
	assert_non_null(one->records);
	buf_release(&text);
}

static void hear(void *ctx, int fault, const char *line)
{
	(void)ctx;
	assert_int_equal(fault, 0);
	buf_addf(&told, "%s\n", line);
}

static void make(void)
{
	cases.items = files;
	affairs_make(&cases, hear, NULL, &all);
}

static const struct affair *affair(const char *id)
{
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].id, id) == 0)
			return &all.items[i];
	fail_msg("no affair %s", id);
	return NULL;
}

static int64_t day(const char *edtf)
{
	struct day_span span;
	day_span_of(edtf, &span);
	return span.first;
}

static void reset(void)
{
	affairs_release(&all);
	for (size_t i = 0; i < cases.count; i++)
		json_decref(files[i].records);
	memset(files, 0, sizeof files);
	memset(&cases, 0, sizeof cases);
	buf_release(&told);
}

static int teardown(void **state)
{
	(void)state;
	reset();
	return 0;
}

/* What a stage says of itself counts where no date is on record. */
static void a_stage_without_a_date_counts(void **state)
{
	static const struct {
		const char *stage;
		int rescue, on_site, over;
	} stages[] = {{"advice", 0, 0, 0},
	              {"rescue", 1, 0, 0},
	              {"on_site", 1, 1, 0},
	              {"observation", 0, 0, 1},
	              {"closed", 0, 0, 1}};
	(void)state;
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		char text[200];
		snprintf(text, sizeof text, "{'c1': {'kind': 'case', 'stage': '%s', 'consulted': '2014-05-01'}}",
		         stages[i].stage);
		file("c1", text);
		make();
		assert_int_equal(affair("c1")->rescue, stages[i].rescue);
		assert_int_equal(affair("c1")->on_site, stages[i].on_site);
		assert_int_equal(affair("c1")->over, stages[i].over);
		reset();
	}
	file("r",
	     "{'q1': {'kind': 'consultation', 'id': 'q1', 'label': 'R1-Q1', 'when': '2014-05-01', 'became': 'rescue'},"
	     " 'q2': {'kind': 'consultation', 'id': 'q2', 'label': 'R1-Q2', 'when': '2014-05-01', 'became': 'on_site'},"
	     " 'q3': {'kind': 'consultation', 'id': 'q3', 'label': 'R1-Q3', 'when': '2014-05-01', 'became': 'advice'},"
	     " 'q4': {'kind': 'consultation', 'id': 'q4', 'label': 'R1-Q4', 'retracted': '2014-05-02'}}");
	make();
	assert_int_equal(all.count, 3);
	assert_true(affair("q1")->rescue && !affair("q1")->on_site);
	assert_true(affair("q2")->rescue && affair("q2")->on_site);
	assert_true(!affair("q3")->rescue && !affair("q3")->on_site);
}

/* Of two dates the more exact one counts, else that of the file; only a difference is told. */
static void dates_of_file_and_register_become_one(void **state)
{
	static const struct {
		const char *file, *registered, *counts;
		int is_told;
	} dates[] = {{"2014-05", "2014-05-01", "2014-05-01", 0},
	             {"2014-05", "2014-05-31", "2014-05-31", 0},
	             {"2014-05-31", "2014-05", "2014-05-31", 0},
	             {"2014-05-01", "2014-05-01", "2014-05-01", 0},
	             {"2014-05-01", "2014-05-02", "2014-05-01", 1},
	             {"2014-05-01", "2014-06", "2014-05-01", 1},
	             {"2014-05/2014-07", "2014-07/2014-08", "2014-05/2014-07", 1}};
	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		char text[300];
		snprintf(text, sizeof text, "{'c1': {'kind': 'case', 'rescue_from': '%s'}}", dates[i].file);
		file("c1", text);
		snprintf(text, sizeof text,
		         "{'q1': {'kind': 'consultation', 'id': 'q1', 'label': 'R1-Q1', 'case_id': 'c1', 'when': "
		         "'2014-04-01', 'rescue_from': '%s'}}",
		         dates[i].registered);
		file("r", text);
		make();
		assert_int_equal(all.count, 1);
		assert_string_equal(affair("c1")->dates[AFFAIR_RESCUE_FROM], dates[i].counts);
		if ((told.len != 0) != dates[i].is_told)
			fail_msg("%s and %s: %s", dates[i].file, dates[i].registered, told.data);
		reset();
	}
}

/* What the file does not say is taken from the register; where both do, the file counts. */
static void what_only_the_register_knows_is_taken_from_it(void **state)
{
	(void)state;
	file("c1", "{'c1': {'kind': 'case', 'title': 'One', 'consulted': '2014-06-02'}}");
	file("c2", "{'c2': {'kind': 'case', 'consulted': '2014-06-02', 'kinds': ['rat_found'], 'route': 'desk', "
	           "'party': 'p1'},"
	           " 'p1': {'kind': 'party', 'name': 'Unit', 'parent': 'p2'},"
	           " 'p2': {'kind': 'party', 'name': 'Organisation A', 'org_kind': 'ministry'}}");
	file("r", "{'p1': {'kind': 'party', 'name': 'Organisation B', 'org_kind': 'company'},"
	          " 'q1': {'kind': 'consultation', 'id': 'q1', 'label': 'R1-Q1', 'case_id': 'c1', 'when': '2014-06-02',"
	          " 'kinds': ['leak'], 'from': 'p1', 'route': 'osint'},"
	          " 'q2': {'kind': 'consultation', 'id': 'q2', 'label': 'R1-Q2', 'case_id': 'c2', 'when': '2014-06-02',"
	          " 'kinds': ['leak'], 'from': 'p1', 'route': 'unknown'}}");
	make();
	assert_int_equal(all.count, 2);
	assert_string_equal(json_string_value(json_array_get(affair("c1")->kinds, 0)), "leak");
	assert_string_equal(affair("c1")->organisation, "Organisation B");
	assert_int_equal(affair("c1")->group, ORG_COMPANY);
	assert_int_equal(affair("c1")->osint, 1);
	assert_string_equal(json_string_value(json_array_get(affair("c2")->kinds, 0)), "rat_found");
	assert_string_equal(affair("c2")->organisation, "Organisation A");
	assert_int_equal(affair("c2")->group, ORG_OTHER_PUBLIC);
	assert_string_equal(affair("c2")->route, "desk");
	assert_string_equal(
	    told.data, "R1-Q2: org_kind is company in the register and other_public in the case file, which counts\n");
}

/* Each consultation about a case is one; the first counts for the case, and is compared with what the file knows. */
static void the_first_of_several_consultations_is_that_of_the_case(void **state)
{
	(void)state;
	file("c1", "{'c1': {'kind': 'case', 'consulted': '2014-06-02'}}");
	file("r",
	     "{'q1': {'kind': 'consultation', 'id': 'q1', 'label': 'R1-Q1', 'case_id': 'c1', 'when': '2014-06-02'},"
	     " 'q2': {'kind': 'consultation', 'id': 'q2', 'label': 'R1-Q2', 'case_id': 'c1', 'when': '2014-06-20'},"
	     " 'q3': {'kind': 'consultation', 'id': 'q3', 'label': 'R1-Q3', 'case_id': 'c1', 'when': '2014-05-20'}}");
	file("r",
	     "{'q1': {'kind': 'consultation', 'id': 'q1', 'label': 'R1-Q1', 'case_id': 'c1', 'when': '2014-06-02'}}");
	make();
	assert_int_equal(all.asked_count, 3); /* the copy of the register adds nothing */
	assert_int_equal(affair("c1")->asked.first, day("2014-05-20"));
	assert_string_equal(told.data, "");
}

/* A case that no register mentions; a register is no case of its own, unless it says that it is one. */
static void files_speak_for_themselves_where_no_register_does(void **state)
{
	(void)state;
	file("c1", "{'c1': {'kind': 'case', 'consulted': '2014-06-02'}}");
	file("c2", "{'c2': {'kind': 'case', 'route': 'desk', 'rescue_from': '2014-06-03'}}");
	file("c3", "{'c3': {'kind': 'case', 'route': 'osint', 'rescue_from': '2014-06-03'}}");
	file("r", "{'r': {'kind': 'case', 'route': 'desk'},"
	          " 'q1': {'kind': 'consultation', 'id': 'q1', 'label': 'R1-Q1', 'when': '2014-06-02'}}");
	make();
	assert_int_equal(all.count, 4); /* and the consultation */
	assert_int_equal(all.asked_count, 3);
	assert_true(affair("c1")->asked.known && !affair("c2")->asked.known && !affair("c3")->asked.known);
	reset();
	file("r", "{'r': {'kind': 'case', 'rescue_from': '2014-06-03'},"
	          " 'q1': {'kind': 'consultation', 'id': 'q1', 'label': 'R1-Q1', 'when': '2014-06-02'}}");
	make();
	assert_int_equal(all.count, 2);
}

static void leads_and_mails_count_once(void **state)
{
	static const char leads[] =
	    "{'l1': {'kind': 'lead', 'id': 'l1', 'label': 'R1-L1', 'type': 'social', 'status': 'rescue', 'case_id': "
	    "'c1',"
	    " 'found': '2014-05-03'},"
	    " 'l2': {'kind': 'lead', 'id': 'l2', 'label': 'R1-L2', 'type': 'blog', 'status': 'rescue', 'case_id': 'c1',"
	    " 'when': '2014-05-01'},"
	    " 'l3': {'kind': 'lead', 'id': 'l3', 'label': 'R1-L3', 'type': 'blog', 'status': 'rescue', 'found': "
	    "'2014-05-01'},"
	    " 'l4': {'kind': 'lead', 'id': 'l4', 'label': 'R1-L4', 'type': 'blog', 'status': 'known', 'case_id': 'c2'},"
	    " 'm1': {'kind': 'mail', 'id': 'm1', 'when': '2014-05-01'},"
	    " 'm2': {'kind': 'mail', 'id': 'm2', 'sent': '2014-05-02', 'purpose': 'genuine'}}";
	(void)state;
	file("r", leads);
	file("r", leads);
	make();
	assert_int_equal(all.lead_count, 4);
	assert_int_equal(all.mail_count, 1);
	assert_int_equal(all.count, 1);
	assert_true(affair("c1")->rescue && affair("c1")->osint);
	assert_string_equal(affair("c1")->lead_type, "blog"); /* it was found first */
	assert_int_equal(affair("c1")->lead_found.first, day("2014-05-01"));
	assert_non_null(strstr(told.data, "R1-L3 became a rescue"));
}

/* ---- organisations of chains */

#define CHAIN "'kind': 'party', 'chain_status': 'inspecting', 'chain_pivot': ['outbound'], "

static void links_are(const char *records, const char *others, size_t count)
{
	file("c1", records);
	if (others)
		file("c2", others);
	make();
	if (all.link_count != count)
		fail_msg("%zu organisations, not %zu: %s %s", all.link_count, count, records, others ? others : "");
}

static void who_is_of_the_chain(void **state)
{
	static const struct {
		const char *record;
		size_t count;
	} records[] = {
	    {"{'p': {" CHAIN "'name': 'A'}}", 1},
	    {"{'p': {'kind': 'party', 'chain_status': 'candidate', 'chain_pivot': ['outbound'], 'name': 'A'}}", 0},
	    {"{'p': {'kind': 'party', 'chain_status': 'rejected', 'chain_pivot': ['outbound'], 'name': 'A'}}", 0},
	    {"{'p': {'kind': 'party', 'chain_status': 'inspecting', 'name': 'A'}}", 0},
	    {"{'p': {" CHAIN "'name': 'A', 'retracted': '2014-05-01'}}", 0},
	    {"{'x': {'kind': 'pivot', 'status': 'confirmed', 'pivot': 'outbound', 'domain': 'a.example'}}", 1},
	    {"{'x': {'kind': 'pivot', 'status': 'rejected', 'pivot': 'outbound', 'domain': 'a.example'}}", 0},
	    {"{'x': {'kind': 'pivot', 'status': 'confirmed', 'pivot': 'same_organisation', 'domain': 'a.example'}}", 0},
	    {"{'x': {'kind': 'pivot', 'status': 'confirmed', 'pivot': 'outbound', 'party': 'p'}, 'p': {" CHAIN
	     "'name': 'A'}}",
	     1},
	    {"{'k': {'kind': 'contact', 'purpose': 'chain_notice', 'party': 'p', 'when': '2014-05-01'}}", 1},
	    {"{'k': {'kind': 'contact', 'purpose': 'press', 'party': 'p', 'when': '2014-05-01'}}", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		links_are(records[i].record, NULL, records[i].count);
		reset();
	}
}

static void what_two_files_call_alike_is_one_organisation(void **state)
{
	static const struct {
		const char *one, *other;
		size_t count;
	} parties[] = {
	    {"{'p': {" CHAIN "'name': 'Aoba'}}", "{'p': {" CHAIN "'name': 'Midori'}}", 2},
	    {"{'p': {" CHAIN "'name': 'Aoba'}}",
	     "{'x': {'kind': 'pivot', 'status': 'confirmed', 'organisation': 'Aoba'}}", 1},
	    {"{'p': {" CHAIN "'corporate_number': '7010001008844'}}",
	     "{'p': {" CHAIN "'corporate_number': '7-0100-0100-8844'}}", 1},
	    {"{'p': {" CHAIN "'corporate_number': '701000'}}", "{'p': {" CHAIN "'corporate_number': '701000'}}", 2},
	    {"{'p': {" CHAIN "'domains': 'mail.aoba.co.jp'}}",
	     "{'p': {" CHAIN "'domains': 'midori.co.jp, aoba.co.jp'}}", 1},
	    {"{'p': {" CHAIN "'domains': 'gmail.com'}}", "{'p': {" CHAIN "'domains': 'gmail.com'}}", 2},
	    /* what two have in common with a third joins them all */
	    {"{'p': {" CHAIN "'domains': 'aoba.co.jp'}, 'q': {" CHAIN "'name': 'Midori'}, 's': {" CHAIN
	     "'name': 'Sora'}}",
	     "{'p': {" CHAIN "'domains': 'aoba.co.jp', 'name': 'Midori'}, 'q': {" CHAIN
	     "'name': 'Sora', 'domains': 'aoba.co.jp'}}",
	     1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof parties / sizeof *parties; i++) {
		links_are(parties[i].one, parties[i].other, parties[i].count);
		reset();
	}
}

/* The first notice counts, and before any the first that came on record. */
static void an_organisation_counts_when_it_was_told_first(void **state)
{
	static const char *const entered[] = {
	    "{'p': {" CHAIN "'name': 'Aoba', 'entered': '2014-05-05'}}",
	    "{'p': {" CHAIN "'name': 'Aoba', 'entered': '2014-05-03'}}",
	};
	static const char told_later[] =
	    "{'p': {" CHAIN "'name': 'Aoba', 'entered': '2014-05-04'},"
	    " 'k': {'kind': 'contact', 'purpose': 'chain_notice', 'party': 'p', 'when': '2014-06-05'},"
	    " 'l': {'kind': 'contact', 'purpose': 'chain_notice', 'party': 'p', 'when': '2014-06-09'}}";
	static const char told_first[] =
	    "{'p': {" CHAIN "'name': 'Aoba', 'entered': '2014-05-04'},"
	    " 'k': {'kind': 'contact', 'purpose': 'chain_notice', 'party': 'p', 'when': '2014-06-01'}}";
	(void)state;
	for (size_t i = 0; i < 2; i++) { /* whichever file is read first */
		links_are(entered[i], entered[1 - i], 1);
		assert_int_equal(all.links[0].notified, 0);
		assert_int_equal(all.links[0].on.first, day("2014-05-03"));
		reset();
		links_are(i ? told_later : entered[1], i ? entered[1] : told_later, 1);
		assert_int_equal(all.links[0].notified, 1);
		assert_int_equal(all.links[0].on.first, day("2014-06-05"));
		reset();
		links_are(i ? told_later : told_first, i ? told_first : told_later, 1);
		assert_int_equal(all.links[0].on.first, day("2014-06-01"));
		reset();
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_stage_without_a_date_counts),
	    TEST(dates_of_file_and_register_become_one),
	    TEST(what_only_the_register_knows_is_taken_from_it),
	    TEST(the_first_of_several_consultations_is_that_of_the_case),
	    TEST(files_speak_for_themselves_where_no_register_does),
	    TEST(leads_and_mails_count_once),
	    TEST(who_is_of_the_chain),
	    TEST(what_two_files_call_alike_is_one_organisation),
	    TEST(an_organisation_counts_when_it_was_told_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
