/* Results of Velociraptor, one JSON object a line or an array, that come in. What holds for each: help_intake.h. */
#include "help_intake.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	help_intake("velociraptor", data, size);
	return 0;
}
