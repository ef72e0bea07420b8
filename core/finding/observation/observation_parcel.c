/* Sets of observations that come and go with a parcel: written, judged, and put into their place. */
#include "finding/observation/observation_parcel.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/blob.h"
#include "case/store/record.h"
#include "evidence/image/digest.h"
#include "finding/observation/observation_block.h"
#include "finding/observation/observation_set_private.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONTENT_LIMIT (PARCEL_LIMIT / 2) /* bytes of blocks in a parcel; what is beyond can be made again */
#define SETS          65536

/* ---- what goes */

int observation_parcel_is_new(struct case_file *c, const struct observation_set *set, const json_t *records)
{
	if (!records)
		return 1;
	json_t *check = record_get(c, set->check, RECORD_RAW | RECORD_WITH_RETRACTED, NULL);
	const char *id = json_get_string(check, "id");
	int is_new = id && json_object_get(records, id) != NULL;
	json_decref(check);
	return is_new;
}

struct parcel_writing {
	struct case_file *c;
	const json_t *records;
	struct buf *out;
	size_t content;
};

static void add_piece(struct buf *out, const void *bytes, size_t n)
{
	unsigned char size[4];
	bytes_put_le32(size, (uint32_t)n);
	buf_add(out, size, sizeof size);
	buf_add(out, bytes, n);
}

static void add_line(struct buf *out, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS);
	if (text) /* a row that somebody spoiled says nothing */
		add_piece(out, text, strlen(text));
	free(text);
	json_decref(line);
}

/* The blocks of a set in the case, without the zeros behind their rows. -1: it cannot be read, and stays. */
static int add_blocks(struct parcel_writing *w, const struct observation_set *set, struct buf *out)
{
	struct observation_reader *r = observation_reader_open(w->c, set, NULL);
	unsigned char *bytes = xmalloc(OBSERVATION_BLOCK);
	int rc = r ? 0 : -1;
	for (uint64_t i = 0; rc == 0 && i < set->blocks; i++) {
		size_t n = OBSERVATION_BLOCK;
		rc = observation_reader_block(r, i, bytes, NULL);
		while (rc == 0 && n && bytes[n - 1] == 0)
			n--;
		if (rc == 0)
			add_piece(out, bytes, n);
	}
	free(bytes);
	observation_reader_close(r);
	return rc;
}

static int write_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct parcel_writing *w = ctx;
	struct buf blocks = BUF_INIT;
	unsigned char key[GEV_KEY];
	if (!observation_parcel_is_new(w->c, set, w->records))
		return 0;
	int here = set->in_case && add_blocks(w, set, &blocks) == 0 && w->content + blocks.len <= CONTENT_LIMIT;
	int rc = observation_set_key(w->c, set->id, key, err);
	if (rc == 0) {
		struct buf hex = BUF_INIT;
		buf_addhex(&hex, key, sizeof key);
		add_line(w->out,
		         json_pack("{s:s s:s s:s s:s s:s s:s s:s s:s s:I s:b s:I}", "id", set->id, "check", set->check,
		                   "evidence", set->evidence, "evidence_sha256", set->evidence_sha256, "source",
		                   set->source, "parsers", set->parsers, "sha256", set->sha256, "key", hex.data,
		                   "blocks", (json_int_t)(here || !set->in_case ? set->blocks : 0), "in_case",
		                   set->in_case, "rows", (json_int_t)set->rows));
		if (here)
			buf_add(w->out, blocks.data, blocks.len);
		w->content += here ? blocks.len : 0;
		sodium_memzero(hex.data, hex.len);
		buf_release(&hex);
	}
	sodium_memzero(key, sizeof key);
	buf_release(&blocks);
	return rc;
}

/* Which sets have only their digest left, and what they were of: whoever never had them learns that they were purged, not lost. */
static int write_purged(struct parcel_writing *w, struct err *err)
{
	static const char *const names[] = {"id",     "check",   "evidence", "evidence_sha256",
	                                    "source", "parsers", "sha256"};
	sqlite3_stmt *s =
	    observation_set_has_tables(w->c)
	        ? observation_set_prepare(w->c,
	                                  "SELECT id, checked, evidence, evidence_sha256, source, parsers,"
	                                  " sha256, rows FROM observation_set WHERE key IS NULL ORDER BY n",
	                                  err)
	        : NULL;
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		json_t *line = json_pack("{s:b s:I}", "purged", 1, "rows", (json_int_t)sqlite3_column_int64(s, 7));
		for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
			json_object_set_new(line, names[i], json_string((const char *)sqlite3_column_text(s, i)));
		add_line(w->out, line);
	}
	sqlite3_finalize(s);
	return err && err->code ? -1 : 0;
}

static int observation_parcel_write(struct case_file *c, const json_t *records, struct buf *out, struct err *err)
{
	struct parcel_writing w = {c, records, out, 0};
	return observation_set_each(c, NULL, write_set, &w, err) < 0 || write_purged(&w, err) < 0 ? -1 : 0;
}

/* ---- what comes */

struct parcel_taking {
	struct case_file *c;
	const struct parcel_arrival *came;
	const unsigned char *at;
	const unsigned char *end;
	struct observation_set set;
	unsigned char key[GEV_KEY];
	struct observation_span *spans;
	struct buf blocks; /* of a set in the case */
	int64_t when;      /* of the last row */
	uint64_t sets;     /* that were taken */
	uint64_t rows;
};

__attribute__((format(printf, 2, 3))) static void parcel_note(const struct parcel_taking *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *safe = printable_vdup(format, args);
	va_end(args);
	if (t->came->notes)
		json_array_append_new(t->came->notes, json_string(safe));
	free(safe);
}

static int not_sound(struct err *err)
{
	err_set(err, ERR_INVALID, _("the parcel's sets of observations are not sound"));
	return -1;
}

static int take_piece(struct parcel_taking *t, const unsigned char **piece, size_t *n, struct err *err)
{
	*piece = t->at;
	*n = 0;
	if (t->end - t->at < 4 || (*n = bytes_le32(t->at)) > (size_t)(t->end - t->at - 4))
		return not_sound(err);
	*piece = t->at + 4;
	t->at += 4 + *n;
	return 0;
}

/* The row is one: what a caged parser may send, and no other (observation.h). */
static int check_row(struct parcel_taking *t, const struct observation *o, struct buf *packed, struct err *err)
{
	struct observation again;
	size_t size = 0;
	buf_clear(packed);
	if (o->when < t->when || observation_pack(o, packed, err) < 0 ||
	    observation_unpack(packed->data, packed->len, &again, &size, err) != 1)
		return err_set(err, ERR_DAMAGED, _("what came is no row of observations"));
	t->when = o->when;
	return 0;
}

/* Judges a whole block, and makes its line in the table of blocks. */
static int check_block(struct parcel_taking *t, uint64_t number, const unsigned char *bytes, struct err *err)
{
	struct observation_span span = OBSERVATION_SPAN_INIT;
	struct block_reader r;
	struct observation o;
	struct buf packed = BUF_INIT;
	int rc = block_reader_open(&r, bytes, OBSERVATION_BLOCK, err);
	if (rc < 0)
		return -1;
	while (rc == 0 && block_reader_next(&r, &o, err) == 1) {
		rc = check_row(t, &o, &packed, err);
		observation_span_add(&span, &o);
	}
	if (rc == 0 && span.rows != r.row_count)
		rc = err_set(err, ERR_DAMAGED, _("what came is no row of observations"));
	block_reader_close(&r);
	buf_release(&packed);
	t->spans[number] = span;
	t->set.rows += span.rows;
	t->set.first = span.first < t->set.first ? span.first : t->set.first;
	t->set.last = span.last > t->set.last ? span.last : t->set.last;
	return rc;
}

static int copy_field(const json_t *line, const char *name, char *to, size_t room)
{
	const char *text = json_get_string(line, name);
	if (!text || strlen(text) >= room)
		return -1;
	memcpy(to, text, strlen(text) + 1);
	return 0;
}

static int is_hex(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789abcdef") == n;
}

static int read_line(struct parcel_taking *t, const json_t *line, int *purged, struct err *err)
{
	struct observation_set *set = &t->set;
	const char *key = json_get_string(line, "key");
	json_int_t blocks = json_integer_value(json_object_get(line, "blocks"));
	*set = (struct observation_set){.first = INT64_MAX, .last = INT64_MIN};
	t->when = INT64_MIN;
	*purged = json_is_true(json_object_get(line, "purged"));
	if (copy_field(line, "id", set->id, sizeof set->id) < 0 || !is_hex(set->id, 32) ||
	    copy_field(line, "check", set->check, sizeof set->check) < 0)
		return not_sound(err);
	if (*purged && !json_object_get(line, "sha256")) /* of a sender that tells its id only */
		return 0;
	if (copy_field(line, "evidence", set->evidence, sizeof set->evidence) < 0 ||
	    copy_field(line, "evidence_sha256", set->evidence_sha256, sizeof set->evidence_sha256) < 0 ||
	    copy_field(line, "source", set->source, sizeof set->source) < 0 ||
	    copy_field(line, "parsers", set->parsers, sizeof set->parsers) < 0 ||
	    (*set->evidence_sha256 && !is_hex(set->evidence_sha256, 64)) ||
	    copy_field(line, "sha256", set->sha256, sizeof set->sha256) < 0 || !is_hex(set->sha256, 64))
		return not_sound(err);
	if (*purged) {
		json_int_t rows = json_integer_value(json_object_get(line, "rows"));
		set->rows = rows > 0 ? (uint64_t)rows : 0;
		return 0;
	}
	if (!key || !is_hex(key, sizeof t->key * 2) || blocks < 0 || blocks > INT32_MAX)
		return not_sound(err);
	set->blocks = (uint64_t)blocks;
	set->in_case = json_is_true(json_object_get(line, "in_case"));
	return set->in_case && blocks * (json_int_t)OBSERVATION_BLOCK > OBSERVATION_IN_CASE
	           ? not_sound(err)
	           : sodium_hex2bin(t->key, sizeof t->key, key, sizeof t->key * 2, NULL, NULL, NULL);
}

/* What is known here of a set. */
enum observation_known {
	KNOWN_NOTHING,
	KNOWN_HERE, /* it, or its like */
	KNOWN_PURGED,
	KNOWN_HEARSAY, /* that another copy purged it, or its like: it never was here */
};

static enum observation_known is_known(struct parcel_taking *t)
{
	/* take_purged() leaves what never was here without blocks */
	static const char sql[] =
	    "SELECT 1 + (key IS NULL) FROM observation_set WHERE id = ?1 AND (key IS NOT NULL OR blocks > 0) UNION ALL"
	    " SELECT 1 FROM observation_set WHERE key IS NOT NULL AND sha256 = ?2 AND evidence = ?3"
	    " AND evidence_sha256 = ?4 UNION ALL SELECT 3 FROM observation_set WHERE id = ?1 OR (key IS NULL AND "
	    "sha256 = ?2) LIMIT 1";
	sqlite3_stmt *s = observation_set_has_tables(t->c) ? observation_set_prepare(t->c, sql, NULL) : NULL;
	enum observation_known known = KNOWN_NOTHING;
	if (s) {
		sqlite3_bind_text(s, 1, t->set.id, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, t->set.sha256, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 3, t->set.evidence, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 4, t->set.evidence_sha256, -1, SQLITE_STATIC);
		if (sqlite3_step(s) == SQLITE_ROW)
			known = (enum observation_known)sqlite3_column_int(s, 0);
	}
	sqlite3_finalize(s);
	return known;
}

/* The row of a set that came whole, in the place of what was only heard of it. */
static int store_rows(struct parcel_taking *t, struct err *err)
{
	return observation_set_forget_hearsay(t->c, t->set.id, err) < 0
	           ? -1
	           : observation_set_store_rows(t->c, &t->set, t->key, t->spans, err);
}

static int take_blocks(struct parcel_taking *t, struct digest *d, struct err *err)
{
	unsigned char *bytes = xmalloc(OBSERVATION_BLOCK);
	int rc = 0;
	for (uint64_t i = 0; rc == 0 && i < t->set.blocks; i++) {
		const unsigned char *piece;
		size_t n;
		rc = take_piece(t, &piece, &n, err);
		if (rc == 0 && n > OBSERVATION_BLOCK)
			rc = not_sound(err);
		if (rc < 0)
			break;
		memcpy(bytes, piece, n);
		memset(bytes + n, 0, OBSERVATION_BLOCK - n);
		rc = check_block(t, i, bytes, err);
		digest_add(d, bytes, OBSERVATION_BLOCK);
		buf_add(&t->blocks, bytes, OBSERVATION_BLOCK);
	}
	free(bytes);
	return rc;
}

static ssize_t read_container(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	return pread(*(const int *)ctx, bytes, n, (off_t)offset);
}

/* The container that was copied to its place. */
static int take_container(struct parcel_taking *t, int fd, struct digest *d, struct err *err)
{
	struct gev container;
	struct stat st;
	unsigned char *bytes = xmalloc(OBSERVATION_BLOCK);
	int rc = fstat(fd, &st) < 0
	             ? err_set(err, ERR_FAILED, _("a container cannot be read"))
	             : gev_open(&container, read_container, &fd, (uint64_t)st.st_size, t->key, case_id(t->c), err);
	if (rc == 0) {
		if (container.count != t->set.blocks)
			rc = err_set(err, ERR_DAMAGED, _("its container is not whole"));
		else
			t->spans =
			    xcalloc(t->set.blocks + 1, sizeof *t->spans); /* as many as the container really has */
		for (uint64_t i = 0; rc == 0 && i < t->set.blocks; i++) {
			size_t n = 0;
			rc = gev_piece(&container, i, bytes, &n, err);
			if (rc == 0 && n != OBSERVATION_BLOCK)
				rc = err_set(err, ERR_DAMAGED, _("its container is not whole"));
			if (rc == 0)
				rc = check_block(t, i, bytes, err);
			digest_add(d, bytes, OBSERVATION_BLOCK);
		}
		gev_close(&container);
	}
	free(bytes);
	return rc;
}

static int has_digest(const struct parcel_taking *t, struct digest *d, struct err *err)
{
	struct digest_result result;
	digest_end(d, &result);
	int same = strcmp(result.sha256, t->set.sha256) == 0;
	digest_result_release(&result);
	return same ? 0 : err_set(err, ERR_DAMAGED, _("they have another digest than on record"));
}

/* A set that came in the parcel. What is wrong with it is in `why`; *err is about the case. */
static int take_small(struct parcel_taking *t, struct err *why, struct err *err)
{
	struct digest *d = digest_new(0);
	char sha256[65];
	t->spans = xcalloc(t->set.blocks + 1, sizeof *t->spans); /* read_line() has limited them */
	int good = take_blocks(t, d, why) == 0 && has_digest(t, d, why) == 0;
	digest_free(d);
	if (!good)
		return 0;
	return blob_put(t->c, t->blocks.data, t->blocks.len, sha256, err) < 0 || store_rows(t, err) < 0 ? -1 : 1;
}

/* A set whose container lies beside the parcel, or does not. Not kept (a dry run) nothing is copied. */
static int take_large(struct parcel_taking *t, struct err *why, struct err *err)
{
	uint64_t bytes = 0;
	char *to = observation_set_path(t->c, t->set.id, err); /* judges the id, which came with the parcel */
	if (!to)
		return -1;
	char *from = xasprintf("%s.observations/%s" OBSERVATION_ENDING, t->came->path ? t->came->path : "", t->set.id);
	int rc = 0;
	if (!t->came->path || access(from, R_OK) < 0) {
		parcel_note(t,
		            _("the observations of %s are large and did not come along: ask for them "
		              "(--with-observations), or make them again from the evidence (triage, sweep)"),
		            t->set.check);
	} else if (!t->came->keep) {
		parcel_note(t, _("the observations of %s come along, beside the parcel"), t->set.check);
	} else {
		struct digest *d = digest_new(0);
		unlink(to); /* of work that was killed: no row speaks of it */
		rc = observation_container_copy(t->came->path, case_path(t->c), t->set.id, &bytes, err);
		int fd = rc == 0 ? open(to, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
		if (rc == 0 && fd >= 0 && take_container(t, fd, d, why) == 0 && has_digest(t, d, why) == 0)
			rc = store_rows(t, err) < 0 ? -1 : 1;
		if (fd >= 0)
			close(fd);
		if (rc <= 0)
			unlink(to);
		digest_free(d);
	}
	free(to);
	free(from);
	return rc;
}

static int skip_blocks(struct parcel_taking *t, struct err *err)
{
	const unsigned char *piece;
	size_t n;
	for (uint64_t i = 0; t->set.in_case && i < t->set.blocks; i++)
		if (take_piece(t, &piece, &n, err) < 0)
			return -1;
	return 0;
}

static int take_set(struct parcel_taking *t, struct err *err)
{
	struct err why = ERR_INIT;
	const unsigned char *begin = t->at;
	enum observation_known known = is_known(t);
	int is_new = known == KNOWN_NOTHING || known == KNOWN_HEARSAY;
	int rc = 0;
	if (known == KNOWN_PURGED)
		parcel_note(t, _("the observations of %s came, and stay away: they were purged here"), t->set.check);
	else if (is_new && !observation_set_is_on_record(t->c, &t->set))
		parcel_note(t, _("left out: observations that came as those of %s, which does not speak of them"),
		            t->set.check);
	else if (is_new && t->set.in_case && t->set.blocks == 0)
		parcel_note(t,
		            _("the observations of %s did not fit into the parcel: ask for a whole copy, or make them "
		              "again from the evidence (triage, sweep)"),
		            t->set.check);
	else if (is_new) {
		rc = t->set.in_case ? take_small(t, &why, err) : take_large(t, &why, err);
		free(t->spans);
		t->spans = NULL;
		buf_clear(&t->blocks);
	}
	if (why.code)
		parcel_note(t, _("left out: the observations of %s: %s"), t->set.check, why.message);
	t->sets += rc == 1;
	t->rows += rc == 1 ? t->set.rows : 0;
	t->at = begin;
	return rc < 0 ? -1 : skip_blocks(t, err);
}

/* Whether a set of the same parser and evidence is here. */
static int has_its_like(struct parcel_taking *t)
{
	static const char sql[] =
	    "SELECT 1 FROM observation_set WHERE key IS NOT NULL AND evidence = ?1 AND evidence_sha256 = ?2 AND"
	    " substr(parsers, 1, instr(parsers, ' ')) = substr(?3, 1, instr(?3, ' '))";
	sqlite3_stmt *s = observation_set_has_tables(t->c) ? observation_set_prepare(t->c, sql, NULL) : NULL;
	int has = 0;
	if (s) {
		sqlite3_bind_text(s, 1, t->set.evidence, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, t->set.evidence_sha256, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 3, t->set.parsers, -1, SQLITE_STATIC);
		has = sqlite3_step(s) == SQLITE_ROW;
	}
	sqlite3_finalize(s);
	return has;
}

/* A set that never was here: its digest is kept, so that it is known to be purged and not lost. Nothing is told of one that a newer
 * one replaced before that came. */
static int take_purged(struct parcel_taking *t, struct err *err)
{
	if (!*t->set.sha256 || is_known(t) != KNOWN_NOTHING || !observation_set_is_on_record(t->c, &t->set))
		return 0;
	if (!has_its_like(t))
		parcel_note(t, _("the observations of %s were purged in the other copy, and did not come along"),
		            t->set.check);
	return observation_set_store_rows(t->c, &t->set, NULL, NULL, err);
}

/* A set that only its digest is left of, there. Here it goes too if a newer one of the same parser and evidence is in its
 * place, as there; else it is a person's to decide. */
static int tell_purged(struct parcel_taking *t, struct err *err)
{
	static const char sql[] =
	    "SELECT checked, EXISTS(SELECT 1 FROM observation_set n WHERE n.n > o.n AND n.key IS NOT NULL AND"
	    " n.evidence = o.evidence AND n.evidence_sha256 = o.evidence_sha256 AND"
	    " substr(n.parsers, 1, instr(n.parsers, ' ')) = substr(o.parsers, 1, instr(o.parsers, ' ')))"
	    " FROM observation_set o WHERE id = ?1 AND key IS NOT NULL";
	sqlite3_stmt *s = observation_set_has_tables(t->c) ? observation_set_prepare(t->c, sql, err) : NULL;
	int rc = 0;
	if (!s)
		return observation_set_has_tables(t->c) ? -1 : take_purged(t, err);
	sqlite3_bind_text(s, 1, t->set.id, -1, SQLITE_STATIC);
	int here = sqlite3_step(s) == SQLITE_ROW;
	int replaced = here && sqlite3_column_int(s, 1);
	if (here)
		snprintf(t->set.check, sizeof t->set.check, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	if (replaced) {
		parcel_note(t, _("the observations of %s are replaced by newer ones; their digest stays"),
		            t->set.check);
		rc = observation_set_purge(t->c, t->set.id, err);
	} else if (here) {
		parcel_note(t,
		            _("the observations of %s were purged in the other copy; here they still are (genba "
		              "purge %s --reason TEXT)"),
		            t->set.check, t->set.check);
	} else {
		rc = take_purged(t, err);
	}
	return rc;
}

static int take_all(struct parcel_taking *t, struct err *err)
{
	for (unsigned i = 0; t->at < t->end; i++) {
		const unsigned char *piece;
		size_t n;
		int purged = 0;
		if (i == SETS)
			return not_sound(err);
		if (take_piece(t, &piece, &n, err) < 0)
			return -1;
		json_t *line = json_parse((const char *)piece, n, err);
		int rc = line ? read_line(t, line, &purged, err) : -1;
		json_decref(line);
		if (rc == 0)
			rc = purged ? tell_purged(t, err) : take_set(t, err);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int observation_parcel_take(struct case_file *c, const struct parcel_arrival *came, struct err *err)
{
	struct parcel_taking t = {
	    .c = c, .came = came, .at = came->bytes, .end = came->bytes + came->n, .blocks = BUF_INIT};
	int rc = take_all(&t, err);
	if (rc == 0 && t.sets)
		parcel_note(&t,
		            P_("%llu set of observations came along, rows: %llu",
		               "%llu sets of observations came along, rows: %llu", (unsigned long long)t.sets),
		            (unsigned long long)t.sets, (unsigned long long)t.rows);
	sodium_memzero(t.key, sizeof t.key);
	buf_release(&t.blocks);
	return rc;
}

const struct parcel_room observation_parcel = {
    .name = "observations", .write = observation_parcel_write, .take = observation_parcel_take};
