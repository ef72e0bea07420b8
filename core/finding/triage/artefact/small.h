/*
 * Small artefacts: a scheduled task (XML), a file in the recycle bin ($I…).
 *
 *     task         created, or no time: name, command, arguments, author, user, trigger, hidden
 *     recycle_bin  deleted: target, size, sid
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_SMALL_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_SMALL_H

#include "finding/triage/parse/parser.h"

int task_recognises(const char *path, const unsigned char *head, size_t n);
int task_run(const struct triage_file *f, struct triage_out *out, struct err *err);

int recycle_bin_recognises(const char *path, const unsigned char *head, size_t n);
int recycle_bin_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
