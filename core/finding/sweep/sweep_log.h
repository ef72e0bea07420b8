/*
 * Log lines that are understood: when, client, method, url, status, bytes.
 *
 *     squid             1416801909.123    45 192.0.2.7 TCP_MISS/200 5120 GET http://evil.test/ - DIRECT/… text/html
 *     Apache, squid     192.0.2.7 - taro [24/Nov/2014:13:05:09 +0900] "GET /gate.php HTTP/1.1" 200 512 …
 *     IIS (W3C)         columns that #Fields names; times are UTC
 *     CSV               columns that the first line names
 *     key=value         date=2014-11-24 time=13:05:09 srcip=192.0.2.7 url="…" (firewalls)
 *     syslog            Nov 24 13:05:09 host …; 2014-11-24T13:05:09+09:00 host …; what follows may be one of the others
 *
 * What is not there stays empty: no time is invented. A time that names no zone is told as it stands and is `local` (a
 * syslog time without a year has no `when` at all; it stands in the line).
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_LOG_H
#define GENBA_FINDING_SWEEP_SWEEP_LOG_H

#include <stddef.h>
#include <stdint.h>

enum sweep_clock { SWEEP_CLOCK_UNKNOWN, SWEEP_CLOCK_UTC, SWEEP_CLOCK_LOCAL };

#define SWEEP_LOG_COLUMNS 64

/* What the first lines of a file say of the others. */
struct sweep_log {
	char separator;                          /* of columns; 0: none are named */
	unsigned char column[SWEEP_LOG_COLUMNS]; /* enum of sweep_log.c, by position */
	size_t columns;
	int is_w3c;
};

/* A part of the line; n is 0 where it does not say. */
struct sweep_span {
	const char *text;
	size_t n;
};

struct sweep_line {
	char when[40]; /* RFC 3339 with Z; `local`: without zone; "" if none */
	enum sweep_clock clock;
	struct sweep_span client;
	struct sweep_span method;
	struct sweep_span url;
	struct sweep_span status;
	struct sweep_span bytes;
};

const char *sweep_clock_name(enum sweep_clock clock);

/* Looks at the beginning of a file. */
void sweep_log_begin(struct sweep_log *log, const char *text, size_t n);

/* Takes one line apart; `out` borrows from it. */
void sweep_log_line(const struct sweep_log *log, const char *line, size_t n, struct sweep_line *out);

#endif
