/* Keys and frames of the sealed container. */
#include "evidence/image/gev_private.h"

#include "base/secret.h"

#include <sodium.h>
#include <string.h>

static const char gev_frame_magic[3][5] = {"GEVP", "GEVE", "GEVX"};

#define FRAME_AAD (16 + 36 + 24)

void gev_keys_init(struct gev_keys *keys, const unsigned char key[GEV_KEY], const char *case_id)
{
	memset(keys, 0, sizeof *keys);
	keys->secret = secret_alloc(64);
	crypto_kdf_derive_from_key(keys->secret, 32, 1, GEV_KDF_CONTEXT, key);
	crypto_kdf_derive_from_key(keys->secret + 32, 32, 2, GEV_KDF_CONTEXT, key);
	crypto_kdf_derive_from_key(keys->id, sizeof keys->id, 3, GEV_KDF_CONTEXT, key);
	memccpy(keys->case_id, case_id, '\0', sizeof keys->case_id - 1);
	unsigned char *h = keys->header;
	memcpy(h, "GENBAGEV\1\1\1\0", 12);
	bytes_put_le32(h + 12, DIGEST_PIECE);
	memcpy(h + 16, keys->id, 16);
	crypto_generichash(h + 32, 16, (const unsigned char *)keys->case_id, sizeof keys->case_id - 1, keys->id,
	                   sizeof keys->id);
}

void gev_keys_release(struct gev_keys *keys)
{
	secret_free(keys->secret);
	keys->secret = NULL;
}

int gev_frame_parse(struct gev_frame *f, const unsigned char header[GEV_FRAME])
{
	int type = 0;
	while (type < 3 && memcmp(header, gev_frame_magic[type], 4) != 0)
		type++;
	if (type == 3)
		return -1;
	f->type = (enum gev_frame_type)type;
	f->flags = bytes_le32(header + 4);
	f->number = bytes_le64(header + 8);
	f->plain = bytes_le32(header + 16);
	f->sealed = bytes_le32(header + 20);
	uint32_t most = type == GEV_PIECE_FRAME ? DIGEST_PIECE : type == GEV_END_FRAME ? GEV_END_SIZE : GEV_INDEX_LIMIT;
	if (f->plain > most || f->sealed < GEV_TAG || f->sealed - GEV_TAG > most || (f->flags & ~GEV_FLAG_ZSTD) ||
	    (!(f->flags & GEV_FLAG_ZSTD) && f->sealed - GEV_TAG != f->plain) || (type != GEV_PIECE_FRAME && f->flags))
		return -1;
	return 0;
}

static void make_aad(const struct gev_keys *keys, const unsigned char header[GEV_FRAME], unsigned char aad[FRAME_AAD])
{
	memcpy(aad, keys->id, 16);
	memcpy(aad + 16, keys->case_id, 36);
	memcpy(aad + 52, header, 24);
}

void gev_frame_seal(const struct gev_keys *keys, const struct gev_frame *f, const void *bytes, size_t n,
                    struct buf *out)
{
	unsigned char aad[FRAME_AAD];
	buf_grow(out, GEV_FRAME + n + GEV_TAG);
	unsigned char *h = (unsigned char *)out->data + out->len;
	memcpy(h, gev_frame_magic[f->type], 4);
	bytes_put_le32(h + 4, f->flags);
	bytes_put_le64(h + 8, f->number);
	bytes_put_le32(h + 16, f->plain);
	bytes_put_le32(h + 20, (uint32_t)n + GEV_TAG);
	randombytes_buf(h + 24, 24);
	make_aad(keys, h, aad);
	crypto_aead_xchacha20poly1305_ietf_encrypt(h + GEV_FRAME, NULL, bytes, n, aad, sizeof aad, NULL, h + 24,
	                                           keys->secret);
	out->len += GEV_FRAME + n + GEV_TAG;
	out->data[out->len] = '\0';
}

int gev_frame_open(const struct gev_keys *keys, const unsigned char header[GEV_FRAME], unsigned char *sealed, size_t n)
{
	unsigned char aad[FRAME_AAD];
	make_aad(keys, header, aad);
	return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, NULL, NULL, sealed, n, aad, sizeof aad, header + 24,
	                                                  keys->secret);
}

void gev_trailer(const struct gev_keys *keys, uint64_t end, uint64_t index, unsigned char trailer[GEV_TRAILER])
{
	memcpy(trailer, "GEVTRAIL", 8);
	bytes_put_le64(trailer + 8, end);
	bytes_put_le64(trailer + 16, index);
	crypto_generichash(trailer + 24, 24, trailer, 24, keys->secret + 32, 32);
}
