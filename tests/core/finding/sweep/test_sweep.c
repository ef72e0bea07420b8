/*
 * The engine beside an independent oracle, in all kernels, at buffers of many sizes.
 *
 * oracle.py makes lists and texts with near misses of every row of the table of borders, says by regular expressions what the
 * hits are, and asks this program for its own: `test_sweep scan LIST FILE KERNEL PIECE LOOK` prints them.
 */
#include "core/case/help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "finding/sweep/sweep_list.h"
#include "finding/sweep/sweep_log.h"
#include "finding/sweep/sweep_source.h"
#include "finding/sweep/sweep_stream.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

static const char *own_path;

static struct sweep_set *compile(const struct sweep_list *list)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t count = 0;
	sweep_list_write(list, &text);
	struct sweep_set *set = sweep_compile(&text, 0, &count, &err);
	assert_int_equal(count, list->count);
	return set;
}

/* ---- the program that the oracle asks */

static ssize_t read_fd(void *ctx, void *bytes, size_t n, struct err *err)
{
	(void)err;
	return read(*(int *)ctx, bytes, n);
}

static int print_hit(void *ctx, const struct sweep_place *p, struct err *err)
{
	const struct sweep_list *list = ctx;
	(void)err;
	printf("%llu %llu %s %s %s %s\n", (unsigned long long)p->offset, (unsigned long long)p->line,
	       sweep_match_name(p->hit.match), sweep_encoding_name(p->hit.encoding), list->all[p->hit.indicator].type,
	       list->all[p->hit.indicator].value);
	return 0;
}

static int scan(char **argv)
{
	struct sweep_list list = {.take_private = 1};
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int fd = open(argv[1], O_RDONLY);
	if (buf_read_file(&text, argv[0], 64U << 20, &err) < 0 || fd < 0)
		return 1;
	sweep_list_read(&list, text.data, text.len, NULL, NULL);
	buf_clear(&text);
	sweep_list_write(&list, &text); /* as the worker has it */
	size_t count = 0;
	struct sweep_set *set =
	    sweep_compile(&text, strtoul(argv[4], NULL, 10) & 256 ? SWEEP_HOSTS_OF_URLS : 0, &count, &err);
	if (!set || count != list.count)
		return 1;
	struct sweep_input input = {read_fd, &fd};
	struct sweep_stream s = {.set = set,
	                         .kernel = (enum sweep_kernel)strtoul(argv[2], NULL, 10),
	                         .piece = strtoul(argv[3], NULL, 10),
	                         .look = (unsigned)strtoul(argv[4], NULL, 10) & 255,
	                         .to = UINT64_MAX,
	                         .found = print_hit,
	                         .ctx = &list};
	int rc = sweep_kernel_is_there(s.kernel) ? sweep_stream_run(&s, &input, &err) : 77;
	sweep_set_free(set);
	sweep_list_release(&list);
	buf_release(&text);
	close(fd);
	return rc < 0 ? 1 : rc;
}

static void test_oracle(void **state)
{
	char command[4096];
	(void)state;
	snprintf(command, sizeof command, "python3 %s/tests/core/finding/sweep/oracle.py %s", getenv("GENBA_SOURCE"),
	         own_path);
	assert_int_equal(system(command), 0);
}

/* ---- log lines */

struct expected {
	const char *head; /* of the file, or NULL */
	const char *line;
	const char *when;
	const char *clock;
	const char *client;
	const char *method;
	const char *url;
	const char *status;
	const char *bytes;
};

static const struct expected lines[] = {
    {NULL, "1416801909.123     45 192.0.2.7 TCP_MISS/200 5120 GET http://evil.test/a - DIRECT/198.51.100.7 text/html",
     "2014-11-24T04:05:09.123Z", "utc", "192.0.2.7", "GET", "http://evil.test/a", "200", "5120"},
    {NULL, "1416801909.000 3 192.0.2.7 TCP_TUNNEL/200 77 CONNECT evil.test:443 - HIER_DIRECT/198.51.100.7 -",
     "2014-11-24T04:05:09.000Z", "utc", "192.0.2.7", "CONNECT", "evil.test:443", "200", "77"},
    {NULL, "192.0.2.7 - taro [24/Nov/2014:13:05:09 +0900] \"POST /gate.php HTTP/1.1\" 404 512 \"-\" \"agent\"",
     "2014-11-24T04:05:09Z", "utc", "192.0.2.7", "POST", "/gate.php", "404", "512"},
    {"#Software: IIS\n#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-bytes\n",
     "2014-11-24 04:05:09 192.0.2.7 GET /a 200 11", "2014-11-24T04:05:09Z", "utc", "192.0.2.7", "GET", "/a", "200",
     "11"},
    {"timestamp,src_ip,method,url,status,bytes\n", "2014-11-24 13:05:09,192.0.2.7,GET,\"http://evil.test/a,b\",200,9",
     "2014-11-24T13:05:09", "local", "192.0.2.7", "GET", "http://evil.test/a,b", "200", "9"},
    {NULL, "date=2014-11-24 time=13:05:09 tz=\"+0900\" srcip=192.0.2.7 url=\"http://evil.test/\" sentbyte=5",
     "2014-11-24T04:05:09Z", "utc", "192.0.2.7", "", "http://evil.test/", "", "5"},
    {NULL, "<134>Nov 24 13:05:09 fw kernel: one two three", "", "unknown", "", "", "", "", ""},
    {NULL, "<134>Nov 24 13:05:09 fw fg: date=2014-11-24 time=13:05:09 srcip=192.0.2.7", "2014-11-24T13:05:09", "local",
     "192.0.2.7", "", "", "", ""},
    {NULL, "2014-11-24T13:05:09.5+09:00 host prog[1]: text", "2014-11-24T04:05:09.5Z", "utc", "", "", "", "", ""},
    {NULL, "Nov 24 2014 13:05:09 host prog: text", "2014-11-24T13:05:09", "local", "", "", "", "", ""},
    {NULL, "evil.test and nothing else", "", "unknown", "", "", "", "", ""},
    {NULL, "99999999999999.1 1 a b/1 1 GET x", "", "unknown", "", "", "", "", ""},
    {NULL, "2014-13-24T13:05:09Z host prog: text", "", "unknown", "", "", "", "", ""},
};

static void assert_span(const struct sweep_span *span, const char *expected)
{
	assert_int_equal(span->n, strlen(expected));
	assert_memory_equal(span->text ? span->text : "", expected, span->n);
}

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const struct expected *e = &lines[i];
		struct sweep_log log;
		struct sweep_line line;
		const char *head = e->head ? e->head : e->line;
		sweep_log_begin(&log, head, strlen(head));
		sweep_log_line(&log, e->line, strlen(e->line), &line);
		assert_string_equal(line.when, e->when);
		assert_string_equal(sweep_clock_name(line.clock), e->clock);
		assert_span(&line.client, e->client);
		assert_span(&line.method, e->method);
		assert_span(&line.url, e->url);
		assert_span(&line.status, e->status);
		assert_span(&line.bytes, e->bytes);
	}
}

/* A line of IIS with other columns than were named: which is which cannot be told, and nothing is. */
static void test_other_columns(void **state)
{
	static const char head[] = "#Fields: date time c-ip cs-method cs-uri-stem\n";
	static const char *const odd[] = {"2014-11-24 13:05:09 10.0.0.1 192.0.2.7 GET /a",
	                                  "2014-11-24 13:05:09 192.0.2.7 GET"};
	struct sweep_log log;
	struct sweep_line line;
	(void)state;
	sweep_log_begin(&log, head, strlen(head));
	for (size_t i = 0; i < 2; i++) {
		sweep_log_line(&log, odd[i], strlen(odd[i]), &line);
		assert_string_equal(line.when, "");
		assert_int_equal(line.client.n, 0);
		assert_int_equal(line.url.n, 0);
	}
	static const char no_day[] = "192.0.2.7 - - [31/Feb/2014:13:05:09 +0000] \"GET /a HTTP/1.1\" 200 5";
	log = (struct sweep_log){0};
	sweep_log_line(&log, no_day, strlen(no_day), &line);
	assert_string_equal(line.when, "");
	assert_span(&line.client, "192.0.2.7");
}

/* ---- a part that begins behind what is left of its file */

static ssize_t read_nothing(void *ctx, void *bytes, size_t n, struct err *err)
{
	(void)ctx, (void)bytes, (void)n, (void)err;
	return 0;
}

static int no_hit(void *ctx, const struct sweep_place *place, struct err *err)
{
	(void)ctx, (void)place, (void)err;
	fail_msg("a hit in nothing");
	return -1;
}

static void test_shorter(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct sweep_list list = {.take_private = 1};
	assert_null(sweep_list_add(&list, "domain", "evil.test", ""));
	struct sweep_set *set = compile(&list);
	struct sweep_input input = {read_nothing, NULL};
	struct sweep_stream s = {.set = set,
	                         .kernel = sweep_kernel_best(),
	                         .start = 1000000,
	                         .from = 1000000 + sweep_stream_before(set),
	                         .to = UINT64_MAX,
	                         .found = no_hit};
	assert_int_equal(sweep_stream_run(&s, &input, &err), 0);
	assert_int_equal(s.end, s.from);
	sweep_set_free(set);
	sweep_list_release(&list);
}

/* ---- ends inside of long tokens, and short indicators, at each place of the blocks that kernels look at */

struct one_text {
	const char *bytes;
	size_t n;
	size_t at;
	size_t hits;
	uint64_t offset;
};

static ssize_t read_one(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct one_text *t = ctx;
	(void)err;
	n = n < t->n - t->at ? n : t->n - t->at;
	memcpy(bytes, t->bytes + t->at, n);
	t->at += n;
	return (ssize_t)n;
}

static int count_one(void *ctx, const struct sweep_place *place, struct err *err)
{
	struct one_text *t = ctx;
	(void)err;
	t->hits++;
	t->offset = place->offset;
	return 0;
}

static void test_places(void **state)
{
	static const struct {
		const char *type;
		const char *value;
		const char *text; /* how it stands there */
		size_t before;    /* bytes of the text before it */
	} rows[] = {
	    {"md5", "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdefzzzz", 0},
	    {"md5", "0123456789abcdef0123456789abcdef", "xyzw0123456789abcdef0123456789abcdefz", 4},
	    {"ip", "198.51.100.7", "198.51.100.7x", 0},
	    {"domain", "ge.tt", "http://ge.tt/", 7},
	    {"domain", "a.tt", "a.tt", 0},
	    {"domain", "longer.evil.test", "https://www.longer.evil.test:443", 12},
	};
	(void)state;
	char text[2400];
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
		struct sweep_list list = {.take_private = 1};
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (i == row || strcmp(rows[i].value, rows[row].value) != 0)
				sweep_list_add(&list, rows[i].type, rows[i].value, "");
		struct sweep_set *set = compile(&list);
		size_t n = strlen(rows[row].text);
		for (size_t at = 0; at + n <= sizeof text; at++)
			for (unsigned kernel = 0; kernel < SWEEP_KERNELS; kernel++) {
				if (!sweep_kernel_is_there((enum sweep_kernel)kernel))
					continue;
				struct one_text t = {.bytes = text, .n = sizeof text};
				struct sweep_input input = {read_one, &t};
				struct sweep_stream s = {.set = set,
				                         .kernel = (enum sweep_kernel)kernel,
				                         .piece = at % 3 ? 0 : 700,
				                         .to = UINT64_MAX,
				                         .found = count_one,
				                         .ctx = &t};
				memset(text, at % 2 ? '\n' : '=', sizeof text);
				memcpy(text + at, rows[row].text, n);
				assert_int_equal(sweep_stream_run(&s, &input, NULL), 0);
				assert_int_equal(t.hits, 1);
				assert_int_equal(t.offset, at + rows[row].before);
			}
		sweep_set_free(set);
		sweep_list_release(&list);
	}
}

/* A worker with a million indicators takes at most 64 MiB and 40 bytes for each, and a quarter more where memory is handed out in
 * large pages. A text that is no list is none. */
static void test_memory(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	size_t count = 0;
	buf_adds(&text, "domain evil.test\nno list");
	assert_null(sweep_compile(&text, 0, &count, &err));
	assert_int_equal(err.code, ERR_INVALID);
#ifndef SANITIZED
	const size_t most = 1000000;
	struct rusage usage;
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) { /* with none of what the tests before have used */
		execl(own_path, own_path, "memory", (char *)NULL);
		_exit(2);
	}
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if ((size_t)usage.ru_maxrss * 1024 > (((size_t)64 << 20) + 40 * most) / 4 * 5)
		fail_msg("%ld KiB for %zu indicators", usage.ru_maxrss, most);
#endif
}

/* A list as threat intelligence has them: addresses, URLs, digests, hosts. */
static int compile_a_million(void)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t count = 0;
	uint64_t x = 88172645463325252U;
	for (unsigned i = 0; i < 1000000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		unsigned a = (unsigned)x;
		unsigned b = (unsigned)(x >> 32);
		if (i % 4 == 0)
			buf_addf(&text, "ip %u.%u.%u.%u\n", 1 + a % 120, a >> 8 & 255, a >> 16 & 255, b & 255);
		else if (i % 4 == 1)
			buf_addf(&text, "url http://host%u.example.test/%x.php\n", i, b);
		else if (i % 4 == 2)
			buf_addf(&text, "md5 %08x%08x%08x%08x\n", a, b, ~a, a ^ b);
		else
			buf_addf(&text, "domain host%u.%x.example\n", i, b);
	}
	struct sweep_set *set = sweep_compile(&text, 0, &count, &err);
	int ok = set && count == 1000000;
	sweep_set_free(set);
	return !ok;
}

int main(int argc, char **argv)
{
	if (argc == 7 && strcmp(argv[1], "scan") == 0)
		return scan(argv + 2);
	if (argc == 2 && strcmp(argv[1], "memory") == 0)
		return compile_a_million();
	own_path = argv[0];
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_oracle),        cmocka_unit_test(test_memory), cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_other_columns), cmocka_unit_test(test_places), cmocka_unit_test(test_shorter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
