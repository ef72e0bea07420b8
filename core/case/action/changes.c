#include "case/action/changes.h"

#include "base/json.h"
#include "base/printable.h"
#include "case/store/case_internal.h"
#include "case/trust/authorship.h"

#include <stdlib.h>
#include <string.h>

struct comparing {
	struct case_file *c;
	change_fn fn;
	void *ctx;
	struct err *err;
	const char *older; /* of the two that are compared; NULL or "": none */
	const char *newer;
	const struct authorship *single; /* of one plain commit: who is known beforehand */
};

const char *change_field_label(const struct record_change *change)
{
	return change->field ? field_label(change->field) : change->safe_name;
}

/* Names that every record has and that say nothing of a change. */
static int is_frame(const char *name)
{
	static const char *const names[] = {"id", "kind", "label", "modified"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	return 0;
}

static int changes_differs(const json_t *a, const json_t *b, const char *name)
{
	const json_t *x = json_object_get(a, name);
	const json_t *y = json_object_get(b, name);
	return x && y ? !json_equal(x, y) : x != y;
}

/* ---- who changed it */

static struct authorship copy_of(const struct authorship *who)
{
	struct authorship copy = *who;
	copy.name = xstrdup(who->name ? who->name : "");
	return copy;
}

/* What only the older side changed is told as its change taken back. */
static struct authorship find_author(struct comparing *k, const char *path, const char *name)
{
	struct authorship who = AUTHORSHIP_INIT;
	if (k->single)
		return copy_of(k->single);
	if (authorship_of_path(k->c, path, name, k->older, k->newer, &who, NULL) == 0 && k->older && *k->older)
		authorship_of_path(k->c, path, name, k->newer, k->older, &who, NULL);
	return who;
}

/* ---- one field, one record */

/* A field that this genba's table does not have, shown as it is stored. */
static void unknown_text(const json_t *value, struct buf *out)
{
	char *text = json_is_string(value) ? xstrdup(json_string_value(value))
	                                   : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (text)
		printable_add(out, text, strlen(text), PRINTABLE_LINE);
	free(text);
}

static void value_text(const json_t *record, const struct field *field, const char *name, struct buf *out)
{
	const json_t *value = json_object_get(record, name);
	if (!value)
		return;
	if (field)
		record_field_text(record, field, out);
	else
		unknown_text(value, out);
}

struct pair {
	const char *path;
	json_t *before, *after;          /* as stored; NULL: absent */
	json_t *old_record, *new_record; /* as read */
	const char *label, *kind;
	char *title;
};

static int give_change(struct comparing *k, const struct pair *p, const struct field *field, const char *name)
{
	struct buf old_text = BUF_INIT;
	struct buf new_text = BUF_INIT;
	value_text(p->old_record, field, name, &old_text);
	value_text(p->new_record, field, name, &new_text);
	struct authorship who = find_author(k, p->path, name);
	char *person = authorship_person_of_change(k->c, &who);
	char *safe_name = printable_dup(name);
	struct record_change change = {.label = p->label,
	                               .kind = p->kind,
	                               .title = p->title,
	                               .name = name,
	                               .safe_name = safe_name,
	                               .field = field,
	                               .old_value = json_object_get(p->old_record, name),
	                               .new_value = json_object_get(p->new_record, name),
	                               .old_text = old_text.data,
	                               .new_text = new_text.data,
	                               .added = p->before == NULL,
	                               .commit = who.commit,
	                               .who = who.name ? who.name : "",
	                               .mark = who.mark,
	                               .person = person,
	                               .when = who.when};
	int rc = k->fn(k->ctx, &change);
	free(safe_name);
	free(person);
	authorship_release(&who);
	buf_release(&old_text);
	buf_release(&new_text);
	return rc;
}

static int give_fields(struct comparing *k, const struct pair *p)
{
	const struct kind *kind = p->kind ? kind_find(p->kind) : NULL;
	int rc = 0;
	for (size_t i = 0; kind && i < kind_field_count(kind) && rc == 0; i++) {
		const struct field *field = kind_field_at(kind, i);
		/* when it was entered is told with the change itself */
		if (changes_differs(p->before, p->after, field->name) &&
		    (p->before || strcmp(field->name, "entered") != 0))
			rc = give_change(k, p, field, field->name);
	}
	json_t *names = json_object(); /* the rest, of both sides */
	json_object_update(names, p->before);
	json_object_update(names, p->after);
	const char *name;
	json_t *value;
	json_object_foreach(names, name, value) {
		if (rc == 0 && !is_frame(name) && !(kind && kind_field(kind, name)) &&
		    changes_differs(p->before, p->after, name) &&
		    (p->before || (strcmp(name, "entered") != 0 && strcmp(name, "author") != 0)))
			rc = give_change(k, p, NULL, name);
	}
	json_decref(names);
	return rc;
}

static int compare_file(void *ctx, const char *path, const struct buf *old_text, const struct buf *new_text)
{
	struct comparing *k = ctx;
	struct pair p = {.path = path};
	if (!strchr(path, '/'))
		return 0; /* the README */
	int rc = 0;
	if (old_text && ((p.before = json_parse(old_text->data, old_text->len, k->err)) == NULL ||
	                 (p.old_record = record_from_stored(k->c, old_text->data, old_text->len, 0, k->err)) == NULL))
		rc = -1;
	if (rc == 0 && new_text &&
	    ((p.after = json_parse(new_text->data, new_text->len, k->err)) == NULL ||
	     (p.new_record = record_from_stored(k->c, new_text->data, new_text->len, 0, k->err)) == NULL))
		rc = -1;
	if (rc == 0) {
		const json_t *record = p.new_record ? p.new_record : p.old_record;
		p.label = record_label(record);
		p.kind = json_get_string(record, "kind");
		p.title = record_title(record);
		rc = give_fields(k, &p);
	}
	free(p.title);
	json_decref(p.before);
	json_decref(p.after);
	json_decref(p.old_record);
	json_decref(p.new_record);
	return rc;
}

/* ---- the two questions */

struct single {
	struct authorship who;
	char parent[HISTORY_ID]; /* "": none */
	int merge;
};

static int set_single(void *ctx, const struct history_entry *entry)
{
	struct single *single = ctx;
	authorship_of_entry(entry, &single->who);
	snprintf(single->parent, sizeof single->parent, "%s", entry->parent_count ? entry->parents[0] : "");
	single->merge = entry->parent_count > 1;
	return 0;
}

int changes_of_commit(struct case_file *c, const char *commit, change_fn fn, void *ctx, struct err *err)
{
	struct single single = {.who = AUTHORSHIP_INIT};
	if (history_entry_of(c->history, commit, set_single, &single, err) < 0)
		return -1;
	struct comparing k = {.c = c,
	                      .fn = fn,
	                      .ctx = ctx,
	                      .err = err,
	                      .older = single.parent,
	                      .newer = commit,
	                      .single = single.merge ? NULL : &single.who};
	int rc = history_diff(c->history, single.parent, commit, compare_file, &k, err);
	authorship_release(&single.who);
	return rc;
}

int changes_between(struct case_file *c, const char *a, const char *b, change_fn fn, void *ctx, struct err *err)
{
	uint64_t first = 0;
	uint64_t second = 0;
	if ((a && *a && history_number(c->history, a, &first, err) < 0) ||
	    history_number(c->history, b, &second, err) < 0)
		return -1;
	struct comparing k = {
	    .c = c, .fn = fn, .ctx = ctx, .err = err, .older = first < second ? a : b, .newer = first < second ? b : a};
	return history_diff(c->history, a, b, compare_file, &k, err);
}
