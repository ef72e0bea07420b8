/*
 * Macros in a compound file: whether there are any, and whether their source was put away so that only what was compiled of them
 * runs ("stomping"). Source: MS-OVBA.
 */
#ifndef GENBA_FINDING_MAIL_LOOK_VBA_H
#define GENBA_FINDING_MAIL_LOOK_VBA_H

#include "finding/mail/read/pool.h"

#include <stddef.h>

struct buf;

enum vba_found { VBA_NONE, VBA_MACROS, VBA_STOMPED };

/* Of a whole document, or a vbaProject.bin. */
enum vba_found vba_look(struct pool *pool, const void *bytes, size_t n);

/* Appends what a compressed container holds. -1: it is none, or damaged. */
int vba_unpack(const void *bytes, size_t n, struct buf *out);

#endif
