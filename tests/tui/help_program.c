#include "help_program.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
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

#define WORDS_LIMIT 40

const char *program_path(void)
{
	const char *path = getenv("GENBA");
	if (!path || access(path, X_OK) < 0)
		fail_msg("GENBA does not name the built program; ctest sets it");
	return path;
}

const char *program_file(const struct program *p, const char *name)
{
	static char paths[4][256];
	static unsigned turn;
	char *path = paths[turn++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", p->dir, name);
	return path;
}

void program_write(const struct program *p, const char *name, const char *text)
{
	FILE *f = fopen(program_file(p, name), "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

void program_init(struct program *p)
{
	memset(p, 0, sizeof *p);
	buf_init(&p->out);
	buf_init(&p->log);
	/* not /tmp, which many machines keep in memory: a copy there cannot be compared past the cache, and says so */
	snprintf(p->dir, sizeof p->dir, "/var/tmp/genba-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	assert_int_equal(mkdir(program_file(p, "run"), 0700), 0);
	program_write(p, "pass", PROGRAM_PASSPHRASE "\n");
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("XDG_DATA_HOME", program_file(p, "home"), 1);
	setenv("XDG_RUNTIME_DIR", program_file(p, "run"), 1);
	setenv("GENBA_CASE", program_file(p, "site.genba"), 1);
	setenv("GENBA_PASSPHRASE_FILE", program_file(p, "pass"), 1);
	setenv("GENBA_TEST_CLOCK", PROGRAM_CLOCK, 1);
	setenv("GENBA_CHECK_AT_OPENING", "0", 1); /* how far it is depends on the machine */
	unsetenv("NO_COLOR");
	unsetenv("COLUMNS");
	unsetenv("LINES");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

void program_release(struct program *p)
{
	nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	buf_release(&p->out);
	buf_release(&p->log);
}

/* Both streams at once, so that neither fills its pipe and stops the program. */
static void drain(int out, int log, struct program *p)
{
	struct pollfd fds[2] = {{out, POLLIN, 0}, {log, POLLIN, 0}};
	struct buf *bufs[2] = {&p->out, &p->log};
	int open_count = 2;
	while (open_count > 0 && poll(fds, 2, -1) >= 0) {
		for (size_t i = 0; i < 2; i++) {
			char bytes[4096];
			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			ssize_t n = read(fds[i].fd, bytes, sizeof bytes);
			if (n > 0) {
				buf_add(bufs[i], bytes, (size_t)n);
				continue;
			}
			close(fds[i].fd);
			fds[i].fd = -1;
			open_count--;
		}
	}
}

static int run_words(struct program *p, char **words)
{
	int out[2];
	int log[2];
	int status = 0;
	buf_clear(&p->out);
	buf_clear(&p->log);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
		dup2(nothing, STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(log[1], STDERR_FILENO);
		execv(words[0], words);
		_exit(127);
	}
	close(out[1]);
	close(log[1]);
	drain(out[0], log[0], p);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void collect(va_list args, char *words[WORDS_LIMIT])
{
	size_t n = 0;
	words[n++] = (char *)(uintptr_t)program_path();
	while (n < WORDS_LIMIT - 1 && (words[n] = va_arg(args, char *)))
		n++;
	words[n] = NULL;
}

int program_run(struct program *p, ...)
{
	char *words[WORDS_LIMIT];
	va_list args;
	va_start(args, p);
	collect(args, words);
	va_end(args);
	return run_words(p, words);
}

void program_good(struct program *p, ...)
{
	char *words[WORDS_LIMIT];
	va_list args;
	va_start(args, p);
	collect(args, words);
	va_end(args);
	int status = run_words(p, words);
	if (status != 0)
		fail_msg("genba %s %s: status %d: %s", words[1], words[2] ? words[2] : "", status, p->log.data);
}

void program_case(struct program *p, const char *title)
{
	program_good(p, "key", "new", "--name", "Responder One", "--mark", "R1", "--kdf", "interactive", NULL);
	program_good(p, "new", getenv("GENBA_CASE"), "--title", title, "--party", "Organisation A", NULL);
}

void program_demo(struct program *p, const char *language)
{
	program_good(p, "--lang", language, "demo", "--dir", program_file(p, "practice"), NULL);
	mkdir(program_file(p, "home"), 0700);
	mkdir(program_file(p, "home/genba"), 0700);
	assert_int_equal(rename(program_file(p, "practice/identity.json"), program_file(p, "home/genba/identity.json")),
	                 0);
	program_write(p, "pass", "practice\n");
	setenv("GENBA_CASE", program_file(p, "practice/practice.genba"), 1);
}

int program_shell(const char *line, char *output, size_t size)
{
	char *whole = NULL;
	assert_true(asprintf(&whole, "unset GENBA_PASSPHRASE_FILE; { %s; } 2>&1 </dev/null", line) > 0);
	FILE *f = popen(whole, "re");
	assert_non_null(f);
	size_t n = fread(output, 1, size - 1, f);
	output[n] = '\0';
	int status = pclose(f);
	free(whole);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void assert_gives(const char *line, int status, const char *wanted)
{
	char output[16384];
	int got = program_shell(line, output, sizeof output);
	if (got != status || !strstr(output, wanted))
		fail_msg("'%s': status %d (wanted %d), output: %s (wanted: %s)", line, got, status, output, wanted);
}
