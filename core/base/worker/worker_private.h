/*
 * What the two ends of a worker agree on, and the cage.
 *
 * The worker is started as `genba --worker JOB`. Descriptor 0 is a socket from
 * which it reads a head and then, unless files are handed over as descriptors
 * from 3 on, the input; descriptor 1 is a pipe for its lines. The head is 8
 * hexadecimal digits and that many bytes of JSON: {"limits": {…}, "files": n,
 * "media": [sizes], "request": …}. Each line it writes is compact JSON: first {"caged": true}, before
 * it has seen a byte of the input; then {"line": value}, or {"raw": n}, behind which
 * n bytes follow as they are; the last is {"end": null} or {"end": "what is wrong"}.
 *
 * {"range": [medium, offset, n]} asks for bytes of a medium. The answer comes on
 * descriptor 0: a letter, 8 hexadecimal digits and that many bytes, which are what
 * was asked for ('b') or why it could not be read ('e').
 *
 * The statuses below speak of a worker that could not begin. They count only until
 * {"caged": true} was read: a parser that ends with one of them has merely stopped.
 */
#ifndef GENBA_BASE_WORKER_WORKER_PRIVATE_H
#define GENBA_BASE_WORKER_WORKER_PRIVATE_H

#include "base/worker/worker.h"

#define WORKER_WORD "--worker"
#define WORKER_FILE 3 /* the first of them */
#define WORKER_NAME "/genba-input/"
#define WORKER_HEAD (1U << 20) /* bytes of the head at most */

#define WORKER_ANSWER_HEAD 9

enum worker_status {
	WORKER_STATUS_OK = 0,
	WORKER_STATUS_MEMORY = 120, /* xmalloc() found none */
	WORKER_STATUS_UNCAGED,      /* the cage could not be closed; nothing was parsed */
	WORKER_STATUS_NO_JOB,
	WORKER_STATUS_START, /* the program could not be executed, or got no proper head */
};

#if defined(__SANITIZE_ADDRESS__)
#define WORKER_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WORKER_SANITIZED 1
#endif
#endif
#ifndef WORKER_SANITIZED
#define WORKER_SANITIZED 0
#endif

/*
 * Closes every descriptor from `first` on, now or (at_exec) when another program begins. 0, or -1: some may still be
 * open. Safe between fork and exec.
 */
int worker_close_from(int first, int at_exec);

/* Gives up everything but reading, writing and computing, for good. 0 or -1. */
int worker_cage(const struct worker_limits *limits, size_t files);

#endif
