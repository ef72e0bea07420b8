#include "finding/observation/promote.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_text.h"

#include <stdlib.h>
#include <string.h>

#define TITLE 120
#define MOST  32 /* fields that are filled in */

struct promoting {
	struct case_file *c;
	char when[32];
	char evidence[LABEL_TEXT];
	char check[LABEL_TEXT];
	struct buf title;
	struct buf origin;
	char *line; /* the row, as JSON */
};

static int take_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct promoting *p = ctx;
	char id[OBSERVATION_ID];
	(void)err;
	observation_id(o, set->evidence_sha256, id);
	observation_when(o->when, p->when);
	snprintf(p->evidence, sizeof p->evidence, "%s", set->evidence);
	snprintf(p->check, sizeof p->check, "%s", set->check);
	observation_text(o, TITLE, &p->title);
	buf_addf(&p->origin, "o:%s %s", id, set->evidence);
	json_t *object = observation_json(o, set->evidence, set->evidence_sha256, set->source);
	p->line = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return 1;
}

static int is_given(const struct assign *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return 1;
	return 0;
}

/* The assets of the check that the row comes from. */
static char *assets_of(const struct promoting *p)
{
	struct buf out = BUF_INIT;
	json_t *check = record_get(p->c, p->check, 0, NULL);
	const json_t *label;
	size_t i;
	json_array_foreach(json_object_get(check, "on"), i, label)
		buf_addf(&out, "%s%s", i ? "," : "", json_string_value(label));
	json_decref(check);
	return buf_take(&out, NULL);
}

int observation_promote(struct case_file *c, const char *id, const struct kind *kind, const struct assign *fields,
                        size_t count, char label[LABEL_TEXT], struct err *err)
{
	struct promoting p = {.c = c, .title = BUF_INIT, .origin = BUF_INIT};
	struct assign all[MOST + 16];
	size_t n = 0;
	int event = (kind->traits & KIND_EVENT) != 0;
	if (!event && !(kind->traits & KIND_INDICATOR))
		return err_set(err, ERR_USAGE, _("a row becomes an event or an indicator, not %s"), kind->name);
	if (count > MOST)
		return err_set(err, ERR_USAGE, _("at most %d fields"), MOST);
	if (observation_find(c, id, take_row, &p, err) < 0)
		return -1;
	char *assets = assets_of(&p);
	const struct assign known[] = {
	    {event ? "title" : "", p.title.data},
	    {event ? "when" : "first_seen", p.when},
	    {event ? "side" : "", "unknown"},
	    {event ? "assets" : "seen_on", assets},
	    {event ? "log_excerpt" : "", p.line ? p.line : ""},
	    {event ? "" : "origin", p.origin.data},
	    {"basis", "tool_output"},
	    {"evidence", p.evidence},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (*known[i].name && *known[i].value && !is_given(fields, count, known[i].name))
			all[n++] = known[i];
	if (count)
		memcpy(all + n, fields, count * sizeof *fields);
	int rc = -1;
	struct action *a = action_begin(c, "promote", err);
	if (a) {
		rc = action_add(a, kind->name, all, n + count, 0, label, err);
		rc = action_commit(a, err) < 0 ? -1 : rc;
	}
	free(assets);
	free(p.line);
	buf_release(&p.title);
	buf_release(&p.origin);
	return rc;
}
