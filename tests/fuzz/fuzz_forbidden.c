/* What leaves, searched for names in every dress: whatever the bytes are, the search ends, reads nothing beyond them, and finds a
 * name that stands there plainly. */
#include "outward/release/forbidden.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct forbidden *names;
	static const char plain[] = "\nHR-PC-03\n";
	struct forbidden_hit hit;
	if (!names) {
		static const char *const all[] = {
		    "HR-PC-03",       "HR-PC-030",   "corp.example", "xn--wgv71a119e.test",
		    "株式会社鎖工業", "10.20.30.40", "2001:db8::1",  "Example Works of Osaka",
		    "髙橋商事",       "HR-7"};
		names = forbidden_new();
		for (size_t i = 0; i < sizeof all / sizeof *all; i++)
			forbidden_add(names, all[i], "R1-A1", "name");
		forbidden_allow(names, "allowed.example");
	}
	if (forbidden_search(names, data, size, &hit) && (!hit.name || !hit.label))
		abort();
	char *more = malloc(size + sizeof plain);
	if (!more)
		abort();
	memcpy(more, data, size);
	memcpy(more + size, plain, sizeof plain);
	if (!forbidden_search(names, more, size + sizeof plain - 1, &hit))
		abort();
	free(more);
	return 0;
}
