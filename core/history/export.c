/* The history as a bare git repository in a folder, and what a git that fetches is given. */
#include "base/file/paths.h"
#include "base/progress.h"
#include "history/export_pack.h"

#include <dirent.h>
#include <errno.h>
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct history_export_exporting {
	struct history *h;
	const struct progress *progress;
	struct err *err;
	git_repository *to;
	git_oid head;
	git_odb *there; /* of a git that fetches */
	git_oid old;    /* what an earlier export or fetch had */
	int has_old;
	int made;   /* half of a repository is in the way of the next attempt: what is in the folder is ours */
	mode_t was; /* of the empty folder that was there before; 0: none was */
};

/* 1 if there is nothing at `dir` or it is an empty folder. */
static int is_free(const char *dir)
{
	DIR *folder = opendir(dir);
	if (!folder)
		return errno == ENOENT;
	int entries = 0;
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL)
		entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(folder);
	return entries == 0;
}

static int make_target(struct history_export_exporting *x, const char *dir)
{
	git_repository_init_options options;
	if (git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION) < 0)
		return history_git_error(x->err, _("make the repository"));
	options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
	options.initial_head = "main";
	struct stat st;
	int is_there = lstat(dir, &st) == 0;
	x->made = !is_there || S_ISDIR(st.st_mode); /* not by a link: that is the person's */
	x->was = is_there ? st.st_mode & 07777 : 0;
	if (git_repository_init_ext(&x->to, dir, &options) < 0)
		return history_git_error(x->err, _("make the repository"));
	return 0;
}

/* An earlier export of this history: a bare repository whose branch is one of our commits. */
static int open_target(struct history_export_exporting *x, const char *dir)
{
	if (git_repository_open_bare(&x->to, dir) < 0)
		return err_set(x->err, ERR_EXISTS,
		               _("'%s' holds something that is no export of this case; choose another folder"), dir);
	git_reference *branch = NULL;
	if (git_reference_lookup(&branch, x->to, HISTORY_BRANCH) < 0)
		return 0;
	const git_oid *id = git_reference_target(branch);
	x->has_old = id && object_header(x->h, id, NULL, NULL) == 1;
	if (x->has_old)
		x->old = *id;
	git_reference_free(branch);
	if (!x->has_old)
		return err_set(x->err, ERR_EXISTS,
		               _("'%s' holds a repository of another history; choose another folder"), dir);
	return 0;
}

static int pack_progress(int stage, uint32_t current, uint32_t total, void *payload)
{
	struct history_export_exporting *x = payload;
	return progress_step(x->progress, stage == GIT_PACKBUILDER_DELTAFICATION ? _("packing") : _("collecting"),
	                     current, total, x->err);
}

/* Packs what the last commit has and `old` has not into that folder. */
static int write_pack(struct history_export_exporting *x, git_repository *from, const char *folder)
{
	int whole = x->has_old ? 0 : export_whole_pack(x->h, &x->head, folder, x->progress, x->err);
	if (whole != 0)
		return whole < 0 ? -1 : 0;
	git_packbuilder *builder = NULL;
	git_revwalk *walk = NULL;
	int rc = git_packbuilder_new(&builder, from);
	if (rc == 0) {
		git_packbuilder_set_threads(builder, 1); /* our object store is the connection's own thread's */
		git_packbuilder_set_callbacks(builder, pack_progress, x);
		rc = git_revwalk_new(&walk, from);
	}
	if (rc == 0)
		rc = git_revwalk_push(walk, &x->head);
	if (rc == 0 && x->has_old)
		rc = git_revwalk_hide(walk, &x->old);
	if (rc == 0)
		rc = git_packbuilder_insert_walk(builder, walk);
	if (rc == 0)
		rc = git_packbuilder_write(builder, folder, 0, NULL, NULL);
	git_revwalk_free(walk);
	git_packbuilder_free(builder);
	return rc == 0 ? 0 : history_git_error(x->err, _("write the repository"));
}

static int export_to(struct history_export_exporting *x, const char *dir)
{
	git_repository *from = history_repository(x->h, x->err);
	if (!from || (is_free(dir) ? make_target(x, dir) : open_target(x, dir)) < 0)
		return -1;
	if (x->has_old && git_oid_equal(&x->old, &x->head))
		return 0;
	char *folder = xasprintf("%sobjects/pack", git_repository_path(x->to));
	int packed = write_pack(x, from, folder);
	free(folder);
	if (packed < 0)
		return -1;
	git_reference *branch = NULL;
	int rc = git_reference_create(&branch, x->to, HISTORY_BRANCH, &x->head, 1, NULL);
	git_reference_free(branch);
	return rc == 0 ? 0 : history_git_error(x->err, _("write the repository"));
}

int history_export(struct history *h, const char *dir, const struct progress *progress, struct err *err)
{
	struct history_export_exporting x = {.h = h, .progress = progress, .err = err};
	char head[HISTORY_ID];
	if (history_head(h, head, err) < 0 || git_oid_fromstr(&x.head, head) < 0)
		return -1;
	int rc = export_to(&x, dir);
	git_repository_free(x.to);
	if (rc < 0 && x.made) {
		path_remove_folder(dir);
		if (x.was)
			mkdir(dir, x.was);
	}
	return rc;
}

/* The newest of our commits that the other object store has: what it descends from is there too. */
static int newest_known(void *ctx, const struct history_entry *entry)
{
	struct history_export_exporting *x = ctx;
	git_oid id;
	git_oid_fromstr(&id, entry->id);
	if (!git_odb_exists(x->there, &id))
		return 0;
	x->old = id;
	x->has_old = 1;
	return 1;
}

int history_send(struct history *h, const char *objects, const struct progress *progress, struct err *err)
{
	struct history_export_exporting x = {.h = h, .progress = progress, .err = err};
	char head[HISTORY_ID];
	git_repository *from = history_repository(h, err);
	if (!from || history_head(h, head, err) < 0 || git_oid_fromstr(&x.head, head) < 0)
		return -1;
	if (git_odb_open(&x.there, objects) < 0)
		return history_git_error(err, _("open git's object store"));
	int rc = history_log(h, NULL, NULL, 0, newest_known, &x, err) < 0 ? -1 : 0;
	git_odb_free(x.there);
	if (rc == 0 && !(x.has_old && git_oid_equal(&x.old, &x.head))) {
		char *folder = xasprintf("%s/pack", objects);
		rc = path_make(folder, err);
		if (rc == 0)
			rc = write_pack(&x, from, folder);
		free(folder);
	}
	return rc;
}
