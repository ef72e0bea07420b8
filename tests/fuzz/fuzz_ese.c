/* ESE databases, through libesedb and a layer of ours: the first byte says which. */
#include "help_parser.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const forms[][2] = {
	    {"srum", "SRUDB.dat"}, {"webcache", "WebCacheV01.dat"}, {"bits", "qmgr.db"}};
	if (size < 1)
		return 0;
	help_parse(forms[data[0] % 3][0], forms[data[0] % 3][1], data + 1, size - 1, NULL, NULL, 0);
	return 0;
}
