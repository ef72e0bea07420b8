/* Event logs, by their parser as it runs in the cage. */
#include "help_parser.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	help_parse("evtx", "a.evtx", data, size, NULL, NULL, 0);
	return 0;
}
