#include "case/care/gate.h"

#include "base/json.h"
#include "base/printable.h"
#include "case/care/verify.h"
#include "case/database/room_tables.h"
#include "case/query/search.h"
#include "case/store/case_internal.h"
#include "case/trust/high_water_mark.h"
#include "case/trust/known.h"
#include "history/exchange.h"
#include "vault/open_with_key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- judging */

struct judgement {
	char head[HISTORY_ID];
	unsigned char content[VAULT_CONTENT]; /* of the file that was judged */
	uint64_t findings;
	char first[512]; /* printable */
};

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct judgement *j = ctx;
	const char *head = json_get_string(value, "head");
	const char *first = json_get_string(value, "first");
	const char *content = json_get_string(value, "content");
	size_t n = 0;
	if (!head || strlen(head) != HISTORY_ID - 1 || !json_is_integer(json_object_get(value, "findings")) ||
	    !content || sodium_hex2bin(j->content, sizeof j->content, content, strlen(content), NULL, &n, NULL) != 0 ||
	    n != sizeof j->content)
		return err_set(err, ERR_INVALID, _("what came of the check cannot be understood"));
	memcpy(j->head, head, HISTORY_ID);
	j->findings = (uint64_t)json_integer_value(json_object_get(value, "findings"));
	struct err printable = ERR_INIT; /* whatever the process became */
	err_set(&printable, ERR_DAMAGED, "%s", first ? first : "");
	text_copy(j->first, sizeof j->first, printable.message);
	return 0;
}

static void not_judged(struct judgement *j, const char *why)
{
	j->findings = 1;
	text_copy(j->first, sizeof j->first, why);
}

/* In the cage. -1 only where the person cancelled. */
static int judge_caged(const char *path, const struct case_unlock *unlock, const struct progress *progress,
                       struct judgement *j, struct err *err)
{
	unsigned char key[32];
	char hex[65];
	struct err why = ERR_INIT;
	struct worker_result result = {.end = WORKER_DONE};
	struct vault_identity keys = {unlock->identity->public_key, unlock->identity->secret_key};
	struct vault_unlock how = {&keys, unlock->passphrase};
	if (vault_file_key(path, &how, key, &why) < 0)
		return err_take(err, &why);
	sodium_bin2hex(hex, sizeof hex, key, sizeof key);
	sodium_memzero(key, sizeof key);
	json_t *request = json_pack("{s:s}", "key", hex);
	sodium_memzero(hex, sizeof hex);
	char *log = xasprintf("%s-wal", path); /* what its last session had not written back */
	int files[] = {open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK),
	               open(log, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW)};
	struct worker_call call = {
	    .job = gate_job.name,
	    .request = request,
	    .input = -1,
	    .files = files,
	    .file_count = files[1] < 0 ? 1 : 2,
	    .limits = {.memory = (size_t)6 << 30, .output = 1U << 20, .cpu_seconds = 900, .seconds = 1800},
	    .line = take_line,
	    .ctx = j,
	    .progress = progress,
	    .what = path};
	int rc = files[0] < 0 ? err_set_errno(&why, ERR_FAILED, errno, _("cannot read '%s'"), path)
	                      : worker_run(&call, &result, &why);
	if (rc < 0)
		not_judged(j, why.message);
	else if (result.end != WORKER_DONE)
		not_judged(j, result.reason);
	else if (!*j->head)
		not_judged(j, _("the check came to no end"));
	json_decref(request);
	free(log);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (files[i] >= 0)
			close(files[i]);
	return why.code == ERR_CANCELLED ? err_take(err, &why) : 0;
}

/* ---- opening */

static int is_ours(const struct case_file *c, const unsigned char raw[VAULT_HEADER])
{
	return c->identity && vault_header_is_signed_by(raw, c->identity->public_key);
}

/* Its last action is ours, too, or was seen here: whoever else may open it has added no action. */
static int is_last_ours(struct case_file *c, const char *head)
{
	unsigned char key[32];
	return high_water_mark_has(c, head) ||
	       (history_signer_of(c->history, head, key, NULL) == 0 && memcmp(key, c->identity->public_key, 32) == 0);
}

__attribute__((format(printf, 3, 4))) static void read_only_because(struct case_file *c, enum err_code code,
                                                                    const char *format, ...)
{
	va_list args;
	c->foreign_code = code;
	va_start(args, format);
	buf_clear(&c->foreign);
	buf_addv(&c->foreign, format, args);
	va_end(args);
	buf_addf(&c->notice, "%s\n", c->foreign.data);
}

/* What came of the check, for people. */
struct whose {
	int ours;    /* nobody else can have left anything beside the records */
	int changed; /* it was known, and somebody else wrote into it since */
};

/* What its last holder left beside the records: settings of that copy, work that was under way, the index for searching,
 * which no check holds against the records. Drafts and the note of a handover are signed: those of others are none, and
 * drafts are still there when their writer comes back. */
static int leave_out(struct case_file *c, int ours, struct err *err)
{
	static const char foreign[] = "BEGIN IMMEDIATE; DELETE FROM work;"
	                              "DELETE FROM meta WHERE (key LIKE 'local.%' AND key NOT LIKE 'local.handover%') "
	                              "OR key LIKE 'peer.%'";
	static const char own[] = "BEGIN IMMEDIATE; DELETE FROM work";
	if (sqlite3_exec(c->db, ours ? own : foreign, NULL, NULL, NULL) == SQLITE_OK &&
	    (ours || (search_forget(c, NULL) == 0 && room_tables_forget(c->db, NULL) == 0)) &&
	    sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	struct err why = ERR_INIT;
	case_sql_error(c, _("take the case over"), &why);
	if (why.code == ERR_NO_SPACE)
		err_set(err, ERR_NO_SPACE,
		        _("%s; with --read-only it can be read as it is, or copy the case to where it can be written"),
		        why.message);
	err_take(err, &why);
	if (!sqlite3_get_autocommit(c->db))
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

static void tell_taken_over(struct case_file *c, const struct whose *whose)
{
	buf_adds(&c->notice,
	         whose->changed
	             ? _("Somebody else wrote into this case since it was open here. It was checked whole, and "
	                 "nothing wrong was found.\n")
	             : _("It was checked whole before its first use here, and nothing wrong was found.\n"));
	if (!whose->ours)
		buf_adds(&c->notice,
		         _("What its last holder left beside the records (settings, unfinished work) was left "
		           "out.\n"));
}

/* Judged, and nothing was found: opened again, for writing. */
static struct case_file *take_over(const char *path, const struct case_unlock *unlock, const struct judgement *j,
                                   const struct whose *whose, struct err *err)
{
	struct case_file *c = case_open_judged(path, unlock, 0, j->content, err);
	if (!c)
		return NULL;
	if (leave_out(c, whose->ours, err) == 0) {
		known_remember(c);
		tell_taken_over(c, whose);
		return c;
	}
	case_close(c, NULL);
	return NULL;
}

static void not_whole(struct case_file *c, const struct judgement *j, int changed)
{
	read_only_because(c, ERR_DAMAGED,
	                  changed ? _("WARNING: somebody else wrote into this case since it was open here. It was "
	                              "checked, and it is not whole: %s. It is open for reading only; `genba verify` "
	                              "lists what is wrong.")
	                          : _("WARNING: this case was checked before its first use here, and it is not whole: "
	                              "%s. It is open for reading only; `genba verify` lists what is wrong."),
	                  j->first);
	buf_addf(&c->warnings, "%s\n", c->foreign.data);
}

static struct case_file *open_foreign(const char *path, const struct case_unlock *unlock, unsigned flags,
                                      const unsigned char raw[VAULT_HEADER], int changed,
                                      const struct progress *progress, struct err *err)
{
	struct judgement j = {.findings = 0};
	if (judge_caged(path, unlock, progress, &j, err) < 0)
		return NULL;
	struct case_file *c = case_open_judged(path, unlock, CASE_READ_ONLY, j.findings ? NULL : j.content, err);
	if (!c)
		return NULL;
	if (j.findings) {
		not_whole(c, &j, changed);
		return c;
	}
	struct whose whose = {!changed && is_ours(c, raw) && is_last_ours(c, j.head), changed};
	if (!c->responder) /* there is nothing to write for */
		return c;
	if (!high_water_mark_header_is_believed(c)) {
		read_only_because(c, ERR_FAILED,
		                  _("It is open for reading only: no responder of this case signed its header."));
		return c;
	}
	if (c->memory && !whose.ours && !(flags & GATE_UPGRADE)) {
		read_only_because(
		    c, ERR_FAILED,
		    _("It is of an older format and was last written by somebody else: it is open for reading "
		      "only until you change it or accept it."));
		return c;
	}
	case_close(c, NULL);
	return take_over(path, unlock, &j, &whose, err);
}

static struct case_file *open_known(const char *path, const struct case_unlock *unlock, struct err *err)
{
	struct case_file *c = case_open(path, unlock, 0, err);
	if (c)
		known_watch(c);
	return c;
}

struct case_file *gate_open(const char *path, const struct case_unlock *unlock, unsigned flags,
                            const struct progress *progress, struct err *err)
{
	unsigned char raw[VAULT_HEADER];
	if (vault_header_load(path, raw, NULL) < 0) /* opening says what is the matter */
		return case_open(path, unlock, 0, err);
	if (unlock->identity && unlock->identity->secret_key) {
		struct vault_identity keys = {unlock->identity->public_key, unlock->identity->secret_key};
		struct vault_unlock how = {&keys, unlock->passphrase};
		enum known known = known_check(path, raw, &how);
		return known == KNOWN_AS_LEFT
		           ? open_known(path, unlock, err)
		           : open_foreign(path, unlock, flags, raw, known == KNOWN_CHANGED, progress, err);
	}
	struct case_file *c = case_open(path, unlock, CASE_READ_ONLY, err);
	if (c) {
		c->foreign_code = ERR_UNLOCK;
		buf_adds(&c->foreign, _("no identity is unlocked: every change is signed by a responder"));
	}
	return c;
}
