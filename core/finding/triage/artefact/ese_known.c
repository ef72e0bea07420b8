/* What known databases say: resource usage, the web cache, background transfers. */
#include "finding/triage/artefact/ese_private.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/parse/whole.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAPPED 200000U /* names of programs and users */

static int is_database(const unsigned char *head, size_t n)
{
	return n == 0 || (n >= 8 && bytes_le32(head + 4) == UINT32_C(0x89ABCDEF));
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int srum_recognises(const char *path, const unsigned char *head, size_t n)
{
	return strcasecmp(last_name(path), "SRUDB.dat") == 0 && is_database(head, n);
}

int webcache_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *name = last_name(path);
	return strncasecmp(name, "WebCacheV", 9) == 0 && triage_path_ends(name, ".dat") && is_database(head, n);
}

int bits_recognises(const char *path, const unsigned char *head, size_t n)
{
	return strcasecmp(last_name(path), "qmgr.db") == 0 && is_database(head, n);
}

static void add_text(struct buf *fields, const struct ese_record *r, const char *field, const char *column)
{
	struct buf text = BUF_INIT;
	if (ese_text(r, ese_column(r, column), &text))
		observation_field_n(fields, field, text.data, text.len);
	buf_release(&text);
}

static void add_number(struct buf *fields, const struct ese_record *r, const char *field, const char *column)
{
	int64_t value;
	if (ese_number(r, ese_column(r, column), &value))
		observation_field_number(fields, field, value);
}

static int64_t filetime_of(const struct ese_record *r, const char *column)
{
	int64_t value;
	return ese_number(r, ese_column(r, column), &value) && value > 0 ? observation_from_filetime((uint64_t)value)
	                                                                 : OBSERVATION_NO_TIME;
}

static void add_filetime(struct buf *fields, const struct ese_record *r, const char *field, const char *column)
{
	char text[32];
	int64_t when = filetime_of(r, column);
	if (when == OBSERVATION_NO_TIME)
		return;
	observation_when(when, text);
	observation_field(fields, field, text);
}

/* ---- SRUM: Yogesh Khatri, "Forensic implications of System Resource Usage Monitor data in Windows 8" */

struct srum_name {
	int64_t number;
	int is_sid;
	char *text;
};

struct srum {
	struct srum_name *names;
	size_t count;
};

static const struct {
	const char *table;
	const char *name;
} srum_tables[] = {{"{973F5D5C-1D90-4944-BE8E-24B94231A174}", "network usage"},
                   {"{D10CA2FE-6FCF-4F6D-848E-B2E99266FA89}", "application usage"},
                   {"{DD6636C4-8929-4683-974E-22C046A43763}", "network connection"},
                   {"{D10CA2FE-6FCF-4F6D-848E-B2E99266FA86}", "notification"},
                   {"{5C8CF1C7-7257-4F13-B223-970EF5939312}", "application timeline"},
                   {"{7ACBBAA3-D029-4BE4-9A7A-0885927F1D8F}", "display usage"},
                   {"{FEE4E14F-02A9-4550-B5CE-5FA2DA202E37}", "energy usage"},
                   {"{FEE4E14F-02A9-4550-B5CE-5FA2DA202E37}LT", "energy usage, long"}};

static const char *srum_table(const char *table)
{
	for (size_t i = 0; i < sizeof srum_tables / sizeof *srum_tables; i++)
		if (strcasecmp(srum_tables[i].table, table) == 0)
			return srum_tables[i].name;
	return NULL;
}

static int is_id_map(const char *table)
{
	return strcmp(table, "SruDbIdMapTable") == 0;
}

static int is_usage(const char *table)
{
	return srum_table(table) != NULL;
}

/* S-1-5-21-…: revision, count, authority of 6 bytes, sub-authorities */
static char *sid_text(const unsigned char *p, size_t n)
{
	struct buf text = BUF_INIT;
	if (n < 8 || p[1] > 15 || n < 8 + 4 * (size_t)p[1])
		return xstrdup("");
	uint64_t authority = 0;
	for (unsigned i = 2; i < 8; i++)
		authority = authority << 8 | p[i];
	buf_addf(&text, "S-%u-%" PRIu64, p[0], authority);
	for (unsigned i = 0; i < p[1]; i++)
		buf_addf(&text, "-%u", bytes_le32(p + 8 + 4 * i));
	return buf_take(&text, NULL);
}

static int take_name(void *ctx, struct ese_record *r, struct err *err)
{
	struct srum *s = ctx;
	struct buf blob = BUF_INIT;
	struct srum_name name = {0};
	int64_t type = 0;
	(void)err;
	if (s->count == MAPPED || !ese_number(r, ese_column(r, "IdIndex"), &name.number) ||
	    !ese_bytes(r, ese_column(r, "IdBlob"), &blob))
		return 0;
	ese_number(r, ese_column(r, "IdType"), &type);
	name.is_sid = type == 3;
	if (name.is_sid) {
		name.text = sid_text((unsigned char *)blob.data, blob.len);
	} else {
		struct buf text = BUF_INIT;
		triage_utf16(&text, (unsigned char *)blob.data, blob.len);
		name.text = buf_take(&text, NULL);
	}
	s->names = xrealloc(s->names, (s->count + 1) * sizeof *s->names);
	s->names[s->count++] = name;
	buf_release(&blob);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct srum_name *x = a;
	const struct srum_name *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void add_name(const struct srum *s, struct buf *fields, const struct ese_record *r, const char *field,
                     const char *column)
{
	struct srum_name key = {0};
	if (!ese_number(r, ese_column(r, column), &key.number))
		return;
	const struct srum_name *found =
	    s->count ? bsearch(&key, s->names, s->count, sizeof *s->names, by_number) : NULL;
	if (found)
		observation_field(fields, found->is_sid ? "sid" : field, found->text);
	else
		observation_field_number(fields, field, key.number);
}

/* "ForegroundBytesRead" as a field: foreground_bytes_read */
static void field_name(const char *column, char name[80])
{
	size_t n = 0;
	for (const char *p = column; *p && n < 78; p++) {
		int upper = *p >= 'A' && *p <= 'Z';
		int letter = upper || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
		if (upper && p > column && p[-1] >= 'a' && p[-1] <= 'z')
			name[n++] = '_';
		name[n++] = (char)(upper ? *p | 0x20 : letter ? *p : '_');
	}
	name[n] = '\0';
}

static int usage_row(void *ctx, struct ese_record *r, struct err *err)
{
	static const char *const known[] = {"TimeStamp", "AppId", "UserId", "AutoIncId", "BytesSent", "BytesRecvd"};
	struct buf fields = BUF_INIT;
	observation_field(&fields, "table", srum_table(r->table));
	add_name(ctx, &fields, r, "program", "AppId");
	add_name(ctx, &fields, r, "user", "UserId");
	add_number(&fields, r, "bytes_sent", "BytesSent");
	add_number(&fields, r, "bytes_received", "BytesRecvd");
	for (int i = 0; i < r->columns; i++) {
		char name[80];
		int64_t value;
		int is_known = 0;
		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			is_known |= strcmp(known[k], r->names[i]) == 0;
		if (is_known || !ese_number(r, i, &value) || value == 0)
			continue;
		field_name(r->names[i], name);
		if (*name)
			observation_field_number(&fields, name, value);
	}
	int rc = ese_row(r, OBSERVATION_srum, ese_date(r, ese_column(r, "TimeStamp")), OBSERVATION_TIME_recorded,
	                 &fields, err);
	buf_release(&fields);
	return rc;
}

int srum_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct srum s = {.count = 0};
	struct ese e;
	int rc = ese_open(&e, f, out, err);
	if (rc == 0)
		rc = ese_each(&e, is_id_map, take_name, &s, err);
	if (s.count)
		qsort(s.names, s.count, sizeof *s.names, by_number);
	if (rc == 0)
		rc = ese_each(&e, is_usage, usage_row, &s, err);
	for (size_t i = 0; i < s.count; i++)
		free(s.names[i].text);
	free(s.names);
	ese_close(&e);
	return rc;
}

/* ---- the web cache */

struct containers {
	struct {
		int64_t number;
		char *name;
	} * all;
	size_t count;
};

static int is_containers(const char *table)
{
	return strcmp(table, "Containers") == 0;
}

static int is_container(const char *table)
{
	return strncmp(table, "Container_", 10) == 0;
}

static int take_container(void *ctx, struct ese_record *r, struct err *err)
{
	struct containers *c = ctx;
	struct buf name = BUF_INIT;
	int64_t number;
	(void)err;
	if (c->count < MAPPED && ese_number(r, ese_column(r, "ContainerId"), &number) &&
	    ese_text(r, ese_column(r, "Name"), &name)) {
		c->all = xrealloc(c->all, (c->count + 1) * sizeof *c->all);
		c->all[c->count].number = number;
		c->all[c->count++].name = buf_take(&name, NULL);
	}
	buf_release(&name);
	return 0;
}

/* "Visited: tanaka@https://…": whose it is, and what. */
static void add_url(struct buf *fields, const struct ese_record *r)
{
	struct buf url = BUF_INIT;
	if (!ese_text(r, ese_column(r, "Url"), &url) || !url.len)
		return;
	const char *colon = strstr(url.data, ": ");
	const char *at = colon ? strchr(colon, '@') : NULL;
	if (at && colon < at && !memchr(url.data, '/', (size_t)(colon - url.data))) {
		observation_field_n(fields, "user", colon + 2, (size_t)(at - colon - 2));
		observation_field(fields, "url", at + 1);
	} else {
		observation_field(fields, "url", url.data);
	}
	buf_release(&url);
}

static int entry_row(void *ctx, struct ese_record *r, struct err *err)
{
	const struct containers *c = ctx;
	struct buf fields = BUF_INIT;
	int64_t number = -1;
	if (ese_column(r, "Url") < 0)
		return 0;
	ese_number(r, ese_column(r, "ContainerId"), &number);
	observation_field(&fields, "browser", "WinINet");
	for (size_t i = 0; i < c->count; i++)
		if (c->all[i].number == number) {
			observation_field(&fields, "container", c->all[i].name);
			break;
		}
	add_url(&fields, r);
	add_number(&fields, r, "access_count", "AccessCount");
	add_number(&fields, r, "size", "FileSize");
	add_text(&fields, r, "file", "Filename");
	add_filetime(&fields, r, "modified", "ModifiedTime");
	add_filetime(&fields, r, "created", "CreationTime");
	int rc =
	    ese_row(r, OBSERVATION_browser, filetime_of(r, "AccessedTime"), OBSERVATION_TIME_visited, &fields, err);
	buf_release(&fields);
	return rc;
}

int webcache_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct containers c = {.count = 0};
	struct ese e;
	int rc = ese_open(&e, f, out, err);
	if (rc == 0)
		rc = ese_each(&e, is_containers, take_container, &c, err);
	if (rc == 0)
		rc = ese_each(&e, is_container, entry_row, &c, err);
	for (size_t i = 0; i < c.count; i++)
		free(c.all[i].name);
	free(c.all);
	ese_close(&e);
	return rc;
}

/* ---- background transfers: ANSSI, "bits_parser"; a file's blob begins with its mark */

static int is_transfers(const char *table)
{
	return strcmp(table, "Files") == 0 || strcmp(table, "Jobs") == 0;
}

/* A text with its length in characters before it, at *at, which goes behind it. 0: there is none. */
static int blob_text(const struct buf *blob, size_t *at, struct buf *text)
{
	const unsigned char *p = (const unsigned char *)blob->data;
	buf_clear(text);
	if (blob->len < 4 || *at > blob->len - 4)
		return 0;
	size_t n = bytes_le32(p + *at);
	if (n > 32768 || 2 * n > blob->len - *at - 4)
		return 0;
	triage_utf16(text, p + *at + 4, 2 * n);
	*at += 4 + 2 * n;
	return 1;
}

static void add_blob_texts(struct buf *fields, const struct buf *blob, size_t at, const char *const *names)
{
	struct buf text = BUF_INIT;
	const char *last = ""; /* that was there */
	for (; *names && blob_text(blob, &at, &text); names++) {
		observation_field_n(fields, *names, text.data ? text.data : "", text.len);
		last = *names;
	}
	if (strcmp(last, "temporary") == 0 && blob->len >= 8 && at <= blob->len - 8) {
		uint64_t size = bytes_le64((const unsigned char *)blob->data + at);
		if (size < INT64_MAX)
			observation_field_number(fields, "size", (int64_t)size);
	}
	buf_release(&text);
}

static int transfer_row(void *ctx, struct ese_record *r, struct err *err)
{
	static const unsigned char mark[16] = {0xE4, 0xCF, 0x9E, 0x51, 0x46, 0xD9, 0x97, 0x43,
	                                       0xB7, 0x3E, 0x26, 0x85, 0x13, 0x05, 0x1A, 0xB2};
	static const char *const file_names[] = {"target", "url", "temporary", NULL};
	static const char *const job_names[] = {"job", "description", "command", "arguments", "sid", NULL};
	struct buf blob = BUF_INIT;
	struct buf fields = BUF_INIT;
	int is_file = strcmp(r->table, "Files") == 0;
	int rc = 0;
	(void)ctx;
	if (ese_bytes(r, ese_column(r, "Blob"), &blob) && blob.len > 36) {
		observation_field(&fields, "table", is_file ? "file" : "job");
		if (is_file)
			add_blob_texts(&fields, &blob, memcmp(blob.data, mark, 16) == 0 ? 16 : 0, file_names);
		else /* type, priority, state, …, and the job's GUID come first; a newer form has its mark before them */
			add_blob_texts(&fields, &blob, 32 + (memcmp(blob.data, mark, 4) == 0 ? 16U : 0U), job_names);
		rc = ese_row(r, OBSERVATION_bits, OBSERVATION_NO_TIME, 0, &fields, err);
	}
	buf_release(&fields);
	buf_release(&blob);
	return rc;
}

int bits_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct ese e;
	int rc = ese_open(&e, f, out, err);
	if (rc == 0)
		rc = ese_each(&e, is_transfers, transfer_row, NULL, err);
	ese_close(&e);
	return rc;
}
