#include "finding/sweep/sweep_archive.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE (256U << 10)

struct archive_reading {
	const struct sweep_archive *from;
	struct archive *a;
	unsigned char *piece;
	uint64_t at;                /* the next byte to read */
	uint64_t taken;             /* bytes in all */
	uint64_t began;             /* `taken` when the member began */
	uint64_t given;             /* bytes of the member */
	const unsigned char *block; /* of these, to be given */
	size_t block_size;
	uint64_t block_at; /* in the member */
	int is_locked;     /* the member, which a password may open */
	int is_damaged;    /* the member: its checksum is another */
	struct err why;    /* what is wrong below */
};

static int is_at(const unsigned char *bytes, size_t n, size_t at, const char *magic, size_t length)
{
	return n >= at + length && memcmp(bytes + at, magic, length) == 0;
}

#define IS_AT(at, magic) is_at(bytes, n, at, magic, sizeof(magic) - 1)

int sweep_archive_is(const unsigned char *bytes, size_t n)
{
	return IS_AT(0, "PK\3\4") || IS_AT(0, "PK\5\6") || IS_AT(0, "7z\xBC\xAF\x27\x1C") || IS_AT(0, "Rar!\x1A\x07") ||
	       IS_AT(0, "MSCF\0\0\0\0") || IS_AT(257, "ustar") || IS_AT(32769, "CD001");
}

/* ---- libarchive's callbacks */

static la_ssize_t read_below(struct archive *a, void *ctx, const void **bytes)
{
	struct archive_reading *r = ctx;
	const struct sweep_archive *from = r->from;
	ssize_t got = from->read_at ? from->read_at(from->ctx, r->at, r->piece, PIECE, &r->why)
	                            : from->input->read(from->input->ctx, r->piece, PIECE, &r->why);
	*bytes = r->piece;
	if (got < 0) {
		archive_set_error(a, EIO, "%s", "below");
		return ARCHIVE_FATAL;
	}
	r->at += (uint64_t)got;
	r->taken += (uint64_t)got;
	return got;
}

static la_int64_t seek_below(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct archive_reading *r = ctx;
	int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)r->at : (int64_t)r->from->size;
	if (offset < -base || base + offset > (int64_t)r->from->size) {
		archive_set_error(a, EIO, "%s", "seek");
		return ARCHIVE_FATAL;
	}
	r->at = (uint64_t)(base + offset);
	return (la_int64_t)r->at;
}

static la_int64_t skip_below(struct archive *a, void *ctx, la_int64_t n)
{
	struct archive_reading *r = ctx;
	uint64_t left = r->from->size > r->at ? r->from->size - r->at : 0;
	(void)a;
	if (n < 0)
		return 0;
	if ((uint64_t)n > left)
		n = (la_int64_t)left;
	r->at += (uint64_t)n;
	return n;
}

/* ---- a member */

/* The next block of the member. 1; 0: its end; -1. */
static int next_block(struct archive_reading *r, struct err *err)
{
	const void *block = NULL;
	la_int64_t offset = 0;
	int state;
	do {
		state = archive_read_data_block(r->a, &block, &r->block_size, &offset);
		r->is_damaged |= state == ARCHIVE_WARN;
	} while (state == ARCHIVE_RETRY || ((state == ARCHIVE_OK || state == ARCHIVE_WARN) && r->block_size == 0));
	r->block = block;
	r->block_at = offset > 0 ? (uint64_t)offset : 0;
	if ((state == ARCHIVE_OK || state == ARCHIVE_WARN) && r->block_size)
		return 1;
	r->block_size = 0;
	if (state == ARCHIVE_EOF)
		return r->is_damaged
		           ? err_set(err, ERR_INVALID, _("damaged: its checksum is not that of what it holds"))
		           : 0;
	if (r->why.code)
		return err_set(err, r->why.code, "%s", r->why.message);
	if (r->is_locked && r->given == 0)
		return err_set(err, ERR_INVALID, _("encrypted: no password that was given opens it"));
	return err_set(err, ERR_INVALID, _("it is torn or damaged: what is in the archive ends here"));
}

/* Block by block: archive_read_data() fills the whole room, and forgets what it has where it then meets a tear. */
static ssize_t read_member(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct archive_reading *r = ctx;
	int there = r->block_size ? 1 : next_block(r, err);
	if (there <= 0)
		return there;
	if (r->block_at > r->given) { /* sparse */
		n = n < r->block_at - r->given ? n : (size_t)(r->block_at - r->given);
		memset(bytes, 0, n);
	} else {
		n = n < r->block_size ? n : r->block_size;
		memcpy(bytes, r->block, n);
		r->block += n;
		r->block_size -= n;
		r->block_at = r->given + n;
	}
	r->given += n;
	uint64_t taken = r->taken - r->began + PIECE; /* a piece may hold more than one */
	uint64_t ratio = r->from->ratio ? r->from->ratio : SWEEP_RATIO;
	if (r->given > SWEEP_FREE && r->given / ratio > taken)
		return sweep_source_over(ratio, err);
	return (ssize_t)n;
}

static void switch_on(struct archive *a, int seeks)
{
	if (seeks) /* by its directory */
		archive_read_support_format_zip_seekable(a);
	archive_read_support_format_zip_streamable(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_rar(a);
	archive_read_support_format_rar5(a);
	archive_read_support_format_cab(a);
	archive_read_support_format_iso9660(a);
	archive_read_set_option(a, "tar", "read_concatenated_archives",
	                        "1"); /* and what stands behind a block of zeros */
}

static int open_archive(struct archive_reading *r, int by_directory, struct err *err)
{
	r->a = archive_read_new();
	if (!r->a)
		return err_set(err, ERR_FAILED, _("no memory for the archive"));
	switch_on(r->a, by_directory && r->from->read_at);
	archive_read_set_read_callback(r->a, read_below);
	archive_read_set_callback_data(r->a, r);
	if (r->from->read_at) {
		archive_read_set_seek_callback(r->a, seek_below);
		archive_read_set_skip_callback(r->a, skip_below);
	}
	size_t i;
	const json_t *password;
	json_array_foreach(r->from->passwords, i, password)
		if (json_string_length(password))
			archive_read_add_passphrase(r->a, json_string_value(password));
	if (archive_read_open1(r->a) == ARCHIVE_OK)
		return 0;
	return err_set(err, ERR_INVALID, _("it is no archive that can be read here"));
}

static int take_entry(struct archive_reading *r, struct archive_entry *entry, struct err *err)
{
	const char *name = archive_entry_pathname_utf8(entry);
	if (!name)
		name = archive_entry_pathname(entry);
	if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0)
		return 0;
	r->began = r->taken;
	r->given = 0;
	r->block_size = 0;
	r->is_damaged = 0;
	struct sweep_input input = {read_member, r};
	int is_zip = (archive_format(r->a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
	r->is_locked = archive_entry_is_data_encrypted(entry) == 1 || archive_entry_is_metadata_encrypted(entry) == 1;
	const char *problem = NULL;
	if (r->is_locked && !is_zip)
		problem =
		    _("encrypted, in a form that cannot be opened here: unpack it elsewhere, and sweep what comes out");
	else if (r->is_locked && !json_array_size(r->from->passwords))
		problem = _("encrypted: it cannot be read without its password (--password-file)");
	return r->from->member(r->from->ctx, name ? name : "", problem ? NULL : &input, problem, err);
}

int sweep_archive_each(const struct sweep_archive *archive, struct err *err)
{
	struct archive_reading r = {.from = archive, .piece = xmalloc(PIECE), .why = ERR_INIT};
	struct archive_entry *entry;
	unsigned members = 0;
	int rc = 0;
	int state = ARCHIVE_OK;
	int fell_back = 0;
	unsigned left_out = 0;
	if (open_archive(&r, 1, err) < 0)
		rc = 1;
	while (rc == 0 && (state = archive_read_next_header(r.a, &entry)) != ARCHIVE_EOF) {
		if (state == ARCHIVE_RETRY && left_out++) {
			continue;
		} else if (state == ARCHIVE_RETRY) {
			rc = archive->member(archive->ctx, "", NULL,
			                     _("it is damaged: members are left out, and the next is looked for"), err);
		} else if (state == ARCHIVE_FATAL && members == 0 && !fell_back && archive->read_at && !r.why.code) {
			/* a zip whose directory is damaged: by what stands before each member */
			fell_back = 1;
			archive_read_free(r.a);
			r.at = 0;
			rc = archive->member(archive->ctx, "", NULL,
			                     _("its directory is damaged: the members are read one behind the other"),
			                     err);
			if (rc == 0 && open_archive(&r, 0, err) < 0)
				rc = 1;
		} else if (state == ARCHIVE_FATAL || state == ARCHIVE_FAILED) {
			err_set(err, ERR_INVALID, "%s",
			        r.why.code ? r.why.message
			                   : _("it is torn, damaged or encrypted: what is in the archive ends here"));
			rc = 1;
		} else if (++members > SWEEP_MEMBERS) {
			err_set(err, ERR_INVALID, _("over a limit: it holds more than %u members"), SWEEP_MEMBERS);
			rc = 1;
		} else {
			rc = take_entry(&r, entry, err);
		}
	}
	if (r.a)
		archive_read_free(r.a);
	free(r.piece);
	return rc;
}
