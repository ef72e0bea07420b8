/* What the files of the chain share while it is worked out. */
#ifndef GENBA_FINDING_CHAIN_CHAIN_PRIVATE_H
#define GENBA_FINDING_CHAIN_CHAIN_PRIVATE_H

#include "base/buf.h"
#include "finding/chain/chain.h"
#include "finding/chain/chain_rules.h"
#include "finding/chain/name_find.h"

/* An organisation, on record or not, while the chain is worked out. */
struct organisation {
	char *name;
	char *domain;
	char party[LABEL_TEXT];
	const json_t *record; /* of the party; NULL */
	size_t one_with;      /* a person said so; itself mostly */
	int is_own;
	int no_topic;    /* its business is to be named: police, vendor, … */
	int has_domains; /* some are known */
};

struct organisations {
	struct organisation *all;
	size_t count, cap;
	json_t *by_domain; /* domain -> [numbers] */
	json_t *by_party;  /* label of any party -> number of its organisation */
	json_t *by_mail;   /* a person's or party's own address -> number */
	json_t *by_name;   /* "CLASS core" of unknown ones -> number */
	json_t *by_core;   /* … of the first `indexed` of all */
	size_t indexed;
	json_t *too_short; /* [label of a party, its name, …]: names that are not found in texts */
	json_t *different; /* "WHO\nWHO" that a person told apart */
	struct name_finder *finder;
};

#define NO_ORGANISATION SIZE_MAX

/* Reads the parties and the decisions about sameness. */
void organisations_read(struct organisations *o, const struct chain_records *records);
void organisations_release(struct organisations *o);

/* All of these give the number of an organisation after what a person made one, or NO_ORGANISATION. */
size_t organisation_of_party(const struct organisations *o, const char *label);
/* Of a mail address; unknown domains become organisations of their own, providers never. *several: more parties have it. */
size_t organisation_of_address(struct organisations *o, const char *address, int *several);
/* Of a name that was found; `domain` NULL or that of the same signature. */
size_t organisation_of_hit(struct organisations *o, const struct name_hit *hit, const char *found, const char *domain);
size_t organisation_whole(const struct organisations *o, size_t number);
/* 1 if that registrable domain is one of its own. */
int organisation_has_domain(const struct organisations *o, size_t number, const char *domain);
/* The party's label, else the domain, else the name. */
const char *organisation_who(const struct organisations *o, size_t number);
/* By label, domain or name. */
size_t organisation_find(struct organisations *o, const char *who);

/* ---- what a mail says */

enum mail_place {
	MAIL_FROM,
	MAIL_SUBJECT,
	MAIL_TEXT,
	MAIL_SIGNATURE,
	MAIL_ADDRESSEE,
	MAIL_QUOTE,
	MAIL_FILE,
};

struct mail_name {
	size_t organisation;
	enum mail_place place;
	enum name_what what;
	int known;  /* on record */
	char *line; /* as found */
};

struct mail_reading {
	struct mail_name *names;
	size_t count, cap;
	json_t *signature_domains; /* registrable -> true */
};

void mail_read(struct organisations *o, const json_t *mail, struct mail_reading *reading, struct chain *chain);
void mail_reading_release(struct mail_reading *reading);
int mail_is_suspicious(const json_t *mail);

/* ---- originals */

struct originals; /* the genuine mails, by what can be seen of them elsewhere */
struct originals *originals_new(void);
void originals_free(struct originals *originals);
/* One more. A suspicious one, too: it may be named as what another was altered from. */
void originals_add(struct originals *originals, json_t *mail);
/* Calls for each row that ties the mail to a genuine one: its record, the rule, the field and line that show it. */
void originals_of(const struct originals *originals, const json_t *mail,
                  void (*fn)(void *ctx, const json_t *genuine, enum chain_rule rule, const char *field,
                             const char *line),
                  void *ctx);

/* ---- what speaks for whom */

#define CHAIN_MOST 100 /* points */
#define CHAIN_MORE 10  /* for each further one */

/* One record for one organisation and pivot. */
struct chain_speaking {
	size_t organisation;
	enum chain_pivot pivot;
	size_t place; /* order of finding */
	char because[LABEL_TEXT];
	const char *field;
	char *line; /* owned */
	struct buf reason;
	int points, strongest;
	uint64_t rules; /* a bit each */
};

/* The rules at work on one record after the other. Borrows all it is made of. */
struct chain_looking;
struct chain_looking *chain_looking_new(const struct chain_records *records, struct organisations *o,
                                        const struct originals *originals, struct chain *notes);
void chain_looking_free(struct chain_looking *l);
void chain_look_at_mail(struct chain_looking *l, const json_t *mail); /* skips what is not suspicious */
void chain_look_at_rest(struct chain_looking *l); /* damaged organisations, leads: after the mails */
/* All that speaks so far. */
size_t chain_looking_found(const struct chain_looking *l, const struct chain_speaking **all);

/* A genuine mail, and the earliest suspicious one that uses it. */
struct original_use {
	const json_t *genuine, *mail;
	int64_t when;
};

/* Of the mails that were looked at. */
struct original_uses {
	struct original_use *all;
	size_t count;
	json_t *known_only; /* mails that hold what only some could know */
};
const struct original_uses *chain_looking_uses(const struct chain_looking *l);

/* ---- times */

struct chain_span {
	int64_t first, last;
	int placed;
	int at_latest; /* it may have been earlier */
};

struct chain_span chain_time(const struct chain_records *records, const json_t *record, const char *field);

/* Added to the chain. Coverage does not follow from the mails, leaks do. */
void chain_coverage(const struct chain_records *records, const struct organisations *o, struct chain *chain);
void chain_leaks(const struct chain_records *records, struct organisations *o, const struct original_uses *uses,
                 struct chain *chain);

/* The interval in which an asset was infected: INT64_MIN, INT64_MAX where it is not known. Where only an act of the attacker is on
 * record it begins with that, at the latest. 0: it was not. */
int chain_infected(const struct chain_records *records, const json_t *asset, struct chain_span *from,
                   struct chain_span *until);

/* Once for each pair, unless a person told them apart or made them one. */
void chain_suggest_same(struct chain *chain, const struct organisations *o, size_t a, size_t b, const char *reason);

/* ---- the work, which can be gone on with */

/* All that is worked out of the records, but for the decisions. The records are borrowed and have to stay. */
struct chain_work;
struct chain_work *chain_work_new(const struct chain_records *records);
void chain_work_free(struct chain_work *work);
/* Works it out, until the steady time `deadline` (HUGE_VAL: to the end). 1: there is more to do; 0: it may be told. */
int chain_work_go_on(struct chain_work *work, double deadline);
int chain_work_percent(const struct chain_work *work);
/* One more mail, suspicious and no payload on record: nothing that was worked out before changes by it. */
void chain_work_add(struct chain_work *work, json_t *mail);
/* The chain as it is now, with those decisions. */
void chain_work_tell(struct chain_work *work, const json_t *pivots, struct chain *chain);

#endif
