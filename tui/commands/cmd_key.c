/* key: the identity of the responder on this machine, and signing a list of digests with it. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/passphrase.h"
#include "base/printable.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>

#define SIGNED_FILE_LIMIT (16U << 20) /* bytes of a list of digests */

int cmd_kdf(const char *name, enum vault_kdf *kdf, struct err *err)
{
	static const struct {
		const char *name;
		enum vault_kdf kdf;
	} costs[] = {{"interactive", VAULT_KDF_INTERACTIVE},
	             {"moderate", VAULT_KDF_MODERATE},
	             {"sensitive", VAULT_KDF_SENSITIVE}};
	*kdf = VAULT_KDF_MODERATE;
	if (!name)
		return 0;
	for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
		if (strcmp(name, costs[i].name) == 0) {
			*kdf = costs[i].kdf;
			return 0;
		}
	return err_set(err, ERR_USAGE, _("--kdf %s: allowed are interactive, moderate, sensitive"), name);
}

int cmd_new_passphrase(struct session *s, const char *file, enum vault_kdf kdf, struct secret *passphrase,
                       struct err *err)
{
	struct passphrase_request ask = {.file = file, .prompt = _("New passphrase: "), .purpose = PASSPHRASE_NEW};
	vault_kdf_cost(kdf, &ask.kdf_passes, &ask.kdf_kib);
	return session_read_passphrase(s, &ask, passphrase, err);
}

static int key_make(struct session *s, const struct args *args, const char *path, const char *name, const char *mark,
                    struct err *err)
{
	enum vault_kdf kdf;
	if (!name || !mark)
		return err_set(err, ERR_USAGE, _("usage: genba key new --name NAME --mark R1"));
	if (cmd_kdf(args_option(args, "kdf"), &kdf, err) < 0 || identity_check_mark(mark, err) < 0)
		return -1;
	struct identity *existing = identity_load(path, NULL);
	if (existing) {
		identity_free(existing);
		return err_set(err, ERR_EXISTS, _("there is an identity already in '%s'; it is not overwritten"), path);
	}
	struct secret passphrase = SECRET_INIT;
	int rc = cmd_new_passphrase(s, s->passphrase_file, kdf, &passphrase, err);
	if (rc == 0)
		rc = identity_create(path, name, mark, &passphrase, kdf, err);
	secret_release(&passphrase);
	if (rc < 0)
		return -1;
	struct identity *id = identity_load(path, err);
	if (!id)
		return -1;
	struct buf fingerprint = BUF_INIT;
	identity_fingerprint(id, &fingerprint);
	printable_printf(s->out, "%s\n", fingerprint.data);
	printable_printf(s->log, _("Identity of %s (%s) made. Back it up now: genba key backup FILE\n"), id->name,
	                 id->mark);
	buf_release(&fingerprint);
	identity_free(id);
	return 0;
}

/* What was not given is asked, where a person is there. */
static int key_new(struct session *s, const struct args *args, const char *path, struct err *err)
{
	const char *name = args_option(args, "name");
	const char *mark = args_option(args, "mark");
	char *typed_name = name ? NULL : cmd_ask_line(s, _("Your name, as others will read it: "), NULL);
	char *typed_mark = mark || (!name && !typed_name)
	                       ? NULL
	                       : cmd_ask_line(s, _("Your mark, with which your labels begin [R1]: "), "R1");
	int rc = key_make(s, args, path, name ? name : typed_name, mark ? mark : typed_mark, err);
	free(typed_mark);
	free(typed_name);
	return rc;
}

/* Into the file, or, where none is named, to standard output. */
static int key_export(struct session *s, const char *path, const char *to, struct err *err)
{
	struct identity *id = identity_load(path, err);
	if (!id)
		return -1;
	struct buf line = BUF_INIT;
	identity_public_line(id, &line);
	identity_free(id);
	char *safe = printable_dup(line.data);
	buf_addc(&line, '\n');
	int rc = to ? path_write_file(to, line.data, line.len, 0, err) : 0;
	if (!to)
		printable_printf(s->out, "%s\n", safe);
	free(safe);
	buf_release(&line);
	return rc;
}

static int key_show(struct session *s, const char *path, struct err *err)
{
	struct identity *id = identity_load(path, err);
	if (!id)
		return -1;
	struct buf line = BUF_INIT;
	struct buf fingerprint = BUF_INIT;
	identity_public_line(id, &line);
	identity_fingerprint(id, &fingerprint);
	char *name = printable_dup(id->name);
	char *safe = printable_dup(line.data);
	printable_printf(s->out, "%s (%s)\n%s\n%s\n", name, id->mark, fingerprint.data, safe);
	free(safe);
	free(name);
	buf_release(&line);
	buf_release(&fingerprint);
	identity_free(id);
	return 0;
}

static int key_passwd(struct session *s, const struct args *args, const char *path, struct err *err)
{
	enum vault_kdf kdf;
	struct secret old_passphrase = SECRET_INIT;
	struct secret passphrase = SECRET_INIT;
	int rc = cmd_kdf(args_option(args, "kdf"), &kdf, err);
	if (rc == 0)
		rc = session_passphrase(s, _("Present passphrase: "), &old_passphrase, err);
	if (rc == 0)
		rc = cmd_new_passphrase(s, args_option(args, "new-passphrase-file"), kdf, &passphrase, err);
	if (rc == 0)
		rc = identity_passwd(path, &old_passphrase, &passphrase, kdf, err);
	secret_release(&old_passphrase);
	secret_release(&passphrase);
	return rc;
}

static int sign_file(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return identity_sign(ctx, message, n, signature);
}

/* FILE.sig beside it: what `ssh-keygen -Y verify -n genba-bundle` reads. For the list of digests of a bundle. */
static int key_sign(struct session *s, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	struct buf armour = BUF_INIT;
	int rc = session_identity(s, 1, err) < 0 || buf_read_file(&text, path, SIGNED_FILE_LIMIT, err) < 0 ? -1 : 0;
	if (rc == 0) {
		struct history_signer signer = {sign_file, s->identity, {0}};
		memcpy(signer.public_key, s->identity->public_key, 32);
		rc = sshsig_sign("genba-bundle", text.data ? text.data : "", text.len, &signer, &armour, err);
	}
	if (rc == 0) {
		char *to = xasprintf("%s.sig", path);
		buf_addc(&armour, '\n');
		rc = path_write_file(to, armour.data, armour.len, 0, err);
		free(to);
	}
	buf_release(&text);
	buf_release(&armour);
	return rc;
}

int cmd_key(struct session *s, const struct args *args, struct err *err)
{
	if (args->count < 1)
		return cmd_usage("key", err);
	const char *what = args->words[0];
	if (strcmp(what, "revoke") == 0)
		return cmd_key_revoke(s, args, err);
	if (strcmp(what, "slots") == 0)
		return cmd_key_slots(s, args, err);
	char *path = identity_default_path();
	int rc;
	if (strcmp(what, "new") == 0 && args->count == 1)
		rc = key_new(s, args, path, err);
	else if (strcmp(what, "show") == 0 && args->count == 1)
		rc = key_show(s, path, err);
	else if (strcmp(what, "export") == 0 && args->count <= 2)
		rc = key_export(s, path, args->count == 2 ? args->words[1] : NULL, err);
	else if (strcmp(what, "backup") == 0 && args->count == 2)
		rc = identity_copy(path, args->words[1], err);
	else if (strcmp(what, "import") == 0 && args->count == 2)
		rc = identity_copy(args->words[1], path, err);
	else if (strcmp(what, "sign") == 0 && args->count == 2)
		rc = key_sign(s, args->words[1], err);
	else if (strcmp(what, "passwd") == 0 && args->count == 1)
		rc = key_passwd(s, args, path, err);
	else
		rc = cmd_usage("key", err);
	free(path);
	return rc;
}
