#include "finding/triage/artefact/journal.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/triage/artefact/lz4.h"
#include "finding/triage/parse/whole.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define LARGEST (256U << 20) /* bytes of a file */
#define VALUE   (64U << 10)  /* bytes of one that is unpacked */
#define ITEMS   1024U        /* fields of one entry */

enum { OBJECT_DATA = 1, OBJECT_ENTRY = 3, OBJECT_LAST = 7 };
enum { PACKED_XZ = 1, PACKED_LZ4 = 2, PACKED_ZSTD = 4 };

struct journal {
	struct triage_out *out;
	unsigned char *bytes;
	size_t n;
	int compact; /* offsets of 32 bits */
	uint64_t entries;
	uint64_t bad_data;
	size_t first_bad;
};

int journal_recognises(const char *path, const unsigned char *head, size_t n)
{
	if (n == 0)
		return triage_path_has(path, "log/journal/") &&
		       (triage_path_ends(path, ".journal") || triage_path_ends(path, ".journal~"));
	return n >= 8 && memcmp(head, "LPKSHHRH", 8) == 0;
}

/* The bytes of an object, its head included; 0: there is none. */
static size_t object_size(const struct journal *j, size_t at)
{
	if (at % 8 || at > j->n || j->n - at < 16)
		return 0;
	uint64_t size = bytes_le64(j->bytes + at + 8);
	unsigned type = j->bytes[at];
	return type >= OBJECT_DATA && type <= OBJECT_LAST && size >= 16 && size <= j->n - at && j->bytes[at + 1] <= 7
	           ? (size_t)size
	           : 0;
}

static int unpack_xz(const unsigned char *p, size_t n, unsigned char *to, size_t *got)
{
	uint64_t memory = UINT64_C(64) << 20;
	size_t in = 0;
	size_t out = 0;
	lzma_ret rc = lzma_stream_buffer_decode(&memory, 0, NULL, p, &in, n, to, &out, VALUE);
	*got = out;
	return rc == LZMA_OK || (rc == LZMA_BUF_ERROR && out == VALUE) ? 0 : -1;
}

/* As much of it as fits: long messages are cut, as all values are. */
static int unpack_zstd(const unsigned char *p, size_t n, unsigned char *to, size_t *got)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	ZSTD_inBuffer in = {p, n, 0};
	ZSTD_outBuffer out = {to, VALUE, 0};
	size_t rc = 1;
	while (in.pos < in.size && out.pos < out.size && rc != 0) {
		rc = ZSTD_decompressStream(stream, &out, &in);
		if (ZSTD_isError(rc))
			break;
	}
	ZSTD_freeDStream(stream);
	*got = out.pos;
	return ZSTD_isError(rc) ? -1 : 0;
}

/* "NAME=value" of the data object there; *room holds it if it was packed. NULL: there is none. */
static const unsigned char *data_of(struct journal *j, size_t at, unsigned char *room, size_t *n)
{
	size_t size = object_size(j, at);
	size_t head = j->compact ? 72 : 64;
	*n = 0;
	if (size < head || j->bytes[at] != OBJECT_DATA)
		return NULL;
	const unsigned char *p = j->bytes + at + head;
	size -= head;
	int rc = 0;
	switch (j->bytes[at + 1] & 7) {
	case 0:
		*n = size;
		return p;
	case PACKED_XZ:
		rc = unpack_xz(p, size, room, n);
		break;
	case PACKED_LZ4:
		rc = size < 8 ? -1 : lz4_unpack(p + 8, size - 8, room, VALUE, n);
		break;
	case PACKED_ZSTD:
		rc = unpack_zstd(p, size, room, n);
		break;
	default:
		rc = -1;
	}
	return rc == 0 ? room : NULL;
}

static const struct {
	const char *journal;
	const char *field;
} journal_fields[] = {{"MESSAGE", "message"},
                      {"SYSLOG_IDENTIFIER", "program"},
                      {"_COMM", "process"},
                      {"_PID", "pid"},
                      {"_UID", "uid"},
                      {"_HOSTNAME", "host"},
                      {"_SYSTEMD_UNIT", "unit"},
                      {"UNIT", "of_unit"},
                      {"_CMDLINE", "command"},
                      {"_EXE", "exe"},
                      {"PRIORITY", "priority"},
                      {"_TRANSPORT", "transport"},
                      {"_AUDIT_LOGINUID", "login_uid"},
                      {"USER_ID", "user"}};

static void add_data(struct buf *fields, const unsigned char *p, size_t n)
{
	const unsigned char *sign = memchr(p, '=', n < 64 ? n : 64);
	for (size_t i = 0; sign && i < sizeof journal_fields / sizeof *journal_fields; i++) {
		size_t k = strlen(journal_fields[i].journal);
		if ((size_t)(sign - p) == k && memcmp(p, journal_fields[i].journal, k) == 0)
			observation_field_n(fields, journal_fields[i].field, (const char *)sign + 1, n - k - 1);
	}
}

static int has_field(const struct buf *fields, const char *name)
{
	struct observation o = {.fields = fields->data, .fields_size = fields->len};
	return observation_value(&o, name) != NULL;
}

static int entry_row(struct journal *j, size_t at, size_t size, unsigned char *room, struct err *err)
{
	struct buf fields = BUF_INIT;
	struct buf boot = BUF_INIT;
	const unsigned char *p = j->bytes + at;
	size_t step = j->compact ? 4 : 16;
	size_t count = (size - 64) / step;
	uint64_t micro = bytes_le64(p + 24);
	observation_field_number(&fields, "record", (int64_t)(bytes_le64(p + 16) & INT64_MAX));
	for (size_t i = 0; i < count && i < ITEMS; i++) {
		const unsigned char *item = p + 64 + i * step;
		uint64_t to = j->compact ? bytes_le32(item) : bytes_le64(item);
		size_t n = 0;
		const unsigned char *data = to < j->n ? data_of(j, (size_t)to, room, &n) : NULL;
		if (data) {
			struct buf one = BUF_INIT;
			add_data(&one, data, n);
			/* a field may stand more than once: the first is told */
			char *sign = one.len ? strchr(one.data, '=') : NULL;
			if (sign) {
				*sign = '\0';
				int known = has_field(&fields, one.data);
				*sign = '=';
				if (!known)
					buf_add(&fields, one.data, one.len);
			}
			buf_release(&one);
		} else if (j->bad_data++ == 0) {
			j->first_bad = at;
		}
	}
	buf_addhex(&boot, p + 40, 16);
	observation_field(&fields, "boot", boot.data);
	struct observation o = {
	    .when = micro / 1000000 < INT64_MAX / OBSERVATION_TICKS
	                ? observation_from_unix((int64_t)(micro / 1000000), (uint32_t)(micro % 1000000) * 1000)
	                : OBSERVATION_NO_TIME,
	    .offset = at,
	    .time_of = OBSERVATION_TIME_recorded,
	    .artefact = OBSERVATION_journal,
	    .clock = OBSERVATION_CLOCK_utc,
	    .fields = fields.data,
	    .fields_size = fields.len};
	if (o.when == OBSERVATION_NO_TIME)
		o.time_of = 0;
	int rc = triage_row(j->out, &o, err);
	buf_release(&boot);
	buf_release(&fields);
	return rc;
}

/* Whether an object, room that was not written to, or the end of the file follows one of that size: if not, a size that was
 * damaged would take all the entries behind it along. */
static int is_followed(const struct journal *j, size_t at, size_t size)
{
	size_t next = (at + size + 7) & ~(size_t)7;
	return next + 16 > j->n || bytes_le64(j->bytes + next) == 0 || object_size(j, next) != 0;
}

static int is_entry(const struct journal *j, size_t at, size_t size)
{
	return j->bytes[at] == OBJECT_ENTRY && size > 64 && (size - 64) % (j->compact ? 4 : 16) == 0;
}

static int walk(struct journal *j, size_t from, struct err *err)
{
	unsigned char *room = xmalloc(VALUE);
	uint64_t odd = 0;
	size_t first_odd = 0;
	int rc = 0;
	int lost = 0;
	for (size_t at = from; rc == 0 && at + 16 <= j->n;) {
		size_t size = object_size(j, at);
		int followed = size && is_followed(j, at, size);
		/* where the order was lost, two objects in a row find it again; an entry before damage is given all the same */
		if (!size || (!followed && (lost || !is_entry(j, at, size)))) {
			int empty = bytes_le64(j->bytes + at) == 0; /* room that was taken and not written to */
			if (!empty && !lost && odd++ == 0)
				first_odd = at;
			lost |= !empty;
			at += 8;
			continue;
		}
		if (j->bytes[at] == OBJECT_ENTRY && size >= 64) {
			rc = entry_row(j, at, size, room, err);
			j->entries++;
		}
		at += followed ? (size + 7) & ~(size_t)7 : 64;
		lost = 0;
	}
	if (odd)
		triage_problem(j->out, first_odd,
		               P_("%llu place holds no object of a journal, here",
		                  "%llu places hold no object of a journal, the first here", (unsigned long long)odd),
		               (unsigned long long)odd);
	if (j->bad_data)
		triage_problem(j->out, j->first_bad,
		               P_("%llu field of an entry cannot be read, of the entry here",
		                  "%llu fields of entries cannot be read, the first of the entry here",
		                  (unsigned long long)j->bad_data),
		               (unsigned long long)j->bad_data);
	free(room);
	return rc;
}

/* The head counts entries: some may lie in damage that looks whole. */
static void tell_missing(const struct journal *j)
{
	uint64_t claimed = bytes_le64(j->bytes + 152);
	if (claimed > j->entries && claimed < j->n)
		triage_problem(j->out, 152, _("the journal counts %llu entries, and %llu could be found"),
		               (unsigned long long)claimed, (unsigned long long)j->entries);
}

int journal_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct journal j = {.out = out};
	j.bytes = triage_whole(f, LARGEST, &j.n, err);
	if (!j.bytes)
		return -1;
	if (j.n < 208 || memcmp(j.bytes, "LPKSHHRH", 8) != 0 || bytes_le64(j.bytes + 88) < 208 ||
	    bytes_le64(j.bytes + 88) > j.n) {
		free(j.bytes);
		return err_set(err, ERR_INVALID, _("it is no systemd journal"));
	}
	j.compact = (bytes_le32(j.bytes + 12) & 16) != 0;
	if (j.bytes[16] == 1)
		triage_problem(out, 16, _("the journal was in use: its last entries may be missing"));
	struct buf machine = BUF_INIT;
	buf_addhex(&machine, j.bytes + 40, 16);
	triage_fact(out, "machine_id", json_string(machine.data));
	buf_release(&machine);
	int rc = walk(&j, ((size_t)bytes_le64(j.bytes + 88) + 7) & ~(size_t)7, err);
	if (rc == 0)
		tell_missing(&j);
	free(j.bytes);
	return rc;
}
