/*
 * Records of fixed form, one behind the other.
 *
 *     login_record  wtmp, btmp, utmp (utmp(5), 384 bytes): user, line, host, event (boot, login, logout, …), failed
 *     usn           $UsnJrnl:$J ([MS-FSCC] USN_RECORD v2, v3): name, reason, inode, parent, usn
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_RECORDS_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_RECORDS_H

#include "finding/triage/parse/parser.h"

int login_record_recognises(const char *path, const unsigned char *head, size_t n);
int login_record_run(const struct triage_file *f, struct triage_out *out, struct err *err);
int usn_recognises(const char *path, const unsigned char *head, size_t n);
int usn_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
