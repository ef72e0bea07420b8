#include "finding/triage/artefact/records.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/parse/whole.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define UTMP   384U
#define PIECE  (1U << 20)
#define PAGE   4096U
#define RECORD PAGE /* bytes at most: none crosses a page */

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int is_zeros(const unsigned char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* ---- logins */

int login_record_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *name = last_name(path);
	(void)head;
	(void)n;
	size_t k =
	    strncmp(name, "wtmp", 4) == 0 || strncmp(name, "btmp", 4) == 0 || strncmp(name, "utmp", 4) == 0 ? 4 : 0;
	return k && (!name[k] || ((name[k] == '.' || name[k] == '-') && !triage_path_ends(name, ".gz") &&
	                          !triage_path_ends(name, ".db")));
}

static void add_text(struct buf *fields, const char *name, const unsigned char *p, size_t n)
{
	observation_field_n(fields, name, (const char *)p, strnlen((const char *)p, n));
}

#define LOGIN_TYPES 10U

static int login_row(struct triage_out *out, const unsigned char *p, uint64_t offset, int failed, struct err *err)
{
	static const char *const events[LOGIN_TYPES] = {"empty", "run level", "boot",  "clock set to", "clock set from",
	                                                "init",  "waiting",   "login", "logout",       "accounting"};
	struct buf fields = BUF_INIT;
	unsigned type = bytes_le16(p);
	char address[INET6_ADDRSTRLEN] = "";
	observation_field(&fields, "event", events[type]);
	add_text(&fields, "user", p + 44, 32);
	add_text(&fields, "line", p + 8, 32);
	add_text(&fields, "host", p + 76, 256);
	observation_field_number(&fields, "pid", bytes_le32(p + 4));
	if (bytes_le32(p + 352) || bytes_le32(p + 356) || bytes_le32(p + 360))
		inet_ntop(AF_INET6, p + 348, address, sizeof address);
	else if (bytes_le32(p + 348))
		inet_ntop(AF_INET, p + 348, address, sizeof address);
	observation_field(&fields, "address", address);
	if (failed)
		observation_field(&fields, "failed", "true");
	struct observation o = {
	    .when = observation_from_unix((int32_t)bytes_le32(p + 340), bytes_le32(p + 344) % 1000000 * 1000),
	    .offset = offset,
	    .time_of = type == 7 && !failed ? OBSERVATION_TIME_logged_on : OBSERVATION_TIME_recorded,
	    .artefact = OBSERVATION_login_record,
	    .clock = OBSERVATION_CLOCK_utc,
	    .fields = fields.data,
	    .fields_size = fields.len};
	int rc = triage_row(out, &o, err);
	buf_release(&fields);
	return rc;
}

static void tell_logins(struct triage_out *out, uint64_t odd, uint64_t first_odd, uint64_t wiped, uint64_t first_wiped)
{
	if (odd)
		triage_problem(out, first_odd,
		               P_("%llu record is of no known form, here",
		                  "%llu records are of no known form, the first here", (unsigned long long)odd),
		               (unsigned long long)odd);
	if (wiped)
		triage_problem(out, first_wiped,
		               P_("%llu record between others is empty, here: it may have been wiped",
		                  "%llu records between others are empty, the first here: they may have been wiped",
		                  (unsigned long long)wiped),
		               (unsigned long long)wiped);
}

int login_record_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	unsigned char p[UTMP];
	int failed = strncmp(last_name(f->path), "btmp", 4) == 0;
	int grows = failed || strncmp(last_name(f->path), "wtmp", 4) == 0; /* by a record at a time: none is empty */
	uint64_t odd = 0;
	uint64_t first_odd = 0;
	uint64_t wiped = 0;
	uint64_t first_wiped = 0;
	uint64_t empty = 0; /* since the last that is not */
	int rc = 0;
	for (uint64_t at = 0; rc == 0 && at + UTMP <= f->size; at += UTMP) {
		rc = f->read(f->ctx, at, p, UTMP, err);
		unsigned type = bytes_le16(p);
		if (rc < 0)
			break;
		if (type == 0 && is_zeros(p, UTMP)) {
			empty++;
			continue;
		}
		if (grows && empty && wiped == 0)
			first_wiped = at - empty * UTMP;
		wiped += grows ? empty : 0;
		empty = 0;
		if (type < LOGIN_TYPES)
			rc = type || grows ? login_row(out, p, at, failed, err) : 0;
		else if (odd++ == 0)
			first_odd = at;
	}
	if (rc == 0)
		tell_logins(out, odd, first_odd, wiped, first_wiped);
	if (rc == 0 && f->size % UTMP)
		triage_problem(out, f->size - f->size % UTMP, _("the last record is cut off"));
	return rc;
}

/* ---- the change journal of NTFS */

int usn_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *name = last_name(path);
	(void)head;
	(void)n;
	return strcmp(name, "$J") == 0 || (strncasecmp(name, "$UsnJrnl", 8) == 0 && triage_path_ends(name, "$J"));
}

static void add_reasons(struct buf *fields, uint32_t reason)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} reasons[] = {{1, "data_overwrite"},       {2, "data_extend"},          {4, "data_truncation"},
	               {0x10, "stream_overwrite"},  {0x20, "stream_extend"},     {0x40, "stream_truncation"},
	               {0x100, "file_create"},      {0x200, "file_delete"},      {0x400, "ea_change"},
	               {0x800, "security_change"},  {0x1000, "rename_old"},      {0x2000, "rename_new"},
	               {0x4000, "indexable"},       {0x8000, "basic_info"},      {0x10000, "hard_link"},
	               {0x20000, "compression"},    {0x40000, "encryption"},     {0x80000, "object_id"},
	               {0x100000, "reparse_point"}, {0x200000, "stream_change"}, {0x80000000, "close"}};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reason & reasons[i].bit)
			buf_addf(&text, "%s%s", text.len ? "," : "", reasons[i].name);
	triage_field_take(fields, "reason", &text);
	buf_release(&text);
}

/* Version 4 says which parts of a file changed: it has neither name nor time, and follows one that has. */
static int usn_extents_row(struct triage_out *out, const unsigned char *p, size_t size, uint64_t offset,
                           struct err *err)
{
	struct buf fields = BUF_INIT;
	size_t count = bytes_le16(p + 60);
	size_t each = bytes_le16(p + 62);
	uint64_t changed = 0;
	for (size_t i = 0; each >= 16 && i < count && 64 + (i + 1) * each <= size; i++)
		changed += bytes_le64(p + 64 + i * each + 8);
	add_reasons(&fields, bytes_le32(p + 48));
	observation_field_number(&fields, "inode", (int64_t)(bytes_le64(p + 8) & 0xFFFFFFFFFFFF));
	observation_field_number(&fields, "parent", (int64_t)(bytes_le64(p + 24) & 0xFFFFFFFFFFFF));
	observation_field_number(&fields, "usn", (int64_t)bytes_le64(p + 40));
	observation_field_number(&fields, "changed_bytes", (int64_t)(changed & INT64_MAX));
	struct observation o = {.when = OBSERVATION_NO_TIME,
	                        .offset = offset,
	                        .artefact = OBSERVATION_usn,
	                        .clock = OBSERVATION_CLOCK_unknown,
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	int rc = triage_row(out, &o, err);
	buf_release(&fields);
	return rc;
}

/* The record at p, of which `n` bytes are there. How far to go on; 0: there is none. -1 */
static int usn_row(struct triage_out *out, const unsigned char *p, size_t n, uint64_t offset, size_t *length,
                   struct err *err)
{
	struct buf fields = BUF_INIT;
	struct buf name = BUF_INIT;
	*length = 0;
	if (n < 60)
		return 0;
	size_t size = bytes_le32(p);
	unsigned major = bytes_le16(p + 4);
	size_t head = major == 2 ? 60 : major == 3 ? 76 : 64;
	if (size < head || size > n || size % 8 || major < 2 || major > 4 || size > PAGE - offset % PAGE)
		return 0;
	if (major == 4) {
		*length = size;
		return usn_extents_row(out, p, size, offset, err);
	}
	size_t shift = major == 2 ? 0 : 16;
	size_t name_size = bytes_le16(p + 56 + shift);
	size_t name_at = bytes_le16(p + 58 + shift);
	if (name_at < head || name_at > size || name_size > size - name_at)
		return 0;
	triage_utf16(&name, p + name_at, name_size);
	triage_field_take(&fields, "name", &name);
	add_reasons(&fields, bytes_le32(p + 40 + shift));
	observation_field_number(&fields, "inode", (int64_t)(bytes_le64(p + 8) & 0xFFFFFFFFFFFF));
	observation_field_number(&fields, "parent", (int64_t)(bytes_le64(p + (major == 2 ? 16 : 24)) & 0xFFFFFFFFFFFF));
	observation_field_number(&fields, "usn", (int64_t)bytes_le64(p + 24 + shift));
	struct observation o = {.when = observation_from_filetime(bytes_le64(p + 32 + shift)),
	                        .offset = offset,
	                        .time_of = OBSERVATION_TIME_recorded,
	                        .artefact = OBSERVATION_usn,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	int rc = triage_row(out, &o, err);
	*length = (name_at + name_size + 7) / 8 * 8; /* a size beyond the name is damage: others may stand there */
	buf_release(&name);
	buf_release(&fields);
	return rc;
}

int usn_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	unsigned char *bytes = xmalloc(PIECE + RECORD);
	uint64_t odd = 0;
	int rc = 0;
	for (uint64_t at = 0; rc == 0 && at < f->size;) {
		size_t n = f->size - at < PIECE + RECORD ? (size_t)(f->size - at) : PIECE + RECORD;
		size_t use = n < PIECE ? n : PIECE;
		rc = f->read(f->ctx, at, bytes, n, err);
		size_t i = 0;
		while (rc == 0 && i < use) {
			size_t length;
			size_t page = PAGE - (size_t)((at + i) % PAGE);
			if (page > n - i)
				page = n - i;
			rc = usn_row(out, bytes + i, n - i, at + i, &length, err);
			if (length) {
				i += length;
			} else if (is_zeros(bytes + i, page)) { /* the end of a page; a sparse beginning */
				i += page;
			} else {
				if (odd++ == 0)
					triage_problem(out, at + i,
					               _("no record where one should begin: the next is looked for"));
				i += 8;
			}
		}
		at += i > use ? i : use;
	}
	free(bytes);
	return rc;
}
