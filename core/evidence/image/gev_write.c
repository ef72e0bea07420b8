/* Writing a sealed container, frame after frame, to a file, to volumes or to a pipe; also going on with one. */
#include "evidence/image/gev_private.h"

#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

static int gev_write_append(struct gev_writer *w, const void *bytes, size_t n, struct err *err)
{
	const unsigned char *p = bytes;
	if (w->volume && volume_write(w->volume, w->position, bytes, n, err) < 0)
		return -1;
	for (size_t done = 0; !w->volume && done < n;) {
		ssize_t written = write(w->fd, p + done, n - done);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return err_set_errno(err, ERR_NO_SPACE, errno, _("cannot write the sealed container"));
		done += (size_t)written;
	}
	w->position += n;
	return 0;
}

static void gev_write_begin(struct gev_writer *w, struct volume *volume, int fd, const unsigned char key[GEV_KEY],
                            const char *case_id)
{
	memset(w, 0, sizeof *w);
	gev_keys_init(&w->keys, key, case_id);
	w->volume = volume;
	w->fd = fd;
	buf_init(&w->offsets);
	pthread_mutex_init(&w->lock, NULL);
}

int gev_writer_begin(struct gev_writer *w, struct volume *volume, int fd, const unsigned char key[GEV_KEY],
                     const char *case_id, struct err *err)
{
	gev_write_begin(w, volume, fd, key, case_id);
	return gev_write_append(w, w->keys.header, GEV_HEADER, err);
}

/* zstd's contexts are large: they are used again. */
static ZSTD_CCtx *take_packer(struct gev_writer *w)
{
	ZSTD_CCtx *packer = NULL;
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < GEV_PACKERS && !packer; i++) {
		packer = w->packers[i];
		w->packers[i] = NULL;
	}
	pthread_mutex_unlock(&w->lock);
	if (!packer && !(packer = ZSTD_createCCtx()))
		abort();
	return packer;
}

static void give_packer(struct gev_writer *w, ZSTD_CCtx *packer)
{
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < GEV_PACKERS && packer; i++)
		if (!w->packers[i]) {
			w->packers[i] = packer;
			packer = NULL;
		}
	pthread_mutex_unlock(&w->lock);
	ZSTD_freeCCtx(packer);
}

static int gev_write_pack(void *sink, struct piece *p, struct err *err)
{
	struct gev_writer *w = sink;
	(void)err;
	struct gev_frame f = {GEV_PIECE_FRAME, GEV_FLAG_ZSTD, p->index, (uint32_t)p->n, 0};
	size_t room = ZSTD_compressBound(DIGEST_PIECE);
	unsigned char *small = xmalloc(room);
	ZSTD_CCtx *packer = take_packer(w);
	size_t n = ZSTD_compressCCtx(packer, small, room, p->bytes, p->n, 1);
	give_packer(w, packer);
	if (ZSTD_isError(n) || n >= p->n)
		f.flags = 0;
	buf_clear(&p->packed);
	gev_frame_seal(&w->keys, &f, f.flags ? small : p->bytes, f.flags ? n : p->n, &p->packed);
	free(small);
	return 0;
}

static int write_piece(void *sink, struct piece *p, struct err *err)
{
	struct gev_writer *w = sink;
	unsigned char offset[8];
	bytes_put_le64(offset, w->position);
	if (gev_write_append(w, p->packed.data, p->packed.len, err) < 0)
		return -1;
	buf_add(&w->offsets, offset, sizeof offset);
	w->size += p->n;
	return 0;
}

static int sync_written(void *sink, struct err *err)
{
	struct gev_writer *w = sink;
	return w->volume ? volume_sync(w->volume, err) : 0;
}

const struct sink_ops gev_sink = {gev_write_pack, write_piece, sync_written};

int gev_writer_add(struct gev_writer *w, const void *bytes, size_t n, struct err *err)
{
	struct piece p = {.index = w->offsets.len / 8, .n = n, .packed = BUF_INIT};
	p.bytes = xmalloc(DIGEST_PIECE);
	memcpy(p.bytes, bytes, n);
	gev_write_pack(w, &p, err);
	int rc = write_piece(w, &p, err);
	sodium_memzero(p.bytes, n);
	free(p.bytes);
	buf_release(&p.packed);
	return rc;
}

int gev_writer_resume(struct gev_writer *w, struct volume *volume, uint64_t count, const unsigned char key[GEV_KEY],
                      const char *case_id, unsigned char *last, struct err *err)
{
	struct gev g;
	size_t n = 0;
	gev_write_begin(w, volume, -1, key, case_id);
	if (gev_open(&g, volume_read, volume, volume->size, key, case_id, err) < 0) {
		gev_writer_release(w);
		return -1;
	}
	int rc = g.count >= count ? 0
	                          : err_set(err, ERR_DAMAGED, _("the unfinished container holds %llu pieces, not %llu"),
	                                    (unsigned long long)g.count, (unsigned long long)count);
	for (uint64_t i = 0; rc == 0 && i < count; i++)
		if (bytes_le64((unsigned char *)g.offsets.data + i * 8) == 0)
			rc = err_set(err, ERR_DAMAGED, _("piece %llu of the unfinished container is damaged"),
			             (unsigned long long)i);
	if (rc == 0 && count)
		rc = gev_piece(&g, count - 1, last, &n, err);
	if (rc == 0 && count && n != DIGEST_PIECE)
		rc = err_set(err, ERR_DAMAGED, _("piece %llu of the unfinished container is damaged"),
		             (unsigned long long)(count - 1));
	if (rc == 0) {
		w->position = GEV_HEADER;
		if (count) { /* the place behind the last piece */
			unsigned char header[GEV_FRAME];
			uint64_t at = bytes_le64((unsigned char *)g.offsets.data + (count - 1) * 8);
			if (volume_read(volume, header, GEV_FRAME, at) == GEV_FRAME)
				w->position = at + GEV_FRAME + bytes_le32(header + 20);
			else
				rc = err_set(err, ERR_DAMAGED, _("the unfinished container cannot be read"));
		}
		buf_add(&w->offsets, g.offsets.data, (size_t)count * 8);
		w->size = count * DIGEST_PIECE;
	}
	gev_close(&g);
	if (rc == 0)
		rc = volume_truncate(volume, w->position, err);
	if (rc < 0)
		gev_writer_release(w);
	return rc;
}

int gev_writer_finish(struct gev_writer *w, const struct digest_result *digests, struct err *err)
{
	unsigned char end[GEV_END_SIZE];
	unsigned char trailer[GEV_TRAILER];
	struct buf frames = BUF_INIT;
	uint64_t count = w->offsets.len / 8;
	memset(end, 0, sizeof end);
	bytes_put_le64(end, w->size);
	sodium_hex2bin(end + 8, 32, digests->sha256, strlen(digests->sha256), NULL, NULL, NULL);
	sodium_hex2bin(end + 40, 32, digests->piece_root, strlen(digests->piece_root), NULL, NULL, NULL);
	struct gev_frame f = {GEV_END_FRAME, 0, count, sizeof end, 0};
	uint64_t end_at = w->position;
	gev_frame_seal(&w->keys, &f, end, sizeof end, &frames);
	uint64_t index_at = w->position + frames.len;
	f = (struct gev_frame){GEV_INDEX_FRAME, 0, count, (uint32_t)w->offsets.len, 0};
	gev_frame_seal(&w->keys, &f, w->offsets.data, w->offsets.len, &frames);
	gev_trailer(&w->keys, end_at, index_at, trailer);
	buf_add(&frames, trailer, sizeof trailer);
	int rc = gev_write_append(w, frames.data, frames.len, err);
	buf_release(&frames);
	return rc;
}

void gev_writer_release(struct gev_writer *w)
{
	for (int i = 0; i < GEV_PACKERS; i++)
		ZSTD_freeCCtx(w->packers[i]);
	buf_release(&w->offsets);
	gev_keys_release(&w->keys);
	pthread_mutex_destroy(&w->lock);
	memset(w, 0, sizeof *w);
}
