#include "handover/parcel/parcel_worker.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/outside_file.h"
#include "case/care/gate_worker.h"
#include "case/case.h"
#include "case/identity/identity.h"
#include "vault/open_with_key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENCODING sodium_base64_VARIANT_ORIGINAL
#define PIECE    (1U << 20)
#define LINE     (4U << 20)

/* ---- in the cage */

/* libgit2 wants to start before files are out of reach. */
static int parcel_worker_prepare(struct err *err)
{
	(void)err;
	history_start();
	return 0;
}

static int emit_bytes(struct worker *w, const struct buf *bytes, struct err *err)
{
	char *text = xmalloc(sodium_base64_encoded_len(PIECE, ENCODING));
	int rc = 0;
	for (size_t at = 0; at < bytes->len && rc == 0; at += PIECE) {
		size_t n = bytes->len - at < PIECE ? bytes->len - at : PIECE;
		sodium_bin2base64(text, sodium_base64_encoded_len(n, ENCODING), (const unsigned char *)bytes->data + at,
		                  n, ENCODING);
		rc = worker_emit_take(w, json_pack("{s:s}", "piece", text), err);
	}
	free(text);
	return rc;
}

/* Of the commits the other side names, those that this copy has: what need not be sent. The newest one suffices. */
static size_t common(struct case_file *c, const json_t *request, char have[1][HISTORY_ID])
{
	size_t i;
	json_t *commit;
	json_array_foreach(json_object_get(request, "have"), i, commit) {
		const char *text = json_string_value(commit);
		if (text && strlen(text) == HISTORY_ID - 1 && history_has(case_history(c), text)) {
			memcpy(have[0], text, HISTORY_ID);
			return 1;
		}
	}
	return 0;
}

static int parcel_worker_case(struct worker *w, struct case_file *c, struct err *err)
{
	char have[1][HISTORY_ID];
	char head[HISTORY_ID];
	struct buf parcel = BUF_INIT;
	size_t count = common(c, worker_request(w), have);
	int rc = history_head(case_history(c), head, err);
	if (rc == 0 && count && strcmp(head, have[0]) == 0)
		rc = worker_emit_take(w, json_pack("{s:s s:s}", "nothing", head, "case", case_id(c)), err);
	else if (rc == 0)
		rc = parcel_write(c, (const char(*)[HISTORY_ID])have, count, NULL, &parcel, err);
	if (rc == 0)
		rc = emit_bytes(w, &parcel, err);
	buf_release(&parcel);
	return rc;
}

static int parcel_worker_run(struct worker *w, struct err *err)
{
	struct case_file *c = gate_open_case(w, -1, err);
	if (!c)
		return -1;
	int rc = parcel_worker_case(w, c, err);
	case_close(c, NULL);
	return rc;
}

const struct worker_job parcel_worker_job = {
    .name = "serve", .prepare = parcel_worker_prepare, .run = parcel_worker_run};

/* ---- in the parent */

struct parcel_worker_taking {
	struct buf *plain;
	char nothing[HISTORY_ID];
};

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct parcel_worker_taking *t = ctx;
	const char *piece = json_get_string(value, "piece");
	const char *nothing = json_get_string(value, "nothing");
	if (nothing && strlen(nothing) == HISTORY_ID - 1) {
		memcpy(t->nothing, nothing, HISTORY_ID);
		return 0;
	}
	size_t n = 0;
	size_t room = piece ? strlen(piece) / 4 * 3 + 3 : 0;
	if (!piece || t->plain->len + room > PARCEL_LIMIT)
		return err_set(err, ERR_INVALID, _("what came of the other copy cannot be understood"));
	buf_grow(t->plain, room);
	if (sodium_base642bin((unsigned char *)t->plain->data + t->plain->len, room, piece, strlen(piece), NULL, &n,
	                      NULL, ENCODING) != 0)
		return err_set(err, ERR_INVALID, _("what came of the other copy cannot be understood"));
	t->plain->len += n;
	return 0;
}

struct parcel_worker_naming {
	json_t *have;
	size_t seen;
};

/* The newest commits, then fewer and fewer: the other copy looks for the first that it has. */
static int name_commit(void *ctx, const struct history_entry *entry)
{
	struct parcel_worker_naming *n = ctx;
	size_t i = n->seen++;
	if (i < 256 || (i & (i - 1)) == 0 || entry->parent_count == 0)
		json_array_append_new(n->have, json_string(entry->id));
	return 0;
}

static int check_closed(const char *path, struct err *err)
{
	char *log = xasprintf("%s-wal", path);
	int rc =
	    access(log, F_OK) == 0
	        ? err_set(err, ERR_BUSY,
	                  _("'%s' is open elsewhere, or was not closed cleanly: open and leave it once, then merge"),
	                  path)
	        : 0;
	free(log);
	return rc;
}

static int parcel_worker_ask(struct case_file *c, const char *path, int fd, const unsigned char key[32],
                             struct parcel_worker_taking *t, const struct progress *progress, struct err *err)
{
	char hex[65];
	struct parcel_worker_naming n = {json_array(), 0};
	struct worker_result result;
	int rc = history_log(case_history(c), NULL, NULL, 0, name_commit, &n, err);
	sodium_bin2hex(hex, sizeof hex, key, 32);
	json_t *request = json_pack("{s:s s:o}", "key", hex, "have", n.have);
	struct worker_call call = {.job = parcel_worker_job.name,
	                           .request = request,
	                           .input = fd,
	                           .limits = {.memory = (size_t)6 << 30,
	                                      .output = (size_t)3 << 30,
	                                      .line = LINE,
	                                      .cpu_seconds = 900,
	                                      .seconds = 1800},
	                           .line = take_line,
	                           .ctx = t,
	                           .progress = progress,
	                           .what = path};
	if (rc == 0)
		rc = worker_run(&call, &result, err);
	if (rc == 0 && result.end != WORKER_DONE)
		rc = err_set(err, result.end == WORKER_REFUSED ? ERR_DAMAGED : ERR_FAILED, _("cannot read '%s': %s"),
		             path, result.reason);
	json_decref(request);
	sodium_memzero(hex, sizeof hex);
	return rc;
}

int parcel_worker_parcel(struct case_file *c, const char *path, struct buf *plain, struct parcel *p,
                         const struct progress *progress, struct err *err)
{
	unsigned char key[32];
	struct parcel_worker_taking t = {plain, ""};
	const struct identity *id = case_identity(c);
	memset(p, 0, sizeof *p);
	if (!id || !id->secret_key)
		return err_set(err, ERR_UNLOCK, _("no identity is unlocked"));
	struct vault_identity keys = {.public_key = id->public_key, .secret_key = id->secret_key};
	struct vault_unlock unlock = {.identity = &keys};
	if (check_closed(path, err) < 0 || vault_file_key(path, &unlock, key, err) < 0)
		return -1;
	int fd = outside_open(path, err);
	int rc = fd < 0 ? -1 : parcel_worker_ask(c, path, fd, key, &t, progress, err);
	sodium_memzero(key, sizeof key);
	if (fd >= 0)
		close(fd);
	if (rc == 0 && *t.nothing) {
		snprintf(p->case_id, sizeof p->case_id, "%s", case_id(c));
		snprintf(p->tip, sizeof p->tip, "%s", t.nothing);
		return 0;
	}
	return rc == 0 ? parcel_read(p, plain->data, plain->len, err) : -1;
}
