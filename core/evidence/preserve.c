#include "evidence/preserve.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/pathname.h"
#include "base/paths.h"
#include "base/printable.h"
#include "case/blob.h"
#include "evidence/copy.h"
#include "evidence/manifest.h"
#include "evidence/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEEP_LIMIT (1U << 20) /* piece lists up to this size (32 GiB of evidence) are kept in the case */

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

/* What a responder would call it, from the name alone; they correct it with `set`. */
static const char *guess_type(const char *path, int folder)
{
	static const struct {
		const char *ending;
		const char *type;
	} endings[] = {{".eml", "mail"},      {".msg", "mail"},     {".pcap", "pcap"},     {".pcapng", "pcap"}, {".log", "log"},
	               {".evtx", "log"},      {".csv", "log"},      {".dd", "disk_image"}, {".img", "disk_image"},
	               {".raw", "disk_image"}, {".mem", "memory"},  {".dmp", "memory"},    {".lime", "memory"}, {".jpg", "photo"},
	               {".jpeg", "photo"},    {".png", "photo"},    {".heic", "photo"},    {".pdf", "document"}};
	if (folder)
		return "triage";
	size_t n = strlen(path);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t k = strlen(endings[i].ending);
		if (n > k && strcasecmp(path + n - k, endings[i].ending) == 0)
			return endings[i].type;
	}
	return "file";
}

/* Everything that becomes the record, gathered while working. */
struct work {
	struct case_file *c;
	const char *path;
	const struct preserve_options *options;
	struct preserved *out;
	struct err *err;
	char started[CLOCK_TEXT];
	char *full;    /* absolute path of the source */
	char *copy;    /* of the copy, or NULL */
	struct digest_result digests;
	struct buf manifest; /* of a tree */
	const char *complete;
	const char *match;
	int folder;
};

static void now_text(char text[CLOCK_TEXT])
{
	clock_format(clock_now(), text);
}

static void note(struct work *w, const char *text)
{
	buf_adds(&w->out->note, text);
	buf_addc(&w->out->note, '\n');
}

static int work_on_file(struct work *w)
{
	struct source source;
	struct err why = ERR_INIT;
	if (source_open(&source, AT_FDCWD, w->path, 0, w->err) < 0)
		return -1;
	char *label = printable_dup(w->path);
	int rc;
	w->complete = "complete";
	if (w->options->form == EVIDENCE_RAW) {
		int same;
		int reread;
		rc = copy_file(&source, label, w->copy, w->options->also, w->options->progress, &w->digests, &same, &reread, &why);
		w->match = rc == 0 ? (same ? "same" : "different") : "pending";
		if (rc == 0 && !reread)
			note(w, _("the copy was compared from the cache: the medium could not be read past it"));
	} else {
		struct digest *d = digest_new(w->options->also | DIGEST_PIECES);
		rc = source_digest(&source, d, -1, w->options->progress, label, 0, (uint64_t)source.before.st_size, &why);
		digest_end(d, &w->digests);
		digest_free(d);
	}
	if (rc == 0 && (source_changed(&source) || w->digests.size != (uint64_t)source.before.st_size)) {
		note(w, _("the source changed while it was read"));
		w->complete = "partial";
		w->match = w->match ? "not_comparable" : NULL;
	} else if (rc < 0) {
		note(w, why.message);
		w->complete = why.code == ERR_CANCELLED ? "interrupted" : "partial";
		w->digests.sha256[0] = w->digests.md5[0] = w->digests.sha1[0] = w->digests.piece_root[0] = '\0';
	}
	w->out->files = 1;
	w->out->size = rc < 0 ? w->digests.size : (uint64_t)source.before.st_size;
	source_close(&source);
	free(label);
	if (rc < 0 && (why.code == ERR_NO_SPACE || why.code == ERR_EXISTS)) /* the copy's fault: nothing was preserved */
		return err_set(w->err, why.code, "%s", why.message);
	return 0;
}

static int work_on_folder(struct work *w)
{
	struct manifest m;
	manifest_init(&m);
	if (w->copy && mkdir(w->copy, 0700) < 0) {
		manifest_release(&m);
		return err_set_errno(w->err, ERR_FAILED, errno, _("cannot make the folder '%s'"), w->copy);
	}
	int rc = manifest_make(&m, w->path, w->copy, w->options->progress, w->err);
	if (rc == 0 && w->copy && !m.interrupted) {
		uint64_t damaged = 0;
		struct buf damage = BUF_INIT;
		struct err why = ERR_INIT;
		int read = manifest_verify(m.text.data, w->copy, w->options->progress, &damage, &damaged, &why);
		w->match = read < 0 ? "pending" : damaged ? "different" : "same";
		if (read < 0)
			note(w, why.message);
		buf_add(&w->out->note, damage.data, damage.len);
		buf_release(&damage);
	}
	if (rc == 0) {
		struct digest *d = digest_new(0);
		digest_add(d, m.text.data, m.text.len);
		digest_end(d, &w->digests);
		digest_free(d);
		w->complete = m.interrupted ? "interrupted" : m.failed ? "partial" : "complete";
		w->out->files = m.files;
		w->out->size = m.bytes;
		buf_add(&w->out->note, m.unread.data, m.unread.len);
		w->manifest = m.text;
		buf_init(&m.text);
	}
	manifest_release(&m);
	return rc;
}

struct fields {
	struct assign list[24];
	size_t count;
};

static void put(struct fields *f, const char *name, const char *value)
{
	if (value && *value)
		f->list[f->count++] = (struct assign){name, value};
}

static int write_record(struct work *w)
{
	struct fields f = {.count = 0};
	char size[32];
	char ended[CLOCK_TEXT];
	struct buf source_path = BUF_INIT;
	struct buf copy_path = BUF_INIT;
	struct buf title = BUF_INIT;
	now_text(ended);
	snprintf(size, sizeof size, "%llu", (unsigned long long)w->out->size);
	pathname_encode(w->full, &source_path);
	if (w->copy)
		pathname_encode(w->copy, &copy_path);
	const char *slash = strrchr(source_path.data, '/');
	buf_adds(&title, slash && slash[1] ? slash + 1 : source_path.data);
	put(&f, "title", title.data);
	put(&f, "type", guess_type(w->path, w->folder));
	put(&f, "form", w->options->form == EVIDENCE_RAW ? "raw" : "hash");
	put(&f, "on", w->options->on);
	put(&f, "source_path", source_path.data);
	put(&f, "copy_path", copy_path.data);
	put(&f, "source_size", size);
	put(&f, "started", w->started);
	put(&f, "ended", ended);
	put(&f, "sha256", w->digests.sha256);
	put(&f, "md5", w->digests.md5);
	put(&f, "sha1", w->digests.sha1);
	put(&f, "piece_root", w->digests.piece_root);
	put(&f, "source_sha256", w->options->form == EVIDENCE_RAW ? w->digests.sha256 : NULL);
	put(&f, "match", w->match);
	put(&f, "complete", w->complete);
	put(&f, "unread", w->out->note.data);
	struct action *a = action_begin(w->c, "preserve", w->err);
	int rc = -1;
	if (a) {
		char digest[65];
		rc = 0;
		if (w->manifest.len)
			rc = blob_put(w->c, w->manifest.data, w->manifest.len, digest, w->err);
		if (rc == 0 && w->digests.pieces.len > 32 && w->digests.pieces.len <= KEEP_LIMIT)
			rc = blob_put(w->c, w->digests.pieces.data, w->digests.pieces.len, digest, w->err);
		if (rc == 0)
			rc = action_add(a, "evidence", f.list, f.count, RECORD_MACHINE, w->out->label, w->err);
		if (rc == 0)
			rc = action_commit(a, w->err);
		else
			action_cancel(a);
	}
	buf_release(&source_path);
	buf_release(&copy_path);
	buf_release(&title);
	return rc;
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

int evidence_preserve(struct case_file *c, const char *path, const struct preserve_options *options, struct preserved *out,
                      struct err *err)
{
	struct work w = {.c = c, .path = path, .options = options, .out = out, .err = err, .manifest = BUF_INIT};
	struct stat st;
	memset(out, 0, sizeof *out);
	buf_init(&out->note);
	buf_init(&w.digests.pieces);
	if (check_first(&w, &st) < 0)
		return -1;
	now_text(w.started);
	w.folder = S_ISDIR(st.st_mode);
	w.full = realpath(path, NULL);
	if (!w.full)
		w.full = xstrdup(path);
	int rc = 0;
	if (options->form == EVIDENCE_RAW) {
		rc = path_make(options->to_dir, err);
		char *dir = rc == 0 ? realpath(options->to_dir, NULL) : NULL;
		w.copy = dir ? copy_choose_name(dir, w.full) : NULL;
		free(dir);
	}
	if (rc == 0)
		rc = w.folder ? work_on_folder(&w) : work_on_file(&w);
	if (rc == 0)
		rc = write_record(&w);
	out->complete = rc == 0 && strcmp(w.complete, "complete") == 0 && (!w.match || strcmp(w.match, "same") == 0);
	snprintf(out->sha256, sizeof out->sha256, "%s", w.digests.sha256);
	free(w.full);
	free(w.copy);
	digest_result_release(&w.digests);
	buf_release(&w.manifest);
	return rc;
}
