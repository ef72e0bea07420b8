/*
 * An open vault, as its own files see it.
 *
 *     vault.c     open and close: checks everything before SQLite sees the file
 *     create.c    a new file; rotation
 *     vfs.c       what SQLite calls: turns offsets into pages and frames
 *     page.c      pages of the file, their tags, the seal
 *     log.c       frames of the write-ahead log
 *     recover.c   reading a log that an unclean end left
 *     state.c     anchors and header copies on the medium
 *     check.c     vault_check()
 *     spare.c     a header that was kept elsewhere
 *
 * Below lies another sqlite3_vfs, by default the operating system's. All bytes
 * of a case go through it, so that a test can put one there that loses power.
 */
#ifndef GENBA_VAULT_VAULT_PRIVATE_H
#define GENBA_VAULT_VAULT_PRIVATE_H

#include "vault/anchor.h"
#include "vault/cipher.h"
#include "vault/header.h"
#include "vault/mutant.h"
#include "vault/vault.h"

struct page_table {
	uint32_t count; /* pages in the file */
	uint32_t room;
	unsigned char (*tag)[TAG_SIZE]; /* of each page as it was last written: a stale page shows when it is read */
	unsigned char seal[16];         /* over all of them */
	int unsynced;                   /* pages were written or cut since the last sync */
	int ragged;                     /* something may lie behind the last page: what a failed or torn write left */
};

struct frame_note {
	uint32_t page;
	unsigned char tag[TAG_SIZE - 4]; /* enough to see a frame replaced behind our back */
};

struct log {
	sqlite3_file *file;      /* of the VFS below; NULL while there is none */
	int scanned;             /* frames come from recovery: the file may be longer than they are */
	uint32_t frames;         /* frames in this generation */
	uint32_t commit;         /* the last one that ends a transaction */
	uint32_t commit_pages;   /* pages of the database after it */
	uint32_t synced;         /* frames known to be on the medium */
	struct frame_note *note; /* of frame i at [i - 1] */
	uint32_t room;
	uint32_t held; /* frame whose header SQLite wrote and whose page may follow; 0: none */
	unsigned char held_header[FRAME_HEADER];
	uint32_t cached; /* frame whose plain form is in `plain`; 0: none */
	unsigned char plain[FRAME_SIZE];
};

enum vault_phase {
	PHASE_CREATING, /* pages are written straight into the file, which has no header yet */
	PHASE_RUNNING,
};

struct vault {
	sqlite3_vfs vfs; /* what SQLite calls; its name is `vfs_name` */
	char vfs_name[32];
	int registered;
	sqlite3_vfs *below;
	int on_disk; /* `below` is the operating system's */
	char *path;
	sqlite3_filename names;   /* path, and behind it the log's, as a VFS wants them */
	sqlite3_file *file;       /* of the VFS below, locked as long as the vault is open */
	int guard;                /* a descriptor with a lock of its own; -1: none */
	int file_open, main_open; /* `file` is open; SQLite has its handle on it */
	sqlite3 *db;
	const unsigned char *given_key;    /* while opening with nothing but the data key (open_with_key.c) */
	const unsigned char *given_header; /* while opening with a header that lay elsewhere (spare.c) */
	struct cipher_keys *keys;
	enum vault_phase phase;
	unsigned flags;
	int dead; /* a sync failed or the file was superseded: nothing is written any more */
	unsigned char header[HEADER_SIZE];
	struct anchor anchor;
	int anchor_durable; /* which block */
	struct page_table pages;
	struct log log;
	struct err fault;                     /* the last error given to SQLite */
	unsigned char content[VAULT_CONTENT]; /* vault_content() */
	void (*log_begins)(void *ctx);        /* vault_watch_log() */
	void *log_begins_ctx;
	struct vault_report report;
	unsigned char *scratch; /* PAGE_SIZE + FRAME_SIZE bytes for sealed blocks */
};

/*
 * The disk below a vault in a test: the VFS's pAppData begins with what a VFS
 * cannot do. Rotation puts the new file in the place of the old one by it.
 */
struct vault_disk {
	int (*rename)(struct vault_disk *disk, const char *from, const char *to);
	int (*sync_directory)(struct vault_disk *disk);
};

/* The disk below all vaults that are made or opened from now on without one of their own; NULL: the operating system's. For
 * tests of what works with cases. */
void vault_set_disk(sqlite3_vfs *below);

/* The same as the public ones over another VFS than the operating system's. */
int vault_create_over(struct vault **out, sqlite3_vfs *below, const char *path, const struct vault_new_slot *slots,
                      size_t count, const struct vault_identity *signer, struct err *err);
/* With `key` not NULL, that is the data key and no slot is tried. */
int vault_open_with_key(struct vault **out, sqlite3_vfs *below, const char *path, const struct vault_unlock *unlock,
                        const unsigned char *key, unsigned flags, struct err *err);
int vault_open_over(struct vault **out, sqlite3_vfs *below, const char *path, const struct vault_unlock *unlock,
                    unsigned flags, struct err *err);
/* Tolerant and read only, by that header instead of the two in the file. */
int vault_open_with_header(struct vault **out, const char *path, const struct vault_unlock *unlock,
                           const unsigned char raw[HEADER_SIZE], struct err *err);

/* Records a fault for vault_last_fault() and returns `code`, which SQLite gets. ENOSPC below becomes ERR_NO_SPACE. */
int vault_fault(struct vault *v, int code, enum err_code kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- vault.c ---- */
struct vault *vault_alloc(sqlite3_vfs *below, const char *path, unsigned flags, struct err *err);
void vault_free(struct vault *v);                                  /* closes and forgets all; no clean end */
int vault_lock(struct vault *v, int flags, struct err *err);       /* opens the file below and locks it */
int vault_connect(struct vault *v, struct err *err);               /* registers the VFS and opens SQLite on it */
int vault_exec(struct vault *v, const char *sql, struct err *err); /* with the vault's own cause in the message */
int vault_rename(struct vault *v, const char *from, const char *to, struct err *err);
int vault_sync_directory(struct vault *v, const char *path, struct err *err); /* of the directory that holds `path` */

/* ---- vfs.c ---- */
void vault_vfs_init(struct vault *v);

/* ---- state.c; 0 or an SQLite code with a fault recorded ---- */
int state_write_anchor(struct vault *v, int durable); /* v->anchor, with the next sequence number */
int state_write_header(struct vault *v);              /* v->header, one copy after the other, each synced */
int state_write_anchor_blocks(struct vault *v);       /* creation: both whole blocks */
int state_read_header(struct vault *v, const struct vault_unlock *unlock, struct err *err);
int state_read_anchors(struct vault *v, struct err *err);
int state_repair(struct vault *v, struct err *err); /* writes the copies anew that did not fit */
int state_log_begins(struct vault *v, const unsigned char log_header[WAL_HEADER]);
int state_log_ends(struct vault *v);          /* all of it is in the file: before it is removed */
int state_checkpoint_begins(struct vault *v); /* before the first page is written back */
int state_log_synced(struct vault *v);        /* after the log's sync */
/* The seal over the pages of the table that a checkpoint of log frames 1 to `frames` (all of them read) leaves as they are:
 * those not in the frames, and not behind `base` (the file's pages before it) or `final` (after it). */
void state_partial_seal(const struct vault *v, uint32_t frames, uint32_t base, uint32_t final, unsigned char seal[16]);

/* ---- page.c ---- */
int page_read(struct vault *v, uint32_t page, unsigned char text[PAGE_SIZE]);
int page_write(struct vault *v, uint32_t page, const unsigned char text[PAGE_SIZE]);
int page_truncate(struct vault *v, uint32_t count);
int page_sync(struct vault *v, int flags);
int page_load(struct vault *v, struct err *err); /* reads all tags and checks the seal against the anchor */
void page_table_release(struct page_table *t);
/* Reads a page past the table and says whether it authenticates: 0, -1 not, -2 cannot be read. *text may be NULL. */
int page_authenticate(struct vault *v, uint32_t page, unsigned char tag[TAG_SIZE]);

/* ---- log.c, recover.c ---- */
extern const unsigned char log_magic[8]; /* begins the log's own header, which only names its file */
int log_write(struct vault *v, const unsigned char *data, int n, int64_t offset);
int log_read(struct vault *v, unsigned char *data, int n, int64_t offset);
int log_truncate(struct vault *v, int64_t size);
int log_sync(struct vault *v, int flags);
int log_size(struct vault *v, int64_t *size);
int log_open(struct vault *v, int create);           /* opens the file below; no error if there is none to open */
int log_remove(struct vault *v);                     /* after a checkpoint of all of it */
int log_recover(struct vault *v, struct err *err);   /* scans the log that the anchor expects */
int log_frame_text(struct vault *v, uint32_t frame); /* into log.plain */
void log_note(struct log *log, uint32_t frame, uint32_t page, const unsigned char *block); /* of a sealed frame */
uint32_t log_frame_of_page(const struct vault *v, uint32_t page); /* last committed frame, 0: none */
void log_release(struct vault *v);

#endif
