#include "base/markdown.h"

#include "base/buf.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static int is_mark(const char *marks, const char *at, const char *end)
{
	return strchr(marks, *at) && (*at != '.' || at + 1 == end || at[1] == ' ');
}

/* Whether a link would be made of what begins or ends here: "://", "www." */
static int is_link(const char *text, const char *at, const char *end)
{
	size_t left = (size_t)(end - at);
	if (*at == ':')
		return left >= 3 && at[1] == '/' && at[2] == '/';
	return *at == '.' && at - text >= 3 && strncasecmp(at - 3, "www", 3) == 0;
}

static int is_mail_address(const char *text, const char *at, const char *end)
{
	return *at == '@' && at > text && at + 1 < end && !isspace((unsigned char)at[-1]) &&
	       (isalnum((unsigned char)at[1]) || at[1] == '-' || at[1] == '_');
}

void markdown_add(struct buf *out, const char *text, size_t n, const char *marks)
{
	const char *end = text + n;
	for (const char *p = text; p < end; p++) {
		if (is_mail_address(text, p, end)) {
			buf_adds(out, strchr(marks, '[') ? "\\[at\\]" : "[at]");
			continue;
		}
		if (is_mark(marks, p, end) || is_link(text, p, end))
			buf_addc(out, '\\');
		buf_addc(out, *p);
	}
}
