/*
 * A source that fails, for LD_PRELOAD: reads of one file give errors, everything else is as it is.
 *
 *     FAULTY_FILE=disk.dd                        the file or device, whichever descriptor it is read through
 *     FAULTY_PULLED_AT=123456                    when a read reaches this byte, the medium is gone: ENODEV from then on
 *     FAULTY_SECTORS=512+512,1048064+1024        bytes (offset+length) that cannot be read: EIO
 *     FAULTY_WAIT_AT=123456                      a read that reaches this byte makes the file FAULTY_WAIT.reached, and waits
 *     FAULTY_WAIT=go                             until the file of this name is there (a minute at most)
 *
 * All may be given. Nothing happens without FAULTY_FILE.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

typedef ssize_t (*pread_fn)(int fd, void *bytes, size_t n, off_t offset);

static pread_fn next(void)
{
	static _Atomic(pread_fn) found;
	pread_fn fn = atomic_load(&found);
	if (!fn) {
		void *symbol = dlsym(RTLD_NEXT, "pread64");
		memcpy(&fn, &symbol, sizeof fn); /* ISO C knows no cast from data to code */
		atomic_store(&found, fn);
	}
	return fn;
}

static int is_the_file(int fd)
{
	const char *path = getenv("FAULTY_FILE");
	struct stat wanted;
	struct stat is;
	return path && stat(path, &wanted) == 0 && fstat(fd, &is) == 0 && wanted.st_dev == is.st_dev &&
	       wanted.st_ino == is.st_ino;
}

/* The error of a read of these bytes, or 0. */
static int fault(size_t n, off_t offset)
{
	static atomic_int pulled;
	const char *at = getenv("FAULTY_PULLED_AT");
	const char *list = getenv("FAULTY_SECTORS");
	if (at && offset + (off_t)n > strtoll(at, NULL, 10))
		atomic_store(&pulled, 1);
	if (atomic_load(&pulled))
		return ENODEV;
	while (list && *list) {
		char *end;
		off_t from = strtoll(list, &end, 10);
		off_t length = *end == '+' ? strtoll(end + 1, &end, 10) : 0;
		if (offset < from + length && offset + (off_t)n > from)
			return EIO;
		list = *end == ',' ? end + 1 : NULL;
	}
	return 0;
}

static void wait_there(size_t n, off_t offset)
{
	static atomic_int waited;
	const char *at = getenv("FAULTY_WAIT_AT");
	const char *go = getenv("FAULTY_WAIT");
	if (!at || !go || offset + (off_t)n <= strtoll(at, NULL, 10) || atomic_exchange(&waited, 1))
		return;
	char reached[4096];
	snprintf(reached, sizeof reached, "%s.reached", go);
	int fd = open(reached, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	struct timespec moment = {0, 5000000};
	for (int i = 0; i < 12000 && access(go, F_OK) != 0; i++)
		nanosleep(&moment, NULL);
}

ssize_t pread64(int fd, void *bytes, size_t n, off_t offset);

ssize_t pread64(int fd, void *bytes, size_t n, off_t offset)
{
	int error = 0;
	if (is_the_file(fd)) {
		error = fault(n, offset);
		wait_there(n, offset);
	}
	if (!error)
		return next()(fd, bytes, n, offset);
	errno = error;
	return -1;
}
