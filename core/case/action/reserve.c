#include "case/action/reserve.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/action/action.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

#define IN_SUBJECT 4 /* labels that the commit's subject names */

/* The kind by the letters behind the mark, or NULL. */
static const struct kind *kind_of(const char *label)
{
	return label_is_meant(label) ? kind_of_label(label) : NULL;
}

/* The labels kept free by this responder, as they are now, in the open action too: new reference, or NULL. */
static json_t *kept(struct case_file *c)
{
	json_t *record = *c->mark && c->responder ? record_get(c, c->responder, RECORD_RAW, NULL) : NULL;
	json_t *labels = json_incref(json_object_get(record, RESERVE_FIELD));
	json_decref(record);
	return labels;
}

long long reserve_next_number(struct case_file *c, const struct kind *kind, struct err *err)
{
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
	if (next < 0 || !c->has_reserved)
		return next;
	size_t i;
	json_t *label;
	json_t *labels = kept(c);
	json_array_foreach(labels, i, label) {
		char mark[MARK_TEXT];
		int64_t number;
		if (kind_of(json_string_value(label)) != kind)
			continue;
		label_columns(json_string_value(label), mark, &number);
		if (strcmp(mark, c->mark) == 0 && number >= next)
			next = number + 1;
	}
	json_decref(labels);
	return next;
}

/* In the history, for people: "keep free for paper R1-E7, R1-E8 and 3 more". */
static void reserve_tell(struct action *a, char (*labels)[LABEL_TEXT], size_t count)
{
	struct buf subject = BUF_INIT;
	buf_adds(&subject, "keep free for paper");
	for (size_t i = 0; i < count && i < IN_SUBJECT; i++)
		buf_addf(&subject, "%s %s", i ? "," : "", labels[i]);
	if (count > IN_SUBJECT)
		buf_addf(&subject, " and %zu more", count - IN_SUBJECT);
	action_subject(a, subject.data);
	buf_release(&subject);
}

int reserve_labels(struct case_file *c, const struct kind *kind, size_t count, char (*labels)[LABEL_TEXT],
                   struct err *err)
{
	struct buf more = BUF_INIT;
	if (case_may_write(c, err) < 0)
		return -1;
	struct action *a = action_begin(c, "print", err);
	if (!a)
		return -1;
	long long next = reserve_next_number(c, kind, err);
	for (size_t i = 0; i < count && next > 0; i++) {
		label_write(labels[i], c->mark, kind->letters, next + (long long)i);
		buf_addf(&more, "%s+%s", i ? "," : "", labels[i]);
	}
	struct assign reserved = {RESERVE_FIELD, more.data};
	int rc = next > 0 ? action_set(a, c->responder, &reserved, 1, RECORD_MACHINE, err) : -1;
	buf_release(&more);
	if (rc < 0) {
		action_cancel(a);
		return -1;
	}
	reserve_tell(a, labels, count);
	return action_commit(a, err);
}

const struct kind *reserve_kind(struct case_file *c, const char *label)
{
	char mark[MARK_TEXT];
	int64_t number;
	label_columns(label, mark, &number);
	if (strcmp(mark, c->mark) != 0)
		return NULL; /* a merge has given this responder another mark since */
	json_t *labels = kept(c);
	const struct kind *kind = json_holds(labels, label) ? kind_of(label) : NULL;
	json_decref(labels);
	return kind;
}

/* Says which labels of the kind are free to be typed in. */
static int reserve_refuse(struct case_file *c, const struct kind *kind, const char *label, struct err *err)
{
	struct buf free_ones = BUF_INIT;
	size_t i;
	json_t *one;
	json_t *labels = kept(c);
	json_array_foreach(labels, i, one)
		if (kind_of(json_string_value(one)) == kind)
			buf_addf(&free_ones, "%s%s", free_ones.len ? ", " : "", json_string_value(one));
	json_decref(labels);
	err_set(err, ERR_USAGE, _("label: '%s' is not kept free for a worksheet of the kind %s; kept free: %s"), label,
	        kind->name, free_ones.len ? free_ones.data : _("none"));
	buf_release(&free_ones);
	return -1;
}

int reserve_take(struct action *a, struct case_file *c, const struct kind *kind, const char *label, struct err *err)
{
	char *less = xasprintf("-%s", label);
	char *subject = xasprintf("add %s %s from paper", kind->name, label);
	json_t *there = NULL;
	int rc;
	if (reserve_kind(c, label) != kind)
		rc = reserve_refuse(c, kind, label, err);
	else if ((there = record_get(c, label, RECORD_RAW, NULL))) /* a colleague's copy gave it, too */
		rc = err_set(err, ERR_USAGE,
		             _("label: there is a record '%s' already; add the sheet without label= and note the "
		               "sheet's number"),
		             label);
	else
		rc = action_set(a, c->responder, &(struct assign){RESERVE_FIELD, less}, 1, RECORD_MACHINE, err);
	if (rc == 0)
		action_subject(a, subject);
	json_decref(there);
	free(subject);
	free(less);
	return rc;
}
