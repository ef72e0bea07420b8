#include "outward/brief/brief.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/action/custody.h"
#include "case/query/filter.h"
#include "case/query/highest_tlp.h"
#include "case/query/record_reader.h"
#include "case/query/title_cache.h"
#include "case/store/disputed.h"
#include "case/store/leave_behind.h"
#include "outward/report/board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BOTH (BRIEF_MEETING | BRIEF_HANDOVER)

struct section {
	unsigned profiles;
	const char *title; /* English */
	const char *kind;
	const char *filter; /* NULL: all that are not retracted */
	const char *fields; /* told behind the title, separated by blanks; only those that are set */
	const char *none;   /* what is said if there are none; NULL: the section is left out then */
	int alarm;
	int is_of_open; /* its title does not say that only what is open is told */
};

static const struct section sections[] = {
    {BOTH, N_("Infected and not isolated"), "asset", "status=infected|compromised -containment=isolated|not_applicable",
     "status containment isolation_requested user department", N_("none on record"), 1, 0},
    {BOTH, N_("Decisions needed"), "decision", "status=proposed", "options risk review", N_("none on record"), 0, 0},
    {BOTH, N_("Decided"), "decision", "status=decided", "choice reason by when", N_("nothing on record"), 0, 0},
    {BOTH, N_("Facts noted"), "note", "stance=fact", "confidence on", N_("nothing on record"), 0, 0},
    {BOTH, N_("Hearsay, hypotheses and questions: not established"), "note",
     "stance=hearsay|hypothesis|question -state=ruled_out|answered", "stance confidence told_by on",
     N_("nothing on record"), 0, 0},
    {BRIEF_HANDOVER, N_("Ruled out or answered"), "note", "state=ruled_out|answered", "stance against",
     N_("nothing on record"), 0, 0},
    {BOTH, N_("Situation: what is being established"), "measure", "track=situation -status=done|verified|dropped",
     "status by_whom owner due", N_("no open measure"), 0, 1},
    {BOTH, N_("Cause of the infection"), "measure", "track=cause -status=done|verified|dropped",
     "status by_whom owner due", N_("no open measure"), 0, 1},
    {BOTH, N_("Provisional measures"), "measure", "track=provisional -status=done|verified|dropped",
     "status by_whom owner due", N_("no open measure"), 0, 1},
    {BOTH, N_("Permanent measures"), "measure", "track=permanent -status=done|verified|dropped",
     "status by_whom owner due", N_("no open measure"), 0, 1},
    {BOTH, N_("Measures on no track yet"), "measure", "track=unknown -status=done|verified|dropped",
     "status by_whom owner due", NULL, 0, 1},
    {BRIEF_HANDOVER, N_("Done, with results"), "measure", "status=done|verified", "done_at result",
     N_("nothing on record"), 0, 0},
    {BRIEF_HANDOVER, N_("Playbooks under way"), "run", "state=running|paused", "on state started reason", N_("none"), 0,
     0},
    {BOTH, N_("Isolated, and how to undo it"), "asset", "containment=isolated",
     "isolation_done isolation_by isolation_method isolation_verified undo release_condition",
     N_("nothing is isolated"), 0, 0},
    {BOTH, N_("Cut off in part, and how to undo it"), "asset", "containment=partial",
     "isolation_done isolation_by isolation_method isolation_verified undo release_condition", NULL, 0, 0},
    {BRIEF_HANDOVER, N_("Evidence held, where, last verified"), "evidence", NULL,
     "type form stored_at holder sha256 verified_at verified complete", N_("nothing on record"), 0, 0},
    {BRIEF_MEETING, N_("Evidence that is not complete or not yet hashed"), "evidence", "complete=partial|interrupted",
     "type complete unread", N_("none on record"), 0, 0},
    {BOTH, N_("Physical items and digests of others, to be hashed"), "evidence",
     "form=physical|elsewhere match=pending", "hash_due holder seal_no", N_("none on record"), 0, 0},
    {BOTH, N_("Not judged yet: unknown, not clean"), "asset", "status=unchecked|unknown|suspected",
     "status type department", N_("none on record; whether all machines are on record is another question"), 0, 0},
    {BOTH, N_("Logs that will be lost"), "logsource", "rotates:", "rotates holder preserved", N_("none on record"), 0,
     0},
    {BRIEF_HANDOVER, N_("Who was told what"), "contact", NULL,
     "party when direction means purpose result said next due", N_("nothing on record"), 0, 0},
    {BRIEF_MEETING, N_("What left the case, and to whom"), "release", "to:", "to tlp when",
     N_("nothing has left this case"), 0, 0},
    {BRIEF_HANDOVER, N_("What left the case, and to whom"), "release", NULL,
     "to tlp when approved_by file sha256 records left_out", N_("nothing has left this case"), 0, 0},
    {BRIEF_HANDOVER, N_("To decide after a merge"), "conflict", "state=open", "record one other", N_("none"), 1, 0},
};

#define SECTIONS (sizeof sections / sizeof *sections)

/* Rows that a section keeps of its records: more than a page has lines, and than a line has names of those left out. */
#define KEPT_MOST (BRIEF_LINES + BRIEF_COLUMNS)

static void brief_put(struct brief *b, enum brief_sort sort, const char *label, const char *text)
{
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->rows = xrealloc(b->rows, b->cap * sizeof *b->rows);
	}
	struct brief_row *row = &b->rows[b->count++];
	*row = (struct brief_row){.sort = sort};
	char *safe = printable_dup(label ? label : "");
	snprintf(row->label, sizeof row->label, "%s", safe);
	free(safe);
	row->text = printable_dup(text);
}

/* A section in the making. */
struct filling {
	struct case_file *c;
	const struct section *section;
	const struct kind *kind; /* NULL: the section is not of this profile */
	struct filter *filter;
	struct brief rows;
	struct title_cache *names;
	struct buf *tlp; /* of what is told: borrowed */
	size_t found;
};

/* Who or what a label names: the reader need not know the labels of this case. */
static void add_named(struct case_file *c, const char *label, struct buf *tlp, struct buf *out)
{
	json_t *record = record_get(c, label, 0, NULL);
	highest_tlp_add(tlp, record);
	char *title = record ? record_title(record) : printable_dup(label);
	buf_adds(out, title);
	free(title);
	json_decref(record);
}

static void add_field(struct filling *f, const json_t *record, const struct field *field, struct buf *out)
{
	const json_t *value = json_object_get(record, field->name);
	size_t i;
	const json_t *item;
	if (field->type == FIELD_REF && json_is_string(value)) {
		add_named(f->c, json_string_value(value), f->tlp, out);
	} else if (field->type == FIELD_REFS && json_is_array(value)) {
		json_array_foreach(value, i, item) {
			buf_adds(out, i ? _(", ") : "");
			add_named(f->c, json_string_value(item), f->tlp, out);
		}
	} else {
		record_field_text(record, field, out);
		return;
	}
	if (record_is_disputed(record, field->name)) /* the others say it themselves */
		disputed_add(out);
}

/* A note that genba wrote itself about a transfer is no fact of the incident. */
static int is_automatic(struct case_file *c, const json_t *record)
{
	size_t i;
	const json_t *item;
	int automatic = 0;
	if (!(record_kind(record)->traits & KIND_NOTE))
		return 0;
	json_array_foreach(json_object_get(record, "on"), i, item) {
		json_t *about = record_get(c, json_string_value(item), 0, NULL);
		automatic |= about && (record_kind(about)->traits & KIND_CUSTODY);
		json_decref(about);
	}
	return automatic;
}

/* A contact is called by its organisation, a release by whom it went to: theirs is told, too. */
static void raise_to_title(struct filling *f, const json_t *record)
{
	const struct field *field = f->kind->title_field ? kind_field(f->kind, f->kind->title_field) : NULL;
	if (field && field->type == FIELD_REF)
		highest_tlp_add_named(f->c, json_get_string(record, field->name), f->tlp);
}

static void take_record(struct filling *f, const json_t *record)
{
	if ((f->filter && !filter_match(f->filter, record)) || is_automatic(f->c, record) || f->found++ >= KEPT_MOST)
		return;
	struct buf line = BUF_INIT;
	highest_tlp_add(f->tlp, record);
	raise_to_title(f, record);
	char *title = name_of_record(&f->names, f->c, record);
	buf_adds(&line, title);
	for (const char *name = f->section->fields; *name;) {
		char one[40];
		size_t n = strcspn(name, " ");
		snprintf(one, sizeof one, "%.*s", (int)n, name);
		const struct field *field = kind_field(f->kind, one);
		int is_title = f->kind->title_field && strcmp(one, f->kind->title_field) == 0;
		if (field && !is_title && record_shows(record, one)) {
			buf_addf(&line, " · %s: ", field_label(field));
			add_field(f, record, field, &line);
		}
		name += n + strspn(name + n, " ");
	}
	for (char *p = line.data; *p; p++)
		if (*p == '\n')
			*p = ' ';
	brief_put(&f->rows, f->section->alarm ? BRIEF_ALARM : BRIEF_ITEM, record_label(record), line.data);
	f->rows.rows[f->rows.count - 1].name = title;
	buf_release(&line);
}

/* The head of the page: what sort of case, how far, how many machines. */
static int put_state(struct case_file *c, struct brief *b, struct err *err)
{
	static const char *const fields[] = {"stage",   "severity",         "kinds",      "route",
	                                     "trigger", "mail_compromised", "exits_known"};
	json_t *record = record_get(c, "case", 0, err);
	struct board board;
	if (!record)
		return -1;
	brief_put(b, BRIEF_HEADING, NULL, _("State"));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct field *field = kind_field(record_kind(record), fields[i]);
		struct buf line = BUF_INIT;
		buf_addf(&line, "%s: ", field_label(field));
		record_field_text(record, field, &line); /* unset is shown as unknown */
		brief_put(b, BRIEF_LINE, NULL, line.data);
		buf_release(&line);
	}
	json_decref(record);
	if (board_count(c, &board, err) < 0)
		return -1;
	struct buf line = BUF_INIT;
	if (board.expected > 0)
		buf_addf(
		    &line,
		    P_("%zu asset on record, %zu checked of %lld expected; infected or compromised %zu, isolated %zu",
		       "%zu assets on record, %zu checked of %lld expected; infected or compromised %zu, isolated "
		       "%zu",
		       (unsigned long long)board.assets),
		    board.assets, board.checked, (long long)board_machines(&board), board.infected, board.isolated);
	else
		buf_addf(
		    &line,
		    P_("%zu asset on record, %zu checked, total unknown; infected or compromised %zu, isolated %zu",
		       "%zu assets on record, %zu checked, total unknown; infected or compromised %zu, isolated %zu",
		       (unsigned long long)board.assets),
		    board.assets, board.checked, board.infected, board.isolated);
	if (board.infected_not_isolated > 0) /* what is isolated need not be what is infected */
		buf_addf(&line, _("; infected and not isolated: %zu"), board.infected_not_isolated);
	brief_put(b, BRIEF_LINE, NULL, line.data);
	buf_release(&line);
	return 0;
}

/* ---- by department, by holder */

struct brief_group {
	char *name; /* printable */
	size_t all, infected, open, unchecked;
	struct buf titles;
};

struct brief_groups {
	struct case_file *c;
	struct buf *tlp; /* of what is told: borrowed */
	struct filter *infected;
	struct filter *open;
	struct filter *unchecked;
	struct brief_group *list;
	size_t count;
	size_t named; /* records that are in one with a name */
};

#define GROUPS_MOST  6
#define GROUP_TITLES 3

static struct brief_group *group_of(struct brief_groups *g, char *name)
{
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->list[i].name, name) == 0) {
			free(name);
			return &g->list[i];
		}
	g->list = xrealloc(g->list, (g->count + 1) * sizeof *g->list);
	g->list[g->count] = (struct brief_group){.name = name, .titles = BUF_INIT};
	return &g->list[g->count++];
}

static void group_asset(struct brief_groups *g, const json_t *record)
{
	const char *department = json_get_string(record, "department");
	g->named += department != NULL;
	if (department)
		highest_tlp_add(g->tlp, record);
	struct brief_group *group = group_of(g, printable_dup(department ? department : _("no department named")));
	group->all++;
	group->infected += filter_match(g->infected, record) != 0;
	group->open += filter_match(g->open, record) != 0;
	group->unchecked += filter_match(g->unchecked, record) != 0;
}

static void group_evidence(struct brief_groups *g, const json_t *record)
{
	struct buf holder = BUF_INIT;
	const char *label = json_get_string(record, "holder");
	char *person =
	    label ? NULL : custody_person(g->c, record, "holder"); /* who collected it, until it changes hands */
	if (label)
		add_named(g->c, label, g->tlp, &holder);
	else
		buf_adds(&holder, person ? person : _("holder not on record"));
	free(person);
	if (custody_is_pending(g->c, record))
		buf_addf(&holder, " (%s)", _("handed over, not accepted yet"));
	struct brief_group *group = group_of(g, buf_take(&holder, NULL));
	if (group->all++ < GROUP_TITLES) {
		highest_tlp_add(g->tlp, record);
		char *title = record_title(record);
		buf_addf(&group->titles, "%s%s", group->titles.len ? _(", ") : "", title);
		free(title);
	}
}

/* What is worst comes first, then what is most. */
static int group_compare(const void *a, const void *b)
{
	const struct brief_group *x = a;
	const struct brief_group *y = b;
	if (x->open != y->open)
		return x->open < y->open ? 1 : -1;
	if (x->infected != y->infected)
		return x->infected < y->infected ? 1 : -1;
	return x->all != y->all ? (x->all < y->all ? 1 : -1) : strcmp(x->name, y->name);
}

static void groups_release(struct brief_groups *g)
{
	for (size_t i = 0; i < g->count; i++) {
		free(g->list[i].name);
		buf_release(&g->list[i].titles);
	}
	free(g->list);
	filter_free(g->infected);
	filter_free(g->open);
	filter_free(g->unchecked);
}

static void groups_sort(struct brief_groups *g)
{
	if (g->count > 1)
		qsort(g->list, g->count, sizeof *g->list, group_compare);
}

static int groups_begin_departments(struct brief_groups *g, struct err *err)
{
	const struct kind *kind = kind_find("asset");
	g->infected = filter_parse(kind, "status=infected|compromised", err);
	g->open = filter_parse(kind, "status=infected|compromised -containment=isolated|not_applicable", err);
	g->unchecked = filter_parse(kind, "status=unchecked|unknown", err);
	return g->infected && g->open && g->unchecked ? 0 : -1;
}

static void put_departments(struct brief_groups *g, struct brief *b)
{
	groups_sort(g);
	if (g->named)
		brief_put(b, BRIEF_HEADING, NULL, _("Machines by department"));
	for (size_t i = 0; g->named && i < g->count && i < GROUPS_MOST; i++) {
		const struct brief_group *d = &g->list[i];
		char *line =
		    xasprintf(_("%s: %zu, infected or compromised %zu, of these not isolated %zu, not judged %zu"),
		              d->name, d->all, d->infected, d->open, d->unchecked);
		brief_put(b, d->open ? BRIEF_ALARM : BRIEF_LINE, NULL, line);
		free(line);
	}
	if (g->named && g->count > GROUPS_MOST) {
		size_t machines = 0;
		for (size_t i = GROUPS_MOST; i < g->count; i++)
			machines += g->list[i].all;
		char *line = xasprintf(P_("%zu more department, machines: %zu", "%zu more departments, machines: %zu",
		                          (unsigned long long)(g->count - GROUPS_MOST)),
		                       g->count - GROUPS_MOST, machines);
		brief_put(b, BRIEF_LINE, NULL, line);
		free(line);
	}
}

static void put_holders(struct brief_groups *g, struct brief *b)
{
	groups_sort(g);
	if (g->count)
		brief_put(b, BRIEF_HEADING, NULL, _("Who holds what"));
	for (size_t i = 0; i < g->count && i < GROUPS_MOST; i++) {
		const struct brief_group *h = &g->list[i];
		char *line = xasprintf(P_("%s: %zu item of evidence: %s%s", "%s: %zu items of evidence: %s%s", h->all),
		                       h->name, h->all, h->titles.data, h->all > GROUP_TITLES ? " …" : "");
		brief_put(b, BRIEF_LINE, NULL, line);
		free(line);
	}
}

/* ---- the making */

struct brief_maker {
	struct case_file *c;
	enum brief_profile profile;
	struct filling sections[SECTIONS];
	struct brief_groups departments, holders;
	struct buf tlp;                /* the highest label of what is told */
	struct record_reader *records; /* NULL: not begun */
	int is_read;
};

static int give_record(void *ctx, json_t *record)
{
	struct brief_maker *m = ctx;
	const struct kind *kind = record_kind(record);
	for (size_t i = 0; i < SECTIONS; i++)
		if (m->sections[i].kind == kind)
			take_record(&m->sections[i], record);
	if (kind == kind_find("asset"))
		group_asset(&m->departments, record);
	if (kind == kind_find("evidence"))
		group_evidence(&m->holders, record);
	return 0;
}

struct brief_maker *brief_maker_new(struct case_file *c, enum brief_profile profile)
{
	struct brief_maker *m = xcalloc(1, sizeof *m);
	*m = (struct brief_maker){.c = c,
	                          .profile = profile,
	                          .departments = {.c = c, .tlp = &m->tlp},
	                          .holders = {.c = c, .tlp = &m->tlp},
	                          .tlp = BUF_INIT};
	highest_tlp_begin(c, &m->tlp);
	return m;
}

void brief_maker_free(struct brief_maker *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < SECTIONS; i++) {
		brief_release(&m->sections[i].rows);
		filter_free(m->sections[i].filter);
		title_cache_free(&m->sections[i].names);
	}
	groups_release(&m->departments);
	groups_release(&m->holders);
	record_reader_free(m->records);
	buf_release(&m->tlp);
	free(m);
}

/* Each record is looked at once, for all sections of its kind. */
static int brief_maker_begin(struct brief_maker *m, struct err *err)
{
	struct buf condition = BUF_INIT;
	int rc = groups_begin_departments(&m->departments, err);
	buf_adds(&condition, "kind IN ('asset'"); /* of all profiles, for the departments */
	for (size_t i = 0; i < SECTIONS && rc == 0; i++) {
		struct filling *f = &m->sections[i];
		if (!(sections[i].profiles & m->profile))
			continue;
		*f = (struct filling){
		    .c = m->c, .tlp = &m->tlp, .section = &sections[i], .kind = kind_find(sections[i].kind)};
		buf_addf(&condition, ", '%s'", sections[i].kind);
		if (sections[i].filter && !(f->filter = filter_parse(f->kind, sections[i].filter, err)))
			rc = -1;
	}
	buf_adds(&condition, ")");
	if (rc == 0)
		m->records = record_reader_new(m->c, condition.data, 0, give_record, m);
	buf_release(&condition);
	return rc;
}

int brief_maker_work(struct brief_maker *m, double deadline, struct err *err)
{
	if (!m->records && brief_maker_begin(m, err) < 0)
		return -1;
	int rc = m->is_read ? 0 : record_reader_work(m->records, deadline, err);
	m->is_read = rc == 0;
	return rc;
}

int brief_maker_percent(const struct brief_maker *m)
{
	return m->records ? record_reader_percent(m->records) : 0;
}

static void put_section(struct filling *f, struct brief *b)
{
	if (f->found == 0 && !f->section->none)
		return;
	brief_put(b, BRIEF_HEADING, NULL, i18n_text(f->section->title));
	b->rows[b->count - 1].more = f->found - f->rows.count;
	for (size_t i = 0; i < f->rows.count; i++) {
		const struct brief_row *row = &f->rows.rows[i];
		brief_put(b, row->sort, row->label, row->text);
		b->rows[b->count - 1].name = xstrdup(row->name);
	}
	if (f->found == 0) {
		brief_put(b, BRIEF_LINE, NULL, i18n_text(f->section->none));
		b->rows[b->count - 1].is_none = 1;
		b->rows[b->count - 1].is_none_open = f->section->is_of_open;
	}
}

int brief_maker_finish(struct brief_maker *m, const char *extra, struct brief *b, struct err *err)
{
	struct case_file *c = m->c;
	char now[CLOCK_TEXT];
	memset(b, 0, sizeof *b);
	clock_format(clock_now(), now);
	b->title = printable_dup(case_title(c));
	char *state =
	    xasprintf(_("TLP:%s · case %s · last commit %s · %s"), m->tlp.data, case_id(c), case_head(c), now);
	b->state = printable_dup(state);
	free(state);
	if (put_state(c, b, err) < 0)
		return -1;
	put_departments(&m->departments, b);
	for (size_t i = 0; i < SECTIONS; i++)
		if (m->sections[i].kind)
			put_section(&m->sections[i], b);
	if (m->profile == BRIEF_HANDOVER)
		put_holders(&m->holders, b);
	if (extra && *extra) {
		brief_put(b, BRIEF_HEADING, NULL, _("What stays behind"));
		brief_put(b, BRIEF_LINE, NULL, extra);
	}
	brief_fit(b);
	return 0;
}

int brief_make(struct case_file *c, enum brief_profile profile, const char *extra, struct brief *b, struct err *err)
{
	struct brief_maker *m = brief_maker_new(c, profile);
	memset(b, 0, sizeof *b);
	int rc = brief_maker_work(m, HUGE_VAL, err);
	if (rc == 0)
		rc = brief_maker_finish(m, extra, b, err);
	brief_maker_free(m);
	return rc;
}

void brief_release(struct brief *b)
{
	for (size_t i = 0; i < b->count; i++) {
		free(b->rows[i].text);
		free(b->rows[i].name);
	}
	free(b->rows);
	free(b->title);
	free(b->state);
	memset(b, 0, sizeof *b);
}

int brief_of_handover(struct case_file *c, struct buf *text, struct err *err)
{
	struct brief b;
	size_t secrets = 0;
	if (case_count_secrets(c, &secrets, err) < 0)
		return -1;
	char *extra =
	    secrets ? xasprintf(P_("%zu secret (password, key) stays behind unless it was chosen at the handover.",
	                           "%zu secrets (passwords, keys) stay behind but for those chosen at the handover.",
	                           (unsigned long long)secrets),
	                        secrets)
	            : NULL;
	int rc = brief_make(c, BRIEF_HANDOVER, extra, &b, err);
	for (size_t i = 0; i < b.count; i++) /* a page may do without; what goes on record is whole */
		b.rows[i].wraps = b.rows[i].sort != BRIEF_HEADING;
	if (rc == 0)
		brief_text(&b, text);
	brief_release(&b);
	free(extra);
	return rc;
}
