#include "finding/sweep/record/sweep_pairs.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "case/store/blob.h"
#include "case/store/record.h"
#include "finding/sweep/sweep_case.h"

#include <stdlib.h>
#include <string.h>

struct pairs_load {
	struct sweep_pairs *pairs;
	struct case_file *c;
	const struct sweep_list *list;
	json_t *numbers; /* of labels */
	char list_sha256[65];
	struct sweep_list then; /* what was looked for, as that digest has it */
	int has_then;
};

/* The list of the check, as its limits name it. */
static void read_list_of(struct pairs_load *l, const json_t *record)
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
static int says_the_same(const struct pairs_load *l, const struct sweep_indicator *now)
{
	return !l->has_then || sweep_list_has(&l->then, now->type, now->value);
}

static int is_gone(const struct pairs_load *l, const char *label)
{
	json_t *record = record_get(l->c, label, RECORD_WITH_RETRACTED, NULL);
	int gone = !record || record_is_retracted(record) || json_is(record, "false_positive", "yes");
	json_decref(record);
	return gone;
}

static int take_check(void *ctx, json_t *record)
{
	struct pairs_load *l = ctx;
	struct sweep_pairs *p = l->pairs;
	const json_t *label;
	size_t i;
	if (!json_is(record, "method", "indicator_sweep"))
		return 0;
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
	return 0;
}

int sweep_pairs_load(struct sweep_pairs *pairs, struct case_file *c, const struct sweep_list *list, struct err *err)
{
	struct pairs_load l = {.pairs = pairs, .c = c, .list = list, .numbers = json_object()};
	*pairs = (struct sweep_pairs){.bytes = list->count / 8 + 1};
	for (size_t i = 0; i < list->count; i++)
		if (*list->all[i].label)
			json_object_set_new(l.numbers, list->all[i].label, json_integer((json_int_t)i));
	int rc = record_each(c, "check", 0, take_check, &l, err);
	json_decref(l.numbers);
	sweep_list_release(&l.then);
	return rc < 0 ? -1 : 0;
}

/* Times are to the second: of one second, the numbers of one responder's labels tell. */
static int is_after(const struct sweep_pairs_check *check, const struct sweep_since *since)
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
		if (!json_object_get(check->evidence, evidence) || (since && !is_after(check, since)))
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

/* ---- what waits */

struct waiting_count {
	const struct sweep_pairs *pairs;
	const struct sweep_list *list;
	struct sweep_waiting *waiting;
	unsigned char *missing; /* bits of indicators that some evidence lacks */
};

/* Evidence that was here to be read: items and what others hold are not. */
static int has_bytes(const json_t *record)
{
	const char *form = json_get_string(record, "form");
	return json_get_string(record, "sha256") && form && strcmp(form, "physical") != 0 &&
	       strcmp(form, "elsewhere") != 0;
}

static int count_evidence(void *ctx, json_t *record)
{
	struct waiting_count *w = ctx;
	int lacks = 0;
	if (!has_bytes(record))
		return 0;
	unsigned char *done = sweep_pairs_done(w->pairs, record_label(record), NULL);
	for (size_t i = 0; i < w->list->count; i++)
		if (!(done[i / 8] >> (i % 8) & 1)) {
			w->missing[i / 8] |= (unsigned char)(1U << (i % 8));
			lacks = 1;
		}
	w->waiting->evidence += lacks != 0;
	free(done);
	return 0;
}

/* Whether all evidence of the check was read once more later. */
static int is_replaced(const struct sweep_pairs *pairs, const struct sweep_pairs_check *check)
{
	struct sweep_since since;
	const char *evidence;
	json_t *ignored;
	snprintf(since.entered, sizeof since.entered, "%s", check->entered);
	snprintf(since.label, sizeof since.label, "%s", check->label);
	json_object_foreach(check->evidence, evidence, ignored) {
		int again = 0;
		for (size_t i = 0; i < pairs->count && !again; i++)
			again =
			    json_object_get(pairs->checks[i].evidence, evidence) && is_after(&pairs->checks[i], &since);
		if (!again)
			return 0;
	}
	return 1;
}

static void count_stale(const struct sweep_pairs *pairs, struct sweep_waiting *waiting)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct sweep_pairs_check *check = &pairs->checks[i];
		if (json_array_size(check->gone) && !is_replaced(pairs, check) && waiting->stale++ == 0)
			snprintf(waiting->stale_first, sizeof waiting->stale_first, "%s", check->label);
	}
}

static void pass_over(void *ctx, uint64_t line, const char *value, const char *reason)
{
	(void)ctx, (void)line, (void)value, (void)reason;
}

int sweep_waiting(struct case_file *c, struct sweep_waiting *waiting, struct err *err)
{
	struct sweep_list list = {.take_private = 0};
	struct sweep_pairs pairs = {.count = 0};
	*waiting = (struct sweep_waiting){.indicators = 0};
	int rc = sweep_list_read_case(&list, c, pass_over, NULL, err);
	if (rc == 0)
		rc = sweep_pairs_load(&pairs, c, &list, err);
	if (rc == 0)
		count_stale(&pairs, waiting);
	if (rc == 0 && list.count) {
		struct waiting_count w = {&pairs, &list, waiting, xcalloc(pairs.bytes + 1, 1)};
		rc = record_each(c, "evidence", 0, count_evidence, &w, err);
		for (size_t i = 0; i < list.count; i++)
			if (w.missing[i / 8] >> (i % 8) & 1 && waiting->indicators++ == 0)
				snprintf(waiting->first, sizeof waiting->first, "%s", list.all[i].label);
		free(w.missing);
	}
	sweep_pairs_release(&pairs);
	sweep_list_release(&list);
	return rc < 0 ? -1 : 0;
}
