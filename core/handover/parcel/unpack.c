#include "handover/parcel/unpack.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "handover/parcel/bundle_compress.h"
#include "handover/parcel/pack.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ENCODING sodium_base64_VARIANT_ORIGINAL
#define LINE     (4U << 20) /* bytes of a line from the worker */

/* ---- in the cage */

static int emit_object(void *ctx, const struct pack_object *object)
{
	struct worker *w = ctx;
	size_t size = sodium_base64_encoded_len(object->size, ENCODING);
	if (size + 64 > LINE)
		return -1;
	char *text = xmalloc(size);
	sodium_bin2base64(text, size, object->data, object->size, ENCODING);
	int rc = worker_emit_take(w, json_pack("{s:i s:s}", "type", (int)object->type, "data", text), NULL);
	free(text);
	return rc;
}

static int unpack_run(struct worker *w, struct err *err)
{
	struct buf came = BUF_INIT;
	struct buf all = BUF_INIT;
	struct bundle_head head;
	char piece[65536];
	ssize_t n;
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0)
		buf_add(&came, piece, (size_t)n);
	int rc = n < 0 ? -1 : bundle_expand(came.data, came.len, &all, err);
	buf_release(&came);
	if (rc == 0)
		rc = pack_read_head(all.data, all.len, &head, err);
	if (rc == 0) {
		char tip[2 * PACK_ID + 1];
		sodium_bin2hex(tip, sizeof tip, head.tip, PACK_ID);
		rc = worker_emit_take(w, json_pack("{s:s}", "tip", tip), err);
	}
	if (rc == 0 && pack_read(all.data + head.pack_at, all.len - head.pack_at, emit_object, w, err) < 0)
		rc = err_set(err, ERR_INVALID, _("an object of the pack is larger than any that a case holds"));
	buf_release(&all);
	return rc;
}

const struct worker_job unpack_job = {.name = "unpack", .run = unpack_run};

/* ---- in the parent */

struct unpack_taking {
	struct history_incoming *in;
	char *tip;
};

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct unpack_taking *t = ctx;
	const char *tip = json_get_string(value, "tip");
	const char *data = json_get_string(value, "data");
	if (tip && strlen(tip) == HISTORY_ID - 1) {
		memcpy(t->tip, tip, HISTORY_ID);
		return 0;
	}
	if (!data)
		return err_set(err, ERR_INVALID, _("what the unpacking gave cannot be understood"));
	size_t room = strlen(data) / 4 * 3 + 3;
	size_t n = 0;
	unsigned char *bytes = xmalloc(room);
	int type = (int)json_integer_value(json_object_get(value, "type"));
	int rc = sodium_base642bin(bytes, room, data, strlen(data), NULL, &n, NULL, ENCODING) == 0
	             ? history_incoming_add(t->in, type, bytes, n, err)
	             : err_set(err, ERR_INVALID, _("what the unpacking gave cannot be understood"));
	free(bytes);
	return rc;
}

int unpack_bundle(const void *bytes, size_t n, struct history_incoming *in, char tip[HISTORY_ID],
                  const struct progress *progress, struct err *err)
{
	struct unpack_taking t = {in, tip};
	struct worker_call call = {.job = unpack_job.name,
	                           .input = -1,
	                           .bytes = bytes,
	                           .n = n,
	                           .limits = {.memory = (size_t)4 << 30,
	                                      .output = (size_t)3 << 30,
	                                      .line = LINE,
	                                      .cpu_seconds = 600,
	                                      .seconds = 900},
	                           .line = take_line,
	                           .ctx = &t,
	                           .progress = progress,
	                           .what = _("unpacking")};
	struct worker_result result;
	tip[0] = '\0';
	if (worker_run(&call, &result, err) < 0)
		return -1;
	if (result.end != WORKER_DONE)
		return err_set(err, ERR_INVALID, _("the other side's history: %s"), result.reason);
	return *tip ? 0 : err_set(err, ERR_INVALID, _("what the unpacking gave cannot be understood"));
}
