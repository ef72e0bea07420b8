#include "finding/triage/registry/hive.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/printable.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>

#define HEADER       4096U
#define HIVE_MOST    (1U << 30)
#define ENTRIES_MOST 65536U
#define LIST_MOST    1000000U
#define DATA_MOST    (1U << 20)
#define BIG_SEGMENT  16344U
#define SEED         UINT64_C(0x82EF4D887A4E55C5)

/* ---- opening */

static uint32_t header_sum(const unsigned char *p)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < 508; i += 4)
		sum ^= bytes_le32(p + i);
	return sum == 0 ? 1 : sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum;
}

int hive_open(struct hive *h, const unsigned char *bytes, size_t n)
{
	struct buf name = BUF_INIT;
	*h = (struct hive){.root = 0};
	if (n < HEADER || memcmp(bytes, "regf", 4) != 0)
		return -1;
	h->n = n - HEADER;
	h->bytes = xmalloc(h->n + 1);
	memcpy(h->bytes, bytes + HEADER, h->n);
	h->root = bytes_le32(bytes + 36);
	h->minor = bytes_le32(bytes + 24);
	h->second = bytes_le32(bytes + 8);
	h->bad_header = header_sum(bytes) != bytes_le32(bytes + 508);
	h->dirty = bytes_le32(bytes + 4) != h->second || h->bad_header;
	triage_utf16(&name, bytes + 48, 64);
	text_copy(h->name, sizeof h->name, name.data ? name.data : "");
	buf_release(&name);
	return 0;
}

void hive_close(struct hive *h)
{
	free(h->bytes);
	free(h->seen);
	free(h->used);
}

/* ---- logs */

static uint32_t rotl(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static void marvin_block(uint32_t *lo, uint32_t *hi)
{
	*hi ^= *lo;
	*lo = rotl(*lo, 20) + *hi;
	*hi = rotl(*hi, 9) ^ *lo;
	*lo = rotl(*lo, 27) + *hi;
	*hi = rotl(*hi, 19);
}

/* Marvin32: Microsoft, US patent 8555064. */
static uint64_t marvin(const unsigned char *p, size_t n)
{
	uint32_t lo = (uint32_t)SEED;
	uint32_t hi = (uint32_t)(SEED >> 32);
	for (; n >= 4; p += 4, n -= 4) {
		lo += bytes_le32(p);
		marvin_block(&lo, &hi);
	}
	uint32_t rest = 0x80;
	for (size_t i = n; i > 0; i--)
		rest = rest << 8 | p[i - 1];
	lo += rest;
	marvin_block(&lo, &hi);
	marvin_block(&lo, &hi);
	return (uint64_t)hi << 32 | lo;
}

struct log_entry {
	const unsigned char *at;
	size_t size;
	uint32_t sequence;
};

static size_t collect_entries(struct hive *h, const unsigned char *log, size_t n, struct log_entry *entries,
                              size_t count)
{
	/* a log that another use of the hive left says so in its header: its entries begin with that number */
	uint32_t expected = n >= 512 ? bytes_le32(log + 4) : 0;
	if (n < 512 || memcmp(log, "regf", 4) != 0 || header_sum(log) != bytes_le32(log + 508))
		return count;
	for (size_t at = 512; n >= 512 + 40 && at <= n - 40 && count < ENTRIES_MOST;) {
		const unsigned char *p = log + at;
		size_t size = bytes_le32(p + 4);
		if (memcmp(p, "HvLE", 4) != 0 || size < 512 || size % 512 != 0 || size > n - at ||
		    bytes_le32(p + 12) != expected++)
			break;
		if (marvin(p + 40, size - 40) != bytes_le64(p + 24) || marvin(p, 32) != bytes_le64(p + 32)) {
			h->log_is_damaged |= bytes_le32(p + 12) >= h->second;
			break;
		}
		entries[count++] = (struct log_entry){p, size, bytes_le32(p + 12)};
		at += size;
	}
	return count;
}

static void grow(struct hive *h, size_t n)
{
	if (n <= h->n || n > HIVE_MOST)
		return;
	h->bytes = xrealloc(h->bytes, n + 1);
	memset(h->bytes + h->n, 0, n - h->n);
	h->n = n;
}

static void apply_entry(struct hive *h, const struct log_entry *e)
{
	uint32_t count = bytes_le32(e->at + 20);
	size_t data = 40 + (size_t)count * 8;
	grow(h, bytes_le32(e->at + 16));
	for (uint32_t i = 0; i < count && data <= e->size; i++) {
		size_t to = bytes_le32(e->at + 40 + (size_t)i * 8);
		size_t size = bytes_le32(e->at + 44 + (size_t)i * 8);
		if (size > e->size - data)
			return;
		if (to <= h->n && size <= h->n - to)
			memcpy(h->bytes + to, e->at + data, size);
		data += size;
		h->pages++;
	}
}

static int by_sequence(const void *a, const void *b)
{
	const struct log_entry *x = a;
	const struct log_entry *y = b;
	return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* The form before Windows 8.1: a map of dirty sectors, and the sectors. */
static unsigned apply_old(struct hive *h, const unsigned char *log, size_t n)
{
	if (n < 1024 || memcmp(log, "regf", 4) != 0 || memcmp(log + 512, "DIRT", 4) != 0 ||
	    header_sum(log) != bytes_le32(log + 508) || bytes_le32(log + 4) < h->second)
		return 0;
	size_t bins = bytes_le32(log + 40);
	size_t map = bins / 512 / 8;
	size_t at = (512 + 4 + map + 511) / 512 * 512;
	if (bins > HIVE_MOST || 516 + map > n)
		return 0;
	grow(h, bins);
	for (size_t sector = 0; sector < map * 8 && at + 512 <= n; sector++)
		if (log[516 + sector / 8] >> sector % 8 & 1) {
			if ((sector + 1) * 512 <= h->n)
				memcpy(h->bytes + sector * 512, log + at, 512);
			at += 512;
			h->pages++;
		}
	h->last = bytes_le32(log + 4);
	return 1;
}

unsigned hive_apply(struct hive *h, const unsigned char *first, size_t first_size, const unsigned char *second,
                    size_t second_size)
{
	if (!h->dirty)
		return 0;
	struct log_entry *entries = xcalloc(ENTRIES_MOST, sizeof *entries);
	size_t count = first ? collect_entries(h, first, first_size, entries, 0) : 0;
	count = second ? collect_entries(h, second, second_size, entries, count) : count;
	unsigned applied = 0;
	h->log_is_full = count == ENTRIES_MOST;
	if (count)
		qsort(entries, count, sizeof *entries, by_sequence);
	for (size_t i = 0; i < count; i++) {
		if (entries[i].sequence < h->second || (applied && entries[i].sequence == h->last))
			continue;
		if (applied && entries[i].sequence != h->last + 1)
			break;
		apply_entry(h, &entries[i]);
		h->last = entries[i].sequence;
		applied++;
	}
	free(entries);
	if (applied == 0 && first)
		applied = apply_old(h, first, first_size);
	if (applied == 0 && second)
		applied = apply_old(h, second, second_size);
	return applied;
}

/* ---- cells */

/* The cell's content, and how much of it is there; NULL: none. */
static const unsigned char *cell(const struct hive *h, uint32_t offset, size_t *size)
{
	if (offset > h->n || h->n - offset < 8)
		return NULL;
	int32_t n = (int32_t)bytes_le32(h->bytes + offset);
	size_t length = n < 0 ? (size_t)(-(int64_t)n) : (size_t)n;
	if (length < 8 || length > h->n - offset)
		return NULL;
	for (size_t unit = offset / 8; h->used && unit < (offset + length + 7) / 8; unit++)
		h->used[unit / 8] |= (unsigned char)(1U << unit % 8);
	*size = length - 4;
	return h->bytes + offset + 4;
}

/* A name to its end: one with a NUL in it is not shown by the registry's editor, which is why it is there. It is shown as
 * U+2400. */
static void add_name(struct buf *name, const unsigned char *p, size_t length, int latin)
{
	size_t step = latin ? 1 : 2;
	for (size_t at = 0; at < length; at += step) {
		if (latin)
			triage_latin(name, p + at, length - at);
		else
			triage_utf16(name, p + at, length - at);
		while (at + step <= length && (p[at] || (!latin && p[at + 1])))
			at += step;
		if (at + step <= length)
			buf_add_point(name, 0x2400);
	}
}

int hive_key(const struct hive *h, uint32_t offset, struct hive_key *key, struct buf *name)
{
	size_t n;
	const unsigned char *p = cell(h, offset, &n);
	if (!p || n < 76 || memcmp(p, "nk", 2) != 0)
		return -1;
	*key = (struct hive_key){.offset = offset,
	                         .written = bytes_le64(p + 4),
	                         .subkeys = bytes_le32(p + 20),
	                         .subkey_list = bytes_le32(p + 28),
	                         .values = bytes_le32(p + 36),
	                         .value_list = bytes_le32(p + 40),
	                         .parent = bytes_le32(p + 16)};
	size_t length = bytes_le16(p + 72);
	if (length > n - 76)
		length = n - 76;
	if (name)
		add_name(name, p + 76, length, (bytes_le16(p + 2) & 0x20) != 0);
	return 0;
}

/* 1 the first time. */
static int first_time(struct hive *h, uint32_t offset)
{
	if (!h->seen)
		h->seen = xcalloc(1, h->n / 64 + 1);
	size_t bit = offset / 8;
	if (offset > h->n || h->seen[bit / 8] >> bit % 8 & 1)
		return 0;
	h->seen[bit / 8] |= (unsigned char)(1U << bit % 8);
	return 1;
}

struct key_list {
	uint32_t *offsets;
	size_t count;
	int damaged;
};

static void add_list(struct hive *h, uint32_t offset, struct key_list *l, int deep)
{
	size_t n;
	const unsigned char *p = cell(h, offset, &n);
	size_t each = p && (memcmp(p, "lf", 2) == 0 || memcmp(p, "lh", 2) == 0) ? 8 : 4;
	if (!p || deep > 2 || !(each == 8 || memcmp(p, "li", 2) == 0 || memcmp(p, "ri", 2) == 0)) {
		l->damaged = 1;
		return;
	}
	size_t count = bytes_le16(p + 2);
	if (count > (n - 4) / each) {
		count = (n - 4) / each;
		l->damaged = 1;
	}
	for (size_t i = 0; i < count; i++) {
		if (l->count >= LIST_MOST) {
			l->damaged = 1;
			return;
		}
		uint32_t at = bytes_le32(p + 4 + i * each);
		if (memcmp(p, "ri", 2) == 0) {
			add_list(h, at, l, deep + 1);
			continue;
		}
		if (!first_time(h, at)) {
			l->damaged = 1;
			continue;
		}
		if (l->count % 64 == 0)
			l->offsets = xrealloc(l->offsets, (l->count + 64) * sizeof *l->offsets);
		l->offsets[l->count++] = at;
	}
}

uint32_t *hive_subkeys(struct hive *h, const struct hive_key *key, size_t *count, int *damaged)
{
	struct key_list l = {.count = 0};
	if (key->subkeys)
		add_list(h, key->subkey_list, &l, 0);
	*count = l.count;
	*damaged = l.damaged || l.count < key->subkeys;
	return l.offsets;
}

/* ---- values */

static void add_big(const struct hive *h, const unsigned char *db, size_t size, struct buf *data)
{
	size_t n;
	size_t segments = bytes_le16(db + 2);
	const unsigned char *list = cell(h, bytes_le32(db + 4), &n);
	for (size_t i = 0; list && i < segments && i * 4 + 4 <= n && data->len < size; i++) {
		size_t length;
		const unsigned char *p = cell(h, bytes_le32(list + i * 4), &length);
		size_t want = size - data->len < BIG_SEGMENT ? size - data->len : BIG_SEGMENT;
		if (!p)
			return;
		buf_add(data, p, want < length ? want : length);
	}
}

uint32_t hive_value_offset(const struct hive *h, const struct hive_key *key, uint32_t i)
{
	size_t n;
	const unsigned char *list = cell(h, key->value_list, &n);
	return !list || (size_t)i * 4 + 4 > n ? 0 : bytes_le32(list + (size_t)i * 4);
}

int hive_value_cell(const struct hive *h, uint32_t offset, struct hive_value *value, struct buf *name, struct buf *data)
{
	size_t n;
	const unsigned char *p = cell(h, offset, &n);
	buf_clear(data);
	if (!p || n < 20 || memcmp(p, "vk", 2) != 0)
		return -1;
	size_t length = bytes_le16(p + 2);
	uint32_t size = bytes_le32(p + 4);
	uint32_t wanted = size;
	if (length > n - 20)
		length = n - 20;
	add_name(name, p + 20, length, (bytes_le16(p + 16) & 1) != 0);
	*value = (struct hive_value){.offset = offset, .type = bytes_le32(p + 12)};
	if (size & 0x80000000) {
		size &= 0x7FFFFFFF;
		buf_add(data, p + 8, size < 4 ? size : 4);
	} else if (size) {
		const unsigned char *d = cell(h, bytes_le32(p + 8), &n);
		value->data_offset = bytes_le32(p + 8);
		if (size > DATA_MOST)
			size = DATA_MOST;
		if (d && size > BIG_SEGMENT && n >= 8 && memcmp(d, "db", 2) == 0)
			add_big(h, d, size, data);
		else if (d)
			buf_add(data, d, size < n ? size : n);
	}
	value->size = data->len;
	value->cut = wanted & 0x80000000 ? size > 4 : data->len < wanted;
	return 0;
}

int hive_value(const struct hive *h, const struct hive_key *key, uint32_t i, struct hive_value *value, struct buf *name,
               struct buf *data)
{
	uint32_t offset = hive_value_offset(h, key, i);
	buf_clear(data);
	return offset ? hive_value_cell(h, offset, value, name, data) : -1;
}
