#include "case/action/verb.h"

#include "base/i18n.h"

#include <string.h>

/* name, text, undoable, how the subject goes on */
static const struct verb verbs[] = {
    {"add", N_("action: add"), 1, VERB_KIND},
    {"set", N_("action: set"), 1, VERB_FIELDS},
    {"note", N_("action: note"), 1, VERB_RECORDS},
    {"retract", N_("action: retract"), 1, VERB_RECORDS},
    {"undo", N_("action: undo"), 0, VERB_RECORDS},
    {"play", N_("action: play"), 1, VERB_RECORDS},
    {"step", N_("action: step"), 1, VERB_RECORDS},
    {"preserve", N_("action: preserve"), 0, VERB_RECORDS},
    {"capture", N_("action: capture"), 0, VERB_RECORDS},
    {"verify", N_("action: verify"), 0, VERB_RECORDS},
    {"new", N_("action: new"), 0, VERB_RECORDS},
    {"import", N_("action: import"), 1, VERB_RECORDS},
    {"stage", N_("action: stage"), 1, VERB_RECORDS},
    {"desk", N_("action: desk"), 1, VERB_RECORDS},
    {"merge", N_("action: merge"), 0, VERB_RECORDS},
    {"resolve", N_("action: resolve"), 0, VERB_RECORDS},
    {"handover", N_("action: handover"), 0, VERB_RECORDS},
    {"accept", N_("action: accept"), 0, VERB_RECORDS},
    {"purge", N_("action: purge"), 0, VERB_RECORDS},
    {"print", N_("action: print"), 0, VERB_RECORDS},
    {"revoke", N_("action: revoke"), 0, VERB_RECORDS},
    {"salvage", N_("action: salvage"), 0, VERB_RECORDS},
    {"triage", N_("action: triage"), 0, VERB_RECORDS},
    {"sweep", N_("action: sweep"), 0, VERB_RECORDS},
    {"promote", N_("action: promote"), 1, VERB_RECORDS},
    {"upgrade", N_("action: upgrade"), 0, VERB_RECORDS},
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
