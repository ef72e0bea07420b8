/* Which machines hits are of, and since when. */
#include "finding/sweep/record/sweep_found.h"

#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

void sweep_found_widen(const char **first, const char **last, const struct found_line *line)
{
	if (*line->when && (!**first || strcmp(line->when, *first) < 0))
		*first = line->when;
	if (*line->when && strcmp(line->when, *last) > 0)
		*last = line->when;
}

/* `numbers`: of "a" and the asset, or "c" and the client. */
static struct found_host *host_of(struct found_host **hosts, size_t *count, json_t *numbers,
                                  const struct found_line *line, size_t indicators)
{
	char *key = xasprintf("%c%s", *line->asset ? 'a' : 'c', *line->asset ? line->asset : line->client);
	const json_t *number = json_object_get(numbers, key);
	size_t known = (size_t)json_integer_value(number);
	if (!number)
		json_object_set_new_nocheck(numbers, key, json_integer((json_int_t)*count)); /* of any bytes */
	free(key);
	if (number)
		return &(*hosts)[known];
	*hosts = xrealloc(*hosts, (*count + 1) * sizeof **hosts);
	struct found_host *h = &(*hosts)[(*count)++];
	*h = (struct found_host){
	    .name = xstrdup(line->client), .first = "", .last = "", .hits = xcalloc(indicators + 1, sizeof *h->hits)};
	memcpy(h->asset, line->asset, sizeof h->asset);
	return h;
}

static int compare_hosts(const void *a, const void *b)
{
	const struct found_host *x = a;
	const struct found_host *y = b;
	if (!*x->first != !*y->first)
		return !*x->first - !*y->first;
	int order = strcmp(x->first, y->first);
	return order ? order : strcmp(x->asset, y->asset) ? strcmp(x->asset, y->asset) : strcmp(x->name, y->name);
}

struct found_host *sweep_found_hosts(const struct sweep_found *found, size_t *count)
{
	struct found_host *hosts = NULL;
	json_t *numbers = json_object();
	*count = 0;
	for (size_t i = 0; i < found->count; i++) {
		const struct found_indicator *it = &found->all[i];
		for (size_t k = 0; k < it->count && !it->refuted; k++) {
			const struct found_line *line = &it->lines[k];
			if (!*line->asset && !*line->client)
				continue; /* nobody's */
			struct found_host *h = host_of(&hosts, count, numbers, line, found->count);
			h->hits[i]++;
			h->lines++;
			sweep_found_widen(&h->first, &h->last, line);
		}
	}
	json_decref(numbers);
	if (*count)
		qsort(hosts, *count, sizeof *hosts, compare_hosts);
	return hosts;
}

void sweep_found_hosts_free(struct found_host *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(hosts[i].name);
		free(hosts[i].hits);
	}
	free(hosts);
}
