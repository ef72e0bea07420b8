/* `export git DIR`: the history as a repository, and beside it the keys by which stock git checks its signatures. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "case/store/responders.h"
#include "history/history.h"
#include "outward/exchange/format.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int allowed_signer(void *ctx, const struct responder *r)
{
	const char *mark = r->mark;
	const char *line = r->line;
	if (!mark || !line || strncmp(line, "ssh-ed25519 ", 12) != 0)
		return 0;
	for (const char *p = mark; *p; p++) /* a line of this file lets a key sign: no mark adds one */
		if (!isalnum((unsigned char)*p))
			return 0;
	size_t key = 12 + strcspn(line + 12, " ");
	buf_addf(ctx, "%s namespaces=\"git\" %.*s\n", mark, (int)key, line);
	return 0;
}

static int write_allowed_signers(struct case_file *c, const char *dir, struct buf *told, struct err *err)
{
	size_t n = strlen(dir);
	struct buf text = BUF_INIT;
	while (n > 1 && dir[n - 1] == '/')
		n--;
	char *path = xasprintf("%.*s.allowed_signers", (int)n, dir);
	int rc = responder_each(c, allowed_signer, &text, err);
	if (rc == 0)
		rc = path_write_file(path, text.data ? text.data : "", text.len, PATH_REPLACE, err);
	if (rc == 0)
		buf_addf(told, _("check it: git -C %s -c gpg.ssh.allowedSignersFile=%s log --show-signature\n"), dir,
		         path);
	buf_release(&text);
	free(path);
	return rc;
}

static int git_write(struct format_request *r, struct err *err)
{
	if (history_export(case_history(r->c), r->path, r->progress, err) < 0)
		return -1;
	char *real = realpath(r->path, NULL);
	int rc = write_allowed_signers(r->c, real ? real : r->path, r->told, err);
	free(real);
	return rc;
}

const struct exchange_format git_format = {.name = "git", .write = git_write};
