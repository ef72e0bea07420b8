#include "help_parser.h"

#include "core/finding/triage/help_memory.h"

#include <stdlib.h>
#include <string.h>

void help_parse(const char *parser, const char *path, const unsigned char *bytes, size_t n, const char *suffix,
                const unsigned char *beside, size_t more)
{
	struct triage_file f = {.path = path, .recover = 1};
	struct triage_done done;
	unsigned char *copy = malloc(more + 1);
	if (more)
		memcpy(copy, beside, more);
	if (suffix) {
		f.beside[0] = (struct triage_beside){suffix, copy, more};
		f.beside_count = 1;
	}
	memory_parse(parser, &f, bytes, n, NULL, NULL, &done);
	triage_done_release(&done);
	free(copy);
}
