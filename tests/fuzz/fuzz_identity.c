/* An identity file from anywhere: read or refused with a reason; a cheap seal is tried, and never opens. */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"
#include "case/identity/identity.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int is_cheap(const uint8_t *data, size_t size)
{
	json_t *file = json_parse((const char *)data, size, NULL);
	json_int_t ops = json_integer_value(json_object_get(file, "ops"));
	json_int_t memory = json_integer_value(json_object_get(file, "memory"));
	json_decref(file);
	return ops <= 1 && memory <= 65536;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	if (fd < 0) {
		if (secret_setup(NULL) < 0)
			abort();
		fd = memfd_create("identity", MFD_CLOEXEC);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	struct err err = ERR_INIT;
	struct identity *id = identity_load(path, &err);
	if (!id && !*err.message)
		abort();
	if (id) {
		struct buf line = BUF_INIT;
		identity_public_line(id, &line);
		if (strchr(line.data, '\n'))
			abort();
		buf_release(&line);
		struct secret passphrase = SECRET_INIT;
		secret_set(&passphrase, "wrong", 5);
		if (is_cheap(data, size) && identity_unlock(id, path, &passphrase, &err) == 0)
			abort();
		secret_release(&passphrase);
	}
	identity_free(id);
	return 0;
}
