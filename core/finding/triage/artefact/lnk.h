/*
 * Shortcuts (.lnk, [MS-SHLLINK]) and jump lists (*.automaticDestinations-ms, *.customDestinations-ms), which hold them. A row for
 * each distinct time of the target (created, accessed, modified), with target, arguments, working_dir, size, drive_type,
 * volume_serial, share, machine; of a jump list with app_id and entry, and a row for each time of its list.
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_LNK_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_LNK_H

#include "finding/triage/parse/parser.h"

int lnk_recognises(const char *path, const unsigned char *head, size_t n);
int lnk_run(const struct triage_file *f, struct triage_out *out, struct err *err);

int jump_list_recognises(const char *path, const unsigned char *head, size_t n);
int jump_list_run(const struct triage_file *f, struct triage_out *out, struct err *err);

/* A shortcut in memory. `head` (fields) is put before its own; rows are of `artefact`, at `offset`. 1: it was one; 0: it is
 * none; -1. */
int lnk_rows(struct triage_out *out, const unsigned char *p, size_t n, unsigned artefact, uint64_t offset,
             const struct buf *head, struct err *err);

#endif
