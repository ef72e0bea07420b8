#include "evidence/preserve.h"
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "evidence/evidence_known.h"
#include "evidence/image/volume.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static int check_label(struct work *w, const char *option, const char *label, const char *wanted)
{
	json_t *record = record_get(w->c, label, 0, w->err);
	const char *kind = json_get_string(record, "kind");
	int ok = kind && strcmp(kind, wanted) == 0;
	json_decref(record);
	if (ok)
		return 0;
	if (strcmp(wanted, "asset") == 0)
		return err_set(w->err, ERR_USAGE, _("%s %s: not an asset of this case"), option, label);
	return err_set(w->err, ERR_USAGE, _("%s %s: not evidence of this case"), option, label);
}

/* Refuses what could not be recorded before an hour is spent on reading. */
static int check_first(struct work *w, struct stat *st)
{
	const struct preserve_options *o = w->options;
	int stream = o->source_fd > 0 || strcmp(w->path, "-") == 0;
	if (case_may_write(w->c, w->err) < 0 || (o->on && check_label(w, "--on", o->on, "asset") < 0) ||
	    (o->for_label && check_label(w, "--for", o->for_label, "evidence") < 0))
		return -1;
	if (o->type && !field_value_find(kind_field(kind_find("evidence"), "type"), o->type))
		return err_set(w->err, ERR_USAGE, _("--type %s: not a type of evidence (help evidence lists them)"),
		               o->type);
	if (work_copies(w) && o->to_fd <= 0 && (!o->to_dir || !*o->to_dir))
		return err_set(w->err, ERR_USAGE, _("a copy needs a folder to go to: --to DIR"));
	memset(st, 0, sizeof *st);
	if (!stream && stat(w->path, st) < 0)
		return err_set_errno(w->err, ERR_FAILED, errno, _("cannot open '%s'"), w->path);
	if (S_ISDIR(st->st_mode) && (o->form == EVIDENCE_SEALED || o->form == EVIDENCE_EWF))
		return err_set(w->err, ERR_USAGE,
		               _("'%s' is a folder: preserve it with --as hash or raw, or its archive with --as %s"),
		               w->path, evidence_form_name(o->form));
	if (S_ISDIR(st->st_mode) && o->log)
		return err_set(w->err, ERR_USAGE, _("--log is for a single image or file; '%s' is a folder"), w->path);
	if (S_ISDIR(st->st_mode) && o->split)
		return err_set(w->err, ERR_USAGE, _("--split is for single files and devices; '%s' is a folder"),
		               w->path);
	return work_check_place(w, st);
}

/* The digest that others stated, compared with what came. */
static void compare_claimed(struct work *w, const char *claimed)
{
	const char *colon = strchr(claimed, ':');
	size_t n = colon ? (size_t)(colon - claimed) : 0;
	const char *ours = n == 3 && strncasecmp(claimed, "md5", n) == 0      ? w->digests.md5
	                   : n == 4 && strncasecmp(claimed, "sha1", n) == 0   ? w->digests.sha1
	                   : n == 6 && strncasecmp(claimed, "sha256", n) == 0 ? w->digests.sha256
	                                                                      : "";
	if (strcmp(w->complete, "interrupted") == 0)
		return;
	if (!*ours) {
		work_note(w, _("the digest stated by others cannot be compared: it is no md5:, sha1: or sha256:"));
	} else if (strcasecmp(ours, colon + 1) == 0) {
		if (!w->match || strcmp(w->match, "same") == 0)
			w->match = "same";
	} else {
		work_note(w, _("these bytes do not have the digest stated by others: %s"), claimed);
		w->match = "different";
	}
}

/* What the record that the bytes are for says was stated; NULL if nothing. The caller frees. */
static char *read_claimed(struct work *w, unsigned *also)
{
	json_t *record = w->options->for_label ? record_get(w->c, w->options->for_label, 0, NULL) : NULL;
	const char *text = json_get_string(record, "claimed_hash");
	char *claimed = text ? xstrdup(text) : NULL;
	json_decref(record);
	if (claimed && strncasecmp(claimed, "md5:", 4) == 0)
		*also |= DIGEST_MD5;
	if (claimed && strncasecmp(claimed, "sha1:", 5) == 0)
		*also |= DIGEST_SHA1;
	return claimed;
}

static int preserve_begin(struct work *w)
{
	clock_format(clock_now(), w->started);
	w->full = realpath(w->path, NULL);
	if (!w->full)
		w->full = xstrdup(strcmp(w->path, "-") == 0 ? "stdin" : w->path);
	if (work_copies(w) && w->options->to_fd <= 0) {
		if (path_make(w->options->to_dir, w->err) < 0)
			return -1;
		w->dir = realpath(w->options->to_dir, NULL);
		if (!w->dir)
			return err_set_errno(w->err, ERR_FAILED, errno, _("cannot open '%s'"), w->options->to_dir);
	}
	checkpoint_init(&w->job, w->c, w->full, evidence_form_name(w->options->form), w->dir ? w->dir : "",
	                w->options->split);
	return 0;
}

/* Whether the same bytes are on record, which `out` tells. 1: from there, and no second record is wanted. */
static int is_known(struct work *w, const char *source)
{
	const struct preserve_options *o = w->options;
	const char *same = evidence_known_find(o->known, w->digests.sha256, NULL, NULL);
	if (!same)
		return 0;
	snprintf(w->out->same, sizeof w->out->same, "%s", same);
	same = evidence_known_find(o->known, w->digests.sha256, source, o->on);
	if (!same || !o->once || o->form != EVIDENCE_HASH || w->imported.wrong)
		return 0;
	snprintf(w->out->label, sizeof w->out->label, "%s", same);
	w->out->was_there = 1;
	return 1;
}

/* Puts it on record, unless it is there. Nothing is said of no bytes, which are the same everywhere. */
static int record_it(struct work *w)
{
	const struct preserve_options *o = w->options;
	struct buf source = BUF_INIT;
	int rc;
	if (!o->known || *w->label || strcmp(w->complete, "complete") != 0 || w->out->size == 0)
		return work_record(w);
	pathname_encode(w->full, &source);
	if (is_known(w, source.data)) {
		rc = w->has_job && w->job.there ? checkpoint_reset(&w->job, w->err) : 0;
	} else {
		rc = work_record(w);
		if (rc == 0)
			evidence_known_add(o->known, w->digests.sha256, w->out->label, source.data, o->on);
	}
	buf_release(&source);
	return rc;
}

static void preserve_release(struct work *w)
{
	work_import_release(w);
	remark_release(&w->remarks);
	source_close(&w->source);
	acquire_state_release(&w->from);
	digest_result_release(&w->digests);
	waypoints_release(&w->way);
	buf_release(&w->manifest);
	buf_release(&w->interruptions);
	checkpoint_release(&w->job);
	secret_free(w->key);
	free(w->full);
	free(w->dir);
	free(w->copy);
}

int evidence_preserve(struct case_file *c, const char *path, const struct preserve_options *options,
                      struct preserved *out, struct err *err)
{
	struct preserve_options own = *options;
	struct work w = {.c = c,
	                 .path = path,
	                 .options = &own,
	                 .out = out,
	                 .err = err,
	                 .remarks = REMARK_INIT,
	                 .manifest = BUF_INIT,
	                 .interruptions = BUF_INIT};
	struct stat st = {0};
	memset(out, 0, sizeof *out);
	buf_init(&out->note);
	buf_init(&out->advice);
	buf_init(&w.digests.pieces);
	buf_init(&w.way.states);
	buf_init(&w.from.pieces);
	buf_init(&w.imported.says);
	buf_init(&w.imported.stated);
	w.source.fd = -1;
	if (check_first(&w, &st) < 0)
		return -1;
	w.folder = S_ISDIR(st.st_mode);
	w.seen = st;
	char *claimed = read_claimed(&w, &own.also);
	if (own.form == EVIDENCE_EWF)
		own.also |= DIGEST_MD5; /* stands in the image */
	if (own.for_label)
		snprintf(w.label, sizeof w.label, "%s", own.for_label);
	int rc = preserve_begin(&w);
	if (rc == 0)
		rc = w.folder ? work_on_folder(&w) : work_on_file(&w);
	if (rc == 0 && claimed)
		compare_claimed(&w, claimed);
	if (rc == 0)
		rc = record_it(&w);
	buf_add(&out->note, w.remarks.shown.data, w.remarks.shown.len);
	out->complete = rc == 0 && strcmp(w.complete, "complete") == 0 &&
	                (!w.match || strcmp(w.match, "same") == 0 || own.to_fd > 0 ||
	                 (own.verify_later && strcmp(w.match, "pending") == 0));
	out->wrong = rc == 0 && w.imported.wrong;
	snprintf(out->sha256, sizeof out->sha256, "%s", w.digests.sha256);
	free(claimed);
	preserve_release(&w);
	return rc;
}
