#include "finding/practice/event_log.h"

#include "base/bytes.h"
#include "base/err.h"
#include "finding/practice/bytes_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define HEAD       4096U
#define CHUNK      65536U
#define CHUNK_HEAD 512U
#define CHUNK_FULL 56000U /* bytes of a chunk behind which no record begins */
#define TEMPLATES  32U    /* of a chunk */
#define VALUES     64U
#define DEEP       8U

enum log_value_type {
	VALUE_STRING = 1,
	VALUE_U8 = 4,
	VALUE_U16 = 6,
	VALUE_U32 = 8,
	VALUE_U64 = 10,
	VALUE_FILETIME = 17,
	VALUE_HEX64 = 21
};

struct event_log {
	char *channel;
	char *computer;
	struct buf file;
	struct buf chunk;
	uint64_t first; /* record of the chunk */
	uint64_t next;
	uint64_t chunks;
	size_t last; /* where the chunk's last record begins */
	struct {
		char *form; /* what records of it have in common */
		size_t at;
	} templates[TEMPLATES];
	size_t template_count;
};

/* A record's XML while it is written: open elements, and the values that stand apart. */
struct log_record {
	struct buf *out;
	size_t size_at[DEEP];
	size_t attributes_at[DEEP]; /* 0: it has none */
	size_t depth;
	unsigned types[VALUES];
	size_t sizes[VALUES];
	size_t count;
	struct buf values;
};

/* ---- elements: tokens of binary XML */

static void add_name(struct buf *b, const char *name)
{
	uint32_t hash = 0;
	for (const char *p = name; *p; p++)
		hash = hash * 65599 + (unsigned char)*p;
	out_le(b, b->len + 4, 4); /* it stands here */
	out_le(b, 0, 4);
	out_le(b, hash & 0xFFFF, 2);
	out_le(b, strlen(name), 2);
	out_utf16(b, name);
	out_le(b, 0, 2);
}

static void open_element(struct log_record *r, const char *name, int attributes)
{
	if (r->depth == DEEP)
		abort();
	out_le(r->out, attributes ? 0x41 : 0x01, 1);
	out_le(r->out, 0xFFFF, 2);
	r->size_at[r->depth] = r->out->len;
	out_le(r->out, 0, 4);
	add_name(r->out, name);
	r->attributes_at[r->depth++] = attributes ? r->out->len : 0;
	if (attributes)
		out_le(r->out, 0, 4);
}

static void end_attributes(struct log_record *r)
{
	size_t at = r->attributes_at[r->depth - 1];
	if (at)
		out_le_at(r->out, at, r->out->len - at - 4, 4);
}

static void begin_content(struct log_record *r)
{
	end_attributes(r);
	out_le(r->out, 0x02, 1);
}

static void close_element(struct log_record *r, int empty)
{
	if (empty)
		end_attributes(r);
	out_le(r->out, empty ? 0x03 : 0x04, 1);
	size_t at = r->size_at[--r->depth];
	out_le_at(r->out, at, r->out->len - at - 4, 4);
}

static void add_text(struct log_record *r, const char *text)
{
	struct buf units = BUF_INIT;
	size_t n = out_utf16(&units, text);
	out_le(r->out, 0x05, 1);
	out_le(r->out, VALUE_STRING, 1);
	out_le(r->out, n, 2);
	buf_add(r->out, units.data, units.len);
	buf_release(&units);
}

static void add_attribute(struct log_record *r, const char *name, int more)
{
	out_le(r->out, more ? 0x46 : 0x06, 1);
	add_name(r->out, name);
}

/* The place of a value; its bytes go to the record's list. */
static void add_value(struct log_record *r, unsigned type, uint64_t number, const char *text)
{
	static const unsigned char sizes[] = {
	    [VALUE_U8] = 1, [VALUE_U16] = 2, [VALUE_U32] = 4, [VALUE_U64] = 8, [VALUE_FILETIME] = 8, [VALUE_HEX64] = 8};
	if (r->count == VALUES)
		abort();
	out_le(r->out, 0x0E, 1);
	out_le(r->out, r->count, 2);
	out_le(r->out, type, 1);
	size_t from = r->values.len;
	if (type == VALUE_STRING)
		out_utf16(&r->values, text);
	else
		out_le(&r->values, number, sizes[type]);
	r->types[r->count] = type;
	r->sizes[r->count++] = r->values.len - from;
}

static void add_number(struct log_record *r, const char *element, unsigned type, uint64_t number)
{
	open_element(r, element, 0);
	begin_content(r);
	add_value(r, type, number, NULL);
	close_element(r, 0);
}

/* ---- the event */

static void add_system(struct log_record *r, const struct event_log *l, const struct log_event *e)
{
	open_element(r, "System", 0);
	begin_content(r);
	open_element(r, "Provider", 1);
	add_attribute(r, "Name", 0);
	add_text(r, e->provider);
	close_element(r, 1);
	add_number(r, "EventID", VALUE_U16, e->id);
	add_number(r, "Version", VALUE_U8, 0);
	add_number(r, "Level", VALUE_U8, e->level);
	add_number(r, "Task", VALUE_U16, 0);
	add_number(r, "Opcode", VALUE_U8, 0);
	add_number(r, "Keywords", VALUE_HEX64, e->keywords);
	open_element(r, "TimeCreated", 1);
	add_attribute(r, "SystemTime", 0);
	add_value(r, VALUE_FILETIME, e->when, NULL);
	close_element(r, 1);
	add_number(r, "EventRecordID", VALUE_U64, l->next);
	open_element(r, "Execution", 1);
	add_attribute(r, "ProcessID", 1);
	add_value(r, VALUE_U32, 4, NULL);
	add_attribute(r, "ThreadID", 0);
	add_value(r, VALUE_U32, 96, NULL);
	close_element(r, 1);
	open_element(r, "Channel", 0);
	begin_content(r);
	add_text(r, l->channel);
	close_element(r, 0);
	open_element(r, "Computer", 0);
	begin_content(r);
	add_value(r, VALUE_STRING, 0, l->computer);
	close_element(r, 0);
	close_element(r, 0);
}

static void add_event(struct log_record *r, const struct event_log *l, const struct log_event *e)
{
	open_element(r, "Event", 1);
	add_attribute(r, "xmlns", 0);
	add_text(r, "http://schemas.microsoft.com/win/2004/08/events/event");
	begin_content(r);
	add_system(r, l, e);
	open_element(r, e->user_data ? "UserData" : "EventData", 0);
	begin_content(r);
	if (e->user_data) {
		open_element(r, e->user_data, 0);
		begin_content(r);
	}
	for (const char *const *d = e->data; d && *d; d += 2) {
		open_element(r, e->user_data ? d[0] : "Data", !e->user_data);
		if (!e->user_data) {
			add_attribute(r, "Name", 0);
			add_text(r, d[0]);
		}
		begin_content(r);
		add_value(r, VALUE_STRING, 0, d[1]);
		close_element(r, 0);
	}
	if (e->user_data)
		close_element(r, 0);
	close_element(r, 0);
	close_element(r, 0);
}

/* What records have in common that share a template. */
static char *form_of(const struct log_event *e)
{
	struct buf form = BUF_INIT;
	buf_addf(&form, "%s %u %s", e->provider, e->id, e->user_data ? e->user_data : "");
	for (const char *const *d = e->data; d && *d; d += 2)
		buf_addf(&form, " %s", d[0]);
	return buf_take(&form, NULL);
}

static void add_fragment(struct buf *b)
{
	out_le(b, 0x0001010F, 4);
}

/* The template where it is new to the chunk, else where it stands; then the values. */
static void add_instance(struct event_log *l, const struct log_event *e)
{
	struct buf again = BUF_INIT;
	struct log_record r = {.out = &l->chunk};
	char *form = form_of(e);
	size_t t = 0;
	buf_init(&r.values);
	while (t < l->template_count && strcmp(l->templates[t].form, form) != 0)
		t++;
	uint32_t id = (uint32_t)crc32(0, (const unsigned char *)form, (unsigned)strlen(form));
	out_le(&l->chunk, 0x0C, 1);
	out_le(&l->chunk, 1, 1);
	out_le(&l->chunk, id, 4);
	if (t < l->template_count) {
		out_le(&l->chunk, l->templates[t].at, 4);
		r.out = &again;
		add_event(&r, l, e);
		free(form);
	} else {
		l->templates[t].form = form;
		l->templates[t].at = l->chunk.len + 4;
		l->template_count++;
		out_le(&l->chunk, l->chunk.len + 4, 4); /* it follows */
		out_le(&l->chunk, 0, 4);
		for (unsigned i = 0; i < 4; i++)
			out_le(&l->chunk, id, 4);
		size_t size_at = l->chunk.len;
		out_le(&l->chunk, 0, 4);
		add_fragment(&l->chunk);
		add_event(&r, l, e);
		out_le(&l->chunk, 0, 1);
		out_le_at(&l->chunk, size_at, l->chunk.len - size_at - 4, 4);
	}
	out_le(&l->chunk, r.count, 4);
	for (size_t i = 0; i < r.count; i++) {
		out_le(&l->chunk, r.sizes[i], 2);
		out_le(&l->chunk, r.types[i], 2);
	}
	buf_add(&l->chunk, r.values.data, r.values.len);
	buf_release(&r.values);
	buf_release(&again);
}

/* ---- chunks */

static void begin_chunk(struct event_log *l)
{
	buf_clear(&l->chunk);
	buf_adds(&l->chunk, "ElfChnk");
	out_zeros(&l->chunk, CHUNK_HEAD - 7);
	l->first = l->next;
	for (size_t i = 0; i < l->template_count; i++)
		free(l->templates[i].form);
	l->template_count = 0;
}

static uint32_t sum_of(const struct buf *b, size_t from, size_t to)
{
	return (uint32_t)crc32(0, (const unsigned char *)b->data + from, (unsigned)(to - from));
}

static void end_chunk(struct event_log *l)
{
	struct buf *b = &l->chunk;
	size_t end = b->len;
	out_zeros(b, CHUNK - end);
	out_le_at(b, 8, l->first, 8); /* numbers, and those of the records themselves */
	out_le_at(b, 16, l->next - 1, 8);
	out_le_at(b, 24, l->first, 8);
	out_le_at(b, 32, l->next - 1, 8);
	out_le_at(b, 40, 128, 4);
	out_le_at(b, 44, l->last, 4);
	out_le_at(b, 48, end, 4);
	out_le_at(b, 52, sum_of(b, CHUNK_HEAD, end), 4);
	out_le_at(b, 124, crc32(crc32(0, (unsigned char *)b->data, 120), (unsigned char *)b->data + 128, 384), 4);
	buf_add(&l->file, b->data, b->len);
	l->chunks++;
}

struct event_log *event_log_new(const char *channel, const char *computer, uint64_t first_record)
{
	struct event_log *l = xcalloc(1, sizeof *l);
	l->channel = xstrdup(channel);
	l->computer = xstrdup(computer);
	l->next = first_record;
	buf_init(&l->file);
	buf_init(&l->chunk);
	out_zeros(&l->file, HEAD);
	begin_chunk(l);
	return l;
}

void event_log_free(struct event_log *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->template_count; i++)
		free(l->templates[i].form);
	free(l->channel);
	free(l->computer);
	buf_release(&l->file);
	buf_release(&l->chunk);
	free(l);
}

void event_log_add(struct event_log *l, const struct log_event *e)
{
	struct buf *b = &l->chunk;
	if (b->len > CHUNK_FULL || l->template_count == TEMPLATES) {
		end_chunk(l);
		begin_chunk(l);
	}
	size_t from = b->len;
	buf_add(b, "**\0", 4);
	out_le(b, 0, 4);
	out_le(b, l->next, 8);
	out_le(b, e->when, 8);
	add_fragment(b);
	add_instance(l, e);
	out_le(b, 0, 1);
	while ((b->len - from) % 8 != 4)
		out_le(b, 0, 1);
	out_le(b, b->len - from + 4, 4);
	out_le_at(b, from + 4, b->len - from, 4);
	if (b->len > CHUNK)
		abort(); /* a record of more than 9 KiB */
	l->last = from;
	l->next++;
}

void event_log_finish(struct event_log *l, struct buf *out)
{
	end_chunk(l);
	memcpy(l->file.data, "ElfFile", 8);
	out_le_at(&l->file, 16, l->chunks - 1, 8);
	out_le_at(&l->file, 24, l->next, 8);
	out_le_at(&l->file, 32, 128, 4);
	out_le_at(&l->file, 36, 1, 2);
	out_le_at(&l->file, 38, 3, 2);
	out_le_at(&l->file, 40, HEAD, 2);
	out_le_at(&l->file, 42, l->chunks, 2);
	out_le_at(&l->file, 124, sum_of(&l->file, 0, 120), 4);
	buf_add(out, l->file.data, l->file.len);
	buf_truncate(&l->file, HEAD);
	l->chunks = 0;
	begin_chunk(l);
}
