#include "finding/mail/read/address.h"

#include "base/buf.h"
#include "finding/mail/read/header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct reading {
	struct address_list *list;
	struct pool *pool;
	const char *charset;
	struct buf phrase;  /* words outside brackets, raw */
	struct buf address; /* between brackets */
	struct buf comment;
	int bracketed;
};

static char *plain_address(struct pool *pool, const char *text, size_t n)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		if (!is_blank(text[i]) && text[i] != '\0')
			buf_addc(&out, text[i]);
	if (out.len && out.data[0] == '@') { /* a route (RFC 822) */
		char *colon = strchr(out.data, ':');
		if (colon) {
			size_t left = out.len - (size_t)(colon + 1 - out.data);
			memmove(out.data, colon + 1, left);
			buf_truncate(&out, left);
		}
	}
	char *host = strrchr(out.data, '@');
	for (char *p = host; p && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	char *text_out = pool_text(pool, out.data, out.len);
	buf_release(&out);
	return header_text(pool, text_out, strlen(text_out), NULL);
}

static void finish(struct reading *r)
{
	struct address a = {"", ""};
	if (r->bracketed) {
		a.address = plain_address(r->pool, r->address.data, r->address.len);
		a.name = header_text(r->pool, r->phrase.data, r->phrase.len, r->charset);
	} else if (memchr(r->phrase.data, '@', r->phrase.len)) {
		a.address = plain_address(r->pool, r->phrase.data, r->phrase.len);
		a.name = header_text(r->pool, r->comment.data, r->comment.len, r->charset);
	} else {
		a.name = header_text(r->pool, r->phrase.data, r->phrase.len, r->charset);
	}
	if (*a.name || *a.address) {
		if (r->list->count >= ADDRESS_MOST) {
			r->list->limited = 1;
		} else {
			r->list->all = pool_more(r->pool, r->list->all, r->list->count, &r->list->cap, sizeof a);
			r->list->all[r->list->count++] = a;
		}
	}
	buf_clear(&r->phrase);
	buf_clear(&r->address);
	buf_clear(&r->comment);
	r->bracketed = 0;
}

/* Steps over a quoted string at p, adding what it says. */
static size_t quoted(const char *p, size_t n, struct buf *out)
{
	size_t i = 1;
	while (i < n && p[i] != '"') {
		size_t skip = header_opaque(p + i, n - i);
		if (!skip && p[i] == '\\' && i + 1 < n)
			i++;
		buf_add(out, p + i, skip ? skip : 1);
		i += skip ? skip : 1;
	}
	return i + (i < n);
}

static size_t comment(const char *p, size_t n, struct reading *r)
{
	size_t i = 1;
	int depth = 1;
	while (i < n && depth > 0) {
		size_t skip = header_opaque(p + i, n - i);
		if (!skip && p[i] == '\\' && i + 1 < n) {
			skip = 2;
		} else if (!skip && p[i] == '(') {
			if (++depth > ADDRESS_DEPTH)
				r->list->limited = 1;
		} else if (!skip && p[i] == ')' && --depth == 0) {
			return i + 1;
		}
		if (r->comment.len < 1000)
			buf_add(&r->comment, p + i, skip ? skip : 1);
		i += skip ? skip : 1;
	}
	return n;
}

void address_read(struct address_list *list, struct pool *pool, const char *value, size_t n, const char *charset)
{
	struct reading r = {list, pool, charset, BUF_INIT, BUF_INIT, BUF_INIT, 0};
	for (size_t i = 0; i < n && !list->limited;) {
		size_t skip = header_opaque(value + i, n - i);
		char c = value[i];
		if (skip) {
			buf_add(&r.phrase, value + i, skip);
			i += skip;
		} else if (c == '"') {
			i += quoted(value + i, n - i, &r.phrase);
		} else if (c == '(') {
			i += comment(value + i, n - i, &r);
		} else if (c == '<') {
			const char *close = memchr(value + i, '>', n - i);
			size_t length = close ? (size_t)(close - value) - i : n - i;
			if (!r.bracketed)
				buf_add(&r.address, value + i + 1, length - 1);
			r.bracketed = 1;
			i += length + (close ? 1 : 0);
		} else if (c == ',' || c == ';') {
			finish(&r);
			i++;
		} else if (c == ':' && !r.bracketed && !memchr(r.phrase.data, '@', r.phrase.len)) {
			buf_clear(&r.phrase); /* the name of a group */
			if (++list->groups > ADDRESS_GROUPS)
				list->limited = 1;
			i++;
		} else {
			buf_addc(&r.phrase, c);
			i++;
		}
	}
	finish(&r);
	buf_release(&r.phrase);
	buf_release(&r.address);
	buf_release(&r.comment);
}

void address_show(const struct address_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct address *a = &list->all[i];
		buf_adds(out, i ? ", " : "");
		if (*a->name && *a->address)
			buf_addf(out, "%s <%s>", a->name, a->address);
		else
			buf_adds(out, *a->name ? a->name : a->address);
	}
}

const char *address_host(const char *address)
{
	const char *at = strrchr(address, '@');
	return at ? at + 1 : "";
}

/* ---- dates */

static int number(const char **p, const char *stop, int digits, int *out)
{
	int n = 0;
	*out = 0;
	while (*p < stop && n < digits && **p >= '0' && **p <= '9') {
		*out = *out * 10 + (**p - '0');
		++*p;
		n++;
	}
	return n;
}

static void blanks(const char **p, const char *stop)
{
	while (*p < stop && (is_blank(**p) || **p == ',' || **p == '-'))
		++*p;
}

static int month_of(const char *p, const char *stop)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (int i = 0; stop - p >= 3 && i < 12; i++)
		if (strncasecmp(names + 3 * i, p, 3) == 0)
			return i + 1;
	return 0;
}

static int zone_of(const char *p, const char *stop)
{
	static const struct {
		const char *name;
		int minutes;
	} zones[] = {{"JST", 540},  {"KST", 540},  {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
	             {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"CET", 60},   {"BST", 60}};
	while (p < stop && is_blank(*p))
		p++;
	if (p < stop && (*p == '+' || *p == '-')) {
		int minus = *p++ == '-';
		int hours;
		int minutes;
		if (number(&p, stop, 2, &hours) == 2) {
			if (p < stop && *p == ':')
				p++;
			if (number(&p, stop, 2, &minutes) == 2 && hours < 24 && minutes < 60)
				return (minus ? -1 : 1) * (hours * 60 + minutes);
		}
	}
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (stop - p >= 3 && strncasecmp(p, zones[i].name, 3) == 0)
			return zones[i].minutes;
	return 0;
}

int address_date(const char *text, size_t n, struct buf *out, long long *utc, int *zone)
{
	const char *p = text;
	const char *stop = text + n;
	int day = 0;
	int year = 0;
	int hour = 0;
	int minute = 0;
	int second = 0;
	int month = 0;
	while (p < stop && (*p < '0' || *p > '9') && !(month = month_of(p, stop)))
		p++;
	if (month) { /* asctime: "Jun 10 09:10:00 2014" */
		p += 3;
		blanks(&p, stop);
	}
	if (!number(&p, stop, 2, &day) || day < 1 || day > 31)
		return 0;
	blanks(&p, stop);
	int late_year = month != 0;
	if (!month && !(month = month_of(p, stop)))
		return 0;
	if (!late_year) {
		while (p < stop && ((*p | 32) >= 'a' && (*p | 32) <= 'z'))
			p++;
		blanks(&p, stop);
		int digits = number(&p, stop, 4, &year);
		if (digits < 2)
			return 0;
		if (digits < 4)
			year += year < 50 ? 2000 : 1900;
		blanks(&p, stop);
	}
	if (!number(&p, stop, 2, &hour) || p >= stop || (*p != ':' && *p != '.'))
		return 0;
	p++;
	if (!number(&p, stop, 2, &minute))
		return 0;
	if (p < stop && (*p == ':' || *p == '.')) {
		p++;
		number(&p, stop, 2, &second);
	}
	if (late_year) {
		blanks(&p, stop);
		if (number(&p, stop, 4, &year) != 4)
			return 0;
	}
	if (year < 1970 || year > 9998 || hour > 23 || minute > 59)
		return 0;
	if (second > 59)
		second = 59;
	int offset = zone_of(p, stop);
	struct tm tm = {.tm_year = year - 1900,
	                .tm_mon = month - 1,
	                .tm_mday = day,
	                .tm_hour = hour,
	                .tm_min = minute,
	                .tm_sec = second};
	time_t seconds = timegm(&tm);
	if (tm.tm_mday != day)
		return 0;
	if (offset < -12 * 60 || offset > 14 * 60 || offset % 15)
		offset = 0;
	if (out)
		buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", year, month, day, hour, minute, second,
		         offset < 0 ? '-' : '+', (offset < 0 ? -offset : offset) / 60,
		         (offset < 0 ? -offset : offset) % 60);
	if (utc)
		*utc = (long long)seconds - 60LL * offset;
	if (zone)
		*zone = offset;
	return 1;
}
