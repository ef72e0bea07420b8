/* zip, RAR, 7z, CAB and tar by libarchive. Only what is named is switched on: no filters, no raw, no mtree, no xar. */
#include "finding/mail/unpack/unpack_private.h"

#include "finding/mail/unpack/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

static struct archive *open_archive(const void *bytes, size_t n, const char *password)
{
	struct archive *a = archive_read_new();
	archive_read_support_format_zip_seekable(a);
	archive_read_support_format_rar(a);
	archive_read_support_format_rar5(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_cab(a);
	archive_read_support_format_tar(a);
	archive_read_set_option(a, "tar", "read_concatenated_archives",
	                        "1"); /* and what stands behind a block of zeros */
	if (password)
		archive_read_add_passphrase(a, password);
	if (archive_read_open_memory(a, bytes, n) == ARCHIVE_OK)
		return a;
	archive_read_free(a);
	return NULL;
}

/* The bytes of an entry; what came of them if not all. Block by block: archive_read_data() fills the whole room, and forgets
 * what it has where it then meets a tear. 0; 1: it is too large; -1: it cannot be read to its end. */
static int read_entry(struct unpacking *u, struct archive *a, struct buf *out)
{
	int damaged = 0;
	for (;;) {
		const void *block = NULL;
		size_t n = 0;
		la_int64_t offset = 0;
		int state = archive_read_data_block(a, &block, &n, &offset);
		if (state == ARCHIVE_RETRY)
			continue;
		if (state != ARCHIVE_OK && state != ARCHIVE_WARN)
			return state == ARCHIVE_EOF && !damaged ? 0 : -1;
		damaged |= state == ARCHIVE_WARN; /* its checksum is another */
		size_t hole = offset > 0 && (uint64_t)offset > out->len ? (size_t)offset - out->len : 0; /* sparse */
		if (hole > UNPACK_LARGEST || n > UNPACK_LARGEST || hole + n > u->left ||
		    out->len + hole + n > UNPACK_LARGEST)
			return 1;
		u->left -= hole + n;
		if (hole) {
			buf_grow(out, hole);
			memset(out->data + out->len, 0, hole);
			out->len += hole;
		}
		buf_add(out, block, n);
	}
}

static void read_all(struct unpacking *u, const void *bytes, size_t n, const char *above, int depth,
                     const char *password)
{
	struct archive_entry *entry;
	struct archive *a = open_archive(bytes, n, password);
	int rc = ARCHIVE_FATAL;
	int left_out = 0;
	while (a && (rc = archive_read_next_header(a, &entry)) != ARCHIVE_EOF && rc != ARCHIVE_FATAL) {
		const char *name = archive_entry_pathname_utf8(entry);
		struct buf content = BUF_INIT;
		if (rc == ARCHIVE_RETRY) { /* a header that is damaged: the next one is looked for */
			left_out = 1;
			continue;
		}
		if (!name)
			name = archive_entry_pathname(entry);
		if (archive_entry_filetype(entry) == AE_IFDIR || !name)
			continue;
		int locked = archive_entry_is_data_encrypted(entry) == 1;
		int state = read_entry(u, a, &content);
		uint64_t size = archive_entry_size_is_set(entry) ? (uint64_t)archive_entry_size(entry) : content.len;
		if (state == 1)
			unpack_says(u, "limit");
		else if (state < 0 && !locked)
			unpack_says(u, "damaged");
		struct unpacked told = {.name = name,
		                        .name_n = strlen(name),
		                        .content = state == 0 || !locked ? &content : NULL,
		                        .torn = state != 0,
		                        .size = size,
		                        .locked = locked && state != 0};
		int end = unpack_entry(u, above, &told, depth);
		buf_release(&content);
		if (end < 0 || state == 1)
			break;
	}
	if (rc == ARCHIVE_FATAL || left_out)
		unpack_says(u, "damaged");
	if (a)
		archive_read_free(a);
}

/* Whether a password opens it: tried without a word. */
static int opens(const struct unpacking *u, const void *bytes, size_t n, const char *password)
{
	struct unpacking tries = *u;
	tries.silent = 1;
	tries.entries = tries.opened = tries.shut = 0;
	read_all(&tries, bytes, n, "", UNPACK_DEPTH, password);
	return tries.opened > 0 && tries.shut == 0;
}

void unpack_by_libarchive(struct unpacking *u, const void *bytes, size_t n, const char *above, int depth)
{
	size_t i;
	json_t *password;
	const char *right = NULL;
	json_array_foreach(u->passwords, i, password)
		if (!right && opens(u, bytes, n, json_string_value(password)))
			right = json_string_value(password);
	read_all(u, bytes, n, above, depth, right);
}
