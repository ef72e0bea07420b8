/*
 * Reading what people type, token by token: dates, times of day, zones, durations.
 *
 * Works on folded text (base/fold.h): full-width forms are plain, letters are
 * lower case. Each function skips blanks, takes what it understands from t->p and
 * returns 1, or leaves t->p where it was and returns 0. Nothing is checked against
 * the calendar here: the result goes through edtf_parse().
 */
#ifndef GENBA_BASE_TIME_EDTF_TYPED_H
#define GENBA_BASE_TIME_EDTF_TYPED_H

#include "base/time/edtf.h"

struct typed {
	const char *p;
	struct clock_time now;
	int year, month, day; /* month and day 0: not said */
	int has_date;
	int has_year;             /* the year was said, not guessed */
	int hour, minute, second; /* hour -1: no time of day; second -1: to the minute */
	int nanosecond, fraction; /* as in struct edtf_point */
	int zone;                 /* a zone was said: `offset` is it */
	int offset;
};

int typed_skip(struct typed *t, const char *word);
int typed_number(struct typed *t, int longest, int *value);
int typed_date(struct typed *t);
int typed_clock(struct typed *t);
int typed_zone(struct typed *t);
int typed_duration(struct typed *t, struct duration *d);

/* The fraction of a second, if there is one. 0 if it has more than nine digits. */
int typed_fraction(struct typed *t);

/* "about", 約 and the like before a value; 頃, ~ and the like behind one. */
int typed_about(struct typed *t);
int typed_around(struct typed *t);

/* Puts the year in that was not said: the one that brings the date nearest to now. */
void typed_guess_year(struct typed *t);

/* Moves the date by days. */
void typed_move_days(struct typed *t, int64_t days);

#endif
