/* The digests of a twin, and how a record's fields become leaves. */
#ifndef GENBA_OUTWARD_TWIN_TWIN_PRIVATE_H
#define GENBA_OUTWARD_TWIN_TWIN_PRIVATE_H

#include "outward/twin/twin.h"

#include <sodium.h>

#define TWIN_FORMAT    "genba-twin 1"
#define TWIN_NAMESPACE "genba-twin"

struct twin_leaves {
	unsigned char (*all)[TWIN_HASH];
	size_t count;
	size_t cap;
};

void twin_leaves_add(struct twin_leaves *l, const unsigned char leaf[TWIN_HASH]);
void twin_leaves_release(struct twin_leaves *l);

void twin_salt(const unsigned char key[TWIN_HASH], const char *id, const char *field, unsigned char salt[TWIN_HASH]);
void twin_leaf(const unsigned char salt[TWIN_HASH], const char *id, const char *field, const char *value,
               unsigned char leaf[TWIN_HASH]);

/* Sorts the leaves. No leaf: 32 zeros. */
void twin_root(struct twin_leaves *l, unsigned char root[TWIN_HASH]);

/* What stands where in the file: a digest over every id, field and leaf, in its order. */
void twin_content(crypto_hash_sha256_state *content, const char *id, const char *field,
                  const unsigned char leaf[TWIN_HASH]);

/* What is signed. */
void twin_statement(const char *case_id, const char *commit, const char *time, uint64_t leaves, const char *root,
                    const char *content, struct buf *out);

/* The value of a field as it is hashed: compact JSON, references as ids. The caller frees; NULL: no leaf (not of the record). */
char *twin_value(const json_t *ids, const json_t *record, const char *field);

/* {label: id} of all records, as of now or of a commit. New reference; NULL with the error. */
json_t *twin_ids(struct case_file *c, const char *commit, struct err *err);

#endif
