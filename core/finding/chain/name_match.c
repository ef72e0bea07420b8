#include "finding/chain/name_match.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct pattern {
	enum pattern_kind kind;
	int value;
	uint32_t length;
	uint32_t same; /* the next pattern of the same points, or NONE */
	struct name_owner *owners;
	size_t owner_count;
};

struct node {
	uint32_t child, sibling; /* while it is built */
	int32_t point;
	uint32_t fail;
	uint32_t pattern; /* the first that ends here, or NONE */
	uint32_t shorter; /* the next node by failing at which a pattern ends, or NONE */
};

struct arrow {
	uint64_t key; /* node and point, plus one; 0: empty */
	uint32_t to;
};

struct name_matcher {
	struct node *nodes;
	size_t node_count, node_cap;
	struct pattern *patterns;
	size_t pattern_count, pattern_cap;
	struct arrow *arrows;
	size_t mask;
};

static uint32_t new_node(struct name_matcher *m, int32_t point)
{
	if (m->node_count == m->node_cap) {
		m->node_cap = m->node_cap ? m->node_cap * 2 : 1024;
		m->nodes = xrealloc(m->nodes, m->node_cap * sizeof *m->nodes);
	}
	m->nodes[m->node_count] =
	    (struct node){.child = NONE, .sibling = NONE, .point = point, .pattern = NONE, .shorter = NONE};
	return (uint32_t)m->node_count++;
}

struct name_matcher *name_matcher_new(void)
{
	struct name_matcher *m = xcalloc(1, sizeof *m);
	new_node(m, 0);
	return m;
}

void name_matcher_free(struct name_matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->pattern_count; i++)
		free(m->patterns[i].owners);
	free(m->patterns);
	free(m->nodes);
	free(m->arrows);
	free(m);
}

static uint64_t key_of(uint32_t node, int32_t point)
{
	return ((uint64_t)node << 32 | (uint32_t)point) + 1;
}

static size_t slot_of(const struct name_matcher *m, uint64_t key)
{
	return (size_t)((key * 0x9E3779B97F4A7C15U) >> 20) & m->mask;
}

static void put_arrow(struct name_matcher *m, uint64_t key, uint32_t to)
{
	size_t slot = slot_of(m, key);
	while (m->arrows[slot].key)
		slot = (slot + 1) & m->mask;
	m->arrows[slot] = (struct arrow){key, to};
}

/* Children in a table that grows with them: the first nodes have thousands. */
static void grow_arrows(struct name_matcher *m)
{
	struct arrow *old = m->arrows;
	size_t count = old ? m->mask + 1 : 0;
	size_t wanted = count ? count * 2 : 4096;
	m->arrows = xcalloc(wanted, sizeof *m->arrows);
	m->mask = wanted - 1;
	for (size_t i = 0; i < count; i++)
		if (old[i].key)
			put_arrow(m, old[i].key, old[i].to);
	free(old);
}

static uint32_t child_of(const struct name_matcher *m, uint32_t node, int32_t point)
{
	uint64_t key = key_of(node, point);
	for (size_t slot = slot_of(m, key); m->arrows[slot].key; slot = (slot + 1) & m->mask)
		if (m->arrows[slot].key == key)
			return m->arrows[slot].to;
	return NONE;
}

static struct pattern *add_pattern(struct name_matcher *m, const struct name_text *text, size_t from, size_t to,
                                   enum pattern_kind kind)
{
	uint32_t node = 0;
	for (size_t i = from; i < to; i++) {
		if (!m->arrows || m->node_count * 2 > m->mask)
			grow_arrows(m);
		int32_t point = text->points[i].point;
		uint32_t next = child_of(m, node, point);
		if (next == NONE) {
			next = new_node(m, point);
			m->nodes[next].sibling = m->nodes[node].child;
			m->nodes[node].child = next;
			put_arrow(m, key_of(node, point), next);
		}
		node = next;
	}
	for (uint32_t p = m->nodes[node].pattern; p != NONE; p = m->patterns[p].same)
		if (m->patterns[p].kind == kind)
			return &m->patterns[p];
	if (m->pattern_count == m->pattern_cap) {
		m->pattern_cap = m->pattern_cap ? m->pattern_cap * 2 : 256;
		m->patterns = xrealloc(m->patterns, m->pattern_cap * sizeof *m->patterns);
	}
	struct pattern *p = &m->patterns[m->pattern_count];
	*p = (struct pattern){.kind = kind, .length = (uint32_t)(to - from), .same = m->nodes[node].pattern};
	m->nodes[node].pattern = (uint32_t)m->pattern_count++;
	return p;
}

void name_matcher_add(struct name_matcher *m, const struct name_text *text, size_t from, size_t to, int value,
                      enum pattern_kind kind)
{
	if (from < to)
		add_pattern(m, text, from, to, kind)->value = value;
}

void name_matcher_add_name(struct name_matcher *m, const struct name_text *text, size_t from, size_t to,
                           enum pattern_kind kind, struct name_owner owner)
{
	if (from >= to)
		return;
	struct pattern *p = add_pattern(m, text, from, to, kind);
	for (size_t i = 0; i < p->owner_count; i++)
		if (p->owners[i].known == owner.known && p->owners[i].legal == owner.legal)
			return;
	p->owners = xrealloc(p->owners, (p->owner_count + 1) * sizeof *p->owners);
	p->owners[p->owner_count++] = owner;
}

void name_matcher_ready(struct name_matcher *m)
{
	uint32_t *queue = xmalloc(m->node_count * sizeof *queue);
	size_t head = 0;
	size_t tail = 0;
	if (!m->arrows)
		grow_arrows(m);
	for (queue[tail++] = 0; head < tail; head++)
		for (uint32_t c = m->nodes[queue[head]].child; c != NONE; c = m->nodes[c].sibling) {
			uint32_t fail = m->nodes[queue[head]].fail;
			if (queue[head] != 0) {
				uint32_t next;
				while ((next = child_of(m, fail, m->nodes[c].point)) == NONE && fail)
					fail = m->nodes[fail].fail;
				fail = next == NONE ? 0 : next;
			}
			m->nodes[c].fail = fail;
			m->nodes[c].shorter = m->nodes[fail].pattern != NONE ? fail : m->nodes[fail].shorter;
			queue[tail++] = c;
		}
	free(queue);
}

static void add_match(struct name_matches *out, const struct pattern *p, size_t number, size_t to)
{
	if (out->count == out->cap) {
		out->cap = out->cap ? out->cap * 2 : 64;
		out->all = xrealloc(out->all, out->cap * sizeof *out->all);
	}
	size_t from = to - p->length;
	out->all[out->count] =
	    (struct name_match){from, to, (int)p->kind, p->value, number, out->first_from[from], out->first_to[to]};
	out->first_from[from] = out->first_to[to] = out->count++;
}

void name_matcher_run(const struct name_matcher *m, const struct name_text *text, struct name_matches *out)
{
	if (text->count + 1 > out->points_cap) {
		out->points_cap = text->count + 1;
		out->first_from = xrealloc(out->first_from, out->points_cap * sizeof *out->first_from);
		out->first_to = xrealloc(out->first_to, out->points_cap * sizeof *out->first_to);
	}
	memset(out->first_from, 0xFF, (text->count + 1) * sizeof *out->first_from);
	memset(out->first_to, 0xFF, (text->count + 1) * sizeof *out->first_to);
	out->count = 0;
	uint32_t node = 0;
	for (size_t i = 0; i < text->count; i++) {
		uint32_t next;
		while ((next = child_of(m, node, text->points[i].point)) == NONE && node)
			node = m->nodes[node].fail;
		node = next == NONE ? 0 : next;
		for (uint32_t at = m->nodes[node].pattern != NONE ? node : m->nodes[node].shorter; at != NONE;
		     at = m->nodes[at].shorter)
			for (uint32_t p = m->nodes[at].pattern; p != NONE; p = m->patterns[p].same)
				add_match(out, &m->patterns[p], p, i + 1);
	}
}

void name_matches_release(struct name_matches *matches)
{
	free(matches->all);
	free(matches->first_from);
	free(matches->first_to);
	*matches = (struct name_matches){0};
}

const struct name_match *name_matches_at(const struct name_matches *matches, size_t point, enum pattern_kind kind,
                                         int ends_there)
{
	const struct name_match *best = NULL;
	size_t i = ends_there ? matches->first_to[point] : matches->first_from[point];
	while (i != SIZE_MAX) {
		const struct name_match *m = &matches->all[i];
		if (m->kind == (int)kind && (!best || m->to - m->from > best->to - best->from))
			best = m;
		i = ends_there ? m->next_to : m->next_from;
	}
	return best;
}

size_t name_matcher_owners(const struct name_matcher *m, size_t pattern, const struct name_owner **owners)
{
	*owners = m->patterns[pattern].owners;
	return m->patterns[pattern].owner_count;
}
