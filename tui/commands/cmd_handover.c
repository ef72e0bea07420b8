/* handover and accept: the case goes to a colleague, and comes from one. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/secret.h"
#include "case/care/verify.h"
#include "case/store/leave_behind.h"
#include "case/store/responders.h"
#include "evidence/image/place.h"
#include "evidence/preserve.h"
#include "finding/observation/observation_care.h"
#include "handover/evidence/evidence_beside.h"
#include "handover/evidence/evidence_check.h"
#include "handover/evidence/evidence_copy.h"
#include "handover/parcel/folder.h"
#include "handover/parcel/handover.h"
#include "handover/parcel/handover_recover.h"
#include "handover/parcel/transfer.h"
#include "outward/acceptance/acceptance.h"
#include "outward/brief/brief.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_LIMIT   4096
#define BRIEF_LIMIT (1U << 20)

struct cmd_handover_known {
	const char *word;
	char *line;
};

static int look_at_known(void *ctx, const struct responder *r)
{
	struct cmd_handover_known *k = ctx;
	if (!r->line || (strcmp(r->mark, k->word) != 0 && strcmp(r->label, k->word) != 0))
		return 0;
	k->line = xstrdup(r->line);
	return 1;
}

/* A public line: given as it is, of a file, or of a responder who is known by that mark or label. The caller frees. */
static char *read_line(struct session *s, const char *text, struct err *err)
{
	struct cmd_handover_known k = {text, NULL};
	struct err why = ERR_INIT;
	if (strncmp(text, "ssh-ed25519 ", 12) == 0)
		return xstrdup(text);
	struct buf line = BUF_INIT;
	if (buf_read_file(&line, text, KEY_LIMIT, &why) == 0) {
		buf_truncate(&line, strcspn(line.data, "\r\n"));
		return buf_take(&line, NULL);
	}
	buf_release(&line);
	if (access(text, F_OK) == 0)
		err_take(err, &why);
	else if (responder_each(s->c, look_at_known, &k, err) >= 0 && !k.line)
		err_set(
		    err, ERR_NOT_FOUND,
		    _("'%s' is no file with a key (what `genba key export` prints at theirs), and no responder of this "
		      "case has that mark"),
		    text);
	return k.line;
}

struct key_known {
	unsigned char key[32];
	int found;
};

static int has_key(void *ctx, const struct responder *r)
{
	struct key_known *k = ctx;
	unsigned char other[32];
	k->found = r->line && ssh_public_parse(r->line, other, NULL) == 0 && memcmp(other, k->key, sizeof other) == 0;
	return k->found;
}

int cmd_handover_key(struct session *s, const char *text, struct buf *print, enum key_standing *standing,
                     struct err *err)
{
	struct key_known k = {.found = 0};
	char commit[HISTORY_ID];
	char *line = read_line(s, text, err);
	int rc = line ? ssh_public_parse(line, k.key, err) : -1;
	if (rc == 0 && responder_each(s->c, has_key, &k, err) < 0)
		rc = -1;
	if (rc == 0)
		ssh_fingerprint(k.key, print);
	*standing = KEY_IS_NEW;
	if (rc == 0 && k.found)
		*standing = handover_known(s->c, k.key, commit, NULL) == 0 ? KEY_HAS_COPY : KEY_IS_KNOWN;
	free(line);
	return rc;
}

/* A key that this case does not know is confirmed before anything is written: by --fingerprint, which another channel told,
 * or by a person at the terminal. A script without either goes on, as it always did, and the fingerprint is printed.
 * *confirmed: somebody did. */
static int confirm_key(struct session *s, const struct args *args, const char *text, int *confirmed, struct err *err)
{
	struct buf print = BUF_INIT;
	const char *wanted = args_option(args, "fingerprint");
	enum key_standing standing = KEY_IS_NEW;
	int rc = cmd_handover_key(s, text, &print, &standing, err);
	if (rc == 0 && wanted && strcmp(wanted, print.data) != 0)
		rc = err_set(err, ERR_FAILED,
		             _("nothing was written: the key has the fingerprint %s, not %s. Ask for the key again"),
		             print.data, wanted);
	if (rc == 0 && standing == KEY_IS_NEW && !wanted && !s->in_workbench && !s->in_script && isatty(STDIN_FILENO) &&
	    isatty(STDERR_FILENO)) {
		char answer[16] = "";
		printable_printf(
		    s->log,
		    _("The key is new to this case: %s\nWas this fingerprint read out to you over the phone, "
		      "or face to face? (y/n) "),
		    print.data);
		fflush(s->log);
		*confirmed = fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
		if (!*confirmed)
			rc = err_set(err, ERR_CANCELLED,
			             _("nothing was written: call, have the fingerprint read out, and begin again"));
	} else {
		*confirmed = wanted != NULL;
	}
	buf_release(&print);
	return rc;
}

/* confirmed[i]: the key of to[i] need not be read out any more. */
static int read_recipients(struct session *s, const struct args *args, struct handover_recipient *to, int *confirmed,
                           size_t *count, struct err *err)
{
	char *lines[HANDOVER_TO] = {NULL};
	int rc = 0;
	*count = 0;
	for (const char *value; rc == 0 && (value = args_option_at(args, "to", *count)) != NULL;) {
		if (*count == HANDOVER_TO)
			rc = err_set(err, ERR_USAGE, _("at most %d recipients at a time"), HANDOVER_TO);
		else if (confirm_key(s, args, value, &confirmed[*count], err) < 0 ||
		         !(lines[*count] = read_line(s, value, err)))
			rc = -1;
		else
			++*count;
	}
	if (rc == 0 && *count == 0 && !args_option(args, "for"))
		rc = err_set(err, ERR_USAGE, _("to whom? --to KEYFILE (what `genba key export` prints at theirs)"));
	if (rc == 0)
		rc = handover_recipients(s->c, (const char *const *)lines, *count, to, err);
	for (size_t i = 0; i < HANDOVER_TO; i++)
		free(lines[i]);
	return rc;
}

static void tell_recipients(struct session *s, const struct handover_recipient *to, const int *confirmed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf print = BUF_INIT;
		char *name = printable_dup(to[i].name);
		ssh_fingerprint(to[i].key, &print);
		printable_printf(s->log, _("to %s %s, key %s%s\n"), to[i].mark, name, print.data,
		                 to[i].added && !confirmed[i]
		                     ? _(" (new to this case: have them read the key out over the phone)")
		                     : "");
		free(name);
		buf_release(&print);
	}
}

/* ---- evidence beside the case */

static void tell_item(void *ctx, const char *label, const char *text)
{
	struct session *s = ctx;
	printable_printf(s->log, "%s: %s\n", label, text);
}

static int take_evidence(struct session *s, const char *folder, const char *const *secrets, struct buf *labels,
                         size_t *missing, struct err *err)
{
	struct evidence_copying how = {
	    .folder = folder, .secrets = secrets, .progress = &s->progress, .say = tell_item, .ctx = s};
	struct evidence_copied copied;
	int rc = evidence_copy_all(s->c, &how, &copied, err);
	if (copied.labels.len)
		buf_adds(labels, copied.labels.data);
	*missing = copied.missing;
	buf_release(&copied.labels);
	return rc;
}

/* ---- handover */

static int own_brief(struct session *s, const struct args *args, struct buf *text, struct err *err)
{
	const char *file = args_option(args, "brief");
	if (file)
		return buf_read_file(text, file, BRIEF_LIMIT, err);
	const char *language = args_option(args, "brief-lang");
	const char *mine = i18n_language();
	if (!s->brief) {
		if (language)
			i18n_set_language(language);
		int rc = brief_of_handover(s->c, text, err);
		i18n_set_language(mine);
		return rc;
	}
	buf_adds(text, s->brief);
	return 0;
}

/* With the copy in its place, or without one: what is on record comes to fit. */
static int cmd_handover_settle(struct session *s, struct err *err)
{
	struct buf told = BUF_INIT;
	int rc = handover_settle(s->c, &told, err);
	buf_release(&told);
	return rc;
}

/* How a passphrase reaches the other side. */
static void tell_passphrase(struct session *s)
{
	fputs(_("The passphrase opens this copy for whoever has both. Say it by phone or in person, to somebody whose "
	        "voice or "
	        "face you\nknow, and have it said back; never send it the way the file goes. With it alone the copy "
	        "can be "
	        "read, not written in.\n"),
	      s->log);
}

/* `count` transfers go on record, for the recipients of the copy and, as the last, for somebody who has no key. */
/* Large sets of observations lie beside the case: they are taken along, or it is told that they stay. */
static int take_observations(struct session *s, const struct args *args, const char *out, const json_t *records,
                             struct err *err)
{
	struct observation_care care;
	uint64_t beside;
	if (args_option(args, "with-observations")) {
		if (observation_take_along(s->c, out, records, &care, err) < 0)
			return -1;
		if (care.sets)
			printable_printf(s->log,
			                 P_("%llu large set of observations goes along: %s.observations (%llu bytes)\n",
			                    "%llu large sets of observations go along: %s.observations (%llu bytes)\n",
			                    (unsigned long long)care.sets),
			                 (unsigned long long)care.sets, out, (unsigned long long)care.bytes);
		return 0;
	}
	if (observation_count_beside(s->c, records, &beside, err) < 0)
		return -1;
	if (beside)
		printable_printf(s->log,
		                 P_("%llu large set of observations stays here: --with-observations takes it along, or "
		                    "the colleague makes it again from the evidence (triage, sweep)\n",
		                    "%llu large sets of observations stay here: --with-observations takes them along, "
		                    "or the colleague makes them again from the evidence (triage, sweep)\n",
		                    (unsigned long long)beside),
		                 (unsigned long long)beside);
	return 0;
}

static void tell_written(struct session *s, const char *out, size_t left)
{
	printable_printf(s->log, _("written and verified: %s, last commit %s\n"), out, case_head(s->c));
	if (left)
		printable_printf(s->log,
		                 P_("%zu secret stays behind\n", "%zu secrets stay behind\n", (unsigned long long)left),
		                 left);
	fputs(_("The colleague opens it with the identity of that key (genba -c FILE accept). The receipt that this "
	        "makes "
	        "comes back to you: genba import receipt FILE\n"),
	      s->log);
}

static int hand_over_whole(struct session *s, const struct args *args, struct handover_copy *how, size_t count,
                           const char *out, struct err *err)
{
	struct secret passphrase = SECRET_INIT;
	struct buf brief = BUF_INIT;
	struct buf evidence = BUF_INIT;
	char labels[HANDOVER_TO + 1][LABEL_TEXT];
	const char *folder = args_option(args, "with-evidence");
	const char *passphrase_file = args_option(args, "case-passphrase-file");
	size_t left = 0;
	size_t missing = 0;
	int rc = cmd_kdf(args_option(args, "kdf"), &how->kdf, err);
	if (rc == 0 && passphrase_file)
		rc = cmd_new_passphrase(s, passphrase_file, how->kdf, &passphrase, err);
	how->passphrase = passphrase_file ? &passphrase : NULL;
	if (rc == 0 && folder)
		rc = take_evidence(s, folder, how->secrets, &evidence, &missing, err);
	if (rc == 0)
		rc = own_brief(s, args, &brief, err);
	if (rc == 0)
		rc = transfer_record(s->c, how->to, count, evidence.data, brief.data, out, labels, err);
	if (rc == 0) {
		rc = handover_copy(s->c, out, how, &left, err);
		if (cmd_handover_settle(s, rc == 0 ? err : NULL) < 0)
			rc = -1;
	}
	if (rc == 0)
		rc = take_observations(s, args, out, NULL, err);
	for (size_t i = 0; i < count && rc == 0; i++)
		cmd_print_label(s, labels[i]);
	if (rc == 0)
		tell_written(s, out, left);
	if (rc == 0 && passphrase_file)
		tell_passphrase(s);
	if (rc == 0 && missing)
		rc = err_set(
		    err, ERR_FAILED,
		    P_("the case was handed over, but %zu item of evidence could not be taken along: it is named above",
		       "the case was handed over, but %zu items of evidence could not be taken along: they are named "
		       "above",
		       (unsigned long long)missing),
		    missing);
	how->passphrase = NULL; /* it was borrowed from here */
	secret_release(&passphrase);
	buf_release(&brief);
	buf_release(&evidence);
	return rc;
}

static int hand_over_delta(struct session *s, const struct args *args, struct handover_copy *how, const char *out,
                           struct err *err)
{
	size_t bytes = 0;
	how->records = json_object();
	/* what the other side has is known when it answers, not when something was sent */
	int rc = handover_delta(s->c, out, how, &bytes, err);
	if (rc == 0)
		rc = take_observations(s, args, out, how->records, err);
	json_decref(how->records);
	how->records = NULL;
	if (rc < 0)
		return -1;
	printable_printf(s->log, _("written: %s, %zu bytes; the colleague merges it (genba -c FILE merge %s)\n"), out,
	                 bytes, out);
	return 0;
}

/* The records whose secrets go along: those that are named, and with --with-keys the sealed containers. The labels are the
 * arguments' and those of `sealed`; the caller frees the array, which ends with NULL. NULL: err says why. */
static const char **secrets_that_go(struct session *s, const struct args *args, json_t *sealed, struct err *err)
{
	size_t named = 0;
	size_t i;
	const json_t *label;
	if (args_option(args, "with-keys") && evidence_with_key(s->c, sealed, err) < 0)
		return NULL;
	while (args_option_at(args, "secret", named))
		named++;
	const char **secrets = xcalloc(named + json_array_size(sealed) + 1, sizeof *secrets);
	for (i = 0; i < named; i++)
		secrets[i] = args_option_at(args, "secret", i);
	json_array_foreach(sealed, i, label)
		secrets[named + i] = json_string_value(label);
	return secrets;
}

int cmd_handover(struct session *s, const struct args *args, struct err *err)
{
	struct handover_recipient to[HANDOVER_TO + 1];
	int confirmed[HANDOVER_TO] = {0};
	const char *out = args_option(args, "out");
	const char *keyless = args_option(args, "for");
	struct handover_copy how = {
	    .to = to, .progress = &s->progress, .without_me = args_option(args, "without-me") != NULL};
	if (args->count != 0)
		return cmd_usage("handover", err);
	if (!out)
		return err_set(err, ERR_USAGE, _("where to? --out FILE"));
	if (keyless && (!*keyless || !args_option(args, "case-passphrase-file") || args_option(args, "delta")))
		return err_set(
		    err, ERR_USAGE,
		    _("--for NAME is for somebody without a key: a whole copy, with --case-passphrase-file FILE"));
	const char *language = args_option(args, "brief-lang");
	if (language && strcmp(language, "en") != 0 && strcmp(language, "ja") != 0)
		return err_set(err, ERR_USAGE, _("--brief-lang is en or ja, not '%s'"), language);
	if (path_can_be_new(out, err) < 0) /* before anybody becomes a responder by this */
		return -1;
	json_t *sealed = json_array();
	const char **secrets = secrets_that_go(s, args, sealed, err);
	if (!secrets || read_recipients(s, args, to, confirmed, &how.count, err) < 0) {
		free(secrets);
		json_decref(sealed);
		return -1;
	}
	how.secrets = secrets;
	tell_recipients(s, to, confirmed, how.count);
	size_t count = how.count;
	if (keyless)
		to[count++] = (struct handover_recipient){.name = xstrdup(keyless)};
	int rc = args_option(args, "delta") ? hand_over_delta(s, args, &how, out, err)
	                                    : hand_over_whole(s, args, &how, count, out, err);
	handover_recipients_release(to, count);
	free(secrets);
	json_decref(sealed);
	return rc;
}

/* ---- accept */

static void tell_finding(void *ctx, const char *part, const char *text)
{
	struct session *s = ctx;
	char *safe = printable_dup(text);
	printable_printf(s->log, "%s: %s\n", part, safe);
	free(safe);
}

/* To be read back. */
static int show_brief(struct session *s, const char *label, const char *folder, struct err *err)
{
	struct buf text = BUF_INIT;
	if (s->brief) /* it was read in the workbench */
		return 0;
	int rc = acceptance_text(s->c, label, folder, &text, err);
	if (rc == 0) {
		printable_printf(s->out, "%s\n\n", label);
		fwrite(text.data, 1, text.len, s->out);
		if (text.len && text.data[text.len - 1] != '\n')
			fputc('\n', s->out);
		fflush(s->out);
	}
	buf_release(&text);
	return rc;
}

static char *receipt_path(struct session *s, const struct args *args)
{
	const char *named = args_option(args, "receipt");
	return named ? xstrdup(named) : xasprintf("%s.receipt", case_path(s->c));
}

/* Before the handover is on record as accepted. */
static int receipt_must_be_new(struct session *s, const struct args *args, struct err *err)
{
	char *path = receipt_path(s, args);
	int rc = path_must_be_new(path, err);
	free(path);
	return rc < 0 ? err_prefix(err, _("not accepted (--receipt FILE names another place for the receipt)")) : 0;
}

/* Whether there is room for it: an acceptance on record whose receipt could not be written would be told to nobody. */
static int receipt_must_fit(struct session *s, const struct args *args, size_t items, struct err *err)
{
	size_t n = 4096 + items * 512;
	char *path = receipt_path(s, args);
	char *room = xcalloc(n, 1);
	int rc = path_write_file(path, room, n, 0, err);
	if (rc == 0)
		unlink(path);
	free(room);
	free(path);
	return rc < 0 ? err_prefix(err, _("not accepted (--receipt FILE names another place for the receipt)")) : 0;
}

static int write_receipt(struct session *s, const struct args *args, const struct buf *receipt, struct err *err)
{
	char *path = receipt_path(s, args);
	int rc = path_write_file(path, receipt->data, receipt->len, 0, err);
	if (rc == 0)
		printable_printf(s->log, _("receipt written: %s; send it to whoever handed the case over\n"), path);
	free(path);
	return rc;
}

/* The case is accepted and the receipt says so, but whoever waits for the status must know that bytes are others. */
static int tell_different(const struct evidence_checked *checked, struct err *err)
{
	struct buf labels = BUF_INIT;
	for (size_t i = 0; i < checked->count; i++)
		if (strcmp(checked->items[i].result, "different") == 0)
			buf_addf(&labels, "%s%s", labels.len ? ", " : "", checked->items[i].label);
	int rc = labels.len == 0 ? 0
	                         : err_set(err, ERR_FAILED,
	                                   _("accepted, and the receipt says it: the bytes that came are not those on "
	                                     "record of %s. Ask for this evidence again"),
	                                   labels.data);
	buf_release(&labels);
	return rc;
}

/* The bytes came after the case was accepted: they are read where they lie from then on. */
static int take_evidence_later(struct session *s, const char *folder, struct err *err)
{
	struct evidence_checked checked = {.count = 0};
	int rc = evidence_check_all(s->c, folder, &s->progress, &checked, err);
	if (rc == 0 && json_object_size(checked.places))
		rc = evidence_keep_places(s->c, checked.places, err);
	if (rc == 0) {
		size_t n = json_object_size(checked.places);
		fputs(checked.missing.shown.data, s->log);
		printable_printf(s->log,
		                 P_("%zu item of evidence is read in %s from now on; verify --evidence --record puts "
		                    "on record that it is whole\n",
		                    "%zu items of evidence are read in %s from now on; verify --evidence --record puts "
		                    "on record that they are whole\n",
		                    (unsigned long long)n),
		                 n, folder);
		rc = tell_different(&checked, err);
	}
	evidence_checked_release(&checked);
	return rc;
}

/* No handover to us waits: the receipt of the last one is written again, or evidence that came later is taken in. */
static int accept_again(struct session *s, const struct args *args, struct err *why, struct err *err)
{
	char label[LABEL_TEXT];
	struct buf receipt = BUF_INIT;
	const char *folder = args_option(args, "evidence");
	int again = args_option(args, "receipt") != NULL;
	int rc = 0;
	if (why->code != ERR_NOT_FOUND || (!again && !folder) ||
	    transfer_receipt_again(s->c, label, &receipt, NULL) < 0)
		return err_take(err, why);
	if (folder)
		rc = take_evidence_later(s, folder, err);
	if (again && write_receipt(s, args, &receipt, rc == 0 ? err : NULL) < 0)
		rc = -1;
	else if (again)
		cmd_print_label(s, label);
	buf_release(&receipt);
	return rc;
}

/* Checks and records. `folder` may be NULL. */
static int accept_transfer(struct session *s, const struct args *args, const char *label, const char *folder,
                           struct err *err)
{
	struct evidence_checked checked = {.count = 0};
	struct buf receipt = BUF_INIT;
	int rc = show_brief(s, label, folder, err);
	if (rc == 0)
		rc = evidence_check_all(s->c, folder, &s->progress, &checked, err);
	if (rc == 0)
		rc = receipt_must_fit(s, args, checked.count, err);
	if (rc == 0)
		rc = transfer_accept(s->c, label, checked.items, checked.count, checked.missing.english.data,
		                     checked.places, &receipt, err);
	if (rc == 0) {
		cmd_print_label(s, label);
		rc = write_receipt(s, args, &receipt, err); /* told first: a long list of what is missing may follow */
		if (rc < 0)
			err_prefix(err, _("accepted and on record, but without its receipt (accept --receipt FILE "
			                  "writes it again)"));
		fputs(checked.missing.shown.data, s->log);
		if (checked.missing.shown.len)
			fputs(_("When the folder with evidence is here: accept --evidence FOLDER\n"), s->log);
	}
	if (rc == 0)
		rc = tell_different(&checked, err);
	evidence_checked_release(&checked);
	buf_release(&receipt);
	return rc;
}

int cmd_accept(struct session *s, const struct args *args, struct err *err)
{
	char label[LABEL_TEXT];
	struct verify_report report;
	struct observation_care care;
	struct err why = ERR_INIT;
	const char *named = args_option(args, "evidence");
	if (args->count != 0)
		return cmd_usage("accept", err);
	if (transfer_pending(s->c, label, &why) < 0)
		return accept_again(s, args, &why, err);
	if (receipt_must_be_new(s, args, err) < 0)
		return -1;
	if (case_verify(s->c, &s->progress, tell_finding, s, &report, err) < 0 ||
	    observation_verify_all(s->c, &s->progress, tell_finding, s, &care, err) < 0)
		return -1;
	report.findings += care.wrong;
	if (report.findings)
		return err_set(err, ERR_DAMAGED,
		               P_("not accepted: the case does not verify (%llu finding); ask for it again",
		                  "not accepted: the case does not verify (%llu findings); ask for it again",
		                  (unsigned long long)report.findings),
		               (unsigned long long)report.findings);
	char *beside = named ? NULL : evidence_beside(s->c, &why);
	int rc = why.code ? err_take(err, &why) : accept_transfer(s, args, label, named ? named : beside, err);
	free(beside);
	return rc;
}
