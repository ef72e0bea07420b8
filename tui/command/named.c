#include "tui/command/named.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/identity/label.h"
#include "case/query/record_named.h"

#include <stdio.h>

const char *named_record(struct session *s, const char *text, char label[LABEL_TEXT], struct err *err)
{
	char id[37];
	json_t *record = record_get(s->c, text, RECORD_RAW, NULL);
	int is_label = record || label_is_meant(text);
	json_decref(record);
	if (is_label)
		return text;
	int found = record_find_named(s->c, NULL, text, id);
	if (found > 1) {
		err_set(err, ERR_USAGE, _("several records are called '%s'; give a label such as R1-A1"), text);
		return NULL;
	}
	record = found == 1 ? record_get(s->c, id, RECORD_RAW, NULL) : NULL;
	if (!record)
		return text;
	snprintf(label, LABEL_TEXT, "%s", record_label(record));
	json_decref(record);
	return label;
}

char *named_change(struct title_cache **names, struct case_file *c, const struct record_change *change, int after)
{
	const struct field *field = change->field;
	const json_t *value = after ? change->new_value : change->old_value;
	struct buf text = BUF_INIT;
	if (value && field && (field->type == FIELD_REF || field->type == FIELD_REFS))
		name_field_labelled(names, c, field, value, &text);
	else
		buf_adds(&text, after ? change->new_text : change->old_text);
	return buf_take(&text, NULL);
}
