/*
 * The systemd journal (systemd.io/JOURNAL_FILE_FORMAT): entries in the order of the file, those that were compressed unpacked.
 *
 *     journal   recorded: message, program, pid, uid, unit, host, command, exe, priority, transport, boot; record is its number
 *
 * Objects are walked one behind the other, so that the entries of a file whose tables are damaged, or that was in use, are
 * read, too: behind what is none the next one is looked for.
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_JOURNAL_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_JOURNAL_H

#include "finding/triage/parse/parser.h"

int journal_recognises(const char *path, const unsigned char *head, size_t n);
int journal_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
