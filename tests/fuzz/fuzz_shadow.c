/* Shadow copies: catalogue, stores, blocks. */
#include "help_bytes.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct bytes_memory memory = {data, size};
	struct tree_bytes volume = {.size = size, .read = bytes_memory_read, .ctx = &memory};
	struct err err = ERR_INIT;
	int count = 0;
	struct tree_shadows *s = tree_shadows_open(&volume, &count, &err);
	for (int i = 0; s && i < count && i < 8; i++) {
		struct tree_bytes held;
		int64_t made;
		struct err why = ERR_INIT;
		if (tree_shadows_at(s, i, &held, &made, &why) == 0)
			bytes_try(held.read, held.ctx, held.size);
	}
	if (s)
		tree_shadows_close(s);
	return 0;
}
