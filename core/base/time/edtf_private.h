/* What reading times and reckoning with them have in common. */
#ifndef GENBA_BASE_TIME_EDTF_PRIVATE_H
#define GENBA_BASE_TIME_EDTF_PRIVATE_H

#include "base/time/edtf.h"

/* Days of a month of a year. */
int edtf_month_length(int year, int month);

/* Nanoseconds of one unit of the last of n digits. */
int edtf_unit_of(int n);

/* Digits that say a number of nanoseconds without a loss. */
int edtf_fraction_digits(int nanoseconds);

#endif
