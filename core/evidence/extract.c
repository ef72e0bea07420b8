/* Evidence's bytes given back: compared with their digest on the way. */
#include "evidence/preserve.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "evidence/acquire/acquire.h"
#include "evidence/acquire/sums.h"
#include "evidence/image/place.h"
#include "evidence/image/stored.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int pipe_write(void *sink, struct piece *p, struct err *err)
{
	const int *fd = sink;
	for (size_t done = 0; done < p->n;) {
		ssize_t n = write(*fd, p->bytes + done, p->n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_NO_SPACE, errno, _("cannot write the evidence"));
		done += (size_t)n;
	}
	return 0;
}

static const struct sink_ops to_pipe = {NULL, pipe_write, NULL};

/* Names the first ranges that are missing. */
static int say_missing(const struct ranges *missing, struct err *err)
{
	struct buf list = BUF_INIT;
	for (size_t i = 0; i < missing->count && i < 8; i++)
		buf_addf(&list, "%s%llu+%llu", i ? ", " : "", (unsigned long long)missing->items[i].offset,
		         (unsigned long long)missing->items[i].length);
	err_set(err, ERR_DAMAGED, _("%llu bytes in %zu ranges are damaged and given as zeros (first byte+length: %s)"),
	        (unsigned long long)ranges_total(missing), missing->count, list.data);
	buf_release(&list);
	return -1;
}

static int is_tree(struct case_file *c, const char *label)
{
	struct buf path = BUF_INIT;
	struct buf manifest = BUF_INIT;
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED, NULL);
	if (record)
		evidence_here(c, record);
	int tree = record && stored_folder(c, record, &manifest, &path);
	buf_release(&manifest);
	buf_release(&path);
	json_decref(record);
	return tree;
}

static int extract_compare(struct case_file *c, const char *label, const struct acquisition *a,
                           const struct digest_result *is, struct err *err)
{
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED, err);
	const char *sha256 = json_get_string(record, "sha256");
	int rc = record ? 0 : -1;
	if (rc == 0 && a->unreadable.count)
		rc = say_missing(&a->unreadable, err);
	else if (rc == 0 && (!sha256 || strcmp(sha256, is->sha256) != 0))
		rc = err_set(err, ERR_DAMAGED, _("%s: the bytes are not what was preserved (SHA-256 %s)"), label,
		             is->sha256);
	json_decref(record);
	return rc;
}

int evidence_extract(struct case_file *c, const char *label, const char *to, unsigned flags,
                     const struct progress *progress, struct err *err)
{
	struct stored s;
	struct volume out = {.path = NULL};
	int fd = STDOUT_FILENO;
	int piped = strcmp(to, "-") == 0;
	if (is_tree(c, label))
		return err_set(
		    err, ERR_USAGE,
		    _("%s is a folder: copy it from where it lies (`genba show %s` says where); --manifest FILE "
		      "gives its manifest"),
		    label, label);
	if (stored_open(&s, c, label, err) < 0)
		return -1;
	struct acquisition a = {.source = &s.source,
	                        .label = label,
	                        .retry = (flags & EXTRACT_INTACT) != 0,
	                        .no_pieces = 1,
	                        .progress = progress,
	                        .ops = piped ? &to_pipe : &acquire_raw,
	                        .sink = piped ? (void *)&fd : &out};
	struct digest_result is = {.size = 0, .pieces = BUF_INIT};
	int rc = piped ? 0 : path_must_be_new(to, err);
	if (rc == 0 && !piped)
		rc = volume_create(&out, to, 0, err);
	if (rc == 0)
		rc = acquire(&a, &is, err);
	int damaged = rc == 0 && extract_compare(c, label, &a, &is, err) < 0;
	if (rc == 0 && !piped && (!damaged || (flags & EXTRACT_INTACT)))
		rc = volume_truncate(&out, is.size, err) < 0 || volume_finish(&out, err) < 0 ? -1 : 0;
	if (out.path)
		volume_close(&out, 1);
	digest_result_release(&is);
	ranges_release(&a.unreadable);
	stored_close(&s);
	return rc < 0 || damaged ? -1 : 0;
}

/* The three files, none of which may be there; what was written before one that cannot be is taken away again. */
static int write_manifest(const char *label, const char *sha256, const struct buf *manifest, const char *to,
                          struct err *err)
{
	static const char *const endings[] = {"", ".sha256", ".files.sha256"};
	const char *slash = strrchr(to, '/');
	struct buf own = BUF_INIT;
	struct buf files = BUF_INIT;
	const struct buf *const texts[] = {manifest, &own, &files};
	struct digest_result is;
	struct digest *d = digest_new(0);
	size_t done = 0;
	digest_add(d, manifest->data, manifest->len);
	digest_end(d, &is);
	digest_free(d);
	sums_add(&own, is.sha256, slash ? slash + 1 : to);
	int rc = strcmp(is.sha256, sha256) == 0
	             ? sums_of_manifest(&files, manifest->data, err)
	             : err_set(err, ERR_DAMAGED, _("%s: the manifest is not what was preserved"), label);
	while (rc == 0 && done < 3) {
		char *path = xasprintf("%s%s", to, endings[done]);
		rc = path_write_file(path, texts[done]->data, texts[done]->len, 0, err);
		done += rc == 0;
		free(path);
	}
	while (rc < 0 && done > 0) {
		char *path = xasprintf("%s%s", to, endings[--done]);
		unlink(path);
		free(path);
	}
	digest_result_release(&is);
	buf_release(&own);
	buf_release(&files);
	return rc;
}

int evidence_extract_manifest(struct case_file *c, const char *label, const char *to, struct err *err)
{
	struct buf manifest = BUF_INIT;
	struct buf path = BUF_INIT;
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED, err);
	int rc = record ? 0 : -1;
	if (rc == 0 && !stored_folder(c, record, &manifest, &path))
		rc = err_set(err, ERR_USAGE,
		             _("%s is no folder, and has no manifest: `genba show %s --sha256sums` gives its digest"),
		             label, label);
	if (rc == 0)
		rc = write_manifest(label, json_get_string(record, "sha256"), &manifest, to, err);
	json_decref(record);
	buf_release(&manifest);
	buf_release(&path);
	return rc;
}
