/* ESE databases: the first byte says whose. */
#include "help_parser.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
const char *__lsan_default_suppressions(void); /* NOLINT: the sanitizer's name */

/* Of a record that is damaged libesedb keeps the columns that it had read: the cage ends with the file. */
const char *__lsan_default_suppressions(void) /* NOLINT */
{
	return "leak:libesedb_table_get_record\n";
}

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
