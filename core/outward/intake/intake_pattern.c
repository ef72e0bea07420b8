/*
 * The comparisons of a STIX pattern (STIX 2.1, 9): [domain-name:value = 'evil.example' OR ipv4-addr:value = '203.0.113.7'].
 *
 * Taken are patterns made of equalities: each becomes an indicator. A name and the folder that it lies in become one path. What
 * else a pattern says (LIKE, MATCHES, an order in time) no indicator can hold: it is refused whole.
 */
#include "outward/intake/intake_format.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *path; /* of the object, quotes left out */
	const char *type; /* of ours */
} paths[] = {
    {"domain-name:value", "domain"},
    {"ipv4-addr:value", "ip"},
    {"ipv6-addr:value", "ip"},
    {"network-traffic:dst_ref.value", "ip"},
    {"network-traffic:src_ref.value", "ip"},
    {"network-traffic:dst_port", "port"},
    {"url:value", "url"},
    {"email-addr:value", "email"},
    {"email-message:from_ref.value", "email"},
    {"email-message:sender_ref.value", "email"},
    {"email-message:subject", "subject"},
    {"file:name", "file_name"},
    {"file:parent_directory_ref.path", "folder"},
    {"file:hashes.MD5", "md5"},
    {"file:hashes.SHA-1", "sha1"},
    {"file:hashes.SHA1", "sha1"},
    {"file:hashes.SHA-256", "sha256"},
    {"file:hashes.SHA256", "sha256"},
    {"file:hashes.SHA-512", "sha512"},
    {"file:hashes.SHA512", "sha512"},
    {"windows-registry-key:key", "registry"},
    {"mutex:name", "mutex"},
    {"user-account:account_login", "account"},
    {"user-account:user_id", "account"},
    {"network-traffic:extensions.http-request-ext.request_header.User-Agent", "user_agent"},
    {"process:extensions.windows-service-ext.service_name", "service"},
    {"x509-certificate:hashes.SHA-1", "certificate"},
    {"x509-certificate:hashes.SHA-256", "certificate"},
};

struct pattern_part {
	const char *type;
	char *value;
};

struct pattern_parts {
	struct pattern_part all[64];
	size_t count;
	int joined; /* some of them by AND or in an order of time */
};

static void skip_blanks(const char **p)
{
	*p += strspn(*p, " \t\r\n");
}

static int word(const char **p, const char *text)
{
	size_t n = strlen(text);
	skip_blanks(p);
	if (strncmp(*p, text, n) != 0 || strspn(*p + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") > 0)
		return 0;
	*p += n;
	return 1;
}

/* An object's path, its quotes and the star of a list left out. */
static const char *object_path(const char **p)
{
	char path[200];
	size_t n = 0;
	skip_blanks(p);
	while (**p && !strchr(" \t\r\n=!<>", **p) && n + 1 < sizeof path) {
		if (**p != '\'' && **p != '"')
			path[n++] = **p;
		(*p)++;
	}
	path[n] = '\0';
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcasecmp(paths[i].path, path) == 0)
			return paths[i].type;
	return NULL;
}

static char *literal(const char **p)
{
	struct buf out = BUF_INIT;
	skip_blanks(p);
	if (**p != '\'') { /* a number */
		size_t n = strspn(*p, "0123456789");
		buf_add(&out, *p, n);
		*p += n;
		return n ? buf_take(&out, NULL) : NULL;
	}
	for ((*p)++; **p && **p != '\''; (*p)++) {
		if (**p == '\\' && (*p)[1])
			(*p)++;
		buf_addc(&out, **p);
	}
	if (!**p) {
		buf_release(&out);
		return NULL;
	}
	(*p)++;
	return buf_take(&out, NULL);
}

static int add(struct pattern_parts *c, const char *type, char *value)
{
	if (!value || c->count == sizeof c->all / sizeof *c->all) {
		free(value);
		return -1;
	}
	c->all[c->count++] = (struct pattern_part){type, value};
	return 0;
}

static int comparison(struct pattern_parts *c, const char **p)
{
	const char *type = object_path(p);
	skip_blanks(p);
	if (!type)
		return -1;
	if (**p == '=') {
		*p += (*p)[1] == '=' ? 2 : 1;
		return add(c, type, literal(p));
	}
	if (!word(p, "IN"))
		return -1;
	skip_blanks(p);
	if (*(*p)++ != '(')
		return -1;
	for (;;) {
		if (add(c, type, literal(p)) < 0)
			return -1;
		skip_blanks(p);
		if (**p == ')') {
			(*p)++;
			return 0;
		}
		if (*(*p)++ != ',')
			return -1;
	}
}

/* Comparisons, brackets and parentheses, joined by words. */
static int expression(struct pattern_parts *c, const char *p)
{
	int open = 0;
	for (;;) {
		skip_blanks(&p);
		while (*p == '[' || *p == '(') {
			open++;
			p++;
			skip_blanks(&p);
		}
		if (comparison(c, &p) < 0)
			return -1;
		skip_blanks(&p);
		while (*p == ']' || *p == ')') {
			if (open-- == 0)
				return -1;
			p++;
			skip_blanks(&p);
		}
		if (!*p)
			return open == 0 ? 0 : -1;
		if (word(&p, "AND") || word(&p, "FOLLOWEDBY"))
			c->joined = 1;
		else if (!word(&p, "OR"))
			return -1;
	}
}

/* NAME in FOLDER is one path. */
static void join_path(struct pattern_parts *c)
{
	if (c->count != 2 || strcmp(c->all[0].type, "file_name") != 0 || strcmp(c->all[1].type, "folder") != 0)
		return;
	const char *folder = c->all[1].value;
	const char *sign = strchr(folder, '\\') || (folder[0] && folder[1] == ':') ? "\\" : "/";
	size_t n = strlen(folder);
	char *path = xasprintf("%s%s%s", folder, n && folder[n - 1] == *sign ? "" : sign, c->all[0].value);
	free(c->all[0].value);
	free(c->all[1].value);
	c->all[0] = (struct pattern_part){"file_path", path};
	c->count = 1;
	c->joined = 0;
}

int intake_pattern(struct intake_out *out, const char *pattern, const json_t *common)
{
	struct pattern_parts c = {.count = 0};
	int rc = expression(&c, pattern);
	if (rc == 0)
		join_path(&c);
	for (size_t i = 0; i < c.count; i++)
		if (strcmp(c.all[i].type, "folder") == 0)
			rc = -1;
	for (size_t i = 0; rc == 0 && i < c.count; i++) {
		json_t *fields = json_copy((json_t *)(uintptr_t)common);
		intake_set(fields, "type", c.all[i].type);
		intake_set(fields, "value", c.all[i].value);
		intake_record(out, "indicator", fields);
	}
	if (rc == 0 && c.joined)
		intake_lost_field(out, "indicator", "pattern", _("that its parts belong together is not taken"));
	for (size_t i = 0; i < c.count; i++)
		free(c.all[i].value);
	return rc;
}
