#include "handover/parcel/pack.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { OFS_DELTA = 6, REF_DELTA = 7, HEAD = 12, TRAILER = 20 };

/* An object as found in the pack, and unpacked. */
struct pack_entry {
	size_t offset; /* in the pack */
	size_t base;   /* index of the delta's base + 1; 0: none, or not known yet */
	unsigned char type;
	unsigned char stored; /* the type in the pack: OFS_DELTA, REF_DELTA or `type` */
	unsigned char base_id[PACK_ID];
	unsigned char id[PACK_ID];
	unsigned char *data; /* the object, or while `stored` waits for its base, the delta */
	size_t size;
	unsigned chain;
};

struct pack_reading {
	const unsigned char *p;
	size_t n; /* without the trailer */
	struct pack_entry *entries;
	size_t count;
	struct pack_entry **by_id; /* those with an id, sorted, as of the last round */
	size_t named;
	size_t total; /* bytes unpacked so far */
	struct err *err;
};

static int pack_bad(struct pack_reading *r, size_t offset, const char *why)
{
	return err_set(r->err, ERR_INVALID, _("the pack is not sound at byte %zu: %s"), offset, why);
}

static int sha1(const char *head, size_t head_size, const void *bytes, size_t n, unsigned char id[PACK_ID])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) && EVP_DigestUpdate(ctx, head, head_size) &&
	         EVP_DigestUpdate(ctx, bytes, n) && EVP_DigestFinal_ex(ctx, id, NULL);
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -1;
}

static void name_object(struct pack_entry *e)
{
	static const char *const names[] = {"", "commit", "tree", "blob", "tag"};
	char head[40];
	int n = snprintf(head, sizeof head, "%s %zu", names[e->type], e->size);
	sha1(head, (size_t)n + 1, e->data, e->size, e->id);
}

/* ---- the entries as they stand */

/* The type and the unpacked size: 7 bits a byte, the lowest first, but 4 in the first byte. */
static int read_size(struct pack_reading *r, size_t *at, struct pack_entry *e)
{
	unsigned shift = 4;
	unsigned char c = r->p[(*at)++];
	e->stored = (c >> 4) & 7;
	e->size = c & 15;
	while (c & 0x80) {
		if (*at >= r->n || shift > 32)
			return pack_bad(r, *at, _("a size does not end"));
		c = r->p[(*at)++];
		e->size |= (size_t)(c & 0x7F) << shift;
		shift += 7;
	}
	if (e->size > PACK_OBJECT || r->total + e->size > PACK_TOTAL)
		return pack_bad(r, *at, _("it unpacks to more than is allowed"));
	return 0;
}

static size_t index_at(const struct pack_reading *r, size_t count, size_t offset)
{
	size_t low = 0;
	size_t high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->entries[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && r->entries[low].offset == offset ? low + 1 : 0;
}

static int read_base(struct pack_reading *r, size_t *at, size_t i)
{
	struct pack_entry *e = &r->entries[i];
	if (e->stored == REF_DELTA) {
		if (r->n - *at < PACK_ID)
			return pack_bad(r, *at, _("it ends within an object"));
		memcpy(e->base_id, r->p + *at, PACK_ID);
		*at += PACK_ID;
		return 0;
	}
	if (e->stored != OFS_DELTA) {
		e->type = e->stored;
		return e->type >= PACK_COMMIT && e->type <= PACK_TAG
		           ? 0
		           : pack_bad(r, e->offset, _("an unknown type of object"));
	}
	size_t distance = 0;
	for (unsigned k = 0;; k++) {
		if (*at >= r->n || k > 8)
			return pack_bad(r, *at, _("an offset does not end"));
		unsigned char c = r->p[(*at)++];
		distance = (distance << 7) | (c & 0x7F);
		if (!(c & 0x80))
			break;
		distance++;
	}
	e->base = distance < e->offset ? index_at(r, i, e->offset - distance) : 0;
	return e->base ? 0 : pack_bad(r, e->offset, _("a delta whose base is not in the pack"));
}

static int inflate_entry(struct pack_reading *r, size_t *at, struct pack_entry *e)
{
	z_stream z;
	memset(&z, 0, sizeof z);
	if (inflateInit(&z) != Z_OK)
		return pack_bad(r, *at, _("it cannot be unpacked"));
	e->data = xmalloc(e->size + 1);
	z.next_in = (unsigned char *)(uintptr_t)(r->p + *at);
	z.avail_in = r->n - *at > UINT32_MAX ? UINT32_MAX : (unsigned)(r->n - *at);
	z.next_out = e->data;
	z.avail_out = (unsigned)e->size + 1; /* one more, so that too much is seen */
	int rc = inflate(&z, Z_FINISH);
	size_t made = e->size + 1 - z.avail_out;
	*at += (size_t)(z.next_in - (r->p + *at));
	inflateEnd(&z);
	r->total += e->size;
	return rc == Z_STREAM_END && made == e->size ? 0 : pack_bad(r, e->offset, _("it cannot be unpacked"));
}

static int read_entries(struct pack_reading *r)
{
	size_t at = HEAD;
	for (size_t i = 0; i < r->count; i++) {
		struct pack_entry *e = &r->entries[i];
		e->offset = at;
		if (at >= r->n)
			return pack_bad(r, at, _("it ends before its last object"));
		if (read_size(r, &at, e) < 0 || read_base(r, &at, i) < 0 || inflate_entry(r, &at, e) < 0)
			return -1;
		if (e->type)
			name_object(e);
	}
	return at == r->n ? 0 : pack_bad(r, at, _("there is something behind its last object"));
}

/* ---- deltas */

struct delta {
	const unsigned char *p;
	const unsigned char *end;
};

static int delta_size(struct delta *d, size_t *size)
{
	unsigned shift = 0;
	*size = 0;
	for (;;) {
		if (d->p == d->end || shift > 35)
			return -1;
		unsigned char c = *d->p++;
		*size |= (size_t)(c & 0x7F) << shift;
		shift += 7;
		if (!(c & 0x80))
			return 0;
	}
}

/* The bytes of an operand that are there, as the bits say. */
static int operand(struct delta *d, unsigned bits, unsigned count, size_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < count; i++)
		if (bits & (1U << i)) {
			if (d->p == d->end)
				return -1;
			*value |= (size_t)*d->p++ << (8 * i);
		}
	return 0;
}

static int run_delta(struct delta *d, const struct pack_entry *base, unsigned char *out, size_t size)
{
	size_t made = 0;
	while (d->p < d->end) {
		unsigned char c = *d->p++;
		size_t from = 0;
		size_t n = c;
		const unsigned char *source = d->p;
		if (c == 0)
			return -1;
		if (c & 0x80) {
			if (operand(d, c, 4, &from) < 0 || operand(d, (unsigned)c >> 4 & 7, 3, &n) < 0)
				return -1;
			n = n ? n : 0x10000;
			if (from > base->size || n > base->size - from)
				return -1;
			source = base->data + from;
		} else {
			if (n > (size_t)(d->end - d->p))
				return -1;
			d->p += n;
		}
		if (n > size - made)
			return -1;
		memcpy(out + made, source, n);
		made += n;
	}
	return made == size ? 0 : -1;
}

static int apply(struct pack_reading *r, struct pack_entry *e, const struct pack_entry *base)
{
	struct delta d = {e->data, e->data + e->size};
	size_t before;
	size_t size;
	if (delta_size(&d, &before) < 0 || delta_size(&d, &size) < 0 || before != base->size)
		return pack_bad(r, e->offset, _("a delta that does not fit its base"));
	if (size > PACK_OBJECT || r->total + size > PACK_TOTAL)
		return pack_bad(r, e->offset, _("it unpacks to more than is allowed"));
	if (base->chain + 1 > PACK_CHAIN)
		return pack_bad(r, e->offset, _("too many deltas on each other"));
	unsigned char *data = xmalloc(size + 1);
	if (run_delta(&d, base, data, size) < 0) {
		free(data);
		return pack_bad(r, e->offset, _("a delta that does not fit its base"));
	}
	r->total += size;
	free(e->data);
	e->data = data;
	e->size = size;
	e->type = base->type;
	e->chain = base->chain + 1;
	name_object(e);
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp((*(struct pack_entry *const *)a)->id, (*(struct pack_entry *const *)b)->id, PACK_ID);
}

static void index_ids(struct pack_reading *r)
{
	r->named = 0;
	for (size_t i = 0; i < r->count; i++)
		if (r->entries[i].type)
			r->by_id[r->named++] = &r->entries[i];
	qsort(r->by_id, r->named, sizeof *r->by_id, compare_ids);
}

static struct pack_entry *find_id(struct pack_reading *r, const struct pack_entry *wanted)
{
	struct pack_entry key;
	struct pack_entry *at = &key;
	memcpy(key.id, wanted->base_id, PACK_ID);
	struct pack_entry **found = bsearch(&at, r->by_id, r->named, sizeof *r->by_id, compare_ids);
	return found ? *found : NULL;
}

/* Bases stand before or behind what is built on them: rounds, until one brings nothing. */
static int apply_deltas(struct pack_reading *r)
{
	size_t waiting;
	for (unsigned round = 0; round <= PACK_CHAIN; round++) {
		size_t solved = 0;
		waiting = 0;
		index_ids(r);
		for (size_t i = 0; i < r->count; i++) {
			struct pack_entry *e = &r->entries[i];
			if (e->type)
				continue;
			struct pack_entry *base = e->base ? &r->entries[e->base - 1] : find_id(r, e);
			if (!base || !base->type) {
				waiting++;
				continue;
			}
			if (apply(r, e, base) < 0)
				return -1;
			solved++;
		}
		if (waiting == 0)
			return 0;
		if (solved == 0)
			break;
	}
	return pack_bad(r, HEAD, _("a delta whose base is not in the pack"));
}

/* ---- the whole */

static int check_frame(struct pack_reading *r, const unsigned char *p, size_t n)
{
	unsigned char digest[PACK_ID];
	if (n < HEAD + TRAILER || memcmp(p, "PACK", 4) != 0 || bytes_be32(p + 4) != 2)
		return pack_bad(r, 0, _("it is no pack of version 2"));
	if (sha1("", 0, p, n - TRAILER, digest) < 0 || memcmp(digest, p + n - TRAILER, TRAILER) != 0)
		return pack_bad(r, n - TRAILER, _("its checksum does not fit: it was cut short or changed"));
	r->p = p;
	r->n = n - TRAILER;
	r->count = bytes_be32(p + 8);
	if (r->count > PACK_OBJECTS || r->count > (n - HEAD - TRAILER) / 2)
		return pack_bad(r, 8, _("more objects than it can hold"));
	return 0;
}

int pack_read(const void *bytes, size_t n, pack_object_fn fn, void *ctx, struct err *err)
{
	struct pack_reading r = {.err = err};
	if (check_frame(&r, bytes, n) < 0)
		return -1;
	r.entries = xcalloc(r.count + 1, sizeof *r.entries);
	r.by_id = xcalloc(r.count + 1, sizeof *r.by_id);
	int rc = read_entries(&r);
	if (rc == 0)
		rc = apply_deltas(&r);
	for (size_t i = 0; i < r.count && rc == 0; i++) {
		const struct pack_entry *e = &r.entries[i];
		struct pack_object object = {.type = (enum pack_type)e->type, .data = e->data, .size = e->size};
		memcpy(object.id, e->id, PACK_ID);
		rc = fn(ctx, &object);
	}
	for (size_t i = 0; i < r.count; i++)
		free(r.entries[i].data);
	free(r.by_id);
	free(r.entries);
	return rc;
}

/* ---- bundles */

static int hex_id(const char *text, unsigned char id[PACK_ID])
{
	for (size_t i = 0; i < PACK_ID; i++) {
		unsigned value = 0;
		for (size_t k = 0; k < 2; k++) {
			char c = text[2 * i + k];
			unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
			                 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
			                                        : 16;
			if (digit > 15)
				return -1;
			value = value * 16 + digit;
		}
		id[i] = (unsigned char)value;
	}
	return 0;
}

int pack_read_head(const void *bytes, size_t n, struct bundle_head *head, struct err *err)
{
	static const char magic[] = "# v2 git bundle\n";
	static const char branch[] = " refs/heads/main";
	const char *p = bytes;
	const char *end = p + n;
	int tips = 0;
	memset(head, 0, sizeof *head);
	if (n < sizeof magic - 1 || memcmp(p, magic, sizeof magic - 1) != 0)
		return err_set(err, ERR_INVALID, _("this is no git bundle of version 2"));
	for (p += sizeof magic - 1;;) {
		const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		if (!newline)
			return err_set(err, ERR_INVALID, _("the bundle's head does not end"));
		size_t length = (size_t)(newline - p);
		if (length == 0)
			break;
		if (*p == '-') {
			if (length < 41 || head->need_count == BUNDLE_REFS ||
			    hex_id(p + 1, head->needs[head->need_count++]) < 0)
				return err_set(err, ERR_INVALID,
				               _("the bundle names what it needs in a wrong form, or too much"));
		} else if (length != 40 + sizeof branch - 1 || memcmp(p + 40, branch, sizeof branch - 1) != 0 ||
		           tips++ || hex_id(p, head->tip) < 0) {
			return err_set(err, ERR_INVALID, _("the bundle must hold the one branch refs/heads/main"));
		}
		p = newline + 1;
	}
	if (!tips)
		return err_set(err, ERR_INVALID, _("the bundle must hold the one branch refs/heads/main"));
	head->pack_at = (size_t)(p + 1 - (const char *)bytes);
	return 0;
}
