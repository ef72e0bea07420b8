#include "outward/exchange/csv_import.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/action.h"
#include "case/query/record_named.h"
#include "case/store/indicator_value.h"
#include "case/store/labels.h"
#include "outward/exchange/csv.h"
#include "outward/exchange/csv_columns.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEADING_ROWS 10 /* in which the heading is looked for */

static const char *cell_text(const json_t *row, size_t i)
{
	const char *text = json_string_value(json_array_get(json_object_get(row, "cells"), i));
	return text ? text : "";
}

static void reject(struct csv_import *import, const json_t *row, const char *reason)
{
	import->rejected = xrealloc(import->rejected, (import->rejected_count + 1) * sizeof *import->rejected);
	import->rejected[import->rejected_count++] =
	    (struct csv_rejected){(size_t)json_integer_value(json_object_get(row, "line")), printable_dup(reason),
	                          json_object_get(row, "cells")};
}

/* What is wrong with a row before its cells are looked at; NULL: nothing. */
static char *row_fault(const struct csv_import *import, const json_t *row)
{
	size_t wanted = json_array_size(import->heading);
	size_t cells = json_array_size(json_object_get(row, "cells"));
	switch ((enum csv_fault)json_integer_value(json_object_get(row, "fault"))) {
	case CSV_BYTES:
		return xstrdup(_("holds bytes that are no text in this encoding"));
	case CSV_QUOTE:
		return xstrdup(_("a quotation mark is not closed, or text follows a closing one"));
	case CSV_LARGE:
		return xstrdup(_("is larger than any row may be"));
	case CSV_FINE:
		break;
	}
	size_t used = cells;
	while (used > wanted && !*cell_text(row, used - 1))
		used--;
	if (used > wanted)
		return xasprintf(P_("%zu cells, but the first row names %zu column",
		                    "%zu cells, but the first row names %zu columns", wanted),
		                 used, wanted);
	return NULL;
}

/* What export put before a formula is taken off again. */
static const char *undefused(const char *text)
{
	return text[0] == '\'' && csv_is_formula(text + 1) ? text + 1 : text;
}

static int is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* Cells as they stand, without blanks at their ends: spreadsheets pad. The caller frees each value, and the array. */
static struct assign *row_fields(const struct csv_import *import, const json_t *row, size_t *count)
{
	size_t i;
	json_t *name;
	struct assign *fields = xcalloc(json_array_size(import->columns) + 1, sizeof *fields);
	*count = 0;
	json_array_foreach(import->columns, i, name) {
		const char *text = undefused(cell_text(row, i));
		if (!json_is_string(name) || strcmp(json_string_value(name), CSV_REMARK) == 0 || is_blank(text))
			continue;
		text += strspn(text, " \t\r\n");
		size_t n = strlen(text);
		while (strchr(" \t\r\n", text[n - 1]))
			n--;
		fields[(*count)++] = (struct assign){json_string_value(name), xstrndup(text, n)};
	}
	return fields;
}

/* ---- what is on record already: a list imported twice does not double the machines, nor the indicators */

/* What tells a record apart from the others of its kind; nothing appended: nothing does. */
static void add_key(const struct kind *kind, const char *type, const char *name, struct buf *key)
{
	if (kind->value_of_type) {
		buf_addf(key, "%s ", type ? type : "");
		indicator_key(type, name, key);
	} else if (strcmp(kind->title_field, "hostname") == 0 || strcmp(kind->title_field, "name") == 0) {
		buf_adds(key, name);
	}
}

static int collect_key(void *ctx, json_t *record)
{
	json_t *known = ctx;
	struct buf key = BUF_INIT;
	const char *name = json_get_string(record, record_kind(record)->title_field);
	if (name)
		add_key(record_kind(record), json_get_string(record, "type"), name, &key);
	if (key.len)
		json_object_set_new(known, key.data, json_string(record_label(record)));
	buf_release(&key);
	return 0;
}

/* {key: label}, for kinds whose records are told apart by a name; NULL for others. */
static json_t *known_records(struct case_file *c, const struct csv_import *import, struct err *err)
{
	if (import->again || !import->kind->title_field)
		return NULL;
	json_t *known = json_object();
	record_each(c, import->kind->name, 0, collect_key, known, err);
	return known;
}

static const char *field_value(const struct assign *fields, size_t count, const char *name)
{
	for (size_t i = 0; name && i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].value;
	return NULL;
}

/* The key of a row that is to become a record. */
static void add_row_key(const struct csv_import *import, const struct assign *fields, size_t count, struct buf *key)
{
	const struct kind *kind = import->kind;
	const char *name = field_value(fields, count, kind->title_field);
	const struct field *of_type = kind_field(kind, "type");
	const char *type = field_value(fields, count, "type");
	const struct field_value *named = of_type && of_type->values && type ? field_value_find(of_type, type) : NULL;
	if (name)
		add_key(kind, named ? named->name : NULL, name, key);
}

/* ---- rows */

/* Refused because of what the row says; anything else (a full disk) ends the import. */
static int is_the_rows_fault(const struct err *err)
{
	return err->code == ERR_USAGE || err->code == ERR_INVALID || err->code == ERR_NOT_FOUND;
}

/* A row of sums at the end of a list, or between its parts, is no machine. */
static int is_total(const char *name)
{
	static const char *const words[] = {"合計", "小計",  "総計",     "計",  "総合計",      "台数",
	                                    "件数", "total", "subtotal", "sum", "grand total", "count"};
	struct buf folded = BUF_INIT;
	int found = 0;
	text_fold(&folded, name, strlen(name));
	while (folded.len && strchr(" :", folded.data[folded.len - 1]))
		buf_truncate(&folded, folded.len - 1);
	for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++) {
		struct buf word = BUF_INIT;
		text_fold(&word, words[i], strlen(words[i]));
		found = strcmp(word.data, folded.data) == 0;
		buf_release(&word);
	}
	buf_release(&folded);
	return found;
}

/* The word for a sum stands where the name would, or, where there is none, in the first cell that holds anything. */
static int is_total_row(const json_t *row, const char *name)
{
	size_t i = 0;
	size_t cells = json_array_size(json_object_get(row, "cells"));
	while (i < cells && is_blank(cell_text(row, i)))
		i++;
	return is_total(name ? name : cell_text(row, i));
}

static int is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789,- ")] == '\0';
}

/* Records that a list may name before anybody has put them on record. */
static const struct {
	const char *kind;
	const char *type; /* NULL: the kind has none */
} named_kinds[CSV_NAMED_KINDS] = {[CSV_PARTIES] = {"party", "unknown"}, [CSV_SITES] = {"site", NULL}};

static size_t named_kind(const struct field *field)
{
	size_t i = 0;
	while (i < CSV_NAMED_KINDS && !(field && field->type == FIELD_REF && field->ref_kind &&
	                                strcmp(field->ref_kind, named_kinds[i].kind) == 0))
		i++;
	return i;
}

/* A person, an organisation or a site that the list names and nobody has put on record yet becomes one, once; the field then
 * names its label. Several of that name: the row is refused as if it had been typed. */
static int name_others(struct case_file *c, struct action *a, struct csv_import *import, struct assign *fields,
                       size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		size_t of = named_kind(kind_field(import->kind, fields[i].name));
		char id[37];
		char label[LABEL_TEXT];
		if (of == CSV_NAMED_KINDS)
			continue;
		json_t *made_of = import->made[of];
		const char *made = json_get_string(made_of, fields[i].value);
		if (!made && record_find_named(c, kind_find(named_kinds[of].kind), fields[i].value, id) == 0 &&
		    !label_was_given(c, fields[i].value)) {
			const struct assign named[] = {{"name", fields[i].value}, {"type", named_kinds[of].type}};
			if (action_try_add(a, named_kinds[of].kind, named, named_kinds[of].type ? 2 : 1, RECORD_TWICE,
			                   label, err) < 0)
				return -1;
			json_object_set_new(made_of, fields[i].value, json_string(label));
			made = json_get_string(made_of, fields[i].value);
		}
		if (made) {
			free((char *)(uintptr_t)fields[i].value);
			fields[i].value = xstrdup(made);
		}
	}
	return 0;
}

/* What stands in columns of remarks is nobody's statement yet: a note about the record. */
static int add_remarks(struct action *a, struct csv_import *import, const json_t *row, const char *label,
                       struct err *err)
{
	size_t i;
	const json_t *name;
	json_array_foreach(import->columns, i, name) {
		char note[LABEL_TEXT];
		const char *text = undefused(cell_text(row, i));
		if (!json_is_string(name) || strcmp(json_string_value(name), CSV_REMARK) != 0 || is_blank(text))
			continue;
		const struct assign fields[] = {{"text", text}, {"on", label}, {"stance", "unknown"}};
		if (action_try_add(a, "note", fields, 3, RECORD_TWICE, note, err) < 0)
			return -1;
		import->remark_count++;
	}
	return 0;
}

/* Its name is on record already, or further up in the list. */
static void reject_known(struct csv_import *import, const json_t *row, const char *name, const char *key,
                         const char *same)
{
	json_int_t line = json_integer_value(json_object_get(import->lines, key));
	char *reason = line ? xasprintf(_("'%s' is in the list twice: line %lld, %s (--again adds it all the same)"),
	                                name, (long long)line, same)
	                    : xasprintf(_("'%s' is on record already: %s (--again adds it all the same)"), name, same);
	reject(import, row, reason);
	import->known_count++;
	import->twice_count += line != 0;
	free(reason);
}

static int add_fields(struct case_file *c, struct action *a, struct csv_import *import, const json_t *row,
                      struct assign *fields, size_t count, json_t *known, struct err *err)
{
	char label[LABEL_TEXT];
	struct err why = ERR_INIT;
	struct buf key = BUF_INIT;
	if (known)
		add_row_key(import, fields, count, &key);
	const char *same = key.len ? json_get_string(known, key.data) : NULL;
	const char *name = field_value(fields, count, import->kind->title_field);
	json_t *line = json_object_get(row, "line");
	int rc = 0;
	if (is_total_row(row, name)) {
		reject(import, row, _("looks like a row of sums, not like a record"));
		import->total_count++;
	} else if (same) {
		reject_known(import, row, name, key.data, same);
	} else if (name_others(c, a, import, fields, count, &why) == 0 &&
	           action_try_add(a, import->kind->name, fields, count, RECORD_TWICE, label, &why) == 0) {
		import->labels = xrealloc(import->labels, (import->added + 1) * sizeof *import->labels);
		memcpy(import->labels[import->added++], label, LABEL_TEXT);
		if (name && is_number(name) && import->number_count++ == 0)
			import->number_line = (size_t)json_integer_value(line);
		if (key.len) {
			json_object_set_new(known, key.data, json_string(label));
			json_object_set(import->lines, key.data, line);
		}
		rc = add_remarks(a, import, row, label, err);
	} else if (is_the_rows_fault(&why)) {
		reject(import, row, why.message);
	} else {
		rc = err_take(err, &why);
	}
	buf_release(&key);
	return rc;
}

static int add_row(struct case_file *c, struct action *a, struct csv_import *import, const json_t *row, json_t *known,
                   struct err *err)
{
	char *fault = row_fault(import, row);
	if (fault) {
		reject(import, row, fault);
		free(fault);
		return 0;
	}
	size_t count;
	struct assign *fields = row_fields(import, row, &count);
	int rc = count ? add_fields(c, a, import, row, fields, count, known, err) : 0;
	for (size_t i = 0; i < count; i++)
		free((char *)(uintptr_t)fields[i].value);
	free(fields);
	return rc;
}

static int add_rows(struct case_file *c, struct action *a, struct csv_import *import, const struct csv_file *file,
                    size_t first, const struct progress *progress, struct err *err)
{
	size_t total = json_array_size(file->rows);
	json_t *known = known_records(c, import, err);
	int rc = err && err->code ? -1 : 0;
	for (size_t i = first; i < total && rc == 0; i++) {
		size_t before = import->added;
		rc = add_row(c, a, import, json_array_get(file->rows, i), known, err);
		import->short_count += import->added > before &&
		                       json_array_size(json_object_get(json_array_get(file->rows, i),
		                                                       "cells")) <
		                                  json_array_size(import->heading);
		if (rc == 0 && i % 64 == 0)
			rc = progress_step(progress, _("importing"), i, total, err);
	}
	json_decref(known);
	return rc;
}

/* Titles stand above the heading of many a list: it is the row with the most names that are known. */
static size_t find_heading(struct case_file *c, const struct csv_import *import, const struct csv_file *file)
{
	size_t best = 0;
	size_t most = 0;
	for (size_t i = 0; i < HEADING_ROWS && i < json_array_size(file->rows); i++) {
		const json_t *row = json_array_get(file->rows, i);
		size_t known = json_integer_value(json_object_get(row, "fault")) == CSV_FINE
		                   ? csv_columns_known(c, import, json_object_get(row, "cells"))
		                   : 0;
		if (known > most) {
			most = known;
			best = i;
		}
	}
	return best;
}

/* 0, or -1: there is none. */
static int take_heading(struct case_file *c, struct csv_import *import, const struct csv_file *file, struct err *err)
{
	size_t at = find_heading(c, import, file);
	const json_t *first = json_array_get(file->rows, at);
	if (!first || json_integer_value(json_object_get(first, "fault")) != CSV_FINE)
		return err_set(err, ERR_INVALID, _("the list has no first row that names its columns"));
	import->heading = json_object_get(first, "cells");
	import->heading_line = (size_t)json_integer_value(json_object_get(first, "line"));
	import->above_heading = at;
	return 0;
}

int csv_import_columns(struct case_file *c, struct csv_import *import, const struct csv_file *file, struct err *err)
{
	return take_heading(c, import, file, err) < 0 ? -1 : csv_columns_guess(c, import, err);
}

static void count_first(size_t *count, size_t *first, size_t line)
{
	if ((*count)++ == 0)
		*first = line;
}

static void look_at_name(const struct csv_import *import, const struct assign *fields, size_t count, size_t line,
                         const json_t *known, json_t *seen, struct csv_look *look)
{
	struct buf key = BUF_INIT;
	const char *name = field_value(fields, count, import->kind->title_field);
	add_row_key(import, fields, count, &key);
	if (name && is_number(name))
		count_first(&look->number_count, &look->number_line, line);
	if (key.len && json_object_get(seen, key.data))
		count_first(&look->twice_count, &look->twice_line, line);
	else if (key.len && json_object_get(known, key.data))
		count_first(&look->known_count, &look->known_line, line);
	else if (key.len)
		json_object_set_new(seen, key.data, json_true());
	buf_release(&key);
}

int csv_import_look(struct case_file *c, const struct csv_import *import, const struct csv_file *file,
                    struct csv_look *look, struct err *err)
{
	struct err why = ERR_INIT;
	json_t *known = known_records(c, import, &why);
	json_t *seen = json_object();
	*look = (struct csv_look){.rows = 0};
	for (size_t i = import->above_heading + 1; !why.code && i < json_array_size(file->rows); i++) {
		const json_t *row = json_array_get(file->rows, i);
		size_t line = (size_t)json_integer_value(json_object_get(row, "line"));
		char *fault = row_fault(import, row);
		size_t count;
		struct assign *fields = row_fields(import, row, &count);
		look->rows++;
		if (fault)
			count_first(&look->fault_count, &look->fault_line, line);
		else if (is_total_row(row, field_value(fields, count, import->kind->title_field)))
			count_first(&look->total_count, &look->total_line, line);
		else
			look_at_name(import, fields, count, line, known, seen, look);
		for (size_t k = 0; k < count; k++)
			free((char *)(uintptr_t)fields[k].value);
		free(fields);
		free(fault);
	}
	json_decref(seen);
	json_decref(known);
	return why.code ? err_take(err, &why) : 0;
}

int csv_import(struct case_file *c, struct csv_import *import, const struct csv_file *file,
               const struct progress *progress, struct err *err)
{
	if (take_heading(c, import, file, err) < 0)
		return -1;
	import->lines = json_object();
	for (size_t i = 0; i < CSV_NAMED_KINDS; i++)
		import->made[i] = json_object();
	if (csv_columns(c, import, file, err) < 0)
		return -1;
	struct action *a = action_begin(c, "import", err);
	if (!a)
		return -1;
	int rc = add_rows(c, a, import, file, import->above_heading + 1, progress, err);
	if (rc == 0 && !import->dry_run && (import->map_count || import->remember))
		rc = csv_columns_remember(c, import, err);
	if (rc < 0 || import->dry_run) {
		action_cancel(a);
		return rc;
	}
	char *subject = xasprintf("import %zu record%s of the kind %s", import->added, import->added == 1 ? "" : "s",
	                          import->kind->name);
	action_subject(a, subject);
	free(subject);
	return action_commit(a, err);
}

void csv_import_release(struct csv_import *import)
{
	for (size_t i = 0; i < import->rejected_count; i++)
		free(import->rejected[i].reason);
	free(import->rejected);
	free(import->labels);
	json_decref(import->columns);
	json_decref(import->lines);
	for (size_t i = 0; i < CSV_NAMED_KINDS; i++)
		json_decref(import->made[i]);
	memset(import, 0, sizeof *import);
}

void csv_import_rejects(const struct csv_import *import, struct buf *out)
{
	size_t i;
	json_t *cell;
	json_array_foreach(import->heading, i, cell)
		csv_cell(out, json_string_value(cell), i == 0);
	buf_addf(out, ",%s,%s\r\n", "genba:line", "genba:reason");
	for (size_t k = 0; k < import->rejected_count; k++) {
		const struct csv_rejected *r = &import->rejected[k];
		size_t columns = json_array_size(import->heading);
		size_t cells = json_array_size(r->cells);
		for (i = 0; i < columns || i < cells; i++) {
			const char *text = json_string_value(json_array_get(r->cells, i));
			csv_cell(out, text ? text : "", i == 0);
		}
		buf_addf(out, ",%zu", r->line);
		csv_cell(out, r->reason, 0);
		buf_adds(out, "\r\n");
	}
}
