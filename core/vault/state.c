/* Anchors and header copies on the medium: when each is written, in what order, and which is believed. */
#include "vault/vault_private.h"

#include "base/i18n.h"

#include <sodium.h>
#include <string.h>

static int sync_file(struct vault *v)
{
	int rc = v->file->pMethods->xSync(v->file, SQLITE_SYNC_NORMAL);
	if (rc == SQLITE_OK)
		v->pages.unsynced = 0;
	return rc;
}

static int refuse_writes(struct vault *v)
{
	if (v->flags & VAULT_READ_ONLY)
		return vault_fault(v, SQLITE_READONLY, ERR_FAILED, _("'%s' was opened read-only"), v->path);
	if (v->dead)
		return vault_fault(v, SQLITE_IOERR_WRITE, ERR_FAILED,
		                   _("'%s' can no longer be written: close and reopen it"), v->path);
	return SQLITE_OK;
}

/* ---- anchors ---- */

static int put_anchor(struct vault *v, int block, int durable)
{
	unsigned char record[ANCHOR_RECORD];
	anchor_encode(&v->anchor, v->keys, record);
	int64_t offset = ANCHOR_OFFSET + (int64_t)block * ANCHOR_SIZE;
	int rc = v->file->pMethods->xWrite(v->file, record, ANCHOR_RECORD, offset);
	if (rc == SQLITE_OK && durable && !MUTANT(NO_ANCHOR_SYNC))
		rc = sync_file(v);
	if (rc == SQLITE_OK)
		return rc;
	v->dead = 1;
	return vault_fault(v, rc, ERR_FAILED, _("cannot write the anchor of '%s'; close and reopen it"), v->path);
}

int state_write_anchor(struct vault *v, int durable)
{
	int target = MUTANT(ANCHOR_IN_PLACE) ? v->anchor_durable : 1 - v->anchor_durable;
	v->anchor.sequence++;
	int rc = put_anchor(v, target, durable);
	if (rc != SQLITE_OK || !durable)
		return rc;
	v->anchor_durable = target;
	return put_anchor(v, 1 - target, 0);
}

int state_write_anchor_blocks(struct vault *v)
{
	unsigned char block[ANCHOR_SIZE] = {0};
	v->anchor.sequence++;
	for (int i = 0; i < ANCHOR_COPIES; i++) {
		anchor_encode(&v->anchor, v->keys, block);
		int rc =
		    v->file->pMethods->xWrite(v->file, block, ANCHOR_SIZE, ANCHOR_OFFSET + (int64_t)i * ANCHOR_SIZE);
		if (rc != SQLITE_OK)
			return vault_fault(v, rc, ERR_FAILED, _("cannot write '%s'"), v->path);
	}
	v->anchor_durable = 0;
	return SQLITE_OK;
}

int state_read_anchors(struct vault *v, struct err *err)
{
	struct anchor read[ANCHOR_COPIES];
	int good[ANCHOR_COPIES];
	unsigned char block[ANCHOR_SIZE];
	for (int i = 0; i < ANCHOR_COPIES; i++) {
		int64_t offset = ANCHOR_OFFSET + (int64_t)i * ANCHOR_SIZE;
		int rc = v->file->pMethods->xRead(v->file, block, ANCHOR_SIZE, offset);
		if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
			return err_set(err, ERR_FAILED, _("cannot read the anchors of '%s'"), v->path);
		good[i] = anchor_decode(&read[i], v->keys, block) == 0;
	}
	if (!good[0] && !good[1])
		return err_set(err, ERR_DAMAGED, _("both anchors of '%s' are damaged"), v->path);
	int best = !good[0] || (good[1] && read[1].sequence > read[0].sequence);
	v->anchor = read[best];
	v->anchor_durable = best;
	v->report.anchor_damaged = !good[1 - best];
	v->report.header_stale = header_sequence(v->header) < v->anchor.header_sequence;
	return 0;
}

/* ---- the turns of a log's life ---- */

static int written_back(const struct vault *v)
{
	const struct anchor *a = &v->anchor;
	return a->state == ANCHOR_CHECKPOINT && a->log_frames == v->log.commit && v->pages.count == a->final_pages;
}

static int not_written_back(struct vault *v)
{
	return vault_fault(v, SQLITE_IOERR_WRITE, ERR_FAILED, _("the log of '%s' is not all in the file yet"), v->path);
}

int state_log_begins(struct vault *v, const unsigned char log_header[WAL_HEADER])
{
	struct anchor *a = &v->anchor;
	int rc = refuse_writes(v);
	if (rc == SQLITE_OK && v->phase != PHASE_RUNNING)
		rc = vault_fault(v, SQLITE_MISUSE, ERR_FAILED, _("a log before the file is made"));
	if (rc == SQLITE_OK && v->log.commit > 0 && !written_back(v))
		rc = not_written_back(v);
	if (rc == SQLITE_OK && v->pages.unsynced)
		rc = page_sync(v, SQLITE_SYNC_NORMAL);
	if (rc != SQLITE_OK)
		return rc;
	a->state = ANCHOR_OPEN;
	a->generation++;
	memcpy(a->log_header, log_header, WAL_HEADER);
	a->least = a->log_frames = a->final_pages = 0;
	a->pages = v->pages.count;
	memcpy(a->seal, v->pages.seal, sizeof a->seal);
	if (v->log_begins)
		v->log_begins(v->log_begins_ctx);
	return state_write_anchor(v, 1);
}

int state_log_synced(struct vault *v)
{
	struct anchor *a = &v->anchor;
	uint32_t before = a->least;
	if (v->log.commit == before || MUTANT(NO_COMMIT_ANCHOR))
		return SQLITE_OK;
	a->least = v->log.commit;
	/* from the first commit on, a missing log must show; later ones are in the frames too */
	return state_write_anchor(v, before == 0);
}

void state_partial_seal(const struct vault *v, uint32_t frames, uint32_t base, uint32_t final, unsigned char seal[16])
{
	const struct page_table *t = &v->pages;
	uint32_t kept = base < final ? base : final;
	if (kept > t->count)
		kept = t->count;
	unsigned char *in_log = xcalloc((size_t)t->count / 8 + 1, 1);
	memcpy(seal, t->seal, 16);
	for (uint32_t i = 0; i < frames; i++) {
		uint32_t page = v->log.note[i].page;
		if (page > kept || in_log[page / 8] & 1 << page % 8)
			continue;
		in_log[page / 8] = (unsigned char)(in_log[page / 8] | 1 << page % 8);
		cipher_seal_toggle(v->keys, seal, page, t->tag[page - 1]);
	}
	for (uint32_t page = kept + 1; page <= t->count; page++)
		cipher_seal_toggle(v->keys, seal, page, t->tag[page - 1]);
	free(in_log);
}

int state_checkpoint_begins(struct vault *v)
{
	struct anchor *a = &v->anchor;
	int rc = refuse_writes(v);
	if (rc != SQLITE_OK)
		return rc;
	if (a->state == ANCHOR_CLEAN || v->log.commit == 0)
		return vault_fault(v, SQLITE_IOERR_WRITE, ERR_FAILED,
		                   _("a page of '%s' was to be written without a log"), v->path);
	if ((a->state == ANCHOR_CHECKPOINT && a->log_frames == v->log.commit) || MUTANT(NO_CHECKPOINT_ANCHOR))
		return SQLITE_OK;
	if (v->pages.unsynced)
		rc = page_sync(v, SQLITE_SYNC_NORMAL);
	if (rc != SQLITE_OK)
		return rc;
	a->state = ANCHOR_CHECKPOINT;
	a->log_frames = v->log.commit;
	a->pages = v->pages.count;
	a->final_pages = v->log.commit_pages;
	state_partial_seal(v, a->log_frames, a->pages, a->final_pages, a->seal);
	return state_write_anchor(v, 1);
}

int state_log_ends(struct vault *v)
{
	struct anchor *a = &v->anchor;
	if (a->state == ANCHOR_CLEAN)
		return SQLITE_OK;
	int rc = refuse_writes(v);
	if (rc != SQLITE_OK)
		return rc;
	if (v->log.commit > 0 && !written_back(v))
		return not_written_back(v);
	if (v->pages.unsynced)
		rc = page_sync(v, SQLITE_SYNC_NORMAL);
	if (rc != SQLITE_OK)
		return rc;
	a->state = ANCHOR_CLEAN;
	memset(a->log_header, 0, sizeof a->log_header);
	a->least = a->log_frames = a->final_pages = 0;
	a->pages = v->pages.count;
	memcpy(a->seal, v->pages.seal, sizeof a->seal);
	return state_write_anchor(v, 1);
}

/* ---- header copies ---- */

static int put_header(struct vault *v, int copy, int durable)
{
	int rc = v->file->pMethods->xWrite(v->file, v->header, HEADER_SIZE, (int64_t)copy * HEADER_SIZE);
	if (rc == SQLITE_OK && durable && !(v->phase == PHASE_CREATING && MUTANT(NO_CREATION_SYNC)))
		rc = sync_file(v);
	return rc == SQLITE_OK ? rc : vault_fault(v, rc, ERR_FAILED, _("cannot write the header of '%s'"), v->path);
}

int state_write_header(struct vault *v)
{
	int rc = put_header(v, 0, !MUTANT(NO_HEADER_SYNC));
	if (rc == SQLITE_OK)
		rc = put_header(v, 1, 1);
	if (rc == SQLITE_OK)
		v->anchor.header_sequence = header_sequence(v->header);
	return rc;
}

/* What to say when neither copy can be used. */
static int no_header(const struct vault *v, const enum header_state *state, int64_t size, const struct err *why,
                     struct err *err)
{
	if (size == 0)
		return err_set(err, ERR_FAILED, _("'%s' is empty: not a case file"), v->path);
	if (state[0] == HEADER_LATER || state[1] == HEADER_LATER)
		return err_set(err, ERR_FAILED, _("'%s' was made by a later version of genba: use that one"), v->path);
	if (size < PAGES_OFFSET + PAGE_SIZE && state[0] == HEADER_DAMAGED)
		return err_set(err, ERR_DAMAGED, _("'%s' is truncated: it ends before its first page"), v->path);
	if (state[0] == HEADER_EMPTY && (state[1] == HEADER_EMPTY || size <= HEADER_SIZE) && size % PAGE_SIZE == 0)
		return err_set(err, ERR_FAILED, _("'%s' is not a case file, or its making was interrupted"), v->path);
	if (why->code)
		return err_set(err, ERR_DAMAGED, _("the header of '%s' is damaged: %s"), v->path, why->message);
	if (state[0] == HEADER_DAMAGED || state[1] == HEADER_DAMAGED)
		return err_set(
		    err, ERR_DAMAGED,
		    _("both copies of the header of '%s' are damaged: `genba salvage OUT` looks for a third one "
		      "on this machine, --header FILE takes it from a backup"),
		    v->path);
	return err_set(err, ERR_FAILED, _("'%s' is not a case file"), v->path);
}

static int unlock_copy(struct vault *v, const unsigned char *raw, const struct vault_unlock *unlock, struct err *err)
{
	if (v->given_key)
		return header_unlock_with_key(raw, v->given_key, v->keys, err);
	return header_unlock(raw, unlock, v->keys, &v->report.slot, err);
}

/* The header that lay elsewhere takes the place of both. */
static int use_given_header(struct vault *v, const struct vault_unlock *unlock, struct err *err)
{
	memcpy(v->header, v->given_header, HEADER_SIZE);
	if (header_judge(v->header, NULL) != HEADER_GOOD)
		return err_set(err, ERR_DAMAGED, _("the header given is none of a case file"));
	if (unlock_copy(v, v->header, unlock, err) < 0)
		return -1;
	v->report.header_used = 'A';
	v->report.header_damaged = 1;
	v->report.header_sequence = header_sequence(v->header);
	v->report.signature = header_signature(v->header, v->report.signer);
	return 0;
}

int state_read_header(struct vault *v, const struct vault_unlock *unlock, struct err *err)
{
	if (v->given_header)
		return use_given_header(v, unlock, err);
	unsigned char *copy[HEADER_COPIES] = {v->header, xmalloc(HEADER_SIZE)};
	enum header_state state[HEADER_COPIES];
	struct err why = ERR_INIT, first = ERR_INIT;
	sqlite3_int64 size = 0;
	int rc = v->file->pMethods->xFileSize(v->file, &size);
	for (int i = 0; i < HEADER_COPIES && rc == SQLITE_OK; i++) {
		memset(copy[i], 0, HEADER_SIZE);
		rc = v->file->pMethods->xRead(v->file, copy[i], HEADER_SIZE, (int64_t)i * HEADER_SIZE);
		if (rc == SQLITE_IOERR_SHORT_READ)
			rc = SQLITE_OK;
		state[i] = header_judge(copy[i], &why);
	}
	int used = -1;
	if (rc != SQLITE_OK) {
		err_set(err, ERR_FAILED, _("cannot read '%s'"), v->path);
	} else if (state[0] != HEADER_GOOD && state[1] != HEADER_GOOD) {
		no_header(v, state, size, &why, err);
	} else {
		int best = state[0] != HEADER_GOOD ||
		           (state[1] == HEADER_GOOD && header_sequence(copy[1]) > header_sequence(copy[0]));
		int other_differs = state[1 - best] == HEADER_GOOD && memcmp(copy[0], copy[1], HEADER_SIZE) != 0;
		if (unlock_copy(v, copy[best], unlock, &first) == 0)
			used = best;
		else if (other_differs && unlock_copy(v, copy[1 - best], unlock, NULL) == 0)
			used = 1 - best;
		else
			err_take(err, &first);
	}
	if (used >= 0) {
		v->report.header_used = (char)('A' + used);
		v->report.header_damaged = memcmp(copy[0], copy[1], HEADER_SIZE) != 0;
		if (used != 0)
			memcpy(v->header, copy[1], HEADER_SIZE);
		v->report.header_sequence = header_sequence(v->header);
		v->report.signature = header_signature(v->header, v->report.signer);
	}
	free(copy[1]);
	return used >= 0 ? 0 : -1;
}

/* What was read may be in the kernel's memory only, if the last process was killed between a write and its sync: it must
 * be on the medium before the block or copy beside it is overwritten. */
int state_repair(struct vault *v, struct err *err)
{
	static const unsigned char zero[ANCHOR_SIZE - ANCHOR_RECORD];
	int rc = MUTANT(NO_SYNC_AT_OPENING) ? SQLITE_OK : sync_file(v);
	if (rc == SQLITE_OK && v->report.header_damaged)
		rc = put_header(v, v->report.header_used == 'A', 1);
	if (rc == SQLITE_OK && v->report.anchor_damaged) {
		int64_t offset = ANCHOR_OFFSET + (int64_t)(1 - v->anchor_durable) * ANCHOR_SIZE + ANCHOR_RECORD;
		rc = v->file->pMethods->xWrite(v->file, zero, sizeof zero, offset);
		if (rc == SQLITE_OK)
			rc = state_write_anchor(v, 1);
	}
	return rc == SQLITE_OK
	           ? 0
	           : err_set(err, v->fault.code ? v->fault.code : ERR_FAILED, _("cannot repair '%s'"), v->path);
}
