/*
 * The workflow as a graph: every step can be reached, from every step an end
 * can be reached, and every branch has an end of its own, so that it is known
 * where to come back to.
 *
 * Source: CACAO 2.0 section 4 (workflows), 4.4 (end step).
 */
#include "playbook/load/check.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct check_flow_node {
	const char *id;
	json_t *step;
	size_t first_edge;
	size_t edges;
	size_t width; /* how many steps can be current at once from here on */
	int reached;
	int finishes;
	const char *branch; /* the head of the branch it belongs to */
};

struct edge {
	size_t to;
	int exit; /* on_completion, on_success, on_failure; else into a branch */
};

struct check_flow_flow {
	struct playbook *p;
	struct err *err;
	struct check_flow_node *nodes;
	size_t count;
	struct edge *edges;
	size_t edge_count;
	size_t edge_cap;
	json_t *index; /* id -> number */
	size_t *queue;
	size_t queued;
	const char *branch;
	int failed;
};

static struct check_flow_node *node_of(const struct check_flow_flow *f, const json_t *to)
{
	const json_t *i = json_object_get(f->index, json_string_value(to));
	return i ? &f->nodes[json_integer_value(i)] : NULL;
}

static int is_exit(const char *member)
{
	return strcmp(member, "on_completion") == 0 || strcmp(member, "on_success") == 0 ||
	       strcmp(member, "on_failure") == 0;
}

static int add_edge(void *ctx, const char *member, const char *key, const json_t *to)
{
	struct check_flow_flow *f = ctx;
	const struct check_flow_node *n = node_of(f, to);
	(void)key;
	if (!n)
		return 0;
	if (f->edge_count == f->edge_cap) {
		f->edge_cap = f->edge_cap ? f->edge_cap * 2 : 256;
		f->edges = xrealloc(f->edges, f->edge_cap * sizeof *f->edges);
	}
	f->edges[f->edge_count++] = (struct edge){(size_t)(n - f->nodes), is_exit(member)};
	return 0;
}

static void flow_init(struct check_flow_flow *f)
{
	json_t *workflow = json_object_get(f->p->tree, "workflow");
	const char *id;
	json_t *step;
	f->nodes = xcalloc(json_object_size(workflow), sizeof *f->nodes);
	f->queue = xcalloc(json_object_size(workflow) + 1, sizeof *f->queue);
	f->index = json_object();
	json_object_foreach(workflow, id, step) {
		json_object_set_new(f->index, id, json_integer((json_int_t)f->count));
		f->nodes[f->count++] = (struct check_flow_node){.id = id, .step = step};
	}
	for (size_t i = 0; i < f->count; i++) {
		f->nodes[i].first_edge = f->edge_count;
		playbook_each_way(f->nodes[i].step, add_edge, f);
		f->nodes[i].edges = f->edge_count - f->nodes[i].first_edge;
	}
}

static void flow_release(struct check_flow_flow *f)
{
	free(f->nodes);
	free(f->edges);
	free(f->queue);
	json_decref(f->index);
}

static int check_flow_fail(struct check_flow_flow *f, const char *id, const char *message)
{
	char *pointer = problem_pointer(id, NULL, NULL);
	int rc = problem_fail(f->p, pointer, f->err, "%s", message);
	free(pointer);
	return rc;
}

/* ---- reached */

static int reach(void *ctx, const char *member, const char *key, const json_t *to)
{
	struct check_flow_flow *f = ctx;
	struct check_flow_node *n = node_of(f, to);
	(void)member;
	(void)key;
	if (n && !n->reached) {
		n->reached = 1;
		f->queue[f->queued++] = (size_t)(n - f->nodes);
	}
	return 0;
}

static void find_reached(struct check_flow_flow *f)
{
	reach(f, "", NULL, json_object_get(f->p->tree, "workflow_start"));
	reach(f, "", NULL, json_object_get(f->p->tree, "workflow_exception"));
	for (size_t i = 0; i < f->queued; i++)
		playbook_each_way(f->nodes[f->queue[i]].step, reach, f);
}

static int check_reached(struct check_flow_flow *f)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->nodes[i].reached)
			continue;
		char *pointer = problem_pointer(f->nodes[i].id, NULL, NULL);
		int rc = problem_either(f->p, pointer, f->err, "%s", _("no way leads to this step"));
		free(pointer);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* ---- a way out */

/* What is known so far: can this step come to an end? */
static int finishes(const struct check_flow_flow *f, const struct check_flow_node *n)
{
	int has_exit = 0;
	int exits = 0;
	int any = 0;
	int all = 1;
	for (size_t i = n->first_edge; i < n->first_edge + n->edges; i++) {
		int ends = f->nodes[f->edges[i].to].finishes;
		if (f->edges[i].exit) {
			has_exit = 1;
			exits |= ends;
		} else {
			any |= ends;
			all &= ends;
		}
	}
	if (has_exit && !exits)
		return 0;
	if (playbook_step_is(n->step, "parallel"))
		return all;
	if (playbook_step_is(n->step, "if-condition"))
		return any || !json_object_get(n->step, "on_false");
	return playbook_step_is(n->step, "switch-condition") ? any : 1;
}

static int check_ways_out(struct check_flow_flow *f)
{
	int more = 1;
	for (size_t round = 0; more && round <= f->count; round++) {
		more = 0;
		for (size_t k = 0; k < f->count; k++) { /* there and back: chains are written in either direction */
			struct check_flow_node *n = &f->nodes[round % 2 ? k : f->count - 1 - k];
			if (!n->finishes && finishes(f, n))
				n->finishes = more = 1;
		}
	}
	for (size_t i = 0; i < f->count; i++)
		if (!f->nodes[i].finishes)
			return check_flow_fail(f, f->nodes[i].id,
			                       _("no way leads from this step to an end: a circle without a way out"));
	return 0;
}

/* ---- how wide */

static size_t width_of(const struct check_flow_flow *f, const struct check_flow_node *n)
{
	size_t sum = 0;
	size_t most = 1;
	for (size_t i = n->first_edge; i < n->first_edge + n->edges; i++) {
		size_t width = f->nodes[f->edges[i].to].width;
		if (!f->edges[i].exit)
			sum += width;
		if (width > most)
			most = width;
	}
	if (playbook_step_is(n->step, "parallel") && sum > most)
		most = sum;
	return most > ENGINE_BRANCHES ? ENGINE_BRANCHES + 1 : most;
}

/* Parallels of parallels: a few lines can ask for more steps than there are atoms. */
static int check_width(struct check_flow_flow *f)
{
	int more = 1;
	for (size_t round = 0; more && round <= f->count + ENGINE_BRANCHES; round++) {
		more = 0;
		for (size_t k = 0; k < f->count; k++) {
			struct check_flow_node *n = &f->nodes[round % 2 ? k : f->count - 1 - k];
			size_t width = width_of(f, n);
			if (width > ENGINE_BRANCHES)
				return check_flow_fail(f, n->id, _("more than 1,000 branches at once"));
			more |= width > n->width;
			n->width = width;
		}
	}
	return 0;
}

/* ---- branches */

static int claim(void *ctx, const char *member, const char *key, const json_t *to)
{
	struct check_flow_flow *f = ctx;
	struct check_flow_node *n = node_of(f, to);
	(void)key;
	if (!n || f->failed || (member && !is_exit(member)))
		return 0;
	if (!n->branch) {
		n->branch = f->branch;
		f->queue[f->queued++] = (size_t)(n - f->nodes);
	} else if (n->branch != f->branch) {
		char *pointer = problem_pointer(n->id, NULL, NULL);
		f->failed =
		    problem_either(
		        f->p, pointer, f->err,
		        _("this step ends two branches, that of '%s' and that of '%s': each needs an end of its own"),
		        n->branch, f->branch) < 0;
		free(pointer);
	}
	return 0;
}

/* All that follows a head without entering other branches. */
static void claim_branch(struct check_flow_flow *f, const json_t *head)
{
	const struct check_flow_node *n = node_of(f, head);
	if (!n || f->failed)
		return;
	f->queued = 0;
	f->branch = n->id;
	claim(f, NULL, NULL, head);
	for (size_t i = 0; i < f->queued && !f->failed; i++)
		playbook_each_way(f->nodes[f->queue[i]].step, claim, f);
}

static int claim_heads(void *ctx, const char *member, const char *key, const json_t *to)
{
	(void)key;
	if (!is_exit(member))
		claim_branch(ctx, to);
	return 0;
}

static int check_branches(struct check_flow_flow *f)
{
	claim_branch(f, json_object_get(f->p->tree, "workflow_start"));
	for (size_t i = 0; i < f->count && !f->failed; i++)
		playbook_each_way(f->nodes[i].step, claim_heads, f);
	claim_branch(f, json_object_get(f->p->tree, "workflow_exception"));
	return f->failed ? -1 : 0;
}

/* ---- the whole */

static int check_ends_of_flow(struct check_flow_flow *f)
{
	const char *start = json_get_string(f->p->tree, "workflow_start");
	const char *exception = json_get_string(f->p->tree, "workflow_exception");
	const json_t *first = start ? playbook_step(f->p, start) : NULL;
	if (!first)
		return problem_fail(f->p, "/workflow_start", f->err, "%s",
		                    _("workflow_start must name a step of the workflow"));
	if (!playbook_step_is(first, "start") &&
	    problem_either(f->p, "/workflow_start", f->err, "%s",
	                   _("workflow_start must name a step of the type start")) < 0)
		return -1;
	if (exception && !playbook_step(f->p, exception) &&
	    problem_either(f->p, "/workflow_exception", f->err, _("there is no step '%s'"), exception) < 0)
		return -1;
	int ends = 0;
	int acts = 0;
	for (size_t i = 0; i < f->count; i++) {
		ends += playbook_step_is(f->nodes[i].step, "end");
		acts += playbook_step_is(f->nodes[i].step, "action") ||
		        playbook_step_is(f->nodes[i].step, "playbook-action");
	}
	if (!acts)
		return problem_fail(f->p, "/workflow", f->err, "%s",
		                    _("there is nothing to do: a workflow has at least one action"));
	return ends ? 0 : problem_either(f->p, "/workflow", f->err, "%s", _("a workflow has at least one end step"));
}

int check_flow(struct playbook *p, struct err *err)
{
	struct check_flow_flow f = {.p = p, .err = err};
	flow_init(&f);
	int rc = check_ends_of_flow(&f);
	find_reached(&f);
	if (rc == 0)
		rc = check_ways_out(&f);
	if (rc == 0)
		rc = check_reached(&f);
	if (rc == 0)
		rc = check_width(&f);
	if (rc == 0)
		rc = check_branches(&f);
	flow_release(&f);
	return rc;
}
