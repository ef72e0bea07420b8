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
	p->unsupported = json_array();
	unsigned char digest[32];
	crypto_hash_sha256(digest, (const unsigned char *)text, n);
	sodium_bin2hex(p->digest, sizeof p->digest, digest, sizeof digest);
	p->tree = yaml_reader_load(file, p->text, n, p->places, &p->foreign, err);
	p->root = json_incref(p->tree);
	if (p->tree)
		cacao_import(p);
	if (p->tree && playbook_make_regular(p, err) == 0 && playbook_check(p, err) == 0)
		return p;
	playbook_free(p);
	return NULL;
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
		json_t *own = playbook_own_names();
		for (size_t i = 0; i < json_array_size(own); i++)
			buf_addf(&names, ", %s", json_string_value(json_array_get(own, i)));
		json_decref(own);
		err_set(err, ERR_USAGE, _("there is no playbook '%s'; there are: %s, and files"), name, names.data);
		buf_release(&names);
	}
	free(path);
	free(home);
	return p;
}

const char *playbook_builtin_by_id(const char *id)
{
	for (size_t i = 0; id && i < sizeof builtins / sizeof *builtins; i++)
		if (strcmp(builtins[i].id, id) == 0)
			return builtins[i].name;
	return NULL;
}
