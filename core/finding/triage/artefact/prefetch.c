#include "finding/triage/artefact/prefetch.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST       (16U << 20)
#define FILES_TEXT    (30U << 10) /* of names, which is nearly what a value holds */
#define PROGRAM_UNITS 29U

int prefetch_recognises(const char *path, const unsigned char *head, size_t n)
{
	if (n >= 8 && memcmp(head + 4, "SCCA", 4) == 0)
		return 1;
	return triage_path_ends(path, ".pf") && (n < 4 || memcmp(head, "MAM", 3) == 0);
}

static unsigned char *unpack(unsigned char *bytes, size_t *n, struct err *err)
{
	size_t head = *n >= 8 && bytes[3] & 0xF0 ? 12 : 8; /* with a checksum */
	if (*n < head || memcmp(bytes, "MAM", 3) != 0)
		return bytes;
	size_t size = bytes_le32(bytes + 4);
	unsigned char *out = size && size <= LARGEST ? xcalloc(1, size + 8) : NULL;
	if (!out || (bytes[3] & 0x0F) != 4 || xpress_huffman(bytes + head, *n - head, out, size) < 0) {
		free(out);
		free(bytes);
		err_set(err, ERR_DAMAGED, _("the packed prefetch file is damaged"));
		return NULL;
	}
	free(bytes);
	*n = size;
	return out;
}

struct prefetch {
	const unsigned char *p;
	size_t n;
	uint32_t version;
	uint32_t runs;
	size_t times; /* where the run times are */
	unsigned time_count;
};

static int read_head(struct prefetch *f)
{
	static const struct {
		uint32_t version;
		size_t times;
		unsigned count;
		size_t runs;
	} forms[] = {{17, 120, 1, 144}, {23, 128, 1, 152}, {26, 128, 8, 208}, {30, 128, 8, 208}, {31, 128, 8, 208}};
	if (f->n < 220 || memcmp(f->p + 4, "SCCA", 4) != 0)
		return -1;
	f->version = bytes_le32(f->p);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].version == f->version) {
			size_t runs = forms[i].runs;
			/* later forms of 30 and 31 are eight bytes shorter: their first section begins so much earlier */
			if (f->version >= 30 && bytes_le32(f->p + 84) == 296)
				runs = 200;
			f->times = forms[i].times;
			f->time_count = forms[i].count;
			f->runs = bytes_le32(f->p + runs);
			return 0;
		}
	return -1;
}

/* Whether the path is the program's. Of a name that is longer its first 29 units are kept, so that it may end there. */
static int is_own(const char *path, const char *program)
{
	const char *slash = strrchr(path, '\\');
	size_t k = strlen(program);
	if (!slash || !k || strncasecmp(slash + 1, program, k) != 0)
		return 0;
	return !slash[1 + k] || k >= PROGRAM_UNITS;
}

/* The names of the files that were touched, and the one that is the program's own. */
static void read_names(const struct prefetch *f, struct triage_out *out, const char *program, struct buf *names,
                       struct buf *own)
{
	unsigned long left = 0;
	size_t at = bytes_le32(f->p + 100);
	size_t size = bytes_le32(f->p + 104);
	struct buf name = BUF_INIT;
	if (at > f->n || size > f->n - at) {
		triage_problem(out, 100, _("the names of the files that it touched cannot be read"));
		return;
	}
	for (size_t end = at + size; at + 2 <= end;) {
		buf_clear(&name);
		triage_utf16(&name, f->p + at, end - at);
		while (at + 2 <= end && bytes_le16(f->p + at))
			at += 2;
		at += 2;
		if (own->len == 0 && is_own(name.data, program))
			buf_add(own, name.data, name.len);
		if (name.len && names->len + name.len < FILES_TEXT) {
			buf_addf(names, "%s", names->len ? "\n" : "");
			buf_add(names, name.data, name.len);
		} else {
			left += name.len > 0;
		}
	}
	if (left)
		buf_addf(names, "\n\xE2\x80\xA6 (%lu more)", left);
	buf_release(&name);
}

static void add_volume(const struct prefetch *f, struct buf *fields)
{
	size_t at = bytes_le32(f->p + 108);
	uint32_t count = bytes_le32(f->p + 112);
	char text[16];
	if (count == 0 || at > f->n || f->n - at < 40)
		return;
	snprintf(text, sizeof text, "%08X", bytes_le32(f->p + at + 16));
	observation_field(fields, "volume_serial", text);
}

int prefetch_run(const struct triage_file *file, struct triage_out *out, struct err *err)
{
	struct prefetch f = {.p = NULL};
	unsigned char *bytes = triage_whole(file, LARGEST, &f.n, err);
	bytes = bytes ? unpack(bytes, &f.n, err) : NULL;
	if (!bytes)
		return -1;
	f.p = bytes;
	if (read_head(&f) < 0) {
		free(bytes);
		return err_set(err, ERR_INVALID, _("it is no prefetch file of a version that is known"));
	}
	struct buf program = BUF_INIT;
	struct buf names = BUF_INIT;
	struct buf own = BUF_INIT;
	struct buf fields = BUF_INIT;
	char hash[16];
	triage_utf16(&program, f.p + 16, 60);
	read_names(&f, out, program.data, &names, &own);
	snprintf(hash, sizeof hash, "%08X", bytes_le32(f.p + 76));
	observation_field(&fields, "program", program.data);
	observation_field_number(&fields, "run_count", f.runs);
	triage_field_take(&fields, "program_path", &own);
	observation_field(&fields, "hash", hash);
	add_volume(&f, &fields);
	size_t plain = fields.len;
	triage_field_take(&fields, "files", &names);
	uint32_t rows = 0;
	int rc = 0;
	for (unsigned i = 0; rc == 0 && i < f.time_count; i++) {
		struct observation o = {.when = observation_from_filetime(bytes_le64(f.p + f.times + 8 * i)),
		                        .ordinal = rows,
		                        .time_of = OBSERVATION_TIME_run,
		                        .artefact = OBSERVATION_prefetch,
		                        .clock = OBSERVATION_CLOCK_utc,
		                        .fields = fields.data,
		                        .fields_size = rows ? plain : fields.len};
		if (o.when == OBSERVATION_NO_TIME && (rows || i + 1 < f.time_count))
			continue;
		if (o.when == OBSERVATION_NO_TIME)
			o.time_of = 0;
		rows++;
		rc = triage_row(out, &o, err);
	}
	buf_release(&program);
	buf_release(&names);
	buf_release(&own);
	buf_release(&fields);
	free(bytes);
	return rc;
}
