/* Zips of collectors, walked and parsed as in the cage: what they say goes nowhere. */
#include "base/worker/worker_private.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int fuzz_nowhere = -1;

/* The caged side of a worker, with these ends. */
#undef STDOUT_FILENO
#define STDOUT_FILENO fuzz_nowhere
#undef WORKER_FILE
#define WORKER_FILE 777
#include "base/worker/worker_child.c"

#include "finding/triage/tree/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	if (fuzz_nowhere < 0)
		fuzz_nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int fd = memfd_create("zip", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || dup2(fd, WORKER_FILE) < 0)
		abort();
	close(fd);
	json_t *request = json_pack("{s:i, s:b, s:s}", "media", -1, "ewf", 0, "key", "");
	struct worker w = {.request = request, .limits = {.line = (size_t)1 << 20}, .files = 1};
	struct tree_run run = {.w = &w, .only = "", .recover = 1};
	tree_zip(&run, &err);
	json_decref(request);
	close(WORKER_FILE);
	return 0;
}
