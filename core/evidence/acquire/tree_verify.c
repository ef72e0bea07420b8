/*
 * A tree beside its manifest: two walks in the same order, by the names of each
 * folder. Only names that a folder really has are opened, part by part, so that
 * nothing in a manifest leads elsewhere, and a part that became a link is seen.
 */
#include "evidence/acquire/tree_private.h"

#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/remark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many entries directly in a folder were named: its time changes with them. */
struct compare_folder {
	size_t named;
};

/* What a job of the pool is for, so that findings come in the order of the walk. */
struct compare_tag {
	struct compare_folder *folder; /* that the entry lies in */
	struct compare_folder *closes; /* the entry is this folder, all of whose entries were before; freed with it */
	struct remark finding;         /* known before the bytes are read */
	int unread;                    /* … and it is why they cannot be */
	struct remark time;            /* of a folder: what is said of its time, if nothing in it was named */
	uint64_t size;
	char sha256[65];                  /* of a file */
	struct manifest_field unreadable; /* then, of it */
};

struct compare {
	const struct tree_comparing *how;
	struct hash_pool *pool;
	struct err *err;
	struct buf path;
	const char *next; /* of the manifest's text, behind `entry` */
	struct manifest_entry entry;
	int more;       /* what manifest_next() said of `entry` */
	int unfinished; /* the walk that made the manifest was stopped: what it has not may have been there */
	int reread;
	int rc;
};

/* A line of the manifest, and what belongs to it. */
struct compare_entry {
	struct manifest_entry line;
	struct buf attributes;
	int unread; /* a ! line speaks of it */
};

static int compare_differs(struct manifest_field a, struct manifest_field b)
{
	return a.n != b.n || memcmp(a.text, b.text, a.n) != 0;
}

/* ---- findings, in order */

static void compare_report(struct compare *c, const struct filejob *job, struct compare_folder *folder,
                           const struct remark *what, int unread)
{
	struct buf path = BUF_INIT;
	struct remark text = REMARK_INIT;
	printable_add(&path, job->path.data, job->path.len, PRINTABLE_LINE);
	printable_add(&text.shown, what->shown.data, what->shown.len, PRINTABLE_LINE);
	printable_add(&text.english, what->english.data, what->english.len, PRINTABLE_LINE);
	c->how->finding(c->how->ctx, path.data, &text, unread);
	buf_release(&path);
	remark_release(&text);
	folder->named++;
}

/* What comes next is another part of the finding. */
static void compare_next_part(struct remark *out)
{
	if (out->shown.len)
		remark_words(out, "; ");
}

static void compare_part(struct remark *out, const struct remark *part)
{
	if (part->shown.len) {
		compare_next_part(out);
		remark_join(out, part);
	}
}

static void compare_add_reason(struct remark *out, const struct err *why)
{
	buf_adds(&out->shown, why->message);
	buf_adds(&out->english, why->english);
}

/* Whether more of the file, or other parts, cannot be read than then: zeros stand in their place, and the digest tells nothing. */
static int compare_is_unread(const struct filejob *job, const struct compare_tag *tag)
{
	struct buf ranges = BUF_INIT;
	if (job->rc < 0)
		return 1;
	if (job->result.size != tag->size || !job->unreadable.count)
		return 0;
	manifest_ranges_text(&job->unreadable, &ranges);
	int is_unread = compare_differs((struct manifest_field){ranges.data, ranges.len}, tag->unreadable);
	buf_release(&ranges);
	return is_unread;
}

/* A file's bytes, and what was known of it before they were read, are one finding. */
static void compare_report_file(struct compare *c, const struct filejob *job, const struct compare_tag *tag)
{
	struct remark text = REMARK_INIT;
	unsigned long long size = job->result.size;
	int same = job->rc == 0 && strcmp(job->result.sha256, tag->sha256) == 0;
	int unread = !same && compare_is_unread(job, tag);
	if (job->rc < 0)
		compare_add_reason(&text, &job->err);
	else if (unread)
		remark_words(&text,
		             _("parts of it cannot be read: whether its content is what was preserved is not known"));
	else if (same)
		;
	else if (job->result.size != tag->size)
		remark_words(&text, _("its content is not what was preserved: %llu bytes, and not %llu"), size,
		             (unsigned long long)tag->size);
	else
		remark_words(&text, _("its content is not what was preserved"));
	compare_part(&text, &tag->finding);
	if (text.shown.len)
		compare_report(c, job, tag->folder, &text, unread && !tag->finding.shown.len);
	remark_release(&text);
}

static void compare_take_back(struct compare *c)
{
	struct filejob *job = hash_pool_oldest(c->pool);
	struct compare_tag *tag = job->tag;
	if (job->rc < 0 && job->err.code == ERR_CANCELLED && c->rc == 0)
		c->rc = err_take(c->err, &job->err);
	if (c->rc == 0 && job->has_source) {
		compare_report_file(c, job, tag);
		c->reread &= job->reread;
	} else if (c->rc == 0 && tag->finding.shown.len) {
		compare_report(c, job, tag->folder, &tag->finding, tag->unread);
	} else if (c->rc == 0 && tag->time.shown.len && tag->closes->named == 0) {
		compare_report(c, job, tag->folder, &tag->time, 0);
	}
	free(tag->closes);
	remark_release(&tag->finding);
	remark_release(&tag->time);
	free(tag);
	hash_pool_pop(c->pool);
}

static struct filejob *compare_give(struct compare *c, struct compare_folder *folder)
{
	if (hash_pool_is_full(c->pool))
		compare_take_back(c);
	struct filejob *job = hash_pool_slot(c->pool);
	struct compare_tag *tag = xcalloc(1, sizeof *tag);
	*tag = (struct compare_tag){.folder = folder, .finding = REMARK_INIT, .time = REMARK_INIT};
	buf_add(&job->path, c->path.data, c->path.len);
	job->tag = tag;
	return job;
}

/* Takes the words. */
static void compare_note_take(struct compare *c, struct compare_folder *folder, struct remark *what)
{
	struct compare_tag *tag = compare_give(c, folder)->tag;
	tag->finding = *what;
	*what = (struct remark)REMARK_INIT;
	hash_pool_submit(c->pool);
}

static struct compare_tag *compare_begin_note(struct compare *c, struct compare_folder *folder, const char *what)
{
	struct compare_tag *tag = compare_give(c, folder)->tag;
	buf_adds(&tag->finding.shown, what);
	buf_adds(&tag->finding.english, i18n_english(what));
	return tag;
}

static void compare_note(struct compare *c, struct compare_folder *folder, const char *what)
{
	compare_begin_note(c, folder, what);
	hash_pool_submit(c->pool);
}

/* The medium, or who owns it, does not give the entry. */
static void compare_note_unread(struct compare *c, struct compare_folder *folder, const char *why)
{
	compare_begin_note(c, folder, why)->unread = 1;
	hash_pool_submit(c->pool);
}

/* ---- the manifest's side */

static void compare_next(struct compare *c)
{
	buf_release(&c->entry.path);
	c->more = manifest_next(&c->next, &c->entry);
}

/* The entry at hand with its attributes and ! lines. */
static void compare_take_entry(struct compare *c, struct compare_entry *e)
{
	*e = (struct compare_entry){.line = c->entry, .attributes = BUF_INIT, .unread = c->entry.type == '!'};
	buf_init(&c->entry.path);
	for (compare_next(c); c->more == 1 && (c->entry.type == 'x' || c->entry.type == '!') &&
	                      strcmp(c->entry.path.data, e->line.path.data) == 0;
	     compare_next(c)) {
		if (c->entry.type == 'x')
			buf_add(&e->attributes, c->entry.line, c->entry.length);
		else
			e->unread = 1;
	}
}

static void compare_entry_release(struct compare_entry *e)
{
	buf_release(&e->line.path);
	buf_release(&e->attributes);
}

/* The rest of the entry's path if it lies below the folder whose path is `prefix`, else NULL. */
static const char *compare_below(const struct compare *c, const char *prefix)
{
	size_t n = strlen(prefix);
	if (c->more != 1)
		return NULL;
	if (n == 0)
		return c->entry.path.data;
	return strncmp(c->entry.path.data, prefix, n) == 0 && c->entry.path.data[n] == '/' ? c->entry.path.data + n + 1
	                                                                                   : NULL;
}

/* Passes over what lies below; how many entries there are. */
static size_t compare_skip(struct compare *c, const char *prefix)
{
	size_t count = 0;
	while (compare_below(c, prefix)) {
		count += c->entry.type != 'x' && c->entry.type != '!';
		compare_next(c);
	}
	return count;
}

/* ---- metadata */

/* What of an entry's metadata is not as in its line; its time in `time`. Both stay empty if all is. */
static void compare_metadata(const struct compare_entry *e, const struct stat *st, int fd, struct remark *what,
                             struct remark *time)
{
	struct manifest m;
	struct manifest_entry is;
	manifest_init(&m);
	manifest_add(&m, e->line.type, st, 0, e->line.type == 'f' ? e->line.sha256 : "-", e->line.path.data, NULL);
	const char *p = m.text.data;
	if (manifest_next(&p, &is) == 1) {
		if (compare_differs(is.mode, e->line.mode))
			remark_words(what, _("its mode is %.*s, and was %.*s"), (int)is.mode.n, is.mode.text,
			             (int)e->line.mode.n, e->line.mode.text);
		if (compare_differs(is.owner, e->line.owner)) {
			compare_next_part(what);
			remark_words(what, _("its owner and group are %.*s, and were %.*s"), (int)is.owner.n,
			             is.owner.text, (int)e->line.owner.n, e->line.owner.text);
		}
		if (compare_differs(is.time, e->line.time))
			remark_words(time, _("its time of change is %.*s, and was %.*s (seconds since 1970)"),
			             (int)is.time.n, is.time.text, (int)e->line.time.n, e->line.time.text);
		buf_release(&is.path);
	}
	buf_clear(&m.text);
	if (fd >= 0) {
		tree_attributes(fd, e->line.path.data, &m);
		if (m.failed == 0 && strcmp(m.text.data, e->attributes.data) != 0) {
			compare_next_part(what);
			remark_words(what, _("its extended attributes are others"));
		}
	}
	manifest_release(&m);
}

/* All of it, as one text. */
static void compare_metadata_text(const struct compare *c, const struct compare_entry *e, const struct stat *st, int fd,
                                  struct remark *what)
{
	struct remark time = REMARK_INIT;
	if (c->how->in_place)
		compare_metadata(e, st, fd, what, &time);
	compare_part(what, &time);
	remark_release(&time);
}

/* ---- entries */

static void compare_file(struct compare *c, struct compare_folder *folder, const struct compare_entry *e, int dir,
                         const char *name)
{
	struct err why = ERR_INIT;
	struct filejob *job = compare_give(c, folder);
	struct compare_tag *tag = job->tag;
	if (source_open(&job->source, dir, name, SOURCE_NO_LINK, &why) < 0) {
		compare_add_reason(&tag->finding, &why);
		tag->unread = 1;
	} else {
		job->has_source = job->drop_cache = 1;
		/* what could not be read there was zeros; in a copy, zeros are what was written */
		job->retry = c->how->in_place && (e->line.about & MANIFEST_UNREADABLE);
		memcpy(tag->sha256, e->line.sha256, sizeof tag->sha256);
		tag->size = e->line.size;
		tag->unreadable = e->line.unreadable;
		compare_metadata_text(c, e, &job->source.before, job->source.fd, &tag->finding);
	}
	hash_pool_submit(c->pool);
}

/* An entry that holds no bytes: a link's target, another one's type, metadata. */
static void compare_rest(struct compare *c, struct compare_folder *folder, const struct compare_entry *e,
                         const char *more, const struct stat *st)
{
	struct buf escaped = BUF_INIT;
	struct remark text = REMARK_INIT;
	struct remark metadata = REMARK_INIT;
	const struct manifest_field *was = &e->line.more;
	pathname_escape(more, &escaped);
	if (compare_differs((struct manifest_field){escaped.data, escaped.len}, *was))
		remark_words(&text,
		             e->line.type == 'l' ? _("the link leads to %s, and led to %.*s")
		                                 : _("it is a %s, and was a %.*s"),
		             escaped.data, (int)was->n, was->text);
	compare_metadata_text(c, e, st, -1, &metadata);
	compare_part(&text, &metadata);
	if (text.shown.len)
		compare_note_take(c, folder, &text);
	buf_release(&escaped);
	remark_release(&metadata);
	remark_release(&text);
}

static void compare_link(struct compare *c, struct compare_folder *folder, const struct compare_entry *e, int dir,
                         const char *name, const struct stat *st)
{
	char target[4097];
	ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
	if (n < 0) {
		compare_note_unread(c, folder, err_system_text(errno));
		return;
	}
	target[n] = '\0';
	compare_rest(c, folder, e, target, st);
}

static char compare_type(mode_t mode)
{
	return S_ISREG(mode) ? 'f' : S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : 'o';
}

static const char *compare_type_name(char type)
{
	return type == 'f'   ? _("a file")
	       : type == 'd' ? _("a folder")
	       : type == 'l' ? _("a link")
	                     : _("a device, pipe or socket");
}

static void compare_level(struct compare *c, int fd, struct compare_folder *folder, int judge_additions, int depth);

static void compare_subfolder(struct compare *c, struct compare_folder *folder, const struct compare_entry *e, int dir,
                              const char *name, const struct stat *st, int depth)
{
	int fd = tree_open_folder(dir, name);
	if (fd < 0 || depth >= TREE_DEPTH) {
		if (!e->unread) /* it could not be opened then, either */
			compare_note_unread(c, folder, fd < 0 ? err_system_text(errno) : _("too deep"));
		compare_skip(c, e->line.path.data);
		if (fd >= 0)
			close(fd);
		return;
	}
	struct compare_folder *below = xcalloc(1, sizeof *below);
	struct remark what = REMARK_INIT;
	struct remark time = REMARK_INIT;
	if (c->how->in_place)
		compare_metadata(e, st, fd, &what, &time);
	compare_level(c, fd, below, !e->unread && !(e->line.about & MANIFEST_NOT_WALKED), depth);
	close(fd);
	struct compare_tag *tag = compare_give(c, folder)->tag;
	tag->closes = below;
	if (what.shown.len) {
		compare_part(&what, &time);
		remark_join(&tag->finding, &what);
	} else {
		remark_join(&tag->time, &time);
	}
	hash_pool_submit(c->pool);
	remark_release(&what);
	remark_release(&time);
}

/* An entry that both have. */
static void compare_both(struct compare *c, struct compare_folder *folder, const struct compare_entry *e, int dir,
                         const char *name, int depth)
{
	struct stat st;
	char was = e->line.type;
	if (was == '!') /* it could not be read: there is nothing to compare */
		return;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		compare_note_unread(c, folder, err_system_text(errno));
		if (was == 'd')
			compare_skip(c, e->line.path.data);
		return;
	}
	char is = compare_type(st.st_mode);
	if (is != was) {
		const char *now = compare_type_name(is);
		const char *before = compare_type_name(was);
		struct remark text = REMARK_INIT;
		buf_addf(&text.shown, _("it is %s, and was %s"), now, before);
		buf_addf(&text.english, i18n_english(_("it is %s, and was %s")), i18n_english(now),
		         i18n_english(before));
		compare_note_take(c, folder, &text);
		if (was == 'd')
			compare_skip(c, e->line.path.data);
	} else if (is == 'f') {
		compare_file(c, folder, e, dir, name);
	} else if (is == 'l') {
		compare_link(c, folder, e, dir, name, &st);
	} else if (is == 'd') {
		compare_subfolder(c, folder, e, dir, name, &st, depth);
	} else {
		compare_rest(c, folder, e, tree_other_type(st.st_mode), &st);
	}
}

/* An entry that is only in the manifest; `error`: of the folder, whose names were not all given. */
static void compare_missing(struct compare *c, struct compare_folder *folder, const struct compare_entry *e, int error)
{
	size_t below = e->line.type == 'd' ? compare_skip(c, e->line.path.data) : 0;
	/* a copy has no devices, nor what its medium could not hold or what could not be read */
	if (e->line.type == '!' || e->line.about & MANIFEST_NOT_COPIED ||
	    (!c->how->in_place && (e->line.type == 'o' || (e->unread && e->line.type != 'f'))))
		return;
	if (error) {
		compare_note_unread(c, folder, err_system_text(error));
	} else if (below) {
		struct remark text = REMARK_INIT;
		remark_words(&text, _("it is gone, with the %zu entries in it"), below);
		compare_note_take(c, folder, &text);
	} else {
		compare_note(c, folder, _("it is gone"));
	}
}

static void compare_added(struct compare *c, struct compare_folder *folder, int dir, const char *name)
{
	struct stat st;
	int is_folder = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
	compare_note(c, folder,
	             is_folder ? _("this folder was not there when it was preserved")
	                       : _("it was not there when the folder was preserved"));
}

/* Puts a name behind the path of the folder at hand; the path's length before. */
static size_t compare_enter(struct compare *c, const char *name)
{
	size_t start = c->path.len;
	if (start)
		buf_addc(&c->path, '/');
	buf_adds(&c->path, name);
	return start;
}

static void compare_level(struct compare *c, int fd, struct compare_folder *folder, int judge_additions, int depth)
{
	struct tree_names names;
	char *prefix = xstrndup(c->path.data, c->path.len);
	const char *rest;
	size_t i = 0;
	tree_names_read(&names, fd);
	if (names.error && judge_additions)
		compare_note_unread(c, folder, err_system_text(names.error));
	while (c->rc == 0 && ((rest = compare_below(c, prefix)) != NULL || i < names.count)) {
		if (rest && *prefix == '\0' && strcmp(rest, ".") == 0) { /* a ! line of the root's own */
			compare_next(c);
			continue;
		}
		int order = !rest ? 1 : i == names.count ? -1 : strcmp(rest, names.items[i]);
		struct compare_entry e;
		size_t start;
		if (order > 0) {
			start = compare_enter(c, names.items[i]);
			if (judge_additions && !c->unfinished)
				compare_added(c, folder, fd, names.items[i]);
			i++;
		} else {
			start = compare_enter(c, rest);
			compare_take_entry(c, &e);
			if (order == 0)
				compare_both(c, folder, &e, fd, names.items[i++], depth + 1);
			else
				compare_missing(c, folder, &e, names.error);
			compare_entry_release(&e);
		}
		buf_truncate(&c->path, start);
	}
	tree_names_release(&names);
	free(prefix);
}

/* ---- all of it */

/* Adds up the bytes, and looks whether the walk was stopped. -1 if a line has a wrong form. */
static int compare_look_through(struct compare *c, const char *text, uint64_t *total)
{
	struct manifest_entry entry;
	int more;
	for (const char *p = text; (more = manifest_next(&p, &entry)) == 1; buf_release(&entry.path)) {
		if (entry.type == 'f')
			*total += entry.size;
		if (entry.type == '!' && strcmp(entry.path.data, ".") == 0)
			c->unfinished = 1;
	}
	return more;
}

int tree_verify(const char *manifest, const char *root, const struct tree_comparing *how, int *reread, struct err *err)
{
	struct compare c = {.how = how, .err = err, .path = BUF_INIT, .next = manifest, .reread = 1};
	struct compare_folder top = {0};
	uint64_t total = 0;
	if (compare_look_through(&c, manifest, &total) < 0)
		return err_set(err, ERR_DAMAGED, _("the manifest has a wrong form"));
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), root);
	c.pool = hash_pool_new(how->progress, total);
	buf_init(&c.entry.path);
	compare_next(&c);
	compare_level(&c, fd, &top, 1, 0);
	while (hash_pool_oldest(c.pool))
		compare_take_back(&c);
	hash_pool_free(c.pool);
	close(fd);
	buf_release(&c.entry.path);
	buf_release(&c.path);
	if (reread)
		*reread = c.reread;
	return c.rc;
}
