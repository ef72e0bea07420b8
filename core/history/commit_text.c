/*
 * A commit object taken apart: headers, signature, message. Only the form that
 * genba writes is accepted; everything here comes from a file that somebody else
 * may have made. Source: gitformat-signature and git-hash-object of git.
 */
#include "history/history_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int commit_text_bad(struct err *err, const char *what)
{
	return err_set(err, ERR_DAMAGED, _("a commit has a wrong form: %s"), what);
}

/* If the line at *p begins with `key`, its value and length, and *p moves behind it. */
static const char *header(const char **p, const char *end, const char *key, size_t *n)
{
	size_t length = strlen(key);
	if ((size_t)(end - *p) < length || memcmp(*p, key, length) != 0)
		return NULL;
	const char *value = *p + length;
	const char *newline = memchr(value, '\n', (size_t)(end - value));
	if (!newline)
		return NULL;
	*n = (size_t)(newline - value);
	*p = newline + 1;
	return value;
}

static int get_id(const char *value, size_t n, git_oid *id)
{
	return n == GIT_OID_HEXSZ && strspn(value, "0123456789abcdef") >= n && git_oid_fromstr(id, value) == 0 ? 0 : -1;
}

#define YEAR_10000 INT64_C(253402300800)

/* `SECONDS +HHMM`: from 1970 to 9999, an hour and a minute that a clock can be off. git knows no other times either. */
static int get_time(const char *text, struct clock_time *when)
{
	char *rest;
	errno = 0;
	long long seconds = *text >= '0' && *text <= '9' ? strtoll(text, &rest, 10) : -1;
	if (seconds < 0 || errno || seconds >= YEAR_10000 || *rest != ' ' || strlen(rest) != 6 ||
	    (rest[1] != '+' && rest[1] != '-') || strspn(rest + 2, "0123456789") != 4)
		return -1;
	int zone = atoi(rest + 2);
	if (zone > 2400 || zone % 100 > 59)
		return -1;
	int minutes = zone / 100 * 60 + zone % 100;
	*when = (struct clock_time){seconds, 0, rest[1] == '-' ? -minutes : minutes};
	return 0;
}

/* `NAME <MAIL> SECONDS +HHMM` */
static int get_person(struct commit_text *c, const char *value, size_t n)
{
	const char *end = value + n;
	const char *open = memchr(value, '<', n);
	const char *close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
	char number[40];
	if (!close || open == value || open[-1] != ' ' || end - close < 2 || end - close >= (ptrdiff_t)sizeof number)
		return -1;
	snprintf(number, sizeof number, "%.*s", (int)(end - close - 2), close + 2);
	if (get_time(number, &c->when) < 0)
		return -1;
	c->author_name = xstrndup(value, (size_t)(open - value - 1));
	c->author_mail = xstrndup(open + 1, (size_t)(close - open - 1));
	return 0;
}

/* The folded header `gpgsig`: its lines without the leading blank. */
static void get_signature(struct commit_text *c, const char **p, const char *end, const char *value, size_t n)
{
	struct buf armour = BUF_INIT;
	buf_add(&armour, value, n);
	size_t line;
	const char *next;
	while ((next = header(p, end, " ", &line)) != NULL) {
		buf_addc(&armour, '\n');
		buf_add(&armour, next, line);
	}
	c->signature = buf_take(&armour, NULL);
}

int commit_text_parse(struct commit_text *c, const char *raw, size_t n, struct err *err)
{
	memset(c, 0, sizeof *c);
	buf_init(&c->payload);
	const char *p = raw;
	const char *end = raw + n;
	size_t size;
	const char *value = header(&p, end, "tree ", &size);
	if (!value || get_id(value, size, &c->tree) < 0)
		return commit_text_bad(err, "tree");
	while ((value = header(&p, end, "parent ", &size)) != NULL) {
		if (c->parent_count == 2 || get_id(value, size, &c->parents[c->parent_count++]) < 0)
			return commit_text_bad(err, "parent");
	}
	value = header(&p, end, "author ", &size);
	if (!value || get_person(c, value, size) < 0) {
		commit_text_release(c);
		return commit_text_bad(err, "author");
	}
	size_t committer_size;
	const char *committer = header(&p, end, "committer ", &committer_size);
	if (!committer || committer_size != size || memcmp(committer, value, size) != 0) {
		commit_text_release(c);
		return commit_text_bad(err, "committer");
	}
	const char *before = p;
	value = header(&p, end, "gpgsig ", &size);
	if (value)
		get_signature(c, &p, end, value, size);
	if (p == end || *p != '\n' || memchr(raw, '\0', n)) {
		commit_text_release(c);
		return commit_text_bad(err, _("an unknown header"));
	}
	buf_add(&c->payload, raw, (size_t)(before - raw));
	size_t head = c->payload.len;
	buf_add(&c->payload, p, (size_t)(end - p));
	c->message = c->payload.data + head + 1;
	return 0;
}

void commit_text_release(struct commit_text *c)
{
	free(c->author_name);
	free(c->author_mail);
	free(c->signature);
	buf_release(&c->payload);
	memset(c, 0, sizeof *c);
	buf_init(&c->payload);
}

const char *commit_trailer(const char *message, const char *name, const char *from, size_t *n)
{
	size_t length = strlen(name);
	const char *line = from ? strchr(from, '\n') : message;
	if (from && line)
		line++;
	while (line && *line) {
		if (strncmp(line, name, length) == 0 && line[length] == ':' && line[length + 1] == ' ') {
			*n = strcspn(line + length + 2, "\n");
			return line + length + 2;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

int commit_read(struct history *h, const git_oid *id, struct commit_text *c, struct buf *raw, struct err *err)
{
	git_object_t type;
	size_t start = raw->len;
	if (object_read(h, id, &type, raw, err) < 0)
		return -1;
	if (type != GIT_OBJECT_COMMIT)
		return err_set(err, ERR_DAMAGED, _("the history has another object where a commit belongs"));
	return commit_text_parse(c, raw->data + start, raw->len - start, err);
}
