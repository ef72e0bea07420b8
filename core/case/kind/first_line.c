#include "case/kind/first_line.h"

#include "base/buf.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define BLANK " \t\r\n"

const char *first_line_of(const char *text, size_t *n, int *more)
{
	size_t blank = strspn(text, BLANK);
	while (blank > 0 && text[blank - 1] != '\n') /* blanks before the words are theirs */
		blank--;
	const char *line = text + blank;
	*n = strcspn(line, "\n");
	if (more)
		*more = line[*n + strspn(line + *n, BLANK)] != '\0';
	return line;
}

void first_line_keep(struct buf *out)
{
	size_t n;
	int more;
	if (!out->len)
		return;
	const char *line = first_line_of(out->data, &n, &more);
	char *kept = xstrndup(line, n);
	buf_clear(out);
	buf_addf(out, "%s%s", kept, more ? " …" : "");
	free(kept);
}
