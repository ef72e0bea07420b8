#include "handover/parcel/open_parcel.h"

#include "case/case.h"
#include "handover/parcel/handover.h"
#include "handover/parcel/parcel_worker.h"
#include "handover/parcel/seal.h"

#include <stdio.h>
#include <string.h>

static int is_sealed(const char *path)
{
	char head[17];
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(head, 1, sizeof head, f) : 0;
	if (f)
		fclose(f);
	return seal_is(head, n);
}

int handover_open_parcel(struct case_file *c, const char *path, struct buf *plain, struct parcel *p,
                         const struct progress *progress, struct err *err)
{
	memset(p, 0, sizeof *p);
	return is_sealed(path) ? handover_open_delta(path, case_identity(c), plain, p, err)
	                       : parcel_worker_parcel(c, path, plain, p, progress, err);
}
