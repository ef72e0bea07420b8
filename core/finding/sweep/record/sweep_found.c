#include "finding/sweep/record/sweep_found.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/observation/observation_query.h"

#include <stdlib.h>
#include <string.h>

struct found_load {
	struct sweep_found *found;
	json_t *numbers; /* of "type value" */
	json_t *seen;    /* evidence and id */
};

static struct found_indicator *indicator_of(struct found_load *l, const char *type, const char *value)
{
	struct sweep_found *f = l->found;
	char *key = xasprintf("%s %s", type, value);
	const json_t *number = json_object_get(l->numbers, key);
	size_t i = number ? (size_t)json_integer_value(number) : f->count;
	if (!number) {
		json_object_set_new(l->numbers, key, json_integer((json_int_t)i));
		f->all = xrealloc(f->all, (f->count + 1) * sizeof *f->all);
		f->all[f->count++] =
		    (struct found_indicator){.value = xstrdup(value), .type = xstrdup(type), .first = "", .last = ""};
	}
	free(key);
	return &f->all[i];
}

static char *copy_of(const char *text)
{
	return xstrdup(text ? text : "");
}

static int take_hit(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct found_load *l = ctx;
	const char *type = observation_value(o, "type");
	const char *value = observation_value(o, "indicator");
	const char *asset = observation_value(o, "asset");
	const char *raw = observation_value(o, "when_raw");
	const char *member = observation_value(o, "member");
	struct found_line line = {.is_utc = raw == NULL && o->when != OBSERVATION_NO_TIME};
	(void)err;
	if (!type || !value)
		return 0;
	observation_id(o, set->evidence_sha256, line.id);
	char *key = xasprintf("%s %s", set->evidence, line.id);
	int again = json_object_get(l->seen, key) != NULL;
	json_object_set_new(l->seen, key, json_true());
	free(key);
	if (again)
		return 0;
	snprintf(line.evidence, sizeof line.evidence, "%s", set->evidence);
	snprintf(line.asset, sizeof line.asset, "%s", asset ? asset : "");
	if (raw)
		snprintf(line.when, sizeof line.when, "%.39s", raw);
	else
		observation_when(o->when, line.when);
	line.client = copy_of(observation_value(o, "client"));
	line.text = copy_of(observation_value(o, "text"));
	line.place = xasprintf("%s%s%s", o->path, member && *member ? ":" : "", member ? member : "");
	struct found_indicator *i = indicator_of(l, type, value);
	i->lines = xrealloc(i->lines, (i->count + 1) * sizeof *i->lines);
	i->lines[i->count++] = line;
	return 0;
}

static uint64_t number_of(const struct observation *o, const char *name)
{
	const char *text = observation_value(o, name);
	return text ? strtoull(text, NULL, 10) : 0;
}

static int take_upload(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct found_load *l = ctx;
	struct sweep_found *f = l->found;
	const char *asset = observation_value(o, "asset");
	const char *first = observation_value(o, "first");
	const char *last = observation_value(o, "last");
	struct found_upload u = {.posts = number_of(o, "posts"),
	                         .puts = number_of(o, "puts"),
	                         .connects = number_of(o, "connects"),
	                         .bytes = number_of(o, "bytes")};
	(void)err;
	observation_id(o, set->evidence_sha256, u.id);
	char *key = xasprintf("%s %s", set->evidence, u.id);
	int again = json_object_get(l->seen, key) != NULL;
	json_object_set_new(l->seen, key, json_true());
	free(key);
	if (again)
		return 0;
	snprintf(u.evidence, sizeof u.evidence, "%s", set->evidence);
	snprintf(u.asset, sizeof u.asset, "%s", asset ? asset : "");
	snprintf(u.first, sizeof u.first, "%.39s", first ? first : "");
	snprintf(u.last, sizeof u.last, "%.39s", last ? last : "");
	u.client = copy_of(observation_value(o, "client"));
	u.sent_to = copy_of(observation_value(o, "sent_to"));
	f->uploads = xrealloc(f->uploads, (f->upload_count + 1) * sizeof *f->uploads);
	f->uploads[f->upload_count++] = u;
	return 0;
}

static void note_unread(void *ctx, const struct observation_set *set, const char *reason)
{
	struct found_load *l = ctx;
	(void)set, (void)reason;
	l->found->unread++;
}

static int take_record(void *ctx, json_t *record)
{
	struct found_load *l = ctx;
	const char *type = json_get_string(record, "type");
	const char *value = json_get_string(record, "value");
	const char *role = json_get_string(record, "role");
	char *key = xasprintf("%s %s", type ? type : "", value ? value : "");
	const json_t *number = json_object_get(l->numbers, key);
	free(key);
	if (!number)
		return 0;
	struct found_indicator *i = &l->found->all[json_integer_value(number)];
	snprintf(i->label, sizeof i->label, "%s", record_label(record));
	snprintf(i->role, sizeof i->role, "%s", role ? role : "");
	i->refuted = json_is(record, "false_positive", "yes");
	return 0;
}

static void sum_up(struct found_indicator *i)
{
	json_t *clients = json_object();
	json_t *assets = json_object();
	json_t *evidence = json_object();
	for (size_t k = 0; k < i->count; k++) {
		const struct found_line *line = &i->lines[k];
		if (*line->client)
			json_object_set_new(clients, line->client, json_true());
		if (*line->asset)
			json_object_set_new(assets, line->asset, json_true());
		json_object_set_new(evidence, line->evidence, json_true());
		if (line->is_utc && (!*i->first || strcmp(line->when, i->first) < 0))
			i->first = line->when;
		if (line->is_utc && strcmp(line->when, i->last) > 0)
			i->last = line->when;
	}
	i->clients = json_object_size(clients);
	i->assets = json_object_size(assets);
	i->evidence = json_object_size(evidence);
	json_decref(clients);
	json_decref(assets);
	json_decref(evidence);
}

/* Those without a time last, then by value. */
static int compare_found(const void *a, const void *b)
{
	const struct found_indicator *x = a;
	const struct found_indicator *y = b;
	if (x->refuted != y->refuted)
		return x->refuted - y->refuted;
	if (!*x->first != !*y->first)
		return !*x->first - !*y->first;
	int order = strcmp(x->first, y->first);
	return order ? order : strcmp(x->value, y->value);
}

int sweep_found_load(struct sweep_found *found, struct case_file *c, struct err *err)
{
	struct found_load l = {found, json_object(), json_object()};
	*found = (struct sweep_found){.count = 0};
	struct observation_query q = {.filter = "artefact=hit", .problem = note_unread};
	struct observation_query sent = {.filter = "artefact=log_line sent_to:"};
	int rc = observation_query_run(c, &q, take_hit, &l, NULL, err);
	if (rc == 0)
		rc = observation_query_run(c, &sent, take_upload, &l, NULL, err);
	if (rc == 0)
		rc = record_each(c, "indicator", 0, take_record, &l, err) < 0 ? -1 : 0;
	for (size_t i = 0; i < found->count; i++)
		sum_up(&found->all[i]);
	if (found->count)
		qsort(found->all, found->count, sizeof *found->all, compare_found);
	json_decref(l.numbers);
	json_decref(l.seen);
	if (rc < 0)
		sweep_found_release(found);
	return rc;
}

void sweep_found_release(struct sweep_found *found)
{
	for (size_t i = 0; i < found->count; i++) {
		struct found_indicator *it = &found->all[i];
		for (size_t k = 0; k < it->count; k++) {
			free(it->lines[k].client);
			free(it->lines[k].place);
			free(it->lines[k].text);
		}
		free(it->lines);
		free(it->value);
		free(it->type);
	}
	for (size_t i = 0; i < found->upload_count; i++) {
		free(found->uploads[i].client);
		free(found->uploads[i].sent_to);
	}
	free(found->uploads);
	free(found->all);
	*found = (struct sweep_found){.count = 0};
}

/* ---- hosts */

static struct found_host *host_of(struct found_host **hosts, size_t *count, const struct found_line *line,
                                  size_t indicators)
{
	for (size_t i = 0; i < *count; i++)
		if (*line->asset ? strcmp((*hosts)[i].asset, line->asset) == 0
		                 : !*(*hosts)[i].asset && strcmp((*hosts)[i].name, line->client) == 0)
			return &(*hosts)[i];
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
	*count = 0;
	for (size_t i = 0; i < found->count; i++) {
		const struct found_indicator *it = &found->all[i];
		for (size_t k = 0; k < it->count && !it->refuted; k++) {
			const struct found_line *line = &it->lines[k];
			if (!*line->asset && !*line->client)
				continue; /* nobody's */
			struct found_host *h = host_of(&hosts, count, line, found->count);
			h->hits[i]++;
			h->lines++;
			if (line->is_utc && (!*h->first || strcmp(line->when, h->first) < 0))
				h->first = line->when;
			if (line->is_utc && strcmp(line->when, h->last) > 0)
				h->last = line->when;
		}
	}
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
