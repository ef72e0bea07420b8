/*
 * Unpacking foreign history in the cage.
 *
 * The pack of a bundle is decompressed and its deltas are applied in a worker
 * (base/worker.h); the parent gets whole objects, hashes them itself and
 * believes nothing else.
 */
#ifndef GENBA_HANDOVER_PARCEL_UNPACK_H
#define GENBA_HANDOVER_PARCEL_UNPACK_H

#include "base/worker/worker.h"
#include "history/exchange.h"

/* The parser: a row of the program's table of jobs. */
extern const struct worker_job unpack_job;

/* Unpacks a bundle of n bytes into `in`. `tip` gets what its branch names. 0; ERR_INVALID with the worker's reason. */
int unpack_bundle(const void *bytes, size_t n, struct history_incoming *in, char tip[HISTORY_ID],
                  const struct progress *progress, struct err *err);

#endif
