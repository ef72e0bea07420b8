/* The files of an image: in its raw bytes they lie in pieces, or packed. */
#include "finding/sweep/record/sweep_record_private.h"

#include "base/err.h"
#include "base/printable.h"
#include "finding/sweep/image/image_map.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void note_uncovered(void *ctx, const char *volume)
{
	struct swept_evidence *e = ctx;
	size_t n = strcspn(volume, ":");
	if (e->uncovered.len > 200)
		return;
	buf_addf(&e->uncovered, "%s", e->uncovered.len ? ", " : "");
	printable_add(&e->uncovered, n ? volume : "the image", n ? n : strlen("the image"), PRINTABLE_LINE);
}

int sweep_open_files(struct sweep_work *w, struct swept_source *s, struct err *err)
{
	struct swept_evidence *e = s->of;
	const char *path = e->path;
	const char *name = sweep_last_name(e->name);
	struct image_map_sum sum;
	struct image_map_source from = {.fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1,
	                                .media = path ? NULL : &s->media,
	                                .size = path ? 0 : s->media.size,
	                                .progress = w->order->progress,
	                                .uncovered = note_uncovered,
	                                .ctx = e};
	struct stat st;
	if (path && from.fd < 0)
		return 0; /* why is told where it is read */
	if (path && fstat(from.fd, &st) == 0)
		from.size = (uint64_t)st.st_size;
	e->map = image_map_make(&from, &sum, err);
	if (from.fd >= 0)
		close(from.fd);
	if (e->map < 0)
		return -1;
	int rc = 0;
	if (*sum.problem)
		rc = sweep_run_problem(&w->run, &s->target, name, sum.problem, err);
	if (rc < 0 || !sum.is_made)
		return rc;
	e->files = sum.files;
	s->target.has_map = 1;
	s->target.map = e->map;
	sweep_run_add_files(&w->run, &s->target, path ? path : name, name, path ? NULL : &s->media, sum.bytes);
	return 0;
}
