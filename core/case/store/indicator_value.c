#include "case/store/indicator_value.h"

#include "base/address/punycode.h"
#include "base/address/refang.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/case_internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define HOST_LIMIT  253
#define LABEL_LIMIT PUNYCODE_LABEL
#define LOCAL_LIMIT 64

static int is_type(const char *type, const char *name)
{
	return type && strcmp(type, name) == 0;
}

/* The text as it is meant, without blanks around it. The caller frees it. */
static char *meant(const char *text)
{
	struct plain plain;
	plain_init(&plain, text, strlen(text), PLAIN_LOOSE);
	const char *begin = plain.text;
	const char *end = plain.text + plain.n;
	while (begin < end && isspace((unsigned char)*begin))
		begin++;
	while (end > begin && isspace((unsigned char)end[-1]))
		end--;
	char *copy = xstrndup(begin, (size_t)(end - begin));
	plain_release(&plain);
	return copy;
}

/* "evil [.] example": without the blanks around the sign. */
static void close_up(char *text)
{
	char *to = text;
	for (char *from = text; *from; from++) {
		size_t blanks = strspn(from, " ");
		if (blanks && (strchr(".@", from[blanks]) || (to > text && strchr(".@", to[-1])))) {
			from += blanks - 1;
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
}

static void add_lower(struct buf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(out, (char)tolower((unsigned char)text[i]));
}

/* ---- hosts */

/* One label, folded, as the network knows it. 0 or -1. */
static int add_label(struct buf *out, const char *label, size_t n)
{
	int32_t points[LABEL_LIMIT + 1];
	uint32_t count = 0;
	int is_ascii = 1;
	size_t begin = out->len;
	for (size_t i = 0; i < n; count++) {
		utf8proc_ssize_t used =
		    utf8proc_iterate((const utf8proc_uint8_t *)label + i, (utf8proc_ssize_t)(n - i), &points[count]);
		if (used <= 0 || count == LABEL_LIMIT)
			return -1;
		int32_t c = points[count];
		if (c < 128 ? !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_'
		            : !utf8proc_codepoint_valid(c) || c == 0xFFFD)
			return -1;
		is_ascii &= c < 128;
		i += (size_t)used;
	}
	if (count == 0 || label[0] == '-' || label[n - 1] == '-')
		return -1;
	if (is_ascii) {
		buf_add(out, label, n);
	} else {
		buf_adds(out, "xn--");
		punycode_encode(out, points, count);
	}
	return out->len - begin <= LABEL_LIMIT ? 0 : -1;
}

/* A host's name, with a dot in it unless `any`; "*." before it stands for all hosts below. 0 or -1. */
static int add_host(struct buf *out, const char *text, size_t n, int any)
{
	struct buf folded = BUF_INIT;
	size_t begin = out->len;
	size_t labels = 0;
	int rc = n > 0 && text_is_utf8(text, n) ? 0 : -1;
	text_fold(&folded, text, n);
	const char *p = folded.data ? folded.data : "";
	int is_number = 1; /* of the last label */
	if (strncmp(p, "*.", 2) == 0) {
		buf_adds(out, "*.");
		p += 2;
	}
	while (rc == 0 && *p) {
		const char *end = p;
		while (*end && *end != '.' && strncmp(end, "\xE3\x80\x82", 3) != 0)
			end++;
		rc = add_label(out, p, (size_t)(end - p));
		is_number = strspn(p, "0123456789") == (size_t)(end - p);
		labels++;
		p = end + (*end == '.' ? 1 : *end ? 3 : 0);
		if (rc == 0 && *p)
			buf_addc(out, '.');
	}
	if (rc == 0 && (labels == 0 || is_number || out->len - begin > HOST_LIMIT || (labels < 2 && !any)))
		rc = -1;
	if (rc < 0)
		buf_truncate(out, begin);
	buf_release(&folded);
	return rc;
}

/* ---- addresses */

static int add_address(struct buf *out, const char *text, size_t n)
{
	char copy[64];
	unsigned char bytes[16];
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof copy)
		return -1;
	memcpy(copy, text, n);
	copy[n] = '\0';
	char *slash = strchr(copy, '/');
	unsigned long prefix = 0;
	if (slash) {
		*slash++ = '\0';
		if (!*slash || strlen(slash) > 3 || strspn(slash, "0123456789") != strlen(slash))
			return -1;
		prefix = strtoul(slash, NULL, 10);
	}
	int family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, copy, bytes) != 1 || prefix > (family == AF_INET ? 32 : 128))
		return -1;
	char shown[INET6_ADDRSTRLEN];
	buf_adds(out, inet_ntop(family, bytes, shown, sizeof shown));
	if (slash)
		buf_addf(out, "/%lu", prefix);
	return 0;
}

static int add_email(struct buf *out, const char *text)
{
	const char *at = strrchr(text, '@');
	size_t local = at ? (size_t)(at - text) : 0;
	if (local == 0 || local > LOCAL_LIMIT)
		return -1;
	for (size_t i = 0; i < local; i++)
		if ((unsigned char)text[i] <= ' ' || strchr("@<>()[],;:\\\"", text[i]))
			return -1;
	size_t begin = out->len;
	buf_add(out, text, local);
	buf_addc(out, '@');
	if (add_host(out, at + 1, strlen(at + 1), 1) == 0)
		return 0;
	buf_truncate(out, begin);
	return -1;
}

/* The host and port of a URL. */
static int add_authority(struct buf *out, const char *text, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (text[i - 1] == '@') { /* user:password@ */
			buf_add(out, text, i);
			text += i;
			n -= i;
			break;
		}
	size_t host = n;
	const char *close = n && *text == '[' ? memchr(text, ']', n) : NULL;
	const char *colon = memchr(close ? close : text, ':', n - (close ? (size_t)(close - text) : 0));
	if (colon) {
		host = (size_t)(colon - text);
		if (strspn(colon + 1, "0123456789") < n - host - 1 || n - host > 6)
			return -1;
	}
	if (close) {
		buf_addc(out, '[');
		if (close + 1 != text + host || memchr(text, '/', host) || add_address(out, text, host) < 0)
			return -1;
		buf_addc(out, ']');
	} else if (add_address(out, text, host) < 0 && add_host(out, text, host, 1) < 0) {
		return -1;
	}
	buf_add(out, text + host, n - host);
	return 0;
}

static int add_url(struct buf *out, const char *text)
{
	size_t scheme = 0;
	while (isalnum((unsigned char)text[scheme]) || (scheme && text[scheme] && strchr("+.-", text[scheme])))
		scheme++;
	if (!isalpha((unsigned char)*text) || strncmp(text + scheme, "://", 3) != 0)
		return -1;
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7F)
			return -1;
	size_t begin = out->len;
	const char *rest = text + scheme + 3;
	size_t n = strcspn(rest, "/?#");
	add_lower(out, text, scheme);
	buf_adds(out, "://");
	if (add_authority(out, rest, n) < 0) {
		buf_truncate(out, begin);
		return -1;
	}
	buf_adds(out, rest + n);
	return 0;
}

/* ---- digests */

static const struct {
	const char *type;
	const char *name;
	size_t digits;
} digests[] = {{"md5", "MD5", 32}, {"sha1", "SHA-1", 40}, {"sha256", "SHA-256", 64}, {"sha512", "SHA-512", 128}};

static int add_digest(size_t which, struct buf *out, const char *text, struct err *err)
{
	size_t prefix = strlen(digests[which].type);
	if (strncasecmp(text, digests[which].type, prefix) == 0 && text[prefix] == ':')
		text += prefix + 1;
	size_t n = strlen(text);
	int is_hex = strspn(text, "0123456789abcdefABCDEF") == n;
	if (is_hex && n == digests[which].digits) {
		add_lower(out, text, n);
		return 0;
	}
	for (size_t i = 0; is_hex && i < sizeof digests / sizeof *digests; i++)
		if (n == digests[i].digits)
			return err_set(err, ERR_USAGE, _("value: these are the %zu digits of %s, not the %zu of %s"), n,
			               digests[i].name, digests[which].digits, digests[which].name);
	return err_set(err, ERR_USAGE, _("value: '%s' is no %s: that is %zu hexadecimal digits"), text,
	               digests[which].name, digests[which].digits);
}

/* ---- any */

int indicator_normalise(const char *type, const char *text, struct buf *value, struct err *err)
{
	char *plain = meant(text);
	int rc = 0;
	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
		if (is_type(type, digests[i].type)) {
			rc = add_digest(i, value, plain, err);
			goto out;
		}
	if (is_type(type, "ip") || is_type(type, "domain") || is_type(type, "email"))
		close_up(plain);
	if (is_type(type, "ip")) {
		if (add_address(value, plain, strlen(plain)) < 0)
			rc = err_set(
			    err, ERR_USAGE,
			    _("value: '%s' is no IP address; allowed: 198.51.100.7, 198.51.100.0/24, 2001:db8::1"),
			    plain);
	} else if (is_type(type, "domain")) {
		if (add_host(value, plain, strlen(plain), 0) < 0)
			rc = err_set(
			    err, ERR_USAGE,
			    _("value: '%s' is no domain; allowed: evil.example, *.evil.example, evil[.]example"),
			    plain);
	} else if (is_type(type, "url")) {
		if (add_url(value, plain) < 0)
			rc = err_set(
			    err, ERR_USAGE,
			    _("value: '%s' is no URL; allowed: https://evil.example/a, hxxps://evil[.]example/a"),
			    plain);
	} else if (is_type(type, "email")) {
		if (add_email(value, plain) < 0)
			rc = err_set(
			    err, ERR_USAGE,
			    _("value: '%s' is no mail address; allowed: taro@mail.example, taro[at]mail[.]example"),
			    plain);
	} else {
		buf_adds(value, text);
	}
out:
	free(plain);
	return rc;
}

void indicator_key(const char *type, const char *value, struct buf *key)
{
	size_t begin = key->len;
	if (is_type(type, "file_path") || is_type(type, "registry") ||
	    indicator_normalise(type, value, key, NULL) < 0) {
		text_fold(key, value, strlen(value));
		return;
	}
	const char *host = is_type(type, "url") ? strstr(key->data + begin, "://") : NULL;
	if (host && !host[3 + strcspn(host + 3, "/?#")])
		buf_addc(key, '/');
}

/* ---- which is on record */

/*
 * Kept of an open case: type and key -> ids of the indicators that have or had them, an entry each. Of any case, old or new,
 * it is made of its records at the first question: no file tells what is on record but the records. What is written is added,
 * whether its action ends well or not, and nothing is taken out: who finds an id looks at its record.
 */
struct indicator_index {
	json_t *keys; /* key -> {id: true} */
};

static void index_free(void *kept)
{
	struct indicator_index *x = kept;
	json_decref(x->keys);
	free(x);
}

static void index_key(const char *type, const char *value, struct buf *key)
{
	buf_addf(key, "%s ", type ? type : "");
	indicator_key(type, value, key);
}

static void index_add(struct indicator_index *x, const char *id, const char *type, const char *value)
{
	struct buf key = BUF_INIT;
	index_key(type, value, &key);
	json_t *ids = json_object_getn(x->keys, key.data, key.len);
	if (!ids) {
		ids = json_object();
		json_object_setn_new_nocheck(x->keys, key.data, key.len, ids);
	}
	json_object_set_new(ids, id, json_true());
	buf_release(&key);
}

static struct indicator_index *index_of(struct case_file *c, struct err *err)
{
	void **slot = case_memory_of(c, "indicators", index_free);
	struct indicator_index *there = *slot;
	sqlite3_stmt *s = NULL;
	if (there)
		return there;
	if (sqlite3_prepare_v2(c->db,
	                       "SELECT id, json_extract(json, '$.type'), json_extract(json, '$.value') FROM record"
	                       " WHERE kind = 'indicator' ORDER BY n",
	                       -1, &s, NULL) != SQLITE_OK) {
		case_sql_error(c, _("list records"), err);
		return NULL;
	}
	struct indicator_index *x = xcalloc(1, sizeof *x);
	x->keys = json_object();
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (sqlite3_column_text(s, 2))
			index_add(x, (const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1),
			          (const char *)sqlite3_column_text(s, 2));
	if (rc != SQLITE_DONE) {
		case_sql_error(c, _("list records"), err);
		index_free(x);
		x = NULL;
	}
	sqlite3_finalize(s);
	*slot = x;
	return x;
}

void indicator_note(struct case_file *c, const json_t *object)
{
	struct indicator_index *x = *case_memory_of(c, "indicators", index_free);
	const char *value = json_get_string(object, "value");
	if (x && value && kind_has(json_get_string(object, "kind"), KIND_INDICATOR))
		index_add(x, json_get_string(object, "id"), json_get_string(object, "type"), value);
}

/* 1: the record is that indicator, and valid; its label is taken. */
static int is_that_indicator(struct case_file *c, const char *id, const struct buf *wanted, const char *except,
                             char label[])
{
	json_t *record = record_get(c, id, RECORD_RAW, NULL);
	const char *value = json_get_string(record, "value");
	struct buf key = BUF_INIT;
	int is = value && !record_is_retracted(record) && !(except && strcmp(record_label(record), except) == 0);
	if (is)
		index_key(json_get_string(record, "type"), value, &key);
	is = is && key.len == wanted->len && memcmp(key.data, wanted->data, key.len) == 0;
	if (is)
		snprintf(label, LABEL_TEXT, "%s", record_label(record));
	buf_release(&key);
	json_decref(record);
	return is;
}

int indicator_find(struct case_file *c, const char *type, const char *value, const char *except, char label[],
                   struct err *err)
{
	struct indicator_index *x = index_of(c, err);
	struct buf wanted = BUF_INIT;
	const char *id;
	json_t *is;
	*label = '\0';
	if (!x)
		return -1;
	index_key(type, value, &wanted);
	json_object_foreach(json_object_getn(x->keys, wanted.data, wanted.len), id, is)
		if (is_that_indicator(c, id, &wanted, except, label))
			break;
	buf_release(&wanted);
	return 0;
}

int indicator_settle(json_t *object, struct err *err)
{
	struct buf value = BUF_INIT;
	const char *text = json_get_string(object, "value");
	int rc = text ? indicator_normalise(json_get_string(object, "type"), text, &value, err) : 0;
	if (rc == 0 && text && strcmp(text, value.data ? value.data : "") != 0)
		json_object_set_new(object, "value", json_string(value.data));
	buf_release(&value);
	return rc;
}
