/* BitLocker: headers, metadata, protectors, keys, sectors. No password is tried, since to try one takes a million rounds of
 * SHA-256: a volume that a clear key opens goes through the rest. */
#include "help_bytes.h"
#include "help_volume.h"

#include "core/finding/triage/tree/help_bitlocker.h"
#include "finding/practice/bytes_out.h"

#define VOLUMES 7U
#define HELD    16384U

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static struct buf volumes[VOLUMES];

static void make_volumes(void)
{
	static const struct made_bitlocker made[VOLUMES] = {{.clear = 1},
	                                                    {.clear = 1, .method = MADE_CBC_128},
	                                                    {.clear = 1, .method = MADE_CBC_256, .converting = 1},
	                                                    {.clear = 1, .to_go = 1},
	                                                    {.clear = 1, .method = MADE_DIFFUSER_128},
	                                                    {.tpm = 1, .startup = 1},
	                                                    {.clear = 1, .method = MADE_XTS_256}};
	struct buf held = BUF_INIT;
	buf_add(&held, "\xeb\x52\x90NTFS    \0\2\10", 14);
	out_zeros(&held, HELD - held.len);
	held.data[64] = (char)0xF6; /* bytes of a record: 2^10 */
	held.data[68] = 1;
	out_le_at(&held, 40, HELD / 512, 8);
	out_le_at(&held, 510, 0xAA55, 2);
	for (size_t i = 0; i < VOLUMES; i++) {
		struct made_bitlocker m = made[i];
		m.held = held.data;
		m.size = held.len;
		m.apart = 4096;
		buf_init(&volumes[i]);
		made_bitlocker(&m, &volumes[i]);
	}
	buf_release(&held);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (!volumes[0].len)
		make_volumes();
	struct volume_input in = volume_of(volumes, VOLUMES, data, size);
	struct bytes_memory memory = {in.bytes, in.n};
	struct tree_bytes volume = {.size = in.n, .read = bytes_memory_read, .ctx = &memory};
	struct tree_bytes held;
	struct err err = ERR_INIT;
	if (tree_is_bitlocker(&volume)) {
		struct tree_unlocked *u = tree_unlocked_open(&volume, NULL, &held, &err);
		if (u)
			bytes_try(held.read, held.ctx, held.size);
		else if (err.code == ERR_NONE)
			abort();
		bytes_count(u != NULL);
		tree_unlocked_close(u);
	}
	free(in.own);
	return 0;
}
