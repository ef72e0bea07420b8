#include "outward/formats.h"

#include <string.h>

#define ROW(row) extern const struct exchange_format row;
#include "rows/formats.def"
#undef ROW

static const struct exchange_format *const formats[] = {
#define ROW(row) &row,
#include "rows/formats.def"
#undef ROW
};

const struct exchange_format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}
