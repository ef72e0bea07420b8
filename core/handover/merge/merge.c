#include "handover/merge/merge.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/action/action.h"
#include "case/identity/identity.h"
#include "case/store/labels.h"
#include "case/store/record.h"
#include "handover/merge/merge_detail.h"
#include "handover/merge/merge_labels.h"
#include "handover/merge/merge_private.h"
#include "handover/merge/merge_tree.h"

#include <stdlib.h>
#include <string.h>

void merge_tell(json_t *lines, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&line, format, args);
	va_end(args);
	char *safe = printable_dup(line.data);
	json_array_append_new(lines, json_string(safe));
	free(safe);
	buf_release(&line);
}

/* ---- writing it */

/* Told as it is read: with texts, not their digests. */
static void tell_record(struct merging *m, const char *text, int is_new)
{
	json_t *object = record_from_stored(m->c, text, strlen(text), 0, NULL);
	const char *kind = json_get_string(object, "kind");
	char *title = record_title(object);
	if (kind && strcmp(kind, "conflict") == 0)
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

static int store_file(struct merging *m, const char *path, const char *text)
{
	json_t *object = strchr(path, '/') ? json_parse(text, strlen(text), m->err) : NULL;
	if (!object)
		return strchr(path, '/') ? -1 : 0;
	json_t *here = record_get(m->c, json_get_string(object, "id"), RECORD_RAW | RECORD_WITH_RETRACTED, NULL);
	int rc = label_is_taken(m->c, record_label(object), json_get_string(object, "id"))
	             ? err_set(m->err, ERR_INVALID, _("nothing was merged: there would be two records called %s"),
	                       record_label(object))
	             : action_store(m->action, object, m->err);
	m->report->records++;
	tell_record(m, text, here == NULL);
	json_decref(here);
	json_decref(object);
	return rc;
}

static int store_files(struct merging *m, json_t *files)
{
	size_t n;
	char **paths = json_names(files, &n);
	int rc = merge_labels_clear(m->c, files, m->err);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = store_file(m, paths[i], json_string_value(json_object_get(files, paths[i])));
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

/* For a dry run: while it is all there, and before it is rolled back. */
static int tell_detail(struct merging *m, const char *base, const json_t *files)
{
	if (m->dry_run && !(m->report->detail = merge_detail(m->c, base, m->head, m->tip, files, m->err)))
		return -1;
	return 0;
}

static int forward(struct merging *m)
{
	json_t *files = json_object();
	int rc = history_diff(m->h, m->head, m->tip, collect_file, files, m->err);
	if (rc == 0)
		rc = store_files(m, files);
	if (rc == 0)
		rc = tell_detail(m, m->head, files);
	m->report->outcome = MERGE_FORWARD;
	action_forwards(m->action, m->tip);
	json_decref(files);
	return rc;
}

/* The responders of those keys, by label, and the keys. */
struct naming_keys {
	const struct merging *m;
	struct buf labels;
};

static int name_responder(void *ctx, json_t *record)
{
	struct naming_keys *n = ctx;
	const char *line = json_get_string(record, "key");
	unsigned char key[32];
	struct buf print = BUF_INIT;
	if (line && ssh_public_parse(line, key, NULL) == 0)
		ssh_fingerprint(key, &print);
	if (print.len && json_object_get(n->m->aside.keys, print.data))
		buf_addf(&n->labels, "%s%s", n->labels.len ? "," : "", record_label(record));
	buf_release(&print);
	return 0;
}

/* The commit names the keys that it vouches for, and has the decision with the reason in it. */
static int vouch(struct merging *m)
{
	char now[CLOCK_TEXT];
	char label[LABEL_TEXT];
	struct naming_keys n = {m, BUF_INIT};
	struct buf trailer = BUF_INIT;
	const char *print;
	json_t *value;
	buf_adds(&trailer, "Genba-Vouch:");
	json_object_foreach(m->aside.keys, print, value)
		buf_addf(&trailer, " %s", print);
	int rc = record_each(m->c, "responder", RECORD_WITH_RETRACTED, name_responder, &n, m->err);
	clock_format(clock_now(), now);
	struct assign fields[] = {{"title", _("Does work that a revoked key signed count?")},
	                          {"choice", _("it is taken in")},
	                          {"reason", m->vouch},
	                          {"by", case_identity(m->c)->name},
	                          {"when", now},
	                          {"on", n.labels.data}};
	if (rc >= 0)
		rc = action_add(m->action, "decision", fields, n.labels.len ? 6 : 5, 0, label, m->err);
	if (rc >= 0)
		merge_tell(m->report->notes, _("on record: %s, the decision to take in what revoked keys signed"),
		           label);
	action_trailer(m->action, trailer.data);
	buf_release(&trailer);
	buf_release(&n.labels);
	return rc < 0 ? -1 : 0;
}

static int make_commit(struct merging *m)
{
	struct merge_result result;
	char bases[HISTORY_BASES][HISTORY_ID];
	size_t count = 0;
	int rc = merge_trees(m->h, m->head, m->tip, &result, m->err);
	if (rc == 0)
		rc = merge_labels_settle(m->c, m->head, m->tip, &result, &m->report->renamed, m->report->notes, m->err);
	if (rc == 0)
		rc = store_files(m, result.files);
	if (rc == 0)
		rc = history_bases(m->h, m->head, m->tip, bases, &count, m->err);
	if (rc == 0)
		rc = tell_detail(m, count ? bases[0] : "", result.files);
	if (rc == 0 && json_object_size(m->aside.keys))
		rc = vouch(m);
	m->report->conflicts = result.conflicts;
	m->report->outcome = MERGE_MADE;
	char *subject = xasprintf("merge %.10s of %s: %zu actions", m->tip, *m->p->from ? m->p->from : "another copy",
	                          m->report->commits);
	action_merges(m->action, m->tip);
	action_subject(m->action, subject);
	free(subject);
	merge_result_release(&result);
	return rc;
}

static int write_merge(struct merging *m)
{
	uint64_t ours;
	uint64_t theirs;
	if (history_number(m->h, m->head, &ours, m->err) < 0 || history_number(m->h, m->tip, &theirs, m->err) < 0 ||
	    parcel_store(m->c, m->p, m->named, m->err) < 0)
		return -1;
	int ours_in_theirs = history_is_ancestor(m->h, ours, theirs);
	int theirs_in_ours = history_is_ancestor(m->h, theirs, ours);
	if (theirs_in_ours) {
		m->report->outcome = MERGE_NOTHING;
		return 0;
	}
	/* a decision needs a commit of its own */
	return ours_in_theirs && !json_object_size(m->aside.keys) ? forward(m) : make_commit(m);
}

/* In one transaction: all of it, or nothing. */
static int attempt(struct merging *m)
{
	if (!(m->action = action_begin(m->c, "merge", m->err)))
		return -1;
	known_keys_init(&m->keys, m->h);
	m->named = json_object();
	int rc = merge_believe(m);
	if (rc == 0 && !m->retreat)
		rc = write_merge(m);
	if (rc < 0 || m->dry_run || m->retreat)
		action_cancel(m->action);
	else
		rc = action_commit(m->action, m->err);
	known_keys_release(&m->keys);
	json_decref(m->named);
	free(m->accepted.commits);
	free(m->accepted.seconds);
	memset(&m->accepted, 0, sizeof m->accepted);
	return rc;
}

int case_merge_vouched(struct case_file *c, const struct parcel *p, const char *reason, int dry_run,
                       const struct progress *progress, struct merge_report *report, struct err *err)
{
	struct merging m = {.c = c,
	                    .h = case_history(c),
	                    .p = p,
	                    .progress = progress,
	                    .report = report,
	                    .err = err,
	                    .dry_run = dry_run,
	                    .vouch = reason};
	memset(report, 0, sizeof *report);
	report->lines = json_array();
	report->notes = json_array();
	buf_init(&m.findings);
	snprintf(m.tip, sizeof m.tip, "%s", p->tip);
	if (reason && !*reason)
		return err_set(err, ERR_USAGE, _("vouching for what a revoked key signed needs a reason"));
	if (history_head(m.h, m.head, err) < 0)
		return -1;
	m.in = history_incoming_new();
	int rc = attempt(&m);
	if (rc == 0 && m.retreat) {
		snprintf(m.tip, sizeof m.tip, "%s", m.aside.tip);
		aside_release(&m.aside);
		m.retreat = 0;
		rc = attempt(&m);
	}
	snprintf(report->tip, sizeof report->tip, "%s", m.tip);
	aside_release(&m.aside);
	history_incoming_free(m.in);
	buf_release(&m.findings);
	return rc;
}

int case_merge(struct case_file *c, const struct parcel *p, int dry_run, const struct progress *progress,
               struct merge_report *report, struct err *err)
{
	return case_merge_vouched(c, p, NULL, dry_run, progress, report, err);
}

void merge_report_release(struct merge_report *report)
{
	json_decref(report->lines);
	json_decref(report->notes);
	json_decref(report->detail);
	report->lines = report->notes = report->detail = NULL;
}
