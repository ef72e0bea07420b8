/*
 * Section 3.2 played through, in both languages: first call, mails, the image of terminal A, the organisations and why, both terminals
 * isolated, evidence verified, handed over to a colleague and merged with what she did, the reports, and the history read by
 * stock git. Every key waits for what the one before it led to; keys are counted (tests/tui/walks.md tells where one hesitates).
 */
#include "help_program.h"
#include "help_screen.h"
#include "help_walk.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned keys;
static int japanese;

/* Escape sequences are one key; a character of several bytes is one, too. */
static unsigned keys_of(const char *typed)
{
	unsigned n = 0;
	for (const unsigned char *p = (const unsigned char *)typed; *p; p++)
		n += (*p & 0xC0) != 0x80;
	return n;
}

static void press(struct terminal *t, const char *typed, const char *seen)
{
	keys += keys_of(typed);
	terminal_type(t, typed);
	terminal_await(t, seen);
}

#define EITHER(en, ja) (japanese ? (ja) : (en))

static struct terminal *open_case(struct program *p)
{
	struct terminal *t =
	    terminal_open(24, 80, NULL, "--lang", EITHER("en", "ja"), program_file(p, "practice/practice.genba"), NULL);
	terminal_await(t, EITHER("Infected and not isolated", "感染・未隔離"));
	return t;
}

static void leave(struct terminal *t)
{
	keys += keys_of(":quit\r");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
}

static void home(struct terminal *t)
{
	press(t, "1", EITHER("Infected and not isolated", "感染・未隔離"));
}

/* The call, and the mails that it is about. */
static void call_and_mails(struct terminal *t)
{
	press(t, "n", "Ctrl-S");
	press(t, EITHER("B called: mails in A's name", "Bから、A名義のメールとの連絡"),
	      EITHER("in A's name", "A名義の"));
	press(t, KEYS_CTRL_S, "R1-N4");
	press(t, "K", "R1-L1");
	press(t, KEYS_ENTER, "schedule.pdf.exe");
	press(t, KEYS_ESCAPE, "R1-L1");
	home(t);
}

/* When was A's terminal first infected, what went into the .rar, where was it uploaded? What says so becomes an event. */
static void golden_questions(struct terminal *t)
{
	press(t, "4", EITHER("Evidence · 7", "証拠 · 7"));
	press(t, "j", "terminal-a-disk.img ──");
	press(t, "t", "R1-FD1  execution.double-extension");
	press(t, "]", "persistence.run-key");
	press(t, "o", "2014-01-10 00:44:09 MACB ProgramData/winup.exe");
	press(t, KEYS_ESCAPE, "R1-FD3  persistence.run-key");
	press(t, "]", "lateral.explicit-credentials");
	press(t, "]", "url=http://up.free-storage.example/put?name=a.rar");
	press(t, "p", "R1-V12"); /* the upload, on record */
	press(t, KEYS_ESCAPE, "R1-FD2  exfiltration.upload");
	press(t, "j", "collection.archiver");
	press(t, KEYS_ENTER, "R1-FD5  ");
	press(t, "j", "\\PROGRAMDATA\\T\\MINUTES.DOCX");
	home(t);
}

/* Which other organisations, and why: B is confirmed. */
static void organisations(struct terminal *t)
{
	press(t, "C", "R1-P2          ");
	for (unsigned row = 2; row <= 8; row++) { /* down to B's own line */
		char place[16];
		snprintf(place, sizeof place, " %u/", row);
		press(t, "j", place);
	}
	press(t, "y", EITHER("Confirm R1-P2; reason:", "R1-P2"));
	press(t, EITHER("got the mail, knew what is in it", "受信し、内容を知る立場"), EITHER("knew what", "知る立場"));
	press(t, KEYS_ENTER, "R1-H1 R1-H2");
	home(t);
}

static void isolation(struct terminal *t)
{
	static const char *const done[] = {
	    "R1-A1 isolation_method=cable isolation_by=R1-P5 isolation_done=2014-07-15T10:30+09:00",
	    "R1-A2 isolation_method=cable isolation_by=R1-P5 isolation_done=2014-07-15T10:42+09:00"};
	for (size_t i = 0; i < 2; i++) {
		char *line = xasprintf(":set %s", done[i]);
		press(t, line, done[i] + strlen(done[i]) - 11);
		keys++;
		terminal_type(t, KEYS_ENTER);
		terminal_await_gone(t, "isolation_done"); /* the prompt is gone, and what it did is told */
		char *told = xasprintf("%s", EITHER("How isolated: cable unplugged", "隔離方法: ケーブル抜線"));
		terminal_await(t, told);
		free(told);
		free(line);
	}
	press(t, ":show R1-A2" KEYS_ENTER, EITHER("cable unplugged", "ケーブル抜線"));
	terminal_await_row(t, 1, "R1-A2");
	home(t);
}

static void verification(struct terminal *t)
{
	press(t, ":verify --evidence R1-E2 R1-E3" KEYS_ENTER, EITHER("evidence re-read: 2", "読み直した証拠: 2"));
	home(t);
}

/* ---- a colleague, with a home of her own */

static void colleague_begins(struct program *p)
{
	char *own = xstrdup(getenv("XDG_DATA_HOME"));
	char *hers = xstrdup(program_file(p, "hers"));
	char *line = xasprintf("%s/two.pub", p->dir);
	setenv("XDG_DATA_HOME", hers, 1);
	program_good(p, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf", "interactive", NULL);
	program_good(p, "key", "export", NULL);
	FILE *f = fopen(line, "w");
	assert_non_null(f);
	fputs(p->out.data, f);
	fclose(f);
	setenv("XDG_DATA_HOME", own, 1);
	free(own);
	free(hers);
	free(line);
}

static void colleague_works(struct program *p)
{
	char *own = xstrdup(getenv("XDG_DATA_HOME"));
	char *hers = xstrdup(program_file(p, "hers"));
	char *copy = xstrdup(program_file(p, "two.genba"));
	char *delta = xstrdup(program_file(p, "back.delta"));
	char *receipt = xstrdup(program_file(p, "two.receipt"));
	char *key = xstrdup(program_file(p, "one.pub"));
	program_good(p, "key", "export", NULL);
	FILE *f = fopen(key, "w");
	assert_non_null(f);
	fputs(p->out.data, f);
	fclose(f);
	setenv("XDG_DATA_HOME", hers, 1);
	program_good(p, "-c", copy, "accept", "--receipt", receipt, NULL);
	program_good(p, "-c", copy, "note", "--on", "R1-A3",
	             "The file server's log holds nothing of 10 January (practice)", NULL);
	program_good(p, "-c", copy, "handover", "--to", key, "--out", delta, "--delta", NULL);
	setenv("XDG_DATA_HOME", own, 1);
	program_good(p, "import", "receipt", receipt, NULL);
	free(own);
	free(hers);
	free(copy);
	free(delta);
	free(receipt);
	free(key);
}

static void hand_over(struct terminal *t, const struct program *p)
{
	char *line = xasprintf(":handover --to %s/two.pub --out %s/two.genba" KEYS_ENTER, p->dir, p->dir);
	press(t, line, EITHER("written and verified", "書き出して検証しました"));
	free(line);
}

static void merge(struct program *p)
{
	program_good(p, "merge", program_file(p, "back.delta"), NULL);
	program_good(p, "show", "R1-A3", NULL);
}

/* ---- the end */

static void reports(struct terminal *t, const struct program *p)
{
	char *line = xasprintf(":report incident --internal --form text --out %s/incident.txt" KEYS_ENTER, p->dir);
	press(t, line, "R1-W");
	free(line);
	home(t);
}

static void file_holds(const struct program *p, const char *name, const char *text)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	if (buf_read_file(&b, program_file(p, name), 8U << 20, &err) < 0)
		fail_msg("%s", err.message);
	if (!strstr(b.data, text))
		fail_msg("%s does not say '%s'", name, text);
	buf_release(&b);
}

/* Stock git: the objects are sound, and every commit is signed by who says so. */
static void read_by_git(struct program *p)
{
	program_good(p, "export", "git", program_file(p, "history.git"), NULL);
	char *line = xasprintf("cd %s && export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null && "
	                       "git -C history.git fsck --strict --no-progress >fsck.txt 2>&1 && "
	                       "git -C history.git -c gpg.ssh.allowedSignersFile=$PWD/history.git.allowed_signers log "
	                       "--format=%%G? | sort -u >signatures.txt && test \"$(cat signatures.txt)\" = G",
	                       p->dir);
	assert_int_equal(system(line), 0);
	free(line);
}

static void walk(const char *language)
{
	struct program p;
	japanese = strcmp(language, "ja") == 0;
	keys = 0;
	program_init(&p);
	program_demo(&p, language);
	colleague_begins(&p);
	struct terminal *t = open_case(&p);
	call_and_mails(t);
	golden_questions(t);
	organisations(t);
	isolation(t);
	verification(t);
	hand_over(t, &p);
	leave(t);
	colleague_works(&p);
	merge(&p);
	t = open_case(&p);
	reports(t, &p);
	leave(t);
	file_holds(&p, "incident.txt", "up.free-storage");
	program_good(&p, "--lang", language, "desk", "report", program_file(&p, "practice/practice.genba"), NULL);
	assert_non_null(strstr(p.out.data, EITHER("rescue", "レスキュー")));
	read_by_git(&p);
	program_good(&p, "verify", NULL);
	print_message("%s: %u keys\n", language, keys);
	assert_true(keys < 700);
	program_release(&p);
}

int main(void)
{
	return walk_in_both(walk);
}
