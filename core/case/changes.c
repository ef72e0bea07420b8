#include "case/changes.h"

#include "base/json.h"
#include "base/printable.h"
#include "case/case_private.h"

#include <stdlib.h>
#include <string.h>

/* Which commit made a change. */
struct source {
	char commit[HISTORY_ID];
	char parent[HISTORY_ID]; /* "": none */
	char *who;
	struct clock_time when;
};

struct comparing {
	struct case_file *c;
	change_fn fn;
	void *ctx;
	struct err *err;
	uint64_t low;         /* the number of the older one */
	const char *newer;    /* the other one */
	struct source single; /* of changes_of_commit(): who is known beforehand */
	int has_single;
};

const char *change_field_label(const struct record_change *change)
{
	return change->field ? field_label(change->field) : change->name;
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

static int differs(const json_t *a, const json_t *b, const char *name)
{
	const json_t *x = json_object_get(a, name);
	const json_t *y = json_object_get(b, name);
	return x && y ? !json_equal(x, y) : x != y;
}

/* ---- who changed it */

struct touching {
	struct comparing *k;
	const char *path;
	const char *name;
	struct source *found;
};

static json_t *stored_at(struct case_file *c, const char *commit, const char *path)
{
	struct buf text = BUF_INIT;
	json_t *object = NULL;
	if (*commit && history_read(c->history, commit, path, &text, NULL) == 0)
		object = json_parse(text.data, text.len, NULL);
	buf_release(&text);
	return object;
}

static void take_source(struct source *source, const struct history_entry *entry)
{
	snprintf(source->commit, sizeof source->commit, "%s", entry->id);
	snprintf(source->parent, sizeof source->parent, "%s", entry->parent_count ? entry->parents[0] : "");
	free(source->who);
	source->who = xstrdup(entry->author_name);
	source->when = entry->when;
}

static int made_change(void *ctx, const struct history_entry *entry)
{
	struct touching *t = ctx;
	if (entry->number <= t->k->low)
		return 1;
	json_t *after = stored_at(t->k->c, entry->id, t->path);
	json_t *before = stored_at(t->k->c, entry->parent_count ? entry->parents[0] : "", t->path);
	int made = differs(before, after, t->name);
	if (made)
		take_source(t->found, entry);
	json_decref(after);
	json_decref(before);
	return made ? 1 : 0;
}

static void find_source(struct comparing *k, const char *path, const char *name, struct source *found)
{
	struct touching t = {k, path, name, found};
	if (k->has_single) {
		*found = k->single;
		found->who = xstrdup(k->single.who);
		return;
	}
	history_log(k->c->history, k->newer, path, 0, made_change, &t, NULL);
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
	struct source source = {.commit = ""};
	value_text(p->old_record, field, name, &old_text);
	value_text(p->new_record, field, name, &new_text);
	find_source(k, p->path, name, &source);
	struct record_change change = {.label = p->label,
	                               .kind = p->kind,
	                               .title = p->title,
	                               .name = name,
	                               .field = field,
	                               .old_value = json_object_get(p->old_record, name),
	                               .new_value = json_object_get(p->new_record, name),
	                               .old_text = old_text.data,
	                               .new_text = new_text.data,
	                               .added = p->before == NULL,
	                               .commit = source.commit,
	                               .who = source.who ? source.who : "",
	                               .when = source.when};
	int rc = k->fn(k->ctx, &change);
	free(source.who);
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
		if (differs(p->before, p->after, field->name) && (p->before || strcmp(field->name, "entered") != 0))
			rc = give_change(k, p, field, field->name);
	}
	json_t *names = json_object(); /* the rest, of both sides */
	json_object_update(names, p->before);
	json_object_update(names, p->after);
	const char *name;
	json_t *value;
	json_object_foreach(names, name, value) {
		if (rc == 0 && !is_frame(name) && !(kind && kind_field(kind, name)) &&
		    differs(p->before, p->after, name) &&
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

static int set_single(void *ctx, const struct history_entry *entry)
{
	take_source(ctx, entry);
	return 0;
}

int changes_of_commit(struct case_file *c, const char *commit, change_fn fn, void *ctx, struct err *err)
{
	struct comparing k = {.c = c, .fn = fn, .ctx = ctx, .err = err, .has_single = 1};
	if (history_entry_of(c->history, commit, set_single, &k.single, err) < 0)
		return -1;
	int rc = history_diff(c->history, k.single.parent, commit, compare_file, &k, err);
	free(k.single.who);
	return rc;
}

int changes_between(struct case_file *c, const char *a, const char *b, change_fn fn, void *ctx, struct err *err)
{
	struct comparing k = {.c = c, .fn = fn, .ctx = ctx, .err = err};
	uint64_t first = 0;
	uint64_t second = 0;
	if ((a && *a && history_number(c->history, a, &first, err) < 0) ||
	    history_number(c->history, b, &second, err) < 0)
		return -1;
	k.low = first < second ? first : second;
	k.newer = first < second ? b : a;
	return history_diff(c->history, a, b, compare_file, &k, err);
}
