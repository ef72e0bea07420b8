/*
 * The rules: a row each. A rule looks at a mail that was read, and puts findings down.
 *
 *     const struct mail_rule *rule = mail_rule_find("name.rlo");
 *     rule->technique, i18n_text(rule->text) …
 *
 * Rows without a function are found while the mail is read (limits, damage). Techniques are of ATT&CK version 17.
 */
#ifndef GENBA_FINDING_MAIL_LOOK_RULES_H
#define GENBA_FINDING_MAIL_LOOK_RULES_H

#include <stddef.h>

struct look;

enum rule_weight { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

struct mail_rule {
	const char *id; /* "group.name" */
	enum rule_weight weight;
	const char *technique; /* "T1036.007@17", or "" */
	const char *text;      /* English; translated by i18n_text() */
	void (*run)(struct look *l);
};

const struct mail_rule *mail_rule_find(const char *id);
const struct mail_rule *mail_rule_at(size_t i);        /* NULL behind the last */
const char *mail_rule_weight(enum rule_weight weight); /* "low", "medium", "high" */
const char *mail_weight_shown(const char *weight);     /* that word in the interface's language */

#endif
