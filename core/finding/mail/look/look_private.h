/* The steps of a look. */
#ifndef GENBA_FINDING_MAIL_LOOK_LOOK_PRIVATE_H
#define GENBA_FINDING_MAIL_LOOK_LOOK_PRIVATE_H

#include "finding/mail/look/look.h"

void look_header(struct look *l); /* the fields, the way it came */
void look_parts(struct look *l);  /* files, text, links */
void look_class(struct look *l);  /* Table 1 */
void look_sender(struct look *l); /* */
void look_rules(struct look *l);  /* all rules */

/* At most `most` bytes of n, no character cut in two. */
size_t look_cut(const char *text, size_t n, size_t most);

/* Text of the mail: decoded, its links taken. `charset` NULL: none is said. */
void look_add_text(struct look *l, const char *number, int is_html, const char *charset, const void *bytes,
                   size_t size);

int look_is_signature(const struct look_file *f);

/* outlook_parts.c: the items of a mail that is Outlook's; what is in a file of that kind, or in a signed mail; one item
 * alone (0, or -1: there is none of that number). */
void look_outlook(struct look *l);
void look_inside(struct look *l, size_t file, const void *bytes, size_t n);
int look_outlook_content(struct look *l, const char *number, struct buf *out);

/* contents.c: puts what libraries read of an archive to its list; whether they are needed. */
void look_take_contents(struct look *l, struct look_file *f, const json_t *contents);
int look_wants_content(const struct look_file *f, int has_passwords);

/* forwarded.c: goes to the mail that the mail carries; its carrier is this one. */
void look_forwarded(struct look *l);

/* The value of a field of the mail as text, or "". */
char *look_field(struct look *l, const char *name);

/* Whether a host is one of the domains of a list, or below one. */
int look_host_in(const char *host, const char *list);

#endif
