/* The views of a text: as it is, decoded around escapes, as it is meant though defanged, packed from UTF-16. */
#include "base/address/refang.h"
#include "base/buf.h"
#include "base/err.h"
#include "finding/sweep/sweep_private.h"

#include <stdlib.h>

const char *sweep_match_name(enum sweep_match match)
{
	static const char *const names[] = {"exact", "subdomain", "network", "host"};
	return names[match];
}

const char *sweep_encoding_name(enum sweep_encoding encoding)
{
	static const char *const names[] = {"plain", "percent", "utf-16le", "utf-16be", "defanged"};
	return names[encoding];
}

struct view_scan {
	const struct sweep_view *view;
	enum sweep_kernel kernel;
	sweep_hit_fn fn;
	void *ctx;
	/* the view that is looked through now: */
	enum sweep_encoding encoding;
	size_t first;         /* UTF-16: where in the bytes its unit 0 stands */
	const uint32_t *from; /* decoded: where each byte comes from in the text that was decoded */
	struct plain plain;   /* defanged */
	size_t base;          /* and where that text begins */
	size_t after;         /* of the text decoded: only hits that end in (after, until] */
	size_t until;
};

static void give(struct view_scan *s, size_t at, size_t end, uint32_t indicator, enum sweep_match match,
                 enum sweep_encoding encoding)
{
	struct sweep_hit hit = {at, end, indicator, (uint8_t)match, (uint8_t)encoding};
	s->fn(s->ctx, &hit);
}

static void hit_plain(struct sweep_text *text, size_t at, size_t end, uint32_t indicator, enum sweep_match match)
{
	struct view_scan *s = text->ctx;
	if (s->encoding == SWEEP_PLAIN)
		give(s, at, end, indicator, match, SWEEP_PLAIN);
	else
		give(s, s->first + 2 * at, s->first + 2 * end, indicator, match, s->encoding);
}

/* ---- percent */

/* Only what holds an escape: the rest was found as it is. */
static void hit_percent(struct sweep_text *text, size_t at, size_t end, uint32_t indicator, enum sweep_match match)
{
	struct view_scan *s = text->ctx;
	size_t from = s->from[at];
	size_t to = s->from[end];
	if (to - from == end - at || s->base + to <= s->after || s->base + to > s->until)
		return;
	if (s->encoding == SWEEP_PLAIN)
		give(s, s->base + from, s->base + to, indicator, match, SWEEP_PERCENT);
	else
		give(s, s->first + 2 * (s->base + from), s->first + 2 * (s->base + to), indicator, match,
		     SWEEP_PERCENT);
}

/* An escape that matters stands at i. */
static int is_escape(const struct sweep_set *set, const unsigned char *p, size_t n, size_t i)
{
	if (i + 2 >= n || p[i] != '%')
		return 0;
	int high = sweep_hex(p[i + 1]);
	int low = sweep_hex(p[i + 2]);
	if (high < 0 || low < 0)
		return 0;
	unsigned char c = (unsigned char)(high << 4 | low);
	return set->occurs[sweep_fold(c)] || set->occurs[sweep_fold_path(c)];
}

/* Decodes [begin, end) of the text and looks through it. */
static void scan_decoded(struct view_scan *s, const struct sweep_text *raw, size_t begin, size_t first, size_t end)
{
	size_t n = 0;
	size_t from = 0; /* the first escape, decoded */
	unsigned char *bytes = xmalloc(end - begin + 2 * SWEEP_PAD);
	uint32_t *origin = xmalloc((end - begin + 1) * sizeof *origin);
	memset(bytes, 0, SWEEP_PAD);
	unsigned char *decoded = bytes + SWEEP_PAD;
	for (size_t i = begin; i < end; n++) {
		int high = raw->p[i] == '%' && i + 2 < end ? sweep_hex(raw->p[i + 1]) : -1;
		int low = high >= 0 ? sweep_hex(raw->p[i + 2]) : -1;
		if (i == first)
			from = n;
		origin[n] = (uint32_t)(i - begin);
		decoded[n] = (unsigned char)(low >= 0 ? high << 4 | low : raw->p[i]);
		i += low >= 0 ? 3 : 1;
	}
	origin[n] = (uint32_t)(end - begin);
	memset(decoded + n, 0, SWEEP_PAD);
	struct sweep_text text = {.set = raw->set, .p = decoded, .n = n, .hit = hit_percent, .ctx = s};
	s->from = origin;
	s->base = begin;
	sweep_kernel_run(s->kernel, &text, from, n);
	free(bytes);
	free(origin);
}

static int is_control(unsigned char c)
{
	return c < ' ' || c == 0x7F;
}

/* Hits that hold an escape and end in (from, to]. Escapes that lie close together are decoded at once; no indicator holds a
 * control character, so that nothing is decoded beyond one. */
static void scan_percent(struct view_scan *s, const struct sweep_text *raw, size_t from, size_t to)
{
	size_t reach = 3 * raw->set->longest + 8;
	size_t i = from > reach ? from - reach : 0;
	s->after = from;
	s->until = to;
	while (i < to) {
		const unsigned char *found = memchr(raw->p + i, '%', to - i);
		if (!found)
			break;
		i = (size_t)(found - raw->p);
		if (!is_escape(raw->set, raw->p, raw->n, i)) {
			i++;
			continue;
		}
		size_t begin = i;
		size_t end = i + 3;
		size_t last = end;
		while (begin > 0 && i - begin < reach && !is_control(raw->p[begin - 1]))
			begin--;
		for (size_t k = 1; k <= 2; k++) /* not within an escape */
			if (begin >= k && begin - k + 2 < raw->n && raw->p[begin - k] == '%' &&
			    sweep_hex(raw->p[begin - k + 1]) >= 0 && sweep_hex(raw->p[begin - k + 2]) >= 0) {
				begin -= k;
				break;
			}
		for (; end < raw->n && end < last + reach && !is_control(raw->p[end]); end++)
			if (raw->p[end] == '%' && is_escape(raw->set, raw->p, raw->n, end))
				last = end + 3;
		if (last > end)
			end = last;
		scan_decoded(s, raw, begin, i, end);
		i = last;
	}
}

/* ---- as it is */

static void scan_text(struct view_scan *s, struct sweep_text *text, size_t from, size_t to)
{
	text->raw = 1;
	text->hit = hit_plain;
	text->ctx = s;
	sweep_kernel_run(s->kernel, text, from, to);
	scan_percent(s, text, from, to);
}

/* ---- defanged */

static void hit_defanged(struct sweep_text *text, size_t at, size_t end, uint32_t indicator, enum sweep_match match)
{
	struct view_scan *s = text->ctx;
	size_t to = s->base + s->plain.from[end];
	if (plain_is_changed(&s->plain, at, end) && to > s->after && to <= s->until)
		give(s, s->base + s->plain.from[at], to, indicator, match, SWEEP_DEFANGED);
}

static void scan_defanged(struct view_scan *s, const struct sweep_set *set)
{
	const struct sweep_view *v = s->view;
	size_t reach = sweep_set_reach(set);
	s->base = v->from > reach ? v->from - reach : 0;
	s->after = v->from;
	s->until = v->to;
	plain_init(&s->plain, (const char *)v->bytes + s->base, v->n - s->base, PLAIN_LOOSE);
	unsigned char *bytes = xcalloc(1, s->plain.n + 2 * SWEEP_PAD);
	memcpy(bytes + SWEEP_PAD, s->plain.text, s->plain.n);
	struct sweep_text text = {
	    .set = set, .p = bytes + SWEEP_PAD, .n = s->plain.n, .raw = 1, .hit = hit_defanged, .ctx = s};
	sweep_kernel_run(s->kernel, &text, 0, s->plain.n);
	free(bytes);
	plain_release(&s->plain);
}

/* ---- UTF-16 */

/* Each unit as a byte; what is no ASCII as 0xFF, which is no letter of an indicator but one of file names. */
static void scan_utf16(struct view_scan *s, const struct sweep_set *set, unsigned first, enum sweep_encoding encoding,
                       unsigned char *room)
{
	const struct sweep_view *v = s->view;
	if (v->n < first + 2)
		return;
	size_t n = (v->n - first) / 2;
	const unsigned char *p = v->bytes + first;
	unsigned low = encoding == SWEEP_UTF16LE ? 0 : 1;
	unsigned char *units = room + SWEEP_PAD;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = p[2 * i + low];
		units[i] = p[2 * i + 1 - low] == 0 && c < 0x80 ? c : 0xFF;
	}
	memset(units + n, 0, SWEEP_PAD);
	struct sweep_text text = {.set = set, .p = units, .n = n};
	s->encoding = encoding;
	s->first = first;
	size_t from = v->from > first ? (v->from - first) / 2 : 0;
	size_t to = v->to > first ? (v->to - first) / 2 : 0;
	scan_text(s, &text, from, v->to == v->n ? n : to);
	s->encoding = SWEEP_PLAIN;
}

void sweep_scan(const struct sweep_set *set, enum sweep_kernel kernel, const struct sweep_view *view, sweep_hit_fn fn,
                void *ctx)
{
	struct view_scan s = {.view = view, .kernel = kernel, .fn = fn, .ctx = ctx};
	struct sweep_text text = {.set = set, .p = view->bytes, .n = view->n};
	unsigned look = view->look;
	if (view->to <= view->from)
		return;
	if (!sweep_kernel_is_there(kernel))
		s.kernel = SWEEP_KERNEL_PLAIN;
	scan_text(&s, &text, view->from, view->to);
	if (look & SWEEP_LOOK_DEFANGED)
		scan_defanged(&s, set);
	if (look & (SWEEP_LOOK_UTF16 | SWEEP_LOOK_UTF16LE | SWEEP_LOOK_UTF16BE)) {
		unsigned char *room = xcalloc(1, view->n / 2 + 2 * SWEEP_PAD);
		int both = (look & SWEEP_LOOK_UTF16) != 0;
		for (unsigned first = 0; first < 2; first++) {
			if (!both && first != view->odd)
				continue;
			if (both || (look & SWEEP_LOOK_UTF16LE))
				scan_utf16(&s, set, first, SWEEP_UTF16LE, room);
			if (both || (look & SWEEP_LOOK_UTF16BE))
				scan_utf16(&s, set, first, SWEEP_UTF16BE, room);
		}
		free(room);
	}
}
