#include "case/action/undo.h"

/*
 * Never of a merge, a handover or a preservation.
 *
 * Nothing is taken out of the history: undoing writes a further commit, which
 * names the one it undoes. What the action added is retracted, what it changed
 * gets its former fields back, field by field, so that a later change of another
 * field stays. Undoing twice goes back two actions.
 */
#include "base/json.h"
#include "base/printable.h"
#include "case/action/action.h"
#include "case/action/reserve.h"
#include "case/action/verb.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT_BYTES 512 /* the longest that genba writes (action_subject.c), whatever its letters */

static const char undoes[] = "Genba-Undoes: ";

struct target {
	const struct case_file *c;
	json_t *undone; /* ids of commits that were undone */
	char id[HISTORY_ID];
	char parent[HISTORY_ID];
	char action[32];
	char subject[SUBJECT_BYTES];
};

/* The commit that this one undid, or NULL. Not from the subject line, which may quote anything. */
static const char *undone_by(const char *message)
{
	char wanted[sizeof undoes + 1];
	snprintf(wanted, sizeof wanted, "\n%s", undoes);
	const char *line = message ? strstr(message, wanted) : NULL;
	const char *id = line ? line + sizeof undoes : NULL;
	return id && strspn(id, "0123456789abcdef") == 40 ? id : NULL;
}

/* Newest first: the responder's own last action that is not undone yet. What colleagues did since stays. */
static int consider(void *ctx, const struct history_entry *entry)
{
	struct target *t = ctx;
	size_t n = strlen(t->c->mark);
	const char *undone = undone_by(entry->message);
	if (undone) {
		char id[HISTORY_ID];
		snprintf(id, sizeof id, "%.40s", undone);
		json_object_set_new(t->undone, id, json_true());
		return 0;
	}
	if (json_object_get(t->undone, entry->id) || strncmp(entry->author_mail, t->c->mark, n) != 0 ||
	    entry->author_mail[n] != '@')
		return 0;
	snprintf(t->id, sizeof t->id, "%s", entry->id);
	snprintf(t->parent, sizeof t->parent, "%s", entry->parent_count == 1 ? entry->parents[0] : "");
	snprintf(t->action, sizeof t->action, "%s", entry->action ? entry->action : "");
	text_copy(t->subject, sizeof t->subject, entry->subject);
	return 1;
}

static int check_target(struct target *t, struct err *err)
{
	const struct verb *verb = verb_find(t->action);
	if (!*t->id || (verb && verb->undo == VERB_FIRST)) {
		t->subject[0] = '\0'; /* the first one of the case is nobody's to take back */
		return err_set(err, ERR_FAILED, _("there is nothing of yours left to undo"));
	}
	if (*t->parent && verb && verb->undo == VERB_UNDOABLE)
		return 0;
	return err_set(err, ERR_FAILED, _("your last action cannot be undone; retract the record instead"));
}

struct undoing {
	struct case_file *c;
	struct action *action; /* NULL: it is only looked whether that can be done */
	const char *reason;
	size_t retracted;       /* records that the action had added */
	char label[LABEL_TEXT]; /* the last of them */
	struct err *err;
};

/* Gives `current` the fields back that the action changed. -1 if one of them was changed again since. */
static int give_back(const json_t *before, const json_t *after, json_t *current, struct err *err)
{
	const char *name;
	json_t *value;
	json_t *names = json_object(); /* of all fields on either side */
	json_object_update(names, (json_t *)(uintptr_t)before);
	json_object_update(names, (json_t *)(uintptr_t)after);
	int rc = 0;
	json_object_foreach(names, name, value) {
		json_t *was = json_object_get(before, name);
		json_t *became = json_object_get(after, name);
		if (strcmp(name, "modified") == 0 || strcmp(name, RESERVE_FIELD) == 0 || json_same(was, became))
			continue;
		json_t *is = json_object_get(current, name);
		if (json_same(is, was))
			continue; /* it has followed already: custody */
		if (!json_same(is, became)) {
			rc = err_set(err, ERR_FAILED, _("%s was changed again since (%s); set it by hand"),
			             record_label(current), name);
			break;
		}
		if (was)
			json_object_set(current, name, was);
		else
			json_object_del(current, name);
	}
	json_decref(names);
	return rc;
}

static int undo_one(void *ctx, const char *path, const struct buf *old_text, const struct buf *new_text)
{
	struct undoing *u = ctx;
	(void)path;
	json_t *after = new_text ? json_parse(new_text->data, new_text->len, NULL) : NULL;
	json_t *before = old_text ? json_parse(old_text->data, old_text->len, u->err) : NULL;
	int rc = -1;
	if (!after) {
		rc = strstr(path, ".json") ? err_set(u->err, ERR_FAILED, _("cannot undo a change of '%s'"), path) : 0;
	} else if (!before) {
		rc = u->action ? action_retract(u->action, record_label(after), u->reason, u->err)
		               : record_may_retract(u->c, record_label(after), u->err);
		u->retracted++;
		snprintf(u->label, sizeof u->label, "%s", record_label(after));
	} else {
		json_t *stored = record_stored(u->c, json_get_string(after, "id"), u->err);
		json_t *current = stored ? json_deep_copy(stored) : NULL;
		if (current && give_back(before, after, current, u->err) == 0)
			rc = u->action ? action_replace(u->action, stored, current, u->err) : 0;
		json_decref(current);
		json_decref(stored);
	}
	json_decref(after);
	json_decref(before);
	return rc;
}

void undone_release(struct undone *undone)
{
	buf_release(&undone->subject);
	buf_release(&undone->retracted);
}

static void undo_note(const struct undoing *u, const struct target *t, struct undone *undone)
{
	snprintf(undone->commit, sizeof undone->commit, "%s", t->id);
	buf_adds(&undone->subject, t->subject);
	if (u->action && u->retracted == 1)
		buf_addf(&undone->retracted, _(" (%s is retracted)"), u->label);
	else if (u->action && u->retracted)
		buf_addf(
		    &undone->retracted,
		    P_(" (%zu record is retracted)", " (%zu records are retracted)", (unsigned long long)u->retracted),
		    u->retracted);
}

static int find_target(struct case_file *c, struct target *t, struct err *err)
{
	memset(t, 0, sizeof *t);
	t->c = c;
	t->undone = json_object();
	int rc = history_log(c->history, NULL, NULL, 0, consider, t, err);
	return rc < 0 ? -1 : check_target(t, err);
}

int undo_possible(struct case_file *c, struct undone *undone, struct err *err)
{
	struct target t;
	int rc = find_target(c, &t, err);
	struct undoing dry = {.c = c, .err = err};
	if (rc == 0)
		rc = history_diff(c->history, t.parent, t.id, undo_one, &dry, err);
	if (rc == 0 && undone)
		undo_note(&dry, &t, undone);
	else if (undone)
		buf_adds(&undone->subject, t.subject);
	json_decref(t.undone);
	return rc;
}

int undo_last(struct case_file *c, const char *reason, const char *commit, struct undone *undone, struct err *err)
{
	if (!reason || !*reason)
		return err_set(err, ERR_USAGE, _("an undo needs a reason: --reason TEXT"));
	struct target *t = xcalloc(1, sizeof *t);
	int rc = find_target(c, t, err);
	if (rc == 0 && commit && strcmp(commit, t->id) != 0) {
		t->subject[0] = '\0'; /* it is not what the person meant */
		rc = err_set(err, ERR_FAILED,
		             _("your last action is another one by now: nothing was undone, begin again"));
	}
	struct action *a = rc == 0 ? action_begin(c, "undo", err) : NULL;
	if (a) {
		char trailer[64];
		snprintf(trailer, sizeof trailer, "%s%s", undoes, t->id);
		action_trailer(a, trailer);
		struct undoing u = {.c = c, .action = a, .reason = reason, .err = err};
		rc = history_diff(c->history, t->parent, t->id, undo_one, &u, err);
		if (rc == 0) {
			rc = action_commit(a, err);
			if (rc == 0 && undone)
				undo_note(&u, t, undone);
		} else {
			action_cancel(a);
		}
	} else {
		rc = -1;
	}
	if (rc < 0 && undone)
		buf_adds(&undone->subject, t->subject);
	json_decref(t->undone);
	free(t);
	return rc;
}
