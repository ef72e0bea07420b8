/*
 * The condition language and its patterns: any text, evaluated with and without
 * values. What cannot be read is unknown, never true; with a reason.
 */
#include "base/err.h"
#include "playbook/load/condition.h"
#include "playbook/load/pattern.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int holds, const char *what, const char *text)
{
	if (holds)
		return;
	fprintf(stderr, "condition: %s: '%s'\n", what, text);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = malloc(n + 1);
	if (!text)
		return 0;
	memcpy(text, data, n);
	text[n] = '\0';
	json_t *values =
	    json_pack("{s:s, s:s, s:s, s:s}", "__a__", "70", "__b__", "abcab", "__c__", "10.1.2.3", "__d__", "");
	struct err why = ERR_INIT;
	struct err form = ERR_INIT;
	enum truth with = condition_evaluate(text, values, &why);
	must((with == TRUTH_UNKNOWN) == (why.code != ERR_NONE), "unknown and a reason go together", text);
	if (condition_check(text, &form) < 0)
		must(with == TRUTH_UNKNOWN, "cannot be read, and yet is decided", text);
	/* fewer values never turn one decision into the other */
	enum truth without = condition_evaluate(text, NULL, NULL);
	must(without == TRUTH_UNKNOWN || without == with, "a missing value decides", text);
	size_t half = strcspn(text, "\n");
	const char *subject = text[half] ? text + half + 1 : "abcab";
	text[half] = '\0';
	pattern_search(text, subject, strlen(subject));
	pattern_like(text, subject);
	json_decref(values);
	free(text);
	return 0;
}
