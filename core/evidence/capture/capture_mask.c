#include "evidence/capture/capture_mask.h"

#include "base/buf.h"
#include "base/err.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH = 5 }; /* of scripts in scripts */

/* ---- names */

/* "--password", "-pass", "API_KEY", "x-auth-token": does the name of an option or variable speak of a secret? */
static int names_secret(const char *word, size_t n)
{
	static const char *const words[] = {"password",   "passwords",   "passwd",    "passphrase", "pass",   "pwd",
	                                    "passcode",   "secret",      "secrets",   "token",      "tokens", "apikey",
	                                    "credential", "credentials", "accesskey", "secretkey"};
	char plain[64];
	size_t k = 0;
	for (size_t i = n > 200 ? n - 200 : 0; i < n; i++) /* the end of a name counts */
		if (isalnum((unsigned char)word[i])) {
			if (k + 1 == sizeof plain) {
				memmove(plain, plain + 1, k - 1);
				k--;
			}
			plain[k++] = (char)tolower((unsigned char)word[i]);
		}
	plain[k] = '\0';
	if (strcmp(plain, "pw") == 0)
		return 1;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t m = strlen(words[i]);
		if (k >= m && strcmp(plain + k - m, words[i]) == 0)
			return 1;
	}
	return 0;
}

/* How a program takes a secret by a short option. */
static const struct taking {
	const char *program; /* or its beginning, with a '*' */
	const char *option;
	int attached; /* -pSECRET */
	int next;     /* -p SECRET */
	char after;   /* the secret stands behind this character; 0: it is all of it */
} takings[] = {
    {"mysql*", "-p", 1, 0, 0},       {"mariadb*", "-p", 1, 0, 0},
    {"sshpass", "-p", 1, 1, 0},      {"7z*", "-p", 1, 0, 0},
    {"rar", "-p", 1, 0, 0},          {"rar", "-hp", 1, 0, 0},
    {"unrar", "-p", 1, 0, 0},        {"zip", "-P", 1, 1, 0},
    {"unzip", "-P", 1, 1, 0},        {"smbclient", "-U", 1, 1, '%'},
    {"rpcclient", "-U", 1, 1, '%'},  {"net", "-U", 1, 1, '%'},
    {"smbget", "-U", 1, 1, '%'},     {"winexe", "-U", 1, 1, '%'},
    {"ldap*", "-w", 1, 1, 0},        {"redis-cli", "-a", 1, 1, 0},
    {"mongo*", "-p", 1, 1, 0},       {"docker", "-p", 0, 1, 0},
    {"podman", "-p", 0, 1, 0},       {"rdesktop", "-p", 1, 1, 0},
    {"psexec*", "-p", 0, 1, 0},      {"sqlcmd", "-P", 1, 1, 0},
    {"bcp", "-P", 1, 1, 0},          {"ipmitool", "-P", 1, 1, 0},
    {"snmp*", "-c", 1, 1, 0},        {"snmp*", "-A", 1, 1, 0},
    {"snmp*", "-X", 1, 1, 0},        {"openssl", "-k", 0, 1, 0},
    {"openssl", "-K", 0, 1, 0},      {"curl", "-b", 1, 1, '='},
    {"curl", "--cookie", 0, 1, '='}, {"curl", "--oauth2-bearer", 0, 1, 0},
    {"curl", "-E", 1, 1, ':'},       {"curl", "--cert", 0, 1, ':'},
    {"netexec", "-p", 0, 1, 0},      {"crackmapexec", "-p", 0, 1, 0},
    {"nxc", "-p", 0, 1, 0},          {"evil-winrm", "-p", 0, 1, 0},
};

static int is_program(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);
	return pattern[n - 1] == '*' ? strncmp(pattern, name, n - 1) == 0 : strcmp(pattern, name) == 0;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* ---- spans */

static void add_span(struct secret_spans *s, size_t start, size_t end)
{
	if (start >= end)
		return;
	s->items = xrealloc(s->items, (s->count + 1) * sizeof *s->items);
	s->items[s->count++] = (struct secret_span){start, end};
}

static int capture_mask_compare(const void *a, const void *b)
{
	const struct secret_span *x = a;
	const struct secret_span *y = b;
	return x->start < y->start ? -1 : x->start > y->start;
}

static void join(struct secret_spans *s)
{
	size_t kept = 0;
	if (s->count)
		qsort(s->items, s->count, sizeof *s->items, capture_mask_compare);
	for (size_t i = 0; i < s->count; i++)
		if (kept && s->items[i].start <= s->items[kept - 1].end)
			s->items[kept - 1].end =
			    s->items[i].end > s->items[kept - 1].end ? s->items[i].end : s->items[kept - 1].end;
		else
			s->items[kept++] = s->items[i];
	s->count = kept;
}

/* ---- one word */

/* scheme://user:SECRET@ and ?name=SECRET& */
static void find_in_urls(const char *word, struct secret_spans *out)
{
	for (const char *p = word; (p = strstr(p, "://")) != NULL;) {
		p += 3;
		size_t n = strcspn(p, "/?# \t\n\"'");
		const char *at = memrchr(p, '@', n);
		const char *colon = at ? memchr(p, ':', (size_t)(at - p)) : NULL;
		if (colon)
			add_span(out, (size_t)(colon + 1 - word), (size_t)(at - word));
	}
	for (const char *p = word; *p; p++) {
		if (*p != '?' && *p != '&')
			continue;
		size_t name = strcspn(p + 1, "=&# \t\n\"'");
		if (p[1 + name] == '=' && names_secret(p + 1, name)) {
			const char *value = p + 2 + name;
			add_span(out, (size_t)(value - word), (size_t)(value - word) + strcspn(value, "&# \t\n\"'"));
		}
	}
}

/* Authorization: Bearer SECRET, behind -H or --header= as well. 1 if the word is such a header. */
static int find_in_header(const char *whole, struct secret_spans *out)
{
	static const char *const names[] = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-auth"};
	const char *word = whole + (strncmp(whole, "--header=", 9) == 0 ? 9 : strncmp(whole, "-H", 2) == 0 ? 2 : 0);
	size_t n = strcspn(word, ": \t");
	int known = names_secret(word, n);
	if (word[n] != ':' || n == 0 || word[n + 1] == '/' || strspn(word, "0123456789") == n)
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		known |= strlen(names[i]) == n && strncasecmp(word, names[i], n) == 0;
	if (!known)
		return 0;
	const char *value = word + n + 1;
	value += strspn(value, " \t");
	size_t scheme = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
	if (n >= 13 && strncasecmp(word + n - 13, "authorization", 13) == 0 && value[scheme] == ' ')
		value += scheme + 1;
	add_span(out, (size_t)(value - whole), strlen(whole));
	return 1;
}

/* name=SECRET, /p:SECRET, pass:SECRET */
static void find_assigned(const char *word, struct secret_spans *out)
{
	size_t n = strcspn(word, "= \t\n;|&\"'");
	if (word[n] == '=' && names_secret(word, n))
		add_span(out, n + 1, strlen(word));
	else if (strncasecmp(word, "/p:", 3) == 0)
		add_span(out, 3, strlen(word));
	else if (strncmp(word, "pass:", 5) == 0)
		add_span(out, 5, strlen(word));
	else if (*word == '/' && (n = strcspn(word, ": \t\n")) && word[n] == ':' && names_secret(word, n))
		add_span(out, n + 1, strlen(word));
}

/* user:SECRET, but not the numbers of a user and a group. */
static void find_behind(const char *word, char mark, struct secret_spans *out)
{
	const char *p = strchr(word, mark);
	if (!p || (mark == ':' && (p[1] == '/' || strspn(word, "0123456789:") == strlen(word))))
		return;
	add_span(out, (size_t)(p + 1 - word), strlen(word));
}

/* ---- a command */

struct masked_command {
	char program[64];
	int begins;  /* its program may still come */
	int wrapped; /* by sudo and the like, whose own options and their values come before it */
};

static int is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return 1;
	return 0;
}

static int is_wrapper(const char *name)
{
	static const char *const wrappers[] = {
	    "sudo",         "doas",     "env",    "nice",   "nohup",   "time",    "timeout", "exec",    "command",
	    "stdbuf",       "setsid",   "ionice", "strace", "ltrace",  "xargs",   "chroot",  "unshare", "proxychains",
	    "proxychains4", "torsocks", "torify", "watch",  "busybox", "sshpass", NULL};
	return is_one_of(name, wrappers);
}

static int is_shell(const char *name)
{
	static const char *const shells[] = {"sh",   "bash", "dash",    "zsh", "ksh",  "ash",
	                                     "fish", "su",   "runuser", "ssh", "eval", NULL};
	return is_one_of(name, shells);
}

static int is_known(const char *name)
{
	for (size_t i = 0; i < sizeof takings / sizeof *takings; i++)
		if (is_program(takings[i].program, name))
			return 1;
	return is_shell(name);
}

static void look_for_program(struct masked_command *c, const char *word)
{
	const char *name = base_of(word);
	if (!c->begins || *word == '-' || strchr(word, '=') || (c->wrapped && !is_known(name) && !is_wrapper(name)))
		return;
	snprintf(c->program, sizeof c->program, "%s", name);
	c->begins = c->wrapped = is_wrapper(name);
}

static int takes_user(const char *option)
{
	static const char *const options[] = {"-u", "-U", "--user", "--proxy-user", "--auth", "--basic-auth"};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (strcmp(options[i], option) == 0)
			return 1;
	return 0;
}

/* What the word before says of this one. */
static void find_by_option(const struct masked_command *c, const char *before, const char *word,
                           struct secret_spans *out)
{
	if (!before || *before != '-')
		return;
	if (takes_user(before))
		find_behind(word, ':', out);
	if (!strchr(before, '=') && names_secret(before, strlen(before)) && *word != '-')
		add_span(out, 0, strlen(word));
	for (size_t i = 0; i < sizeof takings / sizeof *takings; i++) {
		const struct taking *t = &takings[i];
		if (!t->next || strcmp(before, t->option) != 0 || !is_program(t->program, c->program))
			continue;
		if (t->after)
			find_behind(word, t->after, out);
		else
			add_span(out, 0, strlen(word));
	}
}

static void find_attached(const struct masked_command *c, const char *word, struct secret_spans *out)
{
	if (strncmp(word, "-u", 2) == 0 && word[2] && strcmp(c->program, "curl") == 0) {
		const char *colon = strchr(word, ':');
		if (colon)
			add_span(out, (size_t)(colon + 1 - word), strlen(word));
	}
	for (size_t i = 0; i < sizeof takings / sizeof *takings; i++) {
		const struct taking *t = &takings[i];
		size_t n = strlen(t->option);
		if (!t->attached || strncmp(word, t->option, n) != 0 || strlen(word) == n ||
		    !is_program(t->program, c->program))
			continue;
		const char *from = t->after ? strchr(word + n, t->after) : word + n - 1;
		if (from)
			add_span(out, (size_t)(from + 1 - word), strlen(word));
	}
}

static void find_in_script(const char *script, int depth, struct secret_spans *out);

static void find_in_word(struct masked_command *c, const char *before, const char *word, int depth,
                         struct secret_spans *out)
{
	look_for_program(c, word);
	if (find_in_header(word, out))
		return;
	int spaced = strpbrk(word, " \t\n;|&") != NULL;
	int script = spaced && (is_shell(c->program) ||
	                        (before && *before == '-' && before[strlen(before) - 1] == 'c' && strlen(before) < 6));
	find_in_urls(word, out);
	if (spaced && depth < DEPTH)
		find_in_script(word, depth + 1, out);
	if (script)
		return; /* what a word would say of its end is said of a word of the script */
	find_assigned(word, out);
	find_by_option(c, before, word, out);
	find_attached(c, word, out);
}

/* ---- a script */

/* A word of a script: its text, and where each byte of it stands. */
struct script_word {
	struct buf text;
	size_t *at;
	size_t end; /* behind its last byte in the script */
};

static void capture_mask_put(struct script_word *w, char byte, size_t at)
{
	w->at = xrealloc(w->at, (w->text.len + 1) * sizeof *w->at);
	w->at[w->text.len] = at;
	buf_addc(&w->text, byte);
}

/* Reads the next word from `i` on; 1 if there is one before the command ends. */
static int next_word(const char *s, size_t *i, struct script_word *w)
{
	int any = 0;
	char quote = '\0';
	buf_clear(&w->text);
	for (; s[*i]; ++*i) {
		char b = s[*i];
		if (quote) {
			if (b == quote)
				quote = '\0';
			else if (b == '\\' && quote == '"' && s[*i + 1] && strchr("\"\\$`", s[*i + 1]))
				++*i, capture_mask_put(w, s[*i], *i);
			else
				capture_mask_put(w, b, *i);
		} else if (b == '\'' || b == '"') {
			quote = b;
			any = 1;
		} else if (b == '\\' && s[*i + 1]) {
			++*i;
			capture_mask_put(w, s[*i], *i);
		} else if (strchr(" \t\n;|&()<>`", b)) {
			break;
		} else {
			capture_mask_put(w, b, *i);
		}
	}
	w->end = *i;
	return any || w->text.len > 0;
}

static void find_in_script(const char *script, int depth, struct secret_spans *out)
{
	struct script_word w = {.text = BUF_INIT};
	struct masked_command c = {.begins = 1};
	struct buf before = BUF_INIT;
	int has_before = 0;
	for (size_t i = 0; script[i];) {
		if (strchr(" \t", script[i])) {
			i++;
			continue;
		}
		if (strchr("\n;|&()`", script[i])) {
			c = (struct masked_command){.begins = 1};
			has_before = 0;
			i++;
			continue;
		}
		if (strchr("<>", script[i])) {
			i++;
			continue;
		}
		if (!next_word(script, &i, &w))
			continue;
		struct secret_spans spans = {NULL, 0};
		find_in_word(&c, has_before ? before.data : NULL, w.text.data, depth, &spans);
		for (size_t k = 0; k < spans.count; k++)
			if (spans.items[k].end <= w.text.len)
				add_span(out, w.at[spans.items[k].start], w.at[spans.items[k].end - 1] + 1);
		free(spans.items);
		buf_clear(&before);
		buf_adds(&before, w.text.data);
		has_before = 1;
	}
	buf_release(&before);
	buf_release(&w.text);
	free(w.at);
}

/* ---- */

void capture_find_secrets(char *const *words, size_t count, struct secret_spans *found)
{
	struct masked_command c = {.begins = 1};
	for (size_t i = 0; i < count; i++) {
		found[i] = (struct secret_spans){NULL, 0};
		find_in_word(&c, i ? words[i - 1] : NULL, words[i], 0, &found[i]);
		join(&found[i]);
	}
}

void capture_secrets_release(struct secret_spans *found, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(found[i].items);
}
