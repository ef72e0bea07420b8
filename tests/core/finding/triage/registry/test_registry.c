/* Hives made here, cell by cell: keys, values, what is known of them, logs that bring the last changes, damage. */
#include "base/json.h"
#include "core/case/help_case.h"
#include "core/finding/triage/help_memory.h"
#include "core/finding/triage/help_rows.h"

#include <stdlib.h>
#include <string.h>

#define T0 UINT64_C(134080704000000000) /* FILETIME of 2025-11-20T00:00:00Z */
#define H  4096U

static void zeros(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(b, 0);
}

/* Begins a cell; its offset, as hives count. */
static uint32_t cell(struct buf *b)
{
	while (b->len % 8)
		buf_addc(b, 0);
	put_le(b, 0, 4);
	return (uint32_t)(b->len - 4 - H);
}

static void cell_end(struct buf *b, uint32_t offset)
{
	while ((b->len - H - offset) % 8)
		buf_addc(b, 0);
	set_le(b, H + offset, (uint32_t) - (int32_t)(b->len - H - offset), 4);
}

static uint32_t value(struct buf *b, const char *name, unsigned type, const void *data, size_t n)
{
	uint32_t content = cell(b);
	buf_add(b, data, n);
	cell_end(b, content);
	uint32_t vk = cell(b);
	buf_adds(b, "vk");
	put_le(b, strlen(name), 2);
	put_le(b, n, 4);
	put_le(b, content, 4);
	put_le(b, type, 4);
	put_le(b, 1, 4);
	buf_adds(b, name);
	cell_end(b, vk);
	return vk;
}

static uint32_t text_value(struct buf *b, const char *name, const char *text)
{
	struct buf wide = BUF_INIT;
	put_utf16(&wide, text);
	put_le(&wide, 0, 2);
	uint32_t vk = value(b, name, 1, wide.data, wide.len);
	buf_release(&wide);
	return vk;
}

static uint32_t list(struct buf *b, const char *mark, const uint32_t *items, size_t count)
{
	uint32_t offset = cell(b);
	if (mark) {
		buf_adds(b, mark);
		put_le(b, count, 2);
	}
	for (size_t i = 0; i < count; i++) {
		put_le(b, items[i], 4);
		if (mark)
			put_le(b, 0, 4);
	}
	cell_end(b, offset);
	return offset;
}

static uint32_t key(struct buf *b, const char *name, const uint32_t *below, size_t below_count, const uint32_t *values,
                    size_t value_count)
{
	uint32_t keys = below_count ? list(b, "lh", below, below_count) : 0xFFFFFFFF;
	uint32_t vks = value_count ? list(b, NULL, values, value_count) : 0xFFFFFFFF;
	uint32_t offset = cell(b);
	buf_adds(b, "nk");
	put_le(b, 0x20, 2);
	put_le(b, T0, 8);
	zeros(b, 8);
	put_le(b, below_count, 4);
	put_le(b, 0, 4);
	put_le(b, keys, 4);
	put_le(b, 0xFFFFFFFF, 4);
	put_le(b, value_count, 4);
	put_le(b, vks, 4);
	zeros(b, 28);
	put_le(b, strlen(name), 2);
	put_le(b, 0, 2);
	buf_adds(b, name);
	cell_end(b, offset);
	return offset;
}

/* A chain of keys, the last with these values. */
static uint32_t path(struct buf *b, const char *names, const uint32_t *values, size_t count)
{
	char *copy = xstrdup(names);
	uint32_t below = 0;
	int first = 1;
	for (char *at = copy + strlen(copy); at > copy;) {
		char *slash = strrchr(copy, '\\');
		const char *name = slash ? slash + 1 : copy;
		below = key(b, name, first ? NULL : &below, first ? 0 : 1, first ? values : NULL, first ? count : 0);
		first = 0;
		at = slash ? slash : copy;
		*at = '\0';
	}
	free(copy);
	return below;
}

static void begin(struct buf *b)
{
	buf_adds(b, "regf");
	put_le(b, 7, 4);
	put_le(b, 7, 4);
	put_le(b, T0, 8);
	put_le(b, 1, 4);
	put_le(b, 5, 4);
	zeros(b, H - b->len);
	buf_adds(b, "hbin");
	zeros(b, 28);
}

static void seal(struct buf *b, uint32_t root)
{
	uint32_t sum = 0;
	while (b->len % 4096)
		buf_addc(b, 0);
	set_le(b, 36, root, 4);
	set_le(b, 40, b->len - H, 4);
	for (size_t i = 0; i < 508; i += 4)
		sum ^= (uint32_t)(unsigned char)b->data[i] | (uint32_t)(unsigned char)b->data[i + 1] << 8 |
		       (uint32_t)(unsigned char)b->data[i + 2] << 16 | (uint32_t)(unsigned char)b->data[i + 3] << 24;
	set_le(b, 508, sum, 4);
}

/* Words are parted by '+', which stands for a NUL. */
static uint32_t words_value(struct buf *b, const char *name, const char *words)
{
	struct buf wide = BUF_INIT;
	for (; *words; words++)
		put_le(&wide, *words == '+' ? 0 : (unsigned char)*words, 2);
	uint32_t vk = value(b, name, 7, wide.data, wide.len);
	buf_release(&wide);
	return vk;
}

static void nothing_of_a_value_is_left_out_in_silence(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct buf text = BUF_INIT;
	begin(&b);
	/* a file to be deleted has an empty word behind it, and another file follows */
	uint32_t rename = words_value(&b, "PendingFileRenameOperations", "a.exe++b.exe+c.exe++");
	uint32_t session = path(&b, "Session", &rename, 1);
	uint32_t many[60];
	for (int i = 0; i < 60; i++) {
		buf_clear(&text);
		buf_addf(&text, "%0200d", i);
		many[i] = text_value(&b, "v", text.data);
	}
	uint32_t padded = key(&b, "Padded", NULL, 0, many, 60);
	uint32_t cut = text_value(&b, "Cut", "a text");
	set_le(&b, H + cut + 4 + 8, 0x7FFFFFF0, 4); /* its data lie nowhere */
	uint32_t broken = path(&b, "Broken", &cut, 1);
	uint32_t all[] = {session, padded, broken};
	uint32_t root = key(&b, "ROOT", all, 3, NULL, 0);
	seal(&b, root);
	struct parsed p = parse_bytes("registry", "Users/sato/NTUSER.DAT", b.data, b.len);
	const json_t *row = ROW_WHERE(&p, "key=Session");
	assert_string_equal(json_string_value(json_object_get(row, "values")),
	                    "PendingFileRenameOperations=a.exe |  | b.exe | c.exe");
	row = ROW_WHERE(&p, "key=Padded");
	const char *values = json_string_value(json_object_get(row, "values"));
	unsigned left = 0;
	unsigned shown = 0;
	assert_non_null(strrchr(values, '('));
	assert_int_equal(sscanf(strrchr(values, '('), "(%u more)", &left), 1);
	for (const char *at = values; (at = strstr(at, "v=")) != NULL; at++)
		shown++;
	assert_int_equal(shown + left, 60);
	assert_int_equal(json_array_size(p.problems), 1);
	assert_non_null(strstr(json_string_value(json_object_get(json_array_get(p.problems, 0), "reason")), "Broken"));
	parsed_release(&p);
	/* a key that counts one more below it than its list holds */
	set_le(&b, H + root + 4 + 20, 4, 4);
	p = parse_bytes("registry", "Users/sato/NTUSER.DAT", b.data, b.len);
	assert_int_equal(json_array_size(p.problems), 2);
	parsed_release(&p);
	buf_release(&text);
	buf_release(&b);
}

static void a_users_hive_tells_what_starts_and_ran(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	unsigned char ran[72] = {0};
	begin(&b);
	uint32_t run = text_value(&b, "Updater", "C:\\ProgramData\\upd.exe -q");
	struct buf count = BUF_INIT;
	buf_add(&count, ran, sizeof ran);
	set_le(&count, 4, 3, 4);
	set_le(&count, 12, 5000, 4);
	set_le(&count, 60, T0, 8);
	uint32_t assist = value(&b, "{N}\\pzq.rkr", 3, count.data, count.len); /* {A}\cmd.exe */
	uint32_t below[] = {path(&b, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", &run, 1),
	                    path(&b, "Explorer\\UserAssist\\{1}\\Count", &assist, 1)};
	uint32_t extra = key(&b, "Environment", NULL, 0, NULL, 0);
	uint32_t all[] = {below[0], below[1], extra};
	/* UserAssist needs its real place: CurrentVersion\Explorer */
	seal(&b, key(&b, "ROOT", all, 3, NULL, 0));
	struct parsed p = parse_bytes("registry", "Users/sato/NTUSER.DAT", b.data, b.len);
	assert_string_equal(p.failed, "");
	assert_int_equal(json_array_size(p.problems), 0);
	const json_t *row = ROW_WHERE(&p, "autostart=run");
	assert_non_null(row);
	assert_string_equal(json_string_value(json_object_get(row, "command")), "C:\\ProgramData\\upd.exe -q");
	assert_string_equal(json_string_value(json_object_get(row, "key")),
	                    "Software\\Microsoft\\Windows\\CurrentVersion\\Run");
	assert_string_equal(json_string_value(json_object_get(row, "hive")), "HKCU");
	assert_string_equal(json_string_value(json_object_get(row, "user")), "sato");
	assert_string_equal(json_string_value(json_object_get(row, "when")), "2025-11-20T00:00:00.0000000Z");
	row = ROW_WHERE(&p, "key=Software\\Microsoft\\Windows\\CurrentVersion\\Run", "value_count=1");
	assert_string_equal(json_string_value(json_object_get(row, "values")), "Updater=C:\\ProgramData\\upd.exe -q");
	assert_int_equal(json_integer_value(json_object_get(p.facts, "keys")), 11);
	parsed_release(&p);
	buf_release(&count);
	buf_release(&b);
}

static void a_system_hive_tells_services_and_runs(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct buf bam = BUF_INIT;
	struct buf shim = BUF_INIT;
	begin(&b);
	put_le(&bam, T0, 8);
	zeros(&bam, 16);
	put_le(&shim, 0x34, 4);
	zeros(&shim, 0x34 - 4);
	for (int i = 0; i < 2; i++) {
		const char *program = i ? "C:\\b.exe" : "C:\\Temp\\a.exe";
		buf_adds(&shim, "10ts");
		put_le(&shim, 0, 4);
		put_le(&shim, 2 + 2 * strlen(program) + 8 + 4, 4);
		put_le(&shim, 2 * strlen(program), 2);
		put_utf16(&shim, program);
		put_le(&shim, T0, 8);
		put_le(&shim, 0, 4);
	}
	zeros(&shim, 160);
	uint32_t image = text_value(&b, "ImagePath", "C:\\Users\\Public\\svc.exe");
	uint32_t name = text_value(&b, "ComputerName", "HR-PC-03");
	uint32_t ran = value(&b, "\\Device\\HarddiskVolume2\\Temp\\a.exe", 3, bam.data, bam.len);
	uint32_t cache = value(&b, "AppCompatCache", 3, shim.data, shim.len);
	uint32_t control[] = {path(&b, "ComputerName\\ComputerName", &name, 1),
	                      path(&b, "Session Manager\\AppCompatCache", &cache, 1)};
	uint32_t services[] = {path(&b, "evil", &image, 1), path(&b, "bam\\State\\UserSettings\\S-1-5-21-7", &ran, 1)};
	uint32_t set[] = {key(&b, "Control", control, 2, NULL, 0), key(&b, "Services", services, 2, NULL, 0)};
	uint32_t below = key(&b, "ControlSet001", set, 2, NULL, 0);
	seal(&b, key(&b, "ROOT", &below, 1, NULL, 0));
	struct parsed p = parse_bytes("registry", "Windows/System32/config/SYSTEM", b.data, b.len);
	assert_string_equal(p.failed, "");
	assert_non_null(ROW_WHERE(&p, "autostart=service", "service=evil", "command=C:\\Users\\Public\\svc.exe"));
	assert_non_null(ROW_WHERE(&p, "artefact=bam", "program=\\Device\\HarddiskVolume2\\Temp\\a.exe",
	                          "sid=S-1-5-21-7", "time_of=run"));
	assert_non_null(ROW_WHERE(&p, "artefact=shim_cache", "program=C:\\Temp\\a.exe", "time_of=modified"));
	assert_non_null(ROW_WHERE(&p, "artefact=shim_cache", "program=C:\\b.exe", "place=1"));
	assert_string_equal(json_string_value(json_object_get(p.facts, "computer")), "HR-PC-03");
	assert_string_equal(json_string_value(json_object_get(p.facts, "hive")), "HKLM\\SYSTEM");
	parsed_release(&p);
	buf_release(&bam);
	buf_release(&shim);
	buf_release(&b);
}

/* ---- logs */

static uint64_t marvin(const unsigned char *p, size_t n)
{
	uint32_t s[2] = {0x7A4E55C5, 0x82EF4D88};
	size_t rest = n % 4;
	for (size_t i = 0; i <= n / 4 + 1; i++) {
		uint32_t word = 0;
		if (i < n / 4)
			memcpy(&word, p + 4 * i, 4); /* the tests run on little-endian machines */
		else if (i == n / 4) {
			memcpy(&word, p + 4 * i, rest);
			word |= (uint32_t)0x80 << (8 * rest);
		}
		s[0] += word;
		s[1] ^= s[0];
		s[0] = (s[0] << 20 | s[0] >> 12) + s[1];
		s[1] = (s[1] << 9 | s[1] >> 23) ^ s[0];
		s[0] = (s[0] << 27 | s[0] >> 5) + s[1];
		s[1] = s[1] << 19 | s[1] >> 13;
	}
	return (uint64_t)s[1] << 32 | s[0];
}

/* One entry that puts `n` bytes at `to`. */
static struct buf made_log(uint32_t sequence, const char *bytes, size_t to, size_t n, size_t bins)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "regf");
	put_le(&b, sequence, 4);
	put_le(&b, sequence, 4);
	zeros(&b, 512 - b.len);
	uint32_t sum = 0;
	for (size_t i = 0; i < 508; i += 4) {
		uint32_t word;
		memcpy(&word, b.data + i, 4);
		sum ^= word;
	}
	set_le(&b, 508, sum, 4);
	size_t at = b.len;
	buf_adds(&b, "HvLE");
	put_le(&b, 0, 4);
	put_le(&b, 0, 4);
	put_le(&b, sequence, 4);
	put_le(&b, bins, 4);
	put_le(&b, 1, 4);
	zeros(&b, 16);
	put_le(&b, to, 4);
	put_le(&b, n, 4);
	buf_add(&b, bytes, n);
	while (b.len % 512)
		buf_addc(&b, 0);
	set_le(&b, at + 4, b.len - at, 4);
	set_le(&b, at + 24, marvin((unsigned char *)b.data + at + 40, b.len - at - 40), 8);
	set_le(&b, at + 32, marvin((unsigned char *)b.data + at, 32), 8);
	return b;
}

static void logs_bring_the_last_changes(void **state)
{
	(void)state;
	struct buf before = BUF_INIT;
	struct buf after = BUF_INIT;
	for (int late = 0; late < 2; late++) {
		struct buf *b = late ? &after : &before;
		begin(b);
		uint32_t keys[] = {key(b, "old", NULL, 0, NULL, 0), key(b, "new", NULL, 0, NULL, 0)};
		seal(b, key(b, "ROOT", keys, late ? 2 : 1, NULL, 0));
	}
	set_le(&before, 4, 8, 4); /* it was not closed */
	seal(&before, *(uint32_t *)(void *)(before.data + 36));
	set_le(&before, 508, 0, 4);
	uint32_t root;
	memcpy(&root, before.data + 36, 4);
	seal(&before, root);
	struct buf log = made_log(8, after.data + H, 0, after.len - H, after.len - H);
	/* the root has moved: it lies where the log says */
	memcpy(&root, after.data + 36, 4);
	set_le(&before, 36, root, 4);
	seal(&before, root);
	struct parsed p = parse_beside("registry", "SYSTEM", before.data, before.len, ".LOG1", log.data, log.len);
	assert_int_equal(json_integer_value(json_object_get(p.facts, "log_entries")), 1);
	assert_non_null(ROW_WHERE(&p, "key=old"));
	assert_non_null(ROW_WHERE(&p, "key=new"));
	parsed_release(&p);
	/* without them it is told */
	p = parse_bytes("registry", "SYSTEM", before.data, before.len);
	assert_null(ROW_WHERE(&p, "key=new"));
	assert_true(json_array_size(p.problems) > 0);
	parsed_release(&p);
	/* a bit that fell over: the log does not count */
	log.data[600] ^= 1;
	p = parse_beside("registry", "SYSTEM", before.data, before.len, ".LOG1", log.data, log.len);
	assert_int_equal(json_integer_value(json_object_get(p.facts, "log_entries")), 0);
	assert_true(json_array_size(p.problems) > 0);
	assert_non_null(
	    strstr(json_string_value(json_object_get(json_array_get(p.problems, 0), "reason")), "checksum"));
	parsed_release(&p);
	buf_release(&log);
	buf_release(&before);
	buf_release(&after);
}

static void damage_ends_nothing(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	begin(&b);
	uint32_t run = text_value(&b, "a", "b");
	uint32_t keys[] = {path(&b, "one\\two\\three", &run, 1), key(&b, "four", NULL, 0, NULL, 0)};
	uint32_t root = key(&b, "ROOT", keys, 2, NULL, 0);
	seal(&b, root);
	size_t size = b.len;
	for (size_t at = 32; at + 4 <= size; at += 3) {
		struct buf bad = BUF_INIT;
		buf_add(&bad, b.data, size);
		set_le(&bad, at, 0xFFFFFF00 + at, 4);
		struct parsed p = parse_bytes("registry", "SOFTWARE", bad.data, bad.len);
		parsed_release(&p);
		buf_release(&bad);
	}
	/* a key below itself */
	struct buf loop = BUF_INIT;
	begin(&loop);
	uint32_t a = key(&loop, "a", NULL, 0, NULL, 0);
	uint32_t l = list(&loop, "lh", &a, 1);
	set_le(&loop, H + a + 4 + 20, 1, 4);
	set_le(&loop, H + a + 4 + 28, l, 4);
	seal(&loop, key(&loop, "ROOT", &a, 1, NULL, 0));
	struct parsed p = parse_bytes("registry", "SOFTWARE", loop.data, loop.len);
	assert_int_equal(json_array_size(p.rows), 1);
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	p = parse_bytes("registry", "SOFTWARE", "regf", 4);
	assert_string_not_equal(p.failed, "");
	parsed_release(&p);
	buf_release(&loop);
	buf_release(&b);
}

/* A cell is no longer in use: its size has the other sign. */
static void free_cell(struct buf *b, uint32_t offset)
{
	set_le(b, H + offset,
	       0 - ((uint32_t)(unsigned char)b->data[H + offset] |
	            (uint32_t)(unsigned char)b->data[H + offset + 1] << 8 | 0xFFFF0000),
	       4);
}

static void keep_row(void *ctx, const struct observation *o)
{
	json_array_append_new(ctx, observation_json(o, "", "", "test"));
}

/* A key that started a program was deleted, with its value; the parent is there. Another value was deleted alone. */
static void what_was_deleted_is_recovered(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	begin(&b);
	uint32_t first = (uint32_t)b.len - H;
	uint32_t updater = text_value(&b, "Updater", "C:\\ProgramData\\upd.exe");
	uint32_t gone = key(&b, "Run", NULL, 0, &updater, 1);
	uint32_t last = (uint32_t)b.len - H;
	uint32_t live = path(&b, "Software\\Microsoft\\Windows\\CurrentVersion", NULL, 0);
	uint32_t content = ((uint32_t)b.len + 7) / 8 * 8 - H; /* of the next value: its data first */
	uint32_t alone = text_value(&b, "Alone", "x");
	uint32_t root = key(&b, "ROOT", &live, 1, NULL, 0);
	uint32_t version = live;
	for (uint32_t at = last; at < live; at += 4) /* the last of the path was made first */
		if (memcmp(b.data + H + at + 4, "nk", 2) == 0) {
			version = at;
			break;
		}
	seal(&b, root);
	set_le(&b, H + 8, b.len - H, 4);
	for (uint32_t at = version, up; at != root; at = up) { /* each names its parent */
		up = root;
		for (uint32_t next = at + 8; next < root; next += 4)
			if (memcmp(b.data + H + next + 4, "nk", 2) == 0) {
				up = next;
				break;
			}
		set_le(&b, H + at + 4 + 16, up, 4);
	}
	set_le(&b, H + gone + 4 + 16, version, 4);
	/* they lie side by side, and became one: only the first has a size that counts */
	set_le(&b, H + first, last - first, 4);
	free_cell(&b, alone);
	free_cell(&b, content);
	for (int recover = 0; recover < 2; recover++) {
		struct triage_file f = {.path = "Users/sato/NTUSER.DAT", .recover = recover};
		struct triage_done done;
		struct parsed p = {.rows = json_array()};
		memory_parse("registry", &f, b.data, b.len, keep_row, p.rows, &done);
		const json_t *row = ROW_WHERE(&p, "autostart=run", "command=C:\\ProgramData\\upd.exe");
		const json_t *value = ROW_WHERE(&p, "values=Alone=x");
		if (recover) {
			assert_non_null(row);
			assert_true(json_is_true(json_object_get(row, "recovered")));
			assert_string_equal(json_get_string(row, "key"),
			                    "Software\\Microsoft\\Windows\\CurrentVersion\\Run");
			assert_string_equal(json_get_string(row, "when"), "2025-11-20T00:00:00.0000000Z");
			assert_non_null(value);
			assert_true(json_is_true(json_object_get(value, "recovered")));
			assert_true(json_is_null(json_object_get(value, "when")));
			assert_int_equal(json_integer_value(json_object_get(done.facts, "recovered_keys")), 1);
			assert_int_equal(json_integer_value(json_object_get(done.facts, "recovered_values")), 1);
		} else {
			assert_null(row);
			assert_null(value);
		}
		assert_int_equal(json_array_size(done.problems), 0);
		triage_done_release(&done);
		json_decref(p.rows);
	}
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_deleted_is_recovered),
	    cmocka_unit_test(nothing_of_a_value_is_left_out_in_silence),
	    cmocka_unit_test(a_users_hive_tells_what_starts_and_ran),
	    cmocka_unit_test(a_system_hive_tells_services_and_runs),
	    cmocka_unit_test(logs_bring_the_last_changes),
	    cmocka_unit_test(damage_ends_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
