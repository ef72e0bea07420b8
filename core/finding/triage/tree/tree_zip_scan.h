/*
 * A zip whose list is missing or damaged: a collector that was stopped, a stick that was pulled. Its files are found by their
 * own heads, one behind the other, and the list is made anew from them (PKWARE's APPNOTE.TXT 6.3.9, 4.3.7 to 4.3.12).
 */
#ifndef GENBA_FINDING_TRIAGE_TREE_TREE_ZIP_SCAN_H
#define GENBA_FINDING_TRIAGE_TREE_TREE_ZIP_SCAN_H

#include "base/buf.h"
#include "finding/triage/tree/tree_disk.h"

struct zip_scan {
	struct buf central; /* headers of the list, as they would stand in the zip */
	uint64_t entries;
	int is_full;       /* there may be more: its limit was met */
	uint64_t broken;   /* files that are not there to their end */
	char *cut;         /* the first of them, as the zip names it; NULL: there is none */
	uint64_t cut_size; /* bytes of it that are there, unpacked */
};

/* What cannot be read ends it. The caller releases. */
void zip_scan(struct zip_scan *s, const struct tree_bytes *bytes);
void zip_scan_release(struct zip_scan *s);

#endif
