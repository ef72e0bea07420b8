#include "outward/desk/shares.h"

void shares_of(const long *counts, size_t n, int *percent)
{
	long total = 0;
	int given = 0;
	for (size_t i = 0; i < n; i++)
		total += counts[i];
	for (size_t i = 0; i < n; i++)
		given += percent[i] = total ? (int)(counts[i] * 100 / total) : 0;
	while (total && given < 100) { /* who lost most by rounding down is first; of equal ones the earlier */
		size_t best = n;
		for (size_t i = 0; i < n; i++) {
			int floor = (int)(counts[i] * 100 / total);
			if (percent[i] == floor && counts[i] * 100 % total &&
			    (best == n || counts[i] * 100 % total > counts[best] * 100 % total))
				best = i;
		}
		if (best == n)
			break;
		percent[best]++;
		given++;
	}
}
