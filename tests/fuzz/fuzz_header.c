/*
 * Header copies and slots as a stranger makes them: judged without a key, then
 * tried with an identity. The plain digest is put right first, or nothing would
 * get behind it. What is refused must be refused before anything is allocated.
 */
#include "base/secret.h"
#include "vault/header.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good)
{
	if (!good)
		abort();
}

static struct cipher_keys *keys;

static void forget(void)
{
	cipher_keys_free(keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char raw[HEADER_SIZE], public_key[32], secret_key[64];
	struct err why = ERR_INIT, err = ERR_INIT;
	if (!keys) {
		unsigned char seed[crypto_sign_SEEDBYTES] = {7};
		if (secret_setup(NULL) < 0)
			return 0;
		keys = cipher_keys_new();
		atexit(forget);
		crypto_sign_seed_keypair(public_key, secret_key, seed);
	}
	memset(raw, 0, sizeof raw);
	memcpy(raw, data, size < sizeof raw ? size : sizeof raw);
	if (size > 0 && data[size - 1] % 8 != 0) {
		static const unsigned char beginning[] = {0x89, 'G', 'E', 'N', 'B', 'A', '\r', '\n', 0, 1, 1};
		memcpy(raw, beginning, sizeof beginning);
		raw[12] = raw[13] = raw[15] = 0;
		raw[14] = 0x10;
		crypto_generichash(raw + HEADER_SIZE - 32, 32, raw, HEADER_SIZE - 32, NULL, 0);
	}
	if (header_judge(raw, &why) != HEADER_GOOD)
		return 0;
	must(header_slots(raw) >= 1 && header_slots(raw) <= VAULT_SLOTS);
	uint64_t cost = 0;
	for (unsigned i = 0; i < header_slots(raw); i++) {
		struct slot_head head;
		must(slot_parse(header_slot(raw, i), &head, NULL) == 0);
		cost += (uint64_t)head.passes * head.kib;
		unsigned char whose[VAULT_KEY];
		slot_recipient(header_slot(raw, i), keys, whose);
	}
	must(cost <= SLOT_COST_MAX);
	struct vault_identity me = {public_key, secret_key};
	struct vault_unlock unlock = {&me, NULL};
	unsigned index;
	unsigned char signer[VAULT_KEY];
	header_signature(raw, signer);
	must(header_unlock(raw, &unlock, keys, &index, &err) < 0); /* nobody sealed anything to it by chance */
	return 0;
}
