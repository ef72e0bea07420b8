/* The header of a mail as fields of its record, and the way that it came. */
#include "finding/mail/look/look_private.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* ---- the way it came */

static int is_inside(const unsigned char a[4])
{
	return a[0] == 10 || a[0] == 127 || a[0] == 0 || (a[0] == 172 && a[1] >= 16 && a[1] < 32) ||
	       (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254) ||
	       (a[0] == 100 && a[1] >= 64 && a[1] < 128);
}

/* The first address in a text, between brackets of any kind or bare; 4 or 6, or 0. */
static int ip_in(const char *p, char out[INET6_ADDRSTRLEN])
{
	for (; *p; p++) {
		char text[INET6_ADDRSTRLEN];
		unsigned char bytes[16];
		size_t n = strspn(p, "0123456789abcdefABCDEF:.");
		if (n == 0)
			continue;
		if (n < sizeof text && n >= 3) {
			memcpy(text, p, n);
			text[n] = '\0';
			if (inet_pton(AF_INET, text, bytes) == 1) {
				memcpy(out, text, n + 1);
				return 4;
			}
			if (strchr(text, ':') && inet_pton(AF_INET6, text, bytes) == 1 &&
			    inet_ntop(AF_INET6, bytes, out, INET6_ADDRSTRLEN))
				return 6;
		}
		p += n - 1;
	}
	return 0;
}

static int is_outside(const char *ip, int version)
{
	unsigned char bytes[16];
	if (version == 4)
		return inet_pton(AF_INET, ip, bytes) == 1 && !is_inside(bytes);
	return inet_pton(AF_INET6, ip, bytes) == 1 && (bytes[0] & 0xE0) == 0x20;
}

/* The text behind a word ("from", "by") up to the next of them. */
static char *after_word(struct pool *pool, const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = text; (p = strcasestr(p, word)) != NULL; p += n)
		if ((p == text || p[-1] == ' ') && p[n] == ' ') {
			p += n + 1;
			p += strspn(p, " ");
			return pool_text(pool, p, strcspn(p, " ;"));
		}
	return pool_text(pool, "", 0);
}

static void add_hop(struct look *l, const char *text)
{
	char ip[INET6_ADDRSTRLEN] = "";
	struct buf when = BUF_INIT;
	struct look_hop hop = {.from = after_word(&l->pool, text, "from"), .by = after_word(&l->pool, text, "by")};
	const char *by = strcasestr(text, " by ");
	char *sender = pool_text(&l->pool, text, by ? (size_t)(by - text) : strlen(text));
	const char *semicolon = strrchr(text, ';');
	if (strncasecmp(text, "from", 4) == 0)
		ip_in(sender, ip);
	hop.ip = pool_text(&l->pool, ip, strlen(ip));
	if (semicolon)
		address_date(semicolon + 1, strlen(semicolon + 1), &when, &hop.utc, NULL);
	hop.when = pool_text(&l->pool, when.data, when.len);
	l->hops = pool_more(&l->pool, l->hops, l->hop_count, &l->hop_cap, sizeof hop);
	l->hops[l->hop_count++] = hop;
	buf_release(&when);
}

static void find_origin(struct look *l)
{
	char ip[INET6_ADDRSTRLEN] = "";
	for (size_t i = l->hop_count; i > 0; i--) {
		int version = ip_in(l->hops[i - 1].ip, ip);
		if (version && is_outside(ip, version)) {
			l->origin = l->hops[i - 1].ip;
			break;
		}
	}
	const char *said = look_field(l, "x-originating-ip");
	int version = ip_in(said, ip);
	if (version && is_outside(ip, version))
		l->origin = pool_text(&l->pool, ip, strlen(ip));
}

/* ---- what servers say of it: "spf=fail dkim=none dmarc=fail (mx.example)" */

static int is_trusted(const struct look *l, const char *host)
{
	size_t i;
	json_t *trusted;
	json_array_foreach(l->options->trust, i, trusted)
		if (json_is_string(trusted) && look_host_in(host, json_string_value(trusted)))
			return 1;
	return 0;
}

static void add_results(const char *text, struct buf *out)
{
	static const char *const methods[] = {"spf=", "dkim=", "dmarc=", "arc="};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		for (const char *p = text; (p = strcasestr(p, methods[i])) != NULL; p++)
			if (p == text || p[-1] == ' ' || p[-1] == ';') {
				size_t n = strlen(methods[i]);
				size_t word = strspn(p + n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
				buf_addf(out, "%s%.*s", out->len ? " " : "", (int)(n + word), p);
				break;
			}
}

static void find_authentication(struct look *l)
{
	struct buf out = BUF_INIT;
	const struct header_field *f = NULL;
	while (!out.len && (f = header_find(l->header, "authentication-results", f)) != NULL) {
		char *text = header_text(&l->pool, f->value, f->n, NULL);
		char *host = pool_text(&l->pool, text, strcspn(text, "; "));
		if (json_array_size(l->options->trust) && !is_trusted(l, host))
			continue;
		add_results(text, &out);
		if (out.len)
			buf_addf(&out, " (%s)", host);
	}
	if (!out.len && (f = header_find(l->header, "received-spf", NULL)) != NULL) {
		char *text = header_text(&l->pool, f->value, f->n, NULL);
		buf_addf(&out, "spf=%.*s", (int)strcspn(text, " ("), text);
	}
	l->authentication = pool_text(&l->pool, out.data, out.len);
	buf_release(&out);
}

/* ---- fields */

static void read_addresses(struct look *l, const char *name, struct address_list *list)
{
	for (const struct header_field *f = NULL; (f = header_find(l->header, name, f)) != NULL;)
		address_read(list, &l->pool, f->value, f->n, l->charset);
}

void look_header(struct look *l)
{
	struct buf date = BUF_INIT;
	const struct header_field *f = header_find(l->header, "date", NULL);
	if (f)
		address_date(f->value, f->n, &date, &l->sent_utc, &l->sent_zone);
	l->sent = pool_text(&l->pool, date.data, date.len);
	buf_release(&date);
	l->subject = look_field(l, "subject");
	read_addresses(l, "from", &l->from);
	read_addresses(l, "sender", &l->sender);
	read_addresses(l, "to", &l->to);
	read_addresses(l, "cc", &l->cc);
	read_addresses(l, "reply-to", &l->reply_to);
	struct address_list path = {0};
	read_addresses(l, "return-path", &path);
	if (path.count)
		l->envelope_from = pool_text(&l->pool, path.all[0].address, strlen(path.all[0].address));
	for (f = NULL; l->hop_count < LOOK_HOPS && (f = header_find(l->header, "received", f)) != NULL;)
		add_hop(l, header_text(&l->pool, f->value, f->n, NULL));
	if (l->hop_count)
		l->received = l->hops[0].when;
	if (!*l->received && l->is_outlook && l->outlook.received) {
		char text[32];
		struct tm tm;
		time_t seconds = (time_t)l->outlook.received;
		if (gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+00:00", &tm))
			l->received = pool_text(&l->pool, text, strlen(text));
	}
	find_origin(l);
	find_authentication(l);
}
