/* The record of what was preserved. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "case/store/blob.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define KEEP_LIMIT (64U << 20) /* piece lists up to this size (2 TiB of evidence) are kept in the case */

/* What a responder would call it, from the name alone; they correct it with `set`. */
const char *evidence_type_guess(const char *path, int folder)
{
	static const struct {
		const char *ending;
		const char *type;
	} endings[] = {{".eml", "mail"},       {".msg", "mail"},       {".pcap", "pcap"},      {".pcapng", "pcap"},
	               {".log", "log"},        {".evtx", "log"},       {".csv", "log"},        {".dd", "disk_image"},
	               {".e01", "disk_image"}, {".001", "disk_image"}, {".000", "disk_image"}, {".img", "disk_image"},
	               {".raw", "disk_image"}, {".mem", "memory"},     {".dmp", "memory"},     {".lime", "memory"},
	               {".jpg", "photo"},      {".jpeg", "photo"},     {".png", "photo"},      {".heic", "photo"},
	               {".pdf", "document"}};
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

struct fields {
	struct assign list[40];
	size_t count;
	char medium[LABEL_TEXT]; /* that it lies on */
};

static void preserve_record_put(struct fields *f, const char *name, const char *value)
{
	if (value && *value)
		f->list[f->count++] = (struct assign){name, value};
}

/* A person may have said already what it lies on. */
static int has_medium(struct work *w)
{
	json_t *record = *w->label ? record_get(w->c, w->label, RECORD_RAW, NULL) : NULL;
	int has = json_object_get(record, "medium") != NULL;
	json_decref(record);
	return has;
}

static int write_all(struct work *w, struct action *a, struct fields *f, const char *ended)
{
	char digest[65];
	if (work_put_media(w, a, ended, f->medium) < 0)
		return -1;
	if (!has_medium(w))
		preserve_record_put(f, "medium", f->medium);
	if (w->manifest.len && blob_put(w->c, w->manifest.data, w->manifest.len, digest, w->err) < 0)
		return -1;
	if (w->digests.pieces.len > DIGEST_PIECE_SIZE && w->digests.pieces.len <= KEEP_LIMIT &&
	    blob_put(w->c, w->digests.pieces.data, w->digests.pieces.len, digest, w->err) < 0)
		return -1;
	if (*w->label) {
		snprintf(w->out->label, sizeof w->out->label, "%s", w->label);
		if (action_set(a, w->label, f->list, f->count, RECORD_MACHINE, w->err) < 0)
			return -1;
	} else if (action_add(a, "evidence", f->list, f->count, RECORD_MACHINE, w->out->label, w->err) < 0) {
		return -1;
	}
	if (!w->has_job)
		return 0;
	if (strcmp(w->complete, "interrupted") != 0)
		return checkpoint_forget(&w->job, w->err);
	json_object_set_new(w->job.head, "label", json_string(w->out->label));
	return w->job.there ? checkpoint_keep_head(&w->job, w->err) : 0;
}

static int commit(struct work *w, struct fields *f, const char *ended)
{
	struct action *a = action_begin(w->c, "preserve", w->err);
	if (!a)
		return -1;
	if (write_all(w, a, f, ended) == 0)
		return action_commit(a, w->err);
	action_cancel(a);
	return -1;
}

/* An image of another tool that stays where it lies: its bytes are had from it as from a copy. */
static int is_in_place(const struct work *w)
{
	return w->imported.kind != IMPORT_NONE && w->options->form == EVIDENCE_HASH;
}

static const char *form_of(const struct work *w)
{
	if (is_in_place(w))
		return evidence_form_name(w->imported.kind == IMPORT_E01 ? EVIDENCE_EWF : EVIDENCE_RAW);
	return evidence_form_name(w->options->form);
}

int work_record(struct work *w)
{
	struct fields f = {.count = 0};
	char size[32];
	char key[2 * GEV_KEY + 1] = "";
	char ended[CLOCK_TEXT];
	struct buf source_path = BUF_INIT;
	struct buf copy_path = BUF_INIT;
	struct buf title = BUF_INIT;
	clock_format(clock_now(), ended);
	snprintf(size, sizeof size, "%llu", (unsigned long long)w->out->size);
	pathname_encode(w->full, &source_path);
	if (w->copy || is_in_place(w))
		pathname_encode(w->copy ? w->copy : w->full, &copy_path);
	const char *slash = strrchr(source_path.data, '/');
	buf_adds(&title, slash && slash[1] ? slash + 1 : source_path.data);
	if (!*w->label) { /* a record that is completed keeps what its person wrote */
		preserve_record_put(&f, "title", title.data);
		preserve_record_put(&f, "type",
		                    w->options->type ? w->options->type : evidence_type_guess(w->path, w->folder));
	}
	preserve_record_put(&f, "form", form_of(w));
	preserve_record_put(&f, "on", w->options->on);
	preserve_record_put(&f, "source_path", source_path.data);
	preserve_record_put(&f, "copy_path", copy_path.data);
	preserve_record_put(&f, "source_size", size);
	preserve_record_put(&f, "started", w->started);
	preserve_record_put(&f, "ended", ended);
	preserve_record_put(&f, "sha256", w->digests.sha256);
	preserve_record_put(&f, "md5", w->digests.md5);
	preserve_record_put(&f, "sha1", w->digests.sha1);
	preserve_record_put(&f, "piece_root", w->digests.piece_root);
	preserve_record_put(&f, "source_sha256", w->options->form == EVIDENCE_HASH ? NULL : w->digests.sha256);
	preserve_record_put(&f, "match", w->match);
	preserve_record_put(&f, "complete", w->complete);
	preserve_record_put(&f, "image", w->imported.name);
	preserve_record_put(&f, "image_says", w->imported.says.data);
	preserve_record_put(&f, "stated", w->imported.stated.data);
	preserve_record_put(&f, "unread", *w->label ? NULL : w->remarks.english.data);
	preserve_record_put(&f, "interruptions", w->interruptions.data);
	preserve_record_put(&f, "changes", w->options->changes);
	if (w->key) {
		sodium_bin2hex(key, sizeof key, w->key, GEV_KEY);
		preserve_record_put(&f, "container_key", key);
	}
	if (*w->label) /* what an interruption left there is no longer so */
		f.list[f.count++] = (struct assign){"unread", w->remarks.english.data};
	int rc = commit(w, &f, ended);
	sodium_memzero(key, sizeof key);
	buf_release(&source_path);
	buf_release(&copy_path);
	buf_release(&title);
	return rc;
}
