#include "help_evtx.h"

#include "base/bytes.h"
#include "base/err.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

static void put8(struct buf *b, unsigned v)
{
	buf_addc(b, (char)v);
}

static void put16(struct buf *b, unsigned v)
{
	unsigned char p[2];
	bytes_put_le16(p, (uint16_t)v);
	buf_add(b, p, 2);
}

static void put32(struct buf *b, size_t v)
{
	unsigned char p[4];
	bytes_put_le32(p, (uint32_t)v);
	buf_add(b, p, 4);
}

static void put64(struct buf *b, uint64_t v)
{
	unsigned char p[8];
	bytes_put_le64(p, v);
	buf_add(b, p, 8);
}

/* ASCII and characters of two or three bytes. */
static void put_utf16(struct buf *b, const char *s, size_t *units)
{
	*units = 0;
	for (const unsigned char *p = (const unsigned char *)s; *p; (*units)++) {
		unsigned c = *p++;
		if (c >= 0xE0) {
			c = (c & 15) << 12 | (p[0] & 63u) << 6 | (p[1] & 63u);
			p += 2;
		} else if (c >= 0xC0) {
			c = (c & 31) << 6 | (*p++ & 63u);
		}
		put16(b, c);
	}
}

static void put_name(struct buf *b, const char *name)
{
	put32(b, b->len + 4); /* it stands here */
	put32(b, 0);
	put16(b, 0);
	put16(b, (unsigned)strlen(name));
	size_t units;
	put_utf16(b, name, &units);
	put16(b, 0);
}

/* Elements that are open: where their sizes stand. */
static struct {
	size_t size_at[8];
	size_t attributes_at[8]; /* 0: it has none */
	size_t depth;
} elements;

static void put_open(struct buf *b, const char *name, int attributes, int bare)
{
	put8(b, attributes ? 0x41 : 0x01);
	if (!bare)
		put16(b, 0xFFFF);
	elements.size_at[elements.depth] = b->len;
	put32(b, 0);
	put_name(b, name);
	elements.attributes_at[elements.depth++] = attributes ? b->len : 0;
	if (attributes)
		put32(b, 0);
}

static void end_attributes(struct buf *b)
{
	size_t at = elements.attributes_at[elements.depth - 1];
	if (at)
		bytes_put_le32(b->data + at, (uint32_t)(b->len - at - 4));
}

static void put_start_end(struct buf *b)
{
	end_attributes(b);
	put8(b, 0x02);
}

static void put_close(struct buf *b, int empty)
{
	if (empty)
		end_attributes(b);
	put8(b, empty ? 0x03 : 0x04);
	size_t at = elements.size_at[--elements.depth];
	bytes_put_le32(b->data + at, (uint32_t)(b->len - at - 4));
}

static void put_text(struct buf *b, const char *text)
{
	struct buf units = BUF_INIT;
	size_t n;
	put_utf16(&units, text, &n);
	put8(b, 0x05);
	put8(b, 0x01);
	put16(b, (unsigned)n);
	buf_add(b, units.data, units.len);
	buf_release(&units);
}

static void put_attribute(struct buf *b, const char *name)
{
	put8(b, 0x06);
	put_name(b, name);
}

struct value {
	unsigned type;
	struct buf bytes;
};

struct values {
	struct value items[64];
	size_t count;
	int bare; /* there are none: text stands in their place */
};

/* A value's place, or in a bare event its text. */
static struct buf *put_value(struct buf *b, struct values *v, unsigned type, const char *text)
{
	if (v->bare) {
		put_text(b, text);
		return NULL;
	}
	put8(b, 0x0E);
	put16(b, (unsigned)v->count);
	put8(b, type);
	v->items[v->count].type = type;
	buf_init(&v->items[v->count].bytes);
	struct buf *bytes = &v->items[v->count++].bytes;
	size_t n;
	if (type == 0x01)
		put_utf16(bytes, text, &n);
	return bytes;
}

static void put_data(struct buf *b, const struct made_event *e, struct values *v)
{
	int bare = v->bare;
	put_open(b, e->user_data ? "UserData" : "EventData", 0, bare);
	put_start_end(b);
	if (e->user_data) {
		put_open(b, e->user_data, 0, bare);
		put_start_end(b);
	}
	for (const char *const *d = e->data; d && *d; d += 2) {
		put_open(b, e->user_data ? d[0] : "Data", !e->user_data && *d[0], bare);
		if (!e->user_data && *d[0]) {
			put_attribute(b, "Name");
			put_text(b, d[0]);
		}
		put_start_end(b);
		put_value(b, v, 0x01, d[1]);
		put_close(b, 0);
	}
	if (e->user_data)
		put_close(b, 0);
	put_close(b, 0);
}

static void put_instance(struct buf *chunk, const struct made_event *e, struct values *v,
                         void (*put)(struct buf *, const struct made_event *, struct values *))
{
	put8(chunk, 0x0C);
	put8(chunk, 1);
	put32(chunk, e->id);
	put32(chunk, chunk->len + 4); /* the definition stands here */
	put32(chunk, 0);
	for (int i = 0; i < 4; i++)
		put32(chunk, e->id);
	size_t size_at = chunk->len;
	put32(chunk, 0);
	put8(chunk, 0x0F);
	put8(chunk, 1);
	put8(chunk, 1);
	put8(chunk, 0);
	put(chunk, e, v);
	put8(chunk, 0x00);
	bytes_put_le32(chunk->data + size_at, (uint32_t)(chunk->len - size_at - 4));
}

/* Values of the instance; one that is binary XML is written where it lies, since its names are offsets. */
static void put_values(struct buf *chunk, const struct made_event *e, struct values *v)
{
	put32(chunk, v->count);
	size_t at = chunk->len;
	for (size_t i = 0; i < v->count; i++) {
		put16(chunk, (unsigned)v->items[i].bytes.len);
		put8(chunk, v->items[i].type);
		put8(chunk, 0);
	}
	for (size_t i = 0; i < v->count; i++) {
		size_t from = chunk->len;
		buf_add(chunk, v->items[i].bytes.data, v->items[i].bytes.len);
		if (v->items[i].type == 0x21) {
			struct values inner = {.count = 0};
			put8(chunk, 0x0F);
			put8(chunk, 1);
			put8(chunk, 1);
			put8(chunk, 0);
			put_instance(chunk, e, &inner, put_data);
			put_values(chunk, e, &inner);
			put8(chunk, 0x00);
			bytes_put_le16(chunk->data + at + 4 * i, (uint16_t)(chunk->len - from));
		}
		buf_release(&v->items[i].bytes);
	}
}

static uint64_t the_when;
static uint64_t the_record;

static void put_event(struct buf *b, const struct made_event *e, struct values *v)
{
	int bare = v->bare;
	char number[32];
	struct buf *bytes;
	put_open(b, "Event", 1, bare);
	put_attribute(b, "xmlns");
	put_text(b, "urn:made");
	put_start_end(b);
	put_open(b, "System", 0, bare);
	put_start_end(b);
	put_open(b, "Provider", 1, bare);
	put_attribute(b, "Name");
	put_text(b, e->provider);
	put_close(b, 1);
	put_open(b, "EventID", 0, bare);
	put_start_end(b);
	snprintf(number, sizeof number, "%u", e->id);
	if ((bytes = put_value(b, v, 0x06, number)) != NULL)
		put16(bytes, e->id);
	put_close(b, 0);
	put_open(b, "TimeCreated", 1, bare);
	put_attribute(b, "SystemTime");
	if ((bytes = put_value(b, v, 0x11, "2023-11-17T18:53:41.5Z")) != NULL)
		put64(bytes, the_when);
	put_close(b, 1);
	put_open(b, "EventRecordID", 0, bare);
	put_start_end(b);
	snprintf(number, sizeof number, "%llu", (unsigned long long)the_record);
	if ((bytes = put_value(b, v, 0x0A, number)) != NULL)
		put64(bytes, the_record);
	put_close(b, 0);
	put_open(b, "Channel", 0, bare);
	put_start_end(b);
	put_text(b, e->channel);
	put_close(b, 0);
	put_open(b, "Computer", 0, bare);
	put_start_end(b);
	put_value(b, v, 0x01, e->computer);
	put_close(b, 0);
	put_close(b, 0);
	if (e->nested)
		put_value(b, v, 0x21, "");
	else
		put_data(b, e, v);
	put_close(b, 0);
}

static void begin_chunk(struct made_log *l)
{
	buf_clear(&l->chunk);
	for (int i = 0; i < 512; i++)
		put8(&l->chunk, 0);
	memcpy(l->chunk.data, "ElfChnk", 8);
	bytes_put_le32(l->chunk.data + 40, 128);
	l->first = l->next;
	l->template_of = NULL;
}

void made_log_sum(char *file, size_t at)
{
	unsigned char *p = (unsigned char *)file + at;
	if (at == 0) {
		bytes_put_le32(p + 124, (uint32_t)crc32(0, p, 120));
		return;
	}
	bytes_put_le32(p + 52, (uint32_t)crc32(0, p + 512, bytes_le32(p + 48) - 512));
	bytes_put_le32(p + 124, (uint32_t)crc32(crc32(0, p, 120), p + 128, 384));
}

static void end_chunk(struct made_log *l)
{
	size_t end = l->chunk.len;
	while (l->chunk.len < 65536)
		put8(&l->chunk, 0);
	bytes_put_le64(l->chunk.data + 8, l->first);
	bytes_put_le64(l->chunk.data + 16, l->next - 1);
	bytes_put_le64(l->chunk.data + 24, l->first);
	bytes_put_le64(l->chunk.data + 32, l->next - 1);
	bytes_put_le32(l->chunk.data + 44, (uint32_t)l->last_record);
	bytes_put_le32(l->chunk.data + 48, (uint32_t)end);
	size_t at = l->file.len;
	buf_add(&l->file, l->chunk.data, l->chunk.len);
	made_log_sum(l->file.data, at);
	l->chunks++;
}

void made_log_begin(struct made_log *l, uint64_t first_record)
{
	*l = (struct made_log){.next = first_record};
	buf_init(&l->file);
	buf_init(&l->chunk);
	for (int i = 0; i < 4096; i++)
		put8(&l->file, 0);
	begin_chunk(l);
}

void made_log_add(struct made_log *l, const struct made_event *e)
{
	struct values v = {.bare = e->bare};
	if (l->chunk.len > 56000) {
		end_chunk(l);
		begin_chunk(l);
	}
	size_t from = l->chunk.len;
	the_record = l->next++;
	the_when = e->when ? e->when : MADE_T0 + the_record * 10000000;
	buf_add(&l->chunk, "**\0", 4);
	put32(&l->chunk, 0);
	put64(&l->chunk, the_record);
	put64(&l->chunk, the_when);
	put8(&l->chunk, 0x0F);
	put8(&l->chunk, 1);
	put8(&l->chunk, 1);
	put8(&l->chunk, 0);
	if (e->bare) {
		put_event(&l->chunk, e, &v);
	} else if (l->template_of == e) { /* told in this chunk already */
		struct buf again = BUF_INIT;
		put_event(&again, e, &v);
		buf_release(&again);
		put8(&l->chunk, 0x0C);
		put8(&l->chunk, 1);
		put32(&l->chunk, e->id);
		put32(&l->chunk, l->template_at);
		put_values(&l->chunk, e, &v);
	} else {
		l->template_of = e;
		l->template_at = l->chunk.len + 10;
		put_instance(&l->chunk, e, &v, put_event);
		put_values(&l->chunk, e, &v);
	}
	put8(&l->chunk, 0x00);
	while ((l->chunk.len - from) % 8 != 4)
		put8(&l->chunk, 0);
	put32(&l->chunk, l->chunk.len - from + 4);
	bytes_put_le32(l->chunk.data + from + 4, (uint32_t)(l->chunk.len - from));
	l->last_record = from;
}

void made_log_end(struct made_log *l)
{
	end_chunk(l);
	memcpy(l->file.data, "ElfFile", 8);
	bytes_put_le64(l->file.data + 16, l->chunks - 1);
	bytes_put_le64(l->file.data + 24, l->next);
	bytes_put_le32(l->file.data + 32, 128);
	bytes_put_le16(l->file.data + 36, 1);
	bytes_put_le16(l->file.data + 38, 3);
	bytes_put_le16(l->file.data + 40, 4096);
	bytes_put_le16(l->file.data + 42, (uint16_t)l->chunks);
	made_log_sum(l->file.data, 0);
}

void made_log_release(struct made_log *l)
{
	buf_release(&l->file);
	buf_release(&l->chunk);
}

size_t made_log_record(const struct made_log *l, size_t i)
{
	size_t at = 4096 + 512;
	while (i-- > 0)
		at += bytes_le32(l->file.data + at + 4);
	return at;
}
