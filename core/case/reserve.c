#include "case/reserve.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/case_private.h"
#include "case/meta.h"

#include <stdlib.h>
#include <string.h>

/* "reserved.R1.evidence": its value is the numbers, rising, separated by blanks. */
static char *key_of(struct case_file *c, const struct kind *kind)
{
	return xasprintf("reserved.%s.%s", c->mark, kind->name);
}

static int read_numbers(struct case_file *c, const struct kind *kind, struct buf *numbers, struct err *err)
{
	struct err inner = ERR_INIT;
	char *key = key_of(c, kind);
	int rc = case_meta_get(c, key, numbers, &inner);
	free(key);
	if (rc < 0 && inner.code != ERR_NOT_FOUND)
		return err_set(err, inner.code, "%s", inner.message);
	return 0;
}

static int write_numbers(struct case_file *c, const struct kind *kind, const struct buf *numbers, struct err *err)
{
	char *key = key_of(c, kind);
	int rc = case_meta_set(c, key, numbers->data, err);
	free(key);
	return rc;
}

static long long highest(const char *numbers)
{
	const char *last = strrchr(numbers, ' ');
	return strtoll(last ? last : numbers, NULL, 10);
}

long long reserve_next_number(struct case_file *c, const struct kind *kind, struct err *err)
{
	struct buf numbers = BUF_INIT;
	sqlite3_stmt *s = case_statement(c, CASE_NEXT_NUMBER, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, c->mark, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, kind->name, -1, SQLITE_STATIC);
	long long next = -1;
	if (sqlite3_step(s) == SQLITE_ROW)
		next = sqlite3_column_int64(s, 0);
	else
		case_sql_error(c, _("number a record"), err);
	sqlite3_reset(s);
	if (next >= 0 && read_numbers(c, kind, &numbers, err) < 0)
		next = -1;
	if (next >= 0 && highest(numbers.data) >= next)
		next = highest(numbers.data) + 1;
	buf_release(&numbers);
	return next;
}

int reserve_labels(struct case_file *c, const struct kind *kind, size_t count, char (*labels)[LABEL_TEXT],
                   struct err *err)
{
	struct buf numbers = BUF_INIT;
	if (case_may_write(c, err) < 0)
		return -1;
	long long next = reserve_next_number(c, kind, err);
	int rc = next < 0 ? -1 : read_numbers(c, kind, &numbers, err);
	for (size_t i = 0; i < count && rc == 0; i++) {
		buf_addf(&numbers, "%s%lld", numbers.len ? " " : "", next + (long long)i);
		snprintf(labels[i], LABEL_TEXT, "%s-%c%lld", c->mark, kind->letter, next + (long long)i);
	}
	if (rc == 0)
		rc = write_numbers(c, kind, &numbers, err);
	buf_release(&numbers);
	return rc;
}

/* Calls for each number; what is kept is joined again. 1 if `wanted` was among them. */
static int without(const char *numbers, long long wanted, struct buf *rest)
{
	int found = 0;
	for (const char *p = numbers; *p;) {
		char *end;
		long long n = strtoll(p, &end, 10);
		if (end == p)
			break;
		if (n == wanted)
			found = 1;
		else
			buf_addf(rest, "%s%lld", rest->len ? " " : "", n);
		p = end + strspn(end, " ");
	}
	return found;
}

void reserve_list(struct case_file *c, const struct kind *kind, struct buf *out)
{
	struct buf numbers = BUF_INIT;
	if (read_numbers(c, kind, &numbers, NULL) == 0)
		for (char *rest = NULL, *n = strtok_r(numbers.data, " ", &rest); numbers.len && n;
		     n = strtok_r(NULL, " ", &rest))
			buf_addf(out, "%s%s-%c%s", out->len ? " " : "", c->mark, kind->letter, n);
	buf_release(&numbers);
}

int reserve_take(struct case_file *c, const struct kind *kind, const char *label, struct err *err)
{
	struct buf numbers = BUF_INIT;
	struct buf rest = BUF_INIT;
	char *mine = xasprintf("%s-%c", c->mark, kind->letter);
	size_t n = strlen(mine);
	int rc = read_numbers(c, kind, &numbers, err);
	int is_number = strncmp(label, mine, n) == 0 && label[n] && label[n] != '0' && strlen(label + n) < 18 &&
	                strspn(label + n, "0123456789") == strlen(label + n);
	if (rc == 0 && (!is_number || !without(numbers.data, strtoll(label + n, NULL, 10), &rest))) {
		struct buf free_ones = BUF_INIT;
		reserve_list(c, kind, &free_ones);
		rc = err_set(err, ERR_USAGE,
		             _("label: '%s' is not kept free for a worksheet of the kind %s; kept free: %s"), label,
		             kind->name, free_ones.len ? free_ones.data : _("none"));
		buf_release(&free_ones);
	}
	if (rc == 0)
		rc = write_numbers(c, kind, &rest, err);
	free(mine);
	buf_release(&rest);
	buf_release(&numbers);
	return rc;
}
