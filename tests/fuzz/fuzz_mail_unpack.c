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
	switch (size ? *data & 3 : 4) {
	case 0:
		unpack_by_libarchive(&u, data + 1, size - 1, "", 1);
		break;
	case 1:
		unpack_by_lhasa(&u, data + 1, size - 1, "", 1);
		break;
	case 2:
		unpack_stream(&u, FORMAT_XZ, data + 1, size - 1, "", 1);
		break;
	case 3:
		unpack_stream(&u, FORMAT_BZ2, data + 1, size - 1, "", 1);
		break;
	default:
		break;
	}
	json_decref(passwords);
	return 0;
}
