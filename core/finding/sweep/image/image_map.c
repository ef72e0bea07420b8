#include "finding/sweep/image/image_map.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "GIMAP 1";

int image_map_open(struct image_map *map, int fd)
{
	struct stat st;
	*map = (struct image_map){.n = 0};
	if (fstat(fd, &st) < 0 || st.st_size < (off_t)sizeof *map->head || st.st_size > (off_t)IMAGE_MAP_MOST)
		return -1;
	map->n = (size_t)st.st_size;
	map->bytes = mmap(NULL, map->n, PROT_READ, MAP_SHARED, fd, 0);
	if (map->bytes == MAP_FAILED) {
		map->bytes = NULL;
		return -1;
	}
	map->head = map->bytes;
	size_t most = map->n / sizeof *map->runs;
	size_t left = map->n - sizeof *map->head;
	const char *at = (const char *)map->bytes + sizeof *map->head;
	if (memcmp(map->head->magic, magic, sizeof magic) != 0 || map->head->runs > most || map->head->files > most ||
	    map->head->runs * sizeof *map->runs > left ||
	    map->head->files * sizeof *map->files > left - map->head->runs * sizeof *map->runs ||
	    map->head->text == 0 ||
	    map->head->text != left - map->head->runs * sizeof *map->runs - map->head->files * sizeof *map->files ||
	    at[left - 1] != '\0') {
		image_map_close(map);
		return -1;
	}
	map->runs = (const void *)at;
	map->files = (const void *)(at + map->head->runs * sizeof *map->runs);
	map->text = at + left - map->head->text;
	return 0;
}

void image_map_close(struct image_map *map)
{
	if (map->bytes)
		munmap(map->bytes, map->n);
	*map = (struct image_map){.n = 0};
}

int image_map_find(const struct image_map *map, uint64_t raw, struct image_place *place)
{
	size_t low = 0;
	size_t high = map->head->runs;
	while (low < high) { /* the first that begins behind it */
		size_t middle = low + (high - low) / 2;
		if (map->runs[middle].raw <= raw)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	const struct image_map_run *run = &map->runs[low - 1];
	if (raw - run->raw >= run->size || run->file >= map->head->files)
		return 0;
	*place = (struct image_place){.file = (size_t)run->file,
	                              .at = run->at + (raw - run->raw),
	                              .before = raw - run->raw,
	                              .behind = run->size - (raw - run->raw)};
	return 1;
}

const char *image_map_path(const struct image_map *map, size_t file)
{
	return file < map->head->files && map->files[file].path < map->head->text ? map->text + map->files[file].path
	                                                                          : "";
}

/* ---- made by a worker */

struct map_making {
	const struct image_map_source *from;
	struct image_map_sum *sum;
	int fd;
	uint64_t size;
};

static int take_bytes(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct map_making *m = ctx;
	const char *at = bytes;
	if (n > IMAGE_MAP_MOST - m->size)
		return err_set(err, ERR_INVALID, _("the sweep's worker wrote what no sweep writes"));
	while (n > 0) {
		ssize_t put = pwrite(m->fd, at, n, (off_t)m->size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_set_errno(err, ERR_FAILED, errno, _("cannot keep the map of an image in memory"));
		m->size += (uint64_t)put;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct map_making *m = ctx;
	const char *uncovered = json_get_string(value, "uncovered");
	json_int_t files = json_integer_value(json_object_get(value, "files"));
	json_int_t bytes = json_integer_value(json_object_get(value, "bytes"));
	(void)err;
	if (uncovered && m->from->uncovered)
		m->from->uncovered(m->from->ctx, uncovered);
	m->sum->files = files > 0 ? (uint64_t)files : 0;
	m->sum->bytes = bytes > 0 ? (uint64_t)bytes : 0;
	if (json_is_true(json_object_get(value, "full")))
		text_copy(
		    m->sum->problem, sizeof m->sum->problem,
		    _("over a limit: it has too many files, or they lie in too many pieces: the last of them were "
		      "read in "
		      "its raw bytes only"));
	return 0;
}

int image_map_make(const struct image_map_source *from, struct image_map_sum *sum, struct err *err)
{
	struct map_making m = {.from = from, .sum = sum, .fd = memfd_create("image", MFD_CLOEXEC)};
	struct worker_result result;
	*sum = (struct image_map_sum){.files = 0};
	if (m.fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot keep the map of an image in memory"));
	uint64_t seconds = 60 + (from->size >> 24);
	json_t *request = json_pack("{s:b}", "media", from->media != NULL);
	struct worker_call call = {.job = "sweep_map",
	                           .request = request,
	                           .input = -1,
	                           .files = from->media ? NULL : &from->fd,
	                           .file_count = from->media == NULL,
	                           .media = from->media,
	                           .media_count = from->media != NULL,
	                           .limits = {.memory = (size_t)2 << 30,
	                                      .cpu_seconds = seconds < 20000 ? (unsigned)seconds : 20000,
	                                      .seconds = seconds < 5000 ? (unsigned)(4 * seconds) : 20000},
	                           .line = take_line,
	                           .raw = take_bytes,
	                           .ctx = &m,
	                           .progress = from->progress,
	                           .what = _("files of the image")};
	int rc = worker_run(&call, &result, err);
	json_decref(request);
	if (rc < 0) {
		close(m.fd);
		return -1;
	}
	sum->is_made = result.end == WORKER_DONE;
	if (!sum->is_made)
		text_copy(sum->problem, sizeof sum->problem, result.reason);
	return m.fd;
}
