/*
 * Words that genba itself puts into a record where a person might have typed
 * some. They are stored in English, whatever the interface's language, so that
 * two copies of a case do not differ by who had which; where the record is
 * shown they are translated.
 */
#ifndef GENBA_CASE_KIND_STORED_WORDS_H
#define GENBA_CASE_KIND_STORED_WORDS_H

#include "base/i18n.h"

#include <stddef.h>

#define WORDS_HANDOVER       N_("handover of the case")
#define WORDS_BRIEF          N_("brief of the handover")
#define WORDS_VOUCH_QUESTION N_("Does work that a revoked key signed count?")
#define WORDS_VOUCH_CHOICE   N_("it is taken in")
#define WORDS_MEDIUM_WRITTEN N_("evidence written to it")
#define WORDS_MEDIUM_READ    N_("evidence read from it")
#define WORDS_PASTED         N_("pasted text")

/* What a decision on a consultation says. */
#define WORDS_ASKED_BECOMES N_("What becomes of the consultation")
#define WORDS_ASKED_RESCUE  N_("Rescue although neither criterion of eligibility holds")
#define WORDS_BECAME_CASE   N_("it becomes a case")
#define WORDS_BECAME_ADVICE N_("advice is given") /* no end: rescue may follow */
#define WORDS_ENDED_ADVICE  "it ends with advice" /* what decisions of before say of the same */
#define WORDS_BECAME_RESCUE N_("it becomes a rescue")
#define WORDS_BECAME_SITE   N_("it becomes support on site")
#define WORDS_BECAME_WATCH  N_("it becomes a case under observation")
#define WORDS_BECAME_CLOSED N_("it becomes a case that is closed")
#define WORDS_DECLINED      N_("it is declined")

/* What left, in the field that says so: the other formats bear the name of their standard in every language. */
#define WORDS_LEFT_INCIDENT    N_("report incident")
#define WORDS_LEFT_PRELIMINARY N_("report preliminary")
#define WORDS_LEFT_FINAL       N_("report final")
#define WORDS_LEFT_ALERT       N_("report alert")
#define WORDS_LEFT_TWIN        N_("twin")

struct field;

/* What is shown of a text of a field (NULL: not known): its translation if it is such words, else the text itself. Of what a
 * check says, with what it says it of (`A service was installed: updsvc`), the sentence is translated. The caller frees. */
char *stored_words_in(const struct field *field, const char *text);

/* The size of a sentence of a check without its full stop, where something is to be added to it. */
size_t stored_words_without_stop(const char *sentence);

/* The same of a text that no person can have typed, in a field that genba fills in: what the shipped playbooks call themselves,
 * their steps and phases, and which report left, too. Cases of before have it in the language in which the run was begun: it is
 * found by either. */
const char *stored_words_of_program(const char *text);

/* What the shipped playbooks say for it in the other language, whatever the interface's is: a run is looked for in either.
 * NULL: the field is not one that genba fills in, or they say no such thing. */
const char *stored_words_other(const struct field *field, const char *text);

#endif
