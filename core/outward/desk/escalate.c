#include "outward/desk/escalate.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/action/eligible.h"
#include "case/kind/first_line.h"
#include "case/kind/stored_words.h"
#include "outward/desk/stage.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TITLE_CELLS 80
#define PARENTS     8

/* The consultation, if it waits for something to become of it. New reference. */
static json_t *consultation_waiting(struct case_file *c, const char *label, struct err *err)
{
	json_t *record = record_get(c, label, 0, err);
	const struct kind *kind = record ? record_kind(record) : NULL;
	if (!record)
		return NULL;
	if (!kind || !kind_field(kind, "became"))
		err_set(err, ERR_USAGE, _("%s is no consultation"), label);
	else if (record_is_retracted(record))
		err_set(err, ERR_FAILED, _("%s was retracted"), label);
	else if (json_get_string(record, "case_id"))
		err_set(err, ERR_EXISTS, _("%s has a case already: %s"), label, json_get_string(record, "case_id"));
	else
		return record;
	json_decref(record);
	return NULL;
}

int consultation_may_end(struct case_file *c, const char *label, struct err *err)
{
	json_t *record = consultation_waiting(c, label, err);
	json_decref(record);
	return record ? 0 : -1;
}

static json_t *consultation_get(struct case_file *c, const char *label, const char *reason, struct err *err)
{
	json_t *record = consultation_waiting(c, label, err);
	if (!record || (reason && *reason))
		return record;
	err_set(err, ERR_USAGE, _("what becomes of a consultation needs a reason: --reason TEXT"));
	json_decref(record);
	return NULL;
}

static int decide(struct action *a, struct case_file *c, const char *on, const char *became, const char *reason,
                  const char *when, char label[LABEL_TEXT], struct err *err)
{
	struct assign fields[] = {{"title", WORDS_ASKED_BECOMES},
	                          {"choice", stage_choice(became)},
	                          {"reason", reason},
	                          {"by", case_responder_name(c)},
	                          {"when", when},
	                          {"on", on}};
	return action_add(a, "decision", fields, 6, 0, label, err);
}

int consultation_end(struct case_file *c, const char *label, const struct consultation_end *end, struct err *err)
{
	char now[CLOCK_TEXT];
	char decision[LABEL_TEXT];
	clock_format(clock_now(), now);
	const char *when = end->when ? end->when : now;
	json_t *record = consultation_get(c, label, end->reason, err);
	struct action *a = record ? action_begin(c, "desk", err) : NULL;
	json_decref(record);
	if (!a)
		return -1;
	struct assign fields[] = {{"became", end->became}, {"advised", when}};
	if (decide(a, c, label, end->became, end->reason, when, decision, err) == 0)
		action_set(a, label, fields, strcmp(end->became, "advice") == 0 ? 2 : 1, 0, err);
	return action_commit(a, err);
}

/* ---- a case file of it */

/* What a record says in fields that mean the same in another case: no references, no secrets, nothing of genba's own. */
static size_t fields_of(const json_t *record, const char *without, struct assign *fields, char **values, size_t most)
{
	const struct kind *kind = record_kind(record);
	size_t n = 0;
	for (size_t i = 0; kind && i < kind_field_count(kind) && n < most; i++) {
		const struct field *field = kind_field_at(kind, i);
		const json_t *value = json_object_get(record, field->name);
		if (!value || field->machine || field->common || strcmp(field->name, without) == 0 ||
		    field->type == FIELD_REF || field->type == FIELD_REFS || field->type == FIELD_SECRET)
			continue;
		struct buf text = BUF_INIT;
		size_t k;
		json_t *member;
		if (json_is_string(value))
			buf_adds(&text, json_string_value(value));
		json_array_foreach((json_t *)(uintptr_t)value, k, member)
			buf_addf(&text, "%s%s", k ? "," : "", json_string_value(member));
		if (text.len) {
			values[n] = buf_take(&text, NULL);
			fields[n] = (struct assign){field->name, values[n]};
			n++;
		}
		buf_release(&text);
	}
	return n;
}

static int copy_party(struct action *a, const json_t *party, const char *parent, char label[LABEL_TEXT],
                      struct err *err)
{
	struct assign fields[40];
	char *values[40];
	size_t n = fields_of(party, "", fields, values, 38);
	size_t given = n;
	if (parent)
		fields[given++] = (struct assign){"parent", parent};
	int rc = action_add(a, record_kind(party)->name, fields, given, 0, label, err);
	for (size_t i = 0; i < n; i++)
		free(values[i]);
	return rc;
}

/* Who asked, and whom they belong to, the highest last. The references are the caller's. */
static size_t callers(struct case_file *c, const char *from, json_t *chain[PARENTS])
{
	size_t n = 0;
	char *next = from ? xstrdup(from) : NULL;
	while (next && n < PARENTS) {
		struct err gone = ERR_INIT;
		chain[n] = record_get(c, next, 0, &gone);
		free(next);
		next = NULL;
		if (!chain[n])
			break;
		const char *parent = json_get_string(chain[n++], "parent");
		next = parent ? xstrdup(parent) : NULL;
	}
	free(next);
	return n;
}

static int fill_case(struct case_file *made, struct case_file *c, const json_t *asked, struct err *err)
{
	json_t *chain[PARENTS];
	char labels[PARENTS][LABEL_TEXT];
	struct assign fields[16];
	char *values[16];
	char *link = xasprintf("%s/%s", case_id(c), json_get_string(asked, "id"));
	size_t n = callers(c, json_get_string(asked, "from"), chain);
	struct action *a = action_begin(made, "desk", err);
	int rc = a ? 0 : -1;
	for (size_t i = n; i > 0 && rc == 0; i--)
		rc = copy_party(a, chain[i - 1], i < n ? labels[i] : NULL, labels[i - 1], err);
	if (rc == 0) {
		static const char *const taken[] = {"route", "kinds", "advised"};
		const struct kind *kind = record_kind(asked);
		size_t given = 0;
		size_t copies = 0;
		json_t *some = json_object();
		json_object_set(some, "kind", json_object_get(asked, "kind"));
		for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
			if (kind_field(kind, taken[i]) && json_object_get(asked, taken[i]))
				json_object_set(some, taken[i], json_object_get(asked, taken[i]));
		copies = given = fields_of(some, "", fields, values, 8);
		json_decref(some);
		if (!json_object_get(asked, "route"))
			fields[given++] = (struct assign){"route", "desk"};
		fields[given++] = (struct assign){"consulted", json_get_string(asked, "when")};
		fields[given++] = (struct assign){"stage", "consultation"};
		fields[given++] = (struct assign){"consultation", link};
		if (n)
			fields[given++] = (struct assign){"party", labels[n - 1]};
		rc = action_set(a, "case", fields, given, 0, err);
		for (size_t i = 0; i < copies; i++)
			free(values[i]);
	}
	if (a && action_commit(a, err) < 0)
		rc = -1;
	for (size_t i = 0; i < n; i++)
		json_decref(chain[i]);
	free(link);
	return rc;
}

/* Unless it came of another one. */
static void name_consultation(struct action *a, struct case_file *c, const char *label, struct err *err)
{
	json_t *record = record_get(c, "case", RECORD_RAW, err);
	json_t *asked = record_get(c, label, 0, err);
	if (record && asked && !json_object_get(record, "consultation")) {
		char *link = xasprintf("%s/%s", case_id(c), json_get_string(asked, "id"));
		struct assign field = {"consultation", link};
		action_set(a, "case", &field, 1, 0, err);
		free(link);
	}
	json_decref(asked);
	json_decref(record);
}

/* What the register says of the case; where the case is in the register itself, it names the consultation, too. */
static int link_back(struct case_file *c, const char *label, const struct consultation_case *spec, const char *id,
                     const char *when, int by_decision, struct err *err)
{
	char decision[LABEL_TEXT];
	struct assign fields[6] = {{"case_id", id}};
	size_t n = 1;
	int rescue = spec->stage && (strcmp(spec->stage, "rescue") == 0 || strcmp(spec->stage, "on_site") == 0);
	struct action *a = action_begin(c, "desk", err);
	if (!a)
		return -1;
	if (rescue) {
		fields[n++] = (struct assign){"became", spec->stage};
		fields[n++] = (struct assign){"rescue_from", when};
	}
	if (rescue && strcmp(spec->stage, "on_site") == 0)
		fields[n++] = (struct assign){"on_site_from", when};
	if (spec->stage && strcmp(spec->stage, "advice") == 0)
		fields[n++] = (struct assign){"advised", when};
	if (decide(a, c, label, spec->stage ? spec->stage : "consultation", spec->reason, when, decision, err) == 0) {
		if (by_decision)
			fields[n++] = (struct assign){"decision", decision};
		action_set(a, label, fields, n, 0, err);
	}
	if (strcmp(id, case_id(c)) == 0)
		name_consultation(a, c, label, err);
	return action_commit(a, err);
}

static char *title_of(const json_t *asked)
{
	const char *summary = json_get_string(asked, "summary");
	size_t n;
	const char *begins = first_line_of(summary ? summary : "", &n, NULL);
	char *line = xstrndup(begins, n);
	size_t fits = text_fit(line, TITLE_CELLS, NULL);
	char *title = *line ? xstrndup(line, fits) : xstrdup(record_label(asked));
	free(line);
	return title;
}

int consultation_may_begin(struct case_file *c, const char *label, const char *stage, struct err *err)
{
	struct eligibility e;
	json_t *asked = record_get(c, label, 0, err);
	if (!asked)
		return -1;
	eligibility_of_party(c, json_get_string(asked, "from"), &e);
	json_decref(asked);
	return e.company ? 0 : stage_may_begin(&e, stage, err);
}

int consultation_open(struct case_file *c, const char *label, const struct consultation_case *spec,
                      const struct identity *owner, struct buf *warnings, char id[37], struct err *err)
{
	char now[CLOCK_TEXT];
	struct eligibility e;
	clock_format(clock_now(), now);
	const char *when = spec->when ? spec->when : now;
	json_t *asked = consultation_get(c, label, spec->reason, err);
	if (!asked)
		return -1;
	if (path_must_be_new(spec->path, err) < 0) {
		json_decref(asked);
		return -1;
	}
	eligibility_of_party(c, json_get_string(asked, "from"), &e);
	char *title = title_of(asked);
	struct case_new new_case = {.title = title, .owner = owner};
	struct case_file *made = case_create(spec->path, &new_case, err);
	int rc = made ? fill_case(made, c, asked, err) : -1;
	if (rc == 0 && spec->stage) {
		struct stage_step step = {spec->stage, spec->reason, when, spec->anyway || e.company};
		rc = stage_set(made, &step, warnings, err);
	}
	if (made) {
		snprintf(id, 37, "%s", case_id(made));
		if (case_close(made, rc == 0 ? err : NULL) < 0)
			rc = -1;
	}
	if (rc == 0)
		rc = link_back(c, label, spec, id, when, e.company && e.eligible != TRI_YES, err);
	if (rc < 0 && made)
		unlink(spec->path);
	free(title);
	json_decref(asked);
	return rc;
}

int consultation_is_this_case(struct case_file *c, const char *label, const char *stage, const char *reason,
                              struct err *err)
{
	char now[CLOCK_TEXT];
	struct consultation_case spec = {.stage = stage, .reason = reason};
	json_t *asked = consultation_get(c, label, reason, err);
	clock_format(clock_now(), now);
	json_decref(asked);
	return asked ? link_back(c, label, &spec, case_id(c), now, 0, err) : -1;
}
