/* The file of an event log: chunks and records, whole or not. */
#include "finding/triage/evtx/evtx.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"
#include "evidence/image/digest.h"
#include "finding/triage/evtx/evtx_private.h"
#include "finding/triage/parse/parser.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define HEADER       4096U
#define CHUNK_HEADER 512U
#define RECORD_HEAD  24U

struct evtx_log {
	int recover; /* what older chunks left behind the records is given, too */
	int slack;   /* that is where we are */
	struct triage_out *out;
	struct evtx_reader *reader;
	struct evtx_record record;
	uint64_t records;
	uint64_t first_record;
	uint64_t last_record;
	int64_t oldest;
	int64_t newest;
	json_t *channels;
	char channel[256]; /* of the record before, and how many */
	uint64_t channel_count;
};

int evtx_recognises(const char *path, const unsigned char *head, size_t n)
{
	size_t length = strlen(path);
	return (n >= 8 && (memcmp(head, "ElfFile", 8) == 0 || memcmp(head, "ElfChnk", 8) == 0)) ||
	       (length > 5 && strcasecmp(path + length - 5, ".evtx") == 0);
}

static void count_channel(struct evtx_log *l)
{
	if (l->channel_count)
		json_object_set_new(l->channels, l->channel,
		                    json_integer(json_integer_value(json_object_get(l->channels, l->channel)) +
		                                 (json_int_t)l->channel_count));
	l->channel_count = 0;
}

static void note_channel(struct evtx_log *l, const struct observation *o)
{
	const char *channel = observation_value(o, "channel");
	if (!channel)
		channel = "";
	if (strcmp(channel, l->channel) != 0 || l->channel_count == 0) {
		count_channel(l);
		if (json_object_size(l->channels) < 100)
			snprintf(l->channel, sizeof l->channel, "%s",
			         strlen(channel) < sizeof l->channel ? channel : "");
	}
	l->channel_count++;
}

static int add_record(struct evtx_log *l, const unsigned char *chunk, size_t at, size_t size, uint64_t offset,
                      struct err *err)
{
	struct evtx_record *record = &l->record;
	uint64_t number = bytes_le64(chunk + at + 8);
	int64_t written = observation_from_filetime(bytes_le64(chunk + at + 16));
	buf_clear(&record->fields);
	observation_field_number(&record->fields, "record", (int64_t)number);
	evtx_reader_record(l->reader, at + RECORD_HEAD, at + size - 4, record);
	struct observation o = {.when = record->created == OBSERVATION_NO_TIME ? written : record->created,
	                        .offset = offset,
	                        .time_of = OBSERVATION_TIME_recorded,
	                        .artefact = OBSERVATION_evtx,
	                        .clock = OBSERVATION_CLOCK_utc};
	if (written != o.when && written != OBSERVATION_NO_TIME) {
		char text[32];
		observation_when(written, text);
		observation_field(&record->fields, "written", text);
	}
	if (record->damaged && !l->slack)
		triage_problem(l->out, offset, _("record %llu is damaged: what could be read of it is given"),
		               (unsigned long long)number);
	o.fields = record->fields.data;
	o.fields_size = record->fields.len;
	if (l->slack) { /* of no log any more: neither its numbers nor its times are the log's */
		o.flags = OBSERVATION_RECOVERED;
		return triage_row(l->out, &o, err);
	}
	l->records++;
	if (l->first_record == 0 || number < l->first_record)
		l->first_record = number;
	if (number > l->last_record)
		l->last_record = number;
	if (o.when != OBSERVATION_NO_TIME) {
		l->oldest = o.when < l->oldest ? o.when : l->oldest;
		l->newest = o.when > l->newest ? o.when : l->newest;
	}
	note_channel(l, &o);
	return triage_row(l->out, &o, err);
}

/* The size of the record at `at`, of which `size` bytes of the chunk are there; 0: there is none. */
static size_t record_at(const unsigned char *chunk, size_t size, size_t at)
{
	if (size - at < RECORD_HEAD + 4 || memcmp(chunk + at, "**\0", 4) != 0)
		return 0;
	size_t n = bytes_le32(chunk + at + 4);
	return n >= RECORD_HEAD + 4 && n <= size - at ? n : 0;
}

static uint32_t crc(uint32_t before, const unsigned char *p, size_t n)
{
	return libdeflate_crc32(before, p, n);
}

/* Tells of wrong checksums. 1 if the header can be believed, which says where the records end. */
static int check_sums(struct evtx_log *l, const unsigned char *chunk, size_t size, uint64_t offset)
{
	uint32_t head = crc(crc(0, chunk, 120), chunk + 128, CHUNK_HEADER - 128);
	size_t end = bytes_le32(chunk + 48);
	int fits = head == bytes_le32(chunk + 124) && memcmp(chunk, "ElfChnk", 8) == 0;
	if (size < EVTX_CHUNK)
		return fits;
	if (!fits)
		triage_problem(l->out, offset,
		               _("the header of a chunk does not fit its checksum: its records are given"));
	else if (end >= CHUNK_HEADER && end <= size &&
	         crc(0, chunk + CHUNK_HEADER, end - CHUNK_HEADER) != bytes_le32(chunk + 52))
		triage_problem(l->out, offset,
		               _("the records of a chunk do not fit their checksum: they are given as they are"));
	return fits;
}

struct evtx_chunk {
	const unsigned char *bytes;
	size_t size;
	size_t free_space;
	size_t last;
	int believed;    /* its header */
	uint64_t before; /* number of the record before; 0: none yet */
};

/* Whether the record at `next`, with damage from `at` on before it, belongs to this chunk, whose header does not tell: its number
 * follows on, with no more between than could have stood there. Where the header can be believed it tells: what older chunks
 * left may have numbers that follow on, too, as in logs that were exported. */
static int follows_on(const struct evtx_chunk *c, size_t at, size_t next)
{
	uint64_t number = record_at(c->bytes, c->size, next) ? bytes_le64(c->bytes + next + 8) : 0;
	return !c->believed && c->before && number > c->before && number - c->before <= (next - at) / RECORD_HEAD + 2;
}

/* Whether the records end at `at`, where none stands: behind it is only what a chunk before this one left. */
static int is_end(const struct evtx_chunk *c, size_t at, size_t next)
{
	if (!c->believed)
		return c->before || !record_at(c->bytes, c->size, next);
	return at > c->last && (c->free_space <= at || bytes_le32(c->bytes + at) == 0);
}

static int read_chunk(struct evtx_log *l, const unsigned char *chunk, size_t size, uint64_t offset, struct err *err)
{
	struct evtx_chunk c = {
	    .bytes = chunk, .size = size, .free_space = bytes_le32(chunk + 48), .last = bytes_le32(chunk + 44)};
	int told = 0;
	int follows = 0;
	l->slack = 0;
	c.believed = check_sums(l, chunk, size, offset);
	evtx_reader_chunk(l->reader, chunk, size);
	for (size_t at = CHUNK_HEADER; size - at >= RECORD_HEAD + 4;) {
		size_t n = record_at(chunk, size, at);
		if (n == 0) {
			size_t next = at + 8 - at % 8;
			while (size - next >= RECORD_HEAD + 4 && !record_at(chunk, size, next))
				next += 8;
			int behind = at >= c.free_space || !c.believed;
			follows = follows_on(&c, at, next);
			int end = !follows && is_end(&c, at, next);
			if (end && behind && !l->recover)
				break;
			l->slack |= end && behind;
			if (!told && !l->slack)
				triage_problem(l->out, offset + at,
				               _("no record where one should begin: the next is looked for"));
			told = 1;
			at = next;
			continue;
		}
		uint64_t number = bytes_le64(chunk + at + 8);
		int older = c.believed ? at >= c.free_space && at > c.last && number != c.before + 1 && !follows
		                       : number <= c.before;
		if (c.before && older) { /* of an older chunk */
			if (!l->recover)
				break;
			l->slack = 1;
		}
		told = follows = 0;
		if (add_record(l, chunk, at, n, offset + at, err) < 0)
			return -1;
		c.before = number;
		at += n;
	}
	return 0;
}

static void tell_facts(struct evtx_log *l)
{
	char text[32];
	count_channel(l);
	triage_fact(l->out, "records", json_integer((json_int_t)l->records));
	triage_fact(l->out, "channels", json_incref(l->channels));
	if (l->records == 0)
		return;
	triage_fact(l->out, "first_record", json_integer((json_int_t)l->first_record));
	triage_fact(l->out, "last_record", json_integer((json_int_t)l->last_record));
	uint64_t span = l->last_record - l->first_record + 1;
	triage_fact(l->out, "missing", json_integer(span > l->records ? (json_int_t)(span - l->records) : 0));
	if (l->oldest <= l->newest) {
		observation_when(l->oldest, text);
		triage_fact(l->out, "oldest", json_string(text));
		observation_when(l->newest, text);
		triage_fact(l->out, "newest", json_string(text));
	}
}

/* The file's header says nothing that is needed: that it is damaged is told. 1 if chunks begin at 0 (cut out of a log). */
static int look_at_header(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	unsigned char head[128] = {0};
	size_t n = f->size < sizeof head ? (size_t)f->size : sizeof head;
	if (n == 0)
		return err_set(err, ERR_INVALID, _("the log is empty"));
	if (f->read(f->ctx, 0, head, n, err) < 0)
		return -1;
	if (memcmp(head, "ElfChnk", 8) == 0)
		return 1;
	if (memcmp(head, "ElfFile", 8) != 0)
		triage_problem(out, 0, _("the header is not that of an event log: chunks are looked for behind it"));
	else if (crc(0, head, 120) != bytes_le32(head + 124))
		triage_problem(out, 0, _("the header does not fit its checksum"));
	return 0;
}

int evtx_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct evtx_log l = {.out = out, .recover = f->recover, .oldest = INT64_MAX, .newest = INT64_MIN};
	int bare = look_at_header(f, out, err);
	if (bare < 0)
		return -1;
	unsigned char *chunk = xmalloc(EVTX_CHUNK);
	l.reader = evtx_reader_new();
	l.channels = json_object();
	buf_init(&l.record.fields);
	int rc = 0;
	uint64_t chunks = 0;
	for (uint64_t at = bare ? 0 : HEADER; rc == 0 && at < f->size; at += EVTX_CHUNK) {
		size_t n = f->size - at < EVTX_CHUNK ? (size_t)(f->size - at) : EVTX_CHUNK;
		struct err trouble = ERR_INIT;
		if (f->read(f->ctx, at, chunk, n, &trouble) < 0) {
			triage_problem(out, at, "%s", trouble.message);
			continue;
		}
		if (n < CHUNK_HEADER || memcmp(chunk, "ElfChnk", 8) != 0) {
			if (digest_is_zeros(chunk, n)) /* kept for later */
				continue;
			if (n < CHUNK_HEADER) {
				triage_problem(out, at, _("the log is cut off in the header of a chunk"));
				continue;
			}
			triage_problem(out, at, _("no chunk where one should begin: records are looked for in it"));
		}
		chunks++;
		if (n < EVTX_CHUNK)
			triage_problem(out, at, _("the log is cut off in a chunk: the records before that are given"));
		rc = read_chunk(&l, chunk, n, at, err);
	}
	tell_facts(&l);
	if (rc == 0 && chunks == 0 && f->size > HEADER + CHUNK_HEADER && l.records == 0)
		triage_problem(out, HEADER, _("the log has no records"));
	json_decref(l.channels);
	buf_release(&l.record.fields);
	evtx_reader_free(l.reader);
	free(chunk);
	return rc;
}
