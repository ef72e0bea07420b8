/*
 * Playbooks worked through on the real screen, in Japanese, at 80×24, from the
 * first step to the end: the test reads the playbook, knows by the engine where
 * it stands, and types what a person would.
 *
 * GENBA_LONG=1 plays preserve and investigate as well, and the preserving that
 * isolate ends with; without it that one step is said not to apply.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"
#include "tui/view/playbook/step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEPS 200

struct play {
	struct program *program;
	struct terminal *t;
	size_t steps;     /* on record, over all runs */
	size_t files;     /* made as evidence */
	size_t offers;    /* commands that were run */
	int whole;        /* called playbooks are played too */
	const char *disk; /* the answer to whether the disk can be imaged */
};

/* ---- waiting */

struct row_wish {
	int row;
	const char *other; /* text that will do as well; NULL: none */
};

static int is_filled(struct terminal *t, void *ctx)
{
	const struct row_wish *wish = ctx;
	struct buf line = BUF_INIT;
	terminal_row(t, wish->row, &line);
	int filled = strstr(line.data, "✗") == NULL;
	buf_release(&line);
	return filled || (wish->other && terminal_shows(t, wish->other));
}

static void await_filled(struct play *p, int row, const char *other)
{
	struct row_wish wish = {row, other};
	terminal_await_that(p->t, is_filled, &wish, "the row is filled in");
}

static void ask(struct play *p, const char *question, const char *keys)
{
	terminal_await_row(p->t, -1, question);
	terminal_type(p->t, keys);
}

/* ---- filling in */

static void fill_field(struct play *p, const struct field *field)
{
	switch (field->type) {
	case FIELD_LONG:
		terminal_await(p->t, "入力は残る");
		terminal_type(p->t, "現場で確認した" KEYS_CTRL_S);
		break;
	case FIELD_ENUM:
	case FIELD_TRI: /* what it holds from the start would say nothing */
		ask(p, field_label(field),
		    field->fallback && strcmp(field->fallback, field->values[0].name) == 0 ? KEYS_DOWN KEYS_ENTER
		                                                                           : KEYS_ENTER);
		break;
	case FIELD_ENUMS:
		ask(p, field_label(field), " " KEYS_ENTER);
		break;
	case FIELD_REF:
	case FIELD_REFS:
		ask(p, field_label(field), strcmp(field->ref_kind, "party") == 0 ? "担当者A" KEYS_ENTER : KEYS_ENTER);
		break;
	case FIELD_TIME:
		ask(p, field_label(field), "2026-11-23T14:05:00Z" KEYS_ENTER);
		break;
	case FIELD_DURATION:
		ask(p, field_label(field), "PT1M" KEYS_ENTER);
		break;
	case FIELD_INT:
	case FIELD_SIZE:
		ask(p, field_label(field), "1" KEYS_ENTER);
		break;
	default:
		ask(p, field_label(field), "確認済み" KEYS_ENTER);
	}
}

static void seal(struct play *p)
{
	static const char *const fields[] = {"title", "source_serial", "seal_no", "witness", "hash_due", "stored_at"};
	terminal_type(p->t, KEYS_DOWN KEYS_DOWN KEYS_ENTER);
	ask(p, "証拠の種別", KEYS_ENTER);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		fill_field(p, kind_field(kind_find("evidence"), fields[i]));
}

static void preserve(struct play *p, int row)
{
	char name[32];
	char line[128];
	snprintf(name, sizeof name, "e%zu.bin", ++p->files);
	FILE *f = fopen(program_file(p->program, name), "we");
	assert_non_null(f);
	fprintf(f, "evidence %zu\n", p->files);
	fclose(f);
	snprintf(line, sizeof line, "%s" KEYS_ENTER, program_file(p->program, name));
	terminal_type(p->t, KEYS_ENTER);
	ask(p, ":preserve --on R1-A1", line);
	await_filled(p, row, "証拠の種別");
	if (terminal_shows(p->t, "証拠の種別"))
		terminal_type(p->t, KEYS_ENTER);
}

static void fill_evidence(struct play *p, const json_t *need, int row)
{
	const json_t *types = json_object_get(need, "evidence");
	terminal_await_row(p->t, -1, "証拠:");
	int sealed = json_array_size(types) && strcmp(json_string_value(json_array_get(types, 0)), "device") == 0;
	if (sealed)
		seal(p);
	else
		preserve(p, row);
}

static void play(struct play *p, const char *name);

static void fill_need(struct play *p, const json_t *need, int row)
{
	const struct field *field = step_need_field(need);
	terminal_type(p->t, KEYS_ENTER);
	if (json_get_string(need, "run")) {
		play(p, json_get_string(need, "run"));
		terminal_type(p->t, KEYS_ESCAPE);
		terminal_await_row(p->t, 1, "手順");
	} else if (field) {
		fill_field(p, field);
	} else if (json_object_get(need, "note")) {
		terminal_await(p->t, "入力は残る"); /* and so it does */
		terminal_type(p->t, "確認した内容" KEYS_ESCAPE);
	} else if (json_object_get(need, "evidence")) {
		fill_evidence(p, need, row);
	} else { /* a record of another kind: one is there, and is picked */
		terminal_await(p->t, "記録済みのものから選ぶ");
		if (terminal_shows(p->t, "> 新しく記録する")) /* none that is left fits */
			terminal_type(p->t, KEYS_DOWN);
		terminal_await(p->t, "> 記録済みのものから選ぶ");
		terminal_type(p->t, KEYS_ENTER);
		await_filled(p, row, "関連"); /* the only one that fits is taken without a list */
		if (!is_filled(p->t, &(struct row_wish){row, NULL}))
			terminal_type(p->t, KEYS_ENTER);
	}
	await_filled(p, row, NULL);
}

static int is_open(struct play *p, int row)
{
	struct row_wish wish = {row, NULL};
	return !is_filled(p->t, &wish);
}

/* ---- steps */

static void await_recorded(struct play *p)
{
	char said[64];
	snprintf(said, sizeof said, "R1-S%zu を記録しました", ++p->steps);
	terminal_await(p->t, said);
}

static void do_step(struct play *p, const struct waiting *w)
{
	terminal_type(p->t, "e");
	terminal_await_row(p->t, 1, "手順");
	terminal_await(p->t, "▶ 完了として記録");
	json_t *needs = run_requirements(w);
	size_t i;
	json_t *need;
	json_array_foreach(needs, i, need)
		if (is_open(p, 2 + (int)i))
			fill_need(p, need, 2 + (int)i);
	json_decref(needs);
	terminal_await_gone(p->t, "✗");
	terminal_type(p->t, KEYS_CTRL_S);
	await_recorded(p);
}

/* An offered command is whole on the screen, and runs only when it was said yes to. */
static void run_offered(struct play *p, const struct waiting *w)
{
	const json_t *command = json_array_get(json_object_get(w->step, "commands"), 0);
	terminal_type(p->t, "o");
	terminal_await_row(p->t, 1, "提案コマンド");
	terminal_await(p->t, json_get_string(command, "command"));
	terminal_type(p->t, KEYS_ENTER);
	ask(p, "実行しますか", "n");
	terminal_await_row(p->t, -1, "実行しませんでした");
	terminal_type(p->t, KEYS_ENTER);
	ask(p, "実行しますか", "y");
	terminal_await_row(p->t, 1, "プレイブック");
	terminal_await(p->t, "を記録しました");
	p->offers++;
}

static int offers(const struct waiting *w)
{
	const json_t *first = json_array_get(json_object_get(w->step, "commands"), 0);
	const char *command = json_get_string(first, "command");
	return json_is(first, "type", "bash") && command && strncmp(command, "genba ", 6) != 0; /* of a shell */
}

/* Loops are left, nothing is being destroyed; all else is yes. */
static const char *answer_of(struct play *p, const struct waiting *w)
{
	if (strcmp(w->id, "mountable") == 0 && p->disk)
		return p->disk;
	return playbook_step_is(w->step, "while-condition") || strcmp(w->id, "destruction") == 0 ? "no" : "yes";
}

/* A choice is told by what it leads to, as the playbook names it, before its word; on record, too. */
static void choose_first(struct play *p, const struct playbook *book, const struct waiting *w)
{
	void *first = json_object_iter(json_object_get(w->step, "cases"));
	const char *to = json_string_value(json_object_iter_value(first));
	const char *name = playbook_text(json_object_get(playbook_step(book, to), "name"));
	const char *word = json_object_iter_key(first);
	char *choice = *name ? xasprintf("> %s (%s)", name, word) : xasprintf("> %s", word);
	char *recorded = xasprintf("[%s]", *name ? name : word);
	terminal_type(p->t, KEYS_ENTER);
	terminal_await(p->t, choice);
	terminal_type(p->t, KEYS_ENTER);
	await_recorded(p);
	terminal_type(p->t, "G");
	terminal_await(p->t, recorded);
	terminal_type(p->t, "g");
	free(recorded);
	free(choice);
}

static const char *answer_step(struct play *p, const struct playbook *book, const struct waiting *w)
{
	const char *said;
	if (w->what == WAITING_QUESTION) {
		said = answer_of(p, w);
		terminal_type(p->t, strcmp(said, "yes") == 0 ? "y" : "N");
		await_recorded(p);
	} else {
		json_t *cases = json_object_get(w->step, "cases");
		said = json_object_iter_key(json_object_iter(cases));
		choose_first(p, book, w);
	}
	return said;
}

static void await_step(struct play *p, const struct waiting *w)
{
	char heading[128];
	snprintf(heading, sizeof heading, " %s %.60s", w->what == WAITING_ACTION ? "▶" : "?",
	         playbook_text(json_object_get(w->step, "name")));
	terminal_await(p->t, heading);
}

/* The run is on the screen already. */
static void play(struct play *p, const char *name)
{
	struct err err = ERR_INIT;
	struct playbook *book = playbook_find(name, &err);
	assert_non_null(book);
	struct engine *e = engine_new(book);
	struct waiting list[RUN_WAITING];
	for (size_t i = 0; engine_waiting(e, list, RUN_WAITING) > 0; i++) {
		struct waiting w = list[0];
		enum outcome outcome = OUTCOME_DONE;
		const char *answer = NULL;
		assert_true(i < STEPS);
		await_step(p, &w);
		if (w.what != WAITING_ACTION) {
			answer = answer_step(p, book, &w);
		} else if (run_called_playbook(&w) && !p->whole) {
			outcome = OUTCOME_NOT_APPLICABLE;
			terminal_type(p->t, "-");
			ask(p, "対象外", "別に実施する" KEYS_ENTER);
			await_recorded(p);
		} else {
			if (offers(&w) && p->offers == 0)
				run_offered(p, &w);
			do_step(p, &w);
		}
		if (engine_record(e, w.invocation, outcome, answer, &err) < 0)
			fail_msg("%s: %s", w.id, err.message);
	}
	terminal_await(p->t, "このプレイブックは終了しました");
	engine_free(e);
	playbook_free(book);
}

static void start(struct play *p, const char *name)
{
	char keys[64];
	snprintf(keys, sizeof keys, ":play %s --on R1-A1" KEYS_ENTER, name);
	terminal_type(p->t, keys);
	terminal_await_gone(p->t, keys + 1);
	terminal_type(p->t, KEYS_ESCAPE "1");
	terminal_await_row(p->t, 1, "ボード");
	terminal_type(p->t, "2");
	terminal_await_row(p->t, 1, "プレイブック");
}

/* ---- the scene */

static void prepare(struct program *p)
{
	program_case(p, "Slow terminal in personnel");
	program_good(p, "add", "asset", "hostname=HR-PC-03", "status=suspected", "power=on", NULL);
	program_good(p, "add", "asset", "hostname=HR-PC-04", "status=suspected", "power=on", NULL);
	program_good(p, "add", "decision", "title=Cut it", "choice=yes", "reason=C2", "by=Person A", "when=now",
	             "risk=It goes on", "risk_by=Person A", "review=2026-12-24", NULL);
	program_good(p, "add", "indicator", "type=ip", "value=192.0.2.1", NULL);
	program_good(p, "add", "measure", "title=Block", "track=situation", "status=proposed", "owner=Person A",
	             "due=2026-12-24", "legal=APPI 26", NULL);
	program_good(p, "add", "account", "name=svc", NULL);
	program_good(p, "add", "logsource", "name=Proxy", "asset=R1-A1", "from=2026-11-01", NULL);
	program_good(p, "add", "check", "on=R1-A1", "method=antivirus", "when=now", "result=found", NULL);
	program_good(p, "add", "event", "title=Mail", "side=attacker", NULL);
	program_good(p, "add", "mail", "subject=Notice", NULL);
	program_good(p, "add", "site", "name=Head office", "count_source=ledger", NULL);
	program_good(p, "add", "media", "name=USB-01", NULL);
	program_good(p, "add", "flow", "from=R1-A1", "to=R1-A1", "type=infected", NULL);
	program_good(p, "add", "use", "medium=USB-01", "asset=R1-A1", "when=now", NULL);
	program_good(p, "add", "transfer", "items=R1-A1", "action=collected", "from=Person A", "to=Person B",
	             "when=now", "purpose=analysis", NULL);
}

/* Nothing is wrong with the case, and the account names each step that is on record. */
static void check(struct play *p)
{
	program_good(p->program, "verify", NULL);
	program_good(p->program, "list", "step", "--json", NULL);
	json_t *steps = json_loads(p->program->out.data, 0, NULL);
	assert_int_equal(json_array_size(steps), p->steps);
	size_t i;
	json_t *step;
	json_array_foreach(steps, i, step) {
		program_good(p->program, "play", "account", json_get_string(step, "run"), "--json", NULL);
		if (!strstr(p->program->out.data, json_get_string(step, "label")))
			fail_msg("%s is not in the account of its run", json_get_string(step, "label"));
	}
	json_decref(steps);
}

/* What the command said is evidence of the step that offered it. */
static void check_offered(struct play *p)
{
	size_t i;
	json_t *step;
	size_t linked = 0;
	assert_int_equal(p->offers, 1);
	program_good(p->program, "list", "step", "--json", NULL);
	json_t *steps = json_loads(p->program->out.data, 0, NULL);
	json_array_foreach(steps, i, step)
		if (strcmp(json_get_string(step, "step_id"), "verify") == 0)
			linked += json_array_size(json_object_get(step, "evidence"));
	json_decref(steps);
	assert_int_equal(linked, 1);
}

static void open_screen(struct play *p, struct program *program)
{
	program_init(program);
	prepare(program);
	i18n_set_language("ja");
	p->program = program;
	p->whole = getenv("GENBA_LONG") != NULL;
	p->t = terminal_open(24, 80, NULL, "--lang", "ja", getenv("GENBA_CASE"), NULL);
	terminal_await_row(p->t, 1, "ボード");
}

static void close_screen(struct play *p)
{
	terminal_quit(p->t);
	check(p);
	program_release(p->program);
}

static void isolate_is_played_to_its_end(void **state)
{
	(void)state;
	struct program program;
	struct play p = {NULL};
	open_screen(&p, &program);
	start(&p, "isolate");
	terminal_type(p.t, "z");
	ask(&p, "中断の理由", "交代" KEYS_ENTER);
	terminal_await(p.t, "‖ 中断中: 交代");
	terminal_type(p.t, KEYS_ENTER);
	terminal_await_row(p.t, -1, "z で再開");
	terminal_type(p.t, "z");
	terminal_await_row(p.t, -1, "R1-J1 を再開しました");
	play(&p, "isolate");
	terminal_type(p.t, "a");
	terminal_await(p.t, "R1-J1 の実施記録");
	terminal_type(p.t, KEYS_ESCAPE);
	check_offered(&p);
	close_screen(&p);
}

/* Chosen in the dialogue; each step is one record for both. */
static void two_assets_are_one_run(void **state)
{
	(void)state;
	struct program program;
	struct play p = {NULL};
	open_screen(&p, &program);
	terminal_type(p.t, "2P");
	ask(&p, "プレイブック", "isolate" KEYS_ENTER);
	ask(&p, "対象", "HR-PC-03" KEYS_ENTER);
	ask(&p, "R1-A1", "HR-PC-04" KEYS_ENTER);
	ask(&p, "R1-A1,R1-A2", KEYS_ENTER);
	terminal_await_row(p.t, 1, "R1-A2 HR-PC-04");
	terminal_type(p.t, "-");
	ask(&p, "対象外", "記録済み" KEYS_ENTER);
	await_recorded(&p);
	terminal_type(p.t, "y"); /* it is being destroyed: what the cut would lose stands above */
	await_recorded(&p);
	terminal_await_row(p.t, 1, "R1-J1");
	terminal_await(p.t, "!! R1-A1 HR-PC-03: メモリ");
	terminal_await(p.t, "!! R1-A2 HR-PC-04: メモリ");
	terminal_type(p.t, "X");
	ask(&p, "中止する理由", "誤って開始" KEYS_ENTER);
	terminal_await_row(p.t, -1, "中止しました");
	terminal_quit(p.t);
	program_good(&program, "show", "R1-S1", "--json", NULL);
	assert_non_null(strstr(program.out.data, "R1-A1"));
	assert_non_null(strstr(program.out.data, "R1-A2"));
	check(&p);
	program_release(&program);
}

/* What would have come of a run that was given up nobody knows: of no step is it said that the way did not lead there. */
static void an_abandoned_run_tells_no_way(void **state)
{
	(void)state;
	struct program program;
	program_init(&program);
	program_case(&program, "Slow terminal in personnel");
	program_good(&program, "add", "asset", "hostname=HR-PC-03", NULL);
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	struct terminal *t = terminal_open(50, 160, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "2");
	terminal_await(t, "▶  1 ");
	terminal_type(t, "X");
	terminal_await(t, "Abandon the whole run, because");
	terminal_type(t, "begun by mistake" KEYS_ENTER);
	terminal_await(t, "This run is abandoned");
	terminal_await(t, " 27 ");
	assert_false(terminal_shows(t, "not on this way"));
	terminal_quit(t);
	program_release(&program);
}

static void the_others_are_played_to_their_end(void **state)
{
	(void)state;
	struct program program;
	struct play p = {.disk = "no"};
	if (!getenv("GENBA_LONG"))
		skip();
	open_screen(&p, &program);
	start(&p, "preserve");
	play(&p, "preserve");
	start(&p, "investigate");
	play(&p, "investigate");
	close_screen(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(isolate_is_played_to_its_end),
	    cmocka_unit_test(two_assets_are_one_run),
	    cmocka_unit_test(an_abandoned_run_tells_no_way),
	    cmocka_unit_test(the_others_are_played_to_their_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
