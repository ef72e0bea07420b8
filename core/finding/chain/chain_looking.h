/* What the files of the rules share while they look at one record after the other. */
#ifndef GENBA_FINDING_CHAIN_CHAIN_LOOKING_H
#define GENBA_FINDING_CHAIN_CHAIN_LOOKING_H

#include "finding/chain/chain_private.h"
#include "finding/chain/mail_domain.h"

struct chain_looking {
	const struct chain_records *records;
	struct organisations *o;
	const struct originals *originals;
	struct chain *chain;
	struct chain_speaking *all;
	size_t count, cap;
	size_t first; /* of the record that is looked at */
	size_t base;  /* place of the first */
	struct original_uses uses;
	json_t *infected; /* label -> asset */
	json_t *payloads; /* subjects and links of attacks -> true */
	/* of the mail that is looked at */
	const json_t *mail;
	const char *label;
	struct mail_reading reading;
	char from_domain[DOMAIN_TEXT];
	size_t from_organisation;
	json_t *received; /* numbers of organisations that got it, as keys */
	json_t *claimed;  /* … that the sender claims to be */
	json_t *holding;  /* … that hold an original of it */
};

/* A row speaks for that organisation; `line` of `field` shows it. `about` stands for the %s of the row's text. */
void chain_speak(struct chain_looking *l, size_t organisation, enum chain_rule rule, const char *field,
                 const char *line, const char *about);

/* It is the case's own, or none. */
int chain_is_own(const struct chain_looking *l, size_t number);

/* Takes subjects, links and digests of attacks on record. */
void chain_read_payloads(struct chain_looking *l);
void chain_look_outbound(struct chain_looking *l);

#endif
