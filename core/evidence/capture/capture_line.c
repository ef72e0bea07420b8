/* A command line for the record: quoted, and without its secrets. */
#include "evidence/capture/capture.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/words.h"
#include "evidence/capture/capture_mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MOST 4096

static const char mask[] = "*****";

static int is_plain(const char *word, size_t n)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	for (size_t i = 0; i < n; i++)
		if (!strchr(plain, word[i]))
			return 0;
	return 1;
}

static void add_quoted(struct buf *line, const char *word, size_t n)
{
	if (n > 0 && is_plain(word, n)) {
		buf_add(line, word, n);
		return;
	}
	char *text = xstrndup(word, n);
	words_quote(line, text);
	free(text);
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

/* The word with its secrets masked: quoted as a whole where quoting is needed, the marks of a plain word left plain. */
static void add_masked(struct buf *line, const char *word, const struct secret_spans *secrets)
{
	struct buf text = BUF_INIT;
	size_t at = 0;
	int plain = 1;
	for (size_t i = 0; i <= secrets->count; i++) {
		size_t until = i < secrets->count ? secrets->items[i].start : strlen(word);
		plain &= is_plain(word + at, until - at);
		buf_add(&text, word + at, until - at);
		if (i < secrets->count) {
			buf_adds(&text, mask);
			at = secrets->items[i].end;
		}
	}
	if (plain)
		buf_add(line, text.data, text.len);
	else
		add_quoted(line, text.data, text.len);
	buf_release(&text);
}

int capture_command_line(char *const *argv, const char *masks, struct buf *line, struct buf *masked, struct err *err)
{
	size_t count = 0;
	while (argv[count])
		count++;
	unsigned char *chosen = xcalloc(count + 1, 1);
	struct secret_spans *secrets = xcalloc(count + 1, sizeof *secrets);
	int rc = parse_masks(masks, chosen, count, err);
	capture_find_secrets(argv, count, secrets);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (i)
			buf_addc(line, ' ');
		if (chosen[i] || secrets[i].count)
			say_masked(masked, i + 1);
		if (chosen[i])
			buf_adds(line, mask);
		else if (secrets[i].count)
			add_masked(line, argv[i], &secrets[i]);
		else
			add_quoted(line, argv[i], strlen(argv[i]));
	}
	capture_secrets_release(secrets, count);
	free(secrets);
	free(chosen);
	return rc;
}
