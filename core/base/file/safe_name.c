#include "base/file/safe_name.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <string.h>

static int is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

int safe_name_check(const char *text)
{
	size_t n = 0;
	if (!text || !is_alnum(*text))
		return 0;
	for (; text[n]; n++)
		if (n >= SAFE_NAME_LIMIT || (!is_alnum(text[n]) && text[n] != '-'))
			return 0;
	return 1;
}

const char *safe_name(const char *text, struct err *err)
{
	if (safe_name_check(text))
		return text;
	text = text ? text : "";
	err_set(err, ERR_DAMAGED, _("'%.*s' cannot be part of a file's name: only letters, digits and '-' can"),
	        text_cut(text, 100), text);
	return NULL;
}

char *safe_name_from(const char *text, const char *otherwise)
{
	struct buf name = BUF_INIT;
	for (; *text && name.len < SAFE_NAME_LIMIT; text++) {
		if (is_alnum(*text))
			buf_addc(&name, *text);
		else if (name.len > 0 && name.data[name.len - 1] != '-')
			buf_addc(&name, '-');
	}
	while (name.len > 0 && name.data[name.len - 1] == '-')
		buf_truncate(&name, name.len - 1);
	char *made = xstrdup(name.len > 0 ? name.data : otherwise);
	buf_release(&name);
	return made;
}
