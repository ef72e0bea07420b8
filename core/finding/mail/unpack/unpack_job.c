/* The caged process that takes archives apart: a line for each entry. */
#include "finding/mail/unpack/unpack.h"
#include "finding/mail/unpack/unpack_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "finding/mail/read/charset.h"
#include "finding/mail/read/sha256.h"

#include <locale.h>
#include <string.h>

void unpack_says(struct unpacking *u, const char *what)
{
	if (!u->silent && !u->failed && worker_emit_take(u->w, json_pack("{s:b}", what, 1), u->err) < 0)
		u->failed = 1;
}

/* Reads an archive, names behind `above`. */
static void unpack_archive(struct unpacking *u, enum file_format format, const void *bytes, size_t n, const char *above,
                           int depth)
{
	switch (format) {
	case FORMAT_ZIP:
	case FORMAT_RAR:
	case FORMAT_7Z:
	case FORMAT_CAB:
	case FORMAT_TAR:
		unpack_by_libarchive(u, bytes, n, above, depth);
		return;
	case FORMAT_LZH:
		unpack_by_lhasa(u, bytes, n, above, depth);
		return;
	case FORMAT_XZ:
	case FORMAT_BZ2:
		unpack_stream(u, format, bytes, n, above, depth);
		return;
	default:
		return;
	}
}

int unpack_entry(struct unpacking *u, const char *above, const struct unpacked *entry, int depth)
{
	const struct buf *content = entry->content && (!entry->torn || entry->content->len) ? entry->content : NULL;
	char sha256[65] = "";
	struct buf text = BUF_INIT;
	enum file_format format;
	int rc = 0;
	buf_adds(&text, above);
	charset_decode(NULL, 0, entry->name, entry->name_n < 4096 ? entry->name_n : 4096, &text);
	buf_truncate(&text, strlen(text.data));
	if (content && !entry->torn)
		mail_sha256(content->data, content->len, sha256);
	format = content ? file_format_of(content->data, content->len, text.data) : file_format_by_name(text.data);
	u->opened += content != NULL;
	u->shut += entry->locked != 0;
	if (!u->silent) {
		json_int_t size = entry->size > INT64_MAX ? INT64_MAX : (json_int_t)entry->size;
		json_t *line =
		    json_pack("{s:s s:I s:s s:i s:b s:b}", "name", text.data, "size", size, "sha256", sha256, "format",
		              (int)format, "locked", entry->locked, "torn", content && entry->torn);
		if (!line || worker_emit_take(u->w, line, u->err) < 0)
			u->failed = line != NULL;
	}
	if (++u->entries >= LISTING_ENTRIES) {
		unpack_says(u, "limit");
		rc = -1;
	} else if (content && depth < UNPACK_DEPTH && file_format_archive(format) && !u->silent) {
		if (text.len && text.data[text.len - 1] != '/') /* what was one packed file has no name */
			buf_addc(&text, '/');
		unpack_archive(u, format, content->data, content->len, text.data, depth + 1);
	}
	buf_release(&text);
	return u->failed ? -1 : rc;
}

static int unpack_run(struct worker *w, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct unpacking u = {.w = w, .err = err, .left = LISTING_UNPACKED};
	char piece[65536];
	ssize_t n;
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0)
		buf_add(&bytes, piece, (size_t)n);
	u.passwords = json_object_get(worker_request(w), "passwords");
	if (n == 0)
		unpack_archive(&u, (enum file_format)json_integer_value(json_object_get(worker_request(w), "format")),
		               bytes.data, bytes.len, "", 1);
	buf_release(&bytes);
	return n < 0 || u.failed ? -1 : 0;
}

/* libarchive turns names into the locale's characters. */
static int unpack_prepare(struct err *err)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return err_set(err, ERR_FAILED, _("the locale C.UTF-8 is missing"));
	return charset_prepare(err);
}

const struct worker_job mail_unpack_job = {.name = "mail-unpack", .prepare = unpack_prepare, .run = unpack_run};
