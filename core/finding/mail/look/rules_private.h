/* The rules by group; each puts its findings down with look_find(). */
#ifndef GENBA_FINDING_MAIL_LOOK_RULES_PRIVATE_H
#define GENBA_FINDING_MAIL_LOOK_RULES_PRIVATE_H

#include "finding/mail/look/look_private.h"
#include "finding/mail/look/rules.h"

/* rules_name.c */
void rule_double_extension(struct look *l);
void rule_rlo(struct look *l);
void rule_padded(struct look *l);
void rule_extension_differs(struct look *l);
void rule_long_name(struct look *l);
/* rules_file.c */
void rule_program(struct look *l);
void rule_script(struct look *l);
void rule_shortcut(struct look *l);
void rule_disk_image(struct look *l);
void rule_chm(struct look *l);
void rule_cpl(struct look *l);
void rule_archive(struct look *l);
void rule_holds_mail(struct look *l);

#endif
