/* `observations` and `promote`: rows that machines found, and those that a person puts on record. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "case/query/timeline.h"
#include "finding/observation/observation_clock.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"
#include "finding/observation/promote.h"
#include "outward/exchange/csv.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 1000 /* rows for people, unless --limit says otherwise */
#define WIDE  160

enum row_times { ROW_OBSERVED, ROW_UTC, ROW_CORRECTED, ROW_ALL };

struct row_listing {
	struct session *s;
	struct observation_clocks *clocks;
	enum row_times times;
	int json;
	int csv;
	int timesketch;
	uint64_t count;
	size_t limit;
	uint64_t problems;
	int more;
};

/* As --times wants it; "": not known. */
static void time_text(enum row_times which, const struct observation_times *t, char text[32])
{
	int64_t when = which == ROW_UTC ? t->utc : which == ROW_CORRECTED ? t->corrected : t->observed;
	*text = '\0';
	if (when != OBSERVATION_NO_TIME)
		observation_when(when, text);
}

static void csv_row(struct row_listing *l, const struct observation *o, const struct observation_set *set)
{
	struct buf line = BUF_INIT;
	struct buf text = BUF_INIT;
	struct buf times = BUF_INIT;
	char id[OBSERVATION_ID];
	char when[32];
	char utc[32];
	char corrected[32];
	struct observation_times t;
	observation_id(o, set->evidence_sha256, id);
	observation_when(o->when, when);
	observation_clocks_of(l->clocks, o, set, &t);
	time_text(ROW_UTC, &t, utc);
	time_text(ROW_CORRECTED, &t, corrected);
	observation_time_names(o->time_of, &times);
	for (const char *at = o->fields; at < o->fields + o->fields_size; at += strlen(at) + 1)
		buf_addf(&text, "%s%s", text.len ? " " : "", at);
	const char *const cells[] = {id,
	                             when,
	                             times.data,
	                             observation_clock_name(o->clock),
	                             set->evidence,
	                             set->source,
	                             o->path,
	                             observation_artefact_name(o->artefact),
	                             text.data,
	                             utc,
	                             corrected};
	size_t count = sizeof cells / sizeof *cells - (l->times == ROW_OBSERVED ? 2 : 0);
	for (size_t i = 0; i < count; i++) {
		char *safe = printable_dup(cells[i]);
		csv_cell(&line, safe, i == 0);
		free(safe);
	}
	fprintf(l->s->out, "%s\r\n", line.data);
	buf_release(&line);
	buf_release(&text);
	buf_release(&times);
}

/* What Timesketch takes in: https://timesketch.org/guides/user/import-from-json-csv/ */
static void timesketch_row(struct row_listing *l, const struct observation *o, const struct observation_set *set)
{
	struct buf line = BUF_INIT;
	struct buf text = BUF_INIT;
	struct buf times = BUF_INIT;
	char id[OBSERVATION_ID];
	char when[32];
	char datetime[40];
	const char *computer = observation_value(o, "computer");
	const char *user = observation_value(o, "user");
	struct observation_times t;
	if (o->when == OBSERVATION_NO_TIME)
		return; /* it has no place on a time line */
	observation_id(o, set->evidence_sha256, id);
	observation_clocks_of(l->clocks, o, set, &t);
	time_text(l->times == ROW_CORRECTED && t.corrected != OBSERVATION_NO_TIME ? ROW_CORRECTED
	          : t.utc != OBSERVATION_NO_TIME                                  ? ROW_UTC
	                                                                          : ROW_OBSERVED,
	          &t, when);
	snprintf(datetime, sizeof datetime, "%.26s+00:00", when);
	observation_time_names(o->time_of, &times);
	observation_text(o, 2000, &text);
	const char *const cells[] = {text.data,
	                             datetime,
	                             times.data,
	                             observation_artefact_name(o->artefact),
	                             observation_clock_name(o->clock),
	                             computer ? computer : "",
	                             user ? user : "",
	                             o->path,
	                             set->evidence,
	                             id};
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		char *safe = printable_dup(cells[i]);
		csv_cell(&line, safe, i == 0);
		free(safe);
	}
	fprintf(l->s->out, "%s\r\n", line.data);
	buf_release(&line);
	buf_release(&text);
	buf_release(&times);
}

/* Local time does not end in a Z: nobody may take it for UTC. */
static void add_time(const struct row_listing *l, enum row_times which, const struct observation *o,
                     const struct observation_times *t, struct buf *out)
{
	char when[32];
	time_text(which, t, when);
	size_t n = strlen(when);
	if (which == ROW_OBSERVED && o->clock == OBSERVATION_CLOCK_local && n)
		when[n - 1] = ' ';
	buf_adds(out, *when ? when : which == ROW_OBSERVED ? _("no time") : l->times == ROW_ALL ? "-" : _("not known"));
}

static void text_row(struct row_listing *l, const struct observation *o, const struct observation_set *set)
{
	struct buf text = BUF_INIT;
	struct buf when = BUF_INIT;
	struct observation_times t;
	char id[OBSERVATION_ID];
	observation_id(o, set->evidence_sha256, id);
	observation_clocks_of(l->clocks, o, set, &t);
	observation_text(o, WIDE, &text);
	if (l->times == ROW_ALL) {
		add_time(l, ROW_OBSERVED, o, &t, &when);
		buf_adds(&when, "  ");
		add_time(l, ROW_CORRECTED, o, &t, &when);
		buf_adds(&when, "  ");
		add_time(l, ROW_UTC, o, &t, &when);
	} else {
		add_time(l, l->times, o, &t, &when);
	}
	fprintf(l->s->out, "o:%s  %s  %s\n", id, when.data, text.data);
	buf_release(&text);
	buf_release(&when);
}

static int list_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct row_listing *l = ctx;
	if (l->limit && l->count == l->limit) {
		l->more = 1;
		return 1;
	}
	if (l->json) {
		json_t *object = observation_json(o, set->evidence, set->evidence_sha256, set->source);
		observation_clocks_add(l->clocks, o, set, object);
		char *text = json_dumps(object, JSON_COMPACT);
		json_decref(object);
		if (!text)
			return err_set(err, ERR_FAILED, _("the result is not text that JSON can hold"));
		struct buf safe = BUF_INIT;
		printable_json(&safe, text);
		fprintf(l->s->out, "%s%s", l->count ? ",\n" : "[", safe.data);
		buf_release(&safe);
		free(text);
	} else if (l->timesketch) {
		timesketch_row(l, o, set);
	} else if (l->csv) {
		csv_row(l, o, set);
	} else {
		text_row(l, o, set);
	}
	l->count++;
	return 0;
}

static void tell_problem(void *ctx, const struct observation_set *set, const char *reason)
{
	struct row_listing *l = ctx;
	l->problems++;
	printable_printf(l->s->log, _("the set of %s was not searched: %s\n"), set->check, reason);
}

/* The span of --around, a time or a label, widened by --span. */
static int window(struct session *s, const struct args *args, struct observation_query *q, struct err *err)
{
	const char *around = args_option(args, "around");
	const char *span = args_option(args, "span");
	struct duration by = {.seconds = 600};
	struct edtf when;
	int64_t from;
	int64_t until;
	if (!around)
		return span ? err_set(err, ERR_USAGE, _("--span widens --around TIME or LABEL: say that too")) : 0;
	if (span && duration_parse(span, &by, err) < 0)
		return -1;
	if (timeline_resolve(s->c, around, &when) < 0 && edtf_parse(around, &when, err) < 0)
		return -1;
	if (edtf_bounds(&when, timeline_resolve, s->c, &from, &until) < 0 || from == INT64_MIN || until == INT64_MAX)
		return err_set(err, ERR_INVALID, _("%s has no time with a beginning and an end"), around);
	int64_t wide = by.seconds + 86400 * (by.days + 31 * by.months);
	q->from = (from - wide) * OBSERVATION_TICKS;
	q->until = (until + 1 + wide) * OBSERVATION_TICKS - 1;
	return 0;
}

static int take_times(struct row_listing *l, const char *word, struct err *err)
{
	static const char *const words[] = {"observed", "utc", "corrected", "all", "absolute"};
	for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i]) == 0) {
			l->times = i == 4 ? ROW_OBSERVED : (enum row_times)i; /* the timeline calls it absolute */
			return 0;
		}
	return word ? err_set(err, ERR_USAGE, _("--times %s: observed, corrected, utc or all"), word) : 0;
}

int cmd_observations(struct session *s, const struct args *args, struct err *err)
{
	struct row_listing l = {.s = s,
	                        .json = args_option(args, "json") != NULL,
	                        .csv = args_option(args, "csv") != NULL,
	                        .timesketch = args_option(args, "timesketch") != NULL};
	struct buf filter = BUF_INIT;
	if (cmd_limit(args, l.json || l.csv || l.timesketch ? 0 : SHOWN, &l.limit, err) < 0)
		return -1;
	for (size_t i = 0; i < args->count; i++)
		buf_addf(&filter, "%s%s", i ? " " : "", args->words[i]);
	struct observation_query q = {.filter = filter.data, .problem = tell_problem, .lost = 1};
	int rc = take_times(&l, args_option(args, "times"), err);
	l.clocks = observation_clocks_new(s->c);
	if (rc == 0)
		rc = window(s, args, &q, err);
	if (rc == 0 && l.csv)
		fprintf(s->out, "id,when,time_of,clock,evidence,source,path,artefact,fields%s\r\n",
		        l.times == ROW_OBSERVED ? "" : ",when_utc,when_corrected");
	if (rc == 0 && l.times == ROW_ALL && !l.json && !l.csv && !l.timesketch)
		fputs(_("Times: as recorded, corrected, in UTC (-: not known)\n"), s->log);
	if (rc == 0 && l.timesketch)
		fputs("message,datetime,timestamp_desc,source,clock,computer,user,path,evidence,id\r\n", s->out);
	if (rc == 0)
		rc = observation_query_run(s->c, &q, list_row, &l, &s->progress, err);
	if (rc >= 0 && l.json)
		fputs(l.count ? "]\n" : "[]\n", s->out);
	if (rc >= 0 && l.more)
		fprintf(s->log, _("There are more: these are the first %llu (--limit N, 0 for all).\n"),
		        (unsigned long long)l.count);
	if (rc >= 0 && l.problems)
		rc = err_set(err, ERR_FAILED, _("not all sets could be searched"));
	buf_release(&filter);
	observation_clocks_free(l.clocks);
	return rc < 0 ? -1 : 0;
}

int cmd_promote(struct session *s, const struct args *args, struct err *err)
{
	if (args->count < 2)
		return cmd_usage("promote", err);
	struct assign *fields;
	char **names;
	char label[LABEL_TEXT];
	size_t count = args->count - 2;
	const struct kind *kind = kind_named(args->words[1], err);
	if (!kind || cmd_assigns(args->words + 2, count, &fields, &names, err) < 0)
		return -1;
	int rc = observation_promote(s->c, args->words[0], kind, fields, count, label, err);
	cmd_assigns_free(fields, names, count);
	if (rc == PROMOTED_BEFORE)
		printable_printf(s->log, "%s\n", _("it is on record already"));
	else if (rc == PROMOTED_ATTRIBUTED)
		printable_printf(s->log, "%s\n", _("it was on record already; whose act it was is now said"));
	if (rc >= 0)
		cmd_print_label(s, label);
	return rc < 0 ? -1 : 0;
}
