/*
 * Windows prefetch (.pf), versions 17 to 31: that a program ran, how often, and its last one or eight times. A row a run time, with
 *
 *     program     its name, as the file names it
 *     run_count
 *     program_path  where it lay (\VOLUME{…}\…), if the list of files says so
 *     hash, volume_serial
 *     files       what it touched in its first seconds, a line each, in the first row; cut at 16 KiB
 *
 * From Windows 10 on the file is packed: "MAM", a size, LZ77 with Huffman codes ([MS-XCA] 2.1 and 2.2). Form of the rest: J. Metz,
 * "Windows Prefetch File (PF) format".
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_PREFETCH_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_PREFETCH_H

#include "finding/triage/parse/parser.h"

int prefetch_recognises(const char *path, const unsigned char *head, size_t n);
int prefetch_run(const struct triage_file *f, struct triage_out *out, struct err *err);

/* Unpacks LZ77 with Huffman codes into exactly `size` bytes. 0, or -1: damaged. */
int xpress_huffman(const unsigned char *in, size_t n, unsigned char *out, size_t size);

#endif
