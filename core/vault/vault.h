/*
 * The vault: a case file, which is an encrypted SQLite database.
 *
 * SQLite reads and writes pages; a VFS of ours encrypts and authenticates each
 * of them on the way to the disk (XChaCha20-Poly1305), the write-ahead log
 * too. One process opens a case at a time, one thread works with it. What a
 * commit acknowledged is on the medium; what was altered from outside is an
 * error that names the part. The format is documented in genba-case(5).
 *
 *     struct vault *v;
 *     struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
 *     memcpy(slot.recipient, me.public_key, 32);
 *     if (vault_create(&v, "site.genba", &slot, 1, &me, &err) < 0)
 *         return -1;
 *     sqlite3_exec(vault_db(v), "CREATE TABLE t(x)", NULL, NULL, NULL);
 *     return vault_close(v, &err);
 *
 * Errors: ERR_UNLOCK no slot opens; ERR_DAMAGED something does not
 * authenticate or belong, and the message names it; ERR_BUSY the case is open
 * elsewhere; ERR_EXISTS, ERR_NOT_FOUND; ERR_NO_SPACE full or read-only medium;
 * ERR_FAILED all else (not a case file, a later version, …).
 */
#ifndef GENBA_VAULT_VAULT_H
#define GENBA_VAULT_VAULT_H

#include "base/err.h"
#include "base/progress.h"
#include "base/secret.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#define VAULT_KEY   32 /* bytes of an Ed25519 public key */
#define VAULT_ID    16 /* bytes of a file id */
#define VAULT_SLOTS 48 /* slots at most */

struct vault; /* one open case file and its SQLite connection */

/* An Ed25519 key pair. Borrowed for the call it is given to. */
struct vault_identity {
	const unsigned char *public_key; /* 32 bytes */
	const unsigned char *secret_key; /* 64 bytes, libsodium form, guarded memory */
};

enum vault_slot_type {
	VAULT_SLOT_PASSPHRASE = 1,
	VAULT_SLOT_RECIPIENT = 2,
};

/* The cost of trying a passphrase (Argon2id). MODERATE: 256 MiB, about half a second. */
enum vault_kdf {
	VAULT_KDF_INTERACTIVE, /*   64 MiB, 2 passes */
	VAULT_KDF_MODERATE,    /*  256 MiB, 3 passes */
	VAULT_KDF_SENSITIVE,   /* 1024 MiB, 4 passes */
};

/* Passes and KiB of memory of a cost. */
void vault_kdf_cost(enum vault_kdf kdf, uint32_t *passes, uint32_t *kib);

/* A way to open a case, to be made. */
struct vault_new_slot {
	enum vault_slot_type type;
	const struct secret *passphrase;    /* type PASSPHRASE */
	enum vault_kdf kdf;                 /* type PASSPHRASE */
	unsigned char recipient[VAULT_KEY]; /* type RECIPIENT: their Ed25519 public key */
};

/*
 * Makes a new, empty case file with 1 to VAULT_SLOTS slots, and opens it. The
 * header is signed by `signer` (NULL: unsigned, for tests; opening will warn).
 * The file is complete and its directory entry on the medium when this
 * returns 0; an existing file is never touched (ERR_EXISTS). A file whose
 * making was interrupted is removed, or says so when it is opened.
 */
int vault_create(struct vault **out, const char *path, const struct vault_new_slot *slots, size_t count,
                 const struct vault_identity *signer, struct err *err);

/* What to open with: either may be NULL. The identity is tried first, since it costs nothing. */
struct vault_unlock {
	const struct vault_identity *identity;
	const struct secret *passphrase;
};

enum vault_flags {
	VAULT_READ_ONLY = 1 << 0, /* writes nothing, not even recovery; shares the file with other readers */
	VAULT_TOLERANT = 1 << 1,  /* for salvage, only with READ_ONLY: goes on where parts are damaged, see report */
};

/* Opens a case; recovers what an unclean end left in the log. See vault_report() for what was found. */
int vault_open(struct vault **out, const char *path, const struct vault_unlock *unlock, unsigned flags,
               struct err *err);

/*
 * A header kept elsewhere. Without a header nothing of a case can be read, and both copies lie at the beginning of the
 * file, so that whatever writes over it from the front destroys both. The header tells no more than the file does.
 */
#define VAULT_HEADER 8192

/* The header as it is on the medium now. */
void vault_header_copy(const struct vault *v, unsigned char raw[VAULT_HEADER]);

/* Reads it from a file that begins with one: a copy that was kept, or a case file. ERR_DAMAGED if there is none. */
int vault_header_load(const char *path, unsigned char raw[VAULT_HEADER], struct err *err);

/* A digest that names the file and its key: no other file can have it, whoever may choose its file id. */
#define VAULT_FINGERPRINT 32
void vault_header_fingerprint(const unsigned char raw[VAULT_HEADER], unsigned char fingerprint[VAULT_FINGERPRINT]);

/*
 * What the file was left as, so that whoever left it sees that somebody else wrote into it since. A clean file is known by
 * its headers and anchors as they lie there, which every write makes anew (sealed with a random nonce); one that was not
 * closed, by the log that its session began. A key holder with a tool of their own can write pages under anchors that
 * stay: what leads to actions or outside the case is signed, besides.
 */
#define VAULT_STATE 32
int vault_state_of_file(const char *path, unsigned char state[VAULT_STATE]); /* 0, or -1: it cannot be read */
void vault_state_of_session(const struct vault *v, unsigned char state[VAULT_STATE]);

/*
 * What an open file held when it was opened, before anything was recovered or written: header, tags of all pages, committed
 * frames of its log. Who had a file checked by another process, and opens it anew, sees by it that it is the same one.
 */
#define VAULT_CONTENT 32
void vault_content(const struct vault *v, unsigned char content[VAULT_CONTENT]);

/* Calls `fn` whenever a log begins, before the first change goes into it; at once, if one has begun. */
void vault_watch_log(struct vault *v, void (*fn)(void *ctx), void *ctx);

/* 1 if a passphrase of the case's own may open the file. */
int vault_header_has_passphrase(const unsigned char raw[VAULT_HEADER]);

/* 1 if that key signed the header. */
int vault_header_is_signed_by(const unsigned char raw[VAULT_HEADER], const unsigned char key[VAULT_KEY]);

/* Opens by that header, READ_ONLY and TOLERANT. ERR_UNLOCK: it does not open with this; ERR_DAMAGED: it is not of this file. */
int vault_open_spare(struct vault **out, const char *path, const struct vault_unlock *unlock,
                     const unsigned char raw[VAULT_HEADER], struct err *err);

/* Clean close: writes the log back into the file and removes it; NULL is fine. -1 says that the file was not left clean:
 * nothing is lost, the next opening recovers; `v` is freed all the same. Only if a statement was not finalized, it is not
 * freed, and still open. */
int vault_close(struct vault *v, struct err *err);

/* The connection, for the thread that opened the vault. Never close it. WAL, EXCLUSIVE, synchronous FULL,
 * trusted_schema off, DEFENSIVE; temporary data stays in memory. */
sqlite3 *vault_db(struct vault *v);

/* How many KiB of pages are kept at hand. Less while very many rows are read once, one after the other. */
#define VAULT_CACHE 65536
void vault_cache(struct vault *v, unsigned kib);
const unsigned char *vault_file_id(const struct vault *v); /* VAULT_ID bytes; new for each file ever written */
const char *vault_path(const struct vault *v);             /* absolute */

/* The cause behind the last error that the vault gave to SQLite (SQLITE_IOERR, SQLITE_FULL, …), in words; NULL if there
 * was none. Borrowed until the next call into SQLite. The second tells ERR_DAMAGED, ERR_NO_SPACE and ERR_FAILED apart. */
const char *vault_last_fault(const struct vault *v);
enum err_code vault_last_fault_code(const struct vault *v);

enum vault_signature {
	VAULT_UNSIGNED,
	VAULT_SIGNED_BAD,  /* there is a signature and it does not fit: a forged header */
	VAULT_SIGNED_GOOD, /* by the key in `signer`: whether that key may be believed is for the caller to decide */
};

/* What opening found. Borrowed for the life of the vault. */
struct vault_report {
	enum vault_signature signature;
	unsigned char signer[VAULT_KEY]; /* who last changed the header; zeros if unsigned */
	uint64_t header_sequence;        /* counts changes of the header */
	unsigned slot;                   /* index of the slot that opened */
	char header_used;                /* 'A' or 'B' */
	int header_damaged;              /* the other copy did not fit (and was written anew unless read-only) */
	int header_stale;                /* the header is older than the file knows: put back from an earlier state */
	int anchor_damaged;         /* one of the two anchors did not fit (and was written anew unless read-only) */
	int unclean;                /* the last session did not end with a clean close */
	uint32_t wal_frames;        /* frames (pages) recovered from the log … */
	uint32_t wal_commits;       /* … in that many commits */
	uint32_t torn_frames;       /* frames at the log's end that were never acknowledged and had to be dropped */
	uint32_t unfinished_frames; /* whole frames of a transaction that had not committed */
	int wal_ignored;            /* a log lay beside a cleanly closed file; it is not of this file's last session */
	unsigned damage;            /* with VAULT_TOLERANT: number of damaged parts passed over at opening */
	char damage_text[512];      /* … and the first of them, in words */
};
const struct vault_report *vault_report(const struct vault *v);

/* One slot as it can be told to a person. */
struct vault_slot {
	unsigned index;
	enum vault_slot_type type;
	uint32_t kdf_passes, kdf_kib;       /* type PASSPHRASE */
	int recipient_known;                /* type RECIPIENT: whether `recipient` could be read */
	unsigned char recipient[VAULT_KEY]; /* readable only by those who can open the case */
	int opened_by;                      /* this one opened the case */
};

/* Fills `slots` and returns their number. */
size_t vault_slots(const struct vault *v, struct vault_slot slots[VAULT_SLOTS]);

/* Whether a passphrase opens that slot (of the type PASSPHRASE). Costs what an unlock costs. */
int vault_passphrase_opens(const struct vault *v, unsigned index, const struct secret *passphrase);

/* Adds a way to open the case; the header is signed anew. On the medium when it returns 0. ERR_INVALID if there is no
 * room or the passphrases together would cost too much to try. */
int vault_slot_add(struct vault *v, const struct vault_new_slot *slot, const struct vault_identity *signer,
                   struct err *err);

/*
 * Takes a way to open the case away. Whoever could open the file knows its key, so this writes the case anew under
 * another key (vault_rotate() onto the same path): afterwards `v` refuses every write; close and reopen it. The
 * remaining recipients keep their slots. A remaining passphrase slot needs `passphrase` to be made again with `kdf`,
 * which is why at most one may remain (ERR_INVALID otherwise).
 */
int vault_slot_remove(struct vault *v, unsigned index, const struct secret *passphrase, enum vault_kdf kdf,
                      const struct vault_identity *signer, const struct progress *progress, struct err *err);

/*
 * Writes the case anew, without free pages, under a new key and file id: for handing over, revoking, purging. The new
 * file is verified, synced and renamed to out_path, and the directory synced. out_path may be the vault's own path:
 * then `v` refuses every write afterwards; otherwise it must not exist (ERR_EXISTS). No transaction may be open.
 */
int vault_rotate(struct vault *v, const char *out_path, const struct vault_new_slot *slots, size_t count,
                 const struct vault_identity *signer, const struct progress *progress, struct err *err);

/*
 * Checks everything that can be checked from inside: each page authenticates and is the one last written, the frames of
 * the log, header copies, anchors, and SQLite's integrity_check. `finding` gets a line for each thing wrong (may be
 * NULL). Returns the number of findings, 0 when nothing was found, -1 if the check itself stopped (cancelled).
 */
int vault_check(struct vault *v, const struct progress *progress, void (*finding)(void *ctx, const char *text),
                void *ctx, struct err *err);

/* The same for `count` pages from page `first` (1 …), so that the owner of the case can check in slices. Returns the
 * number of findings. Pages behind the last are passed over. */
int vault_check_pages(struct vault *v, uint32_t first, uint32_t count, void (*finding)(void *ctx, const char *text),
                      void *ctx);

/* Header copies and anchors; then `count` frames of the log from frame `first` (1 …). Both return the number of findings. */
int vault_check_beginning(struct vault *v, void (*finding)(void *ctx, const char *text), void *ctx);
int vault_check_log(struct vault *v, uint32_t first, uint32_t count, void (*finding)(void *ctx, const char *text),
                    void *ctx);
uint32_t vault_log_frames(const struct vault *v); /* in the log now: none after a checkpoint of all of it */
uint32_t vault_pages(const struct vault *v);      /* pages in the file, without those only in the log */

#endif
