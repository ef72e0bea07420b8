#include "handover/merge/merge_detail.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/record.h"

#include <stdlib.h>
#include <string.h>

enum { BASE, OURS, THEIRS, BECOMES, SIDES };

static const char *const side_names[SIDES] = {"base", "ours", "theirs", "becomes"};

struct merge_detail_telling {
	struct case_file *c;
	const char *commits[SIDES]; /* that of BECOMES is not made yet */
	const json_t *files;
	json_t *clashes;  /* record id -> {field: true} */
	json_t *parts[3]; /* to decide, changed, new */
	size_t told;
};

/* ---- what is to decide */

static void list_clashes(struct merge_detail_telling *t)
{
	const char *path;
	json_t *text;
	json_object_foreach((json_t *)(uintptr_t)t->files, path, text) {
		if (strncmp(path, "conflict/", 9) != 0)
			continue;
		json_t *conflict = json_parse(json_string_value(text), json_string_length(text), NULL);
		const char *id = json_get_string(conflict, "record");
		const char *field = json_get_string(conflict, "field");
		const char *state = json_get_string(conflict, "state");
		if (id && field && state && strcmp(state, "open") == 0) {
			if (!json_object_get(t->clashes, id))
				json_object_set_new(t->clashes, id, json_object());
			json_object_set_new(json_object_get(t->clashes, id), field, json_true());
		}
		json_decref(conflict);
	}
}

/* ---- one record */

struct sides {
	json_t *stored[SIDES]; /* NULL: absent */
	json_t *read[SIDES];
};

static void release_sides(struct sides *s)
{
	for (int i = 0; i < SIDES; i++) {
		json_decref(s->stored[i]);
		json_decref(s->read[i]);
	}
}

static int take_side(struct merge_detail_telling *t, const char *path, int i, struct sides *s, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = 0;
	const json_t *made = i == BECOMES ? json_object_get(t->files, path) : NULL;
	if (made)
		buf_add(&text, json_string_value(made), json_string_length(made));
	else if (i != BECOMES && *t->commits[i] &&
	         history_read(case_history(t->c), t->commits[i], path, &text, &why) < 0 && why.code != ERR_NOT_FOUND)
		rc = err_take(err, &why);
	if (rc == 0 && text.len > 0) {
		s->stored[i] = json_parse(text.data, text.len, err);
		s->read[i] = record_from_stored(t->c, text.data, text.len, 0, err);
		rc = s->stored[i] && s->read[i] ? 0 : -1;
	}
	buf_release(&text);
	return rc;
}

static json_t *shown(const json_t *record, const struct field *field, const char *name)
{
	struct buf text = BUF_INIT;
	const json_t *value = json_object_get(record, name);
	if (value && field) {
		record_field_text(record, field, &text);
	} else if (value) {
		char *raw = json_is_string(value) ? xstrdup(json_string_value(value))
		                                  : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		printable_add(&text, raw ? raw : "", raw ? strlen(raw) : 0, PRINTABLE_LINE);
		free(raw);
	}
	json_t *string = json_string(text.data);
	buf_release(&text);
	return string;
}

static int is_frame(const char *name)
{
	static const char *const frame[] = {"id", "kind", "label", "modified", "author", "entered"};
	for (size_t i = 0; i < sizeof frame / sizeof *frame; i++)
		if (strcmp(frame[i], name) == 0)
			return 1;
	return 0;
}

static void add_field(const struct sides *s, const struct field *field, const char *name, int clash, json_t *fields)
{
	char *safe = printable_dup(name);
	json_t *one = json_object();
	json_object_set_new(one, "name", json_string(field ? field_label(field) : safe));
	for (int i = s->stored[OURS] ? BASE : BECOMES; i < SIDES; i++)
		json_object_set_new(one, side_names[i], shown(s->read[i], field, name));
	json_object_set_new(one, "clash", json_boolean(clash));
	json_array_append_new(fields, one);
	free(safe);
}

static json_t *changed_fields(struct merge_detail_telling *t, const struct sides *s, int *decide)
{
	json_t *fields = json_array();
	json_t *names = json_object();
	const struct kind *kind = record_kind(s->read[BECOMES]);
	const char *id = json_get_string(s->stored[BECOMES], "id");
	const json_t *clashes = id ? json_object_get(t->clashes, id) : NULL;
	size_t n;
	for (int i = 0; i < SIDES; i++)
		json_object_update(names, s->stored[i]);
	char **sorted = json_names(names, &n);
	for (size_t i = 0; i < n; i++) {
		const char *name = sorted[i];
		int clash = json_object_get(clashes, name) != NULL;
		if (clash || (!is_frame(name) && !json_same(json_object_get(s->stored[OURS], name),
		                                            json_object_get(s->stored[BECOMES], name))))
			add_field(s, kind ? kind_field(kind, name) : NULL, name, clash, fields);
		*decide |= clash;
	}
	json_names_free(sorted, n);
	json_decref(names);
	return fields;
}

static int tell_file(struct merge_detail_telling *t, const char *path, struct err *err)
{
	struct sides s = {{NULL}, {NULL}};
	int rc = 0;
	int decide = 0;
	if (strncmp(path, "conflict/", 9) == 0 || !strchr(path, '/') || t->told >= MERGE_DETAIL)
		return 0;
	for (int i = 0; i < SIDES && rc == 0; i++)
		rc = take_side(t, path, i, &s, err);
	if (rc == 0 && s.stored[BECOMES]) {
		char *title = record_title(s.read[BECOMES]);
		json_t *fields = changed_fields(t, &s, &decide);
		int is_new = !s.stored[OURS];
		json_array_append_new(t->parts[decide   ? 0
		                               : is_new ? 2
		                                        : 1],
		                      json_pack("{s:s s:s s:b s:o}", "label", record_label(s.read[BECOMES]), "title",
		                                title, "new", is_new, "fields", fields));
		t->told++;
		free(title);
	}
	release_sides(&s);
	return rc;
}

/* Where both changed a field and the record stays as ours is, no file of it was written: the conflict's is. */
static void add_clashing(struct merge_detail_telling *t, json_t *paths)
{
	const char *id;
	json_t *fields;
	json_object_foreach(t->clashes, id, fields)
		for (size_t i = 0; i < kind_count(); i++) {
			struct buf path = BUF_INIT;
			struct buf text = BUF_INIT;
			record_path(kind_at(i)->name, id, &path);
			if (!json_object_get(paths, path.data) &&
			    history_read(case_history(t->c), t->commits[OURS], path.data, &text, NULL) == 0)
				json_object_set_new(paths, path.data, json_string(text.data));
			buf_release(&text);
			buf_release(&path);
		}
}

json_t *merge_detail(struct case_file *c, const char *base, const char *ours, const char *theirs, const json_t *files,
                     struct err *err)
{
	json_t *paths = json_copy((json_t *)(uintptr_t)files);
	struct merge_detail_telling t = {
	    .c = c, .commits = {base, ours, theirs, ""}, .files = files, .clashes = json_object()};
	json_t *all = json_array();
	size_t n;
	int rc = 0;
	for (int i = 0; i < 3; i++)
		t.parts[i] = json_array();
	list_clashes(&t);
	add_clashing(&t, paths);
	t.files = paths;
	char **sorted = json_names(paths, &n);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = tell_file(&t, sorted[i], err);
	json_names_free(sorted, n);
	for (int i = 0; i < 3; i++) {
		json_array_extend(all, t.parts[i]);
		json_decref(t.parts[i]);
	}
	json_decref(t.clashes);
	json_decref(paths);
	if (rc == 0)
		return all;
	json_decref(all);
	return NULL;
}
