#include "finding/triage/artefact/lnk.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST (8U << 20)
#define HEAD    76U

enum {
	HAS_IDS = 1,
	HAS_INFO = 2,
	HAS_NAME = 4,
	HAS_RELATIVE = 8,
	HAS_FOLDER = 16,
	HAS_ARGUMENTS = 32,
	HAS_ICON = 64,
	IS_UNICODE = 128
};

static const unsigned char mark[20] = {0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};

struct shortcut {
	const unsigned char *p;
	size_t n;
	size_t at;
	uint32_t flags;
	struct buf target;
	struct buf relative;
	struct buf folder;
	struct buf arguments;
	struct buf share;
	struct buf name;
	char machine[17];
	uint32_t serial;
	uint32_t drive;
	int has_volume;
	int damaged; /* nothing is read behind it */
	int partly;  /* something in it is, and what follows can be read */
};

int lnk_recognises(const char *path, const unsigned char *head, size_t n)
{
	return n >= sizeof mark ? memcmp(head, mark, sizeof mark) == 0 && !triage_path_ends(path, "Destinations-ms")
	                        : triage_path_ends(path, ".lnk");
}

/* The long name of a shell item that is a file or folder, from its extension block, else its short one. */
static void add_item(struct shortcut *s, const unsigned char *item, size_t n)
{
	unsigned type = n > 2 ? item[2] : 0;
	if (type == 0x1F && n >= 20) { /* a place that is no folder of a disk */
		buf_addf(&s->target, "::{%08X-%04X-%04X-%02X%02X-", bytes_le32(item + 4), bytes_le16(item + 8),
		         bytes_le16(item + 10), item[12], item[13]);
		for (size_t i = 14; i < 20; i++)
			buf_addf(&s->target, "%02X", item[i]);
		buf_addc(&s->target, '}');
		return;
	}
	if ((type & 0x70) == 0x20 && n > 6) { /* a drive */
		buf_clear(&s->target);
		triage_latin(&s->target, item + 3, n - 3);
		return;
	}
	if ((type & 0x70) != 0x30 || n < 16)
		return;
	if (s->target.len && s->target.data[s->target.len - 1] != '\\')
		buf_addc(&s->target, '\\');
	for (size_t i = 16; i + 22 <= n; i += 2)
		if (bytes_le32(item + i) == 0xBEEF0004 && i >= 4) {
			unsigned version = bytes_le16(item + i - 2);
			size_t name = version >= 8 ? 42 : version >= 7 ? 38 : version >= 3 ? 16 : 0;
			if (name && i - 4 + name + 4 < n) {
				triage_utf16(&s->target, item + i - 4 + name + 4, n - (i - 4 + name + 4));
				return;
			}
		}
	if (type & 4)
		triage_utf16(&s->target, item + 14, n - 14);
	else
		triage_latin(&s->target, item + 14, n - 14);
}

static void read_ids(struct shortcut *s)
{
	size_t size = s->n - s->at >= 2 ? bytes_le16(s->p + s->at) : 0;
	size_t end = s->at + 2 + size;
	if (s->n - s->at < 2 || size > s->n - s->at - 2) {
		s->damaged = 1;
		end = s->n;
	}
	for (size_t at = s->at + 2; at + 2 <= end;) {
		size_t n = bytes_le16(s->p + at);
		if (n < 2 || n > end - at) {
			s->partly |= n != 0;
			break;
		}
		add_item(s, s->p + at, n);
		at += n;
	}
	s->at = end;
}

static void add_path(struct buf *out, const unsigned char *p, size_t size, uint32_t narrow, uint32_t wide)
{
	if (wide && wide < size)
		triage_utf16(out, p + wide, size - wide);
	else if (narrow && narrow < size)
		triage_latin(out, p + narrow, size - narrow);
}

static void read_info(struct shortcut *s)
{
	const unsigned char *p = s->p + s->at;
	size_t size = s->n - s->at >= 4 ? bytes_le32(p) : 0;
	if (size < 28 || size > s->n - s->at) {
		s->damaged = 1;
		return;
	}
	uint32_t head = bytes_le32(p + 4);
	uint32_t flags = bytes_le32(p + 8);
	uint32_t volume = bytes_le32(p + 12);
	uint32_t network = bytes_le32(p + 20);
	struct buf path = BUF_INIT;
	if (flags & 1 && volume && volume <= size - 16) {
		s->drive = bytes_le32(p + volume + 4);
		s->serial = bytes_le32(p + volume + 8);
		s->has_volume = 1;
	}
	if (flags & 1)
		add_path(&path, p, size, bytes_le32(p + 16), head >= 36 && size >= 36 ? bytes_le32(p + 28) : 0);
	if (flags & 2 && network && network <= size - 20) {
		uint32_t share = bytes_le32(p + network + 8);
		if (share && share < size - network)
			triage_latin(&s->share, p + network + share, size - network - share);
		if (path.len == 0)
			buf_add(&path, s->share.data, s->share.len);
	}
	struct buf suffix = BUF_INIT;
	add_path(&suffix, p, size, bytes_le32(p + 24), head >= 36 && size >= 36 ? bytes_le32(p + 32) : 0);
	if (suffix.len && path.len && path.data[path.len - 1] != '\\')
		buf_addc(&path, '\\');
	buf_add(&path, suffix.data, suffix.len);
	if (path.len) {
		buf_clear(&s->target);
		buf_add(&s->target, path.data, path.len);
	}
	buf_release(&suffix);
	buf_release(&path);
	s->at += size;
}

static void read_string(struct shortcut *s, struct buf *out)
{
	size_t count = s->n - s->at >= 2 ? bytes_le16(s->p + s->at) : 0;
	size_t bytes = s->flags & IS_UNICODE ? 2 * count : count;
	if (s->n - s->at < 2 || bytes > s->n - s->at - 2) {
		s->damaged = 1;
		s->at = s->n;
		return;
	}
	if (s->flags & IS_UNICODE)
		triage_utf16(out, s->p + s->at + 2, bytes);
	else
		triage_latin(out, s->p + s->at + 2, bytes);
	s->at += 2 + bytes;
}

static void read_extra(struct shortcut *s)
{
	while (s->n - s->at >= 8) {
		size_t size = bytes_le32(s->p + s->at);
		const unsigned char *p = s->p + s->at;
		if (size < 8)
			return; /* the end */
		if (size > s->n - s->at) {
			s->partly = 1;
			return;
		}
		if (bytes_le32(p + 4) == 0xA0000003 && size >= 32) { /* the machine that it lay on */
			memcpy(s->machine, p + 16, 16);
			s->machine[16] = '\0';
		}
		s->at += size;
	}
}

static void read_shortcut(struct shortcut *s)
{
	struct buf unused = BUF_INIT;
	s->flags = bytes_le32(s->p + 20);
	s->at = HEAD;
	if (s->flags & HAS_IDS)
		read_ids(s);
	if (s->flags & HAS_INFO && !s->damaged)
		read_info(s);
	const struct {
		unsigned flag;
		struct buf *text;
	} strings[] = {{HAS_NAME, &s->name},
	               {HAS_RELATIVE, &s->relative},
	               {HAS_FOLDER, &s->folder},
	               {HAS_ARGUMENTS, &s->arguments},
	               {HAS_ICON, &unused}};
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		if (s->flags & strings[i].flag && !s->damaged)
			read_string(s, strings[i].text);
	read_extra(s);
	buf_release(&unused);
}

static void add_fields(struct shortcut *s, struct buf *fields)
{
	static const char *const drives[] = {"unknown", "none", "removable", "fixed", "network", "optical", "memory"};
	char text[16];
	triage_field_take(fields, "target", s->target.len ? &s->target : &s->relative);
	triage_field_take(fields, "arguments", &s->arguments);
	triage_field_take(fields, "working_dir", &s->folder);
	triage_field_take(fields, "description", &s->name);
	triage_field_take(fields, "share", &s->share);
	observation_field_number(fields, "size", bytes_le32(s->p + 52));
	if (s->has_volume) {
		observation_field(fields, "drive_type", drives[s->drive < 7 ? s->drive : 0]);
		snprintf(text, sizeof text, "%08X", s->serial);
		observation_field(fields, "volume_serial", text);
	}
	observation_field(fields, "machine", s->machine);
}

int lnk_rows(struct triage_out *out, const unsigned char *p, size_t n, unsigned artefact, uint64_t offset,
             const struct buf *head, struct err *err)
{
	static const struct {
		size_t at;
		uint16_t of;
	} times[] = {{28, OBSERVATION_TIME_created}, {36, OBSERVATION_TIME_accessed}, {44, OBSERVATION_TIME_modified}};
	struct shortcut s = {.p = p,
	                     .n = n,
	                     .target = BUF_INIT,
	                     .relative = BUF_INIT,
	                     .folder = BUF_INIT,
	                     .arguments = BUF_INIT,
	                     .share = BUF_INIT,
	                     .name = BUF_INIT};
	struct buf fields = BUF_INIT;
	unsigned told = 0;
	uint32_t rows = 0;
	int rc = 0;
	if (n < HEAD || memcmp(p, mark, sizeof mark) != 0)
		return 0;
	read_shortcut(&s);
	if (s.damaged || s.partly)
		triage_problem(out, offset + s.at, _("the shortcut is damaged: what could be read of it is given"));
	if (head)
		buf_add(&fields, head->data, head->len);
	add_fields(&s, &fields);
	for (size_t i = 0; rc == 0 && i < 4; i++) {
		struct observation o = {.when = i < 3 ? observation_from_filetime(bytes_le64(p + times[i].at))
		                                      : OBSERVATION_NO_TIME,
		                        .offset = offset,
		                        .ordinal = rows,
		                        .artefact = (uint8_t)artefact,
		                        .clock = OBSERVATION_CLOCK_utc,
		                        .fields = fields.data,
		                        .fields_size = fields.len};
		if (i < 3 ? o.when == OBSERVATION_NO_TIME || told & 1U << i : rows > 0)
			continue;
		for (size_t k = i; k < 3; k++)
			if (observation_from_filetime(bytes_le64(p + times[k].at)) == o.when) {
				o.time_of |= times[k].of;
				told |= 1U << k;
			}
		rows++;
		rc = triage_row(out, &o, err);
	}
	buf_release(&s.target);
	buf_release(&s.relative);
	buf_release(&s.folder);
	buf_release(&s.arguments);
	buf_release(&s.share);
	buf_release(&s.name);
	buf_release(&fields);
	return rc < 0 ? -1 : 1;
}

int lnk_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	size_t n;
	unsigned char *bytes = triage_whole(f, LARGEST, &n, err);
	if (!bytes)
		return -1;
	int rc = lnk_rows(out, bytes, n, OBSERVATION_lnk, 0, NULL, err);
	free(bytes);
	return rc == 0 ? err_set(err, ERR_INVALID, _("it is no shortcut")) : rc < 0 ? -1 : 0;
}
