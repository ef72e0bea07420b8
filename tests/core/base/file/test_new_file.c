/* A file gets its name when it is whole, and what a killed writer left is removed by the next; nothing else is. */
#include "base/file/new_file.h"

#include "base/err.h"
#include "base/file/paths.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static char wanted[96];

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s", "/tmp/genba-new-file-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(wanted, sizeof wanted, "%s/out.json", folder);
	return 0;
}

static int teardown(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command) == 0 ? 0 : -1;
}

static int make(const char *name, mode_t mode)
{
	char path[200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	return fd;
}

static int is_there(const char *name)
{
	char path[200];
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return lstat(path, &st) == 0;
}

static int entries(void)
{
	DIR *dir = opendir(folder);
	int count = 0;
	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

static void begin(struct new_file *f)
{
	struct err err = ERR_INIT;
	if (new_file_open(f, wanted, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(write(f->fd, "whole", 5), 5);
}

static void a_file_is_there_whole_or_not_at_all(void **state)
{
	struct new_file f;
	struct err err = ERR_INIT;
	char text[8] = "";
	(void)state;
	begin(&f);
	assert_false(is_there("out.json"));
	new_file_abandon(&f);
	assert_int_equal(entries(), 0);
	begin(&f);
	assert_int_equal(new_file_name(&f, 0, &err), 0);
	assert_int_equal(entries(), 1);
	int fd = open(wanted, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof text), 5);
	close(fd);
	assert_string_equal(text, "whole");
	begin(&f);
	assert_int_equal(new_file_name(&f, 0, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_int_equal(entries(), 1);
	begin(&f);
	err = (struct err)ERR_INIT;
	assert_int_equal(new_file_name(&f, 1, &err), 0);
	assert_int_equal(entries(), 1);
	new_file_abandon(&f); /* once more */
}

static void nothing_is_left_of_a_killed_writer(void **state)
{
	int status;
	struct new_file f;
	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct new_file mine;
		struct err err = ERR_INIT;
		if (new_file_open(&mine, wanted, &err) == 0 && write(mine.fd, "half", 4) == 4)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	close(make("out.json.new-0123abcd", 0600)); /* as it is where files need a name */
	begin(&f);
	assert_false(is_there("out.json.new-0123abcd"));
	new_file_abandon(&f);
	assert_int_equal(entries(), 0);
}

static void what_is_not_left_stays(void **state)
{
	static const char *const others[] = {"out.json.new-0123abcg",   "out.json.new-0123abcd.txt",
	                                     "out.json.new-",           "out.json.news",
	                                     "other.json.new-0123abcd", "xout.json.new-0123abcd"};
	struct new_file f;
	char link[200];
	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		close(make(others[i], 0600));
	close(make("out.json.new-00000001", 0644)); /* everybody may read it: none of ours */
	int held = make("out.json.new-00000002", 0600);
	assert_int_equal(flock(held, LOCK_EX), 0); /* somebody is writing */
	snprintf(link, sizeof link, "%s/out.json.new-00000003", folder);
	assert_int_equal(symlink("xout.json.new-0123abcd", link), 0);
	snprintf(link, sizeof link, "%s/out.json.new-00000004", folder);
	assert_int_equal(mkdir(link, 0700), 0);
	int before = entries();
	begin(&f);
	new_file_abandon(&f);
	assert_int_equal(entries(), before);
	close(held); /* he was killed */
	begin(&f);
	new_file_abandon(&f);
	assert_false(is_there("out.json.new-00000002"));
	assert_int_equal(entries(), before - 1);
}

static void the_folder_may_be_missing(void **state)
{
	struct new_file f;
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(new_file_open(&f, "/nowhere/at/all", &err), -1);
	assert_non_null(strstr(err.message, "/nowhere/at/all"));
	assert_int_equal(f.fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_file_is_there_whole_or_not_at_all, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_is_left_of_a_killed_writer, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_not_left_stays, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_folder_may_be_missing, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
