#include "finding/indicator/textscan.h"

#include "base/err.h"
#include "base/i18n.h"
#include "finding/indicator/textscan_private.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Bytes of the first piece of a text that is worked on in pieces of TEXTSCAN_LIMIT, cut behind a space. */
static size_t plain_piece(const char *text, size_t n)
{
	if (n <= TEXTSCAN_LIMIT)
		return n;
	size_t end = TEXTSCAN_LIMIT;
	while (end > TEXTSCAN_LIMIT / 2 && !isspace((unsigned char)text[end - 1]))
		end--;
	return end;
}

const char *textscan_indicator(enum textscan_type type)
{
	static const char *const names[] = {
	    [TEXTSCAN_IPV4] = "ip",        [TEXTSCAN_IPV6] = "ip",           [TEXTSCAN_DOMAIN] = "domain",
	    [TEXTSCAN_URL] = "url",        [TEXTSCAN_EMAIL] = "email",       [TEXTSCAN_MD5] = "md5",
	    [TEXTSCAN_SHA1] = "sha1",      [TEXTSCAN_SHA256] = "sha256",     [TEXTSCAN_SHA512] = "sha512",
	    [TEXTSCAN_PATH] = "file_path", [TEXTSCAN_REGISTRY] = "registry",
	};
	return (size_t)type < sizeof names / sizeof *names ? names[type] : "other";
}

/* Calls `fn` with the match in places of the plain text and the match itself; nonzero stops. */
static int scan(const struct plain *plain,
                int (*fn)(void *ctx, const struct plain *plain, size_t at, struct match *match), void *ctx)
{
	struct match match = {.value = BUF_INIT};
	int rc = 0;
	for (size_t at = 0; rc == 0 && at < plain->n;) {
		if (match_is_inside_word(plain, at)) {
			at = match_skip(plain, at);
		} else if (match_at(plain, at, &match)) {
			rc = fn(ctx, plain, at, &match);
			at = match.end;
		} else {
			at = match_skip(plain, at);
		}
	}
	buf_release(&match.value);
	return rc;
}

struct receiver {
	int (*fn)(void *ctx, const struct textscan_hit *hit);
	void *ctx;
	struct buf host;
};

static int report(void *ctx, const struct plain *plain, size_t at, struct match *match)
{
	struct receiver *r = ctx;
	struct textscan_hit hit = {
	    .type = match->type,
	    .value = match->value.data,
	    .start = plain->from[at],
	    .end = plain->from[match->end],
	    .is_defanged = plain_is_changed(plain, at, match->end),
	};
	int rc = r->fn(r->ctx, &hit);
	if (rc || match->host_end == match->host_start)
		return rc;
	buf_clear(&r->host);
	for (size_t i = match->host_start; i < match->host_end; i++)
		buf_addc(&r->host, (char)tolower((unsigned char)plain->text[i]));
	hit = (struct textscan_hit){
	    .type = match->host_type,
	    .value = r->host.data,
	    .start = plain->from[match->host_start],
	    .end = plain->from[match->host_end],
	    .is_part = 1,
	    .is_defanged = plain_is_changed(plain, match->host_start, match->host_end),
	};
	return r->fn(r->ctx, &hit);
}

int textscan(const char *text, size_t n, int (*fn)(void *ctx, const struct textscan_hit *hit), void *ctx,
             struct err *err)
{
	struct plain plain;
	struct receiver receiver = {fn, ctx, BUF_INIT};
	if (n > TEXTSCAN_LIMIT)
		return err_set(err, ERR_INVALID, _("the text is larger than %u MiB; look at it in parts"),
		               TEXTSCAN_LIMIT >> 20);
	plain_init(&plain, text, n, PLAIN_LOOSE);
	int rc = scan(&plain, report, &receiver);
	buf_release(&receiver.host);
	plain_release(&plain);
	return rc;
}

/* Defanging */

struct defanger {
	const char *text;
	size_t done; /* bytes of the text that were copied */
	struct buf *out;
};

/* The bytes of a host or mail address with every sign that makes it work put in brackets. */
static void add_defanged_host(struct buf *out, const char *host, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (host[i] == '.')
			buf_adds(out, "[.]");
		else if (host[i] == ':')
			buf_adds(out, "[:]");
		else if (host[i] == '@')
			buf_adds(out, "[at]");
		else
			buf_addc(out, host[i]);
	}
}

static void add_defanged_url(struct buf *out, const struct plain *plain, size_t at, const struct match *match)
{
	const char *text = plain->text;
	size_t begin = at;
	if (match->host_start == at) {
		/* no scheme: http.example.com/a begins with its host */
	} else if (strncasecmp(text + at, "http", 4) == 0) {
		buf_adds(out, "hxxp");
		begin += 4;
	} else if (strncasecmp(text + at, "ftp", 3) == 0) {
		buf_adds(out, "fxp");
		begin += 3;
	} else if (strncasecmp(text + at, "sftp", 4) == 0) {
		buf_adds(out, "sfxp");
		begin += 4;
	}
	if (match->host_end == match->host_start) {
		buf_add(out, text + begin, match->end - begin);
		return;
	}
	buf_add(out, text + begin, match->host_start - begin);
	add_defanged_host(out, text + match->host_start, match->host_end - match->host_start);
	buf_add(out, text + match->host_end, match->end - match->host_end);
}

static int defang_match(void *ctx, const struct plain *plain, size_t at, struct match *match)
{
	struct defanger *d = ctx;
	switch (match->type) {
	case TEXTSCAN_MD5:
	case TEXTSCAN_SHA1:
	case TEXTSCAN_SHA256:
	case TEXTSCAN_SHA512:
	case TEXTSCAN_PATH:
	case TEXTSCAN_REGISTRY:
		return 0;
	default:
		break;
	}
	buf_add(d->out, d->text + d->done, plain->from[at] - d->done);
	if (match->type == TEXTSCAN_URL)
		add_defanged_url(d->out, plain, at, match);
	else
		add_defanged_host(d->out, plain->text + at, match->end - at);
	d->done = plain->from[match->end];
	return 0;
}

void textscan_defang(const char *text, size_t n, struct buf *out)
{
	for (size_t done = 0, piece; done < n; done += piece) {
		struct plain plain;
		struct defanger defanger = {text + done, 0, out};
		piece = plain_piece(text + done, n - done);
		plain_init(&plain, text + done, piece, PLAIN_LOOSE);
		scan(&plain, defang_match, &defanger);
		buf_add(out, text + done + defanger.done, piece - defanger.done);
		plain_release(&plain);
	}
}

void textscan_refang(const char *text, size_t n, struct buf *out)
{
	for (size_t done = 0, piece; done < n; done += piece) {
		struct plain plain;
		piece = plain_piece(text + done, n - done);
		plain_init(&plain, text + done, piece, 0);
		buf_add(out, plain.text, plain.n);
		plain_release(&plain);
	}
}
