#include "outward/desk/gather.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "handover/merge/merge_record.h"
#include "history/history.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file that was read. Those of one case follow each other once they are sorted. */
struct desk_file {
	char *path;
	char id[37];
	char head[HISTORY_ID];
	json_t *records;
	int contained; /* another file of the case holds its last action */
};

struct gather {
	const struct desk_source *source;
	struct desk_file *files;
	size_t count;
	struct desk_cases *cases;
};

__attribute__((format(printf, 3, 4))) static void tell(struct gather *g, int fault, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *safe = printable_vdup(format, args);
	va_end(args);
	g->source->tell(g->source->ctx, fault, safe);
	free(safe);
}

/* ---- opening */

static int is_same_file(const char *one, const char *other)
{
	struct stat a;
	struct stat b;
	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* The file as a case: the one that is open here already (a second descriptor would drop its locks), or opened. */
static struct case_file *open_file(struct gather *g, const char *path, struct err *err)
{
	struct stat st;
	if (g->source->open && is_same_file(path, case_path(g->source->open)))
		return g->source->open;
	if (stat(path, &st) < 0) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_FAILED, _("'%s' is no file"), path);
		return NULL;
	}
	return case_open(path, g->source->unlock, CASE_READ_ONLY, err);
}

static void close_file(struct gather *g, struct case_file *c)
{
	if (c != g->source->open)
		case_close(c, NULL);
}

static void not_counted(struct gather *g, const char *path, const struct err *why)
{
	struct buf word = BUF_INIT; /* as a shell takes it, whatever is in the path */
	g->cases->not_counted++;
	words_quote_needed(&word, path);
	if (why->code == ERR_BUSY) /* mostly by what `genba unlock` began */
		tell(g, 1, _("not counted: '%s': %s. Leave it there, or close it (genba lock %s), then ask again"),
		     path, why->message, word.data);
	else
		tell(g, 1, _("not counted: '%s': %s"), path, why->message);
	buf_release(&word);
}

static void read_file(struct gather *g, const char *path)
{
	struct err err = ERR_INIT;
	struct desk_file file = {.path = NULL};
	for (size_t i = 0; i < g->count; i++)
		if (is_same_file(g->files[i].path, path)) /* named twice, or in a folder besides */
			return;
	struct case_file *c = open_file(g, path, &err);
	if (c && history_head(case_history(c), file.head, &err) == 0)
		file.records = desk_read(c, NULL, &err);
	if (c)
		snprintf(file.id, sizeof file.id, "%s", case_id(c));
	close_file(g, c);
	if (!file.records) {
		not_counted(g, path, &err);
		return;
	}
	file.path = xstrdup(path);
	g->files = xrealloc(g->files, (g->count + 1) * sizeof *g->files);
	g->files[g->count++] = file;
	g->cases->files++;
}

/* ---- folders */

static int by_name(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static int is_case_name(const char *name)
{
	size_t n = strlen(name);
	return *name != '.' && n > 6 && strcmp(name + n - 6, ".genba") == 0;
}

static void read_folder(struct gather *g, const char *folder)
{
	char **names = NULL;
	size_t count = 0;
	DIR *dir = opendir(folder);
	struct err err = ERR_INIT;
	if (!dir) {
		err_set_errno(&err, ERR_FAILED, errno, _("cannot read the folder"));
		not_counted(g, folder, &err);
		return;
	}
	for (const struct dirent *entry; (entry = readdir(dir));) {
		if (!is_case_name(entry->d_name))
			continue;
		names = xrealloc(names, (count + 1) * sizeof *names);
		names[count++] = xasprintf("%s/%s", folder, entry->d_name);
	}
	closedir(dir);
	if (count)
		qsort(names, count, sizeof *names, by_name);
	for (size_t i = 0; i < count; i++) {
		read_file(g, names[i]);
		free(names[i]);
	}
	free(names);
	if (count == 0) {
		err_set(&err, ERR_NOT_FOUND, _("no file *.genba is in this folder"));
		not_counted(g, folder, &err);
	}
}

static int is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- several copies of one case */

static int by_case(const void *one, const void *other)
{
	const struct desk_file *a = one;
	const struct desk_file *b = other;
	int order = strcmp(a->id, b->id);
	if (order == 0)
		order = strcmp(a->head, b->head);
	return order ? order : strcmp(a->path, b->path);
}

/* Marks those of the files whose last action this one's history holds. Of equal ones the first stays. */
static int mark_contained(struct gather *g, struct desk_file *files, size_t count, size_t holder, struct err *err)
{
	uint64_t number;
	struct case_file *c = open_file(g, files[holder].path, err);
	if (!c)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (strcmp(files[i].head, files[holder].head) != 0 &&
		    history_number(case_history(c), files[i].head, &number, NULL) == 0)
			files[i].contained = 1;
	close_file(g, c);
	return 0;
}

struct commit_walk {
	json_t *seen; /* commits of the files before */
	char base[HISTORY_ID];
};

static int take_commit(void *ctx, const struct history_entry *entry)
{
	struct commit_walk *w = ctx;
	if (!*w->base && json_object_get(w->seen, entry->id))
		memcpy(w->base, entry->id, sizeof w->base);
	json_object_set_new(w->seen, entry->id, json_true());
	return 0;
}

struct desk_clash {
	struct gather *g;
	const char *label;
};

static void take_clash(void *ctx, const struct merge_clash *clash)
{
	struct desk_clash *k = ctx;
	tell(k->g, 0, _("%s: %s was changed differently in two copies; the later change is counted"), k->label,
	     clash->field);
}

/* `other` into `into`, record by record; `base` is what both began with. */
static void merge_states(struct gather *g, json_t *base, json_t *into, json_t *other)
{
	const char *id;
	json_t *theirs;
	json_object_foreach(other, id, theirs) {
		json_t *ours = json_object_get(into, id);
		if (!ours) {
			json_object_set(into, id, theirs);
		} else if (!json_equal(ours, theirs)) {
			struct desk_clash k = {g, json_get_string(theirs, "label")};
			json_t *merged = merge_record(json_object_get(base, id), ours, theirs, take_clash, &k);
			json_object_set_new(into, id, merged);
		}
	}
}

/* The copies that went on each by itself, put together in the first of them. */
static int merge_diverged(struct gather *g, struct desk_file **copies, size_t count, struct err *err)
{
	struct commit_walk w = {json_object(), ""};
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++) {
		json_t *base = NULL;
		struct case_file *c = open_file(g, copies[i]->path, err);
		*w.base = '\0';
		rc = c ? history_log(case_history(c), NULL, NULL, 0, take_commit, &w, err) : -1;
		if (rc == 0 && i > 0 && *w.base && !(base = desk_read(c, w.base, err)))
			rc = -1;
		close_file(g, c);
		if (rc == 0 && i > 0) {
			tell(g, 0,
			     _("'%s' and '%s' are copies of one case that went on separately: counted as one, put "
			       "together"),
			     copies[0]->path, copies[i]->path);
			merge_states(g, base, copies[0]->records, copies[i]->records);
		}
		json_decref(base);
	}
	json_decref(w.seen);
	return rc;
}

static void keep_case(struct gather *g, struct desk_file *file)
{
	struct desk_cases *cases = g->cases;
	cases->items = xrealloc(cases->items, (cases->count + 1) * sizeof *cases->items);
	struct desk_case *one = &cases->items[cases->count++];
	memcpy(one->id, file->id, sizeof one->id);
	memcpy(one->head, file->head, sizeof one->head);
	one->path = xstrdup(file->path);
	one->records = json_incref(file->records);
}

/* One case of the files, which are sorted. What cannot be read a second time is told of as not counted. */
static void settle_copies(struct gather *g, struct desk_file *files, size_t count)
{
	struct err err = ERR_INIT;
	size_t kinds = 0; /* of last actions */
	size_t left = 0;
	int rc = 0;
	struct desk_file **ends = xcalloc(count, sizeof(struct desk_file *));
	for (size_t i = 0; i < count; i++)
		kinds += i == 0 || strcmp(files[i].head, files[i - 1].head) != 0;
	for (size_t i = 0; i < count && kinds > 1 && rc == 0; i++)
		if (i == 0 || strcmp(files[i].head, files[i - 1].head) != 0)
			rc = mark_contained(g, files, count, i, &err);
	for (size_t i = 0; i < count; i++)
		if (!files[i].contained && (left == 0 || strcmp(files[i].head, ends[left - 1]->head) != 0))
			ends[left++] = &files[i];
	if (left == 0) { /* a file may claim that its history holds the others' last action, and they its own */
		files[0].contained = 0;
		ends[left++] = &files[0];
	}
	for (size_t i = 0; i < count; i++)
		if (files[i].contained)
			tell(g, 0, _("'%s' is an older copy of '%s', which is counted"), files[i].path, ends[0]->path);
		else if (i > 0 && strcmp(files[i].head, files[i - 1].head) == 0)
			tell(g, 0, _("'%s' is a copy of '%s', which is counted"), files[i].path, files[i - 1].path);
	if (left > 1 && rc == 0)
		rc = merge_diverged(g, ends, left, &err);
	if (rc < 0) {
		for (size_t i = 0; i < count; i++)
			not_counted(g, files[i].path, &err);
		g->cases->files -= count;
	} else {
		keep_case(g, ends[0]);
		g->cases->copies += count - 1;
	}
	free(ends);
}

int desk_gather(const struct desk_source *source, char *const *paths, size_t count, struct desk_cases *cases,
                struct err *err)
{
	struct gather g = {source, NULL, 0, cases};
	int rc = 0;
	memset(cases, 0, sizeof *cases);
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (source->progress && progress_step(source->progress, paths[i], i, count, err) < 0)
			rc = -1;
		else if (is_folder(paths[i]))
			read_folder(&g, paths[i]);
		else
			read_file(&g, paths[i]);
	}
	if (g.count)
		qsort(g.files, g.count, sizeof *g.files, by_case);
	for (size_t i = 0; i < g.count && rc == 0;) {
		size_t next = i + 1;
		while (next < g.count && strcmp(g.files[i].id, g.files[next].id) == 0)
			next++;
		settle_copies(&g, &g.files[i], next - i);
		i = next;
	}
	for (size_t i = 0; i < g.count; i++) {
		free(g.files[i].path);
		json_decref(g.files[i].records);
	}
	free(g.files);
	return rc;
}

void desk_cases_release(struct desk_cases *cases)
{
	for (size_t i = 0; i < cases->count; i++) {
		free(cases->items[i].path);
		json_decref(cases->items[i].records);
	}
	free(cases->items);
	memset(cases, 0, sizeof *cases);
}
