/*
 * The attack as a directed graph: who and what it touched, and the acts between
 * them in the order of time.
 *
 * Read from the records of the kind `flow`. Laid out in layers from left to
 * right (Sugiyama's method: layers by longest path, long links through empty
 * places, order by barycentres), in cells of a terminal, so that the screen and
 * the SVG picture are the same drawing. What failed is dashed, what is less than
 * probable dotted; acts between the same two are one line with their numbers.
 *
 * Source: K. Sugiyama, S. Tagawa, M. Toda, Methods for Visual Understanding of
 * Hierarchical System Structures, 1981.
 */
#ifndef GENBA_OUTWARD_REPORT_FLOW_H
#define GENBA_OUTWARD_REPORT_FLOW_H

#include "case/store/record.h"

struct buf;

struct flow_node {
	char label[LABEL_TEXT];
	char *title; /* printable */
	int seen;    /* an act that is drawn touches it */
	int layer;
	int x, y; /* of its box's corner, in cells */
};

struct flow_act {
	char label[LABEL_TEXT]; /* of the flow record */
	size_t about;           /* of the attack chain: the place of its organisation + 1; 0: of none */
	unsigned aspect;        /* of it: chain_flow.h */
	size_t from, to;        /* nodes */
	char *number;           /* as on record, or its place in the order */
	char *line;             /* printable: number, time, from → to, act, outcome */
	int failed, doubtful;
};

/* A bend or end of a drawn line. */
struct flow_point {
	int x, y;
};

/* One line of the drawing: all acts from one node to another. */
struct flow_link {
	size_t from, to;
	char numbers[64];
	int failed, doubtful; /* all of its acts are */
	int backwards;        /* drawn from right to left */
	struct flow_point points[128];
	size_t point_count;
};

struct flow {
	struct flow_node *nodes;
	size_t node_count;
	struct flow_act *acts; /* in order of time; undated ones last */
	size_t act_count;
	struct flow_link *links;
	size_t link_count;
	int box_width, box_height, gap; /* of the boxes, and between them, in cells */
	int width, height;              /* of the drawing */
};

/* Reads the graph as of a commit (NULL or "": now). Release it. */
int flow_load(struct case_file *c, const char *commit, struct flow *f, struct err *err);

/* The same of these records alone (an array of the kind `flow`), and with these names: label -> what it is called. For what
 * leaves the case. */
void flow_of(struct case_file *c, json_t *records, const json_t *titles, struct flow *f);
void flow_release(struct flow *f);

/* Lays the first `acts` acts out, for a drawing that is `columns` cells wide if that is possible, else wider. */
void flow_layout(struct flow *f, size_t acts, int columns);

/* The drawing as lines of printable text. */
void flow_draw(const struct flow *f, struct buf *out);

/* The drawing as an SVG picture that loads nothing, with the list of acts and what the lines mean below. `state`: the line under
 * the title; NULL: none. */
void flow_svg(const struct flow *f, const char *title, const char *state, size_t acts, struct buf *out);

#endif
