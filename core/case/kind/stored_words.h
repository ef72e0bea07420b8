/*
 * Words that genba itself puts into a record where a person might have typed
 * some. They are stored in English, whatever the interface's language, so that
 * two copies of a case do not differ by who had which; where the record is
 * shown they are translated.
 */
#ifndef GENBA_CASE_KIND_STORED_WORDS_H
#define GENBA_CASE_KIND_STORED_WORDS_H

#include "base/i18n.h"

#define WORDS_HANDOVER       N_("handover of the case")
#define WORDS_BRIEF          N_("brief of the handover")
#define WORDS_VOUCH_QUESTION N_("Does work that a revoked key signed count?")
#define WORDS_VOUCH_CHOICE   N_("it is taken in")
#define WORDS_MEDIUM_WRITTEN N_("evidence written to it")
#define WORDS_MEDIUM_READ    N_("evidence read from it")

/* What is shown of such a text: its translation; any other text is returned as it is. */
const char *stored_words_shown(const char *text);

#endif
