/* Commands of another shell while a workbench has the case open: done by it, seen on its screen, refused while locked. */
#include "help_case_screen.h"
#include "help_program.h"

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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The number of sockets in the private folder; its path goes to `path`. */
static size_t sockets(const struct program *p, char *path, size_t size)
{
	char folder[128];
	size_t count = 0;
	snprintf(folder, sizeof folder, "%s/run/genba", p->dir);
	DIR *d = opendir(folder);
	for (struct dirent *e; d && (e = readdir(d));) {
		if (*e->d_name == '.')
			continue;
		snprintf(path, size, "%s/%.60s", folder, e->d_name);
		count++;
	}
	if (d)
		closedir(d);
	return count;
}

static void commands_are_done_by_the_workbench(void **state)
{
	struct program p;
	struct stat st;
	char path[256];
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open_case();
	assert_gives("$GENBA add asset hostname=HR-PC-03 status=infected", 0, "R1-A1\n");
	terminal_await_row(t, -1, "another shell: add asset hostname=HR-PC-03");
	terminal_await(t, "HR-PC-03"); /* on the board at once */
	assert_gives("printf 'tcp  0  0 192.0.2.1:443\\n' | $GENBA note --on R1-A1 -", 0, "R1-N1\n");
	assert_gives("$GENBA show R1-N1", 0, "192.0.2.1:443");
	assert_gives("$GENBA list asset --json", 0, "\"hostname\": \"HR-PC-03\"");

	/* files by their names from where the caller stands; input and output of the caller */
	assert_gives("cd $XDG_RUNTIME_DIR && printf 'hostname\\nPC-7\\n' >m.csv && $GENBA import csv m.csv", 0,
	             "R1-A2\n");
	assert_gives("cd $XDG_RUNTIME_DIR && printf 'hello' >mail && $GENBA preserve mail --on R1-A1", 0,
	             "R1-E1 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	assert_gives("cd $XDG_RUNTIME_DIR && $GENBA export csv asset out.csv && cat out.csv", 0, "R1-A2,PC-7");
	assert_gives("printf 'note one\\nnote two\\nquit\\n' | $GENBA script -", 2, "R1-N2\nR1-N3\n");

	/* in the caller's language, the long ones too; the screen goes on in its own */
	assert_gives("$GENBA --lang ja list asset", 0, "管理番号");
	assert_gives("$GENBA --lang ja show R1-A99", 1, "記録");
	assert_gives("$GENBA --lang ja verify", 0, "検証");
	terminal_await_row(t, 1, "Board");
	assert_gives("$GENBA list asset", 0, "Label");

	/* errors and statuses come back, and the workbench stands */
	assert_gives("$GENBA add asset hostname=", 2, "hostname");
	assert_gives("$GENBA show R1-A99", 1, "R1-A99");
	terminal_await_row(t, -1, "not done");
	assert_gives("$GENBA quit", 2, "workbench");
	assert_gives("$GENBA handover", 2, "");

	/* nobody else reaches it */
	assert_int_equal(sockets(&p, path, sizeof path), 1);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	terminal_quit(t);
	assert_int_equal(sockets(&p, path, sizeof path), 0);
	program_good(&p, "show", "R1-N3", NULL); /* by itself again */
	program_good(&p, "verify", NULL);
	program_release(&p);
}

static void a_locked_workbench_refuses(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open_case();
	terminal_type(t, KEYS_CTRL_L);
	terminal_await(t, "genba is locked");
	assert_gives("$GENBA note secret", 3, "locked");
	assert_gives("$GENBA list note", 3, "locked");
	assert_false(terminal_shows(t, "secret"));
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "unlocked");
	assert_gives("$GENBA note later", 0, "R1-N1\n");
	/* and in the middle of typing */
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "half a sent");
	terminal_await(t, "half a sent");
	assert_gives("$GENBA note between", 0, "R1-N2\n");
	terminal_type(t, "ence" KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-N3 is on record");
	assert_gives("$GENBA show R1-N3", 0, "half a sentence");
	terminal_quit(t);
	program_release(&p);
}

static void stale_sockets_are_cleaned(void **state)
{
	struct program p;
	char path[256];
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open_case();
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);
	assert_int_equal(sockets(&p, path, sizeof path), 1);
	program_good(&p, "note", "after the crash", NULL);
	assert_int_equal(sockets(&p, path, sizeof path), 0);

	t = terminal_open_case();
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);
	t = terminal_open_case(); /* takes the place of the stale one */
	assert_gives("$GENBA note again", 0, "R1-N2\n");
	terminal_quit(t);
	program_release(&p);
}

/* Whatever is sent to the socket, the workbench stands and works. */
static void nonsense_is_dropped(void **state)
{
	static const char *const nonsense[] = {"", "x", "\0\0\0\2{}", "\0\0\0\4null", "\377\377\377\377{", "\0\0\0\1{"};
	static const size_t lengths[] = {0, 1, 6, 8, 5, 5};
	struct program p;
	char path[256];
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open_case();
	assert_int_equal(sockets(&p, path, sizeof path), 1);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
	for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		char byte;
		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
		assert_int_equal(write(fd, nonsense[i], lengths[i]), (ssize_t)lengths[i]);
		shutdown(fd, SHUT_WR);
		assert_true(read(fd, &byte, 1) <= 0); /* hung up, not answered */
		close(fd);
	}
	assert_gives("$GENBA note fine", 0, "R1-N1\n");
	terminal_quit(t);
	program_release(&p);
}

static int call_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void idle_callers_give_way(void **state)
{
	struct program p;
	char path[256];
	int idle[20];
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open_case();
	assert_int_equal(sockets(&p, path, sizeof path), 1);
	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		idle[i] = call_socket(path);
	assert_gives("$GENBA note fine", 0, "R1-N1\n");
	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		close(idle[i]);
	assert_gives("$GENBA note again", 0, "R1-N2\n");
	terminal_quit(t);
	program_release(&p);
}

/* Who speaks the protocol by hand may pass a pipe that says nothing: the keys do not wait for it. */
static void a_silent_input_is_refused(void **state)
{
	struct program p;
	char path[256];
	int silent[2];
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open_case();
	assert_int_equal(sockets(&p, path, sizeof path), 1);
	assert_int_equal(pipe(silent), 0);
	int fd = call_socket(path);
	static const char request[] = "{\"files\":[],\"words\":[\"note\",\"-\"]}";
	char head[4] = {0, 0, 0, sizeof request - 1};
	int fds[4] = {silent[0], STDOUT_FILENO, STDERR_FILENO, open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof fds)];
	} control = {.bytes = {0}};
	struct iovec parts[2] = {{head, sizeof head}, {(void *)(uintptr_t)request, sizeof request - 1}};
	struct msghdr message = {
	    .msg_iov = parts, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(part), fds, sizeof fds);
	assert_int_equal(sendmsg(fd, &message, 0), sizeof head + sizeof request - 1);
	terminal_await(t, "not done");
	terminal_type(t, "4"); /* the keys are free */
	terminal_await_row(t, 1, "Evidence");
	close(fd);
	close(fds[3]);
	close(silent[0]);
	close(silent[1]);
	terminal_quit(t);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands_are_done_by_the_workbench),
	    cmocka_unit_test(a_locked_workbench_refuses),
	    cmocka_unit_test(stale_sockets_are_cleaned),
	    cmocka_unit_test(nonsense_is_dropped),
	    cmocka_unit_test(idle_callers_give_way),
	    cmocka_unit_test(a_silent_input_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
