/*
 * Indicators out of a block of text: found, compared with what is on record, and recorded in one action.
 *
 *     struct indicator_picks picks = {0};
 *     if (indicator_picks_find(&picks, text, n, err) == 0 && indicator_picks_match(&picks, c, err) == 0)
 *         …picks.all[i].value, .marked, .known: a person changes the marks…
 *     indicator_picks_record(&picks, c, note, "pasted text", &added, err);
 *     indicator_picks_release(&picks);
 *
 * What is found is in the normal form of case/store/indicator_value.h, each value once, in order of type and value. The host
 * of a URL or of a mail address is found, but not marked: it may be somebody's whole provider. What is on record is
 * recognised however it was written, and is never marked; nor is a name or address of a machine of the case. What every Windows
 * machine has (everywhere.h) is not found, but counted.
 */
#ifndef GENBA_FINDING_INDICATOR_PICK_H
#define GENBA_FINDING_INDICATOR_PICK_H

#include "case/store/record.h"

#include <stddef.h>

#define INDICATOR_PICKS_MOST 5000 /* different ones out of one text */

struct indicator_pick {
	char *value;      /* owned */
	const char *type; /* of the indicator */
	size_t times;     /* in the text */
	int marked;
	char known[LABEL_TEXT]; /* label of the record that has it already, or "" */
	char role[40];          /* of that record, for people */
	char own[LABEL_TEXT];   /* label of the machine on record whose name or address it is, or "" */
};

struct indicator_picks {
	struct indicator_pick *all;
	size_t count;
	size_t cap;
	size_t left_out;   /* more than INDICATOR_PICKS_MOST */
	size_t everywhere; /* times that the text names what every Windows machine has */
	const char *of;    /* label of the record that the text is of: new ones link to it; or NULL. Borrowed */
	const char *when;  /* when that was, as it is on record: new ones were first seen then; or NULL. Borrowed */
	int is_sent_to; /* the text is of something that was sent away: new hosts, addresses and URLs get the role upload */
};

/* What the role of a new one will be, as the field has it, or NULL. */
const char *indicator_pick_role(const struct indicator_picks *picks, const struct indicator_pick *pick);

/* Appends what the text holds. 0, or -1 (ERR_INVALID) if it is too long. */
int indicator_picks_find(struct indicator_picks *picks, const char *text, size_t n, struct err *err);

/* Says of each what the case knows. 0 or -1. */
int indicator_picks_match(struct indicator_picks *picks, struct case_file *c, struct err *err);

/*
 * Adds the marked ones, in one action; nothing is written if none is. `note`: label of the note that the text is, which
 * then names new and known ones in its field `on`; or NULL, and they get `origin`, or link to `picks->of`. *added gets their
 * number. 0 or -1.
 */
int indicator_picks_record(const struct indicator_picks *picks, struct case_file *c, const char *note,
                           const char *origin, size_t *added, struct err *err);

void indicator_picks_release(struct indicator_picks *picks);

#endif
