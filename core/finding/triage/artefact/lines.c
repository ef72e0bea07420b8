#include "finding/triage/artefact/lines.h"

#include "base/i18n.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PIECE   (256U << 10)
#define LONGEST (16U << 10) /* bytes of a line that are looked at */

struct line_reader {
	const struct triage_file *f;
	struct triage_out *out;
	uint64_t offset; /* of the line */
	uint64_t odd;
	uint64_t first_odd;
	uint64_t cut; /* lines that are longer than is looked at */
	uint64_t first_cut;
	char names[64][32]; /* of W3C fields */
	size_t name_count;
	int64_t when; /* of the line before: shells' times */
};

typedef int (*line_fn)(struct line_reader *r, char *line, struct err *err);

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void odd_line(struct line_reader *r)
{
	if (r->odd++ == 0)
		r->first_odd = r->offset;
}

static void tell_lines(struct line_reader *r)
{
	if (r->odd)
		triage_problem(r->out, r->first_odd,
		               P_("%llu line is not of this form, here",
		                  "%llu lines are none of this form, the first here", (unsigned long long)r->odd),
		               (unsigned long long)r->odd);
	if (r->cut)
		triage_problem(r->out, r->first_cut,
		               P_("%llu line is longer than 16 KiB: what is behind that is not read, here",
		                  "%llu lines are longer than 16 KiB: what is behind that is not read, the first here",
		                  (unsigned long long)r->cut),
		               (unsigned long long)r->cut);
}

static int each_line(struct line_reader *r, line_fn fn, struct err *err)
{
	char *piece = xmalloc(PIECE);
	struct buf line = BUF_INIT;
	uint64_t begin = 0;
	int cut = 0;
	int rc = 0;
	for (uint64_t at = 0; rc == 0 && at < r->f->size; at += PIECE) {
		size_t n = r->f->size - at < PIECE ? (size_t)(r->f->size - at) : PIECE;
		if (r->f->read(r->f->ctx, at, piece, n, err) < 0) {
			rc = -1;
			break;
		}
		for (size_t i = 0; rc == 0 && i < n; i++) {
			if (piece[i] != '\n') {
				if (line.len < LONGEST)
					buf_addc(&line, piece[i] ? piece[i] : ' ');
				else if (!cut++ && r->cut++ == 0)
					r->first_cut = begin;
				continue;
			}
			cut = 0;
			r->offset = begin;
			if (line.len && line.data[line.len - 1] == '\r')
				buf_truncate(&line, line.len - 1);
			rc = line.len ? fn(r, line.data, err) : 0;
			buf_clear(&line);
			begin = at + i + 1;
		}
	}
	r->offset = begin;
	if (rc == 0 && line.len)
		rc = fn(r, line.data, err);
	if (rc == 0)
		tell_lines(r);
	buf_release(&line);
	free(piece);
	return rc;
}

static int give(struct line_reader *r, unsigned artefact, int64_t when, uint8_t clock, const struct buf *fields,
                struct err *err)
{
	struct observation o = {.when = when,
	                        .offset = r->offset,
	                        .time_of = when == OBSERVATION_NO_TIME ? 0 : OBSERVATION_TIME_recorded,
	                        .artefact = (uint8_t)artefact,
	                        .clock = when == OBSERVATION_NO_TIME ? (uint8_t)OBSERVATION_CLOCK_unknown : clock,
	                        .fields = fields->data,
	                        .fields_size = fields->len};
	return triage_row(r->out, &o, err);
}

/* ---- web servers */

static int is_rotated(const char *name, const char *base)
{
	size_t n = strlen(base);
	const char *rest = name + n;
	return strncasecmp(name, base, n) == 0 &&
	       (*rest == '\0' || *rest == '-' ||
	        (*rest == '.' && strcasecmp(rest, ".gz") != 0 && !triage_path_ends(rest, ".gz")));
}

/* "client - user [20/Nov/2025:10:00:01 +0900] "GET /": under any name, since each site calls its logs otherwise. What there is of
 * the file's first line may end within it. */
static int begins_combined(const unsigned char *head, size_t n)
{
	char line[TRIAGE_HEAD + 1];
	struct tm tm;
	size_t length = 0;
	for (; length < n && length < TRIAGE_HEAD && head[length] && head[length] != '\n'; length++)
		line[length] = (char)head[length];
	line[length] = '\0';
	const char *open = strchr(line, '[');
	const char *blank = strchr(line, ' ');
	const char *zone = open ? strptime(open + 1, "%d/%b/%Y:%H:%M:%S", &tm) : NULL;
	if (!zone || !blank || blank > open || !memchr(blank + 1, ' ', (size_t)(open - blank)))
		return 0;
	const char *close = strchr(zone, ']');
	return !close || strncmp("] \"", close, strlen(close) < 3 ? strlen(close) : 3) == 0;
}

int web_log_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *name = last_name(path);
	if (n >= 30 && memcmp(head, "#Software: Microsoft Internet ", 30) == 0)
		return 1;
	if (begins_combined(head, n))
		return 1;
	return (strncasecmp(name, "u_ex", 4) == 0 && triage_path_ends(name, ".log")) ||
	       is_rotated(name, "access.log") || is_rotated(name, "access_log") || is_rotated(name, "ssl_access_log") ||
	       is_rotated(name, "other_vhosts_access.log");
}

static void name_fields(struct line_reader *r, char *line)
{
	char *save = NULL;
	r->name_count = 0;
	for (char *word = strtok_r(line, " ", &save); word && r->name_count < 64; word = strtok_r(NULL, " ", &save))
		snprintf(r->names[r->name_count++], sizeof r->names[0], "%s", word);
}

static int w3c_line(struct line_reader *r, char *line, struct err *err)
{
	static const char *const fields[][2] = {{"c-ip", "client"},
	                                        {"cs-method", "method"},
	                                        {"cs-uri-stem", "url"},
	                                        {"cs-uri-query", "query"},
	                                        {"sc-status", "status"},
	                                        {"sc-bytes", "bytes"},
	                                        {"cs-bytes", "bytes_received"},
	                                        {"cs(User-Agent)", "user_agent"},
	                                        {"cs(Referer)", "referrer"},
	                                        {"cs-username", "user"},
	                                        {"cs-host", "host"},
	                                        {"s-ip", "server"},
	                                        {"s-port", "port"}};
	struct buf row = BUF_INIT;
	struct tm tm = {.tm_isdst = 0};
	char *save = NULL;
	size_t i = 0;
	int dated = 0;
	if (strncmp(line, "#Fields: ", 9) == 0)
		name_fields(r, line + 9);
	if (*line == '#')
		return 0;
	for (char *word = strtok_r(line, " ", &save); word && i < r->name_count;
	     word = strtok_r(NULL, " ", &save), i++) {
		const char *name = r->names[i];
		if (strcmp(name, "date") == 0)
			dated |= strptime(word, "%Y-%m-%d", &tm) ? 1 : 0;
		else if (strcmp(name, "time") == 0)
			dated |= strptime(word, "%H:%M:%S", &tm) ? 2 : 0;
		for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
			if (strcmp(name, fields[k][0]) == 0 && strcmp(word, "-") != 0)
				observation_field(&row, fields[k][1], word);
	}
	int rc = 0;
	if (i == 0)
		odd_line(r);
	else
		rc = give(r, OBSERVATION_web_log,
		          dated == 3 ? observation_from_unix(timegm(&tm), 0) : OBSERVATION_NO_TIME,
		          OBSERVATION_CLOCK_utc, &row, err);
	buf_release(&row);
	return rc;
}

/* The text in quotes at *at, which goes behind it; NULL: there is none. */
static char *quoted(char **at)
{
	char *from = strchr(*at, '"');
	char *to = from ? from + 1 : NULL;
	while (to && *to && *to != '"')
		to += *to == '\\' && to[1] ? 2 : 1;
	if (!to || *to != '"')
		return NULL;
	*to = '\0';
	*at = to + 1;
	return from + 1;
}

/* Seconds east of UTC that "+0900", "+09:00" or "Z" stands for. 0, or -1: it is none. */
static int zone_of(const char *text, int *seconds)
{
	int digits[4] = {0};
	*seconds = 0;
	if (*text == 'Z')
		return 0;
	int sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
	for (int i = 0; sign && i < 4; i++) {
		const char *at = text + 1 + i + (i > 1 && text[3] == ':');
		if (*at < '0' || *at > '9')
			return -1;
		digits[i] = *at - '0';
	}
	if (!sign || digits[0] > 1 || digits[2] > 5)
		return -1;
	*seconds = sign * ((digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60);
	return 0;
}

static int combined_line(struct line_reader *r, char *line, struct err *err)
{
	struct tm tm = {.tm_isdst = 0};
	struct buf row = BUF_INIT;
	char *open = strchr(line, '[');
	char *close = open ? strchr(open, ']') : NULL;
	const char *zone = open ? strptime(open + 1, "%d/%b/%Y:%H:%M:%S ", &tm) : NULL;
	char *at = close ? close + 1 : line;
	char *request = close ? quoted(&at) : NULL;
	if (!zone || !request) {
		odd_line(r);
		return 0;
	}
	*open = '\0';
	int east;
	uint8_t clock = zone_of(zone, &east) == 0 ? OBSERVATION_CLOCK_utc : OBSERVATION_CLOCK_local;
	int64_t seconds = timegm(&tm) - east;
	char host[128] = "";
	char client[128] = "";
	char user[128] = "";
	int words = sscanf(line, "%127s %127s %*s %127s", host, client, user);
	if (words == 3 && strchr(host, ':') &&
	    strspn(client, "0123456789.:abcdef") == strlen(client)) { /* a virtual host before it */
		observation_field(&row, "host", host);
	} else {
		snprintf(client, sizeof client, "%s", host);
		if (sscanf(line, "%*s %*s %127s", user) != 1)
			*user = '\0';
	}
	observation_field(&row, "client", client);
	if (strcmp(user, "-") != 0)
		observation_field(&row, "user", user);
	size_t method = strcspn(request, " ");
	observation_field_n(&row, "method", request, method);
	if (request[method])
		observation_field_n(&row, "url", request + method + 1, strcspn(request + method + 1, " "));
	char status[16] = "";
	char bytes[24] = "";
	if (sscanf(at, "%15s %23s", status, bytes) == 2 && strcmp(bytes, "-") != 0)
		observation_field(&row, "bytes", bytes);
	observation_field(&row, "status", status);
	char *referrer = quoted(&at);
	char *agent = referrer ? quoted(&at) : NULL;
	if (referrer && strcmp(referrer, "-") != 0)
		observation_field(&row, "referrer", referrer);
	if (agent)
		observation_field(&row, "user_agent", agent);
	int rc = give(r, OBSERVATION_web_log, observation_from_unix(seconds, 0), clock, &row, err);
	buf_release(&row);
	return rc;
}

int web_log_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct line_reader r = {.f = f, .out = out};
	char head[2] = "";
	if (f->size == 0)
		return 0;
	if (f->read(f->ctx, 0, head, 1, err) < 0)
		return -1;
	return each_line(&r, *head == '#' ? w3c_line : combined_line, err);
}

/* ---- syslog: RFC 3164 and RFC 3339 times */

int syslog_recognises(const char *path, const unsigned char *head, size_t n)
{
	static const char *const names[] = {"auth.log",   "secure",   "syslog",   "messages", "kern.log",
	                                    "daemon.log", "cron.log", "user.log", "maillog",  "mail.log"};
	(void)head;
	(void)n;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (is_rotated(last_name(path), names[i]) && triage_path_has(path, "log/"))
			return 1;
	return is_rotated(last_name(path), "auth.log");
}

/* The year of the file's time, or the one before if the line would lie behind it. */
static int year_of(const struct triage_file *f, const struct tm *line)
{
	struct tm tm;
	time_t seconds = (time_t)(f->modified / OBSERVATION_TICKS);
	if (f->modified == OBSERVATION_NO_TIME || f->modified == 0 || !gmtime_r(&seconds, &tm))
		return -1;
	int later = line->tm_mon > tm.tm_mon || (line->tm_mon == tm.tm_mon && line->tm_mday > tm.tm_mday + 1);
	return tm.tm_year - later;
}

static int64_t syslog_time(const struct triage_file *f, char **at, uint8_t *clock)
{
	struct tm tm = {.tm_mday = 1};
	*clock = OBSERVATION_CLOCK_local;
	char *end = strptime(*at, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end) {
		int east;
		uint32_t fraction = 0;
		if (*end == '.')
			for (uint32_t place = 100000000; *++end >= '0' && *end <= '9'; place /= 10)
				fraction += (uint32_t)(*end - '0') * place;
		if (zone_of(end, &east) == 0)
			*clock = OBSERVATION_CLOCK_utc;
		*at = end + strcspn(end, " ");
		return observation_from_unix(timegm(&tm) - east, fraction);
	}
	end = strptime(*at, "%b %d %H:%M:%S", &tm);
	if (!end) {
		*at = NULL;
		return OBSERVATION_NO_TIME;
	}
	*at = end;
	tm.tm_year = year_of(f, &tm);
	return tm.tm_year < 0 ? OBSERVATION_NO_TIME : observation_from_unix(timegm(&tm), 0);
}

static int syslog_line(struct line_reader *r, char *line, struct err *err)
{
	struct buf row = BUF_INIT;
	uint8_t clock;
	char *at = line;
	int64_t when = syslog_time(r->f, &at, &clock);
	if (!at) {
		odd_line(r);
		return 0;
	}
	if (when == OBSERVATION_NO_TIME)
		observation_field_n(&row, "time", line, 15);
	at += strspn(at, " ");
	observation_field_n(&row, "host", at, strcspn(at, " "));
	at += strcspn(at, " ");
	at += strspn(at, " ");
	size_t tag = strcspn(at, " :[");
	if (at[tag] == ':' || at[tag] == '[') {
		observation_field_n(&row, "program", at, tag);
		at += tag;
		if (*at == '[') {
			observation_field_n(&row, "pid", at + 1, strcspn(at + 1, "]"));
			at += strcspn(at, ":");
		}
		at += *at == ':';
		at += strspn(at, " ");
	}
	observation_field(&row, "message", at);
	int rc = give(r, OBSERVATION_syslog, when, clock, &row, err);
	buf_release(&row);
	return rc;
}

int syslog_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct line_reader r = {.f = f, .out = out};
	return each_line(&r, syslog_line, err);
}

/* ---- shells */

int shell_history_recognises(const char *path, const unsigned char *head, size_t n)
{
	static const char *const names[] = {".bash_history", ".zsh_history", ".sh_history", ".ash_history",
	                                    "ConsoleHost_history.txt"};
	(void)head;
	(void)n;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(last_name(path), names[i]) == 0)
			return 1;
	return 0;
}

static int history_line(struct line_reader *r, char *line, struct err *err)
{
	struct buf row = BUF_INIT;
	char user[128];
	char *end;
	const char *command = line;
	if (*line == '#') {
		long long seconds = strtoll(line + 1, &end, 10);
		if (!*end && end - line > 8) {
			r->when = observation_from_unix(seconds, 0);
			return 0;
		}
	} else if (strncmp(line, ": ", 2) == 0) { /* zsh */
		long long seconds = strtoll(line + 2, &end, 10);
		const char *semicolon = *end == ':' ? strchr(end, ';') : NULL;
		if (semicolon) {
			r->when = observation_from_unix(seconds, 0);
			command = semicolon + 1;
		}
	}
	triage_path_user(r->f->path, user);
	if (!*user && triage_path_has(r->f->path, "root/"))
		snprintf(user, sizeof user, "root");
	observation_field(&row, "user", user);
	observation_field(&row, "command", command);
	int rc = give(r, OBSERVATION_shell_history, r->when, OBSERVATION_CLOCK_utc, &row, err);
	r->when = OBSERVATION_NO_TIME;
	buf_release(&row);
	return rc;
}

int shell_history_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct line_reader r = {.f = f, .out = out, .when = OBSERVATION_NO_TIME};
	return each_line(&r, history_line, err);
}

/* ---- cron */

int cron_recognises(const char *path, const unsigned char *head, size_t n)
{
	(void)head;
	(void)n;
	return triage_path_ends(path, "etc/crontab") || triage_path_has(path, "etc/cron.d/") ||
	       triage_path_has(path, "spool/cron/");
}

static int cron_line(struct line_reader *r, char *line, struct err *err)
{
	struct buf row = BUF_INIT;
	line += strspn(line, " \t");
	size_t words = *line == '@' ? 1 : 5;
	size_t at = 0;
	if (*line == '#' || !*line || (strchr(line, '=') && strcspn(line, "=") < strcspn(line, " \t")))
		return 0;
	for (size_t i = 0; i < words; i++) {
		at += strcspn(line + at, " \t");
		at += strspn(line + at, " \t");
	}
	if (!line[at]) {
		odd_line(r);
		return 0;
	}
	size_t end = at;
	while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t'))
		end--;
	observation_field_n(&row, "schedule", line, end);
	const char *command = line + at;
	if (triage_path_has(r->f->path, "spool/cron")) {
		observation_field(&row, "user", last_name(r->f->path));
	} else { /* of the system: it names the user */
		size_t n = strcspn(command, " \t");
		observation_field_n(&row, "user", command, n);
		command += n + strspn(command + n, " \t");
	}
	observation_field(&row, "command", command);
	int rc = give(r, OBSERVATION_cron, OBSERVATION_NO_TIME, 0, &row, err);
	buf_release(&row);
	return rc;
}

int cron_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct line_reader r = {.f = f, .out = out};
	return each_line(&r, cron_line, err);
}
