#include "tui/command/demo.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "case/case.h"
#include "case/store/record.h"
#include "finding/practice/terminals.h"
#include "tui/command/command.h"
#include "tui/command/demo_large.h"
#include "tui/command/demo_mails.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The script, byte for byte, inside the program. */
__asm__(".section .rodata\n"
        "demo_script:\n"
        ".incbin \"" GENBA_DEMO_SCRIPT "\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char demo_script[];

static const char demo_passphrase[] = "practice";

/* What the practice log holds besides ordinary lines: the terminals' contacts with the C2 from the log's beginning on, and what was
 * uploaded (finding/practice/terminals.h tells the same from their disks). */
static const struct {
	int64_t when;   /* seconds since 1970 */
	unsigned every; /* seconds to the next, if there are several */
	unsigned times;
	const char *line; /* behind the time */
} log_traces[] = {
    {1400546103, 86400, 5,
     "212 192.0.2.11 TCP_TUNNEL/200 4211 CONNECT www.c2.example:443 - HIER_DIRECT/198.51.100.7 -"},
    {1404991471, 1, 1,
     "9120 192.0.2.11 TCP_MISS/200 598 POST http://up.free-storage.example/put?name=a.rar - HIER_DIRECT/203.0.113.80 "
     "text/html"},
    {1405041071, 7200, 6, "187 192.0.2.12 TCP_TUNNEL/200 3977 CONNECT www.c2.example:443 - HIER_DIRECT/198.51.100.7 -"},
    {1405077344, 1, 1,
     "48210 192.0.2.12 TCP_MISS/200 612 POST http://up.free-storage.example/put?name=b.rar - HIER_DIRECT/203.0.113.80 "
     "text/html"},
};

/* A proxy's log, the same at every run: squid's lines of two months, in the order of time. */
static int write_log(const char *path, struct err *err)
{
	static const char *const sites[] = {"www.news.example", "mail.a.example", "update.os.example",
	                                    "www.c2.example.org", "free-storage.example.net"};
	struct buf text = BUF_INIT;
	size_t told[sizeof log_traces / sizeof *log_traces] = {0};
	unsigned value = 20140711U;
	for (int64_t when = 1400510000; when < 1405471000; when += 13000 + (int64_t)(value >> 16) % 3000) {
		for (size_t i = 0; i < sizeof told / sizeof *told; i++)
			for (; told[i] < log_traces[i].times; told[i]++) {
				int64_t at = log_traces[i].when + (int64_t)(told[i] * log_traces[i].every);
				if (at > when)
					break;
				buf_addf(&text, "%lld.%03u %s\n", (long long)at, 117 + (unsigned)told[i],
				         log_traces[i].line);
			}
		value = value * 1103515245U + 12345U;
		buf_addf(&text,
		         "%lld.%03u %u 192.0.2.%u TCP_MISS/200 %u GET http://%s/%u.html - HIER_DIRECT/203.0.113.%u "
		         "text/html\n",
		         (long long)when, (value >> 8) % 1000, (value >> 12) % 900, 11 + (value >> 20) % 4,
		         (value >> 10) % 90000, sites[(value >> 24) % 5], (value >> 16) % 1000, (value >> 14) % 250);
	}
	int rc = path_write_file(path, text.data, text.len, PATH_REPLACE, err);
	buf_release(&text);
	return rc;
}

static int is_japanese(void)
{
	return strcmp(i18n_language(), "ja") == 0;
}

static int write_files(const char *dir, int japanese, struct err *err)
{
	int rc = demo_mails_write(dir, japanese, err);
	char *a = xasprintf("%s/terminal-a-disk.img", dir);
	char *b = xasprintf("%s/terminal-b-disk.img", dir);
	if (rc == 0)
		rc = terminal_a_write(a, err);
	if (rc == 0)
		rc = terminal_b_write(b, err);
	free(a);
	free(b);
	if (rc == 0) {
		char *path = xasprintf("%s/proxy.log", dir);
		rc = write_log(path, err);
		free(path);
	}
	return rc;
}

/* A practice case: its file's name, what it is called, its files, its script. */
struct demo {
	const char *name;
	const char *title;    /* English, to be translated */
	const char *party[2]; /* English, Japanese */
	const char *script;
	int (*files)(const char *dir, int japanese, struct err *err);
	int (*step)(struct session *s, const char *step, const char *dir,
	            struct err *err); /* a line with '@'; or NULL */
};

static const struct demo small = {.name = "practice",
                                  .title = N_("Practice: a chain of attacks, organisations A and B"),
                                  .party = {"Organisation A", "組織A"},
                                  .script = demo_script,
                                  .files = write_files};
static const struct demo large = {.name = "large",
                                  .title = N_("Practice: a large site, attacked while it responds"),
                                  .party = {"Organisation L", "組織L"},
                                  .script = demo_large_script,
                                  .files = demo_large_files,
                                  .step = demo_large_step};

/* Chooses the language's half of each {English|日本語} and puts the folder in. */
static void demo_expand(const char *line, size_t n, const char *dir, struct buf *out)
{
	int japanese = is_japanese();
	const char *end = line + n;
	while (line < end) {
		const char *bar = *line == '{' ? memchr(line, '|', (size_t)(end - line)) : NULL;
		const char *close = bar ? memchr(bar, '}', (size_t)(end - bar)) : NULL;
		if (close) {
			if (japanese)
				buf_add(out, bar + 1, (size_t)(close - bar - 1));
			else
				buf_add(out, line + 1, (size_t)(bar - line - 1));
			line = close + 1;
		} else if (strncmp(line, "$DIR", 4) == 0) {
			for (const char *p = dir; *p; p++) {
				if (strchr(" \t\"'\\#", *p))
					buf_addc(out, '\\');
				buf_addc(out, *p);
			}
			line += 4;
		} else {
			buf_addc(out, *line++);
		}
	}
}

static int run_script(struct session *s, const struct demo *demo, const char *dir, struct err *err)
{
	int rc = 0;
	unsigned number = 0;
	for (const char *line = demo->script; *line && rc == 0;) {
		size_t n = strcspn(line, "\n");
		struct buf text = BUF_INIT;
		struct buf output = BUF_INIT;
		number++;
		demo_expand(line, n, dir, &text);
		rc = demo->step && *text.data == '@' ? demo->step(s, text.data, dir, err)
		                                     : command_run_line(s, text.data, &output, err);
		if (rc < 0)
			err_prefix(err, _("practice case, line %u"), number);
		buf_release(&text);
		buf_release(&output);
		line += n + (line[n] == '\n');
	}
	return rc;
}

static int make_identity(struct session *s, const char *path, const struct secret *passphrase, struct err *err)
{
	if (access(path, F_OK) < 0 &&
	    identity_create(path, _("Responder One (practice)"), "R1", passphrase, VAULT_KDF_INTERACTIVE, err) < 0)
		return -1;
	identity_free(s->identity);
	s->identity = identity_load(path, err);
	if (!s->identity)
		return -1;
	return identity_unlock(s->identity, path, passphrase, err);
}

/* Opens the practice case at s->path. 1: done; 0: it tells its story in the other language, as its tag from demo.script says,
 * and is closed again; -1. */
static int open_case(struct session *s, struct err *err)
{
	struct case_unlock unlock = {s->identity, NULL};
	s->c = case_open(s->path, &unlock, 0, err);
	json_t *record = s->c ? record_get(s->c, "case", 0, err) : NULL;
	if (!record)
		return -1;
	struct buf tags = BUF_INIT;
	record_field_text(record, kind_field(record_kind(record), "tags"), &tags);
	int other = strstr(tags.data, is_japanese() ? "practice case" : "演習用") != NULL;
	buf_release(&tags);
	json_decref(record);
	return other ? session_close(s, err) : 1;
}

static int make_case(struct session *s, const struct demo *demo, const char *dir, struct err *err)
{
	struct case_new spec = {
	    .title = i18n_text(demo->title), .party = demo->party[is_japanese()], .tlp = "AMBER", .owner = s->identity};
	if (demo->files(dir, is_japanese(), err) < 0)
		return -1;
	s->c = case_create(s->path, &spec, err);
	if (!s->c)
		return -1;
	if (run_script(s, demo, dir, err) == 0)
		return 0;
	session_close(s, NULL);
	unlink(s->path);
	return -1;
}

/* practice.genba (or large.genba), or with `language` "ja" practice.ja.genba, with the identity beside it. As open_case(). */
static int demo_take(struct session *s, const struct demo *demo, const char *dir, const char *language,
                     const struct secret *passphrase, struct err *err)
{
	const char *dot = *language ? "." : "";
	char *key = xasprintf("%s/identity%s%s.json", dir, dot, language);
	free(s->path);
	s->path = xasprintf("%s/%s%s%s.genba", dir, demo->name, dot, language);
	int rc = make_identity(s, key, passphrase, err);
	if (rc == 0 && access(s->path, F_OK) == 0)
		rc = open_case(s, err);
	else if (rc == 0)
		rc = make_case(s, demo, dir, err) < 0 ? -1 : 1;
	free(key);
	return rc;
}

int demo_make(struct session *s, const char *dir, int is_large, struct err *err)
{
	const struct demo *demo = is_large ? &large : &small;
	if (path_make(dir, err) < 0)
		return -1;
	struct secret passphrase = SECRET_INIT;
	secret_set(&passphrase, demo_passphrase, sizeof demo_passphrase - 1);
	int rc = demo_take(s, demo, dir, "", &passphrase, err);
	if (rc == 0) /* it is there in the other language, and stays */
		rc = demo_take(s, demo, dir, is_japanese() ? "ja" : "en", &passphrase, err);
	secret_release(&passphrase);
	return rc < 0 ? -1 : 0;
}
