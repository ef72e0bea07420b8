/*
 * The kill campaign: genba is killed (SIGKILL) at random moments while it
 * works, as a script and as the workbench on a terminal. What it had told to
 * be done must be there, and the records must equal the tree of the last
 * commit.
 *
 *     kill_campaign --program GENBA [--times N] [--workbench N] [--seed N]     N deaths each
 *
 * A label that genba prints says that its record is committed: each label read
 * before the end counts. After every second death the case is only read, so
 * that the next process recovers what this one left, and may be killed in it.
 */
#include "case/care/verify.h"
#include "case/case.h"
#include "case/identity/identity.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum {
	COMMANDS = 60,      /* in one script */
	LABELS = 4096,      /* in one case */
	FRESH_AFTER = 40,   /* deaths of one case */
	DEADLINE_MS = 20000 /* of one process, should nothing kill it */
};

static const char *program;
static char folder[256];
static char *site, *pass;
static struct identity *me;
static uint64_t random_state = 1;

/* Labels that were told, of the case as it is. */
static struct {
	char label[LABELS][LABEL_TEXT];
	size_t count;
} told;

static struct {
	unsigned long runs, killed, ended, told, unclean, recovered, torn, lost, different, unreadable, warned;
} result;

static uint64_t draw(uint64_t below)
{
	/* xorshift64*, S. Vigna, "An experimental exploration of Marsaglia's xorshift generators" */
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dU >> 32) % below;
}

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what, const char *detail)
{
	fprintf(stderr, "kill_campaign: %s: %s\n", what, detail);
	exit(2);
}

static void tell(const char *label)
{
	for (size_t i = 0; i < told.count; i++)
		if (strcmp(told.label[i], label) == 0)
			return;
	if (told.count == LABELS)
		die("too many labels", label);
	snprintf(told.label[told.count++], LABEL_TEXT, "%s", label);
	result.told++;
}

/* ---- the case */

static void new_case(void)
{
	struct err err = ERR_INIT;
	struct case_new spec = {.title = "Killed often", .owner = me};
	char *log = xasprintf("%s-wal", site);
	unlink(site);
	unlink(log);
	free(log);
	told.count = 0;
	struct case_file *c = case_create(site, &spec, &err);
	if (!c || case_close(c, &err) < 0)
		die("cannot make a case", err.message);
}

static void finding(void *ctx, const char *part, const char *text)
{
	(void)ctx;
	fprintf(stderr, "  %s: %s\n", part, text);
}

static int has_label(struct case_file *c, const char *label)
{
	sqlite3_stmt *s;
	int found = 0;
	if (sqlite3_prepare_v2(case_db(c), "SELECT 1 FROM record WHERE label = ?1", -1, &s, NULL) == SQLITE_OK) {
		sqlite3_bind_text(s, 1, label, -1, SQLITE_STATIC);
		found = sqlite3_step(s) == SQLITE_ROW;
	}
	sqlite3_finalize(s);
	return found;
}

static void judge(int only_read)
{
	struct err err = ERR_INIT;
	struct verify_report report;
	struct case_unlock unlock = {me, NULL};
	struct case_file *c = case_open(site, &unlock, only_read ? CASE_READ_ONLY : 0, &err);
	if (!c) {
		fprintf(stderr, "  does not open: %s\n", err.message);
		result.unreadable++;
		new_case();
		return;
	}
	const struct vault_report *opening = vault_report(case_vault(c));
	result.unclean += opening->unclean != 0;
	result.recovered += opening->wal_commits;
	result.torn += opening->torn_frames + opening->unfinished_frames > 0;
	if (strstr(case_notice(c), "WARNING")) {
		fprintf(stderr, "  %s", case_notice(c));
		result.warned++;
	}
	for (size_t i = 0; i < told.count; i++) {
		if (has_label(c, told.label[i]))
			continue;
		fprintf(stderr, "  %s was told to be committed, and is not there\n", told.label[i]);
		result.lost++;
	}
	if (case_verify(c, NULL, finding, NULL, &report, &err) < 0 || report.findings > 0)
		result.different++;
	if (case_close(c, &err) < 0) {
		fprintf(stderr, "  does not close: %s\n", err.message);
		result.unreadable++;
	}
}

/* ---- when to kill */

struct moment {
	int64_t at;      /* in microseconds of the monotonic clock; 0: not yet known */
	size_t labels;   /* … but as soon as so many labels were told, */
	int64_t further; /* and so much later */
};

/* Most deaths among the commits, the others anywhere from the start to the end. */
static struct moment choose(int64_t usual_us)
{
	struct moment m = {0};
	if (draw(10) < 3) {
		m.at = now_us() + (int64_t)draw((uint64_t)(usual_us + usual_us / 8));
		return m;
	}
	m.labels = told.count + 1 + draw(COMMANDS * 3 / 4); /* three of four tell a label */
	m.further = (int64_t)draw(3000);
	return m;
}

/* Waits until there is something to read or it is time to kill. 1: read, 0: time to kill, -1: it hangs. */
static int wait_readable(int fd, struct moment *m, int64_t deadline)
{
	for (;;) {
		int64_t now = now_us();
		if (m->at == 0 && m->labels > 0 && told.count >= m->labels)
			m->at = now + m->further;
		if (m->at != 0 && now >= m->at)
			return 0;
		if (now > deadline)
			return -1;
		int64_t until = m->at != 0 ? m->at : deadline;
		struct timespec left = {(until - now) / 1000000, (until - now) % 1000000 * 1000};
		struct pollfd p = {fd, POLLIN, 0};
		if (ppoll(&p, 1, &left, NULL) > 0)
			return 1;
	}
}

static void after_end(pid_t pid)
{
	int status;
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid", "");
	result.runs++;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		result.killed++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		result.ended++;
	else
		die("the program ended by itself", WIFSIGNALED(status) ? "by a signal" : "with an error");
}

/* ---- as a script */

static void child_setup(void)
{
	setenv("XDG_RUNTIME_DIR", folder, 1);
	setenv("TERM", "xterm-256color", 1);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(null, STDERR_FILENO);
}

static pid_t start_script(int *in, int *out)
{
	int to[2], from[2];
	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		die("pipe", "");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		child_setup();
		execl(program, program, "-c", site, "script", "-", "--passphrase-file", pass, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	return pid;
}

static void write_script(int fd, unsigned long run)
{
	struct buf text = BUF_INIT;
	for (int i = 0; i < COMMANDS; i++) {
		if (i % 4 == 3 && told.count > 0)
			buf_addf(&text, "set %s tags=run%lu\n", told.label[draw(told.count)], run);
		else if (i % 4 == 1)
			buf_addf(&text, "add asset hostname=H%lu-%d status=suspected\n", run, i);
		else
			buf_addf(&text, "note run %lu, line %d: what was seen on the spot\n", run, i);
	}
	if (write(fd, text.data, text.len) != (ssize_t)text.len)
		die("cannot write the script", "");
	close(fd);
	buf_release(&text);
}

/* One process from its start to its death. Returns how long it ran, in microseconds. */
static int64_t run_script(struct moment m)
{
	int in, out;
	int64_t start = now_us();
	pid_t pid = start_script(&in, &out);
	struct buf text = BUF_INIT;
	size_t done = 0;
	int killed = 0;
	write_script(in, result.runs);
	for (;;) {
		char bytes[4096];
		int rc = killed ? 1 : wait_readable(out, &m, start + (int64_t)DEADLINE_MS * 1000);
		if (rc <= 0) {
			if (rc < 0)
				fprintf(stderr, "  a process hangs\n");
			kill(pid, SIGKILL);
			killed = 1;
			continue;
		}
		ssize_t n = read(out, bytes, sizeof bytes);
		if (n <= 0)
			break;
		buf_add(&text, bytes, (size_t)n);
		for (char *end; (end = memchr(text.data + done, '\n', text.len - done));
		     done = (size_t)(end - text.data) + 1) {
			*end = '\0';
			if (strncmp(text.data + done, "R1-", 3) == 0)
				tell(text.data + done);
		}
	}
	close(out);
	after_end(pid);
	buf_release(&text);
	return now_us() - start;
}

/* ---- as the workbench */

enum { ROWS = 24, COLUMNS = 80 };

/* All labels of notes that the screen shows; one that is only half drawn would be a number too large. */
static void read_screen(VTermScreen *screen)
{
	static unsigned long last; /* in this case */
	if (told.count == 0)
		last = 0;
	for (int row = 0; row < ROWS; row++) {
		char text[COLUMNS * 4 + 1];
		size_t n = vterm_screen_get_text(screen, text, sizeof text - 1,
		                                 (VTermRect){.start_row = row, .end_row = row + 1, .end_col = COLUMNS});
		text[n < sizeof text ? n : sizeof text - 1] = '\0';
		for (const char *at = text; (at = strstr(at, "R1-N")); at += 4) {
			size_t digits = strspn(at + 4, "0123456789");
			/* a label at the edge may be cut short */
			if (digits > 0 && digits < 8 && (at[4 + digits] != '\0' || n < COLUMNS)) {
				char label[LABEL_TEXT];
				unsigned long number = strtoul(at + 4, NULL, 10);
				if (number > last + 2)
					continue;
				last = number > last ? number : last;
				snprintf(label, sizeof label, "%.*s", (int)(4 + digits), at);
				tell(label);
			}
		}
	}
}

static void tell_screen(VTermScreen *screen)
{
	fprintf(stderr, "  the workbench hangs:\n");
	for (int row = 0; row < ROWS; row++) {
		char text[COLUMNS * 4 + 1];
		size_t n = vterm_screen_get_text(screen, text, sizeof text - 1,
		                                 (VTermRect){.start_row = row, .end_row = row + 1, .end_col = COLUMNS});
		fprintf(stderr, "  |%.*s\n", (int)n, text);
	}
}

static int64_t run_workbench(struct moment m)
{
	struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
	int fd;
	int64_t start = now_us();
	pid_t pid = forkpty(&fd, NULL, NULL, &size);
	if (pid == 0) {
		child_setup();
		execl(program, program, site, "--passphrase-file", pass, (char *)NULL);
		_exit(127);
	}
	VTerm *vt = vterm_new(ROWS, COLUMNS);
	VTermScreen *screen = vterm_obtain_screen(vt);
	vterm_set_utf8(vt, 1);
	vterm_screen_enable_altscreen(screen, 1);
	vterm_screen_reset(screen, 1);
	size_t before = (size_t)-1;
	int killed = 0, typed = 0;
	for (;;) {
		char bytes[4096];
		int rc = killed ? 1 : wait_readable(fd, &m, start + (int64_t)DEADLINE_MS * 1000);
		if (rc <= 0) {
			if (rc < 0)
				tell_screen(screen);
			kill(pid, SIGKILL);
			killed = 1;
			continue;
		}
		ssize_t n = read(fd, bytes, sizeof bytes);
		if (n <= 0)
			break;
		vterm_input_write(vt, bytes, (size_t)n);
		n = (ssize_t)vterm_output_read(vt, bytes, sizeof bytes);
		if (n > 0 && write(fd, bytes, (size_t)n) < 0)
			break;
		read_screen(screen);
		/* the next note when the last one was told; at first, when the workbench has drawn itself */
		if (!killed && told.count != before && typed < COMMANDS) {
			char *line = xasprintf(":note run %lu, line %d: seen on the spot\r", result.runs, typed++);
			before = told.count;
			if (write(fd, line, strlen(line)) < 0)
				killed = 1;
			free(line);
		}
	}
	close(fd);
	vterm_free(vt);
	after_end(pid);
	return now_us() - start;
}

/* ---- all */

static void campaign(const char *name, unsigned long times, int64_t (*run)(struct moment m))
{
	unsigned long told_before = result.told, killed_before = result.killed;
	if (times == 0)
		return;
	new_case();
	int64_t usual = run(choose((int64_t)1 << 40 >> 20)); /* one as a measure, killed within its first second */
	judge(0);
	if (usual < 300000)
		usual = 300000;
	killed_before = result.killed;
	for (unsigned long i = 0; result.killed - killed_before < times && i < 3 * times; i++) {
		if (i % FRESH_AFTER == FRESH_AFTER - 1)
			new_case();
		run(choose(usual));
		judge((int)(i % 2));
	}
	printf("%s: %lu killed, %lu labels told\n", name, result.killed - killed_before, result.told - told_before);
}

static void begin(void)
{
	struct err err = ERR_INIT;
	struct secret passphrase = SECRET_INIT;
	char *path;
	const char *base = getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%s/genba-kill-XXXXXX", base ? base : "/tmp");
	if (secret_setup(&err) < 0 || !mkdtemp(folder))
		die("cannot begin", err.message);
	setenv("XDG_DATA_HOME", folder, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	site = xasprintf("%s/site.genba", folder);
	pass = xasprintf("%s/pass", folder);
	FILE *f = fopen(pass, "we");
	if (!f || fputs("correct horse\n", f) < 0 || fclose(f) != 0)
		die("cannot write", pass);
	path = identity_default_path();
	secret_set(&passphrase, "correct horse", 13);
	if (identity_create(path, "Responder One", "R1", &passphrase, VAULT_KDF_INTERACTIVE, &err) < 0 ||
	    !(me = identity_load(path, &err)) || identity_unlock(me, path, &passphrase, &err) < 0)
		die("cannot make an identity", err.message);
	secret_release(&passphrase);
	free(path);
}

static void clean_up(void)
{
	char *command = xasprintf("rm -rf '%s'", folder);
	identity_free(me);
	if (system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", folder);
	free(command);
	free(site);
	free(pass);
}

int main(int argc, char **argv)
{
	unsigned long scripts = 10, workbenches = 3;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--program") == 0)
			program = argv[i + 1];
		else if (strcmp(argv[i], "--times") == 0)
			scripts = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--workbench") == 0)
			workbenches = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0)
			random_state = strtoul(argv[i + 1], NULL, 10) * 2 + 1;
	}
	if (!program || access(program, X_OK) < 0) {
		fprintf(stderr, "usage: %s --program GENBA [--times N] [--workbench N] [--seed N]\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	begin();
	campaign("script", scripts, run_script);
	campaign("workbench", workbenches, run_workbench);
	clean_up();
	printf("%lu runs: %lu killed, %lu ended before; %lu labels told; %lu unclean ends found, %lu saved changes "
	       "recovered, "
	       "%lu torn tails dropped: %lu lost, %lu different, %lu unreadable, %lu false warnings\n",
	       result.runs, result.killed, result.ended, result.told, result.unclean, result.recovered, result.torn,
	       result.lost, result.different, result.unreadable, result.warned);
	if (result.told == 0 || result.unclean == 0) {
		printf("nothing was killed at work: the campaign proves nothing\n");
		return 1;
	}
	return result.lost + result.different + result.unreadable + result.warned > 0;
}
