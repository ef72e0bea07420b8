/*
 * The zip of a collector (Velociraptor, KAPE, UAC): its files under the names that they had on the host. PKWARE's APPNOTE.TXT
 * 6.3.9. Stored and deflated entries are read, those that are locked with the password that was given; others are told.
 */
#include "finding/triage/tree/tree.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/triage/tree/tree_zip_key.h"
#include "finding/triage/tree/tree_zip_scan.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define END_HEAD      22U
#define END_MOST      (END_HEAD + 65535U)
#define CENTRAL_HEAD  46U
#define LOCAL_HEAD    30U
#define CENTRAL_MOST  (128U << 20)
#define UNPACKED_MOST (512U << 20) /* bytes of one file: an event log is at most so large */
#define PIECE         (256U << 10)

struct zip {
	struct tree_media media;
	struct tree *tree;
	unsigned char *central;
	size_t central_size;
	uint64_t entries;
	unsigned char *bytes; /* of the file that is open */
};

struct zip_entry {
	unsigned flags;
	unsigned method;
	struct zip_lock lock;
	uint32_t crc;
	uint64_t packed;
	uint64_t size;
	uint64_t local;
	int64_t modified;
	uint8_t clock;
	const char *name;
	size_t name_size;
	size_t length; /* of the central header */
};

/* Days since 1970-01-01 of a date; H. Hinnant, "chrono-compatible low-level date algorithms". */
static int64_t days_of(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = y / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

/* A time of MS-DOS: local, of two seconds. */
static int64_t from_dos(unsigned date, unsigned time)
{
	unsigned month = date >> 5 & 15;
	unsigned day = date & 31;
	if (month < 1 || month > 12 || day < 1)
		return OBSERVATION_NO_TIME;
	int64_t days = days_of(1980 + (date >> 9), month, day);
	return observation_from_unix(days * 86400 + (time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2, 0);
}

static void read_extra(struct zip_entry *e, const unsigned char *p, size_t n)
{
	for (size_t at = 0; at + 4 <= n;) {
		unsigned id = bytes_le16(p + at);
		size_t size = bytes_le16(p + at + 2);
		const unsigned char *body = p + at + 4;
		if (size > n - at - 4)
			return;
		if (id == 1) {
			uint64_t *wide[] = {&e->size, &e->packed, &e->local};
			for (size_t i = 0, next = 0; i < 3; i++)
				if (*wide[i] == 0xFFFFFFFF && next + 8 <= size) {
					*wide[i] = bytes_le64(body + next);
					next += 8;
				}
		} else if (id == 0x9901 && size >= 7 && e->method == ZIP_METHOD_AES) {
			e->lock.strength = body[4];
			e->method = bytes_le16(body + 5);
		} else if (id == 0x5455 && size >= 5 && body[0] & 1) {
			e->modified = observation_from_unix((int32_t)bytes_le32(body + 1), 0);
			e->clock = OBSERVATION_CLOCK_utc;
		}
		at += 4 + size;
	}
}

/* The entry whose central header begins at `at`. 1, or 0: there is none. */
static int entry_at(const struct zip *z, size_t at, struct zip_entry *e)
{
	if (at > z->central_size || z->central_size - at < CENTRAL_HEAD)
		return 0;
	const unsigned char *p = z->central + at;
	if (memcmp(p, "PK\1\2", 4) != 0)
		return 0;
	size_t name = bytes_le16(p + 28);
	size_t extra = bytes_le16(p + 30);
	*e = (struct zip_entry){.flags = bytes_le16(p + 8),
	                        .method = bytes_le16(p + 10),
	                        .lock.check = bytes_le16(p + 8) & 8 ? p[13] : p[19],
	                        .crc = bytes_le32(p + 16),
	                        .packed = bytes_le32(p + 20),
	                        .size = bytes_le32(p + 24),
	                        .local = bytes_le32(p + 42),
	                        .modified = from_dos(bytes_le16(p + 14), bytes_le16(p + 12)),
	                        .clock = OBSERVATION_CLOCK_local,
	                        .name = (const char *)p + CENTRAL_HEAD,
	                        .name_size = name,
	                        .length = CENTRAL_HEAD + name + extra + bytes_le16(p + 32)};
	if (e->length > z->central_size - at)
		return 0;
	read_extra(e, p + CENTRAL_HEAD + name, extra);
	return 1;
}

/* The name that the file had on the host: percent signs of Velociraptor undone, backslashes turned. */
static void host_name(const struct zip_entry *e, struct buf *out)
{
	char *name = xstrndup(e->name, e->name_size);
	struct buf plain = BUF_INIT;
	if (pathname_unescape(name, &plain) < 0) {
		buf_clear(&plain);
		buf_adds(&plain, name);
	}
	for (size_t i = 0; i < plain.len; i++)
		if (plain.data[i] == '\\')
			plain.data[i] = '/';
	char *device = plain.data ? strstr(plain.data, "//./") : NULL; /* the name of a volume as a device */
	if (device)
		memmove(device, device + 4, strlen(device + 4) + 1);
	pathname_escape(plain.data ? plain.data : "", out);
	buf_release(&plain);
	free(name);
}

static int zip_walk(struct tree *t, struct err *err)
{
	struct zip *z = t->ctx;
	struct zip_entry entry;
	uint64_t seen = 0;
	int rc = 0;
	for (size_t at = 0; rc == 0 && entry_at(z, at, &entry); at += entry.length, seen++) {
		struct buf path = BUF_INIT;
		host_name(&entry, &path);
		int folder = path.len && path.data[path.len - 1] == '/';
		if (folder)
			buf_truncate(&path, path.len - 1);
		struct tree_item e = {.path = path.data,
		                      .type = folder ? "folder" : "file",
		                      .size = entry.size,
		                      .place = at,
		                      .clock = entry.clock,
		                      .times = {entry.modified, OBSERVATION_NO_TIME, OBSERVATION_NO_TIME,
		                                OBSERVATION_NO_TIME, OBSERVATION_NO_TIME}};
		if (path.len)
			rc = tree_item(t, &e, err);
		buf_release(&path);
	}
	if (rc == 0 && t->out && seen < z->entries)
		triage_problem(t->out, 0, _("the list of the zip is damaged: %llu of %llu entries are named"),
		               (unsigned long long)seen, (unsigned long long)z->entries);
	return rc;
}

/* What lies before damage is there; `f` gets its size. */
static int inflate_entry(struct zip *z, uint64_t at, const struct zip_entry *e, struct triage_file *f, struct err *err)
{
	z_stream s = {.next_out = z->bytes, .avail_out = (uInt)e->size};
	unsigned char *piece = xmalloc(PIECE);
	uint64_t left = e->packed;
	int end = Z_OK;
	int rc = inflateInit2(&s, -MAX_WBITS) == Z_OK ? 0 : err_set(err, ERR_FAILED, _("zlib could not be begun"));
	while (rc == 0 && end == Z_OK && left > 0) {
		size_t n = left < PIECE ? (size_t)left : PIECE;
		rc = tree_media_read(&z->media, at, piece, n, err);
		s.next_in = piece;
		s.avail_in = (uInt)n;
		if (rc == 0)
			end = inflate(&s, Z_NO_FLUSH);
		at += n;
		left -= n;
	}
	int torn = s.avail_out != 0 || (end != Z_STREAM_END && end != Z_OK && end != Z_BUF_ERROR);
	if (rc == 0 && torn && s.total_out) {
		f->size = s.total_out;
		f->damaged = _("the entry of the zip is damaged here: what lies before that is read");
		f->damaged_at = s.total_out;
	} else if (rc == 0 && torn)
		rc = err_set(err, ERR_DAMAGED, _("the entry of the zip is damaged after %llu bytes"),
		             (unsigned long long)s.total_out);
	inflateEnd(&s);
	free(piece);
	return rc;
}

/* The same of bytes that are in memory. */
static int inflate_bytes(struct zip *z, const struct buf *packed, const struct zip_entry *e, struct err *err)
{
	z_stream s = {.next_in = (Bytef *)packed->data,
	              .avail_in = (uInt)packed->len,
	              .next_out = z->bytes,
	              .avail_out = (uInt)e->size};
	if (inflateInit2(&s, -MAX_WBITS) != Z_OK)
		return err_set(err, ERR_FAILED, _("zlib could not be begun"));
	int end = inflate(&s, Z_FINISH);
	inflateEnd(&s);
	if (end != Z_STREAM_END || s.avail_out != 0)
		return err_set(err, ERR_DAMAGED, _("the entry of the zip is damaged after %llu bytes"),
		               (unsigned long long)s.total_out);
	return 0;
}

/* An entry that is locked, in memory: its key may be a wrong one that only its checksum tells from the right one. */
static int unlock_entry(struct zip *z, uint64_t at, const struct zip_entry *e, struct err *err)
{
	struct buf plain = BUF_INIT;
	unsigned char *locked = xmalloc(e->packed ? (size_t)e->packed : 1);
	int rc = tree_media_read(&z->media, at, locked, (size_t)e->packed, err);
	int state = rc == 0 ? tree_zip_key_open(&e->lock, z->media.key, locked, (size_t)e->packed, &plain) : 0;
	free(locked);
	if (state < 0)
		rc = err_set(err, ERR_DAMAGED, _("the entry of the zip is damaged"));
	if (rc == 0 && state == 0 && e->method == Z_DEFLATED)
		rc = inflate_bytes(z, &plain, e, err);
	else if (rc == 0 && state == 0 && plain.len == e->size)
		memcpy(z->bytes, plain.data, plain.len);
	else if (rc == 0 && state == 0)
		rc = err_set(err, ERR_DAMAGED, _("the entry of the zip is damaged"));
	int is_other = !e->lock.strength && rc == 0 && state == 0 &&
	               crc32(0, z->bytes, (uInt)e->size) != e->crc; /* the check byte fits one of 256 */
	if (state > 0 || is_other || (rc < 0 && !e->lock.strength && state == 0 && plain.len)) {
		err_clear(err); /* that it did not unpack says no more */
		rc = err_set(err, ERR_FAILED,
		             _("not covered: it is encrypted, and the password that was given does not open it"));
	}
	buf_release(&plain);
	return rc;
}

static int read_opened(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct zip *z = ctx;
	(void)err;
	memcpy(bytes, z->bytes + offset, n);
	return 0;
}

static int zip_open(struct tree *t, const struct tree_found *found, struct triage_file *f, struct err *err)
{
	struct zip *z = t->ctx;
	struct zip_entry e;
	unsigned char head[LOCAL_HEAD];
	if (!entry_at(z, (size_t)found->place, &e))
		return err_set(err, ERR_DAMAGED, _("the entry of the zip is damaged"));
	int is_locked = (e.flags & 1) != 0;
	if (is_locked && !(z->media.key && *z->media.key))
		return err_set(
		    err, ERR_FAILED,
		    _("not covered: it is encrypted with a password (--ask-password or --password-file gives it)"));
	if (e.method != 0 && e.method != Z_DEFLATED)
		return err_set(err, ERR_FAILED, _("not covered: it is packed by method %u, which is not read"),
		               e.method);
	if (e.size > UNPACKED_MOST || (is_locked && e.packed > UNPACKED_MOST))
		return err_set(err, ERR_FAILED, _("not covered: it is larger than %u MiB unpacked"),
		               UNPACKED_MOST >> 20);
	if (tree_media_read(&z->media, e.local, head, sizeof head, err) < 0)
		return -1;
	if (memcmp(head, "PK\3\4", 4) != 0)
		return err_set(err, ERR_DAMAGED, _("the entry of the zip is damaged"));
	uint64_t at = e.local + LOCAL_HEAD + bytes_le16(head + 26) + bytes_le16(head + 28);
	z->bytes = xmalloc(e.size ? (size_t)e.size : 1);
	f->size = e.size;
	f->read = read_opened;
	f->ctx = z;
	if (is_locked)
		return unlock_entry(z, at, &e, err);
	if (e.method == 0 && e.packed != e.size)
		return err_set(err, ERR_DAMAGED, _("the entry of the zip is damaged"));
	int rc = e.method == Z_DEFLATED ? inflate_entry(z, at, &e, f, err)
	                                : tree_media_read(&z->media, at, z->bytes, (size_t)e.size, err);
	/* a list that was made from what stands before each entry has no checksums */
	if (rc == 0 && !f->damaged && e.crc && crc32(0, z->bytes, (uInt)e.size) != e.crc)
		f->damaged = _("the entry of the zip is damaged: its checksum is not that of what it holds, which is "
		               "read as it is");
	return rc;
}

static void zip_close(struct tree *t)
{
	struct zip *z = t->ctx;
	free(z->bytes);
	z->bytes = NULL;
}

/* Reads the central directory. */
static int read_central(struct zip *z, struct err *err)
{
	size_t n = z->media.size < END_MOST ? (size_t)z->media.size : END_MOST;
	unsigned char *tail = xmalloc(n ? n : 1);
	uint64_t base = z->media.size - n;
	int rc = tree_media_read(&z->media, base, tail, n, err);
	size_t at = n;
	while (rc == 0 && at > 0 && !(n - at >= END_HEAD && memcmp(tail + at, "PK\5\6", 4) == 0))
		at--;
	if (rc == 0 && !(n - at >= END_HEAD && memcmp(tail + at, "PK\5\6", 4) == 0))
		rc = err_set(err, ERR_DAMAGED, _("the zip has no end: it was cut off, or is none"));
	uint64_t size = 0;
	uint64_t offset = 0;
	if (rc == 0) {
		z->entries = bytes_le16(tail + at + 10);
		size = bytes_le32(tail + at + 12);
		offset = bytes_le32(tail + at + 16);
		unsigned char wide[56];
		struct err none = ERR_INIT;
		if (at >= 20 && memcmp(tail + at - 20, "PK\6\7", 4) == 0 &&
		    tree_media_read(&z->media, bytes_le64(tail + at - 12), wide, sizeof wide, &none) == 0 &&
		    memcmp(wide, "PK\6\6", 4) == 0) {
			z->entries = bytes_le64(wide + 32);
			size = bytes_le64(wide + 40);
			offset = bytes_le64(wide + 48);
		}
		if (size > CENTRAL_MOST)
			rc = err_set(err, ERR_DAMAGED, _("the list of the zip is too long"));
	}
	if (rc == 0) {
		z->central = xmalloc(size ? (size_t)size : 1);
		rc = tree_media_read(&z->media, offset, z->central, (size_t)size, err);
		z->central_size = rc == 0 ? (size_t)size : 0;
	}
	free(tail);
	return rc;
}

static uint64_t count_entries(const struct zip *z)
{
	struct zip_entry entry;
	uint64_t count = 0;
	for (size_t at = 0; entry_at(z, at, &entry); at += entry.length)
		count++;
	return count;
}

static int read_zip(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct zip *z = ctx;
	return tree_media_read(&z->media, offset, bytes, n, err);
}

/* The list is missing, or does not name all: the files' own heads are looked for. 1: they name more; 0, or -1. */
static int find_heads(struct zip *z, struct tree_run *run, const char *why, struct err *err)
{
	struct zip_scan s;
	int rc = 0;
	struct tree_bytes bytes = {.size = z->media.size, .read = read_zip, .ctx = z};
	zip_scan(&s, &bytes);
	if (s.entries > count_entries(z)) {
		free(z->central);
		z->central_size = s.central.len;
		z->central = (unsigned char *)buf_take(&s.central, NULL);
		z->entries = s.entries;
		rc = tree_uncovered(run, "", err,
		                    P_("%s; %llu file that stands in it is read all the same",
		                       "%s; %llu files that stand in it are read all the same",
		                       (unsigned long long)s.entries),
		                    why, (unsigned long long)s.entries);
		if (rc == 0 && s.broken)
			rc = tree_uncovered(
			    run, "", err,
			    _("files that are cut off or damaged: %llu; of the first, %.*s, %llu bytes are there"),
			    (unsigned long long)s.broken, text_cut(s.cut, 200), s.cut, (unsigned long long)s.cut_size);
		if (rc == 0 && s.is_full)
			rc = tree_uncovered(run, "", err,
			                    _("it holds more than %llu files: those behind them were not read"),
			                    (unsigned long long)s.entries);
		rc = rc < 0 ? -1 : 1;
	}
	zip_scan_release(&s);
	return rc;
}

int tree_zip(struct tree_run *run, struct err *err)
{
	struct zip z = {.entries = 0};
	struct tree t = {.name = "", .walk = zip_walk, .open = zip_open, .close = zip_close, .ctx = &z};
	struct err trouble = ERR_INIT;
	z.tree = &t;
	if (tree_media_open(&z.media, run, err) < 0)
		return -1;
	int listed = read_central(&z, &trouble) == 0;
	int rc = 0;
	if (!listed)
		rc = find_heads(&z, run, trouble.message, err);
	else if (count_entries(&z) < z.entries)
		rc = find_heads(&z, run, _("the list of the zip is damaged"), err);
	if (rc == 0 && !listed)
		rc = tree_uncovered(run, "", err, _("the zip could not be opened: %s"), trouble.message);
	else if (rc >= 0)
		rc = tree_run(run, &t, err);
	free(z.central);
	free(z.bytes);
	tree_media_close(&z.media);
	return rc;
}
