#include "base/codepage.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum codepage_table { TO_ARABIC, FROM_JAPANESE, FROM_WESTERN, TABLES };

static iconv_t tables[TABLES]; /* kept open: in the cage no file can be opened */
static int ready;

int codepage_prepare(struct err *err)
{
	static const char *const names[TABLES][2] = {{"CP1256", "UTF-8"}, {"UTF-8", "CP932"}, {"UTF-8", "CP1252"}};
	for (int i = 0; !ready && i < TABLES; i++) {
		tables[i] = iconv_open(names[i][0], names[i][1]);
		if (tables[i] == (iconv_t)-1)
			return err_set_errno(err, ERR_FAILED, errno,
			                     _("the table of the character set %s cannot be read"),
			                     i == TO_ARABIC ? names[i][0] : names[i][1]);
	}
	ready = 1;
	return 0;
}

/* 0, or -1 where the text is none of that table; with `otherwise` it goes on with that for each byte. */
static int convert(enum codepage_table table, const char *bytes, size_t n, const char *otherwise, struct buf *out)
{
	char *in = (char *)(uintptr_t)bytes;
	iconv(tables[table], NULL, NULL, NULL, NULL);
	while (n > 0) {
		char room[256];
		char *to = room;
		size_t left = sizeof room;
		size_t rc = iconv(tables[table], &in, &n, &to, &left);
		buf_add(out, room, (size_t)(to - room));
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		if (!otherwise)
			return -1;
		buf_adds(out, otherwise);
		in++;
		n--;
	}
	return 0;
}

int codepage_undo(const char *text, struct buf *bytes)
{
	if (codepage_prepare(NULL) < 0)
		return -1;
	return convert(TO_ARABIC, text, strlen(text), NULL, bytes);
}

/* Kana, or two double-byte characters in a row: one alone may be an accented letter and its neighbour. */
static int is_japanese(const unsigned char *p, size_t n)
{
	int pairs = 0;
	int half = 0; /* half-width kana in a row; a few are accented capitals as well */
	for (size_t i = 0; i < n; i++) {
		int lead = (p[i] >= 0x81 && p[i] <= 0x9F) || (p[i] >= 0xE0 && p[i] <= 0xFC);
		if (lead && i + 1 < n && p[i + 1] >= 0x40) {
			int kana = (p[i] == 0x82 && p[i + 1] >= 0x9F) || (p[i] == 0x83 && p[i + 1] <= 0x96);
			if (kana || ++pairs == 2)
				return 1;
			half = 0;
			i++;
		} else {
			pairs = 0;
			half = p[i] >= 0xA1 && p[i] <= 0xDF ? half + 1 : 0;
			if (half == 3)
				return 1;
		}
	}
	return 0;
}

enum codepage codepage_guess(const char *bytes, size_t n)
{
	struct buf text = BUF_INIT;
	if (text_is_utf8(bytes, n))
		return CODEPAGE_UTF8;
	int japanese = codepage_prepare(NULL) == 0 && is_japanese((const unsigned char *)bytes, n) &&
	               convert(FROM_JAPANESE, bytes, n, NULL, &text) == 0;
	buf_release(&text);
	return japanese ? CODEPAGE_JAPANESE : CODEPAGE_WESTERN;
}

void codepage_decode(enum codepage page, const char *bytes, size_t n, struct buf *text)
{
	if (page == CODEPAGE_UTF8 || codepage_prepare(NULL) < 0)
		buf_add(text, bytes, n);
	else
		convert(page == CODEPAGE_JAPANESE ? FROM_JAPANESE : FROM_WESTERN, bytes, n, "\xEF\xBF\xBD", text);
}
