#include "handover/evidence/evidence_beside.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "evidence/image/place.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDERS_MOST 256
#define NAMES_MOST   16384

int evidence_is_here(struct case_file *c, json_t *evidence)
{
	const char *form = json_get_string(evidence, "form");
	struct buf path = BUF_INIT;
	if (!json_object_get(evidence, "sha256") || (form && strcmp(form, "blob") == 0))
		return 1;
	/* the place on record is one of the machine where it was preserved: a file of that name here proves nothing */
	const char *at = evidence_here(c, evidence) ? json_get_string(evidence, "copy_path") : NULL;
	int here = at && pathname_decode(at, &path) == 0 && access(path.data, F_OK) == 0;
	buf_release(&path);
	return here;
}

json_t *evidence_labels_in(const char *folder, struct err *err)
{
	const struct dirent *entry;
	size_t names = 0;
	DIR *dir = opendir(folder);
	if (!dir) {
		err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), folder);
		return NULL;
	}
	json_t *labels = json_object();
	while (names++ < NAMES_MOST && (entry = readdir(dir))) {
		/* `R1-E3-disk.E01`: two parts are the label */
		const char *dash = strchr(entry->d_name, '-');
		dash = dash ? strchr(dash + 1, '-') : NULL;
		if (!dash || (size_t)(dash - entry->d_name) >= LABEL_TEXT)
			continue;
		char label[LABEL_TEXT] = "";
		memcpy(label, entry->d_name, (size_t)(dash - entry->d_name));
		json_object_set_new(labels, label, json_true()); /* a name that is no UTF-8 is not taken in */
	}
	closedir(dir);
	return labels;
}

struct evidence_beside_wanted {
	struct case_file *c;
	json_t *labels; /* of what is not here */
};

static int add_wanted(void *ctx, json_t *evidence)
{
	struct evidence_beside_wanted *w = ctx;
	if (!evidence_is_here(w->c, evidence))
		json_object_set_new(w->labels, record_label(evidence), json_true());
	return 0;
}

static size_t count_wanted(const char *folder, json_t *wanted)
{
	const char *label;
	json_t *value;
	size_t n = 0;
	json_t *there = evidence_labels_in(folder, NULL);
	json_object_foreach(there, label, value)
		n += json_object_get(wanted, label) != NULL;
	json_decref(there);
	return n;
}

struct evidence_beside_best {
	char *folder;
	size_t count;
};

/* Of two that hold as much, the one whose name comes first: the order of a folder's entries is nobody's. */
static void consider(struct evidence_beside_best *best, const char *folder, json_t *wanted)
{
	size_t n = count_wanted(folder, wanted);
	if (n == 0 || n < best->count || (n == best->count && strcmp(folder, best->folder) > 0))
		return;
	free(best->folder);
	best->folder = xstrdup(folder);
	best->count = n;
}

static int is_own_folder(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *evidence_beside(struct case_file *c, struct err *err)
{
	struct evidence_beside_wanted wanted = {c, json_object()};
	struct evidence_beside_best best = {NULL, 0};
	const char *path = case_path(c);
	const char *slash = strrchr(path, '/');
	char *own = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	int rc = record_each(c, "evidence", 0, add_wanted, &wanted, err);
	DIR *dir = rc >= 0 && json_object_size(wanted.labels) ? opendir(own) : NULL;
	const struct dirent *entry;
	if (dir)
		consider(&best, own, wanted.labels);
	for (size_t folders = 0; dir && folders < FOLDERS_MOST && (entry = readdir(dir));) {
		char *below = slash ? xasprintf("%s/%s", strcmp(own, "/") == 0 ? "" : own, entry->d_name)
		                    : xstrdup(entry->d_name);
		if (entry->d_name[0] != '.' && is_own_folder(below)) {
			consider(&best, below, wanted.labels);
			folders++;
		}
		free(below);
	}
	if (dir)
		closedir(dir);
	free(own);
	json_decref(wanted.labels);
	return best.folder;
}

struct evidence_beside_own {
	struct case_file *c;
	json_t *folders;
};

static int add_own_folder(void *ctx, json_t *evidence)
{
	struct evidence_beside_own *o = ctx;
	struct buf path = BUF_INIT;
	evidence_here(o->c, evidence);
	const char *at = json_get_string(evidence, "copy_path");
	char *slash = at && pathname_decode(at, &path) == 0 ? strrchr(path.data, '/') : NULL;
	if (slash)
		slash[slash == path.data] = '\0';
	char *whole = slash ? realpath(path.data, NULL) : NULL;
	if (whole)
		json_object_set_new(o->folders, whole, json_true());
	free(whole);
	buf_release(&path);
	return 0;
}

json_t *evidence_own_folders(struct case_file *c)
{
	struct evidence_beside_own o = {c, json_object()};
	struct err none = ERR_INIT;
	record_each(c, "evidence", 0, add_own_folder, &o, &none);
	err_clear(&none);
	return o.folders;
}
