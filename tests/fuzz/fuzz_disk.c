/* Virtual disks: VMDK, VHD, VHDX. */
#include "help_bytes.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int read_disk(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	return tree_disk_read(ctx, offset, bytes, n, err);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct bytes_memory memory = {data, size};
	struct tree_bytes file = {.size = size, .read = bytes_memory_read, .ctx = &memory};
	uint64_t held = size;
	char why[256];
	struct tree_disk *d = tree_disk_open(&file, &held, why);
	if (d)
		bytes_try(read_disk, d, held);
	else if (strlen(why) >= sizeof why)
		abort();
	tree_disk_close(d);
	return 0;
}
