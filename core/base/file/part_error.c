#include "base/file/part_error.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"

#include <stdlib.h>
#include <string.h>

static void rename_in(char *message, size_t size, const char *part, const char *path)
{
	struct buf text = BUF_INIT;
	const char *at = message;
	const char *found;
	while ((found = strstr(at, part)) != NULL) {
		buf_add(&text, at, (size_t)(found - at));
		buf_adds(&text, path);
		at = found + strlen(part);
	}
	buf_adds(&text, at);
	text_copy(message, size, text.data);
	buf_release(&text);
}

int part_error_name(struct err *err, const char *part, const char *path)
{
	if (!err || err->code == ERR_NONE || !*part)
		return -1;
	char *shown = printable_dup(part);
	char *asked = printable_dup(path);
	rename_in(err->message, sizeof err->message, shown, asked);
	rename_in(err->english, sizeof err->english, shown, asked);
	free(shown);
	free(asked);
	return -1;
}
