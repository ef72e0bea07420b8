/* find: words in records and, below them, in observations. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/query/search.h"
#include "case/store/record.h"
#include "finding/observation/observation_search.h"
#include "finding/observation/observation_text.h"
#include "finding/observation/searched_words.h"

#include <stdlib.h>
#include <string.h>

struct find_print {
	struct session *s;
	json_t *array;
	size_t count;
	size_t observations;
};

static int print_hit(void *ctx, const struct search_hit *hit)
{
	struct find_print *f = ctx;
	f->count++;
	if (f->array) {
		json_t *record = record_get(f->s->c, hit->label, RECORD_WITH_RETRACTED, NULL);
		if (record)
			json_array_append_new(f->array, record);
	} else {
		printable_printf(f->s->out, "%-8s %-10s %s%s\n", hit->label, hit->kind,
		                 hit->is_retracted ? _("(retracted) ") : "", hit->snippet);
	}
	return 0;
}

#define FIND_RECORDS      100
#define FIND_OBSERVATIONS 20 /* that are shown, unless a person says how many */

static int print_observation(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct find_print *f = ctx;
	char when[32];
	char id[OBSERVATION_ID];
	struct buf text = BUF_INIT;
	(void)err;
	if (f->array) {
		json_t *row = observation_json(o, set->evidence, set->evidence_sha256, set->source);
		json_object_set_new(row, "label", json_string(""));
		json_object_set_new(row, "kind", json_string("observation"));
		json_array_append_new(f->array, row);
		return 0;
	}
	if (f->observations++ == 0)
		printable_printf(f->s->out, "%s\n", _("Observations:"));
	observation_id(o, set->evidence_sha256, id);
	observation_when_recorded(o, when);
	observation_text(o, 160, &text);
	const char *zone = strchr(when, 'Z') ? "Z" : *when ? " " : ""; /* local time is not UTC's */
	printable_printf(f->s->out, "o:%s %-8s %.19s%s %s\n", id, set->evidence, when, zone, text.data);
	buf_release(&text);
	return 0;
}

static void print_unread(void *ctx, const struct observation_set *set, const char *reason)
{
	struct find_print *f = ctx;
	printable_printf(f->s->log, "%s: %s\n", set->evidence, reason);
}

/* What machines found stands below what is on record: some, and how many more. */
static int find_observations(struct find_print *f, const char *words, uint64_t most, struct err *err)
{
	struct observation_search search = {.words = words,
	                                    .most = most,
	                                    .row = print_observation,
	                                    .problem = print_unread,
	                                    .ctx = f,
	                                    .progress = &f->s->progress};
	if (observation_search_run(f->s->c, &search, err) < 0)
		return -1;
	f->count += search.count != 0;
	uint64_t further = search.count - search.shown;
	if (f->array && search.count)
		json_array_append_new(f->array,
		                      json_pack("{s:s, s:s, s:I, s:I}", "label", "", "kind", "observations", "shown",
		                                (json_int_t)search.shown, "further", (json_int_t)further));
	else if (further)
		printable_printf(f->s->out,
		                 P_("and %llu further observation (genba observations, or --limit)\n",
		                    "and %llu further observations (genba observations, or --limit)\n", further),
		                 (unsigned long long)further);
	return 0;
}

int cmd_find(struct session *s, const struct args *args, struct err *err)
{
	if (args->count == 0)
		return cmd_usage("find", err);
	size_t records_most, rows_most;
	if (cmd_limit(args, FIND_RECORDS, &records_most, err) < 0 ||
	    cmd_limit(args, FIND_OBSERVATIONS, &rows_most, err) < 0)
		return -1;
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < args->count; i++)
		buf_addf(&text, "%s%s", i ? " " : "", args->words[i]);
	struct find_print f = {.s = s, .array = args_option(args, "json") ? json_array() : NULL};
	struct buf records = BUF_INIT;
	char *not_looked = searched_not(text.data);
	searched_records(text.data, &records);
	int rc = search_find(s->c, records.data, records_most, print_hit, &f, err);
	if (rc == 0)
		rc = find_observations(&f, text.data, rows_most, err);
	if (rc == 0 && f.array)
		cmd_print_json(s, json_incref(f.array));
	else if (rc == 0 && f.count == 0)
		printable_printf(s->log, "%s\n", _("nothing found"));
	if (not_looked)
		printable_printf(s->log, "%s\n", not_looked);
	free(not_looked);
	buf_release(&records);
	json_decref(f.array);
	buf_release(&text);
	return rc;
}
