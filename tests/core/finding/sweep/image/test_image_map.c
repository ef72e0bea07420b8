/* The map of an image: what it says of a byte, and maps that a worker gone wild might write. */
#include "finding/sweep/image/image_kinds.h"
#include "finding/sweep/image/image_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct made_map {
	struct image_map_head head;
	struct image_map_run runs[3];
	struct image_map_file files[2];
	char text[8];
};

static struct made_map made(void)
{
	struct made_map m = {.head = {.magic = "GIMAP 1", .runs = 3, .files = 2, .text = 8},
	                     .runs = {{1000, 100, 0, 0}, {1100, 10, 50, 1}, {5000, 100, 100, 0}},
	                     .files = {{.path = 0}, {.path = 4}},
	                     .text = "one\0two"};
	return m;
}

/* Opens n bytes of it. */
static int open_made(const void *bytes, size_t n, struct image_map *map)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	int rc = image_map_open(map, fd);
	close(fd);
	return rc;
}

static void finds(void **state)
{
	static const struct {
		uint64_t raw;
		int file; /* -1: none */
		uint64_t at, before, behind;
	} rows[] = {{999, -1, 0, 0, 0},  {1000, 0, 0, 0, 100}, {1099, 0, 99, 99, 1},     {1100, 1, 50, 0, 10},
	            {1109, 1, 59, 9, 1}, {1110, -1, 0, 0, 0},  {5000, 0, 100, 0, 100},   {5099, 0, 199, 99, 1},
	            {5100, -1, 0, 0, 0}, {0, -1, 0, 0, 0},     {UINT64_MAX, -1, 0, 0, 0}};
	struct made_map m = made();
	struct image_map map;
	(void)state;
	assert_int_equal(open_made(&m, sizeof m, &map), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct image_place place;
		assert_int_equal(image_map_find(&map, rows[i].raw, &place), rows[i].file >= 0);
		if (rows[i].file < 0)
			continue;
		assert_int_equal(place.file, rows[i].file);
		assert_int_equal(place.at, rows[i].at);
		assert_int_equal(place.before, rows[i].before);
		assert_int_equal(place.behind, rows[i].behind);
	}
	assert_string_equal(image_map_path(&map, 1), "two");
	assert_string_equal(image_map_path(&map, 2), "");
	image_map_close(&map);
}

static void refuses_what_is_none(void **state)
{
	struct made_map m = made();
	struct image_map map;
	struct image_place place;
	(void)state;
	for (size_t n = 0; n < sizeof m; n++)
		assert_int_equal(open_made(&m, n, &map), -1);
	m.head.runs = UINT64_MAX / sizeof(struct image_map_run) + 2;
	assert_int_equal(open_made(&m, sizeof m, &map), -1);
	m = made();
	m.head.files = UINT64_MAX;
	assert_int_equal(open_made(&m, sizeof m, &map), -1);
	m = made();
	m.text[7] = 'x'; /* a path without an end */
	assert_int_equal(open_made(&m, sizeof m, &map), -1);
	m = made();
	m.runs[0].file = 2;
	m.files[1].path = 8;
	assert_int_equal(open_made(&m, sizeof m, &map), 0);
	assert_int_equal(image_map_find(&map, 1000, &place), 0);
	assert_string_equal(image_map_path(&map, 1), "");
	image_map_close(&map);
}

static void knows_kinds(void **state)
{
	(void)state;
	assert_int_equal(image_kind_of_name("Report.TXT"), 1);
	assert_int_equal(image_kind_of_name("Security.evtx"), 1);
	assert_int_equal(image_kind_of_name("kernel32.dll"), 0);
	assert_int_equal(image_kind_of_name("NTUSER.DAT"), -1);
	assert_int_equal(image_kind_of_name("syslog"), -1);
	assert_int_equal(image_kind_of_head((const unsigned char *)"regf\0\0", 6), 1);
	assert_int_equal(image_kind_of_head((const unsigned char *)"Nov 24 host\n", 12), 1);
	assert_int_equal(image_kind_of_head((const unsigned char *)"MZ\x90\0\3", 5), 0);
	assert_int_equal(image_kind_of_head((const unsigned char *)"", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds),
	    cmocka_unit_test(refuses_what_is_none),
	    cmocka_unit_test(knows_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
