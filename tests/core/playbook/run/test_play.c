/*
 * The shipped playbooks, played from start to end through every branch: at each
 * step "done" is refused while something is missing, and accepted when all of it
 * is on record; every answer of every question is given at least once, every
 * step is visited.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "help_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLAYS 20
#define STEPS 120

/* What has been seen in all plays of one playbook: "step" and "step=answer". */
struct coverage {
	json_t *seen;
};

static void see(struct coverage *v, const char *id, const char *answer)
{
	char *key = answer ? xasprintf("%s=%s", id, answer) : xstrdup(id);
	json_object_set_new(v->seen, key, json_true());
	free(key);
}

static int has_seen(const struct coverage *v, const char *id, const char *answer)
{
	char *key = answer ? xasprintf("%s=%s", id, answer) : xstrdup(id);
	int seen = json_object_get(v->seen, key) != NULL;
	free(key);
	return seen;
}

struct searching {
	const struct playbook *p;
	const struct coverage *v;
	json_t *visited;
	int found;
};

static int is_unseen(const struct coverage *v, const char *id, const json_t *step)
{
	const char *name;
	json_t *to;
	if (playbook_step_is(step, "if-condition") || playbook_step_is(step, "while-condition"))
		return !has_seen(v, id, "yes") || !has_seen(v, id, "no");
	json_object_foreach(json_object_get(step, "cases"), name, to)
		if (!has_seen(v, id, name))
			return 1;
	return (playbook_step_is(step, "action") || playbook_step_is(step, "playbook-action")) &&
	       !has_seen(v, id, NULL);
}

static int search(void *ctx, const char *member, const char *key, const json_t *to)
{
	struct searching *s = ctx;
	const char *id = json_string_value(to);
	const json_t *step = playbook_step(s->p, id);
	(void)member;
	(void)key;
	if (json_object_get(s->visited, id))
		return 0;
	json_object_set_new(s->visited, id, json_true());
	s->found |= is_unseen(s->v, id, step);
	return playbook_each_way(step, search, s);
}

/* Whether the branch that begins at that step holds anything that no play has met. */
static int leads_to_unseen(const struct playbook *p, const struct coverage *v, const json_t *to)
{
	struct searching s = {p, v, json_object(), 0};
	if (to)
		search(&s, "", NULL, to);
	json_decref(s.visited);
	return s.found;
}

/* An answer that was not given yet, or that leads to something new; a circle is left as soon as there is nothing new. */
static const char *next_answer(const struct playbook *p, const struct coverage *v, const struct waiting *w)
{
	if (w->what == WAITING_QUESTION) {
		if (!has_seen(v, w->id, "yes") || leads_to_unseen(p, v, json_object_get(w->step, "on_true")))
			return "yes";
		return "no";
	}
	const char *name;
	const char *last = NULL;
	json_t *to;
	json_object_foreach(json_object_get(w->step, "cases"), name, to)
		if (!has_seen(v, w->id, name))
			return name;
	json_object_foreach(json_object_get(w->step, "cases"), name, to) {
		last = name;
		if (leads_to_unseen(p, v, to))
			return name;
	}
	return last;
}

/* "done" with nothing is refused exactly if something is missing, and changes nothing. */
static void check_refusal(struct scene *s, struct run *run, const struct waiting *w)
{
	struct buf missing = BUF_INIT;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int finished;
	struct step_outcome what = {.outcome = OUTCOME_DONE};
	uint64_t before = case_generation(s->c);
	run_missing(s->c, run, w, &missing);
	if (missing.len > 0) {
		assert_int_equal(run_step(s->c, run, w, &what, label, &finished, &err), -1);
		assert_int_equal(err.code, ERR_FAILED);
		assert_int_equal(case_generation(s->c), before);
	}
	struct step_outcome skip = {.outcome = OUTCOME_SKIPPED, .reason = ""};
	struct err why = ERR_INIT;
	assert_int_equal(run_step(s->c, run, w, &skip, label, &finished, &why), -1);
	assert_int_equal(why.code, ERR_USAGE);
	buf_release(&missing);
}

static void play(struct scene *s, const char *name, const char *on, struct coverage *v, int nested);

static void do_action(struct scene *s, struct run *run, const struct waiting *w, const char *on, int nested)
{
	const char *called = run_called_playbook(w);
	check_refusal(s, run, w);
	if (called && !nested) {
		scene_skip(s, run, w);
		return;
	}
	if (called) {
		struct coverage other = {json_object()};
		play(s, called, on, &other, 0);
		json_decref(other.seen);
	}
	scene_do(s, run, w);
}

static void play(struct scene *s, const char *name, const char *on, struct coverage *v, int nested)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct playbook *p = playbook_find(name, &err);
	assert_non_null(p);
	assert_int_equal(run_start(s->c, p, on, label, &err), 0);
	playbook_free(p);
	for (int steps = 0;; steps++) {
		struct run run;
		assert_true(steps < STEPS);
		if (run_load(s->c, label, &run, &err) < 0)
			fail_msg("%s", err.message);
		assert_int_equal(run.done_count, steps);
		assert_int_equal(run.left_over, 0);
		if (run.waiting_count == 0) {
			assert_string_equal(json_get_string(run.record, "state"), "finished");
			run_release(&run);
			return;
		}
		const struct waiting w = run.waiting[steps % (int)run.waiting_count]; /* parallels in any order */
		see(v, w.id, NULL);
		if (w.what == WAITING_ACTION) {
			do_action(s, &run, &w, on, nested);
		} else {
			const char *answer = next_answer(run.playbook, v, &w);
			see(v, w.id, answer);
			scene_answer(s, &run, &w, answer);
		}
		run_release(&run);
	}
}

/* What of the playbook no play has met yet; NULL: nothing. The caller frees. */
static char *unseen(const struct playbook *p, const struct coverage *v)
{
	const char *exception = json_get_string(p->tree, "workflow_exception");
	const char *id;
	json_t *step;
	json_object_foreach(json_object_get(p->tree, "workflow"), id, step)
		if (is_unseen(v, id, step) && !(exception && strcmp(id, exception) == 0))
			return xstrdup(id);
	return NULL;
}

static int play_through_every_branch(const char *name)
{
	struct scene s;
	struct coverage v = {json_object()};
	struct playbook *p = playbook_find(name, NULL);
	char *rest = xstrdup("");
	int plays = 0;
	for (; rest && plays < PLAYS; plays++) {
		scene_open(&s); /* a case of its own: what an earlier play recorded does not count */
		play(&s, name, plays % 2 ? "R1-A1" : "R1-A1,R1-A2,R1-A3", &v, plays == 0);
		scene_close(&s);
		free(rest);
		rest = unseen(p, &v);
	}
	if (rest)
		fail_msg("%s: never met in %d plays: %s", name, plays, rest);
	json_decref(v.seen);
	playbook_free(p);
	return plays;
}

static void every_branch_of_every_shipped_playbook(void **state)
{
	(void)state;
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		int plays = play_through_every_branch(playbook_builtin_name(i));
		print_message("%s: every branch met in %d plays\n", playbook_builtin_name(i), plays);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_branch_of_every_shipped_playbook),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
