#include "handover/merge.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action.h"
#include "case/record.h"
#include "handover/judge.h"
#include "handover/keys.h"
#include "handover/merge_labels.h"
#include "handover/merge_tree.h"
#include "handover/unpack.h"

#include <stdlib.h>
#include <string.h>

struct merging {
	struct case_file *c;
	struct history *h;
	const struct parcel *p;
	const struct progress *progress;
	struct merge_report *report;
	struct err *err;
	struct history_incoming *in;
	struct history_accepted accepted;
	struct known_keys keys;
	json_t *named; /* digests of texts and files that the new commits name */
	struct buf findings;
	char head[HISTORY_ID];
	struct action *action;
};

__attribute__((format(printf, 2, 3))) static void tell(struct merging *m, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&line, format, args);
	va_end(args);
	char *safe = printable_dup(line.data);
	json_array_append_new(m->report->lines, json_string(safe));
	free(safe);
	buf_release(&line);
}

/* ---- believing it */

static void on_finding(void *ctx, const char *text)
{
	struct merging *m = ctx;
	if (m->findings.len < 900)
		buf_addf(&m->findings, "%s%s", m->findings.len ? "; " : "", text);
}

static int may_have_signed(void *ctx, uint64_t number, const char *commit, const char *parent,
                           const unsigned char key[32])
{
	struct merging *m = ctx;
	(void)number;
	(void)commit;
	return parent && known_keys_has(&m->keys, parent, key);
}

/* A key revoked on our side counts only in what we had before its revocation: the rest is set aside. */
static int check_revoked(struct merging *m)
{
	struct buf who = BUF_INIT;
	int rc = known_keys_revoked(&m->keys, m->head, (const char(*)[HISTORY_ID])m->accepted.commits,
	                            m->accepted.count, &who, m->err);
	if (rc > 0)
		rc = err_set(m->err, ERR_FAILED,
		             _("set aside, nothing was merged: %s signed what came, but was revoked in this copy; ask "
		               "for what was "
		               "done before, or record it anew yourself"),
		             who.data);
	buf_release(&who);
	return rc;
}

/* Nobody signs on behind a revocation, also not with a merge that puts it second. */
static int check_seconds(struct merging *m)
{
	for (size_t i = 0; i < m->accepted.count; i++) {
		unsigned char key[32];
		if (!*m->accepted.seconds[i])
			continue;
		if (history_signer_of(m->h, m->accepted.commits[i], key, m->err) < 0)
			return -1;
		if (known_keys_is_revoked(&m->keys, m->accepted.seconds[i], key))
			return err_set(m->err, ERR_DAMAGED,
			               _("nothing was merged: commit %.10s is signed by a key that was revoked before"),
			               m->accepted.commits[i]);
	}
	return 0;
}

/* Texts and files are believed for their digest; a stranger's parcel is not taken all the same. */
static int check_sender(struct merging *m)
{
	const struct parcel *p = m->p;
	if (!p->is_signed)
		return 0;
	if (!known_keys_has(&m->keys, p->tip, p->signer))
		return err_set(m->err, ERR_DAMAGED,
		               _("the parcel is signed by somebody who is no responder of this case"));
	if (known_keys_is_revoked(&m->keys, m->head, p->signer))
		return err_set(m->err, ERR_DAMAGED,
		               _("the parcel is signed by a responder who was revoked in this copy"));
	return 0;
}

static int believe(struct merging *m)
{
	char tip[HISTORY_ID];
	struct parcel const *p = m->p;
	if (strcmp(p->case_id, case_id(m->c)) != 0)
		return err_set(m->err, ERR_INVALID, _("it belongs to another case (%.8s…, this one is %.8s…)"),
		               p->case_id, case_id(m->c));
	for (size_t i = 0; i < p->need_count; i++)
		if (!history_has(m->h, p->needs[i]))
			return err_set(m->err, ERR_INVALID,
			               _("it builds on %.10s, which never came to this copy: ask for the parcel "
			                 "before, or for a whole one"),
			               p->needs[i]);
	if (p->bundle_size == 0)
		return history_has(m->h, p->tip) ? check_sender(m)
		                                 : err_set(m->err, ERR_INVALID, _("the parcel is empty"));
	if (unpack_bundle(p->bundle, p->bundle_size, m->in, tip, m->progress, m->err) < 0)
		return -1;
	if (strcmp(tip, p->tip) != 0)
		return err_set(m->err, ERR_INVALID, _("the parcel and its bundle do not name the same last commit"));
	if (history_accept(m->h, m->in, p->tip, judge_file, m->named, &m->accepted, m->err) < 0)
		return -1;
	struct history_check_spec spec = {.key = may_have_signed, .finding = on_finding, .ctx = m};
	if (m->accepted.count && history_verify_commits(m->h, p->tip, m->accepted.count, &spec, m->err) < 0)
		return -1;
	if (m->findings.len)
		return err_set(m->err, ERR_DAMAGED, _("nothing was merged, since what came is not in order: %s"),
		               m->findings.data);
	m->report->commits = m->accepted.count;
	if (check_seconds(m) < 0 || check_revoked(m) < 0)
		return -1;
	return check_sender(m);
}

/* ---- writing it */

static void tell_record(struct merging *m, const json_t *object, int is_new)
{
	char *title = record_title(object);
	const char *kind = json_get_string(object, "kind");
	if (strcmp(kind, "conflict") == 0)
		tell(m, _("to decide: %s %s: %s or %s"), record_label(object), json_get_string(object, "field"),
		     json_get_string(object, "one") ? json_get_string(object, "one") : _("(unset)"),
		     json_get_string(object, "other") ? json_get_string(object, "other") : _("(unset)"));
	else if (is_new)
		tell(m, _("new: %s %s"), record_label(object), title);
	else
		tell(m, _("changed: %s %s"), record_label(object), title);
	free(title);
}

static int store_file(struct merging *m, const char *path, const char *text)
{
	json_t *object = strchr(path, '/') ? json_parse(text, strlen(text), m->err) : NULL;
	if (!object)
		return strchr(path, '/') ? -1 : 0;
	json_t *here = record_get(m->c, json_get_string(object, "id"), RECORD_RAW | RECORD_WITH_RETRACTED, NULL);
	int rc = action_store(m->action, object, m->err);
	m->report->records++;
	tell_record(m, object, here == NULL);
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

static int forward(struct merging *m)
{
	json_t *files = json_object();
	int rc = history_diff(m->h, m->head, m->p->tip, collect_file, files, m->err);
	if (rc == 0)
		rc = store_files(m, files);
	m->report->outcome = MERGE_FORWARD;
	action_forwards(m->action, m->p->tip);
	json_decref(files);
	return rc;
}

static int make_commit(struct merging *m)
{
	struct merge_result result;
	int rc = merge_trees(m->h, m->head, m->p->tip, &result, m->err);
	if (rc == 0)
		rc = merge_labels_settle(m->c, m->head, m->p->tip, &result, &m->report->renamed, m->report->lines,
		                         m->err);
	if (rc == 0)
		rc = store_files(m, result.files);
	m->report->conflicts = result.conflicts;
	m->report->outcome = MERGE_MADE;
	char *subject = xasprintf("merge %.10s of %s: %zu actions", m->p->tip,
	                          *m->p->from ? m->p->from : "another copy", m->report->commits);
	action_merges(m->action, m->p->tip);
	action_subject(m->action, subject);
	free(subject);
	merge_result_release(&result);
	return rc;
}

static int write_merge(struct merging *m)
{
	uint64_t ours;
	uint64_t theirs;
	if (history_number(m->h, m->head, &ours, m->err) < 0 || history_number(m->h, m->p->tip, &theirs, m->err) < 0 ||
	    parcel_store(m->c, m->p, m->named, m->err) < 0)
		return -1;
	int ours_in_theirs = history_is_ancestor(m->h, ours, theirs);
	int theirs_in_ours = history_is_ancestor(m->h, theirs, ours);
	if (theirs_in_ours) {
		m->report->outcome = MERGE_NOTHING;
		return 0;
	}
	return ours_in_theirs ? forward(m) : make_commit(m);
}

int case_merge(struct case_file *c, const struct parcel *p, int dry_run, const struct progress *progress,
               struct merge_report *report, struct err *err)
{
	struct merging m = {.c = c, .h = case_history(c), .p = p, .progress = progress, .report = report, .err = err};
	memset(report, 0, sizeof *report);
	report->lines = json_array();
	snprintf(report->tip, sizeof report->tip, "%s", p->tip);
	buf_init(&m.findings);
	if (history_head(m.h, m.head, err) < 0 || !(m.action = action_begin(c, "merge", err)))
		return -1;
	m.in = history_incoming_new();
	known_keys_init(&m.keys, m.h);
	m.named = json_object();
	int rc = believe(&m);
	if (rc == 0)
		rc = write_merge(&m);
	if (rc < 0 || dry_run)
		action_cancel(m.action);
	else
		rc = action_commit(m.action, err);
	known_keys_release(&m.keys);
	history_incoming_free(m.in);
	json_decref(m.named);
	free(m.accepted.commits);
	free(m.accepted.seconds);
	buf_release(&m.findings);
	return rc;
}

void merge_report_release(struct merge_report *report)
{
	json_decref(report->lines);
	report->lines = NULL;
}
