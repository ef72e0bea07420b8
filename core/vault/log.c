/*
 * Frames of the write-ahead log.
 *
 * SQLite writes a frame as a header of 24 bytes and then a page; after a cache
 * spill also pages without headers and headers without pages. A frame is
 * sealed as a whole, so a header is held back until it is known what follows.
 */
#include "vault/vault_private.h"

#include "base/i18n.h"

#include <sodium.h>
#include <string.h>

/* Offsets in SQLite's frame header, and in ours: salts are constant in a generation and give their place away. */
enum {
	FRAME_AT_PAGE = 0,
	FRAME_AT_COMMIT = 4,
	FRAME_AT_SALTS = 8,
	FRAME_AT_GENERATION = 8,
	FRAME_AT_SYNCED = 12,
	LOG_AT_SALTS = 16, /* in SQLite's log header */
};

const unsigned char log_magic[8] = {0x89, 'G', 'E', 'N', 'L', 'O', '\r', '\n'};

void log_release(struct vault *v)
{
	struct log *log = &v->log;
	if (log->file) {
		if (log->file->pMethods)
			log->file->pMethods->xClose(log->file);
		sqlite3_free(log->file);
	}
	free(log->note);
	sodium_memzero(log, sizeof *log);
}

void log_note(struct log *log, uint32_t frame, uint32_t page, const unsigned char *block)
{
	if (frame > log->room) {
		log->room = frame + frame / 2 + 64;
		log->note = xrealloc(log->note, (size_t)log->room * sizeof *log->note);
	}
	log->note[frame - 1].page = page;
	memcpy(log->note[frame - 1].tag, block + FRAME_SIZE - TAG_SIZE, sizeof log->note->tag);
}

uint32_t log_frame_of_page(const struct vault *v, uint32_t page)
{
	for (uint32_t frame = v->log.commit; frame > 0; frame--)
		if (v->log.note[frame - 1].page == page)
			return frame;
	return 0;
}

static int cannot_write(struct vault *v, int rc)
{
	/* a commit frame that was written and could not be synced may or may not survive */
	if (v->log.commit > v->log.synced)
		v->dead = 1;
	return vault_fault(v, rc, ERR_FAILED, _("cannot write the log of '%s'"), v->path);
}

/* ---- one frame ---- */

/* Seals log.plain, which is in SQLite's shape, and writes it as `frame`. */
static int write_frame(struct vault *v, uint32_t frame)
{
	struct log *log = &v->log;
	unsigned char *text = v->scratch + PAGE_SIZE;
	uint32_t page = bytes_be32(log->plain + FRAME_AT_PAGE), commit = bytes_be32(log->plain + FRAME_AT_COMMIT);
	static const unsigned char no_seal[SEAL_OVERHEAD];
	if (memcmp(log->plain + FRAME_TEXT, no_seal, SEAL_OVERHEAD) != 0)
		return vault_fault(v, SQLITE_MISUSE, ERR_FAILED, _("page %lu has no room for its seal"),
		                   (unsigned long)page);
	bytes_put_be32(log->plain + FRAME_AT_GENERATION, v->anchor.generation);
	bytes_put_be32(log->plain + FRAME_AT_SYNCED, MUTANT(SYNCED_TOO_FAR) ? frame : log->synced);
	cipher_seal(v->keys, CIPHER_FRAME, frame, text, log->plain, FRAME_TEXT);
	memcpy(log->plain + FRAME_AT_SALTS, v->anchor.log_header + LOG_AT_SALTS, 8);
	log->cached = 0;
	int rc = log->file->pMethods->xWrite(log->file, text, FRAME_SIZE, layout_frame_offset(frame));
	if (rc != SQLITE_OK)
		return cannot_write(v, rc);
	log->cached = frame;
	log_note(log, frame, page, text);
	if (frame > log->frames)
		log->frames = frame;
	if (commit != 0) {
		log->commit = frame;
		log->commit_pages = commit;
	}
	return SQLITE_OK;
}

/* Decrypts a block into log.plain, in SQLite's shape. 0, or -1 if it does not authenticate. */
static int open_frame(struct vault *v, uint32_t frame, const unsigned char *block, uint32_t *generation,
                      uint32_t *synced)
{
	struct log *log = &v->log;
	log->cached = 0;
	if (cipher_open(v->keys, CIPHER_FRAME, frame, log->plain, block, FRAME_TEXT) < 0)
		return -1;
	*generation = bytes_be32(log->plain + FRAME_AT_GENERATION);
	*synced = bytes_be32(log->plain + FRAME_AT_SYNCED);
	memcpy(log->plain + FRAME_AT_SALTS, v->anchor.log_header + LOG_AT_SALTS, 8);
	memset(log->plain + FRAME_TEXT, 0, SEAL_OVERHEAD);
	log->cached = frame;
	return 0;
}

int log_frame_text(struct vault *v, uint32_t frame)
{
	struct log *log = &v->log;
	unsigned char *block = v->scratch + PAGE_SIZE;
	uint32_t generation, synced;
	if (log->cached == frame)
		return SQLITE_OK;
	int rc = log->file->pMethods->xRead(log->file, block, FRAME_SIZE, layout_frame_offset(frame));
	if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
		return vault_fault(v, SQLITE_IOERR_READ, ERR_FAILED, _("frame %lu of the log of '%s' cannot be read"),
		                   (unsigned long)frame, v->path);
	const struct frame_note *note = &log->note[frame - 1];
	if (rc != SQLITE_OK || open_frame(v, frame, block, &generation, &synced) < 0 ||
	    memcmp(note->tag, block + FRAME_SIZE - TAG_SIZE, sizeof note->tag) != 0) {
		log->cached = 0;
		return vault_fault(v, SQLITE_IOERR_DATA, ERR_DAMAGED,
		                   _("frame %lu (page %lu) of the log of '%s' is damaged or was replaced"),
		                   (unsigned long)frame, (unsigned long)note->page, v->path);
	}
	return SQLITE_OK;
}

/* Writes a held header whose page did not follow: it belongs to a frame that is there already. */
static int flush_held(struct vault *v)
{
	struct log *log = &v->log;
	uint32_t frame = log->held;
	if (frame == 0)
		return SQLITE_OK;
	log->held = 0;
	if (MUTANT(HELD_HEADER_LOST))
		return SQLITE_OK;
	if (frame > log->frames)
		return vault_fault(v, SQLITE_IOERR_WRITE, ERR_FAILED,
		                   _("a frame header of the log came without its page"));
	int rc = log_frame_text(v, frame);
	if (rc != SQLITE_OK)
		return rc;
	memcpy(log->plain, log->held_header, FRAME_HEADER);
	return write_frame(v, frame);
}

/* ---- what SQLite calls ---- */

static int vault_log_begin(struct vault *v, const unsigned char *header)
{
	struct log *log = &v->log;
	int rc = state_log_begins(v, header);
	if (rc != SQLITE_OK)
		return rc;
	log->frames = log->commit = log->commit_pages = log->synced = log->cached = log->held = 0;
	log->scanned = 0;
	unsigned char clear[WAL_HEADER];
	memcpy(clear, log_magic, 8);
	memcpy(clear + 8, v->keys->id, FILE_ID);
	bytes_put_be32(clear + 24, v->anchor.generation);
	bytes_put_be32(clear + 28, LAYOUT_VERSION);
	rc = log->file->pMethods->xWrite(log->file, clear, WAL_HEADER, 0);
	return rc == SQLITE_OK ? rc : cannot_write(v, rc);
}

int log_write(struct vault *v, const unsigned char *data, int n, int64_t offset)
{
	struct log *log = &v->log;
	if (offset == 0 && n == WAL_HEADER)
		return vault_log_begin(v, data);
	int64_t behind = offset - WAL_HEADER;
	uint32_t frame = (uint32_t)(behind / FRAME_SIZE) + 1;
	int64_t within = behind % FRAME_SIZE;
	int rc = SQLITE_OK;
	if (behind >= 0 && within == 0 && n == FRAME_HEADER && frame <= log->frames + 1) {
		rc = flush_held(v);
		memcpy(log->held_header, data, FRAME_HEADER);
		log->held = frame;
		return rc;
	}
	if (behind < 0 || within != FRAME_HEADER || n != PAGE_SIZE || (frame != log->held && frame > log->frames))
		return vault_fault(v, SQLITE_IOERR_WRITE, ERR_FAILED,
		                   _("an unforeseen write of %d bytes at %lld in the log"), n, (long long)offset);
	if (frame == log->held) {
		memcpy(log->plain, log->held_header, FRAME_HEADER);
		log->held = 0;
	} else {
		rc = flush_held(v);
		if (rc == SQLITE_OK)
			rc = log_frame_text(v, frame);
	}
	if (rc != SQLITE_OK)
		return rc;
	log->cached = 0;
	memcpy(log->plain + FRAME_HEADER, data, PAGE_SIZE);
	return write_frame(v, frame);
}

int log_read(struct vault *v, unsigned char *data, int n, int64_t offset)
{
	struct log *log = &v->log;
	int rc = flush_held(v);
	if (rc != SQLITE_OK)
		return rc;
	memset(data, 0, (size_t)n);
	if (offset + n <= WAL_HEADER) {
		if (v->anchor.state == ANCHOR_CLEAN || log->frames == 0)
			return SQLITE_IOERR_SHORT_READ;
		memcpy(data, v->anchor.log_header + offset, (size_t)n);
		return SQLITE_OK;
	}
	int64_t behind = offset - WAL_HEADER;
	uint32_t frame = (uint32_t)(behind / FRAME_SIZE) + 1;
	int64_t within = behind % FRAME_SIZE;
	if (behind < 0 || within + n > FRAME_SIZE)
		return vault_fault(v, SQLITE_IOERR_READ, ERR_FAILED,
		                   _("an unforeseen read of %d bytes at %lld in the log"), n, (long long)offset);
	if (frame > log->frames)
		return SQLITE_IOERR_SHORT_READ;
	rc = log_frame_text(v, frame);
	if (rc == SQLITE_OK)
		memcpy(data, log->plain + within, (size_t)n);
	return rc;
}

int log_sync(struct vault *v, int flags)
{
	struct log *log = &v->log;
	int rc = flush_held(v);
	if (rc != SQLITE_OK)
		return rc;
	rc = MUTANT(NO_LOG_SYNC) ? SQLITE_OK : log->file->pMethods->xSync(log->file, flags);
	if (rc != SQLITE_OK) {
		v->dead = 1;
		return vault_fault(v, rc, ERR_FAILED, _("cannot sync the log of '%s'; close and reopen it"), v->path);
	}
	log->synced = log->commit;
	return state_log_synced(v);
}

int log_size(struct vault *v, int64_t *size)
{
	struct log *log = &v->log;
	sqlite3_int64 n = 0;
	if (log->scanned) {
		*size = log->frames == 0 ? 0 : layout_frame_offset(log->frames + 1);
		return SQLITE_OK;
	}
	int rc = log->file ? log->file->pMethods->xFileSize(log->file, &n) : SQLITE_OK;
	*size = n;
	return rc;
}

int log_truncate(struct vault *v, int64_t size)
{
	struct log *log = &v->log;
	if (size == 0) {
		int rc = state_log_ends(v);
		if (rc != SQLITE_OK)
			return rc;
		log->frames = log->commit = log->synced = log->cached = log->held = 0;
		log->scanned = 0;
	} else if (size < layout_frame_offset(log->frames + 1)) {
		return vault_fault(v, SQLITE_IOERR_TRUNCATE, ERR_FAILED, _("the log of '%s' must not be cut"), v->path);
	}
	int rc = log->file->pMethods->xTruncate(log->file, size);
	return rc == SQLITE_OK ? rc : vault_fault(v, rc, ERR_FAILED, _("cannot shorten the log of '%s'"), v->path);
}

int log_open(struct vault *v, int create)
{
	struct log *log = &v->log;
	int read_only = (v->flags & VAULT_READ_ONLY) != 0, there = 0;
	const char *name = sqlite3_filename_wal(v->names);
	if (log->file)
		return SQLITE_OK;
	int rc = v->below->xAccess(v->below, name, SQLITE_ACCESS_EXISTS, &there);
	if (rc != SQLITE_OK || (!there && !create))
		return rc;
	int flags = SQLITE_OPEN_WAL | (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE),
	    got = 0;
	sqlite3_file *file = sqlite3_malloc64((sqlite3_uint64)v->below->szOsFile);
	if (!file)
		return SQLITE_NOMEM;
	memset(file, 0, (size_t)v->below->szOsFile);
	rc = v->below->xOpen(v->below, name, file, flags, &got);
	if (rc == SQLITE_OK && !read_only && (got & SQLITE_OPEN_READONLY)) {
		file->pMethods->xClose(file);
		rc = SQLITE_READONLY;
	}
	if (rc != SQLITE_OK) {
		sqlite3_free(file);
		return vault_fault(v, rc, ERR_FAILED, _("cannot open the log '%s'"), name);
	}
	log->file = file;
	return SQLITE_OK;
}

int log_remove(struct vault *v)
{
	const char *name = sqlite3_filename_wal(v->names);
	int rc = state_log_ends(v);
	if (rc != SQLITE_OK)
		return rc;
	log_release(v);
	rc = v->below->xDelete(v->below, name, 0);
	if (rc == SQLITE_OK || rc == SQLITE_IOERR_DELETE_NOENT)
		return SQLITE_OK;
	return vault_fault(v, rc, ERR_FAILED, _("cannot remove the log '%s'"), name);
}
