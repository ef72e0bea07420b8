/* A tree, walked and parsed as in the cage: what it says goes nowhere. It holds the caged side of a worker, with ends of its
 * own: to be included once, before everything else. */
#ifndef GENBA_TESTS_FUZZ_HELP_CAGE_H
#define GENBA_TESTS_FUZZ_HELP_CAGE_H

#include "base/worker/worker_private.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int cage_nowhere = -1;
static const char *cage_key = ""; /* of what is encrypted */

#undef STDOUT_FILENO
#define STDOUT_FILENO cage_nowhere
#undef WORKER_FILE
#define WORKER_FILE 770
#undef WORKER_NAME
#define WORKER_NAME "/proc/self/fd/77" /* and the number of the file: libraries that open by name find it there */
#include "base/worker/worker_child.c"

#include "finding/triage/tree/tree.h"
#include "finding/triage/tree/tree_once.h"

/* The bytes are the file that the worker was handed. */
static void cage_hand_over(const uint8_t *data, size_t size)
{
	if (cage_nowhere < 0)
		cage_nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int fd = memfd_create("tree", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || dup2(fd, WORKER_FILE) < 0)
		abort();
	close(fd);
}

static inline void cage_tree(int (*tree)(struct tree_run *run, struct err *err), int ewf, const uint8_t *data,
                             size_t size)
{
	struct err err = ERR_INIT;
	cage_hand_over(data, size);
	json_t *request = json_pack("{s:i, s:b, s:b, s:s}", "media", -1, "ewf", ewf, "vss", 1, "key", cage_key);
	struct worker w = {.request = request, .limits = {.line = (size_t)1 << 20}, .files = 1};
	struct tree_run run = {.w = &w, .only = "", .recover = 1, .once = tree_once_new()};
	tree(&run, &err);
	tree_once_free(run.once);
	json_decref(request);
	close(WORKER_FILE);
}

/* A job as it runs in the cage. */
static inline void cage_job(const struct worker_job *job, const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	cage_hand_over(data, size);
	json_t *request = json_pack("{s:i}", "from", 0);
	struct worker w = {.request = request, .limits = {.line = (size_t)1 << 20}, .files = 1};
	job->run(&w, &err);
	json_decref(request);
	close(WORKER_FILE);
}

#endif
