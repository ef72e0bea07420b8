/* Indicators out of a text: found once each, compared with the case, recorded in one action. No screen is linked. */
#include "core/case/help_case.h"

#include "finding/indicator/everywhere.h"
#include "finding/indicator/pick.h"

#include <stdio.h>
#include <string.h>

static const char text[] =
    "seen: hxxps://Evil[.]example/a and evil.example, EVIL[.]EXAMPLE; mail from taro@mail.example; "
    "198.51.100[.]7 and 198.51.100.7; D41D8CD98F00B204E9800998ECF8427E";

static struct indicator_pick *pick_of(struct indicator_picks *picks, const char *type, const char *value)
{
	for (size_t i = 0; i < picks->count; i++)
		if (strcmp(picks->all[i].type, type) == 0 && strcmp(picks->all[i].value, value) == 0)
			return &picks->all[i];
	fail_msg("%s %s is not found", type, value);
	return NULL;
}

static void each_is_found_once(void **state)
{
	(void)state;
	struct indicator_picks picks = {0};
	assert_int_equal(indicator_picks_find(&picks, text, strlen(text), NULL), 0);
	assert_int_equal(picks.count, 6);
	assert_int_equal(pick_of(&picks, "domain", "evil.example")->times, 3);
	assert_true(pick_of(&picks, "domain", "evil.example")->marked);
	assert_false(pick_of(&picks, "domain", "mail.example")->marked); /* the host of an address only */
	assert_int_equal(pick_of(&picks, "ip", "198.51.100.7")->times, 2);
	pick_of(&picks, "url", "https://evil.example/a");
	pick_of(&picks, "email", "taro@mail.example");
	pick_of(&picks, "md5", "d41d8cd98f00b204e9800998ecf8427e");
	indicator_picks_release(&picks);
}

/* A row of a log names the machine that was attacked, too. */
static void an_own_machine_is_named_and_not_marked(void **state)
{
	(void)state;
	add("asset", "hostname=www.own.example addresses=198.51.100.70;198.51.100.7");
	struct indicator_picks picks = {0};
	struct err err = ERR_INIT;
	const char log[] = "server=198.51.100.7 client=203.0.113.66 host=WWW.own.example next=198.51.100.77";
	assert_int_equal(indicator_picks_find(&picks, log, strlen(log), NULL), 0);
	assert_int_equal(indicator_picks_match(&picks, the_case, &err), 0);
	assert_string_equal(pick_of(&picks, "ip", "198.51.100.7")->own, "R1-A1");
	assert_false(pick_of(&picks, "ip", "198.51.100.7")->marked);
	assert_string_equal(pick_of(&picks, "domain", "www.own.example")->own, "R1-A1");
	assert_false(pick_of(&picks, "domain", "www.own.example")->marked);
	assert_string_equal(pick_of(&picks, "ip", "203.0.113.66")->own, "");
	assert_true(pick_of(&picks, "ip", "203.0.113.66")->marked);
	assert_true(pick_of(&picks, "ip", "198.51.100.77")->marked);
	indicator_picks_release(&picks);
}

static void what_is_known_is_linked_not_doubled(void **state)
{
	(void)state;
	add("indicator", "type=domain value=evil[.]example role=c2");
	add("note", "text=pasted");
	struct indicator_picks picks = {0};
	size_t added;
	struct err err = ERR_INIT;
	uint64_t before = commits();
	assert_int_equal(indicator_picks_find(&picks, text, strlen(text), NULL), 0);
	assert_int_equal(indicator_picks_match(&picks, the_case, &err), 0);
	assert_string_equal(pick_of(&picks, "domain", "evil.example")->known, "R1-I1");
	assert_string_equal(pick_of(&picks, "domain", "evil.example")->role, "C2");
	assert_false(pick_of(&picks, "domain", "evil.example")->marked);
	if (indicator_picks_record(&picks, the_case, "R1-N1", NULL, &added, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(added, 4);
	assert_int_equal(commits() - before, 1);
	assert_string_equal(get("R1-N1", "on"), "R1-I1,R1-I2,R1-I3,R1-I4,R1-I5");
	indicator_picks_release(&picks);

	assert_int_equal(indicator_picks_find(&picks, text, strlen(text), NULL), 0); /* once more: nothing is new */
	assert_int_equal(indicator_picks_match(&picks, the_case, &err), 0);
	assert_int_equal(indicator_picks_record(&picks, the_case, NULL, "pasted text", &added, &err), 0);
	assert_int_equal(added, 0);
	assert_int_equal(commits() - before, 1);
	indicator_picks_release(&picks);
}

/* Out of a finding of files that were sent away: its places are what uploads are counted to. */
static void places_of_what_was_sent_get_their_role(void **state)
{
	(void)state;
	static const char sent[] = "PUT http://up.example/x C:\\\\Users\\\\a\\\\b.exe 203.0.113.9";
	struct indicator_picks picks = {.is_sent_to = 1, .when = "2014-10-01T09:00:00Z"};
	size_t added;
	struct err err = ERR_INIT;
	assert_int_equal(indicator_picks_find(&picks, sent, strlen(sent), NULL), 0);
	assert_int_equal(indicator_picks_match(&picks, the_case, &err), 0);
	for (size_t i = 0; i < picks.count; i++)
		picks.all[i].marked = strcmp(picks.all[i].type, "domain") == 0;
	if (indicator_picks_record(&picks, the_case, NULL, "pasted text", &added, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(added, 1);
	assert_string_equal(get("R1-I1", "value"), "up.example");
	assert_string_equal(get("R1-I1", "role"), "upload");
	assert_string_equal(get("R1-I1", "first_seen"), "2014-10-01T09:00:00Z");
	for (size_t i = 0; i < picks.count; i++)
		if (strcmp(picks.all[i].type, "ip") != 0 && strcmp(picks.all[i].type, "url") != 0 &&
		    strcmp(picks.all[i].type, "domain") != 0)
			assert_null(indicator_pick_role(&picks, &picks.all[i]));
	indicator_picks_release(&picks);
}

/* A hive, the folders and the shells of Windows would fit every machine that is swept. */
static void what_every_machine_has_is_not_offered(void **state)
{
	(void)state;
	static const char row[] = "HKLM\\SOFTWARE\n"
	                          "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\n"
	                          "HKCU\\software\\microsoft\\Windows\\CurrentVersion\\Run\n"
	                          "HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\n"
	                          "c:\\windows\n"
	                          "%SystemRoot%\\System32\\cmd.exe\n"
	                          "C:\\WINDOWS\\system32\\WindowsPowerShell\\v1.0\\powershell.exe\n"
	                          "D:\\Users\\Public\n";
	static const char telling[] = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\winup\n"
	                              "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\winup\n"
	                              "HKU\\S-1-5-21-1-2-3-1001\\Software\\Winup\n"
	                              "C:\\Windows\\System32\\winup.exe\n"
	                              "C:\\Windows\\Temp\\cmd.exe\n"
	                              "C:\\Windows\\System32\\md.exe\n"
	                              "C:\\Users\\winup\n"
	                              "C:\\Users\\Public\\svchost.exe\n";
	struct indicator_picks picks = {0};
	assert_int_equal(indicator_picks_find(&picks, row, strlen(row), NULL), 0);
	assert_int_equal(picks.count, 0);
	assert_int_equal(picks.everywhere, 8);
	assert_int_equal(indicator_picks_find(&picks, telling, strlen(telling), NULL), 0);
	assert_int_equal(picks.count, 8);
	assert_int_equal(picks.everywhere, 8);
	indicator_picks_release(&picks);
	/* a blank in front of a name is looked at as what it is, and nothing before the list of names */
	assert_false(indicator_is_everywhere("file_path", "C:\\Windows\\System32\\ at.exe"));
	assert_true(indicator_is_everywhere("file_path", "C:\\Windows\\System32\\at.exe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_is_found_once),
	    cmocka_unit_test(what_every_machine_has_is_not_offered),
	    cmocka_unit_test_setup_teardown(an_own_machine_is_named_and_not_marked, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_is_known_is_linked_not_doubled, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(places_of_what_was_sent_get_their_role, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
