/* What XML documents of Office do when they are opened: fields that start programs, templates from elsewhere, macros. */
#ifndef GENBA_FINDING_MAIL_LOOK_OFFICE_H
#define GENBA_FINDING_MAIL_LOOK_OFFICE_H

#include "finding/mail/look/look.h"

/* look_seen bits. */
unsigned office_look(struct pool *pool, const void *bytes, size_t n);

#endif
