#include "finding/observation/observation.h"
#include "finding/observation/observation_text.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/observation/observation_head_private.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VALUE_LIMIT (32U << 10)

/* ---- names */

static const struct {
	const char *name;
	const char *text;
} artefacts[] = {
#define X(number, name, text) {#name, text},
    OBSERVATION_ARTEFACTS(X)
#undef X
};

static const char *const times[] = {
#define X(bit, name) #name,
    OBSERVATION_TIMES(X)
#undef X
};

static const char *const clocks[] = {"unknown", "utc", "local"};

const char *observation_artefact_name(unsigned artefact)
{
	return artefacts[artefact < OBSERVATION_ARTEFACT_COUNT ? artefact : 0].name;
}

const char *observation_artefact_text(unsigned artefact)
{
	return _(artefacts[artefact < OBSERVATION_ARTEFACT_COUNT ? artefact : 0].text);
}

int observation_artefact_find(const char *name)
{
	for (int i = 0; i < OBSERVATION_ARTEFACT_COUNT; i++)
		if (strcmp(artefacts[i].name, name) == 0)
			return i;
	return -1;
}

const char *observation_clock_name(unsigned clock)
{
	return clocks[clock < sizeof clocks / sizeof *clocks ? clock : 0];
}

void observation_time_names(unsigned time_of, struct buf *out)
{
	for (unsigned bit = 0, some = 0; bit < sizeof times / sizeof *times; bit++)
		if (time_of & 1U << bit)
			buf_addf(out, "%s%s", some++ ? "," : "", times[bit]);
}

/* ---- fields */

void observation_field_n(struct buf *fields, const char *name, const char *value, size_t n)
{
	if (n == 0)
		return;
	size_t whole = n;
	if (n > VALUE_LIMIT) {
		n = VALUE_LIMIT;
		while (n > 0 && ((unsigned char)value[n] & 0xC0) == 0x80)
			n--;
	}
	buf_addf(fields, "%s=", name);
	if (text_is_utf8(value, n))
		buf_add(fields, value, n);
	else
		printable_add(fields, value, n, 0);
	if (n < whole)
		buf_addf(fields, "\xE2\x80\xA6 (%zu bytes)", whole);
	buf_addc(fields, '\0');
}

void observation_field(struct buf *fields, const char *name, const char *value)
{
	observation_field_n(fields, name, value ? value : "", value ? strlen(value) : 0);
}

void observation_field_number(struct buf *fields, const char *name, int64_t value)
{
	buf_addf(fields, "%s=%lld", name, (long long)value);
	buf_addc(fields, '\0');
}

const char *observation_value(const struct observation *o, const char *name)
{
	size_t n = strlen(name);
	const char *end = o->fields + o->fields_size;
	for (const char *at = o->fields; at < end; at += strlen(at) + 1)
		if (strncmp(at, name, n) == 0 && at[n] == '=')
			return at + n + 1;
	return NULL;
}

/* ---- rows */

int observation_pack(const struct observation *o, struct buf *out, struct err *err)
{
	unsigned char head[OBSERVATION_HEAD];
	size_t path = strlen(o->path);
	size_t size = OBSERVATION_HEAD + path + 1 + o->fields_size;
	if (path > UINT16_MAX || size > OBSERVATION_ROW)
		return err_set(err, ERR_INVALID, _("a row of %zu bytes is too long"), size);
	observation_head_write(head, o, size);
	bytes_put_le16(head + 30, (uint16_t)path);
	buf_add(out, head, sizeof head);
	buf_add(out, o->path, path + 1);
	buf_add(out, o->fields, o->fields_size);
	return 0;
}

static int is_name(const char *p, const char *end)
{
	if (p == end)
		return 0;
	for (; p < end; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_' ||
		      *p == '.' || *p == '-'))
			return 0;
	return 1;
}

/* UTF-8 without NUL; nearly all of it is ASCII. */
static int is_text(const char *p, size_t n)
{
	size_t ascii = 0;
	while (ascii < n && p[ascii] > 0)
		ascii++;
	return ascii == n || text_is_utf8(p + ascii, n - ascii);
}

static int fields_are_well(const char *p, const char *end)
{
	while (p < end) {
		const char *nul = memchr(p, '\0', (size_t)(end - p));
		const char *sign = nul ? memchr(p, '=', (size_t)(nul - p)) : NULL;
		if (!sign || !is_name(p, sign) || !is_text(sign + 1, (size_t)(nul - sign - 1)))
			return 0;
		p = nul + 1;
	}
	return 1;
}

struct observation observation_decode(const void *row)
{
	const unsigned char *p = row;
	size_t path = bytes_le16(p + 30);
	struct observation o = observation_head_read(p);
	o.path = (const char *)p + OBSERVATION_HEAD;
	o.fields = o.path + path + 1;
	o.fields_size = bytes_le32(p) + 4 - OBSERVATION_HEAD - path - 1;
	return o;
}

int observation_unpack(const void *bytes, size_t n, struct observation *o, size_t *size, struct err *err)
{
	const unsigned char *p = bytes;
	if (n < 4)
		return 0;
	size_t length = (size_t)bytes_le32(p) + 4;
	if (length < OBSERVATION_HEAD + 1 || length > OBSERVATION_ROW)
		return err_set(err, ERR_INVALID, _("a row of %zu bytes cannot be"), length);
	if (n < length)
		return 0;
	*o = observation_decode(bytes);
	size_t path = bytes_le16(p + 30);
	if (OBSERVATION_HEAD + path + 1 > length || strnlen(o->path, path + 1) != path)
		return err_set(err, ERR_INVALID, _("the path of a row has no end"));
	if (!is_text(o->path, path) || !fields_are_well(o->fields, o->fields + o->fields_size))
		return err_set(err, ERR_INVALID, _("the fields of a row are not name=value in UTF-8"));
	*size = length;
	return 1;
}

int observation_compare(const struct observation *a, const struct observation *b)
{
	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	if (a->artefact != b->artefact)
		return a->artefact < b->artefact ? -1 : 1;
	int order = strcmp(a->path, b->path);
	if (order)
		return order;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	return a->time_of < b->time_of ? -1 : a->time_of > b->time_of;
}

void observation_id(const struct observation *o, const char *evidence_sha256, char id[OBSERVATION_ID])
{
	unsigned char digest[crypto_generichash_BYTES_MIN];
	unsigned char numbers[13];
	crypto_generichash_state state;
	bytes_put_le64(numbers, o->offset);
	bytes_put_le32(numbers + 8, o->ordinal);
	numbers[12] = o->artefact;
	crypto_generichash_init(&state, NULL, 0, sizeof digest);
	crypto_generichash_update(&state, (const unsigned char *)evidence_sha256, strlen(evidence_sha256) + 1);
	crypto_generichash_update(&state, (const unsigned char *)o->path, strlen(o->path) + 1);
	crypto_generichash_update(&state, numbers, sizeof numbers);
	crypto_generichash_final(&state, digest, sizeof digest);
	sodium_bin2hex(id, OBSERVATION_ID, digest, 8);
}

/* ---- times */

int64_t observation_from_filetime(uint64_t filetime)
{
	const uint64_t epoch = UINT64_C(116444736000000000);           /* 1970 in 100 ns since 1601 */
	if (filetime == 0 || filetime > UINT64_C(2650467743999999999)) /* the year 9999 */
		return OBSERVATION_NO_TIME;
	return (int64_t)(filetime - epoch);
}

int64_t observation_from_unix(int64_t seconds, uint32_t nanoseconds)
{
	if (seconds < INT64_C(-62135596800) || seconds > INT64_C(253402300799) || nanoseconds >= 1000000000U)
		return OBSERVATION_NO_TIME;
	return seconds * OBSERVATION_TICKS + nanoseconds / 100;
}

void observation_when(int64_t when, char text[32])
{
	int64_t seconds = when / OBSERVATION_TICKS;
	int64_t ticks = when % OBSERVATION_TICKS;
	struct tm tm;
	if (ticks < 0) {
		ticks += OBSERVATION_TICKS;
		seconds--;
	}
	*text = '\0';
	if (seconds < INT64_C(-62135596800) || seconds > INT64_C(253402300799))
		return;
	time_t t = (time_t)seconds;
	if (!gmtime_r(&t, &tm))
		return;
	char room[96];
	snprintf(room, sizeof room, "%04d-%02d-%02dT%02d:%02d:%02d.%07lldZ", tm.tm_year + 1900, tm.tm_mon + 1,
	         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (long long)ticks);
	memcpy(text, room, 28);
	text[28] = '\0';
}

int observation_is_utc(const struct observation *o)
{
	return o->clock == OBSERVATION_CLOCK_utc ||
	       (o->artefact == OBSERVATION_hit && o->clock == OBSERVATION_CLOCK_local &&
	        !observation_value(o, "when_raw") && !observation_value(o, "observation"));
}

void observation_when_recorded(const struct observation *o, char text[32])
{
	observation_when(o->when, text);
	if (!observation_is_utc(o))
		text[strcspn(text, "Z")] = '\0';
}

/* ---- in words */

/* Of a path in an image with partitions or shadow copies, "vol2:vss1:/…": the bytes before its slash. 0: it has no volume. */
static size_t volume_of(const char *path)
{
	static const char *const marks[] = {"vol", "vss"};
	size_t at = 0;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strncmp(path + at, marks[i], 3) == 0 ? 3 + strspn(path + at + 3, "0123456789") : 0;
		if (n > 3 && path[at + n] == ':')
			at += n + 1;
	}
	return at;
}

/* Fields that are numbers or yes and no, and are so in JSON. */
static json_t *value_of(const char *name, const char *text)
{
	static const char *const numbers[] = {"size",  "inode",      "run_count",      "usn",         "status",
	                                      "bytes", "bytes_sent", "bytes_received", "access_count"};
	char *end;
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_boolean(*text == 't');
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(name, numbers[i]) == 0) {
			json_int_t number = strtoll(text, &end, 10);
			return *text && !*end ? json_integer(number) : json_string(text);
		}
	return json_string(text);
}

static void set_missing(json_t *object, const char *name, json_t *value)
{
	if (json_object_get(object, name))
		json_decref(value);
	else
		json_object_set_new(object, name, value);
}

json_t *observation_json(const struct observation *o, const char *evidence, const char *evidence_sha256,
                         const char *source)
{
	char id[OBSERVATION_ID];
	char when[32];
	struct buf time_of = BUF_INIT;
	observation_id(o, evidence_sha256, id);
	observation_when(o->when, when);
	observation_time_names(o->time_of, &time_of);
	size_t volume = volume_of(o->path);
	const char *within = o->path + volume + (volume && o->path[volume] == '/');
	char *path = printable_dup(within);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "label", "", "kind",
	                           "observation", "id", id, "evidence", evidence, "source", source, "path",
	                           is_text(within, strlen(within)) ? within : path, "artefact",
	                           observation_artefact_name(o->artefact), "offset", (json_int_t)o->offset, "time_of",
	                           time_of.data, "clock", observation_clock_name(o->clock));
	json_object_set_new(object, "when", *when ? json_string(when) : json_null());
	if (o->flags & OBSERVATION_RECOVERED)
		json_object_set_new(object, "recovered", json_true());
	for (const char *at = o->fields; at < o->fields + o->fields_size; at += strlen(at) + 1) {
		const char *sign = strchr(at, '=');
		char name[256];
		size_t n = sign ? (size_t)(sign - at) : 0;
		if (n == 0 || n >= sizeof name)
			continue; /* somebody else's set: no row that we have written */
		memcpy(name, at, n);
		name[n] = '\0';
		if (!json_object_get(object, name)) /* what is the row's own does not stand for what we say of it */
			json_object_set_new(object, name, value_of(name, sign + 1));
	}
	set_missing(object, "volume", json_stringn(o->path, volume ? volume - 1 : 0));
	set_missing(object, "computer", json_string(""));
	set_missing(object, "user", json_string(""));
	set_missing(object, "record", json_null());
	struct buf text = BUF_INIT;
	observation_text(o, 300, &text);
	set_missing(object, "text", json_stringn(text.data ? text.data : "", text.len));
	buf_release(&text);
	buf_release(&time_of);
	free(path);
	return object;
}
