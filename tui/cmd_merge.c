/* merge, resolve, and taking receipts in: what comes back from a colleague. */
#include "tui/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/text_store.h"
#include "handover/handover.h"
#include "handover/merge.h"
#include "handover/seal.h"
#include "handover/serve.h"
#include "handover/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_report(struct session *s, const struct merge_report *r, int dry_run)
{
	size_t i;
	json_t *line;
	json_array_foreach(r->lines, i, line)
		fprintf(s->out, "%s\n", json_string_value(line));
	if (r->outcome == MERGE_NOTHING)
		fprintf(s->out, "%s\n", _("nothing new: all of it is here already"));
	else
		fprintf(
		    s->out,
		    _("%s%zu actions of the other side, %zu records added or changed, %zu to decide, %zu renamed\n"),
		    dry_run ? _("dry run, nothing is written: ") : "", r->commits, r->records, r->conflicts,
		    r->renamed);
	if (r->conflicts && !dry_run)
		fprintf(s->out, "%s\n", _("decide: genba list conflict, then genba resolve LABEL one|other|=VALUE"));
}

static int is_sealed(const char *path)
{
	char head[17];
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(head, 1, sizeof head, f) : 0;
	if (f)
		fclose(f);
	return seal_is(head, n);
}

/* The other side's key is known to have what it sent. */
static void remember_sender(struct session *s, const struct parcel *p)
{
	if (p->is_signed)
		handover_set_known(s->c, p->signer, p->tip, NULL);
}

int cmd_merge(struct session *s, const struct args *args, struct err *err)
{
	struct buf plain = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	int dry_run = args_option(args, "dry-run") != NULL;
	if (args->count != 1)
		return cmd_usage("merge", err);
	if (case_may_write(s->c, err) < 0)
		return -1;
	memset(&p, 0, sizeof p);
	int rc = is_sealed(args->words[0]) ? handover_open_delta(args->words[0], case_identity(s->c), &plain, &p, err)
	                                   : serve_parcel(s->c, args->words[0], &plain, &p, &s->progress, err);
	if (rc == 0) {
		rc = case_merge(s->c, &p, dry_run, &s->progress, &report, err);
		if (rc == 0) {
			tell_report(s, &report, dry_run);
			if (!dry_run)
				remember_sender(s, &p);
		}
		merge_report_release(&report);
	}
	parcel_release(&p);
	if (plain.cap)
		memset(plain.data, 0, plain.len);
	buf_release(&plain);
	return rc;
}

/* ---- conflicts */

/* What a person types for a value that is stored in this form: sets joined by commas, NULL for unset, a long text as it is.
 * The caller frees. */
static char *typed_value(struct case_file *c, const char *stored)
{
	struct buf long_text = BUF_INIT;
	if (stored && text_store_is_digest(stored, NULL)) {
		text_store_get(c, stored, &long_text, NULL);
		return buf_take(&long_text, NULL);
	}
	json_t *value = stored ? json_loads(stored, JSON_DECODE_ANY, NULL) : NULL;
	struct buf text = BUF_INIT;
	size_t i;
	json_t *member;
	if (json_is_array(value)) {
		json_array_foreach(value, i, member)
			buf_addf(&text, "%s%s", i ? "," : "",
			         json_string_value(member) ? json_string_value(member) : "");
	} else {
		buf_adds(&text, stored ? stored : "");
	}
	json_decref(value);
	return buf_take(&text, NULL);
}

int cmd_resolve(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 2)
		return cmd_usage("resolve", err);
	const char *choice = args->words[1];
	json_t *conflict = record_get(s->c, args->words[0], 0, err);
	if (!conflict)
		return -1;
	const char *kind = json_get_string(conflict, "kind");
	int side = strcmp(choice, "one") == 0 || strcmp(choice, "other") == 0;
	int rc = 0;
	if (!kind || strcmp(kind, "conflict") != 0)
		rc = err_set(err, ERR_USAGE, _("%s is no conflict; list them: genba list conflict"), args->words[0]);
	else if (!side && *choice != '=')
		rc = err_set(err, ERR_USAGE, _("decide by one, other or =VALUE"));
	char *value = side ? typed_value(s->c, json_get_string(conflict, choice)) : xstrdup(rc == 0 ? choice + 1 : "");
	struct action *a = rc == 0 ? action_begin(s->c, "resolve", err) : NULL;
	if (a) {
		struct assign field = {json_get_string(conflict, "field"), value};
		struct assign state[] = {{"state", "resolved"}, {"resolution", value}};
		if (action_set(a, json_get_string(conflict, "record"), &field, 1, RECORD_WITH_RETRACTED, err) == 0)
			action_set(a, args->words[0], state, 2, 0, err);
		rc = action_commit(a, err);
	} else {
		rc = -1;
	}
	if (rc == 0)
		cmd_print_label(s, args->words[0]);
	free(value);
	json_decref(conflict);
	return rc;
}

int cmd_import(struct session *s, const struct args *args, struct err *err)
{
	char label[LABEL_TEXT];
	struct buf bytes = BUF_INIT;
	if (args->count != 2 || strcmp(args->words[0], "receipt") != 0)
		return cmd_usage("import", err);
	int rc = buf_read_file(&bytes, args->words[1], RECEIPT_LIMIT, err);
	if (rc == 0)
		rc = transfer_import_receipt(s->c, bytes.data, bytes.len, label, err);
	if (rc == 0)
		cmd_print_label(s, label);
	buf_release(&bytes);
	return rc;
}
