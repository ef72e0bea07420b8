/*
 * A third copy of the header, and opening by it. What the header's two copies hold is needed to read anything at all, and
 * both lie at the beginning of the file; an older program refuses a file that is longer than its pages, so a third one
 * cannot lie at the end of it.
 */
#include "vault/vault_private.h"

#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(VAULT_HEADER == (int)HEADER_SIZE, "a spare header is a header");

enum { PAGES_TRIED = 256 };

void vault_header_copy(const struct vault *v, unsigned char raw[VAULT_HEADER])
{
	memcpy(raw, v->header, HEADER_SIZE);
}

int vault_header_load(const char *path, unsigned char raw[VAULT_HEADER], struct err *err)
{
	unsigned char copy[HEADER_SIZE];
	int found = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), path);
	for (int i = 0; i < HEADER_COPIES; i++) {
		if (pread(fd, copy, HEADER_SIZE, (off_t)i * HEADER_SIZE) != HEADER_SIZE ||
		    header_judge(copy, NULL) != HEADER_GOOD || (found && header_sequence(copy) <= header_sequence(raw)))
			continue;
		found = 1;
		memcpy(raw, copy, HEADER_SIZE);
	}
	close(fd);
	return found ? 0 : err_set(err, ERR_DAMAGED, _("'%s' holds no header of a case file"), path);
}

/* Whether one page of the file, or one frame of its log, is of the key that the header leads to. */
static int has_page(struct vault *v)
{
	unsigned char tag[TAG_SIZE];
	uint32_t count = v->pages.count;
	for (uint32_t tried = 0; tried < PAGES_TRIED && tried < count; tried++) /* what was overwritten lies in front */
		if (page_authenticate(v, count - tried, tag) == 0)
			return 1;
	return v->log.commit > 0;
}

int vault_open_spare(struct vault **out, const char *path, const struct vault_unlock *unlock,
                     const unsigned char raw[VAULT_HEADER], struct err *err)
{
	if (vault_open_with_header(out, path, unlock, raw, err) < 0)
		return -1;
	if (has_page(*out))
		return 0;
	vault_close(*out, NULL);
	*out = NULL;
	return err_set(err, ERR_DAMAGED, _("the header is not of '%s': none of its pages fits"), path);
}

void vault_header_fingerprint(const unsigned char raw[VAULT_HEADER], unsigned char fingerprint[VAULT_FINGERPRINT])
{
	header_fingerprint(raw, fingerprint);
}

int vault_state_of_file(const char *path, unsigned char state[VAULT_STATE])
{
	unsigned char *raw = xmalloc(PAGES_OFFSET);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc = fd >= 0 && pread(fd, raw, PAGES_OFFSET, 0) == PAGES_OFFSET ? 0 : -1;
	if (rc == 0)
		crypto_hash_sha256(state, raw, PAGES_OFFSET);
	if (fd >= 0)
		close(fd);
	free(raw);
	return rc;
}

void vault_state_of_session(const struct vault *v, unsigned char state[VAULT_STATE])
{
	unsigned char number[4];
	crypto_hash_sha256_state hash;
	bytes_put_be32(number, v->anchor.generation);
	crypto_hash_sha256_init(&hash);
	crypto_hash_sha256_update(&hash, v->keys->id, FILE_ID);
	crypto_hash_sha256_update(&hash, number, sizeof number);
	crypto_hash_sha256_update(&hash, v->anchor.log_header, WAL_HEADER);
	crypto_hash_sha256_final(&hash, state);
}

void vault_watch_log(struct vault *v, void (*fn)(void *ctx), void *ctx)
{
	v->log_begins = fn;
	v->log_begins_ctx = ctx;
	if (v->anchor.state != ANCHOR_CLEAN)
		fn(ctx);
}

int vault_header_is_signed_by(const unsigned char raw[VAULT_HEADER], const unsigned char key[VAULT_KEY])
{
	unsigned char signer[VAULT_KEY];
	return header_signature(raw, signer) == VAULT_SIGNED_GOOD && memcmp(signer, key, VAULT_KEY) == 0;
}

int vault_header_has_passphrase(const unsigned char raw[VAULT_HEADER])
{
	for (unsigned i = 0; i < header_slots(raw); i++)
		if (header_slot(raw, i)[0] == VAULT_SLOT_PASSPHRASE)
			return 1;
	return 0;
}
