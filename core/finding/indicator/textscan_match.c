/* One hit at one place of the plain text. Everything looks ahead a bounded number of bytes. */
#include "finding/indicator/textscan_private.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define HOST_LIMIT  253
#define LOCAL_LIMIT 64
#define URL_LIMIT   4096

static int is_alnum(char c)
{
	return isalnum((unsigned char)c) && (unsigned char)c < 0x80;
}

static int is_host_char(char c)
{
	return is_alnum(c) || c == '-' || c == '.' || c == '_';
}

static int is_word_char(char c)
{
	return is_alnum(c) || c == '_';
}

int match_is_inside_word(const struct plain *plain, size_t at)
{
	return at > 0 && is_word_char(plain->text[at - 1]) && is_word_char(plain->text[at]);
}

size_t match_skip(const struct plain *plain, size_t at)
{
	size_t end = at;
	if (!is_alnum(plain->text[at]) && !match_is_inside_word(plain, at))
		return at + 1;
	while (end < plain->n && is_host_char(plain->text[end]))
		end++;
	return end > at ? end : at + 1;
}

static void set_lower(struct buf *value, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(value, (char)tolower((unsigned char)text[i]));
}

/* Host names */

/* Endings of names that are hosts much more often than anything else; any two letters besides. */
static int is_known_ending(const char *ending, size_t n)
{
	static const char known[] =
	    " com net org edu gov mil int info biz pro mobi asia jobs tel xxx coop aero museum travel arpa"
	    " xyz top site online club shop app dev cloud live tech store icu vip work link space website fun buzz"
	    " host press one life world news network systems solutions services support"
	    " digital media click download stream win bid loan men party review trade racing science cricket"
	    " faith accountant webcam tokyo osaka kyoto nagoya okinawa yokohama moe onion"
	    " local lan internal corp intra home localdomain example test invalid localhost ";
	/* two letters that end file names and code rather than hosts */
	static const char not_hosts[] = " py pl sh rs md so ps cc js cs vb gz ts rb go hs ml mm ai pf db xz ko ";
	char word[24];
	if (n < 2 || n > sizeof word - 3)
		return 0;
	word[0] = ' ';
	for (size_t i = 0; i < n; i++)
		word[i + 1] = (char)tolower((unsigned char)ending[i]);
	memcpy(word + n + 1, " ", 2);
	if (n == 2)
		return strstr(not_hosts, word) == NULL;
	return strstr(known, word) != NULL;
}

/* Bytes of the name of a host with a dot in it, as RFC 1123 allows (and '_'); *ending gets where its last label begins. */
static size_t host_name(const char *text, size_t limit, size_t *ending)
{
	size_t n = 0;
	if (!is_alnum(text[0]))
		return 0;
	while (n < limit && n <= HOST_LIMIT && is_host_char(text[n]) && !(text[n] == '.' && text[n + 1] == '.'))
		n++;
	if (n > HOST_LIMIT)
		return 0;
	while (n > 0 && !is_alnum(text[n - 1]))
		n--;
	size_t label = 0;
	size_t labels = 1;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && text[i] != '.')
			continue;
		if (i == label || i - label > 63 || text[label] == '-' || text[i - 1] == '-')
			return 0;
		if (i < n) {
			label = i + 1;
			labels++;
		}
	}
	*ending = label;
	return labels > 1 ? n : 0;
}

static int is_ending(const char *text, size_t n)
{
	if (n >= 5 && strncasecmp(text, "xn--", 4) == 0)
		return 1;
	for (size_t i = 0; i < n; i++)
		if (!isalpha((unsigned char)text[i]))
			return 0;
	return n >= 2;
}

static size_t ipv4(const char *text, size_t limit)
{
	size_t n = 0;
	for (int part = 0; part < 4; part++) {
		if (part && (n >= limit || text[n++] != '.'))
			return 0;
		size_t digits = 0;
		int number = 0;
		while (n + digits < limit && digits < 4 && isdigit((unsigned char)text[n + digits]))
			number = number * 10 + (text[n + digits++] - '0');
		if (digits == 0 || digits > 3 || number > 255 || (digits > 1 && text[n] == '0'))
			return 0;
		n += digits;
	}
	if (n < limit && (is_alnum(text[n]) || text[n] == '_'))
		return 0;
	if (n + 1 < limit && text[n] == '.' && is_alnum(text[n + 1]))
		return 0;
	if (n + 1 < limit && text[n] == '-' && isalpha((unsigned char)text[n + 1])) /* a version: 1.2.3.4-beta */
		return 0;
	return n;
}

/* Appends the form of RFC 5952. Bytes of the address, or 0. */
static size_t ipv6(const char *text, size_t limit, struct buf *value)
{
	char copy[INET6_ADDRSTRLEN + 1];
	unsigned char address[16];
	size_t n = 0;
	size_t colons = 0;
	int has_digit = 0;
	while (n < limit && n < sizeof copy - 1 &&
	       (isxdigit((unsigned char)text[n]) || text[n] == ':' || text[n] == '.')) {
		colons += text[n] == ':';
		has_digit |= isdigit((unsigned char)text[n]) != 0;
		n++;
	}
	if (n < limit && (is_alnum(text[n]) || text[n] == '_'))
		return 0;
	while (n > 0 && (text[n - 1] == '.' || (text[n - 1] == ':' && (n < 2 || text[n - 2] != ':'))))
		n--;
	/* abc::def is code, and ::1 tells nothing */
	if (colons < 2 || !has_digit || n < 6 || n >= sizeof copy)
		return 0;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (inet_pton(AF_INET6, copy, address) != 1)
		return 0;
	inet_ntop(AF_INET6, address, copy, sizeof copy);
	buf_adds(value, copy);
	return n;
}

/* A host in a URL or mail address: a name, an address, or [IPv6]. Any name will do. Appends it in lower case. */
static size_t any_host(const struct plain *plain, size_t at, struct match *match)
{
	const char *text = plain->text + at;
	size_t limit = plain->n - at;
	size_t ending;
	size_t before = match->value.len;
	match->host_start = at;
	if (text[0] == '[') {
		buf_addc(&match->value, '[');
		size_t n = ipv6(text + 1, limit - 1, &match->value);
		if (!n || text[n + 1] != ']')
			return buf_truncate(&match->value, before), 0;
		buf_addc(&match->value, ']');
		match->host_type = TEXTSCAN_IPV6;
		match->host_start = at + 1;
		match->host_end = at + 1 + n;
		return n + 2;
	}
	size_t n = ipv4(text, limit);
	match->host_type = n ? TEXTSCAN_IPV4 : TEXTSCAN_DOMAIN;
	if (!n)
		n = host_name(text, limit, &ending);
	match->host_end = at + n;
	if (!n) { /* one label: a name inside the organisation, no indicator by itself */
		while (is_alnum(text[0]) && n < limit && n < 63 &&
		       (is_alnum(text[n]) || text[n] == '-' || text[n] == '_'))
			n++;
		match->host_end = at;
	}
	set_lower(&match->value, text, n);
	return n;
}

/* URLs */

static int is_url_char(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7F && strchr("\"<>\\^`{|}", c) == NULL;
}

/* Leaves out what belongs to the sentence: final punctuation, and brackets that were not opened inside. */
static size_t trim_url(const char *text, size_t n)
{
	int round = 0; /* closed less opened */
	int square = 0;
	for (size_t i = 0; i < n; i++) {
		round += (text[i] == ')') - (text[i] == '(');
		square += (text[i] == ']') - (text[i] == '[');
	}
	for (; n > 0; n--) {
		char c = text[n - 1];
		if (c == ')' && round > 0)
			round--;
		else if (c == ']' && square > 0)
			square--;
		else if (c == ')' || c == ']' || !strchr(".,;:!?'", c))
			break;
	}
	return n;
}

static size_t url_rest(const struct plain *plain, size_t at)
{
	size_t n = 0;
	while (at + n < plain->n && n < URL_LIMIT && is_url_char(plain->text[at + n]))
		n++;
	return trim_url(plain->text + at, n);
}

static size_t scheme(const char *text)
{
	static const char *const schemes[] = {"https", "http", "ftps", "ftp", "sftp", "wss", "ws", "smb", "tcp", "udp"};
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t n = strlen(schemes[i]);
		if ((*text | 0x20) == *schemes[i] && strncasecmp(text, schemes[i], n) == 0 &&
		    strncmp(text + n, "://", 3) == 0)
			return n + 3;
	}
	return 0;
}

/* Bytes of "user:password@" before a host, or 0. */
static size_t user_part(const char *text, size_t limit)
{
	for (size_t i = 0; i < limit && i < 128 && is_url_char(text[i]) && !strchr("/?#", text[i]); i++)
		if (text[i] == '@')
			return i + 1;
	return 0;
}

static int match_url(const struct plain *plain, size_t at, struct match *match)
{
	size_t n = scheme(plain->text + at);
	if (!n)
		return 0;
	set_lower(&match->value, plain->text + at, n);
	size_t user = user_part(plain->text + at + n, plain->n - at - n);
	buf_add(&match->value, plain->text + at + n, user);
	n += user;
	size_t host = any_host(plain, at + n, match);
	if (!host)
		return 0;
	n += host;
	char next = plain->text[at + n];
	size_t rest = next != '\0' && strchr("/:?#", next) ? url_rest(plain, at + n) : 0;
	buf_add(&match->value, plain->text + at + n, rest);
	match->end = at + n + rest;
	match->type = TEXTSCAN_URL;
	return 1;
}

/* Addresses and names by themselves */

static int match_email(const struct plain *plain, size_t at, struct match *match)
{
	const char *text = plain->text + at;
	size_t local = 0;
	size_t ending;
	while (local < LOCAL_LIMIT && text[local] != '\0' && (is_alnum(text[local]) || strchr("._%+-", text[local])))
		local++;
	if (local == 0 || text[local] != '@' || text[local - 1] == '.')
		return 0;
	size_t n = host_name(text + local + 1, plain->n - at - local - 1, &ending);
	if (!n || !is_ending(text + local + 1 + ending, n - ending))
		return 0;
	match->type = TEXTSCAN_EMAIL;
	match->end = at + local + 1 + n;
	match->host_start = at + local + 1;
	match->host_end = match->end;
	match->host_type = TEXTSCAN_DOMAIN;
	set_lower(&match->value, text, match->end - at);
	return 1;
}

static int match_digest(const struct plain *plain, size_t at, struct match *match)
{
	const char *text = plain->text + at;
	size_t n = 0;
	size_t letters = 0;
	while (n < 129 && isxdigit((unsigned char)text[n])) {
		letters += isalpha((unsigned char)text[n]) != 0;
		n++;
	}
	if ((n != 32 && n != 40 && n != 64 && n != 128) || letters == 0 || is_alnum(text[n]) || text[n] == '_')
		return 0;
	match->type = n == 32 ? TEXTSCAN_MD5 : n == 40 ? TEXTSCAN_SHA1 : n == 64 ? TEXTSCAN_SHA256 : TEXTSCAN_SHA512;
	match->end = at + n;
	set_lower(&match->value, text, n);
	return 1;
}

/* Bytes of "/24" at `text`, or 0. */
static size_t mask(const char *text, int most)
{
	size_t n = 1;
	int bits = 0;
	if (*text != '/')
		return 0;
	while (n < 4 && isdigit((unsigned char)text[n]))
		bits = bits * 10 + (text[n++] - '0');
	return n > 1 && bits <= most && !is_alnum(text[n]) && text[n] != '/' ? n : 0;
}

static int match_ipv4(const struct plain *plain, size_t at, struct match *match)
{
	const char *text = plain->text + at;
	size_t n = ipv4(text, plain->n - at);
	if (!n || (at > 0 && plain->text[at - 1] == '.'))
		return 0;
	n += mask(text + n, 32);
	buf_add(&match->value, text, n);
	match->type = TEXTSCAN_IPV4;
	match->end = at + n;
	return 1;
}

static int match_ipv6(const struct plain *plain, size_t at, struct match *match)
{
	const char *text = plain->text + at;
	size_t n = at > 0 && plain->text[at - 1] == ':' ? 0 : ipv6(text, plain->n - at, &match->value);
	if (!n)
		return 0;
	size_t more = mask(text + n, 128);
	buf_add(&match->value, text + n, more);
	match->type = TEXTSCAN_IPV6;
	match->end = at + n + more;
	return 1;
}

static int match_domain(const struct plain *plain, size_t at, struct match *match)
{
	const char *text = plain->text + at;
	size_t ending;
	size_t n = host_name(text, plain->n - at, &ending);
	if (!n || !is_ending(text + ending, n - ending))
		return 0;
	int is_defanged = plain_is_changed(plain, at, at + n);
	if (!is_defanged && strncasecmp(text + ending, "xn--", 4) != 0 && !is_known_ending(text + ending, n - ending))
		return 0;
	match->type = TEXTSCAN_DOMAIN;
	match->end = at + n;
	set_lower(&match->value, text, n);
	return 1;
}

/* evil.example/gate.php: what follows makes it a URL, whose scheme is not known. */
static int extend_to_url(const struct plain *plain, size_t at, struct match *match)
{
	if (match->end >= plain->n || plain->text[match->end] != '/' || !is_url_char(plain->text[match->end + 1]))
		return 1;
	size_t rest = url_rest(plain, match->end);
	if (rest < 2)
		return 1;
	match->host_type = match->type;
	match->host_start = at;
	match->host_end = match->end;
	match->type = TEXTSCAN_URL;
	buf_add(&match->value, plain->text + match->end, rest);
	match->end += rest;
	return 1;
}

int match_at(const struct plain *plain, size_t at, struct match *match)
{
	static int (*const kinds[])(const struct plain *, size_t, struct match *) = {
	    match_registry, match_path, match_url, match_email, match_ipv6, match_ipv4, match_domain, match_digest,
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		buf_clear(&match->value);
		match->host_start = match->host_end = 0;
		if (!kinds[i](plain, at, match))
			continue;
		int is_host = match->type == TEXTSCAN_DOMAIN || match->type == TEXTSCAN_IPV4;
		return is_host ? extend_to_url(plain, at, match) : 1;
	}
	return 0;
}
