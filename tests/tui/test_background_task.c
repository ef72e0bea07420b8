/* Long commands beside the keys: the workbench answers while one is under way, and what other shells ask for waits in line. */
#include "help_case_screen.h"
#include "help_program.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Errands");
	program_good(&program, "add", "asset", "hostname=PC-1", NULL);
	program_good(&program, "add", "asset", "hostname=PC-2", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

/* A shell line in the background, its output in the file `name`. */
static pid_t shell(const char *line, const char *name)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int out = open(program_file(&program, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
		unsetenv("GENBA_PASSPHRASE_FILE");
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static int ended(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void assert_said(const char *name, const char *wanted)
{
	char said[4096] = "";
	FILE *f = fopen(program_file(&program, name), "re");
	assert_non_null(f);
	said[fread(said, 1, sizeof said - 1, f)] = '\0';
	fclose(f);
	if (!strstr(said, wanted))
		fail_msg("it said: %s; wanted: %s", said, wanted);
}

/* A preserve of another shell that is under way as long as the descriptor that this answers is open. */
static int begin_preserve(struct terminal *t, pid_t *pid)
{
	char line[400];
	const char *fifo = program_file(&program, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	snprintf(line, sizeof line, "cd %s && exec \"$GENBA\" preserve - --as sealed --to . --on R1-A1 <fifo",
	         program.dir);
	*pid = shell(line, "preserved");
	int fd = open(fifo, O_WRONLY);
	assert_true(fd >= 0);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	assert_int_equal(write(fd, "hello", 5), 5);
	terminal_await_row(t, 0, "▶");
	terminal_await_row(t, -1,
	                   "preserve: - "); /* it has told how far it is: a lock does not come before its beginning */
	return fd;
}

static int has_no_task(struct terminal *t, void *ctx)
{
	struct buf header = BUF_INIT;
	(void)ctx;
	terminal_row(t, 0, &header);
	int none = strstr(header.data, "▶") == NULL;
	buf_release(&header);
	return none;
}

static void keys_are_answered_meanwhile(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	pid_t preserving;
	int fd = begin_preserve(t, &preserving);
	terminal_await_row(t, -1, "preserve: ");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 2");
	terminal_type(t, "j" KEYS_ENTER);
	terminal_await_row(t, 1, "R1-A2");
	terminal_type(t, "nseen meanwhile" KEYS_CTRL_S); /* records are made meanwhile */
	terminal_await_row(t, -1, "R1-N1 is on record");
	terminal_type(t, ":verify" KEYS_ENTER);
	terminal_await(t, "another long command is under way");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":verify");

	/* another shell: what is short is done at once, what is long waits for its turn */
	assert_int_equal(ended(shell("exec \"$GENBA\" note short", "short")), 0);
	assert_said("short", "R1-N2");
	assert_int_equal(ended(shell("echo piped | \"$GENBA\" show R1-N2", "shown")), 0);
	pid_t verifying = shell("exec \"$GENBA\" verify", "verified");
	pid_t importing = shell("printf 'hostname\\nPC-3\\n' | \"$GENBA\" import csv -", "imported");
	terminal_type(t, "6");
	terminal_await_row(t, 1, "Note · 2");
	assert_int_equal(waitpid(verifying, NULL, WNOHANG), 0);

	assert_int_equal(write(fd, " world", 6), 6);
	close(fd);
	assert_int_equal(ended(preserving), 0);
	assert_said("preserved", "R1-E1 b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
	assert_int_equal(ended(verifying), 0);
	assert_said("verified", "nothing wrong found");
	assert_int_equal(ended(importing), 0);
	assert_said("imported", "R1-A3");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 3");
	terminal_quit(t);
	program_good(&program, "verify", "--evidence", NULL);
}

/* Who presses Esc may mean to end it: the list stays, and it is said what does end it. */
static void escape_says_what_ends_it_and_closes_nothing_the_first_time(void **state)
{
	(void)state;
	char line[300];
	struct terminal *t = terminal_open_case();
	const char *fifo = program_file(&program, "waits");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	terminal_type(t, "4");
	terminal_await_row(t, 1, "Evidence");
	snprintf(line, sizeof line, "capture --on R1-A1 cat %s", fifo);
	terminal_type(t, ":");
	terminal_await_row(t, -1, ":");
	terminal_type(t, line);
	terminal_await(t, "waits");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 0, "▶");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, -1, "the work goes on: Ctrl-C cancels it");
	terminal_await_row(t, 1, "Evidence");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Board");
	int fd = open(fifo, O_WRONLY); /* cat reads, and ends */
	assert_true(fd >= 0);
	close(fd);
	terminal_await_that(t, has_no_task, NULL, "the capture ends");
	terminal_quit(t);
}

static void it_is_cancelled_from_both_sides(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	pid_t preserving;
	int fd = begin_preserve(t, &preserving);
	terminal_type(t, KEYS_CTRL_C);
	assert_int_equal(ended(preserving), 1);
	assert_said("preserved", "cancelled");
	close(fd);
	unlink(program_file(&program, "fifo"));
	terminal_await_row(t, -1, "not done");
	terminal_type(t, "3"); /* what is told of the next one is not taken for this */
	terminal_await_row(t, 1, "Asset · 2");
	terminal_await_gone(t, "not done");

	fd = begin_preserve(t, &preserving);
	kill(preserving, SIGKILL); /* the shell goes away: nobody waits for it any more */
	ended(preserving);
	terminal_await_row(t, -1, "not done");
	close(fd);
	terminal_quit(t);
}

static void leaving_asks_first(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	pid_t preserving;
	int fd = begin_preserve(t, &preserving);
	terminal_type(t, ":quit" KEYS_ENTER);
	terminal_await_row(t, -1, "A long command is under way");
	terminal_type(t, "n");
	terminal_await_gone(t, "A long command is under way");
	terminal_type(t, ":quit" KEYS_ENTER);
	terminal_await_row(t, -1, "A long command is under way");
	terminal_type(t, "y");
	assert_int_equal(terminal_end(t), 0);
	assert_int_equal(ended(preserving), 1);
	close(fd);
	program_good(&program, "verify", NULL);
}

/* A lock does not undo hours of reading; what is to be signed waits for the key. */
static void it_goes_on_while_locked_and_waits_for_the_key(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	pid_t preserving;
	int fd = begin_preserve(t, &preserving);
	terminal_type(t, KEYS_CTRL_L);
	terminal_await(t, "genba is locked");
	assert_int_equal(write(fd, " world", 6), 6);
	close(fd);
	assert_int_equal(ended(shell("exec \"$GENBA\" note locked", "refused")), 3);
	assert_int_equal(waitpid(preserving, NULL, WNOHANG), 0);
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await_row(t, 1, "Board");
	assert_int_equal(ended(preserving), 0);
	assert_said("preserved", "R1-E1 b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
	terminal_quit(t);
}

static void what_is_typed_here_tells_its_end(void **state)
{
	(void)state;
	char line[200];
	struct terminal *t = terminal_open_case();
	terminal_type(t, ":verify" KEYS_ENTER);
	terminal_await(t, "nothing wrong found");
	terminal_type(t, KEYS_ESCAPE);
	snprintf(line, sizeof line, ":export git %s/git" KEYS_ENTER, program.dir);
	terminal_type(t, line);
	terminal_await(t, "allowedSignersFile");
	terminal_type(t, KEYS_ESCAPE ":export git /proc/nowhere" KEYS_ENTER);
	terminal_await(t, "/proc/nowhere");
	snprintf(line, sizeof line, ":backup %s" KEYS_ENTER, program.dir);
	terminal_type(t, KEYS_ESCAPE);
	terminal_type(t, line);
	terminal_await(t, "verified: ");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(keys_are_answered_meanwhile, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(escape_says_what_ends_it_and_closes_nothing_the_first_time, set_up,
	                                    tear_down),
	    cmocka_unit_test_setup_teardown(it_is_cancelled_from_both_sides, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(leaving_asks_first, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(it_goes_on_while_locked_and_waits_for_the_key, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_typed_here_tells_its_end, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
