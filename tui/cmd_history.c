#include "tui/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/record.h"
#include "history/history.h"

#include <stdlib.h>
#include <string.h>

struct logging {
	struct session *s;
	json_t *array;
};

static int log_one(void *ctx, const struct history_entry *entry)
{
	struct logging *l = ctx;
	char when[CLOCK_TEXT];
	clock_format(entry->when, when);
	if (l->array) {
		json_array_append_new(l->array, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kind", "commit", "label", "", "id",
		                                          entry->id, "when", when, "author", entry->author_name, "action",
		                                          entry->action ? entry->action : "", "subject", entry->subject));
		return 0;
	}
	char *author = printable_dup(entry->author_name);
	char *subject = printable_dup(entry->subject);
	fprintf(l->s->out, "%.10s  %s  %s  %s\n", entry->id, when, author, subject);
	free(author);
	free(subject);
	return 0;
}

int cmd_log(struct session *s, const struct args *args, struct err *err)
{
	if (args->count > 1)
		return cmd_usage("log", err);
	const char *limit = args_option(args, "limit");
	struct buf path = BUF_INIT;
	int rc = 0;
	if (args->count == 1) {
		json_t *record = record_get(s->c, args->words[0], RECORD_RAW, err);
		rc = record ? 0 : -1;
		if (record)
			record_path(json_get_string(record, "kind"), json_get_string(record, "id"), &path);
		json_decref(record);
	}
	struct logging l = {s, args_option(args, "json") ? json_array() : NULL};
	if (rc == 0)
		rc = history_log(case_history(s->c), NULL, path.len ? path.data : NULL, limit ? strtoul(limit, NULL, 10) : 0, log_one, &l,
		                 err);
	if (rc >= 0 && l.array)
		cmd_print_json(s, json_incref(l.array));
	json_decref(l.array);
	buf_release(&path);
	return rc < 0 ? -1 : 0;
}
