/* BitLocker: headers, metadata, opening. No password is tried, since to try one takes a million rounds of SHA-256: a volume that a clear
 * key opens goes through the rest. */
#include "help_bytes.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct bytes_memory memory = {data, size};
	struct tree_bytes volume = {.size = size, .read = bytes_memory_read, .ctx = &memory};
	struct tree_bytes held;
	struct err err = ERR_INIT;
	if (!tree_is_bitlocker(&volume))
		return 0;
	struct tree_unlocked *u = tree_unlocked_open(&volume, NULL, &held, &err);
	if (u)
		bytes_try(held.read, held.ctx, held.size);
	else if (err.code == ERR_NONE)
		abort();
	tree_unlocked_close(u);
	return 0;
}
