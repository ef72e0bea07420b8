#include "outward/exchange/csv_columns.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/meta.h"
#include "case/store/rules.h"

#include <stdlib.h>
#include <string.h>

/* A name as it is compared: folded, without blanks around it. */
static char *comparable(const char *text, size_t n)
{
	struct buf folded = BUF_INIT;
	while (n > 0 && (unsigned char)*text <= ' ') {
		text++;
		n--;
	}
	while (n > 0 && (unsigned char)text[n - 1] <= ' ')
		n--;
	text_fold(&folded, text, n);
	while (folded.len > 0 && folded.data[folded.len - 1] == ' ')
		buf_truncate(&folded, folded.len - 1);
	return buf_take(&folded, NULL);
}

static int csv_columns_same(const char *folded, const char *name)
{
	char *other = comparable(name, strlen(name));
	int equal = *other && strcmp(folded, other) == 0;
	free(other);
	return equal;
}

/* The field by its name, or by its label in either language. */
static const struct field *field_called(const struct kind *kind, const char *text, size_t n)
{
	char *folded = comparable(text, n);
	const struct field *found = NULL;
	for (size_t i = 0; i < kind_field_count(kind) && !found; i++) {
		const struct field *field = kind_field_at(kind, i);
		if (!field->machine && (csv_columns_same(folded, field->name) || csv_columns_same(folded, field->en) ||
		                        csv_columns_same(folded, field->ja)))
			found = field;
	}
	free(folded);
	return found;
}

/* What a heading means: the name of a field, CSV_REMARK for remarks, or NULL. */
static const char *heading_means(const struct kind *kind, const char *heading)
{
	const struct field *field = field_called(kind, heading, strlen(heading));
	const char *means = field ? field->name : csv_synonym(kind, heading);
	return means && strcmp(means, CSV_REMARK) == 0 && (kind->traits & KIND_NOTE) ? NULL : means;
}

static char *remembered_key(const struct kind *kind)
{
	return xasprintf("local.csv.%s", kind->name);
}

/* {folded column: field or "-"}; what the person mapped before. */
static json_t *remembered(struct case_file *c, const struct kind *kind)
{
	struct buf text = BUF_INIT;
	char *key = remembered_key(kind);
	json_t *map = case_meta_get(c, key, &text, NULL) == 0 ? json_parse(text.data, text.len, NULL) : NULL;
	free(key);
	buf_release(&text);
	return json_is_object(map) ? map : json_object();
}

static int has_column(const json_t *heading, const char *folded)
{
	size_t i;
	json_t *cell;
	json_array_foreach(heading, i, cell)
		if (csv_columns_same(folded, json_string_value(cell)))
			return 1;
	return 0;
}

/* One "Column=field" of the maps given. */
static int take_pair(const struct csv_import *import, const char *text, size_t n, json_t *map, struct err *err)
{
	size_t at = n;
	while (at > 0 && text[at - 1] != '=')
		at--;
	if (at < 2)
		return err_set(err, ERR_USAGE, _("--map: '%.*s' is not Column=field"), (int)n, text);
	char *column = comparable(text, at - 1);
	const char *name = text + at;
	size_t length = n - at;
	int leave_out = length == 0 || (length == 1 && *name == '-');
	const struct field *field = leave_out ? NULL : field_called(import->kind, name, length);
	int rc = 0;
	if (!leave_out && !field)
		rc = err_set(err, ERR_USAGE, _("--map: %s has no field '%.*s'; `genba help %s` lists them"),
		             import->kind->name, (int)length, name, import->kind->name);
	else if (!has_column(import->heading, column))
		rc = err_set(err, ERR_USAGE, _("--map: the list has no column '%.*s'"), (int)at - 1, text);
	else
		json_object_set_new(map, column, json_string(field ? field->name : "-"));
	free(column);
	return rc;
}

static int take_maps(const struct csv_import *import, json_t *map, struct err *err)
{
	for (size_t i = 0; i < import->map_count; i++) {
		for (const char *p = import->map[i]; *p;) {
			size_t n = strcspn(p, ",");
			if (n > 0 && take_pair(import, p, n, map, err) < 0)
				return -1;
			p += n + (p[n] == ',');
		}
	}
	return 0;
}

static int given_twice(const struct csv_import *import, const char *name, const char *column, struct err *err)
{
	size_t i;
	json_t *other;
	json_array_foreach(import->columns, i, other)
		if (json_is_string(other) && strcmp(json_string_value(other), name) == 0)
			return err_set(err, ERR_USAGE,
			               _("the columns '%s' and '%s' are both %s; leave one out: --map \"%s=-\""),
			               json_string_value(json_array_get(import->heading, i)), column, name, column);
	return 0;
}

/* 1 if a column before this one is that field already, or one behind it bears its name. */
static int is_taken(const struct csv_import *import, const char *means)
{
	if (strcmp(means, CSV_REMARK) == 0)
		return 0;
	if (json_holds(import->columns, means))
		return 1;
	for (size_t i = json_array_size(import->columns); i < json_array_size(import->heading); i++) {
		const char *column = json_string_value(json_array_get(import->heading, i));
		const struct field *field = field_called(import->kind, column, strlen(column));
		if (field && strcmp(field->name, means) == 0)
			return 1;
	}
	return 0;
}

/* 1 if one of the maps given names the column. */
static int is_mapped(const struct csv_import *import, const char *folded)
{
	for (size_t i = 0; i < import->map_count; i++)
		for (const char *p = import->map[i]; *p;) {
			size_t n = strcspn(p, ",");
			size_t at = n;
			while (at > 0 && p[at - 1] != '=')
				at--;
			char *column = at > 1 ? comparable(p, at - 1) : NULL;
			int found = column && *folded && strcmp(column, folded) == 0;
			free(column);
			if (found)
				return 1;
			p += n + (p[n] == ',');
		}
	return 0;
}

size_t csv_columns_known(struct case_file *c, const struct csv_import *import, const json_t *cells)
{
	json_t *map = remembered(c, import->kind);
	size_t known = 0;
	size_t i;
	json_t *cell;
	json_array_foreach(cells, i, cell) {
		const char *column = json_string_value(cell);
		char *folded = comparable(column, strlen(column));
		known +=
		    heading_means(import->kind, column) || json_object_get(map, folded) || is_mapped(import, folded);
		free(folded);
	}
	json_decref(map);
	return known;
}

#define SHOWN_ROWS    3
#define SHOWN_COLUMNS 12

/* Each column with its first rows, a line each: what a person decides by. */
static void add_columns(const struct csv_import *import, const struct csv_file *file, struct buf *out)
{
	size_t i;
	const json_t *cell;
	size_t first = import->above_heading + 1;
	json_array_foreach(import->heading, i, cell) {
		const json_t *means = json_array_get(import->columns, i);
		if (i == SHOWN_COLUMNS) {
			buf_addf(out, "%s  …", i ? "\n" : "");
			break;
		}
		char *column = printable_dup(json_string_value(cell));
		buf_addf(out, "%s  %s%s%s:", i ? "\n" : "", column, json_is_string(means) ? " = " : "",
		         json_is_string(means) ? json_string_value(means) : "");
		free(column);
		for (size_t k = first; k < first + SHOWN_ROWS; k++) {
			const json_t *row = json_array_get(file->rows, k);
			const char *text = json_string_value(json_array_get(json_object_get(row, "cells"), i));
			char shown[25];
			char *line = printable_dup(text ? text : "");
			text_copy(shown, sizeof shown, line);
			if (*line)
				buf_addf(out, "%s %s", k > first ? "," : "", shown);
			free(line);
		}
	}
}

/* Fields without which no row could become a record. */
static int check_required(const struct csv_import *import, const struct csv_file *file, struct err *err)
{
	for (size_t i = 0; i < kind_field_count(import->kind); i++) {
		const struct field *field = kind_field_at(import->kind, i);
		if (!field->required || field->values || field->machine ||
		    given_twice(import, field->name, "", NULL) < 0)
			continue;
		if (import->chosen)
			return err_set(err, ERR_USAGE, _("no column is %s yet, which every record of this kind needs"),
			               field_label(field));
		struct buf columns = BUF_INIT;
		add_columns(import, file, &columns);
		err_set(err, ERR_USAGE,
		        _("no column gives %s (%s), which every %s needs; say which: --map \"Column=%s\"\n%s"),
		        field->name, field_label(field), import->kind->name, field->name, columns.data);
		buf_release(&columns);
		return -1;
	}
	return 0;
}

/* What the heading of a column, what is remembered and the maps say it is; NULL: nothing, or that it is left out. */
static const char *column_means(const struct csv_import *import, const json_t *map, const char *column, int *certain)
{
	char *folded = comparable(column, strlen(column));
	const char *mapped = json_get_string(map, folded);
	const char *means = mapped ? mapped : heading_means(import->kind, column);
	*certain = mapped || field_called(import->kind, column, strlen(column));
	free(folded);
	return means && strcmp(means, "-") == 0 ? NULL : means;
}

/* `strict`: two columns that are called the same are refused; else the first has it. */
static int fill_columns(struct csv_import *import, const json_t *map, int strict, struct err *err)
{
	size_t i;
	json_t *cell;
	int rc = 0;
	json_decref(import->columns);
	import->columns = json_array();
	json_array_foreach(import->heading, i, cell) {
		const char *column = json_string_value(cell);
		int certain;
		const char *means = column_means(import, map, column, &certain);
		if (means && !certain && is_taken(import, means))
			means = NULL; /* a better name stands beside it: this column is left out, and said to be */
		if (rc == 0 && means && strcmp(means, CSV_REMARK) != 0 &&
		    given_twice(import, means, column, strict ? err : NULL) < 0) {
			rc = strict ? -1 : 0;
			means = NULL;
		}
		json_array_append_new(import->columns, means ? json_string(means) : json_null());
	}
	return rc;
}

int csv_columns_guess(struct case_file *c, struct csv_import *import, struct err *err)
{
	json_t *map = remembered(c, import->kind);
	int rc = take_maps(import, map, err);
	if (rc == 0)
		rc = fill_columns(import, map, 0, err);
	json_decref(map);
	return rc;
}

int csv_columns(struct case_file *c, struct csv_import *import, const struct csv_file *file, struct err *err)
{
	json_t *map = remembered(c, import->kind);
	int rc = take_maps(import, map, err);
	if (rc == 0)
		rc = fill_columns(import, map, !import->chosen, err);
	json_decref(map);
	if (rc == 0 && import->chosen) {
		json_decref(import->columns);
		import->columns = json_deep_copy(import->chosen);
	}
	return rc == 0 ? check_required(import, file, err) : rc;
}

/* What was chosen otherwise than the heading says. */
static void take_chosen(const struct csv_import *import, json_t *map)
{
	size_t i;
	const json_t *chosen;
	json_array_foreach(import->chosen, i, chosen) {
		const char *column = json_string_value(json_array_get(import->heading, i));
		const char *field = json_string_value(chosen);
		int certain;
		const char *means = column_means(import, map, column, &certain);
		if (*column && (field ? !means || strcmp(field, means) != 0 : means != NULL)) {
			char *folded = comparable(column, strlen(column));
			json_object_set_new(map, folded, json_string(field ? field : "-"));
			free(folded);
		}
	}
}

int csv_columns_remember(struct case_file *c, const struct csv_import *import, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *map = remembered(c, import->kind);
	int rc = take_maps(import, map, err);
	if (import->remember)
		take_chosen(import, map);
	char *key = remembered_key(import->kind);
	if (rc == 0)
		rc = json_canonical(map, &text, err);
	if (rc == 0)
		rc = case_meta_set(c, key, text.data, err);
	free(key);
	json_decref(map);
	buf_release(&text);
	return rc;
}
