#include "finding/mail/unpack/unpack.h"

#include "base/err.h"
#include "base/worker/worker.h"

static int take_entry(void *ctx, const json_t *value, struct err *err)
{
	(void)err;
	if (json_is_object(value))
		json_array_append_new(ctx, json_deep_copy(value));
	return 0;
}

json_t *mail_unpack(enum file_format format, const void *bytes, size_t n, const json_t *passwords, struct err *err)
{
	struct worker_result result;
	json_t *entries = json_array();
	json_t *request = json_pack("{s:i s:O*}", "format", (int)format, "passwords", (json_t *)(uintptr_t)passwords);
	struct worker_call call = {.job = "mail-unpack",
	                           .request = request,
	                           .input = -1,
	                           .bytes = bytes,
	                           .n = n,
	                           .limits = {.memory = ((size_t)448 << 20) + n,
	                                      .cpu_seconds = UNPACK_SECONDS,
	                                      .seconds = 10 * UNPACK_SECONDS}, /* beside busy neighbours */
	                           .line = take_entry,
	                           .ctx = entries};
	int rc = worker_run(&call, &result, err);
	json_decref(request);
	if (rc < 0) {
		json_decref(entries);
		return NULL;
	}
	if (result.end != WORKER_DONE)
		json_array_append_new(entries, json_pack("{s:s}", "unread", result.reason));
	return entries;
}
