/*
 * The formats that the rooms bring (exchange/format.h), as the build collected
 * them: what `export` and `import` know by name. It stands above the rooms.
 */
#ifndef GENBA_OUTWARD_FORMATS_H
#define GENBA_OUTWARD_FORMATS_H

#include "outward/exchange/format.h"

const struct exchange_format *format_find(const char *name); /* or NULL */

#endif
