/* When a holder's time is over: by what the clocks say, and nothing else. */
#include "tui/command/holder.h"

#include "base/err.h"
#include "base/i18n.h"
#include "tui/session/session.h"

#include <stdlib.h>
#include <string.h>

#define NAP 1.0 /* seconds by which the two clocks may differ without a sleep */

double holder_left(const struct holder_limits *limits, const struct holder_clock *begun, double last, double now)
{
	double whole = begun->steady + limits->whole - now;
	double idle = last + limits->idle - now;
	if (limits->whole <= 0 && limits->idle <= 0)
		return -1;
	double left = limits->whole <= 0 ? idle : limits->idle <= 0 || whole < idle ? whole : idle;
	return left > 0 ? left : 0;
}

enum holder_end holder_judge(const struct holder_limits *limits, const struct holder_clock *begun, double last,
                             const struct holder_clock *now)
{
	if (now->asleep - begun->asleep > NAP)
		return HOLDER_SLEPT;
	if (limits->whole > 0 && now->steady - begun->steady >= limits->whole)
		return HOLDER_TIME_OVER;
	return limits->idle > 0 && now->steady - last >= limits->idle ? HOLDER_IDLE : HOLDER_GOES_ON;
}

/* 90s, 15m, 8h, 1d; a number alone is minutes. 0 or -1. */
static int holder_length(const char *text, double *seconds, struct err *err)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"s", 1}, {"m", 60}, {"", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
	char *end;
	double number = *text >= '0' && *text <= '9' ? strtod(text, &end) : (end = NULL, 0);
	for (size_t i = 0; end && number > 0 && number < 1e6 && i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].unit) == 0) {
			*seconds = number * units[i].seconds;
			return 0;
		}
	return err_set(err, ERR_USAGE, _("--for takes a time such as 15m, 8h or 90s, not '%s'"), text);
}

int holder_limits_parse(const char *length, struct holder_limits *limits, struct err *err)
{
	*limits = (struct holder_limits){.idle = session_idle_limit()};
	if (length && holder_length(length, &limits->whole, err) < 0)
		return -1;
	if (length &&
	    !getenv("GENBA_LOCK_AFTER")) /* a day was asked for: a pause of a quarter of an hour does not end it */
		limits->idle = limits->whole;
	return 0;
}
