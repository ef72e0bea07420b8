/* Opening the gate: what was asked for, who decided it, which records leave, and whose names may not. */
#include "outward/release/release_private.h"

#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/tlp.h"
#include "case/query/filter.h"
#include "case/store/disputed.h"
#include "case/store/responders.h"
#include "finding/chain/legal_form.h"
#include "vault/vault.h"

#include <stdlib.h>
#include <string.h>

#define READING_CACHE 8192 /* KiB: every record is read once or twice, one after the other */

static const struct named_kind named_kinds[] = {
    {"asset", {"hostname", "addresses", "external_address", "serial"}, {"machine", "端末"}},
    {"account", {"name"}, {"account", "アカウント"}},
    {"party", {"name", "names", "domains", "email", "phone"}, {"party", "関係者"}},
    {"site", {"name", "address"}, {"site", "拠点"}},
};

/* ---- labels of the Traffic Light Protocol */

static int tlp_is_open(const char *tlp)
{
	return tlp && tlp_rank(tlp) <= tlp_rank("AMBER");
}

const char *release_tlp_of(const struct release *r, const json_t *record)
{
	return record_tlp(record, case_tlp(r->c));
}

/* ---- opening */

static int check_decision(struct release *r, const char *label, struct err *err)
{
	json_t *decision = record_get(r->c, label, 0, err);
	int rc = decision ? 0 : -1;
	if (decision && record_kind(decision) != kind_find("decision"))
		rc = err_set(err, ERR_USAGE, _("--approved-by %s: this is no decision"), label);
	else if (decision && record_is_retracted(decision))
		rc = err_set(err, ERR_FAILED, _("%s is retracted: nothing leaves on it"), label);
	else if (decision && !record_surely_is(decision, "status", "decided"))
		rc = err_set(err, ERR_FAILED, _("%s is not decided: nothing leaves on it"), label);
	if (rc == 0)
		r->decision = xstrdup(record_label(decision));
	json_decref(decision);
	return rc;
}

struct superseding {
	const char *label;
	char *by;
};

static int looks_superseded(void *ctx, json_t *record)
{
	struct superseding *s = ctx;
	const char *replaces = json_get_string(record, "replaces");
	const char *status = json_get_string(record, "status");
	if (replaces && strcmp(replaces, s->label) == 0 && status && strcmp(status, "decided") == 0 && !s->by)
		s->by = xstrdup(record_label(record));
	return 0;
}

static int check_superseded(struct release *r, struct err *err)
{
	struct superseding s = {r->decision, NULL};
	int rc = record_each(r->c, "decision", 0, looks_superseded, &s, err);
	if (rc == 0 && s.by)
		rc = err_set(err, ERR_FAILED, _("%s was replaced by %s: nothing leaves on it"), r->decision, s.by);
	free(s.by);
	return rc;
}

struct party_search {
	const char *name;
	char *label;
	int count;
};

static int is_that_party(void *ctx, json_t *record)
{
	struct party_search *s = ctx;
	const char *name = json_get_string(record, "name");
	if (name && strcmp(name, s->name) == 0) {
		s->count++;
		free(s->label);
		s->label = xstrdup(record_label(record));
	}
	return 0;
}

static int find_recipient(struct release *r, const char *to, struct err *err)
{
	json_t *party = record_get(r->c, to, 0, NULL);
	if (party && record_kind(party) == kind_find("party") && !record_is_retracted(party)) {
		r->to = xstrdup(record_label(party));
		json_decref(party);
		return 0;
	}
	json_decref(party);
	struct party_search s = {to, NULL, 0};
	int rc = record_each(r->c, "party", 0, is_that_party, &s, err);
	if (rc == 0 && s.count != 1)
		rc = err_set(err, ERR_USAGE,
		             s.count ? _("--to %s: several parties have this name; give the label")
		                     : _("--to %s: no party on record has this label or name (genba add party)"),
		             to);
	r->to = rc == 0 ? s.label : NULL;
	if (rc < 0)
		free(s.label);
	return rc;
}

static int check_wish(struct release *r, const struct release_wish *w, struct err *err)
{
	if (w->internal && (w->to || w->approved_by || w->redacted || w->tlp))
		return err_set(err, ERR_USAGE,
		               _("--internal is for tools of those who hold the case: it takes no --to, --tlp, "
		                 "--approved-by or --redacted"));
	if (w->internal)
		return 0;
	if (!w->to || !w->tlp || !w->approved_by)
		return err_set(
		    err, ERR_USAGE,
		    _("nothing leaves unless somebody allowed it: give --to WHO, --tlp CLEAR|GREEN|AMBER and "
		      "--approved-by DECISION, or --internal"));
	if (!tlp_is_open(w->tlp))
		return err_set(err, ERR_USAGE,
		               _("--tlp %s: allowed are CLEAR, GREEN and AMBER; RED and AMBER+STRICT never leave"),
		               w->tlp);
	if (find_recipient(r, w->to, err) < 0)
		return err_about(err, "to");
	if (check_decision(r, w->approved_by, err) < 0 || check_superseded(r, err) < 0)
		return err_about(err, "approved-by");
	return 0;
}

/* ---- who leaves */

/* Its provider allows that the indicator is shared, and no copy of the case says otherwise. */
static int is_approved(const json_t *indicator)
{
	return record_surely_is(indicator, "shareable", "approved");
}

/* A sample is evidence that an indicator names. */
int release_note_sample(void *ctx, json_t *record)
{
	struct release *r = ctx;
	const char *sample = json_get_string(record, "sample");
	const json_t *sides = json_object_get(json_object_get(record, "disputed_values"), "sample");
	const json_t *side;
	size_t i;
	if (is_approved(record))
		return 0;
	if (sample)
		release_stay(r, sample, "evidence", _("a sample whose indicator may not be shared"));
	json_array_foreach(sides, i, side)
		if (json_is_string(side))
			release_stay(r, json_string_value(side), "evidence",
			             _("a sample whose indicator may not be shared"));
	return 0;
}

static const char *why_it_stays(const struct release *r, json_t *record)
{
	const char *kind = json_get_string(record, "kind");
	int rank = tlp_rank(release_tlp_of(r, record));
	if (!kind || kind_has(kind, KIND_MACHINE))
		return _("a record of genba itself");
	if (!record_kind(record))
		return _("of a kind that this genba does not know"); /* nor which of its fields are secrets or names */
	if (record_kind(record) == kind_find("decision"))
		return _("a record of what the response decided"); /* whom it names is nobody else's concern */
	const struct release_label *entry = release_labels_find(&r->labels, record_label(record));
	if (entry && entry->state & LABEL_STAYS)
		return r->reasons[entry->why].reason;
	if (r->filter && !filter_match(r->filter, record))
		return _("not asked for");
	if (rank >= tlp_rank("AMBER+STRICT"))
		return _("RED or AMBER+STRICT, which never leave");
	if (rank > tlp_rank(r->tlp))
		return _("its TLP is above what was asked for");
	if (kind_has(kind, KIND_INDICATOR) && !is_approved(record))
		return _("the provider has not approved that it is shared");
	return NULL;
}

void release_sort(struct release *r, json_t *record)
{
	const char *kind = json_get_string(record, "kind");
	const char *why;
	if (kind && kind_has(kind, KIND_ONE))
		return; /* its title is seen to by itself */
	if (r->internal)
		why = kind && kind_has(kind, KIND_MACHINE)            ? _("a record of genba itself")
		      : r->filter && !filter_match(r->filter, record) ? _("not asked for")
		                                                      : NULL;
	else
		why = why_it_stays(r, record);
	if (why) {
		release_stay(r, record_label(record), kind, why);
	} else {
		const char *tlp = release_tlp_of(r, record);
		if (r->internal && tlp_rank(tlp) > tlp_rank(r->tlp)) {
			free(r->tlp);
			r->tlp = xstrdup(tlp);
		}
		struct release_label *entry = release_labels_put(&r->labels, record_label(record));
		entry->kind = release_why(r, kind ? kind : "", "");
		entry->state |= LABEL_LEAVES;
		r->leaving++;
	}
}

/* ---- names */

const struct named_kind *release_names(const json_t *record)
{
	const char *kind = json_get_string(record, "kind");
	for (size_t i = 0; kind && i < sizeof named_kinds / sizeof *named_kinds; i++)
		if (strcmp(named_kinds[i].kind, kind) == 0)
			return &named_kinds[i];
	return NULL;
}

/* Each name of a list such as "10.0.0.1, 10.0.0.2" or "青葉工業; Aoba". */
static void each_name(const char *text, void (*fn)(void *ctx, const char *name), void *ctx)
{
	char *copy = xstrdup(text);
	char *rest = copy;
	for (char *name; (name = strsep(&rest, ",;\n")) != NULL;) {
		name += strspn(name, " \t");
		size_t n = strlen(name);
		while (n && (name[n - 1] == ' ' || name[n - 1] == '\t'))
			name[--n] = '\0';
		if (n)
			fn(ctx, name);
	}
	free(copy);
}

struct naming {
	struct release *r;
	const char *label;
	const char *field;
	const char *pseudonym; /* NULL: none */
};

#define CORE_LEAST 6 /* bytes: two letters of Japanese, six of Latin */

static int is_generic(const char *core)
{
	for (size_t i = 0; words_generic[i]; i++)
		if (strcmp(words_generic[i], core) == 0)
			return 1;
	return 0;
}

/* A name without its legal form, folded: Example Ltd is known as Example too. New string, or NULL: it has none. */
static char *without_legal_form(const char *name)
{
	char *folded = text_fold_dup(name);
	size_t n = strlen(folded);
	for (const struct legal_form *form = legal_forms; form->text; form++) {
		size_t k = strlen(form->text);
		char *core = NULL;
		if (k < n && form->place != LEGAL_BEHIND && strncasecmp(folded, form->text, k) == 0)
			core = xstrdup(folded + k);
		else if (k < n && form->place != LEGAL_BEFORE && strcasecmp(folded + n - k, form->text) == 0)
			core = xstrndup(folded, n - k);
		if (!core)
			continue;
		char *start = core + strspn(core, " ,.");
		size_t length = strlen(start);
		while (length && strchr(" ,.", start[length - 1]))
			length--;
		char *result = xstrndup(start, length);
		free(core);
		if (length >= CORE_LEAST && !is_generic(result)) {
			free(folded);
			return result;
		}
		free(result);
	}
	free(folded);
	return NULL;
}

static void forbid_one(struct naming *n, const char *name)
{
	forbidden_add(n->r->forbidden, name, n->label, n->field);
	if (n->pseudonym)
		forbidden_add(n->r->named, name, n->pseudonym, n->field);
}

static void forbid(void *ctx, const char *name)
{
	struct naming *n = ctx;
	char *core = strncmp(n->field, "name", 4) == 0 ? without_legal_form(name) : NULL;
	forbid_one(n, name);
	if (core)
		forbid_one(n, core);
	free(core);
}

static void allow(void *ctx, const char *name)
{
	forbidden_allow(((struct naming *)ctx)->r->forbidden, name);
}

static char *pseudonym_of(struct release *r, const struct named_kind *k, const json_t *record, unsigned *counters)
{
	const char *alias = json_get_string(record, "alias");
	int ja = strcmp(i18n_language(), "ja") == 0;
	if (alias && *alias)
		return xstrdup(alias);
	(void)r;
	return xasprintf(ja ? "%s%u" : "%s %u", k->pseudonym[ja], ++counters[k - named_kinds]);
}

struct name_pass {
	struct release *r;
	struct err *err;
	unsigned counters[sizeof named_kinds / sizeof *named_kinds];
};

/* Whether a record leaves, and what of its names may not be found in what does. A retracted one does not, and its names may not. */
static int sort_one(void *ctx, json_t *record)
{
	struct name_pass *p = ctx;
	struct release *r = p->r;
	if (release_step(r, p->err) < 0)
		return -1;
	if (!record_is_retracted(record))
		release_sort(r, record);
	if (r->internal)
		return 0;
	const struct named_kind *k = release_names(record);
	const char *label = record_label(record);
	struct release_label *entry = release_labels_find(&r->labels, label);
	int leaves = entry && entry->state & LABEL_LEAVES;
	int is_recipient = r->to && strcmp(label, r->to) == 0;
	const char *value = json_get_string(record, "value");
	if (value && kind_has(json_get_string(record, "kind"), KIND_INDICATOR)) {
		struct naming n = {r, label, "value", NULL};
		if (leaves)
			allow(&n, value);
		else
			forbid(&n, value);
	}
	if (!k)
		return 0;
	char *pseudonym = NULL;
	int hides = (r->redacted && !is_recipient) || !leaves;
	if (r->redacted && !is_recipient) {
		pseudonym = pseudonym_of(r, k, record, p->counters);
		if (leaves)
			release_labels_pseudonym(&r->labels, entry, pseudonym);
	}
	for (size_t i = 0; i < sizeof k->fields / sizeof *k->fields && k->fields[i]; i++) {
		const char *text = json_get_string(record, k->fields[i]);
		struct naming n = {r, label, k->fields[i], pseudonym};
		void (*fn)(void *ctx, const char *name) = hides && !is_recipient ? forbid : allow;
		if (text && i == 0)
			fn(&n, text); /* one name, commas and all: Example Works Co., Ltd. */
		else if (text)
			each_name(text, fn, &n);
	}
	free(pseudonym);
	return 0;
}

int release_case_leaves(const struct release *r)
{
	return r->internal || tlp_rank(case_tlp(r->c)) <= tlp_rank(r->tlp);
}

struct responder_naming {
	const struct release *r;
	const char *mark;
};

static int may_be_named(void *ctx, const struct responder *responder)
{
	const struct responder_naming *n = ctx;
	if (!responder->mark || strcmp(responder->mark, n->mark) != 0)
		return 0;
	json_t *record = record_get(n->r->c, responder->label, RECORD_WITH_RETRACTED, NULL);
	int may = record && tlp_rank(release_tlp_of(n->r, record)) <= tlp_rank(n->r->tlp);
	json_decref(record);
	return may;
}

int release_names_responder(const struct release *r, const char *mark)
{
	struct responder_naming n = {r, mark};
	return r->internal || (!r->redacted && responder_each(r->c, may_be_named, &n, NULL) == 1);
}

struct release *release_new(struct case_file *c, const char *tlp)
{
	struct release *r = xcalloc(1, sizeof *r);
	r->c = c;
	r->tlp = xstrdup(tlp ? tlp : case_tlp(c));
	r->labels = (struct release_labels){.text = BUF_INIT};
	buf_addc(&r->labels.text, '\0'); /* 0 is no place */
	r->file = (struct new_file){.fd = -1};
	return r;
}

struct release *release_open(struct case_file *c, const struct release_wish *wish, struct err *err)
{
	struct release *r = release_new(c, wish->tlp);
	r->redacted = wish->redacted;
	r->internal = wish->internal;
	r->progress = wish->progress;
	r->total = 3 * record_count(c, NULL, 0); /* read, and written by a step for the record and one for its lines */
	r->named = forbidden_new();
	r->forbidden = forbidden_new();
	struct name_pass names = {r, err, {0}};
	r->reads_all = 1;
	vault_cache(case_vault(c), READING_CACHE);
	int rc = check_wish(r, wish, err);
	if (rc == 0 && wish->where && !(r->filter = filter_parse(NULL, wish->where, err)))
		rc = -1;
	if (rc == 0 && !r->internal)
		rc = record_each(c, "indicator", 0, release_note_sample, r, err);
	if (rc == 0)
		rc = record_each(c, NULL, RECORD_WITH_RETRACTED, sort_one, &names, err);
	if (rc == 0) {
		/* the title belongs to the case, and bears its label */
		int hides = r->redacted || !release_case_leaves(r);
		r->title = hides ? xasprintf("%.8s", case_id(c)) : xstrdup(case_title(c));
		return r;
	}
	release_close(r);
	return NULL;
}
