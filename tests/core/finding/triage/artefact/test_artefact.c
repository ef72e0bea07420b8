/* Prefetch (packed and not), shortcuts, jump lists, tasks, the recycle bin, made here by their specifications. */
#include "core/case/help_case.h"
#include "core/finding/triage/help_rows.h"

#include "finding/triage/artefact/prefetch.h"
#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

#define T0 UINT64_C(134080704000000000) /* FILETIME of 2025-11-20T00:00:00Z */

static void zeros(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(b, 0);
}

/* ---- prefetch */

static struct buf made_prefetch(unsigned version, unsigned runs, unsigned times)
{
	static const char *const files[] = {"\\VOLUME{01d}\\WINDOWS\\SYSTEM32\\NTDLL.DLL",
	                                    "\\VOLUME{01d}\\USERS\\SATO\\RAR.EXE",
	                                    "\\VOLUME{01d}\\USERS\\SATO\\SECRET.XLSX"};
	struct buf b = BUF_INIT;
	size_t count = version == 17 ? 144 : version == 23 ? 152 : 208;
	put_le(&b, version, 4);
	buf_adds(&b, "SCCA");
	zeros(&b, 400);
	size_t names = b.len;
	for (size_t i = 0; i < 3; i++) {
		put_utf16(&b, files[i]);
		put_le(&b, 0, 2);
	}
	size_t volume = b.len;
	set_le(&b, 100, names, 4);
	set_le(&b, 104, volume - names, 4);
	set_le(&b, 108, volume, 4);
	set_le(&b, 112, 1, 4);
	zeros(&b, 104);
	set_le(&b, volume + 16, 0xCAFE1234, 4);
	for (size_t i = 0; i < 7; i++)
		set_le(&b, 16 + 2 * i, (unsigned char)"RAR.EXE"[i], 2);
	set_le(&b, 76, 0xDEADBEEF, 4);
	set_le(&b, 84, 304, 4);
	for (unsigned i = 0; i < times; i++)
		set_le(&b, (version == 17 ? 120 : 128) + 8 * i, T0 - i * 10000000, 8);
	set_le(&b, count, runs, 4);
	return b;
}

/* All codes nine bits long: the code of a symbol is the symbol. */
struct packing {
	struct buf *out;
	uint32_t word;
	unsigned count;
};

static void put_bits(struct packing *p, uint32_t value, unsigned bits)
{
	while (bits-- > 0) {
		p->word = p->word << 1 | (value >> bits & 1);
		if (++p->count == 16) {
			put_le(p->out, p->word, 2);
			p->word = p->count = 0;
		}
	}
}

static struct buf packed(const struct buf *plain)
{
	struct buf b = BUF_INIT;
	buf_add(&b, "MAM\4", 4);
	put_le(&b, plain->len, 4);
	for (size_t at = 0; at < plain->len;) {
		size_t end = plain->len - at < 65536 ? plain->len : at + 65536;
		struct packing p = {.out = &b};
		for (size_t i = 0; i < 256; i++)
			buf_addc(&b, (char)0x99);
		while (at < end) {
			size_t run = 0; /* zeros that repeat the byte before */
			while (at > 0 && at + run < end && run < 17 &&
			       plain->data[at + run] == plain->data[at + run - 1])
				run++;
			if (run >= 3) {
				put_bits(&p, 256 + (uint32_t)(run - 3), 9); /* one byte back: no further bits */
				at += run;
			} else {
				put_bits(&p, (unsigned char)plain->data[at++], 9);
			}
		}
		while (p.count)
			put_bits(&p, 0, 1);
		put_le(&b, 0, 2); /* the reader is a word ahead */
	}
	return b;
}

static void prefetch_of_each_version(void **state)
{
	static const unsigned versions[] = {17, 23, 26, 30, 31};
	(void)state;
	for (size_t v = 0; v < 5; v++)
		for (int pack = 0; pack < 2; pack++) {
			unsigned times = versions[v] < 26 ? 1 : 3;
			struct buf plain = made_prefetch(versions[v], 7, times);
			struct buf bytes = pack ? packed(&plain) : plain;
			struct parsed p =
			    parse_bytes("prefetch", "Windows/Prefetch/RAR.EXE-1.pf", bytes.data, bytes.len);
			assert_string_equal(p.failed, "");
			assert_int_equal(json_array_size(p.rows), times);
			assert_string_equal(row_text(&p, 0, "program"), "RAR.EXE");
			assert_string_equal(row_text(&p, 0, "run_count"), "7");
			assert_string_equal(row_text(&p, 0, "program_path"), "\\VOLUME{01d}\\USERS\\SATO\\RAR.EXE");
			assert_string_equal(row_text(&p, 0, "hash"), "DEADBEEF");
			assert_string_equal(row_text(&p, 0, "volume_serial"), "CAFE1234");
			assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T00:00:00.0000000Z");
			assert_string_equal(row_text(&p, 0, "time_of"), "run");
			assert_non_null(strstr(row_text(&p, 0, "files"), "SECRET.XLSX"));
			if (times > 1)
				assert_string_equal(row_text(&p, 1, "when"), "2025-11-19T23:59:59.0000000Z");
			parsed_release(&p);
			if (pack)
				buf_release(&bytes);
			buf_release(&plain);
		}
	/* cut anywhere: an answer, and no more */
	struct buf plain = made_prefetch(30, 7, 8);
	struct buf bytes = packed(&plain);
	for (size_t n = 1; n + 16 < bytes.len; n += 7) {
		struct parsed p = parse_bytes("prefetch", "a.pf", bytes.data, n);
		assert_int_equal(json_array_size(p.rows), 0);
		assert_string_not_equal(p.failed, "");
		parsed_release(&p);
	}
	buf_release(&bytes);
	/* where its names lie nowhere, that is told; where they are more than a row holds, how many are left out */
	set_le(&plain, 100, 0x7FFFFFF0, 4);
	struct parsed p = parse_bytes("prefetch", "a.pf", plain.data, plain.len);
	assert_int_equal(json_array_size(p.rows), 8);
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	size_t names = plain.len;
	for (int i = 0; i < 1000; i++) {
		put_utf16(&plain, "\\VOLUME{01d}\\WINDOWS\\SYSTEM32\\SOMETHING.DLL");
		put_le(&plain, 0, 2);
	}
	set_le(&plain, 100, names, 4);
	set_le(&plain, 104, plain.len - names, 4);
	p = parse_bytes("prefetch", "a.pf", plain.data, plain.len);
	assert_int_equal(json_array_size(p.problems), 0);
	const char *files = row_text(&p, 0, "files");
	assert_non_null(strstr(files, " more)"));
	unsigned shown = 1;
	for (const char *at = files; (at = strchr(at, '\n')) != NULL; at++)
		shown++;
	unsigned left = 0;
	assert_int_equal(sscanf(strrchr(files, '(') + 1, "%u", &left), 1);
	assert_int_equal(shown - 1 + left, 1000);
	parsed_release(&p);
	buf_release(&plain);
}

/* ---- shortcuts */

static const unsigned char lnk_mark[20] = {0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};

static struct buf made_lnk(const char *path, const char *arguments)
{
	struct buf b = BUF_INIT;
	buf_add(&b, lnk_mark, sizeof lnk_mark);
	put_le(&b, 2 | 32 | 128, 4); /* info, arguments, Unicode */
	put_le(&b, 32, 4);
	put_le(&b, T0, 8);
	put_le(&b, T0 + 10000000, 8);
	put_le(&b, T0, 8);
	put_le(&b, 4711, 4);
	zeros(&b, 20);
	size_t info = b.len;
	put_le(&b, 0, 4);
	put_le(&b, 28, 4);
	put_le(&b, 1, 4);
	put_le(&b, 28, 4);
	put_le(&b, 28 + 17, 4);
	put_le(&b, 0, 4);
	put_le(&b, 28 + 17 + strlen(path) + 1, 4);
	put_le(&b, 17, 4); /* the volume */
	put_le(&b, 2, 4);
	put_le(&b, 0x1234ABCD, 4);
	put_le(&b, 16, 4);
	buf_addc(&b, 0);
	buf_add(&b, path, strlen(path) + 1);
	buf_addc(&b, 0);
	set_le(&b, info, b.len - info, 4);
	put_le(&b, strlen(arguments), 2);
	put_utf16(&b, arguments);
	put_le(&b, 0x60, 4); /* the machine */
	put_le(&b, 0xA0000003, 4);
	put_le(&b, 0x58, 4);
	put_le(&b, 0, 4);
	buf_adds(&b, "hr-pc-03");
	zeros(&b, 8 + 64);
	put_le(&b, 0, 4);
	return b;
}

static void a_shortcut_tells_its_target(void **state)
{
	(void)state;
	struct buf b = made_lnk("E:\\secret.rar", "-x");
	struct parsed p = parse_bytes("lnk", "Users/sato/Recent/secret.lnk", b.data, b.len);
	assert_string_equal(p.failed, "");
	assert_int_equal(json_array_size(p.rows), 2); /* two distinct times */
	assert_string_equal(row_text(&p, 0, "target"), "E:\\secret.rar");
	assert_string_equal(row_text(&p, 0, "arguments"), "-x");
	assert_string_equal(row_text(&p, 0, "size"), "4711");
	assert_string_equal(row_text(&p, 0, "drive_type"), "removable");
	assert_string_equal(row_text(&p, 0, "volume_serial"), "1234ABCD");
	assert_string_equal(row_text(&p, 0, "machine"), "hr-pc-03");
	assert_string_equal(row_text(&p, 0, "time_of"), "modified,created");
	assert_string_equal(row_text(&p, 1, "time_of"), "accessed");
	parsed_release(&p);
	/* what is cut off is told, and what stands before it is given */
	p = parse_bytes("lnk", "a.lnk", b.data, 140);
	assert_int_equal(json_array_size(p.problems), 1);
	assert_int_equal(json_array_size(p.rows), 2);
	parsed_release(&p);
	/* a custom jump list: one behind the other */
	struct buf list = BUF_INIT;
	zeros(&list, 24);
	buf_add(&list, b.data, b.len);
	zeros(&list, 5);
	buf_add(&list, b.data, b.len);
	p = parse_bytes("jump_list", "Users/sato/Recent/CustomDestinations/5f7b5f1e01b83767.customDestinations-ms",
	                list.data, list.len);
	assert_int_equal(json_array_size(p.rows), 4);
	assert_string_equal(row_text(&p, 0, "artefact"), "jump_list");
	assert_string_equal(row_text(&p, 3, "target"), "E:\\secret.rar");
	assert_string_equal(row_text(&p, 0, "app_id"), "5f7b5f1e01b83767");
	parsed_release(&p);
	buf_release(&list);
	/* one of three is damaged, and each has its class before it: it is told, and the others are given */
	for (size_t bad = 0; bad < 20; bad++) {
		struct buf three = BUF_INIT;
		for (size_t i = 0; i < 3; i++) {
			buf_add(&three, lnk_mark + 4, 16);
			buf_add(&three, b.data, b.len);
		}
		size_t at = 16 + b.len + 16;
		three.data[at + bad] = (char)(three.data[at + bad] ^ 0x55);
		p = parse_bytes("jump_list", "5f7b5f1e01b83767.customDestinations-ms", three.data, three.len);
		assert_int_equal(json_array_size(p.rows), 4);
		assert_int_equal(json_array_size(p.problems), 1);
		assert_int_equal(json_integer_value(json_object_get(json_array_get(p.problems, 0), "offset")), at);
		parsed_release(&p);
		buf_release(&three);
	}
	/* a block behind the texts that claims more than there is */
	set_le(&b, b.len - 4 - 0x60, 0x1000, 4);
	p = parse_bytes("lnk", "a.lnk", b.data, b.len);
	assert_string_equal(row_text(&p, 0, "target"), "E:\\secret.rar");
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	buf_release(&b);
}

/* ---- an automatic jump list: four sectors of 512 bytes, each stream in sectors of its own */

static void put_entry_of(struct buf *b, size_t at, const char *name, unsigned type, unsigned sector, size_t size)
{
	for (size_t i = 0; name[i]; i++)
		set_le(b, at + 2 * i, (unsigned char)name[i], 2);
	set_le(b, at + 64, 2 * strlen(name) + 2, 2);
	set_le(b, at + 66, type, 1);
	set_le(b, at + 116, sector, 4);
	set_le(b, at + 120, size, 4);
}

/* Streams: "1", a shortcut in sectors 2 to 9, and DestList in 10 to 17; both are padded to 4096 bytes. */
static struct buf made_list(const struct buf *lnk, unsigned claimed, unsigned entries)
{
	static const unsigned char ole[8] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
	struct buf b = BUF_INIT;
	zeros(&b, 512 * 19);
	memcpy(b.data, ole, 8);
	set_le(&b, 30, 9, 2);
	set_le(&b, 32, 6, 2);
	set_le(&b, 48, 1, 4);
	set_le(&b, 60, 0xFFFFFFFE, 4);
	for (size_t i = 0; i < 109; i++)
		set_le(&b, 76 + 4 * i, i ? 0xFFFFFFFF : 0, 4);
	for (unsigned i = 0; i < 128; i++)
		set_le(&b, 512 + 4 * i, i < 2 || i == 9 || i >= 17 ? 0xFFFFFFFE : i + 1, 4);
	put_entry_of(&b, 1024, "Root Entry", 5, 0xFFFFFFFE, 0);
	put_entry_of(&b, 1024 + 128, "1", 2, 2, 4096);
	put_entry_of(&b, 1024 + 256, "DestList", 2, 10, 4096);
	memcpy(b.data + 512 * 3, lnk->data, lnk->len);
	size_t at = 512 * 11;
	set_le(&b, at, 1, 4);
	set_le(&b, at + 4, claimed, 4);
	at += 32;
	for (unsigned i = 0; i < entries; i++) {
		set_le(&b, at + 88, i + 1, 4);
		set_le(&b, at + 100, T0, 8);
		set_le(&b, at + 112, 1, 2);
		set_le(&b, at + 114, 'x', 2);
		at += 116;
	}
	set_le(&b, at + 112, 0xFFFF, 2); /* and one that is damaged */
	return b;
}

static void what_of_a_jump_list_is_lost_is_told(void **state)
{
	(void)state;
	struct buf lnk = made_lnk("E:\\secret.rar", "-x");
	for (unsigned claimed = 2; claimed <= 3; claimed++) {
		struct buf b = made_list(&lnk, claimed, 2);
		struct parsed p = parse_bytes("jump_list", "5f7b.automaticDestinations-ms", b.data, b.len);
		assert_string_equal(p.failed, "");
		assert_int_equal(json_array_size(p.rows), 4); /* two times of the shortcut, two entries of the list */
		assert_int_equal(json_array_size(p.problems), claimed - 2);
		parsed_release(&p);
		b.data[512 * 3] = 0x11; /* the shortcut */
		p = parse_bytes("jump_list", "5f7b.automaticDestinations-ms", b.data, b.len);
		assert_int_equal(json_array_size(p.rows), 2);
		assert_int_equal(json_array_size(p.problems), claimed - 1);
		parsed_release(&p);
		buf_release(&b);
	}
	buf_release(&lnk);
}

/* ---- tasks and the recycle bin */

static void a_task_tells_its_command(void **state)
{
	static const char xml[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Task "
	    "version=\"1.2\"><RegistrationInfo><Date>2025-11-20T10:00:00</Date>"
	    "<Author>HR\\sato</Author></RegistrationInfo><Triggers><LogonTrigger/></Triggers><Principals><Principal>"
	    "<UserId>S-1-5-18</UserId></Principal></Principals><Settings><Hidden>true</Hidden></"
	    "Settings><Actions><Exec>"
	    "<Command>powershell.exe</Command><Arguments>-w hidden &amp; "
	    "x</Arguments></Exec><Exec><Command>b.exe</Command></Exec>"
	    "</Actions></Task>";
	(void)state;
	struct buf b = BUF_INIT;
	buf_add(&b, "\xFF\xFE", 2);
	put_utf16(&b, xml);
	struct parsed p = parse_bytes("task", "Windows/System32/Tasks/Updater/x", b.data, b.len);
	assert_string_equal(p.failed, "");
	assert_int_equal(json_array_size(p.rows), 2);
	assert_string_equal(row_text(&p, 0, "name"), "/Updater/x");
	assert_string_equal(row_text(&p, 0, "command"), "powershell.exe");
	assert_string_equal(row_text(&p, 0, "arguments"), "-w hidden & x");
	assert_string_equal(row_text(&p, 0, "trigger"), "LogonTrigger");
	assert_string_equal(row_text(&p, 0, "user"), "S-1-5-18");
	assert_string_equal(row_text(&p, 0, "clock"), "local");
	assert_string_equal(row_text(&p, 1, "command"), "b.exe");
	assert_string_equal(row_text(&p, 1, "arguments"), "");
	parsed_release(&p);
	p = parse_bytes("task", "Windows/System32/Tasks/x", "nothing", 7);
	assert_string_not_equal(p.failed, "");
	parsed_release(&p);
	buf_release(&b);
}

static void a_deleted_file_tells_where_it_lay(void **state)
{
	(void)state;
	for (unsigned version = 1; version <= 2; version++) {
		struct buf b = BUF_INIT;
		put_le(&b, version, 8);
		put_le(&b, 4711, 8);
		put_le(&b, T0, 8);
		if (version == 2)
			put_le(&b, 17, 4);
		put_utf16(&b, "C:\\Users\\a\\b.rar");
		put_le(&b, 0, 2);
		struct parsed p =
		    parse_bytes("recycle_bin", "$Recycle.Bin/S-1-5-21-1-2-3-1001/$I7QX2.rar", b.data, b.len);
		assert_string_equal(p.failed, "");
		assert_string_equal(row_text(&p, 0, "target"), "C:\\Users\\a\\b.rar");
		assert_string_equal(row_text(&p, 0, "sid"), "S-1-5-21-1-2-3-1001");
		assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T00:00:00.0000000Z");
		assert_string_equal(row_text(&p, 0, "time_of"), "deleted");
		parsed_release(&p);
		buf_release(&b);
	}
}

static void files_are_known_by_name_or_head(void **state)
{
	static const struct {
		const char *path;
		const char *parser;
	} names[] = {{"Windows/System32/config/SYSTEM", "registry"},
	             {"Users/a/NTUSER.DAT", "registry"},
	             {"opt/system", NULL},
	             {"Windows/Prefetch/A.EXE-1.pf", "prefetch"},
	             {"Users/a/x.LNK", "lnk"},
	             {"a/b.automaticDestinations-ms", "jump_list"},
	             {"$Recycle.Bin/S-1-5-18/$IABCDEF", "recycle_bin"},
	             {"Windows/System32/Tasks/Microsoft/x", "task"},
	             {"Windows/System32/winevt/Logs/System.evtx", "evtx"},
	             {"a.txt", NULL}};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct triage_parser *p = triage_parser_of(names[i].path, (const unsigned char *)"", 0);
		if (names[i].parser)
			assert_string_equal(p ? p->name : "-", names[i].parser);
		else
			assert_null(p);
	}
	assert_string_equal(triage_parser_of("odd", lnk_mark, sizeof lnk_mark)->name, "lnk");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(prefetch_of_each_version),        cmocka_unit_test(a_shortcut_tells_its_target),
	    cmocka_unit_test(a_task_tells_its_command),        cmocka_unit_test(a_deleted_file_tells_where_it_lay),
	    cmocka_unit_test(files_are_known_by_name_or_head), cmocka_unit_test(what_of_a_jump_list_is_lost_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
