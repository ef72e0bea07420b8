#include "tui/command/demo.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "case/case.h"
#include "case/store/meta.h"
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

/* Of the practice files: raised when their bytes change, which tests/test_demo.sh and test_demo_large.sh notice. */
#define DEMO_FILES_VERSION 2

static const char content_key[] = "local.practice"; /* in the case: demo_content() of the program that made it */

enum demo_found { DEMO_FAILED = -1, DEMO_OPEN, DEMO_OTHER_LANGUAGE, DEMO_OTHER_VERSION };

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
	int rc = path_write_file(path, text.data, text.len, PATH_SAME, err);
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
	free(s->identity_path);
	s->identity_path = xstrdup(path); /* a lock asks for this one's passphrase */
	s->identity = identity_load(path, err);
	if (!s->identity)
		return -1;
	return identity_unlock(s->identity, path, passphrase, err);
}

/* What the practice case is made of, in a word: another word, another story. */
static char *demo_content(const struct demo *demo)
{
	unsigned char digest[32];
	sha256_of(demo->script, strlen(demo->script), digest);
	return xasprintf("%d-%02x%02x%02x%02x%02x%02x", DEMO_FILES_VERSION, digest[0], digest[1], digest[2], digest[3],
	                 digest[4], digest[5]);
}

/* Whether the open case was made, to its end, of what this program would make it of. */
static int is_of_this_version(struct session *s, const struct demo *demo)
{
	struct buf made = BUF_INIT;
	char *content = demo_content(demo);
	int same = case_meta_get(s->c, content_key, &made, NULL) == 0 && strcmp(made.data, content) == 0;
	free(content);
	buf_release(&made);
	return same;
}

/* Opens the practice case at s->path. If it is not DEMO_OPEN, it is closed again: another version of this program made it, or it
 * tells its story in the other language, as its tag from demo.script says. */
static enum demo_found open_case(struct session *s, const struct demo *demo, struct err *err)
{
	struct case_unlock unlock = {s->identity, NULL};
	s->c = case_open(s->path, &unlock, 0, err);
	json_t *record = s->c ? record_get(s->c, "case", 0, err) : NULL;
	if (!record)
		return DEMO_FAILED;
	struct buf tags = BUF_INIT;
	record_field_text(record, kind_field(record_kind(record), "tags"), &tags);
	enum demo_found found = DEMO_OPEN;
	if (!is_of_this_version(s, demo))
		found = DEMO_OTHER_VERSION;
	else if (strstr(tags.data, is_japanese() ? "practice case" : "演習用"))
		found = DEMO_OTHER_LANGUAGE;
	buf_release(&tags);
	json_decref(record);
	return found == DEMO_OPEN || session_close(s, err) == 0 ? found : DEMO_FAILED;
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
	char *content = demo_content(demo);
	int rc = run_script(s, demo, dir, err);
	if (rc == 0)
		rc = case_meta_set(s->c, content_key, content, err);
	free(content);
	if (rc == 0)
		return 0;
	session_close(s, NULL);
	unlink(s->path);
	return -1;
}

/* practice.genba (or large.genba), or with `language` "ja" practice.ja.genba, with the identity beside it. As open_case(). */
static enum demo_found demo_take(struct session *s, const struct demo *demo, const char *dir, const char *language,
                                 const struct secret *passphrase, struct err *err)
{
	const char *dot = *language ? "." : "";
	char *key = xasprintf("%s/identity%s%s.json", dir, dot, language);
	free(s->path);
	s->path = xasprintf("%s/%s%s%s.genba", dir, demo->name, dot, language);
	enum demo_found found = DEMO_OPEN;
	if (make_identity(s, key, passphrase, err) < 0)
		found = DEMO_FAILED;
	else if (access(s->path, F_OK) == 0)
		found = open_case(s, demo, err);
	else if (make_case(s, demo, dir, err) < 0)
		found = DEMO_FAILED;
	free(key);
	return found;
}

/* What lies in one folder: if it is there in the other language, it stays, and one in this language is made beside it. */
static enum demo_found demo_take_in(struct session *s, const struct demo *demo, const char *dir,
                                    const struct secret *passphrase, struct err *err)
{
	if (path_make(dir, err) < 0)
		return DEMO_FAILED;
	enum demo_found found = demo_take(s, demo, dir, "", passphrase, err);
	if (found == DEMO_OTHER_LANGUAGE)
		found = demo_take(s, demo, dir, is_japanese() ? "ja" : "en", passphrase, err);
	if (found == DEMO_OTHER_VERSION)
		printable_printf(s->log,
		                 _("%s was made by another version of genba, or not to its end. It stays as it is.\n"),
		                 s->path);
	return found;
}

int demo_make(struct session *s, const char *dir, int is_large, struct err *err)
{
	const struct demo *demo = is_large ? &large : &small;
	struct secret passphrase = SECRET_INIT;
	secret_set(&passphrase, demo_passphrase, sizeof demo_passphrase - 1);
	enum demo_found found = demo_take_in(s, demo, dir, &passphrase, err);
	/* its evidence lies beside it, and would not be its evidence any more if this version wrote its own there */
	for (unsigned i = 2; found == DEMO_OTHER_VERSION; i++) {
		char *other = xasprintf("%s/%u", dir, i);
		found = demo_take_in(s, demo, other, &passphrase, err);
		free(other);
	}
	secret_release(&passphrase);
	return found == DEMO_OPEN ? 0 : -1;
}
