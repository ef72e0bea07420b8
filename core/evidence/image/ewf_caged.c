/*
 * libewf in the cage: says what an image is, then streams its media.
 *
 * The first line is {"size", "md5", "sha1", "words", "unreadable", "more", "corrupted"}.
 * Then, MiB by MiB from where the request says: a line {"bad": [[offset, bytes], …]}
 * where something is damaged, and the bytes, zeros in the damaged places.
 */
#include "evidence/image/ewf.h"

#include "base/codepage.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "evidence/image/salvage/ewf_salvage.h"

#include <libewf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MOST  64
#define RANGES_MOST 10000
#define CHUNK_MOST  (64U << 20) /* bytes of a chunk; libewf takes as much memory for each that it reads */
#ifndef GIVE_UP                 /* a fuzzer gives up sooner */
#define GIVE_UP (64ULL << 20)   /* that many damaged bytes in a row: nothing more is there */
#endif

struct image {
	struct worker *w;
	libewf_handle_t *handle; /* NULL: libewf does not open it, and the salvage reads all of it */
	uint64_t size;
	uint64_t sector;
	uint32_t checksum_errors;    /* that were there at the last look */
	struct ewf_salvage *salvage; /* of an image that was cut off; or NULL */
};

static int ewf_caged_failed(libewf_error_t *error, const char *what, struct err *err)
{
	char text[512] = "";
	if (error) {
		libewf_error_backtrace_sprint(error, text, sizeof text);
		text[strcspn(text, "\n")] = '\0'; /* the cause comes first */
		libewf_error_free(&error);
	}
	return err_set(err, ERR_DAMAGED, "%s: %s", what, text);
}

static json_t *text_value(const void *text, size_t room)
{
	size_t n = strnlen(text, room);
	json_t *value = json_stringn(text, n);
	return value ? value : json_string("?"); /* not UTF-8 */
}

/* Forms whose header is in Unicode as well. */
static int has_unicode_header(struct image *m)
{
	uint8_t format = LIBEWF_FORMAT_UNKNOWN;
	if (libewf_handle_get_format(m->handle, &format, NULL) != 1)
		return 0;
	return (format >= LIBEWF_FORMAT_ENCASE4 && format <= LIBEWF_FORMAT_ENCASE7) ||
	       (format >= LIBEWF_FORMAT_LOGICAL_ENCASE5 && format <= LIBEWF_FORMAT_LOGICAL_ENCASE7) ||
	       (format >= LIBEWF_FORMAT_LINEN5 && format <= LIBEWF_FORMAT_LINEN7) || format == LIBEWF_FORMAT_EWFX;
}

/* The values of a header without a code page, decoded by what all of them together can be. */
static void decode_words(json_t *words)
{
	struct buf all = BUF_INIT;
	struct buf bytes = BUF_INIT;
	const char *name;
	json_t *value;
	int fits = 1;
	json_object_foreach(words, name, value) {
		fits &= codepage_undo(json_string_value(value), &all) == 0;
		buf_addc(&all, '\n');
	}
	enum codepage page = codepage_guess(all.data, all.len);
	json_object_foreach(words, name, value) {
		struct buf text = BUF_INIT;
		buf_clear(&bytes);
		if (fits && codepage_undo(json_string_value(value), &bytes) == 0) {
			codepage_decode(page, bytes.data, bytes.len, &text);
			json_string_setn(value, text.data, text.len);
		}
		buf_release(&text);
	}
	buf_release(&bytes);
	buf_release(&all);
}

static json_t *read_words(struct image *m)
{
	json_t *words = json_object();
	uint32_t count = 0;
	if (!m->handle || libewf_handle_get_number_of_header_values(m->handle, &count, NULL) != 1)
		return words;
	for (uint32_t i = 0; i < count && i < WORDS_MOST; i++) {
		uint8_t name[64] = "";
		uint8_t value[1024] = "";
		size_t n = 0;
		if (libewf_handle_get_header_value_identifier_size(m->handle, i, &n, NULL) != 1 || n == 0 ||
		    n > sizeof name || libewf_handle_get_header_value_identifier(m->handle, i, name, n, NULL) != 1 ||
		    !text_is_utf8(name, strnlen((char *)name, n)) ||
		    libewf_handle_get_utf8_header_value(m->handle, name, strnlen((char *)name, n), value, sizeof value,
		                                        NULL) != 1)
			continue;
		if (*value)
			json_object_set_new(words, (char *)name, text_value(value, sizeof value));
	}
	if (!has_unicode_header(m))
		decode_words(words);
	return words;
}

static json_t *read_hash(struct image *m, const char *name)
{
	uint8_t value[96] = "";
	if (!m->handle || libewf_handle_get_utf8_hash_value(m->handle, (const uint8_t *)name, strlen(name), value,
	                                                    sizeof value, NULL) != 1)
		return json_string("");
	return text_value(value, sizeof value);
}

static json_t *range(struct image *m, uint64_t first, uint64_t count)
{
	uint64_t most = m->size / m->sector;
	if (first > most)
		first = most;
	if (count > most - first)
		count = most - first;
	uint64_t from = first * m->sector;
	uint64_t length = count * m->sector;
	return json_pack("[I, I]", (json_int_t)from, (json_int_t)length);
}

/* *more: how many there are beyond those. */
static json_t *read_unreadable(struct image *m, uint32_t *more)
{
	json_t *list = json_array();
	uint32_t count = 0;
	if (m->handle)
		libewf_handle_get_number_of_acquiry_errors(m->handle, &count, NULL);
	*more = count > RANGES_MOST ? count - RANGES_MOST : 0;
	for (uint32_t i = 0; i < count && i < RANGES_MOST; i++) {
		uint64_t first = 0;
		uint64_t sectors = 0;
		if (libewf_handle_get_acquiry_error(m->handle, i, &first, &sectors, NULL) == 1)
			json_array_append_new(list, range(m, first, sectors));
	}
	return list;
}

static int say_about(struct image *m, struct err *err)
{
	int corrupted = !m->handle || libewf_handle_segment_files_corrupted(m->handle, NULL) == 1;
	uint32_t more;
	json_t *unreadable = read_unreadable(m, &more);
	return worker_emit_take(m->w,
	                        json_pack("{s:I, s:o, s:o, s:o, s:o, s:I, s:b}", "size", (json_int_t)m->size, "md5",
	                                  read_hash(m, "MD5"), "sha1", read_hash(m, "SHA1"), "words", read_words(m),
	                                  "unreadable", unreadable, "more", (json_int_t)more, "corrupted", corrupted),
	                        err);
}

/*
 * The damaged sectors that reading this piece has found. libewf joins neighbours, so that the last range that was there
 * before may have grown.
 */
static void new_checksum_errors(struct image *m, uint64_t offset, size_t n, json_t *bad)
{
	uint32_t count = 0;
	uint64_t end = offset;
	if (!m->handle)
		return;
	libewf_handle_get_number_of_checksum_errors(m->handle, &count, NULL);
	for (uint32_t i = m->checksum_errors ? m->checksum_errors - 1 : 0; i < count; i++) {
		uint64_t first = 0;
		uint64_t sectors = 0;
		if (libewf_handle_get_checksum_error(m->handle, i, &first, &sectors, NULL) != 1 ||
		    first > m->size / m->sector || sectors > m->size / m->sector + 1)
			continue;
		uint64_t from = first * m->sector > end ? first * m->sector : end;
		uint64_t to = (first + sectors) * m->sector < offset + n ? (first + sectors) * m->sector : offset + n;
		if (from < to)
			json_array_append_new(bad, json_pack("[I, I]", (json_int_t)from, (json_int_t)(to - from)));
		end = from < to ? to : end;
	}
	m->checksum_errors = count;
}

/* libewf takes chunks that its tables do not tell of for zeros, or fails at them. */
static int read_at(struct image *m, unsigned char *bytes, size_t n, uint64_t offset)
{
	uint64_t first = m->salvage ? ewf_salvage_first(m->salvage) : UINT64_MAX;
	while (n > 0) {
		libewf_error_t *error = NULL;
		if (offset >= first)
			return ewf_salvage_read(m->salvage, offset, bytes, n);
		size_t part = n < first - offset ? n : (size_t)(first - offset);
		ssize_t got = libewf_handle_read_random(m->handle, bytes, part, (off64_t)offset, &error);
		libewf_error_free(&error);
		if (got <= 0 || (size_t)got > part)
			return -1;
		bytes += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* One MiB; what cannot be read as a whole is read chunk by chunk. */
static void read_piece(struct image *m, unsigned char *bytes, size_t n, uint64_t offset, json_t *bad)
{
	if (read_at(m, bytes, n, offset) == 0)
		new_checksum_errors(m, offset, n, bad);
	else
		for (size_t at = 0; at < n; at += EWF_CHUNK) {
			size_t part = n - at < EWF_CHUNK ? n - at : EWF_CHUNK;
			if (read_at(m, bytes + at, part, offset + at) == 0) {
				new_checksum_errors(m, offset + at, part, bad);
				continue;
			}
			memset(bytes + at, 0, part);
			uint64_t from = offset + at;
			json_array_append_new(bad, json_pack("[I, I]", (json_int_t)from, (json_int_t)part));
		}
}

static uint64_t total(const json_t *ranges)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < json_array_size(ranges); i++)
		sum += (uint64_t)json_integer_value(json_array_get(json_array_get(ranges, i), 1));
	return sum;
}

static int stream(struct image *m, uint64_t from, struct err *err)
{
	unsigned char *bytes = xmalloc(DIGEST_PIECE);
	uint64_t damaged = 0;
	int rc = 0;
	for (uint64_t at = from; rc == 0 && at < m->size; at += DIGEST_PIECE) {
		json_t *bad = json_array();
		size_t n = m->size - at < DIGEST_PIECE ? (size_t)(m->size - at) : DIGEST_PIECE;
		read_piece(m, bytes, n, at, bad);
		damaged = total(bad) >= n ? damaged + n : 0;
		if (damaged > GIVE_UP)
			rc = err_set(err, ERR_DAMAGED,
			             _("the image says that it holds %llu bytes, but nothing can be read from byte "
			               "%llu on: it was cut short, or segments are missing"),
			             (unsigned long long)m->size, (unsigned long long)(at + n - damaged));
		if (rc == 0 && json_array_size(bad))
			rc = worker_emit_take(m->w, json_pack("{s:O}", "bad", bad), err);
		if (rc == 0)
			rc = worker_emit_raw(m->w, bytes, n, err);
		json_decref(bad);
	}
	free(bytes);
	return rc;
}

static int *inputs(struct image *m, size_t *count)
{
	*count = worker_input_count(m->w);
	int *fds = xcalloc(*count + 1, sizeof *fds);
	for (size_t i = 0; i < *count; i++)
		fds[i] = worker_input_at(m->w, i);
	return fds;
}

static void find_lost(struct image *m, uint32_t chunk)
{
	size_t count;
	int *fds = inputs(m, &count);
	m->salvage = ewf_salvage_open(fds, count, m->size, chunk);
	free(fds);
}

/* One that was cut through a table is not tried with libewf, which would close the descriptors at its failure. */
static int open_without_libewf(struct image *m)
{
	struct ewf_salvage_media media;
	size_t count;
	int *fds = inputs(m, &count);
	m->salvage = ewf_salvage_open_alone(fds, count, &media);
	free(fds);
	if (!m->salvage)
		return -1;
	m->size = media.size;
	m->sector = media.sector;
	return 0;
}

static int open_image(struct image *m, struct err *err)
{
	libewf_error_t *error = NULL;
	size_t count = worker_input_count(m->w);
	if (open_without_libewf(m) == 0)
		return 0;
	char **names = xcalloc(count + 1, sizeof *names);
	size64_t size = 0;
	uint32_t sector = 0;
	uint32_t chunk = 0;
	for (size_t i = 0; i < count; i++)
		names[i] = worker_input_name(i);
	int ok = libewf_handle_initialize(&m->handle, &error) == 1 &&
	         libewf_handle_set_header_codepage(m->handle, LIBEWF_CODEPAGE_WINDOWS_1256, &error) == 1 &&
	         libewf_handle_open(m->handle, names, (int)count, LIBEWF_OPEN_READ, &error) == 1 &&
	         libewf_handle_get_media_size(m->handle, &size, &error) == 1 &&
	         libewf_handle_get_bytes_per_sector(m->handle, &sector, &error) == 1 &&
	         libewf_handle_get_chunk_size(m->handle, &chunk, &error) == 1;
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	if (!ok)
		return ewf_caged_failed(error, _("the image cannot be opened"), err);
	if (size > INT64_MAX || sector == 0)
		return err_set(err, ERR_DAMAGED, _("the image says that it has an impossible size"));
	if (chunk > CHUNK_MOST)
		return err_set(err, ERR_DAMAGED, _("the image says that its chunks have %u bytes, which none has"),
		               chunk);
	libewf_handle_set_read_zero_chunk_on_error(m->handle, 1, NULL);
	m->size = size;
	m->sector = sector;
	find_lost(m, chunk);
	return 0;
}

static void close_image(struct image *m)
{
	ewf_salvage_close(m->salvage);
	if (!m->handle)
		return;
	libewf_handle_close(m->handle, NULL);
	libewf_handle_free(&m->handle, NULL);
}

/* ---- for a job of another room */

struct ewf_caged {
	struct image image;
};

struct ewf_caged *ewf_caged_open(struct worker *w, struct err *err)
{
	struct ewf_caged *e = xcalloc(1, sizeof *e);
	e->image.w = w;
	if (open_image(&e->image, err) == 0)
		return e;
	ewf_caged_close(e);
	return NULL;
}

uint64_t ewf_caged_size(const struct ewf_caged *e)
{
	return e->image.size;
}

int ewf_caged_read(struct ewf_caged *e, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	if (read_at(&e->image, bytes, n, offset) == 0)
		return 0;
	return err_set(err, ERR_DAMAGED, _("the image cannot be read at byte %llu"), (unsigned long long)offset);
}

void ewf_caged_close(struct ewf_caged *e)
{
	close_image(&e->image);
	free(e);
}

static int run(struct worker *w, struct err *err)
{
	struct image m = {.w = w};
	uint64_t from = (uint64_t)json_integer_value(json_object_get(worker_request(w), "from"));
	int rc = open_image(&m, err) < 0 || say_about(&m, err) < 0 ? -1 : stream(&m, from, err);
	close_image(&m);
	return rc;
}

const struct worker_job ewf_job = {.name = "ewf", .prepare = codepage_prepare, .run = run};
