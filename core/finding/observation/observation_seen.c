#include "finding/observation/observation_seen.h"

#include <string.h>

void observation_seen_add_time(struct observation_seen *s, int64_t when, int recovered)
{
	int64_t *first = recovered ? &s->recovered_first : &s->first;
	int64_t *last = recovered ? &s->recovered_last : &s->last;
	if (when == OBSERVATION_NO_TIME)
		return;
	*first = when < *first ? when : *first;
	*last = when > *last ? when : *last;
}

void observation_seen_add(struct observation_seen *s, const struct observation *o)
{
	observation_seen_add_time(s, o->when, (o->flags & OBSERVATION_RECOVERED) != 0);
}

static void set_when(json_t *object, const char *name, int64_t when)
{
	char text[32];
	observation_when(when, text);
	json_object_set_new(object, name, json_string(text));
}

void observation_seen_json(const struct observation_seen *s, json_t *object)
{
	int alone = s->first > s->last && s->recovered_first <= s->recovered_last;
	if (alone)
		json_object_set_new(object, "recovered", json_true());
	else if (s->first > s->last)
		return;
	set_when(object, "when", alone ? s->recovered_first : s->first);
	set_when(object, "until", alone ? s->recovered_last : s->last);
	if (!alone && s->recovered_first < s->first)
		set_when(object, "recovered_when", s->recovered_first);
}

static const char all_recovered[] = "recovered; ";

void observation_seen_words(const struct observation_seen *s, struct buf *out)
{
	char text[32];
	if (s->recovered_first > s->recovered_last)
		return;
	observation_when(s->recovered_first, text);
	if (s->first > s->last)
		buf_adds(out, all_recovered);
	else if (s->recovered_first < s->first)
		buf_addf(out, "recovered, earlier: %s; ", text);
}

int observation_seen_all_recovered(const char *reason)
{
	return strncmp(reason, all_recovered, sizeof all_recovered - 1) == 0;
}
