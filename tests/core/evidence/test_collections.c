/* A folder of what was collected: every entry once, in order, and the asset that each is called as. */
#include "help_evidence.h"

#include "evidence/collections.h"

#include <string.h>
#include <sys/stat.h>

static void every_entry_in_order(void **state)
{
	struct err err = ERR_INIT;
	size_t count;
	(void)state;
	assert_int_equal(mkdir(scratch_path("in"), 0700), 0);
	assert_int_equal(mkdir(scratch_path("in/b"), 0700), 0);
	write_text(scratch_path("in/c.zip"), "c");
	write_text(scratch_path("in/.a"), "a");
	char **paths = collections_list(scratch_path("in"), &count, &err);
	assert_non_null(paths);
	assert_int_equal(count, 3);
	assert_string_equal(paths[0], scratch_path("in/.a"));
	assert_string_equal(paths[1], scratch_path("in/b"));
	assert_string_equal(paths[2], scratch_path("in/c.zip"));
	collections_free(paths, count);
	assert_null(collections_list(scratch_path("absent"), &count, &err));
	assert_non_null(strstr(err.message, "absent"));
}

static void add_asset(struct case_file *c, const char *name, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	struct assign field = {"hostname", name};
	assert_ok(record_add(c, "asset", &field, 1, RECORD_TWICE, label, &err), err);
}

static void called_as_an_asset(void **state)
{
	static const struct {
		const char *path;
		int found;
	} cases[] = {
	    {"/in/HQ-PC-017.zip", 1}, {"hq-pc-017.tar.gz", 1}, {"/in/HQ-PC-017", 1}, {"/in/HQ-PC-017-old.zip", 0},
	    {"/in/HQ-PC-01.zip", 0},  {"/in/PC.017.zip", 0},   {"/in/.zip", 0},      {"", 0},
	    {"TWICE.zip", 2},
	};
	struct case_file *c = case_begin();
	char wanted[LABEL_TEXT];
	char label[LABEL_TEXT];
	(void)state;
	add_asset(c, "HQ-PC-017", wanted);
	add_asset(c, "TWICE", label);
	add_asset(c, "TWICE", label);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (collections_asset(c, cases[i].path, label) != cases[i].found)
			fail_msg("'%s' is not called as %d assets", cases[i].path, cases[i].found);
		assert_string_equal(label, cases[i].found == 1 ? wanted : "");
	}
	case_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_entry_in_order, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(called_as_an_asset, scratch_begin, scratch_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
