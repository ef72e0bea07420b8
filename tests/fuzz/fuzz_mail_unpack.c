/* Any bytes as an archive whose content libraries read, without the cage around them. The first byte picks the format. */
#include "base/err.h"
#include "finding/mail/unpack/unpack_private.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	json_t *passwords = json_pack("[s, s]", "infected", "password");
	struct unpacking u = {.err = &err, .passwords = passwords, .left = (size_t)1 << 20, .silent = 1};
	if (size && *data & 1)
		unpack_by_lhasa(&u, data + 1, size - 1, "", 1);
	else if (size)
		unpack_by_libarchive(&u, data + 1, size - 1, "", 1);
	json_decref(passwords);
	return 0;
}
