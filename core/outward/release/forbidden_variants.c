/* Other ways in which the same name is written by rule, not to hide it: a domain read from its end, an address as a number or
 * in full, an international domain as the network knows it, old and new forms of characters. */
#include "outward/release/forbidden_private.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/fold.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEARCHED_LEAST 6 /* bytes of a form without long marks and accents: a shorter one is another word */

/* com.example.www, as packages and registries have it. */
static void add_reversed(const char *domain, forbidden_variant_fn fn, void *ctx)
{
	struct buf text = BUF_INIT;
	for (const char *end = domain + strlen(domain); end > domain;) {
		const char *begin = end;
		while (begin > domain && begin[-1] != '.')
			begin--;
		buf_addf(&text, "%s%.*s", text.len ? "." : "", (int)(end - begin), begin);
		end = begin > domain ? begin - 1 : begin;
	}
	fn(ctx, text.data);
	buf_release(&text);
}

static int is_domain(const char *text)
{
	size_t n = strlen(text);
	return strchr(text, '.') && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0' &&
	       text[0] != '.' && text[n - 1] != '.' && !strstr(text, "..");
}

/* As names of reverse look-ups, and as browsers take it: one number. */
static void add_ipv4(const unsigned char a[4], forbidden_variant_fn fn, void *ctx)
{
	char text[64];
	uint32_t number = bytes_be32(a);
	snprintf(text, sizeof text, "%u.%u.%u.%u.in-addr.arpa", a[3], a[2], a[1], a[0]);
	fn(ctx, text);
	snprintf(text, sizeof text, "//%u", number);
	fn(ctx, text);
	snprintf(text, sizeof text, "0x%08x", number);
	fn(ctx, text);
	snprintf(text, sizeof text, "%04o.%04o.%04o.%04o", a[0], a[1], a[2], a[3]);
	fn(ctx, text);
	snprintf(text, sizeof text, "%02x%02x:%02x%02x", a[0], a[1], a[2], a[3]); /* the end of ::ffff:c0a8:0001 */
	char *mapped = xasprintf("::ffff:%s", text);
	fn(ctx, mapped);
	free(mapped);
	snprintf(text, sizeof text, "::ffff:%x:%x", a[0] << 8 | a[1], a[2] << 8 | a[3]);
	fn(ctx, text);
}

/* Shortest, with every group, with every digit, and as a name of a reverse look-up. */
static void add_ipv6(const unsigned char a[16], forbidden_variant_fn fn, void *ctx)
{
	char shortest[INET6_ADDRSTRLEN];
	struct buf groups = BUF_INIT;
	struct buf digits = BUF_INIT;
	struct buf name = BUF_INIT;
	for (size_t i = 0; i < 16; i += 2) {
		buf_addf(&groups, "%s%x", i ? ":" : "", a[i] << 8 | a[i + 1]);
		buf_addf(&digits, "%s%02x%02x", i ? ":" : "", a[i], a[i + 1]);
	}
	for (size_t i = 16; i-- > 0;)
		buf_addf(&name, "%x.%x.", a[i] & 15, a[i] >> 4);
	buf_adds(&name, "ip6.arpa");
	if (inet_ntop(AF_INET6, a, shortest, sizeof shortest))
		fn(ctx, shortest);
	fn(ctx, groups.data);
	fn(ctx, digits.data);
	fn(ctx, name.data);
	buf_release(&groups);
	buf_release(&digits);
	buf_release(&name);
}

void forbidden_each_variant(const char *folded, forbidden_variant_fn fn, void *ctx)
{
	unsigned char address[16];
	struct buf text = BUF_INIT;
	if (inet_pton(AF_INET, folded, address) == 1)
		add_ipv4(address, fn, ctx);
	else if (inet_pton(AF_INET6, folded, address) == 1)
		add_ipv6(address, fn, ctx);
	else if (is_domain(folded))
		add_reversed(folded, fn, ctx);
	if (strstr(folded, "xn--") && forbidden_unpunycode(folded, strlen(folded), &text)) {
		char *international = text_fold_dup(text.data);
		fn(ctx, international);
		free(international);
	}
	buf_clear(&text);
	if (forbidden_alike(folded, strlen(folded), &text))
		fn(ctx, text.data);
	buf_release(&text);
	char *searched = text_fold_for_find_dup(folded);
	if (strlen(searched) >= SEARCHED_LEAST && strcmp(searched, folded) != 0)
		fn(ctx, searched);
	free(searched);
}
