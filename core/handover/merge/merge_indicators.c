/* One indicator that both sides put on record: nothing is lost by it, but whoever counts or sweeps must know. */
#include "handover/merge/merge_private.h"

#include "base/i18n.h"
#include "base/json.h"
#include "case/store/indicator_value.h"
#include "case/store/record.h"

struct twice {
	struct merge_plan *m;
	json_t *labels; /* key of the indicator -> label of the first record of it */
	json_t *paths;  /* … -> its path in the history */
};

static int is_new(struct merge_plan *m, const char *path)
{
	struct buf text = BUF_INIT;
	int new = history_read(m->h, m->head, path, &text, NULL) < 0;
	buf_release(&text);
	return new;
}

static int meet(void *ctx, json_t *record)
{
	struct twice *t = ctx;
	const char *type = json_get_string(record, "type");
	const char *value = json_get_string(record, "value");
	struct buf key = BUF_INIT;
	struct buf path = BUF_INIT;
	if (!value)
		return 0;
	buf_addf(&key, "%s ", type ? type : "");
	indicator_key(type, value, &key);
	record_path("indicator", json_get_string(record, "id"), &path);
	const char *other = json_get_string(t->labels, key.data);
	if (!other) {
		json_object_set_new(t->labels, key.data, json_string(record_label(record)));
		json_object_set_new(t->paths, key.data, json_string(path.data));
	} else if (is_new(t->m, path.data) || is_new(t->m, json_get_string(t->paths, key.data))) {
		merge_tell(
		    t->m->report->notes,
		    _("%s and %s are the same indicator (%s): keep one, for example by `genba retract %s --reason "
		      "\"the same as %s\"`"),
		    other, record_label(record), value, record_label(record), other);
	}
	buf_release(&key);
	buf_release(&path);
	return 0;
}

int merge_tell_twice(struct merge_plan *m)
{
	struct twice t = {m, json_object(), json_object()};
	int rc = record_each(m->c, "indicator", RECORD_RAW, meet, &t, m->err);
	json_decref(t.labels);
	json_decref(t.paths);
	return rc < 0 ? -1 : 0;
}
