#include "evidence/image/spool.h"

#include "base/err.h"
#include "base/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void spool_begin(struct spool *s, uint64_t limit, const char *dir, const char *name, const char *case_id)
{
	memset(s, 0, sizeof *s);
	buf_init(&s->memory);
	buf_init(&s->result.pieces);
	s->limit = limit;
	s->digest = digest_new(DIGEST_PIECES);
	s->dir = dir;
	s->name = name;
	s->case_id = case_id;
}

static int begin_container(struct spool *s, struct err *err)
{
	s->path = volume_choose_name(s->dir, s->name, ".gev");
	if (volume_create(&s->volume, s->path, 0, err) < 0)
		return -1;
	s->key = secret_alloc(GEV_KEY);
	randombytes_buf(s->key, GEV_KEY);
	return gev_writer_begin(&s->sealed, &s->volume, -1, s->key, s->case_id, err);
}

static int write_pieces(struct spool *s, size_t least, struct err *err)
{
	size_t done = 0;
	while (s->memory.len - done >= least && s->memory.len > done) {
		size_t n = s->memory.len - done < DIGEST_PIECE ? s->memory.len - done : DIGEST_PIECE;
		if (gev_writer_add(&s->sealed, s->memory.data + done, n, err) < 0)
			return -1;
		done += n;
	}
	memmove(s->memory.data, s->memory.data + done, s->memory.len - done);
	if (done)
		buf_truncate(&s->memory, s->memory.len - done);
	return 0;
}

int spool_add(struct spool *s, const void *bytes, size_t n, struct err *err)
{
	digest_add(s->digest, bytes, n);
	buf_add(&s->memory, bytes, n);
	s->size += n;
	if (!s->path && s->size > s->limit && begin_container(s, err) < 0)
		return -1;
	return s->path ? write_pieces(s, DIGEST_PIECE, err) : 0;
}

int spool_end(struct spool *s, struct err *err)
{
	digest_end(s->digest, &s->result);
	if (!s->path)
		return 0;
	return write_pieces(s, 1, err) < 0 || gev_writer_finish(&s->sealed, &s->result, err) < 0 ||
	               volume_finish(&s->volume, err) < 0
	           ? -1
	           : 0;
}

void spool_release(struct spool *s)
{
	if (s->sealed.keys.secret)
		gev_writer_release(&s->sealed);
	if (s->volume.path)
		volume_close(&s->volume, 1);
	digest_free(s->digest);
	digest_result_release(&s->result);
	secret_free(s->key);
	buf_release(&s->memory);
	free(s->path);
}
