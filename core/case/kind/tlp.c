#include "case/kind/tlp.h"

#include <stddef.h>
#include <string.h>

#define RED 4

int tlp_rank(const char *tlp)
{
	static const char *const below[RED] = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT"};
	for (int i = 0; tlp && i < RED; i++)
		if (strcmp(below[i], tlp) == 0)
			return i;
	return RED;
}

const char *tlp_higher(const char *a, const char *b)
{
	if (!a || !b)
		return a ? a : b;
	return tlp_rank(b) > tlp_rank(a) ? b : a;
}

const char *tlp_own_or(const char *own, const char *of_case)
{
	return own && strcmp(own, "unknown") != 0 ? own : of_case;
}
