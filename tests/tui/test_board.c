/*
 * The Board in ten states: how it looks, that each row leads where it seems to lead, and that nothing that is done, at no
 * size of the screen, hides that there is an alarm.
 */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include "tui/routes.h"
#include "tui/term/screen.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEADS "›"

static void nothing(struct program *p)
{
	(void)p;
}

static void infected(struct program *p)
{
	program_good(p, "add", "asset", "hostname=HR-PC-03", "status=infected", NULL);
	program_good(p, "add", "asset", "hostname=FS-01", "status=compromised", "containment=isolated", NULL);
}

static void suspected(struct program *p)
{
	program_good(p, "add", "asset", "hostname=HR-PC-04", "status=suspected", NULL);
	program_good(p, "add", "asset", "hostname=HR-PC-05", "status=suspected", "containment=isolated", NULL);
	program_good(p, "add", "asset", "hostname=HR-PC-06", "status=clean", NULL);
}

static void overdue(struct program *p)
{
	program_good(p, "add", "party", "name=Tanaka", NULL);
	program_good(p, "add", "measure", "title=Block the C2 server", "track=provisional", "due=2026-11-20",
	             "owner=R1-P1", NULL);
	program_good(p, "add", "measure", "title=Write the report", "track=permanent", "due=2027-01-20", NULL);
}

static void many(struct program *p)
{
	static const char *const findings[] = {"unchecked", "suspected", "infected", "clean"};
	char path[128];
	snprintf(path, sizeof path, "%s/machines.csv", p->dir);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs("hostname,status\n", f);
	for (int i = 0; i < 300; i++)
		fprintf(f, "PC-%03d,%s\n", i, findings[i % 7 < 3 ? 0 : i % 4]);
	fclose(f);
	program_good(p, "import", "csv", path, "asset", NULL);
}

/* ---- states that two people make */

static char *key_of(struct program *p)
{
	program_good(p, "key", "export", NULL);
	p->out.data[strcspn(p->out.data, "\n")] = '\0';
	return strdup(p->out.data);
}

/* From now on somebody else works, on a copy that was handed to them. */
static void become_the_other(struct program *p)
{
	char home[160];
	char copy[160];
	char *first_home = strdup(getenv("XDG_DATA_HOME"));
	snprintf(home, sizeof home, "%s/other", p->dir);
	snprintf(copy, sizeof copy, "%s/copy.genba", p->dir);
	setenv("XDG_DATA_HOME", home, 1);
	program_good(p, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf", "interactive", NULL);
	char *other = key_of(p);
	setenv("XDG_DATA_HOME", first_home, 1);
	program_good(p, "handover", "--to", other, "--out", copy, NULL);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("GENBA_CASE", copy, 1);
	free(first_home);
	free(other);
}

static void handed_over(struct program *p)
{
	infected(p);
	become_the_other(p);
}

static void disputed(struct program *p)
{
	char delta[160];
	snprintf(delta, sizeof delta, "%s/delta", p->dir);
	program_good(p, "add", "asset", "hostname=HR-PC-03", NULL);
	char *home = strdup(getenv("XDG_DATA_HOME"));
	char *site = strdup(getenv("GENBA_CASE"));
	char *first = key_of(p);
	become_the_other(p);
	program_good(p, "set", "R1-A1", "status=clean", NULL);
	program_good(p, "handover", "--delta", "--to", first, "--out", delta, NULL);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("GENBA_CASE", site, 1);
	program_good(p, "set", "R1-A1", "status=infected", NULL);
	program_good(p, "merge", delta, NULL);
	free(home);
	free(site);
	free(first);
}

/* What is typed when the terminal goes away. */
static void drafts(struct program *p)
{
	suspected(p);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset");
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "smells of smoke");
	terminal_await(t, "smells of smoke");
	terminal_hang_up(t);
	terminal_end(t);
}

static void to_judge(struct program *p)
{
	program_good(p, "add", "asset", "hostname=HR-PC-03", NULL);
	program_good(p, "add", "finding", "title=A program was set to run at logon.", "level=high", "on=HR-PC-03",
	             NULL);
	program_good(p, "add", "finding", "title=A scheduled task was made or changed.", "level=low", "on=HR-PC-03",
	             NULL);
	program_good(p, "add", "finding", "title=An event log was cleared.", "level=high", "status=confirmed",
	             "on=HR-PC-03", NULL);
}

static const struct state {
	const char *name;
	void (*make)(struct program *p);
	const char *language;
	int rows, columns;
} states[] = {
    {"new", nothing, "en", 24, 80},
    {"alarm", infected, "en", 24, 80},
    {"disputed", disputed, "en", 24, 80},
    {"suspected", suspected, "en", 24, 80},
    {"handed-over", handed_over, "en", 24, 120},
    {"drafts", drafts, "en", 24, 80},
    {"overdue", overdue, "en", 24, 80},
    {"many", many, "en", 24, 80},
    {"alarm", infected, "ja", 24, 80},
    {"many", many, "en", 60, 200},
    {"to-judge", to_judge, "en", 24, 80},
    {"to-judge", to_judge, "ja", 24, 80},
    {"new", nothing, "ja", 24, 80},
    {"disputed", disputed, "ja", 24, 80},
    {"suspected", suspected, "ja", 24, 80},
    {"handed-over", handed_over, "ja", 24, 120},
    {"drafts", drafts, "ja", 24, 80},
    {"overdue", overdue, "ja", 24, 80},
    {"many", many, "ja", 24, 80},
    {"many", many, "ja", 60, 200},
};

static struct terminal *open_state(struct program *p, const struct state *state, int rows, int columns)
{
	program_init(p);
	program_case(p, "Slow terminal");
	state->make(p);
	struct terminal *t = terminal_open(rows, columns, NULL, "--lang", state->language, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, strcmp(state->language, "ja") == 0 ? "ボード" : "Board");
	terminal_type(t, KEYS_PAGES_UP "j"); /* the notices of the opening go */
	terminal_await_row(t, -2, " 2/");
	return t;
}

static void close_state(struct program *p, struct terminal *t)
{
	terminal_quit(t);
	program_release(p);
}

static void the_states_look_as_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		struct program p;
		char golden[80];
		struct terminal *t = open_state(&p, &states[i], states[i].rows, states[i].columns);
		snprintf(golden, sizeof golden, "board-%s-%s-%dx%d", states[i].name, states[i].language,
		         states[i].columns, states[i].rows);
		terminal_golden(t, golden);
		close_state(&p, t);
	}
}

/* ---- rows */

static int has_gone_on(struct terminal *t, void *ctx)
{
	struct buf now = BUF_INIT;
	const char *before = ctx;
	terminal_text(t, &now);
	/* the header's clock and marks aside: the title changes, or a question stands below */
	int other = strcmp(strchr(now.data, '\n'), strchr(before, '\n')) != 0;
	buf_release(&now);
	return other && terminal_find(t, "leads nowhere") < 0;
}

static int is_as_before(struct terminal *t, void *ctx)
{
	const int *rows = ctx;
	struct buf title = BUF_INIT;
	struct buf footer = BUF_INIT;
	terminal_row(t, 1, &title);
	terminal_row(t, *rows - 2, &footer);
	int is = strncmp(title.data, "Board", 5) == 0 && strstr(footer.data, "Enter open") != NULL;
	buf_release(&title);
	buf_release(&footer);
	return is;
}

static void go_to_row(struct terminal *t, int i)
{
	char place[16];
	terminal_type(t, KEYS_PAGES_UP);
	terminal_await_row(t, -2, " 1/");
	for (int k = 0; k < i; k++) {
		terminal_type(t, "j");
		snprintf(place, sizeof place, " %d/", k + 2);
		terminal_await_row(t, -2, place);
	}
}

static void try_row(struct terminal *t, int i, int rows)
{
	struct buf text = BUF_INIT;
	struct buf before = BUF_INIT;
	go_to_row(t, i);
	terminal_row(t, 2 + i, &text);
	terminal_text(t, &before);
	terminal_type(t, KEYS_ENTER);
	if (strncmp(text.data, LEADS, strlen(LEADS)) == 0) {
		terminal_await_that(t, has_gone_on, before.data, text.data);
		terminal_type(t, KEYS_ESCAPE);
		for (int tries = 0; tries < 2 && !is_as_before(t, &rows);
		     tries++) { /* a step lies above its playbook */
			buf_clear(&before);
			terminal_text(t, &before);
			terminal_await_that(t, has_gone_on, before.data, "one step back");
			if (!is_as_before(t, &rows))
				terminal_type(t, KEYS_ESCAPE);
		}
		terminal_await_that(t, is_as_before, &rows, "back at the Board");
	} else {
		terminal_await_row(t, -1, "leads nowhere");
	}
	buf_release(&text);
	buf_release(&before);
}

static void each_row_leads_or_says_that_it_does_not(void **state)
{
	(void)state;
	const int rows = 60;
	for (size_t i = 0; i < 7; i++) {
		struct program p;
		struct terminal *t = open_state(&p, &states[i], rows, 110);
		int count = 0;
		struct buf line = BUF_INIT;
		terminal_row(t, rows - 2, &line);
		assert_non_null(strrchr(line.data, '/'));
		count = atoi(strrchr(line.data, '/') + 1);
		buf_release(&line);
		assert_true(count > 10 && count < rows - 4);
		for (int row = 0; row < count; row++)
			try_row(t, row, rows);
		close_state(&p, t);
	}
}

static void findings_lead_to_those_that_nobody_has_judged(void **state)
{
	(void)state;
	struct program p;
	static const struct state judging = {"to-judge", to_judge, "en", 24, 80};
	struct terminal *t = open_state(&p, &judging, 24, 80);
	terminal_await(t, "2 findings to judge, of level high: 1");
	go_to_row(t, terminal_find(t, "findings to judge") - 2);
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Triage");
	terminal_await(t, "A program was set to run at logon.");
	terminal_await(t, "those that are judged are not shown");
	assert_true(terminal_find(t, "An event log was cleared.") < 0);
	terminal_type(t, "f");
	terminal_await(t, "An event log was cleared.");
	assert_true(terminal_find(t, "those that are judged are not shown") < 0);
	close_state(&p, t);
}

/* `g` goes to the first row on which Enter does something, here and where the list begins with a heading; the heading is seen. */
static void the_first_row_is_one_to_act_on(void **state)
{
	(void)state;
	struct program p;
	static const struct state judging = {"to-judge", to_judge, "en", 24, 80};
	struct terminal *t = open_state(&p, &judging, 24, 80);
	terminal_await(t, "2 findings to judge, of level high: 1");
	terminal_type(t, "G");
	terminal_type(t, "g" KEYS_ENTER);
	terminal_await_gone(t, "findings to judge");
	terminal_type(t, "T");
	terminal_await_row(t, 1, "Triage");
	terminal_await(t, "A program was set to run at logon.");
	terminal_type(t, "G");
	terminal_type(t, "g");
	terminal_await_row(t, -2, " 2/");
	close_state(&p, t);
}

/* What of a row does not fit stands in the last line while the cursor is on it. */
static void a_row_that_is_cut_is_told_below(void **state)
{
	(void)state;
	struct program p;
	static const struct state empty = {"new", nothing, "en", 24, 80};
	struct terminal *t = open_state(&p, &empty, 24, 80);
	program_good(&p, "add", "asset",
	             "hostname=terminal-of-the-department-of-personnel-on-the-third-floor-next-to-the-stairs",
	             "status=infected", NULL);
	terminal_await(t, "another shell");
	go_to_row(t, 1);
	terminal_await_row(t, 3, "next-to-…");
	terminal_await_row(t, -1, "…the-stairs — infected");
	terminal_type(t, "j");
	terminal_await_gone(t, "the-stairs");
	terminal_type(t, "k");
	terminal_resize(t, 24, 120); /* there is room for all of it */
	terminal_await_row(t, -1,
	                   "R1-A1   terminal-of-the-department-of-personnel-on-the-third-floor-next-to-the-stairs");
	close_state(&p, t);
}

/* ---- nothing hides an alarm */

/* All keys that some table has, once each, and the keys that move; without q, which may leave genba, and the lock, which
 * hides everything. */
struct all_keys {
	int codes[256];
	size_t count;
};

static void add_key(struct all_keys *all, int code)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->codes[i] == code)
			return;
	if (code == 'q' || code == CTRL('l') || code == CTRL('z'))
		return;
	assert_true(all->count < sizeof all->codes / sizeof *all->codes);
	all->codes[all->count++] = code;
}

static void add_keys(struct all_keys *all, const struct view_key *keys)
{
	for (; keys && keys->key; keys++)
		add_key(all, view_key_code(keys));
}

static void find_keys(struct all_keys *all)
{
	static const int moves[] = {'j',       'k',         'g',         'G',           ' ',       CTRL('f'), CTRL('b'),
	                            KEY_GO_UP, KEY_GO_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_FIRST, KEY_LAST};
	static const int typed[] = {CTRL('s'), '=', '.', '-', 'z', U'端'}; /* in prompts and forms */
	for (const struct route *route = route_next(NULL); route; route = route_next(route)) {
		struct view_key key;
		if (route_key(route, &key))
			add_key(all, view_key_code(&key));
		if (route->view) {
			add_keys(all, route->view->own_keys);
			add_keys(all, route->view->keys);
		}
	}
	add_keys(all, workbench_keys);
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		add_key(all, moves[i]);
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
		add_key(all, typed[i]);
}

/* What the terminal sends for it. */
static void type_key(struct terminal *t, int code)
{
	static const struct {
		int code;
		const char *sent;
	} special[] = {{KEY_GO_UP, KEYS_UP},       {KEY_GO_DOWN, KEYS_DOWN},    {KEY_GO_LEFT, KEYS_LEFT},
	               {KEY_GO_RIGHT, KEYS_RIGHT}, {KEY_PAGE_UP, KEYS_PAGE_UP}, {KEY_PAGE_DOWN, KEYS_PAGE_DOWN},
	               {KEY_FIRST, "\033OH"},      {KEY_LAST, "\033OF"},        {KEY_BACK, KEYS_BACKSPACE},
	               {KEY_REMOVE, "\033[3~"},    {KEY_RETURN, KEYS_ENTER},    {U'端', "端"}};
	char letter[2] = {(char)code, '\0'};
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (special[i].code == code) {
			terminal_type(t, special[i].sent);
			return;
		}
	assert_in_range(code, 1, 126);
	terminal_type(t, letter);
}

static int random_key(const struct all_keys *all, unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return all->codes[*seed / 65536u % all->count];
}

/* Read only, so that no walk can do what really ends an alarm; and once with all keys that write, over so many machines that
 * a walk cannot deal with them all. */
static void no_walk_hides_an_alarm(void **state)
{
	(void)state;
	static const struct {
		int rows, columns;
	} sizes[] = {{5, 20}, {6, 30}, {8, 40}, {12, 60}, {24, 80}, {30, 120}, {60, 200}};
	unsigned seed = 20261123;
	struct all_keys all = {.count = 0};
	const char *more = getenv("GENBA_WALKS"); /* so many rounds of fourteen walks: one, if nothing is said */
	int rounds = more ? atoi(more) : 1;
	find_keys(&all);
	assert_true(all.count > 60);
	for (int round = 0; round < 2 * rounds; round++) {
		int writing = round % 2;
		struct program p;
		program_init(&p);
		program_case(&p, "Slow terminal");
		many(&p);
		program_good(&p, "play", "isolate", NULL);
		struct terminal *t =
		    terminal_open(24, 80, NULL, getenv("GENBA_CASE"), writing ? "--lang=en" : "--read-only", NULL);
		terminal_await_row(t, 1, "Board");
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			terminal_resize(t, sizes[i].rows, sizes[i].columns);
			for (int k = 0; k < 100; k++) {
				type_key(t, random_key(&all, &seed));
				terminal_await_row(t, 0, "!! ");
			}
		}
		terminal_hang_up(t);
		terminal_end(t);
		program_release(&p);
	}
}

int main(void)
{
	routes_begin();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_states_look_as_they_should),
	    cmocka_unit_test(a_row_that_is_cut_is_told_below),
	    cmocka_unit_test(findings_lead_to_those_that_nobody_has_judged),
	    cmocka_unit_test(the_first_row_is_one_to_act_on),
	    cmocka_unit_test(each_row_leads_or_says_that_it_does_not),
	    cmocka_unit_test(no_walk_hides_an_alarm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
