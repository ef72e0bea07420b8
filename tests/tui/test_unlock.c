/* A case that `genba unlock` keeps open: asked for once, used by every shell and by the workbench, locked by word, by time, by
 * sleep; and what is left when it is killed. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include "base/err.h"
#include "base/time/clock.h"
#include "tui/command/holder.h"

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
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Waits until the line says `wanted`. */
static void await_gives(const char *line, const char *wanted)
{
	char output[16384] = "";
	double end = clock_steady() + TERMINAL_DEADLINE;
	while (clock_steady() < end) {
		program_shell(line, output, sizeof output);
		if (strstr(output, wanted))
			return;
	}
	fail_msg("'%s' never says '%s': %s", line, wanted, output);
}

/* A case, kept open from a terminal: the passphrase is typed once. */
static void unlock(struct program *p, const char *environment)
{
	struct buf lines = BUF_INIT;
	buf_addf(&lines, "GENBA_PASSPHRASE_FILE=%s%s", environment ? "\n" : "", environment ? environment : "");
	program_init(p);
	program_case(p, "Slow terminal in personnel");
	struct terminal *t = terminal_open(24, 80, lines.data, "unlock", NULL);
	terminal_await(t, "Passphrase of");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "unlocked");
	assert_int_equal(terminal_end(t), 0);
	buf_release(&lines);
}

/* The process that keeps it open, by its socket; 0: there is none. */
static pid_t holder_pid(const struct program *p)
{
	char folder[128];
	struct ucred who = {0};
	snprintf(folder, sizeof folder, "%s/run/genba", p->dir);
	DIR *d = opendir(folder);
	for (struct dirent *e; d && (e = readdir(d));) {
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		socklen_t size = sizeof who;
		if (*e->d_name == '.')
			continue;
		snprintf(address.sun_path, sizeof address.sun_path, "%.64s/%.40s", folder, e->d_name);
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
			assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size), 0);
		close(fd);
	}
	if (d)
		closedir(d);
	return who.pid;
}

/* One that has ended and that nobody has waited for yet (a container's init may never do so) does not run. */
static int is_running(pid_t pid)
{
	char path[40];
	char line[400] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	const char *state = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL; /* behind the name */
	fclose(f);
	return state && state[1] && state[2] != 'Z' && state[2] != 'X';
}

static void await_no_process(pid_t pid)
{
	double end = clock_steady() + TERMINAL_DEADLINE;
	while (is_running(pid) && clock_steady() < end)
		usleep(10000);
	assert_false(is_running(pid));
}

static void every_shell_uses_it(void **state)
{
	struct program p;
	(void)state;
	unlock(&p, NULL);
	assert_gives("$GENBA add asset hostname=HR-PC-03", 0, "R1-A1\n");
	assert_gives("cd $XDG_RUNTIME_DIR && printf 'hello' >mail && $GENBA preserve mail --on R1-A1", 0,
	             "R1-E1 2cf24dba");
	assert_gives("printf 'a line\\n' | $GENBA note --on R1-A1 -", 0, "R1-N1\n");
	assert_gives("$GENBA show R1-N1", 0, "a line");
	assert_gives("$GENBA verify --evidence", 0, "");
	assert_gives("printf 'note one\\nnote two\\n' | $GENBA script -", 0, "R1-N2\nR1-N3\n");
	assert_gives("$GENBA --lang ja list note", 0, "管理番号");
	assert_gives("$GENBA list note", 0, "Label");
	assert_gives("$GENBA show R1-A99", 1, "R1-A99");
	assert_gives("$GENBA list asset | head -c 1 >/dev/null; $GENBA list asset", 0, "HR-PC-03");
	/* what only reads is done there too; what opens the case itself says what to do */
	assert_gives("$GENBA key slots", 0, "(opened it now)");
	assert_gives("$GENBA key slots list --json", 0, "\"kind\": \"slot\"");
	assert_gives("cd $XDG_RUNTIME_DIR && mkdir copies && $GENBA backup copies && ls copies", 0, ".genba");
	assert_gives("$GENBA backup", 0, "copies");
	assert_gives("$GENBA key slots add --passphrase", 5, "genba lock");
	assert_gives("$GENBA salvage $XDG_RUNTIME_DIR/saved.genba", 5, "genba lock");
	/* `genba` names it, twice is once, and `lock` ends it */
	pid_t pid = holder_pid(&p);
	assert_true(pid > 0);
	assert_gives("unset GENBA_CASE; $GENBA", 0, "site.genba: unlocked until 20");
	assert_gives("$GENBA unlock", 0, "site.genba: unlocked until 20");
	assert_int_equal(holder_pid(&p), pid);
	assert_gives("unset GENBA_CASE; $GENBA lock", 0, "site.genba is locked\n");
	await_no_process(pid);
	assert_gives("$GENBA lock", 0, "nothing to lock");
	assert_gives("$GENBA note more", 3, "genba unlock");
	program_good(&p, "verify", NULL);
	program_release(&p);
}

static void the_workbench_needs_no_passphrase(void **state)
{
	struct program p;
	(void)state;
	unlock(&p, NULL);
	pid_t pid = holder_pid(&p);
	for (int round = 0; round < 2; round++) {
		struct terminal *t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", getenv("GENBA_CASE"), NULL);
		terminal_await_row(t, 1, "Board");
		assert_gives("$GENBA add asset hostname=HR-PC-03 status=infected", 0, "R1-A");
		terminal_await_row(t, -1, "another shell: add asset");
		terminal_type(t, "3");
		terminal_await_row(t, 1, "Asset ");
		terminal_resize(t, 30, 100);
		terminal_await_row(t, -2, "? keys");
		struct terminal *second = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", getenv("GENBA_CASE"), NULL);
		terminal_await(second, "shown by a workbench");
		assert_int_equal(terminal_end(second), 5);
		terminal_quit(t);
		assert_gives("$GENBA list asset", 0, "HR-PC-03");
	}
	/* its terminal goes: the case stays open */
	struct terminal *t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_hang_up(t);
	terminal_end(t);
	await_gives("$GENBA note after", "R1-N");
	assert_int_equal(holder_pid(&p), pid);
	/* locked there, it is locked for all; left while it is locked, it is over */
	t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	assert_gives("$GENBA lock", 0, "is locked");
	terminal_await(t, "genba is locked");
	assert_gives("$GENBA note secret", 3, "locked");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "unlocked");
	assert_gives("$GENBA note open", 0, "R1-N");
	terminal_type(t, KEYS_CTRL_L);
	terminal_await(t, "genba is locked");
	terminal_type(t, KEYS_ESCAPE);
	terminal_type(t, KEYS_ESCAPE);
	terminal_end(t);
	await_no_process(pid);
	program_good(&p, "verify", NULL);
	program_release(&p);
}

static void killed_it_leaves_the_case_well(void **state)
{
	struct program p;
	(void)state;
	unlock(&p, NULL);
	assert_gives("$GENBA note before", 0, "R1-N1\n");
	pid_t pid = holder_pid(&p);
	assert_int_equal(kill(pid, SIGKILL), 0);
	await_no_process(pid);
	assert_gives("unset GENBA_CASE; $GENBA", 0, "workbench for incident response");
	assert_gives("$GENBA note refused", 3, "genba unlock");
	program_good(&p, "show", "R1-N1", NULL);
	program_good(&p, "note", "after", NULL);
	program_good(&p, "verify", NULL);
	program_release(&p);
}

static void time_ends_it(void **state)
{
	struct program p;
	(void)state;
	unlock(&p, "GENBA_LOCK_AFTER=5"); /* it must be seen to be unlocked before, on a slow machine too */
	pid_t pid = holder_pid(&p);       /* 0: its time is over already */
	if (pid)
		await_no_process(pid);
	await_gives("$GENBA note late", "genba unlock");
	program_good(&p, "verify", NULL);
	program_release(&p);
}

/* A command that never ends by itself is cancelled, and both it and the case are closed. */
static void lock_cancels_what_is_under_way(void **state)
{
	struct program p;
	char line[256];
	(void)state;
	unlock(&p, NULL);
	pid_t pid = holder_pid(&p);
	snprintf(line, sizeof line,
	         "$GENBA capture -- sh -c 'echo begun >%s; sleep 1000' >/dev/null 2>&1 & echo started",
	         program_file(&p, "begun"));
	assert_gives(line, 0, "started");
	snprintf(line, sizeof line, "cat %s || true", program_file(&p, "begun"));
	await_gives(line, "begun");
	assert_gives("$GENBA lock", 0, "is locked");
	await_no_process(pid);
	program_good(&p, "verify", NULL);
	program_release(&p);
}

#define LONG_NOTE 400000 /* bytes: more than a pipe holds */

/* A long note is shown to a pager that reads nothing. Its descriptor; the status is said in the file `status`. */
static int begin_pager(struct program *p, char status[128])
{
	char line[512];
	assert_gives("head -c 400000 /dev/zero | tr '\\0' a | fold -w 100 | $GENBA note -", 0, "R1-N1\n");
	char *pipe_path = strdup(program_file(p, "pager"));
	snprintf(status, 128, "%s", program_file(p, "status"));
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	int pager = open(pipe_path, O_RDWR | O_CLOEXEC);
	assert_true(pager >= 0);
	snprintf(line, sizeof line,
	         "{ $GENBA show R1-N1 >%s 2>%s; echo ended $? >>%s; } >/dev/null 2>&1 & echo started", pipe_path,
	         status, status);
	assert_gives(line, 0, "started");
	double end = clock_steady() + TERMINAL_DEADLINE;
	int waiting = 0;
	while (waiting < 60000 && clock_steady() < end)
		assert_int_equal(ioctl(pager, FIONREAD, &waiting), 0);
	assert_true(waiting >= 60000);
	free(pipe_path);
	return pager;
}

/* A pager that is not read on keeps neither the key nor `genba lock`. */
static void lock_does_not_wait_for_a_pager(void **state)
{
	struct program p;
	char status[128];
	char line[160];
	(void)state;
	unlock(&p, NULL);
	pid_t pid = holder_pid(&p);
	int pager = begin_pager(&p, status);
	assert_gives("$GENBA lock", 0, "is locked");
	await_no_process(pid);
	snprintf(line, sizeof line, "cat %s", status);
	await_gives(line, "ended");
	assert_gives(line, 0, "before the output was written to its end");
	close(pager);
	program_good(&p, "verify", NULL);
	program_release(&p);
}

/* Nor other shells; and it gets all when it reads on. */
static void a_pager_holds_nobody_up(void **state)
{
	struct program p;
	char status[128];
	char line[160];
	static char bytes[65536];
	size_t got = 0;
	(void)state;
	unlock(&p, NULL);
	int pager = begin_pager(&p, status);
	assert_gives("$GENBA note meanwhile", 0, "R1-N2\n");
	assert_gives("$GENBA show R1-N2", 0, "meanwhile");
	assert_int_equal(access(status, F_OK), 0);
	snprintf(line, sizeof line, "cat %s", status);
	assert_gives(line, 0, ""); /* its own command has not ended for it */
	while (got < LONG_NOTE) {
		ssize_t n = read(pager, bytes, sizeof bytes);
		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++)
			got += bytes[i] == 'a';
	}
	await_gives(line, "ended 0");
	close(pager);
	assert_gives("$GENBA lock", 0, "is locked");
	program_release(&p);
}

#define PASSED "GENBA_PASSPHRASE_FILE=$XDG_RUNTIME_DIR/../pass "

/* A terminal that takes nothing more (Ctrl-S) does not keep the case open beyond its time. */
static void time_ends_what_waits(void **state)
{
	struct program p;
	char line[512];
	char name[64];
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	assert_gives("head -c 400000 /dev/zero | tr '\\0' a | fold -w 100 | " PASSED "$GENBA note -", 0, "R1-N1\n");
	assert_gives(PASSED "GENBA_LOCK_AFTER=2 $GENBA unlock", 0, "");
	pid_t pid = holder_pid(&p);
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	assert_int_equal(ptsname_r(terminal, name, sizeof name), 0);
	snprintf(line, sizeof line, "{ $GENBA show R1-N1 >%s; } >/dev/null 2>&1 & echo started", name);
	assert_gives(line, 0, "started");
	if (pid) /* 0: its seconds were over already */
		await_no_process(pid);
	close(terminal);
	program_good(&p, "verify", NULL);
	program_release(&p);
}

/* Nor does a pipe that says nothing. */
static void time_ends_a_silent_pipe(void **state)
{
	struct program p;
	char line[512];
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	assert_gives(PASSED "GENBA_LOCK_AFTER=3 $GENBA unlock", 0, "");
	pid_t pid = holder_pid(&p);
	char *fifo = strdup(program_file(&p, "silent"));
	assert_int_equal(mkfifo(fifo, 0600), 0);
	int silent = open(fifo, O_RDWR | O_CLOEXEC);
	assert_true(silent >= 0);
	snprintf(line, sizeof line,
	         "{ cd %s; $GENBA preserve - --as sealed --to . <%s; } >/dev/null 2>&1 & echo started", p.dir, fifo);
	assert_gives(line, 0, "started");
	if (pid) /* 0: its seconds were over already */
		await_no_process(pid);
	close(silent);
	free(fifo);
	program_good(&p, "verify", NULL);
	program_release(&p);
}

/* Of two at once one unlocks, and the other says that it is. */
static void two_at_once_are_one(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	for (int round = 0; round < 3; round++) {
		char output[4096];
		program_shell(PASSED "$GENBA unlock >$XDG_RUNTIME_DIR/one 2>&1 & " PASSED
		                     "$GENBA unlock >$XDG_RUNTIME_DIR/two 2>&1; wait; "
		                     "cat $XDG_RUNTIME_DIR/one $XDG_RUNTIME_DIR/two",
		              output, sizeof output);
		char *first = strstr(output, "unlocked until");
		if (!first || !strstr(first + 1, "unlocked until"))
			fail_msg("%s", output);
		assert_gives("$GENBA lock", 0, "is locked");
	}
	program_release(&p);
}

/* Each line is a command to be copied. */
static void which_of_several_is_asked_in_lines(void **state)
{
	struct program p;
	char output[4096];
	(void)state;
	unlock(&p, NULL);
	program_shell(PASSED "$GENBA new $XDG_RUNTIME_DIR/other.genba --title Other --no-recovery 2>&1; " PASSED
	                     "$GENBA -c $XDG_RUNTIME_DIR/other.genba unlock 2>&1",
	              output, sizeof output);
	assert_non_null(strstr(output, "unlocked until"));
	assert_gives("env -u GENBA_CASE $GENBA lock 2>&1", 2, "say which:\n  genba -c '/");
	assert_gives("env -u GENBA_CASE $GENBA lock 2>&1", 2, "other.genba' lock\n");
	assert_gives("$GENBA -c $XDG_RUNTIME_DIR/other.genba lock", 0, "is locked");
	assert_gives("$GENBA lock", 0, "is locked");
	program_release(&p);
}

/* 1 if the kernel keeps this signal for the process until it can take it. */
static int is_pending(pid_t pid, int number)
{
	char line[512];
	char output[256];
	snprintf(line, sizeof line, "sed -n 's/^ShdPnd:[^0-9a-f]*//p' /proc/%ld/status", (long)pid);
	program_shell(line, output, sizeof output);
	return (int)(strtoull(output, NULL, 16) >> (number - 1) & 1);
}

/* What does not answer is signalled: that process, and no other that may have its number. */
static void lock_reaches_what_is_silent(void **state)
{
	struct program p;
	(void)state;
	unlock(&p, NULL);
	pid_t pid = holder_pid(&p);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_gives("$GENBA lock >/dev/null 2>&1 & echo asked", 0, "asked");
	double end = clock_steady() + TERMINAL_DEADLINE;
	while (!is_pending(pid, SIGUSR1) && clock_steady() < end)
		;
	assert_true(is_pending(pid, SIGUSR1));
	assert_int_equal(kill(pid, SIGCONT), 0);
	await_no_process(pid);
	program_release(&p);
}

static void a_wrong_passphrase_opens_nothing(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", "unlock", NULL);
	terminal_await(t, "Passphrase of");
	terminal_type(t, "wrong" KEYS_ENTER);
	terminal_await(t, "once more");
	terminal_await_row(t, 2, "Passphrase of");
	terminal_type(t, KEYS_ENTER); /* gives up */
	assert_int_equal(terminal_end(t), 3);
	assert_int_equal(holder_pid(&p), 0);
	assert_int_equal(program_run(&p, "unlock", "--for", "soon", NULL), 2);
	assert_int_equal(program_run(&p, "unlock", program_file(&p, "none.genba"), NULL), 1);
	program_release(&p);
}

static void a_mistyped_passphrase_is_asked_for_again(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", "unlock", NULL);
	terminal_await(t, "Passphrase of");
	terminal_type(t, "correct hrose battery staple" KEYS_ENTER);
	terminal_await(t, "once more");
	terminal_await_row(t, 2, "Passphrase of");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "unlocked");
	assert_int_equal(terminal_end(t), 0);
	/* a command that names no case is told which is open */
	assert_gives("env -u GENBA_CASE $GENBA list asset 2>&1", 2, "site.genba' is open: `genba -c ");
	assert_gives("$GENBA lock", 0, "locked");
	assert_gives("env -u GENBA_CASE $GENBA list asset 2>&1", 2, "genba -c SITE.genba COMMAND");
	program_release(&p);
}

static void clocks_decide(void **state)
{
	const struct holder_clock begun = {1000, 50};
	const struct holder_limits both = {3600, 900};
	const struct holder_limits none = {0, 0};
	struct holder_clock now = {1500, 50};
	(void)state;
	assert_int_equal(holder_judge(&both, &begun, 1000, &now), HOLDER_GOES_ON);
	assert_true(holder_left(&both, &begun, 1000, 1500) == 400);
	now.steady = 1900;
	assert_int_equal(holder_judge(&both, &begun, 1000, &now), HOLDER_IDLE);
	assert_int_equal(holder_judge(&both, &begun, 1001, &now), HOLDER_GOES_ON);
	assert_int_equal(holder_judge(&none, &begun, 1000, &now), HOLDER_GOES_ON);
	assert_true(holder_left(&none, &begun, 1000, 1500) == -1);
	now.steady = 4600;
	assert_int_equal(holder_judge(&both, &begun, 4599, &now), HOLDER_TIME_OVER);
	assert_true(holder_left(&both, &begun, 4599, 4700) == 0);
	now = (struct holder_clock){1001, 50.2}; /* the clocks drift a little */
	assert_int_equal(holder_judge(&none, &begun, 1000, &now), HOLDER_GOES_ON);
	now.asleep = 60;
	assert_int_equal(holder_judge(&none, &begun, 1000, &now), HOLDER_SLEPT);
}

static void lengths_are_read(void **state)
{
	static const struct {
		const char *text;
		double seconds; /* 0: refused */
	} rows[] = {{"15m", 900}, {"90s", 90}, {"8h", 28800}, {"1d", 86400}, {"20", 1200}, {"1.5h", 5400},
	            {"", 0},      {"m", 0},    {"-5m", 0},    {"0m", 0},     {"5x", 0},    {"1e99h", 0}};
	(void)state;
	setenv("GENBA_LOCK_AFTER", "600", 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct holder_limits limits;
		struct err err = ERR_INIT;
		int rc = holder_limits_parse(rows[i].text, &limits, &err);
		assert_int_equal(rc, rows[i].seconds > 0 ? 0 : -1);
		if (rc == 0)
			assert_true(limits.whole == rows[i].seconds && limits.idle == 600);
	}
	unsetenv("GENBA_LOCK_AFTER");
	struct holder_limits limits;
	assert_int_equal(holder_limits_parse("8h", &limits, NULL), 0);
	assert_true(limits.idle == 28800); /* a working day has longer pauses than a quarter of an hour */
	assert_int_equal(holder_limits_parse(NULL, &limits, NULL), 0);
	assert_true(limits.idle == 900 && limits.whole == 0);
}

/* Its identity lies beside it, and whoever has one of their own is not asked for that. */
static void the_practice_case_is_unlocked_by_its_passphrase(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	for (int own = 0; own < 2; own++) {
		if (own)
			program_good(&p, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf",
			             "interactive", NULL);
		struct terminal *t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", "demo", "--dir",
		                                   program_file(&p, "practice"), NULL);
		terminal_await_row(t, 1, "Board");
		terminal_type(t, KEYS_CTRL_L);
		terminal_await(t, "genba is locked");
		terminal_type(t, "practice" KEYS_ENTER);
		terminal_await(t, "unlocked");
		terminal_quit(t);
	}
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clocks_decide),
	    cmocka_unit_test(lengths_are_read),
	    cmocka_unit_test(every_shell_uses_it),
	    cmocka_unit_test(the_workbench_needs_no_passphrase),
	    cmocka_unit_test(killed_it_leaves_the_case_well),
	    cmocka_unit_test(time_ends_it),
	    cmocka_unit_test(lock_cancels_what_is_under_way),
	    cmocka_unit_test(lock_does_not_wait_for_a_pager),
	    cmocka_unit_test(a_pager_holds_nobody_up),
	    cmocka_unit_test(time_ends_what_waits),
	    cmocka_unit_test(time_ends_a_silent_pipe),
	    cmocka_unit_test(two_at_once_are_one),
	    cmocka_unit_test(which_of_several_is_asked_in_lines),
	    cmocka_unit_test(lock_reaches_what_is_silent),
	    cmocka_unit_test(a_wrong_passphrase_opens_nothing),
	    cmocka_unit_test(a_mistyped_passphrase_is_asked_for_again),
	    cmocka_unit_test(the_practice_case_is_unlocked_by_its_passphrase),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
