/*
 * Trees, read and written as git stores them: "MODE NAME\0ID" in the order of
 * the names, a folder's name taken as ending in '/'. Only the trees on the path
 * of a change are read and written, so a commit costs the same whatever the
 * number of records. Source: gitformat and fsck of git.
 */
#include "history/history_private.h"

#include <stdlib.h>
#include <string.h>

int tree_next(const char **p, const char *end, struct tree_entry *entry)
{
	if (*p == end)
		return 0;
	unsigned mode = 0;
	const char *q = *p;
	while (q < end && *q >= '0' && *q <= '7' && mode < 01000000)
		mode = mode * 8 + (unsigned)(*q++ - '0');
	const char *nul = q < end ? memchr(q, '\0', (size_t)(end - q)) : NULL;
	if (q >= end || *q != ' ' || !nul || end - nul - 1 < GIT_OID_RAWSZ || nul == q + 1 ||
	    (mode != MODE_FILE && mode != MODE_FOLDER))
		return -1;
	entry->name = q + 1;
	entry->mode = mode;
	memcpy(entry->id.id, nul + 1, GIT_OID_RAWSZ);
	*p = nul + 1 + GIT_OID_RAWSZ;
	return 1;
}

static struct object_raw *tree_hold(struct history *h, const git_oid *id, struct err *err)
{
	struct object_raw *raw = object_hold(h, id, err);
	if (!raw || raw->type == GIT_OBJECT_TREE)
		return raw;
	object_raw_drop(raw);
	err_set(err, ERR_DAMAGED, _("the history has another object where a tree belongs"));
	return NULL;
}

static int tree_bad(struct err *err)
{
	return err_set(err, ERR_DAMAGED, _("a tree of the history has a wrong form"));
}

/* The entry of a path, a folder's or a file's as `mode` says. */
int tree_find(struct history *h, const git_oid *root, const char *path, unsigned mode, struct tree_entry *found,
              struct err *err)
{
	git_oid id = *root;
	for (int depth = 0; depth <= TREE_DEPTH; depth++) {
		size_t n = strcspn(path, "/");
		struct object_raw *raw = tree_hold(h, &id, err);
		if (!raw)
			return -1;
		const char *p = raw->data;
		int rc;
		int hit = 0;
		while (!hit && (rc = tree_next(&p, raw->data + raw->size, found)) == 1)
			hit = strncmp(found->name, path, n) == 0 && found->name[n] == '\0';
		object_raw_drop(raw);
		if (!hit && rc < 0)
			return tree_bad(err);
		if (!hit || (path[n] == '/' ? MODE_FOLDER : mode) != found->mode)
			break;
		found->name = NULL;
		if (path[n] == '\0')
			return 0;
		id = found->id;
		path += n + 1;
	}
	return err_set(err, ERR_NOT_FOUND, _("the history has no such file"));
}

/* ---- editing */

struct history_tree_editing {
	struct history *h;
	struct err *err;
	int many; /* new files are deltas against one that was written just before: in one action they are much alike */
	git_oid like;   /* that one, whole */
	unsigned alike; /* deltas against it; 0: there is none */
};

/* git's order: as if a folder's name ended in '/'. */
static int compare_names(const char *a, size_t a_size, int a_folder, const char *b, size_t b_size, int b_folder)
{
	size_t n = a_size < b_size ? a_size : b_size;
	int order = memcmp(a, b, n);
	if (order)
		return order;
	unsigned char x = (unsigned char)(a_size > n ? a[n] : a_folder ? '/' : '\0');
	unsigned char y = (unsigned char)(b_size > n ? b[n] : b_folder ? '/' : '\0');
	return (int)x - (int)y;
}

int tree_compare(const struct tree_entry *a, const struct tree_entry *b)
{
	return compare_names(a->name, strlen(a->name), a->mode == MODE_FOLDER, b->name, strlen(b->name),
	                     b->mode == MODE_FOLDER);
}

/* Letters, digits, `_`, `-` and dots inside; a file's name has a dot, a folder's has none, so the two never clash. */
static int name_is_canonical(const struct tree_entry *entry)
{
	int dots = 0;
	for (const char *p = entry->name; *p; p++) {
		dots += *p == '.';
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
		      strchr("._-", *p)))
			return 0;
	}
	return entry->name[0] != '.' && (entry->mode == MODE_FOLDER) == (dots == 0);
}

int tree_is_canonical(const char *raw, size_t n)
{
	const char *p = raw;
	const char *end = raw + n;
	const char *start = p;
	struct tree_entry entry;
	struct tree_entry last = {NULL, 0, {{0}}};
	int more;
	while ((more = tree_next(&p, end, &entry)) == 1) {
		size_t mode = (size_t)(entry.name - start - 1);
		if (!name_is_canonical(&entry) || mode != (entry.mode == MODE_FOLDER ? 5U : 6U))
			return 0;
		if (last.name && tree_compare(&last, &entry) >= 0)
			return 0;
		last = entry;
		start = p;
	}
	return more == 0;
}

static void put_entry(struct buf *raw, unsigned mode, const char *name, size_t n, const git_oid *id)
{
	buf_addf(raw, "%o ", mode);
	buf_add(raw, name, n);
	buf_addc(raw, '\0');
	buf_add(raw, id->id, GIT_OID_RAWSZ);
}

/* An entry that stays, which was read from `at` to `end`. */
static void keep_entry(struct buf *raw, const struct tree_entry *entry, const char *at, const char *end)
{
	size_t digits = (size_t)(entry->name - at - 1);
	if (digits == (entry->mode == MODE_FOLDER ? 5U : 6U)) /* as it is written here */
		buf_add(raw, at, (size_t)(end - at));
	else
		put_entry(raw, entry->mode, entry->name, strlen(entry->name), &entry->id);
}

static int history_tree_edit(struct history_tree_editing *e, const git_oid *old, size_t skip,
                             const struct history_change *changes, size_t count, int depth, git_oid *id, int *empty);

/* Not too many hang on one row: what damages it must not take a whole import along. */
#define ALIKE 32

static int write_new(struct history_tree_editing *e, const struct history_change *change, git_oid *id)
{
	const git_oid *base = e->many && e->alike ? &e->like : NULL;
	if (object_write(e->h, GIT_OBJECT_BLOB, change->text, change->size, base, id, e->err) < 0)
		return -1;
	if (!base)
		e->like = *id;
	e->alike = (e->alike + 1) % ALIKE;
	return 0;
}

/* What one name of a tree becomes. `gone` is set if nothing is left of it. */
static int edit_entry(struct history_tree_editing *e, const struct tree_entry *old, size_t skip,
                      const struct history_change *changes, size_t count, int depth, unsigned *mode, git_oid *id,
                      int *gone)
{
	const char *rest = changes->path + skip;
	*gone = 0;
	if (strchr(rest, '/')) {
		*mode = MODE_FOLDER;
		const git_oid *below = old && old->mode == MODE_FOLDER ? &old->id : NULL;
		return history_tree_edit(e, below, skip + strcspn(rest, "/") + 1, changes, count, depth + 1, id, gone);
	}
	*mode = MODE_FILE;
	if (!changes->text) {
		*gone = 1;
		return 0;
	}
	if (!old || old->mode != MODE_FILE)
		return write_new(e, changes, id);
	return object_write(e->h, GIT_OBJECT_BLOB, changes->text, changes->size, &old->id, id, e->err);
}

static int same_part(const char *a, const char *b)
{
	size_t n = strcspn(a, "/");
	return strncmp(a, b, n) == 0 && (b[n] == '/' || b[n] == '\0') && a[n] == b[n];
}

static int history_tree_edit(struct history_tree_editing *e, const git_oid *old, size_t skip,
                             const struct history_change *changes, size_t count, int depth, git_oid *id, int *empty)
{
	struct buf out = BUF_INIT;
	int rc = 0;
	if (depth > TREE_DEPTH)
		return err_set(e->err, ERR_INVALID, _("the path '%s' is too deep"), changes->path);
	struct object_raw *raw = old ? tree_hold(e->h, old, e->err) : NULL;
	if (old && !raw)
		return -1;
	const char *p = raw ? raw->data : "";
	const char *end = raw ? raw->data + raw->size : p;
	const char *at = p;
	struct tree_entry entry;
	int more = tree_next(&p, end, &entry);
	size_t i = 0;
	buf_grow(&out, (size_t)(end - at) + 64);
	while (rc == 0 && (more == 1 || i < count)) {
		const char *name = i < count ? changes[i].path + skip : NULL;
		size_t n = name ? strcspn(name, "/") : 0;
		int order = more != 1 ? 1
		            : !name   ? -1
		                    : compare_names(entry.name, strlen(entry.name), entry.mode == MODE_FOLDER, name, n,
		                                    name[n] == '/');
		if (order < 0) {
			keep_entry(&out, &entry, at, p);
			at = p;
			more = tree_next(&p, end, &entry);
			continue;
		}
		size_t group = 1;
		while (i + group < count && same_part(name, changes[i + group].path + skip))
			group++;
		unsigned mode;
		git_oid made;
		int gone;
		rc = edit_entry(e, order == 0 ? &entry : NULL, skip, changes + i, group, depth, &mode, &made, &gone);
		if (rc == 0 && !gone)
			put_entry(&out, mode, name, n, &made);
		if (order == 0) {
			at = p;
			more = tree_next(&p, end, &entry);
		}
		i += group;
	}
	if (rc == 0 && more < 0)
		rc = tree_bad(e->err);
	*empty = out.len == 0;
	if (rc == 0 && !(*empty && depth > 0))
		rc = object_write(e->h, GIT_OBJECT_TREE, out.data, out.len, old, id, e->err);
	buf_release(&out);
	object_raw_drop(raw);
	return rc;
}

int tree_edit(struct history *h, const git_oid *old, const struct history_change *changes, size_t count, git_oid *id,
              struct err *err)
{
	struct history_tree_editing e = {.h = h, .err = err, .many = count > HISTORY_BULK};
	int empty;
	return history_tree_edit(&e, old, 0, changes, count, 0, id, &empty);
}

/*
 * ---- walking: which files differ between two trees. One walk for all, with its place as plain data, so that whoever works in
 * slices leaves it behind any file and goes on later. Folders that are the same on both sides are not opened.
 */

#define PATH_LIMIT 1024 /* bytes of a path in a tree that somebody made */

/* A folder on the way down: its two trees (NULL: absent), how far each was read, and the entry that comes next there. */
struct tree_walk_level {
	struct object_raw *raw[2];
	const char *at[2];
	struct tree_entry next[2];
	int more[2];
	size_t path; /* length of the folder's path */
};

static void tree_walk_read(struct tree_walk_level *level, int side)
{
	const struct object_raw *raw = level->raw[side];
	level->more[side] = raw ? tree_next(&level->at[side], raw->data + raw->size, &level->next[side]) : 0;
}

static int tree_walk_enter(struct tree_diff *d, const git_oid *a, const git_oid *b, struct err *err)
{
	const git_oid *const ids[2] = {a, b};
	if (d->depth == d->room) {
		d->room = d->room ? d->room * 2 : TREE_DEPTH;
		d->levels = xrealloc(d->levels, d->room * sizeof *d->levels);
	}
	struct tree_walk_level *level = &d->levels[d->depth++];
	memset(level, 0, sizeof *level);
	level->path = d->path.len;
	for (int side = 0; side < 2; side++) {
		if (ids[side] && !(level->raw[side] = tree_hold(d->h, ids[side], err)))
			return -1;
		level->at[side] = level->raw[side] ? level->raw[side]->data : "";
		tree_walk_read(level, side);
	}
	return 0;
}

static void tree_walk_leave(struct tree_diff *d)
{
	struct tree_walk_level *level = &d->levels[--d->depth];
	object_raw_drop(level->raw[0]);
	object_raw_drop(level->raw[1]);
}

int tree_diff_begin(struct tree_diff *d, struct history *h, const git_oid *a, const git_oid *b, const char *above,
                    struct err *err)
{
	while (d->depth > 0)
		tree_walk_leave(d);
	d->h = h;
	buf_clear(&d->path);
	buf_adds(&d->path, above);
	return tree_walk_enter(d, a, b, err);
}

/* What comes next in the folder is taken: `there` says on which sides it is. */
static int tree_walk_take(struct tree_diff *d, struct tree_walk_level *level, int there[2], struct tree_entry *entry)
{
	int order = level->more[0] != 1 ? 1 : level->more[1] != 1 ? -1 : tree_compare(&level->next[0], &level->next[1]);
	there[0] = order <= 0;
	there[1] = order >= 0;
	*entry = level->next[order > 0];
	d->ids[0] = level->next[0].id;
	d->ids[1] = level->next[1].id;
	int same = order == 0 && level->next[0].mode == level->next[1].mode && git_oid_equal(&d->ids[0], &d->ids[1]);
	for (int side = 0; side < 2; side++)
		if (there[side])
			tree_walk_read(level, side);
	return !same;
}

int tree_diff_next(struct tree_diff *d, const git_oid **a, const git_oid **b, struct err *err)
{
	while (d->depth > 0) {
		struct tree_walk_level *level = &d->levels[d->depth - 1];
		struct tree_entry entry;
		int there[2];
		buf_truncate(&d->path, level->path);
		if (level->more[0] < 0 || level->more[1] < 0)
			return tree_bad(err);
		if (level->more[0] == 0 && level->more[1] == 0) {
			tree_walk_leave(d);
			continue;
		}
		if (!tree_walk_take(d, level, there, &entry))
			continue;
		if (d->path.len)
			buf_addc(&d->path, '/');
		buf_adds(&d->path, entry.name);
		if (d->path.len > PATH_LIMIT)
			return tree_bad(err);
		const git_oid *const ids[2] = {there[0] ? &d->ids[0] : NULL, there[1] ? &d->ids[1] : NULL};
		if (entry.mode == MODE_FOLDER) {
			if (tree_walk_enter(d, ids[0], ids[1], err) < 0)
				return -1;
			continue;
		}
		*a = ids[0];
		*b = ids[1];
		return 1;
	}
	return 0;
}

void tree_diff_end(struct tree_diff *d)
{
	while (d->depth > 0)
		tree_walk_leave(d);
	free(d->levels);
	d->levels = NULL;
	d->room = 0;
	buf_release(&d->path);
}

/* ---- all at once */

int tree_diff(struct history *h, const git_oid *a, const git_oid *b, tree_diff_fn fn, void *ctx, struct err *err)
{
	struct tree_diff d = TREE_DIFF_INIT;
	const git_oid *x = NULL;
	const git_oid *y = NULL;
	int more = 1;
	int rc = tree_diff_begin(&d, h, a, b, "", err);
	while (rc == 0 && (more = tree_diff_next(&d, &x, &y, err)) == 1)
		rc = fn(ctx, d.path.data, x, y);
	tree_diff_end(&d);
	return more < 0 ? -1 : rc;
}

int tree_walk(struct history *h, const git_oid *root, const char *above, history_file_fn fn, void *ctx, struct err *err)
{
	struct tree_diff d = TREE_DIFF_INIT;
	const git_oid *none = NULL;
	const git_oid *id = NULL;
	int more = 1;
	int rc = tree_diff_begin(&d, h, NULL, root, above, err);
	while (rc == 0 && (more = tree_diff_next(&d, &none, &id, err)) == 1) {
		struct object_raw *text = object_hold(h, id, err);
		rc = text ? fn(ctx, d.path.data, text->data, text->size) : -1;
		object_raw_drop(text);
	}
	tree_diff_end(&d);
	return more < 0 ? -1 : rc;
}
