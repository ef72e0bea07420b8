#include "case/action/verb.h"

#include "base/i18n.h"

#include <string.h>

/* name, text, undo, how the subject goes on, lane of the timeline, takes in */
static const struct verb verbs[] = {
    {"add", N_("action: add"), VERB_UNDOABLE, VERB_KIND, VERB_LANE_RECORDS, 0},
    {"set", N_("action: set"), VERB_UNDOABLE, VERB_FIELDS, VERB_LANE_RECORDS, 0},
    {"note", N_("action: note"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"retract", N_("action: retract"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"undo", N_("action: undo"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"play", N_("action: play"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_RECORDS, 0},
    {"step", N_("action: step"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_RECORDS, 0},
    {"preserve", N_("action: preserve"), VERB_FINAL, VERB_RECORDS, VERB_LANE_RESPONSE, 0},
    {"capture", N_("action: capture"), VERB_FINAL, VERB_RECORDS, VERB_LANE_RESPONSE, 0},
    {"verify", N_("action: verify"), VERB_FINAL, VERB_RECORDS, VERB_LANE_RESPONSE, 0},
    {"new", N_("action: new"), VERB_FIRST, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"import", N_("action: import"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_RECORDS, 1},
    {"stage", N_("action: stage"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_RECORDS, 0},
    {"desk", N_("action: desk"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_RECORDS, 0},
    {"merge", N_("action: merge"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 1},
    {"resolve", N_("action: resolve"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"handover", N_("action: handover"), VERB_FINAL, VERB_RECORDS, VERB_LANE_RESPONSE, 0},
    {"accept", N_("action: accept"), VERB_FINAL, VERB_RECORDS, VERB_LANE_RESPONSE, 0},
    {"purge", N_("action: purge"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"print", N_("action: print"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"revoke", N_("action: revoke"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"salvage", N_("action: salvage"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 0},
    {"triage", N_("action: triage"), VERB_FINAL, VERB_RECORDS, VERB_LANE_RESPONSE, 0},
    {"sweep", N_("action: sweep"), VERB_FINAL, VERB_RECORDS, VERB_LANE_RESPONSE, 0},
    {"promote", N_("action: promote"), VERB_UNDOABLE, VERB_RECORDS, VERB_LANE_RECORDS, 0},
    {"upgrade", N_("action: upgrade"), VERB_FINAL, VERB_RECORDS, VERB_LANE_NONE, 0},
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
