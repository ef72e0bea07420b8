#include "finding/sweep/record/sweep_pairs.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "case/store/blob.h"
#include "case/store/record.h"

#include <stdlib.h>
#include <string.h>

struct sweep_pairs_reading {
	struct sweep_pairs *pairs;
	struct case_file *c;
	const struct sweep_list *list;
	json_t *numbers; /* of labels */
	char list_sha256[65];
	struct sweep_list then; /* what was looked for, as that digest has it */
	int has_then;
};

/* The list of the check, as its limits name it. */
static void read_list_of(struct sweep_pairs_reading *l, const json_t *record)
{
	static const char mark[] = " indicators, SHA-256 ";
	const char *limits = json_get_string(record, "limits");
	const char *at = limits ? strstr(limits, mark) : NULL;
	char sha256[65] = "";
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	if (at)
		snprintf(sha256, sizeof sha256, "%.64s", at + strlen(mark));
	if (*sha256 && strcmp(sha256, l->list_sha256) == 0)
		return;
	sweep_list_release(&l->then);
	l->then = (struct sweep_list){.count = 0};
	memcpy(l->list_sha256, sha256, sizeof sha256);
	l->has_then = strlen(sha256) == 64 && blob_get(l->c, sha256, &text, &ignored) == 0 &&
	              sweep_list_parse(&l->then, text.data, text.len, &ignored) == 0;
	buf_release(&text);
}

/* Whether the indicator that has this label is still what was looked for; of a check without a list nobody knows better. */
static int says_the_same(const struct sweep_pairs_reading *l, const struct sweep_indicator *now)
{
	return !l->has_then || sweep_list_has(&l->then, now->type, now->value);
}

static int is_gone(const struct sweep_pairs_reading *l, const char *label)
{
	json_t *record = record_get(l->c, label, RECORD_WITH_RETRACTED, NULL);
	int gone = !record || record_is_retracted(record) || json_is(record, "false_positive", "yes");
	json_decref(record);
	return gone;
}

void sweep_pairs_take(struct sweep_pairs_reading *l, const json_t *record)
{
	struct sweep_pairs *p = l->pairs;
	const json_t *label;
	size_t i;
	if (!json_is(record, "method", "indicator_sweep"))
		return;
	p->checks = xrealloc(p->checks, (p->count + 1) * sizeof *p->checks);
	struct sweep_pairs_check *check = &p->checks[p->count++];
	const char *entered = json_get_string(record, "entered");
	check->evidence = json_object();
	check->gone = json_array();
	check->found = json_is(record, "result", "found");
	check->bits = xcalloc(p->bytes + 1, 1);
	check->entered = xstrdup(entered ? entered : "");
	check->label = xstrdup(record_label(record));
	read_list_of(l, record);
	json_array_foreach(json_object_get(record, "evidence"), i, label)
		if (json_is_string(label))
			json_object_set_new(check->evidence, json_string_value(label), json_true());
	json_array_foreach(json_object_get(record, "indicators"), i, label) {
		const char *text = json_is_string(label) ? json_string_value(label) : "";
		const json_t *number = json_object_get(l->numbers, text);
		json_int_t n = json_integer_value(number);
		if (number && says_the_same(l, &l->list->all[n]))
			check->bits[n / 8] |= (unsigned char)(1U << (n % 8));
		else if (check->found && (number || is_gone(l, text)))
			json_array_append_new(check->gone, json_string(text));
	}
}

struct sweep_pairs_reading *sweep_pairs_begin(struct sweep_pairs *pairs, struct case_file *c,
                                              const struct sweep_list *list)
{
	struct sweep_pairs_reading *l = xcalloc(1, sizeof *l);
	*l = (struct sweep_pairs_reading){.pairs = pairs, .c = c, .list = list, .numbers = json_object()};
	*pairs = (struct sweep_pairs){.bytes = list->count / 8 + 1};
	for (size_t i = 0; i < list->count; i++)
		if (*list->all[i].label)
			json_object_set_new(l->numbers, list->all[i].label, json_integer((json_int_t)i));
	return l;
}

void sweep_pairs_end(struct sweep_pairs_reading *l)
{
	if (!l)
		return;
	json_decref(l->numbers);
	sweep_list_release(&l->then);
	free(l);
}

static int take_check(void *ctx, json_t *record)
{
	sweep_pairs_take(ctx, record);
	return 0;
}

int sweep_pairs_load(struct sweep_pairs *pairs, struct case_file *c, const struct sweep_list *list, struct err *err)
{
	struct sweep_pairs_reading *l = sweep_pairs_begin(pairs, c, list);
	int rc = record_each(c, "check", 0, take_check, l, err);
	sweep_pairs_end(l);
	return rc < 0 ? -1 : 0;
}

/* Times are to the second: of one second, the numbers of one responder's labels tell. */
int sweep_pairs_is_after(const struct sweep_pairs_check *check, const struct sweep_since *since)
{
	int order = strcmp(check->entered, since->entered);
	size_t n = strcspn(check->label, "-");
	if (order == 0 && strncmp(check->label, since->label, n + 1) == 0 && check->label[n] &&
	    strlen(check->label) > n + 2)
		return strtoul(check->label + n + 2, NULL, 10) > strtoul(since->label + n + 2, NULL, 10);
	return order > 0;
}

unsigned char *sweep_pairs_done(const struct sweep_pairs *pairs, const char *evidence, const struct sweep_since *since)
{
	unsigned char *bits = xcalloc(pairs->bytes + 1, 1);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct sweep_pairs_check *check = &pairs->checks[i];
		if (!json_object_get(check->evidence, evidence) || (since && !sweep_pairs_is_after(check, since)))
			continue;
		for (size_t k = 0; k < pairs->bytes; k++)
			bits[k] |= check->bits[k];
	}
	return bits;
}

void sweep_pairs_release(struct sweep_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		json_decref(pairs->checks[i].evidence);
		json_decref(pairs->checks[i].gone);
		free(pairs->checks[i].bits);
		free(pairs->checks[i].entered);
		free(pairs->checks[i].label);
	}
	free(pairs->checks);
	*pairs = (struct sweep_pairs){0};
}
