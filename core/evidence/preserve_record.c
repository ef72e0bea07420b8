/* The record of what was preserved. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/pathname.h"
#include "case/blob.h"

#include <stdio.h>
#include <string.h>

#define KEEP_LIMIT (64U << 20) /* piece lists up to this size (2 TiB of evidence) are kept in the case */

/* What a responder would call it, from the name alone; they correct it with `set`. */
static const char *guess_type(const char *path, int folder)
{
	static const struct {
		const char *ending;
		const char *type;
	} endings[] = {{".eml", "mail"},       {".msg", "mail"},       {".pcap", "pcap"},  {".pcapng", "pcap"},
	               {".log", "log"},        {".evtx", "log"},       {".csv", "log"},    {".dd", "disk_image"},
	               {".img", "disk_image"}, {".raw", "disk_image"}, {".mem", "memory"}, {".dmp", "memory"},
	               {".lime", "memory"},    {".jpg", "photo"},      {".jpeg", "photo"}, {".png", "photo"},
	               {".heic", "photo"},     {".pdf", "document"}};
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
	struct assign list[24];
	size_t count;
};

static void put(struct fields *f, const char *name, const char *value)
{
	if (value && *value)
		f->list[f->count++] = (struct assign){name, value};
}

int work_record(struct work *w)
{
	struct fields f = {.count = 0};
	char size[32];
	char ended[CLOCK_TEXT];
	struct buf source_path = BUF_INIT;
	struct buf copy_path = BUF_INIT;
	struct buf title = BUF_INIT;
	clock_format(clock_now(), ended);
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
