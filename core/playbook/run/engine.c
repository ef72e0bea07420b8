#include "playbook/run/engine.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "playbook/load/condition.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 10000 /* steps that are passed without a person, at most: a playbook that loops by itself is stopped */

struct thread;

/* A place in a workflow: the step, and the branches it has opened. */
struct frame {
	const char *id;
	char invocation[INVOCATION_TEXT];
	struct thread *branches; /* of a parallel */
	size_t branch_count;
};

/* A stack of frames: the last is current, those below wait for their branch to end. */
struct thread {
	struct frame *frames;
	size_t count;
	size_t cap;
};

struct engine {
	const struct playbook *p;
	struct thread main;
	json_t *visits;    /* step id -> how often it was entered */
	json_t *variables; /* name -> string or null: what the run has set or the playbook declares */
	json_t *failed;    /* step id -> true: the run went on behind its failure, and no later passage made it good */
	int excepted;      /* the workflow_exception was entered */
	unsigned rounds;
};

static const json_t *step_of(const struct engine *e, const struct frame *f)
{
	return playbook_step(e->p, f->id);
}

static int is_type(const json_t *step, const char *type)
{
	return playbook_step_is(step, type);
}

static void thread_release(struct thread *t);

static void frame_release(struct frame *f)
{
	for (size_t i = 0; i < f->branch_count; i++)
		thread_release(&f->branches[i]);
	free(f->branches);
}

static void thread_release(struct thread *t)
{
	for (size_t i = 0; i < t->count; i++)
		frame_release(&t->frames[i]);
	free(t->frames);
}

static void engine_enter(struct engine *e, struct frame *f, const char *id)
{
	json_int_t n = json_integer_value(json_object_get(e->visits, id)) + 1;
	json_object_set_new(e->visits, id, json_integer(n));
	frame_release(f);
	memset(f, 0, sizeof *f);
	f->id = id;
	snprintf(f->invocation, sizeof f->invocation, "%.128s#%lld", id, (long long)n);
}

static void push(struct engine *e, struct thread *t, const char *id)
{
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 4;
		t->frames = xrealloc(t->frames, t->cap * sizeof *t->frames);
	}
	memset(&t->frames[t->count], 0, sizeof *t->frames);
	engine_enter(e, &t->frames[t->count++], id);
}

static void pop(struct thread *t)
{
	frame_release(&t->frames[--t->count]);
}

static void advance(struct engine *e, struct thread *t);
static void engine_complete(struct engine *e, struct thread *t, int failed);

/* The step of the playbook's workflow_exception, or NULL. */
static const char *exception_of(const struct engine *e)
{
	const char *exception = json_get_string(e->p->tree, "workflow_exception");
	return exception && playbook_step(e->p, exception) ? exception : NULL;
}

static void enter_exception(struct engine *e, const char *exception)
{
	e->excepted = 1;
	push(e, &e->main, exception);
}

/* The run is at its end: what failed and was not made good on the way leads to the exception, once. */
static void end_run(struct engine *e)
{
	const char *exception = exception_of(e);
	if (exception && !e->excepted && json_object_size(e->failed) > 0)
		enter_exception(e, exception);
}

/* The branch on top is over: back to the step that opened it. A while asks again, as a new passage. */
static void end_branch(struct engine *e, struct thread *t)
{
	pop(t);
	if (t->count == 0) {
		if (t == &e->main)
			end_run(e);
		return;
	}
	struct frame *top = &t->frames[t->count - 1];
	if (is_type(step_of(e, top), "while-condition"))
		engine_enter(e, top, top->id);
	else
		engine_complete(e, t, 0);
}

/* Nothing is laid down for this failure: the exception takes the run over, or the step is offered again. */
static void engine_fail(struct engine *e, struct frame *top)
{
	const char *exception = exception_of(e);
	if (!exception) {
		engine_enter(e, top, top->id);
		return;
	}
	thread_release(&e->main);
	memset(&e->main, 0, sizeof e->main);
	enter_exception(e, exception);
}

/* The step on top is over: on to what follows it, or back to what opened this branch. */
static void engine_complete(struct engine *e, struct thread *t, int failed)
{
	struct frame *top = &t->frames[t->count - 1];
	const json_t *step = step_of(e, top);
	const char *next = json_get_string(step, "on_completion");
	if (next && failed)
		json_object_set_new(e->failed, top->id, json_true());
	else
		json_object_del(e->failed, top->id);
	if (!next)
		next = json_get_string(step, failed ? "on_failure" : "on_success");
	if (next)
		engine_enter(e, top, next);
	else if (failed)
		engine_fail(e, top);
	else
		end_branch(e, t);
}

static void open_branches(struct engine *e, struct frame *f, const json_t *step)
{
	const json_t *next = json_object_get(step, "next_steps");
	f->branch_count = json_array_size(next);
	f->branches = xcalloc(f->branch_count, sizeof *f->branches);
	for (size_t i = 0; i < f->branch_count; i++) {
		push(e, &f->branches[i], json_string_value(json_array_get(next, i)));
		advance(e, &f->branches[i]);
	}
}

static int branches_over(const struct frame *f)
{
	for (size_t i = 0; i < f->branch_count; i++)
		if (f->branches[i].count > 0)
			return 0;
	return 1;
}

/* Goes on until a person is needed, or the thread is over. */
static void advance(struct engine *e, struct thread *t)
{
	while (t->count > 0 && e->rounds++ < ROUNDS) {
		struct frame *top = &t->frames[t->count - 1];
		const json_t *step = step_of(e, top);
		if (is_type(step, "start")) {
			engine_enter(e, top, json_get_string(step, "on_completion"));
		} else if (is_type(step, "end")) {
			end_branch(e, t);
		} else if (is_type(step, "parallel")) {
			if (!top->branches)
				open_branches(e, top, step);
			if (!branches_over(top))
				return;
			engine_complete(e, t, 0);
		} else {
			return;
		}
	}
}

struct engine *engine_new(const struct playbook *p)
{
	struct engine *e = xcalloc(1, sizeof *e);
	e->p = p;
	e->visits = json_object();
	e->variables = json_object();
	e->failed = json_object();
	const char *name;
	json_t *variable;
	json_object_foreach(json_object_get(p->tree, "playbook_variables"), name, variable) {
		json_t *value = json_object_get(variable, "value");
		json_object_set_new(e->variables, name, json_is_string(value) ? json_incref(value) : json_null());
	}
	push(e, &e->main, json_get_string(p->tree, "workflow_start"));
	advance(e, &e->main);
	return e;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	thread_release(&e->main);
	json_decref(e->visits);
	json_decref(e->variables);
	json_decref(e->failed);
	free(e);
}

/* ---- variables */

static const json_t *declared(const struct engine *e, const char *name)
{
	return json_object_get(json_object_get(e->p->tree, "playbook_variables"), name);
}

const char *engine_variable(const struct engine *e, const char *name)
{
	return json_get_string(e->variables, name);
}

static int may_set(const struct engine *e, const char *name, struct err *err)
{
	const json_t *variable = declared(e, name);
	if (!variable)
		return err_set(err, ERR_USAGE, _("this playbook has no variable %s"), name);
	if (json_is_true(json_object_get(variable, "constant")))
		return err_set(err, ERR_USAGE, _("the variable %s is constant"), name);
	return 0;
}

int engine_set(struct engine *e, const char *name, const char *value, struct err *err)
{
	if (may_set(e, name, err) < 0)
		return -1;
	json_object_set_new(e->variables, name, value ? json_string(value) : json_null());
	return 0;
}

json_t *engine_variables(const struct engine *e, const json_t *step)
{
	json_t *all = json_copy(e->variables);
	const char *name;
	json_t *variable;
	json_object_foreach(json_object_get(step, "step_variables"), name, variable) {
		json_t *value = json_object_get(variable, "value");
		json_object_set_new(all, name, json_is_string(value) ? json_incref(value) : json_null());
	}
	return all;
}

/* The case of a switch that the value chooses. */
static const char *chosen_case(const struct engine *e, const struct waiting *w, const json_t *variables,
                               struct err *why)
{
	const char *on = json_get_string(w->step, "switch");
	const json_t *cases = json_object_get(w->step, "cases");
	size_t n = on ? condition_variable_length(on) : 0;
	(void)e;
	if (n == 0 || strcmp(on + n, ":value") != 0) {
		err_set(why, ERR_INVALID, _("the switch is not a variable (__name__:value): the person chooses"));
		return NULL;
	}
	char *name = xstrndup(on, n);
	const char *value = json_get_string(variables, name);
	const char *found = NULL;
	if (!value)
		err_set(why, ERR_NOT_FOUND, _("%s has no value"), name);
	else if (json_object_get(cases, value))
		found = json_object_iter_key(json_object_iter_at((json_t *)(uintptr_t)cases, value));
	else if (json_object_get(cases, "default"))
		found = json_object_iter_key(json_object_iter_at((json_t *)(uintptr_t)cases, "default"));
	else
		err_set(why, ERR_NOT_FOUND, _("'%s' is none of the cases of this step"), value);
	free(name);
	return found;
}

const char *engine_decided(const struct engine *e, const struct waiting *w, struct err *why)
{
	const char *answer = NULL;
	json_t *variables = engine_variables(e, w->step);
	if (w->what == WAITING_CHOICE) {
		answer = chosen_case(e, w, variables, why);
	} else if (w->what == WAITING_QUESTION) {
		const char *condition = json_get_string(w->step, "condition");
		enum truth t = condition_evaluate(condition ? condition : "", variables, why);
		answer = t == TRUTH_YES ? "yes" : t == TRUTH_NO ? "no" : NULL;
	}
	json_decref(variables);
	return answer;
}

static size_t engine_collect(const struct engine *e, const struct thread *t, struct waiting *list, size_t cap, size_t n)
{
	if (t->count == 0)
		return n;
	const struct frame *top = &t->frames[t->count - 1];
	const json_t *step = step_of(e, top);
	if (top->branches) {
		for (size_t i = 0; i < top->branch_count; i++)
			n = engine_collect(e, &top->branches[i], list, cap, n);
		return n;
	}
	if (n < cap) {
		struct waiting *w = &list[n];
		w->id = top->id;
		w->step = step;
		snprintf(w->invocation, sizeof w->invocation, "%s", top->invocation);
		w->what = is_type(step, "if-condition") || is_type(step, "while-condition") ? WAITING_QUESTION
		          : is_type(step, "switch-condition")                               ? WAITING_CHOICE
		                                                                            : WAITING_ACTION;
	}
	return n + 1;
}

size_t engine_waiting(const struct engine *e, struct waiting *list, size_t cap)
{
	size_t n = engine_collect(e, &e->main, list, cap, 0);
	return n < cap ? n : cap;
}

/* The thread whose top is that invocation. */
static struct thread *engine_find(struct thread *t, const char *invocation)
{
	if (t->count == 0)
		return NULL;
	struct frame *top = &t->frames[t->count - 1];
	if (!top->branches)
		return strcmp(top->invocation, invocation) == 0 ? t : NULL;
	for (size_t i = 0; i < top->branch_count; i++) {
		struct thread *found = engine_find(&top->branches[i], invocation);
		if (found)
			return found;
	}
	return NULL;
}

/* Where an answer leads: a step, or NULL with *over set when the condition step is simply over. */
static const char *branch_of(const json_t *step, const char *answer, int *over, struct err *err)
{
	*over = 0;
	if (is_type(step, "switch-condition")) {
		const json_t *cases = json_object_get(step, "cases");
		const char *to = answer ? json_get_string(cases, answer) : NULL;
		if (!to)
			to = json_get_string(cases, "default");
		if (!to)
			err_set(err, ERR_USAGE, _("'%s' is none of the cases of this step"), answer ? answer : "");
		return to;
	}
	int yes = answer && strcmp(answer, "yes") == 0;
	if (!yes && (!answer || strcmp(answer, "no") != 0)) {
		err_set(err, ERR_USAGE, _("this step is a question: answer yes or no"));
		return NULL;
	}
	const char *to = json_get_string(step, yes ? "on_true" : "on_false");
	*over = to == NULL;
	return to;
}

/* The innermost branches first: the end of one may be the end of the parallel around it. */
static void engine_settle(struct engine *e, struct thread *t)
{
	if (t->count == 0)
		return;
	struct frame *top = &t->frames[t->count - 1];
	for (size_t i = 0; i < top->branch_count; i++)
		engine_settle(e, &top->branches[i]);
	advance(e, t);
}

/* {"__host__": "HR-PC-03"}: checked as a whole before any of it is set. */
static int set_all(struct engine *e, const char *answer, struct err *err)
{
	json_t *values = json_parse(answer, strlen(answer), NULL);
	const char *name;
	json_t *value;
	int rc = json_is_object(values)
	             ? 0
	             : err_set(err, ERR_USAGE, _("the variables of a step are a JSON object of texts"));
	json_object_foreach(values, name, value) {
		if (rc == 0 && !json_is_string(value) && !json_is_null(value))
			rc = err_set(err, ERR_USAGE, _("the variables of a step are a JSON object of texts"));
		if (rc == 0)
			rc = may_set(e, name, err);
	}
	json_object_foreach(values, name, value)
		if (rc == 0)
			engine_set(e, name, json_string_value(value), NULL);
	json_decref(values);
	return rc;
}

int engine_record(struct engine *e, const char *invocation, enum outcome outcome, const char *answer, struct err *err)
{
	struct thread *t = engine_find(&e->main, invocation);
	if (!t)
		return err_set(err, ERR_USAGE, _("the step %s is not the current one"), invocation);
	const json_t *step = step_of(e, &t->frames[t->count - 1]);
	e->rounds = 0;
	if (is_type(step, "action") || is_type(step, "playbook-action")) {
		if (answer && *answer && set_all(e, answer, err) < 0)
			return -1;
		engine_complete(e, t, outcome == OUTCOME_FAILED);
	} else if (outcome == OUTCOME_SKIPPED || outcome == OUTCOME_NOT_APPLICABLE) {
		engine_complete(e, t, 0);
	} else if (outcome == OUTCOME_FAILED) {
		engine_complete(e, t, 1);
	} else {
		int over;
		const char *to = branch_of(step, answer, &over, err);
		if (!to && !over)
			return -1;
		if (to)
			push(e, t, to);
		else
			engine_complete(e, t, 0);
	}
	engine_settle(e, &e->main);
	return 0;
}
