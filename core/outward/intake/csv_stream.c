#include "outward/intake/csv_stream.h"

#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

#define BATCH ((size_t)256 << 10)

struct stream {
	csv_row_fn fn;
	void *ctx;
	struct buf text; /* rows that are not handed out yet */
	size_t looked;   /* of it: at quotes and line ends */
	size_t whole;    /* behind the last line end outside of quotes */
	size_t any;      /* behind the last line end at all */
	int quoted;
	size_t lines; /* before the text */
	char separator;
};

static int give(void *ctx, const struct csv_row *row, struct err *err)
{
	struct stream *s = ctx;
	struct csv_row moved = *row;
	moved.line = s->lines + row->line - 1; /* one for the empty line that a batch begins with */
	return s->fn(s->ctx, &moved, err);
}

static size_t lines_of(const char *text, size_t n)
{
	size_t lines = 0;
	for (const char *p = text; (p = memchr(p, '\n', (size_t)(text + n - p))) != NULL; p++)
		lines++;
	return lines;
}

/* An empty line before them: no row of a batch is taken for "sep=;". */
static int parse(struct stream *s, size_t n, struct err *err)
{
	struct buf batch = BUF_INIT;
	if (!s->separator)
		s->separator = csv_separator(s->text.data, n);
	buf_addc(&batch, '\n');
	buf_add(&batch, s->text.data, n);
	int rc = csv_parse(batch.data, batch.len, s->separator, give, s, err);
	s->lines += lines_of(s->text.data, n);
	buf_release(&batch);
	memmove(s->text.data, s->text.data + n, s->text.len - n);
	buf_truncate(&s->text, s->text.len - n);
	s->looked = 0;
	s->whole = 0;
	s->any = 0;
	s->quoted = 0;
	return rc;
}

static void look(struct stream *s)
{
	for (; s->looked < s->text.len; s->looked++) {
		char c = s->text.data[s->looked];
		if (c == '"')
			s->quoted = !s->quoted;
		if (c != '\n')
			continue;
		s->any = s->looked + 1;
		if (!s->quoted)
			s->whole = s->looked + 1;
	}
}

static void add(struct stream *s, const char *bytes, size_t n)
{
	const char *nul;
	while ((nul = memchr(bytes, '\0', n)) != NULL) {
		buf_add(&s->text, bytes, (size_t)(nul - bytes));
		buf_adds(&s->text, "\\x00");
		n -= (size_t)(nul - bytes) + 1;
		bytes = nul + 1;
	}
	buf_add(&s->text, bytes, n);
}

int csv_stream(struct intake_source *source, csv_row_fn fn, void *ctx, struct err *err)
{
	struct stream s = {.fn = fn, .ctx = ctx, .text = BUF_INIT};
	char *bytes = xmalloc(65536);
	ssize_t got;
	int first = 1;
	int rc = 0;
	while (rc == 0 && (got = intake_read(source, bytes, 65536, err)) != 0) {
		if (got < 0) {
			rc = -1;
			break;
		}
		size_t mark = first && got >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
		if (first && got >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
			rc = err_set(err, ERR_INVALID, _("line 1: this is UTF-16; write it as UTF-8 first"));
		first = 0;
		add(&s, bytes + mark, (size_t)got - mark);
		look(&s);
		if (rc == 0 && s.text.len >= BATCH && s.whole)
			rc = parse(&s, s.whole, err);
		else if (rc == 0 && s.text.len > CSV_ROW + BATCH) /* a quote that is never closed */
			rc = parse(&s, s.any ? s.any : s.text.len, err);
	}
	if (rc == 0 && s.text.len)
		rc = parse(&s, s.text.len, err);
	buf_release(&s.text);
	free(bytes);
	return rc;
}

/* Blanks and quotes around it left out: some tools put a blank before a quote. */
static int is_column(const char *cell, const char *name)
{
	size_t n = strlen(name);
	cell += strspn(cell, " \t\"");
	return strncasecmp(cell, name, n) == 0 && cell[n + strspn(cell + n, " \t\"")] == '\0';
}

int csv_column(char *const *heading, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (is_column(heading[i], name))
			return (int)i;
	return -1;
}
