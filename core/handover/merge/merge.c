#include "handover/merge/merge.h"
#include "case/kind/stored_words.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/action.h"
#include "case/care/invariants.h"
#include "case/identity/identity.h"
#include "case/store/labels.h"
#include "case/store/record.h"
#include "handover/merge/merge_detail.h"
#include "handover/merge/merge_labels.h"
#include "handover/merge/merge_private.h"

#include <stdlib.h>
#include <string.h>

#define NAME_CELLS 30 /* of who did what is merged: how much it is stands behind the name */

void merge_tell(json_t *lines, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *safe = printable_vdup(format, args);
	va_end(args);
	json_array_append_new(lines, json_string(safe));
	free(safe);
}

/* ---- writing it */

/* Told as it is read: with texts, not their digests. */
static void tell_record(struct merge_plan *m, const char *text, int is_new)
{
	json_t *object = record_from_stored(m->c, text, strlen(text), 0, NULL);
	const char *kind = json_get_string(object, "kind");
	char *title = record_title(object);
	if (kind_has(kind, KIND_CONFLICT))
		merge_tell(m->report->lines, _("to decide: %s %s: %s or %s"), record_label(object),
		           json_get_string(object, "field"),
		           json_get_string(object, "one") ? json_get_string(object, "one") : _("(unset)"),
		           json_get_string(object, "other") ? json_get_string(object, "other") : _("(unset)"));
	else if (is_new)
		merge_tell(m->report->lines, _("new: %s %s"), record_label(object), title);
	else
		merge_tell(m->report->lines, _("changed: %s %s"), record_label(object), title);
	free(title);
	json_decref(object);
}

static int store_file(struct merge_plan *m, const char *path, const char *text)
{
	json_t *object = strchr(path, '/') ? json_parse(text, strlen(text), m->err) : NULL;
	if (!object)
		return strchr(path, '/') ? -1 : 0;
	json_t *here = record_get(m->c, json_get_string(object, "id"), RECORD_RAW | RECORD_WITH_RETRACTED, NULL);
	int rc = label_is_taken(m->c, record_label(object), json_get_string(object, "id"))
	             ? err_set(m->err, ERR_INVALID, _("nothing was merged: there would be two records called %s"),
	                       record_label(object))
	             : action_store(m->action, object, m->err);
	if (rc == 0 && record_origins_last(m->origins, path, object, m->err) < 0)
		rc = err_prefix(m->err, _("nothing was merged, since what came is not in order"));
	if (!m->planned) {
		m->report->records += !kind_has(json_get_string(object, "kind"), KIND_CONFLICT);
		tell_record(m, text, here == NULL);
	}
	json_decref(here);
	json_decref(object);
	return rc;
}

/* Rows whose label another record is about to get give it up first. */
static int release_labels(struct merge_plan *m)
{
	const char *path;
	json_t *text;
	int rc = 0;
	json_object_foreach(m->result.files, path, text) {
		json_t *object =
		    strchr(path, '/') ? json_parse(json_string_value(text), json_string_length(text), NULL) : NULL;
		if (object && rc == 0)
			rc = label_make_free(m->c, json_get_string(object, "id"), record_label(object), m->err);
		json_decref(object);
	}
	return rc;
}

static int store_files(struct merge_plan *m)
{
	size_t n;
	char **paths = json_names(m->result.files, &n);
	int rc = release_labels(m);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = store_file(m, paths[i], json_string_value(json_object_get(m->result.files, paths[i])));
	json_names_free(paths, n);
	return rc;
}

static int collect_file(void *ctx, const char *path, const struct buf *old_text, const struct buf *new_text)
{
	(void)old_text;
	if (new_text)
		json_object_set_new(ctx, path, json_string(new_text->data));
	return 0;
}

/* The responders of those keys, by label, and the keys. */
struct naming_keys {
	const struct merge_plan *m;
	struct buf labels;
};

static int name_responder(void *ctx, const struct responder *r)
{
	struct naming_keys *n = ctx;
	struct buf print = BUF_INIT;
	if (r->has_key)
		ssh_fingerprint(r->key, &print);
	if (print.len && json_object_get(n->m->quarantine.keys, print.data))
		buf_addf(&n->labels, "%s%s", n->labels.len ? "," : "", r->label);
	buf_release(&print);
	return 0;
}

/* The commit names the keys that it vouches for, and has the decision with the reason in it. */
static int vouch(struct merge_plan *m)
{
	char now[CLOCK_TEXT];
	char label[LABEL_TEXT];
	struct naming_keys n = {m, BUF_INIT};
	struct buf trailer = BUF_INIT;
	const char *print;
	json_t *value;
	buf_adds(&trailer, "Genba-Vouch:");
	json_object_foreach(m->quarantine.keys, print, value)
		buf_addf(&trailer, " %s", print);
	int rc = responder_each(m->c, name_responder, &n, m->err);
	clock_format(clock_now(), now);
	struct assign fields[] = {{"title", WORDS_VOUCH_QUESTION},
	                          {"choice", WORDS_VOUCH_CHOICE},
	                          {"reason", m->vouch},
	                          {"by", case_responder_name(m->c)},
	                          {"when", now},
	                          {"on", n.labels.data}};
	if (rc >= 0)
		rc = action_add(m->action, "decision", fields, n.labels.len ? 6 : 5, 0, label, m->err);
	if (rc >= 0 && !m->planned)
		merge_tell(m->report->notes, _("on record: %s, the decision to take in what revoked keys signed"),
		           label);
	action_trailer(m->action, trailer.data);
	buf_release(&trailer);
	buf_release(&n.labels);
	return rc < 0 ? -1 : 0;
}

/* ---- the plan: what the files of the tree become */

/* Ours is contained in theirs, and nothing is to be decided on record: the history moves on to their last commit. */
static int plan_forward(struct merge_plan *m)
{
	m->report->outcome = MERGE_FORWARD;
	m->result.files = json_object();
	return history_diff(m->h, m->head, m->tip, collect_file, m->result.files, m->err);
}

static int plan_commit(struct merge_plan *m)
{
	m->report->outcome = MERGE_MADE;
	/* a commit of ours beside our own revocation would count nowhere, here neither */
	if (responders_is_revoked(record_origins_responders(m->origins), m->tip, case_identity(m->c)->public_key))
		return err_set(
		    m->err, ERR_FAILED,
		    _("nothing was merged: by what came, your own key is revoked, and your merge would not "
		      "count; ask a colleague to merge it, or to take the revocation up with whoever made it"));
	if (merge_trees(m->h, m->head, m->tip, &m->result, m->err) < 0)
		return -1;
	m->report->conflicts = m->result.conflicts;
	struct merge_labels how = {m->c,       m->origins,          m->head,         m->tip,
	                           &m->result, &m->report->renamed, m->report->notes};
	return merge_labels_settle(&how, m->err);
}

static int plan(struct merge_plan *m)
{
	uint64_t ours;
	uint64_t theirs;
	if (history_number(m->h, m->head, &ours, m->err) < 0 || history_number(m->h, m->tip, &theirs, m->err) < 0)
		return -1;
	if (history_is_ancestor(m->h, theirs, ours)) {
		m->report->outcome = MERGE_NOTHING;
		return 0;
	}
	/* a decision needs a commit of its own */
	return history_is_ancestor(m->h, ours, theirs) && !json_object_size(m->quarantine.keys) ? plan_forward(m)
	                                                                                        : plan_commit(m);
}

/* Field by field, while it is all there, and before it is rolled back. */
static int tell_detail(struct merge_plan *m)
{
	char bases[HISTORY_BASES][HISTORY_ID];
	size_t count = 0;
	const char *base = m->head;
	if (m->report->outcome == MERGE_MADE) {
		if (history_bases(m->h, m->head, m->tip, bases, &count, m->err) < 0)
			return -1;
		base = count ? bases[0] : "";
	}
	m->report->detail = merge_detail(m->c, base, m->head, m->tip, m->result.files, m->err);
	return m->report->detail ? 0 : -1;
}

/* ---- writing it */

static int keeps_its_mark(void *ctx, const struct responder *r)
{
	struct merge_plan *m = ctx;
	if (!r->has_key || !responders_mark_is_held(record_origins_responders(m->origins), m->head, r->key, r->mark))
		return 0;
	char *line = xasprintf(_("%s gives the mark %s, which is another key's, to a new one"), r->label, r->mark);
	merge_finding(m, line);
	free(line);
	return 0;
}

/* The result against what this copy held, and against what holds over all records; whatever the steps were. */
static int check_result(struct merge_plan *m)
{
	int more = 1;
	while ((more = record_origins_end(m->origins, 4096, merge_finding, m, m->err)) == 1)
		;
	if (more < 0 || responder_each(m->c, keeps_its_mark, m, m->err) < 0 ||
	    invariants_check(m->c, merge_finding, m, m->err) < 0)
		return -1;
	return m->findings.len ? err_set(m->err, ERR_DAMAGED,
	                                 _("nothing was merged, since what came is not in order: %s"), m->findings.data)
	                       : 0;
}

static void name_commit(struct merge_plan *m)
{
	if (m->report->outcome == MERGE_FORWARD) {
		action_forwards(m->action, m->tip);
		return;
	}
	const char *from = m->p->is_signed && *m->p->from ? m->p->from : "another copy";
	char *subject = xasprintf("merge %.10s of %.*s: %zu action%s", m->tip, (int)text_fit(from, NAME_CELLS, NULL),
	                          from, m->report->commits, m->report->commits == 1 ? "" : "s");
	action_merges(m->action, m->tip);
	action_subject(m->action, subject);
	free(subject);
}

/* What rooms keep beside the records; of what is set aside nothing comes. */
static int store_rooms(struct merge_plan *m)
{
	return parcel_store_rooms(m->c, m->p, m->keep, m->planned ? NULL : m->report->notes, m->err);
}

static int write_plan(struct merge_plan *m)
{
	if (parcel_store(m->c, m->p, m->named, m->err) < 0)
		return -1;
	if (m->report->outcome == MERGE_NOTHING)
		return store_rooms(m);
	if (store_files(m) < 0 || store_rooms(m) < 0 || check_result(m) < 0)
		return -1;
	if (m->report->outcome == MERGE_MADE && json_object_size(m->quarantine.keys) && vouch(m) < 0)
		return -1;
	name_commit(m);
	return 0;
}

/* ---- in one transaction: all of it, or nothing */

static void end_attempt(struct merge_plan *m)
{
	json_decref(m->named);
	free(m->accepted.commits);
	free(m->accepted.seconds);
	memset(&m->accepted, 0, sizeof m->accepted);
	m->named = NULL;
}

static int begin_attempt(struct merge_plan *m)
{
	if (!(m->action = action_begin(m->c, "merge", m->err)))
		return -1;
	m->named = json_object();
	return merge_believe(m);
}

int merge_attempt(struct merge_plan *m, int keep)
{
	m->keep = keep;
	int rc = begin_attempt(m);
	if (rc == 0 && m->retreat) { /* up to what is set aside: judged by itself */
		action_cancel(m->action);
		end_attempt(m);
		snprintf(m->tip, sizeof m->tip, "%s", m->quarantine.tip);
		m->retreat = m->believed = 0;
		rc = begin_attempt(m);
	}
	if (rc == 0 && !m->planned)
		rc = plan(m);
	if (rc == 0)
		rc = write_plan(m);
	if (rc == 0 && !m->planned && m->report->outcome != MERGE_NOTHING)
		rc = merge_tell_twice(m);
	if (rc == 0 && !keep && m->report->outcome != MERGE_NOTHING)
		rc = tell_detail(m);
	if (rc == 0 && keep) {
		rc = action_commit(m->action, m->err);
	} else if (m->action) {
		action_cancel(m->action);
	}
	m->action = NULL;
	m->planned |= rc == 0;
	end_attempt(m);
	snprintf(m->report->tip, sizeof m->report->tip, "%s", m->tip);
	return rc;
}

int merge_begin(struct merge_plan *m, const char *reason)
{
	memset(m->report, 0, sizeof *m->report);
	m->report->lines = json_array();
	m->report->notes = json_array();
	quarantine_release(&m->quarantine);
	merge_result_release(&m->result);
	memset(&m->result, 0, sizeof m->result);
	buf_release(&m->findings);
	m->believed = m->retreat = m->planned = m->has_revoked = 0;
	snprintf(m->tip, sizeof m->tip, "%s", m->p->tip);
	if (reason && !*reason)
		return err_set(m->err, ERR_USAGE, _("vouching for what a revoked key signed needs a reason"));
	free(m->vouch);
	m->vouch = reason ? xstrdup(reason) : NULL;
	return history_head(m->h, m->head, m->err);
}

void merge_end(struct merge_plan *m)
{
	quarantine_release(&m->quarantine);
	record_origins_free(m->origins);
	merge_result_release(&m->result);
	history_incoming_free(m->in);
	buf_release(&m->findings);
	free(m->vouch);
}

int case_merge(struct case_file *c, const struct parcel *p, const char *reason, int dry_run,
               const struct progress *progress, struct merge_report *report, struct err *err)
{
	struct merge_plan m = {
	    .c = c, .h = case_history(c), .p = p, .progress = progress, .report = report, .err = err};
	int rc = merge_begin(&m, reason);
	if (rc == 0)
		rc = merge_attempt(&m, !dry_run);
	merge_end(&m);
	return rc;
}

void merge_report_release(struct merge_report *report)
{
	json_decref(report->lines);
	json_decref(report->notes);
	json_decref(report->detail);
	report->lines = report->notes = report->detail = NULL;
}
