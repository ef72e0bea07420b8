/*
 * A registry hive in memory, with its transaction logs applied: keys and values, whatever state it was left in.
 *
 * The file is "regf", a header of 4096 bytes, and cells; offsets of cells count from behind the header. While a hive is in use,
 * changes stand in its logs (HIVE.LOG1, HIVE.LOG2) first: of a machine that was switched off, thousands of keys. Source: M.
 * Suhanov, "Windows registry file format specification"; a log is applied if the hive was not closed (its two sequence
 * numbers differ, or its header does not fit its checksum), from the hive's second number on, as far as the entries follow
 * each other and fit their Marvin32 sums.
 */
#ifndef GENBA_FINDING_TRIAGE_REGISTRY_HIVE_H
#define GENBA_FINDING_TRIAGE_REGISTRY_HIVE_H

#include "base/buf.h"

#include <stdint.h>

struct hive {
	unsigned char *bytes; /* behind the header */
	size_t n;
	uint32_t root;
	uint32_t minor;
	char name[128];     /* the end of the path that the header names, in UTF-8 */
	unsigned pages;     /* that logs brought */
	int log_is_full;    /* they hold more entries than are applied */
	int log_is_damaged; /* an entry that would be applied does not fit its checksum */
	int dirty;          /* it was not closed */
	int bad_header;     /* the checksum does not fit */
	uint32_t second;
	uint32_t last;       /* sequence number of the last entry that was applied */
	unsigned char *seen; /* a bit a cell: loops end */
	unsigned char *used; /* a bit for 8 bytes of cells that were looked at; NULL: nobody asks */
};

/* Takes a copy. -1: it is no hive. */
int hive_open(struct hive *h, const unsigned char *bytes, size_t n);
void hive_close(struct hive *h);

/* Applies what the logs hold; each may be NULL. Returns entries applied. */
unsigned hive_apply(struct hive *h, const unsigned char *first, size_t first_size, const unsigned char *second,
                    size_t second_size);

struct hive_key {
	uint32_t offset;
	uint64_t written; /* FILETIME */
	uint32_t subkeys;
	uint32_t subkey_list;
	uint32_t values;
	uint32_t value_list;
	uint32_t parent;
};

struct hive_value {
	uint32_t offset;
	uint32_t type;
	size_t size;          /* of the data, as far as it is there */
	int cut;              /* and that is not all of it */
	uint32_t data_offset; /* of its cell; 0: it stands in the value itself */
};

/* 0, or -1: there is no key at that cell. `name` (NULL: not wanted) is appended to. */
int hive_key(const struct hive *h, uint32_t offset, struct hive_key *key, struct buf *name);

/* The offsets of the keys below, each at most once in the life of `h`. The caller frees; *damaged is set if some could not be
 * read. */
uint32_t *hive_subkeys(struct hive *h, const struct hive_key *key, size_t *count, int *damaged);

/* Value `i` of the key: its name is appended, its data put into `data`. 0, or -1. */
int hive_value(const struct hive *h, const struct hive_key *key, uint32_t i, struct hive_value *value, struct buf *name,
               struct buf *data);
/* The cell of value `i`, 0 if the list has none; and the value in such a cell. */
uint32_t hive_value_offset(const struct hive *h, const struct hive_key *key, uint32_t i);
int hive_value_cell(const struct hive *h, uint32_t offset, struct hive_value *value, struct buf *name,
                    struct buf *data);

/*
 * What no key that is there leads to: cells that are free, or were given up; keys and values that were deleted stay in them
 * until their place is used again. Cells that are freed side by side become one, so a deleted one may begin anywhere in them.
 *
 *     hive_watch(h);                        // before keys are walked: every cell that is looked at is in use
 *     …
 *     unsigned char *used = hive_used(h);   // after it; the caller frees
 */
void hive_watch(struct hive *h);
unsigned char *hive_used(struct hive *h);

/* Whether the cell at `offset` is in the hive, and not in use. */
int hive_is_free(const struct hive *h, const unsigned char *used, uint32_t offset);
/* The first such from `offset` on that holds a key (mark "nk") or a value ("vk"); UINT32_MAX: there is none. */
uint32_t hive_next_free(const struct hive *h, const unsigned char *used, uint32_t offset, const char *mark);

#endif
