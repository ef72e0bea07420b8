#include "outward/release/release_preview.h"

#include "case/query/record_reader.h"
#include "outward/release/release_private.h"

#include <stdlib.h>
#include <string.h>

struct release_preview {
	struct release *r;
	struct record_reader *indicators; /* first: a sample that one of them names stays */
	struct record_reader *all;
	int is_noted;
};

static int sort_one(void *ctx, json_t *record)
{
	release_sort(ctx, record);
	return 0;
}

struct release_preview *release_preview_new(struct case_file *c, const char *tlp)
{
	struct release_preview *p = xcalloc(1, sizeof *p);
	p->r = release_new(c, tlp);
	p->indicators = record_reader_new(c, "kind = 'indicator'", 0, release_note_sample, p->r);
	p->all = record_reader_new(c, "1", 0, sort_one, p->r);
	return p;
}

void release_preview_free(struct release_preview *p)
{
	if (!p)
		return;
	record_reader_free(p->indicators);
	record_reader_free(p->all);
	release_close(p->r);
	free(p);
}

int release_preview_work(struct release_preview *p, double deadline, struct err *err)
{
	int rc = p->is_noted ? 0 : record_reader_work(p->indicators, deadline, err);
	p->is_noted = rc == 0;
	return rc ? rc : record_reader_work(p->all, deadline, err);
}

int release_preview_percent(const struct release_preview *p)
{
	return record_reader_percent(p->all);
}

void release_preview_counts(const struct release_preview *p, uint64_t *leave, uint64_t *stay)
{
	release_counts(p->r, leave, stay);
}

struct reason_count {
	const char *reason;
	uint64_t records;
};

static int compare_counts(const void *a, const void *b)
{
	const struct reason_count *x = a;
	const struct reason_count *y = b;
	if (x->records != y->records)
		return x->records > y->records ? -1 : 1;
	return strcmp(x->reason, y->reason);
}

/* The same reason may stand there for several kinds. */
static size_t count_reasons(const struct release *r, struct reason_count *all)
{
	size_t *row = xcalloc(r->reason_count + 1, sizeof *row);
	size_t count = 0;
	for (size_t i = 0; i < r->reason_count; i++) {
		size_t k = 0;
		while (k < count && strcmp(all[k].reason, r->reasons[i].reason) != 0)
			k++;
		all[k].reason = r->reasons[i].reason;
		row[i] = k;
		count += k == count;
	}
	for (uint32_t i = 0; i < r->labels.count; i++)
		if (r->labels.entries[i].state & LABEL_STAYS)
			all[row[r->labels.entries[i].why]].records++;
	free(row);
	return count;
}

void release_preview_each(const struct release_preview *p, void (*fn)(void *ctx, const char *reason, uint64_t records),
                          void *ctx)
{
	struct reason_count *all = xcalloc(p->r->reason_count + 1, sizeof *all);
	size_t count = count_reasons(p->r, all);
	qsort(all, count, sizeof *all, compare_counts);
	for (size_t i = 0; i < count && all[i].records; i++)
		fn(ctx, all[i].reason, all[i].records);
	free(all);
}
