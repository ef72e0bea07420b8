#include "case/database/generations.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 1024 /* changes, of which the record is known */

struct generation_change {
	uint64_t generation; /* after it; 0: none */
	char id[37];
};

struct generation_kind {
	char kind[64];
	uint64_t generation;
};

static void note_kind(struct generations *g, const char *kind)
{
	size_t i = 0;
	while (i < g->kind_count && strcmp(g->kinds[i].kind, kind) != 0)
		i++;
	if (i == g->kind_count) {
		g->kinds = xrealloc(g->kinds, (i + 1) * sizeof *g->kinds);
		snprintf(g->kinds[i].kind, sizeof g->kinds[i].kind, "%s", kind);
		g->kind_count++;
	}
	g->kinds[i].generation = g->now;
}

void generations_note(struct generations *g, const char *const *ids, const char *const *kinds, size_t count)
{
	if (!g->ring)
		g->ring = xcalloc(KEPT, sizeof *g->ring);
	g->now++;
	for (size_t i = 0; i < count; i++) {
		struct generation_change *change = &g->ring[g->next];
		g->next = (g->next + 1) % KEPT;
		if (change->generation > g->ring_from)
			g->ring_from = change->generation;
		change->generation = g->now;
		snprintf(change->id, sizeof change->id, "%s", ids[i]);
		note_kind(g, kinds[i]);
	}
}

void generations_note_all(struct generations *g)
{
	g->now++;
	g->ring_from = g->now;
	g->all = g->now;
}

void generations_note_labels(struct generations *g)
{
	g->all = g->now;
}

uint64_t generations_of_kind(const struct generations *g, const char *kind)
{
	for (size_t i = 0; i < g->kind_count; i++)
		if (strcmp(g->kinds[i].kind, kind) == 0 && g->kinds[i].generation > g->all)
			return g->kinds[i].generation;
	return g->all;
}

int generations_since(const struct generations *g, uint64_t since, void (*fn)(void *ctx, const char *id), void *ctx)
{
	if (since < g->ring_from)
		return -1;
	for (size_t i = 0; g->ring && i < KEPT; i++)
		if (g->ring[i].generation > since)
			fn(ctx, g->ring[i].id);
	return 0;
}

void generations_release(struct generations *g)
{
	free(g->ring);
	free(g->kinds);
	*g = (struct generations){.now = 0};
}
