/*
 * The time line as a picture: a bar of time, the attacker's acts above it, those of the response and of others below. What is
 * no instant is a stroke as long as it may be. Times are placed by their order where a day holds many and years lie empty:
 * each day with an event has the same width, and a gap between days is told in words.
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
#define WIDTH  680
#define MIDDLE 150 /* where texts begin */

struct placed {
	const json_t *record;
	int64_t first;
	int64_t last;
	int attacker;
};

static int by_time(const void *a, const void *b)
{
	const struct placed *x = a;
	const struct placed *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last) /* "after V9" begins with it, and stands behind it */
		return x->last < y->last ? -1 : 1;
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

/* "3 days later": between two events, where nothing is on record. */
static void add_gap(struct buf *svg, int y, int64_t seconds)
{
	unsigned long days = (unsigned long)seconds / 86400;
	if (days < 1)
		return;
	char *text = xasprintf(P_("%lu day later", "%lu days later", days), days);
	buf_addf(svg, "<text class=\"gap\" x=\"%d\" y=\"%d\">", 142, y);
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
	size_t fits = text_fit(when.data, 21, NULL);
	buf_addf(svg, "<text class=\"when\" x=\"118\" y=\"%d\">", y);
	buf_truncate(&when, fits);
	html_text(svg, when.data);
	buf_adds(svg, "</text>\n");
	if (e->attacker)
		buf_addf(svg, "<path d=\"M126,%d l9,5 l-9,5 z\" fill=\"#b00\"/>\n", y - 10);
	else
		buf_addf(svg,
		         "<circle cx=\"130\" cy=\"%d\" r=\"4\" fill=\"#fff\" stroke=\"#246\" stroke-width=\"2\"/>\n",
		         y - 5);
	buf_addf(&text, "%s  %s", record_label(e->record), title);
	fits = text_fit(text.data, 68, NULL);
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

int report_time_picture(struct report *p, json_t *events, struct buf *svg)
{
	size_t n = 0;
	size_t i;
	json_t *record;
	struct placed *all = xcalloc(json_array_size(events) + 1, sizeof *all);
	json_array_foreach(events, i, record)
		n += (size_t)place(p, record, &all[n]);
	qsort(all, n, sizeof *all, by_time);
	size_t drawn = n < MOST ? n : MOST;
	int y = 30;
	struct buf body = BUF_INIT;
	for (i = 0; i < drawn; i++) {
		if (i && all[i].first - all[i - 1].first >= 86400) {
			y += LINE * 3 / 4;
			add_gap(&body, y, all[i].first - all[i - 1].first);
		}
		y += LINE;
		add_event(p, &body, y, &all[i]);
	}
	if (drawn) {
		buf_addf(svg,
		         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
		         "<style>.tl text{font:12px sans-serif}.tl .when{font-size:10px;text-anchor:end;fill:#333}"
		         ".tl .gap{font-size:9px;fill:#777;font-style:italic}</style>\n<g class=\"tl\">"
		         "<line x1=\"130\" y1=\"24\" x2=\"130\" y2=\"%d\" stroke=\"#999\"/>\n",
		         WIDTH, y + 14, WIDTH, y + 14, y + 6);
		buf_adds(svg, "<path d=\"M20,6 l9,5 l-9,5 z\" fill=\"#b00\"/><text x=\"36\" y=\"16\">");
		html_text(svg, _("the attacker's act"));
		buf_adds(svg, "</text><circle cx=\"220\" cy=\"11\" r=\"4\" fill=\"#fff\" stroke=\"#246\" "
		              "stroke-width=\"2\"/><text x=\"230\" y=\"16\">");
		html_text(svg, _("the response's, a user's or another act"));
		buf_adds(svg, "</text>\n");
		buf_add(svg, body.data, body.len);
		buf_adds(svg, "</g></svg>\n");
	}
	buf_release(&body);
	free(all);
	return drawn > 0;
}
