#include "finding/practice/machine.h"

#include "base/err.h"
#include "finding/practice/bytes_out.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define JOURNAL_HOLE (1U << 20) /* of the journal the beginning is gone, as on a machine that is used */
#define AUDIT        0x8020000000000000U
#define RUN_KEY      "Software\\Microsoft\\Windows\\CurrentVersion\\Run"
#define COUNT_KEY                                                                                                    \
	"Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}" \
	"\\Count"

struct machine_pending { /* an event: a log has them in the order of time */
	enum machine_log log;
	uint64_t when;
	unsigned id;
	size_t order;
	char **data;
};

struct machine {
	struct machine_kind kind;
	struct ntfs_out *volume;
	struct machine_pending *events;
	size_t event_count;
	struct hive_out *user;
	struct buf journal;
	uint64_t stopped;
	unsigned process;
};

static const struct {
	const char *channel;
	const char *file;
	const char *provider;
	uint64_t first; /* number of the oldest record: what was before it is gone */
} logs[MACHINE_LOGS] = {
    {"Security", "Security", "Microsoft-Windows-Security-Auditing", 48211},
    {"System", "System", "Service Control Manager", 9120},
    {"Application", "Application", "MsiInstaller", 2201},
    {"Microsoft-Windows-TaskScheduler/Operational", "Microsoft-Windows-TaskScheduler%4Operational",
     "Microsoft-Windows-TaskScheduler", 311},
    {"Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell%4Operational",
     "Microsoft-Windows-PowerShell", 1},
};

struct machine *machine_new(const struct machine_kind *kind)
{
	struct machine *m = xcalloc(1, sizeof *m);
	m->kind = *kind; /* texts of ours, which stay */
	m->volume = ntfs_out_new("Windows", kind->serial, kind->made);
	m->stopped = out_filetime(kind->stopped);
	m->process = 0x400;
	buf_init(&m->journal);
	m->user = hive_out_new("\\??\\C:\\Users\\x\\ntuser.dat", out_filetime(kind->made));
	return m;
}

void machine_free(struct machine *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->event_count; i++) {
		for (char **d = m->events[i].data; *d; d++)
			free(*d);
		free(m->events[i].data);
	}
	free(m->events);
	hive_out_free(m->user);
	ntfs_out_free(m->volume);
	buf_release(&m->journal);
	free(m);
}

/* ---- files */

void machine_file(struct machine *m, const struct ntfs_out_file *f)
{
	ntfs_out_file(m->volume, f);
}

void machine_journal(struct machine *m, const char *when, const char *path, uint32_t reason)
{
	const char *slash = strrchr(path, '/');
	char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);
	const char *name = slash ? slash + 1 : path;
	uint64_t reference = ntfs_out_reference(m->volume, path);
	uint64_t parent = *folder ? ntfs_out_reference(m->volume, folder) : 0x0005000000000005;
	trace_usn(&m->journal, JOURNAL_HOLE, reference, parent, name, reason, out_filetime(when));
	free(folder);
}

unsigned char *machine_program(const char *what, size_t size)
{
	unsigned char *bytes = xcalloc(1, size + 1);
	unsigned value = (unsigned)size;
	bytes[0] = 'M';
	bytes[1] = 'Z';
	snprintf((char *)bytes + 64, size - 64, "Practice file of genba (%s): it is no program and does nothing.\r\n",
	         what);
	for (size_t i = 256; i < size; i++) { /* so that it has a digest of its own, and packs badly */
		value = value * 1103515245U + 12345U;
		bytes[i] = (unsigned char)(value >> 16);
	}
	return bytes;
}

/* ---- events */

void machine_event(struct machine *m, enum machine_log log, const char *when, unsigned id, const char *const *data)
{
	size_t count = 0;
	while (data[count])
		count++;
	m->events = xrealloc(m->events, (m->event_count + 1) * sizeof *m->events);
	struct machine_pending *e = &m->events[m->event_count];
	*e = (struct machine_pending){.log = log, .when = out_filetime(when), .id = id, .order = m->event_count++};
	e->data = xcalloc(count + 1, sizeof *e->data);
	for (size_t i = 0; i < count; i++)
		e->data[i] = xstrdup(data[i]);
}

static int by_time(const void *x, const void *y)
{
	const struct machine_pending *a = x;
	const struct machine_pending *b = y;
	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static void write_log(const struct machine *m, enum machine_log log, struct buf *out)
{
	char *computer = xasprintf("%s.%s", m->kind.name, m->kind.domain);
	struct event_log *l = event_log_new(logs[log].channel, computer, logs[log].first);
	for (size_t i = 0; i < m->event_count; i++) {
		const struct machine_pending *p = &m->events[i];
		struct log_event e = {.when = p->when,
		                      .provider = logs[log].provider,
		                      .id = p->id,
		                      .level = log == MACHINE_SECURITY ? 0 : 4,
		                      .keywords = log == MACHINE_SECURITY ? AUDIT : 0x8000000000000000U,
		                      .data = (const char *const *)p->data};
		if (p->log == log)
			event_log_add(l, &e);
	}
	event_log_finish(l, out);
	event_log_free(l);
	free(computer);
}

void machine_logon(struct machine *m, const char *when, const char *type)
{
	const char *const data[] = {"SubjectUserSid",
	                            "S-1-5-18",
	                            "SubjectUserName",
	                            m->kind.name,
	                            "TargetUserName",
	                            m->kind.user,
	                            "TargetDomainName",
	                            "A",
	                            "LogonType",
	                            type,
	                            "LogonProcessName",
	                            "User32 ",
	                            "IpAddress",
	                            "127.0.0.1",
	                            NULL};
	machine_event(m, MACHINE_SECURITY, when, 4624, data);
}

void machine_credentials(struct machine *m, const char *when, const char *account, const char *server)
{
	const char *const data[] = {"SubjectUserName",
	                            m->kind.user,
	                            "SubjectDomainName",
	                            "A",
	                            "TargetUserName",
	                            account,
	                            "TargetServerName",
	                            server,
	                            "ProcessName",
	                            "C:\\Windows\\System32\\net.exe",
	                            NULL};
	machine_event(m, MACHINE_SECURITY, when, 4648, data);
}

void machine_process(struct machine *m, const char *when, const char *image, const char *command, const char *parent)
{
	char number[16];
	snprintf(number, sizeof number, "0x%x", m->process);
	m->process += 0x3C;
	const char *const data[] = {"SubjectUserName",
	                            m->kind.user,
	                            "SubjectDomainName",
	                            "A",
	                            "NewProcessId",
	                            number,
	                            "NewProcessName",
	                            image,
	                            "ParentProcessName",
	                            parent,
	                            m->kind.command_lines ? "CommandLine" : NULL,
	                            command,
	                            NULL};
	machine_event(m, MACHINE_SECURITY, when, 4688, data);
}

/* ---- what ran, what starts */

void machine_prefetch(struct machine *m, const char *program, const char *const *runs, const char *const *files)
{
	struct prefetch_trace t = {.version = m->kind.prefetch,
	                           .program = program,
	                           .files = files,
	                           .volume_made = out_filetime(m->kind.made),
	                           .serial = (uint32_t)m->kind.serial};
	struct buf bytes = BUF_INIT;
	size_t first = 0;
	for (size_t i = 0; runs[i]; first = i++)
		if (i < TRACE_RUNS)
			t.runs[i] = out_filetime(runs[i]);
	t.count = (uint32_t)first + 1;
	t.hash = (uint32_t)crc32(0, (const unsigned char *)program, (unsigned)strlen(program));
	trace_prefetch(&t, &bytes);
	char *path = xasprintf("Windows/Prefetch/%s-%08X.pf", program, t.hash);
	machine_file(m, &(struct ntfs_out_file){.path = path,
	                                        .bytes = bytes.data,
	                                        .size = bytes.len,
	                                        .created = runs[first],
	                                        .modified = runs[0],
	                                        .accessed = runs[0]});
	free(path);
	buf_release(&bytes);
}

void machine_autostart(struct machine *m, const char *when, const char *name, const char *command)
{
	hive_out_text(m->user, RUN_KEY, name, command, out_filetime(when));
}

void machine_started(struct machine *m, const char *when, unsigned runs, const char *program)
{
	struct buf value = BUF_INIT;
	char *name = trace_rot13(program);
	trace_user_assist(runs, out_filetime(when), &value);
	hive_out_bytes(m->user, COUNT_KEY, name, value.data, value.len, out_filetime(when));
	free(name);
	buf_release(&value);
}

/* ---- putting it on the volume */

static void add_bytes(struct machine *m, const char *path, struct buf *bytes)
{
	machine_file(m, &(struct ntfs_out_file){
	                    .path = path, .bytes = bytes->data, .size = bytes->len, .modified = m->kind.stopped});
	buf_release(bytes);
}

static void add_hives(struct machine *m)
{
	struct buf bytes = BUF_INIT;
	uint64_t made = out_filetime(m->kind.made);
	struct hive_out *h = hive_out_new("SYSTEM", m->stopped);
	hive_out_number(h, "Select", "Current", 1, made);
	hive_out_text(h, "ControlSet001\\Control\\ComputerName\\ComputerName", "ComputerName", m->kind.name, made);
	hive_out_text(h, "ControlSet001\\Control\\TimeZoneInformation", "TimeZoneKeyName", "Tokyo Standard Time", made);
	hive_out_number(h, "ControlSet001\\Control\\TimeZoneInformation", "Bias", (uint32_t)-540, made);
	hive_out_text(h, "ControlSet001\\Services\\EventLog", "ImagePath",
	              "%SystemRoot%\\System32\\svchost.exe -k LocalServiceNetworkRestricted", made);
	hive_out_number(h, "ControlSet001\\Services\\EventLog", "Start", 2, made);
	hive_out_finish(h, &bytes);
	hive_out_free(h);
	add_bytes(m, "Windows/System32/config/SYSTEM", &bytes);
	h = hive_out_new("SOFTWARE", m->stopped);
	hive_out_text(h, "Microsoft\\Windows NT\\CurrentVersion", "ProductName", m->kind.system, made);
	hive_out_text(h, "Microsoft\\Windows\\CurrentVersion\\Run", "VendorTray",
	              "\"C:\\Program Files\\Vendor\\tray.exe\"", out_filetime("2014-03-03T02:10:00Z"));
	hive_out_finish(h, &bytes);
	hive_out_free(h);
	add_bytes(m, "Windows/System32/config/SOFTWARE", &bytes);
	hive_out_finish(m->user, &bytes);
	char *path = xasprintf("Users/%s/NTUSER.DAT", m->kind.user);
	add_bytes(m, path, &bytes);
	free(path);
}

void machine_history(struct machine *m, const struct history_out_page *pages, size_t count, size_t settled)
{
	struct history_out *h = history_out_new();
	struct buf database = BUF_INIT;
	struct buf wal = BUF_INIT;
	for (size_t i = 0; i < count; i++) {
		if (pages[i].file)
			history_out_download(h, pages[i].url, pages[i].file, pages[i].size,
			                     out_filetime(pages[i].when));
		else
			history_out_visit(h, pages[i].url, pages[i].title, out_filetime(pages[i].when));
		if (i + 1 == settled)
			history_out_settle(h);
	}
	history_out_finish(h, &database, &wal);
	char *path = xasprintf("Users/%s/AppData/Local/Google/Chrome/User Data/Default/History", m->kind.user);
	char *beside = xasprintf("%s-wal", path);
	add_bytes(m, path, &database);
	add_bytes(m, beside, &wal);
	free(path);
	free(beside);
	history_out_free(h);
}

int machine_write(struct machine *m, const char *path, struct err *err)
{
	struct buf bytes = BUF_INIT;
	add_hives(m);
	if (m->event_count)
		qsort(m->events, m->event_count, sizeof *m->events, by_time);
	for (size_t i = 0; i < MACHINE_LOGS; i++) {
		char *name = xasprintf("Windows/System32/winevt/Logs/%s.evtx", logs[i].file);
		write_log(m, (enum machine_log)i, &bytes);
		add_bytes(m, name, &bytes);
		free(name);
	}
	unsigned char most[32] = {0};
	most[2] = 0x20; /* 2 MiB, and how much is given back at once */
	most[10] = 0x08;
	machine_file(m, &(struct ntfs_out_file){.path = "$Extend/$UsnJrnl",
	                                        .bytes = m->journal.data,
	                                        .size = m->journal.len,
	                                        .modified = m->kind.stopped,
	                                        .stream = "$J",
	                                        .hole = JOURNAL_HOLE,
	                                        .more_stream = "$Max",
	                                        .more_bytes = most,
	                                        .more_size = sizeof most});
	return ntfs_out_write(m->volume, path, err);
}
