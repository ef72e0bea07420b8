/*
 * A loose $MFT, as collectors take it: the files of a volume without the volume ("[MS-FSA]", and the NTFS documentation of the
 * Linux-NTFS project).
 *
 *     mft   as a file of an image: path, type, size, deleted, inode, fn_created, fn_modified, stomped, streams, zone_id, host_url, …
 *
 * Paths are those below the folder in which the $MFT lies: it is the root of its volume.
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_MFT_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_MFT_H

#include "finding/triage/parse/parser.h"

int mft_recognises(const char *path, const unsigned char *head, size_t n);
int mft_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
