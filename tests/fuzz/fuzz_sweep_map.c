/* The map of an image's files, which a worker made and another one reads: whatever it says, nothing beyond it is read. Behind it,
 * the name and first bytes of a file, and whether it is read as a file. The first byte says how the map is mended, since few
 * inputs are one. */
#include "finding/sweep/image/image_kinds.h"
#include "finding/sweep/image/image_map.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* A head that fits the bytes behind it. */
static void mend(unsigned char *bytes, size_t n, unsigned how)
{
	struct image_map_head head;
	size_t left = n - sizeof head;
	memcpy(head.magic, "GIMAP 1", 8);
	head.runs = how % 16;
	head.files = how / 16;
	if (head.runs * sizeof(struct image_map_run) + head.files * sizeof(struct image_map_file) + 1 > left)
		head.runs = head.files = 0;
	head.text = left - head.runs * sizeof(struct image_map_run) - head.files * sizeof(struct image_map_file);
	memcpy(bytes, &head, sizeof head);
	bytes[n - 1] = '\0';
}

static void look(const struct image_map *map, uint64_t raw)
{
	struct image_place place;
	if (!image_map_find(map, raw, &place))
		return;
	if (place.file >= map->head->files || place.behind == 0)
		abort();
	const char *path = image_map_path(map, place.file);
	if (strlen(path) >= map->head->text)
		abort();
	image_kind_of_name(path);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static int fd = -1;
	struct image_map map;
	if (size < 2 + sizeof(struct image_map_head))
		return 0;
	if (fd < 0)
		fd = memfd_create("map", MFD_CLOEXEC);
	size_t n = size - 1;
	unsigned char *bytes = xmalloc(n);
	memcpy(bytes, data + 1, n);
	image_kind_of_head(bytes, n);
	if (data[0] != 255)
		mend(bytes, n, data[0]);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
		abort();
	if (image_map_open(&map, fd) == 0) {
		for (uint64_t i = 0; i < map.head->runs; i++) {
			look(&map, map.runs[i].raw);
			look(&map, map.runs[i].raw + map.runs[i].size - 1);
			look(&map, map.runs[i].raw + map.runs[i].size);
		}
		look(&map, 0);
		look(&map, UINT64_MAX);
		image_map_path(&map, SIZE_MAX);
		image_map_close(&map);
	}
	free(bytes);
	return 0;
}
