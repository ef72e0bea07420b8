#include "help_history.h"

#include "history/history_private.h"

#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char secret_a[64];
static unsigned char secret_b[64];

static int sign(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return crypto_sign_detached(signature, NULL, message, n, ctx);
}

struct history_signer alice = {sign, secret_a, {0}};
struct history_signer bob = {sign, secret_b, {0}};

int scene_begin(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);
	unsigned char seed[32];
	assert_true(sodium_init() >= 0);
	memset(seed, 1, sizeof seed);
	crypto_sign_seed_keypair(alice.public_key, secret_a, seed);
	memset(seed, 2, sizeof seed);
	crypto_sign_seed_keypair(bob.public_key, secret_b, seed);
	s->now = 1700000000;
	assert_int_equal(sqlite3_open(":memory:", &s->db), SQLITE_OK);
	assert_int_equal(history_open(&s->h, s->db, NULL), 0);
	*state = s;
	return 0;
}

int scene_end(void **state)
{
	struct scene *s = *state;
	history_free(s->h);
	assert_int_equal(sqlite3_close(s->db), SQLITE_OK); /* no statement was left open */
	free(s);
	return 0;
}

void scene_commit_many(struct scene *s, const struct history_change *changes, size_t count, const char *merge_parent)
{
	struct err err = ERR_INIT;
	struct history_meta meta = {.subject = "set R1-A1: status",
	                            .action = "set",
	                            .author_name = "Responder One",
	                            .author_mail = "R1@12345678.genba.invalid",
	                            .when = {s->now++, 0, 540},
	                            .merge_parent = merge_parent};
	scene_sql(s, "BEGIN");
	if (history_commit(s->h, changes, count, &meta, &alice, s->id, &err) < 0)
		fail_msg("history_commit: %s", err.message);
	scene_sql(s, "COMMIT");
}

void scene_commit(struct scene *s, const struct history_signer *who, const char *path, const char *text)
{
	struct err err = ERR_INIT;
	struct history_change change = {path, text, text ? strlen(text) : 0};
	struct history_meta meta = {.subject = "set R1-A1: status",
	                            .action = "set",
	                            .author_name = "Responder One",
	                            .author_mail = "R1@12345678.genba.invalid",
	                            .when = {s->now++, 0, -570}};
	scene_sql(s, "BEGIN");
	if (history_commit(s->h, &change, 1, &meta, who, s->id, &err) < 0)
		fail_msg("history_commit: %s", err.message);
	scene_sql(s, "COMMIT");
}

void scene_sql(struct scene *s, const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(s->db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
}

int64_t scene_int(struct scene *s, const char *sql)
{
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static size_t findings;

static void take_finding(void *ctx, const char *text)
{
	struct buf *out = ctx;
	findings++;
	if (out)
		buf_addf(out, "%s\n", text);
}

size_t scene_verify(struct scene *s, struct buf *text)
{
	struct err err = ERR_INIT;
	struct history_check_spec spec = {.finding = take_finding, .ctx = text};
	struct history_verified counts;
	findings = 0;
	history_rolled_back(s->h); /* what was tampered with below must be read anew */
	if (history_verify(s->h, &spec, NULL, &counts, &err) < 0)
		take_finding(text, err.message);
	return findings;
}

void scene_object(struct scene *s, int type, const void *raw, size_t n, char id[HISTORY_ID])
{
	git_oid oid;
	assert_int_equal(object_write(s->h, (git_object_t)type, raw, n, NULL, &oid, NULL), 0);
	git_oid_tostr(id, HISTORY_ID, &oid);
}

/* ---- folders and commands */

static char scratch[512];

const char *scratch_begin(void)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(scratch, sizeof scratch, "%s/genba-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(scratch));
	return scratch;
}

void scratch_end(void)
{
	assert_int_equal(shell("rm -rf '%s'", scratch), 0);
}

static FILE *run(const char *format, va_list args)
{
	struct buf command = BUF_INIT;
	buf_adds(&command, "export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; ");
	buf_addv(&command, format, args);
	FILE *pipe = popen(command.data, "r");
	buf_release(&command);
	assert_non_null(pipe);
	return pipe;
}

static int finish(FILE *pipe, struct buf *out)
{
	char chunk[4096];
	size_t n;
	while ((n = fread(chunk, 1, sizeof chunk, pipe)) > 0)
		if (out)
			buf_add(out, chunk, n);
	int status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int shell(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	FILE *pipe = run(format, args);
	va_end(args);
	return finish(pipe, NULL);
}

void shell_output(struct buf *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	FILE *pipe = run(format, args);
	va_end(args);
	assert_int_equal(finish(pipe, out), 0);
}
