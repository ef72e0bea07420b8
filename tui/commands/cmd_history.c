/* log and diff: who did what, and what changed. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/changes.h"
#include "case/store/record.h"
#include "case/trust/authorship.h"
#include "history/history.h"
#include "tui/command/commit_subject.h"
#include "tui/command/named.h"

#include <stdlib.h>
#include <string.h>

/* ---- changes of fields */

struct cmd_history_telling {
	struct session *s;
	json_t *array; /* --json */
	struct title_cache *names;
	int authors; /* name the commit of each change: it is not told above */
	char label[LABEL_TEXT];
	uint64_t count;
};

static json_t *copy_or_null(const json_t *value)
{
	return value ? json_incref((json_t *)(uintptr_t)value) : json_null();
}

static void tell_json(struct cmd_history_telling *t, const struct record_change *change)
{
	char when[CLOCK_TEXT];
	clock_format(change->when, when);
	json_array_append_new(t->array,
	                      json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s}", "kind", change->kind, "label",
	                                change->label, "field", change->name, "old", copy_or_null(change->old_value),
	                                "new", copy_or_null(change->new_value), "who", cmd_json_text(change->who),
	                                "mark", cmd_json_text(change->mark), "when", when, "commit", change->commit));
}

/* One value: in its line, or, if it has several lines, below and indented. */
static void tell_value(FILE *out, const char *text)
{
	struct buf b = BUF_INIT;
	text_wrap(&b, *text ? text : "—", 4096, 8);
	printable_printf(out, "%s%s", strchr(b.data, '\n') ? "\n        " : "", b.data);
	buf_release(&b);
}

static int tell_change(void *ctx, const struct record_change *change)
{
	struct cmd_history_telling *t = ctx;
	FILE *out = t->s->out;
	t->count++;
	if (t->array) {
		tell_json(t, change);
		return 0;
	}
	if (strcmp(t->label, change->label) != 0) {
		snprintf(t->label, sizeof t->label, "%s", change->label);
		printable_printf(out, "%s  %s%s\n", change->label, change->title, change->added ? _(" (new)") : "");
	}
	printable_printf(out, "    %s: ", change_field_label(change));
	for (int after = change->added != 0; after <= 1; after++) {
		char *text = named_change(&t->names, t->s->c, change, after);
		tell_value(out, text);
		fputs(after ? "" : " → ", out);
		free(text);
	}
	if (t->authors) {
		char when[CLOCK_TEXT];
		clock_format(change->when, when);
		printable_printf(out, "  (%s, %s, %.10s)", change->person, when, change->commit);
	}
	fputc('\n', out);
	return 0;
}

/* What is beside each line whose time and words a signer chose; the key alone is proved. */
static void tell_claims(struct session *s)
{
	fputs(_("Who acted is proved by the key; times, subjects and kinds of action are what the signer claims.\n"),
	      s->log);
}

int cmd_diff(struct session *s, const struct args *args, struct err *err)
{
	char a[HISTORY_ID];
	char b[HISTORY_ID];
	if (args->count < 1 || args->count > 2)
		return cmd_usage("diff", err);
	if (cmd_when(s, args->words[0], a, err) < 0 ||
	    cmd_when(s, args->count == 2 ? args->words[1] : "HEAD", b, err) < 0)
		return -1;
	struct cmd_history_telling t = {.s = s, .array = args_option(args, "json") ? json_array() : NULL, .authors = 1};
	int rc = changes_between(s->c, a, b, tell_change, &t, err);
	if (rc == 0 && t.array)
		cmd_print_json(s, json_incref(t.array));
	else if (rc == 0 && t.count > 0)
		tell_claims(s);
	else if (rc == 0)
		printable_printf(s->log, _("no record differs between %.10s and %.10s\n"), a, b);
	json_decref(t.array);
	title_cache_free(&t.names);
	return rc < 0 ? -1 : 0;
}

/* ---- log */

struct logging {
	struct session *s;
	json_t *array;
	size_t limit, count;
	const char *path; /* of the one record whose actions are listed; NULL: all */
	int changes;
	struct err *err;
};

static int log_one(void *ctx, const struct history_entry *entry)
{
	struct logging *l = ctx;
	char when[CLOCK_TEXT];
	if (l->path && authorship_only_brought(l->s->c, l->path, entry))
		return 0; /* the action that it brought is listed */
	if (l->limit && l->count++ >= l->limit)
		return 1;
	clock_format(entry->when, when);
	if (l->array) {
		struct authorship who = AUTHORSHIP_INIT;
		authorship_of_entry(entry, &who);
		json_array_append_new(l->array,
		                      json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "kind", "commit", "label",
		                                "", "id", entry->id, "when", when, "author",
		                                cmd_json_text(entry->author_name), "mark", cmd_json_text(who.mark),
		                                "action", cmd_json_text(entry->action ? entry->action : ""), "subject",
		                                cmd_json_text(entry->subject)));
		authorship_release(&who);
		return 0;
	}
	char *author = authorship_person_of_entry(l->s->c, entry);
	struct buf told = BUF_INIT;
	commit_subject_text(entry->subject, &told);
	char *subject = printable_dup(told.data);
	buf_release(&told);
	printable_printf(l->s->out, "%.10s  %s  %s  %s\n", entry->id, when, author, subject);
	free(author);
	free(subject);
	struct cmd_history_telling t = {.s = l->s,
	                                .authors = entry->parent_count > 1}; /* a merge brings the changes of others */
	int rc = l->changes ? changes_of_commit(l->s->c, entry->id, tell_change, &t, l->err) : 0;
	title_cache_free(&t.names);
	return rc < 0 ? -1 : 0;
}

int cmd_log(struct session *s, const struct args *args, struct err *err)
{
	if (args->count > 1)
		return cmd_usage("log", err);
	size_t limit;
	struct buf path = BUF_INIT;
	int rc = cmd_limit(args, 0, &limit, err);
	if (rc == 0 && args->count == 1) {
		char named[LABEL_TEXT];
		const char *label = named_record(s, args->words[0], named, err);
		json_t *record = label ? record_get(s->c, label, RECORD_RAW, err) : NULL;
		rc = record ? 0 : -1;
		if (record)
			record_path(json_get_string(record, "kind"), json_get_string(record, "id"), &path);
		json_decref(record);
	}
	struct logging l = {.s = s,
	                    .array = args_option(args, "json") ? json_array() : NULL,
	                    .limit = limit,
	                    .path = path.len ? path.data : NULL,
	                    .changes = args_option(args, "changes") != NULL,
	                    .err = err};
	if (rc == 0)
		rc = history_log(case_history(s->c), NULL, l.path, 0, log_one, &l, err);
	if (rc >= 0 && !l.array)
		tell_claims(s);
	if (rc >= 0 && l.array)
		cmd_print_json(s, json_incref(l.array));
	json_decref(l.array);
	buf_release(&path);
	return rc < 0 ? -1 : 0;
}
