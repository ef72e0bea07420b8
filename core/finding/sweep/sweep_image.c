/* Images in the cage: raw bytes and the files that they belong to, and files read as files. */
#include "finding/sweep/sweep_job_private.h"

#include "base/err.h"
#include "finding/triage/tree/tree.h"

#include <stdlib.h>
#include <string.h>

#define EDGE     256U  /* bytes around a hit behind which nothing changes what it is */
#define LOG_HEAD 4096U /* first bytes of a file that may name its columns */

/* ---- raw bytes */

/* Columns of the file, as its first lines name them. */
static void learn_log(struct sweeping *s, size_t file)
{
	char head[LOG_HEAD];
	struct image_place first;
	struct err ignored = ERR_INIT;
	uint64_t raw = s->map.files[file].first;
	s->log = (struct sweep_log){0};
	s->log_file = file + 1;
	if (raw == UINT64_MAX || !image_map_find(&s->map, raw, &first) || first.file != file)
		return;
	size_t n = first.behind < sizeof head ? (size_t)first.behind : sizeof head;
	ssize_t got = sweep_job_read(s, raw, head, n, &ignored);
	if (got > 0)
		sweep_log_begin(&s->log, head, (size_t)got);
}

int sweep_image_place(struct sweeping *s, uint64_t raw, struct image_place *where)
{
	int is_known = image_map_find(&s->map, raw, where);
	if (is_known && s->log_file != where->file + 1)
		learn_log(s, where->file);
	if (!is_known && s->log_file) {
		s->log = (struct sweep_log){0};
		s->log_file = 0;
	}
	return is_known;
}

/* ---- files */

struct seen_search {
	struct sweep_hit wanted;
	int found;
};

static void compare_hit(void *ctx, const struct sweep_hit *hit)
{
	struct seen_search *s = ctx;
	s->found |=
	    hit->at == s->wanted.at && hit->indicator == s->wanted.indicator && hit->encoding == s->wanted.encoding;
}

/* Looks through the raw bytes around it, as they were looked through. */
static int is_seen_there(struct sweeping *s, uint64_t raw, size_t n, const struct sweep_hit *hit)
{
	size_t reach = sweep_set_reach(s->set);
	uint64_t size = sweep_job_size(s);
	uint64_t low = raw > reach ? raw - reach : 0;
	uint64_t high = raw + n + reach < size ? raw + n + reach : size;
	unsigned char *bytes = xcalloc(1, (size_t)(high - low) + 2 * (size_t)SWEEP_PAD);
	struct err ignored = ERR_INIT;
	struct seen_search search = {.wanted = *hit};
	size_t have = 0;
	ssize_t got;
	search.wanted.at = (size_t)(raw - low);
	while (have < high - low && (got = sweep_job_read(s, low + have, bytes + SWEEP_PAD + have,
	                                                  (size_t)(high - low) - have, &ignored)) > 0)
		have += (size_t)got;
	if (have == high - low) {
		struct sweep_view view = {.bytes = bytes + SWEEP_PAD,
		                          .n = have,
		                          .from = low ? reach : 0,
		                          .to = high < size ? have - reach : have,
		                          .look = sweep_look_of(s, 0, s->head, s->head_n),
		                          .odd = low & 1};
		sweep_scan(s->set, sweep_kernel_best(), &view, compare_hit, &search);
	}
	free(bytes);
	return search.found;
}

int sweep_image_is_seen(struct sweeping *s, const struct sweep_place *place)
{
	size_t n = place->hit.end - place->hit.at;
	uint64_t raw;
	uint64_t before;
	uint64_t behind;
	if (!image_file_place(s->file, place->offset, &raw, &before, &behind) || behind < n)
		return 0;
	int is_plain = place->hit.encoding == SWEEP_PLAIN || place->hit.encoding == SWEEP_PERCENT;
	if (before >= EDGE && behind >= n + EDGE && is_plain)
		return 1;
	return is_seen_there(s, raw, n, &place->hit);
}

static int sweep_one(void *ctx, struct image_file *f, const char *why, struct err *err)
{
	struct sweeping *s = ctx;
	struct sweep_input input = {image_file_read, f};
	struct buf name = BUF_INIT;
	char *above = s->member;
	const char *path = image_map_path(&s->map, image_file_number(f));
	s->at = image_file_number(f) + 1;
	s->told = s->at;
	s->told_decoded = 0;
	s->is_text = sweep_is_text_name(path);
	s->file = f;
	s->members++;
	sweep_member_name(&name, "", path);
	s->member = name.data;
	int rc = worker_emit_raw(s->w, &s->at, sizeof s->at, err);
	if (rc == 0 && why)
		rc = sweep_job_problem(s, 0, why, err);
	else if (rc == 0)
		rc = sweep_bytes(s, &input, err);
	if (rc == 0)
		rc = sweep_job_sums(s, 0, err);
	s->member = above;
	s->file = NULL;
	buf_release(&name);
	return rc;
}

int sweep_image_files(struct sweeping *s, size_t from, struct err *err)
{
	struct tree_media media = {.w = s->w, .fd = s->fd, .media = s->medium, .size = sweep_job_size(s)};
	return image_files_each(&media, &s->map, from, sweep_one, s, err);
}
