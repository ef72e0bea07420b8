#include "case/trust/known.h"

#include "base/file/paths.h"
#include "case/store/case_internal.h"
#include "vault/open_with_key.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line: public key, `clean` or `log`, state; both in hex. Several copies of one file may be worked on by turns. */
enum { KNOWN_LIMIT = 65536, KNOWN_STATES = 8 };

static char *known_path(const unsigned char raw[VAULT_HEADER])
{
	unsigned char fingerprint[VAULT_FINGERPRINT];
	struct buf name = BUF_INIT;
	char *home = path_data_home();
	vault_header_fingerprint(raw, fingerprint);
	buf_addhex(&name, fingerprint, sizeof fingerprint);
	char *path = xasprintf("%s/known/%s", home, name.data);
	buf_release(&name);
	free(home);
	return path;
}

static int known_load(const char *path, struct buf *text)
{
	return access(path, F_OK) == 0 && buf_read_file(text, path, KNOWN_LIMIT, NULL) == 0 && text->len > 0;
}

static char *hex_of(const unsigned char key[32])
{
	struct buf hex = BUF_INIT;
	buf_addhex(&hex, key, 32);
	return buf_take(&hex, NULL);
}

static char *line_of(const unsigned char key[32], const char *how, const unsigned char state[VAULT_STATE])
{
	char *who = hex_of(key);
	char *what = hex_of(state);
	char *line = xasprintf("%s %s %s\n", who, how, what);
	free(what);
	free(who);
	return line;
}

/* ---- asking */

static int has_state(const char *text, const unsigned char *key, const char *how,
                     const unsigned char state[VAULT_STATE])
{
	char *line = line_of(key, how, state);
	int has = strstr(text, line) != NULL;
	free(line);
	return has;
}

enum known known_check(const char *path, const unsigned char raw[VAULT_HEADER], const struct vault_unlock *unlock)
{
	unsigned char state[VAULT_STATE];
	const unsigned char *key = unlock->identity->public_key;
	struct buf text = BUF_INIT;
	enum known known = KNOWN_NOT;
	char *file = known_path(raw);
	char *who = hex_of(key);
	if (known_load(file, &text) && strstr(text.data, who)) {
		known = KNOWN_CHANGED;
		if (vault_state_of_file(path, state) == 0 && has_state(text.data, key, "clean", state))
			known = KNOWN_AS_LEFT;
		else if (strstr(text.data, " log ") && vault_file_session(path, unlock, state) == 0 &&
		         has_state(text.data, key, "log", state))
			known = KNOWN_AS_LEFT;
	}
	free(who);
	free(file);
	buf_release(&text);
	return known;
}

/* ---- remembering */

/* The newest first. What is true of a session under way is no longer true when it is closed. */
static void known_put(const char *file, const unsigned char key[32], const char *how,
                      const unsigned char state[VAULT_STATE])
{
	struct buf text = BUF_INIT;
	struct buf before = BUF_INIT;
	char *who = hex_of(key);
	char *line = line_of(key, how, state);
	int closed = strcmp(how, "clean") == 0;
	int own = 1;
	buf_adds(&text, line);
	if (known_load(file, &before))
		for (char *rest = before.data, *old; (old = strsep(&rest, "\n"));) {
			int mine = strncmp(old, who, strlen(who)) == 0;
			if (!*old || strncmp(old, line, strlen(old)) == 0 || (mine && closed && strstr(old, " log ")) ||
			    (mine && own++ >= KNOWN_STATES))
				continue;
			buf_addf(&text, "%s\n", old);
		}
	if (before.len != text.len || memcmp(before.data, text.data, text.len) != 0)
		if (path_make_parents(file, NULL) == 0)
			path_write_file(file, text.data, text.len, PATH_REPLACE, NULL);
	free(line);
	free(who);
	buf_release(&before);
	buf_release(&text);
}

static void remember(const struct case_file *c)
{
	unsigned char raw[VAULT_HEADER];
	unsigned char state[VAULT_STATE];
	vault_header_copy(c->vault, raw);
	vault_state_of_session(c->vault, state);
	char *file = known_path(raw);
	known_put(file, c->identity->public_key, "log", state);
	free(file);
}

static void log_begins(void *ctx)
{
	remember(ctx);
}

void known_watch(struct case_file *c)
{
	if (c->identity)
		vault_watch_log(c->vault, log_begins, c);
}

void known_remember(struct case_file *c)
{
	if (!c->identity)
		return;
	remember(c);
	known_watch(c);
}

void known_left(const char *path, const unsigned char key[32])
{
	unsigned char raw[VAULT_HEADER];
	unsigned char state[VAULT_STATE];
	struct buf text = BUF_INIT;
	if (vault_header_load(path, raw, NULL) < 0)
		return;
	char *file = known_path(raw);
	char *who = hex_of(key);
	if (known_load(file, &text) && strstr(text.data, who) && vault_state_of_file(path, state) == 0)
		known_put(file, key, "clean", state);
	free(who);
	free(file);
	buf_release(&text);
}
