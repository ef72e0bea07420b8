/*
 * What a parser in the cage gets besides a stream: files by name, and ranges of media that it asks for. This program is its
 * own worker.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/worker/worker_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- parsers that run in the cage */

/* Sums the bytes of every medium in ranges of odd sizes, backwards; says what it could not read. */
static int media_run(struct worker *w, struct err *err)
{
	static unsigned char piece[WORKER_RANGE];
	for (size_t i = 0; i < worker_media_count(w); i++) {
		uint64_t sum = 0;
		uint64_t step = 9973 + i * 700001;
		struct err why = ERR_INIT;
		for (uint64_t end = worker_media_size(w, i); end > 0;) {
			uint64_t begin = end > step ? end - step : 0;
			if (worker_media_read(w, i, begin, piece, (size_t)(end - begin), &why) < 0)
				break;
			for (size_t k = 0; k < end - begin; k++)
				sum += piece[k];
			end = begin;
		}
		if (worker_emit_take(w, json_pack("{s:I, s:s}", "sum", (json_int_t)sum, "why", why.message), err) < 0)
			return -1;
	}
	struct err beyond = ERR_INIT;
	if (worker_media_read(w, 0, worker_media_size(w, 0), piece, 1, &beyond) == 0)
		return err_set(err, ERR_FAILED, "bytes beyond the end");
	return 0;
}

/* Asks for what is no range: the parent stops it. */
static int bad_range_run(struct worker *w, struct err *err)
{
	static const char *const asked[] = {"[0,0,2000000]", "[0,99999999,1]", "[7,0,1]", "[0,-1,1]", "[0,0]", "{}",
	                                    "[0,0,0]"};
	size_t which = (size_t)json_integer_value(json_object_get(worker_request(w), "which"));
	char text[64];
	(void)err;
	int n = snprintf(text, sizeof text, "{\"range\":%s}\n", asked[which]);
	return write(STDOUT_FILENO, text, (size_t)n) == n ? 0 : -1;
}

/* Files by name, as a library opens them; then raw bytes that could be taken for lines. */
static int names_run(struct worker *w, struct err *err)
{
	char text[16];
	for (size_t i = 0; i < worker_input_count(w); i++) {
		char *name = worker_input_name(i);
		int fd = open(name, O_RDONLY);
		ssize_t n = read(fd, text, sizeof text);
		free(name);
		if (n <= 0 || worker_emit_raw(w, text, (size_t)n, err) < 0)
			return err_set(err, ERR_FAILED, "not opened");
	}
	static const char *const others[] = {"/genba-input/3",
	                                     "/genba-input/",
	                                     "/genba-input/0x",
	                                     "/genba-input/00000000000000000000001/",
	                                     "/etc/passwd",
	                                     "/proc/self/exe",
	                                     ""};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (open(others[i], O_RDONLY) >= 0 || errno != EACCES)
			return err_set(err, ERR_FAILED, "'%s' was opened", others[i]);
	char *lines = xmalloc(WORKER_RAW + 1);
	memset(lines, '\n', WORKER_RAW + 1);
	int rc = worker_emit_raw(w, lines, WORKER_RAW, err) < 0 || worker_emit_raw(w, lines, 1, err) < 0 ? -1 : 0;
	if (worker_emit_raw(w, lines, WORKER_RAW + 1, NULL) == 0)
		rc = err_set(err, ERR_FAILED, "too much was taken");
	free(lines);
	return rc;
}

static const struct worker_job names_job = {.name = "names", .run = names_run};
static const struct worker_job media_job = {.name = "media", .run = media_run};
static const struct worker_job bad_range_job = {.name = "bad_range", .run = bad_range_run};

static const struct worker_job *const jobs[] = {&names_job, &media_job, &bad_range_job, &worker_probe_job, NULL};

/* ---- asking them */

static int take_raw(void *ctx, const void *bytes, size_t n, struct err *err)
{
	(void)err;
	buf_add(ctx, bytes, n);
	return 0;
}

static void hands_raw_bytes_and_files_by_name(void **state)
{
	(void)state;
	int fds[3];
	for (int i = 0; i < 3; i++) {
		char text[16];
		fds[i] = memfd_create("input", MFD_CLOEXEC);
		snprintf(text, sizeof text, "file %d\n", i);
		assert_int_equal(write(fds[i], text, strlen(text)), 7);
	}
	struct buf raw = BUF_INIT;
	struct worker_call call = {
	    .job = "names", .input = -1, .files = fds, .file_count = 3, .raw = take_raw, .ctx = &raw};
	struct worker_result result;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_string_equal(result.reason, "");
	assert_int_equal(raw.len, 3 * 7 + WORKER_RAW + 1);
	assert_memory_equal(raw.data, "file 0\nfile 1\nfile 2\n", 21);
	for (size_t i = 21; i < raw.len; i++)
		assert_int_equal(raw.data[i], '\n'); /* also bytes that look like the end of a line */
	call.raw = NULL;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_GARBLED);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	buf_release(&raw);
}

struct made_medium {
	uint64_t reads;
	uint64_t bad_from; /* cannot be read from here on */
};

static int read_made(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct made_medium *m = ctx;
	m->reads++;
	if (offset + n > m->bad_from)
		return err_set(err, ERR_FAILED, "a bad \x1b[2J sector");
	for (size_t i = 0; i < n; i++)
		((unsigned char *)bytes)[i] = (unsigned char)((offset + i) % 251);
	return 0;
}

static uint64_t sum_of(uint64_t size)
{
	uint64_t sum = 0;
	for (uint64_t i = 0; i < size; i++)
		sum += i % 251;
	return sum;
}

static int append_line(void *ctx, const json_t *value, struct err *err)
{
	(void)err;
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	buf_adds(ctx, text);
	free(text);
	return 0;
}

static void reads_ranges_of_media(void **state)
{
	(void)state;
	struct made_medium made[3] = {{0, UINT64_MAX}, {0, UINT64_MAX}, {0, 1000}};
	struct worker_media media[3] = {
	    {3000001, read_made, &made[0]}, {9000000, read_made, &made[1]}, {1001, read_made, &made[2]}};
	struct buf lines = BUF_INIT;
	struct worker_call call = {
	    .job = "media", .input = -1, .media = media, .media_count = 3, .line = append_line, .ctx = &lines};
	struct worker_result result;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_DONE);
	char wanted[256];
	snprintf(
	    wanted, sizeof wanted,
	    "{\"sum\":%llu,\"why\":\"\"}{\"sum\":%llu,\"why\":\"\"}{\"sum\":0,\"why\":\"a bad \\\\x1b[2J sector\"}",
	    (unsigned long long)sum_of(3000001), (unsigned long long)sum_of(9000000));
	assert_string_equal(lines.data, wanted);
	assert_int_equal(made[0].reads, 3000001 / 9973 + 1);
	assert_int_equal(made[2].reads, 1); /* what lies beyond the end is not asked for */
	buf_release(&lines);
	for (int which = 0; which < 7; which++) {
		json_t *request = json_pack("{s:i}", "which", which);
		call = (struct worker_call){
		    .job = "bad_range", .request = request, .input = -1, .media = media, .media_count = 1};
		assert_int_equal(worker_run(&call, &result, NULL), 0);
		assert_int_equal(result.end, WORKER_GARBLED);
		json_decref(request);
	}
}

int main(int argc, char **argv)
{
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hands_raw_bytes_and_files_by_name),
	    cmocka_unit_test(reads_ranges_of_media),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
