#include "finding/triage/artefact/mft.h"

#include "base/bytes.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/triage/parse/file_rows.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>

#define RECORDS 2000000U /* of one table: 2 GiB of 1 KiB */
#define LARGEST 4096U    /* bytes of a record */
#define ROOT    5U
#define DEEPEST 128U
#define REF     UINT64_C(0xFFFFFFFFFFFF) /* the number in a reference; its sequence is above */

struct mft_entry {
	uint64_t parent; /* reference */
	uint32_t name;   /* in the pool; 0: none */
	uint16_t sequence;
	uint8_t rank; /* of the name: DOS names are the worst */
	uint8_t is_folder;
};

struct mft {
	const struct triage_file *f;
	struct triage_out *out;
	size_t record_size;
	uint64_t count;
	struct mft_entry *entries;
	struct buf pool;
	struct buf base; /* the folder it lies in, with its slash */
	uint64_t odd;
	uint64_t first_odd;
};

struct attribute {
	uint32_t type;
	const unsigned char *content; /* of a resident one */
	size_t n;
	uint64_t size;
	char name[256];
	int first; /* its beginning, and not a later part of it */
};

int mft_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *slash = strrchr(path, '/');
	(void)head; /* its first record may be damaged */
	(void)n;
	return strcasecmp(slash ? slash + 1 : path, "$MFT") == 0;
}

/* Puts the ends of the sectors back that were exchanged for a number. 0, or -1: a sector is of another writing. */
static int undo_fixups(unsigned char *p, size_t n)
{
	size_t at = bytes_le16(p + 4);
	size_t count = bytes_le16(p + 6);
	if (count < 2 || at < 8 || at + 2 * count > n || (count - 1) * 512 > n)
		return -1;
	for (size_t i = 1; i < count; i++) {
		unsigned char *end = p + i * 512 - 2;
		if (memcmp(end, p + at + 2 * i, 2) == 0)
			continue; /* who took the table has done it */
		if (memcmp(end, p + at, 2) != 0)
			return -1;
		memcpy(end, p + at + 2 * i, 2);
	}
	return 0;
}

/* The record of that number, ready to be read. 1; 0: nothing is there; -1: it is damaged. */
static int read_record(struct mft *m, uint64_t number, unsigned char *p)
{
	struct err ignored = ERR_INIT;
	if (m->f->read(m->f->ctx, number * m->record_size, p, m->record_size, &ignored) < 0)
		return -1;
	if (bytes_le32(p) == 0)
		return 0;
	return memcmp(p, "FILE", 4) == 0 && undo_fixups(p, m->record_size) == 0 ? 1 : -1;
}

/* The next attribute at *at, which goes behind it. 1; 0: there is none; -1: the record is damaged there. */
static int next_attribute(const struct mft *m, const unsigned char *p, size_t *at, struct attribute *a)
{
	struct buf name = BUF_INIT;
	size_t room = m->record_size - *at;
	const unsigned char *q = p + *at;
	if (room >= 4 && bytes_le32(q) == 0xFFFFFFFF)
		return 0;
	if (room < 24)
		return -1;
	size_t size = bytes_le32(q + 4);
	if (size < 24 || size > room)
		return -1;
	*a = (struct attribute){.type = bytes_le32(q), .first = 1};
	size_t name_at = bytes_le16(q + 10);
	if (q[9] && name_at + 2 * (size_t)q[9] <= size)
		triage_utf16(&name, q + name_at, 2 * (size_t)q[9]);
	text_copy(a->name, sizeof a->name, name.data);
	buf_release(&name);
	if (q[8]) {
		a->size = size >= 56 ? bytes_le64(q + 48) : 0;
		a->first = bytes_le64(q + 16) == 0;
	} else {
		size_t from = bytes_le16(q + 20);
		a->n = bytes_le32(q + 16);
		if (from > size || a->n > size - from)
			a->n = 0;
		else
			a->content = q + from;
		a->size = a->n;
	}
	*at += size;
	return 1;
}

static size_t first_attribute(const struct mft *m, const unsigned char *p)
{
	size_t at = bytes_le16(p + 20);
	return at >= 42 && at < m->record_size ? at : m->record_size;
}

/* ---- names */

static void take_name(struct mft *m, uint64_t number, const struct attribute *a)
{
	static const uint8_t ranks[] = {3, 2, 1, 4}; /* POSIX, Win32, DOS, both */
	struct mft_entry *e = &m->entries[number];
	if (a->n < 66 || 66 + 2 * (size_t)a->content[64] > a->n || a->content[65] > 3)
		return;
	uint8_t rank = ranks[a->content[65]];
	if (rank <= e->rank || m->pool.len > UINT32_MAX - 2048)
		return;
	struct buf name = BUF_INIT;
	triage_utf16(&name, a->content + 66, 2 * (size_t)a->content[64]);
	e->rank = rank;
	e->parent = bytes_le64(a->content);
	e->name = (uint32_t)m->pool.len;
	buf_add(&m->pool, name.data, name.len + 1);
	buf_release(&name);
}

static int read_names(struct mft *m, struct err *err)
{
	unsigned char p[LARGEST];
	struct attribute a;
	(void)err;
	for (uint64_t i = 0; i < m->count; i++) {
		int there = read_record(m, i, p);
		if (there < 0 && m->odd++ == 0)
			m->first_odd = i * m->record_size;
		if (there <= 0)
			continue;
		uint64_t base = bytes_le64(p + 32) & REF;
		uint64_t of = base ? base : i;
		if (of >= m->count)
			continue;
		if (!base) {
			m->entries[i].sequence = (uint16_t)bytes_le16(p + 16);
			m->entries[i].is_folder = (bytes_le16(p + 22) & 2) != 0;
		}
		int more;
		for (size_t at = first_attribute(m, p); (more = next_attribute(m, p, &at, &a)) > 0;)
			if (a.type == 0x30 && a.content)
				take_name(m, of, &a);
		if (more < 0 && m->odd++ == 0)
			m->first_odd = i * m->record_size;
	}
	return 0;
}

/* The path, from the root; what has lost its folder lies below $Orphan. */
static void add_path(const struct mft *m, uint64_t number, struct buf *out)
{
	uint64_t chain[DEEPEST];
	size_t n = 0;
	int orphan = 0;
	for (uint64_t at = number; at != ROOT && n < DEEPEST;) {
		chain[n++] = at;
		uint64_t parent = m->entries[at].parent & REF;
		uint16_t sequence = (uint16_t)(m->entries[at].parent >> 48);
		/* a folder that was deleted counts its number up by one */
		if (parent >= m->count || !m->entries[parent].is_folder ||
		    (parent != ROOT && (uint16_t)(m->entries[parent].sequence - sequence) > 1)) {
			orphan = 1;
			break;
		}
		at = parent;
	}
	buf_add(out, m->base.data, m->base.len);
	if (orphan || n == DEEPEST)
		buf_adds(out, "$Orphan/");
	while (n-- > 0) {
		pathname_escape(m->pool.data + m->entries[chain[n]].name, out);
		if (n)
			buf_addc(out, '/');
	}
}

/* ---- rows */

static void add_time(struct buf *fields, const char *name, uint64_t filetime, int64_t unless)
{
	char text[32];
	int64_t when = observation_from_filetime(filetime);
	if (when == OBSERVATION_NO_TIME || when == unless)
		return;
	observation_when(when, text);
	observation_field(fields, name, text);
}

/* The mark of the web. */
static void add_zone(struct buf *fields, const struct attribute *a)
{
	static const char *const names[][2] = {
	    {"ZoneId=", "zone_id"}, {"HostUrl=", "host_url"}, {"ReferrerUrl=", "referrer_url"}};
	char *text = xstrndup((const char *)a->content, a->n);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *at = strstr(text, names[i][0]);
		if (at) {
			at += strlen(names[i][0]);
			observation_field_n(fields, names[i][1], at, strcspn(at, "\r\n"));
		}
	}
	free(text);
}

struct mft_file {
	struct file_times times;
	int whole_second; /* its creation, as tools that set times leave it */
	uint64_t fn_created;
	uint64_t fn_modified;
	uint64_t size;
	int has_data;
	struct buf streams;
	struct buf zone;
};

static void take_attribute(struct mft_file *x, const struct attribute *a)
{
	const unsigned char *p = a->content;
	if (a->type == 0x10 && p && a->n >= 32) {
		x->times.created = observation_from_filetime(bytes_le64(p));
		x->times.modified = observation_from_filetime(bytes_le64(p + 8));
		x->times.changed = observation_from_filetime(bytes_le64(p + 16));
		x->times.accessed = observation_from_filetime(bytes_le64(p + 24));
		x->whole_second = bytes_le64(p) % OBSERVATION_TICKS == 0;
	} else if (a->type == 0x30 && p && a->n >= 66 && (p[65] != 2 || !x->fn_created)) {
		x->fn_created = bytes_le64(p + 8);
		x->fn_modified = bytes_le64(p + 16);
		if (!x->has_data)
			x->size = bytes_le64(p + 48);
	} else if (a->type == 0x80 && !*a->name && a->first) {
		x->size = a->size;
		x->has_data = 1;
	} else if (a->type == 0x80 && *a->name && a->first && x->streams.len < 1000) {
		buf_addf(&x->streams, "%s%s", x->streams.len ? "," : "", a->name);
		if (strcmp(a->name, "Zone.Identifier") == 0 && p && x->zone.len == 0)
			add_zone(&x->zone, a);
	}
}

static int give_file(struct mft *m, uint64_t number, const unsigned char *p, struct err *err)
{
	struct mft_file x = {.times = {OBSERVATION_NO_TIME, OBSERVATION_NO_TIME, OBSERVATION_NO_TIME,
	                               OBSERVATION_NO_TIME, OBSERVATION_NO_TIME}};
	struct attribute a;
	struct buf fields = BUF_INIT;
	struct buf path = BUF_INIT;
	unsigned flags = bytes_le16(p + 22);
	for (size_t at = first_attribute(m, p); next_attribute(m, p, &at, &a) > 0;)
		take_attribute(&x, &a);
	add_path(m, number, &path);
	observation_field(&fields, "type", flags & 2 ? "folder" : "file");
	observation_field_number(&fields, "size", (int64_t)(x.size & INT64_MAX));
	observation_field(&fields, "deleted", flags & 1 ? "false" : "true");
	observation_field_number(&fields, "inode", (int64_t)number);
	add_time(&fields, "fn_created", x.fn_created, x.times.created);
	add_time(&fields, "fn_modified", x.fn_modified, x.times.modified);
	int64_t named = observation_from_filetime(x.fn_created);
	if (named != OBSERVATION_NO_TIME && x.times.created < named && x.whole_second)
		observation_field(&fields, "stomped", "true");
	observation_field_n(&fields, "streams", x.streams.data, x.streams.len);
	buf_add(&fields, x.zone.data, x.zone.len);
	struct file_rows rows = {.path = path.data,
	                         .times = x.times,
	                         .place = number * m->record_size,
	                         .artefact = OBSERVATION_mft,
	                         .clock = OBSERVATION_CLOCK_utc,
	                         .deleted = !(flags & 1),
	                         .fields = &fields};
	int rc = file_rows_give(m->out, &rows, err);
	buf_release(&x.streams);
	buf_release(&x.zone);
	buf_release(&fields);
	buf_release(&path);
	return rc;
}

static int read_files(struct mft *m, struct err *err)
{
	unsigned char p[LARGEST];
	int rc = 0;
	for (uint64_t i = 0; rc == 0 && i < m->count; i++)
		if (m->entries[i].name && i != ROOT && read_record(m, i, p) > 0 && (bytes_le64(p + 32) & REF) == 0)
			rc = give_file(m, i, p, err);
	return rc;
}

/* The bytes of a record, as the first one says that is whole; 0: none is. */
static size_t size_of_records(const struct triage_file *f)
{
	unsigned char head[48];
	struct err ignored = ERR_INIT;
	for (uint64_t at = 0; at < 64 * LARGEST && at + sizeof head <= f->size; at += 512) {
		if (f->read(f->ctx, at, head, sizeof head, &ignored) < 0 || memcmp(head, "FILE", 4) != 0)
			continue;
		size_t size = bytes_le32(head + 28);
		if (size >= 512 && size <= LARGEST && size % 512 == 0 && at % size == 0)
			return size;
	}
	return 0;
}

int mft_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct mft m = {.f = f, .out = out};
	const char *slash = strrchr(f->path, '/');
	m.record_size = size_of_records(f);
	if (m.record_size == 0)
		return err_set(err, ERR_INVALID, _("it is no master file table"));
	m.count = f->size / m.record_size;
	if (m.count > RECORDS) {
		triage_problem(out, RECORDS * m.record_size,
		               _("the table is larger than is read; the rest is left out"));
		m.count = RECORDS;
	}
	m.entries = xcalloc((size_t)m.count + 1, sizeof *m.entries);
	buf_addc(&m.pool, '\0');
	buf_add(&m.base, f->path, slash ? (size_t)(slash - f->path) + 1 : 0);
	int rc = read_names(&m, err);
	if (rc == 0)
		rc = read_files(&m, err);
	if (f->size % m.record_size)
		triage_problem(out, f->size - f->size % m.record_size, _("the last record is cut off"));
	if (m.odd)
		triage_problem(out, m.first_odd,
		               P_("%llu record of the table is damaged, here",
		                  "%llu records of the table are damaged, the first here", (unsigned long long)m.odd),
		               (unsigned long long)m.odd);
	free(m.entries);
	buf_release(&m.pool);
	buf_release(&m.base);
	return rc;
}
