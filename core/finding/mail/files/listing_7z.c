/*
 * 7z: the list stands in a header at the end, which is mostly packed itself (LZMA, LZMA2). What is locked keeps its names
 * there, unless the header is locked too. Source: 7zFormat.txt.
 */
#include "finding/mail/files/listing_private.h"

#include "base/buf.h"
#include "finding/mail/read/charset.h"

#include <lzma.h>
#include <stdlib.h>

#define HEADER_MOST ((uint64_t)16 << 20) /* bytes of an unpacked header */
#define MOST        ((uint64_t)1 << 20)  /* of whatever there are many of */
#define CODERS      32                   /* of a folder, as 7-Zip has it */

enum seven_id {
	SEVEN_END,
	SEVEN_HEADER,
	SEVEN_PROPERTIES,
	SEVEN_MORE_STREAMS,
	SEVEN_STREAMS,
	SEVEN_FILES,
	SEVEN_PACKED,
	SEVEN_FOLDERS,
	SEVEN_SUBSTREAMS,
	SEVEN_SIZE,
	SEVEN_CRC,
	SEVEN_FOLDER,
	SEVEN_UNPACKED_SIZES,
	SEVEN_STREAM_COUNTS,
	SEVEN_EMPTY,
	SEVEN_EMPTY_FILES,
	SEVEN_ANTI,
	SEVEN_NAMES,
	SEVEN_PACKED_HEADER = 0x17,
};

struct seven_folder {
	uint64_t size;
	uint64_t streams; /* files in it */
	int locked;
	int coders;
	int has_digest;
	unsigned outs;      /* streams that come out of its coders */
	unsigned main;      /* the one that is the folder's content */
	struct span method; /* of its only coder, or of its last */
	struct span properties;
};

struct seven_streams {
	uint64_t packed_at;
	uint64_t packed_n; /* of the first stream */
	struct seven_folder *folders;
	size_t count;
	uint64_t *sizes; /* of the files in all folders */
	size_t size_count;
	size_t size_cap;
};

struct seven_reader {
	struct span s;
	size_t at;
	int bad;
	struct pool *pool;
};

static unsigned byte(struct seven_reader *r)
{
	r->bad |= r->at >= r->s.n;
	return span_8(r->s, r->at++);
}

/* One to nine bytes; the first says by its high bits how many follow. */
static uint64_t number(struct seven_reader *r)
{
	unsigned first = byte(r);
	uint64_t value = 0;
	unsigned mask = 0x80;
	for (unsigned i = 0; i < 8; i++, mask >>= 1) {
		if (!(first & mask))
			return value | (uint64_t)(first & (mask - 1)) << 8 * i;
		value |= (uint64_t)byte(r) << 8 * i;
	}
	return value;
}

/* A number of things, each of which takes room in memory. */
static size_t amount(struct seven_reader *r)
{
	uint64_t n = number(r);
	r->bad |= n > MOST;
	return r->bad ? 0 : (size_t)n;
}

static struct span piece(struct seven_reader *r, uint64_t n)
{
	if (r->bad || r->at > r->s.n || n > r->s.n - r->at) {
		r->bad = 1;
		return (struct span){0};
	}
	struct span got = span_of(r->s, r->at, (size_t)n);
	r->at += (size_t)n;
	return got;
}

static int bit(struct span bits, size_t i)
{
	return span_8(bits, i / 8) >> (7 - i % 8) & 1;
}

/* Digests of n things, each of which may have one or not; `folders` (or NULL) hear of theirs. */
static void skip_digests(struct seven_reader *r, size_t n, struct seven_folder *folders)
{
	uint64_t defined = 0;
	int all = byte(r) != 0;
	struct span bits = {0};
	if (!all)
		bits = piece(r, (n + 7) / 8);
	for (size_t i = 0; i < n && !r->bad; i++) {
		int has = all || bit(bits, i);
		defined += (uint64_t)has;
		if (folders)
			folders[i].has_digest = has;
	}
	piece(r, 4 * defined);
}

static void read_packed(struct seven_reader *r, struct seven_streams *st)
{
	st->packed_at = number(r);
	size_t n = amount(r);
	for (unsigned id = byte(r); id != SEVEN_END && !r->bad; id = byte(r)) {
		if (id == SEVEN_SIZE)
			for (size_t i = 0; i < n && !r->bad; i++) {
				uint64_t size = number(r);
				st->packed_n = i ? st->packed_n : size;
			}
		else if (id == SEVEN_CRC)
			skip_digests(r, n, NULL);
		else
			r->bad = 1;
	}
}

static void read_folder(struct seven_reader *r, struct seven_folder *f)
{
	size_t coders = amount(r);
	size_t ins = 0;
	size_t outs = 0;
	r->bad |= coders == 0 || coders > CODERS;
	f->coders = (int)coders;
	for (size_t i = 0; i < coders && !r->bad; i++) {
		unsigned flags = byte(r);
		f->method = piece(r, flags & 15);
		size_t in = flags & 16 ? amount(r) : 1;
		size_t out = flags & 16 ? amount(r) : 1;
		f->properties = piece(r, flags & 32 ? number(r) : 0);
		f->locked |= span_is(f->method, 0, "\x06\xF1\x07\x01", 4);
		ins += in;
		outs += out;
		r->bad |= in > CODERS || out > CODERS;
	}
	unsigned bound = 0; /* outs that go into another coder */
	r->bad |= outs == 0 || outs > CODERS || ins + 1 < outs;
	for (size_t i = 0; i + 1 < outs && !r->bad; i++) {
		number(r);
		size_t out = amount(r);
		r->bad |= out >= outs;
		bound |= r->bad ? 0 : 1U << out;
	}
	size_t packed = r->bad ? 0 : ins + 1 - outs;
	for (size_t i = 0; packed > 1 && i < packed && !r->bad; i++)
		number(r);
	f->outs = (unsigned)outs;
	while (f->main < f->outs && bound >> f->main & 1)
		f->main++;
}

static void read_folders(struct seven_reader *r, struct seven_streams *st)
{
	size_t cap = 0;
	r->bad |= byte(r) != SEVEN_FOLDER;
	size_t n = amount(r);
	r->bad |= byte(r) != 0; /* not here, but in another stream: nobody writes that */
	for (size_t i = 0; i < n && !r->bad; i++) {
		st->folders = pool_more(r->pool, st->folders, st->count, &cap, sizeof *st->folders);
		st->folders[st->count] = (struct seven_folder){.streams = 1};
		read_folder(r, &st->folders[st->count++]);
	}
	r->bad |= byte(r) != SEVEN_UNPACKED_SIZES;
	for (size_t i = 0; i < st->count; i++)
		for (unsigned k = 0; k < st->folders[i].outs && !r->bad; k++) {
			uint64_t size = number(r);
			if (k == st->folders[i].main)
				st->folders[i].size = size;
		}
	for (unsigned id = byte(r); id != SEVEN_END && !r->bad; id = byte(r)) {
		if (id == SEVEN_CRC)
			skip_digests(r, st->count, st->folders);
		else
			r->bad = 1;
	}
}

static void add_size(struct seven_reader *r, struct seven_streams *st, uint64_t size)
{
	r->bad |= st->size_count >= MOST;
	if (r->bad)
		return;
	st->sizes = pool_more(r->pool, st->sizes, st->size_count, &st->size_cap, sizeof *st->sizes);
	st->sizes[st->size_count++] = size;
}

/* The sizes of the files of each folder: the last one's is what is left of the folder. */
static void read_sizes(struct seven_reader *r, struct seven_streams *st, int written)
{
	for (size_t i = 0; i < st->count && !r->bad; i++) {
		uint64_t left = st->folders[i].size;
		for (uint64_t k = 1; k < st->folders[i].streams && !r->bad; k++) {
			uint64_t size = written ? number(r) : 0;
			add_size(r, st, size);
			left -= size < left ? size : left;
		}
		if (st->folders[i].streams)
			add_size(r, st, left);
	}
}

static void read_substreams(struct seven_reader *r, struct seven_streams *st)
{
	int sized = 0;
	for (unsigned id = byte(r); id != SEVEN_END && !r->bad; id = byte(r)) {
		size_t digests = 0;
		switch (id) {
		case SEVEN_STREAM_COUNTS:
			for (size_t i = 0; i < st->count && !r->bad; i++)
				st->folders[i].streams = amount(r);
			break;
		case SEVEN_SIZE:
			r->bad |= sized;
			read_sizes(r, st, 1);
			sized = 1;
			break;
		case SEVEN_CRC: /* of what has none as a folder */
			for (size_t i = 0; i < st->count; i++)
				if (st->folders[i].streams != 1 || !st->folders[i].has_digest)
					digests += (size_t)st->folders[i].streams;
			r->bad |= digests > MOST;
			skip_digests(r, r->bad ? 0 : digests, NULL);
			break;
		default:
			r->bad = 1;
		}
	}
	if (!sized)
		read_sizes(r, st, 0);
}

static void read_streams(struct seven_reader *r, struct seven_streams *st)
{
	int parted = 0;
	for (unsigned id = byte(r); id != SEVEN_END && !r->bad; id = byte(r)) {
		switch (id) {
		case SEVEN_PACKED:
			read_packed(r, st);
			break;
		case SEVEN_FOLDERS:
			read_folders(r, st);
			break;
		case SEVEN_SUBSTREAMS:
			read_substreams(r, st);
			parted = 1;
			break;
		default:
			r->bad = 1;
		}
	}
	if (!parted) /* a file in each folder */
		read_sizes(r, st, 0);
}

/* ---- files */

struct seven_files {
	size_t count;
	struct span names;
	struct span empty;       /* bits: those that have no stream */
	struct span empty_files; /* bits of those: which are files; the others are folders */
};

static void read_files(struct seven_reader *r, struct seven_files *f)
{
	f->count = amount(r);
	for (unsigned id = byte(r); id != SEVEN_END && !r->bad; id = byte(r)) {
		struct span value = piece(r, number(r));
		if (id == SEVEN_NAMES) {
			r->bad |= span_8(value, 0) != 0; /* in another stream */
			f->names = span_of(value, 1, value.n);
		} else if (id == SEVEN_EMPTY) {
			f->empty = value;
		} else if (id == SEVEN_EMPTY_FILES) {
			f->empty_files = value;
		}
	}
}

/* The bytes of the next name, UTF-16LE; -1 if there is none. */
static int next_name(struct span names, size_t *at, struct span *name)
{
	size_t end = *at;
	while (span_has(names, end, 2) && span_16(names, end) != 0)
		end += 2;
	if (!span_has(names, end, 2))
		return -1;
	*name = span_of(names, *at, end - *at);
	*at = end + 2;
	return 0;
}

static void add_files(struct listing *l, struct pool *pool, const struct seven_streams *st, const struct seven_files *f)
{
	size_t at = 0;
	size_t stream = 0;
	size_t empty = 0;
	size_t folder = 0;
	uint64_t in_folder = 0;
	struct span name;
	for (size_t i = 0; i < f->count && !(l->flags & LISTING_LIMIT); i++) {
		struct buf text = BUF_INIT;
		uint64_t size = 0;
		int locked = 0;
		int is_folder = 0;
		if (next_name(f->names, &at, &name) < 0) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		if (bit(f->empty, i)) {
			is_folder = !bit(f->empty_files, empty++);
		} else {
			while (folder < st->count && in_folder >= st->folders[folder].streams) {
				folder++;
				in_folder = 0;
			}
			locked = folder < st->count && st->folders[folder].locked;
			size = stream < st->size_count ? st->sizes[stream] : 0;
			l->flags |= stream < st->size_count ? 0 : LISTING_DAMAGED;
			in_folder++;
			stream++;
		}
		charset_utf16le(name.p, name.n, &text);
		if (!is_folder)
			listing_add(l, pool, text.data, text.len, "utf-8", size, locked);
		buf_release(&text);
	}
}

/* ---- the header */

/* Unpacks a header. 0 or -1. */
static int unpack_header(const struct seven_folder *f, struct span packed, struct buf *out)
{
	static const struct {
		const char *bytes;
		size_t n;
		lzma_vli id;
	} known[] = {{"\x03\x01\x01", 3, LZMA_FILTER_LZMA1}, {"\x21", 1, LZMA_FILTER_LZMA2}};
	lzma_filter filters[2] = {{.id = LZMA_VLI_UNKNOWN}, {.id = LZMA_VLI_UNKNOWN}};
	lzma_stream z = LZMA_STREAM_INIT;
	if (f->coders != 1 || f->size > HEADER_MOST)
		return -1;
	if (span_is(f->method, 0, "", 1) && f->method.n == 1) { /* stored */
		buf_add(out, packed.p, packed.n);
		return 0;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (f->method.n == known[i].n && span_is(f->method, 0, known[i].bytes, known[i].n))
			filters[0].id = known[i].id;
	if (filters[0].id == LZMA_VLI_UNKNOWN ||
	    lzma_properties_decode(&filters[0], NULL, f->properties.p, f->properties.n) != LZMA_OK)
		return -1;
	lzma_options_lzma *options = filters[0].options;
	if (options->dict_size > f->size) /* no more of it is ever looked back at */
		options->dict_size = f->size > LZMA_DICT_SIZE_MIN ? (uint32_t)f->size : LZMA_DICT_SIZE_MIN;
	buf_grow(out, (size_t)f->size + 1);
	lzma_ret rc = lzma_raw_decoder(&z, filters);
	z.next_in = packed.p;
	z.avail_in = packed.n;
	z.next_out = (unsigned char *)out->data;
	z.avail_out = (size_t)f->size;
	while (rc == LZMA_OK && z.avail_out)
		rc = lzma_code(&z, LZMA_FINISH);
	out->len = (size_t)f->size - z.avail_out;
	int whole = z.avail_out == 0;
	lzma_end(&z);
	free(filters[0].options);
	return whole ? 0 : -1;
}

/* A header. 1: it is packed, and `st` says where; 0: it was read; -1: it cannot be. */
static int read_header(struct listing *l, struct pool *pool, struct span s, struct seven_streams *st)
{
	struct seven_reader r = {.s = s, .pool = pool};
	struct seven_files f = {0};
	unsigned what = byte(&r);
	if (what == SEVEN_PACKED_HEADER) {
		read_streams(&r, st);
		return r.bad || st->count != 1 ? -1 : 1;
	}
	if (what != SEVEN_HEADER)
		return -1;
	for (unsigned id = byte(&r); id != SEVEN_END && !r.bad; id = byte(&r)) {
		if (id == SEVEN_STREAMS) {
			read_streams(&r, st);
		} else if (id == SEVEN_FILES) {
			read_files(&r, &f);
		} else if (id == SEVEN_PROPERTIES) {
			for (unsigned property = byte(&r); property && !r.bad; property = byte(&r))
				piece(&r, number(&r));
		} else {
			r.bad = 1;
		}
	}
	if (r.bad)
		return -1;
	add_files(l, pool, st, &f);
	return 0;
}

void listing_7z(struct listing *l, struct pool *pool, struct span s)
{
	uint64_t offset = span_64(s, 12);
	uint64_t size = span_64(s, 20);
	struct buf unpacked = BUF_INIT;
	if (offset > s.n || size > s.n || !span_has(s, 32 + (size_t)offset, (size_t)size)) {
		l->flags |= LISTING_DAMAGED;
		return;
	}
	struct span h = span_of(s, 32 + (size_t)offset, (size_t)size);
	int rc = h.n ? 1 : 0; /* no header: nothing is in it */
	for (int depth = 0; rc == 1 && depth < 4; depth++) {
		struct seven_streams st = {0};
		rc = read_header(l, pool, h, &st);
		if (rc == 1 && st.folders[0].locked) {
			l->flags |= LISTING_LOCKED | LISTING_NAMES_HIDDEN;
			return;
		}
		if (rc != 1)
			break;
		struct buf more = BUF_INIT;
		uint64_t from = 32 + st.packed_at;
		struct span packed = st.packed_at < s.n && span_has(s, (size_t)from, 1)
		                         ? span_of(s, (size_t)from, st.packed_n < s.n ? (size_t)st.packed_n : s.n)
		                         : (struct span){0};
		rc = unpack_header(&st.folders[0], packed, &more) == 0 ? 1 : -1;
		buf_release(&unpacked);
		unpacked = more;
		h = (struct span){(const unsigned char *)unpacked.data, unpacked.len};
	}
	if (rc != 0)
		l->flags |= LISTING_UNREAD;
	if (rc != 0 && span_8(h, 0) == SEVEN_PACKED_HEADER && memmem(h.p, h.n, "\x06\xF1\x07\x01", 4))
		l->flags |= LISTING_LOCKED | LISTING_NAMES_HIDDEN;
	buf_release(&unpacked);
}
