/* Shadow copies: catalogue, stores, blocks. */
#include "help_bytes.h"
#include "help_volume.h"

#include "core/finding/triage/tree/help_shadow.h"
#include "finding/practice/bytes_out.h"

#define VOLUMES 2U
#define STATES  3U
#define HELD    (256U << 10)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* It forgets blocks that it refuses. In the cage that ends with the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libvshadow_";
}

static struct buf volumes[VOLUMES];

/* One copy, and two of which the later has blocks of its own. */
static void make_volumes(void)
{
	struct buf state[STATES];
	for (size_t i = 0; i < STATES; i++) {
		buf_init(&state[i]);
		buf_add(&state[i], "\xeb\x52\x90NTFS    \0\2\10", 14);
		out_zeros(&state[i], HELD - state[i].len);
		state[i].data[64] = (char)0xF6; /* bytes of a record: 2^10 */
		state[i].data[68] = 1;
		memset(state[i].data + 65536 * (1 + i), (int)(1 + i), 20000);
	}
	const struct made_copy copies[] = {{state[0].data, HELD, 133446276200000000U},
	                                   {state[1].data, HELD, 133446276300000000U}};
	for (size_t i = 0; i < VOLUMES; i++) {
		buf_init(&volumes[i]);
		made_shadow(state[STATES - 1].data, HELD, copies, i + 1, &volumes[i]);
	}
	for (size_t i = 0; i < STATES; i++)
		buf_release(&state[i]);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (!volumes[0].len)
		make_volumes();
	struct volume_input in = volume_of(volumes, VOLUMES, data, size);
	struct bytes_memory memory = {in.bytes, in.n};
	struct tree_bytes volume = {.size = in.n, .read = bytes_memory_read, .ctx = &memory};
	struct err err = ERR_INIT;
	int count = 0;
	struct tree_shadows *s = tree_shadows_open(&volume, &count, &err);
	bytes_count(s != NULL);
	for (int i = 0; s && i < count && i < 8; i++) {
		struct tree_bytes held;
		int64_t made;
		struct err why = ERR_INIT;
		if (tree_shadows_at(s, i, &held, &made, &why) == 0)
			bytes_try(held.read, held.ctx, held.size);
	}
	if (s)
		tree_shadows_close(s);
	free(in.own);
	return 0;
}
