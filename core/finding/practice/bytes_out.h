/*
 * Bytes of files that the practice case makes: numbers in little-endian, texts in
 * UTF-16LE, times as FILETIME. Every writer of this room puts its file together in
 * a struct buf by these.
 */
#ifndef GENBA_FINDING_PRACTICE_BYTES_OUT_H
#define GENBA_FINDING_PRACTICE_BYTES_OUT_H

#include "base/buf.h"

#include <stdint.h>

/* Appends the lowest `bytes` bytes (1 to 8) of the value. */
void out_le(struct buf *b, uint64_t value, unsigned bytes);
/* Puts them over what stands at `at`. */
void out_le_at(struct buf *b, size_t at, uint64_t value, unsigned bytes);
void out_zeros(struct buf *b, size_t n);
/* Zeros up to a length that is a multiple of `unit`. */
void out_align(struct buf *b, size_t unit);
/* Appends a UTF-8 text as UTF-16LE, without an end; its code units. */
size_t out_utf16(struct buf *b, const char *text);

/* "2014-01-10T00:44:09.5Z" as FILETIME: 100 ns since 1601. A text of ours: one that is none aborts. */
uint64_t out_filetime(const char *text);

#endif
