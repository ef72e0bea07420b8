/*
 * The time line as a picture: the events one below the other in order of time, the attacker's acts apart from those of the
 * response and of others; a gap of days between two of them is told in words. A strip for each event, so that a page may end
 * between any two of them.
 */
#include "outward/incident/report_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/query/timeline.h"
#include "outward/report/html.h"

#include <stdlib.h>
#include <string.h>

#define MOST   40 /* events that are drawn */
#define LINE   19 /* pixels of one event */
#define GAP    14 /* of the words between two */
#define HEAD   54 /* of what stands above the first */
#define WIDTH  680
#define AXIS   164 /* where the line of time stands: left of it so many cells of a time, which leaves seconds and zone */
#define CELLS  26
#define MIDDLE (AXIS + 20) /* where texts begin */

struct placed {
	const json_t *record;
	int64_t first;
	int64_t last;
	int attacker;
};

/* As the time line of the case: by time, then by the number in the figure, then by the entry. */
static int by_time(const void *a, const void *b)
{
	const struct placed *x = a;
	const struct placed *y = b;
	static const char *const then[] = {"mark", "entered"};
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last) /* "after V9" begins with it, and stands behind it */
		return x->last < y->last ? -1 : 1;
	for (size_t i = 0; i < sizeof then / sizeof *then; i++) {
		const char *p = json_get_string(x->record, then[i]);
		const char *q = json_get_string(y->record, then[i]);
		int order = p && q ? strcmp(p, q) : (p == NULL) - (q == NULL);
		if (order)
			return order;
	}
	return strverscmp(record_label(x->record), record_label(y->record));
}

static int place(struct report *p, const json_t *record, struct placed *out)
{
	struct edtf when;
	const char *text = json_get_string(record, "when");
	if (!text || edtf_parse(text, &when, NULL) < 0 ||
	    edtf_bounds(&when, timeline_resolve, release_case(p->r), &out->first, &out->last) < 0 ||
	    out->first == INT64_MIN)
		return 0;
	out->record = record;
	out->attacker = json_is(record, "side", "attacker");
	return 1;
}

/* A strip of the picture, and the line of time from `from` to its lower edge. */
static void begin_strip(struct buf *svg, int height, int from)
{
	buf_addf(svg,
	         "<svg class=\"tl\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d "
	         "%d\">\n<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#999\"/>\n",
	         WIDTH, height, WIDTH, height, AXIS, from, AXIS, height);
}

/* The heading, what the two marks mean, and the first event. */
static void begin_first(struct buf *svg)
{
	begin_strip(svg, HEAD + LINE, HEAD - 4);
	buf_adds(
	    svg,
	    "<style>.tl text{font:12px sans-serif}.tl .title{font:bold 15px sans-serif}"
	    ".tl .when{font-size:10px;text-anchor:end;fill:#333}"
	    ".tl .gap{font-size:9px;fill:#777;font-style:italic}</style>\n<text class=\"title\" x=\"20\" y=\"16\">");
	html_text(svg, _("Time line"));
	buf_adds(svg, "</text>\n<path d=\"M20,32 l9,5 l-9,5 z\" fill=\"#b00\"/><text x=\"36\" y=\"42\">");
	html_text(svg, _("the attacker's act"));
	buf_adds(svg, "</text><circle cx=\"220\" cy=\"37\" r=\"4\" fill=\"#fff\" stroke=\"#246\" "
	              "stroke-width=\"2\"/><text x=\"230\" y=\"42\">");
	html_text(svg, _("the response's, a user's or another act"));
	buf_adds(svg, "</text>\n");
}

/* "3 days later": between two events, where nothing is on record. */
static void add_gap(struct buf *svg, int64_t seconds)
{
	unsigned long days = (unsigned long)seconds / 86400;
	char *text = xasprintf(P_("%lu day later", "%lu days later", days), days);
	buf_addf(svg, "<text class=\"gap\" x=\"%d\" y=\"%d\">", AXIS + 12, GAP - 4);
	html_text(svg, text);
	buf_adds(svg, "</text>\n");
	free(text);
}

static void add_event(struct report *p, struct buf *svg, int y, const struct placed *e)
{
	struct buf text = BUF_INIT;
	struct buf when = BUF_INIT;
	report_field(p, e->record, "when", &when);
	char *title = record_title(e->record);
	size_t fits = text_fit(when.data, CELLS, NULL);
	buf_addf(svg, "<text class=\"when\" x=\"%d\" y=\"%d\">", AXIS - 12, y);
	if (fits < when.len) {
		buf_truncate(&when, text_fit(when.data, CELLS - 1, NULL));
		buf_adds(&when, "…");
	}
	html_text(svg, when.data);
	buf_adds(svg, "</text>\n");
	if (e->attacker)
		buf_addf(svg, "<path d=\"M%d,%d l9,5 l-9,5 z\" fill=\"#b00\"/>\n", AXIS - 4, y - 10);
	else
		buf_addf(svg,
		         "<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"#fff\" stroke=\"#246\" stroke-width=\"2\"/>\n",
		         AXIS, y - 5);
	buf_addf(&text, "%s  %s", record_label(e->record), title);
	fits = text_fit(text.data, 64, NULL);
	if (fits < text.len) {
		buf_truncate(&text, fits);
		buf_adds(&text, "…");
	}
	buf_addf(svg, "<text x=\"%d\" y=\"%d\">", MIDDLE, y);
	html_text(svg, text.data);
	buf_adds(svg, "</text>\n");
	free(title);
	buf_release(&text);
	buf_release(&when);
}

/* Those that have a place in time, sorted by it. The caller frees them. */
static struct placed *place_all(struct report *p, json_t *events, size_t *n)
{
	size_t i;
	json_t *record;
	struct placed *all = xcalloc(json_array_size(events) + 1, sizeof *all);
	*n = 0;
	json_array_foreach(events, i, record)
		*n += (size_t)place(p, record, &all[*n]);
	qsort(all, *n, sizeof *all, by_time);
	return all;
}

void report_sort_events(struct report *p)
{
	size_t n;
	size_t i;
	json_t *record;
	json_t *events = report_records(p, "event");
	json_t *sorted = json_array();
	json_t *placed = json_object();
	struct placed *all = place_all(p, events, &n);
	for (i = 0; i < n; i++) {
		json_array_append(sorted, (json_t *)(uintptr_t)all[i].record);
		json_object_set_new(placed, record_label(all[i].record), json_true());
	}
	json_array_foreach(events, i, record)
		if (!json_object_get(placed, record_label(record)))
			json_array_append(sorted, record);
	json_object_set_new(p->kinds, "event", sorted);
	json_decref(placed);
	free(all);
}

size_t report_time_picture(struct report *p, json_t *events, struct buf *svg)
{
	size_t n;
	size_t i;
	struct placed *all = place_all(p, events, &n);
	size_t drawn = n < MOST ? n : MOST;
	for (i = 0; i < drawn; i++) {
		int64_t gap = i ? all[i].first - all[i - 1].first : 0;
		int above = i == 0 ? HEAD : gap >= 86400 ? GAP : 0;
		if (i == 0)
			begin_first(svg);
		else
			begin_strip(svg, above + LINE, 0);
		if (above == GAP)
			add_gap(svg, gap);
		add_event(p, svg, above + LINE - 5, &all[i]);
		buf_adds(svg, "</svg>\n");
	}
	free(all);
	return drawn;
}
