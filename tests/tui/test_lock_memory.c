/* After the lock nothing is left in the program's memory: not the key of the case's data, nor a word of what was typed. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/secret.h"
#include "case/identity/identity.h"
#include "vault/open_with_key.h"
#include "vault/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WORD "zirkonquartz" /* stands nowhere else */

struct search {
	const unsigned char *bytes;
	size_t n;
	size_t stride; /* of a character: 1 in bytes, 4 in wide characters, more in the cells of a screen */
};

static int is_at(const unsigned char *at, size_t room, const struct search *s)
{
	if (room < (s->n - 1) * s->stride + 1)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		if (at[i * s->stride] != s->bytes[i])
			return 0;
	return 1;
}

/* How often it is there; where, in `where`. */
static int count_in(int fd, unsigned long from, unsigned long to, const char *name, const struct search *s,
                    struct buf *where)
{
	enum { STEP = 1 << 20, OVERLAP = 1024 };
	static unsigned char block[STEP + OVERLAP];
	int found = 0;
	for (unsigned long at = from; at < to; at += STEP) {
		size_t want = to - at < sizeof block ? to - at : sizeof block;
		ssize_t got = pread(fd, block, want, (off_t)at);
		for (ssize_t i = 0; i < got && i < STEP; i++)
			if (block[i] == s->bytes[0] && is_at(block + i, (size_t)(got - i), s)) {
				found++;
				buf_addf(where, "%lx %s stride %zu; ", at + (unsigned long)i, name, s->stride);
			}
	}
	return found;
}

static int scan(pid_t pid, const void *bytes, size_t n, const size_t *strides, size_t count, struct buf *where)
{
	char path[64];
	char line[512];
	int found = 0;
	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	FILE *maps = fopen(path, "re");
	assert_true(fd >= 0 && maps);
	while (fgets(line, sizeof line, maps)) {
		unsigned long from;
		unsigned long to;
		char how[8];
		if (sscanf(line, "%lx-%lx %7s", &from, &to, how) != 3 || how[0] != 'r' || how[1] != 'w')
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (size_t k = 0; k < count; k++) {
			const struct search s = {bytes, n, strides[k]};
			found += count_in(fd, from, to, strlen(line) > 73 ? line + 73 : "", &s, where);
		}
	}
	fclose(maps);
	close(fd);
	return found;
}

static int words_in(pid_t pid, struct buf *where)
{
	static const size_t strides[] = {1, 4, 28,
	                                 32}; /* the last two: cells of curses, with and without wide colours */
	return scan(pid, WORD, strlen(WORD), strides, sizeof strides / sizeof *strides, where);
}

static int keys_in(pid_t pid, const unsigned char key[32], struct buf *where)
{
	return scan(pid, key, 32, (const size_t[]){1}, 1, where);
}

/* The key that the case is encrypted by, as whoever holds the identity gets it. */
static void data_key(struct program *p, unsigned char key[32])
{
	struct err err = ERR_INIT;
	struct secret passphrase = SECRET_INIT;
	char *path = xasprintf("%s/genba/identity.json", getenv("XDG_DATA_HOME"));
	assert_int_equal(secret_setup(&err), 0);
	assert_int_equal(secret_read_file(&passphrase, program_file(p, "pass"), &err), 0);
	struct identity *id = identity_load(path, &err);
	assert_non_null(id);
	assert_int_equal(identity_unlock(id, path, &passphrase, &err), 0);
	struct vault_identity keys = {id->public_key, id->secret_key};
	struct vault_unlock unlock = {&keys, NULL};
	if (vault_file_key(getenv("GENBA_CASE"), &unlock, key, &err) < 0)
		fail_msg("%s", err.message);
	identity_free(id);
	secret_release(&passphrase);
	free(path);
}

static void lock(struct terminal *t)
{
	terminal_signal(t, SIGUSR1);
	terminal_await(t, "genba is locked");
	terminal_await_row(t, -1, "Passphrase:"); /* the lock is drawn again once everything is gone */
}

static void assert_nothing_left(struct terminal *t, const unsigned char key[32], const char *when)
{
	struct buf where = BUF_INIT;
	if (words_in(terminal_pid(t), &where) + keys_in(terminal_pid(t), key, &where) > 0)
		fail_msg("%s: %s", when, where.data);
	buf_release(&where);
}

/* AddressSanitizer maps terabytes of its own, and keeps freed memory as it was to find its use. */
static int can_look(void)
{
#ifdef __SANITIZE_ADDRESS__
	return 0;
#else
	return geteuid() == 0;
#endif
}

static void the_lock_leaves_nothing_in_memory(void **state)
{
	static const struct {
		const char *keys;
		const char *title; /* in the second row when it is there */
	} views[] = {{"2", "Playbook"},
	             {"3", "Asset"},
	             {"4", "Evidence"},
	             {"5", "Timeline"},
	             {"6", "Note"},
	             {"9", "History"},
	             {"A", "Flow"},
	             {"C", "Chain"},
	             {"B", "Brief"},
	             {"?", "Help"},
	             {":find " WORD KEYS_ENTER, "Found"},
	             {"1", "Board"},
	             {":show R1-N1" KEYS_ENTER, "R1-N1"}};
	struct program p;
	struct buf where = BUF_INIT;
	unsigned char key[32];
	(void)state;
	if (!can_look()) {
		print_message("the memory of a program that forbids it is read by root alone: skipped\n");
		skip();
	}
	program_init(&p);
	program_case(&p, "Memory of " WORD);
	program_good(&p, "add", "asset", "hostname=" WORD, "status=infected", NULL);
	program_good(&p, "add", "event", "title=" WORD, "when=2026-11-20T09:15:00Z", "side=attacker", NULL);
	data_key(&p, key);
	struct terminal *t = terminal_open(30, 100, "GENBA_CHECK_AT_OPENING=0", getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Memory of " WORD);
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "said on the phone: " WORD);
	terminal_await(t, "phone: " WORD);
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-N1 is on record");
	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		terminal_type(t, views[i].keys);
		terminal_await_row(t, 1, views[i].title);
	}
	terminal_await(t, "said on the phone");
	assert_true(words_in(terminal_pid(t), &where) > 0); /* the test can fail */
	assert_true(keys_in(terminal_pid(t), key, &where) > 0);
	buf_release(&where);
	lock(t);
	assert_nothing_left(t, key, "after the first lock");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "said on the phone"); /* the view that was there */
	assert_true(words_in(terminal_pid(t), &where) > 0);
	buf_release(&where);
	lock(t);
	assert_nothing_left(t, key, "after the second lock");
	terminal_type(t, KEYS_ESCAPE);
	terminal_type(t, KEYS_ESCAPE);
	assert_int_equal(terminal_end(t), 0);
	program_good(&p, "verify", NULL);
	program_release(&p);
}

/* What is being typed stays where it is typed, to go on with; the key goes all the same. */
static void the_key_goes_in_the_middle_of_typing(void **state)
{
	struct program p;
	struct buf where = BUF_INIT;
	unsigned char key[32];
	(void)state;
	if (!can_look())
		skip();
	program_init(&p);
	program_case(&p, "Typing");
	data_key(&p, key);
	struct terminal *t = terminal_open(24, 80, "GENBA_CHECK_AT_OPENING=0", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "half a sent");
	terminal_await(t, "half a sent");
	lock(t);
	assert_int_equal(keys_in(terminal_pid(t), key, &where), 0);
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "half a sent");
	terminal_type(t, "ence" KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-N1 is on record");
	terminal_quit(t);
	program_good(&p, "show", "R1-N1", NULL);
	assert_non_null(strstr(p.out.data, "half a sentence"));
	buf_release(&where);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_lock_leaves_nothing_in_memory),
	    cmocka_unit_test(the_key_goes_in_the_middle_of_typing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
