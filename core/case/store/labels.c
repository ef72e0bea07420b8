#include "case/store/labels.h"

#include "case/store/case_internal.h"

#include <string.h>

int label_is_taken(struct case_file *c, const char *label, const char *id)
{
	sqlite3_stmt *s = case_prepare(c, NULL, "SELECT 1 FROM record WHERE label = ?1 AND id <> ?2", "tt", label, id);
	int taken = s && sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return taken;
}

int label_owner(struct case_file *c, const char *label, char id[37], char *kind, size_t size)
{
	sqlite3_stmt *s = case_prepare(c, NULL, "SELECT id, kind FROM record WHERE label = ?1", "t", label);
	int found = s && sqlite3_step(s) == SQLITE_ROW;
	if (found) {
		snprintf(id, 37, "%s", (const char *)sqlite3_column_text(s, 0));
		snprintf(kind, size, "%s", (const char *)sqlite3_column_text(s, 1));
	}
	sqlite3_finalize(s);
	return found;
}

int64_t label_highest_number(struct case_file *c, const char *mark, const char *kind)
{
	sqlite3_stmt *s =
	    case_prepare(c, NULL, "SELECT max(number) FROM record WHERE mark = ?1 AND kind = ?2 AND number < 900000000",
	                 "tt", mark, kind);
	int64_t number = s && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	return number;
}

void label_each_former(struct case_file *c, const char *kind, void (*fn)(void *ctx, const char *label), void *ctx)
{
	sqlite3_stmt *s = case_prepare(
	    c, NULL, "SELECT a.label FROM alias a JOIN record r ON r.id = a.id WHERE r.kind = ?1", "t", kind);
	while (s && sqlite3_step(s) == SQLITE_ROW)
		fn(ctx, (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
}

int label_was_given(struct case_file *c, const char *label)
{
	sqlite3_stmt *s = case_prepare(c, NULL,
	                               "SELECT 1 FROM record WHERE label = ?1"
	                               " UNION ALL SELECT 1 FROM alias WHERE label = ?1",
	                               "t", label);
	int given = s && sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return given;
}

static void each_alias(const char *label, const char *text, void (*fn)(void *ctx, const char *label), void *ctx)
{
	json_t *aliases = text ? json_loads(text, 0, NULL) : NULL;
	size_t i;
	json_t *alias;
	json_array_foreach(aliases, i, alias)
		if (json_is_string(alias) && strcmp(json_string_value(alias), label) != 0)
			fn(ctx, json_string_value(alias));
	json_decref(aliases);
}

int label_each_called(struct case_file *c, int64_t *after, size_t rows, void (*fn)(void *ctx, const char *label),
                      void *ctx, struct err *err)
{
	sqlite3_stmt *s = case_prepare(c, err,
	                               "SELECT n, label, CASE WHEN instr(json, '\"aliases\"') THEN"
	                               " json_extract(json, '$.aliases') END FROM record WHERE n > ?1 ORDER BY n"
	                               " LIMIT ?2",
	                               "ii", *after, (int64_t)rows);
	int rc = SQLITE_ERROR;
	size_t count = 0;
	while (s && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *label = (const char *)sqlite3_column_text(s, 1);
		*after = sqlite3_column_int64(s, 0);
		count++;
		if (!label)
			continue;
		fn(ctx, label);
		each_alias(label, (const char *)sqlite3_column_text(s, 2), fn, ctx);
	}
	if (s && rc != SQLITE_DONE)
		case_sql_error(c, _("list records"), err);
	sqlite3_finalize(s);
	return rc != SQLITE_DONE ? -1 : count == rows;
}

int label_make_free(struct case_file *c, const char *id, const char *label, struct err *err)
{
	sqlite3_stmt *s =
	    case_prepare(c, err, "UPDATE record SET label = '~' || id WHERE id = ?1 AND label <> ?2", "tt", id, label);
	int rc = s ? 0 : -1;
	if (s && sqlite3_step(s) != SQLITE_DONE)
		rc = case_sql_error(c, _("rename records"), err);
	sqlite3_finalize(s);
	return rc;
}

static int is_of_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

int label_is_named(const char *text, const char *label)
{
	size_t n = strlen(label);
	for (const char *at = text; n > 0 && (at = strstr(at, label)) != NULL; at++)
		if ((at == text || !is_of_word(at[-1])) && !is_of_word(at[n]))
			return 1;
	return 0;
}
