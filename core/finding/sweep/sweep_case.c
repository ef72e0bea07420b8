#include "finding/sweep/sweep_case.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/record_kept.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT_LEAST 200 /* indicators that are put into the list before the clock is looked at */

/* What is kept of an indicator. */
struct case_indicator {
	char *type, *value; /* NULL: it does not count */
	int is_upload;
};

static void take_indicator(json_t *record, void *item)
{
	struct case_indicator *it = item;
	const char *value = json_get_string(record, "value");
	const char *type = json_get_string(record, "type");
	if (!value || json_is(record, "false_positive", "yes"))
		return;
	it->value = xstrdup(value);
	it->type = type ? xstrdup(type) : NULL;
	it->is_upload = json_is(record, "role", "upload");
}

static void release_indicator(void *item)
{
	struct case_indicator *it = item;
	free(it->type);
	free(it->value);
}

static const struct record_kept_spec indicators = {
    "sweep indicators", "indicator", 0, sizeof(struct case_indicator), take_indicator, release_indicator};

/* The list that is made of them. */
struct case_list {
	struct record_kept *kept; /* NULL: not read yet */
	uint64_t version;         /* of them */
	struct sweep_list list;
	size_t *skipped;
	size_t skipped_count;
	size_t next; /* of them that is not in it yet */
};

static void case_list_clear(struct case_list *l)
{
	sweep_list_release(&l->list);
	l->list = (struct sweep_list){.count = 0};
	free(l->skipped);
	l->skipped = NULL;
	l->skipped_count = l->next = 0;
}

static void case_list_free(void *kept)
{
	case_list_clear(kept);
	free(kept);
}

static void add_indicator(struct case_list *l, size_t i)
{
	const struct case_indicator *it = record_kept_item(l->kept, i);
	if (!it || !it->value)
		return;
	if (!sweep_list_add(&l->list, it->type, it->value, record_kept_label(l->kept, i))) {
		if (it->is_upload)
			sweep_list_mark_upload(&l->list, it->type, it->value);
		return;
	}
	l->skipped = xrealloc(l->skipped, (l->skipped_count + 1) * sizeof *l->skipped);
	l->skipped[l->skipped_count++] = i;
}

static struct case_list *case_list_of(struct case_file *c)
{
	void **slot = case_memory_of(c, "sweep list", case_list_free);
	if (!*slot)
		*slot = xcalloc(1, sizeof(struct case_list));
	return *slot;
}

int sweep_case_ahead(struct case_file *c, double deadline, struct sweep_case *out, struct err *err)
{
	struct case_list *l = case_list_of(c);
	int rc = record_kept_work(c, &indicators, deadline, &l->kept, err);
	if (rc)
		return rc;
	if (l->version != record_kept_version(l->kept))
		case_list_clear(l);
	l->version = record_kept_version(l->kept);
	while (l->next < record_kept_count(l->kept)) {
		add_indicator(l, l->next++);
		if (l->next % AT_LEAST == 0 && clock_steady() >= deadline)
			return 1;
	}
	*out = (struct sweep_case){&l->list, l->skipped, l->skipped_count, l->version};
	return 0;
}

/* The reason is in the language of whoever asks: it is not kept. */
const char *sweep_case_skipped(struct case_file *c, size_t number, const char **value)
{
	const struct case_list *l = case_list_of(c);
	const struct case_indicator *it = record_kept_item(l->kept, number);
	struct sweep_list alone = {.count = 0};
	*value = it->value;
	const char *why = sweep_list_add(&alone, it->type, it->value, "");
	sweep_list_release(&alone);
	return why ? why : "";
}

int sweep_list_read_case(struct sweep_list *list, struct case_file *c, sweep_skip_fn skip, void *ctx, struct err *err)
{
	struct record_kept *kept;
	if (record_kept_work(c, &indicators, HUGE_VAL, &kept, err) < 0)
		return -1;
	for (size_t i = 0; i < record_kept_count(kept); i++) {
		const struct case_indicator *it = record_kept_item(kept, i);
		if (!it || !it->value)
			continue;
		const char *why = sweep_list_add(list, it->type, it->value, record_kept_label(kept, i));
		if (!why && it->is_upload)
			sweep_list_mark_upload(list, it->type, it->value);
		if (why)
			skip(ctx, 0, it->value, why);
	}
	return 0;
}
