/*
 * A raw copy that is known to be one: written, synced, read back from the medium
 * past the cache, compared with the digest of what was read.
 */
#ifndef GENBA_EVIDENCE_COPY_H
#define GENBA_EVIDENCE_COPY_H

#include "base/progress.h"
#include "evidence/digest.h"
#include "evidence/source.h"

/* A free path below `dir` for a copy of `path`: its last name, with a number behind it if that is taken. The caller frees. */
char *copy_choose_name(const char *dir, const char *path);

/*
 * Copies an open source to `to`, which must not exist. `digests` gets those of
 * the source, `same` whether the copy read back equals it, `reread` whether the
 * cache could be dropped first. An unfinished copy is left as `TO.part` when the
 * person stopped it, and removed after an error.
 */
int copy_file(const struct source *from, const char *label, const char *to, unsigned also, const struct progress *progress,
              struct digest_result *digests, int *same, int *reread, struct err *err);

#endif
