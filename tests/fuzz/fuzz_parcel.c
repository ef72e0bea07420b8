/* A parcel: what it gives out lies within it, is bounded, and has the form that is promised to whoever uses it. */
#include "handover/parcel/parcel.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good)
{
	if (!good)
		abort();
}

static void within(const uint8_t *data, size_t size, const unsigned char *part, size_t n)
{
	must(part >= data && n <= size && part <= data + size - n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parcel p;
	struct err err = ERR_INIT;
	if (parcel_read(&p, data, size, &err) == 0) {
		within(data, size, p.bundle, p.bundle_size);
		within(data, size, p.texts, p.texts_size);
		within(data, size, p.files, p.files_size);
		must(p.need_count <= PARCEL_NEEDS && strlen(p.tip) == HISTORY_ID - 1 && strlen(p.case_id) == 36);
		must(strspn(p.from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
		     strlen(p.from));
	} else {
		must(err.code != 0);
	}
	parcel_release(&p);
	return 0;
}
