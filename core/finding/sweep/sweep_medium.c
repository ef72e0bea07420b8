#include "finding/sweep/sweep_medium.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/worker/worker.h"
#include "evidence/image/ewf.h"
#include "evidence/image/parts.h"
#include "evidence/image/source.h"
#include "evidence/preserve.h"
#include "finding/sweep/image/image_map.h"
#include "finding/sweep/sweep_source.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 64

struct sweep_medium {
	struct ewf_set set;
	struct ewf *image; /* NULL: */
	struct parts parts;
	int is_open;
	struct source source;
	pthread_mutex_t reading; /* several workers may ask */
	struct worker_media media;
	int is_file; /* the medium is the file itself */
	struct sweep_target target;
	char *path;
	int map;
};

static int read_medium(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct sweep_medium *m = ctx;
	size_t got = 0;
	pthread_mutex_lock(&m->reading);
	int rc = source_read_at(&m->source, m->path, offset, bytes, n, NULL, &got, err);
	pthread_mutex_unlock(&m->reading);
	if (rc < 0)
		return -1;
	memset((char *)bytes + got, 0, n - got);
	return 0;
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && !source_is_file(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int is_e01(const char *path)
{
	unsigned char head[HEAD];
	int fd = open_file(path);
	ssize_t n = fd >= 0 ? pread(fd, head, sizeof head, 0) : -1;
	if (fd >= 0)
		close(fd);
	return n > 0 && ewf_is_image(head, (size_t)n);
}

/* One by its name, as for what is preserved, that is not packed. */
static int is_raw_image(const char *path)
{
	unsigned char head[HEAD];
	const char *type = evidence_type_guess(path, 0);
	int fd = type && strcmp(type, "disk_image") == 0 ? open_file(path) : -1;
	ssize_t n = fd >= 0 ? pread(fd, head, sizeof head, 0) : -1;
	if (fd >= 0)
		close(fd);
	return n > 0 && sweep_packing_of(head, (size_t)n) == SWEEP_AS_IT_IS;
}

static int open_e01(struct sweep_medium *m, struct sweep_run *run, struct err *err)
{
	struct buf faults = BUF_INIT;
	if (ewf_set_open(&m->set, m->path, err) < 0)
		return -1;
	m->image = ewf_open(&m->set, err);
	if (!m->image) {
		ewf_set_close(&m->set);
		return -1;
	}
	m->is_open = 1;
	source_from_layer(&m->source, ewf_read, m->image, ewf_about(m->image)->size);
	ewf_set_explain(&m->set, &faults);
	int rc = faults.len ? sweep_run_problem(run, &m->target, m->path, faults.data, err) : 0;
	buf_release(&faults);
	return rc;
}

static int open_parts(struct sweep_medium *m, struct err *err)
{
	if (parts_open(&m->parts, m->path, err) < 0)
		return -1;
	m->is_open = 1;
	source_from_layer(&m->source, parts_read, &m->parts, m->parts.size);
	return 0;
}

static int add_files(struct sweep_medium *m, struct sweep_run *run, struct err *err)
{
	struct image_map_sum sum;
	struct image_map_source from = {.fd = -1, .media = &m->media, .size = m->media.size, .progress = run->progress};
	int fd = m->is_file ? open_file(m->path) : -1;
	struct stat st;
	if (fd >= 0 && fstat(fd, &st) == 0)
		from = (struct image_map_source){.fd = fd, .size = (uint64_t)st.st_size, .progress = run->progress};
	m->map = m->is_file && fd < 0 ? err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), m->path)
	                              : image_map_make(&from, &sum, err);
	if (fd >= 0)
		close(fd);
	if (m->map < 0)
		return -1;
	int rc = 0;
	if (*sum.problem)
		rc = sweep_run_problem(run, &m->target, m->path, sum.problem, err);
	if (rc < 0 || !sum.is_made)
		return rc;
	m->target.has_map = 1;
	m->target.map = m->map;
	sweep_run_add_files(run, &m->target, m->path, m->path, m->is_file ? NULL : &m->media, sum.bytes);
	return 0;
}

static struct sweep_medium *new_medium(struct sweep_media *media, const char *path)
{
	struct sweep_medium *m = xcalloc(1, sizeof *m);
	m->path = xstrdup(path);
	m->map = -1;
	m->target = (struct sweep_target){.source = m->path, .is_raw = 1};
	pthread_mutex_init(&m->reading, NULL);
	media->all = xrealloc(media->all, (media->count + 1) * sizeof(*media->all));
	media->all[media->count++] = m;
	return m;
}

int sweep_media_add(struct sweep_media *media, struct sweep_run *run, const char *path, struct err *err)
{
	int e01 = is_e01(path);
	int parts = !e01 && parts_is_first(path) && parts_are_there(path);
	if (!e01 && !parts && !is_raw_image(path))
		return 0;
	struct sweep_medium *m = new_medium(media, path);
	struct err why = ERR_INIT; /* what cannot be opened is told, and the next one goes on */
	m->is_file = !e01 && !parts;
	if ((m->is_file ? sweep_run_add_target(run, &m->target, m->path, m->path, &why)
	     : e01      ? open_e01(m, run, &why)
	                : open_parts(m, &why)) < 0)
		return sweep_run_problem(run, &m->target, m->path, why.message, err) < 0 ? -1 : 1;
	if (!m->is_file) {
		m->media = (struct worker_media){m->source.size, read_medium, m};
		sweep_run_add_media(run, &m->target, m->path, &m->media);
	}
	return add_files(m, run, err) < 0 ? -1 : 1;
}

void sweep_media_release(struct sweep_media *media)
{
	for (size_t i = 0; i < media->count; i++) {
		struct sweep_medium *m = media->all[i];
		if (m->is_open)
			source_close(&m->source);
		if (m->is_open && m->image) {
			ewf_close(m->image);
			ewf_set_close(&m->set);
		} else if (m->is_open) {
			parts_close(&m->parts);
		}
		if (m->map >= 0)
			close(m->map);
		pthread_mutex_destroy(&m->reading);
		free(m->path);
		free(m);
	}
	free(media->all);
}
