#include "finding/triage/check/check_gaps.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/observation/observation.h"

#include <stdlib.h>
#include <string.h>

#define REASON   2000U /* bytes of it */
#define CHANNELS 1000U /* logs; of more only the rows are looked at */

struct channel { /* of one file */
	char *name;
	char *path;
	int64_t oldest;
	uint64_t records;
	uint64_t first; /* numbers of records */
	uint64_t last;
};

struct check_gaps {
	struct channel channels[CHANNELS];
	size_t channel_count;
	size_t channel; /* of the row before */
	uint64_t problems;
	struct buf unread; /* the first of them, by name */
	uint64_t messages; /* of collectors */
	struct buf collectors;
	uint64_t unknown_files;
};

struct check_gaps *check_gaps_new(void)
{
	return xcalloc(1, sizeof(struct check_gaps));
}

void check_gaps_free(struct check_gaps *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->channel_count; i++) {
		free(g->channels[i].name);
		free(g->channels[i].path);
	}
	buf_release(&g->unread);
	buf_release(&g->collectors);
	free(g);
}

/* ---- what comes */

void check_gaps_event(struct check_gaps *g, const struct observation *o, const char *name)
{
	if (o->flags & OBSERVATION_RECOVERED)
		return; /* of no log any more */
	const char *record = observation_value(o, "record");
	uint64_t number = record ? strtoull(record, NULL, 10) : 0;
	size_t i = g->channel;
	if (i >= g->channel_count || strcmp(g->channels[i].path, o->path) != 0 ||
	    strcmp(g->channels[i].name, name) != 0)
		for (i = 0; i < g->channel_count; i++)
			if (strcmp(g->channels[i].path, o->path) == 0 && strcmp(g->channels[i].name, name) == 0)
				break;
	if (i == CHANNELS)
		return;
	struct channel *c = &g->channels[i];
	if (i == g->channel_count) {
		*c = (struct channel){.name = xstrdup(name), .path = xstrdup(o->path), .oldest = OBSERVATION_NO_TIME};
		c->first = number;
		g->channel_count++;
	}
	g->channel = i;
	c->records++;
	c->oldest = o->when < c->oldest ? o->when : c->oldest;
	c->first = number < c->first ? number : c->first;
	c->last = number > c->last ? number : c->last;
}

static void add_reason(struct buf *all, const char *path, const char *reason)
{
	if (all->len > REASON)
		return;
	buf_adds(all, all->len ? "; " : "");
	printable_add(all, path, strlen(path), 0);
	buf_adds(all, *path ? ": " : "");
	printable_add(all, reason, strlen(reason), 0);
}

void check_gaps_collector(struct check_gaps *g, const struct observation *o)
{
	const char *message = observation_value(o, "message");
	const char *state = observation_value(o, "state");
	struct buf text = BUF_INIT;
	if (o->flags & OBSERVATION_RECOVERED)
		return; /* of another collection */
	g->messages++;
	buf_addf(&text, "%s: %s", state ? state : "", message ? message : "");
	add_reason(&g->collectors, o->path, text.data);
	buf_release(&text);
}

void check_gaps_problem(struct check_gaps *g, const char *path, const char *reason)
{
	g->problems++;
	add_reason(&g->unread, path, reason);
}

void check_gaps_unknown(struct check_gaps *g, uint64_t files)
{
	g->unknown_files = files;
}

/* ---- what there is of it */

static const struct {
	const char *rule;
	const char *title;
} gap_titles[] = {
    {"gap.channel", N_("Logs that every Windows keeps are not in the evidence.")},
    {"gap.rolled-over", N_("Before its oldest record a log says nothing.")},
    {"gap.jump", N_("Numbers of records are missing in between.")},
    {"gap.audit", N_("Starts of processes were not recorded.")},
    {"gap.collector", N_("The collector could not fetch all that it was asked for.")},
    {"gap.unread", N_("Places could not be read.")},
    {"gap.no-parser", N_("Files were not read, since no parser that was asked for knows them.")},
};

const char *check_gap_title(const char *rule)
{
	for (size_t i = 0; i < sizeof gap_titles / sizeof *gap_titles; i++)
		if (strcmp(gap_titles[i].rule, rule) == 0)
			return gap_titles[i].title;
	return NULL;
}

static void give_gap(check_gap_fn gap, void *ctx, const char *rule, const char *reason)
{
	gap(ctx, rule, i18n_text(check_gap_title(rule)), reason);
}

static int has_channel(const struct check_gaps *g, const char *name)
{
	for (size_t i = 0; i < g->channel_count; i++)
		if (strcmp(g->channels[i].name, name) == 0)
			return 1;
	return 0;
}

static void counted(struct buf *out, uint64_t count, const struct buf *reasons)
{
	buf_addf(out, "%llu: %s%s", (unsigned long long)count, reasons->data ? reasons->data : "",
	         reasons->len > REASON ? "; …" : "");
}

void check_gaps_each(const struct check_gaps *g, uint64_t starts, check_gap_fn gap, void *ctx)
{
	static const char *const wanted[] = {"Security", "System", "Application",
	                                     "Microsoft-Windows-PowerShell/Operational",
	                                     "Microsoft-Windows-TaskScheduler/Operational"};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (!has_channel(g, wanted[i]))
			buf_addf(&text, "%s%s", text.len ? ", " : "", wanted[i]);
	if (text.len)
		give_gap(gap, ctx, "gap.channel", text.data);
	buf_clear(&text);
	for (size_t i = 0; i < g->channel_count && text.len < REASON; i++) {
		char when[32];
		observation_when(g->channels[i].oldest, when);
		if (*when)
			buf_addf(&text, "%s%s: %.19sZ", text.len ? ", " : "", g->channels[i].name, when);
	}
	if (text.len)
		give_gap(gap, ctx, "gap.rolled-over", text.data);
	buf_clear(&text);
	for (size_t i = 0; i < g->channel_count && text.len < REASON; i++) {
		const struct channel *c = &g->channels[i];
		if (c->last - c->first + 1 > c->records)
			buf_addf(&text, "%s%s: %llu", text.len ? ", " : "", c->name,
			         (unsigned long long)(c->last - c->first + 1 - c->records));
	}
	if (text.len)
		give_gap(gap, ctx, "gap.jump", text.data);
	if (has_channel(g, "Security") && starts == 0)
		give_gap(gap, ctx, "gap.audit", "Security 4688, Sysmon 1");
	buf_clear(&text);
	counted(&text, g->messages, &g->collectors);
	if (g->messages)
		give_gap(gap, ctx, "gap.collector", text.data);
	buf_clear(&text);
	counted(&text, g->problems, &g->unread);
	if (g->problems)
		give_gap(gap, ctx, "gap.unread", text.data);
	buf_clear(&text);
	buf_addf(&text, "%llu", (unsigned long long)g->unknown_files);
	if (g->unknown_files)
		give_gap(gap, ctx, "gap.no-parser", text.data);
	buf_release(&text);
}
