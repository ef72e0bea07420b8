/*
 * The loader and the engine: any bytes as a playbook, and if they are one, a
 * walk through it. The first byte chooses what the file is called, the last
 * ones how each question is answered.
 */
#include "base/err.h"
#include "base/json.h"
#include "playbook/run/engine.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALK 64

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "playbook: %s\n", what);
	abort();
}

static const char *answer_for(const struct waiting *w, unsigned byte)
{
	if (w->what == WAITING_QUESTION)
		return byte & 1 ? "yes" : "no";
	if (w->what != WAITING_CHOICE)
		return NULL;
	json_t *cases = json_object_get(w->step, "cases");
	size_t n = byte % json_object_size(cases);
	void *at = json_object_iter(cases);
	while (n-- > 0)
		at = json_object_iter_next(cases, at);
	return json_object_iter_key(at);
}

static void walk(const struct playbook *p, const uint8_t *choices, size_t n)
{
	struct engine *e = engine_new(p);
	for (size_t i = 0; i < WALK; i++) {
		struct waiting list[4];
		size_t waiting = engine_waiting(e, list, 4);
		if (waiting == 0)
			break;
		unsigned byte = n ? choices[i % n] : 0;
		const struct waiting *w = &list[byte % waiting];
		struct err err = ERR_INIT;
		must(playbook_step(p, w->id) == w->step, "the engine waits for a step that is none");
		must(engine_record(e, w->invocation, byte & 8 ? OUTCOME_FAILED : OUTCOME_DONE, answer_for(w, byte >> 4),
		                   &err) == 0,
		     err.message);
	}
	engine_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = {"x.yaml", "x.json", "x"};
	struct err err = ERR_INIT;
	if (n == 0)
		return 0;
	struct playbook *p = playbook_load(names[data[0] % 3], (const char *)data + 1, n - 1, &err);
	must((p == NULL) == (err.code != ERR_NONE), "an error and no playbook go together");
	if (p) {
		must(json_array_size(p->departures) <= 200 && json_array_size(p->unsupported) <= 200,
		     "too many remarks");
		walk(p, data + (n > 16 ? n - 16 : 0), n > 16 ? 16 : n);
	}
	playbook_free(p);
	return 0;
}
