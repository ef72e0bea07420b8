/* The CSV of Hayabusa that comes in. What holds for each: help_intake.h. */
#include "help_intake.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	help_intake("hayabusa", data, size);
	return 0;
}
