/*
 * Conditions of if and while steps.
 *
 *     __severity__:value >= 70 AND NOT __host__:value IN ('dc01', 'dc02')
 *     [__source__:value ISSUBSET '10.0.0.0/8'] OR __name__:value MATCHES '^svc-'
 *
 * The comparison part of the STIX patterning grammar, over variables and
 * literals; square brackets are optional. Logic has three values: a comparison
 * with a variable that has no value (JSON null; the empty text is a value) is
 * unknown, and so is what is built on it, unless the other side decides. What is
 * unknown or cannot be read is never guessed: the person is asked.
 *
 * Pure: no case, no clock. Hostile texts are bounded by CONDITION_LIMIT and 32
 * brackets.
 *
 * Source: OASIS STIX 2.1 section 9 (patterning), CACAO 2.0 sections 4.7, 4.8.
 */
#ifndef GENBA_PLAYBOOK_LOAD_CONDITION_H
#define GENBA_PLAYBOOK_LOAD_CONDITION_H

#include <jansson.h>

struct err;

#define CONDITION_LIMIT 16384

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

/*
 * What the condition says. `variables` maps names with their underscores
 * ("__host__") to strings; a missing name or null is unset. With TRUTH_UNKNOWN
 * `why` (may be NULL) says which variable has no value, or where the text cannot
 * be read.
 */
enum truth condition_evaluate(const char *text, const json_t *variables, struct err *why);

/* 0 if the text can be read; -1 with the column and what was expected. */
int condition_check(const char *text, struct err *err);

/* Number of bytes of a variable reference `__name__` (without `:value`) at `text`; 0 if none stands there.
 * Source: CACAO 2.0 section 10.18: __[a-zA-Z_][a-zA-Z0-9_-]{0,199}__. */
size_t condition_variable_length(const char *text);

#endif
