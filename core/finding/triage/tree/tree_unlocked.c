/* BitLocker volumes through libbde, shadow copies through libvshadow. */
#include "finding/triage/tree/tree_disk.h"

#include "base/i18n.h"
#include "finding/observation/observation.h"
#include "finding/triage/parse/yal.h"

#include <libbde.h>
#include <libvshadow.h>
#include <stdlib.h>
#include <string.h>

#define READ_MOST (1U << 20)

static struct yal_bytes yal_of(const struct tree_bytes *volume)
{
	return (struct yal_bytes){.size = volume->size, .read = volume->read, .ctx = volume->ctx};
}

/* All n bytes, a piece at a time. -1: *offset is where they cannot be read. */
static int read_pieces(ssize_t (*piece)(const void *from, char *to, size_t n, off64_t offset), const void *from,
                       uint64_t *offset, char *to, size_t n)
{
	while (n > 0) {
		ssize_t got = piece(from, to, n < READ_MOST ? n : READ_MOST, (off64_t)*offset);
		if (got <= 0 || (size_t)got > n)
			return -1;
		to += got;
		*offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* ---- BitLocker */

struct tree_unlocked {
	struct yal_bytes bytes;
	libbfio_handle_t *handle;
	libbde_volume_t *volume;
};

int tree_is_bitlocker(const struct tree_bytes *volume)
{
	struct err ignored = ERR_INIT;
	char mark[8] = "";
	return volume->size > 512 && volume->read(volume->ctx, 3, mark, sizeof mark, &ignored) == 0 &&
	       (memcmp(mark, "-FVE-FS-", 8) == 0 || memcmp(mark, "MSWIN4.1", 8) == 0); /* the latter: To Go */
}

/* 123456-123456-…: eight groups */
static int is_recovery_password(const char *key)
{
	for (unsigned group = 0; group < 8; group++) {
		if (strspn(key, "0123456789") != 6 || key[6] != (group < 7 ? '-' : '\0'))
			return 0;
		key += 7;
	}
	return 1;
}

static ssize_t piece_unlocked(const void *from, char *to, size_t n, off64_t offset)
{
	const struct tree_unlocked *u = from;
	return libbde_volume_read_buffer_at_offset(u->volume, to, n, offset, NULL);
}

static int read_unlocked(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	if (read_pieces(piece_unlocked, ctx, &offset, bytes, n) == 0)
		return 0;
	return err_set(err, ERR_DAMAGED, _("the encrypted volume cannot be read at byte %llu"),
	               (unsigned long long)offset);
}

struct tree_unlocked *tree_unlocked_open(const struct tree_bytes *volume, const char *key, struct tree_bytes *bytes,
                                         struct err *err)
{
	struct tree_unlocked *u = xcalloc(1, sizeof *u);
	libbde_error_t *error = NULL;
	size64_t size = 0;
	int set = 1;
	u->bytes = yal_of(volume);
	u->handle = yal_handle(&u->bytes, err);
	if (!u->handle)
		goto bad;
	if (libbde_volume_initialize(&u->volume, &error) != 1) {
		yal_failed(error, _("BitLocker"), err);
		goto bad;
	}
	if (key && *key)
		set = is_recovery_password(key)
		          ? libbde_volume_set_utf8_recovery_password(u->volume, (const uint8_t *)key, strlen(key), NULL)
		          : libbde_volume_set_utf8_password(u->volume, (const uint8_t *)key, strlen(key), NULL);
	int opened = libbde_volume_open_file_io_handle(u->volume, u->handle, LIBBDE_OPEN_READ, &error);
	if (opened < 0) {
		yal_failed(error, _("the BitLocker volume cannot be read"), err);
		goto bad;
	}
	if (opened == 0 || set != 1 || libbde_volume_is_locked(u->volume, NULL) != 0) {
		err_set(err, ERR_UNLOCK,
		        key && *key
		            ? _("BitLocker: it is encrypted, and the key that was given does not open it")
		            : _("BitLocker: it is encrypted. Give the asset its recovery key (recovery_key=), or "
		                "the key by --password-file"));
		goto bad;
	}
	if (libbde_volume_get_size(u->volume, &size, &error) != 1) {
		yal_failed(error, _("the BitLocker volume cannot be read"), err);
		goto bad;
	}
	*bytes = (struct tree_bytes){.size = size, .read = read_unlocked, .ctx = u};
	return u;
bad:
	tree_unlocked_close(u);
	return NULL;
}

void tree_unlocked_close(struct tree_unlocked *u)
{
	if (!u)
		return;
	if (u->volume) {
		libbde_volume_close(u->volume, NULL);
		libbde_volume_free(&u->volume, NULL);
	}
	if (u->handle)
		libbfio_handle_free(&u->handle, NULL);
	free(u);
}

/* ---- shadow copies */

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
	if (read_pieces(piece_shadow, ctx, &offset, bytes, n) == 0)
		return 0;
	return err_set(err, ERR_DAMAGED, _("the shadow copy cannot be read at byte %llu"), (unsigned long long)offset);
}

struct tree_shadows *tree_shadows_open(const struct tree_bytes *volume, int *count, struct err *err)
{
	static const unsigned char mark[16] = {0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e,
	                                       0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52};
	unsigned char head[16] = "";
	struct err ignored = ERR_INIT;
	libvshadow_error_t *error = NULL;
	*count = 0;
	if (volume->size < 0x2000 || volume->read(volume->ctx, 0x1e00, head, sizeof head, &ignored) < 0 ||
	    memcmp(head, mark, sizeof mark) != 0)
		return NULL;
	struct tree_shadows *s = xcalloc(1, sizeof *s);
	s->bytes = yal_of(volume);
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
