#include "finding/sweep/sweep_source.h"

#include "base/err.h"
#include "base/i18n.h"

#include <bzlib.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define INPUT_PIECE (256U << 10)
#define XZ_MEMORY   ((uint64_t)256 << 20) /* xz -9 takes 65 MiB */

struct sweep_source {
	enum sweep_packing packing;
	const struct sweep_input *below;
	unsigned char *input; /* INPUT_PIECE */
	size_t have;          /* bytes in it */
	size_t at;            /* taken */
	uint64_t taken;       /* bytes from below in all */
	uint64_t given;
	uint64_t ratio;
	int ended;   /* nothing more comes from below */
	int between; /* a member or frame is over, none begun */
	int members;
	struct err why;   /* what is wrong behind what was given */
	struct err later; /* what is wrong with a member, where those behind it can be read */
	struct inflate_state *gzip;
	ZSTD_DStream *zstd;
	lzma_stream xz;
	bz_stream bzip2;
};

#define IS(magic) (n >= sizeof(magic) - 1 && memcmp(bytes, magic, sizeof(magic) - 1) == 0)

enum sweep_packing sweep_packing_of(const unsigned char *bytes, size_t n)
{
	if (IS("\x1F\x8B\x08"))
		return SWEEP_GZIP;
	if (IS("\x28\xB5\x2F\xFD"))
		return SWEEP_ZSTD;
	if (IS("\xFD"
	       "7zXZ\0"))
		return SWEEP_XZ;
	if (n >= SWEEP_PACKING_HEAD && IS("BZh") && bytes[3] >= '1' && bytes[3] <= '9' &&
	    memcmp(bytes + 4, "1AY&SY", 6) == 0)
		return SWEEP_BZIP2;
	return SWEEP_AS_IT_IS;
}

static void begin_gzip(struct sweep_source *s)
{
	isal_inflate_init(s->gzip);
	s->gzip->crc_flag = ISAL_GZIP;
}

static void begin_bzip2(struct sweep_source *s)
{
	if (BZ2_bzDecompressInit(&s->bzip2, 0, 0) != BZ_OK)
		err_set(&s->why, ERR_FAILED, _("no memory to unpack it"));
}

struct sweep_source *sweep_source_new(enum sweep_packing packing, const struct sweep_input *below, uint64_t ratio)
{
	struct sweep_source *s = xcalloc(1, sizeof *s);
	s->packing = packing;
	s->below = below;
	s->ratio = ratio ? ratio : SWEEP_RATIO;
	s->between = 1;
	if (packing != SWEEP_AS_IT_IS)
		s->input = xmalloc(INPUT_PIECE);
	if (packing == SWEEP_GZIP) {
		s->gzip = xcalloc(1, sizeof *s->gzip);
		begin_gzip(s);
	}
	if (packing == SWEEP_ZSTD) {
		s->zstd = ZSTD_createDStream();
		ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, 27);
	}
	if (packing == SWEEP_XZ && lzma_stream_decoder(&s->xz, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
		err_set(&s->why, ERR_FAILED, _("no memory to unpack it"));
	if (packing == SWEEP_BZIP2)
		begin_bzip2(s);
	return s;
}

void sweep_source_free(struct sweep_source *s)
{
	if (!s)
		return;
	free(s->input);
	free(s->gzip);
	ZSTD_freeDStream(s->zstd);
	lzma_end(&s->xz);
	BZ2_bzDecompressEnd(&s->bzip2); /* of one that never began it says so, and does nothing */
	free(s);
}

int sweep_source_over(uint64_t ratio, struct err *err)
{
	return err_set(err, ERR_INVALID,
	               _("over a limit: it unpacks to more than %llu times its size (--max-ratio N raises it)"),
	               (unsigned long long)ratio);
}

/* More input, if all was taken. 0 or -1. */
static int refill(struct sweep_source *s, struct err *err)
{
	if (s->at < s->have || s->ended)
		return 0;
	ssize_t got = s->below->read(s->below->ctx, s->input, INPUT_PIECE, err);
	if (got < 0)
		return -1;
	s->ended = got == 0;
	s->have = (size_t)got;
	s->at = 0;
	s->taken += (uint64_t)got;
	return 0;
}

static int is_torn(struct err *err)
{
	return err_set(err, ERR_INVALID, _("torn: it ends in the middle of what is packed"));
}

static int is_damaged(struct err *err)
{
	return err_set(err, ERR_INVALID, _("damaged: what follows cannot be unpacked"));
}

static int has_a_tail(struct err *err)
{
	return err_set(err, ERR_INVALID, _("behind what is packed lies something else, which was not read"));
}

static int inflate_some(struct sweep_source *s, unsigned char *bytes, size_t n, size_t *got, struct err *err)
{
	s->gzip->next_in = s->input + s->at;
	s->gzip->avail_in = (uint32_t)(s->have - s->at);
	s->gzip->next_out = bytes;
	s->gzip->avail_out = (uint32_t)n;
	int rc = isal_inflate(s->gzip);
	*got = n - s->gzip->avail_out;
	s->at = s->have - s->gzip->avail_in;
	if (rc == ISAL_INCORRECT_CHECKSUM)
		err_set(&s->later, ERR_INVALID, _("damaged: its checksum is not that of what it holds"));
	else if (rc != ISAL_DECOMP_OK && rc != ISAL_END_INPUT)
		return is_damaged(err);
	if (rc == ISAL_INCORRECT_CHECKSUM || s->gzip->block_state == ISAL_BLOCK_FINISH) {
		s->between = 1;
		s->members++;
		begin_gzip(s);
	}
	return 0;
}

static int unzstd_some(struct sweep_source *s, unsigned char *bytes, size_t n, size_t *got, struct err *err)
{
	ZSTD_inBuffer in = {s->input, s->have, s->at};
	ZSTD_outBuffer out = {bytes, n, 0};
	size_t rc = ZSTD_decompressStream(s->zstd, &out, &in);
	s->at = in.pos;
	*got = out.pos;
	if (ZSTD_isError(rc))
		return is_damaged(err);
	if (rc == 0) {
		s->between = 1;
		s->members++;
	}
	return 0;
}

/* Streams one behind the other, and what fills up between them, are liblzma's part. */
static int unxz_some(struct sweep_source *s, unsigned char *bytes, size_t n, size_t *got, struct err *err)
{
	s->xz.next_in = s->input + s->at;
	s->xz.avail_in = s->have - s->at;
	s->xz.next_out = bytes;
	s->xz.avail_out = n;
	lzma_ret rc = lzma_code(&s->xz, s->ended ? LZMA_FINISH : LZMA_RUN);
	*got = n - s->xz.avail_out;
	s->at = s->have - s->xz.avail_in;
	switch (rc) {
	case LZMA_STREAM_END:
		s->between = 1;
		s->members++;
		return 0;
	case LZMA_OK:
	case LZMA_BUF_ERROR: /* it wants more, or nothing more comes: then it is torn */
		return 0;
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return err_set(err, ERR_INVALID, _("over a limit: it wants %llu MB of memory to be unpacked"),
		               (unsigned long long)(lzma_memusage(&s->xz) >> 20));
	default:
		return is_damaged(err);
	}
}

static int unbzip2_some(struct sweep_source *s, unsigned char *bytes, size_t n, size_t *got, struct err *err)
{
	s->bzip2.next_in = (char *)s->input + s->at;
	s->bzip2.avail_in = (unsigned)(s->have - s->at);
	s->bzip2.next_out = (char *)bytes;
	s->bzip2.avail_out = n < UINT32_MAX ? (unsigned)n : UINT32_MAX;
	unsigned room = s->bzip2.avail_out;
	int rc = BZ2_bzDecompress(&s->bzip2);
	*got = room - s->bzip2.avail_out;
	s->at = s->have - s->bzip2.avail_in;
	if (rc == BZ_STREAM_END) {
		s->between = 1;
		s->members++;
		BZ2_bzDecompressEnd(&s->bzip2);
		s->bzip2 = (bz_stream){0};
		begin_bzip2(s);
		return 0;
	}
	return rc == BZ_OK ? 0 : is_damaged(err);
}

/* Some bytes; *got is 0 if more input is needed first. 0 or -1. */
static int unpack_some(struct sweep_source *s, unsigned char *bytes, size_t n, size_t *got, struct err *err)
{
	switch (s->packing) {
	case SWEEP_GZIP:
		return inflate_some(s, bytes, n, got, err);
	case SWEEP_ZSTD:
		return unzstd_some(s, bytes, n, got, err);
	case SWEEP_XZ:
		return unxz_some(s, bytes, n, got, err);
	default:
		return unbzip2_some(s, bytes, n, got, err);
	}
}

/* Whether a byte behind a member may begin the next one. */
static int may_begin(enum sweep_packing packing, unsigned char byte)
{
	switch (packing) {
	case SWEEP_GZIP:
		return byte == 0x1F;
	case SWEEP_BZIP2:
		return byte == 'B';
	default:
		return byte != 0;
	}
}

enum source_state { SOURCE_GOES_ON, SOURCE_STARVES, SOURCE_ENDS };

/* What stands behind the last member: padding, which another may follow; anything else that is no member is told. -1 */
static int behind_member(struct sweep_source *s, struct err *err)
{
	while (s->members && s->at < s->have && s->input[s->at] == 0)
		s->at++;
	if (s->at < s->have && (!s->members || may_begin(s->packing, s->input[s->at])))
		return SOURCE_GOES_ON;
	if (s->at < s->have)
		return has_a_tail(err);
	if (!s->ended)
		return SOURCE_STARVES;
	return s->later.code ? err_set(err, s->later.code, "%s", s->later.message) : SOURCE_ENDS;
}

ssize_t sweep_source_read(void *source, void *bytes, size_t n, struct err *err)
{
	struct sweep_source *s = source;
	if (s->packing == SWEEP_AS_IT_IS)
		return s->below->read(s->below->ctx, bytes, n, err);
	for (;;) {
		size_t got = 0;
		if (s->why.code)
			return err_set(err, s->why.code, "%s", s->why.message);
		if (refill(s, err) < 0)
			return -1;
		if (s->between) {
			int state = behind_member(s, err);
			if (state < 0 || state == SOURCE_ENDS)
				return state < 0 ? -1 : 0;
			if (state == SOURCE_STARVES)
				continue;
		}
		int starved = s->at == s->have;
		s->between = 0;
		int rc = unpack_some(s, bytes, n, &got, &s->why);
		s->given += got;
		if (s->given > SWEEP_FREE && s->given / s->ratio > s->taken)
			return sweep_source_over(s->ratio, err);
		if (got)
			return (ssize_t)got; /* what is wrong behind it comes with the next call */
		if (rc < 0)
			continue;
		if (starved && s->ended && !s->between)
			return is_torn(err);
	}
}
