/* Zips of collectors. */
#include "help_cage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cage_key = "infected";
	cage_tree(tree_zip, 0, data, size);
	return 0;
}
