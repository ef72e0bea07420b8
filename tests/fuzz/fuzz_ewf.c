/* E01 images: libewf as it streams what they hold, and as volumes are read through it. */
#include "help_cage.h"

#define GIVE_UP (1ULL << 20) /* what claims to be large and is not there is not asked for long */
#include "evidence/image/ewf_caged.c"

const char *__lsan_default_suppressions(void); /* NOLINT: the sanitizer's name */

/* Of an image that is damaged libewf keeps what it had read: the cage ends with it. */
const char *__lsan_default_suppressions(void) /* NOLINT */
{
	return "leak:libewf\n";
}

const char *__asan_default_options(void); /* NOLINT: the sanitizer's name */

/* What asks for gigabytes gets none, as in the cage. */
const char *__asan_default_options(void) /* NOLINT */
{
	return "allocator_may_return_null=1:max_allocation_size_mb=1024";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cage_job(&ewf_job, data, size);
	cage_tree(tree_image, 1, data, size);
	return 0;
}
