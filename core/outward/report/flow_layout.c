/* The layout of the graph: layers, empty places for long links, order, rows, and the bends of the lines. */
#include "outward/report/flow.h"

#include "base/err.h"
#include "base/printable.h"

#include <stdlib.h>
#include <string.h>

enum { BOX_LEAST = 8, BOX_NARROW = 14, BOX_MOST = 24, GAP_LEAST = 6, GAP_MOST = 8, SWEEPS = 8, LAYERS = 100 };

/* A place in a layer: a node, or where a long link passes. */
struct flow_layout_place {
	int node; /* index, or -1 */
	int layer;
	double key; /* barycentre */
	int y;
};

/* A piece of a link between places of neighbouring layers, from left to right. */
struct flow_layout_piece {
	size_t link;
	size_t a, b; /* places */
	int ya, yb;  /* rows of its ends */
};

struct layout {
	struct flow *f;
	struct flow_layout_place *places;
	size_t place_count;
	struct flow_layout_piece *pieces;
	size_t piece_count;
	size_t *order; /* places by layer and place in it */
	size_t first[LAYERS + 2];
	int layers;
};

/* ---- links and layers */

static int is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ②⑤ are told apart as they stand; 1 and 2 together would be the twelfth. Of one that is too long the end is cut, where a
 * character ends. */
static void add_number(struct flow_link *l, const char *number)
{
	size_t n = strlen(l->numbers);
	size_t between = n && is_plain(l->numbers[n - 1]) && is_plain(*number);
	size_t more = strlen(number);
	if (n && n + between + more >= sizeof l->numbers)
		return;
	if (!n)
		more = text_whole(number, more, sizeof l->numbers - 1);
	memcpy(l->numbers + n, ",", between);
	memcpy(l->numbers + n + between, number, more);
	l->numbers[n + between + more] = '\0';
}

static void add_link(struct flow *f, const struct flow_act *act)
{
	for (size_t i = 0; i < f->link_count; i++) {
		struct flow_link *l = &f->links[i];
		if (l->from == act->from && l->to == act->to) {
			add_number(l, act->number);
			l->failed &= act->failed;
			l->doubtful &= act->doubtful;
			return;
		}
	}
	f->links = xrealloc(f->links, (f->link_count + 1) * sizeof *f->links);
	struct flow_link *l = &f->links[f->link_count++];
	memset(l, 0, sizeof *l);
	l->from = act->from;
	l->to = act->to;
	l->failed = act->failed;
	l->doubtful = act->doubtful;
	add_number(l, act->number);
}

/* Links that would close a cycle are drawn backwards. */
static void flow_layout_visit(struct flow *f, size_t node, char *state)
{
	state[node] = 1;
	for (size_t i = 0; i < f->link_count; i++) {
		struct flow_link *l = &f->links[i];
		if (l->from != node || l->to == node)
			continue;
		if (state[l->to] == 1)
			l->backwards = 1;
		else if (state[l->to] == 0)
			flow_layout_visit(f, l->to, state);
	}
	state[node] = 2;
}

static size_t left_of(const struct flow_link *l)
{
	return l->backwards ? l->to : l->from;
}

static size_t right_of(const struct flow_link *l)
{
	return l->backwards ? l->from : l->to;
}

static void make_layers(struct layout *k)
{
	struct flow *f = k->f;
	char *state = xcalloc(f->node_count + 1, 1);
	for (size_t i = 0; i < f->node_count; i++) /* in the order of the acts: the story begins on the left */
		if (f->nodes[i].seen && !state[i])
			flow_layout_visit(f, i, state);
	free(state);
	for (size_t i = 0; i < f->node_count; i++)
		f->nodes[i].layer = 0;
	for (int again = 1, round = 0; again && round < LAYERS; round++) {
		again = 0;
		for (size_t i = 0; i < f->link_count; i++) {
			struct flow_node *a = &f->nodes[left_of(&f->links[i])];
			struct flow_node *b = &f->nodes[right_of(&f->links[i])];
			if (a != b && b->layer < a->layer + 1 && a->layer + 1 < LAYERS) {
				b->layer = a->layer + 1;
				again = 1;
			}
		}
	}
	k->layers = 1;
	for (size_t i = 0; i < f->node_count; i++)
		if (f->nodes[i].seen && f->nodes[i].layer >= k->layers)
			k->layers = f->nodes[i].layer + 1;
}

static size_t add_place(struct layout *k, int node, int layer)
{
	k->places = xrealloc(k->places, (k->place_count + 1) * sizeof *k->places);
	k->places[k->place_count] = (struct flow_layout_place){node, layer, (double)k->place_count, 0};
	return k->place_count++;
}

static void add_piece(struct layout *k, size_t link, size_t a, size_t b)
{
	k->pieces = xrealloc(k->pieces, (k->piece_count + 1) * sizeof *k->pieces);
	k->pieces[k->piece_count++] = (struct flow_layout_piece){link, a, b, 0, 0};
}

static void make_places(struct layout *k)
{
	struct flow *f = k->f;
	size_t *of = xcalloc(f->node_count + 1, sizeof *of);
	for (size_t i = 0; i < f->node_count; i++)
		if (f->nodes[i].seen)
			of[i] = add_place(k, (int)i, f->nodes[i].layer);
	for (size_t i = 0; i < f->link_count; i++) {
		size_t a = left_of(&f->links[i]);
		size_t b = right_of(&f->links[i]);
		size_t at = of[a];
		if (a == b)
			continue;
		for (int layer = f->nodes[a].layer + 1; layer < f->nodes[b].layer; layer++) {
			size_t next = add_place(k, -1, layer);
			add_piece(k, i, at, next);
			at = next;
		}
		add_piece(k, i, at, of[b]);
	}
	free(of);
}

/* ---- order in the layers */

static const struct layout *sorting; /* qsort() takes no context; one layout at a time, in the owner's thread */

static int compare_places(const void *a, const void *b)
{
	const struct flow_layout_place *x = &sorting->places[*(const size_t *)a];
	const struct flow_layout_place *y = &sorting->places[*(const size_t *)b];
	if (x->layer != y->layer)
		return x->layer - y->layer;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return *(const size_t *)a < *(const size_t *)b ? -1 : 1;
}

static void sort_places(struct layout *k)
{
	sorting = k;
	qsort(k->order, k->place_count, sizeof *k->order, compare_places);
	int layer = -1;
	for (size_t i = 0; i < k->place_count; i++) {
		struct flow_layout_place *p = &k->places[k->order[i]];
		while (layer < p->layer)
			k->first[++layer] = i;
		p->key = (double)(i - k->first[layer]);
	}
	while (layer <= k->layers)
		k->first[++layer] = k->place_count;
}

/* The mean of the keys of the neighbours on one side; its own key where there are none. */
static double barycentre(const struct layout *k, size_t place, int from_left)
{
	double sum = 0;
	int n = 0;
	for (size_t i = 0; i < k->piece_count; i++) {
		const struct flow_layout_piece *p = &k->pieces[i];
		if ((from_left ? p->b : p->a) != place)
			continue;
		sum += k->places[from_left ? p->a : p->b].key;
		n++;
	}
	return n ? sum / n : k->places[place].key;
}

static void order_places(struct layout *k)
{
	k->order = xcalloc(k->place_count + 1, sizeof *k->order);
	for (size_t i = 0; i < k->place_count; i++)
		k->order[i] = i;
	sort_places(k);
	double *keys = xcalloc(k->place_count + 1, sizeof *keys);
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		for (size_t i = 0; i < k->place_count; i++)
			keys[i] = barycentre(k, i, sweep % 2 == 0);
		for (size_t i = 0; i < k->place_count; i++)
			k->places[i].key = keys[i];
		sort_places(k);
	}
	free(keys);
}

/* ---- rows */

static int height_of(const struct layout *k, const struct flow_layout_place *p)
{
	return p->node >= 0 ? k->f->box_height : 1;
}

static int middle(const struct flow_layout_place *p)
{
	return p->y + (p->node >= 0 ? 1 : 0);
}

/* Where the neighbours would have it; pushed down as far as the place above needs. */
static void settle_layer(struct layout *k, int layer, int from_left)
{
	int free_row = 0;
	for (size_t i = k->first[layer]; i < k->first[layer + 1]; i++) {
		size_t id = k->order[i];
		struct flow_layout_place *p = &k->places[id];
		int sum = 0;
		int n = 0;
		for (size_t j = 0; j < k->piece_count; j++)
			if ((from_left ? k->pieces[j].b : k->pieces[j].a) == id) {
				sum += middle(&k->places[from_left ? k->pieces[j].a : k->pieces[j].b]);
				n++;
			}
		int wish = n ? sum / n - (p->node >= 0 ? 1 : 0) : p->y;
		p->y = wish > free_row ? wish : free_row;
		free_row = p->y + height_of(k, p) + (p->node >= 0 ? 0 : 1);
	}
}

static void give_rows(struct layout *k)
{
	for (int layer = 0; layer < k->layers; layer++)
		settle_layer(k, layer, 1);
	for (int layer = k->layers - 1; layer >= 0; layer--)
		settle_layer(k, layer, 0);
	for (int layer = 0; layer < k->layers; layer++)
		settle_layer(k, layer, 1);
	int top = 1 << 20;
	k->f->height = 0;
	for (size_t i = 0; i < k->place_count; i++)
		top = k->places[i].y < top ? k->places[i].y : top;
	for (size_t i = 0; i < k->place_count; i++) {
		struct flow_layout_place *p = &k->places[i];
		p->y -= top;
		if (p->y + height_of(k, p) > k->f->height)
			k->f->height = p->y + height_of(k, p);
	}
}

/* ---- lines */

/* A box has rows inside: lines are spread over them in the order of their other ends. */
static int port(const struct layout *k, size_t piece, int left_end)
{
	size_t id = left_end ? k->pieces[piece].a : k->pieces[piece].b;
	const struct flow_layout_place *p = &k->places[id];
	if (p->node < 0)
		return p->y;
	int before = 0;
	int all = 0;
	int own = middle(&k->places[left_end ? k->pieces[piece].b : k->pieces[piece].a]);
	for (size_t i = 0; i < k->piece_count; i++) {
		if ((left_end ? k->pieces[i].a : k->pieces[i].b) != id)
			continue;
		int other = middle(&k->places[left_end ? k->pieces[i].b : k->pieces[i].a]);
		all++;
		before += other < own || (other == own && i < piece);
	}
	return p->y + 1 + (all > 1 ? before * (k->f->box_height - 2) / all : 0);
}

static int box_x(const struct layout *k, size_t place)
{
	return k->places[place].layer * (k->f->box_width + k->f->gap);
}

static int overlaps(int a, int b, int c, int d)
{
	int low = a < b ? a : b;
	int high = a < b ? b : a;
	int low2 = c < d ? c : d;
	int high2 = c < d ? d : c;
	return low <= high2 && low2 <= high;
}

/* The column of the upright part, in the gap behind the layer: one that no line before it uses at these rows. */
static int track(struct layout *k, size_t piece, const int *tracks)
{
	const struct flow_layout_piece *p = &k->pieces[piece];
	int layer = k->places[p->a].layer;
	int last = k->f->gap - 2;
	for (int t = k->f->gap - 4 < 3 ? k->f->gap - 4 : 3; t < last; t++) {
		int clash = 0;
		for (size_t i = 0; i < piece && !clash; i++)
			clash = k->places[k->pieces[i].a].layer == layer && tracks[i] == t &&
			        k->pieces[i].ya != k->pieces[i].yb &&
			        overlaps(p->ya, p->yb, k->pieces[i].ya, k->pieces[i].yb);
		if (!clash)
			return t;
	}
	return last;
}

static void bend(struct flow_link *l, int x, int y)
{
	if (l->point_count < sizeof l->points / sizeof *l->points)
		l->points[l->point_count++] = (struct flow_point){x, y};
}

static void make_lines(struct layout *k)
{
	int *tracks = xcalloc(k->piece_count + 1, sizeof *tracks);
	for (size_t i = 0; i < k->piece_count; i++) {
		k->pieces[i].ya = port(k, i, 1);
		k->pieces[i].yb = port(k, i, 0);
	}
	for (size_t i = 0; i < k->piece_count; i++) {
		struct flow_layout_piece *p = &k->pieces[i];
		struct flow_link *l = &k->f->links[p->link];
		int right = box_x(k, p->a) + k->f->box_width;
		tracks[i] = track(k, i, tracks);
		if (k->places[p->a].node >= 0)
			bend(l, right, p->ya);
		if (p->ya != p->yb) {
			bend(l, right + tracks[i], p->ya);
			bend(l, right + tracks[i], p->yb);
		}
		if (k->places[p->b].node >= 0)
			bend(l, box_x(k, p->b) - 1, p->yb);
	}
	free(tracks);
}

void flow_layout(struct flow *f, size_t acts, int columns)
{
	struct layout k = {.f = f};
	free(f->links);
	f->links = NULL;
	f->link_count = 0;
	for (size_t i = 0; i < f->node_count; i++)
		f->nodes[i].seen = 0;
	for (size_t i = 0; i < acts && i < f->act_count; i++) {
		add_link(f, &f->acts[i]);
		f->nodes[f->acts[i].from].seen = f->nodes[f->acts[i].to].seen = 1;
	}
	make_layers(&k);
	make_places(&k);
	order_places(&k);
	f->gap = (columns - (k.layers - 1) * GAP_MOST) / k.layers < BOX_NARROW ? GAP_LEAST : GAP_MOST;
	int box = (columns - (k.layers - 1) * f->gap) / k.layers;
	f->box_width = box < BOX_LEAST ? BOX_LEAST : box > BOX_MOST ? BOX_MOST : box;
	f->box_height = 5;
	f->width = k.layers * f->box_width + (k.layers - 1) * f->gap;
	give_rows(&k);
	for (size_t i = 0; i < k.place_count; i++)
		if (k.places[i].node >= 0) {
			f->nodes[k.places[i].node].x = box_x(&k, i);
			f->nodes[k.places[i].node].y = k.places[i].y;
		}
	make_lines(&k);
	free(k.places);
	free(k.pieces);
	free(k.order);
}
