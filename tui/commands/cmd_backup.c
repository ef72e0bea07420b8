/* `genba backup`: copies of a case, and cases from copies; `genba salvage`. */
#include "tui/command/cmd.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/passphrase.h"
#include "base/printable.h"
#include "case/care/backup.h"
#include "case/care/salvage.h"
#include "case/case.h"

#include <stdlib.h>
#include <string.h>

static void tell_report(struct session *s, const struct args *args, const struct backup_report *report)
{
	char *file = printable_dup(report->file ? report->file : "");
	if (args_option(args, "json")) {
		json_t *array = json_array();
		json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s, s:I, s:b}", "kind", "copy", "label", "",
		                                       "file", file, "head", report->head, "actions",
		                                       (json_int_t)report->actions, "whole", report->whole));
		cmd_print_json(s, array);
	} else if (report->file) {
		printable_printf(s->out, "%s\n", file);
	}
	if (!report->file)
		printable_printf(s->log, _("the copy is up to date, up to commit %.10s\n"), report->head);
	else
		printable_printf(s->log,
		                 P_("verified: %llu action, up to commit %.10s\n",
		                    "verified: %llu actions, up to commit %.10s\n",
		                    (unsigned long long)report->actions),
		                 (unsigned long long)report->actions, report->head);
	if (report->passphrase_left)
		fputs(_("The passphrase slot is not in it (--case-passphrase-file FILE keeps it): it opens for the "
		        "recipients only.\n"),
		      s->log);
	free(file);
}

static int cmd_backup_restore(struct session *s, const struct args *args, const char *out, struct err *err)
{
	struct backup_report report = {0};
	struct secret passphrase = SECRET_INIT;
	const char *file = args_option(args, "case-passphrase-file");
	int rc = session_identity(s, 1, err);
	const struct passphrase_request ask = {.file = file, .purpose = PASSPHRASE_KEEP};
	if (rc == 0 && file)
		rc = session_read_passphrase(s, &ask, &passphrase, err);
	struct case_unlock unlock = {s->identity, passphrase.data ? &passphrase : NULL};
	if (rc == 0)
		rc = backup_restore(args->words[0], out, &unlock, &s->progress, &report, err);
	if (rc == 0)
		tell_report(s, args, &report);
	backup_report_release(&report);
	secret_release(&passphrase);
	return rc;
}

static int schedule(struct session *s, const struct args *args, struct err *err)
{
	const char *every = args_option(args, "every");
	if (args_option(args, "off"))
		return backup_schedule(s->c, NULL, 0, err);
	size_t n = strlen(every);
	if (n == 0 || n > 6 || strspn(every, "0123456789") != n || strtoul(every, NULL, 10) == 0)
		return err_set(err, ERR_USAGE, _("--every %s: a number of actions is wanted"), every);
	return backup_schedule(s->c, args->words[0], (unsigned)strtoul(every, NULL, 10), err);
}

static int tell_known(void *ctx, const char *line)
{
	printable_printf(ctx, "%s\n", line);
	return 0;
}

int cmd_backup(struct session *s, const struct args *args, struct err *err)
{
	const char *out = args_option(args, "restore");
	struct backup_report report = {0};
	struct secret passphrase = SECRET_INIT;
	struct access_keep keep;
	if (out && args->count == 1)
		return cmd_backup_restore(s, args, out, err);
	if (out || args->count > 1 || (args->count == 0 && args_option(args, "every")))
		return cmd_usage("backup", err);
	if (session_open(s, err) < 0)
		return -1;
	if (args->count == 0)
		return args_option(args, "off") ? schedule(s, args, err)
		                                : backup_each_known(s->c, tell_known, s->out, err);
	int rc = cmd_keep_passphrase(s, args, &passphrase, &keep, err);
	if (rc == 0)
		rc = backup_make(s->c, args->words[0], &keep, &s->progress, &report, err);
	if (rc == 0 && (args_option(args, "every") || args_option(args, "off")))
		rc = schedule(s, args, err);
	if (rc == 0)
		tell_report(s, args, &report);
	backup_report_release(&report);
	secret_release(&passphrase);
	return rc;
}

/* ---- salvage */

struct salvage_telling {
	struct session *s;
	json_t *array;
};

static void tell_missing(void *ctx, const char *text)
{
	struct salvage_telling *t = ctx;
	char *safe = printable_dup(text);
	if (t->array)
		json_array_append_new(t->array,
		                      json_pack("{s:s, s:s, s:s}", "kind", "missing", "label", "", "text", safe));
	else
		printable_printf(t->s->out, "%s\n", safe);
	free(safe);
}

int cmd_salvage(struct session *s, const struct args *args, struct err *err)
{
	struct salvage_telling t = {s, NULL};
	struct salvage_report report;
	if (args->count != 1)
		return cmd_usage("salvage", err);
	if (!s->path)
		return session_refuse_unnamed(err);
	if (session_refuse_busy(s, err) < 0 || session_identity(s, 1, err) < 0)
		return -1;
	struct case_unlock unlock = {s->identity, NULL};
	t.array = args_option(args, "json") ? json_array() : NULL;
	int rc = case_salvage(s->path, args_option(args, "header"), args->words[0], &unlock, tell_missing, &t,
	                      &s->progress, &report, err);
	if (rc == 0 && t.array)
		cmd_print_json(s, json_incref(t.array));
	json_decref(t.array);
	if (rc == 0)
		printable_printf(
		    s->log,
		    _("salvaged: %llu records, %llu texts, %llu files, %llu commits, %llu objects; lost: %llu\n"),
		    (unsigned long long)report.records, (unsigned long long)report.texts,
		    (unsigned long long)report.files, (unsigned long long)report.commits,
		    (unsigned long long)report.objects, (unsigned long long)report.lost);
	return rc;
}
