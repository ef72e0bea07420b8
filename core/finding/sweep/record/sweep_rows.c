/* Observations as text that is swept: their blocks one behind the other, and the row that a hit lies in. */
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/observation/observation_block.h"
#include "finding/observation/observation_lost.h"
#include "finding/observation/observation_text.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT 512

void swept_set_close(struct swept_set *set)
{
	observation_reader_close(set->reader);
	observation_reader_close(set->again);
	free(set->block);
	free(set->looked);
	json_decref(set->told);
	free(set);
}

static int swept_set_read(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct swept_set *set = ctx;
	while (n > 0) {
		uint64_t block = offset / OBSERVATION_BLOCK;
		size_t at = (size_t)(offset % OBSERVATION_BLOCK);
		size_t some = n < OBSERVATION_BLOCK - at ? n : OBSERVATION_BLOCK - at;
		if (set->held != block + 1 && observation_reader_block(set->reader, block, set->block, err) < 0)
			return -1;
		set->held = block + 1;
		memcpy(bytes, set->block + at, some);
		bytes = (char *)bytes + some;
		offset += some;
		n -= some;
	}
	return 0;
}

int sweep_is_hits(const struct observation_set *set)
{
	return strncmp(set->parsers, "sweep ", strlen("sweep ")) == 0;
}

static int open_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct sweep_work *w = ctx;
	struct err why = ERR_INIT;
	struct swept_evidence *e = sweep_evidence_of(w, set->evidence);
	if (!e || sweep_is_hits(set) || set->rows == 0)
		return 0;
	json_t *check = record_get(w->c, set->check, 0, NULL);
	const char *entered = json_string_value(json_object_get(check, "entered"));
	struct swept_set *s = xcalloc(1, sizeof *s);
	s->set = *set;
	snprintf(s->since.entered, sizeof s->since.entered, "%s", entered ? entered : "");
	snprintf(s->since.label, sizeof s->since.label, "%s", set->check);
	json_decref(check);
	struct swept_source *source = sweep_add_source(w, e, s, &s->since);
	if (!source) { /* all of it was swept for */
		swept_set_close(s);
		return 0;
	}
	s->reader = observation_reader_open(w->c, set, &why);
	if (!s->reader)
		return sweep_run_problem(&w->run, &source->target, set->source, why.message, err);
	s->block = xmalloc(OBSERVATION_BLOCK);
	source->media = (struct worker_media){set->blocks * OBSERVATION_BLOCK, swept_set_read, s};
	sweep_run_add_media(&w->run, &source->target, set->source, &source->media);
	return 0;
}

/* Of evidence that is swept; hits of sweeps are swept for by none. */
static int tell_lost(void *ctx, const struct observation_set *set, struct err *err)
{
	struct sweep_work *w = ctx;
	json_t *check = record_get(w->c, set->check, 0, NULL);
	const json_t *label;
	size_t i;
	int rc = 0;
	if (json_is(check, "method", "indicator_sweep")) {
		json_decref(check);
		return 0;
	}
	json_array_foreach(json_object_get(check, "evidence"), i, label) {
		const struct swept_evidence *e =
		    json_is_string(label) ? sweep_evidence_of(w, json_string_value(label)) : NULL;
		struct sweep_target target = {.evidence = e ? e->label : NULL, .source = set->check};
		if (rc == 0 && e && e->wanted)
			rc = sweep_run_problem(&w->run, &target, set->check, observation_lost_says(), err);
	}
	json_decref(check);
	return rc;
}

int sweep_open_sets(struct sweep_work *w, struct err *err)
{
	if (observation_set_each(w->c, NULL, open_set, w, err) < 0)
		return -1;
	return observation_lost_each(w->c, tell_lost, w, err);
}

/* The row that the byte lies in; for one in the table of paths, the first row of that path. 1, 0: none, -1. */
static int find_row(const unsigned char *block, size_t at, struct observation *found, struct err *err)
{
	struct block_reader r;
	struct observation o;
	int rc;
	if (block_reader_open(&r, block, OBSERVATION_BLOCK, err) < 0)
		return -1;
	size_t rows = (size_t)(r.at - block);
	uint32_t path = 0;
	while (at < rows && path + 1 < r.path_count && (const unsigned char *)r.paths[path + 1] <= block + at)
		path++;
	while ((rc = block_reader_next(&r, &o, err)) > 0)
		if (at < rows ? o.path == r.paths[path] : at < (size_t)(r.at - block))
			break;
	if (rc > 0)
		*found = o; /* its texts lie in the block */
	block_reader_close(&r);
	return rc;
}

static void set_text(json_t *hit, const char *name, const char *text)
{
	json_object_set_new(hit, name, *text ? json_string(text) : json_null());
}

/* Of the row, the indicator and how it matched. */
static int was_told(struct swept_set *set, const json_t *hit, const char *id)
{
	char *key = xasprintf("%s %s %s %s", id, json_get_string(hit, "match"), json_get_string(hit, "type"),
	                      json_get_string(hit, "indicator"));
	if (!set->told)
		set->told = json_object();
	int was = json_object_get(set->told, key) != NULL;
	json_object_set_new(set->told, key, json_true());
	free(key);
	return was;
}

int sweep_hit_of_row(struct sweep_work *w, struct swept_source *source, json_t *hit, struct err *err)
{
	struct swept_set *set = source->set;
	uint64_t offset = (uint64_t)json_integer_value(json_object_get(hit, "offset"));
	uint64_t block = offset / OBSERVATION_BLOCK;
	struct observation o;
	char when[32];
	char id[OBSERVATION_ID];
	if (!set->again && !(set->again = observation_reader_open(w->c, &set->set, err)))
		return -1;
	if (!set->looked)
		set->looked = xmalloc(OBSERVATION_BLOCK);
	if (set->looked_at != block + 1 && observation_reader_block(set->again, block, set->looked, err) < 0)
		return -1;
	set->looked_at = block + 1;
	int rc = find_row(set->looked, (size_t)(offset % OBSERVATION_BLOCK), &o, err);
	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	observation_id(&o, set->set.evidence_sha256, id);
	if (was_told(set, hit, id))
		return 1;
	struct buf text = BUF_INIT;
	observation_text(&o, TEXT_LIMIT - 4, &text);
	observation_when_recorded(&o, when);
	json_object_set_new(hit, "path", json_string(o.path));
	json_object_set_new(hit, "offset", json_integer((json_int_t)o.offset));
	json_object_set_new(hit, "text", json_string(text.data));
	json_object_set_new(hit, "observation", json_string(id));
	json_object_set_new(hit, "line", json_integer(0));
	set_text(hit, "when", when);
	json_object_set_new(hit, "clock", json_string(observation_clock_name(o.clock)));
	buf_release(&text);
	return 0;
}
