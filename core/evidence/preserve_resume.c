/* Going on with interrupted work: what is kept, and what must still be as it was. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tells that the source is the same: identity, size, time of change; of a device, its number and size. */
static void source_fingerprint(const struct source *s, char fingerprint[160])
{
	const struct stat *st = &s->before;
	if (S_ISBLK(st->st_mode))
		snprintf(fingerprint, 160, "device %llx %llu", (unsigned long long)st->st_rdev,
		         (unsigned long long)s->size);
	else
		snprintf(fingerprint, 160, "%llx %llu %llu %lld.%09ld", (unsigned long long)st->st_dev,
		         (unsigned long long)st->st_ino, (unsigned long long)s->size, (long long)st->st_mtim.tv_sec,
		         st->st_mtim.tv_nsec);
}

int work_keep_start(struct work *w, struct err *err)
{
	char fingerprint[160];
	json_t *head = w->job.head;
	source_fingerprint(&w->source, fingerprint);
	json_object_set_new(head, "mark", json_string(fingerprint)); /* its name in the file, which stays */
	json_object_set_new(head, "started", json_string(w->started));
	json_object_set_new(head, "also", json_integer((json_int_t)work_also(w)));
	if (w->copy) {
		struct buf path = BUF_INIT;
		pathname_encode(w->copy, &path);
		json_object_set_new(head, "copy", json_string(path.data));
		buf_release(&path);
	}
	if (w->key) {
		char hex[2 * GEV_KEY + 1];
		sodium_bin2hex(hex, sizeof hex, w->key, GEV_KEY);
		json_object_set_new(head, "key", json_string(hex));
		sodium_memzero(hex, sizeof hex);
	}
	if (*w->label)
		json_object_set_new(head, "label", json_string(w->label));
	if (w->options->on)
		json_object_set_new(head, "on", json_string(w->options->on));
	json_object_set_new(head, "size", json_integer((json_int_t)w->source.size));
	if (w->interruptions.len) /* also of work that was begun anew */
		json_object_set_new(head, "interruptions", json_string(w->interruptions.data));
	return checkpoint_keep(&w->job, "", 0, err);
}

int work_checkpoint(void *ctx, const struct acquire_state *state, struct err *err)
{
	struct work *w = ctx;
	struct buf text = BUF_INIT;
	char now[CLOCK_TEXT];
	digest_state_text(&state->digest, &text);
	json_object_set_new(w->job.head, "state", json_string(text.data));
	buf_clear(&text);
	ranges_text(&state->unreadable, &text);
	json_object_set_new(w->job.head, "unreadable", json_string(text.data));
	clock_format(clock_now(), now);
	json_object_set_new(w->job.head, "at", json_string(now));
	buf_release(&text);
	return checkpoint_keep(&w->job, state->pieces.data, state->pieces.len, err);
}

/* The last piece that was kept, read from the source again: 0 if it is the same. */
static int same_last_piece(struct work *w)
{
	size_t count = w->from.pieces.len / DIGEST_PIECE_SIZE;
	if (count == 0)
		return 0;
	struct ranges unreadable = RANGES_INIT;
	unsigned char digest[DIGEST_PIECE_SIZE];
	unsigned char *bytes = xmalloc(DIGEST_PIECE);
	size_t n = 0;
	int rc = source_read_at(&w->source, w->out->path, (count - 1) * (uint64_t)DIGEST_PIECE, bytes, DIGEST_PIECE,
	                        &unreadable, &n, NULL);
	digest_piece(bytes, n, digest);
	if (rc == 0 && memcmp(digest, w->from.pieces.data + (count - 1) * DIGEST_PIECE_SIZE, sizeof digest) != 0)
		rc = -1;
	ranges_release(&unreadable);
	free(bytes);
	return rc;
}

static int take_head(struct work *w, const struct buf *pieces)
{
	const json_t *head = w->job.head;
	const char *state = json_get_string(head, "state");
	const char *unreadable = json_get_string(head, "unreadable");
	const char *copy = json_get_string(head, "copy");
	const char *key = json_get_string(head, "key");
	struct buf path = BUF_INIT;
	size_t n = pieces->len / DIGEST_PIECE_SIZE * DIGEST_PIECE_SIZE;
	buf_init(&w->from.pieces);
	if (n && (!state || digest_state_parse(&w->from.digest, state) < 0 || !unreadable ||
	          ranges_parse(&w->from.unreadable, unreadable) < 0))
		return -1;
	buf_add(&w->from.pieces, pieces->data, n);
	if (work_copies(w)) {
		int bad = !copy || pathname_decode(copy, &path) < 0;
		free(w->copy);
		w->copy = bad ? NULL : xstrdup(path.data);
		buf_release(&path);
		if (bad)
			return -1;
	}
	if (w->options->form == EVIDENCE_SEALED) {
		w->key = secret_alloc(GEV_KEY);
		if (!key || sodium_hex2bin(w->key, GEV_KEY, key, strlen(key), NULL, NULL, NULL) != 0 ||
		    strlen(key) != (size_t)2 * GEV_KEY)
			return -1;
	}
	return 0;
}

static void take_label(struct work *w)
{
	const char *label = json_get_string(w->job.head, "label");
	json_t *record = label && !*w->label ? record_get(w->c, label, 0, NULL) : NULL;
	const char *complete = json_get_string(record, "complete");
	if (record && !record_is_retracted(record) && complete && strcmp(complete, "interrupted") == 0)
		snprintf(w->label, sizeof w->label, "%s", label);
	json_decref(record);
}

/* One line of the record: when and why work stopped, and what was done about it. */
static void add_interruption(struct work *w, const char *what)
{
	const char *why = json_get_string(w->job.head, "why");
	const char *at = json_get_string(w->job.head, "at");
	const char *started = json_get_string(w->job.head, "started");
	const char *before = json_get_string(w->job.head, "interruptions");
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	if (!at)
		at = started ? started : w->started;
	if (before)
		buf_adds(&w->interruptions, before);
	buf_addf(&w->interruptions, "interrupted after %s (%s); gone on at %s %s\n", at,
	         why ? why : "the program or the machine ended", now, i18n_english(what));
}

void work_going_on(struct work *w, const char *from)
{
	const char *started = json_get_string(w->job.head, "started");
	add_interruption(w, from);
	if (started)
		snprintf(w->started, sizeof w->started, "%s", started);
	json_object_set_new(w->job.head, "interruptions", json_string(w->interruptions.data));
	json_object_del(w->job.head, "why");
	take_label(w);
	w->going_on = 1;
}

int work_begin_anew(struct work *w, struct err *err)
{
	secret_free(w->key);
	w->key = NULL;
	free(w->copy);
	w->copy = NULL;
	acquire_state_release(&w->from);
	w->going_on = 0;
	return checkpoint_reset(&w->job, err);
}

int work_resume(struct work *w, struct err *err)
{
	struct buf pieces = BUF_INIT;
	char fingerprint[160];
	w->has_job = 1;
	int found = checkpoint_load(&w->job, &pieces, err);
	if (found > 0) {
		const char *before = json_get_string(w->job.head, "mark");
		const json_t *also = json_object_get(w->job.head, "also");
		source_fingerprint(&w->source, fingerprint);
		int fits = before && json_get_string(w->job.head, "started") && take_head(w, &pieces) == 0 &&
		           json_integer_value(also) == (json_int_t)work_also(w);
		int same = fits && strcmp(before, fingerprint) == 0 && same_last_piece(w) == 0;
		if (same && w->options->form == EVIDENCE_EWF) {
			add_interruption(w, _("from the beginning: an E01 image cannot be gone on with"));
			take_label(w);
			ewf_set_discard(w->copy);
			found = work_begin_anew(w, err);
		} else if (same) {
			char *from =
			    xasprintf("from byte %llu, its last piece checked",
			              (unsigned long long)(w->from.pieces.len / DIGEST_PIECE_SIZE) * DIGEST_PIECE);
			work_going_on(w, from);
			free(from);
		} else {
			add_interruption(w, _("from the beginning"));
			if (fits)
				work_note(w, _("interrupted work was not gone on with: the source is not what it was; "
				               "begun anew"));
			found = work_begin_anew(w, err);
		}
	}
	buf_release(&pieces);
	return found < 0 ? -1 : 0;
}
