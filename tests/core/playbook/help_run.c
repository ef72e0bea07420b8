#include "help_run.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "case/identity/identity.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void must(int rc, const struct err *err)
{
	if (rc < 0)
		fail_msg("%s", err->message);
}

void scene_open(struct scene *s)
{
	static const struct clock_time begin = {.seconds = 1795410300, .offset = 540};
	static const char *const hosts[] = {"HR-PC-03", "HR-PC-04", "FS-01"};
	struct err err = ERR_INIT;
	assert_true(sodium_init() >= 0);
	s->indicators = 0;
	snprintf(s->folder, sizeof s->folder, "/tmp/genba-run-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	setenv("XDG_DATA_HOME", s->folder, 1);
	snprintf(s->path, sizeof s->path, "%s/site.genba", s->folder);
	clock_set(&begin, 1);
	s->identity = identity_ephemeral("Responder One", "R1");
	struct case_new spec = {.title = "Practice", .owner = s->identity};
	s->c = case_create(s->path, &spec, &err);
	if (!s->c)
		fail_msg("%s", err.message);
	for (int i = 0; i < 3; i++) {
		char label[LABEL_TEXT];
		struct assign fields[] = {{"hostname", hosts[i]}, {"power", "on"}, {"status", "infected"}};
		must(record_add(s->c, "asset", fields, 3, 0, label, &err), &err);
	}
}

void scene_reopen(struct scene *s)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {.identity = s->identity};
	must(case_close(s->c, &err), &err);
	s->c = case_open(s->path, &unlock, 0, &err);
	if (!s->c)
		fail_msg("%s", err.message);
}

void scene_close(struct scene *s)
{
	char *remove = xasprintf("rm -rf %s", s->folder);
	case_close(s->c, NULL);
	identity_free(s->identity);
	clock_set(NULL, 0);
	if (system(remove) != 0)
		fail_msg("cannot remove %s", s->folder);
	free(remove);
}

/* A value that the field takes. */
static const char *value_for(struct scene *s, const struct field *field, const char *asset)
{
	static char label[LABEL_TEXT];
	static char address[32];
	switch (field->type) {
	case FIELD_ENUM:
	case FIELD_ENUMS:
	case FIELD_TRI: /* not what it holds from the start */
		return field->values[field->fallback && strcmp(field->fallback, field->values[0].name) == 0].name;
	case FIELD_INT:
	case FIELD_SIZE:
		return "1";
	case FIELD_DURATION:
		return "PT1M";
	case FIELD_TIME:
		return "2026-11-23T14:05:09+09:00";
	case FIELD_HASH:
		return "0000000000000000000000000000000000000000000000000000000000000000";
	case FIELD_ADDRESS:
		return "192.0.2.1";
	case FIELD_URL:
		return "https://example.com/";
	case FIELD_REF:
	case FIELD_REFS:
		if (strcmp(field->ref_kind, "party") == 0)
			return "Responder Two";
		if (strcmp(field->ref_kind, "asset") == 0 || strcmp(field->ref_kind, "any") == 0)
			return asset ? asset : "R1-A1";
		scene_add(s, field->ref_kind, asset, label);
		return label;
	default:
		if (strcmp(field->name, "value") != 0)
			return "as it was seen";
		snprintf(address, sizeof address, "198.18.%u.%u", s->indicators / 250 % 250, s->indicators % 250 + 1);
		s->indicators++; /* each is on record once */
		return address;
	}
}

/* With the required fields, and those named. */
static void help_run_add(struct scene *s, const char *kind_name, const char *asset, const json_t *with,
                         char label[LABEL_TEXT])
{
	static const char *const about[] = {"on", "assets", "asset", "seen_on", "items"};
	const struct kind *kind = kind_find(kind_name);
	struct assign fields[16];
	char *texts[16];
	size_t count = 0;
	struct err err = ERR_INIT;
	for (size_t i = 0; i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		int is_about = 0;
		for (size_t k = 0; asset && k < 5; k++)
			is_about |= strcmp(field->name, about[k]) == 0;
		if ((!field->required && !is_about && !json_holds(with, field->name)) || field->machine || count == 16)
			continue;
		texts[count] = xstrdup(is_about ? asset : value_for(s, field, asset));
		fields[count] = (struct assign){field->name, texts[count]};
		count++;
	}
	int rc = record_add(s->c, kind_name, fields, count, 0, label, &err);
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	must(rc, &err);
}

void scene_add(struct scene *s, const char *kind_name, const char *asset, char label[LABEL_TEXT])
{
	help_run_add(s, kind_name, asset, NULL, label);
}

void scene_preserve(struct scene *s, const char *type, const char *asset, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	struct assign fields[] = {{"title", "taken"},
	                          {"type", type},
	                          {"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	                          {"complete", "complete"},
	                          {"on", asset}};
	must(record_add(s->c, "evidence", fields, asset ? 5 : 4, RECORD_MACHINE, label, &err), &err);
}

/* Records of their own for one need, for each asset of the run. */
static void provide(struct scene *s, const struct run *run, const json_t *need)
{
	const json_t *assets = json_object_get(run->record, "on");
	size_t n = json_array_size(assets) ? json_array_size(assets) : 1;
	char label[LABEL_TEXT];
	for (size_t i = 0; i < n; i++) {
		const char *asset = json_string_value(json_array_get(assets, i));
		const json_t *types = json_object_get(need, "evidence");
		if (types)
			scene_preserve(s, json_is_array(types) ? json_string_value(json_array_get(types, 0)) : "file",
			               asset, label);
		else if (run_requirement_kind(need))
			help_run_add(s, run_requirement_kind(need), asset, json_object_get(need, "with"), label);
	}
}

void scene_do(struct scene *s, struct run *run, const struct waiting *w)
{
	struct assign fields[16];
	char *texts[16];
	size_t count = 0;
	size_t i;
	json_t *need;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int finished;
	json_array_foreach(playbook_step_extra(w->step, "records"), i, need) {
		const char *name = json_get_string(need, "field");
		const struct field *field = name ? kind_field(kind_find("asset"), name) : NULL;
		if (!field && (name = json_get_string(need, "step")))
			field = kind_field(kind_find("step"), name);
		if (!field && !json_object_get(need, "note")) {
			provide(s, run, need);
			continue;
		}
		texts[count] = xstrdup(field ? value_for(s, field, NULL) : "written down");
		fields[count] = (struct assign){field ? name : "note", texts[count]};
		count++;
	}
	struct step_outcome what = {.outcome = OUTCOME_DONE, .fields = fields, .field_count = count};
	int rc = run_step(s->c, run, w, &what, label, &finished, &err);
	if (rc < 0)
		fail_msg("%s: %s", w->id, err.message);
	for (i = 0; i < count; i++)
		free(texts[i]);
}

void scene_answer(struct scene *s, struct run *run, const struct waiting *w, const char *answer)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int finished;
	struct step_outcome what = {.outcome = OUTCOME_DONE, .answer = answer};
	must(run_step(s->c, run, w, &what, label, &finished, &err), &err);
}

void scene_skip(struct scene *s, struct run *run, const struct waiting *w)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int finished;
	struct step_outcome what = {.outcome = OUTCOME_SKIPPED, .reason = "not today"};
	must(run_step(s->c, run, w, &what, label, &finished, &err), &err);
}
