#include "handover/merge/merge_tree.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/conflict.h"
#include "case/store/record.h"
#include "handover/merge/merge_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CROSSINGS 12 /* how far back histories that crossed are merged for the sake of their ancestors */
#define VIRTUAL   64 /* ancestors that are merged in all: a crafted history could ask for very many */

/* A tree: that of a commit, with some files replaced. */
struct merge_tree_state {
	char commit[HISTORY_ID];
	json_t *files; /* borrowed; NULL: none */
};

struct tree_merge {
	struct history *h;
	struct err *err;
	const struct merge_tree_state *base, *a, *b;
	json_t *files; /* the result, against `a` */
	size_t conflicts;
};

static int state_text(struct history *h, const struct merge_tree_state *s, const char *path, struct buf *text,
                      struct err *err)
{
	const json_t *file = s->files ? json_object_get(s->files, path) : NULL;
	if (file) {
		buf_add(text, json_string_value(file), json_string_length(file));
		return 1;
	}
	struct err why = ERR_INIT;
	if (history_read(h, s->commit, path, text, &why) == 0)
		return 1;
	return why.code == ERR_NOT_FOUND ? 0 : err_take(err, &why);
}

static void put_file(struct tree_merge *m, const char *path, const char *text)
{
	json_object_set_new(m->files, path, json_string(text));
}

/* ---- conflicts */

struct clashing {
	struct tree_merge *m;
	const json_t *a;
	const json_t *b;
	int failed;
};

static json_t *later_change(const json_t *a, const json_t *b)
{
	json_t *merged = merge_record(NULL, a, b, NULL, NULL); /* keeps the later time of change */
	json_t *when = json_incref(json_object_get(merged, "modified"));
	json_decref(merged);
	return when;
}

static json_t *make_conflict(const struct clashing *k, const struct merge_clash *clash, const char *id)
{
	char label[LABEL_TEXT];
	snprintf(label, sizeof label, "X-%.8s", id);
	json_t *when = later_change(k->a, k->b);
	json_t *object = json_pack("{s:s s:s s:s s:s s:O s:s s:s s:s}", "id", id, "kind", "conflict", "label", label,
	                           "author", CONFLICT_AUTHOR, "record", json_object_get(k->a, "id"), "field",
	                           clash->field, "state", "open", "basis", "tool_output");
	json_object_set(object, "entered", when);
	json_object_set_new(object, "modified", when);
	const struct {
		const char *name;
		const json_t *value;
	} values[] = {{"one", clash->one}, {"other", clash->other}, {"base", clash->base}};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (values[i].value)
			json_object_set_new(object, values[i].name, conflict_text(values[i].value));
	return object;
}

/* The record of a conflict as both sides have it, merged; NULL and 0 if neither has one. */
static int conflict_on_record(struct tree_merge *m, const char *path, json_t **object)
{
	const struct merge_tree_state *const sides[3] = {m->base, m->a, m->b};
	json_t *texts[3] = {NULL, NULL, NULL};
	int rc = 0;
	for (int i = 0; i < 3 && rc == 0; i++) {
		struct buf text = BUF_INIT;
		int there = state_text(m->h, sides[i], path, &text, m->err);
		if (there < 0 || (there == 1 && !(texts[i] = json_parse(text.data, text.len, m->err))))
			rc = -1;
		buf_release(&text);
	}
	*object = rc < 0                 ? NULL
	          : texts[1] && texts[2] ? merge_record(texts[0], texts[1], texts[2], NULL, NULL)
	          : texts[1]             ? json_deep_copy(texts[1])
	          : texts[2]             ? json_deep_copy(texts[2])
	                                 : NULL;
	for (int i = 0; i < 3; i++)
		json_decref(texts[i]);
	return rc;
}

/* Takes back what was decided. */
static void open_again(json_t *conflict)
{
	json_object_set_new(conflict, "state", json_string("open"));
	json_object_del(conflict, "resolution");
	json_object_del(conflict, "resolved_by");
	json_object_del(conflict, "reason");
}

/* One that is on record already is kept, but opened again if it was resolved: the two values met anew. */
static void on_clash(void *ctx, const struct merge_clash *clash)
{
	struct clashing *k = ctx;
	struct tree_merge *m = k->m;
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	char id[37];
	conflict_id(json_get_string(k->a, "id"), clash->field, clash->one, clash->other, id);
	record_path("conflict", id, &path);
	json_t *object = NULL;
	if (conflict_on_record(m, path.data, &object) == 0 && !object)
		object = make_conflict(k, clash, id);
	if (object) {
		open_again(object);
	}
	if (object && json_canonical(object, &text, m->err) == 0) {
		put_file(m, path.data, text.data);
		m->conflicts++;
	} else {
		k->failed = 1;
	}
	json_decref(object);
	buf_release(&text);
	buf_release(&path);
}

/* The field that a conflict is about, as a side has it now; NULL: unset. New reference. */
static json_t *decided(struct tree_merge *m, const struct merge_tree_state *side, const json_t *conflict)
{
	const char *id = json_get_string(conflict, "record");
	const char *field = json_get_string(conflict, "field");
	json_t *value = NULL;
	for (size_t i = 0; id && field && i < kind_count() && !value; i++) {
		struct buf path = BUF_INIT;
		struct buf text = BUF_INIT;
		record_path(kind_at(i)->name, id, &path);
		if (state_text(m->h, side, path.data, &text, NULL) == 1) {
			json_t *record = json_parse(text.data, text.len, NULL);
			value = json_incref(json_object_get(record, field));
			json_decref(record);
		}
		buf_release(&path);
		buf_release(&text);
	}
	return value;
}

static int is_resolved(const json_t *conflict)
{
	const char *state = json_get_string(conflict, "state");
	return state && strcmp(state, "resolved") == 0;
}

/* Both sides decided since they parted, and not alike: nobody's decision wins by its time, it is to be decided again. */
static void merge_tree_reopen(struct tree_merge *m, const json_t *base, const json_t *a, const json_t *b,
                              json_t *merged)
{
	if (!is_resolved(a) || !is_resolved(b) || (base && is_resolved(base)))
		return;
	json_t *x = decided(m, m->a, merged);
	json_t *y = decided(m, m->b, merged);
	if (merge_compare(x, y) != 0) {
		open_again(merged);
		m->conflicts++;
	}
	json_decref(x);
	json_decref(y);
}

/* ---- one file */

static int merge_texts(struct tree_merge *m, const char *path, const struct buf *base, const struct buf *a,
                       const struct buf *b)
{
	json_t *o = base ? json_parse(base->data, base->len, m->err) : NULL;
	json_t *x = json_parse(a->data, a->len, m->err);
	json_t *y = json_parse(b->data, b->len, m->err);
	struct buf text = BUF_INIT;
	int rc = -1;
	if (x && y && (o || !base)) {
		struct clashing k = {m, x, y, 0};
		json_t *merged = merge_record(o, x, y, on_clash, &k);
		if (strncmp(path, "conflict/", 9) == 0)
			merge_tree_reopen(m, o, x, y, merged);
		rc = k.failed ? -1 : json_canonical(merged, &text, m->err);
		if (rc == 0 && strcmp(text.data, a->data) != 0)
			put_file(m, path, text.data);
		json_decref(merged);
	}
	json_decref(o);
	json_decref(x);
	json_decref(y);
	buf_release(&text);
	return rc;
}

static int merge_tree_same(int there_a, const struct buf *a, int there_b, const struct buf *b)
{
	return there_a == there_b && a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static int merge_path(struct tree_merge *m, const char *path)
{
	struct buf o = BUF_INIT;
	struct buf a = BUF_INIT;
	struct buf b = BUF_INIT;
	int rc = 0;
	int has_a = state_text(m->h, m->a, path, &a, m->err);
	int has_b = state_text(m->h, m->b, path, &b, m->err);
	int has_o = state_text(m->h, m->base, path, &o, m->err);
	if (has_a < 0 || has_b < 0 || has_o < 0)
		rc = -1;
	else if (json_object_get(m->files, path) || merge_tree_same(has_a, &a, has_b, &b) ||
	         merge_tree_same(has_o, &o, has_b, &b) || !has_b)
		rc = 0; /* nothing to do; a conflict's own record may have been written above */
	else if (!has_a || merge_tree_same(has_o, &o, has_a, &a))
		put_file(m, path, b.data);
	else if (strchr(path, '/'))
		rc = merge_texts(m, path, has_o ? &o : NULL, &a, &b);
	buf_release(&o);
	buf_release(&a);
	buf_release(&b);
	return rc;
}

/* ---- the trees */

static int list_path(void *ctx, const char *path, const struct buf *old_text, const struct buf *new_text)
{
	(void)old_text;
	(void)new_text;
	json_object_set_new(ctx, path, json_true());
	return 0;
}

static void list_files(json_t *paths, const json_t *files)
{
	const char *path;
	json_t *text;
	json_object_foreach((json_t *)(uintptr_t)files, path, text)
		json_object_set_new(paths, path, json_true());
}

/* In the order of the paths: conflicts come out alike on both sides whatever the order, but so they are easier to read. */
static int merge_paths(struct tree_merge *m, json_t *paths)
{
	size_t n;
	char **sorted = json_names(paths, &n);
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = merge_path(m, sorted[i]);
	json_names_free(sorted, n);
	return rc;
}

static int merge_states(struct history *h, const struct merge_tree_state *a, const struct merge_tree_state *b,
                        int depth, int *budget, json_t *files, size_t *conflicts, struct err *err);

/* The common ancestor of two commits; several are merged into one, whose replaced files go to `files`. */
static int find_base(struct history *h, const struct merge_tree_state *a, const struct merge_tree_state *b, int depth,
                     int *budget, struct merge_tree_state *base, json_t *files, struct err *err)
{
	char bases[HISTORY_BASES][HISTORY_ID];
	size_t count;
	size_t ignored = 0;
	if (history_bases(h, a->commit, b->commit, bases, &count, err) < 0)
		return -1;
	if (count == 0)
		return err_set(err, ERR_INVALID,
		               _("the two histories have no common beginning: they are different cases"));
	snprintf(base->commit, sizeof base->commit, "%s", bases[0]);
	base->files = files;
	if (depth >= CROSSINGS)
		return 0;
	for (size_t i = 1; i<count && * budget> 0; i++) {
		--*budget;
		struct merge_tree_state other = {"", NULL};
		snprintf(other.commit, sizeof other.commit, "%s", bases[i]);
		json_t *more = json_object();
		int rc = merge_states(h, base, &other, depth + 1, budget, more, &ignored, err);
		if (rc == 0)
			json_object_update(files, more);
		json_decref(more);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int merge_states(struct history *h, const struct merge_tree_state *a, const struct merge_tree_state *b,
                        int depth, int *budget, json_t *files, size_t *conflicts, struct err *err)
{
	struct merge_tree_state base;
	json_t *base_files = json_object();
	json_t *paths = json_object();
	int rc = find_base(h, a, b, depth, budget, &base, base_files, err);
	if (rc == 0)
		rc = history_diff(h, base.commit, a->commit, list_path, paths, err);
	if (rc == 0)
		rc = history_diff(h, base.commit, b->commit, list_path, paths, err);
	list_files(paths, base_files);
	if (a->files)
		list_files(paths, a->files);
	if (rc == 0) {
		struct tree_merge m = {h, err, &base, a, b, files, 0};
		rc = merge_paths(&m, paths);
		*conflicts += m.conflicts;
	}
	json_decref(paths);
	json_decref(base_files);
	return rc;
}

int merge_trees(struct history *h, const char *a, const char *b, struct merge_result *result, struct err *err)
{
	struct merge_tree_state x = {"", NULL};
	struct merge_tree_state y = {"", NULL};
	snprintf(x.commit, sizeof x.commit, "%s", a);
	snprintf(y.commit, sizeof y.commit, "%s", b);
	result->files = json_object();
	result->conflicts = 0;
	int budget = VIRTUAL;
	return merge_states(h, &x, &y, 0, &budget, result->files, &result->conflicts, err);
}

void merge_result_release(struct merge_result *result)
{
	json_decref(result->files);
	result->files = NULL;
}

int merge_result_text(struct history *h, const struct merge_result *result, const char *commit, const char *path,
                      struct buf *text, struct err *err)
{
	struct merge_tree_state s = {"", result->files};
	snprintf(s.commit, sizeof s.commit, "%s", commit);
	return state_text(h, &s, path, text, err);
}
