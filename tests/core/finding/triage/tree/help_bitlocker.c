#include "core/finding/triage/tree/help_bitlocker.h"

#include "finding/practice/bytes_out.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define SECTOR  512U
#define HEADER  8192U /* bytes of the volume within that lie elsewhere */
#define BLOCK   65536U
#define ROUNDS  0x100000U
#define FIXED   0x01D2A24B00000000ULL /* when all of it was made: December 2016 */
#define DIGEST  32U
#define MAC     16U
#define PADDING 16U

enum entry { ENTRY_PROPERTY, ENTRY_VMK = 2, ENTRY_FVEK = 3, ENTRY_DRIVE = 7, ENTRY_HEADER = 0xf };
enum value { VALUE_KEY = 1, VALUE_TEXT, VALUE_STRETCH, VALUE_CCM = 5, VALUE_TPM, VALUE_VMK = 8, VALUE_PLACE = 0xf };

static const unsigned char made_vmk[DIGEST] = "the volume's master key, made up";
static const unsigned char made_fvek[64] = "what encrypts the sectors 128 ..and the second half of 512 bits";
static const unsigned char win7[16] = {0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a,
                                       0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01};

static void sure(int ok)
{
	if (!ok)
		abort();
}

static void sha256(const void *bytes, size_t n, unsigned char out[DIGEST])
{
	sure(EVP_Digest(bytes, n, out, NULL, EVP_sha256(), NULL) == 1);
}

/* The million rounds that make guessing slow. */
static void stretch(const unsigned char first[DIGEST], const unsigned char salt[16], unsigned char key[DIGEST])
{
	unsigned char chain[88] = "";
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);
	memcpy(chain + 32, first, DIGEST);
	memcpy(chain + 64, salt, 16);
	for (uint64_t round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < 8; i++)
			chain[80 + i] = (unsigned char)(round >> (8 * i));
		sure(EVP_DigestInit_ex2(c, md, NULL) == 1 && EVP_DigestUpdate(c, chain, sizeof chain) == 1 &&
		     EVP_DigestFinal_ex(c, chain, NULL) == 1);
	}
	memcpy(key, chain, DIGEST);
	EVP_MD_CTX_free(c);
	EVP_MD_free(md);
}

static void key_of_password(const char *password, const unsigned char salt[16], unsigned char key[DIGEST])
{
	struct buf text = BUF_INIT;
	unsigned char digest[DIGEST];
	out_utf16(&text, password);
	sha256(text.data, text.len, digest);
	sha256(digest, sizeof digest, digest);
	stretch(digest, salt, key);
	buf_release(&text);
}

static void key_of_recovery(const char *recovery, const unsigned char salt[16], unsigned char key[DIGEST])
{
	unsigned char bytes[16];
	unsigned char digest[DIGEST];
	for (unsigned i = 0; i < 8; i++) {
		unsigned long group = strtoul(recovery + 7 * i, NULL, 10);
		sure(group % 11 == 0 && group / 11 < 65536);
		bytes[2 * i] = (unsigned char)(group / 11);
		bytes[2 * i + 1] = (unsigned char)(group / 11 >> 8);
	}
	sha256(bytes, sizeof bytes, digest);
	stretch(digest, salt, key);
}

/* ---- entries of the metadata */

static size_t begin(struct buf *b, enum entry entry, enum value value)
{
	size_t at = b->len;
	out_le(b, 0, 2);
	out_le(b, entry, 2);
	out_le(b, value, 2);
	out_le(b, 1, 2);
	return at;
}

static void end(struct buf *b, size_t at)
{
	out_le_at(b, at, b->len - at, 2);
}

/* A key in a container, encrypted by another one. */
static void add_wrapped(struct buf *b, enum entry entry, const unsigned char *key, size_t n, unsigned method,
                        const unsigned char by[DIGEST], unsigned counter)
{
	struct buf held = BUF_INIT;
	unsigned char *sealed = calloc(1, n + 64);
	int got = 0;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t at = begin(b, entry, VALUE_CCM);
	size_t nonce = b->len;
	out_le(b, FIXED, 8);
	out_le(b, counter, 4);
	out_le(&held, 12 + n, 4);
	out_le(&held, 1, 4);
	out_le(&held, method, 4);
	buf_add(&held, key, n);
	sure(sealed && EVP_EncryptInit_ex(c, EVP_aes_256_ccm(), NULL, NULL, NULL) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_CCM_SET_IVLEN, 12, NULL) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_CCM_SET_TAG, MAC, NULL) == 1 &&
	     EVP_EncryptInit_ex(c, NULL, NULL, by, (const unsigned char *)b->data + nonce) == 1 &&
	     EVP_EncryptUpdate(c, NULL, &got, NULL, (int)held.len) == 1 &&
	     EVP_EncryptUpdate(c, sealed + MAC, &got, (const unsigned char *)held.data, (int)held.len) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_CCM_GET_TAG, MAC, sealed) == 1);
	buf_add(b, sealed, MAC + held.len);
	end(b, at);
	EVP_CIPHER_CTX_free(c);
	buf_release(&held);
	free(sealed);
}

static size_t begin_vmk(struct buf *b, unsigned protection, unsigned char mark)
{
	size_t at = begin(b, ENTRY_VMK, VALUE_VMK);
	for (unsigned i = 0; i < 16; i++)
		buf_addc(b, (char)(mark + i));
	out_le(b, FIXED, 8);
	out_le(b, 0, 2);
	out_le(b, protection, 2);
	return at;
}

static void add_stretched(struct buf *b, unsigned protection, const char *secret,
                          void (*key_of)(const char *secret, const unsigned char salt[16], unsigned char key[DIGEST]))
{
	unsigned char salt[16];
	unsigned char key[DIGEST];
	memset(salt, (int)(protection >> 8), sizeof salt);
	key_of(secret, salt, key);
	size_t at = begin_vmk(b, protection, (unsigned char)(protection >> 4));
	size_t inner = begin(b, ENTRY_PROPERTY, VALUE_STRETCH);
	out_le(b, protection == 0x800 ? 0x1000 : 0x1001, 4);
	buf_add(b, salt, sizeof salt);
	add_wrapped(b, ENTRY_PROPERTY, key, sizeof key, 0x2000, made_vmk, 2);
	end(b, inner);
	add_wrapped(b, ENTRY_PROPERTY, made_vmk, sizeof made_vmk, 0x2003, key, 3);
	end(b, at);
}

static void add_protectors(struct buf *b, const struct made_bitlocker *m)
{
	unsigned char key[DIGEST];
	size_t at;
	memset(key, 'k', sizeof key);
	if (m->clear) {
		at = begin_vmk(b, 0, 0);
		size_t inner = begin(b, ENTRY_PROPERTY, VALUE_KEY);
		out_le(b, 0x2002, 4);
		buf_add(b, key, sizeof key);
		end(b, inner);
		add_wrapped(b, ENTRY_PROPERTY, made_vmk, sizeof made_vmk, 0x2003, key, 4);
		end(b, at);
	}
	if (m->tpm) {
		at = begin_vmk(b, 0x100, 1);
		size_t inner = begin(b, ENTRY_PROPERTY, VALUE_TPM);
		for (unsigned i = 0; i < 200; i++)
			buf_addc(b, (char)(7 * i));
		end(b, inner);
		add_wrapped(b, ENTRY_PROPERTY, made_vmk, sizeof made_vmk, 0x2003, key, 5);
		end(b, at);
	}
	if (m->startup) {
		at = begin_vmk(b, 0x200, 2);
		add_wrapped(b, ENTRY_PROPERTY, made_vmk, sizeof made_vmk, 0x2003, key, 6);
		end(b, at);
	}
	if (m->password)
		add_stretched(b, 0x2000, m->password, key_of_password);
	if (m->recovery)
		add_stretched(b, 0x800, m->recovery, key_of_recovery);
}

static size_t key_size(enum made_method method)
{
	switch (method) {
	case MADE_CBC_128:
		return 16;
	case MADE_CBC_256:
	case MADE_XTS_128:
		return 32;
	default:
		return 64;
	}
}

/* How much of the volume is encrypted, from its beginning. */
static uint64_t encrypted_size(const struct made_bitlocker *m, uint64_t header)
{
	return m->converting ? m->size / 1024 * SECTOR : header + HEADER + 2 * m->apart + BLOCK;
}

/* One copy of the metadata, which says where the three lie, and its checksum. */
static void make_metadata(const struct made_bitlocker *m, const uint64_t places[3], uint64_t header, struct buf *b)
{
	size_t apart = 64;
	buf_adds(b, "-FVE-FS-");
	out_le(b, 0, 2);
	out_le(b, 2, 2);
	out_le(b, m->converting ? 5 : 4, 2);
	out_le(b, 4, 2);
	out_le(b, encrypted_size(m, header), 8);
	out_le(b, 0, 4);
	out_le(b, HEADER / SECTOR, 4);
	for (unsigned i = 0; i < 3; i++)
		out_le(b, places[i], 8);
	out_le(b, header, 8);
	out_le(b, 0, 4); /* its size */
	out_le(b, 1, 4);
	out_le(b, 48, 4);
	out_le(b, 0, 4);
	for (unsigned i = 0; i < 16; i++)
		buf_addc(b, (char)(0xA0 + i));
	out_le(b, 9, 4);
	out_le(b, m->method, 4);
	out_le(b, FIXED, 8);
	size_t at = begin(b, ENTRY_DRIVE, VALUE_TEXT);
	out_utf16(b, "HR-PC-03 C: 2026-11-20");
	out_le(b, 0, 2);
	end(b, at);
	add_protectors(b, m);
	add_wrapped(b, ENTRY_FVEK, made_fvek, key_size(m->method), m->method, made_vmk, 7);
	at = begin(b, ENTRY_HEADER, VALUE_PLACE);
	out_le(b, header, 8);
	out_le(b, HEADER, 8);
	end(b, at);
	out_le_at(b, apart, b->len - apart, 4);
	out_le_at(b, apart + 12, b->len - apart, 4);
	out_align(b, PADDING);
	out_le_at(b, 8, b->len / PADDING, 2);
	unsigned long sum = crc32(0, (const unsigned char *)b->data, (unsigned)b->len);
	out_le(b, 8, 2);
	out_le(b, 1, 2);
	out_le(b, sum, 4);
}

/* ---- sectors */

static void encrypt_sector(enum made_method method, unsigned char *sector, uint64_t offset)
{
	unsigned char iv[16] = "";
	int got = 0;
	int xts = method == MADE_XTS_128 || method == MADE_XTS_256;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = method == MADE_XTS_128   ? EVP_aes_128_xts()
	                           : method == MADE_XTS_256 ? EVP_aes_256_xts()
	                           : method == MADE_CBC_256 ? EVP_aes_256_cbc()
	                                                    : EVP_aes_128_cbc();
	for (unsigned i = 0; i < 8; i++)
		iv[i] = (unsigned char)((xts ? offset / SECTOR : offset) >> (8 * i));
	if (!xts)
		sure(EVP_EncryptInit_ex(c, method == MADE_CBC_256 ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), NULL,
		                        made_fvek, NULL) == 1 &&
		     EVP_CIPHER_CTX_set_padding(c, 0) == 1 && EVP_EncryptUpdate(c, iv, &got, iv, sizeof iv) == 1);
	sure(EVP_EncryptInit_ex(c, cipher, NULL, made_fvek, iv) == 1 && EVP_CIPHER_CTX_set_padding(c, 0) == 1 &&
	     EVP_EncryptUpdate(c, sector, &got, sector, SECTOR) == 1);
	EVP_CIPHER_CTX_free(c);
}

static void make_header(const struct made_bitlocker *m, const uint64_t places[3], struct buf *b)
{
	size_t at = m->to_go ? 424 : 160;
	out_zeros(b, SECTOR);
	memcpy(b->data, m->to_go ? "\xeb\x58\x90MSWIN4.1" : "\xeb\x58\x90-FVE-FS-", 11);
	out_le_at(b, 11, SECTOR, 2);
	out_le_at(b, 13, 8, 1);
	out_le_at(b, 21, 0xF8, 1);
	out_le_at(b, 24, 0x3F, 2);
	out_le_at(b, 26, 0xFF, 2);
	out_le_at(b, 36, 0x1FE0, 4);
	out_le_at(b, 48, 0x00060001, 4);
	out_le_at(b, 64, 0x80, 1);
	out_le_at(b, 66, 0x29, 1);
	memcpy(b->data + 71, "NO NAME    FAT32   ", 19);
	memcpy(b->data + at, win7, sizeof win7);
	for (unsigned i = 0; i < 3; i++)
		out_le_at(b, at + 16 + (size_t)8 * i, places[i], 8);
	out_le_at(b, 510, 0xAA55, 2);
}

void made_bitlocker(const struct made_bitlocker *wanted, struct buf *out)
{
	struct made_bitlocker m = *wanted;
	struct buf metadata = BUF_INIT;
	uint64_t places[3];
	size_t first = out->len;
	sure(m.size >= HEADER && m.size % SECTOR == 0 && first == 0);
	m.method = m.method ? m.method : MADE_XTS_128;
	m.apart = m.apart ? m.apart : BLOCK;
	uint64_t header = (m.size + 4095) / 4096 * 4096; /* its own sectors lie behind what it holds */
	for (unsigned i = 0; i < 3; i++)
		places[i] = header + HEADER + i * m.apart;
	make_header(&m, places, out);
	out_zeros(out, HEADER - SECTOR);
	buf_add(out, (const char *)m.held + HEADER, m.size - HEADER);
	out_zeros(out, header - m.size);
	buf_add(out, m.held, HEADER);
	for (uint64_t at = HEADER; at < header + HEADER && at < encrypted_size(&m, header); at += SECTOR)
		encrypt_sector(m.method, (unsigned char *)out->data + at, at);
	make_metadata(&m, places, header, &metadata);
	for (unsigned i = 0; i < 3; i++) {
		buf_add(out, metadata.data, metadata.len);
		out_zeros(out, places[i] + (i < 2 ? m.apart : BLOCK) - out->len); /* as much is read of each */
	}
	buf_release(&metadata);
}
