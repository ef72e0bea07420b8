/*
 * A sealed file: readable by the recipients named, and whole or refused.
 *
 *     "GENBA-SEALED" 12 bytes, version 1 (1 byte), number of recipients (1), zero (2)
 *     for each recipient a sealed box (80 bytes) of the random key: X25519 from their Ed25519 key
 *     secretstream header (24 bytes)
 *     chunks of 64 KiB of plaintext, each 17 bytes longer; the last one is marked as such
 *
 * Who the recipients are is not told: an identity tries each box. The head is
 * the associated data of the first chunk.
 *
 * Source: libsodium, crypto_box_seal and crypto_secretstream_xchacha20poly1305.
 */
#ifndef GENBA_HANDOVER_PARCEL_SEAL_H
#define GENBA_HANDOVER_PARCEL_SEAL_H

#include "base/buf.h"

#include <stddef.h>

struct err;
struct identity;

#define SEAL_VERSION    1
#define SEAL_RECIPIENTS 48

/* Appends the sealed form of n bytes to `out`. */
int seal_close(const void *bytes, size_t n, const unsigned char (*recipients)[32], size_t count, struct buf *out,
               struct err *err);

/* Opens it with an unlocked identity. ERR_UNLOCK: it is not for this identity; ERR_DAMAGED: cut short or changed. */
int seal_open(const void *bytes, size_t n, const struct identity *id, struct buf *out, struct err *err);

/* 1 if the bytes begin as a sealed file does. */
int seal_is(const void *bytes, size_t n);

#endif
