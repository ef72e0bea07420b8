/*
 * Logs of lines: web servers (W3C extended, combined), syslog, shells' histories, cron. A row a line.
 *
 *     web_log        recorded: client, method, url, status, bytes, user_agent, referrer, user, host
 *     syslog         recorded: host, program, pid, message. Lines without a year take it from the file's own time, and are local
 *     shell_history  command, user; recorded if the shell kept times
 *     cron           schedule, user, command
 *
 * A line that is none of its form is counted, and told with the place of the first.
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_LINES_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_LINES_H

#include "finding/triage/parse/parser.h"

int web_log_recognises(const char *path, const unsigned char *head, size_t n);
int web_log_run(const struct triage_file *f, struct triage_out *out, struct err *err);
int syslog_recognises(const char *path, const unsigned char *head, size_t n);
int syslog_run(const struct triage_file *f, struct triage_out *out, struct err *err);
int shell_history_recognises(const char *path, const unsigned char *head, size_t n);
int shell_history_run(const struct triage_file *f, struct triage_out *out, struct err *err);
int cron_recognises(const char *path, const unsigned char *head, size_t n);
int cron_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
