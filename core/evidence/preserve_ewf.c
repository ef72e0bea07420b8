/* The copy as an E01 image: begun with what the case says, ended, read back through the cage. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "case/action/reserve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The label that the record will get: the image is begun before the record is made. */
static int coming_label(struct work *w, char label[LABEL_TEXT], struct err *err)
{
	const struct kind *kind = kind_find("evidence");
	if (*w->label) {
		snprintf(label, LABEL_TEXT, "%s", w->label);
		return 0;
	}
	long long number = reserve_next_number(w->c, kind, err);
	label_write(label, case_mark(w->c), kind->letters, number);
	return number < 0 ? -1 : 0;
}

/* Few segments are few open files; a large source gets larger ones than FAT takes. */
static uint64_t segment_size(const struct work *w)
{
	uint64_t least = w->source.size == SOURCE_UNKNOWN ? 0 : w->source.size / (EWF_SEGMENTS / 2);
	if (w->options->split)
		return w->options->split;
	return least > EWF_SEGMENT ? least : EWF_SEGMENT;
}

int work_ewf_begin(struct work *w, struct err *err)
{
	if (coming_label(w, w->named, err) < 0)
		return -1;
	char *notes = xasprintf("genba case %s, record %s", case_id(w->c), w->named);
	struct ewf_options o = {.compression = w->options->compression,
	                        .segment = segment_size(w),
	                        .size = w->source.size,
	                        .device = S_ISBLK(w->source.before.st_mode),
	                        .case_number = case_id(w->c),
	                        .evidence_number = w->named,
	                        .examiner = case_mark(w->c),
	                        .description = w->full,
	                        .notes = notes,
	                        .software = "genba " GENBA_VERSION};
	w->ewf = ewf_writer_begin(w->copy, &o, err);
	free(notes);
	return w->ewf ? 0 : -1;
}

static int read_back(struct work *w, const struct ewf_set *set, int *same, struct err *err)
{
	struct source source;
	int64_t differs;
	enum readback_fault fault;
	struct ewf *image = ewf_open(set, err);
	if (!image)
		return -1;
	const struct ewf_about *about = ewf_about(image);
	char *label = xasprintf(_("reading back %s"), w->out->path);
	source_from_layer(&source, ewf_read, image, about->size);
	int rc = readback(&source, label, &w->way, &w->digests, w->options->progress, &differs, &fault, err);
	*same = rc == 0 && differs == READBACK_SAME && strcmp(about->md5, w->digests.md5) == 0 &&
	        (!*w->digests.sha1 || strcmp(about->sha1, w->digests.sha1) == 0);
	if (rc < 0 && fault == READBACK_UNREADABLE) { /* what was written cannot be read: that is a difference */
		if (ewf_failure(image))
			work_note(w, "%s", ewf_failure(image));
		else
			work_note_why(w, err, "%s", "");
		err_clear(err);
		rc = 0;
	}
	ewf_close(image);
	free(label);
	return rc;
}

/* The image bears a label; a record made meanwhile may have taken it. */
static void check_label(struct work *w)
{
	char label[LABEL_TEXT];
	if (coming_label(w, label, NULL) == 0 && strcmp(label, w->named) != 0)
		work_note(w, _("the image names this evidence %s"), w->named);
}

int work_ewf_finish(struct work *w, const struct ranges *unreadable, struct err *err)
{
	struct ewf_set set;
	int same = 0;
	if (ewf_writer_finish(w->ewf, &w->digests, unreadable, err) < 0)
		return -1;
	if (work_verifies_later(w)) {
		check_label(w);
		return ewf_set_finish(w->copy, err);
	}
	char *unfinished = ewf_unfinished(w->copy);
	int rc = ewf_set_open(&set, unfinished, err);
	free(unfinished);
	if (rc < 0)
		return -1;
	if (!ewf_set_drop_cache(&set))
		work_note(w, _("the copy was compared from memory: the medium could not be read past the cache"));
	rc = read_back(w, &set, &same, err);
	ewf_set_close(&set);
	if (rc < 0 || ewf_set_finish(w->copy, err) < 0)
		return -1;
	w->match = same ? "same" : "different";
	if (!same)
		work_note(w, _("the copy, read back, differs from the source: the medium may be failing"));
	check_label(w);
	return 0;
}
