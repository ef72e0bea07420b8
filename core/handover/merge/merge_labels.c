#include "handover/merge/merge_labels.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/action/reserve.h"
#include "case/store/labels.h"
#include "case/store/record.h"
#include "handover/merge/merge_record.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS 900000000 /* what is beyond was taken out of the air, and is not counted on from */

struct settling {
	struct case_file *c;
	struct record_origins *origins;
	struct history *h;
	const char *ours;
	const char *theirs;
	struct merge_result *result;
	size_t *renamed;
	json_t *lines;
	struct err *err;
	json_t *labels;     /* label -> path, of the files in the result */
	json_t *marks;      /* mark -> {hex key: true}, of all responders of both sides */
	json_t *responders; /* their paths */
	json_t *next;       /* "MARK KIND" -> the highest number given so far */
};

static json_t *merge_labels_load(struct settling *s, const char *path)
{
	struct buf text = BUF_INIT;
	json_t *object = NULL;
	int there = merge_result_text(s->h, s->result, s->ours, path, &text, s->err);
	if (there == 1)
		object = json_parse(text.data, text.len, s->err);
	else if (there == 0)
		err_set(s->err, ERR_DAMAGED, _("'%s' is not in the history"), path);
	buf_release(&text);
	return object;
}

static int merge_labels_save(struct settling *s, const char *path, const json_t *object)
{
	struct buf text = BUF_INIT;
	int rc = json_canonical(object, &text, s->err);
	if (rc == 0)
		json_object_set_new(s->result->files, path, json_string(text.data));
	buf_release(&text);
	return rc;
}

static int64_t entered(const json_t *object)
{
	struct edtf time;
	int64_t first = 0;
	int64_t last;
	const char *text = json_get_string(object, "entered");
	if (!text || edtf_parse(text, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &first, &last) < 0)
		return 0;
	return first;
}

/* Of two records the one that was entered later; the greater id where that does not tell. */
static int is_later(const json_t *a, const json_t *b)
{
	int64_t x = entered(a);
	int64_t y = entered(b);
	return x != y ? x > y : strcmp(json_get_string(a, "id"), json_get_string(b, "id")) > 0;
}

/* Takes the line. Labels and marks in it are judged or ours: letters and digits only. */
static void tell_take(struct settling *s, char *line)
{
	json_array_append_new(s->lines, json_string(line));
	free(line);
	++*s->renamed;
}

/* ---- labels */

static void note_number(struct settling *s, const char *mark, const char *kind, long number)
{
	char key[64];
	snprintf(key, sizeof key, "%.8s %.40s", mark, kind);
	if (number < NUMBERS && number > json_integer_value(json_object_get(s->next, key)))
		json_object_set_new(s->next, key, json_integer(number));
}

/* Former labels count, too: what one side has as a label may be a former one in the result. */
static void note_former(struct settling *s, const json_t *object)
{
	char mark[MARK_TEXT];
	char letters[LABEL_LETTERS];
	long number;
	size_t i;
	json_t *alias;
	json_array_foreach(json_object_get(object, MERGE_ALIASES), i, alias)
		if (json_is_string(alias) && label_split(json_string_value(alias), mark, letters, &number))
			note_number(s, mark, json_get_string(object, "kind"), number);
}

/* Labels on paper are given out, too, though no record has them yet. */
static void note_reserved(struct settling *s, const json_t *responder)
{
	char mark[MARK_TEXT];
	char letters[LABEL_LETTERS];
	long number;
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(responder, RESERVE_FIELD), i, label) {
		const char *text = json_string_value(label);
		const struct kind *kind =
		    text && label_split(text, mark, letters, &number) ? kind_by_letters(letters) : NULL;
		if (kind)
			note_number(s, mark, kind->name, number);
	}
}

struct noting {
	struct settling *s;
	const char *kind;
};

static void note_former_here(void *ctx, const char *label)
{
	struct noting *n = ctx;
	char mark[MARK_TEXT];
	char letters[LABEL_LETTERS];
	long number;
	if (label_split(label, mark, letters, &number))
		note_number(n->s, mark, n->kind, number);
}

/* The next free number, over the records of both sides. */
static long next_number(struct settling *s, const char *mark, const char *kind)
{
	char key[64];
	struct noting n = {s, kind};
	snprintf(key, sizeof key, "%.8s %.40s", mark, kind);
	note_number(s, mark, kind, (long)label_highest_number(s->c, mark, kind));
	label_each_former(s->c, kind, note_former_here, &n);
	long number = (long)json_integer_value(json_object_get(s->next, key)) + 1;
	note_number(s, mark, kind, number);
	return number;
}

static int is_given(struct settling *s, const char *label)
{
	char id[37];
	char kind[64];
	return label_owner(s->c, label, id, kind, sizeof kind) || json_object_get(s->labels, label);
}

/* `key`: who made it, if another key made a record of that label, too; else NULL. */
static int merge_labels_relabel(struct settling *s, const char *path, json_t *object, const unsigned char *key)
{
	char label[LABEL_TEXT];
	char mark[MARK_TEXT];
	char letters[LABEL_LETTERS];
	char settled[MARK_TEXT];
	long number;
	char *old = xstrdup(json_get_string(object, "label"));
	const char *kind = json_get_string(object, "kind");
	if (!label_split(old, mark, letters, &number)) {
		err_set(s->err, ERR_INVALID, _("both sides have another record called %s"), old);
		free(old);
		return -1;
	}
	if (key)
		responder_mark_settled(mark, key, settled);
	label_write(label, key ? settled : mark, letters, number);
	if (!key || is_given(s, label))
		label_write(label, key ? settled : mark, letters, next_number(s, key ? settled : mark, kind));
	json_t *aliases = json_object_get(object, MERGE_ALIASES);
	json_t *more = aliases ? json_copy(aliases) : json_array();
	json_array_append_new(more, json_string(old));
	json_object_set_new(object, MERGE_ALIASES, more);
	json_object_set_new(object, "label", json_string(label));
	json_object_set_new(s->labels, label, json_string(path));
	int rc = merge_labels_save(s, path, object);
	tell_take(s, xasprintf(_("renamed: %s is now %s; the other side had given this label, too"), old, label));
	free(old);
	return rc;
}

/* Two records of one label: which of them is renamed, or both. */
static int settle_two(struct settling *s, const char *path, json_t *a, const char *other_path, json_t *b)
{
	char label[LABEL_TEXT];
	unsigned char key_a[32];
	unsigned char key_b[32];
	int was_a = json_object_get(a, MERGE_ALIASES) != NULL;
	int was_b = json_object_get(b, MERGE_ALIASES) != NULL;
	if (was_a != was_b) /* made with the label, or renamed to it */
		return was_a ? merge_labels_relabel(s, path, a, NULL) : merge_labels_relabel(s, other_path, b, NULL);
	if (record_origin_of(s->origins, path, label, key_a) < 0 ||
	    record_origin_of(s->origins, other_path, label, key_b) < 0)
		return err_set(s->err, ERR_DAMAGED, _("'%s' is not in the history"), path);
	if (memcmp(key_a, key_b, 32) == 0)
		return is_later(a, b) ? merge_labels_relabel(s, path, a, NULL)
		                      : merge_labels_relabel(s, other_path, b, NULL);
	int rc = merge_labels_relabel(s, path, a, key_a);
	return rc == 0 ? merge_labels_relabel(s, other_path, b, key_b) : rc;
}

/* The path of our record that has this label and keeps it; 0 none, 1. */
static int our_record(struct settling *s, const char *label, const char *other_id, struct buf *path)
{
	char id[37];
	char kind[64];
	if (!label_owner(s->c, label, id, kind, sizeof kind) || strcmp(id, other_id) == 0)
		return 0;
	record_path(kind, id, path);
	json_t *now = merge_labels_load(s, path->data);
	int found = now && strcmp(json_get_string(now, "label"), label) == 0;
	json_decref(now);
	return found;
}

static int settle_label(struct settling *s, const char *label, const char *path)
{
	struct buf other_path = BUF_INIT;
	json_t *theirs = merge_labels_load(s, path);
	int rc = theirs ? 0 : -1;
	if (rc == 0 && strcmp(json_get_string(theirs, "label"), label) == 0 &&
	    our_record(s, label, json_get_string(theirs, "id"), &other_path)) {
		json_t *ours = merge_labels_load(s, other_path.data);
		rc = ours ? settle_two(s, path, theirs, other_path.data, ours) : -1;
		json_decref(ours);
	}
	json_decref(theirs);
	buf_release(&other_path);
	return rc;
}

/* Calls `fn` for each member, sorted by name; the object may change meanwhile. */
static int each_sorted(struct settling *s, json_t *object,
                       int (*fn)(struct settling *s, const char *name, const char *value))
{
	size_t n;
	char **names = json_names(object, &n);
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		char *text = xstrdup(json_string_value(json_object_get(object, names[i])));
		rc = fn(s, names[i], text);
		free(text);
	}
	json_names_free(names, n);
	return rc;
}

/* The numbers given so far, over all files of the result. */
static int list_numbers(struct settling *s)
{
	const char *path;
	json_t *text;
	json_object_foreach(s->result->files, path, text) {
		char mark[MARK_TEXT];
		char letters[LABEL_LETTERS];
		long number;
		if (!strchr(path, '/'))
			continue;
		json_t *object = json_parse(json_string_value(text), json_string_length(text), s->err);
		const char *label = object ? json_get_string(object, "label") : NULL;
		if (label && label_split(label, mark, letters, &number))
			note_number(s, mark, json_get_string(object, "kind"), number);
		note_former(s, object);
		note_reserved(s, object);
		json_decref(object);
		if (!object)
			return -1;
	}
	return 0;
}

/* 1 if the file of their last commit has this label. */
static int theirs_has(struct settling *s, const char *path, const char *label)
{
	struct buf text = BUF_INIT;
	json_t *object =
	    history_read(s->h, s->theirs, path, &text, NULL) == 0 ? json_parse(text.data, text.len, NULL) : NULL;
	const char *there = object ? json_get_string(object, "label") : NULL;
	int same = there && strcmp(there, label) == 0;
	json_decref(object);
	buf_release(&text);
	return same;
}

/* Two files of the result with one label: given twice by the other side, which is refused; or renamed by somebody who
 * merged before to what is a label here, which is settled as any clash. */
static int list_label(struct settling *s, const char *path, const char *text)
{
	if (!strchr(path, '/'))
		return 0;
	json_t *object = json_parse(text, strlen(text), s->err);
	const char *label = object ? json_get_string(object, "label") : NULL;
	const char *other = label ? json_string_value(json_object_get(s->labels, label)) : NULL;
	json_t *first = other ? merge_labels_load(s, other) : NULL;
	int rc = object && (!other || first) ? 0 : -1;
	if (rc == 0 && other && theirs_has(s, path, label) && theirs_has(s, other, label)) {
		rc = err_set(s->err, ERR_INVALID, _("the other side has two records called %s"), label);
	} else if (rc == 0 && other) {
		char *kept = xstrdup(label);
		char *kept_path = xstrdup(other);
		rc = settle_two(s, path, object, kept_path, first);
		if (strcmp(json_get_string(first, "label"), kept) == 0)
			json_object_set_new(s->labels, kept, json_string(kept_path));
		else if (strcmp(json_get_string(object, "label"), kept) == 0)
			json_object_set_new(s->labels, kept, json_string(path));
		else
			json_object_del(s->labels, kept);
		free(kept);
		free(kept_path);
	} else if (rc == 0 && label) {
		json_object_set_new(s->labels, label, json_string(path));
	}
	json_decref(first);
	json_decref(object);
	return rc;
}

/* ---- marks */

static void note_mark(struct settling *s, const struct responder *r)
{
	char hex[65];
	if (!r->has_key)
		return;
	sodium_bin2hex(hex, sizeof hex, r->key, 32);
	if (!json_object_get(s->marks, r->mark))
		json_object_set_new(s->marks, r->mark, json_object());
	json_object_set_new(json_object_get(s->marks, r->mark), hex, json_true());
}

/* As the result has it. */
static int list_our_mark(void *ctx, const struct responder *ours)
{
	struct settling *s = ctx;
	struct responder r;
	json_t *now = merge_labels_load(s, ours->path);
	if (now) {
		responder_read(&r, ours->path, now);
		note_mark(s, &r);
		note_reserved(s, now);
		json_array_append_new(s->responders, json_string(ours->path));
	}
	json_decref(now);
	return now ? 0 : -1;
}

static int list_mark(struct settling *s, const char *path, const char *text)
{
	struct responder r;
	if (strncmp(path, "responder/", 10) != 0)
		return 0;
	json_t *theirs = json_parse(text, strlen(text), s->err);
	if (theirs) {
		responder_read(&r, path, theirs);
		note_mark(s, &r);
		json_array_append_new(s->responders, json_string(path));
	}
	json_decref(theirs);
	return theirs ? 0 : -1;
}

/* A mark that two keys were given is neither's. */
static int settle_mark(struct settling *s, const char *path)
{
	struct responder r;
	char settled[MARK_TEXT];
	json_t *object = merge_labels_load(s, path);
	int rc = object ? 0 : -1;
	if (object)
		responder_read(&r, path, object);
	if (object && r.has_key && json_object_size(json_object_get(s->marks, r.mark)) > 1) {
		char *old = xstrdup(r.mark);
		responder_mark_settled(old, r.key, settled);
		json_object_set_new(object, "mark", json_string(settled));
		rc = merge_labels_save(s, path, object);
		tell_take(s, xasprintf(_("renamed: the mark %s is now %s; another key had been given it, too"), old,
		                       settled));
		free(old);
	}
	json_decref(object);
	return rc;
}

static int settle_marks(struct settling *s)
{
	size_t n;
	json_t *once = json_object();
	json_t *path;
	size_t i;
	json_array_foreach(s->responders, i, path)
		json_object_set_new(once, json_string_value(path), json_true());
	char **paths = json_names(once, &n);
	int rc = 0;
	for (size_t k = 0; k < n && rc == 0; k++)
		rc = settle_mark(s, paths[k]);
	json_names_free(paths, n);
	json_decref(once);
	return rc;
}

int merge_labels_settle(const struct merge_labels *how, struct err *err)
{
	struct settling s = {.c = how->c,
	                     .origins = how->origins,
	                     .h = case_history(how->c),
	                     .ours = how->ours,
	                     .theirs = how->theirs,
	                     .result = how->result,
	                     .renamed = how->renamed,
	                     .lines = how->lines,
	                     .err = err,
	                     .labels = json_object(),
	                     .marks = json_object(),
	                     .responders = json_array(),
	                     .next = json_object()};
	int rc = responder_each(how->c, list_our_mark, &s, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = each_sorted(&s, how->result->files, list_mark);
	if (rc == 0)
		rc = settle_marks(&s);
	if (rc == 0)
		rc = list_numbers(&s);
	if (rc == 0)
		rc = each_sorted(&s, how->result->files, list_label);
	if (rc == 0)
		rc = each_sorted(&s, s.labels, settle_label);
	json_decref(s.labels);
	json_decref(s.marks);
	json_decref(s.responders);
	json_decref(s.next);
	return rc;
}
