/*
 * Typing: whatever is refused stays to be mended, with the reason above it, and what is typed on never becomes keys; nothing
 * is dropped without a word.
 */
#include "help_case_screen.h"
#include "help_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct program program;

static int setup(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Typing");
	program_good(&program, "add", "asset", "hostname=JINJI-PC-03", "status=suspected", NULL);
	program_good(&program, "add", "asset", "hostname=JINJI-PC-04", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static void quit(struct terminal *t)
{
	terminal_type(t, ":q!" KEYS_ENTER); /* as in the editor that everybody knows */
	assert_int_equal(terminal_end(t), 0);
}

/* What the act refuses after all was answered is asked again: here the machine was retracted by another shell meanwhile. */
static void a_refused_isolation_keeps_its_answers(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=JINJI-PC-05", NULL);
	struct terminal *t = terminal_open_case();
	terminal_type(t, "3G");
	terminal_await_row(t, -2, "3/3");
	terminal_type(t, "i");
	terminal_await_row(t, -1, "Isolation done:");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Isolated by:");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "How isolated:");
	program_good(&program, "retract", "R1-A3", "--reason", "typed twice", NULL);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-A3 was retracted");
	terminal_await_row(t, -1, "Change which answer:");
	terminal_await(t, "Isolation done: ");
	terminal_await(t, "Isolated by: Responder One");
	terminal_await(t, "How isolated: cable unplugged");
	terminal_type(t, "How" KEYS_ENTER);
	terminal_await_row(t, -1, "How isolated:");
	terminal_type(t, KEYS_ESCAPE); /* the others are there still */
	terminal_await_row(t, -1, "Change which answer:");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, -1, "left: nothing was changed");
	quit(t);
}

static void a_search_goes_from_place_to_place(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, ":help add" KEYS_ENTER);
	terminal_await_row(t, 2, "genba add");
	terminal_type(t, "/");
	terminal_await_row(t, -1, "/");
	terminal_type(t, "record" KEYS_ENTER);
	terminal_await_row(t, -1, "n the next place");
	struct buf first = BUF_INIT;
	terminal_row(t, -2 + 24, &first);
	terminal_type(t, "n");
	terminal_await_gone(t, "n the next place");
	struct buf second = BUF_INIT;
	terminal_row(t, 22, &second);
	assert_string_not_equal(first.data, second.data); /* the place in the footer has moved on */
	terminal_type(t, "N");
	terminal_await_row(t, -2, strrchr(first.data, ' ') + 1);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "n"); /* it is the note's again */
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Ctrl-S keeps it");
	buf_release(&first);
	buf_release(&second);
	quit(t);
}

static void a_list_keeps_its_filter_and_esc_ends_it_first(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, "3f");
	terminal_await_row(t, -1, "Filter:");
	terminal_type(t, "JINJI-PC-04" KEYS_ENTER);
	terminal_await_row(t, 1, "Asset · 1 of 2");
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 1 of 2");
	terminal_await_row(t, 3, "JINJI-PC-04");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Asset · 2");
	terminal_type(t, "G");
	terminal_await_row(t, -2, " 2/2");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "3");
	terminal_await_row(t, -2, " 2/2"); /* and the cursor */
	terminal_type(t, "f");
	terminal_await_row(t, -1, "Filter:");
	terminal_type(t, "nothing" KEYS_ENTER);
	terminal_await(t, "Nothing passes this filter");
	terminal_type(t, "7");
	terminal_await(t, "Addresses, names and digests to look for");
	quit(t);
}

static void a_note_says_where_it_goes_and_how_it_is_meant(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, "3");
	terminal_await_row(t, 3, "JINJI-PC-03");
	terminal_type(t, "n");
	terminal_await(t, "Note → R1-A1 JINJI-PC-03 · fact");
	terminal_type(t, "\024");
	terminal_await(t, "JINJI-PC-03 · hearsay");
	terminal_type(t, "\024\024");
	terminal_await(t, "JINJI-PC-03 · question");
	terminal_type(t, "who logged on?" KEYS_CTRL_S);
	terminal_await_row(t, -1, "is on record");
	quit(t);
	program_good(&program, "list", "note", "--where", "stance=question", "--json", NULL);
	assert_non_null(strstr(program.out.data, "who logged on?"));
	assert_non_null(strstr(program.out.data, "R1-A1"));
}

/* By what it is called, also where the form does not show it yet. */
static void a_field_of_a_form_is_looked_for(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, "3a");
	terminal_await_row(t, 1, "New: Asset");
	assert_false(terminal_shows(t, "Clock offset"));
	terminal_type(t, "n");
	terminal_await_row(t, -1, "nothing was looked for: / does");
	terminal_type(t, "/");
	terminal_await_row(t, -1, "/");
	terminal_type(t, "isolat" KEYS_ENTER);
	terminal_await_row(t, -1, "Isolation");
	struct buf first = BUF_INIT;
	struct buf next = BUF_INIT;
	terminal_row(t, -2 + terminal_rows(t), &first);
	terminal_type(t, "n");
	terminal_await_gone(t, first.data);
	terminal_row(t, -2 + terminal_rows(t), &next);
	assert_string_not_equal(first.data, next.data);
	terminal_type(t, "/");
	terminal_await_row(t, -1, "/");
	terminal_type(t, "clock offset" KEYS_ENTER);
	terminal_await_row(t, -1, "Clock offset: ");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Clock offset:");
	terminal_type(t, KEYS_ESCAPE "/");
	terminal_await_row(t, -1, "/");
	terminal_type(t, "zebra" KEYS_ENTER);
	terminal_await_row(t, -1, "no field here is called 'zebra'");
	terminal_await_row(t, 1, "New: Asset");
	buf_release(&first);
	buf_release(&next);
	quit(t);
}

/* A name with a slip in it becomes no person unasked; another name does. */
static void a_slip_makes_no_record_unasked(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Yamada Taro", "type=person", NULL);
	struct terminal *t = terminal_open_case();
	terminal_type(t, "8a");
	terminal_await_row(t, 1, "New: Measure");
	terminal_type(t, "jjjj" KEYS_ENTER);
	terminal_await_row(t, -1, "Owner:");
	terminal_type(t, "Yamda Taro");
	terminal_await(t, "+ new: Party 'Yamda Taro'");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Yamada Taro is on record. Is 'Yamda Taro' another one?");
	terminal_type(t, "n");
	terminal_await_row(t, 1, "New: Measure");
	terminal_await_gone(t, "another one?");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Owner:");
	terminal_type(t, "Yamada Jiro");
	terminal_await(t, "+ new: Party 'Yamada Jiro'");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "1 typed");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, -1, "the draft is kept");
	quit(t);
	program_good(&program, "list", "party", "--csv", NULL);
	assert_null(strstr(program.out.data, "Yamda"));
	assert_non_null(strstr(program.out.data, "Yamada Jiro"));
}

static void a_long_message_is_read_in_full(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, ":set R1-A1 isolation_done='next moon'" KEYS_ENTER);
	terminal_await(t, "yesterday 14:05"); /* the end of it, lines below its beginning */
	terminal_await(t, "'next moon' is not a time");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":set");
	terminal_type(t, "!");
	terminal_await_row(t, 1, "The last messages");
	terminal_await(t, "'next moon' is not a time");
	terminal_await(t, "yesterday 14:05");
	quit(t);
}

/* Tab offers fields and values for several records as for one, for a machine that is named, and the next of several labels. */
static void several_records_are_completed(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, ":set R1-A1,R1-A2 contain\t");
	terminal_await_row(t, -1, ":set R1-A1,R1-A2 containment=");
	terminal_type(t, "isolat\t");
	terminal_await_row(t, -1, ":set R1-A1,R1-A2 containment=isolated");
	terminal_type(t, KEYS_CTRL_U "set JINJI-PC-04 stat\t");
	terminal_await_row(t, -1, ":set JINJI-PC-04 status=");
	terminal_type(t, KEYS_CTRL_U "set R1-A1,R1-\t");
	terminal_await(t, "R1-A2");
	terminal_await(t, "R1-P1");
	terminal_type(t, KEYS_ESCAPE);
	quit(t);
}

/* That nothing in a view belongs to a record is told on the way to the first such view, not to each. */
static void what_has_nothing_elsewhere_is_told_once(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset");
	terminal_type(t, "8");
	terminal_await(t, "nothing here belongs to R1-A1");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset");
	terminal_type(t, "7");
	terminal_await_row(t, 1, "Indicator");
	terminal_type(t, "O");
	terminal_await_row(t, -2, "1/3");
	assert_false(terminal_shows(t, "nothing here belongs"));
	quit(t);
}

/* Space marks in every list of which several are taken, as Tab does, as long as nothing is typed; the keys are told alike. */
static void space_and_tab_mark(void **state)
{
	(void)state;
	program_good(&program, "add", "event", "title=A logon", NULL);
	struct terminal *t = terminal_open_case();
	terminal_type(t, "5");
	terminal_await(t, "A logon");
	terminal_type(t, "ge"); /* below the heading */
	terminal_await_row(t, 1, "Change Event R1-V1");
	terminal_type(t, "/");
	terminal_await_row(t, -1, "/");
	terminal_type(t, "Assets" KEYS_ENTER);
	terminal_await_gone(t, "/Assets");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Space or Tab marks");
	terminal_await(t, "> [ ] R1-A");
	terminal_type(t, " ");
	terminal_await(t, "[x] R1-A");
	terminal_type(t, "\t");
	terminal_await_gone(t, "[x] R1-A");
	terminal_type(t, KEYS_ESCAPE KEYS_ESCAPE);
	quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_search_goes_from_place_to_place),
	    cmocka_unit_test(a_list_keeps_its_filter_and_esc_ends_it_first),
	    cmocka_unit_test(a_note_says_where_it_goes_and_how_it_is_meant),
	    cmocka_unit_test(a_long_message_is_read_in_full),
	    cmocka_unit_test(a_field_of_a_form_is_looked_for),
	    cmocka_unit_test(a_slip_makes_no_record_unasked),
	    cmocka_unit_test(several_records_are_completed),
	    cmocka_unit_test(what_has_nothing_elsewhere_is_told_once),
	    cmocka_unit_test(space_and_tab_mark),
	    cmocka_unit_test(a_refused_isolation_keeps_its_answers),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
