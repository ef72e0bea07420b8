/* print: forms for paper. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/reserve.h"
#include "case/store/responders.h"
#include "case/store/rules.h"
#include "outward/report/paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHEETS 50 /* worksheets at a time */

/* ---- worksheets */

struct open_sheets {
	struct session *s;
	json_t *array; /* NULL: as lines */
};

/* "R1-E7  Evidence  Responder One" for each label that is printed and not typed in, of every responder. */
static int list_open(void *ctx, const struct responder *r)
{
	struct open_sheets *o = ctx;
	if (r->is_retracted)
		return 0;
	char *name = record_title(r->record);
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(r->record, RESERVE_FIELD), i, label) {
		const char *text = json_is_string(label) ? json_string_value(label) : "";
		const struct kind *kind = kind_of_label(text);
		char *safe = printable_dup(text);
		if (kind && o->array)
			json_array_append_new(o->array, json_pack("{s:s s:s s:s s:s}", "kind", "worksheet", "label",
			                                          safe, "of", kind->name, "by", name));
		else if (kind)
			printable_printf(o->s->out, "%s  %s  %s\n", safe, kind_label(kind), name);
		free(safe);
	}
	free(name);
	return 0;
}

static int print_open(struct session *s, const struct args *args, struct err *err)
{
	struct open_sheets o = {s, args_option(args, "json") ? json_array() : NULL};
	int rc = responder_each(s->c, list_open, &o, err);
	if (rc == 0 && o.array)
		cmd_print_json(s, json_incref(o.array));
	json_decref(o.array);
	return rc;
}

static int count_of(const char *text, size_t *count, struct err *err)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);
	if (*text < '1' || *text > '9' || *end || n > SHEETS)
		return err_set(err, ERR_USAGE, _("worksheets: 1 to %d at a time, not '%s'"), SHEETS, text);
	*count = n;
	return 0;
}

/* New labels. They are the case's before the page is written: if that fails, LABEL… prints the sheets again. */
static int print_new(struct session *s, const struct args *args, struct buf *html, struct err *err)
{
	static char labels[SHEETS][LABEL_TEXT];
	const char *sheets[SHEETS];
	const char *out = args_option(args, "out");
	size_t count = 1;
	const struct kind *kind = kind_named(args->words[1], err);
	if (!kind || (args->count == 3 && count_of(args->words[2], &count, err) < 0))
		return -1;
	if (rule_machine_kind(kind) || !kind->letters)
		return err_set(err, ERR_USAGE, _("there are no worksheets of the kind %s: genba makes its records"),
		               kind->name);
	if (out && path_must_be_new(out, err) < 0)
		return -1;
	if (reserve_labels(s->c, kind, count, labels, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		sheets[i] = labels[i];
		if (out)
			cmd_print_label(s, labels[i]);
	}
	session_backup_if_due(s);
	return paper_worksheets(s->c, sheets, count, html, err);
}

static int print_worksheets(struct session *s, const struct args *args, struct buf *html, struct err *err)
{
	if (kind_find(args->words[1]) && args->count <= 3)
		return print_new(s, args, html, err);
	if (!strchr(args->words[1], '-'))
		return kind_named(args->words[1], err) ? cmd_usage("print", err) : -1;
	return paper_worksheets(s->c, (const char *const *)args->words + 1, args->count - 1, html, err);
}

/* ---- */

static int cmd_print_give(struct session *s, const struct args *args, const struct buf *html, struct err *err)
{
	const char *out = args_option(args, "out");
	if (out)
		return path_write_file(out, html->data, html->len, 0, err);
	fwrite(html->data, 1, html->len, s->out);
	return 0;
}

int cmd_print(struct session *s, const struct args *args, struct err *err)
{
	const char *what = args->count ? args->words[0] : "";
	struct buf html = BUF_INIT;
	int rc;
	if (strcmp(what, "worksheet") == 0 && args->count == 1)
		return print_open(s, args, err);
	if (args_option(args, "json"))
		return err_set(err, ERR_USAGE, _("--json: only for `print worksheet`, the list of those not typed in"));
	if (s->in_workbench && !s->remote_command && !args_option(args, "out"))
		return err_set(err, ERR_USAGE, _("a form is a page for a browser: say where to write it, --out FILE"));
	if (strcmp(what, "custody") == 0 && args->count > 1)
		rc = paper_custody(s->c, args->words + 1, args->count - 1, &html, err);
	else if (strcmp(what, "tags") == 0)
		rc = paper_tags(s->c, args->words + 1, args->count - 1, &html, err);
	else if (strcmp(what, "notice") == 0 && args->count == 2)
		rc = paper_notice(s->c, args->words[1], &html, err);
	else if (strcmp(what, "worksheet") == 0)
		rc = print_worksheets(s, args, &html, err);
	else
		rc = cmd_usage("print", err);
	if (rc == 0)
		rc = cmd_print_give(s, args, &html, err);
	buf_release(&html);
	return rc;
}
