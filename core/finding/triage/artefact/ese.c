#include "finding/triage/artefact/ese_private.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/triage/parse/whole.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADER   668U        /* bytes that libesedb takes the header for */
#define TABLES   20000       /* of one database */
#define RECORDS  10000000    /* of one table */
#define VALUE    (64U << 10) /* bytes of one */
#define BAD_MOST 64          /* records of one table that cannot be read, before the next table is tried */

/* XOR of the words behind the checksum. */
static uint32_t checksum(const unsigned char *p, size_t n)
{
	uint32_t sum = UINT32_C(0x89ABCDEF);
	for (size_t i = 4; i + 4 <= n; i += 4)
		sum ^= bytes_le32(p + i);
	return sum;
}

/* Newer databases sum the header up to the end of its page; libesedb knows the older way only, and gets what it wants. */
static int ese_read(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct ese *e = ctx;
	if (e->f->read(e->f->ctx, offset, bytes, n, err) < 0)
		return -1;
	for (unsigned copy = 0; copy < 2; copy++)
		for (uint64_t i = 0; i < 4; i++) {
			uint64_t at = (uint64_t)copy * e->page_size + i;
			if (at >= offset && at - offset < n)
				((unsigned char *)bytes)[at - offset] = e->header[4 * copy + i];
		}
	return 0;
}

static int look_at_header(struct ese *e, struct err *err)
{
	unsigned char *page = NULL;
	unsigned char head[240];
	int whole = 0;
	if (e->f->size < 8192 || e->f->read(e->f->ctx, 0, head, sizeof head, err) < 0)
		return err_set(err, ERR_INVALID, _("it is no database of this form"));
	e->page_size = bytes_le32(head + 236);
	if (bytes_le32(head + 4) != UINT32_C(0x89ABCDEF) || e->page_size < 2048 || e->page_size > 32768 ||
	    e->page_size & (e->page_size - 1) || e->f->size < 2 * (uint64_t)e->page_size)
		return err_set(err, ERR_INVALID, _("it is no database of this form"));
	page = xmalloc(e->page_size);
	for (unsigned copy = 0; copy < 2; copy++) {
		if (e->f->read(e->f->ctx, (uint64_t)copy * e->page_size, page, e->page_size, err) < 0) {
			free(page);
			return -1;
		}
		uint32_t wanted = checksum(page, HEADER);
		whole |= bytes_le32(page) == wanted || bytes_le32(page) == checksum(page, e->page_size);
		for (unsigned i = 0; i < 4; i++)
			e->header[4 * copy + i] = (unsigned char)(wanted >> 8 * i);
		/* 52: the state; 2, 3: it was in use, and what lies in its logs is missing */
		uint32_t state = bytes_le32(page + 52);
		if (copy == 0 && (state == 2 || state == 5))
			triage_problem(e->out, 52,
			               _("the database was in use: what its logs hold and it does not is missing"));
	}
	if (!whole)
		triage_problem(e->out, 0, _("the header of the database does not fit its checksum"));
	free(page);
	return 0;
}

int ese_open(struct ese *e, const struct triage_file *f, struct triage_out *out, struct err *err)
{
	libesedb_error_t *error = NULL;
	*e = (struct ese){.f = f, .out = out};
	if (look_at_header(e, err) < 0)
		return -1;
	e->bytes = (struct yal_bytes){.size = f->size, .read = ese_read, .ctx = e};
	e->handle = yal_handle(&e->bytes, err);
	if (!e->handle)
		return -1;
	if (libesedb_file_initialize(&e->file, &error) == 1 &&
	    libesedb_file_open_file_io_handle(e->file, e->handle, LIBESEDB_OPEN_READ, &error) == 1)
		return 0;
	return yal_failed(error, _("the database cannot be read"), err);
}

void ese_close(struct ese *e)
{
	if (e->file) {
		libesedb_file_close(e->file, NULL);
		libesedb_file_free(&e->file, NULL);
	}
	if (e->handle)
		libbfio_handle_free(&e->handle, NULL);
}

/* ---- tables */

static void read_columns(libesedb_table_t *table, struct ese_record *r)
{
	int count = 0;
	r->columns = 0;
	if (libesedb_table_get_number_of_columns(table, &count, 0, NULL) != 1)
		return;
	for (int i = 0; i < count && r->columns < (int)ESE_COLUMNS; i++) {
		libesedb_column_t *column = NULL;
		char *name = r->names[r->columns];
		*name = '\0';
		r->types[r->columns] = 0;
		if (libesedb_table_get_column(table, i, &column, 0, NULL) == 1) {
			libesedb_column_get_utf8_name(column, (uint8_t *)name, sizeof r->names[0], NULL);
			libesedb_column_get_type(column, &r->types[r->columns], NULL);
			libesedb_column_free(&column, NULL);
		}
		name[sizeof r->names[0] - 1] = '\0';
		r->columns++;
	}
}

static int each_record(struct ese *e, libesedb_table_t *table, const char *name, ese_record_fn fn, void *ctx,
                       struct err *err)
{
	struct ese_record r = {.e = e, .table = name};
	libesedb_error_t *error = NULL;
	int count = 0;
	int bad = 0;
	int rc = 0;
	read_columns(table, &r);
	if (libesedb_table_get_number_of_records(table, &count, &error) != 1) {
		struct err why = ERR_INIT;
		yal_failed(error, _("the table cannot be read"), &why);
		triage_problem(e->out, 0, "%s: %s", name, why.message);
		return 0;
	}
	for (r.number = 0; rc == 0 && r.number < count && r.number < RECORDS && bad < BAD_MOST; r.number++) {
		r.record = NULL;
		if (libesedb_table_get_record(table, r.number, &r.record, NULL) != 1) {
			if (bad++ == 0)
				triage_problem(e->out, 0, _("%s: record %d and perhaps others cannot be read"), name,
				               r.number);
			continue;
		}
		rc = fn(ctx, &r, err);
		libesedb_record_free(&r.record, NULL);
	}
	if (bad == BAD_MOST)
		triage_problem(e->out, 0, _("%s: the rest of the table is given up"), name);
	return rc;
}

int ese_each(struct ese *e, int (*wants)(const char *table), ese_record_fn fn, void *ctx, struct err *err)
{
	int count = 0;
	unsigned bad = 0;
	int rc = 0;
	if (libesedb_file_get_number_of_tables(e->file, &count, NULL) != 1) {
		triage_problem(e->out, 0, _("the list of the database's tables cannot be read"));
		return 0;
	}
	for (int i = 0; rc == 0 && i < count && i < TABLES; i++) {
		libesedb_table_t *table = NULL;
		char name[256] = "";
		e->ordinal = (uint32_t)i;
		if (libesedb_file_get_table(e->file, i, &table, NULL) != 1) {
			bad++;
			continue;
		}
		if (libesedb_table_get_utf8_name(table, (uint8_t *)name, sizeof name, NULL) != 1)
			bad++;
		else if (wants(name))
			rc = each_record(e, table, name, fn, ctx, err);
		libesedb_table_free(&table, NULL);
	}
	if (bad)
		triage_problem(
		    e->out, 0,
		    P_("%u table of the database cannot be read", "%u tables of the database cannot be read", bad),
		    bad);
	return rc;
}

/* ---- values */

int ese_column(const struct ese_record *r, const char *name)
{
	for (int i = 0; i < r->columns; i++)
		if (strcmp(r->names[i], name) == 0)
			return i;
	return -1;
}

int ese_bytes(const struct ese_record *r, int column, struct buf *out)
{
	size_t n = 0;
	libesedb_long_value_t *value = NULL;
	int is_long = column < 0 ? -1 : libesedb_record_is_long_value(r->record, column, NULL);
	int got = 0;
	if (is_long == 1) {
		size64_t size = 0;
		if (libesedb_record_get_long_value(r->record, column, &value, NULL) != 1)
			return 0;
		if (libesedb_long_value_get_data_size(value, &size, NULL) == 1 && size > 0 && size <= VALUE) {
			unsigned char *room = xcalloc(1, (size_t)size);
			got = libesedb_long_value_get_data(value, room, (size_t)size, NULL) == 1;
			if (got)
				buf_add(out, room, (size_t)size);
			free(room);
		}
		libesedb_long_value_free(&value, NULL);
		return got;
	}
	if (is_long != 0 || libesedb_record_get_value_data_size(r->record, column, &n, NULL) != 1 || n == 0 ||
	    n > VALUE)
		return 0;
	unsigned char *room = xcalloc(1, n);
	got = libesedb_record_get_value_data(r->record, column, room, n, NULL) == 1;
	if (got)
		buf_add(out, room, n);
	free(room);
	return got;
}

int ese_number(const struct ese_record *r, int column, int64_t *value)
{
	struct buf bytes = BUF_INIT;
	int got = ese_bytes(r, column, &bytes);
	const unsigned char *p = (const unsigned char *)bytes.data;
	size_t stars = 0;
	while (got && stars < bytes.len && p[stars] == '*')
		stars++;
	if (got && bytes.len > 1 && stars == bytes.len)
		got = 0; /* a column without a value, as the engine leaves it */
	if (got)
		switch (r->types[column]) {
		case LIBESEDB_COLUMN_TYPE_BOOLEAN:
		case LIBESEDB_COLUMN_TYPE_INTEGER_8BIT_UNSIGNED:
			*value = p[0];
			break;
		case LIBESEDB_COLUMN_TYPE_INTEGER_16BIT_SIGNED:
		case LIBESEDB_COLUMN_TYPE_INTEGER_16BIT_UNSIGNED:
			got = bytes.len >= 2;
			*value = got ? bytes_le16(p) : 0;
			break;
		case LIBESEDB_COLUMN_TYPE_INTEGER_32BIT_SIGNED:
			got = bytes.len >= 4;
			*value = got ? (int32_t)bytes_le32(p) : 0;
			break;
		case LIBESEDB_COLUMN_TYPE_INTEGER_32BIT_UNSIGNED:
			got = bytes.len >= 4;
			*value = got ? (int64_t)bytes_le32(p) : 0;
			break;
		case LIBESEDB_COLUMN_TYPE_INTEGER_64BIT_SIGNED:
		case LIBESEDB_COLUMN_TYPE_CURRENCY:
			got = bytes.len >= 8;
			*value = got ? (int64_t)bytes_le64(p) : 0;
			break;
		default:
			got = 0;
		}
	buf_release(&bytes);
	return got;
}

int ese_text(const struct ese_record *r, int column, struct buf *out)
{
	struct buf bytes = BUF_INIT;
	int got = ese_bytes(r, column, &bytes);
	const unsigned char *p = (const unsigned char *)bytes.data;
	if (got && bytes.len >= 2 && p[1] == 0)
		triage_utf16(out, p, bytes.len);
	else if (got && text_is_utf8(bytes.data, bytes.len) && strlen(bytes.data) == bytes.len)
		buf_add(out, bytes.data, bytes.len);
	else if (got)
		triage_utf16(out, p, bytes.len);
	buf_release(&bytes);
	return got;
}

int64_t ese_date(const struct ese_record *r, int column)
{
	struct buf bytes = BUF_INIT;
	int64_t when = OBSERVATION_NO_TIME;
	double days;
	if (column >= 0 && r->types[column] == LIBESEDB_COLUMN_TYPE_DATE_TIME && ese_bytes(r, column, &bytes) &&
	    bytes.len == sizeof days) {
		memcpy(&days, bytes.data, sizeof days);
		if (isfinite(days) && days > 1 && days < 2958466) /* 25569: 1970-01-01 */
			when = observation_from_unix((int64_t)llround((days - 25569) * 86400), 0);
	}
	buf_release(&bytes);
	return when;
}

int ese_row(struct ese_record *r, unsigned artefact, int64_t when, unsigned time_of, const struct buf *fields,
            struct err *err)
{
	struct observation o = {.when = when,
	                        .offset = (uint64_t)r->number,
	                        .ordinal = r->e->ordinal,
	                        .time_of = when == OBSERVATION_NO_TIME ? 0 : (uint16_t)time_of,
	                        .artefact = (uint8_t)artefact,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .fields = fields->data,
	                        .fields_size = fields->len};
	return triage_row(r->e->out, &o, err);
}
