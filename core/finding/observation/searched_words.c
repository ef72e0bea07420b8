#include "finding/observation/searched_words.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "finding/indicator/textscan.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the quotation mark at `text` ("plain", “curly”, full-width ＂), or 0. */
static size_t searched_quote(const char *text)
{
	static const char *const quotes[] = {"\"", "\xE2\x80\x9C", "\xE2\x80\x9D", "\xEF\xBC\x82"};
	for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
		if (strncmp(text, quotes[i], strlen(quotes[i])) == 0)
			return strlen(quotes[i]);
	return 0;
}

/* Bytes of the space at `text`, the ideographic one included, or 0. */
static size_t searched_space(const char *text)
{
	if (*text == ' ' || (*text >= '\t' && *text <= '\r'))
		return 1;
	return strncmp(text, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

/* ---- networks */

/* Bits of the network that the word is, -1: it is none. `octets`: the whole ones, with a point behind each. */
static int searched_network(const char *word, struct buf *octets)
{
	unsigned char address[sizeof(struct in6_addr)];
	const char *slash = strchr(word, '/');
	char *end;
	if (!slash || slash[1] < '0' || slash[1] > '9')
		return -1;
	char *host = xstrndup(word, (size_t)(slash - word));
	int is_v4 = inet_pton(AF_INET, host, address) == 1;
	int is_v6 = !is_v4 && inet_pton(AF_INET6, host, address) == 1;
	long bits = strtol(slash + 1, &end, 10);
	free(host);
	if (*end || (!is_v4 && !is_v6) || bits > (is_v4 ? 32 : 128))
		return -1;
	for (long i = 0; is_v4 && i < bits / 8; i++)
		buf_addf(octets, "%u%s", address[i], i < 3 ? "." : "");
	return (int)bits;
}

static int searched_is_octets(int bits, const struct buf *octets)
{
	return octets->len && bits >= 8 && bits % 8 == 0;
}

char *searched_not(const char *typed)
{
	char *told = NULL;
	for (const char *at = typed; *at && !told;) {
		size_t n = 0;
		while (at[n] && !searched_space(at + n))
			n++;
		char *word = xstrndup(at, n);
		struct buf octets = BUF_INIT;
		int bits = searched_network(word, &octets);
		if (bits >= 0 && !searched_is_octets(bits, &octets))
			told = xasprintf(
			    _("%s is not looked for as a network: only those of 8, 16 or 24 bits of IPv4 are. Type the "
			      "beginning of its addresses."),
			    word);
		buf_release(&octets);
		free(word);
		at += n;
		at += searched_space(at);
	}
	return told;
}

/* ---- words */

/* Without what stands before the host: the same address is written hxxp in a mail's record and http in a log. */
static const char *searched_address(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return n >= 3 && n <= 6 && strncmp(word + n, "://", 3) == 0 && word[n + 3] ? word + n + 3 : word;
}

static int searched_word(const char *text, size_t n,
                         int (*fn)(void *ctx, const char *word, enum searched_as as, struct err *err), void *ctx,
                         struct err *err)
{
	struct buf plain = BUF_INIT;
	struct buf octets = BUF_INIT;
	textscan_refang(text, n, &plain);
	int is_network = searched_is_octets(searched_network(plain.data, &octets), &octets);
	int rc = is_network ? fn(ctx, octets.data, SEARCHED_AS_PHRASE, err)
	                    : fn(ctx, searched_address(plain.data), SEARCHED_AS_WORD, err);
	buf_release(&octets);
	buf_release(&plain);
	return rc;
}

int searched_words(const char *typed, int (*fn)(void *ctx, const char *word, enum searched_as as, struct err *err),
                   void *ctx, struct err *err)
{
	int rc = 0;
	for (const char *at = typed; *at && rc == 0;) {
		size_t quote = searched_quote(at);
		size_t space = quote ? 0 : searched_space(at);
		size_t n = 0;
		at += quote + space;
		if (space)
			continue;
		while (at[n] && !searched_quote(at + n) && (quote || !searched_space(at + n)))
			n++;
		if (quote && n) {
			char *phrase = xstrndup(at, n);
			rc = fn(ctx, phrase, SEARCHED_AS_PHRASE, err);
			free(phrase);
		} else if (n) {
			rc = searched_word(at, n, fn, ctx, err);
		}
		at += n;
		at += quote ? searched_quote(at) : 0;
	}
	return rc;
}

static int searched_add(void *ctx, const char *word, enum searched_as as, struct err *err)
{
	struct buf *out = ctx;
	(void)err;
	buf_addf(out, as == SEARCHED_AS_PHRASE ? "\"%s\" " : "%s ", word);
	return 0;
}

void searched_records(const char *typed, struct buf *out)
{
	struct err err = ERR_INIT;
	buf_adds(out, "");
	searched_words(typed, searched_add, out, &err);
	size_t n = strlen(typed);
	if (out->len && n && typed[n - 1] != ' ')
		buf_truncate(out, out->len - 1); /* the last word may go on */
}
