#include "finding/chain/mail_domain.h"

#include <ctype.h>
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Sorted. Looked through on PROVIDERS_OF. */
static const char *const free_mail[] = {
    "126.com",        "163.com",      "aol.com",      "aol.jp",         "biglobe.ne.jp",  "daum.net",
    "docomo.ne.jp",   "excite.co.jp", "ezweb.ne.jp",  "fastmail.com",   "foxmail.com",    "gmail.com",
    "gmx.com",        "gmx.de",       "gmx.net",      "goo.jp",         "googlemail.com", "hanmail.net",
    "hotmail.co.jp",  "hotmail.com",  "hushmail.com", "i.softbank.jp",  "icloud.com",     "infoseek.jp",
    "inter7.jp",      "live.com",     "live.jp",      "mac.com",        "mail.com",       "mail.goo.ne.jp",
    "mail.ru",        "me.com",       "msn.com",      "naver.com",      "nifty.com",      "ocn.ne.jp",
    "outlook.com",    "outlook.jp",   "proton.me",    "protonmail.com", "qq.com",         "rediffmail.com",
    "rocketmail.com", "sina.com",     "so-net.ne.jp", "sohu.com",       "softbank.ne.jp", "tutanota.com",
    "yahoo.co.jp",    "yahoo.com",    "yahoo.ne.jp",  "yandex.com",     "yandex.ru",      "yeah.net",
    "ymail.com",      "zoho.com",
};

static const char *const providers[] = {
    "akamai.net",     "amazonaws.com",  "amazonses.com",  "azure.com",    "box.com",         "cloudflare.com",
    "cloudfront.net", "dropbox.com",    "firestorage.jp", "gigafile.nu",  "github.com",      "github.io",
    "google.com",     "googleapis.com", "heteml.jp",      "lolipop.jp",   "mailchimp.com",   "mediafire.com",
    "mega.nz",        "microsoft.com",  "office365.com",  "onedrive.com", "onmicrosoft.com", "outlook.office365.com",
    "sakura.ne.jp",   "sendgrid.net",   "sharepoint.com", "slack.com",    "wixsite.com",     "wordpress.com",
    "xserver.jp",     "xsrv.jp",        "zendesk.com",
};

static int compare_names(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

enum mail_domain_use mail_domain_use(const char *registrable)
{
	if (bsearch(registrable, free_mail, sizeof free_mail / sizeof *free_mail, sizeof *free_mail, compare_names))
		return DOMAIN_FREE_MAIL;
	if (bsearch(registrable, providers, sizeof providers / sizeof *providers, sizeof *providers, compare_names))
		return DOMAIN_PROVIDER;
	return DOMAIN_OWN;
}

static int is_local_byte(unsigned char c)
{
	return isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static int is_host_byte(unsigned char c)
{
	return isalnum(c) || c == '.' || c == '-' || c >= 0x80;
}

/* "[.]", "(.)", "[dot]" as a dot. Bytes taken, or 0. */
static size_t defanged_dot(const char *text, size_t n)
{
	static const char *const forms[] = {"[.]", "(.)", "[dot]", "(dot)"};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (n >= strlen(forms[i]) && strncasecmp(text, forms[i], strlen(forms[i])) == 0)
			return strlen(forms[i]);
	return 0;
}

static size_t read_host(const char *text, size_t n, size_t at, struct mail_address *a, size_t have)
{
	while (at < n && have + 1 < sizeof a->text) {
		size_t dot = defanged_dot(text + at, n - at);
		if (dot) {
			a->text[have++] = '.';
			at += dot;
		} else if (is_host_byte((unsigned char)text[at]) && (unsigned char)text[at] < 0x80) {
			a->text[have++] = (char)tolower((unsigned char)text[at++]);
		} else {
			break;
		}
	}
	while (have && a->text[have - 1] == '.') {
		have--;
		at--;
	}
	a->text[have] = '\0';
	return at;
}

int mail_address_next(const char *text, size_t n, size_t *at, struct mail_address *a)
{
	for (size_t i = *at; i < n; i++) {
		if (text[i] != '@')
			continue;
		int bracketed = i > 0 && i + 1 < n && (text[i - 1] == '[' || text[i - 1] == '(');
		size_t end_of_local = i - (size_t)bracketed;
		size_t from = end_of_local;
		while (from > *at && is_local_byte((unsigned char)text[from - 1]) && end_of_local - from < 64)
			from--;
		size_t local = end_of_local - from;
		if (local == 0)
			continue;
		for (size_t k = 0; k < local; k++)
			a->text[k] = (char)tolower((unsigned char)text[from + k]);
		a->text[local] = '@';
		size_t end = read_host(text, n, i + 1 + (size_t)bracketed, a, local + 1);
		a->host = a->text + local + 1;
		if (!*a->host || strlen(a->host) >= DOMAIN_TEXT)
			continue;
		a->from = from;
		a->to = end;
		*at = end > i ? end : i + 1;
		return 1;
	}
	*at = n;
	return 0;
}

void mail_domain_registrable(const char *host, char out[DOMAIN_TEXT])
{
	char lower[DOMAIN_TEXT];
	size_t n = 0;
	*out = '\0';
	while (*host && n + 1 < sizeof lower)
		lower[n++] = (char)tolower((unsigned char)*host++);
	while (n && lower[n - 1] == '.')
		n--;
	lower[n] = '\0';
	if (n == 0 || strspn(lower, "0123456789.") == n || strchr(lower, ':'))
		return;
	const char *found = psl_registrable_domain(psl_builtin(), lower);
	if (!found)
		return;
	/* city.kumano.wakayama.lg.jp: the list stops at the prefecture */
	size_t length = strlen(found);
	if (length > 6 && strcmp(found + length - 6, ".lg.jp") == 0)
		for (const char *dot = found; dot > lower; dot--)
			if (dot[-1] == '.' && dot - 1 > lower) {
				const char *more = dot - 1;
				while (more > lower && more[-1] != '.')
					more--;
				if (strncmp(more, "www.", 4) != 0)
					found = more;
				break;
			}
	memmove(out, found, strlen(found) + 1);
}

void mail_domain_list_date(char out[11])
{
	time_t made = psl_builtin_file_time();
	struct tm tm;
	memcpy(out, "unknown", 8);
	if (made > 0 && gmtime_r(&made, &tm))
		strftime(out, 11, "%Y-%m-%d", &tm);
}
