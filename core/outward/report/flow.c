#include "outward/report/flow.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/query/past_reader.h"
#include "case/query/timeline.h"

#include <stdlib.h>
#include <string.h>

struct flow_loading {
	struct case_file *c;
	struct flow *f;
	json_t *records;
	const json_t *titles; /* label -> what a node is called; NULL: what its record says */
};

static int flow_keep(void *ctx, json_t *record)
{
	struct flow_loading *l = ctx;
	if (!record_is_retracted(record))
		json_array_append(l->records, record);
	return 0;
}

static size_t node_of(struct flow_loading *l, const char *label)
{
	struct flow *f = l->f;
	for (size_t i = 0; i < f->node_count; i++)
		if (strcmp(f->nodes[i].label, label) == 0)
			return i;
	f->nodes = xrealloc(f->nodes, (f->node_count + 1) * sizeof *f->nodes);
	struct flow_node *node = &f->nodes[f->node_count];
	memset(node, 0, sizeof *node);
	snprintf(node->label, sizeof node->label, "%s", label);
	const char *title = json_get_string(l->titles, label);
	json_t *record = l->titles ? NULL : record_get(l->c, label, RECORD_WITH_RETRACTED, NULL);
	node->title = record ? record_title(record) : printable_dup(title ? title : label);
	json_decref(record);
	return f->node_count++;
}

struct ordering {
	json_t *record;
	struct edtf when;
	int dated;
	struct case_file *c;
};

static int compare_acts(const void *a, const void *b)
{
	const struct ordering *x = a;
	const struct ordering *y = b;
	if (x->dated != y->dated)
		return y->dated - x->dated;
	int order = x->dated ? edtf_compare(&x->when, &y->when, timeline_resolve, x->c) : 0;
	if (order == 0) {
		const char *p = json_get_string(x->record, "mark");
		const char *q = json_get_string(y->record, "mark");
		order = strcmp(p ? p : "", q ? q : "");
	}
	return order ? order : strverscmp(record_label(x->record), record_label(y->record));
}

static void flow_word(struct buf *line, const json_t *record, const char *name)
{
	record_field_text(record, kind_field(record_kind(record), name), line);
}

static void add_act(struct flow_loading *l, const json_t *record, size_t number)
{
	struct flow *f = l->f;
	const char *from = json_get_string(record, "from");
	const char *to = json_get_string(record, "to");
	const char *given = json_get_string(record, "mark");
	if (!from || !to)
		return;
	struct flow_act act;
	memset(&act, 0, sizeof act);
	snprintf(act.label, sizeof act.label, "%s", record_label(record));
	act.from = node_of(l, from);
	act.to = node_of(l, to);
	act.number = given ? printable_dup(given) : xasprintf("%zu", number + 1);
	act.failed = json_is(record, "outcome", "failed") || json_is(record, "outcome", "apparently_failed") ||
	             json_is(record, "outcome", "blocked");
	act.doubtful = json_is(record, "confidence", "possible") || json_is(record, "confidence", "doubtful") ||
	               json_is(record, "confidence", "refuted");
	struct buf line = BUF_INIT;
	buf_addf(&line, "%s ", act.number);
	flow_word(&line, record, "when");
	buf_addf(&line, "  %s → %s  ", f->nodes[act.from].title, f->nodes[act.to].title);
	flow_word(&line, record, "type");
	if (json_object_get(record, "outcome")) {
		buf_adds(&line, " · ");
		flow_word(&line, record, "outcome");
	}
	if (json_object_get(record, "confidence")) {
		buf_adds(&line, " · ");
		flow_word(&line, record, "confidence");
	}
	act.line = printable_dup(line.data);
	buf_release(&line);
	f->acts = xrealloc(f->acts, (f->act_count + 1) * sizeof *f->acts);
	f->acts[f->act_count++] = act;
}

static void add_acts(struct flow_loading *l)
{
	size_t n = json_array_size(l->records);
	struct ordering *order = xcalloc(n + 1, sizeof *order);
	for (size_t i = 0; i < n; i++) {
		order[i].record = json_array_get(l->records, i);
		order[i].c = l->c;
		const char *when = json_get_string(order[i].record, "when");
		order[i].dated = when && edtf_parse(when, &order[i].when, NULL) == 0;
	}
	qsort(order, n, sizeof *order, compare_acts);
	for (size_t i = 0; i < n; i++)
		add_act(l, order[i].record, i);
	free(order);
}

int flow_load(struct case_file *c, const char *commit, struct flow *f, struct err *err)
{
	memset(f, 0, sizeof *f);
	struct flow_loading l = {c, f, json_array(), NULL};
	int rc = commit && *commit ? past_reader_each(c, "flow", commit, 0, flow_keep, &l, err)
	                           : record_each(c, "flow", 0, flow_keep, &l, err);
	if (rc == 0)
		add_acts(&l);
	json_decref(l.records);
	return rc;
}

void flow_of(struct case_file *c, json_t *records, const json_t *titles, struct flow *f)
{
	memset(f, 0, sizeof *f);
	add_acts(&(struct flow_loading){c, f, records, titles});
}

void flow_release(struct flow *f)
{
	for (size_t i = 0; i < f->node_count; i++)
		free(f->nodes[i].title);
	for (size_t i = 0; i < f->act_count; i++) {
		free(f->acts[i].number);
		free(f->acts[i].line);
	}
	free(f->nodes);
	free(f->acts);
	free(f->links);
	memset(f, 0, sizeof *f);
}
