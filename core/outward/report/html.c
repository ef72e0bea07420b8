#include "outward/report/html.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <string.h>

static const char *reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(struct buf *out, const char *text)
{
	struct buf printable = BUF_INIT;
	printable_add(&printable, text, strlen(text), PRINTABLE_KEEP_NEWLINES);
	for (const char *p = printable.data; *p; p++) {
		const char *escaped = reference(*p);
		if (escaped)
			buf_adds(out, escaped);
		else
			buf_addc(out, *p);
	}
	buf_release(&printable);
}

void html_begin(struct buf *out, const char *title, const char *style)
{
	buf_addf(out,
	         "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
	         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	         "'unsafe-inline'\"><title>",
	         i18n_language());
	html_text(out, title);
	buf_addf(out, "</title><style>%s</style></head><body>\n", style);
}
