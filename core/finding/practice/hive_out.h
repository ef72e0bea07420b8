/*
 * Registry hives of our own making: one block with keys, values, a security
 * descriptor, as the kernel flushes them. Others read them (libregf, hivex).
 *
 *     struct hive_out *h = hive_out_new("SOFTWARE", out_filetime("2014-07-16T08:00:00Z"));
 *     hive_out_text(h, "Microsoft\\Windows\\CurrentVersion\\Run", "winup", "C:\\ProgramData\\winup.exe", when);
 *     hive_out_finish(h, &file);
 *     hive_out_free(h);
 *
 * A key is made where a path names it; it bears the time of the last value that
 * was put into it. Format: M. Suhanov, "Windows registry file format".
 */
#ifndef GENBA_FINDING_PRACTICE_HIVE_OUT_H
#define GENBA_FINDING_PRACTICE_HIVE_OUT_H

#include "base/buf.h"

#include <stdint.h>

struct hive_out;

/* `name` stands in the head; `when` and all times: 100 ns since 1601, UTC (out_filetime()). Freed by hive_out_free(). */
struct hive_out *hive_out_new(const char *name, uint64_t when);
void hive_out_free(struct hive_out *h);

/* Put a value into a key, whose parts are separated by backslashes; all is copied. A value of that name is not looked for: the
 * caller names each once. `n`: bytes, of REG_BINARY. */
void hive_out_text(struct hive_out *h, const char *key, const char *name, const char *text, uint64_t when); /* REG_SZ */
void hive_out_number(struct hive_out *h, const char *key, const char *name, uint32_t number,
                     uint64_t when); /* REG_DWORD */
void hive_out_bytes(struct hive_out *h, const char *key, const char *name, const void *bytes, size_t n, uint64_t when);

/* Appends the file. */
void hive_out_finish(const struct hive_out *h, struct buf *out);

#endif
