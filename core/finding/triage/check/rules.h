/*
 * The table of first checks.
 *
 * A rule is a row: what it is called, how bad it is, its ATT&CK technique, what it says, and the conditions that fire it. A
 * condition names a source (a channel, or the starts of processes, whoever records them), the numbers of its events, and a
 * filter of observation_query.h: what a rule looks for, a person can look for with the same words.
 *
 * In a filter of the source `process` the fields are data.Image, data.ParentImage and data.CommandLine, as Sysmon calls them; for
 * event 4688 they become data.NewProcessName, data.ParentProcessName and data.CommandLine.
 *
 * A condition on another artefact (files, registry, …) has no events and always a filter; `shows` names its fields as they
 * are, and `path`.
 */
#ifndef GENBA_FINDING_TRIAGE_CHECK_RULES_H
#define GENBA_FINDING_TRIAGE_CHECK_RULES_H

#include <stddef.h>

/* name, channel, provider ("" is any): never a number alone */
#define CHECK_SOURCES(X)                                                                                    \
	X(process, "", "")                                                                                  \
	X(security, "Security", "Microsoft-Windows-Security-Auditing")                                      \
	X(security_log, "Security", "Microsoft-Windows-Eventlog")                                           \
	X(system_log, "System", "Microsoft-Windows-Eventlog")                                               \
	X(services, "System", "Service Control Manager")                                                    \
	X(sysmon, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon")                       \
	X(tasks, "Microsoft-Windows-TaskScheduler/Operational", "Microsoft-Windows-TaskScheduler")          \
	X(powershell, "Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell")           \
	X(wmi, "Microsoft-Windows-WMI-Activity/Operational", "Microsoft-Windows-WMI-Activity")              \
	X(bits, "Microsoft-Windows-Bits-Client/Operational", "Microsoft-Windows-Bits-Client")               \
	X(rdp, "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",                    \
	  "Microsoft-Windows-TerminalServices-RemoteConnectionManager")                                     \
	X(sessions, "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",                   \
	  "Microsoft-Windows-TerminalServices-LocalSessionManager")                                         \
	X(defender, "Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender") \
	X(firewall, "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",                   \
	  "Microsoft-Windows-Windows Firewall With Advanced Security")                                      \
	X(application, "Application", "ESENT")                                                              \
	/* other artefacts than events: no channel, and the name of the artefact */                         \
	X(files, "", "file")                                                                                \
	X(registry, "", "registry_key")                                                                     \
	X(prefetches, "", "prefetch")                                                                       \
	X(user_assists, "", "user_assist")                                                                  \
	X(bams, "", "bam")                                                                                  \
	X(task_files, "", "task")                                                                           \
	X(usages, "", "srum")                                                                               \
	X(transfers, "", "bits")                                                                            \
	X(web_logs, "", "web_log")                                                                          \
	X(visits, "", "browser")                                                                            \
	X(shortcuts, "", "lnk")

enum check_source {
#define X(name, channel, provider) CHECK_##name,
	CHECK_SOURCES(X)
#undef X
	    CHECK_SOURCE_COUNT
};

enum check_level { CHECK_HIGH, CHECK_MEDIUM, CHECK_LOW, CHECK_INFO };

#define CHECK_CONDITIONS 5
#define CHECK_EVENTS     6

struct check_condition {
	enum check_source source;
	unsigned short events[CHECK_EVENTS]; /* of `process`: none */
	const char *filter;                  /* NULL: every such event */
};

struct check_rule {
	const char *name;
	enum check_level level;
	const char *technique;
	const char *title; /* English; what happened, in one sentence */
	const char *shows; /* names of fields, with commas, without "data.": the values that make the reason */
	struct check_condition when[CHECK_CONDITIONS];
	unsigned least; /* so many in ten minutes by one value of the first of `shows`; 0: one is enough */
};

extern const struct check_rule check_rules[];
extern const size_t check_rule_count;

/* What the rule says, or the gap (check_gaps.h), in English; NULL: it is none of this program's. */
const char *check_title(const char *rule);

#endif
