/* A command line for the record: quoted, and without its secrets. */
#include "evidence/capture/capture.h"

#include "base/err.h"
#include "base/i18n.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MOST 4096

static const char mask[] = "*****";

/* "--password", "-pass", "API_KEY", "x-auth-token": does the name of an option or variable speak of a secret? */
static int names_secret(const char *word, size_t n)
{
	static const char *const words[] = {"password", "passwd", "passphrase", "pass",      "pwd",
	                                    "secret",   "token",  "apikey",     "credential"};
	char plain[64];
	size_t k = 0;
	for (size_t i = 0; i < n && k + 1 < sizeof plain; i++)
		if (isalnum((unsigned char)word[i]))
			plain[k++] = (char)tolower((unsigned char)word[i]);
	plain[k] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t m = strlen(words[i]);
		if (k >= m && strcmp(plain + k - m, words[i]) == 0)
			return 1;
	}
	return 0;
}

static void add_quoted(struct buf *line, const char *word, size_t n)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	size_t good = 0;
	while (good < n && strchr(plain, word[good]))
		good++;
	if (good == n && n > 0) {
		buf_add(line, word, n);
		return;
	}
	buf_addc(line, '\'');
	for (size_t i = 0; i < n; i++)
		if (word[i] == '\'')
			buf_adds(line, "'\\''");
		else
			buf_addc(line, word[i]);
	buf_addc(line, '\'');
}

static int parse_masks(const char *masks, unsigned char *chosen, size_t count, struct err *err)
{
	while (masks && *masks) {
		char *end;
		unsigned long n = strtoul(masks, &end, 10);
		if (!isdigit((unsigned char)*masks) || n < 1 || n > count || (*end != ',' && *end != '\0'))
			return err_set(err, ERR_USAGE,
			               _("--mask: numbers of words are wanted, 1 to %zu, separated by commas"), count);
		chosen[n - 1] = 1;
		masks = end + (*end == ',');
	}
	return 0;
}

static void say_masked(struct buf *masked, size_t word)
{
	buf_addf(masked, masked->len ? ", %zu" : "%zu", word);
}

int capture_command_line(char *const *argv, const char *masks, struct buf *line, struct buf *masked, struct err *err)
{
	size_t count = 0;
	while (argv[count])
		count++;
	unsigned char *chosen = xcalloc(count + 1, 1);
	int rc = parse_masks(masks, chosen, count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const char *word = argv[i];
		const char *equals = strchr(word, '=');
		if (i)
			buf_addc(line, ' ');
		if (chosen[i]) {
			buf_adds(line, mask);
			say_masked(masked, i + 1);
		} else if (i && equals && names_secret(word, (size_t)(equals - word))) {
			add_quoted(line, word, (size_t)(equals - word) + 1);
			buf_adds(line, mask);
			say_masked(masked, i + 1);
		} else {
			add_quoted(line, word, strlen(word));
			if (i && *word == '-' && !equals && names_secret(word, strlen(word)) && argv[i + 1] &&
			    *argv[i + 1] != '-')
				chosen[i + 1] = 1; /* --password VALUE */
		}
	}
	free(chosen);
	return rc;
}
