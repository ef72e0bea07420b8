/* The large site of practice: its list is what it says, and what is made of it is the same at every run. */
#include "base/buf.h"
#include "finding/large/large_site.h"
#include "finding/large/zip_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void machines_are_what_the_page_says(void **state)
{
	(void)state;
	unsigned collected = 0;
	unsigned infected = 0;
	unsigned exits = 0;
	for (unsigned i = 0; i < LARGE_MACHINES; i++) {
		struct large_machine m = large_machine_at(i);
		collected += (unsigned)m.collected;
		infected += m.infected > 0;
		exits += m.role == LARGE_EXIT;
		assert_true(!m.infected || m.collected);
		for (unsigned j = 0; j < i; j++) {
			struct large_machine other = large_machine_at(j);
			assert_string_not_equal(m.name, other.name);
			assert_string_not_equal(m.address, other.address);
		}
	}
	assert_int_equal(collected, 60);
	assert_int_equal(infected, 15);
	assert_int_equal(exits, LARGE_EXITS);
	struct large_machine first = large_machine_at(0);
	assert_string_equal(first.name, "HQ-AD-01");
	assert_int_equal(first.role, LARGE_DOMAIN_CONTROLLER);
}

static size_t count_of(const struct buf *b, const char *part)
{
	size_t count = 0;
	for (const char *p = b->data; (p = strstr(p, part)); p++)
		count++;
	return count;
}

static void the_list_is_one_of_an_office(void **state)
{
	(void)state;
	for (int japanese = 0; japanese < 2; japanese++) {
		struct buf list = BUF_INIT;
		large_site_list(japanese, &list);
		assert_memory_equal(list.data, "\xEF\xBB\xBF", 3);
		assert_int_equal(count_of(&list, "\r\n"), LARGE_MACHINES + 2); /* a title, and the headings */
		assert_int_equal(count_of(&list, "\r\nL-"), LARGE_MACHINES);
		buf_release(&list);
	}
}

/* Whatever is made, twice. */
static void make(unsigned what, unsigned i, struct buf *out)
{
	struct large_machine m = large_machine_at(i);
	switch (what) {
	case 0:
		large_collection(&m, out);
		break;
	case 1:
		large_exit_log(i % LARGE_EXITS, out);
		break;
	case 2:
		large_vpn_log(out);
		break;
	case 3:
		large_webmail_log(out);
		break;
	default:
		large_mail(i % LARGE_MAILS, i > LARGE_MAILS, out);
	}
}

static void two_runs_give_the_same_bytes(void **state)
{
	(void)state;
	static const unsigned machines[] = {0, 1, 2, 3, 8, 9, 36};
	for (unsigned what = 0; what < 5; what++)
		for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
			struct buf one = BUF_INIT;
			struct buf two = BUF_INIT;
			make(what, machines[i], &one);
			make(what, machines[i], &two);
			assert_true(one.len > 400);
			assert_int_equal(one.len, two.len);
			assert_memory_equal(one.data, two.data, one.len);
			buf_release(&one);
			buf_release(&two);
		}
}

/* Each exit has the C2, its log in the order of hours; what only looks like it is there, too. */
static void every_exit_carries_the_c2(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LARGE_EXITS; i++) {
		struct buf log = BUF_INIT;
		large_exit_log(i, &log);
		assert_true(count_of(&log, LARGE_C2_IP) >= 20);
		assert_true(count_of(&log, LARGE_C2 ".org") > 100);
		buf_release(&log);
	}
}

static void a_zip_is_one(void **state)
{
	(void)state;
	struct buf bytes = BUF_INIT;
	struct zip_out *z = zip_out_new();
	zip_out_file(z, "C/empty", "", 0);
	zip_out_file(z, "C/text", "practice", 8);
	zip_out_finish(z, &bytes);
	zip_out_free(z);
	assert_memory_equal(bytes.data, "PK\3\4", 4);
	assert_memory_equal(bytes.data + bytes.len - 22, "PK\5\6", 4);
	assert_int_equal((unsigned char)bytes.data[bytes.len - 12], 2);
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(machines_are_what_the_page_says),
	    cmocka_unit_test(the_list_is_one_of_an_office),
	    cmocka_unit_test(two_runs_give_the_same_bytes),
	    cmocka_unit_test(every_exit_carries_the_c2),
	    cmocka_unit_test(a_zip_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
