/* What a parser gone wild may write to its parent: lines, raw bytes, ranges of two media. Only ranges that lie inside are read,
 * one at a time, and nothing is taken behind what is no line. */
#include "base/worker/worker.c"

#define FUZZ_MEDIUM 4096U

struct fuzz_range {
	uint64_t lines;
	uint64_t raw;
	size_t asked;
};

static int read_medium(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct fuzz_range *f = ctx;
	if (offset > FUZZ_MEDIUM || n > FUZZ_MEDIUM - offset || n == 0)
		abort();
	memset(bytes, 'm', n);
	return ++f->asked % 3 ? 0 : err_set(err, ERR_FAILED, "a bad sector");
}

static int count_line(void *ctx, const json_t *value, struct err *err)
{
	struct fuzz_range *f = ctx;
	(void)err;
	if (!value)
		abort();
	return ++f->lines > 1000 ? -1 : 0;
}

static int count_raw(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct fuzz_range *f = ctx;
	(void)bytes, (void)err;
	f->raw += n;
	return 0;
}

/* What was answered is taken as the worker would, so that it may ask again. */
static void take_answers(struct running *r, int fd)
{
	char piece[8192];
	feed(r);
	while (recv(fd, piece, sizeof piece, MSG_DONTWAIT) > 0)
		feed(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_range f = {0, 0, 0};
	struct worker_media media[] = {{FUZZ_MEDIUM, read_medium, &f}, {0, read_medium, &f}};
	struct worker_call call = {.job = "fuzz",
	                           .input = -1,
	                           .media = media,
	                           .media_count = 2,
	                           .line = count_line,
	                           .raw = count_raw,
	                           .ctx = &f};
	struct worker_result result = {.end = WORKER_DONE};
	struct running r = {.call = &call,
	                    .limits = with_defaults((struct worker_limits){0}),
	                    .result = &result,
	                    .head = BUF_INIT,
	                    .lines = BUF_INIT};
	struct err err = ERR_INIT;
	int lines[2];
	int input[2];
	if (size > 60000 || pipe(lines) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, input) < 0)
		return 0;
	r.to = input[0];
	fcntl(r.to, F_SETFL, O_NONBLOCK);
	r.from = lines[0];
	r.piece = xmalloc(PIECE);
	r.caged = 1;
	int rc = 1;
	for (size_t at = 0;
	     at < size && rc > 0;) { /* in pieces, as a pipe gives them; between them answers are taken */
		size_t n = 1 + data[at] * 8U;
		n = n < size - at ? n : size - at;
		if (write(lines[1], data + at, n) != (ssize_t)n)
			break;
		rc = read_lines(&r, &err);
		take_answers(&r, input[1]);
		at += n;
	}
	if (rc == 0 && result.end == WORKER_DONE)
		abort();
	close(lines[0]);
	close(lines[1]);
	close(input[1]);
	if (r.to >= 0)
		close(r.to);
	buf_release(&r.head);
	buf_release(&r.lines);
	free(r.piece);
	return 0;
}
