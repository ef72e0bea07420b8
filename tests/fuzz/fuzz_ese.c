/* ESE databases: the first byte says whose. */
#include "help_parser.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const parsers[][2] = {
	    {"srum", "SRUDB.dat"}, {"webcache", "WebCacheV01.dat"}, {"bits", "qmgr.db"}};
	if (size < 1)
		return 0;
	size_t i = data[0] % 3;
	help_parse(parsers[i][0], parsers[i][1], data + 1, size - 1, NULL, NULL, 0);
	return 0;
}
