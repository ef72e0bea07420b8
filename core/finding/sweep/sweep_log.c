#include "finding/sweep/sweep_log.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum log_column {
	COLUMN_NONE,
	COLUMN_WHEN,
	COLUMN_DATE,
	COLUMN_TIME,
	COLUMN_ZONE,
	COLUMN_CLIENT,
	COLUMN_METHOD,
	COLUMN_URL,
	COLUMN_STATUS,
	COLUMN_BYTES,
	COLUMN_COUNT
};

/* Names of columns and keys, by what they mean. */
static const struct {
	const char *name;
	enum log_column column;
} names[] = {
    {"when", COLUMN_WHEN},          {"timestamp", COLUMN_WHEN},    {"@timestamp", COLUMN_WHEN},
    {"datetime", COLUMN_WHEN},      {"date_time", COLUMN_WHEN},    {"eventtime", COLUMN_WHEN},
    {"date", COLUMN_DATE},          {"time", COLUMN_TIME},         {"tz", COLUMN_ZONE},
    {"timezone", COLUMN_ZONE},      {"c-ip", COLUMN_CLIENT},       {"client", COLUMN_CLIENT},
    {"client_ip", COLUMN_CLIENT},   {"clientip", COLUMN_CLIENT},   {"client-ip", COLUMN_CLIENT},
    {"src", COLUMN_CLIENT},         {"srcip", COLUMN_CLIENT},      {"src_ip", COLUMN_CLIENT},
    {"source_ip", COLUMN_CLIENT},   {"sourceip", COLUMN_CLIENT},   {"source", COLUMN_CLIENT},
    {"remote_addr", COLUMN_CLIENT}, {"cs-method", COLUMN_METHOD},  {"method", COLUMN_METHOD},
    {"http_method", COLUMN_METHOD}, {"httpmethod", COLUMN_METHOD}, {"cs-uri-stem", COLUMN_URL},
    {"cs-uri", COLUMN_URL},         {"url", COLUMN_URL},           {"uri", COLUMN_URL},
    {"request_url", COLUMN_URL},    {"hostname", COLUMN_URL},      {"sc-status", COLUMN_STATUS},
    {"status", COLUMN_STATUS},      {"code", COLUMN_STATUS},       {"http_status", COLUMN_STATUS},
    {"status_code", COLUMN_STATUS}, {"sc-bytes", COLUMN_BYTES},    {"bytes", COLUMN_BYTES},
    {"size", COLUMN_BYTES},         {"bytes_out", COLUMN_BYTES},   {"sentbyte", COLUMN_BYTES},
    {"rcvdbyte", COLUMN_BYTES},
};

const char *sweep_clock_name(enum sweep_clock clock)
{
	static const char *const clocks[] = {"unknown", "utc", "local"};
	return clocks[clock];
}

static enum log_column column_of(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == n && strncasecmp(names[i].name, name, n) == 0)
			return names[i].column;
	return COLUMN_NONE;
}

/* ---- times */

struct log_moment {
	int year, month, day, hour, minute, second;
	char fraction[10]; /* digits */
	int has_zone;
	int zone; /* minutes east */
};

static int number(const char *p, const char *end, size_t digits, int *value)
{
	*value = 0;
	if ((size_t)(end - p) < digits)
		return 0;
	for (size_t i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)p[i]))
			return 0;
		*value = *value * 10 + (p[i] - '0');
	}
	return 1;
}

/* "13:05:09", ".123" behind it: where it ends, or NULL. */
static const char *read_clock(const char *p, const char *end, struct log_moment *m)
{
	if (end - p < 8 || p[2] != ':' || p[5] != ':' || !number(p, end, 2, &m->hour) ||
	    !number(p + 3, end, 2, &m->minute) || !number(p + 6, end, 2, &m->second) || m->hour > 23 ||
	    m->minute > 59 || m->second > 60)
		return NULL;
	p += 8;
	if (end - p >= 2 && (*p == '.' || *p == ',') && isdigit((unsigned char)p[1])) {
		size_t n = 0;
		for (p++; p < end && isdigit((unsigned char)*p); p++)
			if (n + 1 < sizeof m->fraction)
				m->fraction[n++] = *p;
		m->fraction[n] = '\0';
	}
	return p;
}

/* "Z", "+0900", "+09:00". */
static const char *read_zone(const char *p, const char *end, struct log_moment *m)
{
	int hour;
	int minute;
	if (p < end && (*p == 'Z' || *p == 'z')) {
		m->has_zone = 1;
		return p + 1;
	}
	if (p >= end || (*p != '+' && *p != '-') || !number(p + 1, end, 2, &hour))
		return p;
	const char *rest = p + 3 + (end - p > 3 && p[3] == ':');
	if (!number(rest, end, 2, &minute) || hour > 14 || minute > 59)
		return p;
	m->has_zone = 1;
	m->zone = (hour * 60 + minute) * (*p == '-' ? -1 : 1);
	return rest + 2;
}

/* "2014-11-24", "2014/11/24". */
static const char *read_date(const char *p, const char *end, struct log_moment *m)
{
	if (end - p < 10 || (p[4] != '-' && p[4] != '/') || p[7] != p[4] || !number(p, end, 4, &m->year) ||
	    !number(p + 5, end, 2, &m->month) || !number(p + 8, end, 2, &m->day) || m->month < 1 || m->month > 12 ||
	    m->day < 1 || m->day > 31 || m->year < 1970)
		return NULL;
	return p + 10;
}

static const char *read_iso(const char *p, const char *end, struct log_moment *m)
{
	p = read_date(p, end, m);
	if (!p || p >= end || (*p != 'T' && *p != ' '))
		return NULL;
	p = read_clock(p + 1, end, m);
	return p ? read_zone(p, end, m) : NULL;
}

static int month_of(const char *p)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (int i = 0; i < 12; i++)
		if (strncasecmp(months + 3 * i, p, 3) == 0)
			return i + 1;
	return 0;
}

/* "24/Nov/2014:13:05:09 +0900" */
static const char *read_apache(const char *p, const char *end, struct log_moment *m)
{
	if (end - p < 20 || p[2] != '/' || p[6] != '/' || p[11] != ':' || !number(p, end, 2, &m->day) ||
	    !(m->month = month_of(p + 3)) || !number(p + 7, end, 4, &m->year) || m->day < 1 || m->day > 31 ||
	    m->year < 1970)
		return NULL;
	p = read_clock(p + 12, end, m);
	return p ? read_zone(p < end && *p == ' ' ? p + 1 : p, end, m) : NULL;
}

static void tell_seconds(struct sweep_line *out, time_t seconds, const char *fraction, const char *mark)
{
	struct tm tm;
	if (!gmtime_r(&seconds, &tm) || tm.tm_year < 70 || tm.tm_year > 8099)
		return;
	snprintf(out->when, sizeof out->when, "%04d-%02d-%02dT%02d:%02d:%02d%s%.9s%s", (tm.tm_year + 1900) % 10000,
	         (tm.tm_mon + 1) % 100, tm.tm_mday % 100, tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100,
	         *fraction ? "." : "", fraction, mark);
}

static void tell_moment(struct sweep_line *out, const struct log_moment *m)
{
	struct tm tm = {.tm_year = m->year - 1900,
	                .tm_mon = m->month - 1,
	                .tm_mday = m->day,
	                .tm_hour = m->hour,
	                .tm_min = m->minute,
	                .tm_sec = m->second};
	time_t seconds = timegm(&tm);
	if (tm.tm_mday != m->day) /* the 31st of a month that has none: a damaged line, or no time */
		return;
	if (m->has_zone)
		seconds -= (time_t)m->zone * 60;
	tell_seconds(out, seconds, m->fraction, m->has_zone ? "Z" : "");
	if (*out->when)
		out->clock = m->has_zone ? SWEEP_CLOCK_UTC : SWEEP_CLOCK_LOCAL;
}

/* ---- words */

static struct sweep_span next_word(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
	const char *begin = *p;
	while (*p < end && **p != ' ' && **p != '\t')
		(*p)++;
	return (struct sweep_span){begin, (size_t)(*p - begin)};
}

static int is_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)p[i]))
			return 0;
	return n > 0;
}

static int is_dash(struct sweep_span s)
{
	return s.n == 0 || (s.n == 1 && *s.text == '-');
}

static void set(struct sweep_span *to, struct sweep_span value)
{
	if (!is_dash(value) && !to->n)
		*to = value;
}

static int is_method(struct sweep_span s)
{
	if (s.n < 3 || s.n > 20)
		return 0;
	for (size_t i = 0; i < s.n; i++)
		if (!isupper((unsigned char)s.text[i]) && s.text[i] != '_' && s.text[i] != '-')
			return 0;
	return 1;
}

/* ---- the formats */

/* TIME ELAPSED CLIENT CODE/STATUS BYTES METHOD URL … */
static int read_squid(const char *p, const char *end, struct sweep_line *out)
{
	struct sweep_span word[7];
	for (size_t i = 0; i < 7; i++)
		word[i] = next_word(&p, end);
	const char *dot = memchr(word[0].text, '.', word[0].n);
	const char *slash = memchr(word[3].text, '/', word[3].n);
	if (!dot || !slash || (size_t)(dot - word[0].text) > 10 ||
	    !is_digits(word[0].text, (size_t)(dot - word[0].text)) ||
	    !is_digits(dot + 1, word[0].n - (size_t)(dot + 1 - word[0].text)) || !is_method(word[5]) || !word[6].n)
		return 0;
	char fraction[10] = "";
	size_t n = word[0].n - (size_t)(dot + 1 - word[0].text);
	memcpy(fraction, dot + 1, n < 9 ? n : 9);
	tell_seconds(out, (time_t)strtoll(word[0].text, NULL, 10), fraction, "Z");
	out->clock = *out->when ? SWEEP_CLOCK_UTC : SWEEP_CLOCK_UNKNOWN;
	set(&out->client, word[2]);
	set(&out->status, (struct sweep_span){slash + 1, word[3].n - (size_t)(slash + 1 - word[3].text)});
	set(&out->bytes, word[4]);
	set(&out->method, word[5]);
	set(&out->url, word[6]);
	return 1;
}

/* CLIENT IDENT USER [TIME] "METHOD URL PROTOCOL" STATUS BYTES …; a port or virtual host may stand before it. */
static int read_combined(const char *p, const char *end, struct sweep_line *out)
{
	const char *open = memchr(p, '[', (size_t)(end - p));
	struct log_moment m = {0};
	const char *after = open ? read_apache(open + 1, end, &m) : NULL;
	if (!after || after >= end || *after != ']')
		return 0;
	tell_moment(out, &m);
	set(&out->client, next_word(&p, open));
	const char *quote = memchr(after, '"', (size_t)(end - after));
	const char *close = quote ? memchr(quote + 1, '"', (size_t)(end - quote - 1)) : NULL;
	if (!close)
		return 1;
	const char *q = quote + 1;
	struct sweep_span method = next_word(&q, close);
	struct sweep_span url = next_word(&q, close);
	if (is_method(method) && url.n) {
		set(&out->method, method);
		set(&out->url, url);
	}
	q = close + 1;
	struct sweep_span status = next_word(&q, end);
	struct sweep_span bytes = next_word(&q, end);
	if (is_digits(status.text, status.n))
		set(&out->status, status);
	if (is_digits(bytes.text, bytes.n))
		set(&out->bytes, bytes);
	return 1;
}

struct log_columns {
	struct sweep_span value[COLUMN_COUNT];
};

/* What named columns say. */
static int tell_columns(const struct log_columns *c, int is_utc, struct sweep_line *out)
{
	struct log_moment m = {.has_zone = is_utc};
	struct sweep_span when = c->value[COLUMN_WHEN].n ? c->value[COLUMN_WHEN] : c->value[COLUMN_TIME];
	struct sweep_span date = c->value[COLUMN_DATE];
	struct sweep_span clock = c->value[COLUMN_TIME];
	struct sweep_span zone = c->value[COLUMN_ZONE];
	int has_time = 0;
	if (when.n && read_iso(when.text, when.text + when.n, &m)) {
		has_time = 1;
	} else if (date.n && read_iso(date.text, date.text + date.n, &m)) {
		has_time = 1;
	} else if (date.n && clock.n && read_date(date.text, date.text + date.n, &m)) {
		const char *rest = read_clock(clock.text, clock.text + clock.n, &m);
		has_time = rest != NULL;
		if (rest)
			read_zone(rest, clock.text + clock.n, &m);
	}
	if (has_time && zone.n && !m.has_zone)
		read_zone(zone.text, zone.text + zone.n, &m);
	if (has_time)
		tell_moment(out, &m);
	set(&out->client, c->value[COLUMN_CLIENT]);
	set(&out->method, c->value[COLUMN_METHOD]);
	set(&out->url, c->value[COLUMN_URL]);
	set(&out->status, c->value[COLUMN_STATUS]);
	set(&out->bytes, c->value[COLUMN_BYTES]);
	return has_time || out->client.n || out->url.n;
}

/* A cell that begins at p; *p moves behind its separator. */
static struct sweep_span next_cell(const char **p, const char *end, char separator)
{
	const char *begin = *p;
	if (separator != ' ' && begin < end && *begin == '"') {
		const char *q = begin + 1;
		while (q < end && !(*q == '"' && (q + 1 == end || q[1] == separator)))
			q++;
		*p = q + 1 < end ? q + 2 : end;
		return (struct sweep_span){begin + 1, (size_t)(q - begin - 1)};
	}
	const char *q = memchr(begin, separator, (size_t)(end - begin));
	*p = q ? q + 1 : end;
	return (struct sweep_span){begin, (size_t)((q ? q : end) - begin)};
}

static int read_columns(const struct sweep_log *log, const char *p, const char *end, struct sweep_line *out)
{
	struct log_columns c = {0};
	size_t cells = 0;
	for (; cells < log->columns && p < end; cells++)
		set(&c.value[log->column[cells]], next_cell(&p, end, log->separator));
	/* with more or fewer of them the line is damaged, or columns were named anew since: which is which cannot be told */
	if (log->is_w3c && (cells < log->columns || p < end))
		return 0;
	c.value[COLUMN_NONE] = (struct sweep_span){0};
	return tell_columns(&c, log->is_w3c, out);
}

static int read_pairs(const char *p, const char *end, struct sweep_line *out)
{
	struct log_columns c = {0};
	size_t pairs = 0;
	while (p < end && pairs < 200) {
		while (p < end && (*p == ' ' || *p == '\t' || *p == ','))
			p++;
		const char *key = p;
		while (p < end && *p != '=' && *p != ' ' && *p != '\t' && *p != ',')
			p++;
		if (p >= end || *p != '=')
			continue;
		enum log_column column = column_of(key, (size_t)(p - key));
		struct sweep_span value;
		p++;
		if (p < end && *p == '"') {
			const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));
			value = (struct sweep_span){p + 1, (size_t)((close ? close : end) - p - 1)};
			p = close ? close + 1 : end;
		} else {
			value = next_word(&p, end);
			while (value.n && value.text[value.n - 1] == ',')
				value.n--;
		}
		pairs++;
		if (column)
			set(&c.value[column], value);
	}
	return pairs >= 3 && tell_columns(&c, 0, out);
}

/* "Nov 24 13:05:09 ", "2014-11-24T13:05:09+09:00 ", with <134> before it: what follows, or NULL. */
static const char *read_syslog(const char *p, const char *end, struct sweep_line *out)
{
	struct log_moment m = {0};
	if (p < end && *p == '<') {
		const char *close = memchr(p, '>', (size_t)(end - p) < 6 ? (size_t)(end - p) : 6);
		p = close ? close + 1 : p;
	}
	if (end - p >= 2 && *p == '1' && p[1] == ' ') /* RFC 5424 */
		p += 2;
	const char *after = read_iso(p, end, &m);
	if (after && after < end && *after == ' ') {
		tell_moment(out, &m);
		return after + 1;
	}
	if (end - p > 16 && month_of(p) && p[3] == ' ' && (isdigit((unsigned char)p[4]) || p[4] == ' ') &&
	    p[6] == ' ') {
		int year;
		if (p[11] == ' ' && number(p + 7, end, 4, &year) && end - p > 21) { /* Nov 24 2014 13:05:09 */
			m.year = year;
			m.month = month_of(p);
			m.day = (p[4] == ' ' ? 0 : p[4] - '0') * 10 + (p[5] - '0');
			after = read_clock(p + 12, end, &m);
			if (after && year >= 1970 && m.day >= 1 && m.day <= 31)
				tell_moment(out, &m);
			return after;
		}
		return read_clock(p + 7, end, &m);
	}
	return NULL;
}

/* What stands behind the head of a syslog line: "host program[12]: MESSAGE". */
static const char *message_of(const char *p, const char *end)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));
	while (colon && colon + 1 < end && colon[1] != ' ')
		colon = memchr(colon + 1, ':', (size_t)(end - colon - 1));
	return colon && colon + 2 < end ? colon + 2 : p;
}

void sweep_log_line(const struct sweep_log *log, const char *line, size_t n, struct sweep_line *out)
{
	*out = (struct sweep_line){.clock = SWEEP_CLOCK_UNKNOWN};
	while (n && (line[n - 1] == '\r' || line[n - 1] == '\n'))
		n--;
	const char *end = line + n;
	if (n == 0 || (log->columns && *line != '#' && (read_columns(log, line, end, out) || log->is_w3c)))
		return;
	if (read_squid(line, end, out) || read_combined(line, end, out))
		return;
	struct sweep_line head = {.clock = SWEEP_CLOCK_UNKNOWN};
	const char *rest = read_syslog(line, end, &head);
	*out = head;
	if (rest) {
		const char *message = message_of(rest, end);
		struct sweep_line inner = {.clock = SWEEP_CLOCK_UNKNOWN};
		if (read_squid(message, end, &inner) || read_combined(message, end, &inner) ||
		    read_pairs(message, end, &inner)) {
			if (!*inner.when) {
				memcpy(inner.when, head.when, sizeof inner.when);
				inner.clock = head.clock;
			}
			*out = inner;
		}
		return;
	}
	read_pairs(line, end, out);
}

/* ---- the head of a file */

static void name_columns(struct sweep_log *log, const char *p, const char *end, char separator)
{
	size_t known = 0;
	log->separator = separator;
	log->columns = 0;
	while (p < end && log->columns < SWEEP_LOG_COLUMNS) {
		struct sweep_span cell = next_cell(&p, end, separator);
		enum log_column column = column_of(cell.text, cell.n);
		known += column != COLUMN_NONE;
		log->column[log->columns++] = (unsigned char)column;
	}
	if (known < 2)
		log->columns = 0;
}

void sweep_log_begin(struct sweep_log *log, const char *text, size_t n)
{
	*log = (struct sweep_log){0};
	const char *end = text + n;
	if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	for (int first = 1; text < end; first = 0) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		const char *stop = line_end ? line_end : end;
		if (stop > text && stop[-1] == '\r')
			stop--;
		if (stop - text > 9 && strncmp(text, "#Fields: ", 9) == 0) {
			name_columns(log, text + 9, stop, ' ');
			log->is_w3c = 1;
			return;
		}
		if (first && stop > text && *text != '#') {
			static const char separators[] = ",\t;|";
			for (const char *s = separators; *s && !log->columns; s++)
				if (memchr(text, *s, (size_t)(stop - text)))
					name_columns(log, text, stop, *s);
			return;
		}
		if (*text != '#')
			return;
		text = line_end ? line_end + 1 : end;
	}
}
