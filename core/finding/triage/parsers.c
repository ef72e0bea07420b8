#include "finding/triage/parsers.h"

#include "finding/triage/evtx/evtx.h"

#include <string.h>

/* Where two recognise a file, the first has it. */
static const struct triage_parser parsers[] = {
    {"evtx", 1, evtx_recognises, evtx_run},
};

const struct triage_parser *triage_parser_at(size_t i)
{
	return i < sizeof parsers / sizeof *parsers ? &parsers[i] : NULL;
}

const struct triage_parser *triage_parser_of(const char *path, const unsigned char *head, size_t n)
{
	for (size_t i = 0; i < sizeof parsers / sizeof *parsers; i++)
		if (parsers[i].recognises(path, head, n))
			return &parsers[i];
	return NULL;
}

const struct triage_parser *triage_parser_find(const char *name)
{
	for (size_t i = 0; i < sizeof parsers / sizeof *parsers; i++)
		if (strcmp(parsers[i].name, name) == 0)
			return &parsers[i];
	return NULL;
}
