/* JSON of records: strict to read, one form to write. */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	json_t *value = json_parse((const char *)data, size, &err);
	if (!value) {
		if (!*err.message)
			abort();
		return 0;
	}
	struct buf text = BUF_INIT;
	if (json_canonical(value, &text, NULL) == 0) {
		json_t *again = json_parse_canonical(text.data, text.len, &err);
		if (!again || !json_equal(value, again))
			abort();
		json_decref(again);
	}
	int canonical = text.len == size && memcmp(text.data, data, size) == 0;
	json_t *strict = json_parse_canonical((const char *)data, size, NULL);
	if ((strict != NULL) != canonical)
		abort();
	json_decref(strict);
	json_decref(value);
	buf_release(&text);
	return 0;
}
