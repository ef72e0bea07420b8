/*
 * Traces of our own making that Windows leaves besides logs and hives: prefetch
 * files, records of the change journal, and what UserAssist counts.
 */
#ifndef GENBA_FINDING_PRACTICE_TRACES_H
#define GENBA_FINDING_PRACTICE_TRACES_H

#include "base/buf.h"

#include <stdint.h>

#define TRACE_RUNS 8U

/* A prefetch file (SCCA), not packed. J. Metz, "Windows Prefetch File (PF) format". */
struct prefetch_trace {
	unsigned version;    /* 17 XP, 23 Vista and 7, 26 8.1, 30 10 */
	const char *program; /* "WINUP.EXE"; at most 29 characters are stored */
	uint32_t hash;
	uint32_t count;            /* how often it ran */
	uint64_t runs[TRACE_RUNS]; /* FILETIME, the last first; versions up to 23 keep one */
	const char *const
	    *files; /* what it touched in its first seconds: "\\USERS\\A\\X.EXE" …, NULL; the volume is put before */
	uint64_t volume_made; /* FILETIME */
	uint32_t serial;
};
void trace_prefetch(const struct prefetch_trace *t, struct buf *out);

/* Reasons of a record of the change journal. [MS-FSCC] 2.3.66 */
#define USN_OUT_EXTEND   0x2U
#define USN_OUT_CREATE   0x100U
#define USN_OUT_DELETE   0x200U
#define USN_OUT_OLD_NAME 0x1000U
#define USN_OUT_NEW_NAME 0x2000U
#define USN_OUT_CLOSE    0x80000000U

/* A journal's record, version 2, behind the others. `hole`: bytes of the stream before the first. References as
 * ntfs_out_reference() gives them. */
void trace_usn(struct buf *journal, uint64_t hole, uint64_t reference, uint64_t parent, const char *name,
               uint32_t reason, uint64_t when);

/* The value of a program under UserAssist's Count, 72 bytes, and its name (ROT13, which undoes itself; the caller frees). */
void trace_user_assist(uint32_t runs, uint64_t last, struct buf *out);
char *trace_rot13(const char *text);

#endif
