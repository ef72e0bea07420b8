/* The gate's caged process: opens a case with its key alone, and verifies all of it. */
#include "case/care/gate_worker.h"

#include "base/i18n.h"
#include "base/json.h"
#include "case/care/gate.h"
#include "case/care/verify.h"
#include "case/store/case_internal.h"
#include "vault/open_with_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* libgit2 wants to start before files are out of reach. */
static int gate_prepare(struct err *err)
{
	(void)err;
	history_start();
	return 0;
}

struct gate_worker_finding {
	struct buf first;
	uint64_t count;
};

static void take_finding(void *ctx, const char *part, const char *text)
{
	struct gate_worker_finding *f = ctx;
	if (f->count++ == 0)
		buf_addf(&f->first, "%s: %s", part, text);
}

static int judge_case(struct worker *w, struct case_file *c, struct err *err)
{
	struct gate_worker_finding f = {BUF_INIT, 0};
	struct verify_report report;
	char head[HISTORY_ID];
	unsigned char content[VAULT_CONTENT];
	char hex[2 * sizeof content + 1];
	vault_content(case_vault(c), content);
	sodium_bin2hex(hex, sizeof hex, content, sizeof content);
	int rc = history_head(c->history, head, err);
	if (rc == 0)
		rc = case_verify(c, NULL, take_finding, &f, &report, err);
	char *safe = rc == 0 ? xstrndup(f.first.data, f.first.len > 2000 ? 2000 : f.first.len) : NULL;
	json_t *line =
	    rc == 0 ? json_pack("{s:s s:s s:I}", "head", head, "content", hex, "findings", (json_int_t)f.count) : NULL;
	if (line && f.count) { /* the text may hold anything */
		struct err printable = ERR_INIT;
		err_set(&printable, ERR_DAMAGED, "%s", safe);
		json_object_set_new(line, "first", json_string(printable.message));
	}
	if (rc == 0)
		rc = worker_emit_take(w, line, err);
	free(safe);
	buf_release(&f.first);
	return rc;
}

struct case_file *gate_open_case(struct worker *w, int log, struct err *err)
{
	unsigned char key[32];
	size_t n = 0;
	struct vault *v;
	const char *hex = json_get_string(worker_request(w), "key");
	if (worker_input(w) < 0 || !hex || sodium_hex2bin(key, sizeof key, hex, strlen(hex), NULL, &n, NULL) != 0 ||
	    n != sizeof key) {
		err_set(err, ERR_INVALID, _("no key came"));
		return NULL;
	}
	int rc = vault_open_with_data_key(&v, worker_input(w), log, key, err);
	sodium_memzero(key, sizeof key);
	return rc == 0 ? case_open_vault(v, err) : NULL;
}

static int gate_run(struct worker *w, struct err *err)
{
	char *log = worker_input_name(1);
	int log_fd = worker_input_count(w) > 1 ? open(log, O_RDONLY | O_CLOEXEC) : -1;
	free(log);
	struct case_file *c = gate_open_case(w, log_fd, err);
	if (!c)
		return -1;
	int rc = judge_case(w, c, err);
	case_close(c, NULL);
	return rc;
}

const struct worker_job gate_job = {.name = "gate", .prepare = gate_prepare, .run = gate_run};
