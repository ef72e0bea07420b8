/*
 * Deliberate faults, to show that the tests would see them.
 *
 * A test builds the vault's sources with VAULT_MUTANTS and names one of these
 * in vault_mutant; in the program itself each MUTANT() is the constant 0.
 */
#ifndef GENBA_VAULT_MUTANT_H
#define GENBA_VAULT_MUTANT_H

#define VAULT_MUTANT_LIST(X)                                                       \
	X(NO_ANCHOR_SYNC, "the anchor is not synced")                              \
	X(NO_LOG_SYNC, "the log is not synced at a commit")                        \
	X(NO_PAGE_SYNC, "the file is not synced after a checkpoint")               \
	X(NO_PAGE_1_FALLBACK, "a torn page 1 is not read from the log")            \
	X(NO_HEADER_SYNC, "header copies are written without a sync between them") \
	X(ANCHOR_IN_PLACE, "the durable anchor is overwritten")                    \
	X(NO_CHECKPOINT_ANCHOR, "a checkpoint begins without its anchor")          \
	X(SYNCED_TOO_FAR, "frames written, not frames synced, count as synced")    \
	X(SEAL_IGNORED, "the seal is not compared")                                \
	X(TORN_SILENT, "damage in the log counts as its end")                      \
	X(NO_COMMIT_ANCHOR, "the anchor does not learn of the first commit")       \
	X(HELD_HEADER_LOST, "a frame header rewritten alone is not written")       \
	X(NO_SYNC_AT_OPENING, "what a killed process wrote is taken for durable")  \
	X(KEEP_OLD_TAIL, "recovery keeps pages behind the old end")                \
	X(HOLES_LEFT, "pages that SQLite leaves out are not written")              \
	X(RAGGED_END, "what a failed write left behind the last page stays")       \
	X(NO_CREATION_SYNC, "a new file gets its name before it is on the medium") \
	X(OLD_LOG_BESIDE, "rotation does not sync the emptied log")                \
	X(NO_DIRECTORY_SYNC, "rotation does not sync the directory")

enum vault_mutant {
	MUTANT_NONE,
#define X(name, text) MUTANT_##name,
	VAULT_MUTANT_LIST(X)
#undef X
	    MUTANT_COUNT,
};

#ifdef VAULT_MUTANTS
extern enum vault_mutant vault_mutant;
#define MUTANT(name) (vault_mutant == MUTANT_##name)
#else
#define MUTANT(name) 0
#endif

#endif
