/* An E01 image as a sink: chunks are compressed by whoever has time, libewf puts them into segments. */
#include "evidence/image/ewf.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/image/source.h"

#include <errno.h>
#include <libdeflate.h>
#include <libewf.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define CHUNKS  (DIGEST_PIECE / EWF_CHUNK)
#define PACKERS 9

/* Before the compressed bytes in a packed piece: what became of each chunk. */
struct packed_chunk {
	uint32_t n;        /* compressed bytes; 0: it is stored as it is */
	uint32_t checksum; /* Adler-32 of one that is stored */
};

struct ewf_writer {
	libewf_handle_t *handle;
	char *path; /* of the first segment when it is finished */
	int level;  /* libdeflate's; 0: chunks are stored as they are */
	int quick;  /* chunks that look random are not tried */
	uint32_t sector;
	unsigned char *zeros; /* a whole chunk of zeros, compressed */
	uint32_t zeros_n;
	struct libdeflate_compressor *packers[PACKERS]; /* that nobody uses now */
	pthread_mutex_t lock;
};

/* libewf says nothing of a short write: a medium without room is one that is full. */
static int is_full(const struct ewf_writer *w)
{
	char *unfinished = ewf_unfinished(w->path);
	struct statvfs fs;
	int full = statvfs(unfinished, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < DIGEST_PIECE;
	free(unfinished);
	return full;
}

/* libewf's error as ours. */
static int ewf_write_failed(const struct ewf_writer *w, libewf_error_t *error, int number, struct err *err)
{
	char text[512] = "";
	if (error) {
		libewf_error_backtrace_sprint(error, text, sizeof text);
		text[strcspn(text, "\n")] = '\0'; /* the cause comes first */
		libewf_error_free(&error);
	}
	if (number == 0 && is_full(w))
		number = ENOSPC;
	if (number == ENOSPC || number == EROFS || number == EDQUOT || number == EFBIG)
		return err_set_errno(err, ERR_NO_SPACE, number, _("cannot write the copy '%s'"), w->path);
	return err_set(err, ERR_NO_SPACE, _("cannot write the copy '%s': %s"), w->path, text);
}

/* ---- compressing */

static struct libdeflate_compressor *take_packer(struct ewf_writer *w)
{
	struct libdeflate_compressor *packer = NULL;
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < PACKERS && !packer; i++) {
		packer = w->packers[i];
		w->packers[i] = NULL;
	}
	pthread_mutex_unlock(&w->lock);
	if (!packer && !(packer = libdeflate_alloc_compressor(w->level)))
		abort();
	return packer;
}

static void give_packer(struct ewf_writer *w, struct libdeflate_compressor *packer)
{
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < PACKERS && packer; i++)
		if (!w->packers[i]) {
			w->packers[i] = packer;
			packer = NULL;
		}
	pthread_mutex_unlock(&w->lock);
	libdeflate_free_compressor(packer);
}

/*
 * 1 if all values of a byte are about as frequent in a sample as chance has it: what was compressed or encrypted before
 * does not get smaller. Chi-square of random bytes is 255 with a deviation of 23; at the bound less than one byte in a
 * hundred could be won.
 */
static int looks_random(const unsigned char *bytes)
{
	enum { PLACES = 8, RUN = 512, BOUND = 655 };
	uint32_t counts[256] = {0};
	uint64_t squares = 0;
	for (size_t place = 0; place < PLACES; place++)
		for (size_t i = 0; i < RUN; i++)
			counts[bytes[place * (EWF_CHUNK / PLACES) + i]]++;
	for (size_t i = 0; i < 256; i++)
		squares += (uint64_t)counts[i] * counts[i];
	return squares * 256 / (PLACES * RUN) < PLACES * RUN + BOUND;
}

static int is_zero(const unsigned char *bytes, size_t n)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0;
}

static int ewf_write_pack(void *sink, struct piece *p, struct err *err)
{
	struct ewf_writer *w = sink;
	struct packed_chunk chunks[CHUNKS];
	unsigned char room[EWF_CHUNK];
	struct libdeflate_compressor *packer = w->level ? take_packer(w) : NULL;
	(void)err;
	memset(chunks, 0, sizeof chunks);
	buf_clear(&p->packed);
	buf_add(&p->packed, chunks, sizeof chunks);
	for (size_t i = 0, at = 0; at < p->n; i++, at += EWF_CHUNK) {
		const unsigned char *bytes = p->bytes + at;
		size_t n = p->n - at < EWF_CHUNK ? p->n - at : EWF_CHUNK;
		if (n == EWF_CHUNK && is_zero(bytes, n)) {
			chunks[i].n = w->zeros_n;
			buf_add(&p->packed, w->zeros, w->zeros_n);
			continue;
		}
		if (packer && n > 1 && !(w->quick && n == EWF_CHUNK && looks_random(bytes)))
			chunks[i].n = (uint32_t)libdeflate_zlib_compress(packer, bytes, n, room, n - 1);
		if (chunks[i].n)
			buf_add(&p->packed, room, chunks[i].n);
		else
			chunks[i].checksum = libdeflate_adler32(1, bytes, n);
	}
	memcpy(p->packed.data, chunks, sizeof chunks);
	if (packer)
		give_packer(w, packer);
	return 0;
}

static int write_piece(void *sink, struct piece *p, struct err *err)
{
	struct ewf_writer *w = sink;
	struct packed_chunk chunks[CHUNKS];
	memcpy(chunks, p->packed.data, sizeof chunks);
	const char *packed = p->packed.data + sizeof chunks;
	for (size_t i = 0, at = 0; at < p->n; i++, at += EWF_CHUNK) {
		libewf_error_t *error = NULL;
		unsigned char checksum[4];
		int is_packed = chunks[i].n > 0;
		size_t n = p->n - at < EWF_CHUNK ? p->n - at : EWF_CHUNK;
		errno = 0;
		if (libewf_handle_write_chunk(w->handle, is_packed ? (const void *)packed : p->bytes + at,
		                              is_packed ? chunks[i].n : n, n, (int8_t)is_packed, checksum,
		                              chunks[i].checksum, (int8_t)!is_packed, &error) < 0)
			return ewf_write_failed(w, error, errno, err);
		packed += chunks[i].n;
	}
	return 0;
}

const struct sink_ops ewf_sink = {ewf_write_pack, write_piece, NULL};

/* ---- beginning and end */

/* The header's own separators are tab and line end; printable text has neither. */
static int set_words(struct ewf_writer *w, const struct ewf_options *o, libewf_error_t **error)
{
	const struct {
		const char *name;
		const char *value;
	} words[] = {{"case_number", o->case_number},
	             {"evidence_number", o->evidence_number},
	             {"examiner_name", o->examiner},
	             {"description", o->description},
	             {"notes", o->notes},
	             {"acquiry_operating_system", "Linux"},
	             {"acquiry_software_version", o->software}};
	int rc = 1;
	for (size_t i = 0; rc == 1 && i < sizeof words / sizeof *words; i++) {
		char *text = words[i].value && *words[i].value ? printable_dup(words[i].value) : NULL;
		if (text)
			rc = libewf_handle_set_utf8_header_value(w->handle, (const uint8_t *)words[i].name,
			                                         strlen(words[i].name), (const uint8_t *)text,
			                                         strlen(text), error);
		free(text);
	}
	return rc;
}

/* Bytes that are no whole number of sectors would be cut off: such an image counts in bytes. */
static uint32_t sector_of(uint64_t size)
{
	return size != SOURCE_UNKNOWN && size % SOURCE_SECTOR == 0 ? SOURCE_SECTOR : 1;
}

static int set_media(struct ewf_writer *w, const struct ewf_options *o, libewf_error_t **error)
{
	static const int8_t levels[] = {LIBEWF_COMPRESSION_NONE, LIBEWF_COMPRESSION_FAST, LIBEWF_COMPRESSION_BEST};
	uint8_t guid[16];
	randombytes_buf(guid, sizeof guid);
	return libewf_handle_set_format(w->handle, LIBEWF_FORMAT_ENCASE6, error) == 1 &&
	       libewf_handle_set_bytes_per_sector(w->handle, w->sector, error) == 1 &&
	       libewf_handle_set_sectors_per_chunk(w->handle, EWF_CHUNK / w->sector, error) == 1 &&
	       libewf_handle_set_error_granularity(w->handle, 1, error) == 1 &&
	       libewf_handle_set_compression_values(w->handle, levels[o->compression], 0, error) == 1 &&
	       libewf_handle_set_maximum_segment_size(w->handle, o->segment, error) == 1 &&
	       libewf_handle_set_media_type(w->handle, LIBEWF_MEDIA_TYPE_FIXED, error) == 1 &&
	       libewf_handle_set_media_flags(w->handle, o->device ? LIBEWF_MEDIA_FLAG_PHYSICAL : 0, error) == 1 &&
	       libewf_handle_set_segment_file_set_identifier(w->handle, guid, sizeof guid, error) == 1 &&
	       (o->size == SOURCE_UNKNOWN || libewf_handle_set_media_size(w->handle, o->size, error) == 1);
}

static void pack_zeros(struct ewf_writer *w)
{
	unsigned char chunk[EWF_CHUNK] = {0};
	struct libdeflate_compressor *packer = libdeflate_alloc_compressor(9);
	if (!packer)
		abort();
	w->zeros = xmalloc(EWF_CHUNK);
	w->zeros_n = (uint32_t)libdeflate_zlib_compress(packer, chunk, sizeof chunk, w->zeros, EWF_CHUNK);
	libdeflate_free_compressor(packer);
}

struct ewf_writer *ewf_writer_begin(const char *first, const struct ewf_options *o, struct err *err)
{
	static const int levels[] = {0, 1, 8}; /* 8: the size of zlib's 9, which other writers call best */
	libewf_error_t *error = NULL;
	struct ewf_writer *w = xcalloc(1, sizeof *w);
	w->path = xstrdup(first);
	w->level = levels[o->compression];
	w->quick = o->compression == EWF_FAST;
	w->sector = sector_of(o->size);
	pthread_mutex_init(&w->lock, NULL);
	pack_zeros(w);
	char *unfinished = ewf_unfinished(first);
	if (access(unfinished, F_OK) == 0) {
		err_set_errno(err, ERR_EXISTS, EEXIST, _("cannot write the copy '%s'"), unfinished);
		free(unfinished);
		ewf_writer_free(w);
		return NULL;
	}
	unfinished[strlen(unfinished) - 4] = '\0'; /* libewf adds the endings */
	char *names[] = {unfinished};
	errno = 0;
	int ok = libewf_handle_initialize(&w->handle, &error) == 1 &&
	         libewf_handle_open(w->handle, names, 1, LIBEWF_OPEN_WRITE, &error) == 1 && set_media(w, o, &error) &&
	         set_words(w, o, &error) == 1;
	free(unfinished);
	if (ok)
		return w;
	ewf_write_failed(w, error, errno, err);
	ewf_writer_free(w);
	return NULL;
}

static int set_digests(struct ewf_writer *w, const struct digest_result *digests, libewf_error_t **error)
{
	unsigned char digest[20];
	sodium_hex2bin(digest, sizeof digest, digests->md5, strlen(digests->md5), NULL, NULL, NULL);
	if (libewf_handle_set_md5_hash(w->handle, digest, 16, error) != 1)
		return -1;
	sodium_hex2bin(digest, sizeof digest, digests->sha1, strlen(digests->sha1), NULL, NULL, NULL);
	return *digests->sha1 && libewf_handle_set_sha1_hash(w->handle, digest, 20, error) != 1 ? -1 : 0;
}

int ewf_writer_finish(struct ewf_writer *w, const struct digest_result *digests, const struct ranges *unreadable,
                      struct err *err)
{
	libewf_error_t *error = NULL;
	int ok = 1;
	for (size_t i = 0; ok && i < unreadable->count; i++) {
		uint64_t from = unreadable->items[i].offset / w->sector;
		uint64_t to = (unreadable->items[i].offset + unreadable->items[i].length + w->sector - 1) / w->sector;
		ok = libewf_handle_append_acquiry_error(w->handle, from, to - from, &error) == 1;
	}
	errno = 0;
	ok = ok && set_digests(w, digests, &error) == 0 && libewf_handle_write_finalize(w->handle, &error) >= 0 &&
	     libewf_handle_close(w->handle, &error) == 0;
	return ok ? 0 : ewf_write_failed(w, error, errno, err);
}

void ewf_writer_free(struct ewf_writer *w)
{
	if (!w)
		return;
	if (w->handle)
		libewf_handle_free(&w->handle, NULL); /* closes what is open */
	for (int i = 0; i < PACKERS; i++)
		libdeflate_free_compressor(w->packers[i]);
	pthread_mutex_destroy(&w->lock);
	free(w->zeros);
	free(w->path);
	free(w);
}
