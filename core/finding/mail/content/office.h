/* What XML documents of Office do when they are opened: fields that start programs, templates from elsewhere, macros. */
#ifndef GENBA_FINDING_MAIL_CONTENT_OFFICE_H
#define GENBA_FINDING_MAIL_CONTENT_OFFICE_H

#include "finding/mail/read/pool.h"

/* Bits of enum seen. */
unsigned office_look(struct pool *pool, const void *bytes, size_t n);

#endif
