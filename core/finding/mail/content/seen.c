/* What the content of a file shows besides its format: macros, encryption, scripts, pictures that pretend. */
#include "finding/mail/content/seen.h"

#include "base/buf.h"
#include "finding/mail/content/icon.h"
#include "finding/mail/content/office.h"
#include "finding/mail/content/shortcut.h"
#include "finding/mail/content/vba.h"

#include <string.h>

static int holds(const void *bytes, size_t n, const char *word)
{
	return memmem(bytes, n, word, strlen(word)) != NULL;
}

/* The word in UTF-16, as compound files write the names of their streams. */
static int holds_wide(const void *bytes, size_t n, const char *word)
{
	struct buf wide = BUF_INIT;
	for (; *word; word++) {
		buf_addc(&wide, *word);
		buf_addc(&wide, '\0');
	}
	int found = memmem(bytes, n, wide.data, wide.len) != NULL;
	buf_release(&wide);
	return found;
}

unsigned seen_in_macros(struct pool *pool, const void *bytes, size_t n)
{
	static const unsigned seen[] = {[VBA_STOMPED] = SEEN_STOMPED, [VBA_UNCOMPARED] = SEEN_UNCOMPARED};
	return seen[vba_look(pool, bytes, n)];
}

unsigned seen_in(struct pool *pool, enum file_format format, const void *bytes, size_t n)
{
	unsigned seen = 0;
	switch (format) {
	case FORMAT_OOXML:
		return office_look(pool, bytes, n);
	case FORMAT_CFB:
		seen |= holds_wide(bytes, n, "_VBA_PROJECT") ? SEEN_MACRO : 0;
		seen |= seen & SEEN_MACRO ? seen_in_macros(pool, bytes, n) : 0;
		seen |= holds_wide(bytes, n, "EncryptedPackage") ? SEEN_ENCRYPTED : 0;
		seen |= holds(bytes, n, "DDEAUTO") ? SEEN_DDE : 0;
		return seen;
	case FORMAT_RTF:
		seen |= holds(bytes, n, "DDEAUTO") ? SEEN_DDE : 0;
		seen |= holds(bytes, n, "\\*\\template http") ? SEEN_TEMPLATE : 0;
		return seen;
	case FORMAT_PDF:
		return holds(bytes, n, "/Encrypt") ? SEEN_ENCRYPTED : 0;
	case FORMAT_HTML:
		return (holds(bytes, n, "atob(") || holds(bytes, n, "Uint8Array")) &&
		               (holds(bytes, n, "createObjectURL") || holds(bytes, n, "msSaveOrOpenBlob") ||
		                holds(bytes, n, "msSaveBlob") || holds(bytes, n, ".download"))
		           ? SEEN_SMUGGLING
		           : 0;
	case FORMAT_SVG:
		return holds(bytes, n, "<script") || holds(bytes, n, "javascript:") ? SEEN_SCRIPT : 0;
	case FORMAT_LNK:
		return shortcut_pretends(bytes, n) ? SEEN_SHORTCUT_ICON : 0;
	case FORMAT_EXE:
	case FORMAT_SCR:
	case FORMAT_CPL:
		return icon_pretends(bytes, n) ? SEEN_ICON : 0;
	default:
		return 0;
	}
}
