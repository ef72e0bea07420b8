/* Images: partitions and file systems through libtsk, each file that a parser knows, virtual disks around them. */
#include "help_cage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cage_tree(tree_image, 0, data, size);
	return 0;
}
