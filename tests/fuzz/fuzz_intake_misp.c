/* An event of MISP, or a list of them, that comes in. What holds for each: help_intake.h. */
#include "help_intake.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	help_intake("misp", data, size);
	return 0;
}
