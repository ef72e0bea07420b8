/* Believing what came from another copy: nothing of it counts before all of it was judged. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "handover/merge/judge.h"
#include "handover/merge/merge_private.h"
#include "handover/parcel/unpack.h"

#include <stdlib.h>
#include <string.h>

static void on_finding(void *ctx, const char *text)
{
	struct merging *m = ctx;
	if (m->findings.len < 900)
		buf_addf(&m->findings, "%s%s", m->findings.len ? "; " : "", text);
}

static int take_parents(void *ctx, const struct history_entry *entry)
{
	struct merging *m = ctx;
	for (unsigned i = 0; i < entry->parent_count && i < 2; i++)
		memcpy(m->parents[i], entry->parents[i], HISTORY_ID);
	return 0;
}

static int may_have_signed(void *ctx, uint64_t number, const char *commit, const char *parent,
                           const unsigned char key[32])
{
	struct merging *m = ctx;
	(void)number;
	memcpy(m->signer, key, sizeof m->signer);
	m->parents[0][0] = m->parents[1][0] = '\0';
	history_entry_of(m->h, commit, take_parents, m, NULL);
	return parent && known_keys_has(&m->keys, parent, key);
}

/* The record as the parents have it: the number of parents that have it. */
static int read_before(struct merging *m, const char *path, json_t *before[2])
{
	int n = 0;
	for (int i = 0; i < 2; i++) {
		struct buf text = BUF_INIT;
		if (*m->parents[i] && history_read(m->h, m->parents[i], path, &text, NULL) == 0 &&
		    (before[n] = json_parse(text.data, text.len, NULL)) != NULL)
			n++;
		buf_release(&text);
	}
	return n;
}

static int begins_with_mark(const char *label, const char *mark)
{
	size_t n = strlen(mark);
	return label && strncmp(label, mark, n) == 0 && label[n] == '-';
}

/* Who entered a record is who signed the commit that brought it, and names it by the own mark: nobody writes in another's
 * name, nor uses up another's labels. The caller frees the finding; NULL: none. */
static char *judge_new(struct merging *m, const char *commit, const json_t *record)
{
	const char *author = json_get_string(record, "author");
	const char *label = json_get_string(record, "label");
	if (!author || !label)
		return NULL;
	if (!known_keys_is_mark(&m->keys, m->parents[0], m->signer, author))
		return xasprintf(_("commit %.10s: %s is said to be entered by %s, who did not sign it"), commit, label,
		                 author);
	if (!begins_with_mark(label, author) || json_object_get(record, "aliases"))
		return xasprintf(_("commit %.10s: %s is a label that %s could not give"), commit, label, author);
	return NULL;
}

static int was_called(const json_t *before, const json_t *name)
{
	size_t i;
	json_t *alias;
	json_array_foreach(json_object_get(before, "aliases"), i, alias)
		if (json_equal(alias, (json_t *)(uintptr_t)name))
			return 1;
	return json_equal(json_object_get(before, "label"), (json_t *)(uintptr_t)name);
}

/* Former labels are those that the record had: nobody takes another record's. Marks change in merges only. */
static char *judge_changed(const char *commit, const json_t *record, json_t *const before[2], int count, int merge)
{
	size_t i;
	json_t *alias;
	json_array_foreach(json_object_get(record, "aliases"), i, alias)
		if (!was_called(before[0], alias) && !(count > 1 && was_called(before[1], alias)))
			return xasprintf(_("commit %.10s: %s was never called %s"), commit, record_label(record),
			                 json_string_value(alias) ? json_string_value(alias) : "?");
	const char *kind = json_get_string(record, "kind");
	if (!merge && kind && strcmp(kind, "responder") == 0 &&
	    !json_equal(json_object_get(record, "mark"), json_object_get(before[0], "mark")))
		return xasprintf(_("commit %.10s: the mark of the responder %s was changed"), commit,
		                 record_label(record));
	return NULL;
}

/* Called for the files of the commit that may_have_signed() was asked about last. */
static void check_file(void *ctx, const char *commit, const char *path, const void *text, size_t n)
{
	struct merging *m = ctx;
	json_t *before[2] = {NULL, NULL};
	json_t *record = strchr(path, '/') ? json_parse(text, n, NULL) : NULL;
	const char *kind = json_get_string(record, "kind");
	char *line = NULL;
	if (kind && strcmp(kind, "conflict") != 0) { /* these the program makes */
		int count = read_before(m, path, before);
		line = count ? judge_changed(commit, record, before, count, *m->parents[1] != '\0')
		             : judge_new(m, commit, record);
	}
	if (line)
		on_finding(m, line);
	free(line);
	json_decref(before[0]);
	json_decref(before[1]);
	json_decref(record);
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
	if (!known_keys_has(&m->keys, m->tip, p->signer))
		return err_set(m->err, ERR_DAMAGED,
		               _("the parcel is signed by somebody who is no responder of this case"));
	if (!m->vouch && known_keys_is_revoked(&m->keys, m->head, p->signer))
		return err_set(m->err, ERR_DAMAGED,
		               _("the parcel is signed by a responder who was revoked in this copy"));
	return 0;
}

static void tell_aside(struct merging *m)
{
	size_t i;
	json_t *line;
	json_array_foreach(m->aside.lines, i, line)
		merge_tell(m->report->notes, "%s", json_string_value(line));
}

static int refuse_void(struct merging *m)
{
	const char *who = json_object_iter_key(json_object_iter(m->aside.keys));
	if (m->aside.own)
		return err_set(m->err, ERR_FAILED,
		               _("nothing was merged: by what came, %s is revoked, but signed %zu actions of this copy "
		                 "after that; --vouch REASON keeps them, on record"),
		               who, m->aside.own);
	return err_set(m->err, ERR_FAILED,
	               _("set aside, nothing was merged: %s signed what came, but was revoked; ask for what was done "
	                 "before, record it anew yourself, or take it in on record: --vouch REASON"),
	               who);
}

/* What revoked keys signed beside their revocation is set aside, with what builds on it, unless somebody vouches for it. */
static int check_aside(struct merging *m)
{
	if (aside_look(m->c, &m->accepted, m->tip, &m->aside, m->err) < 0)
		return -1;
	int first = strcmp(m->tip, m->p->tip) == 0;
	if (first)
		tell_aside(m);
	m->report->vouched = m->aside.vouched;
	if (m->aside.count + m->aside.own == 0 || m->vouch)
		return 0;
	if (!first || m->aside.own || !*m->aside.tip)
		return refuse_void(m);
	m->report->aside = m->aside.count;
	m->retreat = 1;
	return 0;
}

int merge_believe(struct merging *m)
{
	char tip[HISTORY_ID] = "";
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
	if (strcmp(m->tip, p->tip) == 0 &&
	    unpack_bundle(p->bundle, p->bundle_size, m->in, tip, m->progress, m->err) < 0)
		return -1;
	if (*tip && strcmp(tip, p->tip) != 0)
		return err_set(m->err, ERR_INVALID, _("the parcel and its bundle do not name the same last commit"));
	if (history_accept(m->h, m->in, m->tip, judge_file, m->named, &m->accepted, m->err) < 0)
		return -1;
	struct history_check_spec spec = {.key = may_have_signed, .file = check_file, .finding = on_finding, .ctx = m};
	if (m->accepted.count && history_verify_commits(m->h, m->tip, m->accepted.count, &spec, m->err) < 0)
		return -1;
	if (m->findings.len)
		return err_set(m->err, ERR_DAMAGED, _("nothing was merged, since what came is not in order: %s"),
		               m->findings.data);
	m->report->commits = m->accepted.count;
	if (m->accepted.count && check_aside(m) < 0)
		return -1;
	return m->retreat || (check_seconds(m) == 0 && check_sender(m) == 0) ? 0 : -1;
}
