/* Hits in a file of an image, and whether they are in its raw bytes as well: what is said to be seen there is found there, so that
 * no hit is lost. The input is the runs of the file and the bytes of the image. */
#include "base/buf.h"
#include "finding/sweep/image/image_files.c"

#include "base/worker/worker_child.c"

#include "finding/sweep/sweep_job_private.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RUNS 8U
#define HITS 4096U

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct fuzz_image {
	struct sweeping s;
	const unsigned char *bytes; /* of the file */
	size_t n;
	size_t at;
	struct {
		uint64_t at;
		uint32_t indicator;
	} raw[HITS];
	size_t raw_count;
	int is_file;
};

static ssize_t read_bytes(void *ctx, void *bytes, size_t n, struct err *err)
{
	struct fuzz_image *f = ctx;
	(void)err;
	n = n < f->n - f->at ? n : f->n - f->at;
	memcpy(bytes, f->bytes + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static int take_place(void *ctx, const struct sweep_place *place, struct err *err)
{
	struct fuzz_image *f = ctx;
	uint64_t raw = 0;
	uint64_t before;
	uint64_t behind;
	(void)err;
	if (!f->is_file) {
		struct image_place where;
		if (f->raw_count < HITS) {
			f->raw[f->raw_count].at = place->offset;
			f->raw[f->raw_count++].indicator = place->hit.indicator;
		}
		if (f->s.map.n && sweep_image_place(&f->s, place->offset, &where) && where.file >= f->s.map.head->files)
			abort();
		return 0;
	}
	if (!sweep_image_is_seen(&f->s, place) || f->raw_count == HITS)
		return 0;
	if (!image_file_place(f->s.file, place->offset, &raw, &before, &behind) ||
	    behind < place->hit.end - place->hit.at)
		abort();
	for (size_t i = 0; i < f->raw_count; i++) /* UTF-16 is read in one of two orders, a byte apart */
		if (f->raw[i].indicator == place->hit.indicator && f->raw[i].at + 1 >= raw && f->raw[i].at <= raw + 1)
			return 0;
	abort();
}

static void sweep_bytes_of(struct fuzz_image *f, const unsigned char *bytes, size_t n, unsigned look)
{
	struct sweep_input input = {read_bytes, f};
	struct sweep_stream stream = {.set = f->s.set,
	                              .kernel = sweep_kernel_best(),
	                              .look = look,
	                              .to = UINT64_MAX,
	                              .found = take_place,
	                              .ctx = f};
	f->bytes = bytes;
	f->n = n;
	f->at = 0;
	sweep_stream_run(&stream, &input, NULL);
}

/* The file that the runs make of the image; between two of them may lie what is nowhere. */
static unsigned char *make_file(const unsigned char *data, const unsigned char *bytes, size_t n,
                                struct image_file *file, size_t *size)
{
	unsigned char *all = xcalloc(RUNS, 4096 + 256);
	size_t at = 0;
	for (size_t i = 0; i < file->run_count; i++) {
		size_t raw = n ? (data[4 * i] | (size_t)data[4 * i + 1] << 8) % n : 0;
		size_t length = (size_t)data[4 * i + 2] * 16;
		length = length < n - raw ? length : n - raw;
		at += data[4 * i + 3] & 15;
		file->runs[i] = (struct image_file_run){raw, length, at};
		memcpy(all + at, bytes + raw, length);
		at += length;
	}
	*size = at;
	return all;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct sweep_set *set;
	static int fd = -1;
	static struct fuzz_image f;
	struct worker none = {.request = NULL};
	struct image_file_run runs[RUNS];
	struct image_file file = {.runs = runs};
	if (!set) {
		struct sweep_list list = {.take_private = 1};
		static const char text[] = "evil.test\nge.tt\n198.51.100.7\n0123456789abcdef0123456789abcdef\n"
		                           "C:\\Users\\a\\evil.exe\nhttp://evil.test/a\n203.0.113.0/24\n";
		sweep_list_read(&list, text, sizeof text - 1, NULL, NULL);
		struct buf written = BUF_INIT;
		size_t count = 0;
		sweep_list_write(&list, &written);
		set = sweep_compile(&written, 0, &count, NULL);
		sweep_list_release(&list);
		fd = memfd_create("image", MFD_CLOEXEC);
	}
	if (size < 1 + 4 * RUNS || size > 60000)
		return 0;
	const unsigned char *bytes = data + 1 + 4 * RUNS;
	size_t n = size - 1 - 4 * RUNS;
	memset(&f, 0, sizeof f);
	f.s = (struct sweeping){.set = set, .w = &none, .fd = fd};
	f.s.head_n = n < SWEEP_JOB_HEAD ? n : SWEEP_JOB_HEAD;
	f.s.head = xmalloc(f.s.head_n + 1);
	memcpy(f.s.head, bytes, f.s.head_n);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
		abort();
	file.run_count = data[0] % (RUNS + 1);
	size_t file_size;
	unsigned char *content = make_file(data + 1, bytes, n, &file, &file_size);
	unsigned look = sweep_look_of(&f.s, 0, f.s.head, f.s.head_n);
	struct image_map_head head = {.files = 1, .text = 2, .runs = file.run_count && runs[0].size ? 1 : 0};
	struct image_map_run run = {runs[0].raw, runs[0].size, runs[0].at, 0};
	struct image_map_file known = {.first = runs[0].raw};
	if (file.run_count)
		f.s.map = (struct image_map){.n = 1, .head = &head, .runs = &run, .files = &known, .text = "a"};
	sweep_bytes_of(&f, bytes, n, look);
	f.is_file = 1;
	f.s.file = &file;
	sweep_bytes_of(&f, content, file_size,
	               sweep_look_of(&f.s, 0, content, file_size < SWEEP_JOB_HEAD ? file_size : SWEEP_JOB_HEAD));
	free(content);
	free(f.s.head);
	return 0;
}
