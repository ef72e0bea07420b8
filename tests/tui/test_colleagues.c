/* Colleagues in the workbench: a conflict is decided, what changed is told, the case is handed over with an edited brief. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STRANGERS_KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMMi3pDIv8P3x9hvlTFpqdbGQMjEE90MnRy0KIFFRttb stranger"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char home[160];
static char other_home[160];
static char site[160];
static char copy[160];
static char delta[160];

static void be_the_first(void)
{
	setenv("XDG_DATA_HOME", home, 1);
	setenv("GENBA_CASE", site, 1);
}

static void be_the_other(void)
{
	setenv("XDG_DATA_HOME", other_home, 1);
	setenv("GENBA_CASE", copy, 1);
}

static char *line_of_key(struct program *p)
{
	program_good(p, "key", "export", NULL);
	p->out.data[strcspn(p->out.data, "\n")] = '\0';
	return strdup(p->out.data);
}

/* Two copies, one field changed on both sides. */
static void work_apart(struct program *p)
{
	program_case(p, "Two copies");
	program_good(p, "add", "asset", "hostname=HR-PC-03", NULL);
	snprintf(home, sizeof home, "%s", getenv("XDG_DATA_HOME"));
	snprintf(site, sizeof site, "%s", getenv("GENBA_CASE"));
	snprintf(other_home, sizeof other_home, "%s/other", p->dir);
	snprintf(copy, sizeof copy, "%s/copy.genba", p->dir);
	snprintf(delta, sizeof delta, "%s/delta", p->dir);
	char *first = line_of_key(p);
	be_the_other();
	program_good(p, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf", "interactive", NULL);
	char *other = line_of_key(p);
	be_the_first();
	program_good(p, "handover", "--to", other, "--out", copy, NULL);
	program_good(p, "set", "R1-A1", "status=infected", NULL);
	be_the_other();
	program_good(p, "set", "R1-A1", "status=clean", NULL);
	program_good(p, "handover", "--delta", "--to", first, "--out", delta, NULL);
	be_the_first();
	free(first);
	free(other);
}

/* What another shell preserves is under way as long as the descriptor that this answers is open. */
static int begin_preserve(struct program *p, struct terminal *t, pid_t *pid)
{
	char *fifo = strdup(program_file(p, "fifo"));
	assert_int_equal(mkfifo(fifo, 0600), 0);
	*pid = fork();
	assert_true(*pid >= 0);
	if (*pid == 0) {
		int input = open(fifo, O_RDONLY);
		int output = open("/dev/null", O_WRONLY);
		dup2(input, STDIN_FILENO);
		dup2(output, STDOUT_FILENO);
		dup2(output, STDERR_FILENO);
		execl(program_path(), "genba", "preserve", "-", "--as", "sealed", "--to", p->dir, (char *)NULL);
		_exit(127);
	}
	int fd = open(fifo, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	free(fifo);
	terminal_await_row(t, 0, "▶");
	return fd;
}

/* A merge that cannot be made now leaves what is shown as it is. */
static void no_merge_beside_a_long_command(struct program *p, struct terminal *t)
{
	pid_t pid;
	int fd = begin_preserve(p, t, &pid);
	terminal_await_row(t, 1, "What would be merged");
	terminal_type(t, "m");
	terminal_await(t, "another long command is under way");
	terminal_await_row(t, 1, "What would be merged");
	terminal_await(t, "no trace found");
	close(fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	terminal_await(t, "the case was changed since this was looked at");
	terminal_await_row(t, 1, "What would be merged");
}

/* What would come is shown before it comes; then it is merged, from there. */
static void merge_what_is_shown(struct program *p, struct terminal *t)
{
	char words[256];
	snprintf(words, sizeof words, ":merge %s" KEYS_ENTER, delta);
	terminal_type(t, words);
	terminal_await_row(t, 1, "What would be merged");
	terminal_await(t, "dry run of");
	terminal_await(t, "to decide");
	terminal_await(t, "theirs");
	terminal_await(t, "no trace found");
	terminal_type(t, "v"); /* no reason is asked for that would change nothing */
	terminal_await(t, "nothing that came was signed by a revoked key");
	no_merge_beside_a_long_command(p, t);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "What would be merged");
	program_good(p, "list", "conflict", "--json", NULL);
	assert_null(strstr(p->out.data, "label"));
	terminal_type(t, words);
	terminal_await_row(t, 1, "What would be merged");
	/* what is shown is merged: the file is not looked at again */
	char gone[300];
	snprintf(gone, sizeof gone, "%s.gone", delta);
	assert_int_equal(rename(delta, gone), 0);
	terminal_type(t, "m");
	terminal_await_row(t, 1, "To decide"); /* the next thing to do, over what the merge says */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "then genba resolve LABEL");
	assert_int_equal(rename(gone, delta), 0);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "then genba resolve LABEL");
	terminal_type(t, words);
	terminal_await(t, "nothing new: all of it is here already");
	terminal_type(t, KEYS_ESCAPE);
}

static void decide(struct program *p, struct terminal *t)
{
	terminal_type(t, ":resolve" KEYS_ENTER);
	terminal_await_row(t, 1, "To decide");
	terminal_await(t, "HR-PC-03");
	/* who says it, in the words of the field: one person has one key, whichever value sorts first */
	terminal_await(t, "< R1 Responder One       infected");
	terminal_await(t, "> R2 Responder Two       no trace found");
	terminal_type(t, KEYS_ENTER);                               /* on its own page, too */
	terminal_await(t, "no trace found   (> R2 Responder Two)"); /* by the sign that takes it in that view */
	terminal_await(t, "infected   (< R1 Responder One)");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "To decide");
	program_good(p, "list", "conflict", NULL);
	assert_non_null(strstr(p->out.data, "no trace found"));
	assert_null(strstr(p->out.data, "clean"));
	terminal_type(t, ":list conflict" KEYS_ENTER); /* in the list of the kind, too */
	terminal_await_row(t, 1, "Conflict");
	terminal_await_row(t, 3, "no trace found");
	terminal_await_row(t, 3, "Finding");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "To decide");
	terminal_type(t, "<");
	terminal_await_row(t, -1, "R1-A1 Finding is decided: infected");
	terminal_await_row(t, 1, "nothing is left to decide");
	terminal_await(t, "(decided)"); /* it stays until one leaves */
	terminal_type(t, "r");          /* view_conflicts.c:say_why, typed wrong once */
	terminal_await_row(t, -1, "Why was it decided so:");
	terminal_type(t, " " KEYS_ENTER);
	terminal_await(t, "a reason is needed");
	terminal_type(t, KEYS_CTRL_U "looked at again" KEYS_ENTER);
	terminal_await(t, "(decided: looked at again)");
	program_good(p, "list", "conflict", "--json", NULL);
	assert_non_null(strstr(p->out.data, "looked at again"));
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "To decide");
	terminal_type(t, ":resolve" KEYS_ENTER);
	terminal_await(t, "Nothing is left to decide");
	terminal_type(t, KEYS_ESCAPE);
	program_good(p, "show", "R1-A1", NULL);
	assert_non_null(strstr(p->out.data, "infected")); /* what stood beside the key */
}

static void look_at_the_news(struct program *p, struct terminal *t)
{
	(void)p;
	terminal_type(t, ":diff" KEYS_ENTER);
	terminal_await(t, "You have not marked yet");
	terminal_type(t, "m");
	terminal_await(t, "Nothing has changed since you last looked");
	terminal_type(t, ":set R1-A1 os=Plan9" KEYS_ENTER);
	terminal_await(t, "Plan9");
	terminal_await(t, "R1-A1");
	terminal_type(t, KEYS_ESCAPE);
}

static void hand_over(struct program *p, struct terminal *t)
{
	char words[512];
	be_the_other();
	char *other = line_of_key(p);
	be_the_first();
	/* a key that nobody here knows: asked about before anything is written */
	terminal_type(t, ":handover" KEYS_ENTER);
	terminal_await_row(t, -1, "Colleague's key");
	terminal_type(t, STRANGERS_KEY KEYS_ENTER);
	terminal_await_row(t, -1, "read out to you? (y/n)");
	terminal_type(t, "n");
	terminal_await_row(t, -1, "nothing was written");
	terminal_type(t, ":handover" KEYS_ENTER);
	terminal_await_row(t, -1, "Colleague's key");
	snprintf(words, sizeof words, "%s" KEYS_ENTER, other);
	terminal_type(t, words);
	terminal_await_row(t, -1, "What goes:"); /* the key is known by now */
	terminal_type(t, "whole");
	terminal_await_row(t, -1, "What goes: whole");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "New file");
	snprintf(words, sizeof words, "%s/it's handed.genba" KEYS_ENTER, p->dir);
	terminal_type(t, words);
	terminal_await_row(t, -1, "Folder for the evidence");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Ctrl-S hands over");
	terminal_type(t, "引継ぎの要点" KEYS_CTRL_S);
	terminal_await(t, "R1-T2");
	free(other);
}

static void colleagues(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	work_apart(&p);
	struct terminal *t = terminal_open(24, 80, NULL, site, NULL);
	terminal_await(t, "Infected and not isolated");
	merge_what_is_shown(&p, t);
	decide(&p, t);
	look_at_the_news(&p, t);
	hand_over(&p, t);
	terminal_quit(t);
	program_good(&p, "list", "conflict", "--where", "state=open", "--json", NULL);
	assert_null(strstr(p.out.data, "label"));
	program_good(&p, "list", "responder", "--json", NULL);
	assert_null(strstr(p.out.data, "stranger"));
	program_good(&p, "list", "note", "--json", NULL);
	assert_non_null(strstr(p.out.data, "引継ぎの要点"));
	char handed[192];
	snprintf(handed, sizeof handed, "%s/it's handed.genba", p.dir);
	setenv("XDG_DATA_HOME", other_home, 1);
	setenv("GENBA_CASE", handed, 1);
	program_good(&p, "verify", NULL);
	be_the_first();
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(colleagues)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
