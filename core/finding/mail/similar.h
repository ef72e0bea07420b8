/*
 * Which mails on record belong together: by one strong key (the same file, file in an archive, URL, host of a link, origin)
 * or two weak ones (subject without Re: and numbers, sender, name of a file, mailer). A key that many mails have says
 * nothing and is left out. Nothing is decided here: a person names the campaign.
 *
 *     json_t *rows = mail_similar(c, "R1-L7", err);      // [{"label": "R1-L7", "other": "R1-L3", "because": "file …"}, …]
 */
#ifndef GENBA_FINDING_MAIL_SIMILAR_H
#define GENBA_FINDING_MAIL_SIMILAR_H

#include "base/buf.h"
#include "case/store/case_file.h"

#include <jansson.h>

/* Pairs with `label`; NULL: all pairs, each once, but of a key that more than 100 mails have each mail and the next only. New
 * reference: an array of flat objects, or NULL. */
json_t *mail_similar(struct case_file *c, const char *label, struct err *err);

/* Appends `because` in the interface's language; without `values` only what the reasons are: "origin, file". The values are foreign
 * text: print the whole through printable.h. */
void mail_similar_told(const char *because, int values, struct buf *out);

/* How many others each mail is like: {"R1-L7": 2, …}; those that are like none are left out. New reference, or NULL. */
json_t *mail_similar_counts(struct case_file *c, struct err *err);

#endif
