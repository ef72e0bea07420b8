#include "playbook/load/playbook.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "playbook/load/check.h"
#include "playbook/load/compat_import.h"
#include "playbook/load/yaml_reader.h"

#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct builtin {
	const char *name;
	const char *id; /* of CACAO, so that a playbook-action finds it */
	const char *text;
	const char *end;
};

/* The playbooks' files, byte for byte, inside the program. */
#define EMBED(symbol, name)                                                                                         \
	__asm__(".section .rodata\n" #symbol "_begin:\n.incbin \"" GENBA_PLAYBOOKS_DIR "/" name ".yaml\"\n" #symbol \
	        "_end:\n.byte 0\n.previous\n");                                                                     \
	extern const char symbol##_begin[];                                                                         \
	extern const char symbol##_end[];

EMBED(playbook_isolate, "isolate")
EMBED(playbook_preserve, "preserve")
EMBED(playbook_investigate, "investigate")
EMBED(playbook_mail, "mail")
EMBED(playbook_chain, "chain")
EMBED(playbook_directory, "directory")
EMBED(playbook_webshell, "webshell")
EMBED(playbook_ransomware, "ransomware")
EMBED(playbook_shift, "shift")

#define BUILTIN(name, number)                                                    \
	{                                                                        \
#name, ID number, playbook_##name##_begin, playbook_##name##_end \
	}
#define ID "playbook--5b0c3f0e-6a53-4c1e-9d0a-3f5b0a8d1c"

static const struct builtin builtins[] = {
    BUILTIN(isolate, "01"),  BUILTIN(preserve, "02"),   BUILTIN(investigate, "03"),
    BUILTIN(mail, "04"),     BUILTIN(chain, "05"),      BUILTIN(directory, "06"),
    BUILTIN(webshell, "07"), BUILTIN(ransomware, "08"), BUILTIN(shift, "09"),
};

const char *playbook_builtin_name(size_t i)
{
	return i < sizeof builtins / sizeof *builtins ? builtins[i].name : NULL;
}

struct playbook *playbook_load(const char *file, const char *text, size_t n, struct err *err)
{
	if (n > PLAYBOOK_LIMIT) {
		err_set(err, ERR_INVALID, _("%s: larger than 2 MiB: not a playbook"), file);
		return NULL;
	}
	struct playbook *p = xcalloc(1, sizeof *p);
	p->file = xstrdup(file);
	p->text = xmalloc(n + 1);
	memcpy(p->text, text, n);
	p->text[n] = '\0';
	p->size = n;
	p->places = source_map_new();
	p->departures = json_array();
	p->inert = json_array();
	unsigned char digest[32];
	crypto_hash_sha256(digest, (const unsigned char *)text, n);
	sodium_bin2hex(p->digest, sizeof p->digest, digest, sizeof digest);
	p->tree = playbook_compose(file, p->text, n, p->places, &p->foreign, err);
	p->root = json_incref(p->tree);
	if (p->tree)
		playbook_restore(p);
	if (p->tree && playbook_make_regular(p, err) == 0 && playbook_check(p, err) == 0)
		return p;
	playbook_free(p);
	return NULL;
}

struct playbook *playbook_load_file(const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	struct playbook *p = NULL;
	if (buf_read_file(&text, path, PLAYBOOK_LIMIT, err) == 0)
		p = playbook_load(path, text.data, text.len, err);
	buf_release(&text);
	return p;
}

void playbook_free(struct playbook *p)
{
	if (!p)
		return;
	json_decref(p->tree);
	json_decref(p->root);
	json_decref(p->departures);
	json_decref(p->inert);
	source_map_free(p->places);
	free(p->file);
	free(p->text);
	free(p);
}

struct playbook *playbook_find(const char *name, struct err *err)
{
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return playbook_load(name, builtins[i].text, (size_t)(builtins[i].end - builtins[i].text), err);
	if (strchr(name, '/') || strchr(name, '.'))
		return playbook_load_caged(name, err);
	char *home = path_data_home();
	char *path = xasprintf("%s/playbooks/%s.yaml", home, name);
	struct playbook *p = NULL;
	if (access(path, R_OK) == 0) {
		p = playbook_load_caged(path, err);
	} else {
		struct buf names = BUF_INIT;
		for (size_t i = 0; playbook_builtin_name(i); i++)
			buf_addf(&names, "%s%s", i ? ", " : "", playbook_builtin_name(i));
		err_set(err, ERR_USAGE, _("there is no playbook '%s'; there are: %s, and files"), name, names.data);
		buf_release(&names);
	}
	free(path);
	free(home);
	return p;
}

const json_t *playbook_step(const struct playbook *p, const char *id)
{
	return json_object_get(json_object_get(p->tree, "workflow"), id);
}

int playbook_step_is(const json_t *step, const char *type)
{
	const char *is = json_get_string(step, "type");
	return is && strcmp(is, type) == 0;
}

int playbook_is_text(const json_t *value)
{
	if (json_is_string(value))
		return 1;
	if (!json_is_object(value) || json_object_size(value) == 0)
		return 0;
	const char *language;
	json_t *text;
	json_object_foreach((json_t *)(uintptr_t)value, language, text)
		if (!json_is_string(text))
			return 0;
	return 1;
}

int playbook_each_way(const json_t *step, playbook_way_fn fn, void *ctx)
{
	static const char *const ways[] = {"on_completion", "on_success", "on_failure", "on_true", "on_false"};
	int rc = 0;
	for (size_t i = 0; i < sizeof ways / sizeof *ways && rc == 0; i++) {
		const json_t *to = json_object_get(step, ways[i]);
		if (to)
			rc = fn(ctx, ways[i], NULL, to);
	}
	const json_t *next = json_object_get(step, "next_steps");
	for (size_t i = 0; i < json_array_size(next) && rc == 0; i++) {
		char index[24];
		snprintf(index, sizeof index, "%zu", i);
		rc = fn(ctx, "next_steps", index, json_array_get(next, i));
	}
	json_t *cases = json_object_get(step, "cases");
	void *at = json_is_object(cases) ? json_object_iter(cases) : NULL;
	for (; at && rc == 0; at = json_object_iter_next(cases, at))
		rc = fn(ctx, "cases", json_object_iter_key(at), json_object_iter_value(at));
	return rc;
}

const char *playbook_builtin_by_id(const char *id)
{
	for (size_t i = 0; id && i < sizeof builtins / sizeof *builtins; i++)
		if (strcmp(builtins[i].id, id) == 0)
			return builtins[i].name;
	return NULL;
}

const char *playbook_text(const json_t *text)
{
	if (json_is_string(text))
		return json_string_value(text);
	const char *found = json_get_string(text, i18n_language());
	if (!found)
		found = json_get_string(text, "en");
	if (!found && json_object_size(text) > 0)
		found = json_string_value(json_object_iter_value(json_object_iter((json_t *)(uintptr_t)text)));
	return found ? found : "";
}

const json_t *playbook_step_extra(const json_t *step, const char *member)
{
	return json_object_get(json_object_get(step, "genba"), member);
}
