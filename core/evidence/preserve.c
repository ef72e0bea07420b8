#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/paths.h"
#include "evidence/volume.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int evidence_form_parse(const char *name, enum evidence_form *form, struct err *err)
{
	if (!name || strcmp(name, "hash") == 0)
		*form = EVIDENCE_HASH;
	else if (strcmp(name, "raw") == 0)
		*form = EVIDENCE_RAW;
	else
		return err_set(err, ERR_USAGE, _("--as %s: allowed are hash (in place) and raw (copy)"), name);
	return 0;
}

void work_note(struct work *w, const char *text)
{
	buf_adds(&w->out->note, text);
	buf_addc(&w->out->note, '\n');
}

void preserved_release(struct preserved *p)
{
	buf_release(&p->note);
	free(p->path);
	p->path = NULL;
}

/* Refuses what could not be recorded before an hour is spent on reading. */
static int check_first(struct work *w, struct stat *st)
{
	if (case_may_write(w->c, w->err) < 0)
		return -1;
	if (w->options->on) {
		json_t *asset = record_get(w->c, w->options->on, 0, w->err);
		const char *kind = json_get_string(asset, "kind");
		int ok = kind && strcmp(kind, "asset") == 0;
		json_decref(asset);
		if (!ok)
			return err_set(w->err, ERR_USAGE, _("--on %s: not an asset of this case"), w->options->on);
	}
	if (w->options->form == EVIDENCE_RAW && (!w->options->to_dir || !*w->options->to_dir))
		return err_set(w->err, ERR_USAGE, _("a copy needs a folder to go to: --to DIR"));
	if (stat(w->path, st) < 0)
		return err_set_errno(w->err, ERR_FAILED, errno, _("cannot open '%s'"), w->path);
	return 0;
}

int evidence_preserve(struct case_file *c, const char *path, const struct preserve_options *options,
                      struct preserved *out, struct err *err)
{
	struct work w = {.c = c, .path = path, .options = options, .out = out, .err = err, .manifest = BUF_INIT};
	struct stat st;
	memset(out, 0, sizeof *out);
	buf_init(&out->note);
	buf_init(&w.digests.pieces);
	if (check_first(&w, &st) < 0)
		return -1;
	clock_format(clock_now(), w.started);
	w.folder = S_ISDIR(st.st_mode);
	w.full = realpath(path, NULL);
	if (!w.full)
		w.full = xstrdup(path);
	int rc = 0;
	if (options->form == EVIDENCE_RAW) {
		rc = path_make(options->to_dir, err);
		char *dir = rc == 0 ? realpath(options->to_dir, NULL) : NULL;
		w.copy = dir ? volume_choose_name(dir, w.full, "") : NULL;
		free(dir);
	}
	if (rc == 0)
		rc = w.folder ? work_on_folder(&w) : work_on_file(&w);
	if (rc == 0)
		rc = work_record(&w);
	out->complete = rc == 0 && strcmp(w.complete, "complete") == 0 && (!w.match || strcmp(w.match, "same") == 0);
	snprintf(out->sha256, sizeof out->sha256, "%s", w.digests.sha256);
	free(w.full);
	free(w.copy);
	digest_result_release(&w.digests);
	buf_release(&w.manifest);
	return rc;
}
