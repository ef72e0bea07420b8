/* The rules by group; each puts its findings down with look_find(). */
#ifndef GENBA_FINDING_MAIL_LOOK_RULES_PRIVATE_H
#define GENBA_FINDING_MAIL_LOOK_RULES_PRIVATE_H

#include "finding/mail/look/look_private.h"
#include "finding/mail/look/rules.h"

/* rules_sender.c */
void rule_free_names_org(struct look *l);
void rule_reply_to_differs(struct look *l);
void rule_envelope_differs(struct look *l);
void rule_several(struct look *l);
void rule_address_in_name(struct look *l);
void rule_lookalike(struct look *l);
void rule_mixed_script(struct look *l);
void rule_own_from_outside(struct look *l);
void rule_auth_fail(struct look *l);
void rule_auth_none(struct look *l);
void rule_auth_untrusted(struct look *l);
void rule_backwards(struct look *l);
void rule_date_far(struct look *l);
void rule_zone_odd(struct look *l);
/* rules_link.c, rules_text.c */
void rule_links(struct look *l);
void rule_password(struct look *l);
void rule_odd_japanese(struct look *l);
void rule_theme(struct look *l);
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
void rule_seen(struct look *l);
void rule_holds_mail(struct look *l);

#endif
