/* The rules of the chain, one row each: which pivot, how many points, what they say. Version: CHAIN_RULES. */
#ifndef GENBA_FINDING_CHAIN_CHAIN_RULES_H
#define GENBA_FINDING_CHAIN_CHAIN_RULES_H

#include "finding/chain/chain.h"

enum chain_rule {
	RULE_CLAIM_FIELD,
	RULE_CLAIM_NAME,
	RULE_CLAIM_PERSON,
	RULE_CLAIM_UNKNOWN,
	RULE_CLAIM_TWICE,
	RULE_CLAIM_ADDRESS,
	RULE_FREE_MAIL,
	RULE_AUTH_FAILS,
	RULE_OTHER_DOMAIN,
	RULE_REPLY_DIFFERS,
	RULE_TOPIC_FIELD,
	RULE_TOPIC_NAME,
	RULE_TOPIC_UNKNOWN,
	RULE_TOPIC_SUBJECT,
	RULE_ORIGINAL_FIELD,
	RULE_ORIGINAL_REPLY,
	RULE_ORIGINAL_FILE,
	RULE_ORIGINAL_QUOTE,
	RULE_ORIGINAL_SUBJECT,
	RULE_KNOWN_ONLY,
	RULE_RECIPIENT,
	RULE_RECIPIENT_UNKNOWN,
	RULE_RECIPIENT_FIELD,
	RULE_OUTBOUND,
	RULE_OUTBOUND_TIMES,
	RULE_OUTBOUND_PAYLOAD,
	RULE_SIMILAR_SENT,
	RULE_SIMILAR_DAMAGED,
	RULE_LEAD,
	RULES,
};

/* Spoofing needs a claim and something against it; an original needs more than its subject. */
enum chain_side { SIDE_FOR, SIDE_AGAINST, SIDE_WEAK };

struct chain_rule_row {
	enum chain_pivot pivot;
	enum chain_side side;
	int points;
	const char *text; /* English, looked up when shown; %s: the genuine mail */
};

extern const struct chain_rule_row chain_rules[RULES];

#endif
