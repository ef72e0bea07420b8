/*
 * Where mails may lie that somebody brings: what is mounted below /media, /run/media and /mnt, the working folder, and the
 * folders in them. Only names are looked at: one that ends as files of mails do, or a Maildir.
 *
 *     char **places = mail_places(&count);      // the removable ones first
 */
#ifndef GENBA_FINDING_MAIL_PLACES_H
#define GENBA_FINDING_MAIL_PLACES_H

#include <stddef.h>

#define MAIL_PLACES 50

/* Whether a file is called as mails are: .eml, .emlx, .msg, .mbox, winmail.dat. */
int mail_name_tells(const char *name);

/* Paths, which the caller frees with mail_places_free(). */
char **mail_places(size_t *count);
void mail_places_free(char **places, size_t count);

#endif
