/* Any bytes as a document, a shortcut or a program whose content is looked at. The first byte picks the format. */
#include "finding/mail/content/seen.h"
#include "finding/mail/read/charset.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum file_format formats[] = {FORMAT_CFB, FORMAT_OOXML, FORMAT_LNK, FORMAT_EXE,
	                                           FORMAT_RTF, FORMAT_PDF,   FORMAT_SVG, FORMAT_HTML};
	static int ready;
	if (!ready)
		charset_prepare(NULL);
	ready = 1;
	if (size == 0)
		return 0;
	struct pool pool = {0};
	if (seen_in(&pool, formats[*data % (sizeof formats / sizeof *formats)], data + 1, size - 1) > 511)
		abort();
	pool_release(&pool);
	return 0;
}
