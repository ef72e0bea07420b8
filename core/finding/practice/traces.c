#include "finding/practice/traces.h"

#include "base/err.h"
#include "finding/practice/bytes_out.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096U /* records of the journal do not cross pages */

/* ---- prefetch */

/* Where its forms differ: sizes of parts, and places in the head. */
struct prefetch_form {
	unsigned version;
	unsigned information; /* bytes of it, behind the head of 84 */
	unsigned metric;      /* of a file */
	unsigned volume;
	unsigned runs; /* where the times stand */
	unsigned run_count;
	unsigned count;
};

static const struct prefetch_form forms[] = {{17, 68, 20, 40, 120, 1, 144},
                                             {23, 156, 32, 104, 128, 1, 152},
                                             {26, 224, 32, 104, 128, 8, 208},
                                             {30, 224, 32, 96, 128, 8, 208}};

static void add_strings(const struct prefetch_trace *t, const char *device, struct buf *strings, struct buf *metrics,
                        unsigned metric)
{
	for (const char *const *f = t->files; *f; f++) {
		size_t from = metrics->len;
		size_t at = strings->len;
		char *path = xasprintf("%s%s", device, *f);
		size_t units = out_utf16(strings, path);
		out_le(strings, 0, 2);
		out_le(metrics, 0, 4); /* when it was read, in ms */
		out_le(metrics, 1, 4);
		if (metric == 32)
			out_le(metrics, 1, 4);
		out_le(metrics, at, 4);
		out_le(metrics, units, 4);
		out_le(metrics, 2, 4);
		out_zeros(metrics, from + metric - metrics->len);
		free(path);
	}
}

static void add_volume(const struct prefetch_trace *t, const struct prefetch_form *form, const char *device,
                       struct buf *out)
{
	size_t from = out->len;
	out_le(out, form->volume, 4); /* its name stands behind it */
	out_le(out, strlen(device), 4);
	out_le(out, t->volume_made, 8);
	out_le(out, t->serial, 4);
	out_zeros(out, from + form->volume - out->len);
	out_utf16(out, device);
	out_le(out, 0, 2);
	out_align(out, 8);
}

void trace_prefetch(const struct prefetch_trace *t, struct buf *out)
{
	const struct prefetch_form *form = forms;
	struct buf strings = BUF_INIT;
	struct buf metrics = BUF_INIT;
	struct buf b = BUF_INIT;
	char device[64];
	while (form->version != t->version)
		form++;
	if (t->version < 30)
		snprintf(device, sizeof device, "\\DEVICE\\HARDDISKVOLUME1");
	else
		snprintf(device, sizeof device, "\\VOLUME{%016llx-%08x}", (unsigned long long)t->volume_made,
		         t->serial);
	add_strings(t, device, &strings, &metrics, form->metric);
	out_le(&b, t->version, 4);
	buf_adds(&b, "SCCA");
	out_zeros(&b, 84 + form->information - b.len);
	struct buf name = BUF_INIT;
	out_utf16(&name, t->program);
	memcpy(b.data + 16, name.data, name.len < 58 ? name.len : 58);
	out_le_at(&b, 76, t->hash, 4);
	size_t count = form->metric ? metrics.len / form->metric : 0;
	out_le_at(&b, 84, b.len, 4);
	out_le_at(&b, 88, count, 4);
	buf_add(&b, metrics.data, metrics.len);
	out_le_at(&b, 92, b.len, 4); /* how its pages were loaded: nothing of it */
	out_le_at(&b, 100, b.len, 4);
	out_le_at(&b, 104, strings.len, 4);
	buf_add(&b, strings.data, strings.len);
	out_align(&b, 8);
	out_le_at(&b, 108, b.len, 4);
	out_le_at(&b, 112, 1, 4);
	size_t volume = b.len;
	add_volume(t, form, device, &b);
	out_le_at(&b, 116, b.len - volume, 4);
	for (unsigned i = 0; i < form->run_count; i++)
		out_le_at(&b, form->runs + 8 * i, t->runs[i], 8);
	out_le_at(&b, form->count, t->count, 4);
	out_le_at(&b, 12, b.len, 4);
	buf_add(out, b.data, b.len);
	buf_release(&name);
	buf_release(&strings);
	buf_release(&metrics);
	buf_release(&b);
}

/* ---- the change journal */

void trace_usn(struct buf *journal, uint64_t hole, uint64_t reference, uint64_t parent, const char *name,
               uint32_t reason, uint64_t when)
{
	struct buf units = BUF_INIT;
	out_utf16(&units, name);
	size_t size = (60 + units.len + 7) / 8 * 8;
	if (journal->len % PAGE + size > PAGE)
		out_align(journal, PAGE);
	size_t from = journal->len;
	out_le(journal, size, 4);
	out_le(journal, 2, 2);
	out_le(journal, 0, 2);
	out_le(journal, reference, 8);
	out_le(journal, parent, 8);
	out_le(journal, hole + from, 8);
	out_le(journal, when, 8);
	out_le(journal, reason, 4);
	out_le(journal, 0, 4); /* who did it: not the file system itself */
	out_le(journal, 0x100, 4);
	out_le(journal, 0x20, 4);
	out_le(journal, units.len, 2);
	out_le(journal, 60, 2);
	buf_add(journal, units.data, units.len);
	out_zeros(journal, from + size - journal->len);
	buf_release(&units);
}

/* ---- UserAssist */

void trace_user_assist(uint32_t runs, uint64_t last, struct buf *out)
{
	out_le(out, 0, 4);
	out_le(out, runs, 4);
	out_le(out, runs, 4); /* how often it was in front, and how long, in ms */
	out_le(out, runs * 9000, 4);
	for (unsigned i = 0; i < 10; i++)
		out_le(out, 0xBF800000, 4); /* -1 as a float: never */
	out_le(out, 0xFFFFFFFF, 4);
	out_le(out, last, 8);
	out_le(out, 0, 4);
}

char *trace_rot13(const char *text)
{
	char *out = xstrdup(text);
	for (char *p = out; *p; p++)
		if (isalpha((unsigned char)*p))
			*p = (char)(toupper((unsigned char)*p) < 'N' ? *p + 13 : *p - 13);
	return out;
}
