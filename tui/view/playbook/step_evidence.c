/*
 * What a step needs as a record of its own, from within its form: evidence in
 * the four ways that end a preserving step, and other records new or picked.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/words.h"
#include "evidence/preserve.h"
#include "tui/form/form.h"
#include "tui/form/questions.h"
#include "tui/view/playbook/step.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TYPES 32

int step_choose_asset(struct workbench *wb, const json_t *assets, const char *question, char label[LABEL_TEXT])
{
	size_t count = json_array_size(assets);
	char **lines = xcalloc(count + 1, sizeof *lines);
	int chosen = count ? 0 : -1;
	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(json_array_get(assets, i));
		json_t *asset = record_get(workbench_case(wb), name, RECORD_RAW, NULL);
		char *title = asset ? record_title(asset) : xstrdup("");
		lines[i] = xasprintf("%s  %s", name, title);
		free(title);
		json_decref(asset);
	}
	if (count > 1)
		chosen = prompt_choice(wb, question, (const char *const *)lines, count, 0, NULL);
	snprintf(label, LABEL_TEXT, "%s", chosen >= 0 ? json_string_value(json_array_get(assets, (size_t)chosen)) : "");
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
	return chosen >= 0 || count == 0;
}

/* ---- the type that the evidence gets: one that the step accepts */

static const struct field *evidence_field(const char *name)
{
	return kind_field(kind_find("evidence"), name);
}

/* NULL: left. */
static const struct field_value *choose_type(struct workbench *wb, const json_t *need)
{
	const struct field *field = evidence_field("type");
	const json_t *wanted = json_object_get(need, "evidence");
	const struct field_value *values[TYPES];
	const char *labels[TYPES];
	size_t count = 0;
	for (size_t i = 0; i < field->value_count && count < TYPES; i++) {
		int fits = json_array_size(wanted) == 0;
		for (size_t k = 0; k < json_array_size(wanted); k++)
			fits |= strcmp(json_string_value(json_array_get(wanted, k)), field->values[i].name) == 0;
		if (fits) {
			values[count] = &field->values[i];
			labels[count++] = field_value_label(&field->values[i]);
		}
	}
	if (count == 1)
		return values[0];
	int chosen = count ? prompt_choice(wb, _("What is it: "), labels, count, 0, NULL) : -1;
	return chosen >= 0 ? values[chosen] : NULL;
}

int step_accepts(const json_t *need, const char *type)
{
	const json_t *wanted = json_object_get(need, "evidence");
	int any = json_array_size(wanted) == 0;
	for (size_t i = 0; type && !any && i < json_array_size(wanted); i++)
		any = strcmp(json_string_value(json_array_get(wanted, i)), type) == 0;
	return any;
}

/* ---- by its path */

/* The last word of the line typed, which is the path: what it would be called by its name. */
static const char *step_evidence_guess(const char *typed)
{
	struct words words;
	struct stat st;
	const char *type = "file";
	if (words_split(&words, typed, NULL) < 0)
		return type;
	if (words.count > 1) {
		const char *path = words.items[words.count - 1];
		type = evidence_type_guess(path, stat(path, &st) == 0 && S_ISDIR(st.st_mode));
	}
	words_release(&words);
	return type;
}

struct step_evidence_line {
	struct workbench *wb;
	const json_t *need;
};

static char *ask_line(struct workbench *wb, const struct question *q, const char *before)
{
	(void)q;
	return prompt_command(wb, before);
}

/* A file does not say that it is a memory image: the person does, or the step, where it takes only one type. */
static int preserve_line(void *ctx, struct question *all, struct err *err)
{
	const struct step_evidence_line *l = ctx;
	const char *typed = all->answer;
	int plain = strncmp(typed, "preserve ", 9) == 0 && !strstr(typed, " --type");
	const struct field_value *type =
	    plain && !step_accepts(l->need, step_evidence_guess(typed)) ? choose_type(l->wb, l->need) : NULL;
	if (type) {
		char *whole = xasprintf("preserve --type %s %s", type->name, typed + 9);
		free(all->answer);
		all->answer = whole;
	}
	return *all->answer ? workbench_try(l->wb, all->answer, err) : 0;
}

static void step_evidence_preserve(struct workbench *wb, const json_t *need, const char *asset)
{
	struct step_evidence_line l = {wb, need};
	char *begun = *asset ? xasprintf("preserve --on %s ", asset) : xstrdup("preserve ");
	struct question asked = {.ask = ask_line, .initial = begun};
	struct questions q = {&asked, 1, preserve_line, &l};
	questions_ask(wb, &q);
	questions_release(&q);
	free(begun);
}

/* ---- not hashed here yet */

#define STAND_IN 6 /* questions, at most */

struct step_evidence_stand_in {
	struct workbench *wb;
	const struct field_value *type;
	const char *asset;
	int stated;
	size_t count;
};

static int record_stand_in(void *ctx, struct question *all, struct err *err)
{
	const struct step_evidence_stand_in *s = ctx;
	struct assign fields[STAND_IN + 2];
	size_t n = 0;
	char label[LABEL_TEXT];
	fields[n++] = (struct assign){"type", s->type->name};
	if (*s->asset)
		fields[n++] = (struct assign){"on", s->asset};
	for (size_t i = 0; i < s->count; i++)
		fields[n++] = (struct assign){all[i].name, all[i].answer};
	if (run_stand_in(workbench_case(s->wb), s->stated, fields, n, label, err) < 0)
		return -1;
	workbench_tell(s->wb, TONE_GOOD, _("%s is on record; it stays open on the Board until it is hashed"), label);
	return 0;
}

static void stand_in(struct workbench *wb, const json_t *need, const char *asset, int stated)
{
	static const char *const of_item[] = {"title",    "source_serial", "seal_no", "witness",
	                                      "hash_due", "stored_at",     NULL};
	static const char *const of_digest[] = {"title", "claimed_hash", "claimed_by", NULL};
	struct step_evidence_stand_in s = {wb, choose_type(wb, need), asset, stated, 0};
	struct question asked[STAND_IN] = {{.name = NULL}};
	if (!s.type)
		return;
	for (const char *const *name = stated ? of_digest : of_item; *name; name++)
		asked[s.count++] =
		    (struct question){.name = *name, .field = evidence_field(*name), .ask = question_field};
	struct questions q = {asked, s.count, record_stand_in, &s};
	if (!questions_ask(wb, &q))
		workbench_tell(wb, TONE_ATTENTION, "%s", _("left: nothing was recorded"));
	questions_release(&q);
}

/* ---- picked from what is on record */

static char *step_evidence_pick(struct workbench *wb, const char *kind, const char *chosen)
{
	struct field any = *kind_field(kind_find("step"), "links");
	any.ref_kind = kind;
	return form_pick_reference(wb, &any, chosen);
}

static int step_evidence_stop(void *ctx, json_t *record)
{
	(void)record;
	*(int *)ctx = 1;
	return 1;
}

static int has_any(struct workbench *wb, const char *kind)
{
	int any = 0;
	record_each(workbench_case(wb), kind, 0, step_evidence_stop, &any, NULL);
	return any;
}

char *step_obtain_evidence(struct workbench *wb, const json_t *need, const json_t *assets, const char *chosen)
{
	const char *ways[] = {_("hash or copy a file, folder or device, by its path"),
	                      _("pick what is on record already"), _("a physical item under seal, hashed later"),
	                      _("a digest that somebody else made of what they hold")};
	char asset[LABEL_TEXT];
	int way = prompt_choice(wb, _("Evidence: "), ways, sizeof ways / sizeof *ways, 0, NULL);
	if (way < 0)
		return NULL;
	if (way == 1)
		return step_evidence_pick(wb, "evidence", chosen);
	if (!step_choose_asset(wb, assets, _("Of which asset: "), asset))
		return NULL;
	if (way == 0)
		step_evidence_preserve(wb, need, asset);
	else
		stand_in(wb, need, asset, way == 3);
	return NULL;
}

#define WANTED 16 /* fields that a step may want of a record, shown in its form */

/* A new record on these assets; of a kind that is about one machine, one for each. The labels; NULL: left. */
static char *step_evidence_write(struct workbench *wb, const json_t *need, const json_t *assets)
{
	const char *kind = run_requirement_kind(need);
	const char *name = run_about_field(kind_find(kind));
	const struct field *about = name ? kind_field(kind_find(kind), name) : NULL;
	size_t count = json_array_size(assets);
	size_t turns = about && about->type == FIELD_REF && count > 1 ? count : 1;
	struct buf labels = BUF_INIT;
	for (size_t turn = 0; turn < turns; turn++) {
		struct buf on = BUF_INIT;
		char label[LABEL_TEXT];
		for (size_t i = turns > 1 ? turn : 0; i < (turns > 1 ? turn + 1 : count); i++)
			buf_addf(&on, "%s%s", on.len ? "," : "", json_string_value(json_array_get(assets, i)));
		struct assign preset[WANTED + 1] = {{name, on.data}};
		size_t given = on.len && about ? 1 : 0;
		size_t k;
		json_t *wanted;
		json_array_foreach(json_object_get(need, "with"), k, wanted)
			if (k < WANTED)
				preset[given++] = (struct assign){json_string_value(wanted), ""};
		int made = form_run(wb, kind, preset, given, label);
		if (made)
			buf_addf(&labels, "%s%s", labels.len ? "," : "", label);
		buf_release(&on);
		if (!made)
			break;
	}
	return labels.len ? buf_take(&labels, NULL) : (buf_release(&labels), NULL);
}

/* Labels; none, if there is no run to ask. A new reference. */
static json_t *fitting(struct workbench *wb, const char *label, const json_t *need)
{
	struct run run;
	if (!label || run_load(workbench_case(wb), label, &run, NULL) < 0)
		return json_array();
	json_t *labels = run_fitting(workbench_case(wb), &run, need);
	run_release(&run);
	return labels;
}

char *step_obtain_record(struct workbench *wb, const char *run, const json_t *need, const json_t *assets,
                         const char *chosen)
{
	const char *kind = run_requirement_kind(need);
	const char *ways[] = {_("write a new one"), _("pick what is on record already")};
	json_t *fit = fitting(wb, run, need);
	/* of several assets it may be about one alone: the person looks */
	int only = json_array_size(fit) == 1 && json_array_size(assets) <= 1 && !(chosen && *chosen);
	int way = 0;
	char *labels = NULL;
	if (has_any(wb, kind)) {
		char *question = xasprintf("%s: ", kind_label(kind_find(kind)));
		way = prompt_choice(wb, question, ways, 2, json_array_size(fit) > 0, NULL);
		free(question);
	}
	if (way == 1)
		labels =
		    only ? xstrdup(json_string_value(json_array_get(fit, 0))) : step_evidence_pick(wb, kind, chosen);
	else if (way == 0)
		labels = step_evidence_write(wb, need, assets);
	json_decref(fit);
	return labels;
}

void step_start_called(struct workbench *wb, const char *name, const json_t *assets)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct buf on = BUF_INIT;
	size_t i;
	json_t *asset;
	json_array_foreach(assets, i, asset)
		buf_addf(&on, "%s%s", i ? "," : "", json_string_value(asset));
	struct playbook *p = playbook_find(name, &err);
	if (!p || run_start(workbench_case(wb), p, on.data, label, &err) < 0)
		workbench_tell_error(wb, &err);
	else
		workbench_show(wb, "playbook", label);
	playbook_free(p);
	buf_release(&on);
}
