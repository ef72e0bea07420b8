#include "case/identity/label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

int label_split(const char *label, char mark[MARK_TEXT], char letters[LABEL_LETTERS], long *number)
{
	char owner[MARK_TEXT];
	size_t n = strcspn(label, "-");
	if (n == 0 || n >= MARK_TEXT || label[n] != '-')
		return 0;
	memcpy(owner, label, n);
	owner[n] = '\0';
	const char *rest = label + n + 1;
	size_t capitals = strspn(rest, CAPITALS);
	size_t digits = strspn(rest + capitals, "0123456789");
	if (capitals < 1 || capitals >= LABEL_LETTERS || rest[capitals + digits] || digits < 1 ||
	    digits > LABEL_DIGITS || rest[capitals] == '0' || identity_check_mark(owner, NULL) < 0)
		return 0;
	memcpy(mark, owner, n + 1);
	memcpy(letters, rest, capitals);
	letters[capitals] = '\0';
	*number = strtol(rest + capitals, NULL, 10);
	return 1;
}

void label_write(char label[LABEL_TEXT], const char *mark, const char *letters, long long number)
{
	snprintf(label, LABEL_TEXT, "%s-%s%lld", mark, letters, number);
}

/* How many letters stand before the number: one of either case, or two capitals. A conflict's X-ab123456 has none. */
static size_t letters_of(const char *rest)
{
	size_t capitals = strspn(rest, CAPITALS);
	return capitals == 2 ? 2 : capitals == 1 || (*rest >= 'a' && *rest <= 'z');
}

int label_is_meant(const char *text)
{
	size_t mark = strcspn(text, "-");
	if (mark == 0 || mark >= MARK_TEXT || text[mark] != '-')
		return 0;
	const char *rest = text + mark + 1;
	size_t letters = letters_of(rest);
	return letters && rest[letters] && strspn(rest + letters, "0123456789") == strlen(rest + letters);
}

void label_columns(const char *label, char mark[MARK_TEXT], int64_t *number)
{
	*number = 0;
	mark[0] = '\0';
	if (!label_is_meant(label))
		return;
	size_t n = strcspn(label, "-");
	memcpy(mark, label, n);
	mark[n] = '\0';
	*number = strtoll(label + n + 1 + letters_of(label + n + 1), NULL, 10);
}
