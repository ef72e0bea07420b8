/* Times: EDTF read, printed, compared, shown; clocks put right. What people type is in test_edtf_people.c. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/time/edtf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct edtf parsed(const char *text)
{
	struct edtf t;
	struct err err = ERR_INIT;
	if (edtf_parse(text, &t, &err) < 0)
		fail_msg("%s", err.message);
	return t;
}

static void assert_prints(const char *text, const char *expected)
{
	struct edtf t = parsed(text);
	struct buf b = BUF_INIT;
	edtf_print(&t, &b);
	assert_string_equal(b.data, expected);
	buf_release(&b);
}

static void what_is_edtf_is_kept(void **state)
{
	(void)state;
	static const char *const same[] = {
	    "2026-11-23T14:05:09+09:00",
	    "2026-11-23T14:05:09Z",
	    "2026-11-23T14:05:09",
	    "2026-11-23T14:05-03:30",
	    "2026-11-23T00:00",
	    "2026-11-23T23:59:59+15:59",
	    "2026-11-23",
	    "2014-12",
	    "2014",
	    "0000",
	    "9999-12-31T23:59:59Z",
	    "2014-12~",
	    "2014?",
	    "2014-12-03%",
	    "2026-11-23T14:05Z~",
	    "2014-1X",
	    "2014-0X",
	    "2014-XX",
	    "2014-12-XX",
	    "201X",
	    "20XX",
	    "2XXX",
	    "XXXX",
	    "2014-07/2014-08",
	    "2014-07/..",
	    "../2014-08",
	    "2014-07/",
	    "/2014-08",
	    "2014-07~/2014-08?",
	    "2014/2014",
	    "after R1-V2",
	    "after R1-V2 ~P6M",
	    "before R1-V2 P1DT2H",
	    "at R1-V1",
	    "during Ab3-V1",
	    "after R1-V2 P1Y2M3DT4H5M6S",
	    "after R1-V2 -P3D",
	    "2016-02-29",
	    "2000-02-29",
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_prints(same[i], same[i]);
	assert_prints("2026-11-23t14:05:09+0900", "2026-11-23T14:05:09+09:00");
	assert_prints("2026-11-23T14:05:09.123456+09:00", "2026-11-23T14:05:09.123456+09:00");
	assert_prints("2026-11-23T14:05:09,5Z", "2026-11-23T14:05:09.5Z");
	assert_prints("2026-11-23T14:05:09.500Z", "2026-11-23T14:05:09.500Z");
	assert_prints("2026-11-23T14:05:09.000000001Z~", "2026-11-23T14:05:09.000000001Z~");
	assert_prints("2026-11-23T14:05:09.1Z/2026-11-23T14:05:09.2Z", "2026-11-23T14:05:09.1Z/2026-11-23T14:05:09.2Z");
	assert_prints("after R1-V2 PT1.500S", "after R1-V2 PT1.5S");
	assert_prints("after R1-V2 PT0.05S", "after R1-V2 PT0.05S");
	assert_prints("2026-11-23T14:05:09+00:00", "2026-11-23T14:05:09Z");
	assert_prints("2026-11-23T14:05:09-00:30", "2026-11-23T14:05:09-00:30");
	assert_prints("after   R1-V2   P14D", "after R1-V2 P14D");
	assert_prints("after R1-V2 P2W", "after R1-V2 P14D");
	assert_prints("after R1-V2 P18M", "after R1-V2 P1Y6M");
	assert_prints("after R1-V2 PT90M", "after R1-V2 PT1H30M");
	assert_prints("after R1-V2 PT0S", "after R1-V2 PT0S");
}

static void what_is_not_is_refused_with_what_is(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "",
	    " ",
	    "2014-13",
	    "2014-00",
	    "2014-02-30",
	    "2014-04-31",
	    "2015-02-29",
	    "1900-02-29",
	    "2014-12-00",
	    "2014-12-32",
	    "2014-2",
	    "2014-2-3",
	    "14-12-03",
	    "10000",
	    "-0001",
	    "20X4",
	    "X014",
	    "2014-X1",
	    "2014-2X",
	    "2014-12-X1",
	    "2014-12-1X",
	    "2014-XX-03",
	    "201X-12",
	    "2014-12T14:05",
	    "2014T14:05",
	    "T14:05",
	    "14:05",
	    "2014-21",
	    "2014-12~~",
	    "~2014",
	    "2014-12 ~",
	    "2014-12-03T",
	    "2014-12-03T14",
	    "2014-12-03T24:00",
	    "2014-12-03T14:60",
	    "2014-12-03T14:05:60",
	    "2014-12-03T14:05:",
	    "2014-12-03T14:05:09.",
	    "2014-12-03T14:05:09.1234567890Z",
	    "2014-12-03T14:05:09.2Z/2014-12-03T14:05:09.1Z",
	    "2014-12-03T14:05+16:00",
	    "2014-12-03T14:05+09:60",
	    "2014-12-03T14:05+9",
	    "2014-12-03T14:05z",
	    "2014-12-03 14:05",
	    "/",
	    "../..",
	    "/..",
	    "../",
	    "2014/2013",
	    "2014-08/2014-07",
	    "2014/2015/2016",
	    "2014/x",
	    "after",
	    "after ",
	    "after R1V2",
	    "after R1-V2 6M",
	    "after R1-V2 P",
	    "after R1-V2 PT",
	    "after R1-V2 P1",
	    "after R1-V2 P1H",
	    "after R1-V2 P1M1Y",
	    "after R1-V2 PT1.5M",
	    "after R1-V2 PT1.S",
	    "after R1-V2 P1.5D",
	    "at R1-V1 P1D",
	    "during R1-V1 P1D",
	    "since R1-V2",
	    "after R1-V2 P1D x",
	    "after R1-V2 ~",
	    "after -",
	    "after R1-V2/2014",
	    "now",
	    "2014-12-03T14:05:09+09:00x",
	    "after R1-V2 P9999999999D",
	    "2014\n",
	    "２０１４",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct edtf t;
		struct err err = ERR_INIT;
		if (edtf_parse(bad[i], &t, &err) == 0)
			fail_msg("'%s' is taken", bad[i]);
		assert_int_equal(err.code, ERR_USAGE);
		if (!strstr(err.message, "allowed: 2026-11-23T14:05:09+09:00") &&
		    !strstr(err.message, "ends before it begins"))
			fail_msg("'%s': %s", bad[i], err.message);
	}
	/* far longer than any time */
	char *text = malloc(100001);
	assert_non_null(text);
	memset(text, '2', 100000);
	text[100000] = '\0';
	struct edtf t;
	assert_int_equal(edtf_parse(text, &t, NULL), -1);
	free(text);
}

static int resolve(void *ctx, const char *label, struct edtf *out)
{
	(void)ctx;
	if (strcmp(label, "R1-V1") == 0)
		return edtf_parse("2014-01-31T12:00:00Z", out, NULL);
	if (strcmp(label, "R1-V2") == 0)
		return edtf_parse("after R1-V1 P1M", out, NULL);
	if (strcmp(label, "R1-V3") == 0)
		return edtf_parse("2014-06", out, NULL);
	if (strcmp(label, "R1-V8") == 0)
		return edtf_parse("after R1-V9 P1D", out, NULL);
	if (strcmp(label, "R1-V9") == 0)
		return edtf_parse("after R1-V8 P1D", out, NULL);
	return -1;
}

/* `first` and `last` are moments in EDTF, "open", or NULL if nothing can be said. */
static void assert_spans(const char *text, const char *first, const char *last)
{
	struct edtf t = parsed(text);
	int64_t bounds[2];
	int rc = edtf_bounds(&t, resolve, NULL, &bounds[0], &bounds[1]);
	if (!first) {
		assert_int_equal(rc, -1);
		return;
	}
	const char *expected[] = {first, last};
	for (int i = 0; i < 2; i++) {
		int64_t wanted = i ? INT64_MAX : INT64_MIN;
		int64_t unused;
		if (strcmp(expected[i], "open") != 0) {
			struct edtf moment = parsed(expected[i]);
			edtf_bounds(&moment, NULL, NULL, &wanted, &unused);
		}
		if (bounds[i] != wanted)
			fail_msg("%s: bound %d is %lld, not %lld (%s)", text, i, (long long)bounds[i],
			         (long long)wanted, expected[i]);
	}
	assert_int_equal(rc, 0);
}

static void times_cover_spans(void **state)
{
	(void)state;
	assert_spans("2014-12-03T14:05:09+09:00", "2014-12-03T05:05:09Z", "2014-12-03T05:05:09Z");
	assert_spans("2014-12-03T14:05-03:30", "2014-12-03T17:35:00Z", "2014-12-03T17:35:59Z");
	assert_spans("2014-12-03T14:05", "2014-12-03T14:05:00Z", "2014-12-03T14:05:59Z");
	assert_spans("2014-12-03", "2014-12-03T00:00:00Z", "2014-12-03T23:59:59Z");
	assert_spans("2014-12", "2014-12-01T00:00:00Z", "2014-12-31T23:59:59Z");
	assert_spans("2016-02", "2016-02-01T00:00:00Z", "2016-02-29T23:59:59Z");
	assert_spans("1900-02", "1900-02-01T00:00:00Z", "1900-02-28T23:59:59Z");
	assert_spans("2014", "2014-01-01T00:00:00Z", "2014-12-31T23:59:59Z");
	assert_spans("0000", "0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z");
	assert_spans("9999", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59Z");
	assert_spans("2014-0X", "2014-01-01T00:00:00Z", "2014-09-30T23:59:59Z");
	assert_spans("2014-1X", "2014-10-01T00:00:00Z", "2014-12-31T23:59:59Z");
	assert_spans("2014-XX", "2014-01-01T00:00:00Z", "2014-12-31T23:59:59Z");
	assert_spans("2014-12-XX", "2014-12-01T00:00:00Z", "2014-12-31T23:59:59Z");
	assert_spans("201X", "2010-01-01T00:00:00Z", "2019-12-31T23:59:59Z");
	assert_spans("2XXX", "2000-01-01T00:00:00Z", "2999-12-31T23:59:59Z");
	assert_spans("2014-12-03?", "2014-12-03T00:00:00Z", "2014-12-03T23:59:59Z");
	assert_spans("2014-12-03~", "2014-11-30T00:00:00Z", "2014-12-06T23:59:59Z");
	assert_spans("2014-12%", "2014-10-31T00:00:00Z", "2015-01-31T23:59:59Z");
	assert_spans("2014-12-03T14:05Z~", "2014-12-03T13:35:00Z", "2014-12-03T14:35:59Z");
	assert_spans("2014-07/2014-08", "2014-07-01T00:00:00Z", "2014-08-31T23:59:59Z");
	assert_spans("2014-07/..", "2014-07-01T00:00:00Z", "open");
	assert_spans("/2014-08", "open", "2014-08-31T23:59:59Z");
}

static void times_hang_on_other_records(void **state)
{
	(void)state;
	assert_spans("at R1-V1", "2014-01-31T12:00:00Z", "2014-01-31T12:00:00Z");
	assert_spans("during R1-V3", "2014-06-01T00:00:00Z", "2014-06-30T23:59:59Z");
	assert_spans("after R1-V1", "2014-01-31T12:00:00Z", "open");
	assert_spans("before R1-V1", "open", "2014-01-31T12:00:00Z");
	assert_spans("after R1-V1 P1M", "2014-02-28T12:00:00Z", "2014-02-28T12:00:00Z"); /* there is no 31st */
	assert_spans("after R1-V1 P2Y1M", "2016-02-29T12:00:00Z", "2016-02-29T12:00:00Z");
	assert_spans("before R1-V1 P11M", "2013-02-28T12:00:00Z", "2013-02-28T12:00:00Z");
	assert_spans("after R1-V1 -P1D", "2014-01-30T12:00:00Z", "2014-01-30T12:00:00Z");
	assert_spans("after R1-V2 PT1H", "2014-02-28T13:00:00Z", "2014-02-28T13:00:00Z"); /* two steps */
	assert_spans("after R1-V3 P1D", "2014-06-02T00:00:00Z", "2014-07-01T23:59:59Z");
	assert_spans("after R1-V1 ~P6D", "2014-02-05T12:00:00Z", "2014-02-07T12:00:00Z");
	assert_spans("before R1-V1 ~P6D", "2014-01-24T12:00:00Z", "2014-01-26T12:00:00Z");
	assert_spans("after R1-V1 ~-P6D", "2014-01-24T12:00:00Z", "2014-01-26T12:00:00Z");
	assert_spans("before R1-V1 ~-P6D", "2014-02-05T12:00:00Z", "2014-02-07T12:00:00Z");
	assert_spans("after R1-V7 P1D", NULL, NULL);
	assert_spans("after R1-V8 P1D", NULL, NULL); /* a circle ends */
	struct edtf t = parsed("after R1-V1 P1D");
	int64_t a;
	int64_t b;
	assert_int_equal(edtf_bounds(&t, NULL, NULL, &a, &b), -1);
	/* the longest durations neither overflow nor wrap */
	t = parsed("after R1-V1 P999999999Y999999999M999999999W999999999DT999999999H999999999M999999999S");
	assert_int_equal(edtf_bounds(&t, resolve, NULL, &a, &b), 0);
	assert_true(a > 0 && b >= a);
	t.relation = EDTF_BEFORE;
	assert_int_equal(edtf_bounds(&t, resolve, NULL, &a, &b), 0);
	assert_true(b < 0 && b >= a);
}

static void times_are_in_order(void **state)
{
	(void)state;
	static const char *const order[] = {
	    "../2014-08",
	    "2013",
	    "2014-01-31T11:59:59Z",
	    "at R1-V1",
	    "2014-01-31T12:00Z",
	    "after R1-V1 P1D",
	    "2014-12-03T08:00+09:00",
	    "2014-12-03",
	    "2014-12-03T09:00:01.102+09:00",
	    "2014-12-03T09:00:01.2+09:00",
	    "2014-12-03T00:00:01.871Z",
	    "2014-12-04",
	    "9999",
	    "after R7-V7 P1D",
	};
	size_t n = sizeof order / sizeof *order;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct edtf a = parsed(order[i]);
			struct edtf b = parsed(order[k]);
			int expected = i < k ? -1 : i > k;
			if (edtf_compare(&a, &b, resolve, NULL) != expected)
				fail_msg("%s against %s", order[i], order[k]);
		}
}

static void assert_shows(const char *text, const char *en, const char *ja)
{
	struct edtf t = parsed(text);
	const char *expected[] = {en, ja};
	static const char *const languages[] = {"en", "ja"};
	for (int i = 0; i < 2; i++) {
		struct buf b = BUF_INIT;
		i18n_set_language(languages[i]);
		edtf_display(&t, &b);
		i18n_set_language("en");
		assert_string_equal(b.data, expected[i]);
		buf_release(&b);
	}
}

static void times_are_shown_to_people(void **state)
{
	(void)state;
	assert_shows("2026-11-23T14:05:09+09:00", "2026-11-23 14:05:09+09:00", "2026-11-23 14:05:09+09:00");
	assert_shows("2014-03-11T01:07:50.0000000Z", "2014-03-11 01:07:50Z", "2014-03-11 01:07:50Z");
	assert_shows("2014-03-11T01:07:50.7500000Z", "2014-03-11 01:07:50.75Z", "2014-03-11 01:07:50.75Z");
	assert_shows("2026-11-23T14:05Z", "2026-11-23 14:05Z", "2026-11-23 14:05Z");
	assert_shows("2026-11-23T14:05", "2026-11-23 14:05", "2026-11-23 14:05");
	assert_shows("2026-11-03", "2026-11-03", "2026-11-03");
	assert_shows("2014-12~", "around 2014-12", "2014-12頃");
	assert_shows("2014?", "2014 (uncertain)", "2014(不確か)");
	assert_shows("2014-12-03%", "around 2014-12-03 (uncertain)", "2014-12-03頃(不確か)");
	assert_shows("201X", "201X", "201X");
	assert_shows("2014-12-XX", "2014-12-XX", "2014-12-XX");
	assert_shows("2014-07/2014-08", "2014-07 – 2014-08", "2014-07～2014-08");
	assert_shows("2014-07/..", "2014-07 – ", "2014-07～");
	assert_shows("after R1-V2 -P6M", "6 months before R1-V2", "R1-V2 の6か月前");
	assert_shows("before R1-V2 ~-P3D", "about 3 days after R1-V2", "R1-V2 の約3日後");
	assert_shows("2014-07/", "2014-07 – ?", "2014-07～?");
	assert_shows("/2014-07", "? – 2014-07", "?～2014-07");
	assert_shows("after R1-V2 ~P6M", "about 6 months after R1-V2", "R1-V2 の約6か月後");
	assert_shows("before R1-V2 P1Y1DT1H", "1 year 1 day 1 hour before R1-V2", "R1-V2 の1年1日1時間前");
	assert_shows("after R1-V2 PT0S", "0 seconds after R1-V2", "R1-V2 の0秒後");
	assert_shows("after R1-V2", "after R1-V2", "R1-V2 より後");
	assert_shows("before R1-V2", "before R1-V2", "R1-V2 より前");
	assert_shows("at R1-V2", "at the time of R1-V2", "R1-V2 と同時期");
	assert_shows("during R1-V2", "during R1-V2", "R1-V2 の間");
}

static void assert_says(const char *text, const char *en, const char *ja)
{
	char *said = edtf_said(text);
	assert_string_equal(said, en);
	free(said);
	i18n_set_language("ja");
	said = edtf_said(text);
	i18n_set_language("en");
	assert_string_equal(said, ja);
	free(said);
}

static void times_are_said_in_sentences(void **state)
{
	(void)state;
	assert_says("2026-11-23T14:05:09+09:00", "2026-11-23 14:05:09+09:00", "2026年11月23日14:05(+09:00)");
	assert_says("2026-11-23T04:05Z", "2026-11-23 04:05Z", "2026年11月23日4:05(UTC)");
	assert_says("2026-11-03", "2026-11-03", "2026年11月3日");
	assert_says("2014-12~", "around 2014-12", "2014年12月頃");
	assert_says("2014-12-03%", "around 2014-12-03 (uncertain)", "2014年12月3日頃(不確か)");
	assert_says("201X", "201X", "201X");
	assert_says("2014-07/2014-08", "2014-07 – 2014-08", "2014年7月～2014年8月");
	assert_says("after R1-V2 ~P6M", "about 6 months after R1-V2", "R1-V2 の約6か月後");
	assert_says("no time", "no time", "no time");
}

static void assert_corrects(const char *observed, const char *offset, const char *expected)
{
	struct edtf t = parsed(observed);
	struct edtf right;
	struct duration by;
	assert_int_equal(duration_parse(offset, &by, NULL), 0);
	int rc = edtf_correct(&t, &by, &right);
	if (!expected) {
		assert_int_equal(rc, -1);
		return;
	}
	struct buf b = BUF_INIT;
	edtf_print(&right, &b);
	assert_string_equal(b.data, expected);
	assert_int_equal(rc, 0);
	buf_release(&b);
}

/* corrected = observed − (clock − reference): a fast clock (positive) shows too much. */
static void clocks_are_put_right(void **state)
{
	(void)state;
	assert_corrects("2014-12-03T14:05:09+09:00", "PT3M20S", "2014-12-03T14:01:49+09:00");
	assert_corrects("2014-12-03T14:05:09+09:00", "-PT3M20S", "2014-12-03T14:08:29+09:00");
	assert_corrects("2014-12-03T00:01:00+09:00", "PT2M", "2014-12-02T23:59:00+09:00");
	assert_corrects("2016-03-01T00:00:00Z", "PT1S", "2016-02-29T23:59:59Z");
	assert_corrects("2014-12-31T23:59:59", "-P1DT1S", "2015-01-02T00:00:00");
	assert_corrects("2014-12-03T14:05+09:00", "PT2M", "2014-12-03T14:03+09:00");
	assert_corrects("2014-12-03T14:05+09:00~", "PT2M", "2014-12-03T14:03+09:00~");
	assert_corrects("2014-12-03T14:05:09+09:00", "PT0S", "2014-12-03T14:05:09+09:00");
	/* to the minute, moved by seconds: no second is invented */
	assert_corrects("2014-12-03T14:05+09:00", "PT3M20S", "2014-12-03T14:01:40+09:00/2014-12-03T14:02:39+09:00");
	assert_corrects("2014-12-03T14:05Z/2014-12-03T14:10Z", "PT20S", "2014-12-03T14:04:40Z/2014-12-03T14:10:39Z");
	assert_corrects("2014-12-03T14:05Z/..", "PT1M", "2014-12-03T14:04Z/..");
	/* fractions are kept, and none is invented */
	assert_corrects("2014-12-03T14:05:09.250Z", "PT0.5S", "2014-12-03T14:05:08.750Z");
	assert_corrects("2014-12-03T14:05:09.9Z", "-PT0.15S", "2014-12-03T14:05:10.05Z/2014-12-03T14:05:10.14Z");
	assert_corrects("2014-12-03T14:05:09.871Z", "PT1S", "2014-12-03T14:05:08.871Z");
	assert_corrects("2014-12-03T14:05:09Z", "PT0.5S", "2014-12-03T14:05:08.5Z/2014-12-03T14:05:09.4Z");
	assert_corrects("2014-12-03", "PT3M20S", NULL);
	assert_corrects("2014-12-03T14:05Z/2014-12-04", "PT1M", NULL);
	assert_corrects("after R1-V2 P1D", "PT3M20S", NULL);
	assert_corrects("0000-01-01T00:00:00Z", "PT1S", NULL);
	assert_corrects("9999-12-31T23:59:59Z", "-PT1S", NULL);
}

static void durations_are_read_and_printed(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *printed;
	} good[] = {{"P6M", "P6M"},          {"P1Y", "P1Y"},
	            {"P12M", "P1Y"},         {"P1W", "P7D"},
	            {"P1W1D", "P8D"},        {"PT3M20S", "PT3M20S"},
	            {"-PT5S", "-PT5S"},      {"+PT5S", "PT5S"},
	            {"PT0S", "PT0S"},        {"P0D", "PT0S"},
	            {"-PT0.50S", "-PT0.5S"}, {"PT1M0,000000001S", "PT1M0.000000001S"},
	            {"PT3600S", "PT1H"},     {"P1DT24H", "P1DT24H"},
	            {"PT25H", "PT25H"},      {"P3DT4H5M6S", "P3DT4H5M6S"},
	            {"-PT0S", "PT0S"}};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct duration d;
		struct buf b = BUF_INIT;
		assert_int_equal(duration_parse(good[i].text, &d, NULL), 0);
		duration_print(&d, &b);
		assert_string_equal(b.data, good[i].printed);
		buf_release(&b);
	}
	static const char *const bad[] = {"",     "P",    "PT",    "6M",  "P6",   "PM",   "P6M6M", "PT6D",
	                                  "P1DT", "P-6M", "P1.5D", "P6m", " P6M", "P6M ", "--P6M", "P1234567890D"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct duration d;
		struct err err = ERR_INIT;
		if (duration_parse(bad[i], &d, &err) == 0)
			fail_msg("'%s' is taken", bad[i]);
		assert_non_null(strstr(err.message, "allowed: P6M"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_edtf_is_kept),
	    cmocka_unit_test(what_is_not_is_refused_with_what_is),
	    cmocka_unit_test(times_cover_spans),
	    cmocka_unit_test(times_hang_on_other_records),
	    cmocka_unit_test(times_are_in_order),
	    cmocka_unit_test(times_are_shown_to_people),
	    cmocka_unit_test(times_are_said_in_sentences),
	    cmocka_unit_test(clocks_are_put_right),
	    cmocka_unit_test(durations_are_read_and_printed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
