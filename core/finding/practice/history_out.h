/*
 * A browser's history (Chromium's History) of our own making, by SQLite itself,
 * with a -wal that holds the newest: as it lies on a disk whose browser was not closed.
 *
 *     struct history_out *h = history_out_new();
 *     history_out_visit(h, "http://www.news.example/", "News", out_filetime("2014-07-10T00:10:00Z"));
 *     history_out_settle(h);              what follows stands in the -wal only
 *     history_out_visit(h, …);
 *     history_out_finish(h, &database, &wal);
 *     history_out_free(h);
 *
 * The same calls give the same bytes: the -wal's salts are fixed, and the number of
 * SQLite's version in the head is that of no library.
 */
#ifndef GENBA_FINDING_PRACTICE_HISTORY_OUT_H
#define GENBA_FINDING_PRACTICE_HISTORY_OUT_H

#include "base/buf.h"

#include <stdint.h>

struct history_out;

struct history_out_page {
	const char *when; /* as out_filetime() takes it */
	const char *url;
	const char *title;
	const char *file; /* where it was saved, if it is a download; NULL: it was looked at */
	uint64_t size;    /* of the file */
};

struct history_out *history_out_new(void);
void history_out_free(struct history_out *h);

/* A page that was looked at, a file that was saved from one to the path `target`; `when`: 100 ns since 1601, UTC (out_filetime()),
 * `size`: bytes. All is copied. */
void history_out_visit(struct history_out *h, const char *url, const char *title, uint64_t when);
void history_out_download(struct history_out *h, const char *url, const char *target, uint64_t size, uint64_t when);

/* What was told so far goes into the database itself. At most once. */
void history_out_settle(struct history_out *h);

/* Appends the two files; `wal` stays empty if nothing was settled. */
void history_out_finish(struct history_out *h, struct buf *database, struct buf *wal);

#endif
