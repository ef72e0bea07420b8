/* Shadow copies of NTFS volumes through libvshadow. */
#include "finding/triage/tree/tree_disk.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/observation/observation.h"
#include "finding/triage/parse/yal.h"

#include <libvshadow.h>
#include <stdlib.h>
#include <string.h>

#define VOLUME_HEADER 0x1e00U
#define BLOCK         16384U
#define BLOCK_HEAD    128U /* and bytes of an entry of the catalogue */
#define STORE_PLACES  3U   /* type of the entry that says where a store's lists begin */

static const unsigned char mark[16] = {0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e,
                                       0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52};

struct tree_shadows {
	struct yal_bytes bytes;
	libbfio_handle_t *handle;
	libvshadow_volume_t *volume;
	libvshadow_store_t *store;
};

static ssize_t piece_shadow(const void *from, char *to, size_t n, off64_t offset)
{
	const struct tree_shadows *s = from;
	return libvshadow_store_read_buffer_at_offset(s->store, to, n, offset, NULL);
}

static int read_shadow(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	if (yal_read_all(piece_shadow, ctx, &offset, bytes, n) == 0)
		return 0;
	return err_set(err, ERR_DAMAGED, _("the shadow copy cannot be read at byte %llu"), (unsigned long long)offset);
}

/* Where the block at `at` says that the next one is. 0: it is the last, or none. */
static uint64_t next_block(const struct tree_bytes *volume, uint64_t at)
{
	struct err ignored = ERR_INIT;
	unsigned char head[BLOCK_HEAD];
	if (at == 0 || volume->size < BLOCK || at > volume->size - BLOCK ||
	    volume->read(volume->ctx, at, head, sizeof head, &ignored) < 0 || memcmp(head, mark, sizeof mark) != 0)
		return 0;
	return bytes_le64(head + 40);
}

/* Whether a list of blocks comes to its end (R. Brent, 1980): the library follows one that leads in a circle for ever. */
static int ends(const struct tree_bytes *volume, uint64_t first)
{
	uint64_t kept = first;
	uint64_t steps = 0;
	uint64_t limit = 1;
	for (uint64_t at = next_block(volume, first); at != 0; at = next_block(volume, at)) {
		if (at == kept)
			return 0;
		if (++steps == limit) {
			kept = at;
			steps = 0;
			limit *= 2;
		}
	}
	return 1;
}

/* The catalogue, and the lists of each store in it. */
static int all_end(const struct tree_bytes *volume)
{
	static const size_t lists[] = {8, 40, 48, 72}; /* descriptors, ranges, bitmap, the bitmap before */
	struct err ignored = ERR_INIT;
	unsigned char place[8];
	if (volume->read(volume->ctx, VOLUME_HEADER + 48, place, sizeof place, &ignored) < 0 ||
	    !ends(volume, bytes_le64(place)))
		return 0;
	unsigned char *block = xmalloc(BLOCK);
	int good = 1;
	for (uint64_t at = bytes_le64(place); good && at != 0; at = next_block(volume, at)) {
		if (volume->size < BLOCK || at > volume->size - BLOCK ||
		    volume->read(volume->ctx, at, block, BLOCK, &ignored) < 0)
			break;
		for (size_t entry = BLOCK_HEAD; good && entry < BLOCK; entry += BLOCK_HEAD)
			for (size_t i = 0;
			     bytes_le64(block + entry) == STORE_PLACES && i < sizeof lists / sizeof *lists; i++)
				good = good && ends(volume, bytes_le64(block + entry + lists[i]));
	}
	free(block);
	return good;
}

struct tree_shadows *tree_shadows_open(const struct tree_bytes *volume, int *count, struct err *err)
{
	unsigned char head[16] = "";
	unsigned char sector[3] = ""; /* its bytes, and how many a cluster has */
	struct err ignored = ERR_INIT;
	libvshadow_error_t *error = NULL;
	*count = 0;
	if (volume->size < 0x2000 || volume->read(volume->ctx, VOLUME_HEADER, head, sizeof head, &ignored) < 0 ||
	    memcmp(head, mark, sizeof mark) != 0)
		return NULL;
	if (volume->read(volume->ctx, 11, sector, sizeof sector, &ignored) < 0 || bytes_le16(sector) == 0 ||
	    sector[2] == 0)
		return NULL; /* no NTFS: the library divides by these */
	if (!all_end(volume)) {
		err_set(err, ERR_DAMAGED,
		        _("its shadow copies cannot be read: their lists of blocks lead in a circle"));
		return NULL;
	}
	struct tree_shadows *s = xcalloc(1, sizeof *s);
	s->bytes = (struct yal_bytes){.size = volume->size, .read = volume->read, .ctx = volume->ctx};
	s->handle = yal_handle(&s->bytes, err);
	if (s->handle && libvshadow_volume_initialize(&s->volume, &error) == 1 &&
	    libvshadow_volume_open_file_io_handle(s->volume, s->handle, LIBVSHADOW_OPEN_READ, &error) == 1 &&
	    libvshadow_volume_get_number_of_stores(s->volume, count, &error) == 1 && *count > 0)
		return s;
	if (error)
		yal_failed(error, _("its shadow copies cannot be read"), err);
	tree_shadows_close(s);
	return NULL;
}

int tree_shadows_at(struct tree_shadows *s, int number, struct tree_bytes *bytes, int64_t *made, struct err *err)
{
	libvshadow_error_t *error = NULL;
	uint64_t filetime = 0;
	size64_t size = 0;
	if (s->store)
		libvshadow_store_free(&s->store, NULL);
	if (libvshadow_volume_get_store(s->volume, number, &s->store, &error) != 1 ||
	    libvshadow_store_get_volume_size(s->store, &size, &error) != 1)
		return yal_failed(error, _("the shadow copy cannot be read"), err);
	libvshadow_store_get_creation_time(s->store, &filetime, NULL);
	*made = observation_from_filetime(filetime);
	*bytes = (struct tree_bytes){.size = size, .read = read_shadow, .ctx = s};
	return 0;
}

void tree_shadows_close(struct tree_shadows *s)
{
	if (!s)
		return;
	if (s->store)
		libvshadow_store_free(&s->store, NULL);
	if (s->volume) {
		libvshadow_volume_close(s->volume, NULL);
		libvshadow_volume_free(&s->volume, NULL);
	}
	if (s->handle)
		libbfio_handle_free(&s->handle, NULL);
	free(s);
}
