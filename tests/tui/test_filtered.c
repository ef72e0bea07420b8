/* A list with a filter: what its heading tells is what is shown, also after acts that change its rows. */
#include "help_case_screen.h"
#include "help_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Filtered");
	program_good(&program, "add", "asset", "hostname=HR-PC-03", "status=infected", NULL);
	program_good(&program, "add", "asset", "hostname=HR-PC-04", "status=infected", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

/* A key, and what stands in that row then. */
static void press(struct terminal *t, const char *key, int row, const char *then)
{
	terminal_type(t, key);
	terminal_await_row(t, row, then);
}

/* Text into a question, seen before Enter; then what is seen. */
static void answer(struct terminal *t, const char *text, const char *then)
{
	terminal_type(t, text);
	terminal_await_row(t, -1, text);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, then);
}

/* What was changed stays in the list under the cursor, though its filter would hide it, until one says again what it shall show. */
static void what_was_judged_stays_in_its_list(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "3", 1, "Asset · 2");
	press(t, "f", -1, "Filter:");
	answer(t, "-containment=isolated", "Asset · 2 of 2");
	press(t, "i", -1, "Isolation done:");
	press(t, KEYS_ENTER, -1, "Isolated by:");
	press(t, KEYS_ENTER, -1, "How isolated:");
	press(t, KEYS_ENTER, -1, "isolated: 1, in one action: HR-PC-03");
	terminal_await_row(t, 3, "HR-PC-03");
	terminal_await_row(t, 3, "isolated");
	terminal_await_row(t, 1, "Asset · 2 of 2 · 1 no longer matches (f, Enter: hide it)");
	press(t, "f", -1, "Filter:");
	press(t, KEYS_ENTER, 1, "Asset · 1 of 2");
	assert_false(terminal_shows(t, "no longer matches"));
	terminal_await_row(t, 3, "HR-PC-04");
	terminal_quit(t);
}

/* Of several that were marked the filter is asked again: the heading tells of what is shown, and the answer how many left. */
static void what_was_marked_leaves_a_filtered_list(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=HR-PC-05", "status=infected", NULL);
	program_good(&program, "add", "asset", "hostname=HR-PC-06", "status=infected", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "3", 1, "Asset · 4");
	press(t, "f", -1, "Filter:");
	answer(t, "-containment=isolated", "Asset · 4 of 4");
	press(t, "m", 1, "1 marked");
	press(t, "m", 1, "2 marked");
	press(t, KEYS_DOWN, -2, "4/4");
	press(t, "i", -1, "Isolation done:");
	press(t, KEYS_ENTER, -1, "Isolated by:");
	press(t, KEYS_ENTER, -1, "How isolated:");
	press(t, KEYS_ENTER, -1, "isolated: 2, in one action · 2 left the list (filter): HR-PC-03, HR-PC-04");
	terminal_await_row(t, 1, "Asset · 2 of 4");
	terminal_await_row(t, 3, "HR-PC-05");
	terminal_await_row(t, -2, "2/2"); /* still HR-PC-06 */
	press(t, KEYS_UP, -2, "1/2");
	press(t, "m", 1, "1 marked");
	press(t, KEYS_UP, -2, "1/2");
	press(t, "b", -1, "Set which field of 1 record");
	answer(t, "Containment", "Containment:");
	answer(t, "isolated", "Containment of 1 record set in one action · 1 left the list (filter)");
	terminal_await_row(t, 1, "Asset · 1 of 4");
	terminal_await_row(t, 3, "HR-PC-06");
	terminal_quit(t);
}

/* The filter of before can be gone on with, or cleared: which key does that is told where there is one. */
static void a_filter_of_before_can_be_cleared(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "3", 1, "Asset · 2");
	press(t, "f", -1, "Filter:");
	assert_false(terminal_shows(t, "Ctrl-U clears"));
	answer(t, "HR-PC-03", "Asset · 1 of 2");
	press(t, "f", -1, "Filter: HR-PC-03");
	terminal_await(t, "Ctrl-U clears");
	press(t, KEYS_CTRL_U, 1, "Asset · 2");
	answer(t, "HR-PC-04", "Asset · 1 of 2");
	terminal_await_row(t, 3, "HR-PC-04");
	terminal_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_was_judged_stays_in_its_list, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_was_marked_leaves_a_filtered_list, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_filter_of_before_can_be_cleared, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
