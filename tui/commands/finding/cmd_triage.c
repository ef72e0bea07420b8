/* `triage`: evidence read into observations, looked at or stored. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/secret.h"
#include "case/store/record.h"
#include "finding/sigma/sigma.h"
#include "finding/triage/look.h"
#include "finding/triage/triage.h"
#include "finding/triage/triage_again.h"
#include "tui/commands/finding/print_findings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct printing {
	struct session *s;
	const char *source;
	struct sigma *rules;
	int recover;
	int vss;
	struct secret key; /* for volumes that are encrypted; empty: none was given */
	int lines;         /* --jsonl */
	json_t *array;     /* --json */
	uint64_t problems; /* in what was read */
	struct buf unread; /* what nothing was read of: its names, printable */
	uint64_t counts[OBSERVATION_ARTEFACT_COUNT];
	int many; /* what is named is not one alone */
};

static int print_object(struct printing *p, json_t *object, struct err *err)
{
	if (p->array) {
		json_array_append_new(p->array, object);
		return 0;
	}
	char *text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!text)
		return err_set(err, ERR_FAILED, _("the result is not text that JSON can hold"));
	struct buf safe = BUF_INIT;
	printable_json(&safe, text);
	fprintf(p->s->out, "%s\n", safe.data);
	buf_release(&safe);
	free(text);
	return 0;
}

static int print_row(void *ctx, const struct observation *o, const char *sha256, struct err *err)
{
	struct printing *p = ctx;
	p->counts[o->artefact < OBSERVATION_ARTEFACT_COUNT ? o->artefact : 0]++;
	if (!p->lines && !p->array)
		return 0;
	return print_object(p, observation_json(o, "", sha256, p->source), err);
}

static int print_problem(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	struct printing *p = ctx;
	p->problems++;
	if (p->lines || p->array)
		return print_object(p,
		                    json_pack("{s:s, s:s, s:s, s:o, s:I, s:s}", "label", "", "kind", "problem",
		                              "source", p->source, "path", cmd_json_text(path), "offset",
		                              (json_int_t)offset, "reason", reason),
		                    err);
	printable_printf(p->s->log, _("%s, byte %llu: %s\n"), *path ? path : p->source, (unsigned long long)offset,
	                 reason);
	return 0;
}

static int print_summary(struct printing *p, const struct triage_looked *seen, struct err *err)
{
	if (p->lines || p->array)
		return print_object(p,
		                    json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s}", "label", "",
		                              "kind", "summary", "source", p->source, "rows", (json_int_t)seen->rows,
		                              "files", (json_int_t)seen->sum.files, "parsed",
		                              (json_int_t)seen->sum.parsed, "problems", (json_int_t)p->problems,
		                              "parsers", seen->sum.parsers, "evidence_sha256", seen->evidence_sha256,
		                              "set_sha256", seen->set_sha256, "check", ""),
		                    err);
	printable_printf(p->s->out, _("%s: files %llu, of which read %llu; rows %llu, problems %llu\n"), p->source,
	                 (unsigned long long)seen->sum.files, (unsigned long long)seen->sum.parsed,
	                 (unsigned long long)seen->rows, (unsigned long long)p->problems);
	for (unsigned i = 0; i < OBSERVATION_ARTEFACT_COUNT; i++)
		if (p->counts[i])
			fprintf(p->s->out, "    %s: %llu\n", observation_artefact_text(i),
			        (unsigned long long)p->counts[i]);
	return 0;
}

static int print_found(struct printing *p, json_t *findings, const char *asset, struct err *err)
{
	json_t *f;
	size_t i;
	int rc = 0;
	if (!p->lines && !p->array)
		print_findings(p->s->out, findings);
	else
		json_array_foreach(findings, i, f) {
			json_object_set_new(f, "asset", json_string(asset));
			if (rc == 0)
				rc = print_object(p, json_incref(f), err);
		}
	return rc;
}

/* Of many that were named one that cannot be read costs itself: it is told, and the others go on. `rc`, or 0 if so. */
static int one_of_many(struct printing *p, int rc, struct err *err)
{
	if (rc == 0 || !p->many ||
	    (err->code != ERR_FAILED && err->code != ERR_NOT_FOUND && err->code != ERR_INVALID &&
	     err->code != ERR_DAMAGED))
		return rc;
	struct err why = *err;
	char *name = printable_dup(p->source);
	buf_addf(&p->unread, "%s%s", p->unread.len ? _(", ") : "", name);
	free(name);
	err_clear(err);
	rc = print_problem(p, "", 0, why.message, err);
	p->problems = 0; /* that is one thing to say, however many of its files were named */
	return rc;
}

/* What the status says of what could not be read, when all was said. */
static int refuse_unread(const struct printing *p, struct err *err)
{
	if (!p->unread.len && p->problems == 0)
		return 0;
	char *parts =
	    xasprintf(P_("a part could not be read: %llu problem is named",
	                 "a part could not be read: %llu problems are named", (unsigned long long)p->problems),
	              (unsigned long long)p->problems);
	char *none = xasprintf(_("nothing was read of %s"), p->unread.data ? p->unread.data : "");
	int rc = !p->unread.len     ? err_set(err, ERR_FAILED, "%s", parts)
	         : p->problems == 0 ? err_set(err, ERR_FAILED, "%s", none)
	                            : err_set(err, ERR_FAILED, "%s; %s", none, parts);
	free(parts);
	free(none);
	return rc;
}

static int look_at(struct printing *p, const char *path, const char *only, struct err *err)
{
	struct triage_look look = {.path = path,
	                           .only = only,
	                           .recover = p->recover,
	                           .vss = p->vss,
	                           .key = p->key.data,
	                           .rules = p->rules,
	                           .row = print_row,
	                           .problem = print_problem,
	                           .ctx = p,
	                           .progress = &p->s->progress};
	struct triage_looked seen;
	char *source = printable_dup(path);
	uint64_t before = p->problems;
	p->source = source;
	p->problems = 0;
	memset(p->counts, 0, sizeof p->counts);
	int rc = triage_look(&look, &seen, err);
	if (rc == 0)
		rc = print_found(p, seen.findings, "", err);
	if (rc == 0)
		rc = print_summary(p, &seen, err);
	rc = one_of_many(p, rc, err);
	p->problems += before;
	triage_looked_release(&seen);
	free(source);
	return rc;
}

/* ---- evidence of the case */

static json_t *changes_of(const struct triage_result *result, const char *what)
{
	json_t *rules = json_object_get(result->changes, what);
	return rules ? json_incref(rules) : json_array();
}

static void tell_rules(struct printing *p, const struct triage_result *result, const char *what, const char *title)
{
	const json_t *rules = json_object_get(result->changes, what);
	const json_t *rule;
	size_t i;
	struct buf line = BUF_INIT;
	json_array_foreach(rules, i, rule)
		buf_addf(&line, "%s%s", i ? ", " : "", json_string_value(rule));
	if (line.len)
		printable_printf(p->s->log, "%s: %s\n", title, line.data);
	buf_release(&line);
}

/* What is otherwise than the last time. */
static void tell_changes(struct printing *p, const struct triage_result *result)
{
	if (!result->was_read)
		return;
	if (result->rows_before != result->set.rows)
		fprintf(p->s->log,
		        P_("There was %llu row before.\n", "There were %llu rows before.\n",
		           (unsigned long long)result->rows_before),
		        (unsigned long long)result->rows_before);
	tell_rules(p, result, "new", _("Found now, and not before"));
	tell_rules(p, result, "changed", _("Found before, by other rows"));
	tell_rules(p, result, "gone", _("Found before, and not now (it stays on record)"));
}

static int store_one(struct printing *p, const char *label, const struct args *args, struct err *err)
{
	char on[LABEL_TEXT];
	struct triage_options options = {.evidence = label,
	                                 .on = cmd_asset(p->s, args_option(args, "on"), on),
	                                 .only = args_option(args, "only"),
	                                 .recover = p->recover,
	                                 .vss = p->vss,
	                                 .key = p->key.data,
	                                 .rules = p->rules,
	                                 .problem = print_problem,
	                                 .ctx = p,
	                                 .progress = &p->s->progress};
	struct triage_result result;
	uint64_t before = p->problems;
	json_t *record = record_get(p->s->c, label, 0, NULL);
	if (!record && access(label, F_OK) == 0) { /* a collection beside the case */
		options.path = label;
		options.evidence = NULL;
	}
	json_decref(record);
	p->source = label;
	p->problems = 0;
	int rc = triage_run(p->s->c, &options, &result, err);
	int is_unknown = rc < 0 && err->code == ERR_NOT_FOUND && options.on && strcmp(options.on, "auto") == 0;
	if (rc < 0) {
		p->many |= is_unknown; /* and if it is the only one: it is listed */
		rc = one_of_many(p, rc, err);
		p->problems += before;
		triage_result_release(&result);
		return rc;
	}
	if (rc == 0 && (p->array || p->lines))
		rc = print_found(p, result.findings, options.on ? options.on : "", err);
	if (rc == 0 && (p->array || p->lines)) {
		rc = print_object(
		    p,
		    json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o}",
		              "label", result.check, "kind", "summary", "source", label, "check", result.check, "same",
		              result.same, "rows", (json_int_t)result.set.rows, "files", (json_int_t)result.sum.files,
		              "parsed", (json_int_t)result.sum.parsed, "problems", (json_int_t)p->problems, "parsers",
		              result.sum.parsers, "evidence_sha256", result.set.evidence_sha256, "set_sha256",
		              result.set.sha256, "rows_before",
		              result.was_read ? json_integer((json_int_t)result.rows_before) : json_null(),
		              "findings_new", changes_of(&result, "new"), "findings_gone", changes_of(&result, "gone"),
		              "findings_changed", changes_of(&result, "changed")),
		    err);
	} else if (rc == 0) {
		cmd_print_label(p->s, result.check);
		rc = print_found(p, result.findings, "", err);
		fprintf(p->s->log,
		        !result.same ? P_("%llu row\n", "%llu rows\n", (unsigned long long)result.set.rows)
		        : triage_changed(result.changes)
		            ? P_("%llu row, the same as before\n", "%llu rows, the same as before\n",
		                 (unsigned long long)result.set.rows)
		            : P_("%llu row, the same as before: nothing was stored\n",
		                 "%llu rows, the same as before: nothing was stored\n",
		                 (unsigned long long)result.set.rows),
		        (unsigned long long)result.set.rows);
		if (result.was_lost)
			fputs(_("They had been lost, and were made again: the digest is the same.\n"), p->s->log);
		else if (result.differs)
			fputs(_("They take the place of another set, whose digest stays on record.\n"), p->s->log);
		tell_changes(p, &result);
	}
	p->problems += before;
	triage_result_release(&result);
	return rc;
}

/* Anew for each evidence: what they saw is of one. */
static int load_rules(struct printing *p, const char *folder, struct err *err)
{
	sigma_free(p->rules);
	p->rules = folder ? sigma_load(folder, &p->s->progress, err) : NULL;
	return folder && !p->rules ? -1 : 0;
}

/* All that wants it: what was lost, what an older program read; with rules all that was read. */
static int read_again(struct printing *p, const struct args *args, struct err *err)
{
	json_t *labels = json_array();
	json_t *beside = json_array();
	const json_t *item;
	size_t i;
	int rc = triage_wants_again(p->s->c, args_option(args, "rules") != NULL, labels, beside, err);
	if (rc == 0 && json_array_size(labels) == 0 && json_array_size(beside) == 0 && !p->array && !p->lines)
		fputs(_("All evidence was read by this program, and its rows are there: nothing has to be read again. "
		        "`genba triage --again LABEL` reads it all the same.\n"),
		      p->s->log);
	json_array_foreach(beside, i, item)
		if (rc == 0) {
			p->source = json_string_value(item);
			rc = print_problem(p, "", 0,
			                   _("it is no evidence of the case: name its file or folder to read it again"),
			                   err);
		}
	json_array_foreach(labels, i, item) {
		if (rc == 0)
			rc = load_rules(p, args_option(args, "rules"), err);
		if (rc == 0)
			rc = store_one(p, json_string_value(item), args, err);
	}
	json_decref(labels);
	json_decref(beside);
	return rc;
}

/* The key of encrypted volumes and zips: from a file, or asked for; never a word of the command line. */
static int take_key(struct printing *p, const struct args *args, struct err *err)
{
	const char *path = args_option(args, "password-file");
	if (path)
		return secret_read_file(&p->key, path, err);
	if (args_option(args, "ask-password"))
		return secret_ask(&p->key, _("Password or recovery key of the encrypted volume or zip: "), err);
	return 0;
}

int cmd_triage(struct session *s, const struct args *args, struct err *err)
{
	struct printing p = {.s = s,
	                     .source = "",
	                     .unread = BUF_INIT,
	                     .lines = args_option(args, "jsonl") != NULL,
	                     .many = args->count != 1};
	int look = args_option(args, "look") != NULL;
	int rc = 0;
	int again = args_option(args, "again") != NULL;
	if ((args->count < 1 && !again) || (again && look))
		return cmd_usage("triage", err);
	if (args_option(args, "json"))
		p.array = json_array();
	if (take_key(&p, args, err) < 0)
		return -1;
	p.vss = args_option(args, "vss") != NULL;
	p.recover = args_option(args, "recover") != NULL;
	if (args->count == 0)
		rc = read_again(&p, args, err);
	for (size_t i = 0; rc == 0 && i < args->count; i++) {
		rc = load_rules(&p, args_option(args, "rules"), err);
		if (rc < 0)
			break;
		rc = look ? look_at(&p, args->words[i], args_option(args, "only"), err)
		          : store_one(&p, args->words[i], args, err);
	}
	sigma_free(p.rules);
	secret_release(&p.key);
	if (p.array && rc == 0)
		cmd_print_json(s, p.array);
	else
		json_decref(p.array);
	if (rc == 0)
		rc = refuse_unread(&p, err);
	buf_release(&p.unread);
	return rc;
}
