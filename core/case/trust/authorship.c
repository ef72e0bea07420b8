/* Who changed a record or a field, found by walking the commits that touched its file. */
#include "case/trust/authorship.h"

#include "base/err.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/conflict.h"
#include "case/store/case_internal.h"
#include "case/store/responders.h"

#include <stdlib.h>
#include <string.h>

struct walk {
	struct case_file *c;
	const char *path;
	const char *field; /* NULL: the whole record */
	uint64_t older;    /* number of the commit whose ancestors do not count; 0: none */
	int existed;       /* some parent of the commit that is looked at has the record */
	json_t *newest;    /* the record as it is at the newer commit; NULL: absent */
	struct authorship *typed;
	struct authorship changed; /* the newest commit, no merge, that changed the field to something else */
	struct authorship merged;  /* the newest merge that made the value */
};

void authorship_release(struct authorship *who)
{
	free(who->name);
	*who = (struct authorship)AUTHORSHIP_INIT;
}

void authorship_of_entry(const struct history_entry *entry, struct authorship *who)
{
	authorship_release(who);
	snprintf(who->commit, sizeof who->commit, "%s", entry->id);
	snprintf(who->mark, sizeof who->mark, "%.*s", (int)strcspn(entry->author_mail, "@"), entry->author_mail);
	who->name = xstrdup(entry->author_name);
	who->when = entry->when;
	who->merge = entry->parent_count > 1;
}

static json_t *stored_at(struct case_file *c, const char *commit, const char *path)
{
	struct buf text = BUF_INIT;
	json_t *object = NULL;
	if (*commit && history_read(c->history, commit, path, &text, NULL) == 0)
		object = json_parse(text.data, text.len, NULL);
	buf_release(&text);
	return object;
}

/* The time of change says nothing by itself: whole records are compared without it. */
static int same_in(const json_t *a, const json_t *b, const char *field)
{
	if (field)
		return json_same(json_object_get(a, field), json_object_get(b, field));
	json_t *x = json_copy((json_t *)(uintptr_t)a);
	json_t *y = json_copy((json_t *)(uintptr_t)b);
	json_object_del(x, "modified");
	json_object_del(y, "modified");
	int is = json_same(x, y);
	json_decref(x);
	json_decref(y);
	return is;
}

/* 1 if some parent has the field, or the record, as the commit has it; a first commit compares with nothing. */
static int is_inherited(struct walk *w, const struct history_entry *entry, const json_t *after)
{
	int inherited = entry->parent_count == 0 && same_in(after, NULL, w->field);
	w->existed = 0;
	for (unsigned i = 0; i < entry->parent_count && !inherited; i++) {
		json_t *before = stored_at(w->c, entry->parents[i], w->path);
		inherited = same_in(after, before, w->field);
		w->existed |= before != NULL;
		json_decref(before);
	}
	return inherited;
}

static int is_known_before(const struct walk *w, uint64_t number)
{
	return w->older && number <= w->older &&
	       (number == w->older || history_is_ancestor(w->c->history, number, w->older));
}

static int authorship_visit(void *ctx, const struct history_entry *entry)
{
	struct walk *w = ctx;
	if (is_known_before(w, entry->number))
		return 0;
	json_t *after = stored_at(w->c, entry->id, w->path);
	int found = 0;
	if (!is_inherited(w, entry, after)) {
		int merge = entry->parent_count > 1;
		if (!w->field) {
			struct authorship *who = merge ? &w->merged : w->typed;
			if (!*who->commit || entry->when.seconds > who->when.seconds) {
				authorship_of_entry(entry, who);
				who->entry = !w->existed;
			}
		} else if (!same_in(after, w->newest, w->field)) {
			if (!merge && !*w->changed.commit)
				authorship_of_entry(entry, &w->changed);
		} else if (merge) {
			if (!*w->merged.commit)
				authorship_of_entry(entry, &w->merged);
		} else {
			authorship_of_entry(entry, w->typed);
			found = 1;
		}
	}
	json_decref(after);
	return found;
}

/* What the merge made out of two changes is told by the newer of them; the merge by what nobody typed. */
static void take_best(struct walk *w)
{
	struct authorship *next = *w->changed.commit ? &w->changed : &w->merged;
	if (!*w->typed->commit) {
		authorship_release(w->typed);
		*w->typed = *next;
		*next = (struct authorship)AUTHORSHIP_INIT;
	}
	authorship_release(&w->changed);
	authorship_release(&w->merged);
}

int authorship_of_path(struct case_file *c, const char *path, const char *field, const char *older, const char *newer,
                       struct authorship *who, struct err *err)
{
	char head[HISTORY_ID];
	*who = (struct authorship)AUTHORSHIP_INIT;
	struct walk w = {.c = c, .path = path, .field = field, .typed = who};
	if (!newer && history_head(c->history, head, err) < 0)
		return -1;
	if (older && *older && history_number(c->history, older, &w.older, err) < 0)
		return -1;
	w.newest = stored_at(c, newer ? newer : head, path);
	int rc = history_log(c->history, newer ? newer : head, path, 0, authorship_visit, &w, err);
	take_best(&w);
	json_decref(w.newest);
	if (rc < 0) {
		authorship_release(who);
		return -1;
	}
	return *who->commit != '\0';
}

int authorship_of_field(struct case_file *c, const char *label, const char *field, const char *older, const char *newer,
                        struct authorship *who, struct err *err)
{
	*who = (struct authorship)AUTHORSHIP_INIT;
	json_t *record = record_get(c, label, RECORD_RAW, err);
	if (!record)
		return -1;
	struct buf path = BUF_INIT;
	record_path(json_get_string(record, "kind"), json_get_string(record, "id"), &path);
	int rc = authorship_of_path(c, path.data, field, older, newer, who, err);
	buf_release(&path);
	json_decref(record);
	return rc;
}

struct value_walk {
	struct walk w;
	const json_t *text;
};

static int value_visit(void *ctx, const struct history_entry *entry)
{
	struct value_walk *v = ctx;
	json_t *after = entry->parent_count > 1 ? NULL : stored_at(v->w.c, entry->id, v->w.path);
	json_t *text = conflict_text(json_object_get(after, v->w.field));
	int found = after && json_same(text, v->text) && !is_inherited(&v->w, entry, after);
	if (found)
		authorship_of_entry(entry, v->w.typed);
	json_decref(text);
	json_decref(after);
	return found;
}

int authorship_of_value(struct case_file *c, const char *label, const char *field, const json_t *text,
                        const char *newer, struct authorship *who, struct err *err)
{
	struct buf path = BUF_INIT;
	*who = (struct authorship)AUTHORSHIP_INIT;
	json_t *record = record_get(c, label, RECORD_RAW | RECORD_WITH_RETRACTED, err);
	if (!record)
		return -1;
	record_path(json_get_string(record, "kind"), json_get_string(record, "id"), &path);
	struct value_walk v = {.w = {.c = c, .path = path.data, .field = field, .typed = who}, .text = text};
	int rc = history_log(c->history, newer, path.data, 0, value_visit, &v, err);
	buf_release(&path);
	json_decref(record);
	return rc < 0 ? -1 : *who->commit != '\0';
}

int authorship_only_brought(struct case_file *c, const char *path, const struct history_entry *entry)
{
	if (entry->parent_count < 2)
		return 0;
	struct walk w = {.c = c, .path = path};
	json_t *after = stored_at(c, entry->id, path);
	int brought = is_inherited(&w, entry, after);
	json_decref(after);
	return brought;
}

/* ---- names for marks */

struct authorship_naming {
	const char *mark;
	char *name;
};

static int match_mark(void *ctx, const struct responder *r)
{
	struct authorship_naming *n = ctx;
	if (!r->mark || !r->name || strcmp(r->mark, n->mark) != 0)
		return 0;
	n->name = xstrdup(r->name);
	return 1;
}

static char *with_name(struct case_file *c, const char *mark, const char *claimed)
{
	struct authorship_naming n = {mark, NULL};
	struct buf text = BUF_INIT;
	responder_each(c, match_mark, &n, NULL);
	const char *name = n.name ? n.name : claimed;
	printable_add(&text, mark, strlen(mark), PRINTABLE_LINE);
	if (name && *name && strcmp(name, mark) != 0) {
		if (text.len)
			buf_addc(&text, ' ');
		printable_add(&text, name, strlen(name), PRINTABLE_LINE);
	}
	free(n.name);
	return buf_take(&text, NULL);
}

char *authorship_person_of_mark(struct case_file *c, const char *mark)
{
	return mark && *mark ? with_name(c, mark, NULL) : xstrdup("?");
}

char *authorship_person_of_change(struct case_file *c, const struct authorship *who)
{
	return *who->commit ? with_name(c, who->mark, who->name) : xstrdup("?");
}

char *authorship_person_of_entry(struct case_file *c, const struct history_entry *entry)
{
	struct authorship who = AUTHORSHIP_INIT;
	authorship_of_entry(entry, &who);
	char *person = authorship_person_of_change(c, &who);
	authorship_release(&who);
	return person;
}
