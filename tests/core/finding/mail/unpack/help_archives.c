#include "help_archives.h"

#include "base/err.h"
#include "base/json.h"
#include "finding/mail/mails.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <bzlib.h>
#include <cmocka.h>
#include <lzma.h>
#include <zlib.h>

void make_7z(struct buf *out, const char *const *names, const char *content, size_t n)
{
	size_t used = 0;
	struct archive *a = archive_write_new();
	buf_grow(out, 1 << 20);
	archive_write_set_format_7zip(a);
	assert_int_equal(archive_write_open_memory(a, out->data, 1 << 20, &used), ARCHIVE_OK);
	for (; *names; names++) {
		struct archive_entry *e = archive_entry_new();
		archive_entry_set_pathname(e, *names);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, (la_int64_t)n);
		assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
		assert_int_equal(archive_write_data(a, content, n), (int)n);
		archive_entry_free(e);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	out->len = used;
}

/* A tar of one file. */
void make_tar(struct buf *out, const char *name, const char *content, size_t n)
{
	char head[512] = "";
	unsigned sum = 8 * ' '; /* where the sum itself stands */
	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "0000644");
	snprintf(head + 124, 12, "%011zo", n);
	memcpy(head + 156, "0\0", 2);
	memcpy(head + 257,
	       "ustar\0"
	       "00",
	       8);
	for (size_t i = 0; i < sizeof head; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(out, head, sizeof head);
	buf_add(out, content, n);
	memset(head, 0, sizeof head);
	buf_add(out, head, 512 - n % 512);
	buf_add(out, head, 512);
	buf_add(out, head, 512);
}

void pack_xz(const struct buf *in, struct buf *out)
{
	size_t n = 0;
	buf_grow(out, in->len + 4096);
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, (const uint8_t *)in->data, in->len,
	                                         (uint8_t *)out->data, &n, in->len + 4096),
	                 LZMA_OK);
	out->len = n;
}

void pack_bz2(const struct buf *in, struct buf *out)
{
	unsigned n = (unsigned)in->len + 4096;
	buf_grow(out, n);
	assert_int_equal(BZ2_bzBuffToBuffCompress(out->data, &n, in->data, (unsigned)in->len, 9, 0, 0), BZ_OK);
	out->len = n;
}

void le(struct buf *b, unsigned long value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_addc(b, (char)(value & 0xFF));
}

/* Stored entries of one content. */
void make_zip(struct buf *b, const char *const *names, const char *content, size_t n)
{
	struct buf central = BUF_INIT;
	unsigned long sum = crc32(0, (const Bytef *)content, (uInt)n);
	size_t count = 0;
	for (; names[count]; count++) {
		size_t length = strlen(names[count]);
		buf_add(&central, "PK\1\2", 4);
		le(&central, 20, 2), le(&central, 20, 2), le(&central, 0, 2), le(&central, 0, 2), le(&central, 0, 4);
		le(&central, sum, 4), le(&central, n, 4), le(&central, n, 4), le(&central, length, 2);
		le(&central, 0, 8), le(&central, 0, 4), le(&central, b->len, 4);
		buf_adds(&central, names[count]);
		buf_add(b, "PK\3\4", 4);
		le(b, 20, 2), le(b, 0, 2), le(b, 0, 2), le(b, 0, 4), le(b, sum, 4), le(b, n, 4), le(b, n, 4);
		le(b, length, 2), le(b, 0, 2);
		buf_adds(b, names[count]);
		buf_add(b, content, n);
	}
	unsigned long at = b->len;
	buf_add(b, central.data, central.len);
	buf_add(b, "PK\5\6", 4);
	le(b, 0, 2), le(b, 0, 2), le(b, count, 2), le(b, count, 2), le(b, central.len, 4), le(b, at, 4), le(b, 0, 2);
	buf_release(&central);
}

/* A mail with the file. */
static void make_mail(struct buf *out, const char *name, const struct buf *file)
{
	buf_addf(out,
	         "From: a@x.co.jp\nSubject: s\nContent-Type: multipart/mixed; boundary=bbb\n\n--bbb\n\ntext\n--bbb\n"
	         "Content-Type: application/octet-stream; name=%s\n\n",
	         name);
	buf_add(out, file->data, file->len);
	buf_adds(out, "\n--bbb--\n");
}

static const struct buf *given; /* what the path is */

static int open_given(void *ctx, const char *path, struct err *err)
{
	(void)ctx;
	(void)path;
	int fd = memfd_create("given", MFD_CLOEXEC);
	if (fd < 0 || write(fd, given->data, given->len) != (ssize_t)given->len || lseek(fd, 0, SEEK_SET) != 0)
		return err_set(err, ERR_FAILED, "memfd");
	return fd;
}

static int keep(void *ctx, const struct mail_found *found, struct err *err)
{
	(void)err;
	json_array_append(ctx, found->object);
	return 0;
}

size_t unread; /* what was told as not read by look() */
char told[512];

static void keep_told(void *ctx, const char *path, const char *why)
{
	(void)ctx, (void)path;
	snprintf(told, sizeof told, "%s", why);
}

/* All mails of the bytes. */
json_t *look(const struct buf *bytes, const char *password)
{
	struct err err = ERR_INIT;
	json_t *all = json_array();
	const char *paths[] = {"given"};
	json_t *request = password ? json_pack("{s:[s, s]}", "passwords", "wrong", password) : json_object();
	struct mails m = {.request = request, .open = open_given, .found = keep, .trouble = keep_told, .ctx = all};
	given = bytes;
	if (mails_look(&m, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	json_decref(request);
	unread = m.unread;
	return all;
}

int fires(const json_t *object, const char *id)
{
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(object, "findings"), i, finding)
		if (strcmp(json_get_string(finding, "id"), id) == 0)
			return 1;
	return 0;
}

/* The entry of that name in part 2, or NULL. */
const json_t *entry(const json_t *object, const char *name)
{
	size_t i;
	json_t *e;
	json_array_foreach(json_object_get(json_array_get(json_object_get(object, "parts"), 1), "inside"), i, e)
		if (strcmp(json_get_string(e, "name"), name) == 0)
			return e;
	return NULL;
}

void is_program(const json_t *object, const char *name)
{
	const json_t *e = entry(object, name);
	if (!e)
		fail_msg("there is no %s in it", name);
	assert_string_equal(json_get_string(e, "basis"), "content");
	assert_string_equal(json_get_string(e, "format"), "exe");
	assert_int_equal(strlen(json_get_string(e, "sha256")), 64);
	assert_true(fires(object, "file.program"));
	assert_null(json_object_get(object, "content_wanted"));
}

void look_at_one(struct buf *archive, const char *name, const char *password, json_t **all)
{
	struct buf mail = BUF_INIT;
	make_mail(&mail, name, archive);
	*all = look(&mail, password);
	assert_int_equal(json_array_size(*all), 1);
	buf_release(&mail);
}
