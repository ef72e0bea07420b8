#include "handover/merge/quarantine.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/trust/key_trust.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>

#define LINES 40 /* commits that are told one by one */

struct quarantine_looking {
	struct case_file *c;
	const struct history_accepted *accepted;
	struct quarantine *out;
	json_t *index;         /* commit -> its place in `accepted` */
	json_t *own;           /* commits of this copy that do not count -> true */
	unsigned char *barred; /* of those that came: the key does not count */
	unsigned char *built;  /* of those that came: it builds on one that does not count */
	size_t told;
};

static int place_of(const struct quarantine_looking *l, const char *commit)
{
	const json_t *at = json_object_get(l->index, commit);
	return at ? (int)json_integer_value(at) : -1;
}

static int take_void(void *ctx, uint64_t number, const char *commit, const unsigned char key[32])
{
	struct quarantine_looking *l = ctx;
	struct buf print = BUF_INIT;
	int i = place_of(l, commit);
	(void)number;
	if (i >= 0) {
		l->barred[i] = 1;
	} else {
		json_object_set_new(l->own, commit, json_true());
		l->out->own++;
	}
	ssh_fingerprint(key, &print);
	json_object_set_new(l->out->keys, print.data, json_true());
	buf_release(&print);
	return 0;
}

static void tell_entry(struct quarantine_looking *l, const char *why, const struct history_entry *entry)
{
	if (l->told++ >= LINES)
		return;
	char *line = xasprintf("%s: %.10s %s (%s)", why, entry->id, entry->subject, entry->author_name);
	json_array_append_new(l->out->lines, json_string(line));
	free(line);
}

static int tell_vouched(void *ctx, const struct history_entry *entry)
{
	tell_entry(ctx, _("signed by a revoked key, vouched for by a colleague"), entry);
	return 0;
}

static int take_vouched(void *ctx, uint64_t number, const char *commit, const unsigned char key[32])
{
	struct quarantine_looking *l = ctx;
	(void)number;
	(void)key;
	if (place_of(l, commit) < 0)
		return 0;
	l->out->vouched++;
	return history_entry_of(case_history(l->c), commit, tell_vouched, l, NULL);
}

/* Parents come first, so that they are judged already. */
static int quarantine_spread(void *ctx, const struct history_entry *entry)
{
	struct quarantine_looking *l = ctx;
	int i = place_of(l, entry->id);
	l->built[i] = l->barred[i];
	for (unsigned k = 0; k < entry->parent_count; k++) {
		int parent = place_of(l, entry->parents[k]);
		l->built[i] |= parent >= 0 ? l->built[parent] : json_object_get(l->own, entry->parents[k]) != NULL;
	}
	if (!l->built[i])
		return 0;
	l->out->count++;
	tell_entry(l, l->barred[i] ? _("set aside, signed by a revoked key") : _("set aside, since it builds on that"),
	           entry);
	return 0;
}

static int first_parent(void *ctx, const struct history_entry *entry)
{
	snprintf(ctx, HISTORY_ID, "%s", entry->parent_count ? entry->parents[0] : "");
	return 0;
}

/* Back along the sender's own line, to before all that is set aside. */
static int find_tip(struct quarantine_looking *l, const char *tip, struct err *err)
{
	char commit[HISTORY_ID];
	snprintf(commit, sizeof commit, "%s", tip);
	for (int i = place_of(l, commit); i >= 0 && l->built[i]; i = place_of(l, commit))
		if (history_entry_of(case_history(l->c), commit, first_parent, commit, err) < 0)
			return -1;
	snprintf(l->out->tip, HISTORY_ID, "%s", place_of(l, commit) >= 0 ? commit : "");
	return 0;
}

static int quarantine_judge(struct quarantine_looking *l, const struct key_trust *s, const char *tip, struct err *err)
{
	key_trust_each_void(s, take_void, l);
	key_trust_each_vouched(s, take_vouched, l);
	for (size_t i = 0; json_object_size(l->out->keys) && i < l->accepted->count; i++)
		if (history_entry_of(case_history(l->c), l->accepted->commits[i], quarantine_spread, l, err) < 0)
			return -1;
	if (l->told > LINES) {
		char *line = xasprintf(
		    P_("… and %zu commit more", "… and %zu commits more", (unsigned long long)(l->told - LINES)),
		    l->told - LINES);
		json_array_append_new(l->out->lines, json_string(line));
		free(line);
	}
	return find_tip(l, tip, err);
}

int quarantine_look(struct case_file *c, const struct history_accepted *accepted, const char *tip,
                    struct quarantine *out, struct err *err)
{
	struct quarantine_looking l = {c, accepted, out, json_object(), json_object(), NULL, NULL, 0};
	memset(out, 0, sizeof *out);
	out->keys = json_object();
	out->lines = json_array();
	l.barred = xcalloc(accepted->count + 1, 1);
	l.built = xcalloc(accepted->count + 1, 1);
	for (size_t i = 0; i < accepted->count; i++)
		json_object_set_new(l.index, accepted->commits[i], json_integer((json_int_t)i));
	struct key_trust *s = key_trust_new(c, tip, err);
	int rc = s ? quarantine_judge(&l, s, tip, err) : -1;
	key_trust_free(s);
	json_decref(l.index);
	json_decref(l.own);
	free(l.barred);
	free(l.built);
	return rc;
}

void quarantine_release(struct quarantine *a)
{
	json_decref(a->keys);
	json_decref(a->lines);
	memset(a, 0, sizeof *a);
}
