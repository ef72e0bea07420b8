#include "finding/indicator/pick.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "case/action/action.h"
#include "case/store/indicator_value.h"
#include "finding/indicator/everywhere.h"
#include "finding/indicator/textscan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- finding */

static int compare_picks(const void *a, const void *b)
{
	const struct indicator_pick *x = a;
	const struct indicator_pick *y = b;
	int order = strcmp(x->type, y->type);
	return order ? order : strcmp(x->value, y->value);
}

/* Sorts, and makes one of equal ones. */
static void merge_picks(struct indicator_picks *picks)
{
	size_t kept = 0;
	if (picks->count)
		qsort(picks->all, picks->count, sizeof *picks->all, compare_picks);
	for (size_t i = 0; i < picks->count; i++) {
		if (kept && compare_picks(&picks->all[kept - 1], &picks->all[i]) == 0) {
			picks->all[kept - 1].times += picks->all[i].times;
			picks->all[kept - 1].marked |= picks->all[i].marked;
			free(picks->all[i].value);
		} else {
			picks->all[kept++] = picks->all[i];
		}
	}
	for (; kept > INDICATOR_PICKS_MOST; picks->left_out++)
		free(picks->all[--kept].value);
	picks->count = kept;
}

static int take_hit(void *ctx, const struct textscan_hit *hit)
{
	struct indicator_picks *picks = ctx;
	struct buf value = BUF_INIT;
	const char *type = textscan_indicator(hit->type);
	if (picks->count == 2 * INDICATOR_PICKS_MOST)
		merge_picks(picks);
	if (picks->count == picks->cap) {
		picks->cap = picks->cap ? picks->cap * 2 : 64;
		picks->all = xrealloc(picks->all, picks->cap * sizeof *picks->all);
	}
	if (indicator_normalise(type, hit->value, &value, NULL) < 0)
		return 0; /* could not be put on record */
	if (indicator_is_everywhere(type, value.data)) {
		picks->everywhere++;
		buf_release(&value);
		return 0;
	}
	picks->all[picks->count++] =
	    (struct indicator_pick){.value = buf_take(&value, NULL), .type = type, .times = 1, .marked = !hit->is_part};
	return 0;
}

int indicator_picks_find(struct indicator_picks *picks, const char *text, size_t n, struct err *err)
{
	int rc = textscan(text, n, take_hit, picks, err);
	merge_picks(picks);
	return rc;
}

/* ---- what is known */

struct matching {
	struct indicator_picks *picks;
	json_t *by_key; /* "type key": index */
};

static void add_key(const char *type, const char *value, struct buf *key)
{
	buf_clear(key);
	buf_addf(key, "%s ", type);
	indicator_key(type, value, key);
}

static int match_record(void *ctx, json_t *record)
{
	struct matching *m = ctx;
	struct buf key = BUF_INIT;
	struct buf role = BUF_INIT;
	const char *type = json_get_string(record, "type");
	const char *value = json_get_string(record, "value");
	if (type && value)
		add_key(type, value, &key);
	const json_t *index = key.len ? json_object_get(m->by_key, key.data) : NULL;
	if (index) {
		struct indicator_pick *pick = &m->picks->all[json_integer_value(index)];
		record_field_text(record, kind_field(kind_find("indicator"), "role"), &role);
		snprintf(pick->known, sizeof pick->known, "%s", record_label(record));
		snprintf(pick->role, sizeof pick->role, "%.*s", (int)(role.len < 39 ? role.len : 39), role.data);
		pick->marked = 0;
	}
	buf_release(&role);
	buf_release(&key);
	return 0;
}

/* ---- whose it is */

/* A word of the list, however its entries are parted. */
static int holds_word(const char *list, const char *word)
{
	static const char gaps[] = " \t,;\n";
	while (*list) {
		list += strspn(list, gaps);
		size_t n = strcspn(list, gaps);
		if (n > 0 && n == strlen(word) && strncasecmp(list, word, n) == 0)
			return 1;
		list += n;
	}
	return 0;
}

static int match_asset(void *ctx, json_t *record)
{
	struct indicator_picks *picks = ctx;
	const char *host = json_get_string(record, "hostname");
	const char *addresses = json_get_string(record, "addresses");
	for (size_t i = 0; i < picks->count; i++) {
		struct indicator_pick *pick = &picks->all[i];
		int is_own = strcmp(pick->type, "domain") == 0 ? host && strcasecmp(pick->value, host) == 0
		                                               : addresses && holds_word(addresses, pick->value);
		if (!is_own)
			continue;
		snprintf(pick->own, sizeof pick->own, "%s", record_label(record));
		pick->marked = 0;
	}
	return 0;
}

int indicator_picks_match(struct indicator_picks *picks, struct case_file *c, struct err *err)
{
	struct matching m = {picks, json_object()};
	struct buf key = BUF_INIT;
	for (size_t i = 0; i < picks->count; i++) {
		add_key(picks->all[i].type, picks->all[i].value, &key);
		json_object_set_new(m.by_key, key.data, json_integer((json_int_t)i));
	}
	int rc = picks->count ? record_each(c, "indicator", 0, match_record, &m, err) : 0;
	if (rc >= 0 && picks->count)
		rc = record_each(c, "asset", 0, match_asset, picks, err);
	buf_release(&key);
	json_decref(m.by_key);
	return rc < 0 ? -1 : 0;
}

/* ---- recording */

const char *indicator_pick_role(const struct indicator_picks *picks, const struct indicator_pick *pick)
{
	int is_place =
	    strcmp(pick->type, "domain") == 0 || strcmp(pick->type, "url") == 0 || strcmp(pick->type, "ip") == 0;
	return picks->is_sent_to && is_place && !*pick->own ? "upload" : NULL;
}

static int add_marked(const struct indicator_picks *picks, struct action *a, const char *note, const char *origin,
                      struct buf *labels, size_t *added, struct err *err)
{
	for (size_t i = 0; i < picks->count; i++) {
		const struct indicator_pick *pick = &picks->all[i];
		char label[LABEL_TEXT];
		struct assign fields[6] = {{"type", pick->type}, {"value", pick->value}};
		size_t n = 2;
		if (!note)
			fields[n++] = (struct assign){"origin", picks->of ? picks->of : origin};
		if (picks->of)
			fields[n++] = (struct assign){"links", picks->of};
		if (picks->when && *picks->when)
			fields[n++] = (struct assign){"first_seen", picks->when};
		if (indicator_pick_role(picks, pick))
			fields[n++] = (struct assign){"role", indicator_pick_role(picks, pick)};
		if (*pick->known)
			buf_addf(labels, "%s+%s", labels->len ? "," : "", pick->known);
		if (!pick->marked || *pick->known)
			continue;
		/* matched before: RECORD_TWICE spares another look at all of them for each */
		if (action_add(a, "indicator", fields, n, RECORD_TWICE, label, err) < 0)
			return -1;
		buf_addf(labels, "%s+%s", labels->len ? "," : "", label);
		(*added)++;
	}
	return 0;
}

int indicator_picks_record(const struct indicator_picks *picks, struct case_file *c, const char *note,
                           const char *origin, size_t *added, struct err *err)
{
	struct buf labels = BUF_INIT;
	*added = 0;
	struct action *a = action_begin(c, "add", err);
	int rc = a ? add_marked(picks, a, note, origin, &labels, added, err) : -1;
	if (rc == 0 && note && *added) {
		struct assign on = {"on", labels.data};
		rc = action_set(a, note, &on, 1, 0, err);
	}
	if (a && action_commit(a, err) < 0)
		rc = -1;
	buf_release(&labels);
	return rc;
}

void indicator_picks_release(struct indicator_picks *picks)
{
	for (size_t i = 0; i < picks->count; i++)
		free(picks->all[i].value);
	free(picks->all);
	memset(picks, 0, sizeof *picks);
}
