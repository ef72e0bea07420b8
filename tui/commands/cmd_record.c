/* add, note, retract, undo, list and show: records, as commands. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/file/standard_fds.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/undo.h"
#include "case/kind/first_line.h"
#include "case/query/conflict_words.h"
#include "case/query/filter.h"
#include "case/query/past_reader.h"
#include "case/query/record_named.h"
#include "case/store/blob.h"
#include "case/store/disputed.h"
#include "case/store/record.h"
#include "case/trust/authorship.h"
#include "evidence/acquire/sums.h"
#include "evidence/image/stored.h"
#include "outward/exchange/csv.h"
#include "tui/command/commit_subject.h"
#include "tui/command/named.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTE_LIMIT   (16U << 20)
#define COLUMN_CELLS 40

int cmd_add(struct session *s, const struct args *args, struct err *err)
{
	if (args->count < 1)
		return cmd_usage("add", err);
	struct assign *fields;
	char **names;
	size_t count = args->count - 1;
	if (cmd_assigns(args->words + 1, count, &fields, &names, err) < 0)
		return -1;
	char label[LABEL_TEXT];
	int rc = record_add(s->c, args->words[0], fields, count, 0, label, err);
	cmd_assigns_free(fields, names, count);
	if (rc == 0) {
		cmd_print_label(s, label);
		cmd_print_warnings(s, label, 0);
	}
	return rc;
}

/* A note's text: the words joined by spaces, or standard input (bytes that are no UTF-8 stay visible as \xNN). */
static int note_text(const struct args *args, struct buf *text, struct err *err)
{
	if (args->count == 1 && strcmp(args->words[0], "-") == 0) {
		struct buf raw = BUF_INIT;
		int fd = standard_input(err);
		if (fd < 0)
			return -1;
		int rc = buf_read_fd(&raw, fd, NOTE_LIMIT, err);
		for (size_t i = 0; i < raw.len; i++) { /* a NUL would end the text */
			if (raw.data[i])
				buf_addc(text, raw.data[i]);
			else
				buf_adds(text, "\\x00");
		}
		buf_release(&raw);
		while (text->len > 0 && text->data[text->len - 1] == '\n')
			buf_truncate(text, text->len - 1);
		return rc < 0 ? err_prefix(err, _("standard input")) : 0;
	}
	for (size_t i = 0; i < args->count; i++)
		buf_addf(text, "%s%s", i ? " " : "", args->words[i]);
	return 0;
}

static int record_is_there(struct session *s, const char *label)
{
	json_t *record = record_get(s->c, label, RECORD_RAW, NULL);
	json_decref(record);
	return record != NULL;
}

const char *cmd_asset(struct session *s, const char *text, char label[LABEL_TEXT])
{
	char id[37];
	json_t *asset = NULL;
	if (text && s->c && !record_is_there(s, text) && record_find_named(s->c, kind_find("asset"), text, id) == 1)
		asset = record_get(s->c, id, RECORD_RAW, NULL);
	if (asset)
		snprintf(label, LABEL_TEXT, "%s", record_label(asset));
	json_decref(asset);
	return asset ? label : text;
}

int cmd_note(struct session *s, const struct args *args, struct err *err)
{
	struct buf text = BUF_INIT;
	if (note_text(args, &text, err) < 0) {
		buf_release(&text);
		return -1;
	}
	if (text.len == 0) {
		buf_release(&text);
		return cmd_usage("note", err);
	}
	struct assign fields[3] = {{"text", text.data}};
	size_t count = 1;
	if (args_option(args, "on"))
		fields[count++] = (struct assign){"on", args_option(args, "on")};
	if (args_option(args, "stance"))
		fields[count++] = (struct assign){"stance", args_option(args, "stance")};
	char label[LABEL_TEXT];
	int rc = record_add(s->c, "note", fields, count, 0, label, err);
	buf_release(&text);
	if (rc == 0)
		cmd_print_label(s, label);
	return rc;
}

int cmd_retract(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 1)
		return cmd_usage("retract", err);
	char named[LABEL_TEXT];
	const char *label = named_record(s, args->words[0], named, err);
	return label ? record_retract(s->c, label, args_option(args, "reason"), err) : -1;
}

int cmd_undo(struct session *s, const struct args *args, struct err *err)
{
	const char *reason = args_option(args, "reason");
	if (args->count != 0)
		return cmd_usage("undo", err);
	struct undone undone = UNDONE_INIT;
	int rc = undo_last(s->c, reason, NULL, &undone, err);
	struct buf said = BUF_INIT;
	if (rc == 0) {
		commit_subject_text(undone.subject.data, &said);
		buf_adds(&said, undone.retracted.data);
		printable_printf(s->out, _("undone: %s"), said.data);
		fputc('\n', s->out);
	} else {
		commit_subject_add_to_error(undone.subject.data, err);
	}
	buf_release(&said);
	undone_release(&undone);
	return rc;
}

/* ---- list */

struct cmd_record_listing {
	struct case_file *c;
	struct title_cache *names;
	const struct kind *kind;
	struct filter *filter;
	int with_retracted; /* which is then said of each, first of all */
	json_t *array;      /* --json */
	struct text_table *table;
	FILE *csv;
};

/* A field in words; a reference by its label and by what it is called. */
static void add_named(struct case_file *c, struct title_cache **names, const json_t *record, const struct field *field,
                      struct buf *out)
{
	int refers = field->type == FIELD_REF || field->type == FIELD_REFS;
	const json_t *value = json_object_get(record, field->name);
	if (value && conflict_words(names, c, record, field->name, out))
		return;
	if (refers && value && !record_is_disputed(record, field->name))
		name_field_labelled(names, c, field, value, out);
	else
		record_field_text(record, field, out);
}

/* "2026-11-23 14:05:09+09:00: wrong machine", or nothing. */
static void list_mark(const json_t *record, struct buf *out)
{
	const char *reason = json_get_string(record, "retract_reason");
	if (!record_is_retracted(record))
		return;
	record_field_text(record, kind_common_field("retracted"), out);
	if (reason)
		buf_addf(out, ": %s", reason);
}

static int is_mark(const struct cmd_record_listing *l, const struct field *field)
{
	return l->with_retracted &&
	       (strcmp(field->name, "retracted") == 0 || strcmp(field->name, "retract_reason") == 0);
}

static int list_one(void *ctx, json_t *record)
{
	struct cmd_record_listing *l = ctx;
	if (l->filter && !filter_match(l->filter, record))
		return 0;
	if (l->array) {
		json_array_append(l->array, record);
		return 0;
	}
	if (l->csv) {
		struct buf line = BUF_INIT;
		csv_value(&line, json_object_get(record, "label"), 1);
		if (l->with_retracted) {
			csv_value(&line, json_object_get(record, "retracted"), 0);
			csv_value(&line, json_object_get(record, "retract_reason"), 0);
		}
		for (size_t i = 0; i < kind_field_count(l->kind); i++)
			if (!is_mark(l, kind_field_at(l->kind, i)))
				csv_value(&line, json_object_get(record, kind_field_at(l->kind, i)->name), 0);
		csv_value(&line, json_object_get(record, "disputed"), 0);
		fprintf(l->csv, "%s\r\n", line.data);
		buf_release(&line);
		return 0;
	}
	text_table_add(l->table, record_label(record));
	if (l->with_retracted) {
		struct buf mark = BUF_INIT;
		list_mark(record, &mark);
		text_table_add(l->table, mark.data ? mark.data : "");
		buf_release(&mark);
	}
	for (size_t i = 0; i < l->kind->list_column_count; i++) {
		struct buf cell = BUF_INIT;
		const struct field *field = kind_field(l->kind, l->kind->list_columns[i]);
		if (record_shows(record, field->name))
			add_named(l->c, &l->names, record, field, &cell);
		first_line_keep(&cell);
		text_table_add(l->table, cell.data);
		buf_release(&cell);
	}
	return 0;
}

static void list_heading(struct cmd_record_listing *l)
{
	if (l->table) {
		l->table->columns = l->kind->list_column_count + 1 + (l->with_retracted != 0);
		text_table_add(l->table, _("Label"));
		if (l->with_retracted)
			text_table_add(l->table, field_label(kind_common_field("retracted")));
		for (size_t i = 0; i < l->kind->list_column_count; i++)
			text_table_add(l->table, field_label(kind_field(l->kind, l->kind->list_columns[i])));
	} else if (l->csv) {
		fputs(l->with_retracted ? "label,retracted,retract_reason" : "label", l->csv);
		for (size_t i = 0; i < kind_field_count(l->kind); i++)
			if (!is_mark(l, kind_field_at(l->kind, i)))
				fprintf(l->csv, ",%s", kind_field_at(l->kind, i)->name);
		fputs(",disputed\r\n", l->csv);
	}
}

int cmd_list(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 1)
		return cmd_usage("list", err);
	struct text_table table = {0};
	struct cmd_record_listing l = {.c = s->c, .kind = kind_named(args->words[0], err)};
	if (!l.kind)
		return -1;
	const char *where = args_option(args, "where");
	if (where && (l.filter = filter_parse(l.kind, where, err)) == NULL) {
		if (err)
			err->code = ERR_USAGE; /* typed, as fields and values of `add` are */
		return -1;
	}
	if (args_option(args, "json"))
		l.array = json_array();
	else if (args_option(args, "csv"))
		l.csv = s->out;
	else
		l.table = &table;
	l.with_retracted = args_option(args, "retracted") != NULL;
	list_heading(&l);
	unsigned flags = l.with_retracted ? RECORD_WITH_RETRACTED : 0;
	const char *when = args_option(args, "at");
	char commit[41];
	int rc;
	if (when)
		rc = cmd_when(s, when, commit, err) < 0
		         ? -1
		         : past_reader_each(s->c, l.kind->name, commit, flags, list_one, &l, err);
	else
		rc = record_each(s->c, l.kind->name, flags, list_one, &l, err);
	if (rc == 0 && l.array)
		cmd_print_json(s, json_incref(l.array));
	else if (rc == 0 && l.table)
		text_table_print(&table, s->out,
		                 isatty(fileno(s->out)) > 0 || (s->in_workbench && !s->remote_command) ? COLUMN_CELLS
		                                                                                       : 0);
	json_decref(l.array);
	text_table_release(&table);
	title_cache_free(&l.names);
	filter_free(l.filter);
	return rc;
}

/* ---- show */

static int show_reference(void *ctx, json_t *record, const char *field)
{
	struct session *s = ctx;
	struct title_cache *names = NULL;
	char *title = name_of_record(&names, s->c, record);
	title_cache_free(&names);
	printable_printf(s->out, "  ← %s %s (%s)\n", record_label(record), title, field);
	free(title);
	return 0;
}

/* Who made the last change of a record, as of a commit (NULL: now). */
static char *changed_by(struct session *s, const json_t *record, const char *commit, struct authorship *who)
{
	if (authorship_of_field(s->c, json_get_string(record, "id"), NULL, NULL, commit, who, NULL) < 0)
		return xstrdup("?");
	return authorship_person_of_change(s->c, who);
}

/* The line below the fields: who entered it, who changed it last. */
static void show_origin(struct session *s, const json_t *record, const char *commit)
{
	const char *modified = json_get_string(record, "modified");
	const char *entered = json_get_string(record, "entered");
	char *when = printable_dup(entered ? entered : "?");
	char *person = authorship_person_of_mark(s->c, json_get_string(record, "author"));
	printable_printf(s->out, _("  entered %s by %s\n"), when, person);
	free(person);
	free(when);
	if (!modified)
		return;
	struct authorship who;
	person = changed_by(s, record, commit, &who);
	if (!who.entry) { /* not told by the times: it may have been changed in the second in which it was entered */
		when = printable_dup(modified);
		printable_printf(s->out, _("  changed %s by %s\n"), when, person);
		free(when);
	}
	authorship_release(&who);
	free(person);
}

static void show_fields(struct session *s, const json_t *record)
{
	FILE *out = s->out;
	struct title_cache *names = NULL;
	const struct kind *kind = record_kind(record);
	char *title = name_of_record(&names, s->c, record);
	printable_printf(out, "%s  %s  %s\n", record_label(record),
	                 kind ? kind_label(kind) : json_get_string(record, "kind"), title);
	free(title);
	size_t widest = 0;
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (record_shows(record, field->name) && text_width(field_label(field)) > widest)
			widest = text_width(field_label(field));
	}
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (!record_shows(record, field->name))
			continue;
		struct buf line = BUF_INIT;
		struct buf value = BUF_INIT;
		buf_adds(&line, "  ");
		text_pad(&line, field_label(field), widest + 2);
		add_named(s->c, &names, record, field, &value);
		text_wrap(&line, value.data, 4096, widest + 4);
		printable_printf(out, "%s\n", line.data);
		buf_release(&value);
		buf_release(&line);
	}
	title_cache_free(&names);
}

/* The digests of a tree's files, for `sha256sum -c` at its root, or of one file: exact for a program, printable for a person. */
static int show_sums(struct session *s, const json_t *record, struct err *err)
{
	const char *digest = json_get_string(record, "sha256");
	const char *source = json_get_string(record, "source_path");
	struct buf manifest = BUF_INIT;
	struct buf path = BUF_INIT;
	struct buf sums = BUF_INIT;
	int rc = 0;
	if (!digest)
		return err_set(err, ERR_FAILED, _("%s has no SHA-256"), record_label(record));
	if (stored_folder(s->c, record, &manifest, &path)) {
		rc = sums_of_manifest(&sums, manifest.data, err);
	} else {
		buf_clear(&path);
		if (!source || pathname_decode(source, &path) < 0 || path.len == 0)
			buf_adds(&path, record_label(record)); /* captured output has no path */
		sums_add(&sums, digest, path.data);
	}
	int on_screen = isatty(fileno(s->out)) > 0 || (s->in_workbench && !s->remote_command);
	if (rc == 0 && on_screen) {
		buf_clear(&path);
		printable_add(&path, sums.data, sums.len, PRINTABLE_KEEP_NEWLINES);
		fputs(path.data, s->out);
	} else if (rc == 0) {
		fwrite(sums.data, 1, sums.len, s->out);
	}
	buf_release(&manifest);
	buf_release(&path);
	buf_release(&sums);
	return rc;
}

int cmd_show(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 1)
		return cmd_usage("show", err);
	unsigned flags = args_option(args, "reveal") ? RECORD_REVEAL : 0;
	const char *when = args_option(args, "at");
	char commit[41];
	char named[LABEL_TEXT];
	const char *label = named_record(s, args->words[0], named, err);
	json_t *record = NULL;
	if (label && when)
		record = cmd_when(s, when, commit, err) < 0 ? NULL : record_get_at(s->c, label, commit, flags, err);
	else if (label)
		record = record_get(s->c, label, flags, err);
	if (!record)
		return -1;
	int rc = 0;
	if (args_option(args, "sha256sums")) {
		rc = show_sums(s, record, err);
	} else if (args_option(args, "json")) {
		json_t *array = json_array();
		struct authorship who;
		free(changed_by(s, record, when ? commit : NULL, &who));
		json_object_set_new(record, "changed_by", json_string(who.mark));
		authorship_release(&who);
		json_array_append(array, record);
		cmd_print_json(s, array);
	} else {
		show_fields(s, record);
		show_origin(s, record, when ? commit : NULL);
		if (!when)
			rc = record_each_referring(s->c, record_label(record), show_reference, s, err);
	}
	json_decref(record);
	return rc < 0 ? -1 : 0;
}
