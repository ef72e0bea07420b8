/* vault_check(): every byte of the file and its log is read again and compared with what this session knows. */
#include "vault/vault_private.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <sodium.h>
#include <string.h>

struct vault_check_findings {
	void (*tell)(void *ctx, const char *text);
	void *ctx;
	int count;
};

static void found(struct vault_check_findings *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void found(struct vault_check_findings *f, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	f->count++;
	if (f->tell)
		f->tell(f->ctx, text.data);
	buf_release(&text);
}

static void check_page(struct vault *v, uint32_t page, struct vault_check_findings *f)
{
	unsigned char tag[TAG_SIZE];
	int rc = page_authenticate(v, page, tag);
	/* read-only after a crash in a checkpoint: what is in the log may be torn in the file, and is read from the log */
	if (rc == -1 && v->anchor.state == ANCHOR_CHECKPOINT && v->log.scanned && log_frame_of_page(v, page) != 0)
		return;
	if (rc == -2)
		found(f, _("page %lu cannot be read"), (unsigned long)page);
	else if (rc < 0)
		found(f, _("page %lu is damaged: it does not authenticate"), (unsigned long)page);
	else if (memcmp(tag, v->pages.tag[page - 1], TAG_SIZE) != 0)
		found(f, _("page %lu was replaced while the case was open"), (unsigned long)page);
}

int vault_check_pages(struct vault *v, uint32_t first, uint32_t count, void (*finding)(void *ctx, const char *text),
                      void *ctx)
{
	struct vault_check_findings f = {finding, ctx, 0};
	for (uint32_t page = first; page <= v->pages.count && page - first < count; page++)
		check_page(v, page, &f);
	return f.count;
}

static void check_headers(struct vault *v, struct vault_check_findings *f)
{
	unsigned char *copy = xmalloc(HEADER_SIZE);
	for (int i = 0; i < HEADER_COPIES; i++) {
		int rc = v->file->pMethods->xRead(v->file, copy, HEADER_SIZE, (int64_t)i * HEADER_SIZE);
		if (rc != SQLITE_OK || memcmp(copy, v->header, HEADER_SIZE) != 0)
			found(f, _("copy %c of the header is damaged or was replaced"), 'A' + i);
	}
	free(copy);
	if (v->report.signature == VAULT_SIGNED_BAD)
		found(f, _("the signature of the header does not fit: it was forged"));
	if (v->report.header_stale)
		found(f, _("the header was put back from an earlier state"));
}

static void check_anchors(struct vault *v, struct vault_check_findings *f)
{
	unsigned char block[ANCHOR_SIZE];
	for (int i = 0; i < ANCHOR_COPIES; i++) {
		struct anchor a;
		int64_t offset = ANCHOR_OFFSET + (int64_t)i * ANCHOR_SIZE;
		int rc = v->file->pMethods->xRead(v->file, block, ANCHOR_SIZE, offset);
		/* the one that is not durable may be ahead by commits, the durable one behind by as many */
		if (rc != SQLITE_OK || anchor_decode(&a, v->keys, block) < 0)
			found(f, _("anchor %d is damaged"), i);
		else if (a.generation != v->anchor.generation || a.sequence > v->anchor.sequence)
			found(f, _("anchor %d was replaced while the case was open"), i);
	}
}

static void check_frame(struct vault *v, uint32_t frame, struct vault_check_findings *f)
{
	v->log.cached = 0;
	if (log_frame_text(v, frame) != SQLITE_OK)
		found(f, "%s", v->fault.message);
}

static void check_structure(struct vault *v, struct vault_check_findings *f)
{
	sqlite3_stmt *s = NULL;
	err_clear(&v->fault);
	int rc = sqlite3_prepare_v2(v->db, "PRAGMA integrity_check", -1, &s, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
		if (text && strcmp(text, "ok") != 0)
			found(f, _("SQLite: %s"), text);
	}
	if (rc != SQLITE_DONE)
		found(f, _("SQLite cannot check the database: %s"),
		      v->fault.code ? v->fault.message : sqlite3_errmsg(v->db));
	sqlite3_finalize(s);
}

/* What opening noticed, the headers and the anchors. */
static void check_beginning(struct vault *v, struct vault_check_findings *f)
{
	if (v->report.damage)
		found(f, "%s", v->report.damage_text);
	check_headers(v, f);
	check_anchors(v, f);
}

int vault_check_beginning(struct vault *v, void (*finding)(void *ctx, const char *text), void *ctx)
{
	struct vault_check_findings f = {finding, ctx, 0};
	check_beginning(v, &f);
	return f.count;
}

uint32_t vault_log_frames(const struct vault *v)
{
	return v->log.commit;
}

int vault_check_log(struct vault *v, uint32_t first, uint32_t count, void (*finding)(void *ctx, const char *text),
                    void *ctx)
{
	struct vault_check_findings f = {finding, ctx, 0};
	for (uint32_t frame = first; frame <= v->log.commit && frame - first < count; frame++)
		check_frame(v, frame, &f);
	err_clear(&v->fault);
	return f.count;
}

int vault_check(struct vault *v, const struct progress *progress, void (*finding)(void *ctx, const char *text),
                void *ctx, struct err *err)
{
	struct vault_check_findings f = {finding, ctx, 0};
	check_beginning(v, &f);
	for (uint32_t page = 1; page <= v->pages.count; page++) {
		if (page % 64 == 1 && progress_step(progress, _("checking pages"), page - 1, v->pages.count, err) < 0)
			return -1;
		check_page(v, page, &f);
	}
	for (uint32_t frame = 1; frame <= v->log.commit; frame++) {
		if (frame % 64 == 1 &&
		    progress_step(progress, _("checking the log"), frame - 1, v->log.commit, err) < 0)
			return -1;
		check_frame(v, frame, &f);
	}
	check_structure(v, &f);
	err_clear(&v->fault);
	return f.count;
}
