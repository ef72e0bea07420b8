/* What writing and reading a sealed container share: frames. */
#ifndef GENBA_EVIDENCE_IMAGE_GEV_PRIVATE_H
#define GENBA_EVIDENCE_IMAGE_GEV_PRIVATE_H

#include "base/bytes.h"
#include "evidence/image/gev.h"

#define GEV_KDF_CONTEXT "genbagev"
#define GEV_FLAG_ZSTD   1U
#define GEV_END_SIZE    72U
#define GEV_INDEX_LIMIT (512U << 20) /* bytes of an index that is read */

enum gev_frame_type { GEV_PIECE_FRAME, GEV_END_FRAME, GEV_INDEX_FRAME };

struct gev_frame {
	enum gev_frame_type type;
	uint32_t flags;
	uint64_t number;
	uint32_t plain;
	uint32_t sealed; /* with the tag */
};

/* Reads a frame's header: 0, or -1 if it is none or its lengths cannot be. */
int gev_frame_parse(struct gev_frame *f, const unsigned char header[GEV_FRAME]);

/* Seals `n` bytes (which are what stands behind the header) into a whole frame, appended to `out`. */
void gev_frame_seal(const struct gev_keys *keys, const struct gev_frame *f, const void *bytes, size_t n,
                    struct buf *out);

/* Opens the sealed bytes in place. 0, or -1: not authentic. */
int gev_frame_open(const struct gev_keys *keys, const unsigned char header[GEV_FRAME], unsigned char *sealed, size_t n);

void gev_trailer(const struct gev_keys *keys, uint64_t end, uint64_t index, unsigned char trailer[GEV_TRAILER]);

#endif
