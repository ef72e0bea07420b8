/* Captured programs: what is on record, masking, large output, and what cannot be run. */
#include "evidence/preserve.h"
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/capture/capture.h"
#include "evidence/capture/capture_tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void line_is(char *const *argv, const char *masks, const char *line, const char *masked)
{
	struct buf l = BUF_INIT;
	struct buf m = BUF_INIT;
	struct err err = ERR_INIT;
	assert_ok(capture_command_line(argv, masks, &l, &m, &err), err);
	assert_string_equal(l.data, line);
	assert_string_equal(m.data, masked);
	buf_release(&l);
	buf_release(&m);
}

static void command_lines_without_secrets(void **state)
{
	(void)state;
	line_is((char *[]){"ls", "-l", "/tmp", NULL}, NULL, "ls -l /tmp", "");
	line_is((char *[]){"echo", "a b", "it's", "", "$(x)", NULL}, NULL, "echo 'a b' 'it'\\''s' '' '$(x)'", "");
	line_is((char *[]){"mysql", "--password=hunter2", "db", NULL}, NULL, "mysql --password=***** db", "2");
	line_is((char *[]){"curl", "--token", "abc", "http://x/", NULL}, NULL, "curl --token ***** http://x/", "3");
	line_is((char *[]){"env", "API_TOKEN=1", "Passwort=x", NULL}, NULL, "env API_TOKEN=***** Passwort=x", "2");
	line_is((char *[]){"net", "use", "z:", "pw", "x", NULL}, "4,5", "net use z: ***** *****", "4, 5");
	/* by position: in URLs, headers, behind options of known programs */
	line_is(
	    (char *[]){"curl", "http://user:secret@host/", "-H", "Authorization: Bearer abc", "-u", "me:secret", NULL},
	    NULL, "curl http://user:*****@host/ -H 'Authorization: Bearer *****' -u me:*****", "2, 4, 6");
	line_is((char *[]){"curl", "-ume:abc", "-HX-Api-Key: abc", "https://h/?a=1&token=abc&b=2", NULL}, NULL,
	        "curl -ume:***** '-HX-Api-Key: *****' 'https://h/?a=1&token=*****&b=2'", "2, 3, 4");
	line_is((char *[]){"/usr/bin/mysqldump", "-psecret", "-P3306", "db", NULL}, NULL,
	        "/usr/bin/mysqldump -p***** -P3306 db", "2");
	line_is((char *[]){"sudo", "-n", "sshpass", "-p", "secret", "ssh", "-p", "22", "host", NULL}, NULL,
	        "sudo -n sshpass -p ***** ssh -p 22 host", "5");
	line_is((char *[]){"sudo", "-u", "root", "mysql", "-pabc", NULL}, NULL, "sudo -u root mysql -p*****", "5");
	line_is((char *[]){"smbclient", "-U", "CORP/admin%secret", "//h/s", NULL}, NULL,
	        "smbclient -U CORP/admin%***** //h/s", "3");
	line_is((char *[]){"openssl", "rsa", "-passin", "pass:abc", NULL}, NULL, "openssl rsa -passin pass:*****", "4");
	line_is((char *[]){"ls", "-p", "dir", NULL}, NULL, "ls -p dir", "");
	line_is((char *[]){"docker", "run", "-u", "1000:1000", "http://host:80/", NULL}, NULL,
	        "docker run -u 1000:1000 http://host:80/", "");
	line_is((char *[]){"env", "PASSWORD=a b; c", "x", NULL}, NULL, "env PASSWORD=***** x", "2");
	/* in a script only the secret is masked, at any depth */
	line_is((char *[]){"sh", "-c", "echo --password=abc; date; id", NULL}, NULL,
	        "sh -c 'echo --password=*****; date; id'", "3");
	line_is(
	    (char *[]){"bash", "-lc", "TOKEN='a b' mysql -pabc db && curl -u \"me:a b\" http://x | tee --token abc f",
	               NULL},
	    NULL,
	    "bash -lc 'TOKEN='\\''*****'\\'' mysql -p***** db && curl -u \"me:*****\" http://x | tee --token ***** f'",
	    "3");
	line_is((char *[]){"ssh", "host", "sh -c \"mysql -pabc; date\"; id", NULL}, NULL,
	        "ssh host 'sh -c \"mysql -p*****; date\"; id'", "3");
	line_is((char *[]){"sh", "-c", "curl -H 'Authorization: Basic abc=' x; date", NULL}, NULL,
	        "sh -c 'curl -H '\\''Authorization: Basic *****'\\'' x; date'", "3");
	line_is((char *[]){"x", "--compass", "north", "--bypass", "y", NULL}, NULL, "x --compass ***** --bypass *****",
	        "3, 5"); /* rather too much */
	struct buf b = BUF_INIT;
	static const char *const bad[] = {"0", "3", "x", "1,", "1;2", "-1"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = ERR_INIT;
		if (strcmp(bad[i], "1,") != 0)
			assert_int_equal(capture_command_line((char *[]){"a", "b", NULL}, bad[i], &b, &b, &err), -1);
	}
	buf_release(&b);
}

static void a_program_is_on_record(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	char sha256[65];
	char *argv[] = {"sh", "-c", "echo out; echo err >&2; ls /proc/self/fd; exit 3", "--password", "hunter2", NULL};
	struct capture_options o = {.argv = argv, .on = "R1-A1"};
	assert_ok(evidence_capture(c, &o, &p, &err), err);
	assert_true(p.complete);
	assert_non_null(strstr(p.note.data, "ended with 3"));
	/* only the three standard descriptors (and ls's own) were there */
	const char *expected = "out\n0\n1\n2\n3\n";
	sha256_text_of(expected, strlen(expected), sha256);
	assert_string_equal(p.sha256, sha256);
	sha256_text_of("err\n", 4, sha256);
	assert_string_equal(field_of(c, p.label, "stderr_sha256"), sha256);
	assert_string_equal(field_of(c, p.label, "exit_status"), "3");
	assert_string_equal(field_of(c, p.label, "type"), "output");
	assert_string_equal(field_of(c, p.label, "form"), "blob");
	assert_string_equal(field_of(c, p.label, "masked"), "5");
	assert_null(strstr(field_of(c, p.label, "command"), "hunter2"));
	assert_null(strstr(field_of(c, p.label, "title"), "hunter2"));
	assert_int_equal(strlen(field_of(c, p.label, "tool_hash")), 64);
	assert_true(*field_of(c, p.label, "tool") == '/');
	assert_non_null(strstr(field_of(c, p.label, "clock"), "synchronised: "));
	assert_ok(evidence_extract(c, p.label, scratch_path("out"), 0, NULL, &err), err);
	size_t n;
	unsigned char *bytes = read_whole(scratch_path("out"), &n);
	assert_int_equal(n, strlen(expected));
	assert_memory_equal(bytes, expected, n);
	free(bytes);
	preserved_release(&p);
	case_end(c);
}

static void large_output_is_sealed_beside(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	make_file(scratch_path("large"), 3 * (1U << 20) + 5, 1);
	char *argv[] = {"cat", (char *)(uintptr_t)scratch_path("large"), NULL};
	struct capture_options o = {.argv = argv, .limit = 1000};
	assert_ok(evidence_capture(c, &o, &p, &err), err);
	assert_string_equal(field_of(c, p.label, "form"), "sealed");
	assert_true(exists(scratch_path("capture.gev")));
	assert_ok(evidence_extract(c, p.label, scratch_path("again"), 0, NULL, &err), err);
	assert_same_file(scratch_path("large"), scratch_path("again"));
	preserved_release(&p);
	case_end(c);
}

static void what_cannot_be_run(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	write_text(scratch_path("text"), "no program");
	char *const names[] = {"no-such-program-anywhere", (char *)(uintptr_t)scratch_path("text"),
	                       (char *)(uintptr_t)scratch_path("")};
	for (size_t i = 0; i < 3; i++) {
		char *argv[] = {names[i], NULL};
		struct capture_options o = {.argv = argv};
		err_clear(&err);
		assert_int_equal(evidence_capture(c, &o, &p, &err), -1);
		assert_int_equal(err.code, ERR_FAILED);
		preserved_release(&p);
	}
	assert_int_equal(record_count(c, "evidence", RECORD_WITH_RETRACTED), 0);
	case_end(c);
}

static int stop(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)what;
	(void)total;
	return done > 0;
}

static void a_cancelled_program_is_ended(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct preserved p;
	struct progress progress = {stop, NULL};
	char *argv[] = {"sh", "-c", "trap '' TERM; echo begun; while :; do sleep 1; done", NULL};
	struct capture_options o = {.argv = argv, .progress = &progress};
	assert_ok(evidence_capture(c, &o, &p, &err), err);
	assert_false(p.complete);
	assert_string_equal(field_of(c, p.label, "complete"), "interrupted");
	assert_non_null(strstr(field_of(c, p.label, "exit_status"), "signal 9"));
	preserved_release(&p);
	case_end(c);
}

static void versions_from_the_package_database(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	char path[4096];
	snprintf(path, sizeof path, "mkdir -p '%s/var/lib/dpkg/info'", scratch_path("root"));
	assert_int_equal(system(path), 0);
	write_text(scratch_path("root/var/lib/dpkg/info/other.list"), "/.\n/bin\n/bin/other\n");
	write_text(scratch_path("root/var/lib/dpkg/info/tool:amd64.list"), "/.\n/bin\n/bin/tool\n");
	write_text(scratch_path("root/var/lib/dpkg/status"),
	           "Package: other\nVersion: 9\n\nPackage: tool\nStatus: install ok installed\nVersion: "
	           "1.2-3\n\nPackage: tool-x\nVersion: 4\n");
	capture_tool_version("/usr/bin/tool", scratch_path("root"), &b);
	assert_string_equal(b.data, "tool 1.2-3");
	buf_clear(&b);
	capture_tool_version("/usr/bin/tool2", scratch_path("root"), &b);
	assert_string_equal(b.data, "");
	capture_tool_version("/usr/bin/tool", scratch_path("nowhere"), &b);
	assert_string_equal(b.data, "");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(command_lines_without_secrets),
	    cmocka_unit_test_setup_teardown(a_program_is_on_record, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(large_output_is_sealed_beside, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(what_cannot_be_run, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_cancelled_program_is_ended, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(versions_from_the_package_database, scratch_begin, scratch_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
