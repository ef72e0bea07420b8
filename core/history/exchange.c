#include "history/exchange.h"

#include "history/history_private.h"

#include <stdlib.h>
#include <string.h>

static int get_oid(const char *text, git_oid *id, struct err *err)
{
	if (strlen(text) == GIT_OID_HEXSZ && git_oid_fromstr(id, text) == 0)
		return 0;
	return err_set(err, ERR_INVALID, _("'%s' is not a commit"), text);
}

int history_has(struct history *h, const char *commit)
{
	git_oid id;
	sqlite3_stmt *s = history_statement(h, HISTORY_COMMIT_ROW, NULL);
	if (!s || get_oid(commit, &id, NULL) < 0)
		return 0;
	sqlite3_bind_blob(s, 1, id.id, GIT_OID_RAWSZ, SQLITE_STATIC);
	int found = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_reset(s);
	return found;
}

static int compare_bases(const void *a, const void *b)
{
	return strcmp(a, b);
}

int history_bases(struct history *h, const char *a, const char *b, char bases[HISTORY_BASES][HISTORY_ID], size_t *count,
                  struct err *err)
{
	git_oid x;
	git_oid y;
	git_oidarray found = {NULL, 0};
	git_repository *repository = history_repository(h, err);
	*count = 0;
	if (!repository || get_oid(a, &x, err) < 0 || get_oid(b, &y, err) < 0)
		return -1;
	int rc = git_merge_bases(&found, repository, &x, &y);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return history_git_error(err, _("compare two histories"));
	/* the smallest ids, so that both sides use the same ones */
	char(*all)[HISTORY_ID] = xcalloc(found.count, sizeof *all);
	for (size_t i = 0; i < found.count; i++)
		git_oid_tostr(all[i], HISTORY_ID, &found.ids[i]);
	qsort(all, found.count, sizeof *all, compare_bases);
	*count = found.count < HISTORY_BASES ? found.count : HISTORY_BASES;
	memcpy(bases, all, *count * sizeof *all);
	free(all);
	git_oidarray_dispose(&found);
	return 0;
}

int history_forward(struct history *h, const char *tip, struct err *err)
{
	return commit_set_branch(h, tip, err);
}

/* ---- giving out */

struct packing {
	struct buf *out;
};

static int append_pack(void *bytes, size_t n, void *payload)
{
	struct packing *p = payload;
	buf_add(p->out, bytes, n);
	return 0;
}

static int walk_new(git_repository *repository, const git_oid *tip, const char (*have)[HISTORY_ID], size_t have_count,
                    git_revwalk **walk)
{
	int rc = git_revwalk_new(walk, repository);
	if (rc == 0)
		rc = git_revwalk_push(*walk, tip);
	for (size_t i = 0; i < have_count && rc == 0; i++) {
		git_oid id;
		rc = git_oid_fromstr(&id, have[i]);
		if (rc == 0)
			rc = git_revwalk_hide(*walk, &id);
	}
	return rc;
}

int history_bundle(struct history *h, const char *tip, const char (*have)[HISTORY_ID], size_t have_count,
                   struct buf *out, struct err *err)
{
	git_oid id;
	git_repository *repository = history_repository(h, err);
	git_packbuilder *builder = NULL;
	git_revwalk *walk = NULL;
	if (!repository || get_oid(tip, &id, err) < 0)
		return -1;
	buf_adds(out, "# v2 git bundle\n");
	for (size_t i = 0; i < have_count; i++)
		buf_addf(out, "-%s\n", have[i]);
	buf_addf(out, "%s %s\n\n", tip, HISTORY_BRANCH);
	struct packing p = {out};
	int rc = git_packbuilder_new(&builder, repository);
	if (rc == 0) {
		git_packbuilder_set_threads(builder, 1); /* our object store is the connection's own thread's */
		rc = walk_new(repository, &id, have, have_count, &walk);
	}
	if (rc == 0)
		rc = git_packbuilder_insert_walk(builder, walk);
	int empty = rc == 0 && git_packbuilder_object_count(builder) == 0;
	if (rc == 0 && !empty)
		rc = git_packbuilder_foreach(builder, append_pack, &p);
	git_revwalk_free(walk);
	git_packbuilder_free(builder);
	if (empty)
		return err_set(err, ERR_INVALID, _("there is nothing that the other side does not have"));
	return rc == 0 ? 0 : history_git_error(err, _("pack the history"));
}

int history_each_new(struct history *h, const char *tip, const char (*have)[HISTORY_ID], size_t have_count,
                     history_new_fn fn, void *ctx, struct err *err)
{
	git_oid id;
	git_revwalk *walk = NULL;
	git_repository *repository = history_repository(h, err);
	if (!repository || get_oid(tip, &id, err) < 0)
		return -1;
	int rc = walk_new(repository, &id, have, have_count, &walk);
	if (rc < 0)
		rc = history_git_error(err, _("compare two histories"));
	while (rc == 0 && git_revwalk_next(&id, walk) == 0) {
		char hex[HISTORY_ID];
		char parent[HISTORY_ID] = "";
		struct commit_text c;
		struct buf raw = BUF_INIT;
		rc = commit_read(h, &id, &c, &raw, err);
		if (rc == 0) {
			if (c.parent_count)
				git_oid_tostr(parent, HISTORY_ID, &c.parents[0]);
			rc = fn(ctx, git_oid_tostr(hex, sizeof hex, &id), parent);
			commit_text_release(&c);
		}
		buf_release(&raw);
	}
	git_revwalk_free(walk);
	return rc;
}

int history_signer_of(struct history *h, const char *commit, unsigned char key[32], struct err *err)
{
	git_oid id;
	struct commit_text c;
	struct sshsig sig;
	struct buf raw = BUF_INIT;
	int rc = get_oid(commit, &id, err) < 0 ? -1 : commit_read(h, &id, &c, &raw, err);
	if (rc == 0) {
		rc = c.signature ? sshsig_parse("git", c.signature, strlen(c.signature), &sig, err)
		                 : err_set(err, ERR_DAMAGED, _("commit %.10s is not signed"), commit);
		if (rc == 0)
			memcpy(key, sig.public_key, 32);
		commit_text_release(&c);
	}
	buf_release(&raw);
	return rc;
}
