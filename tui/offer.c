#include "tui/offer.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/indicator/textscan.h"
#include "tui/prompt.h"
#include "tui/views.h"
#include "tui/workbench.h"

#include <stdlib.h>
#include <string.h>

#define OFFERS_MOST 5000 /* different ones out of one text */

struct offer {
	char *value;
	const char *type; /* of the indicator */
	size_t times;     /* in the text */
	int marked;
	char known[LABEL_TEXT]; /* label of the record that has it already, or "" */
	char role[40];          /* of that record, for people */
};

struct offers {
	struct offer *all;
	size_t count;
	size_t cap;
	size_t left_out;
};

/* ---- finding */

static int compare_offers(const void *a, const void *b)
{
	const struct offer *x = a;
	const struct offer *y = b;
	int order = strcmp(x->type, y->type);
	return order ? order : strcmp(x->value, y->value);
}

/* Sorts, and makes one of equal ones. */
static void merge(struct offers *o)
{
	size_t kept = 0;
	if (o->count)
		qsort(o->all, o->count, sizeof *o->all, compare_offers);
	for (size_t i = 0; i < o->count; i++) {
		if (kept && compare_offers(&o->all[kept - 1], &o->all[i]) == 0) {
			o->all[kept - 1].times += o->all[i].times;
			o->all[kept - 1].marked |= o->all[i].marked;
			free(o->all[i].value);
		} else {
			o->all[kept++] = o->all[i];
		}
	}
	for (; kept > OFFERS_MOST; o->left_out++)
		free(o->all[--kept].value);
	o->count = kept;
}

static int collect(void *ctx, const struct textscan_hit *hit)
{
	struct offers *o = ctx;
	if (o->count == 2 * OFFERS_MOST)
		merge(o);
	if (o->count == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 64;
		o->all = xrealloc(o->all, o->cap * sizeof *o->all);
	}
	/* the host of a URL or of a mail address is offered, but not taken for granted */
	o->all[o->count++] = (struct offer){
	    .value = xstrdup(hit->value), .type = textscan_indicator(hit->type), .times = 1, .marked = !hit->is_part};
	return 0;
}

/* Marks what is on record already; `offers` are sorted. */
static int match_known(void *ctx, json_t *record)
{
	struct offers *o = ctx;
	struct offer wanted = {.value = (char *)(uintptr_t)json_get_string(record, "value"),
	                       .type = json_get_string(record, "type")};
	if (!wanted.value || !wanted.type)
		return 0;
	struct offer *known = bsearch(&wanted, o->all, o->count, sizeof *o->all, compare_offers);
	if (!known)
		return 0;
	struct buf role = BUF_INIT;
	record_field_text(record, kind_field(kind_find("indicator"), "role"), &role);
	snprintf(known->known, sizeof known->known, "%s", record_label(record));
	snprintf(known->role, sizeof known->role, "%.*s", (int)(role.len < 39 ? role.len : 39), role.data);
	known->marked = 0;
	buf_release(&role);
	return 0;
}

/* ---- picking */

static size_t count_offers(void *ctx, const char *typed)
{
	(void)typed;
	return ((struct offers *)ctx)->count;
}

static void offer_line(void *ctx, size_t i, struct buf *out)
{
	const struct offer *offer = &((struct offers *)ctx)->all[i];
	const struct field *type = kind_field(kind_find("indicator"), "type");
	const struct field_value *named = field_value_find(type, offer->type);
	buf_addf(out, "%-10s %s", named ? field_value_label(named) : offer->type, offer->value);
	if (offer->times > 1)
		buf_addf(out, " ×%zu", offer->times);
	if (*offer->known)
		buf_addf(out, _("   known: %s, %s"), offer->known, offer->role);
}

static int offer_marked(void *ctx, size_t i)
{
	return ((struct offers *)ctx)->all[i].marked;
}

static void offer_toggle(void *ctx, size_t i)
{
	struct offer *offer = &((struct offers *)ctx)->all[i];
	if (!*offer->known)
		offer->marked = !offer->marked;
}

/* ---- recording */

static int link_note(struct action *a, const char *note, const struct buf *labels, struct err *err)
{
	struct assign on = {"on", labels->data};
	return labels->len ? action_set(a, note, &on, 1, 0, err) : 0;
}

static void record_marked(struct workbench *wb, const struct offers *o, const char *note)
{
	struct err err = ERR_INIT;
	struct buf labels = BUF_INIT;
	size_t added = 0;
	struct action *a = action_begin(workbench_case(wb), "add", &err);
	int rc = a ? 0 : -1;
	for (size_t i = 0; i < o->count && rc == 0; i++) {
		const struct offer *offer = &o->all[i];
		char label[LABEL_TEXT];
		struct assign fields[] = {{"type", offer->type}, {"value", offer->value}, {"origin", _("pasted text")}};
		if (*offer->known && note)
			buf_addf(&labels, "%s+%s", labels.len ? "," : "", offer->known);
		if (!offer->marked)
			continue;
		rc = action_add(a, "indicator", fields, note ? 2 : 3, 0, label, &err);
		if (rc == 0 && note)
			buf_addf(&labels, "%s+%s", labels.len ? "," : "", label);
		added++;
	}
	if (rc == 0 && note && added)
		rc = link_note(a, note, &labels, &err);
	if (a && action_commit(a, &err) < 0)
		rc = -1;
	if (rc < 0)
		workbench_tell_error(wb, &err);
	else
		workbench_tell(wb, TONE_GOOD, _("%zu indicators on record in one action"), added);
	buf_release(&labels);
}

static void free_offers(struct offers *o)
{
	for (size_t i = 0; i < o->count; i++)
		free(o->all[i].value);
	free(o->all);
}

static void pick(struct workbench *wb, struct offers *o, const char *note)
{
	struct prompt_source source = {.ctx = o,
	                               .find = count_offers,
	                               .text = offer_line,
	                               .is_marked = offer_marked,
	                               .toggle = offer_toggle,
	                               .help = _(" Space marks · Enter puts the marked ones on record · Esc leaves"),
	                               .fixed = 1};
	struct buf question = BUF_INIT;
	buf_addf(&question, _("%zu found in this text"), o->count);
	if (o->left_out)
		buf_addf(&question, _(", %zu more left out"), o->left_out);
	buf_adds(&question, " ");
	if (prompt_pick(wb, question.data, &source, NULL) != -1)
		record_marked(wb, o, note);
	buf_release(&question);
}

void offer_indicators(struct workbench *wb, const char *text, const char *note)
{
	struct offers o = {0};
	struct err err = ERR_INIT;
	int rc = workbench_may_write(wb, &err);
	if (rc == 0)
		rc = textscan(text ? text : "", text ? strlen(text) : 0, collect, &o, &err);
	merge(&o);
	if (rc == 0 && o.count)
		rc = record_each(workbench_case(wb), "indicator", 0, match_known, &o, &err);
	if (rc < 0)
		workbench_tell_error(wb, &err);
	else if (o.count == 0)
		workbench_tell(wb, TONE_ATTENTION, "%s", _("no address, host, URL, digest or path in this text"));
	else
		pick(wb, &o, note);
	free_offers(&o);
}

static int count_hit(void *ctx, const struct textscan_hit *hit)
{
	(void)hit;
	++*(size_t *)ctx;
	return 0;
}

void indicators_ask(struct workbench *wb, const char *text)
{
	offer_indicators(wb, text, NULL);
}

void paste_ask(struct workbench *wb, const char *text)
{
	size_t found = 0;
	const char *on = view_label(workbench_top(wb));
	textscan(text, strlen(text), count_hit, &found, NULL);
	if (found == 0) {
		workbench_note(wb, on, text);
		return;
	}
	char *indicators = xasprintf(_("Indicators (%zu found)"), found);
	const char *choices[] = {indicators, _("A note")};
	int chosen = prompt_choice(wb, _("What the pasted text is for: "), choices, 2, 0, NULL);
	if (chosen == 0)
		offer_indicators(wb, text, NULL);
	else if (chosen == 1)
		workbench_note(wb, on, text);
	free(indicators);
}
