/* Which machines the logs and collections with hits are of: the exits that an indicator went out by. */
#include "finding/sweep/record/sweep_found.h"

#include "base/err.h"
#include "base/json.h"
#include "case/store/record.h"

#include <stdlib.h>
#include <string.h>

struct sources {
	struct case_file *c;
	struct found_source *all;
	size_t count;
	json_t *of;      /* {evidence: number in `all`} */
	json_t *numbers; /* {label of a source: number} */
	json_t *clients; /* an object of names for each */
};

/* The machine of the evidence; the evidence itself, where it is of none. */
static int begin_source(struct sources *s, const char *evidence, size_t *number, struct err *err)
{
	json_t *record = record_get(s->c, evidence, 0, err);
	if (!record)
		return -1;
	const char *on = json_get_string(record, "on");
	const char *label = on ? on : evidence;
	const json_t *known = json_object_get(s->numbers, label);
	*number = known ? (size_t)json_integer_value(known) : s->count;
	if (!known) {
		json_t *asset = on ? record_get(s->c, on, 0, NULL) : NULL;
		s->all = xrealloc(s->all, (s->count + 1) * sizeof *s->all);
		s->all[s->count] = (struct found_source){.is_exit = json_is(asset, "is_exit", "yes"), .first = ""};
		snprintf(s->all[s->count].label, LABEL_TEXT, "%s", label);
		json_object_set_new(s->numbers, label, json_integer((json_int_t)s->count++));
		json_array_append_new(s->clients, json_object());
		json_decref(asset);
	}
	json_object_set_new(s->of, evidence, json_integer((json_int_t)*number));
	json_decref(record);
	return 0;
}

static int source_of(struct sources *s, const char *evidence, size_t *number, struct err *err)
{
	const json_t *known = json_object_get(s->of, evidence);
	*number = (size_t)json_integer_value(known);
	return known ? 0 : begin_source(s, evidence, number, err);
}

/* One without a zone as it stands. */
static int is_earlier(const struct found_source *source, const struct found_line *line)
{
	return *line->when && (!*source->first || strcmp(line->when, source->first) < 0);
}

static int add_lines(struct sources *s, const struct found_indicator *it, struct err *err)
{
	json_t *seen = json_object(); /* sources that have it */
	int rc = 0;
	for (size_t i = 0; i < it->count && rc == 0; i++) {
		const struct found_line *line = &it->lines[i];
		const char *client = *line->asset ? line->asset : line->client;
		size_t number;
		rc = source_of(s, line->evidence, &number, err);
		if (rc < 0)
			break;
		struct found_source *source = &s->all[number];
		source->hits++;
		if (*client)
			json_object_set_new(json_array_get(s->clients, number), client, json_true());
		if (is_earlier(source, line))
			source->first = line->when;
		json_object_set_new(seen, source->label, json_true());
	}
	const char *label;
	json_t *value;
	json_object_foreach(seen, label, value)
		s->all[json_integer_value(json_object_get(s->numbers, label))].indicators++;
	json_decref(seen);
	return rc;
}

static int by_first(const void *one, const void *other)
{
	const struct found_source *a = one;
	const struct found_source *b = other;
	if (a->is_exit != b->is_exit)
		return a->is_exit ? -1 : 1;
	if (!*a->first != !*b->first)
		return *a->first ? -1 : 1;
	int when = strcmp(a->first, b->first);
	return when ? when : strverscmp(a->label, b->label);
}

struct found_source *sweep_found_sources(const struct sweep_found *found, struct case_file *c, size_t *count,
                                         struct err *err)
{
	struct sources s = {c, xcalloc(1, sizeof *s.all), 0, json_object(), json_object(), json_array()};
	int rc = 0;
	for (size_t i = 0; i < found->count && rc == 0; i++)
		if (!found->all[i].refuted)
			rc = add_lines(&s, &found->all[i], err);
	for (size_t i = 0; i < s.count; i++)
		s.all[i].clients = json_object_size(json_array_get(s.clients, i));
	if (rc == 0)
		qsort(s.all, s.count, sizeof *s.all, by_first);
	json_decref(s.of);
	json_decref(s.numbers);
	json_decref(s.clients);
	*count = rc == 0 ? s.count : 0;
	if (rc == 0)
		return s.all;
	free(s.all);
	return NULL;
}
