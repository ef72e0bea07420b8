#include "finding/observation/observation_care.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "finding/observation/observation_parcel.h"
#include "finding/observation/observation_set_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct care_walk {
	struct case_file *c;
	const struct progress *progress;
	void (*finding)(void *ctx, const char *part, const char *text);
	void *ctx;
	struct observation_care *care;
	const char *out;
	const json_t *records;
	uint64_t beside;
	const char *check;
	char (*ids)[33];
	size_t id_count;
};

static int verify_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct care_walk *w = ctx;
	struct err why = ERR_INIT;
	if (progress_step(w->progress, _("observations"), w->care->sets, 0, err) < 0)
		return -1;
	w->care->sets++;
	if (observation_set_verify(w->c, set, &why) == 0)
		return 0;
	if (why.code == ERR_NOT_FOUND) {
		w->care->absent++;
		return 0;
	}
	w->care->wrong++;
	w->finding(w->ctx, _("observations"), why.message);
	return 0;
}

int observation_verify_all(struct case_file *c, const struct progress *progress,
                           void (*finding)(void *ctx, const char *part, const char *text), void *ctx,
                           struct observation_care *care, struct err *err)
{
	struct care_walk w = {.c = c, .progress = progress, .finding = finding, .ctx = ctx, .care = care};
	*care = (struct observation_care){.sets = 0};
	return observation_set_each(c, NULL, verify_set, &w, err);
}

/* ---- taken along */

static int copy_bytes(int from, int to, uint64_t *bytes, const char *path, struct err *err)
{
	char *piece = xmalloc(1U << 20);
	ssize_t n;
	int rc = 0;
	while (rc == 0 && (n = read(from, piece, 1U << 20)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		for (ssize_t at = 0, put; rc == 0 && at < n; at += put)
			if ((put = write(to, piece + at, (size_t)(n - at))) <= 0)
				rc = err_set_errno(err, ERR_NO_SPACE, errno, _("cannot write '%s'"), path);
		if (n < 0)
			rc = err_set_errno(err, ERR_FAILED, errno, _("cannot copy to '%s'"), path);
		else
			*bytes += (uint64_t)n;
	}
	if (rc == 0 && fsync(to) < 0)
		rc = err_set_errno(err, ERR_NO_SPACE, errno, _("cannot write '%s'"), path);
	free(piece);
	return rc;
}

int observation_container_copy(const char *from_file, const char *to_file, const char *id, uint64_t *bytes,
                               struct err *err)
{
	char *from = xasprintf("%s.observations/%s" OBSERVATION_ENDING, from_file, id);
	char *folder = xasprintf("%s.observations", to_file);
	char *to = xasprintf("%s/%s" OBSERVATION_ENDING, folder, id);
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	int rc = 0;
	if (in < 0 || fstat(in, &st) < 0 || !S_ISREG(st.st_mode)) {
		rc = 1;
	} else if ((rc = path_make(folder, err)) == 0) {
		int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		rc = fd < 0 ? err_set_errno(err, ERR_FAILED, errno, _("cannot make '%s'"), to)
		            : copy_bytes(in, fd, bytes, to, err);
		if (fd >= 0)
			close(fd);
		if (rc < 0 &&
		    fd >= 0) /* a part of one would be in the way of the next attempt, and taken for another's */
			unlink(to);
		else if (rc == 0)
			path_sync_folder(to);
	}
	if (in >= 0)
		close(in);
	free(from);
	free(folder);
	free(to);
	return rc;
}

static int copy_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct care_walk *w = ctx;
	if (set->in_case || !observation_parcel_is_new(w->c, set, w->records))
		return 0;
	int rc = observation_container_copy(case_path(w->c), w->out, set->id, &w->care->bytes, err);
	w->care->sets += rc == 0;
	w->care->absent += rc == 1;
	return rc < 0 ? -1 : 0;
}

int observation_take_along(struct case_file *c, const char *out, const json_t *records, struct observation_care *care,
                           struct err *err)
{
	struct care_walk w = {.c = c, .care = care, .out = out, .records = records};
	*care = (struct observation_care){.sets = 0};
	return observation_set_each(c, NULL, copy_set, &w, err);
}

static int count_beside(void *ctx, const struct observation_set *set, struct err *err)
{
	struct care_walk *w = ctx;
	(void)err;
	w->beside += !set->in_case && observation_parcel_is_new(w->c, set, w->records);
	return 0;
}

int observation_count_beside(struct case_file *c, const json_t *records, uint64_t *count, struct err *err)
{
	struct care_walk w = {.c = c, .records = records};
	int rc = observation_set_each(c, NULL, count_beside, &w, err);
	*count = w.beside;
	return rc;
}

/* ---- purged */

static int take_id(void *ctx, const struct observation_set *set, struct err *err)
{
	struct care_walk *w = ctx;
	(void)err;
	if (strcmp(set->check, w->check) != 0)
		return 0;
	w->ids = xrealloc(w->ids, (w->id_count + 1) * sizeof *w->ids);
	memcpy(w->ids[w->id_count++], set->id, sizeof *w->ids);
	return 0;
}

int observation_purge_check(struct case_file *c, const char *check, uint64_t *count, struct err *err)
{
	struct care_walk w = {.c = c, .check = check};
	int rc = observation_set_each(c, NULL, take_id, &w, err);
	*count = 0;
	for (size_t i = 0; i < w.id_count && rc == 0; i++) {
		rc = observation_set_purge(c, w.ids[i], err);
		*count += rc == 0;
	}
	free(w.ids);
	return rc;
}
