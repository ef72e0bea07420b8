/*
 * What was found in a mail, kept as a blob that its record names: the object of `mail look --json`, without what the record
 * has itself and without what follows from nothing being said. Of the text of a mail there is one copy, that of the record,
 * which can be purged.
 *
 *     mail_analysis_keep(c, object, sha256, err);            // the field `analysis`
 *     json_t *object = mail_analysis(c, "R1-L7", err);       // all of it again
 */
#ifndef GENBA_FINDING_MAIL_ANALYSIS_H
#define GENBA_FINDING_MAIL_ANALYSIS_H

#include <jansson.h>
#include <stddef.h>

struct case_file;
struct err;

/* The texts of a look that become fields of the record, by their name there; ended by NULL. The first MAIL_JUDGED of them
 * are what genba thinks of the mail: they stand in the analysis too, so that a new look tells whether it thinks otherwise now,
 * whatever a person has made of the record since. */
#define MAIL_JUDGED 7
extern const char *const mail_fields[];

/* 0 or -1. The object stays as it is. */
int mail_analysis_keep(struct case_file *c, const json_t *object, char sha256[65], struct err *err);

/* The analysis of a mail on record, as `mail look --json` has it; its file and member are those of the record. New
 * reference; NULL with ERR_NOT_FOUND or ERR_USAGE. */
json_t *mail_analysis(struct case_file *c, const char *label, struct err *err);

/* How many of its parts are locked. */
size_t mail_analysis_locked(const json_t *analysis);

/* The record of a mail. New reference; NULL with ERR_NOT_FOUND, or ERR_USAGE if it is none. */
json_t *mail_record(struct case_file *c, const char *label, struct err *err);

#endif
