/*
 * Event logs (EVTX) of our own making: chunks, templates and checksums as Windows
 * writes them, so that the readers of others read them, too (libevtx).
 *
 *     struct event_log *l = event_log_new("Security", "PC-A.a.example", 1);
 *     static const char *const data[] = {"NewProcessName", "C:\\Windows\\notepad.exe", NULL};
 *     event_log_add(l, &(struct log_event){.provider = "Microsoft-Windows-Security-Auditing", .id = 4688,
 *                                          .when = out_filetime("2014-01-10T00:44:02Z"), .data = data});
 *     event_log_finish(l, &file);       the file's bytes; the log is empty then
 *     event_log_free(l);
 *
 * A record is a template and its values; the first record of a form in a chunk
 * brings the template along. Format: J. Metz, "Windows XML Event Log (EVTX)".
 */
#ifndef GENBA_FINDING_PRACTICE_EVENT_LOG_H
#define GENBA_FINDING_PRACTICE_EVENT_LOG_H

#include "base/buf.h"

#include <stdint.h>

struct event_log;

struct log_event {
	uint64_t when; /* FILETIME */
	const char *provider;
	unsigned id;
	unsigned level;          /* 0 as audits have it, 2 error, 3 warning, 4 information */
	uint64_t keywords;       /* 0x8020000000000000: an audit of success */
	const char *user_data;   /* name of the element in UserData; NULL: the data lie in EventData */
	const char *const *data; /* name, value, … NULL */
};

/* All records are of that channel and computer; the first has that number. */
struct event_log *event_log_new(const char *channel, const char *computer, uint64_t first_record);
void event_log_free(struct event_log *l);
void event_log_add(struct event_log *l, const struct log_event *e);
void event_log_finish(struct event_log *l, struct buf *out);

#endif
