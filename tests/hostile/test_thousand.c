/*
 * Hostile cases and parcels by number, and whatever a person does with one first: open it and look at the board, verify it,
 * accept it, merge it into their own copy, for trial and in earnest. Each door is a process of its own. Nothing outside
 * the case changes, nothing is signed for what is not whole, nothing crashes, takes more than ten seconds of processor
 * time, or prints a byte as it came; one's own copy verifies afterwards.
 *
 *     GENBA_HOSTILE=1000 how many (else a few; the target hostile_long runs 1,000), GENBA_HOSTILE_FROM=n the first,
 *     GENBA_HOSTILE_TELL=1 says of each what it is and what each door said
 */
#include "help_forge.h"

#include "base/printable.h"
#include "base/secret.h"
#include "case/case.h"
#include "case/database/room_tables.h"
#include "history/history.h"
#include "tui/command/command.h"
#include "tui/routes.h"
#include "tui/session/session.h"

#include <dirent.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define A_FEW        32
#define CPU_SECONDS  10
#define WALL_SECONDS 600 /* waits that are not work, on a machine under load */

#define ROOM_TABLE_TEXT(name, text) text ";"
#define ROOM_TABLE_TEXTS            ROOM_TABLES(ROOM_TABLE_TEXT)

static struct {
	unsigned files[FORGED_SORTS], taken_over, read_only, not_opened, accepted, merged, not_merged, doors;
	double longest; /* seconds of processor time */
} figures;

struct said {
	int status; /* of the command, as a shell would get it */
	double cpu;
	struct buf text; /* all that it printed, and its error */
};

/* ---- a door */

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...)
{
	struct buf command = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&command, format, args);
	va_end(args);
	if (system(command.data) != 0)
		fail_msg("%s", command.data);
	buf_release(&command);
}

static void run_command(struct scene *s, const char *path, const char *line, const char *to)
{
	struct err err = ERR_INIT;
	struct buf output = BUF_INIT;
	struct session session;
	char *told = NULL;
	size_t n = 0;
	static const int deaths[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) /* cmocka would go on with the test here */
		signal(deaths[i], SIG_DFL);
	alarm(WALL_SECONDS);
	scene_at(s, "victim");
	session_init(&session);
	session.log = open_memstream(&told, &n);
	session.identity = s->victim;
	session.path = xstrdup(path);
	int rc = command_run_line(&session, line, &output, &err);
	session_close(&session, NULL);
	fclose(session.log);
	FILE *f = fopen(to, "w");
	if (!f || fwrite(output.data, 1, output.len, f) != output.len || fwrite(told, 1, n, f) != n ||
	    fprintf(f, "\n%s\n", rc < 0 ? err.message : "") < 0 || fclose(f) != 0)
		_exit(99);
	_exit(rc < 0 ? err_status(&err) : 0);
}

static void door(struct scene *s, const char *path, const char *line, struct said *said)
{
	struct rusage used;
	int status = 0;
	char *to = xasprintf("%s/said", s->folder);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_command(s, path, line, to);
	assert_int_equal(wait4(child, &status, 0, &used), child);
	buf_init(&said->text);
	buf_read_file(&said->text, to, 1U << 26, NULL);
	said->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	said->cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	            (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	figures.doors++;
	if (said->cpu > figures.longest)
		figures.longest = said->cpu;
	unlink(to);
	free(to);
}

static void check_said(const char *what, const char *line, const struct said *said)
{
	struct buf safe = BUF_INIT;
	if (said->status < 0 || said->status > 5)
		fail_msg("%s\n%s ended with %d", what, line, said->status);
	if (said->cpu > CPU_SECONDS)
		fail_msg("%s\n%s took %.1f seconds of processor time", what, line, said->cpu);
	if (strstr(said->text.data, "the parser crashed"))
		fail_msg("%s\n%s: a caged process crashed: %s", what, line, said->text.data);
	printable_add(&safe, said->text.data, said->text.len, PRINTABLE_KEEP_NEWLINES);
	if (safe.len != said->text.len || memcmp(safe.data, said->text.data, safe.len) != 0)
		fail_msg("%s\n%s prints raw bytes: %s", what, line, safe.data);
	buf_release(&safe);
}

/* ---- what is outside of the case */

static int is_case(const char *name)
{
	return strncmp(name, "site.genba", 10) == 0 || strncmp(name, "mine.genba", 10) == 0 ||
	       strcmp(name, "said") == 0;
}

static void list_below(struct buf *list, const char *folder, const char *name, int top)
{
	struct dirent **entries;
	char *path = xasprintf("%s%s%s", folder, *name ? "/" : "", name);
	int n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		struct stat st;
		const char *entry = entries[i]->d_name;
		char *below = xasprintf("%s%s%s", name, *name ? "/" : "", entry);
		char *whole = xasprintf("%s/%s", folder, below);
		int skip = strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0 || (top && is_case(entry));
		if (!skip && lstat(whole, &st) == 0 && S_ISDIR(st.st_mode)) {
			list_below(list, folder, below, 0);
		} else if (!skip) {
			unsigned char digest[32];
			struct buf bytes = BUF_INIT;
			buf_read_file(&bytes, whole, 1U << 26, NULL);
			crypto_generichash(digest, sizeof digest, (unsigned char *)bytes.data, bytes.len, NULL, 0);
			buf_addf(list, "%s %o ", below, (unsigned)st.st_mode);
			buf_addhex(list, digest, sizeof digest);
			buf_addc(list, '\n');
			buf_release(&bytes);
		}
		free(whole);
		free(below);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	free(path);
}

static char *files_outside(const struct scene *s)
{
	struct buf list = BUF_INIT;
	list_below(&list, s->folder, "", 1);
	return buf_take(&list, NULL);
}

/* What a machine remembers of a case that it believes (README): in these folders only, under names without a dot. */
static int is_memory(const char *line)
{
	static const char *const folders[] = {"victim/genba/seen/", "victim/genba/known/", "victim/genba/header/"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t n = strlen(folders[i]);
		if (strncmp(line, folders[i], n) == 0)
			return line[n + strspn(line + n, "0123456789abcdefghijklmnopqrstuvwxyz-")] == ' ';
	}
	return 0;
}

static void differs(const char *a, const char *b, int may_remember, const char *what, const char *line)
{
	char *copy = xstrdup(a);
	for (char *rest = copy, *file; (file = strsep(&rest, "\n"));) {
		if (*file && !strstr(b, file) && !(may_remember && is_memory(file)))
			fail_msg("%s\n%s changed outside of the case: %s", what, line, file);
	}
	free(copy);
}

/* ---- the last action of a case, as the attacker finds it; "" where it does not open */

static void head_of(struct scene *s, const char *path, char head[HISTORY_ID])
{
	struct case_unlock unlock = {s->attacker, NULL};
	scene_at(s, "attacker");
	*head = '\0';
	struct case_file *c = case_open(path, &unlock, CASE_READ_ONLY, NULL);
	if (c && history_head(case_history(c), head, NULL) < 0)
		*head = '\0';
	case_close(c, NULL);
}

static void digest_of(const char *path, unsigned char digest[32])
{
	struct buf bytes = BUF_INIT;
	buf_read_file(&bytes, path, 1U << 26, NULL);
	crypto_generichash(digest, 32, (unsigned char *)bytes.data, bytes.len, NULL, 0);
	buf_release(&bytes);
}

/* ---- all doors of one file */

struct trial {
	struct scene *s;
	unsigned number;
	char *mine; /* the victim's own copy */
	char *what;
	int tell;
};

/* Opens, says, checks. 1 if the command did what it was asked. */
static int try_door(struct trial *t, const char *path, const char *line, int may_remember, struct buf *text)
{
	struct said said;
	char *before = files_outside(t->s);
	door(t->s, path, line, &said);
	char *after = files_outside(t->s);
	check_said(t->what, line, &said);
	differs(before, after, may_remember, t->what, line);
	differs(after, before, may_remember, t->what, line);
	if (t->tell)
		print_message("  %s: %d in %.2f s: %.300s\n", line, said.status, said.cpu, said.text.data);
	if (text)
		buf_add(text, said.text.data, said.text.len);
	int done = said.status == 0;
	free(before);
	free(after);
	buf_release(&said.text);
	return done;
}

static void open_it(struct trial *t)
{
	unsigned char before[32];
	unsigned char after[32];
	char head[HISTORY_ID];
	char now[HISTORY_ID];
	struct buf told = BUF_INIT;
	digest_of(t->s->path, before);
	head_of(t->s, t->s->path, head);
	int opened = try_door(t, t->s->path, "board", 1, &told);
	int whole = strstr(told.data, "It was checked whole before its first use here") != NULL;
	figures.taken_over += (unsigned)whole;
	figures.read_only += opened && !whole;
	figures.not_opened += !opened;
	try_door(t, t->s->path, "verify", whole, NULL);
	digest_of(t->s->path, after);
	head_of(t->s, t->s->path, now);
	if (whole && strcmp(head, now) != 0)
		fail_msg("%s\nlooking at it signed %s", t->what, now);
	int accepted = try_door(t, t->s->path, "accept", whole, NULL);
	figures.accepted += (unsigned)accepted;
	if (!whole) {
		char *receipt = xasprintf("%s.receipt", t->s->path);
		digest_of(t->s->path, after);
		if (memcmp(before, after, sizeof before) != 0)
			fail_msg("%s\nit was written to", t->what);
		if (accepted || access(receipt, F_OK) == 0)
			fail_msg("%s\nit was accepted", t->what);
		free(receipt);
	}
	buf_release(&told);
}

static void merge_it(struct trial *t)
{
	char head[HISTORY_ID];
	char now[HISTORY_ID];
	char *trial = xasprintf("merge --dry-run '%s'", t->s->path);
	char *earnest = xasprintf("merge '%s'", t->s->path);
	head_of(t->s, t->mine, head);
	try_door(t, t->mine, trial, 1, NULL);
	head_of(t->s, t->mine, now);
	if (strcmp(head, now) != 0)
		fail_msg("%s\na dry run signed %s", t->what, now);
	int merged = try_door(t, t->mine, earnest, 1, NULL);
	head_of(t->s, t->mine, now);
	if (!merged && strcmp(head, now) != 0)
		fail_msg("%s\na merge that was refused signed %s", t->what, now);
	figures.merged += (unsigned)merged;
	figures.not_merged += !merged;
	if (!try_door(t, t->mine, "verify", 1, NULL))
		fail_msg("%s\nafter the merge one's own copy does not verify", t->what);
	free(trial);
	free(earnest);
}

static unsigned wanted(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);
	return text && *text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* The sound case in its place, and the victim on a machine that has never seen it, or on that of their own copy. */
static void put_back(struct trial *t, const char *machine)
{
	shell("cd '%s' && rm -rf site.genba* mine.genba* victim && cp kept/site.genba kept/mine.genba . && "
	      "cp -a kept/%s victim",
	      t->s->folder, machine);
}

static enum forged forge_on(struct trial *t, const char *machine, struct buf *what)
{
	put_back(t, machine);
	scene_at(t->s, "attacker");
	return forge(t->s, t->number, what);
}

static void none_of_them_gets_anywhere(void **state)
{
	struct scene *s = *state;
	struct trial t = {
	    .s = s, .mine = xasprintf("%s/mine.genba", s->folder), .tell = getenv("GENBA_HOSTILE_TELL") != NULL};
	unsigned from = wanted("GENBA_HOSTILE_FROM", 0);
	unsigned count = wanted("GENBA_HOSTILE", A_FEW);
	struct said said;
	scene_at(s, "attacker");
	forge_base(s);
	shell("cd '%s' && echo precious > precious && mkdir -p kept/fresh/genba && "
	      "echo '{}' > kept/fresh/genba/identity.json && cp -a kept/fresh victim && cp site.genba mine.genba",
	      s->folder);
	door(s, t.mine, "accept", &said);
	if (said.status != 0)
		fail_msg("the sound one: %s", said.text.data);
	buf_release(&said.text);
	shell("cd '%s' && rm -f mine.genba.receipt && cp site.genba mine.genba kept && cp -a victim kept/used",
	      s->folder);
	for (t.number = from; t.number < from + count; t.number++) {
		struct buf what = BUF_INIT;
		buf_addf(&what, "file %u: ", t.number);
		enum forged sort = forge_on(&t, "fresh", &what);
		t.what = printable_dup(what.data);
		if (t.tell)
			print_message("%s\n", t.what);
		figures.files[sort]++;
		if (sort != FORGED_PARCEL)
			open_it(&t);
		forge_on(&t, "used", &what);
		merge_it(&t);
		free(t.what);
		buf_release(&what);
	}
	print_message("%u files (%u of rows, %u of histories, %u of bytes, %u parcels), %u doors: %u taken over, %u "
	              "read only, %u not "
	              "opened; %u accepted; %u merged, %u refused; longest %.1f s of processor time\n",
	              count, figures.files[FORGED_ROWS], figures.files[FORGED_HISTORY], figures.files[FORGED_BYTES],
	              figures.files[FORGED_PARCEL], figures.doors, figures.taken_over, figures.read_only,
	              figures.not_opened, figures.accepted, figures.merged, figures.not_merged, figures.longest);
	free(t.mine);
}

/* Rows of observations lie beside the records, unsigned: whoever takes a case over holds them to what their check names. */
static void observations_that_nobody_has_on_record(void **state)
{
	static const char *const doors[] = {"verify", "accept", "accept"};
	struct scene *s = *state;
	struct said said;
	scene_at(s, "attacker");
	forge_base(s);
	attacker_sql(
	    s, ROOM_TABLE_TEXTS
	    "INSERT INTO observation_set VALUES(1, '00112233445566778899aabbccddeeff', 'R1-K1', '', '', 'a.log',"
	    " 'file 1', 1, 1, '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 1, 1, 0,"
	    " zeroblob(32))");
	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
		if (i == 2) /* the same case without them */
			attacker_sql(s, "DELETE FROM observation_set");
		door(s, s->path, doors[i], &said);
		if (said.status != (i < 2 ? 4 : 0) ||
		    (i < 2 && !strstr(said.text.data, "a set of observations is said to be that of R1-K1")))
			fail_msg("%s: %d: %s", doors[i], said.status, said.text.data);
		buf_release(&said.text);
	}
}

int main(int argc, char **argv)
{
	victim_main(argc, argv);
	if (secret_setup(NULL) < 0)
		return 1;
	routes_begin();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(none_of_them_gets_anywhere, scene_begin, scene_end),
	    cmocka_unit_test_setup_teardown(observations_that_nobody_has_on_record, scene_begin, scene_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
