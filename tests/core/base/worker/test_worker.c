/*
 * The cage: parsers that behave, and parsers that do what an attacker's file
 * would make them do. This program is its own worker.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "base/worker/worker_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- parsers that run in the cage */

static volatile int forever = 1; /* the compiler does not know it */

static int emit_int(struct worker *w, const char *name, long long value, struct err *err)
{
	return worker_emit_take(w, json_pack("{s:I}", name, (json_int_t)value), err);
}

static int echo_run(struct worker *w, struct err *err)
{
	char text[256];
	ssize_t n = worker_read(w, text, sizeof text, err);
	if (n < 0)
		return -1;
	return worker_emit_take(w, json_pack("{s:s%, s:O?}", "text", text, (size_t)n, "request", worker_request(w)),
	                        err);
}

static int refuse_run(struct worker *w, struct err *err)
{
	if (emit_int(w, "before", 1, err) < 0)
		return -1;
	return err_set(err, ERR_INVALID, "byte 7: a \x1b[2Jheader was expected");
}

static int loop_run(struct worker *w, struct err *err)
{
	(void)w;
	(void)err;
	while (forever)
		;
	return 0;
}

static int silent_loop_run(struct worker *w, struct err *err)
{
	close(STDOUT_FILENO);
	return loop_run(w, err);
}

static int hoard_run(struct worker *w, struct err *err)
{
	(void)w;
	(void)err;
	while (forever)
		memset(xmalloc(1 << 20), 1, 1 << 20);
	return 0;
}

static int careless_hoard_run(struct worker *w, struct err *err)
{
	(void)w;
	(void)err;
	while (forever) {
		volatile char *p = malloc(1 << 20);
		for (size_t i = 0; i < 1 << 20; i += 4096)
			p[i] = 1; /* a null pointer when memory runs out */
	}
	return 0;
}

static int flood_run(struct worker *w, struct err *err)
{
	for (int i = 0;; i++)
		if (emit_int(w, "i", i, err) < 0)
			return -1;
}

static int long_line_run(struct worker *w, struct err *err)
{
	char *text = xmalloc(2 << 20);
	memset(text, 'a', 2 << 20);
	int rc = worker_emit_take(w, json_stringn(text, 2 << 20), err);
	free(text);
	return rc;
}

static void raw(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(9);
}

static int raw_long_line_run(struct worker *w, struct err *err)
{
	(void)w;
	(void)err;
	while (forever)
		raw("{\"line\": "
		    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	return 0;
}

static int garbage_run(struct worker *w, struct err *err)
{
	char kind[2] = "";
	if (worker_read(w, kind, 1, err) < 0)
		return -1;
	static const char *const texts[] = {
	    "hello\n", "{\"line\":1,\"end\":null}\n",    "{\"end\":7}\n",        "[1]\n",
	    "\n",      "{\"end\":null}\n{\"line\":1}\n", "{\"line\":\"\xff\"}\n"};
	raw(texts[kind[0] - '0']);
	return 0;
}

static int crash_run(struct worker *w, struct err *err)
{
	(void)w;
	(void)err;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	return 0;
}

static int deep_run(struct worker *w, struct err *err)
{
	volatile char room[4096];
	room[0] = (char)forever;
	return forever ? deep_run(w, err) + room[0] : 0;
}

static int exit_run(struct worker *w, struct err *err)
{
	char status[8] = "";
	if (worker_read(w, status, sizeof status - 1, err) < 0)
		return -1;
	_exit(atoi(status));
}

/* What each try answered; a try that ends the process leaves nothing. */
static int try_run(struct worker *w, struct err *err)
{
	char what[64] = "";
	if (worker_read(w, what, sizeof what - 1, err) < 0)
		return -1;
	long answer = 0;
	errno = 0;
	if (strcmp(what, "open") == 0)
		answer = open("/etc/passwd", O_RDONLY);
	else if (strcmp(what, "create") == 0)
		answer = open("genba-worker-was-here", O_CREAT | O_WRONLY, 0600);
	else if (strcmp(what, "stat") == 0)
		answer = access("/etc/passwd", F_OK);
	else if (strcmp(what, "stat by name") == 0)
		answer = syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", &(struct stat){0}, 0);
	else if (strcmp(what, "stat by name, empty allowed") == 0)
		answer = syscall(SYS_newfstatat, STDIN_FILENO, "/etc/passwd", &(struct stat){0}, AT_EMPTY_PATH);
	else if (strcmp(what, "stat of the input") == 0)
		answer = syscall(SYS_newfstatat, STDIN_FILENO, "", &(struct stat){0}, AT_EMPTY_PATH);
	else if (strcmp(what, "folder") == 0)
		answer = opendir("/") ? 0 : -1;
	else if (strcmp(what, "code") == 0)
		answer =
		    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
	else if (strcmp(what, "stderr") == 0)
		answer = write(7, "x", 1);
	else if (strcmp(what, "socket") == 0)
		answer = socket(AF_INET, SOCK_STREAM, 0);
	else if (strcmp(what, "fork") == 0)
		answer = fork();
	else if (strcmp(what, "exec") == 0)
		answer = execl("/bin/true", "true", (char *)NULL);
	else if (strcmp(what, "kill") == 0)
		answer = kill(getppid(), SIGTERM);
	else if (strcmp(what, "limit") == 0)
		answer = setrlimit(RLIMIT_CPU, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
	int why = errno;
	return emit_int(w, "answer", answer < 0 ? -why : answer, err);
}

/* Which descriptors are open: asked of each, since /proc cannot be read in the cage. */
static int descriptors_run(struct worker *w, struct err *err)
{
	long long open_ones = 0;
	for (int fd = 0; fd < 60; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			open_ones |= 1LL << fd;
	return emit_int(w, "open", open_ones, err);
}

static int environment_run(struct worker *w, struct err *err)
{
	extern char **environ;
	json_t *list = json_array();
	for (char **e = environ; *e; e++)
		json_array_append_new(list, json_string(*e));
	return worker_emit_take(w, list, err);
}

static int seek_run(struct worker *w, struct err *err)
{
	char two[3] = "";
	if (worker_input(w) < 0 || lseek(worker_input(w), 4, SEEK_SET) != 4 || worker_read(w, two, 2, err) != 2)
		return err_set(err, ERR_FAILED, "no file");
	return worker_emit_take(w, json_string(two), err);
}

static FILE *prepared;

static int prepared_prepare(struct err *err)
{
	(void)err;
	prepared = fopen("/proc/self/status", "r");
	return prepared ? 0 : -1;
}

static int prepared_run(struct worker *w, struct err *err)
{
	return emit_int(w, "prepared", prepared != NULL, err);
}

#define JOB(word)                                     \
	static const struct worker_job word##_job = { \
	    .name = #word,                            \
	    .run = word##_run,                        \
	}
JOB(echo);
JOB(refuse);
JOB(loop);
JOB(silent_loop);
JOB(hoard);
JOB(careless_hoard);
JOB(flood);
JOB(long_line);
JOB(raw_long_line);
JOB(garbage);
JOB(crash);
JOB(deep);
JOB(exit);
JOB(try);
JOB(descriptors);
JOB(environment);
JOB(seek);
static const struct worker_job prepared_job = {"prepared", prepared_prepare, prepared_run};

static const struct worker_job *const jobs[] = {
    &echo_job,           &refuse_job, &loop_job,      &silent_loop_job,   &hoard_job,
    &careless_hoard_job, &flood_job,  &long_line_job, &raw_long_line_job, &garbage_job,
    &crash_job,          &deep_job,   &exit_job,      &try_job,           &descriptors_job,
    &environment_job,    &seek_job,   &prepared_job,  &worker_probe_job,  NULL};

/* ---- asking them */

struct heard {
	int lines;
	int stop_at; /* 0: never */
	struct buf last;
};

static int hear(void *ctx, const json_t *value, struct err *err)
{
	struct heard *h = ctx;
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	buf_clear(&h->last);
	buf_adds(&h->last, text);
	free(text);
	if (++h->lines == h->stop_at)
		return err_set(err, ERR_EXISTS, "enough");
	return 0;
}

static struct worker_result ask(const char *job, const char *input, struct heard *h)
{
	struct worker_call call = {.job = job,
	                           .input = -1,
	                           .bytes = input,
	                           .n = strlen(input),
	                           .line = hear,
	                           .ctx = h,
	                           .limits = {.memory = (size_t)256 << 20, .cpu_seconds = 10, .seconds = 60}};
	struct worker_result result;
	struct err err = ERR_INIT;
	int rc = worker_run(&call, &result, &err);
	assert_string_equal(err.message, "");
	assert_int_equal(rc, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no process is left */
	return result;
}

static void expect(const char *job, const char *input, enum worker_end end, const char *reason)
{
	struct heard h = {.last = BUF_INIT};
	struct worker_result result = ask(job, input, &h);
	assert_string_equal(worker_end_name(result.end), worker_end_name(end));
	if (!strstr(result.reason, reason))
		assert_string_equal(result.reason, reason);
	assert_int_equal(strncmp(result.reason, "could not be parsed: ", 21), 0);
	buf_release(&h.last);
}

static void parses(void **state)
{
	(void)state;
	struct heard h = {.last = BUF_INIT};
	struct worker_result result = ask("echo", "感染", &h);
	assert_int_equal(result.end, WORKER_DONE);
	assert_string_equal(result.reason, "");
	assert_int_equal(result.lines, 1);
	assert_string_equal(h.last.data, "{\"request\":null,\"text\":\"感染\"}");
	json_t *request = json_pack("{s:s}", "name", "x.eml");
	struct worker_call call = {.job = "echo", .input = -1, .request = request, .line = hear, .ctx = &h};
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_DONE);
	assert_string_equal(h.last.data, "{\"request\":{\"name\":\"x.eml\"},\"text\":\"\"}");
	json_decref(request);
	buf_release(&h.last);
}

static void streams_large_inputs(void **state)
{
	(void)state;
	size_t n = (size_t)48 << 20;
	char *bytes = xcalloc(n, 1);
	struct heard h = {.last = BUF_INIT};
	struct worker_call call = {.job = "probe", .input = -1, .bytes = bytes, .n = n, .line = hear, .ctx = &h};
	struct worker_result result;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_DONE);
	assert_string_equal(h.last.data, "{\"bytes\":50331648}");
	/* a parser that reads nothing of it ends all the same */
	call.job = "prepared";
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_DONE);
	assert_string_equal(h.last.data, "{\"prepared\":1}");
	free(bytes);
	buf_release(&h.last);
}

static void hands_a_file_over(void **state)
{
	(void)state;
	int fd = memfd_create("input", MFD_CLOEXEC);
	assert_int_equal(write(fd, "0123456789", 10), 10);
	lseek(fd, 2, SEEK_SET);
	struct heard h = {.last = BUF_INIT};
	struct worker_call call = {.job = "echo", .input = fd, .line = hear, .ctx = &h};
	struct worker_result result;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_string_equal(h.last.data, "{\"request\":null,\"text\":\"23456789\"}");
	call.job = "seek";
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_string_equal(h.last.data, "\"45\"");
	close(fd);
	buf_release(&h.last);
}

#define OPEN_IN_WORKER (WORKER_SANITIZED ? "{\"open\":7}" : "{\"open\":3}")

static void keeps_no_descriptor_and_no_environment(void **state)
{
	(void)state;
	int leak = dup2(STDIN_FILENO, 57); /* not close-on-exec */
	assert_int_equal(leak, 57);
	setenv("GENBA_PASSPHRASE_FILE", "/secret", 1);
	struct heard h = {.last = BUF_INIT};
	ask("descriptors", "", &h);
	assert_string_equal(h.last.data, OPEN_IN_WORKER);
	ask("environment", "", &h);
	assert_null(strstr(h.last.data, "secret"));
	assert_non_null(strstr(h.last.data, "LC_ALL=C.UTF-8"));
	i18n_set_language("ja");
	ask("environment", "", &h);
	assert_non_null(strstr(h.last.data, "LC_ALL=ja_JP.UTF-8"));
	i18n_set_language("en");
	unsetenv("GENBA_PASSPHRASE_FILE");
	close(leak);
	buf_release(&h.last);
}

/* In a child: the given calls are not there, as in older kernels; a descriptor leaks. 1 if the worker has only its own. */
static int none_leaks_without(const int *calls, size_t count)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter && dup2(STDIN_FILENO, 57) == 57 ? 0 : -1;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOSYS), calls[i], 0, NULL);
	if (rc < 0 || seccomp_load(filter) < 0)
		return 0;
	seccomp_release(filter);
	struct heard h = {.last = BUF_INIT};
	struct worker_call call = {.job = "descriptors", .bytes = "", .line = hear, .ctx = &h};
	struct worker_result result;
	int none = worker_run(&call, &result, NULL) == 0 && result.end == WORKER_DONE &&
	           strcmp(h.last.data, OPEN_IN_WORKER) == 0;
	buf_release(&h.last);
	return none;
}

static void descriptors_are_closed_without_close_range(void **state)
{
	(void)state;
	static const int calls[] = {SCMP_SYS(close_range), SCMP_SYS(getdents64)};
	for (size_t count = 1; count <= 2; count++) { /* by /proc; then, without that, by number */
		pid_t child = fork();
		if (child == 0)
			_exit(none_leaks_without(calls, count));
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 1);
	}
}

static void a_refusal_is_a_printable_reason(void **state)
{
	(void)state;
	struct heard h = {.last = BUF_INIT};
	struct worker_result result = ask("refuse", "", &h);
	assert_int_equal(result.end, WORKER_REFUSED);
	assert_string_equal(result.reason, "could not be parsed: byte 7: a \\x1b[2Jheader was expected");
	assert_int_equal(result.lines, 1);
	buf_release(&h.last);
}

static void crashes_are_results(void **state)
{
	(void)state;
	expect("crash", "", WORKER_CRASHED, WORKER_SANITIZED ? "" : "Segmentation fault");
	expect("exit", "3", WORKER_CRASHED, "status 3");
	/* what a worker that could not begin says, said by a parser: it has stopped, no more */
	expect("exit", "120", WORKER_LIMIT, "memory");
	expect("exit", "121", WORKER_CRASHED, "status 121");
	expect("exit", "122", WORKER_CRASHED, "status 122");
	expect("exit", "123", WORKER_CRASHED, "status 123");
	if (!WORKER_SANITIZED)
		expect("deep", "", WORKER_CRASHED, "Segmentation fault");
}

static void limits_are_results(void **state)
{
	(void)state;
	expect("hoard", "", WORKER_LIMIT, "256 MiB");
	expect("careless_hoard", "", WORKER_LIMIT, "256 MiB");
	expect("long_line", "", WORKER_REFUSED, "longer than 1048576 bytes");
	expect("raw_long_line", "", WORKER_GARBLED, "line of more than 1048576 bytes");
	struct heard h = {.last = BUF_INIT};
	struct worker_call call = {.job = "flood", .input = -1, .line = hear, .ctx = &h, .limits = {.output = 2 << 20}};
	struct worker_result result;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_LIMIT);
	assert_string_equal(result.reason, "could not be parsed: the parser wrote more than 2 MiB");
	assert_true(h.lines > 10000 && result.lines == (uint64_t)h.lines);
	call = (struct worker_call){.job = "loop", .input = -1, .limits = {.cpu_seconds = 1}};
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_LIMIT);
	assert_string_equal(result.reason, "could not be parsed: the parser used more than 1 s of processor time");
	buf_release(&h.last);
}

static void a_deadline_ends_it(void **state)
{
	(void)state;
	struct worker_call call = {.job = "loop", .input = -1, .limits = {.seconds = 1}};
	struct worker_result result;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_TIMEOUT);
	assert_string_equal(result.reason, "could not be parsed: the parser did not end within 1 s");
	call.job = "silent_loop"; /* has closed its pipe: nothing more to wait for, and not the time-out */
	call.limits.seconds = 600;
	assert_int_equal(worker_run(&call, &result, NULL), 0);
	assert_int_equal(result.end, WORKER_CRASHED);
}

static void what_is_no_result_is_refused(void **state)
{
	(void)state;
	for (char kind[] = "0"; kind[0] <= '6'; kind[0]++)
		expect("garbage", kind, WORKER_GARBLED, "not a result");
}

static void files_are_out_of_reach(void **state)
{
	(void)state;
	static const char *const tries[] = {"open",         "create", "stat", "stat by name, empty allowed",
	                                    "stat by name", "folder", "code"};
	struct heard h = {.last = BUF_INIT};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct worker_result result = ask("try", tries[i], &h);
		assert_int_equal(result.end, WORKER_DONE);
		assert_string_equal(h.last.data, "{\"answer\":-13}"); /* EACCES */
	}
	ask("try", "stat of the input", &h);
	assert_string_equal(h.last.data, "{\"answer\":0}");
	ask("try", "stderr", &h);
	assert_string_equal(h.last.data, "{\"answer\":-9}"); /* EBADF */
	assert_int_equal(access("genba-worker-was-here", F_OK), -1);
	buf_release(&h.last);
}

static void network_processes_and_programs_end_it(void **state)
{
	(void)state;
	static const char *const tries[] = {"socket", "fork", "exec", "kill", "limit"};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		expect("try", tries[i], WORKER_FORBIDDEN, "treat the input as hostile");
}

static int cancel_at_third(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	assert_string_equal(what, "mail.eml");
	return ++*(int *)ctx == 3;
}

static void the_caller_may_stop_it(void **state)
{
	(void)state;
	struct heard h = {.stop_at = 5, .last = BUF_INIT};
	struct worker_call call = {.job = "flood", .input = -1, .line = hear, .ctx = &h};
	struct worker_result result;
	struct err err = ERR_INIT;
	assert_int_equal(worker_run(&call, &result, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_string_equal(err.message, "enough");
	assert_int_equal(h.lines, 5);
	int asked = 0;
	struct progress progress = {cancel_at_third, &asked};
	call = (struct worker_call){.job = "loop", .input = -1, .progress = &progress, .what = "mail.eml"};
	err_clear(&err);
	assert_int_equal(worker_run(&call, &result, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	buf_release(&h.last);
}

static void an_unknown_parser_is_an_error(void **state)
{
	(void)state;
	struct worker_call call = {.job = "nonesuch", .input = -1};
	struct worker_result result;
	struct err err = ERR_INIT;
	assert_int_equal(worker_run(&call, &result, &err), -1);
	assert_string_equal(err.message, "genba has no parser 'nonesuch'");
}

int main(int argc, char **argv)
{
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(streams_large_inputs),
	    cmocka_unit_test(hands_a_file_over),
	    cmocka_unit_test(keeps_no_descriptor_and_no_environment),
	    cmocka_unit_test(descriptors_are_closed_without_close_range),
	    cmocka_unit_test(a_refusal_is_a_printable_reason),
	    cmocka_unit_test(crashes_are_results),
	    cmocka_unit_test(limits_are_results),
	    cmocka_unit_test(a_deadline_ends_it),
	    cmocka_unit_test(what_is_no_result_is_refused),
	    cmocka_unit_test(files_are_out_of_reach),
	    cmocka_unit_test(network_processes_and_programs_end_it),
	    cmocka_unit_test(the_caller_may_stop_it),
	    cmocka_unit_test(an_unknown_parser_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
