/* What could not be looked for (coverage), and between which times something was taken (leaks). */
#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "finding/chain/mail_domain.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Since when, by what a person said, else by what the attacker did first. */
static struct chain_span compromised_from(const struct chain_records *records, const json_t *record, const char *field)
{
	struct chain_span from = chain_time(records, record, field);
	if (from.placed || !json_get_string(record, CHAIN_FIRST_ACT))
		return from;
	from = chain_time(records, record, CHAIN_FIRST_ACT_WHEN);
	from.at_latest = from.placed;
	return from;
}

int chain_infected(const struct chain_records *records, const json_t *asset, struct chain_span *from,
                   struct chain_span *until)
{
	if (!json_is(asset, "status", "infected") && !json_is(asset, "status", "compromised"))
		return 0;
	*from = compromised_from(records, asset, "first_compromised");
	*until = chain_time(records, asset, "isolation_done");
	return 1;
}

static char *day_of(int64_t seconds)
{
	char text[16];
	time_t t = (time_t)seconds;
	struct tm tm;
	if (seconds == INT64_MIN || seconds == INT64_MAX || !gmtime_r(&t, &tm) ||
	    !strftime(text, sizeof text, "%Y-%m-%d", &tm))
		return xstrdup("");
	return xstrdup(text);
}

static char *day_said(int64_t seconds)
{
	char *day = day_of(seconds);
	char *said = edtf_said(day);
	free(day);
	return said;
}

/* ---- coverage */

struct victim {
	size_t organisation;
	int64_t from, until; /* INT64_MAX: not known; until INT64_MIN: not known */
	int infected;        /* assets */
	int still;           /* one of them is not isolated, as far as is known */
	const char *act;     /* label of what only says that it was so by then; NULL */
};

struct mail_log {
	const json_t *record;
	struct chain_span from, until;
};

static size_t owner_of(const struct organisations *o, const json_t *asset, size_t own)
{
	const char *user = json_get_string(asset, "user");
	size_t number = organisation_of_party(o, user);
	return number == NO_ORGANISATION ? own : number;
}

static void add_coverage(struct chain *chain, const struct organisations *o, const struct victim *v, int result,
                         const char *reason)
{
	chain->coverage = xrealloc(chain->coverage, (chain->coverage_count + 1) * sizeof *chain->coverage);
	struct chain_coverage *c = &chain->coverage[chain->coverage_count++];
	*c = (struct chain_coverage){.pivot = PIVOT_OUTBOUND,
	                             .from = day_of(v->from),
	                             .until = day_of(v->still ? INT64_MAX : v->until),
	                             .reason = xstrdup(reason)};
	c->result = (unsigned)result;
	snprintf(c->party, sizeof c->party, "%s", o->all[v->organisation].party);
}

/* 1 if somebody searched the machine of that log and found nothing. */
static int was_searched(const struct chain_records *records, const json_t *log)
{
	const char *asset = json_get_string(log, "asset");
	size_t i;
	json_t *check;
	json_array_foreach(records->checks, i, check) {
		if (asset && json_is(check, "method", "log_search") && json_is(check, "result", "not_found") &&
		    json_holds(json_object_get(check, "on"), asset))
			return 1;
	}
	return 0;
}

static int compare_logs(const void *a, const void *b)
{
	const struct mail_log *x = a;
	const struct mail_log *y = b;
	return x->from.first < y->from.first ? -1 : x->from.first > y->from.first;
}

/* How far the logs of one victim reach into its infected time. */
static void cover(const struct chain_records *records, const struct organisations *o, struct chain *chain,
                  const struct victim *v, struct mail_log *logs, size_t count)
{
	struct buf reason = BUF_INIT;
	int64_t end = v->still || v->until == INT64_MIN ? INT64_MAX : v->until;
	int64_t reached = v->from; /* all before it is in some log */
	int gaps = 0;
	int open_end = 0;
	int searched = 1;
	const struct mail_log *first = NULL;
	if (v->act) {
		buf_addf(&reason, _("infected at the time of %s at the latest; before it unknown. "), v->act);
		gaps = 1;
	}
	if (count)
		qsort(logs, count, sizeof *logs, compare_logs);
	for (size_t i = 0; i < count; i++) {
		const struct mail_log *log = &logs[i];
		const char *label = record_label(log->record);
		if (log->until.placed && log->until.last < v->from)
			continue; /* ends before it begins */
		if (log->from.first > end)
			continue;
		first = first ? first : log;
		searched &= was_searched(records, log->record);
		if (json_get_string(log->record, "gaps")) {
			gaps = 1;
			buf_addf(&reason, _("%s has gaps; in them it is unknown. "), label);
		}
		if (log->from.last > reached) {
			char *from = day_said(reached);
			char *until = day_said(log->from.first);
			if (reached == v->from)
				buf_addf(&reason, _("mail log %s only from %s; before it unknown. "), label, until);
			else
				buf_addf(&reason, _("no mail log from %s to %s: unknown. "), from, until);
			gaps = 1;
			free(from);
			free(until);
		}
		int64_t upto = log->until.placed ? log->until.first : INT64_MAX;
		open_end |= !log->until.placed;
		reached = upto > reached ? upto : reached;
	}
	if (first && reached < end) {
		char *upto = day_said(reached);
		buf_addf(&reason, _("mail log ends on %s; after it unknown. "), upto);
		gaps = 1;
		free(upto);
	}
	while (reason.len && reason.data[reason.len - 1] == ' ')
		buf_truncate(&reason, reason.len - 1);
	if (v->from == INT64_MAX || !v->infected)
		add_coverage(
		    chain, o, v, COVERAGE_UNKNOWN,
		    _("since when it was infected is not on record (First compromised of a machine): unknown"));
	else if (!first)
		add_coverage(chain, o, v, COVERAGE_UNKNOWN,
		             count ? _("no mail log reaches into that time: unknown")
		                   : _("no mail log is on record: unknown"));
	else if (gaps)
		add_coverage(chain, o, v, COVERAGE_PARTLY, reason.data);
	else {
		buf_addf(&reason,
		         searched ? _("mail log %s: no trace found (within what was checked)")
		                  : _("mail log %s reaches over all of it; no search of it is on record"),
		         record_label(first->record));
		if (open_end)
			buf_adds(&reason, _(" (its newest entry is not on record)"));
		add_coverage(chain, o, v, open_end ? COVERAGE_PARTLY : COVERAGE_COVERED, reason.data);
	}
	buf_release(&reason);
}

static struct victim *victim_of(struct victim **all, size_t *count, size_t number)
{
	for (size_t i = 0; i < *count; i++)
		if ((*all)[i].organisation == number)
			return &(*all)[i];
	*all = xrealloc(*all, (*count + 1) * sizeof **all);
	(*all)[*count] = (struct victim){.organisation = number, .from = INT64_MAX, .until = INT64_MIN};
	return &(*all)[(*count)++];
}

/* Of the machine or the organisation `record`. */
static void stretch(struct victim *v, const json_t *record, struct chain_span from, struct chain_span until)
{
	v->infected = 1;
	if (from.placed && from.first < v->from) {
		v->from = from.first;
		v->act = from.at_latest ? json_get_string(record, CHAIN_FIRST_ACT) : NULL;
	}
	if (until.placed && until.last > v->until)
		v->until = until.last;
	v->still |= !until.placed;
}

static void look_at_coverage(const struct chain_records *records, const struct organisations *o, struct chain *chain)
{
	size_t own = organisation_of_party(o, json_get_string(records->the_case, "party"));
	json_t *owners = json_object(); /* asset -> number */
	struct victim *victims = NULL;
	size_t count = 0;
	size_t i;
	json_t *record;
	json_array_foreach(records->parties, i, record) {
		size_t number = organisation_of_party(o, json_get_string(record, "label"));
		if (number == NO_ORGANISATION ||
		    (!json_holds(json_object_get(record, "roles"), "victim") && !json_is(record, "damaged", "yes")))
			continue;
		struct victim *v = victim_of(&victims, &count, number);
		struct chain_span damaged = compromised_from(records, record, "damaged_from");
		if (damaged.placed || json_get_string(record, "damaged_from"))
			stretch(v, record, damaged, chain_time(records, record, "damaged_until"));
	}
	json_array_foreach(records->assets, i, record) {
		struct chain_span from;
		struct chain_span until;
		size_t number = owner_of(o, record, own);
		if (number == NO_ORGANISATION)
			continue;
		json_object_set_new_nocheck(owners, record_label(record), json_integer((json_int_t)number));
		if (chain_infected(records, record, &from, &until))
			stretch(victim_of(&victims, &count, number), record, from, until);
	}
	size_t most = json_array_size(records->logsources);
	struct mail_log *logs = xcalloc(most + 1, sizeof *logs);
	for (size_t v = 0; v < count; v++) {
		size_t have = 0;
		json_array_foreach(records->logsources, i, record) {
			const char *asset = json_get_string(record, "asset");
			const json_t *owner = asset ? json_object_get(owners, asset) : NULL;
			if (!json_is(record, "type", "mail") || json_is(record, "enabled", "no") ||
			    !json_get_string(record, "from") || !owner ||
			    (size_t)json_integer_value(owner) != victims[v].organisation)
				continue;
			struct mail_log log = {record, chain_time(records, record, "from"),
			                       chain_time(records, record, "until")};
			if (log.from.placed)
				logs[have++] = log;
		}
		cover(records, o, chain, &victims[v], logs, have);
	}
	free(logs);
	free(victims);
	json_decref(owners);
}

/* ---- names that say too little */

static void look_at_names(const struct organisations *o, struct chain *chain)
{
	for (size_t i = 0; i + 1 < json_array_size(o->too_short); i += 2) {
		chain->coverage = xrealloc(chain->coverage, (chain->coverage_count + 1) * sizeof *chain->coverage);
		struct chain_coverage *c = &chain->coverage[chain->coverage_count++];
		*c = (struct chain_coverage){
		    .pivot = PIVOT_TOPIC,
		    .from = xstrdup(""),
		    .until = xstrdup(""),
		    .reason = xasprintf(
		        _("the name '%s' is too short to be found in a text; only its domains and addresses are "
		          "looked for"),
		        json_string_value(json_array_get(o->too_short, i + 1)))};
		c->result = COVERAGE_UNKNOWN;
		snprintf(c->party, sizeof c->party, "%s", json_string_value(json_array_get(o->too_short, i)));
	}
}

/* ---- leaks */

static const char *time_field(const json_t *mail)
{
	return json_get_string(mail, "when") ? "when" : "sent";
}

/* Those numbers as "R1-P1 or R1-P2"; `named`: as "R1-P1 Organisation A or R1-P2 Organisation B". */
static char *any_of(const struct organisations *o, const json_t *numbers, int named)
{
	struct buf who = BUF_INIT;
	size_t i;
	json_t *number;
	json_array_foreach(numbers, i, number) {
		if (i)
			buf_adds(&who, _(" or "));
		size_t at = (size_t)json_integer_value(number);
		const char *name = o->all[at].name;
		buf_adds(&who, organisation_who(o, at));
		if (named && strcmp(name, organisation_who(o, at)) != 0)
			buf_addf(&who, " %s", name);
	}
	return buf_take(&who, NULL);
}

static void put_once(json_t *numbers, size_t number)
{
	size_t i;
	json_t *is;
	if (number == NO_ORGANISATION)
		return;
	json_array_foreach(numbers, i, is)
		if ((size_t)json_integer_value(is) == number)
			return;
	json_array_append_new(numbers, json_integer((json_int_t)number));
}

static json_t *holders_of(struct organisations *o, const json_t *genuine)
{
	static const char *const fields[] = {"from_addr", "from", "to", "cc"};
	json_t *numbers = json_array();
	size_t i;
	json_t *label;
	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
		const char *text = json_get_string(genuine, fields[f]);
		struct mail_address a;
		size_t at = 0;
		while (text && mail_address_next(text, strlen(text), &at, &a))
			put_once(numbers, organisation_of_address(o, a.text, NULL));
	}
	json_array_foreach(json_object_get(genuine, "recipients"), i, label)
		put_once(numbers, organisation_of_party(o, json_string_value(label)));
	return numbers;
}

static void add_leak(struct chain *chain, const struct organisations *o, const json_t *numbers, const json_t *genuine,
                     const json_t *mail, const char *reason)
{
	const char *before = genuine ? json_get_string(genuine, time_field(genuine)) : NULL;
	const char *after = json_get_string(mail, time_field(mail));
	chain->leaks = xrealloc(chain->leaks, (chain->leak_count + 1) * sizeof *chain->leaks);
	struct chain_leak *l = &chain->leaks[chain->leak_count++];
	*l = (struct chain_leak){.who = any_of(o, numbers, 0),
	                         .named = any_of(o, numbers, 1),
	                         .not_before = xstrdup(before ? before : ""),
	                         .not_after = xstrdup(after ? after : ""),
	                         .reason = xstrdup(reason)};
	snprintf(l->because, sizeof l->because, "%s", record_label(genuine ? genuine : mail));
}

/* The machines that were infected at some moment between the two. */
static void add_infected(const struct chain_records *records, struct chain_span from, struct chain_span until,
                         struct buf *out)
{
	size_t i;
	json_t *asset;
	int some = 0;
	json_array_foreach(records->assets, i, asset) {
		struct chain_span begin;
		struct chain_span end;
		if (!chain_infected(records, asset, &begin, &end) || !begin.placed)
			continue;
		if ((until.placed && begin.first > until.last) || (end.placed && from.placed && end.last < from.first))
			continue;
		buf_adds(out, some++ ? _(", ") : _("; infected then: "));
		buf_adds(out, record_label(asset));
		char *name = record_title(asset);
		if (strcmp(name, record_label(asset)) != 0)
			buf_addf(out, " %s", name);
		free(name);
	}
}

void chain_leaks(const struct chain_records *records, struct organisations *o, const struct original_uses *uses,
                 struct chain *chain)
{
	struct buf reason = BUF_INIT;
	size_t i;
	json_t *mail;
	for (size_t k = 0; k < uses->count; k++) {
		const struct original_use *use = &uses->all[k];
		json_t *numbers = holders_of(o, use->genuine);
		buf_clear(&reason);
		buf_addf(&reason, _("seen again in %s"), record_label(use->mail));
		add_infected(records, chain_time(records, use->genuine, time_field(use->genuine)),
		             chain_time(records, use->mail, time_field(use->mail)), &reason);
		if (json_array_size(numbers))
			add_leak(chain, o, numbers, use->genuine, use->mail, reason.data);
		json_decref(numbers);
	}
	json_array_foreach(uses->known_only, i, mail) {
		json_t *numbers = json_array();
		size_t k;
		json_t *label;
		json_array_foreach(json_object_get(mail, "known_only_to"), k, label)
			put_once(numbers, organisation_of_party(o, json_string_value(label)));
		if (json_array_size(numbers)) {
			struct chain_span none = {INT64_MIN, INT64_MAX, 0, 0};
			buf_clear(&reason);
			buf_addf(&reason, _("%s holds what only these could know"), record_label(mail));
			add_infected(records, none, chain_time(records, mail, time_field(mail)), &reason);
			add_leak(chain, o, numbers, NULL, mail, reason.data);
		}
		json_decref(numbers);
	}
	buf_release(&reason);
}

void chain_coverage(const struct chain_records *records, const struct organisations *o, struct chain *chain)
{
	look_at_coverage(records, o, chain);
	look_at_names(o, chain);
}
