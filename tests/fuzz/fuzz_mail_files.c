/* Any bytes as a file in a mail: what it is, and as an archive of each format what it lists. The first byte picks. */
#include "finding/mail/files/listing.h"
#include "finding/mail/read/charset.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum file_format formats[] = {FORMAT_ZIP, FORMAT_RAR, FORMAT_LZH, FORMAT_7Z,  FORMAT_ARJ,
	                                           FORMAT_CAB, FORMAT_TAR, FORMAT_GZ,  FORMAT_ACE, FORMAT_XZ};
	static int ready;
	if (!ready)
		charset_prepare(NULL);
	ready = 1;
	if (size == 0)
		return 0;
	struct pool pool = {0};
	static const char *const passwords[] = {"right", NULL};
	struct listing l = {.passwords = passwords};
	if (file_format_of(data + 1, size - 1, "a.doc") >= FORMAT_COUNT)
		abort();
	listing_read(&l, &pool, formats[*data % (sizeof formats / sizeof *formats)], data + 1, size - 1);
	if (l.count > LISTING_ENTRIES)
		abort();
	for (size_t i = 0; i < l.count; i++)
		if (!l.all[i].name)
			abort();
	pool_release(&pool);
	return 0;
}
