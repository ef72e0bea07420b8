/* A journal of systemd and a loose $MFT of our own making: what they tell, and what is left of damaged ones. */
#include "core/case/help_case.h"
#include "core/finding/triage/help_rows.h"
#include "finding/triage/artefact/lz4.h"
#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

#define T0       UINT64_C(1763600000)         /* 2025-11-20T00:53:20Z */
#define FILETIME UINT64_C(134080736000000000) /* the same */

/* ---- a journal */

static void align(struct buf *b)
{
	while (b->len % 8)
		buf_addc(b, '\0');
}

static size_t put_data(struct buf *b, unsigned flags, const void *payload, size_t n)
{
	align(b);
	size_t at = b->len;
	put_le(b, 1 | flags << 8, 8);
	put_le(b, 64 + n, 8);
	for (int i = 0; i < 6; i++)
		put_le(b, 0, 8);
	buf_add(b, payload, n);
	return at;
}

static size_t put_entry(struct buf *b, uint64_t number, const size_t *data, size_t count)
{
	align(b);
	size_t at = b->len;
	put_le(b, 3, 8);
	put_le(b, 64 + 16 * count, 8);
	put_le(b, number, 8);
	put_le(b, (T0 + number) * 1000000 + 5, 8);
	put_le(b, 0, 8);
	put_le(b, 0x0123456789abcdef, 8);
	put_le(b, 0, 8);
	put_le(b, 0, 8);
	for (size_t i = 0; i < count; i++) {
		put_le(b, data[i], 8);
		put_le(b, 0, 8);
	}
	return at;
}

static struct buf made_journal(size_t *second_entry)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "LPKSHHRH");
	while (b.len < 208)
		buf_addc(&b, '\0');
	set_le(&b, 88, 208, 8);
	/* LZ4: "MESSAGE=" and 20 times "ab", of which 38 bytes repeat what lies 2 bytes back */
	static const unsigned char packed[] = {40 + 8, 0,   0,   0,   0,   0,   0,   0, 0xAF, 'M',     'E',  'S',
	                                       'S',    'A', 'G', 'E', '=', 'a', 'b', 2, 0,    33 - 14, 0x10, 'b'};
	size_t fields[3] = {put_data(&b, 0, "MESSAGE=Accepted password for root", 34),
	                    put_data(&b, 0, "SYSLOG_IDENTIFIER=sshd", 22), put_data(&b, 0, "_PID=77", 7)};
	put_entry(&b, 1, fields, 3);
	fields[0] = put_data(&b, 2, packed, sizeof packed);
	*second_entry = put_entry(&b, 2, fields, 3);
	fields[0] = 7; /* nowhere */
	put_entry(&b, 3, fields, 3);
	return b;
}

static void entries_of_a_journal(void **state)
{
	(void)state;
	size_t second;
	struct buf b = made_journal(&second);
	struct parsed p = parse_bytes("journal", "var/log/journal/x/system.journal", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 3);
	assert_string_equal(row_text(&p, 0, "message"), "Accepted password for root");
	assert_string_equal(row_text(&p, 0, "program"), "sshd");
	assert_string_equal(row_text(&p, 0, "pid"), "77");
	assert_string_equal(row_text(&p, 0, "record"), "1");
	assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T00:53:21.0000050Z");
	assert_int_equal(strncmp(row_text(&p, 1, "message"), "abababab", 8), 0);
	assert_string_equal(row_text(&p, 2, "message"), ""); /* and the rest of it is there */
	assert_string_equal(row_text(&p, 2, "program"), "sshd");
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	/* what lies between, and is none, is passed over */
	memset(b.data + second, 0xEE, 40);
	p = parse_bytes("journal", "system.journal", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 2);
	assert_string_equal(row_text(&p, 1, "record"), "3");
	assert_int_equal(json_array_size(p.problems), 2);
	parsed_release(&p);
	buf_release(&b);
	/* a size that would take the entries behind it along does not, and the head's count tells of one that is gone */
	b = made_journal(&second);
	set_le(&b, 152, 3, 8);
	set_le(&b, 208 + 8, second - 208 + 8, 8); /* the first object's: it ends inside another */
	p = parse_bytes("journal", "system.journal", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 3);
	parsed_release(&p);
	set_le(&b, second, 0xEEEE, 8);
	p = parse_bytes("journal", "system.journal", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 2);
	const json_t *last = json_array_get(p.problems, json_array_size(p.problems) - 1);
	assert_non_null(strstr(json_string_value(json_object_get(last, "reason")), "counts 3 entries, and 2"));
	parsed_release(&p);
	for (size_t n = 0; n < b.len; n += 5) { /* cut off anywhere */
		char *cut = malloc(n + 1);
		memcpy(cut, b.data, n);
		p = parse_bytes("journal", "system.journal", cut, n);
		parsed_release(&p);
		free(cut);
	}
	buf_release(&b);
}

static void lz4_blocks(void **state)
{
	(void)state;
	unsigned char to[64];
	size_t n;
	static const unsigned char literals[] = {0x30, 'a', 'b', 'c'};
	static const unsigned char match[] = {0x10, 'x', 1, 0, 0x10, 'y'}; /* x, four times what lies one back, y */
	static const unsigned char beyond[] = {0x10, 'x', 2, 0};
	static const unsigned char cut[] = {0xF0, 255};
	assert_int_equal(lz4_unpack(literals, sizeof literals, to, sizeof to, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(lz4_unpack(match, sizeof match, to, sizeof to, &n), 0);
	assert_int_equal(n, 6);
	assert_memory_equal(to, "xxxxxy", 6);
	assert_int_equal(lz4_unpack(match, sizeof match, to, 3, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(lz4_unpack(beyond, sizeof beyond, to, sizeof to, &n), -1);
	assert_int_equal(lz4_unpack(cut, sizeof cut, to, sizeof to, &n), -1);
}

/* ---- a master file table */

static void put_attribute(struct buf *r, unsigned type, const char *name, const struct buf *content)
{
	size_t at = r->len;
	size_t n = strlen(name);
	put_le(r, type, 4);
	put_le(r, 0, 4);
	put_le(r, (uint64_t)n << 8, 2);
	put_le(r, 24, 2);
	put_le(r, 0, 4);
	put_le(r, content->len, 4);
	put_le(r, 24 + 2 * n, 2);
	put_le(r, 0, 2);
	put_utf16(r, name);
	buf_add(r, content->data, content->len);
	align(r);
	set_le(r, at + 4, r->len - at, 4);
}

/* Record `number`; the sector ends are exchanged, as they are on a disk. */
static void put_record(struct buf *b, uint64_t number, unsigned flags, uint64_t parent, const char *name,
                       uint64_t created, const char *zone)
{
	struct buf r = BUF_INIT;
	struct buf c = BUF_INIT;
	(void)number;
	buf_adds(&r, "FILE");
	put_le(&r, 48, 2);
	put_le(&r, 3, 2);
	put_le(&r, 0, 8);
	put_le(&r, 1, 2);
	put_le(&r, 1, 2);
	put_le(&r, 56, 2);
	put_le(&r, flags, 2);
	put_le(&r, 0, 4);
	put_le(&r, 1024, 4);
	while (r.len < 56)
		buf_addc(&r, '\0');
	for (int i = 0; i < 4; i++)
		put_le(&c, created, 8);
	put_le(&c, 0, 8);
	put_attribute(&r, 0x10, "", &c);
	buf_clear(&c);
	put_le(&c, parent | UINT64_C(1) << 48, 8);
	for (int i = 0; i < 4; i++)
		put_le(&c, FILETIME, 8);
	put_le(&c, 0, 8);
	put_le(&c, 0, 8);
	put_le(&c, 0, 8);
	put_le(&c, strlen(name) | 1U << 8, 2);
	put_utf16(&c, name);
	put_attribute(&r, 0x30, "", &c);
	buf_clear(&c);
	buf_adds(&c, "content");
	if (!(flags & 2))
		put_attribute(&r, 0x80, "", &c);
	buf_clear(&c);
	buf_adds(&c, zone ? zone : "");
	if (zone)
		put_attribute(&r, 0x80, "Zone.Identifier", &c);
	put_le(&r, 0xFFFFFFFF, 4);
	while (r.len < 1024)
		buf_addc(&r, '\0');
	set_le(&r, 48, 0x4711, 2);
	for (size_t i = 1; i <= 2; i++) {
		memcpy(r.data + 48 + 2 * i, r.data + i * 512 - 2, 2);
		set_le(&r, i * 512 - 2, 0x4711, 2);
	}
	buf_add(b, r.data, r.len);
	buf_release(&r);
	buf_release(&c);
}

static struct buf made_table(void)
{
	struct buf b = BUF_INIT;
	put_record(&b, 0, 1, 5, "$MFT", FILETIME, NULL);
	for (unsigned i = 1; i < 5; i++)
		put_record(&b, i, 1, 5, "$x", FILETIME, NULL);
	put_record(&b, 5, 3, 5, ".", FILETIME, NULL);
	put_record(&b, 6, 3, 5, "Users", FILETIME, NULL);
	put_record(&b, 7, 1, 6, "setup.exe", FILETIME - FILETIME % 10000000 - 864000000000,
	           "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=http://cdn.example/\r\n");
	put_record(&b, 8, 0, 6, "gone.rar", FILETIME, NULL);
	put_record(&b, 9, 1, 77, "lost.txt", FILETIME, NULL);
	return b;
}

static void files_of_a_table(void **state)
{
	(void)state;
	struct buf b = made_table();
	struct parsed p = parse_bytes("mft", "uploads/C/$MFT", b.data, b.len);
	const json_t *setup =
	    ROW_WHERE(&p, "path=uploads/C/Users/setup.exe", "time_of=modified,accessed,changed,created");
	assert_non_null(setup);
	assert_string_equal(json_string_value(json_object_get(setup, "fn_created")), "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(json_string_value(json_object_get(setup, "when")), "2025-11-19T00:53:20.0000000Z");
	assert_true(json_is_true(json_object_get(setup, "stomped")));
	assert_string_equal(json_string_value(json_object_get(setup, "host_url")), "http://cdn.example/");
	assert_string_equal(json_string_value(json_object_get(setup, "streams")), "Zone.Identifier");
	assert_int_equal(json_integer_value(json_object_get(setup, "size")), 7);
	const json_t *gone = ROW_WHERE(&p, "path=uploads/C/Users/gone.rar");
	assert_true(json_is_true(json_object_get(gone, "deleted")));
	assert_true(json_is_true(json_object_get(gone, "recovered")));
	assert_non_null(ROW_WHERE(&p, "path=uploads/C/$Orphan/lost.txt"));
	assert_int_equal(json_array_size(p.problems), 0);
	parsed_release(&p);
	/* a sector of another writing: that file is told, the others are there */
	b.data[7 * 1024 + 510] = 'x';
	p = parse_bytes("mft", "$MFT", b.data, b.len - 100);
	assert_null(ROW_WHERE(&p, "path=Users/setup.exe"));
	assert_non_null(ROW_WHERE(&p, "path=Users/gone.rar"));
	assert_int_equal(json_array_size(p.problems), 2);
	parsed_release(&p);
	/* the first record is gone: the others are there */
	struct buf headless = made_table();
	memset(headless.data, 0xEE, 1024);
	p = parse_bytes("mft", "$MFT", headless.data, headless.len);
	assert_string_equal(p.failed, "");
	assert_non_null(ROW_WHERE(&p, "path=Users/gone.rar"));
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	buf_release(&headless);
	assert_string_equal(triage_parser_of("C/$MFT", (const unsigned char *)"damaged.", 8)->name, "mft");
	/* an attribute before the name is damaged: the file has no name, and is told */
	struct buf nameless = made_table();
	set_le(&nameless, 8 * 1024 + 56 + 4, 7, 4);
	p = parse_bytes("mft", "$MFT", nameless.data, nameless.len);
	assert_null(ROW_WHERE(&p, "path=Users/gone.rar"));
	assert_non_null(ROW_WHERE(&p, "path=Users/setup.exe"));
	assert_int_equal(json_array_size(p.problems), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(p.problems, 0), "offset")), 8 * 1024);
	parsed_release(&p);
	buf_release(&nameless);
	/* folders that lie in each other end */
	struct buf circle = made_table();
	buf_truncate(&circle, 6144);
	put_record(&circle, 6, 3, 7, "a", FILETIME, NULL);
	put_record(&circle, 7, 3, 6, "b", FILETIME, NULL);
	p = parse_bytes("mft", "$MFT", circle.data, circle.len);
	assert_true(json_array_size(p.rows) > 0);
	parsed_release(&p);
	buf_release(&circle);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries_of_a_journal),
	    cmocka_unit_test(lz4_blocks),
	    cmocka_unit_test(files_of_a_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
