/* One block of LZ4 (github.com/lz4/lz4, doc/lz4_Block_format.md), as the systemd journal uses it. */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_LZ4_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_LZ4_H

#include <stddef.h>

/* At most `room` bytes of it into `to`; *got is how many. 0, also where there is more than fits, or -1: it is no such block. */
int lz4_unpack(const unsigned char *p, size_t n, unsigned char *to, size_t room, size_t *got);

#endif
