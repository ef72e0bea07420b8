/*
 * Percentages that add up to 100.
 *
 * Rounded one by one they may add up to 101. The largest remainder method rounds down
 * and gives what is missing to those that lost most by it: 364, 168, 36, 19 and 22 of
 * 609 are 60, 27, 6, 3 and 4 per cent.
 */
#ifndef GENBA_OUTWARD_DESK_SHARES_H
#define GENBA_OUTWARD_DESK_SHARES_H

#include <stddef.h>

/* Of `n` counts that are not negative; all 0 if they are. Of equal remainders the earlier one gains. */
void shares_of(const long *counts, size_t n, int *percent);

#endif
