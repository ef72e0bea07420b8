/* What a run reads: files, all files of folders, large files in parts. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/worker/worker.h"
#include "finding/sweep/sweep_archive.h"
#include "finding/sweep/sweep_run_private.h"
#include "finding/sweep/sweep_source.h"
#include "finding/sweep/sweep_stream.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_LEAST (64U << 20)
#define DEEPEST    200 /* folders in one another */

unsigned sweep_run_jobs(const struct sweep_run *run)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = run->jobs ? run->jobs : processors > 0 ? (unsigned)processors : 1;
	return jobs > 64 ? 64 : jobs;
}

static void add_unit(struct sweep_run *run, struct sweep_unit unit)
{
	if (run->unit_count == run->unit_cap) {
		run->unit_cap = run->unit_cap ? run->unit_cap * 2 : 64;
		run->units = xrealloc(run->units, run->unit_cap * sizeof *run->units);
	}
	run->units[run->unit_count++] = unit;
}

/* The end of a line at or behind `offset`, or `offset` itself. */
static uint64_t end_of_line(int fd, uint64_t offset)
{
	char *bytes = xmalloc(SWEEP_LINE);
	ssize_t got = pread(fd, bytes, SWEEP_LINE, (off_t)offset);
	const char *line = got > 0 ? memchr(bytes, '\n', (size_t)got) : NULL;
	uint64_t end = line ? offset + (uint64_t)(line - bytes) : offset;
	free(bytes);
	return end;
}

/* Where a unit comes from. */
struct sweep_origin {
	const struct sweep_target *target;
	const char *source;
	size_t hidden; /* bytes of the path that are not told */
};

static void add_part(struct sweep_run *run, const struct sweep_origin *origin, const char *path, uint64_t size,
                     uint64_t from, uint64_t to)
{
	add_unit(run, (struct sweep_unit){.target = origin->target,
	                                  .path = xstrdup(path),
	                                  .name = xstrdup(path + origin->hidden),
	                                  .source = xstrdup(origin->source),
	                                  .fd = -1,
	                                  .size = size,
	                                  .from = from,
	                                  .to = to,
	                                  .file = run->files});
}

/* What is packed, and an archive, is read from its front, by one worker. */
static int is_in_parts(const struct sweep_origin *origin, const unsigned char *head, ssize_t n)
{
	if (n <= 0 || (origin->target && origin->target->is_raw))
		return n > 0;
	return sweep_packing_of(head, (size_t)n) == SWEEP_AS_IT_IS && !sweep_archive_is(head, (size_t)n);
}

static void add_file(struct sweep_run *run, const struct sweep_origin *origin, const char *path, uint64_t size)
{
	unsigned char head[SWEEP_ARCHIVE_HEAD];
	unsigned jobs = sweep_run_jobs(run);
	uint64_t from = 0;
	run->total += size;
	int fd = size >= 2ULL * PART_LEAST && jobs > 1 ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
	ssize_t got = fd >= 0 ? pread(fd, head, sizeof head, 0) : 0;
	if (is_in_parts(origin, head, got)) {
		uint64_t part = size / jobs + 1;
		if (part > 4ULL * PART_LEAST) /* so that what is found comes early */
			part = 4ULL * PART_LEAST;
		if (part < PART_LEAST)
			part = PART_LEAST;
		while (size - from > part + part / 2) {
			uint64_t to = end_of_line(fd, from + part);
			add_part(run, origin, path, size, from, to);
			from = to;
		}
	}
	if (fd >= 0)
		close(fd);
	add_part(run, origin, path, size, from, UINT64_MAX);
	run->files++;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A name that is no file or folder (links, pipes, devices) is passed over. */
static void add_folder(struct sweep_run *run, const struct sweep_origin *origin, const char *path, unsigned depth)
{
	struct dirent **entries = NULL;
	int n = depth < DEEPEST ? scandir(path, &entries, NULL, compare_names) : -1;
	if (n < 0) {
		int why = depth < DEEPEST ? errno : -1;
		add_file(run, origin, path, 0);
		run->units[run->unit_count - 1].unread = why;
	}
	for (int i = 0; i < n; i++) {
		struct stat st;
		char *below = xasprintf("%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", entries[i]->d_name);
		if (strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0)
			;
		else if (lstat(below, &st) < 0)
			add_file(run, origin, below, 0); /* opening it says why */
		else if (S_ISDIR(st.st_mode))
			add_folder(run, origin, below, depth + 1);
		else if (S_ISREG(st.st_mode))
			add_file(run, origin, below, (uint64_t)st.st_size);
		free(below);
		free(entries[i]);
	}
	free(entries);
}

/* What cannot be opened, or is read for ever, is none. */
static int add_path(struct sweep_run *run, struct sweep_origin *origin, const char *path, struct err *err)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot be opened"));
	if (S_ISDIR(st.st_mode)) {
		if (origin->target)
			origin->hidden = strlen(path) + (path[strlen(path) - 1] != '/');
		add_folder(run, origin, path, 0);
	} else if (S_ISREG(st.st_mode)) {
		add_file(run, origin, path, (uint64_t)st.st_size);
	} else {
		return err_set(err, ERR_INVALID, _("no file and no folder"));
	}
	return 0;
}

int sweep_run_add_path(struct sweep_run *run, const char *path, int fd, struct err *err)
{
	struct stat st;
	struct sweep_origin origin = {.source = path};
	if (fd >= 0) {
		int known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
		add_unit(run, (struct sweep_unit){.path = xstrdup(path),
		                                  .name = xstrdup(path),
		                                  .source = xstrdup(path),
		                                  .fd = fd,
		                                  .size = known ? (uint64_t)st.st_size : 0,
		                                  .to = UINT64_MAX,
		                                  .file = run->files++});
		return 0;
	}
	struct err why = ERR_INIT;
	return add_path(run, &origin, path, &why) < 0 ? sweep_run_problem(run, NULL, path, why.message, err) : 0;
}

int sweep_run_add_target(struct sweep_run *run, const struct sweep_target *target, const char *path, const char *name,
                         struct err *err)
{
	struct sweep_origin origin = {.target = target, .source = target->source};
	size_t before = run->unit_count;
	if (add_path(run, &origin, path, err) < 0)
		return -1;
	for (size_t i = before; *name && i < run->unit_count; i++) {
		free(run->units[i].name);
		run->units[i].name = xstrdup(name);
	}
	return 0;
}

void sweep_run_add_media(struct sweep_run *run, const struct sweep_target *target, const char *name,
                         const struct worker_media *media)
{
	run->total += media->size;
	add_unit(run, (struct sweep_unit){.target = target,
	                                  .media = media,
	                                  .path = xstrdup(name),
	                                  .name = xstrdup(name),
	                                  .source = xstrdup(target->source),
	                                  .fd = -1,
	                                  .size = media->size,
	                                  .to = UINT64_MAX,
	                                  .file = run->files++});
}

void sweep_run_add_files(struct sweep_run *run, const struct sweep_target *target, const char *path, const char *name,
                         const struct worker_media *media, uint64_t bytes)
{
	run->total += bytes;
	add_unit(run, (struct sweep_unit){.target = target,
	                                  .media = media,
	                                  .path = xstrdup(path),
	                                  .name = xstrdup(name),
	                                  .source = xstrdup(target->source),
	                                  .fd = -1,
	                                  .size = bytes,
	                                  .to = UINT64_MAX,
	                                  .file = run->files - 1,
	                                  .is_files = 1});
}

size_t sweep_run_add_stream(struct sweep_run *run, const struct sweep_target *target, const char *name, int fd)
{
	add_unit(run, (struct sweep_unit){.target = target,
	                                  .path = xstrdup(name),
	                                  .name = xstrdup(name),
	                                  .source = xstrdup(target->source),
	                                  .fd = fd,
	                                  .to = UINT64_MAX,
	                                  .file = run->files++});
	return run->unit_count - 1;
}

void sweep_run_release(struct sweep_run *run)
{
	for (size_t i = 0; i < run->unit_count; i++) {
		free(run->units[i].path);
		free(run->units[i].name);
		free(run->units[i].source);
	}
	free(run->units);
	sweep_run_sums_free(run);
	run->units = NULL;
	run->unit_count = run->unit_cap = 0;
}
