/*
 * libyal's libraries (libesedb, libvmdk, libvhdi, libvshadow, libbde) over bytes of ours: they read through a handle of
 * libbfio, which asks us, and open nothing themselves. For the cage.
 *
 *     struct yal_bytes bytes = {.size = f->size, .read = f->read, .ctx = f->ctx};
 *     libbfio_handle_t *handle = yal_handle(&bytes, err);      // `bytes` must outlive it
 *     libesedb_file_open_file_io_handle(file, handle, …);
 *     libbfio_handle_free(&handle, NULL);                      // behind the library's own close
 */
#ifndef GENBA_FINDING_TRIAGE_PARSE_YAL_H
#define GENBA_FINDING_TRIAGE_PARSE_YAL_H

#include "base/err.h"

/* As they are linked (room.cmake): libewf exports a libbfio of its own, and each would take the other's. */
#define libbfio_error_backtrace_sprint genba_bfio_error_backtrace_sprint
#define libbfio_error_free             genba_bfio_error_free
#define libbfio_handle_free            genba_bfio_handle_free
#define libbfio_handle_initialize      genba_bfio_handle_initialize
#define libbfio_handle_read_buffer     genba_bfio_handle_read_buffer
#define libbfio_handle_seek_offset     genba_bfio_handle_seek_offset
#define libbfio_pool_append_handle     genba_bfio_pool_append_handle
#define libbfio_pool_free              genba_bfio_pool_free
#define libbfio_pool_initialize        genba_bfio_pool_initialize

#include <libbfio.h>
#include <stddef.h>
#include <stdint.h>

struct yal_bytes {
	uint64_t size;
	/* All n bytes at `offset`, which lie inside, or -1. */
	int (*read)(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err);
	void *ctx;
	uint64_t at; /* where the next read begins */
};

/* NULL with the error. */
libbfio_handle_t *yal_handle(struct yal_bytes *bytes, struct err *err);

/* All n bytes through `piece`, a library's reader, at most 1 MiB at once. -1: *offset is where they cannot be read. */
int yal_read_all(ssize_t (*piece)(const void *from, char *to, size_t n, off64_t offset), const void *from,
                 uint64_t *offset, void *bytes, size_t n);

/* ERR_DAMAGED: "WHAT: the library's cause". Frees its error, which may be NULL. -1. */
int yal_failed(libbfio_error_t *error, const char *what, struct err *err);

#endif
