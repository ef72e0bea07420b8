/*
 * Playbooks from files, read in the cage: the process that holds the keys never
 * parses YAML that somebody else wrote. What comes back is the playbook as the
 * worker understood it, as JSON, which is loaded and checked like any other.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "playbook/load/playbook.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER (4U << 20) /* bytes of the worker's one line */

static int read_all(struct worker *w, struct buf *text, struct err *err)
{
	char piece[16384];
	ssize_t n;
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0) {
		buf_add(text, piece, (size_t)n);
		if (text->len > PLAYBOOK_LIMIT)
			break; /* the loader says so */
	}
	return n < 0 ? -1 : 0;
}

/* In the cage. What is wrong with a playbook is an answer, not a failure of the worker. */
static int caged_load(struct worker *w, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	const char *file = json_get_string(worker_request(w), "file");
	int rc = read_all(w, &text, err);
	if (rc == 0) {
		struct playbook *p = playbook_load(file ? file : "-", text.data, text.len, &why);
		rc = p ? worker_emit_take(w,
		                          json_pack("{s:O, s:O, s:O}", "tree", p->tree, "departures", p->departures,
		                                    "inert", p->unsupported),
		                          err)
		       : worker_emit_take(w, json_pack("{s:s}", "error", why.message), err);
		playbook_free(p);
	}
	buf_release(&text);
	return rc;
}

const struct worker_job playbook_worker_job = {.name = "playbook", .run = caged_load};

/* ---- in the parent */

static int take_answer(void *ctx, const json_t *value, struct err *err)
{
	json_t **answer = ctx;
	(void)err;
	json_decref(*answer);
	*answer = json_incref((json_t *)(uintptr_t)value);
	return 0;
}

static int is_list_of_texts(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return 0;
	return json_is_array(list);
}

/* The remarks are the worker's, about the file as it is; the digest is that of its bytes. */
static struct playbook *from_answer(const char *path, const json_t *answer, const struct buf *bytes, struct err *err)
{
	json_t *departures = json_object_get(answer, "departures");
	json_t *unsupported = json_object_get(answer, "inert");
	const char *refusal = json_get_string(answer, "error");
	if (refusal) {
		err_set(err, ERR_INVALID, "%s", refusal);
		return NULL;
	}
	char *text = json_dumps(json_object_get(answer, "tree"), JSON_COMPACT | JSON_PRESERVE_ORDER);
	struct playbook *p = text ? playbook_load(path, text, strlen(text), err) : NULL;
	free(text);
	if (!p)
		return NULL;
	if (is_list_of_texts(departures) && is_list_of_texts(unsupported)) {
		json_decref(p->departures);
		json_decref(p->unsupported);
		p->departures = json_incref(departures);
		p->unsupported = json_incref(unsupported);
	}
	unsigned char digest[32];
	crypto_hash_sha256(digest, (const unsigned char *)bytes->data, bytes->len);
	sodium_bin2hex(p->digest, sizeof p->digest, digest, sizeof digest);
	return p;
}

struct playbook *playbook_load_caged(const char *path, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct worker_result result;
	struct playbook *p = NULL;
	json_t *answer = NULL;
	json_t *request = json_pack("{s:s}", "file", path);
	struct worker_call call = {.job = "playbook",
	                           .request = request,
	                           .input = -1,
	                           .line = take_answer,
	                           .ctx = &answer,
	                           .limits = {.line = ANSWER, .seconds = 120, .cpu_seconds = 20, .memory = 256U << 20}};
	if (!request) {
		err_set(err, ERR_INVALID, _("the name of the file is not UTF-8"));
	} else if (buf_read_file(&bytes, path, PLAYBOOK_LIMIT, err) == 0) {
		call.bytes = bytes.data;
		call.n = bytes.len;
		if (worker_run(&call, &result, err) == 0) {
			if (result.end == WORKER_DONE && answer)
				p = from_answer(path, answer, &bytes, err);
			else
				err_set(err, ERR_INVALID, "%s: %s", path, result.reason);
		}
	}
	json_decref(answer);
	json_decref(request);
	buf_release(&bytes);
	return p;
}
