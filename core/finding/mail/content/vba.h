/*
 * Macros in a compound file: whether there are any, and whether their source was put away so that only what was compiled of them
 * runs ("stomping"). Source: MS-OVBA.
 */
#ifndef GENBA_FINDING_MAIL_CONTENT_VBA_H
#define GENBA_FINDING_MAIL_CONTENT_VBA_H

#include "finding/mail/read/pool.h"

#include <stddef.h>

enum vba_found { VBA_NONE, VBA_MACROS, VBA_UNCOMPARED /* too large to compare the two */, VBA_STOMPED };

/* Of a whole document, or a vbaProject.bin. */
enum vba_found vba_look(struct pool *pool, const void *bytes, size_t n);

#endif
