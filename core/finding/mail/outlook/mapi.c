#include "finding/mail/outlook/mapi.h"

#include "base/buf.h"
#include "finding/mail/read/charset.h"

#include <stdio.h>

void mapi_add(struct mapi *m, unsigned id, unsigned type, struct span bytes, uint64_t number)
{
	if (m->count >= MAPI_MOST) {
		m->limited = 1;
		return;
	}
	m->all = pool_more(m->pool, m->all, m->count, &m->cap, sizeof *m->all);
	m->all[m->count++] = (struct mapi_value){id, type, bytes, number};
}

const struct mapi_value *mapi_find(const struct mapi *m, unsigned id, unsigned type)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->all[i].id == id && (!type || m->all[i].type == type))
			return &m->all[i];
	return NULL;
}

void mapi_charset(unsigned code_page, char name[24])
{
	static const struct {
		unsigned page;
		const char *name;
	} pages[] = {{932, "shift_jis"},    {50220, "iso-2022-jp"}, {50221, "iso-2022-jp"}, {50222, "iso-2022-jp"},
	             {51932, "euc-jp"},     {20932, "euc-jp"},      {65001, "utf-8"},       {936, "gbk"},
	             {949, "euc-kr"},       {950, "big5"},          {20127, "us-ascii"},    {20866, "koi8-r"},
	             {28591, "iso-8859-1"}, {28592, "iso-8859-2"},  {28605, "iso-8859-15"}, {0, ""}};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		if (pages[i].page == code_page) {
			snprintf(name, 24, "%s", pages[i].name);
			return;
		}
	snprintf(name, 24, "windows-%u", code_page);
}

int mapi_text(const struct mapi *m, unsigned id, struct buf *out)
{
	size_t before = out->len;
	const struct mapi_value *wide = mapi_find(m, id, MAPI_UNICODE);
	const struct mapi_value *v = wide ? wide : mapi_find(m, id, MAPI_STRING);
	if (!v)
		return 0;
	if (wide) {
		charset_utf16le(v->bytes.p, v->bytes.n, out);
		return out->len > before;
	}
	char name[24];
	uint64_t said = mapi_number(m, MAPI_MESSAGE_CODE_PAGE);
	size_t n = v->bytes.n;
	while (n && v->bytes.p[n - 1] == 0)
		n--;
	mapi_charset(said && said < 100000 ? (unsigned)said : m->code_page, name);
	charset_decode(name, strlen(name), v->bytes.p, n, out);
	return out->len > before;
}

uint64_t mapi_number(const struct mapi *m, unsigned id)
{
	const struct mapi_value *v = mapi_find(m, id, 0);
	return v ? v->number : 0;
}
