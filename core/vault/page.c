/* Pages of the file: sealed on the way out, authenticated on the way in, and compared with the tag last written. */
#include "vault/vault_private.h"

#include "base/i18n.h"

#include <sodium.h>
#include <string.h>

void page_table_release(struct page_table *t)
{
	free(t->tag);
	memset(t, 0, sizeof *t);
}

static void table_grow(struct page_table *t, uint32_t count)
{
	if (count <= t->room)
		return;
	uint32_t room = count + count / 2 + 64;
	t->tag = xrealloc(t->tag, (size_t)room * TAG_SIZE);
	t->room = room;
}

/* Sets the tag of a page, which may be the next one behind the last. */
static void table_set(struct vault *v, uint32_t page, const unsigned char tag[TAG_SIZE])
{
	struct page_table *t = &v->pages;
	if (page <= t->count) {
		cipher_seal_toggle(v->keys, t->seal, page, t->tag[page - 1]);
	} else {
		table_grow(t, page);
		t->count = page;
	}
	memcpy(t->tag[page - 1], tag, TAG_SIZE);
	cipher_seal_toggle(v->keys, t->seal, page, tag);
}

static void table_cut(struct vault *v, uint32_t count)
{
	struct page_table *t = &v->pages;
	while (t->count > count) {
		cipher_seal_toggle(v->keys, t->seal, t->count, t->tag[t->count - 1]);
		t->count--;
	}
}

static int read_block(struct vault *v, uint32_t page, unsigned char *block)
{
	return v->file->pMethods->xRead(v->file, block, PAGE_SIZE, layout_page_offset(page));
}

int page_authenticate(struct vault *v, uint32_t page, unsigned char tag[TAG_SIZE])
{
	unsigned char *block = v->scratch, text[PAGE_TEXT];
	if (read_block(v, page, block) != SQLITE_OK)
		return -2;
	memcpy(tag, block + PAGE_SIZE - TAG_SIZE, TAG_SIZE);
	int rc = cipher_open(v->keys, CIPHER_PAGE, page, text, block, PAGE_TEXT);
	sodium_memzero(text, sizeof text);
	return rc < 0 ? -1 : 0;
}

/* The one page that SQLite reads before it looks at the log: if a checkpoint was torn in it, the log has it whole. */
static int first_page_from_log(struct vault *v, uint32_t page, unsigned char *text)
{
	uint32_t frame = page == 1 && v->log.scanned ? log_frame_of_page(v, 1) : 0;
	if (frame == 0 || MUTANT(NO_PAGE_1_FALLBACK) || log_frame_text(v, frame) != SQLITE_OK)
		return -1;
	memcpy(text, v->log.plain + FRAME_HEADER, PAGE_SIZE);
	return 0;
}

int page_read(struct vault *v, uint32_t page, unsigned char text[PAGE_SIZE])
{
	if (page > v->pages.count) {
		memset(text, 0, PAGE_SIZE);
		return SQLITE_IOERR_SHORT_READ;
	}
	unsigned char *block = v->scratch;
	int rc = read_block(v, page, block);
	if (rc != SQLITE_OK)
		return vault_fault(v, SQLITE_IOERR_READ, rc == SQLITE_IOERR_SHORT_READ ? ERR_DAMAGED : ERR_FAILED,
		                   _("page %lu of '%s' cannot be read"), (unsigned long)page, v->path);
	int stale = memcmp(block + PAGE_SIZE - TAG_SIZE, v->pages.tag[page - 1], TAG_SIZE) != 0;
	if (cipher_open(v->keys, CIPHER_PAGE, page, text, block, PAGE_TEXT) < 0) {
		if (first_page_from_log(v, page, text) == 0)
			return SQLITE_OK;
		memset(text, 0, PAGE_SIZE);
		return vault_fault(v, SQLITE_IOERR_DATA, ERR_DAMAGED,
		                   _("page %lu of '%s' is damaged: it does not authenticate"), (unsigned long)page,
		                   v->path);
	}
	memset(text + PAGE_TEXT, 0, SEAL_OVERHEAD);
	if (stale)
		return vault_fault(v, SQLITE_IOERR_DATA, ERR_DAMAGED,
		                   _("page %lu of '%s' was replaced while the case was open"), (unsigned long)page,
		                   v->path);
	return SQLITE_OK;
}

/* Seals and writes one page. If the write fails, nobody knows what is on the medium; the page is in the log that is being
 * written back, and stays there. */
static int write_block(struct vault *v, uint32_t page, const unsigned char *text)
{
	unsigned char *block = v->scratch;
	cipher_seal(v->keys, CIPHER_PAGE, page, block, text, PAGE_TEXT);
	int rc = v->file->pMethods->xWrite(v->file, block, PAGE_SIZE, layout_page_offset(page));
	v->pages.unsynced = 1;
	if (rc != SQLITE_OK) {
		v->pages.ragged = 1;
		return vault_fault(v, rc, ERR_FAILED, _("cannot write page %lu of '%s'"), (unsigned long)page, v->path);
	}
	table_set(v, page, block + PAGE_SIZE - TAG_SIZE);
	return SQLITE_OK;
}

/* SQLite leaves out pages that are free; here each page must authenticate, so a hole is never left. */
static int fill_holes(struct vault *v, uint32_t count)
{
	static const unsigned char hole[PAGE_SIZE];
	int rc = SQLITE_OK;
	while (rc == SQLITE_OK && v->pages.count < count && !MUTANT(HOLES_LEFT))
		rc = write_block(v, v->pages.count + 1, hole);
	return rc;
}

int page_write(struct vault *v, uint32_t page, const unsigned char text[PAGE_SIZE])
{
	int rc = v->phase == PHASE_RUNNING ? state_checkpoint_begins(v) : SQLITE_OK;
	if (rc != SQLITE_OK)
		return rc;
	if (!sodium_is_zero(text + PAGE_TEXT, SEAL_OVERHEAD))
		return vault_fault(v, SQLITE_MISUSE, ERR_FAILED, _("page %lu has no room for its seal"),
		                   (unsigned long)page);
	rc = fill_holes(v, page - 1);
	return rc == SQLITE_OK ? write_block(v, page, text) : rc;
}

int page_truncate(struct vault *v, uint32_t count)
{
	if (count == v->pages.count && (!v->pages.ragged || MUTANT(RAGGED_END)))
		return SQLITE_OK;
	int rc = v->phase == PHASE_RUNNING ? state_checkpoint_begins(v) : SQLITE_OK;
	if (rc == SQLITE_OK)
		rc = fill_holes(v, count);
	if (rc != SQLITE_OK)
		return rc;
	v->pages.unsynced = 1;
	rc = v->file->pMethods->xTruncate(v->file, layout_page_offset(count + 1));
	if (rc != SQLITE_OK)
		return vault_fault(v, rc, ERR_FAILED, _("cannot shorten '%s'"), v->path);
	v->pages.ragged = 0;
	table_cut(v, count);
	return SQLITE_OK;
}

int page_sync(struct vault *v, int flags)
{
	if (MUTANT(NO_PAGE_SYNC) || (v->phase == PHASE_CREATING && MUTANT(NO_CREATION_SYNC))) {
		v->pages.unsynced = 0;
		return SQLITE_OK;
	}
	int rc = v->file->pMethods->xSync(v->file, flags);
	if (rc != SQLITE_OK) {
		v->dead = 1; /* what the kernel dropped it does not write again: only reopening tells what is there */
		return vault_fault(v, rc, ERR_FAILED, _("cannot sync '%s'; close and reopen it"), v->path);
	}
	v->pages.unsynced = 0;
	return SQLITE_OK;
}

/* ---- loading ---- */

/* Reads the tags of pages 1 to count in large pieces. */
static int load_tags(struct vault *v, uint32_t count, struct err *err)
{
	enum { BATCH = 256 };
	unsigned char *buffer = xmalloc((size_t)BATCH * PAGE_SIZE);
	int rc = 0;
	table_grow(&v->pages, count);
	for (uint32_t page = 1; page <= count && rc == 0; page += BATCH) {
		uint32_t n = count - page + 1 < BATCH ? count - page + 1 : BATCH;
		if (v->file->pMethods->xRead(v->file, buffer, (int)n * PAGE_SIZE, layout_page_offset(page)) !=
		    SQLITE_OK) {
			rc = err_set(err, ERR_FAILED, _("cannot read pages %lu to %lu of '%s'"), (unsigned long)page,
			             (unsigned long)(page + n - 1), v->path);
			break;
		}
		for (uint32_t i = 0; i < n; i++)
			table_set(v, page + i, buffer + (size_t)(i + 1) * PAGE_SIZE - TAG_SIZE);
	}
	free(buffer);
	return rc;
}

/* The seal does not fit: names the pages that do not authenticate, or says that all do and some are of another time. */
static int explain_seal(struct vault *v, uint32_t kept, struct err *err)
{
	unsigned char tag[TAG_SIZE];
	uint32_t bad = 0, first = 0;
	for (uint32_t page = 1; page <= kept; page++) {
		if (v->anchor.state == ANCHOR_CHECKPOINT && log_frame_of_page(v, page) != 0)
			continue;
		if (page_authenticate(v, page, tag) == 0)
			continue;
		bad++;
		if (first == 0)
			first = page;
	}
	if (bad > 0)
		return err_set(err, ERR_DAMAGED,
		               P_("page %lu of '%s' is damaged (%lu damaged page in all)",
		                  "page %lu of '%s' is damaged (%lu damaged pages in all)", (unsigned long)bad),
		               (unsigned long)first, v->path, (unsigned long)bad);
	return err_set(
	    err, ERR_DAMAGED,
	    _("the seal of '%s' does not fit: each page is genuine, but at least one is of an earlier state"), v->path);
}

int page_load(struct vault *v, struct err *err)
{
	sqlite3_int64 size;
	const struct anchor *a = &v->anchor;
	if (v->file->pMethods->xFileSize(v->file, &size) != SQLITE_OK)
		return err_set(err, ERR_FAILED, _("cannot tell the size of '%s'"), v->path);
	int64_t whole = size < PAGES_OFFSET ? 0 : (size - PAGES_OFFSET) / PAGE_SIZE;
	int checkpoint = a->state == ANCHOR_CHECKPOINT;
	uint32_t kept = checkpoint && a->final_pages < a->pages ? a->final_pages : a->pages;
	if (whole < kept)
		return err_set(err, ERR_DAMAGED, _("'%s' is truncated: %lld of %lu pages are there"), v->path,
		               (long long)whole, (unsigned long)kept);
	if (!checkpoint && size != layout_page_offset(a->pages + 1))
		return err_set(err, ERR_DAMAGED, _("'%s' is longer than its %lu pages"), v->path,
		               (unsigned long)a->pages);
	/* what a torn checkpoint put behind the old end is forgotten: it will be written again from the log */
	uint32_t count = whole < a->pages || MUTANT(KEEP_OLD_TAIL) ? (uint32_t)whole : a->pages;
	v->pages.ragged = size != layout_page_offset(count + 1);
	if (load_tags(v, count, err) < 0)
		return -1;
	unsigned char seal[16];
	/* frames that the anchor knows of and the log has not were passed over to salvage the rest: the seal will not fit */
	uint32_t frames = a->log_frames < v->log.commit ? a->log_frames : v->log.commit;
	if (checkpoint)
		state_partial_seal(v, frames, a->pages, a->final_pages, seal);
	else
		memcpy(seal, v->pages.seal, sizeof seal);
	if (sodium_memcmp(seal, a->seal, sizeof seal) != 0 && !MUTANT(SEAL_IGNORED))
		return explain_seal(v, kept, err);
	return 0;
}
