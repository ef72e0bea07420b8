/*
 * Papers: both languages compared with goldens (GENBA_GOLDEN=write writes them), and hostile text in every field.
 */
#include "core/case/help_case.h"

#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "case/action/reserve.h"
#include "catalogue.h"
#include "outward/report/html.h"
#include "outward/report/paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct buf page = BUF_INIT;

static int setup(void **state)
{
	struct clock_time noon = {1795608000, 0, 540}; /* 2026-11-25T21:00+09:00 */
	clock_set(&noon, 0);
	return case_setup(state);
}

static int teardown(void **state)
{
	i18n_use(NULL, 0);
	i18n_set_language("en");
	buf_release(&page);
	return case_teardown(state);
}

static void speak(const char *language)
{
	i18n_set_language(language);
	assert_int_equal(i18n_use(strcmp(language, "ja") == 0 ? catalogue_ja : NULL, catalogue_ja_size), 0);
}

static void tags(void)
{
	struct err err = ERR_INIT;
	buf_clear(&page);
	if (paper_tags(the_case, NULL, 0, &page, &err) < 0)
		fail_msg("%s", err.message);
}

static void custody(const char *label)
{
	struct err err = ERR_INIT;
	char *labels[] = {(char *)(uintptr_t)label};
	buf_clear(&page);
	if (paper_custody(the_case, labels, 1, &page, &err) < 0)
		fail_msg("%s", err.message);
}

static size_t count_of(const char *part)
{
	size_t count = 0;
	for (const char *p = page.data; (p = strstr(p, part)); p += strlen(part))
		count++;
	return count;
}

#define HOSTILE "<script>alert(1)</script>\"'&\033]0;x\007\xff\xe2\x80\xae<img/src=//x>"

/* Nothing acts: no mark of HTML from outside, no control character, no bidi control, and it is valid UTF-8. */
static void is_harmless(void)
{
	static const char *const forbidden[] = {"<script", "<img", "<link", "url(",         "href",
	                                        "src=\"",  "\033", "\007",  "\xe2\x80\xae", "\"'&\\"};
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
		if (strstr(page.data, forbidden[i]))
			fail_msg("'%s' is in the page:\n%s", forbidden[i], page.data);
	for (const char *p = page.data; *p; p++)
		if ((unsigned char)*p < ' ' && *p != '\n')
			fail_msg("a control character %02x is in the page", (unsigned)*p);
	assert_non_null(strstr(page.data, "&lt;script&gt;alert(1)"));
}

/* ---- goldens */

static void replace(struct buf *text, const char *what, const char *by)
{
	struct buf out = BUF_INIT;
	for (const char *p = text->data, *at;; p = at + strlen(what)) {
		at = strstr(p, what);
		buf_add(&out, p, at ? (size_t)(at - p) : strlen(p));
		if (!at)
			break;
		buf_adds(&out, by);
	}
	buf_release(text);
	*text = out;
}

/* The modules of QR codes differ with the case's id; a reader reads them elsewhere. */
static void mask_codes(struct buf *text)
{
	static const char begin[] = "<path d=\"";
	struct buf out = BUF_INIT;
	const char *p = text->data;
	for (const char *at; (at = strstr(p, begin)); p = at + strcspn(at, "\"")) {
		at += strlen(begin);
		buf_add(&out, p, (size_t)(at - p));
		buf_adds(&out, "MODULES");
	}
	buf_adds(&out, p);
	buf_release(text);
	*text = out;
}

/* The page without its style, and with names for the ids that differ from run to run. */
static void is_as_in(const char *name)
{
	struct buf got = BUF_INIT;
	struct buf wanted = BUF_INIT;
	char *path = xasprintf("%s/paper/%s.html", getenv("GENBA_TEST_DATA"), name);
	const char *body = strstr(page.data, "</style>");
	assert_non_null(body);
	buf_adds(&got, body + strlen("</style></head>"));
	mask_codes(&got);
	replace(&got, case_id(the_case), "CASE");
	replace(&got, case_head(the_case), "COMMIT");
	const char *mode = getenv("GENBA_GOLDEN");
	if (mode && strcmp(mode, "write") == 0)
		assert_int_equal(path_write_file(path, got.data, got.len, PATH_REPLACE, NULL), 0);
	assert_int_equal(buf_read_file(&wanted, path, 1 << 20, NULL), 0);
	if (strcmp(got.data, wanted.data) != 0)
		fail_msg("not as in %s:\n%s", path, got.data);
	free(path);
	buf_release(&got);
	buf_release(&wanted);
}

static void fill(void)
{
	struct assign hashed[] = {{"sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	                          {"form", "raw"},
	                          {"complete", "complete"}};
	add("asset", "hostname=HR-PC-03");
	assert_string_equal(add("evidence", "title=Disk+of+HR-PC-03 type=disk_image on=R1-A1 place=room+3 "
	                                    "collected_by=Person+A witness=Person+B,Person+C seal_no=S-1"),
	                    "R1-E1");
	assert_int_equal(record_set(the_case, "R1-E1", hashed, 3, RECORD_MACHINE, NULL), 0);
	add("transfer", "items=R1-E1 action=handed_over from=Person+A to=Vendor when=2026-11-25T01:00Z "
	                "purpose=analysis seal_after=S-2 written=2026-11-25T01:05Z");
	add("transfer", "items=R1-E1 action=collected from=Person+D to=Person+A when=2026-11-24 purpose=kept");
	add("transfer", "items=R1-E1 action=returned from=Vendor to=Person+D when=2026-11-25 purpose=wrong");
	assert_int_equal(record_retract(the_case, "R1-T3", "wrong item", NULL), 0);
}

static void forms_in_both_languages(void **state)
{
	(void)state;
	fill();
	uint64_t before = commits();
	custody("R1-E1");
	is_as_in("custody-en");
	tags();
	is_as_in("tags-en");
	speak("ja");
	custody("R1-E1");
	is_as_in("custody-ja");
	tags();
	is_as_in("tags-ja");
	assert_int_equal(commits(), before); /* printing changes nothing */
}

static void there_are_always_lines_to_write_on(void **state)
{
	(void)state;
	static const char blank[] = "<tr><td></td><td></td><td></td><td></td><td></td><td></td></tr>";
	add("evidence", "title=Stick");
	custody("R1-E1");
	assert_int_equal(count_of(blank), 5);
	assert_non_null(strstr(page.data, "not hashed yet"));
	for (int i = 0; i < 7; i++)
		add("transfer", "items=R1-E1 action=stored from=A to=B when=2026-11-25 purpose=x");
	custody("R1-E1");
	assert_int_equal(count_of(blank), 3);
	assert_int_equal(count_of("rowspan"), 7);
}

static void what_is_in_custody(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf html = BUF_INIT;
	add("media", "name=Stick serial=S4");
	add("asset", "hostname=PC");
	add("note", "text=hello");
	char *good[] = {"R1-B1", "R1-A1"};
	char *bad[] = {"R1-N1"};
	char *none[] = {"R1-E9"};
	assert_int_equal(paper_custody(the_case, good, 2, &html, &err), 0);
	assert_non_null(strstr(html.data, "R1-B1"));
	assert_non_null(strstr(html.data, "R1-A1"));
	assert_null(strstr(html.data, "SHA-256")); /* evidence has digests */
	assert_int_equal(paper_custody(the_case, bad, 1, &html, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	err_clear(&err);
	assert_int_equal(paper_custody(the_case, none, 1, &html, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	buf_release(&html);
}

/* ---- worksheets */

static void worksheet(const char *label)
{
	struct err err = ERR_INIT;
	buf_clear(&page);
	if (paper_worksheets(the_case, &label, 1, &page, &err) < 0)
		fail_msg("%s", err.message);
}

static void a_sheet_for_each_label_kept_free(void **state)
{
	(void)state;
	char kept[2][LABEL_TEXT];
	struct err err = ERR_INIT;
	const char *other = "R1-N3";
	set("case", "title=<script>alert(1)</script>");
	assert_int_equal(reserve_labels(the_case, kind_find("note"), 2, kept, &err), 0);
	worksheet("R1-N2");
	is_harmless();
	is_as_in("worksheet-en");
	speak("ja");
	worksheet("R1-N2"); /* once more: the same label */
	is_as_in("worksheet-ja");
	assert_int_equal(paper_worksheets(the_case, &other, 1, &page, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	other = "R1-N1";
	add("note", "label=R1-N1 text=x written=2026-11-25T01:00Z");
	assert_int_equal(paper_worksheets(the_case, &other, 1, &page, NULL), -1); /* typed in */
}

static void every_kind_has_a_sheet_without_secrets(void **state)
{
	(void)state;
	char kept[1][LABEL_TEXT];
	struct err err = ERR_INIT;
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		if (!kind->letters)
			continue;
		assert_int_equal(reserve_labels(the_case, kind, 1, kept, &err), 0);
		worksheet(kept[0]);
		for (size_t k = 0; k < kind_field_count(kind); k++) {
			const struct field *field = kind_field_at(kind, k);
			char *name = xasprintf("<span class=\"mono\">%s</span></i>", field->name);
			int wanted = !field->machine && field->type != FIELD_SECRET &&
			             (!field->common || kind_asks_first(kind, field));
			if ((strstr(page.data, name) != NULL) != wanted)
				fail_msg("%s.%s is %son the sheet", kind->name, field->name, wanted ? "not " : "");
			free(name);
		}
	}
}

/* ---- tags */

static void twelve_tags_on_a_sheet(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char *note[] = {"R1-N1"};
	char *gone[] = {"R1-E2"};
	assert_int_equal(paper_tags(the_case, NULL, 0, &page, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	for (int i = 0; i < 14; i++)
		add("evidence", "title=x");
	add("note", "text=x");
	assert_int_equal(record_retract(the_case, "R1-E2", "twice", NULL), 0);
	tags();
	assert_int_equal(count_of("<div class=\"tag\">"), 13);
	assert_int_equal(count_of("<table class=\"sheet\">"), 2);
	assert_null(strstr(page.data, ">R1-E2<"));
	err_clear(&err);
	assert_int_equal(paper_tags(the_case, note, 1, &page, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	buf_clear(&page);
	assert_int_equal(paper_tags(the_case, gone, 1, &page, NULL), 0); /* asked for by name: it says so */
	assert_non_null(strstr(page.data, "retracted"));
}

/* The first code of the page as a picture (PGM, four points a module), read back by a reader of other people. */
static void read_code(struct buf *says)
{
	struct buf picture = BUF_INIT;
	char *path = xasprintf("%s/code.pgm", scratch);
	char *command = xasprintf("ZXingReader '%s'", path);
	const char *svg = strstr(page.data, "<svg class=\"qr\" viewBox=\"0 0 ");
	assert_non_null(svg);
	size_t side = strtoul(svg + strlen("<svg class=\"qr\" viewBox=\"0 0 "), NULL, 10);
	assert_in_range(side, 29, 185);
	buf_addf(&picture, "P5\n%zu %zu\n255\n", 4 * side, 4 * side);
	size_t begin = picture.len;
	for (size_t i = 0; i < 16 * side * side; i++)
		buf_addc(&picture, '\xff');
	const char *d = strstr(svg, "<path d=\"") + strlen("<path d=\"");
	for (unsigned x, y, run; sscanf(d, "M%u %uh%uv1h-%*uz", &x, &y, &run) == 3; d = strchr(d, 'z') + 1) {
		assert_true(x + run <= side && y < side);
		for (size_t row = 0; row < 4; row++)
			memset(picture.data + begin + (4 * y + row) * 4 * side + 4 * x, 0, (size_t)4 * run);
	}
	assert_int_equal(*d, '"'); /* all of the path was understood */
	assert_int_equal(path_write_file(path, picture.data, picture.len, 0, NULL), 0);
	FILE *reader = popen(command, "r");
	assert_non_null(reader);
	for (int ch; (ch = fgetc(reader)) != EOF;)
		buf_addc(says, (char)ch);
	assert_int_equal(pclose(reader), 0);
	unlink(path);
	free(command);
	free(path);
	buf_release(&picture);
}

static void a_reader_reads_the_code(void **state)
{
	(void)state;
	static const char sha256[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
	struct buf says = BUF_INIT;
	if (access("/usr/bin/ZXingReader", X_OK) != 0) {
		print_message("no reader of QR codes here: package zxing-cpp-tools\n");
		skip();
	}
	fill();
	for (int i = 0; i < 2; i++) {
		if (i)
			tags();
		else
			custody("R1-E1");
		buf_clear(&says);
		read_code(&says);
		char *wanted = xasprintf("\"genba:%s:R1-E1:sha256:%s\"", case_id(the_case), sha256);
		if (!strstr(says.data, wanted))
			fail_msg("%s is not what the reader says: %s", wanted, says.data);
		free(wanted);
	}
	buf_release(&says);
}

/* ---- hostile text */

/* Every field that takes free text, of the kind. Gives the label. */
static void add_hostile(const char *kind_name, const char *others, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	const struct kind *kind = kind_find(kind_name);
	snprintf(label, LABEL_TEXT, "%s", add(kind_name, others));
	for (size_t i = 0; i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		struct assign evil = {field->name, HOSTILE};
		if (field->type != FIELD_TEXT && field->type != FIELD_LONG && field->type != FIELD_TAGS &&
		    strcmp(field->name, "from") != 0 && strcmp(field->name, "witness") != 0)
			continue;
		if (strcmp(field->name, "aliases") == 0) { /* labels, which no other text gets into */
			assert_int_equal(record_set(the_case, label, &evil, 1, RECORD_MACHINE, NULL), -1);
			continue;
		}
		/* bytes that are no text may be refused; then the rest of it must not be */
		if (record_set(the_case, label, &evil, 1, RECORD_MACHINE, &err) < 0) {
			err_clear(&err);
			evil.value = "<script>alert(1)</script>\"'&\033]0;x\007\xe2\x80\xae<img/src=//x>";
			if (record_set(the_case, label, &evil, 1, RECORD_MACHINE, &err) < 0)
				fail_msg("%s.%s: %s", kind_name, field->name, err.message);
		}
	}
}

static void hostile_text_in_every_field(void **state)
{
	(void)state;
	char item[LABEL_TEXT];
	char transfer[LABEL_TEXT];
	static const char *const kinds[][2] = {{"evidence", "title=x"}, {"media", "name=x"}, {"asset", "hostname=x"}};
	set("case", "title=<script>alert(1)</script>");
	for (size_t i = 0; i < 3; i++) {
		add_hostile(kinds[i][0], kinds[i][1], item);
		char *fields = xasprintf("items=%s action=stored from=A to=B when=2026-11-25 purpose=x", item);
		add_hostile("transfer", fields, transfer);
		add("transfer", fields);
		free(fields);
		custody(item);
		is_harmless();
		assert_int_equal(record_retract(the_case, transfer, HOSTILE, NULL), 0);
		custody(item);
		is_harmless();
		assert_int_equal(record_retract(the_case, item, HOSTILE, NULL), 0);
		custody(item);
		is_harmless();
		assert_non_null(strstr(page.data, "(retracted)</h1>"));
		char *labels[] = {item};
		buf_clear(&page);
		assert_int_equal(paper_tags(the_case, labels, 1, &page, NULL), 0);
		is_harmless();
	}
}

static void text_is_escaped_once(void **state)
{
	(void)state;
	static const char text[] = "a<b & \"c\" 'd' \\x1b \\ <U+202E>";
	struct buf out = BUF_INIT;
	html_text(&out, text);
	assert_string_equal(out.data, "a&lt;b &amp; &quot;c&quot; &#39;d&#39; \\x1b \\ &lt;U+202E&gt;");
	buf_release(&out);
}

/* A paper is passed on by the highest label of what stands on it, the title of the case among it. */
static void a_paper_bears_the_highest_label_of_what_is_on_it(void **state)
{
	(void)state;
	set("case", "tlp=GREEN");
	add("party", "name=Organisation+A tlp=AMBER");
	add("asset", "hostname=PC-1");
	add("evidence", "title=Disk type=disk_image on=R1-A1 tlp=CLEAR");
	custody("R1-E1");
	assert_non_null(strstr(page.data, "TLP:GREEN<"));
	assert_null(strstr(page.data, "TLP:CLEAR"));
	set("R1-A1", "tlp=RED");
	custody("R1-E1");
	assert_non_null(strstr(page.data, "TLP:RED<"));
	tags();
	assert_int_equal(count_of("TLP:RED<"), 3); /* the tag, the head of its sheet and the foot */
	set("R1-A1", "tlp=unknown");
	add("transfer", "items=R1-E1 action=handed_over from=R1-P1 to=R1-P1 when=2025-11-21 purpose=storage");
	custody("R1-E1");
	assert_non_null(strstr(page.data, "TLP:AMBER<"));
	assert_null(strstr(page.data, "TLP:GREEN<"));
}

static void call_sheet(const char *who)
{
	struct err err = ERR_INIT;
	buf_clear(&page);
	if (paper_notice(the_case, who, &page, &err) < 0)
		fail_msg("%s", err.message);
}

/* The sheet for a call quotes mails, and decisions: by their labels it is passed on, and what may not be told says so. */
static void a_call_sheet_bears_the_labels_of_what_it_quotes(void **state)
{
	(void)state;
	set("case", "tlp=GREEN");
	add("party", "name=Organisation+A domains=organisation-a.test roles=victim tlp=GREEN");
	add("mail", "subject=Notice cc=c@organisation-a.test");
	call_sheet("R1-P1");
	assert_non_null(strstr(page.data, "R1-L1 Notice"));
	assert_int_equal(count_of("TLP:GREEN<"), 2);
	assert_null(strstr(page.data, "not to be told<"));
	set("R1-L1", "tlp=RED");
	call_sheet("R1-P1");
	assert_int_equal(count_of("TLP:RED<"), 2);
	assert_int_equal(count_of("TLP:RED: not to be told"), 1);
	set("R1-L1", "tlp=");
	add("decision",
	    "title=Tell+them? status=decided choice=yes reason=law by=R1-P1 on=R1-P1 when=2026-11-24 tlp=AMBER");
	call_sheet("R1-P1");
	assert_int_equal(count_of("TLP:AMBER<"), 2);
}

int main(void)
{
#define PAPER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    PAPER_TEST(forms_in_both_languages),
	    PAPER_TEST(there_are_always_lines_to_write_on),
	    PAPER_TEST(what_is_in_custody),
	    PAPER_TEST(a_sheet_for_each_label_kept_free),
	    PAPER_TEST(every_kind_has_a_sheet_without_secrets),
	    PAPER_TEST(twelve_tags_on_a_sheet),
	    PAPER_TEST(a_reader_reads_the_code),
	    PAPER_TEST(hostile_text_in_every_field),
	    PAPER_TEST(text_is_escaped_once),
	    PAPER_TEST(a_paper_bears_the_highest_label_of_what_is_on_it),
	    PAPER_TEST(a_call_sheet_bears_the_labels_of_what_it_quotes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
