/* A directory tree: its manifest, and its copy read back. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/blob.h"
#include "evidence/acquire/tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct folder_difference {
	struct remark *remarks;
	size_t count;
};

/* What was written and cannot be read is a difference, too. */
static void add_difference(void *ctx, const char *path, const struct remark *what, int unread)
{
	struct folder_difference *d = ctx;
	(void)unread;
	remark_words(d->remarks, "%s: ", path);
	remark_join(d->remarks, what);
	remark_words(d->remarks, "\n");
	d->count++;
}

static void read_back(struct work *w, const struct manifest *m)
{
	int reread = 0;
	struct folder_difference differences = {&w->remarks, 0};
	struct tree_comparing how = {.progress = w->options->progress, .finding = add_difference, .ctx = &differences};
	struct err why = ERR_INIT;
	int rc = tree_verify(m->text.data, w->copy, &how, &reread, &why);
	w->match = rc < 0 ? "pending" : differences.count ? "different" : "same";
	if (rc < 0)
		work_note_why(w, &why, "%s", "");
	else if (!reread && m->files)
		work_note(w, _("the copy was compared from memory: the medium could not be read past the cache"));
}

static void digest_text(struct work *w, const struct manifest *m)
{
	struct digest *d = digest_new(0);
	digest_add(d, m->text.data, m->text.len);
	digest_end(d, &w->digests);
	digest_free(d);
}

static int preserve_tree_keep(void *ctx, const struct manifest *m, struct err *err)
{
	struct work *w = ctx;
	char now[CLOCK_TEXT];
	if (w->job.replace && m->text.len < w->job.kept)
		return 0; /* what is kept reaches further */
	clock_format(clock_now(), now);
	json_object_set_new(w->job.head, "at", json_string(now));
	return checkpoint_keep(&w->job, m->text.data, m->text.len, err);
}

/* Names the copy: the unfinished one of the job, or a new one. 1: it is there already. */
static int name_copy(struct work *w, struct buf *before)
{
	const char *stored = json_get_string(w->job.head, "copy");
	struct buf path = BUF_INIT;
	struct stat st;
	if (stored && pathname_decode(stored, &path) == 0 && lstat(path.data, &st) == 0 && S_ISDIR(st.st_mode)) {
		w->copy = buf_take(&path, NULL);
		return 1;
	}
	buf_release(&path);
	if (before->len) {
		work_note(w, _("interrupted work was not gone on with: its copy is not there; begun anew"));
		buf_clear(before);
	}
	w->copy = volume_choose_name(w->dir, w->full, "");
	work_note_name(w, w->full);
	pathname_encode(w->copy, &path);
	json_object_set_new(w->job.head, "copy", json_string(path.data));
	buf_release(&path);
	return 0;
}

/* Said before hours of reading: the case keeps no manifest that is larger. */
static int check_manifest(struct work *w, const struct tree_size *size)
{
	if (size->manifest <= BLOB_LIMIT)
		return 0;
	return err_set(
	    w->err, ERR_INVALID,
	    _("'%s' has %llu entries: the list of them would have %llu MiB, and a case keeps %u MiB. Nothing "
	      "was read: preserve its folders one by one"),
	    w->path, (unsigned long long)size->entries, (unsigned long long)(size->manifest >> 20), BLOB_LIMIT >> 20);
}

/* `before` gets the manifest of an interrupted run, if there was one. The job is on record before anything is read or made. */
static int preserve_tree_begin(struct work *w, struct buf *before, const struct tree_size *size)
{
	struct tree_size done = {0};
	w->has_job = 1;
	if (checkpoint_load(&w->job, before, w->err) < 0)
		return -1;
	int was_there = w->job.there;
	buf_adds(before, ""); /* never NULL */
	int made = work_copies(w) ? name_copy(w, before) : 1;
	if (w->copy && made)
		tree_measure(&done, w->copy, 1);
	if (w->copy && work_check_room(w, size->room > done.room ? size->room - done.room : 0, w->err) < 0)
		return -1;
	if (was_there)
		work_going_on(w, before->len ? _("with the files that were not done yet") : _("from the beginning"));
	w->job.replace = was_there && before->len < w->job.kept; /* its copy is gone, and so its manifest */
	json_object_set_new(w->job.head, "started", json_string(w->started));
	if (w->options->one_file_system)
		json_object_set_new(w->job.head, "one_file_system", json_true());
	if (w->options->on)
		json_object_set_new(w->job.head, "on", json_string(w->options->on));
	if (checkpoint_keep(&w->job, before->data, before->len, w->err) < 0)
		return -1;
	w->job.replace = was_there; /* the manifest is made anew, in its own order */
	if (!made && mkdir(w->copy, 0700) < 0)
		return err_set_errno(w->err, ERR_FAILED, errno, _("cannot make the folder '%s'"), w->copy);
	return 0;
}

/* What was done is kept; the manifest on record says where it ends. */
static void interrupted(struct work *w, struct manifest *m, const struct err *why)
{
	struct remark reason = REMARK_INIT;
	work_note_why(w, why, _("interrupted after %llu files"), (unsigned long long)m->files);
	json_object_set_new(w->job.head, "why", json_string(why->english));
	if (preserve_tree_keep(w, m, NULL) == 0)
		work_note(w, _("the same command goes on where it was"));
	remark_add(&reason, _("interrupted"));
	manifest_add_unread(m, &reason, "");
	w->match = work_copies(w) ? "pending" : NULL;
}

static void preserve_tree_conclude(struct work *w, struct manifest *m)
{
	digest_text(w, m);
	w->complete = m->interrupted ? "interrupted" : m->failed ? "partial" : "complete";
	w->out->files = m->files;
	w->out->size = m->bytes;
	remark_join(&w->remarks, &m->unread);
	remark_join(&w->remarks, &m->notes);
	w->manifest = m->text;
	buf_init(&m->text);
}

int work_on_folder(struct work *w)
{
	struct manifest m;
	struct buf before = BUF_INIT;
	struct err why = ERR_INIT;
	w->out->path = printable_dup(w->path);
	struct tree_size size = {0};
	manifest_init(&m);
	if (w->options->progress || work_copies(w))
		tree_measure(&size, w->path, w->options->one_file_system);
	int rc = check_manifest(w, &size) < 0 ? -1 : preserve_tree_begin(w, &before, &size);
	if (rc == 0) {
		struct tree_options options = {.copy_to = w->copy,
		                               .before = w->going_on ? before.data : NULL, /* may be empty */
		                               .one_file_system = w->options->one_file_system,
		                               .total = size.bytes,
		                               .progress = w->options->progress,
		                               .checkpoint = preserve_tree_keep,
		                               .checkpoint_ctx = w,
		                               .trouble = w->options->trouble,
		                               .trouble_ctx = w->options->trouble_ctx};
		rc = tree_make(&m, w->path, &options, &why);
		if (rc < 0 && !m.interrupted)
			err_take(w->err, &why);
		else
			rc = 0;
	}
	if (rc == 0) {
		if (m.interrupted) {
			err_set(&why, ERR_CANCELLED, _("stopped by the person"));
			interrupted(w, &m, &why);
		} else if (w->copy && !work_verifies_later(w))
			read_back(w, &m);
		preserve_tree_conclude(w, &m);
	}
	buf_release(&before);
	manifest_release(&m);
	return rc;
}
