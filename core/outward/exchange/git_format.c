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

#define SIGNS                 " namespaces=\"git\" "
#define ALLOWED_SIGNERS_LIMIT (1U << 20)

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
	buf_addf(ctx, "%s" SIGNS "%.*s\n", mark, (int)key, line);
	return 0;
}

static char *allowed_signers_path(const char *dir)
{
	size_t n = strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	return xasprintf("%.*s.allowed_signers", (int)n, dir);
}

/* Of an earlier export: each line lets a key sign commits. It is brought up to date with the repository; another file is a
 * person's. */
static int is_allowed_signers(const char *path)
{
	struct buf text = BUF_INIT;
	int rc = buf_read_file(&text, path, ALLOWED_SIGNERS_LIMIT, NULL);
	for (const char *line = text.data; rc == 0 && line && *line;) {
		const char *end = line + strcspn(line, "\n");
		const char *space = memchr(line, ' ', (size_t)(end - line));
		rc = space && strncmp(space, SIGNS, sizeof SIGNS - 1) == 0 ? 0 : -1;
		line = end + (*end == '\n');
	}
	buf_release(&text);
	return rc == 0;
}

static int write_allowed_signers(struct case_file *c, const char *dir, struct buf *told, struct err *err)
{
	struct buf text = BUF_INIT;
	char *path = allowed_signers_path(dir);
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
	char *before = realpath(r->path, NULL);
	char *signers = allowed_signers_path(before ? before : r->path);
	int free_name = is_allowed_signers(signers) ? 0 : path_must_be_new(signers, err);
	free(signers);
	free(before);
	if (free_name < 0)
		return -1;
	if (history_export(case_history(r->c), r->path, r->progress, err) < 0)
		return -1;
	char *real = realpath(r->path, NULL);
	int rc = write_allowed_signers(r->c, real ? real : r->path, r->told, err);
	free(real);
	return rc;
}

const struct exchange_format git_format = {.name = "git", .write = git_write};
