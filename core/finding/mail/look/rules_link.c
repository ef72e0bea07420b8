/* Links: where they lead, and where they say that they do. */
#include "finding/mail/look/rules_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The authority of a URL: what stands behind "//" (or "www.") up to the path. */
static char *authority(struct look *l, const char *url)
{
	const char *start = strstr(url, "//");
	start = start && start - url < 12 ? start + 2 : strncasecmp(url, "www.", 4) == 0 ? url : NULL;
	return start ? pool_text(&l->pool, start, strcspn(start, "/?#")) : NULL;
}

static const char *host_of(struct look *l, const char *url)
{
	char *text = authority(l, url);
	if (!text)
		return "";
	char *at = strrchr(text, '@');
	text = at ? at + 1 : text;
	if (*text != '[')
		text[strcspn(text, ":")] = '\0';
	for (char *p = text; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return text;
}

/* The host that the text on a link names, or "". */
static const char *shown_host(struct look *l, const char *shown)
{
	shown += strspn(shown, " \n\t");
	if (strncasecmp(shown, "http", 4) == 0 || strncasecmp(shown, "www.", 4) == 0)
		return host_of(l, shown);
	return "";
}

static const char *without_www(const char *host)
{
	return strncmp(host, "www.", 4) == 0 ? host + 4 : host;
}

static int is_ip(const char *host)
{
	return *host == '[' || (*host && strspn(host, "0123456789.") == strlen(host)) || strncmp(host, "0x", 2) == 0;
}

void rule_links(struct look *l)
{
	for (size_t i = 0; i < l->link_count; i++) {
		const struct look_link *link = &l->links[i];
		if (link->sort == HTML_SOURCE)
			continue;
		if (strncasecmp(link->url, "data:", 5) == 0 || strncasecmp(link->url, "javascript:", 11) == 0) {
			look_find(l, "link.data", "", link->url);
			continue;
		}
		const char *host = host_of(l, link->url);
		const char *shown = shown_host(l, link->shown);
		const char *whole = authority(l, link->url);
		if (*shown && *host && strcmp(without_www(shown), without_www(host)) != 0)
			look_find(l, "link.text_differs", "", link->url);
		if (is_ip(host))
			look_find(l, "link.ip", "", link->url);
		if (whole && strchr(whole, '@'))
			look_find(l, "link.userinfo", "", link->url);
		if (strncmp(host, "xn--", 4) == 0 || strstr(host, ".xn--"))
			look_find(l, "link.punycode", "", host);
	}
}
