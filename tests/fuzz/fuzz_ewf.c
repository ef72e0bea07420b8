/* E01 images: libewf as it streams what they hold, and as volumes are read through it. */
#include "help_cage.h"

extern const struct worker_job ewf_job;
const char *__lsan_default_suppressions(void); /* NOLINT: the sanitizer's name */

/* Of an image that is damaged libewf keeps what it had read: the cage ends with it. */
const char *__lsan_default_suppressions(void) /* NOLINT */
{
	return "leak:libewf\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cage_job(&ewf_job, data, size);
	cage_tree(tree_image, 1, data, size);
	return 0;
}
