#include "handover/parcel/open_parcel.h"

#include "base/buf.h"
#include "base/outside_file.h"
#include "case/case.h"
#include "handover/parcel/handover.h"
#include "handover/parcel/parcel_worker.h"
#include "handover/parcel/seal.h"

#include <string.h>
#include <unistd.h>

/* 1, 0, or -1: it cannot be opened. */
static int is_sealed(const char *path, struct err *err)
{
	char head[17];
	int fd = outside_open(path, err);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, head, sizeof head);
	close(fd);
	return seal_is(head, n > 0 ? (size_t)n : 0);
}

int handover_open_parcel(struct case_file *c, const char *path, struct buf *plain, struct parcel *p,
                         const struct progress *progress, struct err *err)
{
	memset(p, 0, sizeof *p);
	int sealed = is_sealed(path, err);
	if (sealed < 0)
		return -1;
	int rc = sealed ? handover_open_delta(path, case_identity(c), plain, p, err)
	                : parcel_worker_parcel(c, path, plain, p, progress, err);
	if (rc == 0)
		p->path = xstrdup(path);
	return rc;
}
