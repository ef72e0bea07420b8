/*
 * The desk's counts: Table 1 and figures of the report, from the mails on record.
 *
 *     json_t *rows = mail_stats(c, NULL, "", err);   // [{"table": "1", "key": "mails", "n": 609, "of": 609, "share": 100}, …]
 *
 * Retracted mails do not count; a person's correction of the class comes first. Shares are whole percents by the largest
 * remainder, so that they add up to 100; `of` is what they are shares of. Mails whose sender is not known (none, or
 * blotted out) are no part of A-2; a sender that nothing is known about is a row of its own in it.
 */
#ifndef GENBA_FINDING_MAIL_STATS_H
#define GENBA_FINDING_MAIL_STATS_H

#include "case/query/filter.h"
#include "case/store/case_file.h"

#include <jansson.h>

enum mail_stats_sizes { MAIL_CLASSES = 5, MAIL_SENDERS = 8, MAIL_ARCHIVES = 5, MAIL_FILES = 6 };

/* The keys of the tables, in the report's order: "compressed", …; "free_mail", … "unverified"; "zip", …; "exe", … */
extern const char *const mail_class_keys[MAIL_CLASSES];
extern const char *const mail_sender_keys[MAIL_SENDERS];
extern const char *const mail_archive_keys[MAIL_ARCHIVES];
extern const char *const mail_file_keys[MAIL_FILES];

struct mail_counts {
	size_t mails;
	size_t classes[MAIL_CLASSES];
	size_t senders[MAIL_SENDERS];
	size_t no_sender; /* none, or blotted out */
	size_t archives[MAIL_ARCHIVES];
	size_t files[MAIL_FILES];
};

/* Counts one mail; of the record is read: class, class_override, sender_class, sender_basis, archives, files. */
void mail_counts_add(struct mail_counts *counts, const json_t *mail);

enum mail_stats_by { STATS_ALL, STATS_MONTH, STATS_QUARTER, STATS_REQUESTER };

/* "month", "quarter", "requester"; NULL: all in one. 0 or -1 with ERR_USAGE. */
int mail_stats_by(const char *name, enum mail_stats_by *by, struct err *err);

/* `filter` NULL: all mails. New reference: an array of flat objects {table, key, n, of, share} and "by", where it is asked. */
json_t *mail_stats(struct case_file *c, const struct filter *filter, enum mail_stats_by by, struct err *err);

#endif
