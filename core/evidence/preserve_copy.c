/* The copy of a file or device: begun or gone on with, ended, read back. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int to_pipe(const struct work *w)
{
	return w->options->to_fd > 0;
}

/* Says before the first byte that the medium is too small. Holes of the source take no room. */
static int check_room(struct work *w, struct err *err)
{
	uint64_t need = w->source.size;
	if (need == SOURCE_UNKNOWN)
		return 0;
	if (S_ISREG(w->source.before.st_mode) && (uint64_t)w->source.before.st_blocks * 512 < need)
		need = (uint64_t)w->source.before.st_blocks * 512;
	return work_check_room(w, need, err);
}

static int same_digest(struct work *w, const unsigned char *bytes, uint64_t piece)
{
	unsigned char digest[DIGEST_PIECE_SIZE];
	digest_piece(bytes, DIGEST_PIECE, digest);
	return memcmp(digest, w->from.pieces.data + piece * DIGEST_PIECE_SIZE, sizeof digest) == 0;
}

/* Opens the unfinished copy, and checks its last piece. 0, or -1: it cannot go on. */
static int go_on(struct work *w, struct err *err)
{
	uint64_t count = w->from.pieces.len / DIGEST_PIECE_SIZE;
	unsigned char *last = xmalloc(DIGEST_PIECE);
	int sealed = w->options->form == EVIDENCE_SEALED;
	int rc =
	    volume_resume(&w->volume, w->copy, w->options->split, sealed ? VOLUME_AS_IT_IS : count * DIGEST_PIECE, err);
	if (rc == 0 && sealed) {
		rc = gev_writer_resume(&w->sealed, &w->volume, count, w->key, case_id(w->c), last, err);
	} else if (rc == 0 && count) {
		size_t done = 0;
		ssize_t n = 1;
		while (done < DIGEST_PIECE && (n = volume_read(&w->volume, last + done, DIGEST_PIECE - done,
		                                               (count - 1) * DIGEST_PIECE + done)) > 0)
			done += (size_t)n;
		rc = done == DIGEST_PIECE ? 0 : -1;
	}
	if (rc == 0 && count && !same_digest(w, last, count - 1))
		rc = err_set(err, ERR_DAMAGED, _("the last piece of the unfinished copy is not what was written"));
	free(last);
	if (rc < 0)
		work_copy_close(w, 1);
	return rc;
}

int work_copy_plan(struct work *w, struct err *err)
{
	struct err why = ERR_INIT;
	int sealed = w->options->form == EVIDENCE_SEALED;
	if (!work_copies(w))
		return 0;
	if (w->going_on && go_on(w, &why) < 0) {
		work_note_why(w, &why, _("interrupted work was not gone on with and is begun anew"));
		if (work_begin_anew(w, err) < 0)
			return -1;
	}
	if (w->going_on)
		return 0;
	if (!to_pipe(w)) {
		if (check_room(w, err) < 0)
			return -1;
		char *name = work_source_name(w);
		w->copy = volume_choose_name(w->dir, name,
		                             sealed                             ? ".gev"
		                             : w->options->form == EVIDENCE_EWF ? ".E01"
		                                                                : "");
		work_note_name(w, name);
		free(name);
	}
	if (sealed) {
		w->key = secret_alloc(GEV_KEY);
		randombytes_buf(w->key, GEV_KEY);
	}
	return 0;
}

int work_copy_begin(struct work *w, struct acquisition *a, struct err *err)
{
	int sealed = w->options->form == EVIDENCE_SEALED;
	if (!work_copies(w))
		return 0;
	if (w->options->form == EVIDENCE_EWF) {
		a->ops = &ewf_sink;
		a->way = &w->way;
		return work_ewf_begin(w, err) < 0 ? -1 : (a->sink = w->ewf, 0);
	}
	if (!w->going_on && !to_pipe(w) && volume_create(&w->volume, w->copy, w->options->split, err) < 0)
		return -1;
	if (!w->going_on && sealed &&
	    gev_writer_begin(&w->sealed, to_pipe(w) ? NULL : &w->volume, w->options->to_fd, w->key, case_id(w->c),
	                     err) < 0)
		return -1;
	if (!w->going_on && !sealed)
		w->volume.compares = volume_is_in_memory(&w->volume);
	a->way = to_pipe(w) || w->volume.compares ? NULL : &w->way;
	a->ops = sealed ? &gev_sink : &acquire_raw;
	a->sink = sealed ? (void *)&w->sealed : (void *)&w->volume;
	return 0;
}

static void note_difference(struct work *w, uint64_t at)
{
	work_note(w, _("the copy, read back, differs from the source, first near byte %llu"), (unsigned long long)at);
}

static void note_memory(struct work *w)
{
	work_note(w, _("the copy was compared from memory: the medium could not be read past the cache"));
}

/* Each piece was compared when it was written. */
static int was_same(struct work *w)
{
	if (w->volume.differs)
		note_difference(w, w->volume.differs_at);
	note_memory(w);
	return !w->volume.differs;
}

/* Reads the copy again, past the cache if it can be, and compares. */
static int read_back(struct work *w, int *same, struct err *err)
{
	struct source source;
	struct gev sealed;
	int64_t differs;
	enum readback_fault fault;
	int is_sealed = w->options->form == EVIDENCE_SEALED;
	int reread = volume_drop_cache(&w->volume);
	if (is_sealed && gev_open(&sealed, volume_read, &w->volume, w->volume.size, w->key, case_id(w->c), err) < 0)
		return -1;
	char *label = xasprintf(_("reading back %s"), w->out->path);
	source_from_layer(&source, is_sealed ? gev_read : volume_read, is_sealed ? (void *)&sealed : &w->volume,
	                  is_sealed ? sealed.size : w->volume.size);
	int rc = readback(&source, label, &w->way, &w->digests, w->options->progress, &differs, &fault, err);
	*same = rc == 0 && differs == READBACK_SAME;
	if (rc == 0 && !*same)
		note_difference(w, (uint64_t)differs);
	if (rc < 0 && fault == READBACK_UNREADABLE) { /* what was written cannot be read: that is a difference */
		work_note_why(w, err, "%s", "");
		err_clear(err);
		rc = 0;
	}
	if (rc == 0 && !reread)
		note_memory(w);
	source_close(&source);
	if (is_sealed)
		gev_close(&sealed);
	free(label);
	return rc;
}

int work_copy_finish(struct work *w, const struct ranges *unreadable, struct err *err)
{
	int same = 0;
	if (w->options->form == EVIDENCE_EWF)
		return work_ewf_finish(w, unreadable, err);
	if (w->options->form == EVIDENCE_SEALED && gev_writer_finish(&w->sealed, &w->digests, err) < 0)
		return -1;
	if (to_pipe(w)) {
		w->match = "pending";
		work_note(
		    w, _("the container went to a pipe and was not read back: once it lies somewhere, say where with "
		         "`genba set LABEL copy_path=/PATH`, then `genba verify --evidence`"));
		return 0;
	}
	if (w->options->form == EVIDENCE_RAW && volume_truncate(&w->volume, w->digests.size, err) < 0)
		return -1;
	if (volume_sync(&w->volume, err) < 0)
		return -1;
	if (w->volume.compares)
		same = was_same(w);
	else if (work_verifies_later(w))
		return volume_finish(&w->volume, err);
	else if (read_back(w, &same, err) < 0)
		return -1;
	if (volume_finish(&w->volume, err) < 0)
		return -1;
	w->match = same ? "same" : "different";
	if (!same)
		work_note(w, _("the medium of the copy may be failing"));
	return 0;
}

void work_copy_close(struct work *w, int discard)
{
	if (w->sealed.keys.secret)
		gev_writer_release(&w->sealed);
	if (w->ewf) {
		ewf_writer_free(w->ewf);
		w->ewf = NULL;
		if (discard)
			ewf_set_discard(w->copy);
	}
	if (w->volume.path)
		volume_close(&w->volume, discard);
}
