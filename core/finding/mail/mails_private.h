/* What the reading of mails asks other cages for. */
#ifndef GENBA_FINDING_MAIL_MAILS_PRIVATE_H
#define GENBA_FINDING_MAIL_MAILS_PRIVATE_H

#include "finding/mail/mails.h"

/* A look showed archives that only libraries can read (`content_wanted`): they do, and the mail is looked at again with what
 * they found. *object is replaced; what went badly is a finding of it. */
int mails_look_deeper(const struct mails *m, const void *source, size_t n, size_t number, json_t **object,
                      struct err *err);

#endif
