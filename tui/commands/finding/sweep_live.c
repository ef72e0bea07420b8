#include "tui/commands/finding/sweep_live.h"

#include "base/json.h"

#include <string.h>

static json_t *live;     /* sums, or NULL: no sweep is under way */
static json_t *numbers;  /* of indicators */
static uint64_t changes; /* never set back */

void sweep_live_begin(void)
{
	sweep_live_end();
	live = json_array();
	numbers = json_object();
}

void sweep_live_end(void)
{
	json_decref(live);
	json_decref(numbers);
	live = numbers = NULL;
	changes++;
}

static void set_text(json_t *sum, const char *name, const char *text)
{
	json_object_set_new(sum, name, json_string(text));
}

void sweep_live_hit(const json_t *hit)
{
	const char *value = json_get_string(hit, "indicator");
	const char *when = json_get_string(hit, "when");
	const char *client = json_get_string(hit, "client");
	if (!live || !value)
		return;
	const json_t *number = json_object_get(numbers, value);
	json_t *sum = number ? json_array_get(live, (size_t)json_integer_value(number)) : NULL;
	if (!sum) {
		json_object_set_new(numbers, value, json_integer((json_int_t)json_array_size(live)));
		sum = json_pack("{s:s, s:s, s:s, s:i, s:{}}", "indicator", value, "first", "", "last", "", "hits", 0,
		                "clients");
		json_array_append_new(live, sum);
	}
	json_object_set_new(sum, "hits", json_integer(json_integer_value(json_object_get(sum, "hits")) + 1));
	if (when && (!*json_get_string(sum, "first") || strcmp(when, json_get_string(sum, "first")) < 0))
		set_text(sum, "first", when);
	if (when && strcmp(when, json_get_string(sum, "last")) > 0)
		set_text(sum, "last", when);
	if (client && *client)
		json_object_set_new(json_object_get(sum, "clients"), client, json_true());
	changes++;
}

size_t sweep_live_count(uint64_t *now)
{
	*now = changes;
	return json_array_size(live);
}

struct sweep_live_sum sweep_live_at(size_t i)
{
	const json_t *sum = json_array_get(live, i);
	return (struct sweep_live_sum){.indicator = json_get_string(sum, "indicator"),
	                               .first = json_get_string(sum, "first"),
	                               .last = json_get_string(sum, "last"),
	                               .hits = (uint64_t)json_integer_value(json_object_get(sum, "hits")),
	                               .clients = json_object_size(json_object_get(sum, "clients"))};
}
