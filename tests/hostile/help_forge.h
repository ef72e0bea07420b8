/*
 * Cases and parcels as somebody with a key and no scruples would make them, by number: the same number, the same file.
 *
 * A file begins as a sound case that was handed over to the victim. Then rows are written with SQL past every check, records
 * and commits are signed that no genba would sign, bytes are flipped, logs and links are laid beside it; a parcel is taken
 * apart, altered, signed again and sealed for the victim.
 */
#ifndef GENBA_TESTS_HOSTILE_HELP_FORGE_H
#define GENBA_TESTS_HOSTILE_HELP_FORGE_H

#include "help_victim.h"

enum forged {
	FORGED_ROWS,
	FORGED_HISTORY,
	FORGED_BYTES,
	FORGED_PARCEL,
	FORGED_SORTS,
};

/* A case at s->path that was handed over to the victim, with some records, and its transfer pending. */
void forge_base(struct scene *s);

/* Makes file number n of the case that lies at s->path, in its place. `what` gets a line for whoever looks for the reason. */
enum forged forge(struct scene *s, unsigned n, struct buf *what);

#endif
