/* `desk` without a word: what waits; and `desk advise|decline|open`: what becomes of a consultation. */
#include "tui/commands/desk/desk_command.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "outward/desk/escalate.h"
#include "outward/desk/waiting.h"

#include <stdlib.h>
#include <string.h>

#define WIDEST 40 /* cells of a column */

/* ---- what waits */

static json_t *item_json(const struct waiting_item *item)
{
	static const char *const kinds[] = {"consultation", "lead", "case"};
	static const char *const statuses[] = {"eligible", "status", "stage"};
	static const char *const dates[] = {"when", "found", "since"};
	static const char *const texts[] = {"summary", "title", "title"};
	static const char *const parties[] = {"from", "names", "party"};
	json_t *object = json_object();
	json_object_set_new(object, "kind", json_string(kinds[item->sort]));
	json_object_set_new(object, "label", cmd_json_text(item->label));
	json_object_set_new(object, dates[item->sort], cmd_json_text(item->when));
	json_object_set_new(object, "age", item->age < 0 ? json_null() : json_integer(item->age));
	json_object_set_new(object, statuses[item->sort], cmd_json_text(item->status));
	json_object_set_new(object, parties[item->sort], cmd_json_text(item->who));
	json_object_set_new(object, texts[item->sort], cmd_json_text(item->text));
	json_object_set_new(object, "file", cmd_json_text(item->file));
	json_object_set_new(object, "case_id", cmd_json_text(item->case_id));
	return object;
}

static const char *status_label(const struct waiting_item *item)
{
	static const char *const fields[][2] = {{"consultation", "eligible"}, {"lead", "status"}, {"case", "stage"}};
	const struct field *field = kind_field(kind_find(fields[item->sort][0]), fields[item->sort][1]);
	const struct field_value *value = field_value_find(field, item->status);
	return value ? field_value_label(value) : item->status;
}

static void print_sort(struct session *s, const struct desk_waiting *waiting, enum waiting_sort sort)
{
	static const char *const titles[] = {N_("Consultations that are open, the oldest first"), N_("Leads"),
	                                     N_("Cases")};
	static const char *const statuses[] = {N_("Eligible"), N_("Status"), N_("Stage")};
	struct text_table table = {.columns = 7};
	size_t found = 0;
	text_table_add(&table, _("Label"));
	text_table_add(&table, _("Days"));
	text_table_add(&table, _("Since"));
	text_table_add(&table, i18n_text(statuses[sort]));
	text_table_add(&table, _("Organisation"));
	text_table_add(&table, _("Text"));
	text_table_add(&table, _("File"));
	for (size_t i = 0; i < waiting->count; i++) {
		const struct waiting_item *item = &waiting->items[i];
		if (item->sort != sort)
			continue;
		char *age = item->age < 0 ? xstrdup("?") : xasprintf("%ld", item->age);
		found++;
		text_table_add(&table, item->label);
		text_table_add(&table, age);
		text_table_add(&table, item->when);
		text_table_add(&table, status_label(item));
		text_table_add(&table, item->who);
		text_table_add(&table, item->text);
		text_table_add(&table, item->file);
		free(age);
	}
	printable_printf(s->out, "%s%s (%zu)\n", sort ? "\n" : "", i18n_text(titles[sort]), found);
	if (found)
		text_table_print(&table, s->out, WIDEST);
	text_table_release(&table);
}

int desk_waiting(struct session *s, const struct args *args, struct err *err)
{
	struct desk_reading_files r = {s, 0};
	struct desk_cases cases;
	struct desk_waiting waiting = {NULL, 0};
	struct case_unlock unlock;
	struct desk_source source;
	int rc = desk_files(s, args, 0, &r, &unlock, &source, &cases, err);
	if (rc == 0)
		rc = waiting_make(&source, &cases, &waiting, err);
	if (rc == 0 && args_option(args, "json")) {
		json_t *array = json_array();
		for (size_t i = 0; i < waiting.count; i++)
			json_array_append_new(array, item_json(&waiting.items[i]));
		cmd_print_json(s, array);
	} else if (rc == 0) {
		for (int sort = WAITING_CONSULTATION; sort <= WAITING_CASE; sort++)
			print_sort(s, &waiting, (enum waiting_sort)sort);
	}
	if (rc == 0)
		rc = desk_faults(&r, err);
	waiting_release(&waiting);
	desk_cases_release(&cases);
	return rc;
}

/* ---- what becomes of a consultation */

static int end_consultation(struct session *s, const struct args *args, const char *became, struct err *err)
{
	struct consultation_end end = {became, args_option(args, "reason"), args_option(args, "when")};
	if (args->count != 2)
		return cmd_usage("desk", err);
	return consultation_end(s->c, args->words[1], &end, err);
}

int desk_advise(struct session *s, const struct args *args, struct err *err)
{
	return end_consultation(s, args, "advice", err);
}

int desk_decline(struct session *s, const struct args *args, struct err *err)
{
	return end_consultation(s, args, "declined", err);
}

int desk_open(struct session *s, const struct args *args, struct err *err)
{
	struct buf warnings = BUF_INIT;
	char id[37];
	if (args->count != 3)
		return cmd_usage("desk", err);
	struct consultation_case spec = {.path = args->words[2],
	                                 .stage = args_option(args, "stage"),
	                                 .reason = args_option(args, "reason"),
	                                 .when = args_option(args, "when"),
	                                 .anyway = args_option(args, "anyway") != NULL};
	int rc = consultation_open(s->c, args->words[1], &spec, s->identity, &warnings, id, err);
	if (rc < 0 && !spec.anyway && spec.stage && err->code == ERR_FAILED &&
	    consultation_may_begin(s->c, args->words[1], spec.stage, NULL) < 0)
		desk_tell_anyway(s);
	printable_printf(s->log, "%s", warnings.data);
	if (rc == 0)
		printable_printf(s->out, "%s\n", id);
	buf_release(&warnings);
	return rc;
}
