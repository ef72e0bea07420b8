/* One file, device or stream: acquired into its form, kept resumable, and read back. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/file/standard_fds.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/acquire/mounted.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note_unreadable(struct work *w, const struct ranges *ranges)
{
	for (size_t i = 0; i < ranges->count; i++)
		work_note(w, _("unreadable, zeros stand there: %llu bytes from byte %llu"),
		          (unsigned long long)ranges->items[i].length, (unsigned long long)ranges->items[i].offset);
}

static void no_digests(struct work *w)
{
	w->digests.sha256[0] = w->digests.md5[0] = w->digests.sha1[0] = w->digests.piece_root[0] = '\0';
	buf_clear(&w->digests.pieces);
}

/* What a source that did not hold still did. */
static void note_change(struct work *w)
{
	unsigned long long was = w->source.size;
	unsigned long long got = w->digests.size;
	struct stat now;
	int known = fstat(w->source.fd, &now) == 0;
	if (got < was)
		work_note(w, _("the source shrank while it was read: it had %llu bytes, %llu could be read"), was, got);
	else if (got > was)
		work_note(w, _("the source does not say its size: %llu bytes were read, and may be others next time"),
		          got);
	else if (known && (unsigned long long)now.st_size > was)
		work_note(w, _("the source grew while it was read: the first %llu bytes are preserved, of %llu"), was,
		          (unsigned long long)now.st_size);
	else
		work_note(w, _("the source changed while it was read"));
}

static void preserve_file_conclude(struct work *w, const struct acquisition *a, int rc, const struct err *why)
{
	w->complete = "complete";
	if (rc < 0) {
		work_note_why(w, why, _("stopped at byte %llu"), (unsigned long long)w->digests.size);
		if (w->has_job && w->job.there && w->options->form == EVIDENCE_EWF)
			work_note(w, _("the same command begins it anew: an E01 image cannot be gone on with"));
		else if (w->has_job && w->job.there)
			work_note(w, _("the same command goes on where it was"));
		w->complete = "interrupted";
		w->match = work_copies(w) ? "pending" : NULL;
		json_object_set_new(w->job.head, "why", json_string(why->english));
		no_digests(w);
	} else if (source_changed(&w->source) ||
	           (w->source.size != SOURCE_UNKNOWN && w->digests.size != w->source.size)) {
		note_change(w);
		w->complete = "partial";
		w->match = w->match ? "not_comparable" : NULL;
	} else if (a->unreadable.count) {
		w->complete = "partial";
	}
	if (source_removed(&w->source))
		work_note(w, _("the source was removed while it was read: its bytes cannot be read there again"));
	note_unreadable(w, &a->unreadable);
	w->out->files = 1;
	w->out->size = w->digests.size;
}

static int open_source(struct work *w)
{
	int streams = strcmp(w->path, "-") == 0;
	int passed = w->options->source_fd > 0;
	if (passed || streams) {
		int fd = passed ? w->options->source_fd : standard_input(w->err);
		return fd < 0 ? -1 : source_from_fd(&w->source, fd, w->path, w->err);
	}
	return source_open(&w->source, AT_FDCWD, w->path, 0, w->err);
}

/* Streams cannot be read twice, and what goes to a pipe is gone: such work is not kept. */
static int is_resumable(const struct work *w)
{
	return !w->source.stream && !w->options->tap && w->options->to_fd <= 0 && w->source.size >= JOB_LEAST;
}

/* A source that is written to while it is read proves little: refused, unless a person says why. */
static int check_mounted(struct work *w)
{
	char where[MOUNTED_WHERE];
	int device = S_ISBLK(w->source.before.st_mode);
	if ((!device && !S_ISREG(w->source.before.st_mode)) ||
	    !mounted_writable(w->source.before.st_rdev, device ? NULL : w->full, where))
		return 0;
	if (!w->options->changes || !*w->options->changes)
		return err_set(w->err, ERR_USAGE,
		               _("'%s' is mounted writable on '%s': unmount it or mount it read-only; if it must "
		                 "be read as it is, say why with "
		                 "--reason"),
		               w->path, where);
	work_note(w, _("it was mounted writable on '%s' while it was read"), where);
	return 0;
}

int work_on_file(struct work *w)
{
	struct err why = ERR_INIT;
	if (open_source(w) < 0 || check_mounted(w) < 0 || work_import_open(w, w->err) < 0)
		return -1;
	w->out->path = printable_dup(w->path);
	w->seen = w->source.before;
	int resumable = is_resumable(w);
	if (resumable && work_resume(w, w->err) < 0)
		return -1;
	struct acquisition a = {.source = &w->source,
	                        .label = w->out->path,
	                        .retry = 1,
	                        .also = work_also(w),
	                        .progress = w->options->progress,
	                        .trouble = w->options->trouble,
	                        .trouble_ctx = w->options->trouble_ctx};
	/* the job is on record before a byte is read or a file is made */
	if (work_copy_plan(w, w->err) < 0 || (resumable && work_keep_start(w, w->err) < 0) ||
	    work_copy_begin(w, &a, w->err) < 0) {
		work_copy_close(w, 1); /* nothing was preserved */
		if (resumable && w->job.there && !w->interruptions.len)
			checkpoint_reset(&w->job, NULL);
		return -1;
	}
	if (!work_copies(w) && w->options->tap) {
		a.ops = w->options->tap;
		a.sink = w->options->tap_ctx;
	}
	if (resumable) {
		a.from = w->going_on ? &w->from : NULL;
		a.checkpoint = work_checkpoint;
		a.checkpoint_ctx = w;
	}
	int rc = acquire(&a, &w->digests, &why);
	if (rc == 0 && work_copies(w))
		rc = work_copy_finish(w, &a.unreadable, &why);
	preserve_file_conclude(w, &a, rc, &why);
	if (rc == 0)
		work_import_conclude(w, &a.unreadable);
	work_copy_close(w, rc < 0 && !(w->has_job && w->job.there));
	ranges_release(&a.unreadable);
	return 0;
}
