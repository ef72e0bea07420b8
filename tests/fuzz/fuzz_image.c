/* Images: partitions and file systems through libtsk, each file that a parser knows, virtual disks, BitLocker and shadow
 * copies around them. */
#include "help_cage.h"
#include "help_volume.h"

#include "core/finding/triage/help_evtx.h"
#include "core/finding/triage/tree/help_bitlocker.h"
#include "core/finding/triage/tree/help_ntfs.h"
#include "core/finding/triage/tree/help_shadow.h"
#include "finding/practice/bytes_out.h"

#define VOLUMES 4U
#define SECTOR  512U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* It forgets blocks that it refuses. In the cage that ends with the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libvshadow_";
}

static struct buf volumes[VOLUMES];

/* NTFS; with shadow copies; behind BitLocker; in a partition. */
static void make_volumes(void)
{
	char folder[] = "/tmp/fuzz-image-XXXXXX";
	struct buf before = BUF_INIT;
	if (!mkdtemp(folder))
		abort();
	char *scratch = xasprintf("%s/ntfs", folder);
	for (size_t i = 0; i < VOLUMES; i++)
		buf_init(&volumes[i]);
	made_ntfs(MADE_NTFS_TODAY, scratch, &volumes[0]);
	made_ntfs(MADE_NTFS_BEFORE, scratch, &before);
	const struct made_copy copy = {before.data, before.len, MADE_T0};
	made_shadow(volumes[0].data, volumes[0].len, &copy, 1, &volumes[1]);
	made_bitlocker(
	    &(struct made_bitlocker){.held = volumes[0].data, .size = volumes[0].len, .clear = 1, .apart = 4096},
	    &volumes[2]);
	out_zeros(&volumes[3], SECTOR);
	out_le_at(&volumes[3], 446 + 4, 7, 1);
	out_le_at(&volumes[3], 446 + 8, 8, 4);
	out_le_at(&volumes[3], 446 + 12, volumes[0].len / SECTOR, 4);
	out_le_at(&volumes[3], 510, 0xAA55, 2);
	out_zeros(&volumes[3], 8 * SECTOR - volumes[3].len);
	buf_add(&volumes[3], volumes[0].data, volumes[0].len);
	rmdir(folder);
	free(scratch);
	buf_release(&before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!volumes[0].len)
		make_volumes();
	struct volume_input in = volume_of(volumes, VOLUMES, data, size);
	cage_tree(tree_image, 0, in.bytes, in.n);
	free(in.own);
	return 0;
}
