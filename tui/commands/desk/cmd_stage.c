/* `stage`: escalation of the case, and what the history says of it. */
#include "tui/command/cmd.h"
#include "tui/commands/desk/desk_command.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "outward/desk/stage.h"

#include <stdlib.h>
#include <string.h>

struct telling {
	struct session *s;
	json_t *array; /* NULL: text */
};

static int tell_step(void *ctx, const struct stage_past *past)
{
	struct telling *t = ctx;
	char stamped[CLOCK_TEXT];
	clock_format(past->stamped, stamped);
	if (t->array) {
		json_t *object = json_pack("{s:s s:s s:s s:s s:s s:s}", "kind", "stage", "label", "case", "stage",
		                           past->stage, "when", past->date, "commit", past->commit, "entered", stamped);
		json_object_set_new(object, "reason", cmd_json_text(past->reason));
		json_object_set_new(object, "who", cmd_json_text(past->person));
		json_array_append_new(t->array, object);
		return 0;
	}
	const struct field *field = kind_field(kind_find("case"), "stage");
	const struct field_value *value = field_value_find(field, past->stage);
	char *reason = printable_dup(past->reason);
	char *person = printable_dup(past->person);
	printable_printf(t->s->out, "%s  %s  %s  (%.10s %s)\n", *past->date ? past->date : stamped,
	                 value ? field_value_label(value) : past->stage, reason, past->commit, person);
	free(reason);
	free(person);
	return 0;
}

static const char *criterion(enum tri tri)
{
	const struct field *field = kind_field(kind_find("party"), "serious_effect");
	const struct field_value *value = field_value_find(field, tri_name(tri));
	return value ? field_value_label(value) : tri_name(tri);
}

static int tell_steps(struct session *s, const struct args *args, struct err *err)
{
	struct telling t = {s, args_option(args, "json") ? json_array() : NULL};
	struct eligibility e;
	if (stage_each(s->c, tell_step, &t, err) < 0 || stage_eligibility(s->c, &e, err) < 0) {
		json_decref(t.array);
		return -1;
	}
	if (t.array) {
		json_array_append_new(t.array, json_pack("{s:s s:s s:s s:s s:s}", "kind", "eligibility", "label",
		                                         "case", "eligible", tri_name(e.eligible), "serious_effect",
		                                         tri_name(e.serious_effect), "key_relations",
		                                         tri_name(e.key_relations)));
		cmd_print_json(s, t.array);
		return 0;
	}
	const struct kind *party = kind_find("party");
	const struct kind *consultation = kind_find("consultation");
	printable_printf(s->out, "%s: %s (%s: %s; %s: %s)\n", field_label(kind_field(consultation, "eligible")),
	                 criterion(e.eligible), field_label(kind_field(party, "serious_effect")),
	                 criterion(e.serious_effect), field_label(kind_field(party, "key_relations")),
	                 criterion(e.key_relations));
	return 0;
}

void desk_tell_anyway(struct session *s)
{
	fputs(_("--anyway takes the step all the same, and puts your reason on record as a decision\n"), s->log);
}

int cmd_stage(struct session *s, const struct args *args, struct err *err)
{
	if (args->count == 0)
		return tell_steps(s, args, err);
	if (args->count != 1)
		return cmd_usage("stage", err);
	struct stage_step step = {.stage = args->words[0],
	                          .reason = args_option(args, "reason"),
	                          .when = args_option(args, "when"),
	                          .anyway = args_option(args, "anyway") != NULL};
	struct buf warnings = BUF_INIT;
	int rc = case_may_write(s->c, err) < 0 ? -1 : stage_set(s->c, &step, &warnings, err);
	if (rc < 0 && !step.anyway && err->code == ERR_FAILED && stage_may_set(s->c, step.stage, NULL) < 0)
		desk_tell_anyway(s);
	printable_printf(s->log, "%s", warnings.data);
	buf_release(&warnings);
	if (rc == 0)
		session_backup_if_due(s);
	return rc;
}
