/*
 * Extensible Storage Engine databases ("Joachim Metz, Extensible Storage Engine (ESE) Database File format"), through libesedb.
 *
 *     srum       SRUDB.dat: resource usage by program and user, an hour a row: table, program, sid, bytes_sent, bytes_received, …
 *     webcache   WebCacheV01.dat: what Internet Explorer, Edge and programs that use WinINet fetched: url, container, user,
 *                access_count, size, file
 *     bits       qmgr.db: background transfers: url, target, temporary, size, job, sid
 *
 * Their rows are artefacts srum, browser and bits. A table that is damaged is a problem, and the next one is read.
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_ESE_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_ESE_H

#include "finding/triage/parse/parser.h"

int srum_recognises(const char *path, const unsigned char *head, size_t n);
int srum_run(const struct triage_file *f, struct triage_out *out, struct err *err);
int webcache_recognises(const char *path, const unsigned char *head, size_t n);
int webcache_run(const struct triage_file *f, struct triage_out *out, struct err *err);
int bits_recognises(const char *path, const unsigned char *head, size_t n);
int bits_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
