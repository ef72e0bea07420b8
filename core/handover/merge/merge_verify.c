/* Believing what came from another copy: nothing of it counts before all of it was judged. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record_validate.h"
#include "handover/merge/merge_private.h"
#include "handover/merge/merge_validate.h"
#include "handover/parcel/unpack.h"

#include <stdlib.h>
#include <string.h>

void merge_finding(void *ctx, const char *text)
{
	struct merge_plan *m = ctx;
	if (m->findings.len < 900)
		buf_addf(&m->findings, "%s%s", m->findings.len ? "; " : "", text);
}

static void commit_finding(struct merge_plan *m, const char *commit, const struct err *why)
{
	char *line = xasprintf(_("commit %.10s: %s"), commit, why->message);
	merge_finding(m, line);
	free(line);
}

static int may_have_signed(void *ctx, const struct history_signed *commit)
{
	struct merge_plan *m = ctx;
	struct err why = ERR_INIT;
	if (!commit->parent_count ||
	    !responders_counts(record_origins_responders(m->origins), commit->parents[0], commit->key))
		return 0;
	if (record_origins_commit(m->origins, commit, &why) < 0)
		commit_finding(m, commit->id, &why);
	return 1;
}

/* Called for the files of the commit that may_have_signed() was asked about last. */
static void check_file(void *ctx, const char *commit, const char *path, const void *text, size_t n)
{
	struct merge_plan *m = ctx;
	struct err why = ERR_INIT;
	json_t *record = record_validate(path, text, n, &why);
	if (!record || record_origins_file(m->origins, path, record, &why) < 0)
		commit_finding(m, commit, &why);
	json_decref(record);
}

/* Nobody signs on behind a revocation, also not with a merge that puts it second. */
static int check_seconds(struct merge_plan *m)
{
	for (size_t i = 0; i < m->accepted.count; i++) {
		unsigned char key[32];
		if (!*m->accepted.seconds[i])
			continue;
		if (history_signer_of(m->h, m->accepted.commits[i], key, m->err) < 0)
			return -1;
		if (responders_is_revoked(record_origins_responders(m->origins), m->accepted.seconds[i], key))
			return err_set(m->err, ERR_DAMAGED,
			               _("nothing was merged: commit %.10s is signed by a key that was revoked before"),
			               m->accepted.commits[i]);
	}
	return 0;
}

/* Texts and files are believed for their digest; a stranger's parcel is not taken all the same. Who it is from is who
 * signed it. */
static int check_sender(struct merge_plan *m)
{
	const struct parcel *p = m->p;
	struct responders *r = record_origins_responders(m->origins);
	if (!p->is_signed)
		return 0;
	if (!responders_counts(r, m->tip, p->signer))
		return err_set(m->err, ERR_DAMAGED,
		               _("the parcel is signed by somebody who is no responder of this case"));
	m->has_revoked = responders_is_revoked(r, m->head, p->signer);
	if (!m->vouch && m->has_revoked)
		return err_set(m->err, ERR_DAMAGED,
		               _("the parcel is signed by a responder who was revoked in this copy"));
	if (*p->from && !responders_has_mark(r, m->tip, p->signer, p->from) &&
	    !responders_has_mark(r, m->head, p->signer, p->from))
		return err_set(m->err, ERR_DAMAGED, _("the parcel says that it is from %s, who did not sign it"),
		               p->from);
	return 0;
}

static void tell_quarantine(struct merge_plan *m)
{
	size_t i;
	json_t *line;
	json_array_foreach(m->quarantine.lines, i, line)
		merge_tell(m->report->notes, "%s", json_string_value(line));
}

static int refuse_void(struct merge_plan *m)
{
	const char *who = json_object_iter_key(json_object_iter(m->quarantine.keys));
	if (m->quarantine.own)
		return err_set(m->err, ERR_FAILED,
		               P_("nothing was merged: by what came, %s is revoked, but signed %zu action of this copy "
		                  "after that; --vouch REASON keeps them, on record",
		                  "nothing was merged: by what came, %s is revoked, but signed %zu actions of this "
		                  "copy after that; --vouch REASON keeps them, on record",
		                  (unsigned long long)m->quarantine.own),
		               who, m->quarantine.own);
	return err_set(m->err, ERR_FAILED,
	               _("set aside, nothing was merged: %s signed what came, but was revoked; ask for what was done "
	                 "before, record it anew yourself, or take it in on record: --vouch REASON"),
	               who);
}

/* What revoked keys signed beside their revocation is set aside, with what builds on it, unless somebody vouches for it. */
static int check_quarantine(struct merge_plan *m)
{
	quarantine_release(&m->quarantine);
	if (quarantine_look(m->c, &m->accepted, m->tip, &m->quarantine, m->err) < 0)
		return -1;
	int first = strcmp(m->tip, m->p->tip) == 0;
	if (first && !m->planned)
		tell_quarantine(m);
	m->report->vouched = m->quarantine.vouched;
	if (m->quarantine.count + m->quarantine.own == 0)
		return 0;
	m->has_revoked = 1;
	if (m->vouch)
		return 0;
	if (!first || m->quarantine.own || !*m->quarantine.tip)
		return refuse_void(m);
	m->report->quarantined = m->quarantine.count;
	m->retreat = 1;
	return 0;
}

static int check_case(struct merge_plan *m)
{
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
	return 0;
}

static int merge_verify_unpack(struct merge_plan *m)
{
	char tip[HISTORY_ID] = "";
	struct parcel const *p = m->p;
	if (m->in)
		return 0;
	m->in = history_incoming_new();
	if (unpack_bundle(p->bundle, p->bundle_size, m->in, tip, m->progress, m->err) < 0)
		return -1;
	if (strcmp(tip, p->tip) != 0)
		return err_set(m->err, ERR_INVALID, _("the parcel and its bundle do not name the same last commit"));
	return 0;
}

/* Signatures, authors, and what no commit may change. */
static int judge_commits(struct merge_plan *m)
{
	struct history_check_spec spec = {
	    .key = may_have_signed, .file = check_file, .finding = merge_finding, .ctx = m};
	if (m->accepted.count && history_verify_commits(m->h, m->tip, m->accepted.count, &spec, m->err) < 0)
		return -1;
	if (m->findings.len)
		return err_set(m->err, ERR_DAMAGED, _("nothing was merged, since what came is not in order: %s"),
		               m->findings.data);
	m->believed = 1;
	return 0;
}

int merge_believe(struct merge_plan *m)
{
	uint64_t held;
	if (check_case(m) < 0 || history_count(m->h, &held, m->err) < 0)
		return -1;
	record_origins_free(m->origins);
	m->origins = record_origins_new(m->c, held);
	if (m->p->bundle_size == 0)
		return history_has(m->h, m->p->tip) ? check_sender(m)
		                                    : err_set(m->err, ERR_INVALID, _("the parcel is empty"));
	if (merge_verify_unpack(m) < 0)
		return -1;
	if (history_accept(m->h, m->in, m->tip, m->believed ? merge_validate_name : merge_validate_file, m->named,
	                   &m->accepted, m->err) < 0)
		return -1;
	if (!m->believed && judge_commits(m) < 0)
		return -1;
	m->report->commits = m->accepted.count;
	if (m->accepted.count && check_quarantine(m) < 0)
		return -1;
	return m->retreat || (check_seconds(m) == 0 && check_sender(m) == 0) ? 0 : -1;
}
