/* What a collector brought from a machine: event logs, hives, prefetch; of the web server its site and log. */
#include "finding/large/large_site.h"

#include "base/err.h"
#include "finding/large/zip_out.h"
#include "finding/practice/bytes_out.h"
#include "finding/practice/event_log.h"
#include "finding/practice/hive_out.h"
#include "finding/practice/traces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_DAY   1394496000 /* 2014-03-11T00:00:00Z */
#define SHELL_DAY   1412640000 /* 2014-10-07T00:00:00Z */
#define AUDIT       0x8020000000000000U
#define CLASSIC     0x8000000000000000U
#define RAT_PATH    "C:\\ProgramData\\" LARGE_RAT
#define SERVICE     "MgrSvc"
#define SERVICE_KEY "ControlSet001\\Services\\" SERVICE

static uint64_t filetime(int64_t seconds)
{
	return ((uint64_t)seconds + 11644473600U) * 10000000U;
}

struct collected {
	const struct large_machine *m;
	struct event_log *security;
	struct event_log *system;
	char computer[40];
	unsigned process;
};

static void add_security(struct collected *c, int64_t when, unsigned id, const char *const *data)
{
	event_log_add(c->security, &(struct log_event){.when = filetime(when),
	                                               .provider = "Microsoft-Windows-Security-Auditing",
	                                               .id = id,
	                                               .keywords = AUDIT,
	                                               .data = data});
}

static void add_logon(struct collected *c, int64_t when, const char *user, const char *type, const char *from)
{
	const char *const data[] = {
	    "TargetUserName", user, "TargetDomainName", "L", "LogonType", type, "IpAddress", from, NULL};
	add_security(c, when, 4624, data);
}

static void add_process(struct collected *c, int64_t when, const char *image, const char *command, const char *parent)
{
	char number[16];
	snprintf(number, sizeof number, "0x%x", c->process);
	c->process += 0x3C;
	const char *const data[] = {"SubjectUserName",
	                            "staff",
	                            "NewProcessId",
	                            number,
	                            "NewProcessName",
	                            image,
	                            "CommandLine",
	                            command,
	                            "ParentProcessName",
	                            parent,
	                            NULL};
	add_security(c, when, 4688, data);
}

static void add_service(struct collected *c, int64_t when, const char *name, const char *image)
{
	const char *const data[] = {
	    "ServiceName", name,         "ImagePath",   image,         "ServiceType", "user mode service",
	    "StartType",   "auto start", "AccountName", "LocalSystem", NULL};
	event_log_add(c->system, &(struct log_event){.when = filetime(when),
	                                             .provider = "Service Control Manager",
	                                             .id = 7045,
	                                             .level = 4,
	                                             .keywords = CLASSIC,
	                                             .data = data});
}

/* Logons and programs of some working days, each machine at its own minutes. */
static void add_ordinary(struct collected *c, int64_t from, int64_t to)
{
	for (int64_t day = from; day < to; day += 9 * 86400) {
		int64_t when = day + (int64_t)(c->m->number * 7919U % 1800U);
		add_logon(c, when, "staff", "2", "127.0.0.1");
		add_process(c, when + 300, "C:\\Program Files\\Microsoft Office\\Office14\\WINWORD.EXE",
		            "\"WINWORD.EXE\" /n", "C:\\Windows\\explorer.exe");
	}
}

static int64_t infected_at(const struct large_machine *m)
{
	return FIRST_DAY + (int64_t)(m->infected - 1) * 86400 + 3600 + (int64_t)(m->number * 13U);
}

/* The RAT comes and is set to start; on the domain controllers ①② the directory is copied besides. */
static void add_infection(struct collected *c)
{
	int64_t when = infected_at(c->m);
	if (c->m->infected > 1) { /* from another machine; the first opened a mail */
		add_logon(c, when - 40, "administrator", "3", c->m->infected <= 64 ? "10.1.1.47" : "10.1.1.11");
		add_service(c, when - 30, "PSEXESVC", "%SystemRoot%\\PSEXESVC.exe");
	}
	add_process(c, when, RAT_PATH, RAT_PATH " -s",
	            c->m->infected > 1 ? "C:\\Windows\\PSEXESVC.exe"
	                               : "C:\\Users\\staff\\AppData\\Local\\Temp\\Temp1_agenda.zip\\agenda.scr");
	add_service(c, when + 2, SERVICE, RAT_PATH);
	if (c->m->role == LARGE_DOMAIN_CONTROLLER)
		add_process(c, when + 900, "C:\\Windows\\System32\\ntdsutil.exe",
		            "ntdsutil \"ac i ntds\" ifm \"create full C:\\ProgramData\\n\" q q",
		            "C:\\Windows\\System32\\cmd.exe");
}

/* ⑦ */
static void add_web_shell(struct collected *c)
{
	static const char worker[] = "C:\\Windows\\System32\\inetsrv\\w3wp.exe";
	add_process(c, SHELL_DAY + 8420, "C:\\Windows\\System32\\cmd.exe", "cmd.exe /c whoami", worker);
	add_process(c, SHELL_DAY + 8475, "C:\\Windows\\System32\\cmd.exe", "cmd.exe /c net view", worker);
}

static void put_log(struct zip_out *z, const char *path, struct event_log *l)
{
	struct buf bytes = BUF_INIT;
	event_log_finish(l, &bytes);
	zip_out_file(z, path, bytes.data, bytes.len);
	event_log_free(l);
	buf_release(&bytes);
}

static void put_hive(struct zip_out *z, const struct large_machine *m)
{
	struct buf bytes = BUF_INIT;
	uint64_t made = out_filetime("2012-04-02T02:31:09Z");
	struct hive_out *h = hive_out_new("SYSTEM", out_filetime("2014-09-09T00:00:00Z"));
	hive_out_number(h, "Select", "Current", 1, made);
	hive_out_text(h, "ControlSet001\\Control\\ComputerName\\ComputerName", "ComputerName", m->name, made);
	hive_out_text(h, "ControlSet001\\Control\\TimeZoneInformation", "TimeZoneKeyName", "Tokyo Standard Time", made);
	hive_out_text(h, "ControlSet001\\Services\\EventLog", "ImagePath",
	              "%SystemRoot%\\System32\\svchost.exe -k LocalServiceNetworkRestricted", made);
	hive_out_number(h, "ControlSet001\\Services\\EventLog", "Start", 2, made);
	if (m->infected) {
		uint64_t when = filetime(infected_at(m) + 2);
		hive_out_text(h, SERVICE_KEY, "ImagePath", RAT_PATH, when);
		hive_out_number(h, SERVICE_KEY, "Start", 2, when);
	}
	hive_out_finish(h, &bytes);
	hive_out_free(h);
	zip_out_file(z, "C/Windows/System32/config/SYSTEM", bytes.data, bytes.len);
	buf_release(&bytes);
}

static void put_prefetch(struct zip_out *z, const struct large_machine *m)
{
	static const char *const touched[] = {"\\WINDOWS\\SYSTEM32\\NTDLL.DLL", "\\PROGRAMDATA\\MGRSVC.EXE", NULL};
	struct buf bytes = BUF_INIT;
	struct prefetch_trace t = {.version = 23,
	                           .program = "MGRSVC.EXE",
	                           .hash = 0x5A1C0911,
	                           .count = 1,
	                           .runs = {filetime(infected_at(m) + 3)},
	                           .files = touched,
	                           .volume_made = out_filetime("2012-04-02T02:31:09Z"),
	                           .serial = 0x20140311};
	trace_prefetch(&t, &bytes);
	zip_out_file(z, "C/Windows/Prefetch/MGRSVC.EXE-5A1C0911.pf", bytes.data, bytes.len);
	buf_release(&bytes);
}

/* The site's log: visitors, then who put the shell there and used it. The file itself does nothing. */
static void put_web_site(struct zip_out *z)
{
	static const char shell[] =
	    "<%-- Practice file of genba: a place where a web shell lay. It does nothing. --%>\r\n";
	struct buf log = BUF_INIT;
	buf_adds(&log, "#Software: Microsoft Internet Information Services 7.5\r\n"
	               "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
	               "cs(User-Agent) sc-status sc-bytes\r\n");
	for (unsigned i = 0; i < 400; i++)
		buf_addf(&log, "2014-10-07 %02u:%02u:%02u 192.0.2.80 GET /%s - 80 - 192.0.2.%u Mozilla/5.0 200 %u\r\n",
		         i / 60 % 2, i % 60, i * 7 % 60, i % 3 ? "index.html" : "news.aspx", 100 + i % 90,
		         900 + i * 31 % 8000);
	buf_adds(&log,
	         "2014-10-07 02:11:02 192.0.2.80 POST /images/up.aspx - 80 - " LARGE_INTRUDER " Mozilla/4.0 200 611\r\n"
	         "2014-10-07 02:20:19 192.0.2.80 GET /images/up.aspx cmd=whoami 80 - " LARGE_INTRUDER
	         " Mozilla/4.0 200 188\r\n"
	         "2014-10-07 02:21:14 192.0.2.80 GET /images/up.aspx cmd=net+view 80 - " LARGE_INTRUDER
	         " Mozilla/4.0 200 2301\r\n");
	zip_out_file(z, "C/inetpub/logs/LogFiles/W3SVC1/u_ex141007.log", log.data, log.len);
	zip_out_file(z, "C/inetpub/wwwroot/images/up.aspx", shell, sizeof shell - 1);
	buf_release(&log);
}

void large_collection(const struct large_machine *m, struct buf *out)
{
	struct zip_out *z = zip_out_new();
	struct collected c = {.m = m, .process = 0x400};
	int64_t begins = infected_at(m) - 86400 * 9;
	int64_t ends = m->role == LARGE_WEB_SERVER ? SHELL_DAY : FIRST_DAY + 182 * 86400; /* 2014-09-09 */
	snprintf(c.computer, sizeof c.computer, "%s.l.example", m->name);
	c.security = event_log_new("Security", c.computer, 48211);
	c.system = event_log_new("System", c.computer, 9120);
	if (!m->infected) {
		add_ordinary(&c, FIRST_DAY, ends);
	} else { /* in the order of time */
		add_ordinary(&c, FIRST_DAY, begins);
		add_infection(&c);
		add_ordinary(&c, infected_at(m) + 86400, ends);
	}
	if (m->role == LARGE_WEB_SERVER)
		add_web_shell(&c);
	add_service(&c, ends, "Vendor Update", "\"C:\\Program Files\\Vendor\\update.exe\"");
	put_log(z, "C/Windows/System32/winevt/Logs/Security.evtx", c.security);
	put_log(z, "C/Windows/System32/winevt/Logs/System.evtx", c.system);
	put_hive(z, m);
	if (m->infected)
		put_prefetch(z, m);
	if (m->role == LARGE_WEB_SERVER)
		put_web_site(z);
	zip_out_finish(z, out);
	zip_out_free(z);
}
