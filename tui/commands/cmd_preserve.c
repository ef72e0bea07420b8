/* preserve and extract. */
#include "tui/command/cmd.h"
#include "tui/session/opener.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/value.h"
#include "evidence/acquire/sleep_inhibit.h"
#include "evidence/collections.h"
#include "evidence/evidence_known.h"
#include "evidence/preserve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "md5,sha1": digests beside SHA-256. */
static int parse_also(const char *list, unsigned *also, struct err *err)
{
	while (list && *list) {
		size_t n = strcspn(list, ",");
		if (n == 3 && strncmp(list, "md5", n) == 0)
			*also |= DIGEST_MD5;
		else if (n == 4 && strncmp(list, "sha1", n) == 0)
			*also |= DIGEST_SHA1;
		else if (n != 6 || strncmp(list, "sha256", n) != 0)
			return err_set(err, ERR_USAGE,
			               _("--hash: allowed are sha256 (always made), md5, sha1, separated by commas"));
		list += n + (list[n] == ',');
	}
	return 0;
}

static int parse_split(const char *text, uint64_t *split, struct err *err)
{
	json_int_t bytes;
	if (!text)
		return 0;
	if (value_size_parse(text, &bytes, err) < 0)
		return err_prefix(err, "--split");
	if (bytes < (1 << 20))
		return err_set(err, ERR_USAGE, _("--split: at least 1MiB; FAT32 takes up to 4095MiB"));
	*split = (uint64_t)bytes;
	return 0;
}

static int parse(const struct args *args, struct preserve_options *o, struct err *err)
{
	if (args->count < 1)
		return cmd_usage("preserve", err);
	if (evidence_form_parse(args_option(args, "as"), &o->form, err) < 0 ||
	    parse_also(args_option(args, "hash"), &o->also, err) < 0 ||
	    parse_split(args_option(args, "split"), &o->split, err) < 0 ||
	    evidence_compression_parse(args_option(args, "compression"), &o->compression, err) < 0)
		return -1;
	if (o->to_dir && strcmp(o->to_dir, "-") == 0) {
		if (o->form != EVIDENCE_SEALED || args->count != 1)
			return err_set(err, ERR_USAGE,
			               _("--to -: only one sealed container can go to standard output"));
		o->to_fd = STDOUT_FILENO;
	}
	if (o->log && args->count != 1)
		return err_set(err, ERR_USAGE, _("--log %s: one log is of one image"), o->log);
	if (args_option(args, "each") && (args->count != 1 || o->for_label || o->log))
		return err_set(err, ERR_USAGE, _("--each takes one folder, and neither --for nor --log"));
	if (o->for_label && args->count != 1)
		return err_set(err, ERR_USAGE, _("--for %s: one record takes one path"), o->for_label);
	return 0;
}

/* The descriptor of a file that only the other shell may open (root's), or 0: it is opened here. */
static int opened_elsewhere(const struct session *s, const char *path)
{
	for (size_t i = 0; i < s->file_count; i++)
		if (strcmp(s->files[i].word, path) == 0 && access(path, R_OK) < 0)
			return s->files[i].fd;
	return 0;
}

struct preserve_totals {
	size_t incomplete; /* on record as that */
	size_t wrong;      /* damaged; on record */
	size_t failed;     /* nothing is on record */
};

/* What is told of an entry of a folder beside label and digest: its file, and the machine that it is joined to. */
struct preserve_joined {
	size_t pieces;   /* preserved so far */
	size_t machines; /* of so many machines */
	size_t alone;    /* of none */
	char (*labels)[LABEL_TEXT];
	struct buf apart; /* those of no machine: why, a line each */
};

static void add_machine(struct preserve_joined *joined, const char *label)
{
	size_t i = 0;
	while (i < joined->machines && strcmp(joined->labels[i], label) != 0)
		i++;
	if (i == joined->machines) {
		joined->labels = xrealloc(joined->labels, (i + 1) * sizeof *joined->labels);
		snprintf(joined->labels[i], LABEL_TEXT, "%s", label);
		joined->machines++;
	}
}

/* "HQ-PC-017.zip  R1-A17 HQ-PC-017", behind label and digest. */
static char *joined_text(struct session *s, const char *path, const char *on, struct preserve_joined *joined)
{
	const char *slash = strrchr(path, '/');
	json_t *asset = on ? record_get(s->c, on, RECORD_RAW, NULL) : NULL;
	char *name = asset ? record_title(asset) : xstrdup(on ? on : "");
	char *file = printable_dup(slash ? slash + 1 : path); /* one line, whoever called it so */
	char *text = on ? xasprintf("  %s  %s %s", file, asset ? record_label(asset) : on, name)
	                : xasprintf("  %s  %s", file, _("no machine"));
	if (on)
		add_machine(joined, asset ? record_label(asset) : on);
	joined->pieces++;
	joined->alone += !on;
	free(file);
	free(name);
	json_decref(asset);
	return text;
}

static void joined_tell(struct session *s, const struct preserve_joined *joined)
{
	char *pieces = xasprintf(P_("%zu piece of evidence", "%zu pieces of evidence", joined->pieces), joined->pieces);
	if (joined->apart.len)
		fputs(joined->apart.data, s->log);
	fprintf(s->log, P_("%s, of %zu machine", "%s, of %zu machines", joined->machines), pieces, joined->machines);
	if (joined->alone)
		fprintf(s->log, _("; of no machine: %zu"), joined->alone);
	fputc('\n', s->log);
	free(pieces);
}

/* The same bytes on record twice count twice, in triage and sweep too: it is said, and how to take one back. */
static void tell_same(struct session *s, const struct preserved *done)
{
	if (done->was_there)
		printable_printf(s->log,
		                 _("%s is on record already, with the same bytes: no second record was made of %s\n"),
		                 done->label, done->path);
	else if (*done->same)
		fprintf(
		    s->log,
		    _("the same bytes are on record as %s: if %s is not wanted beside it, retract %s takes it back\n"),
		    done->same, done->label, done->label);
}

/* Preserves one path. 0: the next can be taken, whatever became of this one; -1: the others would fare no better. */
static int preserve_one(struct session *s, const char *path, const char *opener, struct preserve_options *options,
                        struct preserve_joined *joined, int alone, struct preserve_totals *totals, struct err *err)
{
	struct preserved done = {.note = BUF_INIT, .advice = BUF_INIT};
	struct err why = ERR_INIT;
	int opened = -1;
	int rc = 0;
	options->source_fd = opened_elsewhere(s, path);
	if (!options->source_fd && opener_is_needed(path, opener)) {
		opened = opener_open(s, path, opener, options->changes && *options->changes, &why);
		options->source_fd = opened > 0 ? opened : 0;
		rc = opened > 0 ? 0 : -1;
	}
	if (rc == 0)
		rc = evidence_preserve(s->c, path, options, &done, &why);
	if (opened >= 0)
		close(opened);
	if (rc == 0) {
		FILE *out = options->to_fd ? s->log : s->out; /* standard output carries the container */
		/* of what was on record, the machine that is on record */
		json_t *was = done.was_there ? record_get(s->c, done.label, 0, NULL) : NULL;
		char *more =
		    joined ? joined_text(s, path, was ? json_get_string(was, "on") : options->on, joined) : NULL;
		printable_printf(out, "%s %s%s\n", done.label, *done.sha256 ? done.sha256 : "-", more ? more : "");
		json_decref(was);
		free(more);
		fflush(out);
		fputs(done.note.data, s->log);
		fputs(done.advice.data, s->log);
		tell_same(s, &done);
		totals->incomplete += !done.complete;
		totals->wrong += done.wrong != 0;
	} else if (!alone &&
	           (why.code == ERR_FAILED || why.code == ERR_INVALID)) { /* not there, not readable, a FIFO */
		printable_printf(s->log, "%s\n", why.message);
		totals->failed++;
		rc = 0;
	} else {
		err_take(err, &why);
	}
	preserved_release(&done);
	return rc;
}

/* What became of them, when it was not all well. */
static int cmd_preserve_conclude(const struct preserve_totals *totals, size_t count, struct err *err)
{
	if (totals->wrong)
		return err_set(err, ERR_DAMAGED,
		               _("%zu of %zu damaged, or not what the image or its log states; on record as that"),
		               totals->wrong, count);
	if (totals->failed && totals->incomplete)
		return err_set(err, ERR_FAILED,
		               _("%zu of %zu could not be preserved; %zu not complete, on record as that"),
		               totals->failed, count, totals->incomplete);
	if (totals->failed)
		return err_set(err, ERR_FAILED, _("%zu of %zu could not be preserved"), totals->failed, count);
	if (totals->incomplete)
		return err_set(err, ERR_FAILED, _("%zu of %zu not complete; on record as that"), totals->incomplete,
		               count);
	return 0;
}

/* What is preserved, one after the other: the paths of the line, or the entries of its one folder. */
struct preserve_paths {
	char **words;
	size_t count;
	char **each; /* the entries, owned; NULL: the paths of the line */
};

static int preserve_paths_in(struct preserve_paths *p, const char *folder, struct err *err)
{
	p->each = collections_list(folder, &p->count, err);
	if (!p->each)
		return -1;
	p->words = p->each;
	if (p->count > 0)
		return 0;
	collections_free(p->each, 0);
	p->each = NULL;
	return err_set(err, ERR_FAILED, _("the folder '%s' is empty"), folder);
}

/* The asset that the entry is called as; NULL: there is none, which is said at the end. */
static const char *asset_of(struct session *s, const char *path, char label[LABEL_TEXT], struct buf *apart)
{
	int found = collections_asset(s->c, path, label);
	char *safe = printable_dup(path);
	if (found == 0)
		buf_addf(apart, _("no asset is called as '%s': it is on record without one\n"), safe);
	else if (found > 1)
		buf_addf(apart, _("several assets are called as '%s': it is on record without one\n"), safe);
	free(safe);
	return found == 1 ? label : NULL;
}

int cmd_preserve(struct session *s, const struct args *args, struct err *err)
{
	char on[LABEL_TEXT];
	struct preserve_options options = {.to_dir = args_option(args, "to"),
	                                   .on = cmd_asset(s, args_option(args, "on"), on),
	                                   .for_label = args_option(args, "for"),
	                                   .changes = args_option(args, "reason"),
	                                   .log = args_option(args, "log"),
	                                   .verify_later = args_option(args, "verify-later") != NULL,
	                                   .once = args_option(args, "each") != NULL,
	                                   .one_file_system = args_option(args, "one-file-system") != NULL,
	                                   .plain = args_option(args, "plain") != NULL,
	                                   .type = args_option(args, "type"),
	                                   .progress = &s->progress,
	                                   .trouble = s->trouble,
	                                   .trouble_ctx = s->trouble_ctx};
	struct sleep_inhibit awake;
	struct preserve_totals totals = {0};
	struct preserve_paths paths = {args->words, args->count, NULL};
	struct preserve_joined joined = {.apart = BUF_INIT};
	size_t i = 0;
	int rc = parse(args, &options, err);
	if (rc < 0 || (args_option(args, "each") && preserve_paths_in(&paths, args->words[0], err) < 0))
		return -1;
	options.known = evidence_known_new(s->c, err);
	rc = options.known ? 0 : -1;
	int held = sleep_inhibit_begin(&awake);
	if (!held && isatty(STDERR_FILENO) && !s->in_workbench)
		fputs(_("the machine may fall asleep meanwhile: nothing here can hold it awake\n"), s->log);
	while (rc == 0 && i < paths.count) {
		char asset[LABEL_TEXT];
		size_t told = joined.apart.len;
		size_t alone = joined.alone;
		if (paths.each && !args_option(args, "on"))
			options.on = asset_of(s, paths.words[i], asset, &joined.apart);
		if (paths.each && !args_option(args, "type")) /* what a name does not tell is what a collector made */
			options.type = strcmp(evidence_type_guess(paths.words[i], 0), "file") == 0 ? "triage" : NULL;
		rc = preserve_one(s, paths.words[i], args_option(args, "opener"), &options, paths.each ? &joined : NULL,
		                  paths.count == 1, &totals, err);
		if (joined.alone == alone) /* not preserved, or on record with a machine already */
			buf_truncate(&joined.apart, told);
		i++;
		if (i < paths.count && progress_step(&s->progress, paths.words[i], 0, 0, NULL) < 0)
			break; /* the person stopped */
	}
	for (; i < paths.count; i++) {
		char *path = printable_dup(paths.words[i]);
		printable_printf(s->log, _("not begun: %s\n"), path);
		free(path);
		totals.failed++;
	}
	sleep_inhibit_end(&awake);
	if (paths.each)
		joined_tell(s, &joined);
	free(joined.labels);
	buf_release(&joined.apart);
	evidence_known_free(options.known);
	rc = rc < 0 ? -1 : cmd_preserve_conclude(&totals, paths.count, err);
	collections_free(paths.each, paths.each ? paths.count : 0);
	return rc;
}

int cmd_extract(struct session *s, const struct args *args, struct err *err)
{
	const char *manifest = args_option(args, "manifest");
	if (args->count != (manifest ? 1 : 2))
		return cmd_usage("extract", err);
	if (manifest && evidence_extract_manifest(s->c, args->words[0], manifest, err) < 0)
		return -1;
	if (manifest) {
		char *name = printable_dup(manifest);
		fprintf(
		    s->log,
		    _("the manifest: %s; `sha256sum -c` checks it by %s.sha256, and the files, run where the folder "
		      "lies, by %s.files.sha256\n"),
		    name, name, name);
		free(name);
		return 0;
	}
	return evidence_extract(s->c, args->words[0], args->words[1], args_option(args, "intact") ? EXTRACT_INTACT : 0,
	                        &s->progress, err);
}
