/* A record: its template, found or compiled, with its values. */
#include "base/bytes.h"
#include "base/err.h"
#include "finding/observation/observation.h"
#include "finding/triage/evtx/evtx_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVTX_NESTED  6U
#define TEMPLATES    256U /* kept of a chunk; more are compiled each time */
#define BUCKETS      512U
#define FIELDS_LIMIT (200U << 10) /* bytes of a row's fields */
#define STEPS        (1U << 21)   /* fields made of a chunk of 64 KiB; an ordinary one has 3,000 */

struct evtx_field_value {
	const unsigned char *p;
	uint16_t size;
	uint8_t type;
};

struct evtx_reader {
	const unsigned char *chunk;
	size_t size;
	struct evtx_template templates[TEMPLATES];
	size_t template_count;
	uint16_t buckets[BUCKETS]; /* number of a template + 1 */
	struct evtx_field_value *values;
	size_t value_cap;
	size_t steps;
};

struct evtx_reader *evtx_reader_new(void)
{
	struct evtx_reader *r = xcalloc(1, sizeof *r);
	r->value_cap = 64;
	r->values = xcalloc(r->value_cap, sizeof *r->values);
	return r;
}

static void forget(struct evtx_reader *r)
{
	for (size_t i = 0; i < r->template_count; i++)
		evtx_template_release(&r->templates[i]);
	r->template_count = 0;
	memset(r->buckets, 0, sizeof r->buckets);
}

void evtx_reader_free(struct evtx_reader *r)
{
	if (!r)
		return;
	forget(r);
	free(r->values);
	free(r);
}

void evtx_reader_chunk(struct evtx_reader *r, const unsigned char *chunk, size_t size)
{
	forget(r);
	r->chunk = chunk;
	r->size = size;
	r->steps = 0;
}

/* ---- putting values into the list */

static int64_t read_time(const struct evtx_template *t, const struct evtx_op *op, const struct evtx_field_value *values,
                         size_t count)
{
	const struct evtx_part *p = &t->parts[op->part];
	if (op->parts == 1 && p->size == EVTX_SUBSTITUTE && p->at < count && values[p->at].type == EVTX_FILETIME &&
	    values[p->at].size == 8)
		return observation_from_filetime(bytes_le64(values[p->at].p));
	struct buf text = BUF_INIT;
	for (uint32_t i = 0; i < op->parts; i++, p++)
		if (p->size != EVTX_SUBSTITUTE)
			buf_add(&text, t->text.data + p->at, p->size);
		else if (p->at < count)
			evtx_value(&text, values[p->at].type, values[p->at].p, values[p->at].size);
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int used = 0;
	int64_t when = OBSERVATION_NO_TIME;
	if (sscanf(text.data, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) == 6 &&
	    used && year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour >= 0 && minute >= 0 &&
	    second >= 0) {
		/* days from civil, as in POSIX's formula with its leap rules spelt out */
		int64_t y = month <= 2 ? year - 1 : year;
		int64_t era = y / 400;
		int64_t of_era = y - era * 400;
		int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
		int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
		uint32_t fraction = 0;
		const char *at = text.data + used;
		if (*at == '.')
			for (uint32_t place = 100000000; *++at >= '0' && *at <= '9'; place /= 10)
				fraction += (uint32_t)(*at - '0') * place;
		when = observation_from_unix(days * 86400 + hour * 3600 + minute * 60 + second, fraction);
	}
	buf_release(&text);
	return when;
}

static void add_part(const struct evtx_template *t, const struct evtx_part *p, const struct evtx_field_value *values,
                     size_t count, struct buf *out)
{
	if (p->size != EVTX_SUBSTITUTE)
		buf_add(out, t->text.data + p->at, p->size);
	else if (p->at < count && values[p->at].type != EVTX_BINXML)
		evtx_value(out, values[p->at].type, values[p->at].p, values[p->at].size);
}

static void add_named(const struct evtx_template *t, const struct evtx_op *op, const struct evtx_field_value *values,
                      size_t count, struct buf *out)
{
	size_t from = out->len;
	for (uint32_t i = 0; i < op->name_parts; i++)
		add_part(t, &t->parts[op->part + i], values, count, out);
	for (size_t i = from; i < out->len; i++) {
		char c = out->data[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		      c == '.' || c == '-'))
			out->data[i] = '_';
	}
	if (out->len - from > 200)
		buf_truncate(out, from + 200);
	if (out->len == from)
		buf_adds(out, "Data");
	buf_addc(out, '=');
}

/* Strings that end with NUL, as the elements that they stand for: NAME, NAME_2, … The name is in `out` already. 0, or -1: there are
 * more than a row holds, and they are left out. */
static int add_strings(struct buf *out, const struct evtx_field_value *v, size_t before)
{
	size_t n = v->size / 2;
	size_t name = out->len - before - 1;
	unsigned number = 1;
	while (n > 0 && bytes_le16(v->p + 2 * (n - 1)) == 0)
		n--;
	for (size_t i = 0, from = 0; i <= n && out->len <= FIELDS_LIMIT; i++) {
		if (i < n && bytes_le16(v->p + 2 * i) != 0)
			continue;
		size_t start = out->len;
		if (number++ > 1) {
			buf_grow(out, name + 16);
			buf_add(out, out->data + before, name);
			buf_addf(out, "_%u=", number - 1);
		}
		size_t empty = out->len;
		evtx_utf16(out, v->p + 2 * from, i - from);
		from = i + 1;
		if (out->len > empty)
			buf_addc(out, '\0');
		else if (number > 2)
			buf_truncate(out, start);
		else /* the first gives the others their name: it stays for now */
			buf_addc(out, '\0');
		if (i < n && out->len > FIELDS_LIMIT)
			return -1;
	}
	return 0;
}

static void read_xml(struct evtx_reader *r, size_t at, size_t end, const char *path, unsigned deep, size_t base,
                     struct evtx_record *record);

static void run(struct evtx_reader *r, const struct evtx_template *t, size_t base, size_t count, unsigned deep,
                struct evtx_record *record)
{
	struct buf *out = &record->fields;
	for (size_t i = 0; i < t->op_count; i++) {
		const struct evtx_op *op = &t->ops[i];
		const struct evtx_field_value *values = r->values + base;
		if (out->len > FIELDS_LIMIT || r->steps++ > STEPS) {
			record->damaged = 1;
			return;
		}
		if (op->kind == EVTX_OP_TEXT) {
			buf_add(out, t->text.data + op->text, op->size);
			continue;
		}
		if (op->kind == EVTX_OP_CREATED) {
			record->created = read_time(t, op, values, count);
			continue;
		}
		if (op->kind == EVTX_OP_NESTED) {
			uint32_t number = t->parts[op->part].at;
			if (number < count && values[number].type == EVTX_BINXML && values[number].size > 0) {
				size_t from = (size_t)(values[number].p - r->chunk);
				read_xml(r, from, from + values[number].size, t->text.data + op->text, deep + 1,
				         base + count, record);
			}
			continue;
		}
		size_t before = out->len;
		buf_add(out, t->text.data + op->text, op->size);
		if (op->kind == EVTX_OP_NAMED)
			add_named(t, op, values, count, out);
		const struct evtx_part *first = &t->parts[op->part];
		if (op->kind == EVTX_OP_FIELD && op->parts == 1 && first->size == EVTX_SUBSTITUTE &&
		    first->at < count && values[first->at].type == (EVTX_ARRAY | EVTX_STRING) &&
		    values[first->at].size > 0) {
			if (add_strings(out, &values[first->at], before) < 0)
				record->damaged = 1;
			continue;
		}
		size_t empty = out->len;
		for (uint32_t k = op->name_parts; k < op->parts && out->len <= 2 * FIELDS_LIMIT; k++)
			add_part(t, &t->parts[op->part + k], values, count, out);
		if (out->len == empty)
			buf_truncate(out, before);
		else
			buf_addc(out, '\0');
	}
}

/* ---- templates */

static const struct evtx_template *template_of(struct evtx_reader *r, uint32_t offset, const char *path,
                                               struct evtx_template *spare, int *damaged)
{
	size_t bucket = (offset * 2654435761U >> 16) % BUCKETS;
	for (size_t i = 0; i < BUCKETS; i++, bucket = (bucket + 1) % BUCKETS) {
		unsigned number = r->buckets[bucket];
		if (number == 0)
			break;
		const struct evtx_template *t = &r->templates[number - 1];
		if (t->offset == offset && strcmp(t->path, path) == 0)
			return t;
	}
	/* u32 next, GUID, u32 size, binary XML */
	if (offset > r->size || r->size - offset < 24 || r->steps > STEPS)
		return NULL;
	size_t size = bytes_le32(r->chunk + offset + 20);
	size_t at = (size_t)offset + 24;
	if (size > r->size - at) {
		size = r->size - at;
		*damaged = 1;
	}
	struct evtx_template *t = spare;
	if (r->template_count < TEMPLATES) {
		t = &r->templates[r->template_count++];
		r->buckets[bucket] = (uint16_t)r->template_count;
	}
	*t = (struct evtx_template){.offset = offset, .path = xstrdup(path)};
	buf_init(&t->text);
	if (evtx_compile(t, r->chunk, r->size, at, at + size, path, 0) < 0)
		*damaged = 1;
	r->steps += (t->end - at) / 8 + t->op_count * t->op_count / 16; /* what compiling took */
	return t;
}

/* An instance: u8, u32 id, u32 offset of the definition (which may stand here), u32 count, descriptors, values. Returns where it
 * ends, or 0. */
static size_t read_instance(struct evtx_reader *r, size_t at, size_t end, const char *path, unsigned deep, size_t base,
                            struct evtx_record *record)
{
	const unsigned char *c = r->chunk;
	if (end - at < 13)
		return 0;
	uint32_t offset = bytes_le32(c + at + 5);
	at += 9;
	if (offset == at) {
		if (end - at < 28)
			return 0;
		size_t size = bytes_le32(c + at + 20);
		if (size > end - at - 28)
			return 0;
		at += 24 + size;
	}
	size_t count = bytes_le32(c + at);
	at += 4;
	if (count > (end - at) / 4)
		return 0;
	if (r->value_cap < base + count) {
		r->value_cap = 2 * (base + count) + 64;
		r->values = xrealloc(r->values, r->value_cap * sizeof *r->values);
	}
	size_t from = at + 4 * count;
	size_t i;
	for (i = 0; i < count; i++, at += 4) {
		size_t n = bytes_le16(c + at);
		if (n > end - from) {
			record->damaged = 1;
			n = end - from;
		}
		r->values[base + i] = (struct evtx_field_value){c + from, (uint16_t)n, c[at + 2]};
		from += n;
	}
	struct evtx_template spare = {.path = NULL};
	buf_init(&spare.text);
	const struct evtx_template *t = template_of(r, offset, path, &spare, &record->damaged);
	if (t)
		run(r, t, base, count, deep, record);
	if (t == &spare)
		evtx_template_release(&spare);
	return t ? from : 0;
}

static void read_xml(struct evtx_reader *r, size_t at, size_t end, const char *path, unsigned deep, size_t base,
                     struct evtx_record *record)
{
	if (deep > EVTX_NESTED) {
		record->damaged = 1;
		return;
	}
	while (at < end) {
		unsigned token = r->chunk[at];
		if (token == 0x0F && end - at >= 4) {
			at += 4;
		} else if (token == 0x0C) {
			at = read_instance(r, at + 1, end, path, deep, base, record);
			if (at == 0)
				break;
		} else if (token == 0x00) {
			return;
		} else { /* elements that stand in no template */
			struct evtx_template t = {.path = NULL};
			buf_init(&t.text);
			int rc = evtx_compile(&t, r->chunk, r->size, at, end, path, 1);
			run(r, &t, base, 0, deep, record);
			int more = rc < 0 && t.end > at && t.end < end && r->chunk[t.end] == 0x0C;
			at = t.end;
			evtx_template_release(&t);
			if (!more) {
				record->damaged |= rc < 0;
				return;
			}
		}
	}
	record->damaged |= at == 0;
}

void evtx_reader_record(struct evtx_reader *r, size_t at, size_t end, struct evtx_record *record)
{
	record->created = OBSERVATION_NO_TIME;
	record->damaged = 0;
	read_xml(r, at, end, "", 0, 0, record);
}
