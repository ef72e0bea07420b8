#include "finding/triage/parse/yal.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

#define READ_MOST (1U << 20)

static struct yal_bytes *bytes_of(intptr_t *handle)
{
	return (struct yal_bytes *)(void *)handle;
}

static int yal_free(intptr_t **handle, libbfio_error_t **error)
{
	(void)error;
	*handle = NULL; /* the caller's */
	return 1;
}

static int yal_clone(intptr_t **to, intptr_t *from, libbfio_error_t **error)
{
	(void)error;
	*to = from;
	return 1;
}

static int yal_open(intptr_t *handle, int flags, libbfio_error_t **error)
{
	(void)handle;
	(void)flags;
	(void)error;
	return 1;
}

static int yal_close(intptr_t *handle, libbfio_error_t **error)
{
	(void)handle;
	(void)error;
	return 0;
}

static ssize_t yal_read(intptr_t *handle, uint8_t *to, size_t n, libbfio_error_t **error)
{
	struct yal_bytes *b = bytes_of(handle);
	struct err ignored = ERR_INIT;
	(void)error;
	if (b->at >= b->size)
		return 0;
	if (n > b->size - b->at)
		n = (size_t)(b->size - b->at);
	if (b->read(b->ctx, b->at, to, n, &ignored) < 0)
		return -1;
	b->at += n;
	return (ssize_t)n;
}

static ssize_t yal_write(intptr_t *handle, const uint8_t *from, size_t n, libbfio_error_t **error)
{
	(void)handle;
	(void)from;
	(void)n;
	(void)error;
	return -1; /* evidence is never written to */
}

static off64_t yal_seek(intptr_t *handle, off64_t offset, int whence, libbfio_error_t **error)
{
	struct yal_bytes *b = bytes_of(handle);
	int64_t from = whence == SEEK_CUR ? (int64_t)b->at : whence == SEEK_END ? (int64_t)b->size : 0;
	(void)error;
	if (offset > INT64_MAX / 2 || offset < -from)
		return -1;
	b->at = (uint64_t)(from + offset);
	return (off64_t)b->at;
}

static int yal_is_there(intptr_t *handle, libbfio_error_t **error)
{
	(void)handle;
	(void)error;
	return 1;
}

static int yal_size(intptr_t *handle, size64_t *size, libbfio_error_t **error)
{
	(void)error;
	*size = bytes_of(handle)->size;
	return 1;
}

libbfio_handle_t *yal_handle(struct yal_bytes *bytes, struct err *err)
{
	libbfio_handle_t *handle = NULL;
	libbfio_error_t *error = NULL;
	bytes->at = 0;
	if (libbfio_handle_initialize(&handle, (intptr_t *)(void *)bytes, yal_free, yal_clone, yal_open, yal_close,
	                              yal_read, yal_write, yal_seek, yal_is_there, yal_is_there, yal_size,
	                              LIBBFIO_FLAG_IO_HANDLE_NON_MANAGED, &error) == 1)
		return handle;
	yal_failed(error, _("it cannot be opened"), err);
	return NULL;
}

/* libvhdi asks libbfio for libbfio_handle_read_buffer_at_offset(), which this one does not have yet: seek, and read. Under
 * this name the build makes it call us (room.cmake). */
ssize_t yal_read_at(libbfio_handle_t *handle, uint8_t *buffer, size_t n, off64_t offset, libbfio_error_t **error);
ssize_t yal_read_at(libbfio_handle_t *handle, uint8_t *buffer, size_t n, off64_t offset, libbfio_error_t **error)
{
	return libbfio_handle_seek_offset(handle, offset, SEEK_SET, error) < 0
	           ? -1
	           : libbfio_handle_read_buffer(handle, buffer, n, error);
}

int yal_read_all(ssize_t (*piece)(const void *from, char *to, size_t n, off64_t offset), const void *from,
                 uint64_t *offset, void *bytes, size_t n)
{
	char *to = bytes;
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

int yal_failed(libbfio_error_t *error, const char *what, struct err *err)
{
	char text[4096] = ""; /* of a longer one the library says nothing */
	if (error) {
		libbfio_error_backtrace_sprint(error, text, sizeof text);
		text[strcspn(text, "\n")] = '\0'; /* the cause comes first */
		size_t n = strlen(text);
		if (n > 0 && text[n - 1] == '.')
			text[n - 1] = '\0';
		libbfio_error_free(&error);
	}
	return err_set(err, ERR_DAMAGED, "%s%s%s", what, *text ? ": " : "", text);
}
