#include "evidence/acquire/tree_private.h"

#include "base/i18n.h"
#include "base/time/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECKPOINT_BYTES   (1U << 20) /* of text, or */
#define CHECKPOINT_SECONDS 2.0

/* ---- lines, in order */

static void add_about(struct tree_walk *w, const struct tree_line *line)
{
	if (*line->mount)
		manifest_add_about(w->m, line->about & MANIFEST_NOT_WALKED ? "not walked" : "mount", line->mount);
	if (line->about & MANIFEST_NOT_COPIED)
		manifest_add_about(w->m, "not copied", NULL);
}

/* What an error of reading or of writing the copy ends the walk; 0 if it is the file's own. */
static int ends_the_walk(struct tree_walk *w, const struct filejob *job)
{
	const struct err *why = NULL;
	if (job->rc < 0 && job->err.code == ERR_CANCELLED)
		w->m->interrupted = 1;
	else if (job->rc < 0 && job->source.gone && !job->limit)
		why = &job->err;
	else if (job->copy_err.code && !volume_cannot_hold(job->copy.error))
		why = &job->copy_err;
	if (why) {
		w->m->interrupted = 1;
		w->fatal = err_take(w->err, why);
	}
	return w->m->interrupted;
}

static void emit_file(struct tree_walk *w, const struct filejob *job, struct tree_line *line)
{
	const char *path = job->path.data;
	struct remark reason = REMARK_INIT;
	if (ends_the_walk(w, job))
		return;
	if (!line->reused && job->rc < 0) {
		remark_err(&reason, &job->err);
		manifest_add_unread(w->m, &reason, path);
		return;
	}
	if (job->copy_err.code) {
		line->about |= MANIFEST_NOT_COPIED;
		line->uncopied = xstrdup(i18n_english(tree_copy_reason(job->copy.error)));
	}
	add_about(w, line);
	if (job->unreadable.count)
		manifest_add_about_ranges(w->m, &job->unreadable);
	uint64_t size = line->reused ? line->size : job->result.size;
	manifest_add(w->m, 'f', &line->st, size, line->reused ? line->sha256 : job->result.sha256, path, NULL);
	w->m->files++;
	w->m->bytes += size;
	for (size_t i = 0; i < job->unreadable.count; i++) {
		remark_add(&reason, _("unreadable, zeros stand there: %llu bytes from byte %llu"),
		           (unsigned long long)job->unreadable.items[i].length,
		           (unsigned long long)job->unreadable.items[i].offset);
		manifest_add_unread(w->m, &reason, path);
	}
	if (!line->reused && job->changed) {
		remark_add(&reason, _("it changed while it was read"));
		manifest_add_unread(w->m, &reason, path);
	}
}

static void emit_line(struct tree_walk *w, const struct filejob *job, struct tree_line *line)
{
	struct remark reason = REMARK_INIT;
	if (line->type == 'f') {
		emit_file(w, job, line);
	} else if (line->type == '!') {
		buf_addf(&reason.shown, "%s\n", i18n_text(line->more));
		buf_addf(&reason.english, "%s\n", line->more);
		manifest_add_unread(w->m, &reason, job->path.data);
	} else {
		add_about(w, line);
		manifest_add(w->m, line->type, &line->st, line->type == 'd' ? 0 : (uint64_t)line->st.st_size, "-",
		             job->path.data, line->more);
	}
	if (w->m->interrupted)
		return;
	buf_add(&w->m->text, job->text.data, job->text.len); /* attributes, as lines */
	if (line->uncopied) {
		buf_addf(&reason.shown, _("copy not possible: %s"), i18n_text(line->uncopied));
		buf_addf(&reason.english, i18n_english(_("copy not possible: %s")), line->uncopied);
		remark_add(&reason, "%s", "");
		manifest_add_unread(w->m, &reason, job->path.data);
	}
}

static int evidence_tree_keep(struct tree_walk *w)
{
	const struct tree_options *o = w->options;
	if (!o->checkpoint || w->fatal || w->m->interrupted ||
	    (w->m->text.len - w->kept < CHECKPOINT_BYTES && clock_steady() - w->kept_at < CHECKPOINT_SECONDS))
		return 0;
	int rc = o->checkpoint(o->checkpoint_ctx, w->m, w->err);
	w->kept = w->m->text.len;
	w->kept_at = clock_steady();
	return rc;
}

static void take_back(struct tree_walk *w)
{
	struct filejob *job = hash_pool_oldest(w->pool);
	struct tree_line *line = job->tag;
	uint64_t failed = w->m->failed;
	if (!w->m->interrupted && w->fatal == 0)
		emit_line(w, job, line);
	if (w->m->failed > failed && w->options->trouble)
		w->options->trouble(w->options->trouble_ctx, w->m->failed - failed);
	free(line->uncopied);
	free(line->more);
	free(line);
	hash_pool_pop(w->pool);
	if (evidence_tree_keep(w) < 0 && w->fatal == 0)
		w->fatal = -1;
}

/* A place in the order for the entry that the walk is at. */
static struct filejob *evidence_tree_give(struct tree_walk *w, char type, const struct stat *st, const char *more)
{
	if (hash_pool_is_full(w->pool))
		take_back(w);
	struct filejob *job = hash_pool_slot(w->pool);
	struct tree_line *line = xcalloc(1, sizeof *line);
	line->type = type;
	if (st)
		line->st = *st;
	line->more = more ? xstrdup(more) : NULL;
	buf_add(&job->path, w->path.data, w->path.len);
	job->tag = line;
	return job;
}

static void give_unread(struct tree_walk *w, const char *reason)
{
	evidence_tree_give(w, '!', NULL, i18n_english(reason));
	hash_pool_submit(w->pool);
}

static void add_attributes(int fd, struct filejob *job)
{
	struct manifest m;
	manifest_init(&m);
	tree_attributes(fd, job->path.data, &m);
	buf_add(&job->text, m.text.data, m.text.len);
	manifest_release(&m);
}

/* ---- going on with an interrupted manifest */

/* 1 if the interrupted manifest has this very line, and nothing to say against the file. */
static int is_unchanged(const struct manifest_entry *entry, const char *rest, const struct stat *st)
{
	struct manifest m;
	struct manifest_entry next;
	manifest_init(&m);
	manifest_add(&m, 'f', st, entry->size, entry->sha256, entry->path.data, NULL);
	int same = !entry->about && m.text.len == entry->length && memcmp(m.text.data, entry->line, m.text.len) == 0 &&
	           entry->size == (uint64_t)st->st_size;
	manifest_release(&m);
	int belongs = 1;
	while (same && belongs && manifest_next(&rest, &next) == 1) {
		belongs = strcmp(next.path.data, entry->path.data) == 0;
		same = !(belongs && next.type == '!');
		buf_release(&next.path);
	}
	return same;
}

static int has_copy(const struct tree_level *level, const char *name, const struct stat *st)
{
	struct stat copy;
	if (level->copy < 0)
		return !level->kept_out;
	return tree_names_have(&level->copied, name) && fstatat(level->copy, name, &copy, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(copy.st_mode) && copy.st_size == st->st_size;
}

/* The digest that the interrupted manifest has for this file, if nothing speaks against it. */
static int reuse(struct tree_walk *w, const struct tree_level *level, const char *name, struct tree_line *line)
{
	struct manifest_entry entry;
	const char *p = w->before;
	while (p && manifest_next(&p, &entry) == 1) {
		int found = entry.type == 'f' && strcmp(entry.path.data, w->path.data) == 0;
		int same = found && is_unchanged(&entry, p, &line->st) && has_copy(level, name, &line->st);
		line->size = entry.size;
		memcpy(line->sha256, entry.sha256, sizeof line->sha256);
		buf_release(&entry.path);
		if (found) {
			w->before = p;
			return same;
		}
	}
	return 0;
}

/* ---- the walk */

static void take_file(struct tree_walk *w, const struct tree_level *level, const char *name, const struct stat *st)
{
	struct filejob *job = evidence_tree_give(w, 'f', st, NULL);
	struct tree_line *line = job->tag;
	struct err why = ERR_INIT;
	if (source_open(&job->source, level->fd, name, SOURCE_NO_LINK, &why) < 0) {
		line->type = '!';
		line->more = xstrdup(why.english);
	} else {
		line->st = job->source.before;
		add_attributes(job->source.fd, job);
		line->reused = reuse(w, level, name, line);
		job->has_source = !line->reused;
		job->retry = 1;
		job->limit = level->made_up ? TREE_MADE_UP : 0;
		if (line->reused)
			source_close(&job->source);
		else
			tree_copy_file(w, level, name, job);
	}
	hash_pool_submit(w->pool);
}

int tree_is_above(const struct tree_level *level, const struct stat *st)
{
	for (; level; level = level->above)
		if (level->st.st_dev == st->st_dev && level->st.st_ino == st->st_ino)
			return 1;
	return 0;
}

/* Another file system is on record, and left out if it is to be. */
static void look_for_mount(struct tree_walk *w, struct tree_level *below, struct tree_line *line)
{
	const struct stat *above = &below->above->st;
	below->made_up = below->above->made_up;
	if (!tree_is_mount(below->fd, &below->st, above->st_dev))
		return;
	tree_file_system(below->fd, below->st.st_dev, line->mount);
	below->made_up = tree_is_made_up(below->fd);
	int other = below->st.st_dev != above->st_dev;
	struct remark note = REMARK_INIT;
	if (below->made_up)
		remark_add(&note, _("left out: a file system that the kernel makes up (%s)"), line->mount);
	else if (other && w->options->one_file_system)
		remark_add(&note, _("left out, as --one-file-system says: another file system (%s)"), line->mount);
	else
		remark_add(&note, _("another file system is mounted there (%s); what is in it was preserved, too"),
		           line->mount);
	if (below->made_up || (other && w->options->one_file_system))
		line->about |= MANIFEST_NOT_WALKED;
	manifest_note(w->m, w->path.data, &note);
}

static void walk_folder(struct tree_walk *w, struct tree_level *level);

/* Why a folder is not walked, though it can be opened; NULL if it is. */
static const char *refusal(const struct tree_walk *w, const struct tree_level *below)
{
	if (tree_is_above(below->above, &below->st))
		return _("a loop: this folder is one of those above it");
	if (below->depth >= TREE_DEPTH)
		return _("too deep");
	if (w->options->copy_to && below->st.st_dev == w->copy_st.st_dev && below->st.st_ino == w->copy_st.st_ino)
		return _("this is where the copy goes");
	return NULL;
}

static void take_folder(struct tree_walk *w, const struct tree_level *level, const char *name, const struct stat *st)
{
	struct tree_level below = {
	    .fd = tree_open_folder(level->fd, name), .copy = -1, .depth = level->depth + 1, .st = *st, .above = level};
	const char *reason = below.fd < 0 || fstat(below.fd, &below.st) < 0 ? err_system_text(errno) : NULL;
	struct filejob *job = evidence_tree_give(w, 'd', &below.st, NULL);
	struct tree_line *line = job->tag;
	if (!reason)
		reason = refusal(w, &below);
	if (below.fd >= 0) {
		add_attributes(below.fd, job);
		if (!reason)
			look_for_mount(w, &below, line);
	}
	tree_copy_folder(w, level, name, &below, line);
	int walked = !reason && !(line->about & MANIFEST_NOT_WALKED);
	hash_pool_submit(w->pool);
	if (reason)
		give_unread(w, reason);
	else if (walked && w->fatal == 0)
		walk_folder(w, &below);
	if (below.copy >= 0)
		close(below.copy);
	if (below.fd >= 0)
		close(below.fd);
}

static void take_link(struct tree_walk *w, const struct tree_level *level, const char *name, const struct stat *st)
{
	char target[4097];
	ssize_t n = readlinkat(level->fd, name, target, sizeof target - 1);
	if (n < 0) {
		give_unread(w, err_system_text(errno));
		return;
	}
	target[n] = '\0';
	struct filejob *job = evidence_tree_give(w, 'l', st, target);
	tree_copy_link(w, level, name, job->tag);
	hash_pool_submit(w->pool);
}

static void take_entry(struct tree_walk *w, const struct tree_level *level, const char *name)
{
	struct stat st;
	if (fstatat(level->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		give_unread(w, err_system_text(errno));
	} else if (S_ISREG(st.st_mode)) {
		take_file(w, level, name, &st);
	} else if (S_ISDIR(st.st_mode)) {
		take_folder(w, level, name, &st);
	} else if (S_ISLNK(st.st_mode)) {
		take_link(w, level, name, &st);
	} else {
		evidence_tree_give(w, 'o', &st, tree_other_type(st.st_mode));
		hash_pool_submit(w->pool);
	}
}

static void walk_folder(struct tree_walk *w, struct tree_level *level)
{
	size_t start = w->path.len;
	tree_names_read(&level->names, level->fd);
	if (w->options->before && level->copy >= 0) {
		tree_names_read(&level->copied, level->copy);
		tree_copy_go_on(level);
	}
	if (level->names.error)
		give_unread(w, err_system_text(level->names.error));
	for (size_t i = 0; i < level->names.count && w->fatal == 0 && !w->m->interrupted; i++) {
		if (start)
			buf_addc(&w->path, '/');
		buf_adds(&w->path, level->names.items[i]);
		take_entry(w, level, level->names.items[i]);
		buf_truncate(&w->path, start);
	}
	tree_names_release(&level->names);
	tree_names_release(&level->copied);
}

static int open_root(struct tree_walk *w, const char *root, struct tree_level *level)
{
	const int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	level->fd = open(root, how);
	if (level->fd < 0 || fstat(level->fd, &level->st) < 0)
		return err_set_errno(w->err, ERR_FAILED, errno, _("cannot open '%s'"), root);
	level->made_up = tree_is_made_up(level->fd);
	if (!w->options->copy_to)
		return 0;
	level->copy = open(w->options->copy_to, how);
	if (level->copy < 0 || fstat(level->copy, &w->copy_st) < 0)
		return err_set_errno(w->err, ERR_NO_SPACE, errno, _("cannot open '%s'"), w->options->copy_to);
	return 0;
}

int tree_make(struct manifest *m, const char *root, const struct tree_options *options, struct err *err)
{
	struct tree_walk w = {.m = m,
	                      .options = options,
	                      .err = err,
	                      .path = BUF_INIT,
	                      .before = options->before,
	                      .kept_at = clock_steady()};
	struct tree_level level = {.fd = -1, .copy = -1};
	int rc = open_root(&w, root, &level);
	if (rc == 0) {
		w.pool = hash_pool_new(options->progress, options->total);
		manifest_begin(m, root);
		walk_folder(&w, &level);
		while (hash_pool_oldest(w.pool))
			take_back(&w);
		hash_pool_free(w.pool);
		rc = w.fatal;
		if (level.copy >= 0 && syncfs(level.copy) < 0 && rc == 0)
			rc = err_set_errno(err, ERR_NO_SPACE, errno, _("cannot write the copy '%s'"), options->copy_to);
	}
	if (level.fd >= 0)
		close(level.fd);
	if (level.copy >= 0)
		close(level.copy);
	buf_release(&w.path);
	return rc;
}
