/*
 * Salvage: what of a damaged case can still be read, in a new case.
 *
 * Row by row: objects of the history whose digest fits, records, texts and
 * files that fit theirs. A record whose row is lost is taken from the history,
 * in its newest version that can be read. The new case is marked as salvaged in
 * its title, holds a note that lists what is missing, and begins a state of its
 * own with the action `salvage`, on top of the last commit that can be read;
 * `verify` goes on naming what the history lacks.
 *
 * The damaged file is only read.
 */
#ifndef GENBA_CASE_CARE_SALVAGE_H
#define GENBA_CASE_CARE_SALVAGE_H

#include "case/case.h"
#include "history/history.h"

struct salvage_report {
	uint64_t objects, commits, records, texts, files; /* kept */
	uint64_t lost;                                    /* rows that could not be read or did not fit */
	char head[HISTORY_ID];                            /* last commit of the new case */
};

/*
 * `header`: a file that holds the header of `from` (a copy kept, or another copy of the very file), or NULL. Without one,
 * where both headers of the file are gone, those that this machine keeps are tried (header_copy.h).
 * `missing` gets a line for each thing that is lost or was mended. 0 when the new case was written, however little is in
 * it; -1 when nothing could be read, or the new file could not be written (there is none then).
 */
int case_salvage(const char *from, const char *header, const char *out, const struct case_unlock *unlock,
                 void (*missing)(void *ctx, const char *text), void *ctx, const struct progress *progress,
                 struct salvage_report *report, struct err *err);

#endif
