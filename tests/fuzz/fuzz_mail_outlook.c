/* Any bytes as a mail of Outlook (.msg, winmail.dat), as packed rich text, as a mail that is signed as a whole. The first
 * byte picks. */
#include "base/buf.h"
#include "finding/mail/outlook/outlook.h"
#include "finding/mail/outlook/rtf.h"
#include "finding/mail/outlook/smime.h"
#include "finding/mail/read/charset.h"

#include <stdint.h>
#include <stdlib.h>

static void touch(void *ctx, const struct outlook_item *item)
{
	size_t *sum = ctx;
	for (size_t i = 0; i < item->n; i++)
		*sum += ((const unsigned char *)item->bytes)[i];
	if (!item->number || !item->name || !item->type)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int ready;
	if (!ready)
		charset_prepare(NULL);
	ready = 1;
	if (size == 0)
		return 0;
	struct pool pool = {0};
	struct outlook o;
	struct buf out = BUF_INIT;
	struct buf text = BUF_INIT;
	char sha256[65];
	size_t sum = 0;
	switch (*data % 4) {
	case 0:
		if (rtf_unpack(data + 1, size - 1, &out) == 0)
			rtf_read(out.data, out.len, &text);
		break;
	case 1:
		rtf_read((const char *)data + 1, size - 1, &text);
		break;
	case 2:
		smime_content(data + 1, size - 1, &out);
		break;
	default:
		if (outlook_open(&o, &pool, data + 1, size - 1) == 0) {
			outlook_items(&o, "", touch, &sum);
			if (outlook_go_inside(&o, sha256) == 0)
				outlook_items(&o, "1", touch, &sum);
		}
		outlook_close(&o);
		break;
	}
	buf_release(&out);
	buf_release(&text);
	pool_release(&pool);
	return 0;
}
