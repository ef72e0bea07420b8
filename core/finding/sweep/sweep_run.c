#include "finding/sweep/sweep_run.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/worker/worker.h"
#include "finding/sweep/image/image_map.h"
#include "finding/sweep/sweep_job.h"
#include "finding/sweep/sweep_run_private.h"
#include "finding/sweep/sweep_source.h"
#include "finding/sweep/sweep_upload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BATCH_FILES 48
#define BATCH_BYTES (32U << 20)
#define PART_LEAST  (64U << 20)
#define JOBS_MOST   64

/* Units that one worker reads, one after the other. */
struct sweep_item {
	size_t first;
	size_t count;
	json_t *lines; /* of the worker, not yet taken */
	int done;
};

struct sweep_pool {
	struct sweep_run *run;
	struct sweep_item *items;
	size_t item_count;
	size_t next;
	int list_fd;
	int stop;
	uint64_t going; /* bytes read by workers that are at it */
	struct err err; /* why nothing more can be done */
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* What a thread has while it runs a worker. */
struct running_item {
	struct sweep_pool *pool;
	struct sweep_item *item;
	size_t first; /* the unit of part 0 */
};

/* ---- a worker */

static int is_stopped(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct running_item *r = ctx;
	(void)what, (void)done, (void)total;
	pthread_mutex_lock(&r->pool->lock);
	int stop = r->pool->stop;
	pthread_mutex_unlock(&r->pool->lock);
	return stop;
}

static void queue(struct running_item *r, json_t *line)
{
	pthread_mutex_lock(&r->pool->lock);
	json_array_append_new(r->item->lines, line);
	pthread_cond_signal(&r->pool->changed);
	pthread_mutex_unlock(&r->pool->lock);
}

/* Parts are counted by the worker; units by the run. -1: the line is none of a sweep. */
static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct running_item *r = ctx;
	json_int_t part = json_integer_value(json_object_get(value, json_object_get(value, "done") ? "done" : "part"));
	size_t left = r->item->first + r->item->count - r->first;
	if (part < 0 || (size_t)part >= left)
		return err_set(err, ERR_INVALID, _("the sweep's worker wrote what no sweep writes"));
	json_t *line = json_copy((json_t *)(uintptr_t)value);
	json_object_set_new(line, "unit", json_integer((json_int_t)r->first + part));
	if (json_object_get(value, "packed")) {
		r->pool->run->units[r->first + (size_t)part].is_packed = 1;
		json_decref(line);
		return 0;
	}
	if (json_object_get(value, "done"))
		r->pool->run->units[r->first + (size_t)part].is_done = 1;
	queue(r, line);
	return 0;
}

/* How far it is in the unit that it is at. */
static int take_sign(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct running_item *r = ctx;
	size_t unit = r->first;
	uint64_t reached;
	while (unit + 1 < r->item->first + r->item->count && r->pool->run->units[unit].is_done)
		unit++;
	if (n != sizeof reached)
		return err_set(err, ERR_INVALID, _("the sweep's worker wrote what no sweep writes"));
	memcpy(&reached, bytes, sizeof reached);
	struct sweep_unit *u = &r->pool->run->units[unit];
	pthread_mutex_lock(&r->pool->lock);
	uint64_t before = u->reached ? u->reached : u->from;
	r->pool->going += reached > before ? reached - before : 0;
	u->reached = reached;
	pthread_mutex_unlock(&r->pool->lock);
	return 0;
}

static const char *kind_of(const struct sweep_unit *unit)
{
	const struct sweep_target *target = unit->target;
	if (unit->is_files)
		return "files";
	if (target && target->is_rows)
		return "rows";
	if (target && target->is_raw)
		return "raw";
	return (target && target->is_text) || sweep_is_text_name(unit->name) ? "text" : "";
}

static int has_map(const struct sweep_unit *unit)
{
	return unit->target && unit->target->has_map;
}

static json_t *make_request(const struct sweep_run *run, size_t first, size_t count)
{
	json_t *parts = json_array();
	int maps = 0;
	for (size_t i = first; i < first + count; i++) {
		const struct sweep_unit *u = &run->units[i];
		json_t *part = json_pack("{s:I, s:I, s:s, s:s}", "from", (json_int_t)u->from, "to",
		                         u->to == UINT64_MAX ? (json_int_t)-1 : (json_int_t)u->to, "kind", kind_of(u),
		                         "name", u->name);
		if (has_map(u))
			json_object_set_new(part, "map", json_integer(maps++));
		json_array_append_new(parts, part);
	}
	return json_pack("{s:i, s:b, s:I, s:I, s:i, s:I, s:o, s:O*, s:o}", "flags", (int)run->flags, "defanged",
	                 run->defanged, "max", (json_int_t)run->max, "ratio", (json_int_t)run->ratio, "maps", maps,
	                 "services", (json_int_t)run->list->count, "uploads", sweep_uploads_numbers(run->uploads),
	                 "passwords", run->passwords, "parts", parts);
}

static void tell_problem(struct running_item *r, size_t unit, const char *reason)
{
	const struct sweep_unit *u = &r->pool->run->units[unit];
	struct buf member = BUF_INIT;
	struct image_map map;
	if (u->is_files && has_map(u) && u->from && image_map_open(&map, u->target->map) == 0) {
		const char *path = image_map_path(&map, (size_t)u->from - 1);
		printable_add(&member, path, strlen(path), PRINTABLE_LINE);
		image_map_close(&map);
	}
	queue(r, json_pack("{s:s, s:I, s:s, s:I}", "problem", reason, "unit", (json_int_t)unit, "member", member.data,
	                   "offset", u->is_files ? (json_int_t)0 : (json_int_t)u->from));
	buf_release(&member);
	r->pool->run->units[unit].is_done = 1;
}

/* Opens what the unit names: a descriptor, or -1 with why it is a problem. */
static int open_unit(const struct sweep_unit *unit, struct err *why)
{
	struct stat st;
	if (unit->unread < 0)
		return err_set(why, ERR_INVALID, _("folders too deep within each other"));
	if (unit->unread)
		return err_set_errno(why, ERR_FAILED, unit->unread, _("cannot be opened"));
	int fd = unit->fd >= 0 ? fcntl(unit->fd, F_DUPFD_CLOEXEC, 3)
	                       : open(unit->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set_errno(why, ERR_FAILED, errno, _("cannot be opened"));
	if (unit->fd < 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		return err_set(why, ERR_INVALID, _("no file any more"));
	}
	return fd;
}

/* A place of its own in the list for each worker. */
static int reopen_list(int fd, struct err *err)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int again = open(path, O_RDONLY | O_CLOEXEC);
	if (again < 0)
		err_set_errno(err, ERR_FAILED, errno, _("cannot open the list of indicators again"));
	return again;
}

#define ENDS_MOST 16 /* workers that may end in one file */

/* The place at which a worker ended is told, and the next one begins behind it; of what is packed nothing behind it can be
 * had. */
static void go_behind(struct running_item *r, size_t count, const char *reason)
{
	struct sweep_unit *unit = &r->pool->run->units[r->first];
	while (count > 1 && unit->is_done) {
		unit++;
		count--;
	}
	if (unit->is_done)
		return;
	uint64_t behind = unit->is_files ? unit->reached : unit->reached + 2 * SWEEP_PIECE;
	uint64_t to = unit->to < unit->size || unit->is_files ? unit->to : unit->size;
	uint64_t from = unit->from;
	if (unit->reached > unit->from)
		unit->from = unit->reached;
	int goes_on = unit->fd < 0 && !unit->is_packed && unit->reached && behind > from && behind < to;
	size_t number = (size_t)(unit - r->pool->run->units);
	if (goes_on && ++unit->ends >= ENDS_MOST) {
		char *all = xasprintf(_("%s; what lies behind it was not read, since so much of it ends so"), reason);
		tell_problem(r, number, all);
		free(all);
		goes_on = 0;
	} else {
		tell_problem(r, number, reason);
	}
	unit->is_done = !goes_on;
	unit->from = behind;
}

/* Runs a worker over the units from r->first on. */
static void run_worker(struct running_item *r, size_t count, struct err *err)
{
	struct sweep_run *run = r->pool->run;
	int *files = xcalloc(2 * count + 1, sizeof *files);
	struct worker_media *media = xcalloc(count, sizeof *media);
	size_t media_count = 0;
	size_t opened = 1;
	files[0] = reopen_list(r->pool->list_fd, err);
	if (files[0] < 0) {
		free(files);
		free(media);
		return;
	}
	struct worker_result result;
	for (size_t i = 0; i < count; i++) {
		struct err why = ERR_INIT;
		if (run->units[r->first + i].media) {
			media[media_count++] = *run->units[r->first + i].media;
			continue;
		}
		int fd = open_unit(&run->units[r->first + i], &why);
		if (fd < 0) { /* the worker reads an empty file in its place */
			tell_problem(r, r->first + i, why.message);
			fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		}
		files[opened++] = fd;
	}
	for (size_t i = 0; i < count; i++)
		if (has_map(&run->units[r->first + i]))
			files[opened++] = fcntl(run->units[r->first + i].target->map, F_DUPFD_CLOEXEC, 3);
	struct progress progress = {is_stopped, r};
	json_t *request = make_request(run, r->first, count);
	struct worker_call call = {.job = SWEEP_JOB,
	                           .request = request,
	                           .input = -1,
	                           .files = files,
	                           .file_count = opened,
	                           .media = media_count ? media : NULL,
	                           .media_count = media_count,
	                           .limits = {.memory = (size_t)1 << 30,
	                                      .output = (size_t)4 << 30,
	                                      .cpu_seconds = 7 * 24 * 3600,
	                                      .seconds = run->meanwhile ? 7 * 24 * 3600 : 300},
	                           .line = take_line,
	                           .raw = take_sign,
	                           .ctx = r,
	                           .progress = &progress,
	                           .what = _("sweep")};
	int rc = worker_run(&call, &result, err);
	for (size_t i = 0; i < opened; i++)
		close(files[i]);
	free(files);
	free(media);
	json_decref(request);
	if (rc == 0 && result.end != WORKER_DONE)
		go_behind(r, count, result.reason);
}

/* A worker that ended badly is followed by one that begins behind what ended it. */
static void run_item(struct sweep_pool *pool, struct sweep_item *item, struct err *err)
{
	struct running_item r = {.pool = pool, .item = item, .first = item->first};
	size_t end = item->first + item->count;
	while (r.first < end && err->code == ERR_NONE && !is_stopped(&r, NULL, 0, 0)) {
		size_t before = r.first;
		unsigned ends = pool->run->units[before].ends;
		run_worker(&r, end - r.first, err);
		while (r.first < end && pool->run->units[r.first].is_done)
			r.first++;
		if (r.first == before && pool->run->units[before].ends == ends)
			break;
	}
}

static void *work(void *ctx)
{
	struct sweep_pool *pool = ctx;
	for (;;) {
		pthread_mutex_lock(&pool->lock);
		struct sweep_item *item =
		    pool->next < pool->item_count && !pool->stop ? &pool->items[pool->next++] : NULL;
		pthread_mutex_unlock(&pool->lock);
		if (!item)
			return NULL;
		struct err err = ERR_INIT;
		run_item(pool, item, &err);
		pthread_mutex_lock(&pool->lock);
		if (err.code != ERR_NONE) {
			if (pool->err.code == ERR_NONE)
				pool->err = err;
			pool->stop = 1;
		}
		item->done = 1;
		pthread_cond_signal(&pool->changed);
		pthread_mutex_unlock(&pool->lock);
	}
}

int sweep_run_is_over(struct sweep_run *run, size_t stream)
{
	if (!run->pool)
		return 1;
	pthread_mutex_lock(&run->pool->lock);
	int over = run->pool->stop || run->units[stream].is_done;
	pthread_mutex_unlock(&run->pool->lock);
	return over;
}

/* ---- the plan */

static void plan(struct sweep_pool *pool)
{
	struct sweep_run *run = pool->run;
	pool->items = xcalloc(run->unit_count + 1, sizeof *pool->items);
	for (size_t i = 0; i < run->unit_count;) {
		struct sweep_item *item = &pool->items[pool->item_count++];
		uint64_t bytes = 0;
		int media = run->units[i].media != NULL;
		item->first = i;
		item->lines = json_array();
		do {
			uint64_t to = run->units[i].to == UINT64_MAX ? run->units[i].size : run->units[i].to;
			bytes += to > run->units[i].from ? to - run->units[i].from : 0;
			item->count++;
			i++;
		} while (i < run->unit_count && item->count < BATCH_FILES && bytes < BATCH_BYTES &&
		         run->units[i].size < PART_LEAST && run->units[i].fd < 0 &&
		         (run->units[i].media != NULL) == media);
	}
}

/* Takes the lines of one item as they come. -1: stop. */
static int drain(struct sweep_pool *pool, struct sweep_item *item, struct err *err)
{
	struct sweep_run *run = pool->run;
	int rc = 0;
	for (;;) {
		pthread_mutex_lock(&pool->lock);
		while (json_array_size(item->lines) == 0 && !item->done && !pool->stop) {
			struct timespec until;
			clock_gettime(CLOCK_REALTIME, &until);
			until.tv_nsec += 200000000;
			until.tv_sec += until.tv_nsec / 1000000000;
			until.tv_nsec %= 1000000000;
			if (pthread_cond_timedwait(&pool->changed, &pool->lock, &until) == ETIMEDOUT)
				break;
		}
		json_t *lines = item->lines;
		item->lines = json_array();
		int over = item->done || (pool->stop && json_array_size(lines) == 0);
		uint64_t going = pool->going;
		pthread_mutex_unlock(&pool->lock);
		size_t i;
		json_t *line;
		json_array_foreach(lines, i, line)
			if (rc == 0)
				rc = sweep_run_take(run, line, err);
		size_t count = json_array_size(lines);
		json_decref(lines);
		if (rc == 0)
			rc = progress_step(run->progress, _("sweep"), going > run->bytes ? going : run->bytes,
			                   run->total, err);
		if (rc < 0 || (over && count == 0))
			return rc;
	}
}

/* The list as a file that every worker reads anew. */
static int open_list(const struct sweep_run *run, struct err *err)
{
	struct buf text = BUF_INIT;
	sweep_list_write(run->list, &text);
	sweep_uploads_write(run->uploads, &text);
	int fd = memfd_create("sweep", MFD_CLOEXEC);
	size_t at = 0;
	while (fd >= 0 && at < text.len) {
		ssize_t put = pwrite(fd, text.data + at, text.len - at, (off_t)at);
		if (put <= 0)
			break;
		at += (size_t)put;
	}
	if (fd < 0 || at < text.len) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot keep the list of indicators in memory"));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	buf_release(&text);
	return fd;
}

int sweep_run_go(struct sweep_run *run, struct err *err)
{
	sweep_run_begin(run);
	struct sweep_pool pool = {.run = run, .list_fd = open_list(run, err)};
	pthread_t threads[JOBS_MOST];
	unsigned count = 0;
	int rc = 0;
	if (pool.list_fd < 0)
		return -1;
	pthread_mutex_init(&pool.lock, NULL);
	pthread_cond_init(&pool.changed, NULL);
	plan(&pool);
	unsigned wanted = sweep_run_jobs(run);
	while (count < wanted && count < pool.item_count && pthread_create(&threads[count], NULL, work, &pool) == 0)
		count++;
	if (count == 0 && pool.item_count)
		rc = err_set(err, ERR_FAILED, _("cannot start a thread for the sweep"));
	run->pool = &pool;
	if (rc == 0 && run->meanwhile)
		rc = run->meanwhile(run->ctx, err);
	for (size_t i = 0; i < pool.item_count && rc == 0; i++)
		rc = drain(&pool, &pool.items[i], err);
	pthread_mutex_lock(&pool.lock);
	pool.stop |= rc < 0;
	pthread_mutex_unlock(&pool.lock);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	run->pool = NULL;
	if (rc == 0 && pool.err.code != ERR_NONE)
		rc = err_set(err, pool.err.code, "%s", pool.err.message);
	if (rc == 0)
		rc = sweep_run_end(run, err);
	for (size_t i = 0; i < pool.item_count; i++)
		json_decref(pool.items[i].lines);
	free(pool.items);
	close(pool.list_fd);
	pthread_cond_destroy(&pool.changed);
	pthread_mutex_destroy(&pool.lock);
	return rc;
}
