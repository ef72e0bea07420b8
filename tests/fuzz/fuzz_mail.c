/* Any bytes as a mail: every one gives an object that JSON can hold, whatever is in it, and so does each of its parts. */
#include "base/buf.h"
#include "finding/mail/look/look.h"
#include "finding/mail/look/mailbox.h"
#include "finding/mail/read/charset.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int ready;
	struct mailbox box;
	struct mailbox_mail mail;
	if (!ready)
		charset_prepare(NULL);
	ready = 1;
	mailbox_begin(&box, (const char *)data, size);
	while (mailbox_next(&box, &mail)) {
		struct look l;
		struct look_options options = {.forwarded = size % 2 == 1};
		if (mail.offset > size || mail.n > size - mail.offset)
			abort();
		look_begin(&l, &options, mail.bytes, mail.n);
		look_all(&l);
		json_t *object = look_json(&l);
		char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
		if (!text)
			abort();
		struct buf content = BUF_INIT;
		for (size_t i = 0; i < l.file_count && i < 20; i++)
			look_content(&l, l.files[i].number, &content);
		buf_release(&content);
		free(text);
		json_decref(object);
		look_release(&l);
	}
	return 0;
}
