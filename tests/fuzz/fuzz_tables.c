/* Journals of systemd and loose master file tables: the first byte says which. */
#include "help_parser.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] & 1)
		help_parse("mft", "C/$MFT", data + 1, size - 1, NULL, NULL, 0);
	else
		help_parse("journal", "system.journal", data + 1, size - 1, NULL, NULL, 0);
	return 0;
}
