/* The brief: in both languages, as text, Markdown and a page that loads nothing; and as a view that leads to its records. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOSTILE "<img src=http://x.invalid/a onerror=alert(1)> & \"PC\""

static struct program program;

static int setup(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "<script>alert('case')</script>");
	program_good(&program, "add", "asset", "hostname=" HOSTILE, "status=infected", NULL);
	program_good(&program, "add", "decision", "title=Cut the \033]0;line\007 off?", "choice=yes", "reason=C2",
	             "by=Organisation A", "when=now", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static size_t times(const char *text, const char *word)
{
	size_t count = 0;
	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

static void the_page_is_escaped_and_loads_nothing(void **state)
{
	static const char *const forbidden[] = {"<script", "<img",  "<link", "<iframe", "@import",
	                                        "url(",    "href=", "\033",  "\007"};
	static const char *const languages[] = {"en", "ja"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		program_good(&program, "--lang", languages[i], "brief", "--form", "html", NULL);
		const char *page = program.out.data;
		for (size_t k = 0; k < sizeof forbidden / sizeof *forbidden; k++)
			if (strstr(page, forbidden[k]))
				fail_msg("'%s' is in the page: %s", forbidden[k], page);
		assert_non_null(strstr(page, i ? "<html lang=\"ja\">" : "<html lang=\"en\">"));
		assert_non_null(strstr(page, "default-src 'none'"));
		assert_non_null(strstr(page, "&lt;script&gt;alert"));
		assert_non_null(
		    strstr(page, "&lt;img src=http://x.invalid/a onerror=alert(1)&gt; &amp; &quot;PC&quot;"));
		assert_int_equal(times(page, "<ul>"), times(page, "</ul>"));
		assert_int_equal(times(page, "<li"), times(page, "</li>"));
	}
}

static void both_languages_tell_the_same(void **state)
{
	(void)state;
	static const char *const profiles[] = {NULL, "--handover"};
	for (size_t i = 0; i < 2; i++) {
		program_good(&program, "--lang", "en", "brief", "--form", "markdown", profiles[i], NULL);
		size_t sections = times(program.out.data, "\n## ");
		size_t items = times(program.out.data, "\n- ");
		char *english = strdup(program.out.data);
		assert_true(sections >= 3); /* the empty ones are named together */
		program_good(&program, "--lang", "ja", "brief", "--form", "markdown", profiles[i], NULL);
		assert_int_equal(times(program.out.data, "\n## "), sections);
		assert_int_equal(times(program.out.data, "\n- "), items);
		/* no heading is the same in both: all are translated */
		for (char *h = strstr(english, "\n## "); h; h = strstr(h + 1, "\n## ")) {
			char heading[256];
			snprintf(heading, sizeof heading, "%.*s", (int)strcspn(h + 1, "\n") + 2, h);
			if (strstr(program.out.data, heading))
				fail_msg("not translated:%s", heading);
		}
		free(english);
	}
}

static int cursor_is_in_row(struct terminal *t, void *ctx)
{
	int row;
	int column;
	int visible;
	terminal_cursor_at(t, &row, &column, &visible);
	return row == *(int *)ctx;
}

static void the_view_leads_to_the_records(void **state)
{
	(void)state;
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":brief" KEYS_ENTER);
	terminal_await_row(t, 1, "Brief");
	terminal_await_row(t, 1, "for the meeting");
	terminal_await(t, "R1-A1  <img src=http://x.invalid/a");
	terminal_type(t, "r");
	terminal_await_row(t, 1, "for the colleague who takes over");
	terminal_type(t, "r");
	terminal_await_row(t, 1, "for the meeting");
	/* from a known row: where the cursor stands in the midst of a drawing says nothing */
	int row = 2;
	terminal_type(t, KEYS_PAGES_UP);
	terminal_await_that(t, cursor_is_in_row, &row, "the cursor in the first row");
	int wanted = terminal_find(t, "R1-A1  <img");
	assert_true(wanted > row);
	while (row < wanted) {
		row++;
		terminal_type(t, "j");
		terminal_await_that(t, cursor_is_in_row, &row, "the cursor one row below");
	}
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "infected");
	terminal_await_gone(t, "for the meeting");
	terminal_type(t, "B");
	terminal_await_row(t, 1, "Brief");
	terminal_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_page_is_escaped_and_loads_nothing),
	    cmocka_unit_test(both_languages_tell_the_same),
	    cmocka_unit_test(the_view_leads_to_the_records),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
