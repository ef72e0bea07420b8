/* new, verify, export and board: commands about the case as a whole. */
#include "case/case.h"
#include "outward/exchange/shared_form.h"
#include "outward/formats.h"
#include "tui/command/cmd.h"
#include "tui/command/holder.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/passphrase.h"
#include "base/printable.h"
#include "case/care/verify.h"
#include "case/query/highest_tlp.h"
#include "case/store/record.h"
#include "evidence/acquire/checkpoint.h"
#include "evidence/acquire/sleep_inhibit.h"
#include "evidence/preserve.h"
#include "finding/observation/observation_care.h"
#include "history/history.h"
#include "outward/report/board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEYFILE_LIMIT 4096

/* ---- new */

/* Asks on the terminal how the case is to be opened if this identity is lost. Nothing is asked in a script. */
static void offer_recovery(struct session *s, const struct args *args)
{
	if (args_option(args, "recovery") || args_option(args, "case-passphrase-file") ||
	    args_option(args, "no-recovery"))
		return;
	fputs(_("Note: only your identity opens this case. If its key or passphrase is lost, so is the case.\n"
	        "Keep a backup: genba key backup FILE\n"
	        "Or make the case with --recovery KEYFILE or --case-passphrase-file FILE.\n"),
	      s->log);
}

static int ask_recovery(struct session *s, const struct args *args, enum vault_kdf kdf, struct secret *passphrase,
                        struct err *err)
{
	const char *file = args_option(args, "case-passphrase-file");
	if (!file && (s->passphrase_file || !isatty(STDIN_FILENO) || args_option(args, "recovery") ||
	              args_option(args, "no-recovery") || args_option(args, "unlock")))
		return 0;
	struct passphrase_request ask = {.file = file,
	                                 .prompt = _("A recovery passphrase for this case (empty: none): "),
	                                 .purpose = PASSPHRASE_OFFER};
	vault_kdf_cost(kdf, &ask.kdf_passes, &ask.kdf_kib);
	return session_read_passphrase(s, &ask, passphrase, err);
}

static int read_key_line(const char *path, struct buf *line, struct err *err)
{
	if (buf_read_file(line, path, KEYFILE_LIMIT, err) < 0)
		return -1;
	buf_truncate(line, strcspn(line->data, "\r\n"));
	return 0;
}

static int make_case(struct session *s, const struct args *args, struct err *err)
{
	struct case_new spec = {
	    .title = args_option(args, "title"), .party = args_option(args, "party"), .tlp = args_option(args, "tlp")};
	if (path_must_be_new(args->words[0], err) < 0)
		return -1;
	char *typed = spec.title ? NULL : cmd_ask_line(s, _("Title of the case: "), NULL);
	if (typed)
		spec.title = typed;
	if (!spec.title || !*spec.title) {
		free(typed);
		return err_set(err, ERR_USAGE, _("a new case needs a title: --title TEXT"));
	}
	struct buf recovery = BUF_INIT;
	struct secret passphrase = SECRET_INIT;
	int rc = cmd_kdf(args_option(args, "kdf"), &spec.kdf, err);
	if (rc == 0 && args_option(args, "recovery"))
		rc = read_key_line(args_option(args, "recovery"), &recovery, err);
	if (rc == 0)
		rc = session_identity(s, 1, err);
	if (rc == 0)
		rc = ask_recovery(s, args, spec.kdf, &passphrase, err);
	if (rc == 0) {
		spec.owner = s->identity;
		spec.recovery_key = recovery.len ? recovery.data : NULL;
		spec.passphrase = passphrase.data ? &passphrase : NULL;
		struct case_file *c = case_create(args->words[0], &spec, err);
		rc = c ? 0 : -1;
		if (c && !passphrase.data)
			offer_recovery(s, args);
		if (c) {
			char *title = printable_dup(case_title(c));
			printable_printf(s->log, _("Case %s made: %s\n"), case_id(c), title);
			free(title);
			rc = case_close(c, err);
		}
	}
	secret_release(&passphrase);
	buf_release(&recovery);
	free(typed);
	return rc;
}

/* In the process that keeps it open: the identity is unlocked there already. */
static int make_and_open(struct session *s, const void *ctx, struct err *err)
{
	const struct args *args = ctx;
	if (make_case(s, args, err) < 0)
		return -1;
	free(s->path);
	s->path = xstrdup(args->words[0]);
	return session_open(s, err);
}

int cmd_new(struct session *s, const struct args *args, struct err *err)
{
	struct holder_limits limits;
	if (args->count != 1)
		return cmd_usage("new", err);
	if (!args_option(args, "unlock"))
		return make_case(s, args, err);
	if (holder_limits_parse(args_option(args, "for"), &limits, err) < 0)
		return -1;
	int rc = holder_start(s, &limits, make_and_open, args, err);
	if (rc == 0) {
		free(s->path);
		s->path = xstrdup(args->words[0]);
		cmd_print_unlocked(s);
	}
	return rc < 0 ? -1 : 0;
}

/* ---- verify */

struct cmd_case_findings {
	struct session *s;
	json_t *array;
	uint64_t count;
};

static void print_finding(void *ctx, const char *part, const char *text)
{
	struct cmd_case_findings *f = ctx;
	f->count++;
	char *safe = printable_dup(text);
	if (f->array)
		json_array_append_new(f->array, json_pack("{s:s, s:s, s:s, s:s}", "kind", "finding", "label", "",
		                                          "part", part, "text", safe));
	else
		printable_printf(f->s->out, "%s: %s\n", part, safe);
	free(safe);
}

static void print_reread(struct session *s, const struct evidence_report *report)
{
	printable_printf(s->out, _("evidence re-read: %llu, of which not complete or not to be had: %llu\n"),
	                 (unsigned long long)report->checked, (unsigned long long)report->unreadable);
	if (report->checked)
		printable_printf(
		    s->out,
		    _("of these read from the medium itself: %llu; from memory, since the cache could not be "
		      "dropped: %llu\n"),
		    (unsigned long long)report->from_medium,
		    (unsigned long long)(report->checked - report->from_medium));
}

/* Whoever reads the evidence again wants it on record; a case that is open for reading only cannot keep it. */
static void print_unrecorded(struct session *s, const struct args *args, const struct evidence_report *report)
{
	if (report->results > 0 && !args_option(args, "record"))
		fputs(_("what this gave is not on record (--record puts it there: last verified, and the result)\n"),
		      s->log);
}

static int report_findings(const struct cmd_case_findings *f, struct err *err)
{
	if (f->count > 0)
		return err_set(
		    err, ERR_DAMAGED,
		    P_("verification found %llu thing wrong", "verification found %llu things wrong", f->count),
		    (unsigned long long)f->count);
	return 0;
}

/* Evidence by its labels. */
static int verify_some(struct session *s, const struct args *args, struct err *err)
{
	struct cmd_case_findings f = {s, args_option(args, "json") ? json_array() : NULL, 0};
	struct evidence_report report;
	struct evidence_verifying what = {.labels = (const char *const *)args->words,
	                                  .count = args->count,
	                                  .record = args_option(args, "record") != NULL,
	                                  .progress = &s->progress,
	                                  .finding = print_finding,
	                                  .ctx = &f};
	struct sleep_inhibit awake;
	sleep_inhibit_begin(&awake);
	int rc = evidence_verify_some(s->c, &what, &report, err);
	sleep_inhibit_end(&awake);
	if (rc < 0)
		json_decref(f.array);
	else if (f.array)
		cmd_print_json(s, f.array);
	else if (args->count == 1 && report.checked == 1 && f.count == 0)
		printable_printf(s->out,
		                 report.from_medium
		                     ? _("%s: the same, read from the medium itself\n")
		                     : _("%s: the same, but read from memory: the cache could not be dropped\n"),
		                 args->words[0]);
	else
		print_reread(s, &report);
	if (rc == 0)
		print_unrecorded(s, args, &report);
	return rc < 0 ? -1 : report_findings(&f, err);
}

/* ---- preservation that was begun and is not finished, and the command that goes on with it */

struct unfinished_printing {
	struct session *s;
	json_t *array;
	struct err *err;
};

static void unfinished_text(const struct unfinished *job, struct buf *text)
{
	buf_addf(text, _("not finished: %s"), job->source);
	if (job->size)
		buf_addf(text, _(", %llu of %llu MiB"), (unsigned long long)(job->done >> 20),
		         (unsigned long long)((job->size + (1U << 20) - 1) >> 20));
	if (*job->at)
		buf_addf(text, ", %s", job->at);
	buf_addf(text, " (%s)", *job->why ? job->why : _("the program or the machine ended"));
}

static int print_unfinished(void *ctx, const struct unfinished *job)
{
	struct unfinished_printing *p = ctx;
	struct buf text = BUF_INIT;
	struct buf command = BUF_INIT;
	buf_adds(&command, "genba ");
	int rc = checkpoint_command(job, &command, p->err);
	if (rc == 0) {
		unfinished_text(job, &text);
		char *safe_text = printable_dup(text.data);
		char *safe_command = printable_dup(command.data);
		if (p->array)
			json_array_append_new(p->array, json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "unfinished",
			                                          "label", job->label, "part", "evidence", "text",
			                                          safe_text, "command", safe_command));
		else
			printable_printf(p->s->out, _("%s; to go on: %s\n"), safe_text, safe_command);
		free(safe_text);
		free(safe_command);
	}
	buf_release(&text);
	buf_release(&command);
	return rc;
}

/* A line for each on the session's output; or, with `array`, an object each appended. It is nothing wrong: no finding. */
static int print_all_unfinished(struct session *s, json_t *array, struct err *err)
{
	struct unfinished_printing p = {s, array, err};
	return checkpoint_each(s->c, print_unfinished, &p, err) < 0 ? -1 : 0;
}

int cmd_verify(struct session *s, const struct args *args, struct err *err)
{
	if (args->count > 0)
		return verify_some(s, args, err);
	struct cmd_case_findings f = {s, args_option(args, "json") ? json_array() : NULL, 0};
	struct verify_report report;
	struct evidence_report evidence = {0};
	int rc = case_verify(s->c, &s->progress, print_finding, &f, &report, err);
	struct sleep_inhibit awake;
	if (rc == 0 && args_option(args, "evidence")) {
		sleep_inhibit_begin(&awake);
		rc = evidence_verify(s->c, args_option(args, "record") != NULL, &s->progress, print_finding, &f,
		                     &evidence, err);
		sleep_inhibit_end(&awake);
	}
	struct observation_care care = {.sets = 0};
	if (rc == 0)
		rc = observation_verify_all(s->c, &s->progress, print_finding, &f, &care, err);
	if (rc == 0)
		rc = cmd_print_lost_sets(s, err);
	if (rc == 0)
		rc = print_all_unfinished(s, f.array, err);
	if (rc < 0) {
		json_decref(f.array);
		return -1;
	}
	if (f.array) {
		cmd_print_json(s, f.array);
	} else {
		printable_printf(
		    s->out,
		    _("checked: %llu pages, %llu commits, %llu objects, %llu signatures, %llu records, %llu texts\n"),
		    (unsigned long long)report.pages, (unsigned long long)report.commits,
		    (unsigned long long)report.objects, (unsigned long long)report.signatures,
		    (unsigned long long)report.records, (unsigned long long)report.texts);
		if (args_option(args, "evidence"))
			print_reread(s, &evidence);
		if (!args_option(args, "evidence"))
			fputs(_("evidence was not re-read (verify --evidence does)\n"), s->out);
		if (care.sets)
			printable_printf(s->out, _("sets of observations: %llu, of which not beside this copy: %llu\n"),
			                 (unsigned long long)care.sets, (unsigned long long)care.absent);
		if (report.absent)
			printable_printf(
			    s->out,
			    P_("not in this copy of the case (purged, or left behind): %llu text or file\n",
			       "not in this copy of the case (purged, or left behind): %llu texts or files\n",
			       (unsigned long long)report.absent),
			    (unsigned long long)report.absent);
		if (f.count == 0)
			printable_printf(s->out, _("nothing wrong found; last commit %s\n"), case_head(s->c));
	}
	if (args_option(args, "evidence"))
		print_unrecorded(s, args, &evidence);
	return report_findings(&f, err);
}

/* ---- export */

static const char *option_of(const void *options, const char *name)
{
	return args_option(options, name);
}

int cmd_export(struct session *s, const struct args *args, struct err *err)
{
	const struct exchange_format *format = args->count ? format_find(args->words[0]) : NULL;
	if (!format || args->count != format->words + 2)
		return cmd_usage("export", err);
	struct buf out = BUF_INIT;
	struct buf told = BUF_INIT;
	struct format_request request = {.c = s->c,
	                                 .words = (const char *const *)args->words + 1,
	                                 .path = args->words[format->words + 1],
	                                 .option = option_of,
	                                 .options = args,
	                                 .progress = &s->progress,
	                                 .out = &out,
	                                 .told = &told};
	int rc = format->write(&request, err);
	if (out.len)
		fwrite(out.data, 1, out.len, s->out);
	printable_printf(s->log, "%s", told.data ? told.data : "");
	if (rc == 0 && *request.label)
		cmd_print_label(s, request.label);
	buf_release(&out);
	buf_release(&told);
	return rc;
}

/* ---- board */

int cmd_board(struct session *s, const struct args *args, struct err *err)
{
	struct board b;
	if (args->count != 0)
		return cmd_usage("board", err);
	if (board_load(s->c, &b, err) < 0)
		return -1;
	json_t *array = args_option(args, "json") ? json_array() : NULL;
	char *title = printable_dup(case_title(s->c));
	struct buf tlp = BUF_INIT;
	highest_tlp_begin(s->c, &tlp);
	for (size_t i = 0; i < b.count; i++)
		highest_tlp_add_named(s->c, *b.rows[i].label ? b.rows[i].label : NULL, &tlp);
	if (!array)
		printable_printf(s->out, "%s  [TLP:%s]  %s\n", title, tlp.data, case_head(s->c));
	buf_release(&tlp);
	const char *section = "";
	for (size_t i = 0; i < b.count; i++) {
		const struct board_row *row = &b.rows[i];
		if (row->tone == BOARD_HEADING)
			section = row->text;
		if (array && row->tone != BOARD_HEADING)
			json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s}", "kind", "board", "label",
			                                       row->label, "section", section, "text", row->text));
		else if (!array && row->tone == BOARD_HEADING)
			printable_printf(s->out, "\n%s\n", row->text);
		else if (!array)
			printable_printf(s->out, " %c %s%s%s\n",
			                 row->tone == BOARD_ALARM       ? '!'
			                 : row->tone == BOARD_ATTENTION ? '*'
			                                                : ' ',
			                 row->label, *row->label ? "  " : "", row->text);
	}
	if (array)
		cmd_print_json(s, array);
	free(title);
	board_release(&b);
	return 0;
}
