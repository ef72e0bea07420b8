/* One file or device: acquired into its form, and read back. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/volume.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* Reads the copy again, past the cache if it can be, and compares. */
static int read_back(struct work *w, struct volume *copy, int *same, struct err *err)
{
	struct source source;
	struct digest_result again;
	char *label = xasprintf(_("reading back %s"), w->out->path);
	int reread = volume_drop_cache(copy);
	source_from_layer(&source, volume_read, copy, copy->size);
	struct acquisition a = {.source = &source, .label = label, .no_pieces = 1, .progress = w->options->progress};
	int rc = acquire(&a, &again, err);
	*same = rc == 0 && again.size == w->digests.size && strcmp(again.sha256, w->digests.sha256) == 0;
	if (rc == 0 && !reread)
		work_note(w, _("the copy was compared from memory: the medium could not be read past the cache"));
	digest_result_release(&again);
	ranges_release(&a.unreadable);
	source_close(&source);
	free(label);
	return rc;
}

static int copy_raw(struct work *w, struct acquisition *a, struct err *err)
{
	struct volume *copy = &w->volume;
	if (volume_create(copy, w->copy, w->options->split, err) < 0) {
		a->fault = ACQUIRE_SINK;
		return -1;
	}
	a->ops = &acquire_raw;
	a->sink = copy;
	int same = 0;
	int rc = acquire(a, &w->digests, err);
	if (rc == 0 && (volume_truncate(copy, w->digests.size, err) < 0 || volume_sync(copy, err) < 0)) {
		a->fault = ACQUIRE_SINK;
		rc = -1;
	}
	if (rc == 0)
		rc = read_back(w, copy, &same, err);
	if (rc == 0 && volume_finish(copy, err) < 0) {
		a->fault = ACQUIRE_SINK;
		rc = -1;
	}
	w->match = rc < 0 ? "pending" : same ? "same" : "different";
	if (rc == 0 && !same)
		work_note(w, _("the copy, read back, differs from the source: the medium may be failing"));
	volume_close(copy, rc < 0 && a->fault != ACQUIRE_CANCELLED);
	return rc;
}

static void note_unreadable(struct work *w, const struct ranges *ranges)
{
	struct buf line = BUF_INIT;
	for (size_t i = 0; i < ranges->count; i++) {
		buf_clear(&line);
		buf_addf(&line, _("unreadable, zeros in the copy: %llu bytes from byte %llu"),
		         (unsigned long long)ranges->items[i].length, (unsigned long long)ranges->items[i].offset);
		work_note(w, line.data);
	}
	buf_release(&line);
}

static void conclude(struct work *w, const struct source *source, const struct acquisition *a, int rc,
                     const struct err *why)
{
	w->complete = "complete";
	if (rc < 0) {
		work_note(w, why->message);
		w->complete = a->fault == ACQUIRE_SOURCE ? "partial" : "interrupted";
		w->digests.sha256[0] = w->digests.md5[0] = w->digests.sha1[0] = w->digests.piece_root[0] = '\0';
		buf_clear(&w->digests.pieces);
	} else if (source_changed(source) || (source->size != SOURCE_UNKNOWN && w->digests.size != source->size)) {
		work_note(w, _("the source changed while it was read"));
		w->complete = "partial";
		w->match = w->match ? "not_comparable" : NULL;
	} else if (a->unreadable.count) {
		w->complete = "partial";
	}
	note_unreadable(w, &a->unreadable);
	w->out->files = 1;
	w->out->size = w->digests.size;
}

int work_on_file(struct work *w)
{
	struct source source;
	struct err why = ERR_INIT;
	if (source_open(&source, AT_FDCWD, w->path, 0, w->err) < 0)
		return -1;
	w->out->path = printable_dup(w->path);
	struct acquisition a = {.source = &source,
	                        .label = w->out->path,
	                        .retry = 1,
	                        .also = w->options->also,
	                        .progress = w->options->progress};
	int rc = w->options->form == EVIDENCE_RAW ? copy_raw(w, &a, &why) : acquire(&a, &w->digests, &why);
	if (rc < 0 && a.fault == ACQUIRE_SINK) /* nothing was preserved */
		err_set(w->err, why.code, "%s", why.message);
	else
		conclude(w, &source, &a, rc, &why);
	ranges_release(&a.unreadable);
	source_close(&source);
	return rc < 0 && a.fault == ACQUIRE_SINK ? -1 : 0;
}
