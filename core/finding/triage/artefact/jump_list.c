/*
 * Jump lists. A custom one is shortcuts, one behind the other. An automatic one is a compound file ([MS-CFB]) with a shortcut
 * in each stream, and a stream DestList that says when each was used and from which machine. Form of DestList: J. Metz, "Jump
 * lists format".
 */
#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/artefact/lnk.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST  (32U << 20)
#define STREAM   (4U << 20)
#define END      0xFFFFFFFAU /* sectors from here on are marks */
#define SHORTEST 76U

int jump_list_recognises(const char *path, const unsigned char *head, size_t n)
{
	(void)head;
	(void)n;
	return triage_path_ends(path, ".automaticDestinations-ms") || triage_path_ends(path, ".customDestinations-ms");
}

/* ---- a compound file */

struct jump_file {
	const unsigned char *p;
	size_t n;
	size_t sector; /* bytes */
	uint32_t *table;
	size_t count;
	const unsigned char *small_table;
	struct buf small_bytes; /* the stream of small sectors */
	struct buf small_chain; /* and the table of them */
	struct buf folder;
};

static const unsigned char *sector_at(const struct jump_file *c, uint32_t number)
{
	uint64_t at = ((uint64_t)number + 1) * c->sector;
	return number < END && at + c->sector <= c->n ? c->p + at : NULL;
}

static void read_chain(const struct jump_file *c, uint32_t number, size_t most, struct buf *out)
{
	for (size_t i = 0; i < c->count && number < END && out->len < most; i++) {
		const unsigned char *p = sector_at(c, number);
		if (!p || number >= c->count)
			return;
		buf_add(out, p, c->sector);
		number = c->table[number];
	}
}

static int compound_open(struct jump_file *c, const unsigned char *p, size_t n)
{
	static const unsigned char ole[8] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
	*c = (struct jump_file){.p = p, .n = n, .small_bytes = BUF_INIT, .small_chain = BUF_INIT, .folder = BUF_INIT};
	if (n < 512 || memcmp(p, ole, 8) != 0)
		return -1;
	unsigned shift = bytes_le16(p + 30);
	if (shift != 9 && shift != 12)
		return -1;
	c->sector = (size_t)1 << shift;
	c->count = n / c->sector + 1;
	c->table = xmalloc(c->count * sizeof *c->table);
	memset(c->table, 0xFF, c->count * sizeof *c->table);
	size_t each = c->sector / 4;
	for (size_t i = 0; i < 109; i++) { /* files of this kind are small: the list in the header is all of it */
		const unsigned char *s = sector_at(c, bytes_le32(p + 76 + 4 * i));
		for (size_t k = 0; s && k < each && i * each + k < c->count; k++)
			c->table[i * each + k] = bytes_le32(s + 4 * k);
	}
	read_chain(c, bytes_le32(p + 48), STREAM, &c->folder);
	read_chain(c, bytes_le32(p + 60), STREAM, &c->small_chain);
	if (c->folder.len >= 128) /* the root's stream holds the small sectors */
		read_chain(c, bytes_le32(c->folder.data + 116), LARGEST, &c->small_bytes);
	return 0;
}

static void compound_close(struct jump_file *c)
{
	free(c->table);
	buf_release(&c->small_bytes);
	buf_release(&c->small_chain);
	buf_release(&c->folder);
}

/* The stream of the folder's entry at `e`. */
static void read_stream(const struct jump_file *c, const unsigned char *e, struct buf *out)
{
	uint32_t number = bytes_le32(e + 116);
	size_t size = bytes_le32(e + 120);
	if (size > STREAM)
		size = STREAM;
	if (size >= 4096) {
		read_chain(c, number, size, out);
	} else {
		for (size_t i = 0; i < c->small_bytes.len / 64 && number < END && out->len < size; i++) {
			size_t at = (size_t)number * 64;
			if (at + 64 > c->small_bytes.len || (size_t)number * 4 + 4 > c->small_chain.len)
				break;
			buf_add(out, c->small_bytes.data + at, 64);
			number = bytes_le32(c->small_chain.data + (size_t)number * 4);
		}
	}
	if (out->len > size)
		buf_truncate(out, size);
}

/* ---- lists */

static void add_app(struct buf *fields, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	observation_field_n(fields, "app_id", name, strcspn(name, "."));
}

static int list_rows(const struct triage_file *f, struct triage_out *out, const struct buf *list, struct err *err)
{
	const unsigned char *p = (const unsigned char *)list->data;
	uint32_t version = list->len >= 32 ? bytes_le32(p) : 0;
	uint32_t claimed = version ? bytes_le32(p + 4) : 0;
	uint32_t rows = 0;
	size_t head = version >= 3 ? 130 : 114;
	int rc = 0;
	for (size_t at = 32; version && rc == 0 && at + head <= list->len;) {
		const unsigned char *e = p + at;
		size_t chars = bytes_le16(e + head - 2);
		struct buf fields = BUF_INIT;
		struct buf text = BUF_INIT;
		if (2 * chars > list->len - at - head)
			break;
		add_app(&fields, f->path);
		observation_field_number(&fields, "entry", bytes_le32(e + 88));
		triage_utf16(&text, e + head, 2 * chars);
		triage_field_take(&fields, "target", &text);
		triage_latin(&text, e + 72, 16);
		triage_field_take(&fields, "machine", &text);
		if (version >= 3)
			observation_field_number(&fields, "run_count", bytes_le32(e + 116));
		struct observation o = {.when = observation_from_filetime(bytes_le64(e + 100)),
		                        .offset = at,
		                        .time_of = OBSERVATION_TIME_accessed,
		                        .artefact = OBSERVATION_jump_list,
		                        .clock = OBSERVATION_CLOCK_utc,
		                        .ordinal = 100,
		                        .fields = fields.data,
		                        .fields_size = fields.len};
		rc = triage_row(out, &o, err);
		buf_release(&text);
		buf_release(&fields);
		at += head + 2 * chars + (version >= 3 ? 4 : 0);
		rows++;
	}
	int empty = 1; /* nothing was used by this program */
	for (size_t i = 0; i < list->len; i++)
		empty &= p[i] == 0;
	if (version == 0 && !empty)
		triage_problem(out, 0, _("the list of when each was used is damaged"));
	else if (rows < claimed)
		triage_problem(out, 0, _("the list of when each was used counts %u entries, and %u could be read"),
		               claimed, rows);
	return rc;
}

static int automatic(const struct triage_file *f, struct triage_out *out, const unsigned char *p, size_t n,
                     struct err *err)
{
	struct jump_file c;
	int rc = 0;
	size_t left = 2 * n; /* streams cannot hold more than the file does */
	if (compound_open(&c, p, n) < 0)
		return err_set(err, ERR_INVALID, _("it is no compound file"));
	for (size_t at = 128; rc == 0 && at + 128 <= c.folder.len; at += 128) {
		const unsigned char *e = (const unsigned char *)c.folder.data + at;
		struct buf name = BUF_INIT;
		struct buf bytes = BUF_INIT;
		struct buf fields = BUF_INIT;
		if (e[66] == 2) {
			triage_utf16(&name, e, 64);
			read_stream(&c, e, &bytes);
		}
		if (bytes.len > left) {
			triage_problem(out, at, _("streams of the file lie on each other: what follows is not read"));
			buf_release(&bytes);
			buf_release(&name);
			break;
		}
		left -= bytes.len;
		if (name.len == 8 && memcmp(name.data, "DestList", 8) == 0) {
			rc = list_rows(f, out, &bytes, err);
		} else if (bytes.len) {
			add_app(&fields, f->path);
			observation_field(&fields, "entry", name.data);
			rc = lnk_rows(out, (const unsigned char *)bytes.data, bytes.len, OBSERVATION_jump_list, at,
			              &fields, err);
			if (rc == 0)
				triage_problem(out, at, _("the shortcut %s of the list is damaged"), name.data);
			rc = rc < 0 ? -1 : 0;
		}
		buf_release(&fields);
		buf_release(&bytes);
		buf_release(&name);
	}
	compound_close(&c);
	return rc;
}

static int custom(const struct triage_file *f, struct triage_out *out, const unsigned char *p, size_t n,
                  struct err *err)
{
	static const unsigned char mark[20] = {0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
	const unsigned char *class = mark + 4; /* it stands before each, too */
	struct buf fields = BUF_INIT;
	int rc = 0;
	add_app(&fields, f->path);
	for (size_t at = 0; rc >= 0 && n >= SHORTEST && at <= n - SHORTEST; at++) {
		const unsigned char *hit = memmem(p + at, n - at, mark, sizeof mark);
		if (!hit)
			break;
		at = (size_t)(hit - p);
		rc = lnk_rows(out, hit, n - at, OBSERVATION_jump_list, at, &fields, err);
	}
	const unsigned char *hit = p;
	while ((hit = memmem(hit, (size_t)(p + n - hit), class, 16)) != NULL) {
		size_t at = (size_t)(hit - p) + 16;
		int inside = hit - p >= 4 && memcmp(hit - 4, mark, 4) == 0;
		hit += 16;
		if (inside || n - at < sizeof mark || memcmp(hit, mark, sizeof mark) == 0)
			continue;
		triage_problem(out, at, _("the shortcut that should begin here is damaged"));
		hit += sizeof mark;
	}
	buf_release(&fields);
	return rc < 0 ? -1 : 0;
}

int jump_list_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	size_t n;
	unsigned char *bytes = triage_whole(f, LARGEST, &n, err);
	if (!bytes)
		return -1;
	int rc = n >= 8 && bytes[0] == 0xD0 ? automatic(f, out, bytes, n, err) : custom(f, out, bytes, n, err);
	free(bytes);
	return rc;
}
