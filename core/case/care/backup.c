#include "case/care/backup.h"

#include "base/file/part_error.h"
#include "base/file/paths.h"
#include "base/file/safe_name.h"
#include "base/json.h"
#include "base/progress.h"
#include "case/care/backup_rows.h"
#include "case/care/backup_state.h"
#include "case/care/verify.h"
#include "case/case.h"
#include "case/store/case_internal.h"
#include "case/store/header_copy.h"
#include "case/trust/high_water_mark.h"
#include "case/trust/known.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTS_MAX 200 /* behind a copy; then the whole case is copied again */

void backup_report_release(struct backup_report *report)
{
	free(report->file);
	report->file = NULL;
}

/* ---- names */

/* site.genba of the case 1a2b3c4d-… -> "site-1a2b3c4d"; NULL: the id is no name for a file */
static char *copy_stem(const struct case_file *c, struct err *err)
{
	const char *id = safe_name(c->id, err);
	if (!id)
		return NULL;
	const char *slash = strrchr(c->path, '/');
	const char *name = slash ? slash + 1 : c->path;
	size_t n = strlen(name);
	if (n > 6 && strcmp(name + n - 6, ".genba") == 0)
		n -= 6;
	return xasprintf("%.*s-%.8s", (int)n, name, id);
}

static char *part_path(const char *folder, const char *file, unsigned part)
{
	size_t n = strlen(file);
	if (n > 6 && strcmp(file + n - 6, ".genba") == 0)
		n -= 6;
	return xasprintf("%s/%.*s.%u.delta", folder, (int)n, file, part);
}

static int64_t file_size(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

/* ---- parts */

static void take_finding(void *ctx, const char *text)
{
	err_set(ctx, ERR_DAMAGED, "%s", text);
}

/* Writes, closes, opens again and checks; then the part gets its name. */
static int write_part(struct case_file *c, const json_t *entry, const char *head, const struct vault_new_slot *slots,
                      size_t count, const char *path, struct err *err)
{
	struct vault_identity keys = {c->identity->public_key, c->identity->secret_key};
	struct vault_unlock unlock = {&keys, slots[count - 1].passphrase};
	char *temporary = xasprintf("%s.part", path);
	struct vault *v = NULL;
	unlink(temporary);
	int rc = vault_create(&v, temporary, slots, count, &keys, err);
	if (rc == 0)
		rc = backup_rows_write(c, vault_db(v), entry, head, path, err);
	if (v && vault_close(v, err) < 0)
		rc = -1;
	v = NULL;
	if (rc == 0)
		rc = vault_open(&v, temporary, &unlock, VAULT_READ_ONLY, err);
	if (rc == 0 && vault_check(v, NULL, take_finding, err, err) != 0)
		rc = err_prefix(err, _("the copy reads back wrong"));
	vault_close(v, NULL);
	if (rc == 0 && rename(temporary, path) < 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot rename '%s' to '%s'"), temporary, path);
	if (rc < 0) {
		unlink(temporary);
		part_error_name(err, temporary, path);
	} else {
		path_sync_folder(path);
	}
	free(temporary);
	return rc;
}

/* ---- making */

struct backup_making {
	struct case_file *c;
	const struct access_keep *keep;
	const struct progress *progress;
	struct backup_report *report;
	struct err *err;
	char *folder; /* absolute */
	char source[2 * VAULT_ID + 1];
	json_t *state;
	json_t *entry; /* of the folder, borrowed; NULL: none yet */
	struct vault_new_slot slots[VAULT_SLOTS];
	size_t slot_count;
};

/* Whether the copy is there as this machine left it, and of this very file, so that a part fits behind it. */
static int can_append(const struct backup_making *m)
{
	const char *file = m->entry ? json_get_string(m->entry, "file") : NULL;
	const char *source = m->entry ? json_get_string(m->entry, "source") : NULL;
	if (!file || !source || strcmp(source, m->source) != 0 || !json_get_string(m->entry, "head"))
		return 0;
	if (!backup_rows_fit(m->c, m->entry))
		return 0;
	unsigned parts = (unsigned)json_integer_value(json_object_get(m->entry, "parts"));
	char *path = xasprintf("%s/%s", m->folder, file);
	int fits = parts < PARTS_MAX && file_size(path) == json_integer_value(json_object_get(m->entry, "size"));
	free(path);
	for (unsigned i = 1; i <= parts && fits; i++) {
		path = part_path(m->folder, file, i);
		fits = file_size(path) >= 0;
		free(path);
	}
	return fits;
}

static void note_marks(struct backup_making *m, const char *head)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	json_object_set_new(m->entry, "when", json_string(now));
	json_object_set_new(m->entry, "head", json_string(head));
	backup_rows_mark(m->c, m->entry);
}

static int append_part(struct backup_making *m, const char *head)
{
	const char *file = json_get_string(m->entry, "file");
	unsigned part = (unsigned)json_integer_value(json_object_get(m->entry, "parts")) + 1;
	char *path = part_path(m->folder, file, part);
	int rc = write_part(m->c, m->entry, head, m->slots, m->slot_count, path, m->err);
	if (rc == 0) {
		json_object_set_new(m->entry, "parts", json_integer(part));
		note_marks(m, head);
		m->report->file = path;
		return 0;
	}
	free(path);
	return -1;
}

/* Parts of an earlier copy fit behind no other: they are removed once the new copy has its name. */
static void remove_parts(const struct backup_making *m, const char *file)
{
	for (unsigned i = 1; i <= PARTS_MAX + 1; i++) {
		char *path = part_path(m->folder, file, i);
		unlink(path);
		free(path);
	}
}

static int whole_copy(struct backup_making *m, const char *head)
{
	struct case_file *c = m->c;
	struct vault_identity keys = {c->identity->public_key, c->identity->secret_key};
	char *stem = copy_stem(c, m->err);
	if (!stem)
		return -1;
	char *file = xasprintf("%s.genba", stem);
	char *path = xasprintf("%s/%s", m->folder, file);
	char *fresh = xasprintf("%s/%s.new", m->folder, stem);
	unlink(fresh); /* of a copy that was interrupted */
	case_reset_statements(c);
	int rc = vault_rotate(c->vault, fresh, m->slots, m->slot_count, &keys, m->progress, m->err);
	if (rc == 0 && rename(fresh, path) < 0)
		rc = err_set_errno(m->err, ERR_FAILED, errno, _("cannot rename '%s' to '%s'"), fresh, path);
	if (rc == 0) {
		path_sync_folder(path);
		remove_parts(m, file);
		m->entry = json_object();
		json_object_set_new(json_object_get(m->state, "copies"), m->folder, m->entry);
		json_object_set_new(m->entry, "file", json_string(file));
		json_object_set_new(m->entry, "source", json_string(m->source));
		json_object_set_new(m->entry, "size", json_integer(file_size(path)));
		json_object_set_new(m->entry, "parts", json_integer(0));
		note_marks(m, head);
		m->report->whole = 1;
		m->report->file = path;
		path = NULL;
	}
	free(fresh);
	free(path);
	free(file);
	free(stem);
	return rc;
}

static int is_passphrase(void *ctx, const struct access_slot *slot)
{
	(void)ctx;
	return slot->slot.type == VAULT_SLOT_PASSPHRASE;
}

/* The copy is a file of its own, under another key. What both headers of the case itself are lost without lies beside it. */
static int keep_header(const struct backup_making *m)
{
	char *stem = copy_stem(m->c, m->err);
	if (!stem)
		return -1;
	char *path = xasprintf("%s/%s.header", m->folder, stem);
	int rc = header_copy_write(m->c, path, m->err);
	free(path);
	free(stem);
	return rc;
}

static int make_copy(struct backup_making *m)
{
	struct case_file *c = m->c;
	if (history_head(c->history, m->report->head, m->err) < 0 ||
	    history_count(c->history, &m->report->actions, m->err) < 0 ||
	    access_slots(c, m->keep, 1, m->slots, &m->slot_count, m->err) < 0)
		return -1;
	m->report->passphrase_left =
	    !(m->keep && m->keep->passphrase) && access_each(c, is_passphrase, NULL, NULL) == 1;
	m->state = backup_state_load(c);
	m->entry = backup_state_copy(m->state, m->folder);
	struct buf id = BUF_INIT;
	buf_addhex(&id, vault_file_id(c->vault), VAULT_ID);
	snprintf(m->source, sizeof m->source, "%s", id.data);
	buf_release(&id);
	int rc = keep_header(m);
	if (rc < 0)
		return -1;
	if (!can_append(m))
		rc = whole_copy(m, m->report->head);
	else if (strcmp(json_get_string(m->entry, "head"), m->report->head) == 0)
		return 0; /* up to date */
	else
		rc = append_part(m, m->report->head);
	return rc == 0 ? backup_state_save(c, m->state, m->err) : -1;
}

int backup_make(struct case_file *c, const char *folder, const struct access_keep *keep,
                const struct progress *progress, struct backup_report *report, struct err *err)
{
	struct backup_making *m = xcalloc(1, sizeof *m);
	struct stat st;
	memset(report, 0, sizeof *report);
	*m = (struct backup_making){.c = c, .keep = keep, .progress = progress, .report = report, .err = err};
	m->folder = realpath(folder, NULL);
	int rc = -1;
	if (!m->folder || stat(m->folder, &st) < 0 || !S_ISDIR(st.st_mode))
		err_set(err, ERR_NOT_FOUND, _("there is no folder '%s'; make it, or put the medium in"), folder);
	else if (!c->identity || !c->identity->secret_key)
		err_set(err, ERR_UNLOCK, _("no identity is unlocked: a copy is signed and sealed by a responder"));
	else if (c->action)
		err_set(err, ERR_FAILED, _("another action is under way"));
	else {
		c->still = 1;
		rc = make_copy(m);
		c->still = 0;
	}
	if (rc < 0)
		err_prefix(err, _("no copy was made in '%s'"), folder);
	json_decref(m->state);
	free(m->folder);
	free(m);
	return rc;
}

int backup_if_due(struct case_file *c, const struct progress *progress, struct backup_report *report, struct err *err)
{
	memset(report, 0, sizeof *report);
	if (c->backup_every < 0) {
		json_t *first = backup_state_load(c);
		c->backup_every = (int)json_integer_value(json_object_get(first, "every"));
		json_decref(first);
	}
	if (c->backup_every == 0 || !c->identity || !c->identity->secret_key)
		return 0;
	json_t *state = backup_state_load(c);
	const char *folder = json_get_string(state, "folder");
	const json_t *entry = folder ? backup_state_copy(state, folder) : NULL;
	uint64_t commits = 0;
	history_count(c->history, &commits, NULL);
	int due = folder && (!entry || commits >= (uint64_t)json_integer_value(json_object_get(entry, "commit")) +
	                                              (uint64_t)c->backup_every);
	int rc = due ? backup_make(c, folder, NULL, progress, report, err) : 0;
	json_decref(state);
	return rc < 0 ? -1 : due;
}

/* ---- restoring */

struct restoring {
	struct case_file *c; /* the new file */
	const struct case_unlock *unlock;
	struct err *err;
};

/* 1 when the part was put behind, 0 when there is none of that number, -1. */
static int apply_part(struct restoring *r, const char *path)
{
	struct vault_identity keys;
	struct vault_unlock how = {NULL, r->unlock->passphrase};
	struct vault *v = NULL;
	char head[HISTORY_ID];
	if (file_size(path) < 0)
		return 0;
	if (r->unlock->identity) {
		keys = (struct vault_identity){r->unlock->identity->public_key, r->unlock->identity->secret_key};
		how.identity = &keys;
	}
	if (history_head(r->c->history, head, r->err) < 0 || vault_open(&v, path, &how, VAULT_READ_ONLY, r->err) < 0)
		return -1;
	char *of_case = backup_rows_says(vault_db(v), "case");
	char *from = backup_rows_says(vault_db(v), "from");
	char *to = backup_rows_says(vault_db(v), "to");
	int rc;
	if (vault_check(v, NULL, take_finding, r->err, r->err) != 0)
		rc = err_prefix(r->err, "%s", path);
	else if (!of_case || !from || !to || strcmp(of_case, r->c->id) != 0 || strcmp(from, head) != 0)
		rc = err_set(r->err, ERR_DAMAGED, _("'%s' does not fit behind the parts before it"), path);
	else
		rc = backup_rows_apply(r->c, vault_db(v), to, path, r->err);
	free(of_case);
	free(from);
	free(to);
	vault_close(v, NULL);
	return rc < 0 ? -1 : 1;
}

/* The copy in a folder: the one file there that ends in .genba. */
static char *find_copy(const char *from, struct err *err)
{
	struct stat st;
	if (stat(from, &st) < 0) {
		err_set_errno(err, ERR_NOT_FOUND, errno, _("cannot read '%s'"), from);
		return NULL;
	}
	if (!S_ISDIR(st.st_mode))
		return xstrdup(from);
	DIR *dir = opendir(from);
	struct dirent *entry;
	char *found = NULL;
	int count = 0;
	while (dir && (entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);
		if (n <= 6 || strcmp(entry->d_name + n - 6, ".genba") != 0)
			continue;
		count++;
		free(found);
		found = xasprintf("%s/%s", from, entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (count == 1)
		return found;
	free(found);
	err_set(err, ERR_NOT_FOUND,
	        count ? _("'%s' holds several copies: name the file") : _("'%s' holds no copy of a case"), from);
	return NULL;
}

/* The copy as a case of its own, at `out`. */
static int restore_base(const char *copy, const char *out, const struct case_unlock *unlock,
                        const struct progress *progress, struct backup_report *report, struct err *err)
{
	struct case_file *base = case_open(copy, unlock, CASE_READ_ONLY, err);
	struct vault_new_slot slots[VAULT_SLOTS];
	struct access_keep keep = {unlock->passphrase, VAULT_KDF_MODERATE};
	size_t count;
	if (!base)
		return -1;
	struct vault_identity keys = {unlock->identity->public_key, unlock->identity->secret_key};
	report->passphrase_left = !keep.passphrase && access_each(base, is_passphrase, NULL, NULL) == 1;
	int rc = access_slots(base, &keep, 1, slots, &count, err);
	case_reset_statements(base);
	if (rc == 0)
		rc = vault_rotate(base->vault, out, slots, count, &keys, progress, err);
	case_close(base, NULL);
	return rc;
}

static void take_part_finding(void *ctx, const char *part, const char *text)
{
	err_set(ctx, ERR_DAMAGED, "%s: %s", part, text);
}

static int restore_parts(const char *copy, const char *out, const struct case_unlock *unlock,
                         const struct progress *progress, struct backup_report *report, struct err *err)
{
	struct restoring r = {case_open(out, unlock, 0, err), unlock, err};
	struct verify_report verified;
	if (!r.c)
		return -1;
	char *folder = xstrdup(copy);
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	int rc = 1;
	for (unsigned part = 1; rc == 1; part++) {
		char *path = part_path(slash ? folder : ".", slash ? slash + 1 : copy, part);
		rc = apply_part(&r, path);
		free(path);
	}
	free(folder);
	if (rc == 0)
		rc = case_refresh(r.c, err);
	buf_clear(&r.c->warnings);
	buf_clear(&r.c->notice); /* that the copy without its parts is older than what was seen here */
	if (rc == 0)
		rc = case_verify(r.c, progress, take_part_finding, err, &verified, err);
	if (rc == 0 && verified.findings)
		rc = err_prefix(err, _("what was restored is not whole"));
	if (rc == 0)
		rc = history_head(r.c->history, report->head, err);
	if (rc == 0)
		rc = history_count(r.c->history, &report->actions, err);
	if (rc == 0) {
		known_remember(r.c);
		high_water_mark_update(r.c); /* what the copy lacks is still missed, and told at each opening */
	}
	if (case_close(r.c, err) < 0)
		rc = -1;
	return rc;
}

int backup_restore(const char *from, const char *out, const struct case_unlock *unlock, const struct progress *progress,
                   struct backup_report *report, struct err *err)
{
	memset(report, 0, sizeof *report);
	if (!unlock->identity || !unlock->identity->secret_key)
		return err_set(err, ERR_UNLOCK,
		               _("no identity is unlocked: a copy is signed and sealed by a responder"));
	if (path_must_be_new(out, err) < 0)
		return -1;
	char *copy = find_copy(from, err);
	int rc = copy ? restore_base(copy, out, unlock, progress, report, err) : -1;
	if (rc == 0) {
		rc = restore_parts(copy, out, unlock, progress, report, err);
		if (rc < 0)
			unlink(out);
	}
	if (rc == 0)
		report->file = xstrdup(out);
	free(copy);
	return rc;
}
