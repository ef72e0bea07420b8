#include "outward/intake/timeline_time.h"

#include "base/time/clock.h"
#include "finding/observation/observation.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* `n` digits. -1: they are not there. */
static int digits(const char **p, int n)
{
	int value = 0;
	for (int i = 0; i < n; i++, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static int sign(const char **p, const char *allowed)
{
	if (!**p || !strchr(allowed, **p))
		return -1;
	(*p)++;
	return 0;
}

static int date(const char **p, int *year, int *month, int *day)
{
	const char *start = *p;
	if ((*year = digits(p, 4)) >= 0 && sign(p, "-/.") == 0 && (*month = digits(p, 2)) > 0 && sign(p, "-/.") == 0 &&
	    (*day = digits(p, 2)) > 0)
		return 0;
	*p = start; /* 11/23/2026 */
	return (*month = digits(p, 2)) > 0 && sign(p, "-/") == 0 && (*day = digits(p, 2)) > 0 && sign(p, "-/") == 0 &&
	               (*year = digits(p, 4)) >= 0
	           ? 0
	           : -1;
}

/* Minutes east of UTC. 0, 1: none is written, -1. */
static int zone(const char *p, int *minutes)
{
	p += strspn(p, " ");
	*minutes = 0;
	if (!*p)
		return 1;
	if (strcmp(p, "Z") == 0 || strcmp(p, "z") == 0 || strcmp(p, "UTC") == 0 || strcmp(p, "GMT") == 0)
		return 0;
	if (*p != '+' && *p != '-')
		return -1;
	int west = *p++ == '-';
	int hours = digits(&p, 2);
	if (*p == ':')
		p++;
	int rest = *p ? digits(&p, 2) : 0;
	if (hours < 0 || hours > 14 || rest < 0 || rest > 59 || *p)
		return -1;
	*minutes = (west ? -1 : 1) * (hours * 60 + rest);
	return 0;
}

int timeline_time(const char *text, int64_t *when, uint8_t *clock)
{
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int minutes;
	int64_t ticks = 0;
	const char *p = text + strspn(text, " ");
	if (date(&p, &year, &month, &day) < 0 || month > 12 || day > 31 || (*p != 'T' && *p != ' '))
		return -1;
	p++;
	p += strspn(p, " ");
	if ((hour = digits(&p, 2)) < 0 || hour > 23 || sign(&p, ":") < 0 || (minute = digits(&p, 2)) < 0 ||
	    minute > 59 || sign(&p, ":") < 0 || (second = digits(&p, 2)) < 0 || second > 60)
		return -1;
	if (*p == '.' || *p == ',') {
		int64_t unit = OBSERVATION_TICKS;
		for (p++; isdigit((unsigned char)*p); p++) {
			unit /= 10;
			ticks += unit * (*p - '0');
		}
	}
	int none = zone(p, &minutes);
	if (none < 0)
		return -1;
	int64_t days = clock_days_from_civil(year, month, day);
	int64_t y;
	int m;
	int d;
	clock_civil_from_days(days, &y, &m, &d);
	if (d != day) /* 31 February */
		return -1;
	int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - (int64_t)minutes * 60;
	*when = seconds * OBSERVATION_TICKS + ticks;
	*clock = none ? OBSERVATION_CLOCK_unknown : OBSERVATION_CLOCK_utc;
	return 0;
}

int timeline_epoch(double number, int64_t *when)
{
	double size = number < 0 ? -number : number;
	double ticks = size < 1e11   ? number * 1e7
	               : size < 1e14 ? number * 1e4
	               : size < 1e17 ? number * 10
	                             : number / 100;
	if (!(ticks > -9e17 && ticks < 9e17) || number == 0)
		return -1;
	*when = (int64_t)ticks;
	return 0;
}
