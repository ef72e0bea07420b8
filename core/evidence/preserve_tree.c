/* A directory tree: its manifest, and its copy read back. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void read_back(struct work *w, const struct manifest *m)
{
	uint64_t damaged = 0;
	int reread = 0;
	struct buf damage = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = manifest_verify(m->text.data, w->copy, w->options->progress, &damage, &damaged, &reread, &why);
	w->match = rc < 0 ? "pending" : damaged ? "different" : "same";
	if (rc < 0)
		work_note(w, why.message);
	else if (!reread && m->files)
		work_note(w, _("the copy was compared from memory: the medium could not be read past the cache"));
	buf_add(&w->out->note, damage.data, damage.len);
	buf_release(&damage);
}

static void digest_text(struct work *w, const struct manifest *m)
{
	struct digest *d = digest_new(0);
	digest_add(d, m->text.data, m->text.len);
	digest_end(d, &w->digests);
	digest_free(d);
}

int work_on_folder(struct work *w)
{
	struct manifest m;
	struct tree_options options = {.copy_to = w->copy, .progress = w->options->progress};
	w->out->path = printable_dup(w->path);
	if (w->copy && mkdir(w->copy, 0700) < 0)
		return err_set_errno(w->err, ERR_FAILED, errno, _("cannot make the folder '%s'"), w->copy);
	manifest_init(&m);
	struct err why = ERR_INIT;
	int rc = tree_make(&m, w->path, &options, &why);
	if (rc < 0 && !m.interrupted) {
		manifest_release(&m);
		return err_set(w->err, why.code, "%s", why.message);
	}
	if (w->copy && !m.interrupted)
		read_back(w, &m);
	if (m.interrupted) {
		char line[256];
		snprintf(line, sizeof line, _("interrupted after %llu files"), (unsigned long long)m.files);
		work_note(w, rc < 0 ? why.message : line);
		manifest_add_unread(&m, _("interrupted"), "");
		w->match = w->copy ? "pending" : NULL;
	}
	digest_text(w, &m);
	w->complete = m.interrupted ? "interrupted" : m.failed ? "partial" : "complete";
	w->out->files = m.files;
	w->out->size = m.bytes;
	buf_add(&w->out->note, m.unread.data, m.unread.len);
	w->manifest = m.text;
	buf_init(&m.text);
	manifest_release(&m);
	return 0;
}
