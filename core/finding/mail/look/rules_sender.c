/* Who it says it is from, and who it is from. */
#include "finding/mail/look/rules_private.h"

#include <libpsl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What names of organisations hold; of free mail addresses hardly any are theirs. */
static const char *const organisations[] = {
    "株式会社",   "有限会社",  "財団",         "社団",         "協会",   "機構",   "法人", "大学",
    "研究所",     "新聞",      "出版",         "編集部",       "事務局", "委員会", "銀行", "省",
    "庁",         "組合",      "病院",         "学会",         "広報",   "総務",   "人事", "Ministry",
    "University", "Institute", "Agency",       "Bank",         "Inc.",   "Ltd",    "Corp", "Association",
    "Foundation", "Committee", "Organisation", "Organization", "組織"};

void rule_free_names_org(struct look *l)
{
	const char *name = l->from.count ? l->from.all[0].name : "";
	if (strcmp(l->sender_class, "free_mail") != 0)
		return;
	for (size_t i = 0; i < sizeof organisations / sizeof *organisations; i++)
		if (strstr(name, organisations[i])) {
			look_find(l, "sender.free_names_org", "", name);
			return;
		}
}

/* The part of a host that somebody registers: "example.co.jp" of "mail.example.co.jp". */
static const char *registered(const char *host)
{
	const psl_ctx_t *psl = psl_builtin();
	const char *domain = psl ? psl_registrable_domain(psl, host) : NULL;
	return domain ? domain : host;
}

static const char *from_host(const struct look *l)
{
	return l->from.count ? address_host(l->from.all[0].address) : "";
}

static int differs(const char *a, const char *b)
{
	return *a && *b && strcasecmp(registered(a), registered(b)) != 0;
}

void rule_reply_to_differs(struct look *l)
{
	for (size_t i = 0; i < l->reply_to.count; i++)
		if (differs(from_host(l), address_host(l->reply_to.all[i].address)))
			look_find(l, "sender.reply_to_differs", "", l->reply_to.all[i].address);
}

void rule_envelope_differs(struct look *l)
{
	if (differs(from_host(l), address_host(l->envelope_from)))
		look_find(l, "sender.envelope_differs", "", l->envelope_from);
}

/* Several authors want a Sender (RFC 5322, 3.6.2); several From fields are none at all. */
void rule_several(struct look *l)
{
	const struct header_field *first = header_find(l->header, "from", NULL);
	if ((l->from.count > 1 && !l->sender.count) || (first && header_find(l->header, "from", first)))
		look_find(l, "sender.several", "", l->from.count > 1 ? l->from.all[1].address : "");
}

void rule_address_in_name(struct look *l)
{
	const char *name = l->from.count ? l->from.all[0].name : "";
	const char *at = strchr(name, '@');
	if (!at || at == name || !at[1])
		return;
	size_t n = strspn(at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	char *host = pool_text(&l->pool, at + 1, n);
	if (strchr(host, '.') && differs(host, from_host(l)))
		look_find(l, "sender.address_in_name", "", name);
}

/* ---- lookalikes */

/* Letters that are taken for each other, brought to one. */
static void skeleton(const char *host, char out[128])
{
	size_t n = 0;
	for (; *host && n < 126; host++) {
		char c = (char)(*host >= 'A' && *host <= 'Z' ? *host + 32 : *host);
		if (c == 'r' && host[1] == 'n') {
			c = 'm';
			host++;
		} else if (c == 'v' && host[1] == 'v') {
			c = 'w';
			host++;
		}
		out[n++] = c == '0' ? 'o' : c == '1' || c == 'i' || c == 'I' ? 'l' : c == '5' ? 's' : c;
	}
	out[n] = '\0';
}

/* 1 if one letter is another, too many, missing, or two are swapped. */
static int is_one_off(const char *a, const char *b)
{
	size_t n = strlen(a);
	size_t m = strlen(b);
	size_t i = 0;
	while (i < n && i < m && a[i] == b[i])
		i++;
	if (i == n && i == m)
		return 0; /* the same */
	if (n == m)
		return strcmp(a + i + 1, b + i + 1) == 0 ||
		       (i + 1 < n && a[i] == b[i + 1] && a[i + 1] == b[i] && strcmp(a + i + 2, b + i + 2) == 0);
	return n + 1 == m ? strcmp(a + i, b + i + 1) == 0 : m + 1 == n ? strcmp(a + i + 1, b + i) == 0 : 0;
}

static void compare(struct look *l, const char *host, const char *own)
{
	char a[128];
	char b[128];
	if (strcasecmp(host, own) == 0 || strlen(own) < 6)
		return;
	skeleton(host, a);
	skeleton(own, b);
	if (strcmp(a, b) == 0 || is_one_off(a, b))
		look_find(l, "sender.lookalike", "", own);
}

void rule_lookalike(struct look *l)
{
	size_t i;
	json_t *own;
	const char *domain;
	const char *host = registered(from_host(l));
	if (!*host)
		return;
	json_array_foreach(l->options->own, i, own)
		if (json_is_string(own))
			compare(l, host, json_string_value(own));
	json_object_foreach((json_t *)(uintptr_t)l->options->parties, domain, own)
		compare(l, host, domain);
}

/* Latin letters and Cyrillic or Greek ones in one word (UTS 39, mixed scripts). */
static int is_mixed(const char *text)
{
	int latin = 0;
	int other = 0;
	for (const unsigned char *p = (const unsigned char *)text;; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) {
			latin = 1;
		} else if (*p >= 0xCE && *p <= 0xD3 && p[1]) { /* U+0380 to U+04FF */
			other = 1;
			p++;
		} else if (*p < 0x80) { /* the word ends */
			if (latin && other)
				return 1;
			latin = other = 0;
			if (!*p)
				return 0;
		}
	}
}

void rule_mixed_script(struct look *l)
{
	if (l->from.count && (is_mixed(l->from.all[0].name) || is_mixed(l->from.all[0].address)))
		look_find(l, "sender.mixed_script", "", l->from.all[0].name);
}

void rule_own_from_outside(struct look *l)
{
	size_t i;
	json_t *own;
	if (!*l->origin || strstr(l->authentication, "dmarc=pass"))
		return;
	json_array_foreach(l->options->own, i, own)
		if (json_is_string(own) && look_host_in(from_host(l), json_string_value(own))) {
			look_find(l, "sender.own_from_outside", "", l->origin);
			return;
		}
}

/* ---- what servers say */

static int says(const struct look *l, const char *method, const char *result)
{
	for (const char *p = l->authentication; (p = strstr(p, method)) != NULL; p++)
		if (strncasecmp(p + strlen(method), result, strlen(result)) == 0)
			return 1;
	return 0;
}

void rule_auth_fail(struct look *l)
{
	static const char *const methods[] = {"spf=", "dkim=", "dmarc="};
	for (size_t i = 0; i < 3; i++)
		if (says(l, methods[i], "fail") || says(l, methods[i], "softfail") ||
		    says(l, methods[i], "permerror")) {
			look_find(l, "auth.fail", "", l->authentication);
			return;
		}
}

void rule_auth_none(struct look *l)
{
	if (l->hop_count && !says(l, "spf=", "pass") && !says(l, "dkim=", "pass") && !says(l, "dmarc=", "pass") &&
	    !strstr(l->authentication, "fail") && !strstr(l->authentication, "error"))
		look_find(l, "auth.none", "", l->authentication);
}

/* Results that somebody wrote whose word is not taken: anybody can put such a field in. */
void rule_auth_untrusted(struct look *l)
{
	for (const struct header_field *f = NULL; (f = header_find(l->header, "authentication-results", f)) != NULL;) {
		size_t i;
		json_t *host;
		int trusted = 0;
		char *text = header_text(&l->pool, f->value, f->n, NULL);
		char *server = pool_text(&l->pool, text, strcspn(text, "; "));
		json_array_foreach(l->options->trust, i, host)
			trusted |= json_is_string(host) && look_host_in(server, json_string_value(host));
		if (!trusted)
			look_find(l, "auth.untrusted", "", server);
	}
}

/* ---- the way */

#define BACK_SECONDS 600 /* clocks of servers may differ by that much */
#define FAR_SECONDS  (2 * 86400)

void rule_backwards(struct look *l)
{
	for (size_t i = 0; i + 1 < l->hop_count; i++)
		if (l->hops[i].utc && l->hops[i + 1].utc && l->hops[i].utc + BACK_SECONDS < l->hops[i + 1].utc) {
			look_find(l, "route.backwards", "", l->hops[i].by);
			return;
		}
}

void rule_date_far(struct look *l)
{
	long long first = 0;
	for (size_t i = l->hop_count; i > 0 && !first; i--)
		first = l->hops[i - 1].utc;
	if (first && *l->sent && llabs(first - l->sent_utc) > FAR_SECONDS)
		look_find(l, "route.date_far", "", l->sent);
}

/* A Japanese sender's clock is that of Japan, or of a server that keeps UTC. */
void rule_zone_odd(struct look *l)
{
	const char *host = from_host(l);
	size_t n = strlen(host);
	if (*l->sent && n > 3 && strcasecmp(host + n - 3, ".jp") == 0 && l->sent_zone != 540 && l->sent_zone != 0)
		look_find(l, "route.zone_odd", "", l->sent);
}
