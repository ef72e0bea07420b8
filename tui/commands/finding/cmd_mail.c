/* mail: what suspicious mails are. */
#include "tui/commands/finding/cmd_mail.h"
#include "tui/commands/finding/passwords.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/kinds.h"
#include "case/query/filter.h"
#include "case/query/timeline.h"
#include "finding/indicator/textscan.h"
#include "finding/mail/advice.h"
#include "finding/mail/import.h"
#include "finding/mail/look/rules.h"
#include "finding/mail/mails.h"
#include "finding/mail/propose.h"
#include "finding/mail/similar.h"
#include "finding/mail/stats.h"
#include "outward/exchange/csv.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- mail look */

/* Two texts, the second of which may be NULL, on one line: whoever makes a file or an archive chooses the names. */
static char *one_line(const char *before, const char *sign, const char *behind)
{
	char *joined = xasprintf("%s%s%s", before, behind ? sign : "", behind ? behind : "");
	char *line = printable_dup(joined);
	free(joined);
	return line;
}

/* What could not be read is told at once; the first of it is kept for the one line that the workbench tells. */
static void tell_unread(struct session *s, char **first, const char *path, const char *why)
{
	char *line = one_line(path, ": ", why);
	printable_printf(s->log, "%s\n", line);
	free(line);
	if (!*first)
		*first = strstr(why, path) ? xstrdup(why) : xasprintf("%s: %s", path, why);
}

struct mail_looking {
	struct session *s;
	char *first;   /* path that could not be read, and why; or NULL */
	json_t *array; /* --json */
};

static int open_given(void *ctx, const char *path, struct err *err)
{
	return session_input_or_folder(((struct mail_looking *)ctx)->s, path, err);
}

static void tell_trouble(void *ctx, const char *path, const char *why)
{
	struct mail_looking *looking = ctx;
	tell_unread(looking->s, &looking->first, path, why);
}

/* A value of an enum of the kind `mail`, in the interface's language; other values as they are. */
static const char *value_label(const struct field *field, const char *value)
{
	const struct field_value *found = field && field->value_count ? field_value_find(field, value) : NULL;
	return found ? field_value_label(found) : value;
}

static const struct field *mail_field(const char *name)
{
	const struct kind *kind = kind_find("mail");
	return kind ? kind_field(kind, name) : NULL;
}

static void tell_field(struct session *s, const json_t *mail, const char *key)
{
	const char *text = json_get_string(mail, key);
	const struct field *field = mail_field(key);
	struct buf line = BUF_INIT;
	if (text && *text) {
		text = value_label(field, text);
		printable_add(&line, text, strlen(text), PRINTABLE_LINE);
		printable_printf(s->out, "  %s: %s\n", field ? field_label(field) : key, line.data);
	}
	buf_release(&line);
}

static void tell_inside(struct session *s, const json_t *part)
{
	size_t i;
	json_t *entry;
	json_array_foreach(json_object_get(part, "inside"), i, entry) {
		struct buf name = BUF_INIT;
		const char *text = json_get_string(entry, "name");
		const char *other = json_get_string(entry, "other_name");
		printable_add(&name, text ? text : "", text ? strlen(text) : 0, PRINTABLE_LINE);
		if (other) {
			buf_adds(&name, " | ");
			printable_add(&name, other, strlen(other), PRINTABLE_LINE);
		}
		printable_printf(s->out, "        %s  %lld B %s%s%s\n", name.data,
		                 (long long)json_integer_value(json_object_get(entry, "size")),
		                 json_get_string(entry, "format"),
		                 strcmp(json_get_string(entry, "basis"), "name") == 0 ? _(" (by name)") : "",
		                 json_is_true(json_object_get(entry, "locked")) ? _(" locked") : "");
		buf_release(&name);
	}
}

static void tell_parts(struct session *s, const json_t *mail)
{
	size_t i;
	json_t *part;
	json_array_foreach(json_object_get(mail, "parts"), i, part) {
		struct buf name = BUF_INIT;
		const char *text = json_get_string(part, "name");
		if (!json_is_true(json_object_get(part, "attachment")))
			continue;
		printable_add(&name, text ? text : "", text ? strlen(text) : 0, PRINTABLE_LINE);
		printable_printf(
		    s->out, "  %s %s  %lld B %s%s %s\n", json_get_string(part, "n"), name.data,
		    (long long)json_integer_value(json_object_get(part, "size")), json_get_string(part, "format"),
		    json_is_true(json_object_get(part, "locked")) ? _(" locked") : "", json_get_string(part, "sha256"));
		tell_inside(s, part);
		buf_release(&name);
	}
}

static void tell_findings(struct session *s, const json_t *mail)
{
	static const char *const weights[] = {"high", "medium", "low"};
	size_t i;
	json_t *finding;
	for (size_t w = 0; w < 3; w++)
		json_array_foreach(json_object_get(mail, "findings"), i, finding) {
			if (strcmp(json_get_string(finding, "weight"), weights[w]) != 0)
				continue;
			struct buf text = BUF_INIT;
			const char *said = json_get_string(finding, "text");
			printable_add(&text, said, strlen(said), PRINTABLE_LINE);
			struct buf weight = BUF_INIT;
			text_pad(&weight, mail_weight_shown(weights[w]), 6);
			printable_printf(s->out, "  %s %s %s  %s\n", weight.data, json_get_string(finding, "id"),
			                 json_get_string(finding, "technique"), text.data);
			buf_release(&weight);
			buf_release(&text);
		}
}

static void tell_mail(struct session *s, const json_t *mail)
{
	struct buf subject = BUF_INIT;
	const char *text = json_get_string(mail, "subject");
	char *name = one_line(json_get_string(mail, "file"), ":", json_get_string(mail, "member"));
	const char *parsed = json_get_string(mail, "parsed");
	printable_add(&subject, text ? text : "", text ? strlen(text) : 0, PRINTABLE_LINE);
	printable_printf(s->out, "%s  %s  %s  %s\n", name, subject.data,
	                 value_label(mail_field("class"), json_get_string(mail, "class")),
	                 strcmp(parsed, "whole") == 0    ? _("whole")
	                 : strcmp(parsed, "partly") == 0 ? _("partly read")
	                                                 : _("not read"));
	static const char *const fields[] = {"from",   "sender_class",   "reply_to", "sent", "when",
	                                     "origin", "authentication", "to",       "cc",   "urls"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		tell_field(s, mail, fields[i]);
	const char *why = json_get_string(mail, "why");
	if (why && *why)
		printable_printf(s->out, "  %s\n", why);
	tell_parts(s, mail);
	tell_findings(s, mail);
	printable_printf(s->out, "\n");
	buf_release(&subject);
	free(name);
}

static int found_mail(void *ctx, const struct mail_found *found, struct err *err)
{
	struct mail_looking *looking = ctx;
	(void)err;
	mails_explain(found->object);
	if (looking->array)
		json_array_append(looking->array, found->object);
	else
		tell_mail(looking->s, found->object);
	return 0;
}

static void put_list(json_t *request, const char *key, const char *text)
{
	json_t *list = json_array();
	while (text && *text) {
		size_t n = strcspn(text, ",");
		if (n)
			json_array_append_new(list, json_stringn(text, n));
		text += n + (text[n] == ',');
	}
	json_object_set_new(request, key, list);
}

/* What --own, --trust, --forwarded and --password-file ask for; NULL with ERR_USAGE. */
static json_t *request_of(struct session *s, const struct args *args, struct err *err)
{
	json_t *passwords;
	const char *forwarded = args_option(args, "forwarded");
	if (forwarded && strcmp(forwarded, "yes") != 0 && strcmp(forwarded, "no") != 0) {
		err_set(err, ERR_USAGE, _("--forwarded: allowed are yes, no"));
		return NULL;
	}
	if (passwords_read(s, args, &passwords, err) < 0)
		return NULL;
	json_t *request =
	    json_pack("{s:b s:o*}", "forwarded", forwarded && strcmp(forwarded, "yes") == 0, "passwords", passwords);
	put_list(request, "own", args_option(args, "own"));
	put_list(request, "trust", args_option(args, "trust"));
	return request;
}

/* In the workbench the one line that is told says which path it was, and why; `first` is freed. */
static int tell_end(struct session *s, const struct mails *m, char *first, struct err *err)
{
	char *which = s->in_workbench && m->unread && first ? printable_dup(first) : NULL;
	free(first);
	if (which) {
		err_set(err, ERR_FAILED,
		        P_("%zu path could not be read: %s", "%zu paths could not be read, the first: %s", m->unread),
		        m->unread, which);
		free(which);
		return -1;
	}
	if (m->unread)
		return err_set(err, ERR_FAILED,
		               P_("%zu path could not be read", "%zu paths could not be read", m->unread), m->unread);
	if (m->not_whole)
		return err_set(err, ERR_FAILED,
		               P_("%zu mail could only be read in part, or not at all",
		                  "%zu mails could only be read in part, or not at all", m->not_whole),
		               m->not_whole);
	return 0;
}

static int mail_look(struct session *s, const struct args *args, struct err *err)
{
	struct mail_looking looking = {.s = s};
	struct mails m = {.open = open_given,
	                  .found = found_mail,
	                  .trouble = tell_trouble,
	                  .ctx = &looking,
	                  .progress = &s->progress};
	if (args->count < 2)
		return cmd_usage("mail", err);
	m.request = request_of(s, args, err);
	if (!m.request)
		return -1;
	if (args_option(args, "json"))
		looking.array = json_array();
	int rc = mails_look(&m, (const char *const *)args->words + 1, args->count - 1, err);
	if (looking.array)
		cmd_print_json(s, looking.array);
	json_decref(m.request);
	if (rc == 0 && m.count == 0 && m.unread == 0)
		printable_printf(s->log, "%s\n", _("no mail was found there"));
	if (rc == 0)
		return tell_end(s, &m, looking.first, err);
	free(looking.first);
	return rc;
}

/* ---- mail stats */

/* What a row counts, in words: the key itself where that is a format's name. */
static const char *counted(const char *table, const char *key)
{
	const struct kind *mail = kind_find("mail");
	const struct field *field = kind_field(mail, strcmp(table, "A-2") == 0 ? "sender_class" : "class");
	const struct field_value *value = field_value_find(field, key);
	if (strcmp(key, "mails") == 0)
		return _("all mails");
	if (strcmp(key, "with_attachment") == 0)
		return _("with an attachment");
	if (strcmp(key, "unverified") == 0)
		return _("not verified");
	if (strcmp(key, "no_sender") == 0)
		return _("sender not known");
	return value && strcmp(value->name, key) == 0 ? field_value_label(value) : key;
}

static void print_stats(struct session *s, const json_t *rows)
{
	size_t i;
	json_t *row;
	struct text_table t = {.columns = 5};
	static const char *const heading[] = {N_("Table"), N_("Key"), N_("Number"), N_("Of"), "%"};
	for (size_t k = 0; k < 5; k++)
		text_table_add(&t, _(heading[k]));
	const char *by = NULL;
	json_array_foreach(rows, i, row) {
		char number[3][32];
		const char *group = json_get_string(row, "by");
		if (group && (!by || strcmp(by, group) != 0)) {
			by = group;
			text_table_add(&t, *by ? by : "-");
			for (size_t k = 1; k < 5; k++)
				text_table_add(&t, "");
		}
		static const char *const numbers[] = {"n", "of", "share"};
		text_table_add(&t, json_get_string(row, "table"));
		text_table_add(&t, counted(json_get_string(row, "table"), json_get_string(row, "key")));
		for (size_t k = 0; k < 3; k++) {
			snprintf(number[k], sizeof number[k], "%lld",
			         (long long)json_integer_value(json_object_get(row, numbers[k])));
			text_table_add(&t, number[k]);
		}
	}
	text_table_print(&t, s->out, 0);
	text_table_release(&t);
}

static void print_stats_csv(struct session *s, const json_t *rows)
{
	static const char *const columns[] = {"by", "table", "key", "n", "of", "share"};
	size_t i;
	json_t *row;
	struct buf out = BUF_INIT;
	for (size_t k = 0; k < 6; k++)
		csv_cell(&out, columns[k], k == 0);
	buf_adds(&out, "\r\n");
	json_array_foreach(rows, i, row) {
		for (size_t k = 0; k < 6; k++)
			csv_value(&out, json_object_get(row, columns[k]), k == 0);
		buf_adds(&out, "\r\n");
	}
	fwrite(out.data, 1, out.len, s->out);
	buf_release(&out);
}

static int mail_count(struct session *s, const struct args *args, struct err *err)
{
	enum mail_stats_by by;
	struct filter *filter = NULL;
	const char *where = args_option(args, "where");
	if (args->count != 1)
		return cmd_usage("mail", err);
	if (mail_stats_by(args_option(args, "by"), &by, err) < 0 ||
	    (where && !(filter = filter_parse(kind_find("mail"), where, err))))
		return -1;
	if (filter)
		filter_resolve_with(filter, timeline_resolve, s->c);
	json_t *rows = mail_stats(s->c, filter, by, err);
	filter_free(filter);
	if (!rows)
		return -1;
	if (args_option(args, "json")) {
		cmd_print_json(s, rows);
		return 0;
	}
	if (args_option(args, "csv"))
		print_stats_csv(s, rows);
	else
		print_stats(s, rows);
	json_decref(rows);
	return 0;
}

/* ---- mail extract */

static int mail_extract(struct session *s, const struct args *args, struct err *err)
{
	size_t number = 0;
	int forwarded = 0;
	struct buf source = BUF_INIT;
	struct buf content = BUF_INIT;
	if (args->count != 4)
		return cmd_usage("mail", err);
	const char *to = args->words[3];
	json_t *passwords = NULL;
	json_t *record = mail_record(s->c, args->words[1], err);
	int rc = record ? passwords_read(s, args, &passwords, err) : -1;
	if (rc == 0)
		rc = mail_source(s->c, args->words[1], &source, &number, &forwarded, err);
	struct mails_part asked = {.source = source.data,
	                           .n = source.len,
	                           .number = number,
	                           .part = args->words[2],
	                           .forwarded = forwarded,
	                           .sha256 = json_get_string(record, "sha256"),
	                           .passwords = passwords};
	if (rc == 0)
		rc = mails_part(&asked, &content, err);
	if (rc == 0 && strcmp(to, "-") == 0)
		fwrite(content.data, 1, content.len, s->out);
	else if (rc == 0)
		rc = path_write_file(to, content.data, content.len, 0, err);
	buf_release(&source);
	buf_release(&content);
	json_decref(passwords);
	json_decref(record);
	return rc;
}

struct mail_importing {
	struct session *s;
	char *first; /* as in mail_looking */
	int dry_run;
};

static void import_trouble(void *ctx, const char *path, const char *why)
{
	struct mail_importing *importing = ctx;
	tell_unread(importing->s, &importing->first, path, why);
}

/* ---- mail similar, promote, advice */

static int mail_alike(struct session *s, const struct args *args, struct err *err)
{
	size_t i;
	json_t *row;
	if (args->count > 2)
		return cmd_usage("mail", err);
	json_t *rows = mail_similar(s->c, args->count > 1 ? args->words[1] : NULL, err);
	if (!rows)
		return -1;
	if (args_option(args, "json")) {
		cmd_print_json(s, rows);
		return 0;
	}
	json_array_foreach(rows, i, row) {
		struct buf because = BUF_INIT;
		struct buf told = BUF_INIT;
		mail_similar_told(json_get_string(row, "because"), 1, &told);
		printable_add(&because, told.data, told.len, PRINTABLE_LINE);
		buf_release(&told);
		printable_printf(s->out, "%s  %s  %s\n", json_get_string(row, "label"), json_get_string(row, "other"),
		                 because.data);
		buf_release(&because);
	}
	json_decref(rows);
	return 0;
}

/* The item that a word names: its number as they are listed, or its value; SIZE_MAX: none. */
static size_t item_of(const json_t *items, const char *word)
{
	size_t i;
	json_t *item;
	char *end;
	unsigned long number = strtoul(word, &end, 10);
	if (*word && !*end && number >= 1 && number <= json_array_size(items))
		return number - 1;
	json_array_foreach(items, i, item)
		if (strcmp(json_get_string(item, "value"), word) == 0)
			return i;
	return SIZE_MAX;
}

static void print_items(struct session *s, const json_t *items)
{
	size_t i;
	json_t *item;
	json_array_foreach(items, i, item) {
		struct buf value = BUF_INIT;
		struct buf safe = BUF_INIT;
		const char *text = json_get_string(item, "value");
		textscan_defang(text, strlen(text), &value);
		printable_add(&safe, value.data, value.len, PRINTABLE_LINE);
		printable_printf(s->out, "%3zu  %-9s  %s  %s\n", i + 1, json_get_string(item, "type"), safe.data,
		                 json_get_string(item, "known"));
		buf_release(&value);
		buf_release(&safe);
	}
}

static int mail_raise(struct session *s, const struct args *args, struct err *err)
{
	char label[LABEL_TEXT];
	if (args->count < 2)
		return cmd_usage("mail", err);
	json_t *items = mail_proposals(s->c, args->words[1], err);
	if (!items)
		return -1;
	int rc = 0;
	int all = args->count == 3 && strcmp(args->words[2], "all") == 0;
	if (args->count == 2 && args_option(args, "json")) {
		cmd_print_json(s, items);
		return 0;
	}
	if (args->count == 2)
		print_items(s, items);
	for (size_t i = 2; i < args->count && !all && rc == 0; i++) /* all words first: none is half done */
		if (item_of(items, args->words[i]) == SIZE_MAX)
			rc = err_set(err, ERR_USAGE, _("'%s' is no item of %s: `genba mail promote %s` lists them"),
			             args->words[i], args->words[1], args->words[1]);
	size_t count = all ? json_array_size(items) : args->count - 2;
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc =
		    mail_promote(s->c, args->words[1], items, all ? i : item_of(items, args->words[i + 2]), label, err);
		if (rc == 0)
			cmd_print_label(s, label);
	}
	json_decref(items);
	return rc;
}

static int mail_answer(struct session *s, const struct args *args, struct err *err)
{
	struct buf text = BUF_INIT;
	if (args->count != 2)
		return cmd_usage("mail", err);
	int rc = mail_advice(s->c, args->words[1], &text, err);
	if (rc == 0)
		fwrite(text.data, 1, text.len, s->out);
	buf_release(&text);
	return rc;
}

/* ---- import mail */

static int import_open(void *ctx, const char *path, struct err *err)
{
	return session_input_or_folder(((struct mail_importing *)ctx)->s, path, err);
}

static void import_label(void *ctx, const char *label, int is_new, const json_t *mail)
{
	struct mail_importing *importing = ctx;
	(void)is_new;
	if (!importing->dry_run) {
		cmd_print_label(importing->s, label);
		return;
	}
	struct buf line = BUF_INIT;
	const char *subject = json_get_string(mail, "subject");
	printable_add(&line, subject ? subject : "", subject ? strlen(subject) : 0, PRINTABLE_LINE);
	char *name = one_line(json_get_string(mail, "file"), ":", json_get_string(mail, "member"));
	printable_printf(importing->s->out, "%s  %s  %s\n", name, line.data,
	                 value_label(mail_field("class"), json_get_string(mail, "class")));
	buf_release(&line);
	free(name);
}

int cmd_import_mail(struct session *s, const struct args *args, struct err *err)
{
	struct mail_importing importing = {.s = s, .dry_run = args_option(args, "dry-run") != NULL};
	const char *forwarded = args_option(args, "forwarded");
	struct mail_import import = {.c = s->c,
	                             .on = args_option(args, "on"),
	                             .consultation = args_option(args, "consultation"),
	                             .obtained = args_option(args, "obtained"),
	                             .integrity = args_option(args, "integrity"),
	                             .forwarded = forwarded && strcmp(forwarded, "yes") == 0,
	                             .dry_run = importing.dry_run,
	                             .open = import_open,
	                             .label = import_label,
	                             .trouble = import_trouble,
	                             .ctx = &importing,
	                             .progress = &s->progress};
	json_t *passwords;
	if (passwords_read(s, args, &passwords, err) < 0)
		return -1;
	import.passwords = passwords;
	int rc = mail_import(&import, (const char *const *)args->words + 1, args->count - 1, err);
	json_decref(passwords);
	if (rc < 0) {
		free(importing.first);
		return -1;
	}
	printable_printf(s->log,
	                 P_("%s%zu mail taken in, %zu were on record already",
	                    "%s%zu mails taken in, %zu were on record already", (unsigned long long)import.added),
	                 importing.dry_run ? _("dry run, nothing is written: ") : "", import.added, import.known);
	if (import.left)
		printable_printf(s->log,
		                 P_("; %zu file there is no mail, and was left: name it, and it is taken in",
		                    "; %zu files there are no mails, and were left: name one, and it is taken in",
		                    (unsigned long long)import.left),
		                 import.left);
	fputc('\n', s->log);
	return tell_end(s, &(struct mails){.unread = import.unread, .not_whole = import.not_whole}, importing.first,
	                err);
}

int cmd_mail(struct session *s, const struct args *args, struct err *err)
{
	static const struct {
		const char *name;
		int (*run)(struct session *s, const struct args *args, struct err *err);
	} parts[] = {{"look", mail_look},       {"stats", mail_count},   {"extract", mail_extract},
	             {"similar", mail_alike},   {"promote", mail_raise}, {"advice", mail_answer},
	             {"again", cmd_mail_again}, {"file", cmd_mail_file}};
	if (args->count == 0)
		return cmd_mail_list(s, args, err);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(args->words[0], parts[i].name) == 0)
			return parts[i].run(s, args, err);
	return cmd_usage("mail", err);
}
