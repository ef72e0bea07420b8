/* `mail` alone: the mails on record, a line each; `mail file`: what somebody got from a link of one. */
#include "tui/commands/finding/cmd_mail.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/record.h"
#include "finding/mail/import.h"
#include "finding/mail/summary.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mail_listing {
	struct case_file *c;
	json_t *array; /* --json */
	struct text_table table;
};

static const char *listed_value(const json_t *record, const char *name)
{
	const char *value = json_get_string(record, name);
	const struct field_value *known = value ? field_value_find(kind_field(record_kind(record), name), value) : NULL;
	return known ? field_value_label(known) : "";
}

static void add_cell(struct mail_listing *l, const char *text)
{
	char *safe = printable_dup(text ? text : "");
	safe[strcspn(safe, "\n")] = '\0';
	text_table_add(&l->table, safe);
	free(safe);
}

static int list_one(void *ctx, json_t *record)
{
	struct mail_listing *l = ctx;
	const struct mail_rule *rule = mail_weightiest(record);
	const char *when = json_get_string(record, "when");
	const char *from = json_get_string(record, "from");
	char *role = mail_known_role(l->c, record_label(record));
	if (l->array) {
		json_array_append_new(l->array,
		                      json_pack("{s:s s:s s:s* s:s* s:s* s:s* s:s s:s* s:s*}", "label",
		                                record_label(record), "kind", "mail", "subject",
		                                json_get_string(record, "subject"), "from", from, "when", when, "class",
		                                json_get_string(record, "class"), "finding", rule ? rule->id : "",
		                                "known", role, "reach", json_get_string(record, "reach")));
		free(role);
		return 0;
	}
	add_cell(l, record_label(record));
	add_cell(l, when ? when : json_get_string(record, "sent"));
	add_cell(l, json_get_string(record, "subject"));
	add_cell(l, from ? from : json_get_string(record, "from_addr"));
	add_cell(l, listed_value(record, json_get_string(record, "class_override") ? "class_override" : "class"));
	char *finding = mail_finding_told(rule, role);
	add_cell(l, finding);
	add_cell(l, listed_value(record, "reach"));
	free(finding);
	free(role);
	return 0;
}

int cmd_mail_list(struct session *s, const struct args *args, struct err *err)
{
	static const char *const names[] = {N_("label"), N_("day"),     N_("subject"),     N_("sender"),
	                                    N_("class"), N_("finding"), N_("done with it")};
	struct mail_listing l = {.c = s->c, .table = {.columns = 7}};
	if (args_option(args, "json"))
		l.array = json_array();
	for (size_t i = 0; !l.array && i < sizeof names / sizeof *names; i++)
		text_table_add(&l.table, _(names[i]));
	int rc = record_each(s->c, "mail", 0, list_one, &l, err);
	if (l.array)
		cmd_print_json(s, l.array);
	else if (rc >= 0)
		text_table_print(&l.table, s->out, 0);
	text_table_release(&l.table);
	return rc < 0 ? -1 : 0;
}

int cmd_mail_file(struct session *s, const struct args *args, struct err *err)
{
	char label[LABEL_TEXT];
	if (args->count != 3)
		return cmd_usage("mail", err);
	int fd = session_input(s, args->words[2], err);
	if (fd < 0)
		return -1;
	int rc = mail_add_file(s->c, args->words[1], fd, args->words[2], args_option(args, "url"), label, err);
	close(fd);
	if (rc == 0)
		cmd_print_label(s, label);
	return rc;
}
