#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/secret.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "case/identity/identity.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void bench_fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static struct identity *kept_identity(struct err *err)
{
	struct secret passphrase = SECRET_INIT;
	char *path = identity_default_path();
	struct identity *id = NULL;
	secret_set(&passphrase, "bench", 5);
	if (identity_create(path, "Responder One", "R1", &passphrase, VAULT_KDF_INTERACTIVE, err) == 0)
		id = identity_load(path, err);
	if (id && identity_unlock(id, path, &passphrase, err) < 0)
		bench_fail("identity_unlock", err->message);
	secret_release(&passphrase);
	free(path);
	return id;
}

void bench_case_open(struct bench_case *b, const char *keep)
{
	struct err err = ERR_INIT;
	const char *tmp = getenv("TMPDIR");
	memset(b, 0, sizeof *b);
	if (sodium_init() < 0)
		bench_fail("bench", "libsodium");
	b->keep = keep != NULL;
	b->folder = keep ? xstrdup(keep) : xasprintf("%s/genba-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (keep ? path_make(keep, &err) < 0 : !mkdtemp(b->folder))
		bench_fail("bench", "cannot make the folder");
	setenv("XDG_DATA_HOME", b->folder, 1);
	b->path = xasprintf("%s/site.genba", b->folder);
	b->identity = keep ? kept_identity(&err) : identity_ephemeral("Responder One", "R1");
	if (!b->identity)
		bench_fail("identity", err.message);
	struct case_new spec = {.title = "Benchmark", .owner = b->identity};
	b->c = case_create(b->path, &spec, &err);
	if (!b->c)
		bench_fail("case_create", err.message);
}

void bench_case_reopen(struct bench_case *b)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {b->identity, NULL};
	if (case_close(b->c, &err) < 0)
		bench_fail("case_close", err.message);
	b->c = case_open(b->path, &unlock, 0, &err);
	if (!b->c)
		bench_fail("case_open", err.message);
}

void bench_case_close(struct bench_case *b)
{
	case_close(b->c, NULL);
	identity_free(b->identity);
	char *command = xasprintf("rm -rf '%s'", b->folder);
	if (!b->keep && system(command) != 0)
		fprintf(stderr, "'%s' could not be removed\n", b->folder);
	free(command);
	free(b->path);
	free(b->folder);
}

static const char *const words[] = {"mail", "personnel", "attachment", "proxy", "log",  "found", "isolated", "switch",
                                    "端末", "感染",      "隔離",       "通信",  "確認", "担当",  "報告",     "保全"};

static void sentence(struct buf *b, size_t seed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		buf_addf(b, "%s%s", i ? " " : "", words[(seed >> 33) % (sizeof words / sizeof *words)]);
	}
}

static void add_one(struct bench_case *b, struct action *a, size_t i, struct err *err)
{
	char label[LABEL_TEXT];
	struct buf text = BUF_INIT;
	struct buf name = BUF_INIT;
	sentence(&text, i, 6 + i % 20);
	if (i % 4 == 0) {
		buf_addf(&name, "HR-PC-%05zu", i);
		struct assign f[] = {{"hostname", name.data},
		                     {"type", "terminal"},
		                     {"status", "suspected"},
		                     {"os", "Windows 11 23H2"},
		                     {"department", "Personnel"}};
		if (action_add(a, "asset", f, 5, 0, label, err) == 0)
			b->assets++;
	} else if (i % 4 == 1) {
		struct assign f[] = {{"text", text.data}, {"stance", "fact"}};
		action_add(a, "note", f, 2, 0, label, err);
	} else if (i % 4 == 2) {
		struct assign f[] = {{"title", text.data}, {"when", "2026-11-23T14:05:09+09:00"}, {"side", "attacker"}};
		action_add(a, "event", f, 3, 0, label, err);
	} else {
		static size_t serial; /* an indicator is on record once, however often the numbers begin anew */
		buf_addf(&name, "%08zx%08zx", i * 2654435761U, ++serial);
		struct buf hash = BUF_INIT;
		for (int k = 0; k < 4; k++)
			buf_adds(&hash, name.data);
		buf_truncate(&hash, 64);
		struct assign f[] = {{"type", "sha256"}, {"value", hash.data}, {"role", "malware"}};
		/* each is another: that it is not on record yet is not asked, which looks at all there are */
		action_add(a, "indicator", f, 3, RECORD_TWICE, label, err);
		buf_release(&hash);
	}
	buf_release(&name);
	buf_release(&text);
}

void bench_records(struct bench_case *b, size_t count)
{
	struct err err = ERR_INIT;
	size_t most = count < 50000 ? 1000 : 10000; /* in an action */
	for (size_t done = 0; done < count;) {
		size_t n = count - done < most ? count - done : most;
		struct action *a = action_begin(b->c, "import", &err);
		for (size_t i = 0; a && i < n; i++)
			add_one(b, a, done + i, &err);
		if (!a || action_commit(a, &err) < 0)
			bench_fail("import", err.message);
		done += n;
	}
}

void bench_action(struct bench_case *b, size_t i)
{
	static const char *const status[] = {"suspected", "infected", "clean", "unchecked"};
	struct err err = ERR_INIT;
	struct action *a = action_begin(b->c, i % 4 == 0 ? "add" : "set", &err);
	if (!a)
		bench_fail("action_begin", err.message);
	if (i % 4 == 0 || b->assets == 0) {
		add_one(b, a, i / 4, &err);
	} else {
		char label[LABEL_TEXT];
		char at[32];
		snprintf(label, sizeof label, "R1-A%zu", 1 + (i * 7919) % b->assets);
		snprintf(at, sizeof at, "2026-11-%02zuT%02zu:%02zu:00Z", 1 + i % 28, i % 24, (i / 4 * 7) % 60);
		struct assign f[] = {{"status", status[i / 4 % 4]}, {"checked_at", at}};
		action_set(a, label, f, 2, 0, &err);
	}
	if (action_commit(a, &err) < 0)
		bench_fail("action_commit", err.message);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

double bench_cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_cpu_children(void)
{
	struct rusage u;
	getrusage(RUSAGE_CHILDREN, &u);
	return seconds(u.ru_utime) + seconds(u.ru_stime);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return x < y ? -1 : x > y;
}

double bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return count ? (values[(count - 1) / 2] + values[count / 2]) / 2 : 0;
}
