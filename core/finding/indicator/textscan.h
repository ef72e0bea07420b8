/*
 * Indicators in a block of text: what a person pastes from a report, a mail or
 * a log, and whether it is written defanged or not.
 *
 *     hxxps://evil[.]example/a.php    https://evil.example/a.php
 *     198.51.100[.]7                  198.51.100.7
 *     taro[at]mail(dot)example        taro@mail.example
 *     C:¥Users¥x¥a.exe                C:\Users\x\a.exe
 *
 * Found are IPv4 (with /NN) and IPv6 addresses, host names, URLs, mail
 * addresses, MD5, SHA-1, SHA-256 and SHA-512, Windows paths and registry keys. The text
 * may be Japanese without spaces, hold full-width letters, zero-width
 * characters, any bytes. Nothing is looked up: a hit is a proposal.
 *
 * A host name needs a well-known ending, or a defanged dot, or a place inside a
 * URL or mail address, so that a.exe and obj.method are not taken for hosts.
 * Host names in other scripts are found in their xn-- form only.
 *
 * Sources: RFC 3986, RFC 5321, RFC 5952 (form of IPv6 addresses).
 */
#ifndef GENBA_FINDING_INDICATOR_TEXTSCAN_H
#define GENBA_FINDING_INDICATOR_TEXTSCAN_H

#include <stddef.h>

struct buf;
struct err;

enum textscan_type {
	TEXTSCAN_IPV4,
	TEXTSCAN_IPV6,
	TEXTSCAN_DOMAIN,
	TEXTSCAN_URL,
	TEXTSCAN_EMAIL,
	TEXTSCAN_MD5,
	TEXTSCAN_SHA1,
	TEXTSCAN_SHA256,
	TEXTSCAN_SHA512,
	TEXTSCAN_PATH,
	TEXTSCAN_REGISTRY,
};

struct textscan_hit {
	enum textscan_type type;
	const char *
	    value; /* UTF-8, normalised: refanged, hosts and digests in lower case, one backslash, HKLM for HKEY_LOCAL_MACHINE */
	size_t start; /* bytes [start, end) of the text that was given */
	size_t end;
	int is_part;     /* the host inside the URL or mail address that was the hit before */
	int is_defanged; /* it was not written as it is */
};

#define TEXTSCAN_LIMIT (16U << 20) /* bytes of one text */

/*
 * Calls `fn` for each hit, in order; equal values again each time. The hit is
 * borrowed for the call. A nonzero result stops and is returned. Else 0, or -1
 * (ERR_INVALID) if the text is too long.
 */
int textscan(const char *text, size_t n, int (*fn)(void *ctx, const struct textscan_hit *hit), void *ctx,
             struct err *err);

/* The value of an indicator's `type` field: "ip", "domain", "url", "email", "md5", "sha1", "sha256", "sha512",
 * "file_path", "registry". */
const char *textscan_indicator(enum textscan_type type);

/* Appends what a defanged text means, nothing else changed: for one value that a person types. */
void textscan_refang(const char *text, size_t n, struct buf *out);

/* Appends the text with every address, host and URL in it made harmless to click: hxxp://evil[.]example/a.
 * Defanging twice changes nothing more; textscan_refang() undoes it. */
void textscan_defang(const char *text, size_t n, struct buf *out);

#endif
