#include "core/finding/triage/tree/help_ntfs.h"

#include "base/err.h"
#include "core/finding/triage/help_evtx.h"
#include "finding/practice/ntfs_out.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST ((size_t)64 << 20)

static void add_log(struct ntfs_out *v, int before)
{
	static const char *const who[] = {"TargetUserName", "tanaka", "IpAddress", "192.0.2.7", NULL};
	static const struct made_event logon = {.provider = "Microsoft-Windows-Security-Auditing",
	                                        .id = 4624,
	                                        .channel = "Security",
	                                        .computer = "HR-PC-03",
	                                        .data = who};
	static const char *const by[] = {"SubjectUserName", "tanaka", NULL};
	static const struct made_event cleared = {.provider = "Microsoft-Windows-Eventlog",
	                                          .id = 1102,
	                                          .channel = "Security",
	                                          .computer = "HR-PC-03",
	                                          .when = MADE_T0 + 864000000000ULL,
	                                          .user_data = "LogFileCleared",
	                                          .data = by};
	struct made_log l;
	made_log_begin(&l, 1000);
	for (unsigned i = 0; i < (before ? 20 : 1); i++)
		made_log_add(&l, before ? &logon : &cleared);
	made_log_end(&l);
	ntfs_out_file(v, &(struct ntfs_out_file){.path = MADE_NTFS_LOG,
	                                         .bytes = l.file.data,
	                                         .size = l.file.len,
	                                         .created = "2023-11-05T01:00:00Z",
	                                         .modified = before ? "2023-11-16T18:00:00Z" : "2023-11-17T18:00:00Z"});
	made_log_release(&l);
}

void made_ntfs(enum made_ntfs_time time, const char *scratch, struct buf *out)
{
	struct err err = ERR_INIT;
	struct ntfs_out *v = ntfs_out_new("Windows", 0x20231105, "2023-11-05T01:00:00Z");
	static const char *const notes[] = {"the plan", "a better plan", "nothing to see"};
	static const char *const written[] = {"2023-11-06T00:00:00Z", "2023-11-17T00:00:00Z", "2023-11-17T18:01:00Z"};
	int before = time != MADE_NTFS_TODAY;
	char rar[3000];
	memset(rar, 'R', sizeof rar);
	ntfs_out_file(v, &(struct ntfs_out_file){.path = "notes.txt",
	                                         .bytes = notes[time],
	                                         .size = strlen(notes[time]),
	                                         .created = "2023-11-06T00:00:00Z",
	                                         .modified = written[time]});
	ntfs_out_file(v, &(struct ntfs_out_file){.path = before ? "Users/tanaka/stolen.rar" : "Users/tanaka/todo.txt",
	                                         .bytes = rar,
	                                         .size = before ? sizeof rar : 20,
	                                         .created = before ? "2023-11-16T17:30:00Z" : "2023-11-17T18:02:00Z"});
	add_log(v, before);
	if (ntfs_out_write(v, scratch, &err) < 0 || buf_read_file(out, scratch, MOST, &err) < 0)
		abort();
	unlink(scratch);
	ntfs_out_free(v);
}
