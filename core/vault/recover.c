/*
 * Reading the log that an unclean end left.
 *
 * All of it is read and judged before SQLite sees any: frames that must be
 * there (the anchor or a later frame says that they were synced) and are not
 * right are damage; behind them a frame that is not right is where a crash
 * tore the log, and is dropped and reported. SQLite itself would take either
 * for the end of the log, and lose commits without a word.
 */
#include "vault/vault_private.h"

#include "base/i18n.h"

#include <sodium.h>
#include <string.h>

struct scan {
	uint32_t sum[2];    /* SQLite's running checksum */
	int big_endian;     /* its byte order */
	int broken;         /* the chain has ended */
	uint32_t chained;   /* frames in the chain */
	uint32_t synced;    /* the most that any frame says is on the medium */
	const char *reason; /* why frame chained + 1 is not right */
};

static uint32_t recover_word(const unsigned char *p, int big_endian)
{
	return big_endian ? bytes_be32(p) : bytes_le32(p);
}

/* https://www.sqlite.org/fileformat2.html#checksum_algorithm */
static void add_checksum(struct scan *s, const unsigned char *p, size_t n)
{
	uint32_t a = s->sum[0], b = s->sum[1];
	for (size_t i = 0; i < n; i += 8) {
		a += recover_word(p + i, s->big_endian) + b;
		b += recover_word(p + i + 4, s->big_endian) + a;
	}
	s->sum[0] = a;
	s->sum[1] = b;
}

static void end_chain(struct scan *s, const char *reason)
{
	if (s->broken)
		return;
	s->broken = 1;
	s->reason = reason;
}

/* Takes a frame of this generation into the chain if SQLite's checksum continues it. */
static void chain_frame(struct vault *v, struct scan *s, uint32_t frame, const unsigned char *block)
{
	struct log *log = &v->log;
	uint32_t page = bytes_be32(log->plain), commit = bytes_be32(log->plain + 4);
	if (!s->broken) {
		add_checksum(s, log->plain, 8);
		add_checksum(s, log->plain + FRAME_HEADER, PAGE_SIZE);
		if (s->sum[0] != bytes_be32(log->plain + 16) || s->sum[1] != bytes_be32(log->plain + 20) || page == 0)
			end_chain(s, _("is of a transaction that was rolled back"));
	}
	if (s->broken) {
		v->report.unfinished_frames++;
		return;
	}
	s->chained = frame;
	log_note(log, frame, page, block);
	if (commit == 0)
		return;
	log->commit = frame;
	log->commit_pages = commit;
	v->report.wal_commits++;
}

static int scan_frame(struct vault *v, struct scan *s, uint32_t frame, const unsigned char *block, struct err *err)
{
	struct log *log = &v->log;
	if (cipher_open(v->keys, CIPHER_FRAME, frame, log->plain, block, FRAME_TEXT) < 0) {
		end_chain(s, _("does not authenticate"));
		v->report.torn_frames++;
		return 0;
	}
	uint32_t generation = bytes_be32(log->plain + 8), synced = bytes_be32(log->plain + 12);
	if (generation > v->anchor.generation)
		return err_set(
		    err, ERR_DAMAGED,
		    _("the log of '%s' is of a later state than the file: the file or its anchors were put back"),
		    v->path);
	if (generation < v->anchor.generation) {
		end_chain(s, _("is of an earlier log"));
		return 0;
	}
	if (synced > s->synced)
		s->synced = synced;
	memset(log->plain + FRAME_TEXT, 0, SEAL_OVERHEAD);
	chain_frame(v, s, frame, block);
	return 0;
}

static int scan_all(struct vault *v, struct scan *s, struct err *err)
{
	struct log *log = &v->log;
	unsigned char *block = v->scratch + PAGE_SIZE;
	sqlite3_int64 size;
	if (log->file->pMethods->xFileSize(log->file, &size) != SQLITE_OK)
		return err_set(err, ERR_FAILED, _("cannot tell the size of the log of '%s'"), v->path);
	int64_t whole = size <= WAL_HEADER ? 0 : (size - WAL_HEADER) / FRAME_SIZE;
	if (whole > UINT32_MAX - 1)
		return err_set(err, ERR_DAMAGED, _("the log of '%s' is impossibly long"), v->path);
	for (uint32_t frame = 1; frame <= (uint32_t)whole; frame++) {
		if (log->file->pMethods->xRead(log->file, block, FRAME_SIZE, layout_frame_offset(frame)) != SQLITE_OK)
			return err_set(err, ERR_FAILED, _("cannot read frame %lu of the log of '%s'"),
			               (unsigned long)frame, v->path);
		if (scan_frame(v, s, frame, block, err) < 0)
			return -1;
	}
	end_chain(s, _("is missing"));
	if (size > WAL_HEADER && (size - WAL_HEADER) % FRAME_SIZE != 0)
		v->report.torn_frames++;
	return 0;
}

/* A log beside a cleanly closed file: left by a crash between "all is in the file" and its removal, or put there. */
static int judge_leftover(struct vault *v, struct err *err)
{
	struct log *log = &v->log;
	unsigned char *block = v->scratch + PAGE_SIZE;
	sqlite3_int64 size;
	if (log->file->pMethods->xFileSize(log->file, &size) != SQLITE_OK)
		return err_set(err, ERR_FAILED, _("cannot tell the size of the log of '%s'"), v->path);
	log->scanned = 1;
	if (size == 0)
		return 0;
	v->report.wal_ignored = 1;
	memset(block, 0, FRAME_SIZE);
	log->file->pMethods->xRead(log->file, block, WAL_HEADER, 0);
	/* a header that a crash tore says nothing; one that is whole names its file */
	if (memcmp(block, log_magic, sizeof log_magic) == 0 && memcmp(block + 8, v->keys->id, FILE_ID) != 0 &&
	    !(v->flags & VAULT_READ_ONLY))
		return err_set(err, ERR_DAMAGED, _("'%s' is not the log of this file: move it away"),
		               sqlite3_filename_wal(v->names));
	if (log->file->pMethods->xRead(log->file, block, FRAME_SIZE, layout_frame_offset(1)) == SQLITE_OK &&
	    cipher_open(v->keys, CIPHER_FRAME, 1, log->plain, block, FRAME_TEXT) == 0 &&
	    bytes_be32(log->plain + 8) > v->anchor.generation)
		return err_set(err, ERR_DAMAGED,
		               _("the log of '%s' is of a later state than the file: the file was put back"), v->path);
	return 0;
}

int log_recover(struct vault *v, struct err *err)
{
	struct log *log = &v->log;
	const struct anchor *a = &v->anchor;
	struct scan s = {.big_endian = a->log_header[3] & 1, .reason = _("is missing")};
	uint32_t least = a->state == ANCHOR_CHECKPOINT && a->log_frames > a->least ? a->log_frames : a->least;
	if (log_open(v, 0) != SQLITE_OK)
		return err_set(err, v->fault.code ? v->fault.code : ERR_FAILED, "%s", v->fault.message);
	v->report.unclean = a->state != ANCHOR_CLEAN;
	if (a->state == ANCHOR_CLEAN)
		return log->file ? judge_leftover(v, err) : 0;
	log->scanned = 1;
	if (!log->file) {
		if (least > 0)
			return err_set(err, ERR_DAMAGED,
			               _("the log '%s' is missing or empty: it held commits (%lu frames at least)"),
			               sqlite3_filename_wal(v->names), (unsigned long)least);
		return 0;
	}
	s.sum[0] = bytes_be32(a->log_header + 24);
	s.sum[1] = bytes_be32(a->log_header + 28);
	int rc = scan_all(v, &s, err);
	log->cached = 0;
	if (rc < 0)
		return -1;
	if (s.synced < least)
		s.synced = least;
	if (log->commit < s.synced && !MUTANT(TORN_SILENT))
		return err_set(err, ERR_DAMAGED,
		               _("frame %lu of the log of '%s' %s, and %lu frames were safe on the medium"),
		               (unsigned long)s.chained + 1, v->path, s.reason, (unsigned long)s.synced);
	/* what follows the last commit never was acknowledged */
	v->report.unfinished_frames += s.chained - log->commit;
	v->report.wal_frames = log->frames = log->commit;
	log->synced = s.synced;
	return 0;
}
