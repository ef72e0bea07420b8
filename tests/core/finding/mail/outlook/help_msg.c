#include "core/finding/mail/outlook/help_msg.h"

#include <stdio.h>
#include <string.h>

#define END_OF_CHAIN 0xFFFFFFFEU
#define NOTHING      0xFFFFFFFFU

static void put_16(struct buf *b, unsigned v)
{
	buf_addc(b, (char)v);
	buf_addc(b, (char)(v >> 8));
}

static void put_32(struct buf *b, uint32_t v)
{
	put_16(b, v & 0xFFFF);
	put_16(b, v >> 16);
}

static void pad(struct buf *b, size_t to)
{
	while (b->len % to)
		buf_addc(b, '\0');
}

void msg_writer_begin(struct msg_writer *w)
{
	memset(w, 0, sizeof *w);
	buf_init(&w->data);
	buf_init(&w->mini);
	w->count = 1;
	w->all[0].storage = 1;
}

/* Whole sectors behind each other; returns the first. */
static uint32_t put_chain(struct msg_writer *w, const void *bytes, size_t n)
{
	uint32_t first = (uint32_t)(w->data.len / 512);
	if (n == 0)
		return END_OF_CHAIN;
	buf_add(&w->data, bytes, n);
	pad(&w->data, 512);
	uint32_t last = (uint32_t)(w->data.len / 512) - 1;
	for (uint32_t i = first; i <= last; i++)
		w->fat[i] = i < last ? i + 1 : END_OF_CHAIN;
	return first;
}

static uint32_t add_entry(struct msg_writer *w, uint32_t above, const char *name, int storage)
{
	snprintf(w->all[w->count].name, sizeof w->all[0].name, "%s", name);
	w->all[w->count].storage = storage;
	w->all[w->count].above = above;
	return w->count++;
}

uint32_t msg_storage(struct msg_writer *w, uint32_t above, const char *name)
{
	return add_entry(w, above, name, 1);
}

uint32_t msg_stream(struct msg_writer *w, uint32_t above, const char *name, const void *bytes, size_t n)
{
	uint32_t i = add_entry(w, above, name, 0);
	w->all[i].size = (uint32_t)n;
	w->all[i].is_mini = n < 4096;
	if (!w->all[i].is_mini) {
		w->all[i].start = put_chain(w, bytes, n);
		return i;
	}
	w->all[i].start = n ? w->mini_count : END_OF_CHAIN;
	buf_add(&w->mini, bytes, n);
	pad(&w->mini, 64);
	uint32_t last = (uint32_t)(w->mini.len / 64);
	for (; w->mini_count < last; w->mini_count++)
		w->mini_fat[w->mini_count] = w->mini_count + 1 < last ? w->mini_count + 1 : END_OF_CHAIN;
	return i;
}

void msg_text(struct msg_writer *w, uint32_t above, unsigned id, const char *text)
{
	char name[32];
	struct buf wide = BUF_INIT;
	snprintf(name, sizeof name, "__substg1.0_%04X001F", id);
	for (; *text; text++)
		put_16(&wide, (unsigned char)*text);
	msg_stream(w, above, name, wide.data, wide.len);
	buf_release(&wide);
}

void msg_fixed(struct msg_writer *w, uint32_t above, size_t head, const uint64_t *pairs)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < head; i++)
		buf_addc(&b, '\0');
	for (; *pairs; pairs += 2) {
		put_16(&b, pairs[1] >> 32 ? 0x40 : 0x03);
		put_16(&b, (unsigned)pairs[0]);
		put_32(&b, 6);
		put_32(&b, (uint32_t)pairs[1]);
		put_32(&b, (uint32_t)(pairs[1] >> 32));
	}
	msg_stream(w, above, "__properties_version1.0", b.data, b.len);
	buf_release(&b);
}

/* One entry of the directory; brothers hang to the right of each other. */
static void put_entry(struct msg_writer *w, uint32_t i, uint32_t mini_start, struct buf *out)
{
	uint32_t child = NOTHING;
	uint32_t next = NOTHING;
	for (uint32_t k = w->count - 1; k > 0; k--) {
		child = k != i && w->all[k].above == i ? k : child;
		next = k > i && i && w->all[k].above == w->all[i].above ? k : next;
	}
	size_t start = out->len;
	const char *name = i ? w->all[i].name : "Root Entry";
	for (const char *p = name; *p; p++)
		put_16(out, (unsigned char)*p);
	pad(out, 64);
	if (out->len == start)
		buf_add(out, (char[64]){0}, 64);
	while (out->len < start + 64)
		buf_addc(out, '\0');
	put_16(out, (unsigned)(2 * strlen(name) + 2));
	buf_addc(out, (char)(i == 0 ? 5 : w->all[i].storage ? 1 : 2));
	buf_addc(out, 1);
	put_32(out, NOTHING);
	put_32(out, next);
	put_32(out, child);
	buf_add(out, (char[36]){0}, 36);
	put_32(out, i == 0 ? mini_start : w->all[i].start);
	put_32(out, i == 0 ? (uint32_t)w->mini.len : w->all[i].size);
	put_32(out, 0);
}

void msg_writer_end(struct msg_writer *w, struct buf *out)
{
	struct buf directory = BUF_INIT;
	struct buf table = BUF_INIT;
	uint32_t mini_start = put_chain(w, w->mini.data, w->mini.len);
	for (uint32_t i = 0; i < w->count; i++)
		put_entry(w, i, mini_start, &directory);
	uint32_t directory_start = put_chain(w, directory.data, directory.len);
	for (uint32_t i = 0; i < w->mini_count; i++)
		put_32(&table, w->mini_fat[i]);
	uint32_t mini_fat_start = put_chain(w, table.data, table.len);
	uint32_t sectors = (uint32_t)(w->data.len / 512);
	uint32_t fats = (sectors + 127) / 127;
	buf_clear(&table);
	for (uint32_t i = 0; i < fats * 128; i++)
		put_32(&table, i < sectors ? w->fat[i] : i < sectors + fats ? 0xFFFFFFFD : NOTHING);
	buf_add(out, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
	buf_add(out, (char[16]){0}, 16);
	put_16(out, 0x3E);
	put_16(out, 3);
	put_16(out, 0xFFFE);
	put_16(out, 9);
	put_16(out, 6);
	buf_add(out, (char[10]){0}, 10);
	put_32(out, fats);
	put_32(out, directory_start);
	put_32(out, 0);
	put_32(out, 4096);
	put_32(out, mini_fat_start);
	put_32(out, (w->mini_count + 127) / 128);
	put_32(out, END_OF_CHAIN);
	put_32(out, 0);
	for (uint32_t i = 0; i < 109; i++)
		put_32(out, i < fats ? sectors + i : NOTHING);
	buf_add(out, w->data.data, w->data.len);
	buf_add(out, table.data, table.len);
	buf_release(&directory);
	buf_release(&table);
	buf_release(&w->data);
	buf_release(&w->mini);
}

#define RECEIVED_2014 130468326000000000ULL /* 2014-06-10 00:10:00 UTC, 100 ns since 1601 */

void msg_sample(struct buf *out)
{
	static struct msg_writer w;
	static char pdf[5000] = "%PDF-1.4\n";
	msg_writer_begin(&w);
	msg_fixed(&w, 0, 32, (uint64_t[]){0x0E06, RECEIVED_2014, 0x0039, RECEIVED_2014, 0, 0});
	msg_text(&w, 0, 0x0037, "Interview");
	msg_text(&w, 0, 0x0042, "Public \"Relations\"");
	msg_text(&w, 0, 0x0065, "/O=A/CN=B");
	msg_text(&w, 0, 0x5D01, "pr@x.example");
	msg_text(&w, 0, 0x1000, "please see http://a.example/x");
	uint32_t to = msg_storage(&w, 0, "__recip_version1.0_#00000000");
	msg_fixed(&w, to, 8, (uint64_t[]){0x0C15, 1, 0, 0});
	msg_text(&w, to, 0x3001, "Taro");
	msg_text(&w, to, 0x39FE, "taro@b.example");
	uint32_t file = msg_storage(&w, 0, "__attach_version1.0_#00000000");
	msg_fixed(&w, file, 8, (uint64_t[]){0x3705, 1, 0, 0});
	msg_text(&w, file, 0x3707, "request.doc");
	msg_stream(&w, file, "__substg1.0_37010102", pdf, sizeof pdf);
	uint32_t picture = msg_storage(&w, 0, "__attach_version1.0_#00000001");
	msg_fixed(&w, picture, 8, (uint64_t[]){0x7FFE, 1, 0, 0});
	msg_text(&w, picture, 0x3707, "logo.png");
	msg_stream(&w, picture, "__substg1.0_37010102", "\x89PNG\r\n\x1A\n", 8);
	uint32_t carried = msg_storage(&w, 0, "__attach_version1.0_#00000002");
	msg_fixed(&w, carried, 8, (uint64_t[]){0x3705, 5, 0, 0});
	uint32_t mail = msg_storage(&w, carried, "__substg1.0_3701000D");
	msg_fixed(&w, mail, 24, (uint64_t[]){0x0039, RECEIVED_2014, 0, 0});
	msg_text(&w, mail, 0x0037, "Carried");
	msg_text(&w, mail, 0x5D02, "inner@y.example");
	msg_text(&w, mail, 0x1000, "inner text");
	uint32_t inner = msg_storage(&w, mail, "__attach_version1.0_#00000000");
	msg_fixed(&w, inner, 8, (uint64_t[]){0x3705, 1, 0, 0});
	msg_text(&w, inner, 0x3704, "IN.EXE");
	msg_stream(&w, inner, "__substg1.0_37010102", "MZ", 2);
	msg_writer_end(&w, out);
}

void tnef_attribute(struct buf *out, int level, uint32_t id, const void *bytes, size_t n)
{
	unsigned sum = 0;
	if (out->len == 0)
		buf_add(out, "\x78\x9F\x3E\x22\1\0", 6);
	buf_addc(out, (char)level);
	put_32(out, id);
	put_32(out, (uint32_t)n);
	buf_add(out, bytes, n);
	for (size_t i = 0; i < n; i++)
		sum += ((const unsigned char *)bytes)[i];
	put_16(out, sum);
}
