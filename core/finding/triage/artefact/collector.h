/*
 * What a collector says of its own work: what it could not fetch is not covered, however whole the zip looks. Rows are its
 * messages of errors, files that it cut short, and the whole collection where it failed or did not come to an end; what went
 * well says nothing.
 *
 *     collector   tool (velociraptor, kape, uac), state (error, cut, failed, unfinished), message; target, size, collected of a file
 *
 * Velociraptor: collection_context.json (its state and the statistics of its queries, by names or by the numbers of its protocol:
 * state 2 is finished, 3 an error; a query's status 0 is well, 1 an error), log.json or logs.json (a message a line, with a level),
 * uploads.json (a file a line, with its size and what of it was stored; one of type idx or sparse leaves holes out). KAPE:
 * …_ConsoleLog.txt ("[time | ERR] message", "Total execution time" at its end). UAC: uac.log ("time ERR message",
 * "Artifacts collection complete" at its end).
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_COLLECTOR_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_COLLECTOR_H

#include "finding/triage/parse/parser.h"

int collector_recognises(const char *path, const unsigned char *head, size_t n);
int collector_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
