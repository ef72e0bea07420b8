#include "outward/report/chain_flow.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "finding/chain/chain.h"

#include <stdlib.h>
#include <string.h>

#define ORGS_MOST     40 /* a picture with more is none */
#define TRIGGERS_MOST 4  /* of one pivot */

/* A node, by what it is called in the chain; the title is that of the record, or the name as found. */
static size_t chain_flow_node(struct case_file *c, struct flow *f, const char *key, const char *title)
{
	char label[LABEL_TEXT];
	char *safe = printable_dup(key);
	snprintf(label, sizeof label, "%.*s", (int)text_fit(safe, sizeof label - 1, NULL), safe);
	label[strnlen(label, sizeof label - 1)] = '\0';
	free(safe);
	for (size_t i = 0; i < f->node_count; i++)
		if (strcmp(f->nodes[i].label, label) == 0)
			return i;
	f->nodes = xrealloc(f->nodes, (f->node_count + 1) * sizeof *f->nodes);
	struct flow_node *node = &f->nodes[f->node_count];
	*node = (struct flow_node){0};
	memcpy(node->label, label, sizeof node->label);
	json_t *record = title ? NULL : record_get(c, key, RECORD_WITH_RETRACTED, NULL);
	node->title = record ? record_title(record) : printable_dup(title ? title : key);
	json_decref(record);
	return f->node_count++;
}

static void chain_flow_act(struct flow *f, const char *label, size_t from, size_t to, const char *what, int is_open)
{
	if (from == to)
		return;
	struct flow_act act = {.from = from, .to = to, .doubtful = is_open};
	snprintf(act.label, sizeof act.label, "%s", label);
	act.number = xasprintf("%zu", f->act_count + 1);
	char *line = xasprintf("%s  %s %s → %s %s  %s", act.number, f->nodes[from].label, f->nodes[from].title,
	                       f->nodes[to].label, f->nodes[to].title, what);
	act.line = printable_dup(line);
	free(line);
	f->acts = xrealloc(f->acts, (f->act_count + 1) * sizeof *f->acts);
	f->acts[f->act_count++] = act;
}

static void add_persons(struct case_file *c, struct flow *f, const char *mail, size_t mail_node)
{
	json_t *record = record_get(c, mail, 0, NULL);
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(record, "recipients"), i, label) {
		json_t *party = record_get(c, json_string_value(label), 0, NULL);
		const char *type = json_get_string(party, "type");
		if (type && strcmp(type, "person") == 0)
			chain_flow_act(f, mail, mail_node, chain_flow_node(c, f, json_string_value(label), NULL),
			               _("received"), 0);
		json_decref(party);
	}
	json_decref(record);
}

/* What is drawn for the proposal speaks of it. */
static void mark_acts(struct flow *f, size_t from, size_t org, enum chain_pivot pivot)
{
	for (size_t i = from; i < f->act_count; i++) {
		f->acts[i].about = org + 1;
		f->acts[i].aspect = pivot;
	}
}

static void add_trigger(struct case_file *c, struct flow *f, size_t org, const struct chain_proposal *p,
                        const struct chain_trigger *t)
{
	const struct field *field = kind_field(kind_find("pivot"), "pivot");
	const char *pivot = field_value_label(field_value_find(field, chain_pivot_name(p->pivot)));
	int is_open = p->status == CHAIN_OPEN;
	char *what = xasprintf("%s %d · %s", pivot, p->score,
	                       is_open ? C_("chain", "open")
	                               : field_value_label(field_value_find(kind_field(kind_find("pivot"), "status"),
	                                                                    chain_status_name(p->status))));
	size_t nodes = f->node_count;
	size_t record = chain_flow_node(c, f, t->because, NULL);
	int comes_from_org =
	    p->pivot == PIVOT_SPOOFED_SENDER || p->pivot == PIVOT_ORIGINAL || p->pivot == PIVOT_SIMILAR;
	chain_flow_act(f, t->because, comes_from_org ? org : record, comes_from_org ? record : org, what, is_open);
	if (p->pivot == PIVOT_OUTBOUND)
		chain_flow_act(f, t->because, chain_flow_node(c, f, t->line, NULL), record, _("sent from"), 0);
	if (f->node_count > nodes && t->because[0])
		add_persons(c, f, t->because, record);
	free(what);
}

int chain_flow_load(struct case_file *c, const char *commit, struct flow *f, struct err *err)
{
	struct chain chain;
	*f = (struct flow){0};
	if (chain_load(c, commit, &chain, err) < 0)
		return -1;
	for (size_t i = 0; i < chain.org_count && i < ORGS_MOST; i++) {
		const struct chain_org *org = &chain.orgs[i];
		for (size_t k = 0; k < org->proposal_count; k++) {
			const struct chain_proposal *p = &org->proposals[k];
			if (p->status == CHAIN_REJECTED || (p->status == CHAIN_OPEN && p->score < CHAIN_SHOWN))
				continue;
			size_t node = chain_flow_node(c, f, org->who, org->name);
			size_t before = f->act_count;
			for (size_t t = 0; t < p->trigger_count && t < TRIGGERS_MOST; t++)
				if (*p->triggers[t].because)
					add_trigger(c, f, node, p, &p->triggers[t]);
			mark_acts(f, before, i, p->pivot);
		}
	}
	chain_release(&chain);
	return 0;
}
