/*
 * A Windows terminal of the practice case, put together from what happened on it:
 * each call leaves the traces that such a thing leaves, on its volume, in its
 * logs and hives. Harmless: no file of it is a program.
 *
 *     struct machine *m = machine_new(&(struct machine_kind){.name = "PC-A", .domain = "a.example", .user = "staff-a",
 *                                                             .prefetch = 26, .made = "2013-11-05T01:00:00Z"});
 *     machine_process(m, "2014-01-10T00:44:09.36Z", "C:\\ProgramData\\winup.exe", "winup.exe", "C:\\Windows\\explorer.exe");
 *     machine_write(m, "terminal-a-disk.img", &err);
 *     machine_free(m);
 */
#ifndef GENBA_FINDING_PRACTICE_MACHINE_H
#define GENBA_FINDING_PRACTICE_MACHINE_H

#include "finding/practice/event_log.h"
#include "finding/practice/history_out.h"
#include "finding/practice/hive_out.h"
#include "finding/practice/ntfs_out.h"
#include "finding/practice/traces.h"

struct err;

struct machine_kind {
	const char *name; /* of the computer */
	const char *domain;
	const char *user;
	const char *system;  /* "Windows 8.1 Pro" */
	unsigned prefetch;   /* version of its prefetch files */
	int command_lines;   /* starts of processes are recorded with them */
	uint64_t serial;     /* of the volume */
	const char *made;    /* when it was installed */
	const char *stopped; /* when it was switched off */
};

enum machine_log {
	MACHINE_SECURITY,
	MACHINE_SYSTEM,
	MACHINE_APPLICATION,
	MACHINE_TASKS,
	MACHINE_POWERSHELL,
	MACHINE_LOGS
};

struct machine *machine_new(const struct machine_kind *kind);
void machine_free(struct machine *m);

/* A file, as ntfs_out_file() takes it; and what the change journal says of one that is there. */
void machine_file(struct machine *m, const struct ntfs_out_file *f);
void machine_journal(struct machine *m, const char *when, const char *path, uint32_t reason);

/* An event; `data`: name, value, … NULL. */
void machine_event(struct machine *m, enum machine_log log, const char *when, unsigned id, const char *const *data);
/* Somebody logged on (4624) or took credentials to another machine (4648). */
void machine_logon(struct machine *m, const char *when, const char *type);
void machine_credentials(struct machine *m, const char *when, const char *account, const char *server);
/* A process began (4688). */
void machine_process(struct machine *m, const char *when, const char *image, const char *command, const char *parent);
/* A program's prefetch file; runs: times, the last first, NULL; files as struct prefetch_trace has them. */
void machine_prefetch(struct machine *m, const char *program, const char *const *runs, const char *const *files);
/* What starts at the user's logon. */
void machine_autostart(struct machine *m, const char *when, const char *name, const char *command);
/* The user started a program from his desktop. */
void machine_started(struct machine *m, const char *when, unsigned runs, const char *program);

/* The browser's history of the user: what was visited up to the number `settled` is in the database, what is behind it in its
 * -wal. */
void machine_history(struct machine *m, const struct history_out_page *pages, size_t count, size_t settled);

/* Puts all of it on the volume and writes the image. 0 or -1. */
int machine_write(struct machine *m, const char *path, struct err *err);

/* Bytes of a file that begins like a program and is none; the caller frees. */
unsigned char *machine_program(const char *what, size_t size);

#endif
