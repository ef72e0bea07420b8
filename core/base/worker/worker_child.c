/*
 * The worker's own side: from the start to the last line.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/worker/worker_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker {
	json_t *head;
	const json_t *request;
	struct worker_limits limits;
	int input;
	size_t files;
	const json_t *media; /* their sizes */
};

static int read_all(int fd, char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t got = read(fd, bytes, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		bytes += got;
		n -= (size_t)got;
	}
	return 0;
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, bytes, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		bytes += put;
		n -= (size_t)put;
	}
	return 0;
}

static int read_head(struct worker *w)
{
	char digits[9] = "";
	if (read_all(STDIN_FILENO, digits, 8) < 0 || strspn(digits, "0123456789abcdef") != 8)
		return -1;
	size_t n = strtoul(digits, NULL, 16);
	if (n > WORKER_HEAD)
		return -1;
	char *text = xmalloc(n + 1);
	text[n] = '\0';
	if (read_all(STDIN_FILENO, text, n) == 0)
		w->head = json_parse(text, n, NULL);
	free(text);
	json_int_t memory;
	json_int_t line;
	json_int_t cpu;
	json_int_t files;
	if (!w->head || json_unpack(w->head, "{s:I, s:I, s:I, s:I}", "memory", &memory, "line", &line, "cpu", &cpu,
	                            "files", &files) != 0)
		return -1;
	w->files = (size_t)files;
	w->media = json_object_get(w->head, "media");
	w->limits =
	    (struct worker_limits){.memory = (size_t)memory, .line = (size_t)line, .cpu_seconds = (unsigned)cpu};
	w->request = json_object_get(w->head, "request");
	w->input = w->files ? WORKER_FILE : STDIN_FILENO;
	return 0;
}

const json_t *worker_request(const struct worker *w)
{
	return json_is_object(w->request) ? w->request : NULL;
}

int worker_input(const struct worker *w)
{
	return w->files ? w->input : -1;
}

int worker_input_at(const struct worker *w, size_t i)
{
	return i < w->files ? WORKER_FILE + (int)i : -1;
}

size_t worker_input_count(const struct worker *w)
{
	return w->files;
}

char *worker_input_name(size_t i)
{
	return xasprintf("%s%zu", WORKER_NAME, i);
}

ssize_t worker_read(struct worker *w, void *bytes, size_t n, struct err *err)
{
	for (;;) {
		ssize_t got = read(w->input, bytes, n);
		if (got >= 0)
			return got;
		if (errno != EINTR)
			return err_set_errno(err, ERR_FAILED, errno, _("cannot read the input"));
	}
}

size_t worker_media_count(const struct worker *w)
{
	return json_array_size(w->media);
}

uint64_t worker_media_size(const struct worker *w, size_t i)
{
	return (uint64_t)json_integer_value(json_array_get(w->media, i));
}

int worker_media_read(struct worker *w, size_t i, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	uint64_t size = worker_media_size(w, i);
	char text[128];
	char head[WORKER_ANSWER_HEAD + 1] = "";
	if (n == 0)
		return 0;
	if (n > WORKER_RANGE || offset > size || n > size - offset)
		return err_set(err, ERR_INVALID, _("byte %llu lies beyond the end"),
		               (unsigned long long)(offset + n - 1));
	int length = snprintf(text, sizeof text, "{\"range\":[%zu,%llu,%zu]}\n", i, (unsigned long long)offset, n);
	if (write_all(STDOUT_FILENO, text, (size_t)length) < 0 || read_all(STDIN_FILENO, head, WORKER_ANSWER_HEAD) < 0)
		_exit(WORKER_STATUS_START); /* nobody answers any more */
	size_t got = strtoul(head + 1, NULL, 16);
	if (*head == 'b' && got == n) {
		if (read_all(STDIN_FILENO, bytes, n) < 0)
			_exit(WORKER_STATUS_START);
		return 0;
	}
	char *why = xcalloc(1, got + 1);
	if (read_all(STDIN_FILENO, why, got) < 0)
		_exit(WORKER_STATUS_START);
	err_set(err, ERR_FAILED, "%s", why);
	free(why);
	return -1;
}

static int worker_child_emit(struct worker *w, const char *key, const json_t *value, struct err *err)
{
	json_t *line = json_pack("{s:O}", key, value);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	json_decref(line);
	size_t n = text ? strlen(text) : 0;
	int rc = 0;
	if (!text)
		rc = err_set(err, ERR_FAILED, _("the result is not text that JSON can hold"));
	else if (n >= w->limits.line)
		rc = err_set(err, ERR_INVALID, _("one item of the result is longer than %zu bytes"), w->limits.line);
	else {
		text[n] = '\n';
		if (write_all(STDOUT_FILENO, text, n + 1) < 0)
			_exit(WORKER_STATUS_START); /* nobody listens any more */
	}
	free(text);
	return rc;
}

int worker_emit_raw(struct worker *w, const void *bytes, size_t n, struct err *err)
{
	char head[32];
	(void)w;
	if (n > WORKER_RAW)
		return err_set(err, ERR_INVALID, _("one item of the result is longer than %zu bytes"),
		               (size_t)WORKER_RAW);
	int length = snprintf(head, sizeof head, "{\"raw\":%zu}\n", n);
	if (write_all(STDOUT_FILENO, head, (size_t)length) < 0 || write_all(STDOUT_FILENO, bytes, n) < 0)
		_exit(WORKER_STATUS_START); /* nobody listens any more */
	return 0;
}

int worker_emit_take(struct worker *w, json_t *value, struct err *err)
{
	if (!value)
		return err_set(err, ERR_FAILED, _("the result is not text that JSON can hold"));
	int rc = worker_child_emit(w, "line", value, err);
	json_decref(value);
	return rc;
}

static _Noreturn void worker_child_work(const struct worker_job *job)
{
	struct err err = ERR_INIT;
	struct worker w = {.head = NULL};
	err_memory_status(WORKER_STATUS_MEMORY);
	if (job->prepare && job->prepare(&err) < 0)
		_exit(WORKER_STATUS_START);
	if (read_head(&w) < 0)
		_exit(WORKER_STATUS_START);
	if (worker_cage(&w.limits, w.files) < 0)
		_exit(WORKER_STATUS_UNCAGED);
	static const char caged[] = "{\"caged\":true}\n";
	if (write_all(STDOUT_FILENO, caged, sizeof caged - 1) < 0)
		_exit(WORKER_STATUS_START); /* nobody listens any more */
	int rc = job->run(&w, &err);
	json_t *end = rc == 0 ? json_null() : json_string(*err.message ? err.message : "?");
	worker_child_emit(&w, "end", end, NULL);
	_exit(WORKER_STATUS_OK); /* no exit handlers: they would want files */
}

void worker_main(int argc, char **argv, const struct worker_job *const *jobs)
{
	if (argc != 3 || strcmp(argv[1], WORKER_WORD) != 0)
		return;
	for (; *jobs; jobs++)
		if (strcmp((*jobs)->name, argv[2]) == 0)
			worker_child_work(*jobs);
	_exit(WORKER_STATUS_NO_JOB);
}

static int probe_run(struct worker *w, struct err *err)
{
	char piece[65536];
	json_int_t total = 0;
	ssize_t n;
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0)
		total += n;
	return n < 0 ? -1 : worker_emit_take(w, json_pack("{s:I}", "bytes", total), err);
}

const struct worker_job worker_probe_job = {.name = "probe", .run = probe_run};
