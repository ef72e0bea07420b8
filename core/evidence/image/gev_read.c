/* Reading a sealed container: its frames, its list of pieces, and what is whole in one that was cut short. */
#include "evidence/image/gev_private.h"

#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static int read_exactly(struct gev *g, uint64_t offset, void *bytes, size_t n)
{
	unsigned char *p = bytes;
	while (n > 0) {
		ssize_t got = g->read(g->ctx, p, n, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		p += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* Reads and opens the frame at `offset`; `bytes` gets what was sealed. -1 if it is not whole and authentic. */
static int open_frame(struct gev *g, uint64_t offset, struct gev_frame *f, struct buf *bytes)
{
	unsigned char header[GEV_FRAME];
	buf_clear(bytes);
	if (offset + GEV_FRAME > g->length || read_exactly(g, offset, header, GEV_FRAME) < 0 ||
	    gev_frame_parse(f, header) < 0 || f->sealed > g->length - offset - GEV_FRAME)
		return -1;
	buf_grow(bytes, f->sealed);
	unsigned char *p = (unsigned char *)bytes->data;
	if (read_exactly(g, offset + GEV_FRAME, p, f->sealed) < 0 || gev_frame_open(&g->keys, header, p, f->sealed) < 0)
		return -1;
	bytes->len = f->sealed - GEV_TAG;
	return 0;
}

static int gev_read_unpack(const struct gev_frame *f, const struct buf *sealed, unsigned char *bytes, size_t *n)
{
	if (f->flags & GEV_FLAG_ZSTD) {
		size_t got = ZSTD_decompress(bytes, DIGEST_PIECE, sealed->data, sealed->len);
		if (ZSTD_isError(got) || got != f->plain)
			return -1;
	} else {
		memcpy(bytes, sealed->data, sealed->len);
	}
	*n = f->plain;
	return 0;
}

static uint64_t offset_of(const struct gev *g, uint64_t number)
{
	return number < g->offsets.len / 8 ? bytes_le64((const unsigned char *)g->offsets.data + number * 8) : 0;
}

/* ---- finding the pieces: by the index, or by looking for them */

static int take_end(struct gev *g, const struct gev_frame *f, const struct buf *bytes)
{
	if (f->type != GEV_END_FRAME || bytes->len != GEV_END_SIZE)
		return -1;
	const unsigned char *p = (const unsigned char *)bytes->data;
	if (f->number > g->length / (GEV_FRAME + GEV_TAG) || bytes_le64(p) > f->number * DIGEST_PIECE)
		return -1; /* cannot be, whoever sealed it */
	g->size = bytes_le64(p);
	g->count = f->number;
	sodium_bin2hex(g->sha256, sizeof g->sha256, p + 8, 32);
	g->has_end = 1;
	return 0;
}

static int use_index(struct gev *g)
{
	unsigned char trailer[GEV_TRAILER];
	unsigned char expected[GEV_TRAILER];
	struct gev_frame f;
	struct buf bytes = BUF_INIT;
	if (g->length < GEV_HEADER + GEV_TRAILER || read_exactly(g, g->length - GEV_TRAILER, trailer, GEV_TRAILER) < 0)
		return -1;
	uint64_t end = bytes_le64(trailer + 8);
	uint64_t index = bytes_le64(trailer + 16);
	gev_trailer(&g->keys, end, index, expected);
	int rc = sodium_memcmp(trailer, expected, sizeof trailer) == 0 ? 0 : -1;
	if (rc == 0)
		rc = open_frame(g, end, &f, &bytes) < 0 ? -1 : take_end(g, &f, &bytes);
	if (rc == 0)
		rc = open_frame(g, index, &f, &bytes) < 0 || f.type != GEV_INDEX_FRAME || f.number != g->count ||
		             bytes.len != g->count * 8
		         ? -1
		         : 0;
	if (rc == 0) {
		buf_clear(&g->offsets);
		buf_add(&g->offsets, bytes.data, bytes.len);
	}
	buf_release(&bytes);
	return rc;
}

static void note_piece(struct gev *g, const struct gev_frame *f, uint64_t offset)
{
	unsigned char place[8];
	while (g->offsets.len / 8 <= f->number) /* pieces before it that were not found */
		buf_add(&g->offsets, "\0\0\0\0\0\0\0\0", 8);
	bytes_put_le64(place, offset);
	memcpy(g->offsets.data + f->number * 8, place, 8);
	if (f->number + 1 > g->count)
		g->count = f->number + 1;
	if (f->number * DIGEST_PIECE + f->plain > g->size)
		g->size = f->number * DIGEST_PIECE + f->plain;
}

/* The next place at or behind `offset` where a frame's first bytes stand; the container's length if there is none. */
static uint64_t next_magic(struct gev *g, uint64_t offset)
{
	unsigned char window[65536];
	while (offset + GEV_FRAME <= g->length) {
		size_t n = g->length - offset < sizeof window ? (size_t)(g->length - offset) : sizeof window;
		if (read_exactly(g, offset, window, n) < 0)
			return g->length;
		for (unsigned char *p = window;
		     (p = memchr(p, 'G', (size_t)(window + n - p))) != NULL && window + n - p >= 4; p++)
			if (memcmp(p, "GEV", 3) == 0 && (p[3] == 'P' || p[3] == 'E' || p[3] == 'X'))
				return offset + (uint64_t)(p - window);
		offset += n > 3 ? n - 3 : n;
		if (n < 4)
			break;
	}
	return g->length;
}

/* Without an index: frames are taken one after the other; behind a damaged one the next is looked for. */
static void look_for_pieces(struct gev *g)
{
	struct buf bytes = BUF_INIT;
	uint64_t at = GEV_HEADER;
	uint64_t most = g->length / (GEV_FRAME + GEV_TAG) + 1; /* no number can be larger */
	uint64_t patience = 4 * g->length + (64U << 20);       /* bytes that false frames may cost */
	buf_clear(&g->offsets);
	g->count = g->size = 0;
	g->has_end = 0;
	g->sha256[0] = '\0';
	while (at + GEV_FRAME <= g->length && !g->has_end) {
		struct gev_frame f;
		if (open_frame(g, at, &f, &bytes) < 0) {
			if (patience < DIGEST_PIECE)
				break;
			patience -= DIGEST_PIECE;
			at = next_magic(g, at + 1);
			continue;
		}
		if (f.type == GEV_PIECE_FRAME && f.number < most)
			note_piece(g, &f, at);
		else if (f.type == GEV_END_FRAME)
			take_end(g, &f, &bytes);
		at += GEV_FRAME + f.sealed;
	}
	buf_release(&bytes);
}

/* ---- opening */

/* The header follows from key and case. What differs tells whose container it is; mere damage does not keep it shut. */
static int check_header(struct gev *g, struct err *err)
{
	unsigned char header[GEV_HEADER];
	unsigned char tag[16];
	if (g->length < GEV_HEADER || read_exactly(g, 0, header, GEV_HEADER) < 0)
		return err_set(err, ERR_INVALID, _("not a sealed container: too short"));
	if (memcmp(header, g->keys.header, GEV_HEADER) == 0)
		return 0;
	if (memcmp(header + 16, g->keys.id, 16) == 0) /* ours, with damage in the header: gev_check() says so */
		return 0;
	if (memcmp(header, "GENBAGEV", 8) != 0)
		return 0; /* foreign, or damaged there: if no piece opens, it is none */
	if (header[8] != GEV_VERSION)
		return err_set(err, ERR_INVALID,
		               _("the sealed container has version %d, this genba reads 1: use a newer genba"),
		               header[8]);
	crypto_generichash(tag, sizeof tag, (const unsigned char *)g->keys.case_id, 36, header + 16, 16);
	if (memcmp(header + 32, tag, sizeof tag) == 0)
		return err_set(err, ERR_DAMAGED,
		               _("this is another sealed container of this case than the one on record"));
	return 0;
}

int gev_open(struct gev *g, source_read_fn read, void *ctx, uint64_t length, const unsigned char key[GEV_KEY],
             const char *case_id, struct err *err)
{
	memset(g, 0, sizeof *g);
	gev_keys_init(&g->keys, key, case_id);
	g->read = read;
	g->ctx = ctx;
	g->length = length;
	buf_init(&g->offsets);
	g->cached = g->failed = UINT64_MAX;
	int rc = check_header(g, err);
	if (rc == 0 && use_index(g) < 0) {
		unsigned char header[GEV_HEADER];
		look_for_pieces(g);
		if (g->count == 0 && !g->has_end && read_exactly(g, 0, header, GEV_HEADER) == 0 &&
		    memcmp(header, g->keys.header, GEV_HEADER) != 0)
			rc = memcmp(header, "GENBAGEV", 8) == 0
			         ? err_set(err, ERR_DAMAGED,
			                   _("the sealed container belongs to another case (or its key does)"))
			         : err_set(err, ERR_INVALID, _("not a sealed container"));
	}
	if (rc < 0)
		gev_close(g);
	return rc;
}

void gev_close(struct gev *g)
{
	gev_keys_release(&g->keys);
	buf_release(&g->offsets);
	if (g->cache)
		sodium_memzero(g->cache, DIGEST_PIECE);
	free(g->cache);
	g->cache = NULL;
}

int gev_piece(struct gev *g, uint64_t number, unsigned char *bytes, size_t *n, struct err *err)
{
	struct gev_frame f;
	struct buf sealed = BUF_INIT;
	uint64_t at = offset_of(g, number);
	int rc = 0;
	if (at == 0)
		rc = err_set(err, ERR_DAMAGED, _("piece %llu (from byte %llu) is missing"), (unsigned long long)number,
		             (unsigned long long)(number * DIGEST_PIECE));
	else if (open_frame(g, at, &f, &sealed) < 0 || f.type != GEV_PIECE_FRAME || f.number != number ||
	         gev_read_unpack(&f, &sealed, bytes, n) < 0)
		rc = err_set(err, ERR_DAMAGED, _("piece %llu (from byte %llu) is damaged, at %llu in the container"),
		             (unsigned long long)number, (unsigned long long)(number * DIGEST_PIECE),
		             (unsigned long long)at);
	buf_release(&sealed);
	return rc;
}

ssize_t gev_read(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	struct gev *g = ctx;
	uint64_t number = offset / DIGEST_PIECE;
	size_t within = (size_t)(offset % DIGEST_PIECE);
	if (offset >= g->size)
		return 0;
	if (!g->cache)
		g->cache = xmalloc(DIGEST_PIECE);
	if (g->cached != number) {
		g->cached = UINT64_MAX;
		if (number == g->failed || gev_piece(g, number, g->cache, &g->cached_n, NULL) < 0) {
			g->failed = number;
			errno = EBADMSG;
			return -1;
		}
		g->cached = number;
	}
	if (within >= g->cached_n)
		return 0;
	if (n > g->cached_n - within)
		n = g->cached_n - within;
	memcpy(bytes, g->cache + within, n);
	return (ssize_t)n;
}

/* ---- checking all of it */

struct gev_read_checking {
	struct gev *g;
	void (*finding)(void *ctx, const char *text);
	void *ctx;
	uint64_t count;
	struct digest *digest;
	const struct progress *progress;
};

__attribute__((format(printf, 2, 3))) static void found(struct gev_read_checking *k, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	k->count++;
	if (k->finding)
		k->finding(k->ctx, text.data);
	buf_release(&text);
}

/* The pieces lie one behind the other, each as long as the stream needs. Returns the place behind the last. */
static uint64_t check_pieces(struct gev_read_checking *k)
{
	struct gev *g = k->g;
	unsigned char *bytes = xmalloc(DIGEST_PIECE);
	uint64_t at = GEV_HEADER;
	for (uint64_t i = 0; i < g->count; i++) {
		struct err why = ERR_INIT;
		size_t n;
		unsigned char header[GEV_FRAME];
		int last = i + 1 == g->count;
		if (offset_of(g, i) != 0 && offset_of(g, i) != at && at != 0)
			found(k, _("piece %llu does not stand where it was written"), (unsigned long long)i);
		if (gev_piece(g, i, bytes, &n, &why) < 0) {
			found(k, "%s", why.message);
			at = 0; /* not known */
			if (offset_of(g, i) != 0 && read_exactly(g, offset_of(g, i), header, GEV_FRAME) == 0 &&
			    i + 1 < g->count)
				at = offset_of(g, i + 1);
			continue;
		}
		if (k->digest)
			digest_add(k->digest, bytes, n);
		if (progress_step(k->progress, _("sealed container"), i * DIGEST_PIECE, g->size, &why) < 0) {
			found(k, "%s", why.message);
			break;
		}
		if (n != DIGEST_PIECE && (!last || (g->has_end && i * DIGEST_PIECE + n != g->size)))
			found(k, _("piece %llu has a wrong length"), (unsigned long long)i);
		if (read_exactly(g, offset_of(g, i), header, GEV_FRAME) == 0)
			at = offset_of(g, i) + GEV_FRAME + bytes_le32(header + 20);
	}
	free(bytes);
	return at;
}

static void check_end(struct gev_read_checking *k, uint64_t at)
{
	struct gev *g = k->g;
	struct gev_frame f;
	struct buf bytes = BUF_INIT;
	unsigned char trailer[GEV_TRAILER];
	unsigned char expected[GEV_TRAILER];
	if (!g->has_end) {
		found(k, _("the end is missing or damaged; the last piece found is %lld"), (long long)g->count - 1);
		return;
	}
	if (at == 0)
		at = g->length; /* behind a damaged last piece: the trailer is looked at from the end */
	uint64_t end = at;
	if (at == g->length && g->length >= GEV_TRAILER &&
	    read_exactly(g, g->length - GEV_TRAILER, trailer, GEV_TRAILER) == 0)
		end = bytes_le64(trailer + 8);
	if (open_frame(g, end, &f, &bytes) < 0 || f.type != GEV_END_FRAME || f.number != g->count) {
		found(k, _("the end does not stand behind the last piece"));
	} else {
		uint64_t index = end + GEV_FRAME + f.sealed;
		if (open_frame(g, index, &f, &bytes) < 0 || f.type != GEV_INDEX_FRAME || f.number != g->count ||
		    bytes.len != g->offsets.len || memcmp(bytes.data, g->offsets.data, bytes.len) != 0) {
			found(k, _("the index is damaged"));
		} else {
			gev_trailer(&g->keys, end, index, expected);
			uint64_t behind = index + GEV_FRAME + f.sealed;
			if (behind + GEV_TRAILER != g->length || read_exactly(g, behind, trailer, GEV_TRAILER) < 0 ||
			    memcmp(trailer, expected, GEV_TRAILER) != 0)
				found(k, _("the trailer is damaged, or something stands behind it"));
		}
	}
	buf_release(&bytes);
}

uint64_t gev_check(struct gev *g, struct digest *digest, const struct progress *progress,
                   void (*finding)(void *ctx, const char *text), void *ctx)
{
	struct gev_read_checking k = {g, finding, ctx, 0, digest, progress};
	unsigned char header[GEV_HEADER];
	if (read_exactly(g, 0, header, GEV_HEADER) < 0 || memcmp(header, g->keys.header, GEV_HEADER) != 0)
		found(&k, _("the header is damaged"));
	check_end(&k, check_pieces(&k));
	return k.count;
}
